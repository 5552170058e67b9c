"""The verdict on one certificate: how long it lasts, and whether anything renews it.

| left | renewed, healthy | renewed, overdue or failing | not renewed |
|---|---|---|---|
| 90 days or more | PASS | WARN | WARN |
| 30 to 90 days | PASS until 5 % of its life after it is due, then FAIL | FAIL | FAIL |
| less than 30 days, or (below 90) than 1/6 of its life | PASS until it is due, then FAIL | FAIL | CRITICAL |
| ended, or not begun | CRITICAL | CRITICAL | CRITICAL |

`strict` is the literal rule: 90 days left and healthily renewed, or FAIL at least. What decides and
could not be read makes UNKNOWN, never PASS.
"""  # noqa: E501 - a table

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from mckconsole.analysis.certificates.model import Verdict
from mckconsole.domain.findings import Evidence

DAY = 86400.0
WIDE = 90 * DAY
NARROW = 30 * DAY
YEAR = 365 * DAY
"""What an authority has left at least not to be a finding of its own."""
SHARE = 1 / 6
"""Of its life: a year-long certificate is short of time two months before its end."""
GRACE = 0.05
"""Of its life: how late a renewal may be."""
USUAL = 2 / 3
"""Of its life: when what says no time is expected to renew (cert-manager's default)."""
_ORDER = tuple(Verdict)


class Health(StrEnum):
    """How the renewal of a certificate stands."""

    HEALTHY = "healthy"
    FAILING = "failing"
    """Something renews it, and is overdue or fails."""
    NONE = "none"
    UNKNOWN = "unknown"

    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True)
class Renewal:
    """What renews a certificate, as it says itself: without the time, which decides later."""

    automated: bool | None
    """None where that could not be read."""
    evidence: str = ""
    """What renews it and when, for people; empty where nothing does."""
    why: str = ""
    """Why nothing does, or why that is not known."""
    at: float | None = None
    """Unix seconds: when it is due; None where what renews it does not say."""
    failing: str = ""
    """Why it does not work, in words; empty where nothing speaks against it."""
    fails_from: float | None = None
    """Unix seconds from which on it does not work although nothing changes, and why:"""
    late: str = ""
    proof: tuple[Evidence, ...] = ()
    """What it was read from."""
    fix: str = ""
    """Commands that renew, or show why not."""


NOTHING = Renewal(False)


class Dates(NamedTuple):
    """Unix seconds."""

    start: float
    end: float

    @property
    def life(self) -> float:
        return max(self.end - self.start, 0.0)


class Judged(NamedTuple):
    """What the matrix says."""

    verdict: Verdict
    health: Health
    reason: str
    """Why, on one line, without dates."""
    by_rule: bool = False
    """It fails the literal rule alone: the matrix thinks better of it."""


def worse(one: Verdict, other: Verdict) -> Verdict:
    """The worse of two verdicts."""
    return min(one, other, key=_ORDER.index)


def rank(verdict: Verdict) -> int:
    """0 for the worst."""
    return _ORDER.index(verdict)


def health(renewal: Renewal, dates: Dates | None, now: float) -> tuple[Health, str]:
    """How the renewal stands at `now`, and why it is not healthy."""
    if renewal.automated is None:
        return Health.UNKNOWN, renewal.why or "whether anything renews it is not known"
    if not renewal.automated:
        return Health.NONE, renewal.why or "nothing renews it"
    if renewal.failing:
        return Health.FAILING, renewal.failing
    if renewal.fails_from is not None and now > renewal.fails_from:
        return Health.FAILING, renewal.late
    if dates and renewal.at is not None and now > renewal.at + GRACE * dates.life:
        return Health.FAILING, "its renewal is overdue"
    return Health.HEALTHY, ""


def judge(dates: Dates | None, renewal: Renewal, now: float, *, strict: bool = False) -> Judged:
    """The verdict at Unix second `now`; without dates it is known only that renewing fails."""
    state, why = health(renewal, dates, now)
    if dates is None:
        if state is Health.FAILING:
            return Judged(Verdict.FAIL, state, why)
        return Judged(Verdict.UNKNOWN, state, "when it ends is not known")
    if now >= dates.end:
        return Judged(Verdict.CRITICAL, state, "it has ended")
    if now < dates.start:
        return Judged(Verdict.CRITICAL, state, "it has not begun")
    by_matrix = _cell(dates, renewal, now, state, why)
    if not strict:
        return by_matrix
    return _literal(dates, now, by_matrix)


def _cell(dates: Dates, renewal: Renewal, now: float, state: Health, why: str) -> Judged:
    left = dates.end - now
    short = left < WIDE and (left < NARROW or left < SHARE * dates.life)
    if state is Health.UNKNOWN:
        return Judged(Verdict.UNKNOWN, state, why)
    if state is Health.FAILING:
        return Judged(Verdict.WARN if left >= WIDE else Verdict.FAIL, state, why)
    if state is Health.NONE:
        if left >= WIDE:
            return Judged(Verdict.WARN, state, why)
        if short and left >= NARROW:
            why = f"{why}, and less than a sixth of its life is left"
        return Judged(Verdict.CRITICAL if short else Verdict.FAIL, state, why)
    if left >= WIDE:
        return Judged(Verdict.PASS, state, "it is renewed in time")
    grace = 0.0 if short else GRACE * dates.life
    if renewal.at is None:
        if now < dates.start + USUAL * dates.life:
            return Judged(Verdict.PASS, state, "it is renewed, and not due yet")
        return Judged(Verdict.UNKNOWN, state, "what renews it does not say when")
    if now < renewal.at + grace:
        return Judged(Verdict.PASS, state, "it is renewed in time")
    return Judged(Verdict.FAIL, state, "its renewal is due, and little time is left")


def _literal(dates: Dates, now: float, found: Judged) -> Judged:
    """90 days left and renewed, or failed; where it must fail anyway nothing else need be known."""
    verdict, state, reason, _ = found
    enough = dates.end - now >= WIDE
    if enough and verdict in (Verdict.PASS, Verdict.UNKNOWN):
        return found
    if not enough and verdict in (Verdict.PASS, Verdict.UNKNOWN):
        reason = "less than 90 days are left"
    failed = worse(verdict, Verdict.FAIL)
    return Judged(failed, state, reason, by_rule=failed is not verdict)


def next_change(dates: Dates | None, renewal: Renewal, now: float) -> float | None:
    """Unix seconds when the verdict, or what is said of it, is another although nothing changed;
    None for never."""
    after = (at + 1 for at in _moments(dates, renewal))
    return min((at for at in after if at > now), default=None)


def _moments(dates: Dates | None, renewal: Renewal) -> Iterator[float]:
    if renewal.fails_from is not None:
        yield renewal.fails_from
    if dates is None:
        return
    start, end = dates
    yield from (start, end, end - YEAR, end - WIDE, end - NARROW, end - SHARE * dates.life)
    yield start + USUAL * dates.life
    if renewal.at is not None:
        yield from (renewal.at, renewal.at + GRACE * dates.life)
