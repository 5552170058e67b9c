"""Cells of what an API server prints: which words are bad, what sorts as a number, what is a time.

A maker turns one printed value into a cell. Most values stand in many rows, so a maker remembers
its cells. What is not known to be good or bad stays plain: a word that nobody knows is no verdict.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from mckconsole.domain.resources import CellValue
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_age
from mckconsole.views.cells import signed
from mckconsole.views.spec import BLANK, Cell, Role

Maker: TypeAlias = Callable[[CellValue], Cell]

REMEMBERED = 4096
"""Cells that a maker remembers."""
LONGEST = 512
"""Characters of a cell."""

_NOTHING = ("", "<none>", "<nil>", "<no value>")
_BAD = """
crashloopbackoff imagepullbackoff errimagepull errimageneverpull invalidimagename error
oomkilled evicted failed lost containercannotrun createcontainererror deadlineexceeded
createcontainerconfigerror runcontainererror starterror notready nodelost false degraded
unhealthy contextdeadlineexceeded preempting unexpectedadmissionerror imageinspecterror
registryunavailable poststarthookerror denied rejected
"""
_ODD = """
pending terminating unschedulable schedulingdisabled released suspended warning nodeaffinity
schedulinggated progressing outofcpu outofmemory missing outofsync paused
"""
_COMING = """
containercreating podinitializing creating provisioning
"""
_GOOD = """
running ready active bound available true healthy complete issued synced established succeeded
deployed accepted normal
"""
_OVER = """
completed
"""
_NOT_KNOWN = """
unknown
"""
_WORDS: Mapping[str, Role] = {
    word: role
    for words_of, role in (
        (_GOOD, Role.OK),
        (_OVER, Role.DIM),
        (_COMING, Role.CONNECTING),
        (_NOT_KNOWN, Role.UNKNOWN),
        (_ODD, Role.WARN),
        (_BAD, Role.CRITICAL),
    )
    for word in words_of.split()
}
"""In folded case."""
_WORST = (Role.CRITICAL, Role.WARN, Role.UNKNOWN, Role.CONNECTING)
_FRACTION = re.compile(r"([0-9]+)/([0-9]+)")
_LEADING = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_DURATION = re.compile(r"([0-9]+)(ms|[smhdy])")
_WHOLE_DURATION = re.compile(r"(?:[0-9]+(?:ms|[smhdy]))+")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "y": 31_536_000.0}
_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]+)?)(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?")
_UNITS = {
    "": 1.0, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50,
}  # fmt: skip


class Cells(dict[str, Cell]):
    """The cells of a row; a column that its cluster does not have is blank."""

    __slots__ = ("folded",)

    folded: str
    """Every text of it in folded case: what the commonest filter looks at."""

    def __missing__(self, column: str) -> Cell:
        return BLANK

    def get(self, column: str, default: object = None) -> Cell:
        """The cell, a blank one where there is none."""
        return self[column]

    def fold(self) -> None:
        """Say what it holds, when it holds all of it."""
        self.folded = "\n".join([cell.text for cell in self.values()]).casefold()


def remembering(make: Maker) -> Maker:
    """`make`, which makes the cell of a value once."""
    known: dict[CellValue, Cell] = {}

    def cell(value: CellValue) -> Cell:
        found = known.get(value)
        if found is None or isinstance(value, bool):
            found = make(value)
            if len(known) < REMEMBERED:
                known[value] = found
        return found

    return cell


def words(value: CellValue) -> str:
    """What is printed, on one line; empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return "" if text in _NOTHING else shorten(text, LONGEST)


def word(text: str) -> Cell:
    """A word, which sorts as it reads."""
    return Cell(text, value=text)


def plain(value: CellValue) -> Cell:
    """The words, or the number, as they are."""
    text = words(value)
    if not text:
        return BLANK
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Cell(text, value=value)
    return word(text)


def number(value: CellValue) -> Cell:
    """A number and what stands behind it: `5 (3m ago)` is 5, for `3m` was true when it was said."""
    if isinstance(value, str):
        found = _LEADING.match(value)
        if found is None:
            return plain(value)
        behind = value[found.end() :].strip()
        text = found[0] if behind.startswith("(") else words(value)
        return Cell(text, value=_number(found[0]))
    return plain(value)


def grown(value: CellValue) -> Cell:
    """A number that should be 0: restarts."""
    found = number(value)
    if isinstance(found.value, (int, float)) and not found.value:
        return Cell(found.text, Role.DIM, found.value)
    return found


def quantity(value: CellValue) -> Cell:
    """`8Gi`: sorts as bytes."""
    text = words(value)
    found = _QUANTITY.fullmatch(text)
    if found is None:
        return plain(value)
    return Cell(text, value=float(found[1]) * _UNITS[found[2] or ""])


def state(value: CellValue) -> Cell:
    """A state in a word or several: `CrashLoopBackOff`, `Ready,SchedulingDisabled`, `Init:0/2`."""
    text = words(value)
    if not text:
        return BLANK
    role = state_role(text)
    return signed(role, text) if role is not Role.PLAIN else word(text)


def state_role(text: str) -> Role:
    """What a state means; PLAIN where nobody knows."""
    low = text.casefold()
    found = _WORDS.get(low)
    if found is not None:
        return found
    if low.startswith(("init:", "signal:", "exitcode:")):
        return _begun(low)
    parts = [_WORDS.get(part.strip()) for part in low.split(",")]
    known = [role for role in parts if role is not None]
    worst = next((role for role in _WORST if role in known), None)
    if worst is not None:
        return worst
    if low.endswith(("error", "failed", "backoff")):
        return Role.CRITICAL
    return Role.OK if known and len(known) == len(parts) else Role.PLAIN


def _begun(low: str) -> Role:
    """Init containers count up: `Init:0/2`; anything else there is an end that was not meant."""
    behind = low.partition(":")[2]
    return Role.CONNECTING if _FRACTION.fullmatch(behind) else Role.CRITICAL


def ready(value: CellValue) -> Cell:
    """`2/3`: how many are ready of how many; or a condition in a word."""
    text = words(value)
    found = _FRACTION.fullmatch(text)
    if found is None:
        return state(value)
    have, want = int(found[1]), int(found[2])
    return fraction(have, want, text)


def fraction(have: int, want: int, text: str) -> Cell:
    """Ready of wanted: none of several is critical, some are missing is a warning."""
    if have >= want:
        return Cell(text, Role.DIM if not want else Role.OK, have)
    return signed(Role.CRITICAL if not have else Role.WARN, text, have)


def containers(value: CellValue) -> Cell:
    """`1/2` of a pod: how bad that is, its status says."""
    text = words(value)
    found = _FRACTION.fullmatch(text)
    if found is None:
        return plain(value)
    have, want = int(found[1]), int(found[2])
    return Cell(text, value=have) if have >= want else signed(Role.WARN, text, have)


def waiting(value: CellValue) -> Cell:
    """An address that may still be waited for."""
    text = words(value)
    return signed(Role.WARN, "pending", "pending") if text == "<pending>" else plain(value)


def seconds_of(text: str) -> float | None:
    """Seconds of a span as kubectl prints it: `3d4h`, `5m12s`; None where it is none."""
    if not _WHOLE_DURATION.fullmatch(text):
        return None
    return sum(float(many) * _SECONDS[unit] for many, unit in _DURATION.findall(text))


def span(value: CellValue) -> Cell:
    """A length of time that does not grow: how long a job took."""
    text = words(value)
    seconds = seconds_of(text)
    return plain(value) if seconds is None else Cell(text, value=seconds)


def age_cell(seconds: float) -> Cell:
    """An age."""
    return Cell(format_age(seconds), Role.PLAIN, round(max(seconds, 0.0), 1))


def next_age(seconds: float) -> float:
    """The age at which its words are other ones."""
    seconds = max(seconds, 0.0)
    for step, end in ((1.0, 120.0), (60.0, 7200.0), (3600.0, 172_800.0)):
        if seconds < end:
            return min((round(seconds / step) + 0.5) * step + step * 0.01, end)
    return (round(seconds / 86_400.0) + 0.5) * 86_400.0 + 864.0


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)
