"""Parse the times that clusters write: RFC 3339 stamps and Go durations.

Instants are Unix seconds (float, UTC), spans are seconds (float). Everything returns None for text
that is no time: a wrong clock must read as unknown, never as zero.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_GO_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
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


def parse_rfc3339(text: str) -> float | None:
    """Unix seconds of a Kubernetes time stamp (`2026-08-01T09:00:01Z`, also MicroTime), or None."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return moment.timestamp()
    except (OverflowError, ValueError):
        return None


def parse_http_date(text: str) -> float | None:
    """Unix seconds of an HTTP `Date` header, or None."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


def format_rfc3339(instant: float) -> str:
    """`2026-08-01T09:00:01Z` for Unix seconds; fractions are cut."""
    return datetime.fromtimestamp(int(instant), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_go_duration(text: str) -> float | None:
    """Seconds of a Go `Duration.String()` such as `1m2.5s` or `447.358µs`, or None."""
    text = text.strip()
    if not _GO_WHOLE.fullmatch(text):
        return None
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in _GO_PART.findall(text))
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
    if seconds < 0.001:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s"
