"""Many objects looked at together: their small values are searched at once, not each by itself.

A search for every literal costs as much for ten bytes as for thousands. What is large, and what
comes out of it, is looked at alone, so that never more than one object's is held unpacked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from mckconsole.detect.asking import Engine
from mckconsole.detect.gate import Haystack
from mckconsole.detect.look import Look
from mckconsole.detect.parts import Part

Batch: TypeAlias = tuple[Look, list[Part]]
_LARGE = 16 * 1024
"""Bytes of the values of one object from which on they are searched alone."""
_MOST = 1 << 20
"""Bytes that are searched together."""


def examine_all(work: Sequence[Batch], engine: Engine) -> None:
    """Look at fields of several objects, and at all that is in them."""
    wave = _small(work)
    while wave:
        ready: list[tuple[Look, list[Part], list[bytes], int]] = []
        texts: list[bytes] = []
        for look, batch in wave:
            own = look.texts(batch)
            if own is not None:
                ready.append((look, batch, own, len(texts)))
                texts += own
        found = engine.search(Haystack(texts)) if texts else {}
        below: list[Batch] = []
        room = _MOST
        for look, batch, own, first in ready:
            inner = _small([(look, one) for one in look.take(batch, own, found, first)], room)
            room -= sum(map(_size, inner))
            below += inner
        wave = below


def _small(work: Sequence[Batch], room: int = _MOST) -> list[Batch]:
    """What is to be searched with others; the rest is looked at here."""
    kept: list[Batch] = []
    for one in work:
        size = _size(one)
        if size > min(_LARGE, room):
            one[0].examine(one[1])
        elif one[1]:
            kept.append(one)
            room -= size
    return kept


def _size(one: Batch) -> int:
    return sum(len(part.data) for part in one[1])
