"""Everything that an object keeps in memory, for tests that no value is among it."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import msgspec


def reachable(root: object) -> Iterator[object]:
    """Everything that hangs on `root`, whether or not the collector knows it; no code."""
    seen: set[int] = set()
    queue = [root]
    while queue:
        one = queue.pop()
        if id(one) in seen or isinstance(one, type) or type(one).__name__ in ("module", "function"):
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, msgspec.Struct):
            queue += [getattr(one, name) for name in one.__struct_fields__]
        else:
            queue += gc.get_referents(one)
