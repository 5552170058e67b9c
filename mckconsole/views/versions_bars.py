"""Two small pictures: what is left of a minor's support, and how the kubelets' minors spread.

Each stands next to words that say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from mckconsole.analysis.versions.model import Support, SupportState
from mckconsole.domain.kubeversion import Minor

WIDTH = 8
"""Cells of the support bar."""
_OVER, _PAID, _LEFT = "░", "▒", "█"
_BARS = "▁▂▃▄▅▆▇█"
_RUNNING = (SupportState.SUPPORTED, SupportState.ENDING)


def support_bar(support: Support) -> str:
    """`░░░██▒▒▒`: from the release to the last end, what is over, what is left of standard support,
    and what costs extra. Empty where one of its ends is not known."""
    start, standard = support.start, support.standard_end
    last = support.extended_end or standard
    if start is None or standard is None or last is None or last <= start:
        return ""
    today = _today(support, standard)
    if today is None:
        return ""
    over = _cells(start, last, today)
    paid = min(WIDTH - _cells(start, last, standard), WIDTH)
    if support.state in _RUNNING:
        over = min(over, WIDTH - paid - 1)  # one cell at least for what is left
    over = max(over, 0)
    left = max(WIDTH - over - paid, 0)
    return _OVER * over + _LEFT * left + _PAID * (WIDTH - over - left)


def _today(support: Support, standard: date) -> date | None:
    """The day that it was judged on, from the days that were left."""
    if support.state is SupportState.ENDED:
        return date.max
    if support.days is None:
        return None
    if support.state in _RUNNING:
        return standard - timedelta(days=support.days)
    if support.state is SupportState.EXTENDED and support.extended_end is not None:
        return support.extended_end - timedelta(days=support.days)
    return None


def _cells(start: date, last: date, day: date) -> int:
    """How much of the bar is before a day."""
    part = (min(max(day, start), last) - start) / (last - start)
    return round(part * WIDTH)


def histogram(counts: Sequence[tuple[Minor, int]]) -> str:
    """`1.34▂ 1.35█`: each minor with how many of the nodes have it, the most being full."""
    most = max((count for _, count in counts), default=0)
    return " ".join(f"{minor}{_height(count, most)}" for minor, count in counts if count > 0)


def _height(count: int, most: int) -> str:
    return _BARS[max(-(-count * len(_BARS) // most) - 1, 0)]
