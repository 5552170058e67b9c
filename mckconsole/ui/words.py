"""What the lines around a view say. Pure: frames and settings in, items for the bars out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mckconsole.domain.times import format_rfc3339
from mckconsole.ui.actions import UNBOUND, footer_for, key_words
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


ROOMY = 116
"""Columns from which the first line says in words how many clusters are how."""


def title_items(desk: Desk, *, paused: bool, width: int) -> Sequence[BarItem]:
    """Is it bad, may I touch, how old; in `width` cells."""
    frame, scope, settings = desk.frame, desk.scope, desk.settings
    items = [BarItem((TextSpan("mckconsole", Role.DIM),), priority=4)]
    if settings.demo:
        items.append(BarItem((TextSpan("DEMO", Role.WARN),), priority=0))
    if frame is not None:
        from mckconsole.views.status import badges, freshness, overview

        spans: tuple[SpanLike, ...] = overview(frame.snapshot, frame.analysis, scope)
        if width < ROOMY:
            spans = (spans[0], *_spread(badges(_rows(frame, "fleet", scope))))
        items.append(BarItem(spans))
    narrowed = scope.names is not None
    items.append(
        BarItem(
            (TextSpan(f"scope: {scope.words}", Role.WARN if narrowed else Role.DIM),),
            priority=1 if narrowed else 5,
            side="right",
            id="scope.pick",
        )
    )
    if desk.namespace:
        items.append(BarItem((TextSpan(f"namespace: {desk.namespace}", Role.WARN),), 1, "right"))
    items.append(BarItem((TextSpan(settings.access.words, Role.OK),), priority=0, side="right"))
    if frame is not None:
        when = freshness(frame.snapshot, scope)
        if paused:
            at = format_rfc3339(frame.snapshot.taken_at)[11:]
            words = f"FROZEN at {at}" if width >= ROOMY else f"FROZEN {at}"
            frozen = TextSpan(words, Role.STALE)
            items.append(BarItem((frozen,), side="right", id="view.pause"))
        else:
            items.append(BarItem((when,), priority=2, side="right", id="view.pause"))
    return items


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
    for action in footer_for(view.where, view.subject):
        keys = keymap.get(action.id) or ",".join(action.keys)
        if keys == UNBOUND:
            continue
        reason = view.refuses(action.id)
        word = key_words(keys.partition(",")[0])
        hints.append(Hint(action.id, word, action.title, not reason, reason))
    return hints
