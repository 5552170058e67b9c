"""The Marvin32 hash and the signed formats of Azure keys that are checked with it.

Facts from Microsoft's security-utilities (MIT), written anew: a key carries four characters that
name the service and ends in a checksum over all bytes before it, seeded with eight characters that
name the kind of key.
"""

from __future__ import annotations

_MASK = 0xFFFFFFFF


def _turn(word: int, bits: int) -> int:
    return ((word << bits) | (word >> (32 - bits))) & _MASK


def _mix(low: int, high: int) -> tuple[int, int]:
    high ^= low
    low = (_turn(low, 20) + high) & _MASK
    high = _turn(high, 9) ^ low
    low = (_turn(low, 27) + high) & _MASK
    return low, _turn(high, 19)


def marvin32(data: bytes, seed: bytes) -> int:
    """The hash of `data`, 32 bits; `seed` is 8 bytes as they are written in a name."""
    low, high = int.from_bytes(seed[4:], "big"), int.from_bytes(seed[:4], "big")
    whole = len(data) & ~3
    for at in range(0, whole, 4):
        low = (low + int.from_bytes(data[at : at + 4], "little")) & _MASK
        low, high = _mix(low, high)
    last = int.from_bytes(data[whole:] + b"\x80", "little")
    low, high = _mix((low + last) & _MASK, high)
    low, high = _mix(low, high)
    return low ^ high


def checksum_holds(key: bytes, seeds: tuple[bytes, ...]) -> bool:
    """Whether the last four bytes are the checksum of those before, under one of the seeds."""
    wanted = int.from_bytes(key[-4:], "little")
    return any(marvin32(key[:-4], seed) == wanted for seed in seeds)
