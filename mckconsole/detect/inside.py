"""Documents within a text: in a block of YAML, in a quoted string, or as JSON in the middle.

Values files, manifests and variables carry whole kubeconfigs, logins and keys. What reads documents
cannot read them there; here they are cut out where a literal says that one may be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

_MAX = 64 * 1024
"""Bytes of such a document, and how far back its beginning may be."""
_MAX_FOUND, _MAX_TRIED = 32, 100
"""Documents of one text, and places in it that are looked at for one."""
_MAX_BRACES = 8
_MAX_QUOTES = 400
_INDENT = re.compile(rb" *")
_HEAD = re.compile(rb"[^\r\n]{0,256}[:=-][ \t]*[|>][+-]?\d?[+-]?[ \t]*(?:#[^\r\n]*)?\r?$")
_STRING = re.compile(rb'"((?:[^"\\\r\n]|\\.){0,%d}+)"' % _MAX)
_decode = json.JSONDecoder(strict=False).raw_decode


def documents(data: bytes, places: Iterable[int]) -> Iterator[tuple[tuple[int, int], bytes]]:
    """The stretch of each document around one of `places` that is not the text itself, and the
    document as it was before it was put in there."""
    done = count = tried = 0
    for at in sorted(places):
        if at < done or count == _MAX_FOUND or tried == _MAX_TRIED:
            continue
        tried += 1
        for find in (_quoted, _block, _json):
            found = find(data, at)
            if found is not None:
                done, count = found[0][1], count + 1
                yield found
                break


_Found = tuple[tuple[int, int], bytes]


def _quoted(data: bytes, at: int) -> _Found | None:
    """A string in double quotes, with its escapes undone."""
    if data[at - 1 : at] != b"\\" and data[at - 2 : at] not in (b"\\n", b'\\"'):
        return None
    low = max(0, at - _MAX)
    start = _opening(data, data.rfind(b"\n", low, at) + 1 or low, at)
    found = _STRING.match(data, start) if start >= 0 else None
    if found is None or found.end() <= at:
        return None
    try:
        text: str = json.loads(found[0], strict=False)
    except ValueError:
        return None
    return found.span(1), text.encode("utf-8", "replace")


def _opening(data: bytes, low: int, at: int) -> int:
    """The quote that opens the string around a place: the next in front without a backslash; -1
    for none that is near."""
    quote = at
    for _ in range(_MAX_QUOTES):
        quote = data.rfind(b'"', low, quote)
        if quote < 0:
            break
        before = data[max(low, quote - 8) : quote]
        if (len(before) - len(before.rstrip(b"\\"))) % 2 == 0:
            return quote
    return -1


def _block(data: bytes, at: int) -> _Found | None:
    """A block scalar, without its indentation."""
    here = data.rfind(b"\n", 0, at) + 1
    least = _indent(data, here)
    first = here
    while least and here and at - here < _MAX:
        here = data.rfind(b"\n", 0, here - 1) + 1
        indent = _indent(data, here)
        if not data[here + indent : here + indent + 1].strip():
            continue
        if indent < least and _HEAD.match(data, here, first - 1):
            return _lines(data, first, least)
        least, first = min(least, indent), here
    return None


def _lines(data: bytes, start: int, indent: int) -> _Found:
    """The lines from `start` on that are indented so far, or blank."""
    margin, stop = b" " * indent, start
    while stop < min(len(data), start + _MAX):
        following = data.find(b"\n", stop) + 1 or len(data)
        if not data.startswith(margin, stop) and data[stop:following].strip():
            break
        stop = following
    inner = b"\n".join(line.removeprefix(margin) for line in data[start:stop].split(b"\n"))
    return (start, stop), inner


def _json(data: bytes, at: int) -> _Found | None:
    """An object that has the place in it, and something in front of it or behind."""
    low = max(0, at - _MAX)
    line = data.rfind(b"\n", low, at) + 1 or low
    starts = [data.find(b"{", line, at)]
    for _ in range(_MAX_BRACES):
        starts.append(data.rfind(b"{", low, starts[-1] if len(starts) > 1 else at))
        if starts[-1] < 0:
            break
    for start in dict.fromkeys(one for one in starts if one >= 0):
        text = data[start : start + _MAX].decode("utf-8", "surrogateescape")
        try:
            _, size = _decode(text)
        except (ValueError, RecursionError):
            continue
        end = start + len(text[:size].encode("utf-8", "surrogateescape"))
        if end > at and (data[:start].strip() or data[end:].strip()):
            return (start, end), data[start:end]
    return None


def _indent(data: bytes, start: int) -> int:
    found = _INDENT.match(data, start)
    return found.end() - start if found else 0
