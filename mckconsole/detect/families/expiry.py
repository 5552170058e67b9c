"""When a credential ends, as a public fact, and what that makes of it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from mckconsole.domain.findings import Severity


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
    except ValueError:
        return ""
    if read.tzinfo is None:
        read = read.replace(tzinfo=UTC)
    return read.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def expired(when: str, now: float | None = None) -> bool:
    """Whether a time of `from_epoch` or `from_text` has passed; `now` in Unix seconds."""
    if not when:
        return False
    moment = datetime.fromtimestamp(time.time() if now is None else now, UTC)
    return when < moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def judged(when: str, else_: Severity | None = None) -> Severity | None:
    """Information where it has ended."""
    return Severity.INFO if expired(when) else else_
