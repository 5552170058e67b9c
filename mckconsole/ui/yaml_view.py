"""What can be done with one object whatever is shown of it, and its YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from mckconsole.domain.logs import LogTarget
from mckconsole.ui.detail_views import ObjectView, TextView
from mckconsole.ui.view import Desk
from mckconsole.views.detail import Block, InspectTarget, Line, ObjectTarget, Span

if TYPE_CHECKING:
    from mckconsole.views.timeline_focus import Focus

MANAGED = "managedFields"
_HAS_LOGS = frozenset(
    ("Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController")
) | {"Job", "CronJob", "Service"}
"""Kinds that have pods of their own."""


class OfOneObject(TextView):
    """What can be done with an object, whatever is shown of it."""

    @property
    def about(self) -> InspectTarget | ObjectTarget:
        """The object."""
        raise NotImplementedError

    def do_objects_compare(self) -> None:
        """The object side by side with its like in the clusters in scope."""
        from mckconsole.ui.compare_views import compare_place

        live, scope, target = self.desk.live, self.desk.scope, self.about
        clusters = [name for name in live.names if scope.holds(name)] if live is not None else []
        place = compare_place((InspectTarget(target.cluster, target.ref),), clusters)
        if isinstance(place, str):
            self.desk.tell(place)
        else:
            self.desk.go(place)

    def log_targets(self) -> tuple[LogTarget, ...]:
        """Of the pod on this line, else of the pods of the object."""
        for one in (self.text.cursor_target, self.about):
            if isinstance(one, InspectTarget | ObjectTarget) and one.ref.kind in _HAS_LOGS:
                return (LogTarget(one.cluster, one.ref),)
        return ()


class YamlView(OfOneObject, ObjectView):
    """An object's YAML, with its managed fields where they are asked for."""

    class Managed(Message):
        """The managed fields were read, or could not be."""

        def __init__(self, lines: tuple[str, ...], why: str = "") -> None:
            super().__init__()
            self.lines = lines
            self.why = why

    def __init__(self, desk: Desk, pane: str, target: ObjectTarget) -> None:
        super().__init__(desk, pane, target)
        self.subject = "resources"
        self._managed: Block | None = None
        """Shown below the object."""

    @property
    def about(self) -> ObjectTarget:
        return self.target

    def object_behind(self) -> None:
        """`Y` copies the text: it is all there is of the object."""

    def timeline_focus(self) -> Focus:
        from mckconsole.views.timeline_focus import focus_of_object

        return focus_of_object(self.target.cluster, self.target.ref)

    def blocks(self) -> tuple[Block, ...]:
        below = (self._managed,) if self._managed is not None else ()
        return (*super().blocks(), *below)

    def do_object_owner(self) -> None:
        """To the object's own screen, where its owners stand."""
        self.desk.go(InspectTarget(self.target.cluster, self.target.ref))

    def do_object_users(self) -> None:
        """To what uses it."""
        self.desk.go(InspectTarget(self.target.cluster, self.target.ref, "users"))

    def do_object_managed(self) -> None:
        """With the managed fields, or without them."""
        if self._managed is None:
            self._ask_managed()
        else:
            self._managed = None
            self.text.set_blocks(self.blocks())

    @work(exclusive=True, group="managed")
    async def _ask_managed(self) -> None:
        from mckconsole.sources.errors import SourceError

        live, target = self.desk.live, self.target
        try:
            if live is not None:
                found = await live.inspect(target.cluster, target.ref)
                self.post_message(self.Managed(found.managed))
        except SourceError as error:
            self.post_message(self.Managed((), str(error)))

    @on(Managed)
    def _read_managed(self, event: Managed) -> None:
        event.stop()
        nothing = f"? they could not be read: {event.why}" if event.why else "the object has none"
        lines = tuple(Line((Span(line),), indent=2) for line in event.lines or (nothing,))
        self._managed = Block(MANAGED, lines=lines)
        self.text.set_blocks(self.blocks())
        self.text.move_to_block(MANAGED)
