"""How much work one object may cause, counted and not timed: what is over is said, not done."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

MIB = 1 << 20
MAX_DEPTH = 4
"""Layers of encoding that are taken off a value."""
MAX_INFLATED = 32 * MIB
"""Bytes that all compressed parts of one object may come to."""
MAX_LOOKED_AT = 128 * MIB
"""Bytes of all parts of one object, with what was unpacked."""
MAX_PARTS = 50_000
"""Values of one object that are looked at each by itself."""
MAX_HITS = 500
"""Credentials of one object that are reported."""
MAX_JSON = 2 * MIB
MAX_BRACKETS = 100_000
"""Of one JSON text: each may become a container, which takes much more memory than the text."""
_INFLATED = f"more than {MAX_INFLATED // MIB} MiB when inflated"
_STEP = MIB
_GZIP = 16 + zlib.MAX_WBITS


class TooMuch(Exception):
    """A limit is reached; the text says which, in words, and nothing of any value."""


@dataclass(slots=True)
class Budget:
    """What is left to spend on one object."""

    inflated: int = MAX_INFLATED
    looked_at: int = MAX_LOOKED_AT
    parts: int = MAX_PARTS

    def look(self, size: int) -> None:
        """Count `size` bytes that are searched.

        Raises:
            TooMuch: that is more than one object may have.
        """
        self.looked_at -= size
        if self.looked_at < 0:
            raise TooMuch(f"more than {MAX_LOOKED_AT // MIB} MiB to look at")

    def part(self, count: int = 1) -> None:
        """Count values that are looked at each by itself.

        Raises:
            TooMuch: there are more than one object may have.
        """
        self.parts -= count
        if self.parts < 0:
            raise TooMuch(f"more than {MAX_PARTS:,} values to look at")

    def inflate(self, data: bytes) -> bytes | None:
        """Inflate gzip, never further than allowed; None for what is damaged or cut off.

        Raises:
            TooMuch: it is larger than one object may have; no more was inflated than that.
        """
        if self.inflated <= 0:
            raise TooMuch(_INFLATED)
        inflater = zlib.decompressobj(_GZIP)
        pieces = []
        rest = data
        try:
            while not inflater.eof:
                piece = inflater.decompress(rest, min(_STEP, self.inflated + 1))
                self.inflated -= len(piece)
                if self.inflated < 0:
                    raise TooMuch(_INFLATED)
                rest = inflater.unconsumed_tail
                if not piece and not rest and not inflater.eof:
                    return None
                pieces.append(piece)
        except zlib.error:
            return None
        return b"".join(pieces)
