"""What is wrong with the fleet as a whole, where no row of any pane could say it."""

from __future__ import annotations

from collections.abc import Sequence

from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.views.detail import Block, Detail, Line, Span
from mckconsole.views.explain import count, remark, stated
from mckconsole.views.spec import GLYPHS, Role


def notes_count(snapshot: FleetSnapshot) -> int:
    """How many there are."""
    return len(snapshot.inventory_problems) + len(snapshot.notes)


def notes_words(snapshot: FleetSnapshot) -> Span:
    """`▲ 2 notes`; empty when there are none."""
    number = notes_count(snapshot)
    return stated(Role.WARN, count(number, "note")) if number else Span("")


def notes_detail(snapshot: FleetSnapshot) -> Detail:
    """All of them, by where they come from."""
    blocks = (
        _block("Kubeconfig", snapshot.inventory_problems),
        _block("Metrics", snapshot.notes),
    )
    found = tuple(block for block in blocks if block.lines)
    if not found:
        words = f"{GLYPHS[Role.OK]} nothing to note"
        return Detail("notes", words, Role.OK, (Block(lines=(remark("nothing"),)),))
    return Detail("notes", notes_words(snapshot).text, Role.WARN, found)


def _block(heading: str, notes: Sequence[str]) -> Block:
    lines = tuple(Line((stated(Role.WARN, note),), indent=2) for note in notes)
    return Block(heading, count(len(notes), "note") if len(notes) > 1 else "", lines=lines)
