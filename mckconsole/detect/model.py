"""What passes between the parts of the detection engine.

Inside this package, and nowhere else, bytes of secrets are held: for as long as one object is being
looked at, in values whose `repr` shows nothing. What leaves it is `domain.audit`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from mckconsole.domain.audit import Tier
from mckconsole.domain.findings import Severity


class Where(StrEnum):
    """In what kind of place a value lies: what is expected in one is a finding in another."""

    SECRET = "secret"  # noqa: S105 - a kind of place
    CONFIG_MAP = "configmap"
    ENV = "env"
    ARGUMENT = "argument"
    """Command, arguments, probes and hooks of a container."""
    ANNOTATION = "annotation"
    RESOURCE = "resource"
    """Spec of a custom resource."""
    RELEASE = "release"
    """Inside a Helm release."""

    __hash__ = str.__hash__


class Siblings(dict[str, bytes]):
    """Values that lie beside each other, with what was told of all of them together: it is asked
    once, not once for each of thousands."""

    __slots__ = ("known",)

    def __init__(self, values: Mapping[str, bytes]) -> None:
        super().__init__(values)
        self.known: dict[str, bool] = {}
        """Answers by question."""

    def __repr__(self) -> str:
        return f"<{len(self)} values>"


@dataclass(frozen=True, slots=True, repr=False)
class Value:
    """One value to be looked at, decoded from base64 where it lies in a Secret."""

    data: bytes
    key: str
    """The name beside it: key of the data, variable, flag, field."""
    path: str
    """From the object's root, with what was unpacked, as in `Sighting.path`."""
    where: Where
    top: str = ""
    """Key of the outermost value that it was unpacked from: what managedFields know."""
    secret_type: str = ""
    """Of the Secret; empty elsewhere."""
    siblings: Mapping[str, bytes] = field(default_factory=dict)
    """The values beside it, by key: for what is only one together."""

    def __repr__(self) -> str:
        return f"<Value at {self.path}>"


@dataclass(frozen=True, slots=True, repr=False)
class Match:
    """One credential in a value."""

    rule: str
    tier: Tier
    canonical: bytes
    """What is fingerprinted: the same for the same credential, however it is written down."""
    start: int
    """Offset in the value's data; of what a rule found by parsing, 0 and the whole length."""
    end: int
    inner: str = ""
    """Path inside the value, where it was parsed: `auths['ghcr.io'].auth`."""
    prefix: str = ""
    """Only what the format makes public."""
    proof: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    """Public attribution; texts need not be clean yet."""
    severity: Severity | None = None
    expected: bool = False
    """As `Sighting.expected`."""

    def __repr__(self) -> str:
        return f"<Match of {self.rule}>"


Find: TypeAlias = Callable[[Value], Iterable[Match]]
Pair: TypeAlias = Callable[[list[tuple[Value, Match]]], list[tuple[Value, Match]]]
"""Looks at all matches of one object: what is proven or worse together (key id and secret)."""
WORD = rb"A-Za-z0-9_.~-"
"""What words are made of, as a class of an expression has it."""
MARKED_WORD = 16
"""Bytes of a word below which it is no token with a mark."""


@dataclass(frozen=True, slots=True)
class Marked:
    """How tokens are found that stand at the beginning of a word and have a mark of their own.

    There are hundreds of marks and seldom a token: all of them are searched at once.
    """

    marks: tuple[bytes, ...]
    """What they begin with; of bytes of `WORD` as far as they are no longer than `MARKED_WORD`."""
    spots: Callable[[bytes], Iterable[int]]
    """Where in any bytes a word of that length begins with a mark."""
    find: Callable[[Value, Iterable[int]], Iterable[Match]]
    """Those that begin at some places, which need not be spots."""


@dataclass(frozen=True, slots=True)
class Detector:
    """One or more rules that share a way of finding."""

    rules: tuple[str, ...]
    """Ids in the catalog that it can report."""
    gates: tuple[bytes, ...]
    """Literals of which one must be in the value, byte for byte, for it to be looked at; empty,
    with no `names`: every value is, but not again the lines of a text (only for what is cheap)."""
    find: Find
    overrules: tuple[str, ...] = ()
    """Rules whose matches are dropped where they overlap with one of this."""
    names: tuple[str, ...] = ()
    """Words in lower case: it is asked for a value too whose key has one of them (case does not
    matter). Of texts that are no JSON only lines are values whose name has a word of a detector;
    one of three letters or fewer does not count there, but for `key`, `pwd` and `psk`."""
    reach: int = 0
    """How many bytes before and after a gate can matter: of a long value only so much around each
    gate is handed over. 0: the whole value."""
    marked: Marked | None = None
    """Of a detector that is asked for every value, but only about places where it may have
    something."""
    document: bool = False
    """It reads the value as a whole: a document within a text is handed to it by itself."""


@dataclass(frozen=True, slots=True)
class CredentialRule:
    """One rule in words; `analysis.rules_secrets` makes the documented rule of it."""

    id: str
    """`SEC-AWS-ACCESS-KEY`."""
    title: str
    """`AWS access key`, for a heading."""
    tier: Tier
    """The best that it can reach."""
    severity: Severity
    """The usual one."""
    explanation: str
    """What is looked for, what proves it, and what is not reported."""
    remediation: str
    source: str
    provider: str = ""
    """`aws`, `gcp`, `azure`, where a workload identity of that cloud can replace it."""
