"""When a CA bundle is worth nothing any more.

The certificates screen tells of every bundle; blockers only ask for those that have ended, and ask
again with every analysis, so what was read of a bundle is kept.
"""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache

from mckconsole.domain.times import format_rfc3339


def ended_on(bundle: str, now: float) -> str:
    """The day on which the last certificate of a bundle ended; empty where one is still good, and
    where there is none that can be read.

    Args:
        bundle: base64 of PEM.
        now: Unix seconds of the API server.
    """
    end = _end(bundle) if bundle else None
    return format_rfc3339(end)[:10] if end is not None and end <= now else ""


@lru_cache(maxsize=2048)
def _end(bundle: str) -> float | None:
    """Unix seconds."""
    from mckconsole.detect.x509 import read_certificates  # slow to import

    try:
        found = read_certificates(base64.b64decode(bundle, validate=True), "")
    except (binascii.Error, ValueError):
        return None
    return max((one.not_after for one in found), default=None)
