"""Read what people type for a moment of a recording. Times without a zone are UTC, as all times
that the console shows."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from mckconsole.domain.times import format_rfc3339

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_DAY = 86_400.0


def parse_span(text: str) -> float | None:
    """Seconds of `90s`, `5m`, `2h`, `1h30m`, or plain seconds; None for what is no span."""
    text = text.strip().lower()
    try:
        seconds = float(text)
    except ValueError:
        found = _SPAN.findall(text)
        if not found or _SPAN.sub("", text).strip():
            return None
        seconds = sum(float(number) * _SECONDS[unit] for number, unit in found)
    return seconds if 0 <= seconds < 1e9 else None


def parse_moment(text: str, first: float, last: float, now: float | None = None) -> float:
    """Unix seconds of a moment between `first` and `last`.

    `14:03`, `14:03:20` (of the day on which the recording holds it, else the nearest), a date and a
    time, `start`, `end`, `+5m` and `-5m` from `now` (by default `+` from the start and `-` from the
    end).

    Raises:
        ValueError: it is none, or not in the recording; the message says what is.
    """
    found = _parsed(text.strip(), first, last, now)
    if found is None:
        raise ValueError(f"{text} is no time; 14:03, 2026-11-23T14:03:20Z, -5m, start and end are")
    if not first - 1 < found < last + 1:
        span = f"{format_rfc3339(first)} to {format_rfc3339(last)}"
        raise ValueError(f"{text} is not in the recording, which is of {span}")
    return min(max(found, first), last)


def _parsed(text: str, first: float, last: float, now: float | None) -> float | None:
    if text.lower() in ("start", "end"):
        return first if text.lower() == "start" else last
    if text[:1] in ("+", "-"):
        span = parse_span(text[1:])
        if span is None:
            return None
        return (first if now is None else now) + span if text[0] == "+" else (
            (last if now is None else now) - span
        )  # fmt: skip
    if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", text):
        return _of_day(text, first, last)
    try:
        moment = datetime.fromisoformat(text.replace(" ", "T", 1).upper())
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _of_day(text: str, first: float, last: float) -> float | None:
    """A time of day, on the latest day of the recording that has it."""
    hours, minutes, seconds = (*map(int, text.split(":")), 0)[:3]
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    midnight = datetime.fromtimestamp(last, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    moment = (midnight + timedelta(hours=hours, minutes=minutes, seconds=seconds)).timestamp()
    while moment > last and moment - _DAY >= first - 1:
        moment -= _DAY
    return moment
