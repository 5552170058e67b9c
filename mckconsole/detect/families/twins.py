"""Credentials of two halves: an id that names the key, and the secret that only makes sense by it.

The id has a mark of its own. The secret is a run of random characters like a thousand others: it
is only looked for where an id is in reach (the same text, the values beside it) or its name tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mckconsole.detect.families.base import compiled
from mckconsole.detect.model import Detector, Match, Siblings, Value
from mckconsole.domain.audit import Tier
from mckconsole.domain.findings import Severity

ID_ALONE = "key id without its secret"
SECRET_ALONE = "secret without its key id"  # noqa: S105 - words
_ALONE = rb"(?<![A-Za-z0-9/+])(?:%b)(?![A-Za-z0-9/+=])"
_REACH = 65536
"""Bytes of each value beside it that are searched for an id."""
_NAMES = ("secret", "key", "pass", "cred")
_MAX_FOUND = 200
"""Secrets of one value: more are noise, such as a list of digests."""


@dataclass(frozen=True, slots=True)
class Twin:
    """One provider's pair."""

    rule: str
    """Of the id, and of both together."""
    secret_rule: str
    """Of a secret whose id is not in the object."""
    marks: tuple[bytes, ...]
    ids: bytes
    """Pattern of an id."""
    size: int
    """Characters of the secret."""
    letters: bytes
    """Class of its characters, for a pattern."""
    accept: Callable[[bytes], bool]
    names: re.Pattern[str]
    """Names that tell a secret without an id beside it; never matching where none does."""
    assigned: bytes = b""
    """Pattern of such a name and what parts it from its value, within text; empty: none."""
    tier: Tier = Tier.SHAPED
    """Of both together."""
    severity: Severity = Severity.CRITICAL

    def detector(self) -> Detector:
        """Finds the secrets; the ids are found by their mark."""
        return Detector(
            (self.secret_rule,), self.marks, self._find, ("SEC-GENERIC-SECRET",), _NAMES
        )

    def _find(self, value: Value) -> Iterator[Match]:
        data = value.data
        if len(data) < self.size:
            return
        if len(data) < self.size + 8:
            bare = data.strip(b" \t\r\n\"'")
            whole = len(bare) == self.size and self._shape.fullmatch(bare)
            if whole and (self.names.search(value.key) or self._beside(value)):
                yield from self._made(bare, data.index(bare))
            return
        if self._has_id(data):
            for count, found in enumerate(self._shape.finditer(data)):
                if count == _MAX_FOUND:
                    return
                yield from self._made(found[0], found.start())
        elif self.assigned and (b"ecret" in data or b"ECRET" in data):
            for name in compiled(self.assigned).finditer(data):
                found_here = self._shape.match(data, name.end())
                if found_here:
                    yield from self._made(found_here[0], name.end())

    @property
    def _shape(self) -> re.Pattern[bytes]:
        edge = self.letters[:-1] + b"=_-]" if self.letters.endswith(b"]") else self.letters
        return compiled(b"(?<!%b)%b{%d}(?!%b)" % (self.letters, self.letters, self.size, edge))

    def _has_id(self, data: bytes) -> bool:
        return any(mark in data for mark in self.marks) and bool(
            compiled(_ALONE % self.ids).search(data)
        )

    def _beside(self, value: Value) -> bool:
        known = value.siblings.known if isinstance(value.siblings, Siblings) else {}
        if self.rule not in known:
            known[self.rule] = any(self._has_id(one[:_REACH]) for one in value.siblings.values())
        return known[self.rule]

    def _made(self, text: bytes, start: int) -> Iterator[Match]:
        if self.accept(text):
            yield Match(
                self.secret_rule, Tier.SHAPED, text, start, start + len(text), proof=SECRET_ALONE
            )
