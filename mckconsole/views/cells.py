"""Cells for the things that every pane shows: states, ages, latencies, counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mckconsole.domain.findings import Severity
from mckconsole.domain.states import ClusterState
from mckconsole.domain.times import format_age
from mckconsole.views.spec import BLANK, GLYPHS, Cell, Role, Value

CLUSTER_ROLES: Mapping[ClusterState, Role] = {
    ClusterState.PENDING: Role.CONNECTING,
    ClusterState.CONNECTING: Role.CONNECTING,
    ClusterState.READY: Role.OK,
    ClusterState.DEGRADED: Role.WARN,
    ClusterState.FORBIDDEN: Role.FORBIDDEN,
    ClusterState.UNAUTHORIZED: Role.CRITICAL,
    ClusterState.LOGIN_REQUIRED: Role.CRITICAL,
    ClusterState.UNREACHABLE: Role.CRITICAL,
}

SEVERITY_ROLES: Mapping[Severity, Role] = {
    Severity.CRITICAL: Role.CRITICAL,
    Severity.HIGH: Role.CRITICAL,
    Severity.MEDIUM: Role.WARN,
    Severity.LOW: Role.WARN,
    Severity.INFO: Role.DIM,
}

_SEVERE = (Severity.CRITICAL, Severity.HIGH)
_MINOR = (Severity.MEDIUM, Severity.LOW)
_BARS = "▁▂▃▄▅▆▇█"
_TREND_LENGTH = 7


def signed(role: Role, words: str, value: Value = None) -> Cell:
    """Words with the glyph of their role before them."""
    glyph = GLYPHS.get(role, "")
    return Cell(f"{glyph} {words}" if glyph else words, role, words if value is None else value)


def unknown(why: str = "unknown") -> Cell:
    """What could not be read; never blank, never zero."""
    return Cell(f"? {why}", Role.UNKNOWN, None)


def age(seconds: float | None) -> Cell:
    """An age, or a dash where there was nothing yet."""
    return BLANK if seconds is None else Cell(format_age(seconds), Role.PLAIN, round(seconds, 3))


def finding_counts(counts: Mapping[Severity, int], waived: int = 0) -> Cell:
    """`✖3 ▲6`: critical and high, then medium and low; information alone counts as none. What
    somebody answers for is told behind them, and counts for nothing."""
    severe = sum(counts.get(severity, 0) for severity in _SEVERE)
    minor = sum(counts.get(severity, 0) for severity in _MINOR)
    parts = [f"{GLYPHS[Role.CRITICAL]}{severe}"] if severe else []
    parts += [f"{GLYPHS[Role.WARN]}{minor}"] if minor else []
    role = Role.CRITICAL if severe else Role.WARN if minor else Role.DIM
    text = " ".join(parts) or "none"
    return Cell(f"{text} · {waived} waived" if waived else text, role, severe + minor)


def trend(values: Sequence[float]) -> str:
    """The last few values as bars; empty for fewer than two."""
    last = values[-_TREND_LENGTH:]
    if len(last) < 2:
        return ""
    low, high = min(last), max(last)
    reach = max(high - low, high / 4, 1e-9)
    return "".join(_BARS[min(int((v - low) / reach * len(_BARS)), len(_BARS) - 1)] for v in last)
