"""Styled lines, and the one place where they become bytes for a terminal or a pipe.

A line is made of spans: text that came from anywhere, and a style that came from us. `paint` cleans
every text once more and only then adds our own SGR sequences, so no control character of a
cluster's text reaches a terminal whatever happened before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mckconsole.domain.text import clean
from mckconsole.views.spec import Role

Style: TypeAlias = Role | Literal["heading"]

_SGR: dict[Style, str] = {
    "heading": "1",
    Role.OK: "32",
    Role.WARN: "33",
    Role.CRITICAL: "1;31",
    Role.CONNECTING: "36",
    Role.STALE: "33",
    Role.UNKNOWN: "35",
    Role.FORBIDDEN: "35",
    Role.DIM: "2",
}


@dataclass(frozen=True, slots=True)
class Span:
    """Some text in one style."""

    text: str
    style: Style = Role.PLAIN


Line: TypeAlias = Sequence[Span]


def paint(lines: Iterable[Line], *, colour: bool) -> str:
    """The lines as text, each ended by a line feed, without trailing spaces."""
    return "".join(f"{_line(line, colour)}\n" for line in lines)


def _line(line: Line, colour: bool) -> str:
    spans = [Span(clean(span.text), span.style) for span in line]
    while spans and not spans[-1].text.strip():
        spans.pop()
    if spans:
        spans[-1] = Span(spans[-1].text.rstrip(), spans[-1].style)
    return "".join(_span(span) if colour else span.text for span in spans)


def _span(span: Span) -> str:
    code = _SGR.get(span.style)
    return f"\x1b[{code}m{span.text}\x1b[0m" if code and span.text.strip() else span.text
