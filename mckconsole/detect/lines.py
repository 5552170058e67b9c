"""Names and values in texts that are no JSON: YAML, dotenv, INI, properties, TOML, XML, scripts.

No parser: one that reads all these reads all hostile ones too, and most of a text is of no
interest. A value is cut out where a word that a detector waits for is part of a name in front of
it. The way to it, for people, is worked out backwards from there, by indentation, in a bounded
number of lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mckconsole.detect.names import BARE, joined, shown

MAX_VALUE = 8192
"""Bytes of a value of one line."""
_MAX_BLOCK = 64 * 1024
_MAX_STEPS = 1000
"""Lines that are looked at to tell where one is."""
_NAME_BYTES = bytes(c for c in range(256) if chr(c).isalnum() and c < 128) + b"_.-"
_MAX_NAME = 96
_FIRST = re.compile(rb"[ \t]*(?:- +)*(?:export[ \t]+|set[ \t]+)?[\"']?\Z")
_ASSIGNED = re.compile(
    rb"([A-Za-z0-9_.\-]{1,96})[\"'`]?\]?(?::?[ \t]+[Ss]tr(?:ing)?(?=[ \t]*=))?[ \t]*"
    rb"(=>|[:?.+]{0,3}=(?![=~])|:(?!//|:))[ \t]*"
)
_PAIRED = re.compile(
    rb"([A-Za-z0-9_.\-]{1,96})[\"']?[ \t]*,?(?:[ \t]*\r?\n[ \t]*|[ \t]+|(?<=,))"
    rb"[\"']?[Vv]alue[\"']?[ \t]*(:|=)[ \t]*"
)
_HANDED = re.compile(rb"([A-Za-z0-9_.\-]{1,96})([\"'])[ \t]*,[ \t]*(?=[\"'])")
"""`setProperty("name", "value")`, `["--name", "value"]`."""
_FLAG = re.compile(rb"(--[A-Za-z0-9][A-Za-z0-9_.\-]{0,95})([ \t]+)(?![-|&;<>\\\s])")
_DIRECTIVE = re.compile(
    rb"([A-Za-z0-9_.\-]{1,96})([ \t]+)"
    rb"(?=(?:\"[^\"\r\n]{8,512}\"|[^\s\"'=:]{8,512})[ \t]*(?:\r?\n|\Z))"
)
"""`requirepass …`: a line of two words."""
_NAMING = re.compile(rb"(?:name|key)[\"']?[ \t]*[:=][ \t]*[\"']?\Z", re.I)
_QUOTED = re.compile(rb"\"((?:[^\"\\\r\n]|\\.){0,8192})\"|'([^'\r\n]{0,8192})'")
_TO_END = re.compile(rb"[^\r\n]{0,8192}")
_TO_SPACE = re.compile(rb"\S{0,8192}")
_TO_DELIMITER = re.compile(rb"[^\s;&,\"'<>)}\]]{0,512}")
_ELEMENT = re.compile(rb"([A-Za-z0-9_.\-:]{1,96})>\s{0,200}+([^<\r\n]{1,8192}+)\s{0,200}+</")
_COMMENT = re.compile(rb"[ \t]+[#;].*\Z")
_BLOCK = re.compile(rb"[|>][+-]?\d?[ \t]*\Z")
_KEY_LINE = re.compile(
    rb"([ \t]*)((?:- +)*)(?:export[ \t]+)?[\"']?([A-Za-z0-9_./\-]{1,96})[\"']?[ \t]*"
    rb"(=>|:=|=|:(?=\s|\Z))"
)
_DASHES = re.compile(rb"([ \t]*)((?:- *)*)")
_NAME = re.compile(rb"[ \t]*([A-Za-z0-9_.\-]{1,200}): [\"']?\Z")
_SECTION = re.compile(rb"\[([A-Za-z0-9_. -]{1,64})\]")
_MAX_SECTION = 4096
"""Bytes of a section in front of a line of it."""
_ENVIRONMENT = re.compile(r"[A-Z][A-Z0-9_]*\Z")


_IDLE = re.compile(
    rb"[A-Za-z0-9_.\-]{0,48}+(?:"
    rb"[:=][ \t]*+(?:[^\s\"'`<>|&;#,\\]{0,7}+|[A-Za-z]{0,11}+)(?:\r?\n|\Z)|"
    rb"[\"']?\r?\n[ \t]*+(?![\"']?[Vv]alue[\"']?[ \t]*[:=]))"
)
"""A name without a value, or with one that is a short word, to the end of the line: most are."""


@dataclass(frozen=True, slots=True, repr=False)
class Assigned:
    """One value of a text, with the name in front of it."""

    name: str
    start: int
    end: int
    """Of the value within the text."""


def is_idle(data: bytes, word: int) -> bool:
    """Whether a look at what follows a word tells already that `assigned` has nothing to say that
    is longer than a word."""
    return _IDLE.match(data, word) is not None


def assigned(data: bytes, word: int) -> Assigned | None:
    """What is assigned to the name around a word at offset `word`; None where it is no name."""
    low = max(0, word - _MAX_NAME)
    head = data[low:word]
    at = low + len(head.rstrip(_NAME_BYTES))
    if data[at - 1 : at] == b"<" and (element := _ELEMENT.match(data, at)):
        start, end = element.span(2)
        return Assigned(element[1].decode("ascii"), start, start + len(element[2].rstrip()))
    found = _ASSIGNED.match(data, at)
    line = data.rfind(b"\n", max(0, at - 256), at) + 1 or max(0, at - 256)
    if found is not None:
        first = _FIRST.match(data, line, at) is not None
    elif _NAMING.search(data, max(line, at - 16), at):
        found = _PAIRED.match(data, at)
        first = found is not None and b"\n" in found[0]
    else:
        found, first = _said_next(data, at, line), False
    if found is None or (name := found[1].decode("ascii")).isdigit():
        return None
    if data[at - 1 : at] == b":" == found[2]:
        return None  # part of an ARN or URN
    start, end = _extent(data, found.end(), first, _is_variable(found))
    return Assigned(name, start, end) if start < end else None


def _is_variable(found: re.Match[bytes]) -> bool:
    """Whether a value is given to a variable as shells do: it ends where the word does."""
    return found[0] == found[1] + b"=" and _ENVIRONMENT.match(found[1].decode("ascii")) is not None


def _said_next(data: bytes, at: int, line: int) -> re.Match[bytes] | None:
    """The name at `at` where its value follows without a sign between: a flag, an argument, or a
    line of nothing but these two."""
    if data.startswith(b"--", at) and (found := _FLAG.match(data, at)):
        return found
    if not data[line:at].strip() and (found := _DIRECTIVE.match(data, at)):
        return found
    found = _HANDED.match(data, at)
    return found if found and data[at - 1 : at] == found[2] else None


def _extent(data: bytes, start: int, first: bool, variable: bool) -> tuple[int, int]:
    """Where the value that starts here begins and ends."""
    if quoted := _QUOTED.match(data, start):
        return quoted.span(1) if quoted[1] is not None else quoted.span(2)
    if not first:
        found = _TO_DELIMITER.match(data, start)
        return found.span() if found else (start, start)
    line = _TO_END.match(data, start)
    end = line.end() if line else start
    text = data[start:end]
    if _BLOCK.match(text):
        return _block(data, end)
    if variable and (word := _TO_SPACE.match(text)):
        text = word[0].rstrip(b"&|)")
    kept = _COMMENT.sub(b"", text).rstrip(b" \t,;")
    return start, start + len(kept)


def _block(data: bytes, end: int) -> tuple[int, int]:
    """The lines of a block scalar whose first line is behind `end`."""
    start = data.find(b"\n", end) + 1
    if not start:
        return end, end
    found = _DASHES.match(data, start)
    indent = len(found[1]) if found else 0
    if not indent:
        return end, end
    margin, stop = data[start : start + indent], start
    while stop < min(len(data), start + _MAX_BLOCK) and data.startswith(margin, stop):
        following = data.find(b"\n", stop)
        stop = len(data) if following < 0 else following + 1
    inner = data[start:stop]
    return start + indent, start + len(inner.rstrip())


def locate(data: bytes, offset: int) -> str:
    """Where in a text an offset is: `YAML users[0].user.token`, `dotenv DB_PASSWORD`, `line 12`.

    Empty for a text of one line without a name.
    """
    start = data.rfind(b"\n", 0, offset) + 1
    steps = _MAX_STEPS
    line = _KEY_LINE.match(data, start)
    at = start
    if not (line and line.end() <= offset + 1):
        at, line, steps = _owner(data, start, steps)
    if line is None:
        one = b"\n" not in data
        return "" if one else f"line {data.count(bytes([10]), 0, start) + 1}"
    name = line[3].decode("ascii")
    if line[4] != b":":
        own = at == start and not data[line.end() : offset].strip(b" \t\"'")
        if own or at != start:
            return _assignment(data, at, name)
        return f"line {data.count(bytes([10]), 0, start) + 1}" if b"\n" in data else ""
    kind = "JSON" if data[:1] in (b"{", b"[") else "YAML"
    return f"{kind} {_yaml_path(data, at, line, steps)}"


def _assignment(data: bytes, at: int, name: str) -> str:
    section = data.rfind(b"\n[", 0, at) + 1
    if section or data[:1] == b"[":
        head = data[section + 1 : section + 1 + _MAX_NAME].partition(b"]")[0]
        inside = shown(head.decode("utf-8", "replace"))
        return f"INI {inside}.{shown(name)}"
    kind = "dotenv" if _ENVIRONMENT.match(name) else "properties"
    return f"{kind} {shown(name)}"


def name_of(data: bytes, start: int) -> str:
    """The name in YAML of a value that starts at an offset; empty for none on its line."""
    found = _NAME.match(data, data.rfind(b"\n", max(0, start - 256), start) + 1, start)
    return found[1].decode("ascii") if found else ""


def whole_name(data: bytes, one: Assigned) -> str:
    """A name, behind that of the mapping or section it is in where it alone says little."""
    if one.name not in BARE:
        return one.name
    start = data.rfind(b"\n", 0, one.start) + 1
    if data[start : start + 1] in (b" ", b"\t", b"-"):
        line = _owner(data, start, _MAX_STEPS // 4)[1]
        return f"{line[3].decode('ascii')}.{one.name}" if line else one.name
    section = data.rfind(b"\n[", max(0, start - _MAX_SECTION), start) + 1
    head = _SECTION.match(data, section)
    return f"{head[1].decode('ascii')}.{one.name}" if head else one.name


_Line = tuple[int, "re.Match[bytes] | None", int]


def _owner(data: bytes, start: int, steps: int) -> _Line:
    """The line with a name that a line without one belongs to: the next above that is less
    indented. Nothing for text that is not indented."""
    found = _DASHES.match(data, start)
    indent = len(found[1]) if found else 0
    while indent and start and steps:
        start = data.rfind(b"\n", 0, start - 1) + 1
        steps -= 1
        found = _DASHES.match(data, start)
        if found and len(found[1]) < indent and data[found.end() : found.end() + 1].strip():
            line = _KEY_LINE.match(data, start)
            return start, line, steps
    return start, None, steps


def _yaml_path(data: bytes, at: int, line: re.Match[bytes], steps: int) -> str:
    """The names above a line, by indentation; only its own where that would be long work."""
    found: list[str | int] = [line[3].decode("ascii")]
    column = len(line[1]) + len(line[2])
    dash, index = _outermost(line, found), 0
    while (column or dash >= 0) and at > 0 and steps > 0:
        at = data.rfind(b"\n", 0, at - 1) + 1
        steps -= 1
        above = _DASHES.match(data, at)
        first = data[above.end() : above.end() + 1] if above else b""
        if above is None or not first.strip() or first == b"#":
            continue
        indent, own = len(above[1]), bool(above[2])
        if dash >= 0:
            if own and above[0][dash : dash + 1] == b"-":
                index += 1
                if dash > indent:  # of a list that begins here, within another
                    found += [index, *[0] * above[0].count(b"-", indent + 1, dash)]
                    dash, index = indent, 0
                continue
            if indent > dash:
                continue
            found.append(index)
            column, dash, index = (indent + 1 if not own else dash), -1, 0
        if indent >= column:
            continue
        name = _KEY_LINE.match(data, at)
        if own and len(above[0]) == column:
            dash = _outermost(above, found)
            continue
        if name is None or len(name[1]) + len(name[2]) >= column:
            continue
        found.append(name[3].decode("ascii"))
        column = len(name[1]) + len(name[2])
        dash, index = _outermost(name, found), 0
    if dash >= 0:
        found.append(index)
    return joined(found[::-1])


def _outermost(line: re.Match[bytes], found: list[str | int]) -> int:
    """The column of the first dash of a line, -1 for none; each further one is the first item of
    a list within."""
    dashes = line[2].count(b"-")
    found += [0] * (dashes - 1)
    return len(line[1]) if dashes else -1
