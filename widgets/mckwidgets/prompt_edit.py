"""The text of a one-line editor, and how it is stepped through other texts. No terminal here.

A character is what a reader takes for one: a letter with its marks. The place in the text is
always between two of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from unicodedata import category

from rich.cells import split_graphemes
from textual.events import Key

from mckwidgets.safe_text import inert

LONGEST = 512
"""Characters that a line takes; what is typed or pasted beyond them is left out."""
MOST_MARKS = 4
"""Combining marks on one character of what is pasted."""
_PASTE_LOOK_AT = 4096


def typed_character(event: Key) -> str:
    """Return the character that a key writes; nothing for a key that writes none."""
    if event.character is None or not event.character.isprintable():
        return ""
    return "" if event.key.startswith(("alt+", "ctrl+")) else event.character


def pasted(text: str) -> str:
    """Return the first line of a pasted text with something in it, inert; tabs become blanks."""
    lines = text[:_PASTE_LOOK_AT].lstrip("\r\n").splitlines()
    return _few_marks(inert(lines[0].replace("\t", " ")))[:LONGEST] if lines else ""


def _few_marks(text: str) -> str:
    """Return `text` without the marks that would be painted over the lines above and below."""
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if category(char) in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            kept.append(char)
    return "".join(kept)


class LineEdit:
    """A text and the place in it where one writes."""

    def __init__(self, text: str = "") -> None:
        self.text = text[:LONGEST]
        self.at = len(self.text)
        """How many code points stand before the place."""

    def insert(self, text: str) -> None:
        """Write `text`, as much as there is room for."""
        text = text[: max(LONGEST - len(self.text), 0)]
        self.text = self.text[: self.at] + text + self.text[self.at :]
        self.at += len(text)

    def left(self) -> None:
        """Go back by a character."""
        self.at = max((edge for edge in self._edges() if edge < self.at), default=0)

    def right(self) -> None:
        """Go on by a character."""
        self.at = min((edge for edge in self._edges() if edge > self.at), default=len(self.text))

    def word_left(self) -> None:
        """Go to the start of this word, or of the one before."""
        self.at = self.text[: self.at].rstrip(" ").rfind(" ") + 1

    def word_right(self) -> None:
        """Go to the end of this word, or of the next."""
        rest = self.text[self.at :]
        blanks = len(rest) - len(rest.lstrip(" "))
        end = rest.find(" ", blanks)
        self.at = len(self.text) if end < 0 else self.at + end

    def home(self) -> None:
        """Go to the start."""
        self.at = 0

    def end(self) -> None:
        """Go to the end."""
        self.at = len(self.text)

    def erase_left(self) -> None:
        """Take away the character before the place."""
        self._erase(self.left)

    def erase_right(self) -> None:
        """Take away the character after the place."""
        before = self.at
        self.right()
        self.text, self.at = self.text[:before] + self.text[self.at :], before

    def erase_word(self) -> None:
        """Take away from the start of the word to the place."""
        self._erase(self.word_left)

    def erase_to_start(self) -> None:
        """Take away all before the place."""
        self._erase(self.home)

    def erase_to_end(self) -> None:
        """Take away all after the place."""
        self.text = self.text[: self.at]

    def _erase(self, move: Callable[[], None]) -> None:
        """Take away what `move` goes back over."""
        end = self.at
        move()
        self.text = self.text[: self.at] + self.text[end:]

    def _edges(self) -> list[int]:
        return [start for start, _, _ in split_graphemes(self.text)[0]]


class Steps:
    """Texts to step through with a key, and the one typed before, to which one comes back."""

    def __init__(self, texts: Sequence[str], typed: str, *, around: bool) -> None:
        self._texts = texts
        self.typed = typed
        self._around = around
        """After the last comes the typed one again, and the other way round."""
        self.chosen = -1
        """Which of the texts; -1 is the typed one."""

    def move(self, step: int) -> str:
        """Go on by `step` (1 or -1) and return the text there."""
        at = self.chosen + step
        if self._around:
            self.chosen = (at + 1) % (len(self._texts) + 1) - 1
        else:
            self.chosen = max(-1, min(at, len(self._texts) - 1))
        return self.typed if self.chosen < 0 else self._texts[self.chosen]
