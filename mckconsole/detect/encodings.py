"""Base64 and gzip: what a value looks like that is something else inside."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator

import msgspec

GZIP = b"\x1f\x8b\x08"
RUNS = (
    b"LS0tLS1",  # -----
    b"H4sIA",  # gzip
    b"eyJhdXRocyI6",  # {"auths":
    b"eyJ0eXBlIjoi",  # {"type":"
    b"ewogIC",  # { and an indented line
    b"ewoJI",
    b"ew0KI",
    b"YXBpVmVyc2lvbj",  # apiVersion
    b"ZXlK",  # eyJ: a JSON Web Token in base64 once more
)
"""What base64 of something worth looking at begins with."""
SECRETS = (b"kind: Secret", b'kind: "Secret"')
"""What a Secret in YAML has beside data that is base64."""
_MIN = 12
_MIN_CODED = 1024
_HEAD = 64
_SURE = 24
"""Bytes that are no UTF-8 by chance."""
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_CONTROLS = bytes({*range(32)} - {9, 10, 13}) + b"\x7f"
_SPACE = b" \t\r\n"
_RUN = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_WRAPPED = re.compile(
    rb"(?:[A-Za-z0-9+/]{64}(?:[A-Za-z0-9+/]{12})?\r?\n[ \t]*)+[A-Za-z0-9+/]*={0,2}"
)
_VALUE = re.compile(rb"^ +[\w.-]{1,253}: [\"']?([A-Za-z0-9+/]{12,}={0,2})[\"']?$", re.M)
_decode = msgspec.json.Decoder(bytes).decode


def unbase64(data: bytes) -> bytes | None:
    """The bytes that a whole text is base64 of; None where it is none, or where these are neither
    text nor of a known kind: random letters decode too."""
    if len(data) < _MIN or data[:_HEAD].translate(None, _ALPHABET + _SPACE):
        return None
    tidy = data.strip() if len(data.split(None, 1)) == 1 else b"".join(data.split())
    if tidy.translate(None, _ALPHABET):
        return None
    if len(tidy) % 4:
        tidy += b"=" * (-len(tidy) % 4)
    if not _promising(tidy[:_HEAD]):
        return None
    found = _decoded(tidy)
    return found if found is not None and _is_something(found[: 3 * _HEAD]) else None


def is_coded(data: bytes) -> bool:
    """Whether a long text is base64 throughout: what looks like a token in there is chance."""
    return (
        len(data) >= _MIN_CODED
        and not data[:_HEAD].translate(None, _ALPHABET + _SPACE)
        and not data.translate(None, _ALPHABET + _SPACE)
    )


def decode64(data: bytes) -> bytes | None:
    """The bytes of what is base64 by its schema; None where it is none all the same."""
    return _decoded(data)


def runs(data: bytes, starts: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The stretches of base64 in a text, in order.

    Args:
        starts: where one of `RUNS` or of `SECRETS` is.
    """
    done = 0
    for at in sorted(starts):
        if at < done:
            continue
        if data.startswith(b"kind", at):
            done = yield from _of_secret(data, at)
            continue
        start, done = run_at(data, at)
        yield start, done


def _of_secret(data: bytes, at: int) -> Generator[tuple[int, int], None, int]:
    """The values of the YAML document around `at` that may be base64; returns its end."""
    start, end = data.rfind(b"\n---", 0, at) + 1, data.find(b"\n---", at)
    end = len(data) if end < 0 else end
    for found in _VALUE.finditer(data, start, end):
        yield found.span(1)
    return end


def run_at(data: bytes, start: int) -> tuple[int, int]:
    """The extent of the base64 that begins at `start`, over lines where they are full ones."""
    found = _WRAPPED.match(data, start) or _RUN.match(data, start)
    return found.span() if found else (start, start)


def _promising(head: bytes) -> bool:
    found = _decoded(head[: len(head) // 4 * 4])
    return found is not None and _is_something(found)


def _is_something(head: bytes) -> bool:
    if head.startswith((GZIP, b"\x30\x82")):
        return True
    if head.translate(None, _CONTROLS) != head:
        return False
    if len(head) < _SURE:
        return head.isascii()
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3 and error.start > 0
    return True


def _decoded(text: bytes) -> bytes | None:
    try:
        return _decode(b'"' + text + b'"')
    except (msgspec.MsgspecError, ValueError):
        return None
