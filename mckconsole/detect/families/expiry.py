"""When a credential ends, as a public fact. Whether it has, is for the analysis to say: what is
found here is remembered."""

from __future__ import annotations

from datetime import UTC, datetime


def from_epoch(seconds: object) -> str:
    """Unix seconds as RFC 3339; empty for what is no such time."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        return ""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return ""


def from_text(text: str) -> str:
    """A date or time of ISO 8601 as RFC 3339 in UTC; empty for what is none."""
    try:
        read = datetime.fromisoformat(text)
        if read.tzinfo is None:
            read = read.replace(tzinfo=UTC)
        return read.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        return ""
