"""How long and how large an answer of a cluster may be.

All of them are injectable, so that a test of a timeout takes milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits towards one cluster; times in seconds, sizes in bytes."""

    connect: float = 10.0
    """Name resolution, TCP, proxy and TLS handshake together."""
    first_byte: float = 15.0
    """Silence before the first byte and between two reads of a reply."""
    total: float = 60.0
    """One request from start to last byte, unless the caller says otherwise."""
    min_rate: float = 1024.0
    """Bytes per second below which a body is a trickle; judged after `rate_grace`."""
    rate_grace: float = 15.0
    body: int = 64 * MIB
    """Decompressed bytes of one reply."""
    concurrent: int = 8
    """Replies being read at the same time; streams do not count."""
    opening: int = 4
    """Streams being opened at the same time; an open stream holds nothing that others need."""
    recheck_files: float = 5.0
    """How often CA and certificate files are looked at for a change."""


DEFAULT_LIMITS = Limits()
