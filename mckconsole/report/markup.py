"""Build HTML in which only what we wrote is markup: every other text is escaped on its way in.

Elements are functions of their content, so they are closed and nested by construction.
"""

from __future__ import annotations

from html import escape
from typing import TypeAlias

from mckconsole.domain.text import clean_block
from mckconsole.domain.times import format_rfc3339


class Html(str):
    """Text that is markup already; only this module makes it."""

    __slots__ = ()


Content: TypeAlias = "Html | str | None"
_VOID = frozenset({"br", "col", "hr", "meta"})


def text(words: str) -> Html:
    """`words`, clean and escaped, for the inside of an element."""
    return Html(escape(clean_block(words), quote=True))


def el(tag: str, *content: Content, cls: str = "", **attributes: str) -> Html:
    """One element; `None` is left out, an underscore in an attribute's name is a hyphen."""
    named = {"class": cls} if cls else {}
    named |= {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    told = "".join(f' {name}="{text(value)}"' for name, value in named.items())
    if tag in _VOID:
        return Html(f"<{tag}{told}>")
    return Html(f"<{tag}{told}>{joined(*content)}</{tag}>")


def joined(*content: Content) -> Html:
    """Content beside each other."""
    parts = (one if isinstance(one, Html) else text(one) for one in content if one is not None)
    return Html("".join(parts))


def when(at: float | None) -> Html:
    """A moment, Unix seconds, for a machine too; `never` for none."""
    if at is None:
        return text("never")
    told = format_rfc3339(at)
    return el("time", told, datetime=told)


def style(css: str) -> Html:
    """A style sheet of ours.

    Raises:
        ValueError: it could end its own element.
    """
    if "<" in css:
        raise ValueError("a style sheet without `<`")
    return Html(f"<style>{css}</style>")


def table(caption: str, heads: tuple[str, ...], rows: list[tuple[Content, ...]], cls: str = "",
          ) -> Html:  # fmt: skip
    """A table whose first column names the rows."""
    head = el("tr", *(el("th", one, scope="col") for one in heads))
    body = [
        el("tr", el("th", row[0], scope="row"), *(el("td", one) for one in row[1:])) for row in rows
    ]
    return el(
        "div",
        el("table", el("caption", caption), el("thead", head), el("tbody", *body)),
        cls=f"table {cls}".strip(),
    )
