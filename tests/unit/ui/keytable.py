"""The tables of docs/keymap.md, made from the registry.

`python -m tests.unit.ui.keytable` writes them into the document, between its markers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from mckconsole.ui.actions import Action, Where, everything, key_words
from mckconsole.views.panes import PANES

DOCUMENT = Path(__file__).parents[3] / "docs" / "keymap.md"
_MARKED = re.compile(r"(?<=<!-- keys -->\n).*(?=<!-- end of keys -->)", re.S)


def tables() -> str:
    """All tables, with their headings."""
    actions = everything([(pane.name, pane.key, pane.title) for pane in PANES])
    moves = [action for action in actions if action.id.startswith("move.")]
    panes = [action for action in actions if action.id.startswith("pane.")]
    own = [action for action in actions if action.panes]
    rest = [action for action in actions if action not in (*moves, *panes, *own)]
    anywhere = [action for action in rest if Where.GLOBAL in action.where]
    views = [action for action in rest if action not in anywhere]
    parts = (
        ("Anywhere", _rows(anywhere)),
        ("Panes", _rows(panes)),
        ("In a view", _rows(views, with_where=True)),
        *((_place(panes), _rows(found, with_where=True)) for panes, found in _by_panes(own)),
        ("To move", _rows(moves)),
    )
    return "\n".join("\n".join((f"### {title}", "", *rows, "")) for title, rows in parts)


def _by_panes(actions: Iterable[Action]) -> Iterator[tuple[tuple[str, ...], list[Action]]]:
    found: dict[tuple[str, ...], list[Action]] = {}
    for action in actions:
        found.setdefault(action.panes, []).append(action)
    yield from found.items()


def _place(panes: tuple[str, ...]) -> str:
    return f"In the {' and '.join(panes)} pane{'s' if len(panes) > 1 else ''}"


def documented() -> str:
    """The tables as the document has them."""
    found = _MARKED.search(DOCUMENT.read_text())
    return found.group() if found else ""


def _rows(actions: Iterable[Action], *, with_where: bool = False) -> Iterator[str]:
    yield "| key | action | what it does |" + (" where |" if with_where else "")
    yield "|---|---|---|" + ("---|" if with_where else "")
    for action in actions:
        keys = " ".join(f"`{key_words(key)}`" for key in action.keys)
        where = ", ".join(where.value for where in Where if where in action.where)
        row = f"| {keys} | `{action.id}` | {action.help} |"
        yield f"{row} {where} |" if with_where else row


if __name__ == "__main__":
    DOCUMENT.write_text(_MARKED.sub(lambda _: tables(), DOCUMENT.read_text()))
