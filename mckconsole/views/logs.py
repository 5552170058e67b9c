"""Lines of logs as they are shown: who says it in how few letters, how bad it is, what JSON means.

Pure, and made for the lines that are in sight: nothing here looks at all of them but `Shown`, which
asks of each new line once whether it matches.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

import msgspec

from mckconsole.domain.logs import LogLine, LogOptions
from mckconsole.domain.text import clean, shorten
from mckconsole.domain.times import format_age
from mckconsole.views.spec import Role

NAMES = 5
"""Colours that tell sources apart."""
MAX_MATCHED = 4096
"""Characters of a line that a filter looks at."""
MAX_UNFOLDED = 200
"""Rows of a line that was unfolded."""
_LEVEL_KEYS = ("level", "lvl", "severity", "loglevel", "levelname", "log.level", "@l")
_MESSAGE_KEYS = ("msg", "message", "event", "@m", "text", "log")
_TIME_KEYS = frozenset(("time", "ts", "timestamp", "@timestamp", "@t", "date", "asctime"))
_LEVELS = {
    "trace": Role.DIM, "debug": Role.DIM, "dbg": Role.DIM, "verbose": Role.DIM,
    "info": Role.PLAIN, "information": Role.PLAIN, "notice": Role.PLAIN,
    "warn": Role.WARN, "warning": Role.WARN, "wrn": Role.WARN,
    "error": Role.CRITICAL, "err": Role.CRITICAL, "fatal": Role.CRITICAL,
    "critical": Role.CRITICAL, "crit": Role.CRITICAL, "panic": Role.CRITICAL,
    "dpanic": Role.CRITICAL, "emerg": Role.CRITICAL, "alert": Role.CRITICAL,
}  # fmt: skip
_NUMBERS = {10: "trace", 20: "debug", 30: "info", 40: "warn", 50: "error", 60: "fatal"}
"""Levels of pino and bunyan."""
_KLOG = re.compile(r"[IWEF]\d{4} \d\d:\d\d:\d\d")
_KLOG_LEVELS = {"I": Role.PLAIN, "W": Role.WARN, "E": Role.CRITICAL, "F": Role.CRITICAL}
_PAIR = re.compile(r"\b(?:level|lvl|severity)=\"?([A-Za-z]+)")
_WORD = re.compile(
    r"(?:^|[\s\[(|<])(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|FATAL|CRITICAL|PANIC"
    r"|trace|debug|info|notice|warn|warning|error|fatal|critical|panic)(?=[\s\])|>:]|$)"
)
_LOOKED_AT = 200
"""Characters at the beginning of a line in which its level is looked for."""


class LogSpan(NamedTuple):
    """Words that look alike."""

    text: str
    look: str = Role.PLAIN.value
    """A role, or `name-0` … for the names of sources."""
    sgr: str = ""
    """What the program wanted it to look like."""


class LogRow(NamedTuple):
    """One line as it is shown."""

    head: tuple[LogSpan, ...]
    text: tuple[LogSpan, ...]
    more: tuple[tuple[LogSpan, ...], ...] = ()


class Folded(NamedTuple):
    """What a line means."""

    role: Role
    message: str = ""
    """Empty where the line is no JSON, and is shown as it is."""
    level: str = ""
    rest: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=4096)
def folded(text: str) -> Folded:
    """How bad a line is, and for JSON its message and the rest."""
    if text.startswith("{") and text.endswith("}"):
        try:
            found = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            found = None
        if isinstance(found, dict):
            return _fold(found)
    return Folded(_role(text))


def _fold(found: Mapping[str, object]) -> Folded:
    level, message = "", ""
    rest = []
    for key, value in found.items():
        low = key.lower()
        if not level and low in _LEVEL_KEYS:
            level = _level_word(value)
        elif not message and low in _MESSAGE_KEYS and isinstance(value, str):
            message = clean(value)
        elif low not in _TIME_KEYS:
            rest.append((clean(key), _words(value)))
    role = _LEVELS.get(level.lower(), Role.PLAIN)
    if not message and not rest:
        message = "{}"
    return Folded(role, message or " ", level, tuple(rest))


def _level_word(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return _NUMBERS.get(value, str(value))
    return clean(value)[:12] if isinstance(value, str) else ""


def _words(value: object) -> str:
    if isinstance(value, str):
        return clean(value)
    try:
        return clean(msgspec.json.encode(value).decode())
    except (TypeError, ValueError, RecursionError):
        return "?"


def _role(text: str) -> Role:
    """How bad a line that is no JSON is."""
    start = text[:_LOOKED_AT]
    if _KLOG.match(start):
        return _KLOG_LEVELS[start[0]]
    match = _PAIR.search(start) or _WORD.search(start)
    return _LEVELS.get(match[1].lower(), Role.PLAIN) if match else Role.PLAIN


def is_problem(line: LogLine) -> bool:
    """Whether a line is a warning or worse, or said by the console."""
    return line.ours or folded(line.text).role in (Role.WARN, Role.CRITICAL)


class Pattern:
    """What lines are filtered by: a regex, or `!` and a regex for those that do not match."""

    def __init__(self, text: str) -> None:
        """Raises ValueError, in words, for what is no such regex."""
        from mckconsole.views.filter_regex import compile_regex

        self.text = text
        self.inverse = text.startswith("!")
        self.regex = compile_regex(text.removeprefix("!"))

    def matches(self, text: str) -> bool:
        """Whether a line is shown."""
        return (self.regex.search(text[:MAX_MATCHED]) is None) is self.inverse

    @property
    def light(self) -> re.Pattern[str] | None:
        """What is lit in the lines that are shown."""
        return None if self.inverse else self.regex


@dataclass(frozen=True, slots=True)
class LogLook:
    """How lines are shown."""

    names: Sequence[str]
    """By source."""
    colours: Sequence[int] = ()
    """By source: which of the colours that tell them apart."""
    width: int = 0
    """Cells of the names."""
    times: bool = True
    raw: bool = False
    """JSON as it is."""
    sgr: bool = True
    """In the colours that programs chose."""


def log_row(line: LogLine, look: LogLook, *, unfolded: bool = False) -> LogRow:
    """One line."""
    return LogRow(
        tuple(_head(line, look)),
        tuple(_text(line, look)),
        tuple(_unfolded(line.text)) if unfolded else (),
    )


def clock(at: float) -> str:
    """`14:03:05.250`, UTC."""
    moment = datetime.fromtimestamp(min(max(at, 0.0), 253402300799.0), UTC)
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}"


def _head(line: LogLine, look: LogLook) -> Sequence[LogSpan]:
    found = [LogSpan(f" {clock(line.at)} " if look.times else " ", Role.DIM.value)]
    if look.width:
        name = look.names[line.source] if line.source < len(look.names) else "?"
        number = look.colours[line.source] if line.source < len(look.colours) else 0
        words = shorten(name, look.width).ljust(look.width)
        found.append(LogSpan(f"{words} ", f"name-{number % NAMES}"))
    return found


def _text(line: LogLine, look: LogLook) -> Sequence[LogSpan]:
    if line.ours:
        return (LogSpan(f"· {line.text}", Role.UNKNOWN.value),)
    meant = folded(line.text)
    if line.colours and look.sgr:
        return _coloured(line)
    if look.raw or not meant.message:
        return (LogSpan(line.text, meant.role.value),)
    spans = []
    if meant.level:
        spans.append(LogSpan(f"{meant.level.upper():5} ", meant.role.value))
    spans.append(LogSpan(meant.message, meant.role.value))
    for key, value in meant.rest:
        spans += [LogSpan(f"  {key}=", Role.DIM.value), LogSpan(value)]
    return spans


def _coloured(line: LogLine) -> Sequence[LogSpan]:
    """In the colours that the program chose; one choice adds to those before it."""
    spans: list[LogSpan] = []
    chosen = ""
    done = 0
    for offset, words in line.colours:
        if offset > done:
            spans.append(LogSpan(line.text[done:offset], Role.PLAIN.value, chosen))
        done = offset
        reset = words in ("", "0") or words.startswith("0;")
        chosen = words if reset else f"{chosen};{words}"[-200:]
    spans.append(LogSpan(line.text[done:], Role.PLAIN.value, chosen))
    return spans


def _unfolded(text: str) -> Sequence[tuple[LogSpan, ...]]:
    """JSON key by key, nested as it is; other lines have nothing to unfold."""
    meant = folded(text)
    if not meant.message:
        return ()
    formatted = msgspec.json.format(text.encode(), indent=2).decode()
    rows = formatted.split("\n")[1:-1]
    shown = [(LogSpan(clean(row)),) for row in rows[:MAX_UNFOLDED]]
    if len(rows) > MAX_UNFOLDED:
        shown.append((LogSpan(f"… {len(rows) - MAX_UNFOLDED} more", Role.DIM.value),))
    return shown


def log_text(line: LogLine, look: LogLook) -> str:
    """A line for a file: when in full, who, what; with its line feed."""
    name = look.names[line.source] if line.source < len(look.names) else "?"
    at = min(max(line.at, 0.0), 253402300799.0)
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return f"{moment.replace('+00:00', 'Z')} {name} {'· ' * line.ours}{line.text}\n"


def window_words(options: LogOptions) -> str:
    """From where on is read: `newest 500`, `last 5 m`."""
    if options.head:
        return "oldest lines, not followed"
    words = f"newest {options.tail:,}" if options.tail is not None else "all"
    if options.since is not None:
        words = f"last {format_age(options.since)}"
    return f"{words} of the run before" if options.previous else words
