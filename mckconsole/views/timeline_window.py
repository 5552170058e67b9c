"""How far back the timeline is looked at: `30m`, `2h`, `1d`, `all`."""

from __future__ import annotations

import re

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
STEPS: tuple[float | None, ...] = (5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 6 * HOUR, DAY, None)
"""Windows that keys go through, seconds; None is everything that is kept."""
LONGEST = 3660 * DAY
_UNITS = {"s": 1.0, "m": MINUTE, "min": MINUTE, "h": HOUR, "d": DAY}
_SPAN = re.compile(r"(\d{1,7})(s|m|min|h|d)")


class WindowError(ValueError):
    """A word that was to say how far back is none; the message says what would be."""


def parse_window(word: str) -> float | None:
    """Seconds of `30m`; None for `all`.

    Raises:
        WindowError: it is neither.
    """
    text = word.strip().casefold()
    if text == "all":
        return None
    found = _SPAN.fullmatch(text)
    if found is None or not int(found[1]):
        raise WindowError(f"{word} is no span of time; 30m, 2h, 1d or all")
    return min(int(found[1]) * _UNITS[found[2]], LONGEST)


def looks_like_window(word: str) -> bool:
    """Whether a word is meant to be one, and is no word to filter by."""
    return bool(_SPAN.fullmatch(word.casefold())) or word.casefold() == "all"


def window_words(seconds: float | None) -> str:
    """`last 30 m`; empty for everything."""
    if seconds is None:
        return ""
    for size, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "m")):
        if seconds >= size and not seconds % size:
            return f"last {seconds / size:.0f} {unit}"
    return f"last {seconds:.0f} s"


def next_window(seconds: float | None, by: int) -> float | None:
    """The window that is one step longer (`by` 1) or shorter (-1) than `seconds`."""
    if by > 0:
        longer = (one for one in STEPS if seconds is not None and (one is None or one > seconds))
        return next(longer, None)
    shorter = [one for one in STEPS if one is not None and (seconds is None or one < seconds)]
    return shorter[-1] if shorter else seconds
