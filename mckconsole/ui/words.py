"""What the lines around a view say. Pure: frames and settings in, items for the bars out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mckconsole.domain.times import format_rfc3339
from mckconsole.ui.actions import footer_for
from mckconsole.ui.keys import key_words
from mckconsole.views.detail import Span
from mckconsole.views.panes import PANES
from mckconsole.views.scope import in_scope
from mckconsole.views.spec import Role
from mckconsole.views.status import badges, freshness, overview
from mckwidgets.bar import BarItem
from mckwidgets.hints import Hint
from mckwidgets.tabs import Tab

if TYPE_CHECKING:
    from mckconsole.ui.frame import Frame
    from mckconsole.ui.settings import Settings
    from mckconsole.ui.view import PaneView
    from mckconsole.views.scope import Scope


def title_items(
    frame: Frame | None, scope: Scope, namespace: str, settings: Settings, *, paused: bool
) -> Sequence[BarItem]:
    """Is it bad, may I touch, how old."""
    items = [BarItem((Span("mckconsole", Role.DIM),), priority=4)]
    if settings.demo:
        items.append(BarItem((Span("DEMO", Role.WARN),), priority=0))
    if frame is not None:
        items.append(BarItem(overview(frame.snapshot, frame.analysis, scope)))
    narrowed = scope.names is not None
    items.append(
        BarItem(
            (Span(f"scope: {scope.words}", Role.WARN if narrowed else Role.DIM),),
            priority=1 if narrowed else 5,
            side="right",
            id="scope.pick",
        )
    )
    if namespace:
        items.append(BarItem((Span(f"namespace: {namespace}", Role.WARN),), 1, "right"))
    items.append(BarItem((Span(settings.access.words, Role.OK),), priority=0, side="right"))
    if frame is not None:
        when = freshness(frame.snapshot, scope)
        if paused:
            at = format_rfc3339(frame.snapshot.taken_at)[11:]
            when = Span(f"FROZEN at {at}", Role.STALE)
        items.append(BarItem((when,), priority=0 if paused else 2, side="right", id="view.pause"))
    return items


def tabs(frame: Frame | None, scope: Scope) -> Sequence[Tab]:
    """Where I can go, and how bad it is there."""
    return [
        Tab(
            pane.name,
            pane.key,
            pane.title,
            badges([row for row in frame.rows[pane.name] if in_scope(row, scope)]) if frame else (),
        )
        for pane in PANES
    ]


def footer_hints(view: PaneView, keymap: Mapping[str, str]) -> list[Hint]:
    """What I can press here; what cannot be done now says why."""
    hints = []
    for action in footer_for(view.where, view.subject):
        reason = view.refuses(action.id)
        keys = key_words(keymap.get(action.id) or ",".join(action.keys))
        hints.append(Hint(action.id, keys.split()[0], action.title, not reason, reason))
    return hints
