"""Parse the times that clusters write: RFC 3339 stamps and Go durations.

Instants are Unix seconds (float, UTC), spans are seconds (float). Everything returns None for text
that is no time: a wrong clock must read as unknown, never as zero.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from functools import lru_cache

_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
    r"(?:[Zz]|[-+][0-9]{2}:[0-9]{2})"
)
_GO_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_GO_WHOLE = re.compile(rf"[-+]?(?:{_GO_PART.pattern})+|[-+]?0")
_SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
}
_MAX_GO_SECONDS = 2**63 / 1e9
"""A Go duration is a signed 64-bit count of nanoseconds."""
_EARLIEST = datetime(1, 1, 1, tzinfo=UTC).timestamp()
_LATEST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()


@lru_cache(maxsize=4096)
def parse_rfc3339(text: str) -> float | None:
    """Unix seconds of a Kubernetes time stamp (`2026-08-01T09:00:01Z`, also MicroTime), or None.

    What was parsed is remembered for a while: one rollout writes the same second many times.
    """
    if not _RFC3339.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).timestamp()
    except (OverflowError, ValueError):
        return None


def parse_http_date(text: str) -> float | None:
    """Unix seconds of an HTTP `Date` header, or None; without a zone it is UTC."""
    from email.utils import parsedate_to_datetime  # slow to import, and only answers have dates

    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def format_rfc3339(instant: float) -> str:
    """`2026-08-01T09:00:01Z` for Unix seconds; fractions are cut, years end at 1 and 9999.

    Raises:
        ValueError: `instant` is NaN.
    """
    moment = datetime.fromtimestamp(math.floor(min(max(instant, _EARLIEST), _LATEST)), UTC)
    return moment.replace(tzinfo=None).isoformat() + "Z"


def parse_go_duration(text: str) -> float | None:
    """Seconds of a Go `Duration.String()` such as `1m2.5s` or `447.358µs`, or None."""
    text = text.strip()
    if not _GO_WHOLE.fullmatch(text):
        return None
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in _GO_PART.findall(text))
    if seconds > _MAX_GO_SECONDS:
        return None
    return -seconds if text.startswith("-") else seconds


def format_age(seconds: float) -> str:
    """A short age with its unit: `4 s`, `14 m`, `3 h`, `12 d`."""
    seconds = max(seconds, 0.0)
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} m"
    if seconds < 172_800:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86400:.0f} d"


def format_span(seconds: float) -> str:
    """A measured latency with its unit: `0.4 ms`, `88 ms`, `1.2 s`."""
    if abs(seconds) < 0.00095:
        return f"{seconds * 1000:.1f} ms"
    if abs(seconds) < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s"
