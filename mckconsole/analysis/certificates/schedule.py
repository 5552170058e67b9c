"""How often a CronJob runs, by its schedule: only the days count, for jobs that renew certificates.

Source: robfig/cron as Kubernetes uses it (five fields, or a name such as `@monthly`; where both day
fields are given, a day that fits either counts). What is anything else has no period.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

_NAMED = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_FIRST, _DAYS = date(2024, 1, 1), 9 * 366  # with two leap days
_DAY = 86400.0
_MAX_TEXT = 200
_NAMES = {
    name: number
    for names, base in (
        ("jan feb mar apr may jun jul aug sep oct nov dec", 1),
        ("sun mon tue wed thu fri sat", 0),
    )
    for number, name in enumerate(names.split(), base)
}


@lru_cache(maxsize=256)
def longest_period(schedule: str) -> float | None:
    """The longest time between two runs, seconds, to the day; None where it cannot be told."""
    if len(schedule) > _MAX_TEXT:
        return None
    text = schedule.strip().lower()
    fields = _NAMED.get(text, text).split()
    if len(fields) != 5:
        return None
    try:
        days = _values(fields[2], 1, 31)
        months = _values(fields[3], 1, 12)
        weekdays = {number % 7 for number in _values(fields[4], 0, 7)}
    except ValueError:
        return None
    either = not _every_day(fields[2]) and not _every_day(fields[4])
    last, longest = None, 0
    for number in range(_DAYS):
        day = _FIRST + timedelta(number)
        by_day, by_weekday = day.day in days, day.isoweekday() % 7 in weekdays
        fits = (by_day or by_weekday) if either else (by_day and by_weekday)
        if fits and day.month in months:
            longest = max(longest, number - last if last is not None else 0)
            last = number
    return longest * _DAY if longest else None


def _every_day(field: str) -> bool:
    """Whether a day field leaves the days to the other one; `*/2` names days of its own."""
    return any(part.removesuffix("/1") in ("*", "?") for part in field.split(","))


def _values(field: str, low: int, high: int) -> set[int]:
    """The numbers that one field stands for.

    Raises:
        ValueError: it is none.
    """
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        if first in ("*", "?"):
            start, end = low, high
        else:
            start = _number(first)
            end = _number(last) if dash else (high if step else start)
        every = int(step) if step else 1
        if not low <= start <= end <= high or every < 1:
            raise ValueError("out of range")
        found.update(range(start, end + 1, every))
    return found


def _number(text: str) -> int:
    return _NAMES[text] if text in _NAMES else int(text)
