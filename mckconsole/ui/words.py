"""What the lines around a view say. Pure: frames and settings in, items for the bars out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from rich.cells import cell_len

from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_rfc3339
from mckconsole.ui.actions import PLAY, REPLAY_ACTIONS, UNBOUND, Action, footer_for, key_words
from mckconsole.views.panes import PANES
from mckconsole.views.scope import in_scope
from mckconsole.views.spec import Role, Row
from mckwidgets.bar import BarItem
from mckwidgets.contracts import SpanLike
from mckwidgets.hints import Hint
from mckwidgets.linepaint import TextSpan
from mckwidgets.tabs import Tab

if TYPE_CHECKING:
    from mckconsole.ui.frame import Frame
    from mckconsole.ui.view import Desk, PaneView
    from mckconsole.views.scope import Scope


SPARE = 2
"""Items of this priority and more important ones are to fit; the others may go."""


def title_items(desk: Desk, *, paused: bool, width: int) -> Sequence[BarItem]:
    """Is it bad, may I touch, how old; in the longest words that fit into `width` cells."""
    items: Sequence[BarItem] = ()
    for standing, when in _wordings(desk, paused=paused):
        items = [*_left(desk, standing), *_right(desk, when, width)]
        needed = [item for item in items if item.priority <= SPARE]
        cells = sum(cell_len(span.text) for item in needed for span in item.spans)
        if cells + 1 + 2 * (len(needed) - 1) <= width:
            break
    return items


Wording: TypeAlias = tuple[tuple[SpanLike, ...], BarItem | None]
"""How the clusters stand, and how old that is."""


def _wordings(desk: Desk, *, paused: bool) -> Iterator[Wording]:
    """From the longest to the shortest."""
    frame, scope = desk.frame, desk.scope
    if frame is None:
        yield (), None
        return
    from mckconsole.views.status import badges, freshness, overview

    full: tuple[SpanLike, ...] = overview(frame.snapshot, frame.analysis, scope)
    counts = _spread(badges(_rows(frame, "fleet", scope)))
    ages = [BarItem((freshness(frame.snapshot, scope),), SPARE, "right", "view.pause")]
    if paused:
        at = format_rfc3339(frame.snapshot.taken_at)[11:]
        words = (f"FROZEN at {at}", f"FROZEN {at}", "FROZEN")
        ages = [
            BarItem((TextSpan(one, Role.STALE),), side="right", id="view.pause") for one in words
        ]
    if frame.replay is not None:
        from mckconsole.ui.replaying import replay_words

        ages = [
            BarItem(replay_words(frame.replay, length), side="right", id="view.pause")
            for length in (0, 1)
        ]
    yield full, ages[0]
    for age in ages:
        yield (full[0], *counts), age
    yield counts[1:], ages[-1]


def _left(desk: Desk, standing: tuple[SpanLike, ...]) -> Iterator[BarItem]:
    yield BarItem((TextSpan("mckconsole", Role.DIM),), priority=4)
    if desk.settings.demo:
        yield BarItem((TextSpan("DEMO", Role.WARN),))
    if standing:
        yield BarItem(standing)
    if desk.frame is not None:
        from mckconsole.views.notes_detail import notes_words

        notes = notes_words(desk.frame.snapshot)
        if notes.text:
            yield BarItem((notes,), 1, id="notes.open")


def _right(desk: Desk, when: BarItem | None, width: int) -> Iterator[BarItem]:
    narrowed = desk.scope.names is not None
    words = shorten(f"scope: {desk.scope.words}", max(width // 4, 16))
    span = TextSpan(words, Role.WARN if narrowed else Role.DIM)
    yield BarItem((span,), 1 if narrowed else 5, "right", "scope.pick")
    if desk.namespace:
        words = shorten(f"namespace: {desk.namespace}", max(width // 4, 16))
        yield BarItem((TextSpan(words, Role.WARN),), 1, "right")
    if desk.frame is not None:
        from mckconsole.views.status import values_words

        if words := values_words(desk.frame.snapshot, desk.scope):
            yield BarItem((TextSpan(words, Role.WARN),), 1, "right")
    yield BarItem((TextSpan(desk.settings.access.words, Role.OK),), side="right")
    if when is not None:
        yield when


def tabs(desk: Desk) -> Sequence[Tab]:
    """Where I can go, and how bad it is there."""
    frame = desk.frame
    if frame is None:
        return [Tab(pane.name, pane.key, pane.title) for pane in PANES]
    from mckconsole.views.status import badges

    return [
        Tab(
            pane.name,
            pane.key,
            pane.title,
            _words(badges(_rows(frame, pane.name, desk.scope))),
        )
        for pane in PANES
    ]


def _rows(frame: Frame, pane: str, scope: Scope) -> list[Row]:
    return [row for row in frame.rows[pane] if in_scope(row, scope)]


def _words(spans: Sequence[SpanLike]) -> tuple[SpanLike, ...]:
    """Without the blanks between them."""
    return tuple(span for span in spans if span.text.strip())


def _spread(spans: Sequence[SpanLike]) -> tuple[SpanLike, ...]:
    """Each with a blank before it."""
    return tuple(part for span in _words(spans) for part in (TextSpan("  "), span))


def footer_hints(view: PaneView, keymap: Mapping[str, str]) -> list[Hint]:
    """What I can press here; what cannot be done now says why."""
    hints = []
    named = footer_for(view.where, view.subject)
    if view.desk.settings.replay:
        named = tuple(_with_replay(named))
    for action in named:
        keys = keymap.get(action.id) or ",".join(action.keys)
        if keys == UNBOUND or (action.id == "logs.open" and not view.log_targets()):
            continue  # where nothing has logs, the key only moves
        reason = view.refuses(action.id)
        word = key_words(keys.partition(",")[0])
        hints.append(Hint(action.id, word, action.title, not reason, reason))
    return hints


def _with_replay(named: Sequence[Action]) -> list[Action]:
    """The recording's own keys come first, behind `open`."""
    others = [one for one in named if one.id != PLAY.id]
    every = (*others, PLAY, *(one for one in REPLAY_ACTIONS if one.footer is not None))
    return sorted(every, key=lambda one: one.footer or 0)
