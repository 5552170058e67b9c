"""How far a server's clock is from ours, from the `Date` headers of its replies.

A `Date` header has whole seconds, so one reply only says that the offset lies in an interval a
little over a second wide. Intersecting the intervals of many replies narrows it (Marzullo's idea);
an interval that does not fit means that one of the clocks was set, and starts anew.
"""

from __future__ import annotations

from math import isfinite

from mckconsole.domain.times import parse_http_date


class ServerClock:
    """Estimates server time minus local time, in seconds."""

    def __init__(self) -> None:
        self._low = float("-inf")
        self._high = float("inf")
        self._text = ""
        self._date: float | None = None

    @property
    def offset(self) -> float:
        """Server minus local, seconds; 0.0 before the first observation."""
        return (self._low + self._high) / 2 if isfinite(self._low) else 0.0

    def parse(self, text: str | None) -> float | None:
        """Unix seconds of a `Date` header, or None; cheap for the text seen last."""
        if text is None:
            return None
        if text != self._text:
            self._text, self._date = text, parse_http_date(text)
        return self._date

    def observe(self, date: float, sent: float, received: float) -> None:
        """Take in that the server wrote `date` after `sent` and before `received` (local clock)."""
        low, high = date - received, date + 1.0 - sent
        if low > high:  # the local clock went back in between
            return
        if max(low, self._low) <= min(high, self._high):
            low, high = max(low, self._low), min(high, self._high)
        self._low, self._high = low, high
