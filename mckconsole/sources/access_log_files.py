"""The bytes of a log file, plain or gzip, a portion at a time.

Rotated logs are gzip, and several of them one behind the other are one file. Whatever a few bytes
inflate to, no more than a portion is in memory.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

PORTION = 2**20
"""Bytes that are read, and at most inflated, at a time."""
_GZIP = b"\x1f\x8b"
_PACKED = {
    b"PK\x03\x04": "zip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\xfd7zXZ\0": "xz",
    b"BZh": "bzip2",
    b"\x04\x22\x4d\x18": "lz4",
}
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"{\0", b"\0{", b"[\0", b"\0[")


class Unreadable(Exception):
    """The rest of the file cannot be read; the message says why, in words."""


def unusable(head: bytes) -> str:
    """Why a file that begins like this cannot be a log that is read; empty where it can."""
    for sign, name in _PACKED.items():
        if head.startswith(sign):
            return f"it is packed with {name}; unpack it, or pack it with gzip"
    return "it is UTF-16 text; save it as UTF-8" if head.startswith(_UTF16) else ""


def portions(path: Path) -> Iterator[bytes]:
    """The file's content, in order.

    Raises:
        Unreadable: no more of it can be read; what came before counts.
    """
    try:
        with path.open("rb") as file:
            read = iter(lambda: file.read(PORTION), b"")
            first = next(read, b"")
            yield from _inflated(first, read) if first[:2] == _GZIP else (first, *())
            yield from read
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None
    except zlib.error:
        raise Unreadable("is no valid gzip from some place on") from None


def _inflated(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    """Inflate all members; zero bytes between or behind them are padding."""
    member = zlib.decompressobj(31)
    data = first
    while True:
        data = data or next(rest, b"")
        if member.eof:
            data = data.lstrip(b"\0") or next(rest, b"").lstrip(b"\0")
            if not data:
                return
            member = zlib.decompressobj(31)
        if not data:
            raise Unreadable("ends in the middle: it was cut")
        found = member.decompress(data, PORTION)
        data = member.unconsumed_tail or member.unused_data
        if found:
            yield found
