"""A monkey at the console: seeded random keys, mouse, pastes and commands, as a terminal sends.

The same seed does the same again. It knows every key of the registry and every command, so that
what it does is rarely nothing; it may quit too, which the test that lets it in has to take care of.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Sequence

from textual import events
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.message import Message

from mckconsole.ui.actions import everything
from mckconsole.views.panes import PANES
from mckwidgets.moves import MOVES

TYPED = (*"abcdefghijklmnopqrstuvwxyz0123456789", "space", "full_stop", "asterisk", "colon")
ODD = ("f1", "f12", "ctrl+w", "ctrl+u", "ctrl+k", "backspace", "delete", "ctrl+left", "alt+x", "é",
       "漢", "tab", "up", "down")  # fmt: skip
USEFUL = ("enter", "escape", "down", "up", "escape", "enter", "colon", "slash", "escape") * 3
"""More often than the others: they lead somewhere."""
COMMANDS = (
    "identity by role", "id by sa state:drift", "identity by nothing", "wi by account", "iam",
    "certs", "certs left<30d", "secrets by ns", "sec tier:A", "credentials by owner",
    "pods", "po shop/ /crash", "deploy @aws*", "nodes", "gateways", "crd", "pods @nowhere",
    "get svc", "pods app=web -f status.phase=Running", "nosuchkind", "resources",
    "find checkout", "find [/]",
    "logs deploy shop/checkout", "logs", "logs ns kube-system @aws*", "logs nothing", "logs x/[/]",
    "findings html", "findings csv /", "findings nothing",
    "fleet", "mesh", "mesh state:error", "fleet !state:ready", "links rtt>100ms", "fleet /[",
    "ctx @aws", "ctx *", "ctx gcp*", "ctx !edge*", "ctx nowhere", "ctx", "ns shop", "ns -", "sort",
    "sort -state", "sort off", "sort nothing", "theme", "theme mono", "theme light", "theme ansi",
    "theme nothing", "export", "export csv", "export json there.json", "export md", "export csv /",
    "export csv ~/home.csv", "export ../outside", "trust", "trust edge-fra-1", "refresh", "pause",
    "help", "q", "q!", "quit now", "nonsense", "[/]", "[@click=app.quit]x[/]",
)  # fmt: skip
PASTES = (
    "gcp-eu-1", "a\r\nb\nc", "[/b]", "\x1b]52;c;aGk=\x07", "\u202eabc", "x" * 5000,
    "e\u0301" * 40, "state:error rtt>1", "\x00", "",
)  # fmt: skip


def alphabet() -> list[str]:
    """Every key of the registry and of the moves, what is typed, and some that mean nothing."""
    panes = [(pane.name, pane.key, pane.title) for pane in PANES]
    keys = [key for action in everything(panes) for key in action.keys]
    moves = [key for move in MOVES for key in move.keys.split(",")]
    return [*keys, *moves, *TYPED, *ODD, *USEFUL]


def key_event(key: str) -> events.Key:
    """What the driver makes of a pressed key, by Textual's name for it."""
    if len(key) == 1 and not key.isalnum():
        key = _character_to_key(key)
    character: str | None
    try:
        character = unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(key, key)))
    except KeyError:
        character = key if len(key) == 1 else None
    return events.Key(key, character)


class Monkey:
    """An endless supply of what a terminal could send."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._keys = alphabet()

    def keys(self, count: int) -> Sequence[Message]:
        """So many keys."""
        return [key_event(key) for key in self._chance.choices(self._keys, k=count)]

    def extras(self, size: tuple[int, int]) -> Sequence[Message]:
        """Something that is not a key of the registry: a mouse, a paste, a whole command."""
        choice = self._chance.random()
        if choice < 0.5:
            return list(self._mouse(size))
        if choice < 0.6:
            return [events.Paste(self._chance.choice(PASTES))]
        if choice < 0.65:
            return [events.AppBlur(), events.AppFocus()]
        return list(self._command())

    def size(self) -> tuple[int, int]:
        """A size for the terminal, down to a single cell."""
        if self._chance.random() < 0.5:
            return self._chance.choice([(80, 24), (120, 40), (200, 50), (1, 1)])
        return self._chance.randint(1, 130), self._chance.randint(1, 40)

    def _command(self) -> Iterator[Message]:
        """Typed from the start, whatever is in front, and accepted or not."""
        text = self._chance.choice(COMMANDS)
        if self._chance.random() < 0.3:
            text = "".join(self._chance.choices(" abcdeqst-*@!/:>[]'\"\\", k=12))
        sign = self._chance.choice([":", ":", "/"])
        for char in f"{sign}{text}":
            yield key_event("space" if char == " " else char)
        yield key_event(self._chance.choice(["enter", "enter", "escape", "tab"]))

    def _mouse(self, size: tuple[int, int]) -> Iterator[Message]:
        """A click, a double click, a drag, or some turns of the wheel, anywhere."""
        x, y = self._place(size)
        what = self._chance.choice(["click", "click", "double", "drag", "wheel"])
        if what == "wheel":
            kinds = (events.MouseScrollDown, events.MouseScrollUp, events.MouseScrollRight)
            kind = self._chance.choice(kinds)
            for _ in range(self._chance.randint(1, 5)):
                yield _mouse(kind, x, y, 0)
            return
        button = self._chance.choice([1, 1, 1, 2, 3])
        for _ in range(2 if what == "double" else 1):
            yield _mouse(events.MouseMove, x, y, 0)
            yield _mouse(events.MouseDown, x, y, button)
            if what == "drag":
                x, y = self._place(size)
                yield _mouse(events.MouseMove, x, y, button)
            yield _mouse(events.MouseUp, x, y, button)

    def _place(self, size: tuple[int, int]) -> tuple[int, int]:
        return self._chance.randrange(size[0]), self._chance.randrange(size[1])


def _mouse(kind: type[events.MouseEvent], x: int, y: int, button: int) -> Message:
    return kind(None, x, y, 0, 0, button, False, False, False)
