"""The screen of one object of a cluster: what it is, what happened to it, what it has to do with.

The object is read when the screen opens and when somebody asks again; findings and ages are those
of each frame.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.message import Message

from mckconsole.ui.detail_views import not_read
from mckconsole.ui.view import Desk
from mckconsole.ui.yaml_view import MANAGED, OfOneObject
from mckconsole.views.detail import Detail, InspectTarget, ObjectTarget

if TYPE_CHECKING:
    from mckconsole.domain.inspected import ObjectFacts, Related
    from mckconsole.store.opened import OpenedFleet
    from mckconsole.ui.frame import Frame
    from mckconsole.views.object_twins import Twin

USED_BY = "Used by"


class InspectView(OfOneObject):
    """An object, for a person."""

    class Read(Message):
        """The object was read, or could not be."""

        def __init__(self, facts: ObjectFacts | None, why: str = "") -> None:
            super().__init__()
            self.facts = facts
            self.why = why

    class Related(Message):
        """What it has to do with was found, or could not be."""

        def __init__(self, related: Related | None, why: str = "") -> None:
            super().__init__()
            self.related = related
            self.why = why

    _waiting: ClassVar[str] = "the fleet is not read yet"

    class TwinRead(Message):
        """Another cluster was asked for the object of the same name."""

        def __init__(self, twin: Twin) -> None:
            super().__init__()
            self.twin = twin

    def __init__(self, desk: Desk, pane: str, target: InspectTarget) -> None:
        super().__init__(desk, pane)
        self.subject = "resources"
        self.target = target
        self.facts: ObjectFacts | None = None
        """As it was read last."""
        self.related: Related | None = None
        self.twins: dict[str, Twin] = {}
        """By cluster: what others have under its name."""
        self.managed = target.part == "managed"
        self._why = self._why_unrelated = ""
        self._sought = target.part
        """Where one goes once that is known."""
        self.text.empty = f"reading {target.ref} from {target.cluster} …"

    def on_mount(self) -> None:
        """Read it."""
        self._ask()

    def ask_again(self) -> None:
        """Read it again."""
        self._ask()

    def _ask(self) -> None:
        self._inspect()
        self._relate()

    @work(exclusive=True, group="inspect")
    async def _inspect(self) -> None:
        from mckconsole.sources.errors import SourceError

        live, target = self.desk.live, self.target
        if live is None:
            self.post_message(self.Read(None, self._waiting))
            return
        try:
            self.post_message(self.Read(await live.inspect(target.cluster, target.ref)))
        except SourceError as error:
            self.post_message(self.Read(None, str(error)))

    @work(exclusive=True, group="relate")
    async def _relate(self) -> None:
        from mckconsole.sources.errors import SourceError

        live, target = self.desk.live, self.target
        if live is None:
            self.post_message(self.Related(None, self._waiting))
            return
        try:
            self.post_message(self.Related(await live.related(target.cluster, target.ref)))
        except SourceError as error:
            self.post_message(self.Related(None, str(error)))

    @on(Read)
    def _read(self, event: Read) -> None:
        event.stop()
        self.facts, self._why = event.facts or self.facts, event.why
        self._anew()
        if event.facts is not None:
            self._ask_others(event.facts)

    @on(Related)
    def _found(self, event: Related) -> None:
        event.stop()
        self.related, self._why_unrelated = event.related or self.related, event.why
        self._anew()
        if self.related is not None and self._sought:
            sought, self._sought = self._sought, ""
            if sought == "managed":
                self.text.move_to_block(MANAGED)
            else:
                self._go_on(f"object.{sought}")

    def _go_on(self, action: str) -> None:
        """Do at once what was asked for in a table."""
        if refusal := self.refuses(action):
            self.desk.tell(refusal)
        elif action == "object.owner":
            self.do_object_owner()
        else:
            self.do_object_users()

    @work(exclusive=True, group="twins")
    async def _ask_others(self, own: ObjectFacts) -> None:
        from mckconsole.views.object_twins import MAX_CLUSTERS, has_twins

        live, scope = self.desk.live, self.desk.scope
        if live is None or not has_twins(own):
            return
        others = [name for name in live.names if name != own.cluster and scope.holds(name)]
        await asyncio.gather(*(self._ask_other(live, own, one) for one in others[:MAX_CLUSTERS]))

    async def _ask_other(self, live: OpenedFleet, own: ObjectFacts, cluster: str) -> None:
        from mckconsole.sources.errors import NotServed, SourceError
        from mckconsole.views.object_twins import Twin, differences

        frame = self.desk.frame
        try:
            found = await live.inspect(cluster, own.ref)
        except NotServed:
            twin = Twin(cluster, gone=True)
        except SourceError as error:
            twin = Twin(cluster, why=str(error))
        else:
            snapshot = frame.snapshot if frame is not None else None
            differing = await asyncio.to_thread(differences, snapshot, own, found)
            twin = Twin(cluster, found, differing=differing)
        self.post_message(self.TwinRead(twin))

    @on(TwinRead)
    def _twin_read(self, event: TwinRead) -> None:
        event.stop()
        self.twins[event.twin.cluster] = event.twin
        self._anew()

    def _anew(self) -> None:
        if self.desk.frame is not None:
            self.show(self.desk.frame)

    # What is shown.

    def show(self, frame: Frame) -> None:
        if self.facts is None and not self._why:
            return  # it is being read: `text.empty` says so
        self.put(self.build(frame))

    def build(self, frame: Frame) -> Detail | None:
        from mckconsole.views.object_detail import Inspected, object_detail

        if self.facts is None:
            return not_read(str(self.target.ref), self.target.cluster, self._why)
        shown = Inspected(
            self.facts,
            self.related,
            trouble=self._why_unrelated,
            stale=self._why,
            managed=self.managed,
            twins=tuple(self.twins.values()),
        )
        return object_detail(frame.snapshot, frame.analysis, shown)

    @property
    def crumb(self) -> str:
        return f"{self.target.ref.kind} {self.target.ref.name}"

    # Actions.

    @property
    def about(self) -> InspectTarget:
        return self.target

    def object_behind(self) -> ObjectTarget:
        return ObjectTarget(self.target.cluster, self.target.ref)

    def do_copy_all(self) -> None:
        """The YAML of the object on this line, else of this one."""
        target = self.text.cursor_target
        if isinstance(target, InspectTarget):
            self.desk.go(ObjectTarget(target.cluster, target.ref))
        else:
            super().do_copy_all()

    def do_object_managed(self) -> None:
        """With the managed fields, or without them."""
        self.managed = not self.managed
        self._anew()
        if self.managed:
            self.text.move_to_block(MANAGED)

    def do_object_users(self) -> None:
        """To what uses it."""
        self.text.move_to_block(USED_BY)

    def do_object_owner(self) -> None:
        """To what owns it."""
        if self.related is not None and self.related.owners:
            self.desk.go(InspectTarget(self.target.cluster, self.related.owners[0].ref))

    def refuses(self, action: str) -> str:
        if action in ("object.owner", "object.users"):
            return self._refuses_relation(action)
        if action == "object.managed" and self.facts is None:
            return "it is not read yet"
        return super().refuses(action)

    def _refuses_relation(self, action: str) -> str:
        if self.related is None:
            return self._why_unrelated or "what it has to do with is still looked for"
        if action == "object.owner":
            return "" if self.related.owners else "nothing owns it"
        if self.related.users:
            return ""
        unread = "; what could not be read is listed below" if self.related.unread else ""
        return f"nothing uses it, of what is looked at{unread}"
