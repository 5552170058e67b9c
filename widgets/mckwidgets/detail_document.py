"""The content of a detail view, flattened to logical lines that are safe to show.

Widths play no part here. Texts are made inert and bounded once, so that layout and search work on
what is shown; the whole text stays at hand for copying.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from mckwidgets.contracts import BlockLike, CardLike, LineLike
from mckwidgets.safe_text import LOOK_AT, cut, inert

MAX_LINE = 4096
"""Characters of a logical line that are shown."""
MAX_NOTE = 24
"""Cells of what stands at the right end of a line."""

Words = tuple[str, str]
"""A text and its role."""


class Heading(NamedTuple):
    """The heading of a block."""

    text: str
    note: str


class Cards(NamedTuple):
    """The cards of a block; `starts` are their first logical lines, and where the last one ends."""

    cards: tuple[CardLike, ...]
    starts: tuple[int, ...]


class Run(NamedTuple):
    """Logical lines one below the other."""

    start: int
    stop: int


Group = Heading | Cards | Run


class Document:
    """Logical lines in reading order, and how they are grouped; never changes."""

    def __init__(self, blocks: Sequence[BlockLike]) -> None:
        self.lines: list[LineLike] = []
        self.blocks: list[tuple[Group, ...]] = []
        """Blocks that hold anything."""
        for block in blocks:
            if groups := tuple(self._flatten(block)):
                self.blocks.append(groups)
        self.texts = [shown_text(line) for line in self.lines]
        """What is shown of each line."""
        self.notes = {
            number: cut(inert(line.note[:LOOK_AT]), MAX_NOTE)
            for number, line in enumerate(self.lines)
            if line.note
        }
        """What stands at the right end of lines."""

    def _flatten(self, block: BlockLike) -> Iterator[Group]:
        if block.heading or block.note:
            yield Heading(inert(block.heading[:MAX_LINE]), inert(block.note[:MAX_LINE]))
        if block.cards:
            starts = [len(self.lines)]
            for card in block.cards:
                self.lines.extend(card.lines)
                starts.append(len(self.lines))
            yield Cards(tuple(block.cards), tuple(starts))
        if block.lines:
            start = len(self.lines)
            self.lines.extend(block.lines)
            yield Run(start, len(self.lines))

    def target(self, line: int) -> Hashable | None:
        """What a line opens."""
        return self.lines[line].target

    def targets(self) -> list[int]:
        """Lines that open something."""
        return [number for number, line in enumerate(self.lines) if line.target is not None]

    def block_line(self, heading: str) -> int | None:
        """The first line of the block with this heading; None where there is none."""
        for groups in self.blocks:
            match groups:
                case (Heading(text), Cards(starts=(line, *_)) | Run(start=line), *_):
                    if text == heading:
                        return line
        return None

    def plain(self) -> Iterator[str]:
        """Everything, one logical line after the other, unbounded and inert."""
        for number, groups in enumerate(self.blocks):
            if number:
                yield ""
            for group in groups:
                match group:
                    case Heading(text, note):
                        yield "  ".join(filter(None, (text, note)))
                    case Cards(cards):
                        for card in cards:
                            yield "  ".join(inert(s) for s in (card.title, card.note) if s)
                            yield from map(whole_text, card.lines)
                    case Run(start, stop):
                        yield from map(whole_text, self.lines[start:stop])

    def again(self, line: int, before: Document) -> int:
        """The line that was `line` of `before`: the same, one that opens the same, or its place.

        There is at least one line.
        """
        target, text = before.target(line), before.texts[line]
        same = [n for n, other in enumerate(self.texts) if other == text]
        same = [n for n in same if self.target(n) == target]
        if not same and target is not None:
            same = [n for n in self.targets() if self.target(n) == target]
        if same:
            return min(same, key=lambda n: abs(n - line))
        return min(line, len(self.lines) - 1)


def whole_text(line: LineLike) -> str:
    """All of a line's text, however long, and its note."""
    text = "".join(span.text for span in line.spans)
    return inert(f"{text}  {line.note}" if line.note else text)


def shown_text(line: LineLike) -> str:
    """What is shown of a line's text."""
    if len(line.spans) == 1:
        text = line.spans[0].text
        if len(text) <= MAX_LINE:
            return inert(text)
    return "".join(text for text, _ in shown_words(line))


def shown_words(line: LineLike) -> list[Words]:
    """What is shown of a line, by role: at most 4,096 characters, and how many more there are."""
    words: list[Words] = []
    room, more = MAX_LINE, 0
    for span in line.spans:
        text = span.text[:room]
        room -= len(text)
        more += len(span.text) - len(text)
        if text:
            words.append((inert(text), span.role))
    if more:
        words.append((f"… ({more:,} more)", "dim"))
    return words
