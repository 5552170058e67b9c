"""The screens below a table: what stands behind a cluster, a tunnel, a finding, an object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message

from mckconsole.domain.access import AccessReport
from mckconsole.ui.actions import Where
from mckconsole.ui.places import MetricsPlace, TransitionsPlace
from mckconsole.ui.view import Desk, Format, PaneView
from mckconsole.views.cluster_detail import cluster_detail
from mckconsole.views.detail import (
    Block,
    ClusterTarget,
    Detail,
    FailoverTarget,
    FindingTarget,
    Line,
    LinkTarget,
    ObjectTarget,
    Span,
    Target,
)
from mckconsole.views.finding_detail import finding_detail
from mckconsole.views.mesh_detail import link_detail, link_object
from mckconsole.views.notes_detail import notes_detail
from mckconsole.views.spec import Role
from mckconsole.views.transitions import transitions_detail
from mckwidgets.detail import DetailView

if TYPE_CHECKING:
    from mckconsole.domain.logs import LogTarget
    from mckconsole.ui.frame import Frame
    from mckconsole.views.timeline_focus import Focus


class TextView(PaneView):
    """A document that is made from each frame."""

    where = Where.DETAIL

    def __init__(self, desk: Desk, pane: str) -> None:
        super().__init__(desk, pane)
        self.subject = ""
        """A document has the actions of a pane only where it is about one row of it."""
        self.text = DetailView()
        self.detail: Detail | None = None
        """What is shown; None before the first frame."""
        self._searched = ""

    def compose(self) -> ComposeResult:
        yield self.text

    @property
    def main(self) -> DetailView:
        return self.text

    def build(self, frame: Frame) -> Detail | None:
        """The document for this frame; None when what it is about is gone."""
        raise NotImplementedError

    def show(self, frame: Frame) -> None:
        self.put(self.build(frame))

    def put(self, found: Detail | None) -> None:
        """Show this document; None when what it is about is gone."""
        if found is not None:
            self.detail, self._gone = found, False
        else:
            self._gone = True
        if self.detail is None:
            self.text.empty = "this is no longer there; esc goes back"
        else:
            self.text.set_blocks(self.detail.blocks)
        self.desk.refresh_words()

    _gone = False

    @property
    def crumb(self) -> str:
        return self.detail.title if self.detail else "…"

    @property
    def words(self) -> Sequence[Span]:
        parts: list[Span] = []
        if self._gone:
            parts.append(Span("no longer there: last seen as shown  ", Role.STALE))
        if self._searched:
            parts.append(Span(self._matches_words(), Role.WARN))
        if self.detail:
            parts.append(Span(self.detail.words, self.detail.role))
        return parts

    def _matches_words(self) -> str:
        if not self.text.matches:
            return f"/{self._searched}: nothing found  "
        return f"/{self._searched}: {self.text.match_index + 1} of {self.text.matches}  "

    # The prompt: searching.

    def typed(self, sign: str, text: str) -> str:
        self._searched = text
        self.text.find(text)
        self.desk.refresh_words()
        return ""

    def entered(self, sign: str, text: str) -> str:
        return self.typed(sign, text)

    def left(self, sign: str) -> None:
        self.typed(sign, "")

    def back(self) -> bool:
        if not self._searched:
            return False
        self.typed("/", "")
        return True

    # Actions.

    def do_search_open(self) -> None:
        """Type what to look for."""
        self.desk.ask("/", self._searched)

    def do_search_next(self) -> None:
        """To the next place where it stands."""
        self.text.next_match(1)
        self.desk.refresh_words()

    def do_search_previous(self) -> None:
        """To the one before."""
        self.text.next_match(-1)
        self.desk.refresh_words()

    def do_target_next(self) -> None:
        """To the next line that can be opened."""
        self.text.next_target(1)

    def do_target_previous(self) -> None:
        """To the one before."""
        self.text.next_target(-1)

    def do_copy_cell(self) -> None:
        """Copy the line."""
        self.desk.copy(self.text.cursor_text, "the line")

    def do_copy_all(self) -> None:
        """The YAML of the object on this line, or of what the screen is about; else all text."""
        target = self.text.cursor_target
        behind = target if isinstance(target, ObjectTarget) else self.object_behind()
        if behind is not None:
            self.desk.go(behind)
        else:
            self.desk.copy(self.text.plain_text(), "the text")

    def log_targets(self) -> tuple[LogTarget, ...]:
        from mckconsole.ui.logs_of import logs_of

        return logs_of((self.text.cursor_target,)) or logs_of((self.object_behind(),))

    def object_behind(self) -> ObjectTarget | None:
        """The object that the screen is about."""
        return None

    def timeline_focus(self) -> Focus | None:
        from mckconsole.views.timeline_focus import focus_of_object

        behind = self.object_behind()
        return focus_of_object(behind.cluster, behind.ref) if behind is not None else None

    def exported(self, form: Format | None) -> tuple[str, str]:
        return self.text.plain_text() + "\n", "txt"

    def refuses(self, action: str) -> str:
        if action in ("search.next", "search.previous") and not self.text.matches:
            return "nothing is searched for; / searches"
        if action == "open" and self.text.cursor_target is None:
            return "there is nothing behind this line"
        return ""

    @on(DetailView.Opened)
    def _opened(self, event: DetailView.Opened) -> None:
        event.stop()
        if isinstance(event.target, Target):
            self.desk.go(event.target)

    @on(DetailView.Highlighted)
    def _moved(self, event: DetailView.Highlighted) -> None:
        event.stop()
        self.desk.refresh_words()


class ClusterView(TextView):
    """A cluster: findings, tunnels, how the console is signed in, what it reads."""

    class Examined(Message):
        """The cluster said who the console is and what it may read."""

        def __init__(self, report: AccessReport) -> None:
            super().__init__()
            self.report = report

    def __init__(self, desk: Desk, pane: str, target: ClusterTarget) -> None:
        super().__init__(desk, pane)
        self.subject = "fleet"
        self.target = target
        self._access: AccessReport | None = None

    def build(self, frame: Frame) -> Detail | None:
        return cluster_detail(frame.snapshot, frame.analysis, self.target.name, self._access)

    def timeline_focus(self) -> Focus | None:
        from mckconsole.views.timeline_focus import Focus

        return Focus(self.target.name, (self.target.name,))

    def do_failover_open(self) -> None:
        """What its loss would mean."""
        self.desk.go(FailoverTarget((self.target.name,)))

    def on_mount(self) -> None:
        """Ask how the console is signed in, once."""
        self._examine()

    def ask_again(self) -> None:
        """Ask that again."""
        self._examine()

    @work(exclusive=True)
    async def _examine(self) -> None:
        live, name = self.desk.live, self.target.name
        if live is not None and name in live.names:
            self.post_message(self.Examined(await live.examine(name)))

    @on(Examined)
    def _examined(self, event: Examined) -> None:
        event.stop()
        self._access = event.report
        if self.desk.frame is not None:
            self.show(self.desk.frame)


class LinkView(TextView):
    """Both sides of a tunnel."""

    def __init__(self, desk: Desk, pane: str, target: LinkTarget) -> None:
        super().__init__(desk, pane)
        self.subject = "mesh"
        self.target = target

    def build(self, frame: Frame) -> Detail | None:
        return link_detail(frame.snapshot, frame.analysis, self.target.id)

    def object_behind(self) -> ObjectTarget | None:
        frame = self.desk.frame
        if frame is None:
            return None
        return link_object(frame.snapshot, frame.analysis, self.target.id)

    def timeline_focus(self) -> Focus | None:
        from mckconsole.views.timeline_focus import focus_of_link

        rows = self.desk.frame.rows["mesh"] if self.desk.frame else ()
        ends = next((row.clusters for row in rows if row.id == self.target.id), ())
        return focus_of_link(self.target.id, ends)

    def do_mesh_metrics(self) -> None:
        """Latency and traffic of this tunnel over time."""
        self.desk.go(MetricsPlace(self.target.id))

    def do_mesh_transitions(self) -> None:
        """How its state changed."""
        self.desk.go(TransitionsPlace(self.target.id))


class FindingView(TextView):
    """A finding with its evidence."""

    def __init__(self, desk: Desk, pane: str, target: FindingTarget) -> None:
        super().__init__(desk, pane)
        self.target = target

    def build(self, frame: Frame) -> Detail | None:
        return finding_detail(frame.snapshot, frame.analysis, self.target.id)

    def object_behind(self) -> ObjectTarget | None:
        frame = self.desk.frame
        for one in frame.analysis.findings if frame else ():
            if one.id == self.target.id and one.object is not None:
                return ObjectTarget(one.cluster, one.object)
        return None


class TransitionsView(TextView):
    """How a tunnel's state changed while the console looked."""

    def __init__(self, desk: Desk, pane: str, place: TransitionsPlace) -> None:
        super().__init__(desk, pane)
        self.subject = "mesh"
        self.place = place

    def build(self, frame: Frame) -> Detail | None:
        return transitions_detail(frame.snapshot, frame.analysis, self.place.id, frame.past)

    def object_behind(self) -> ObjectTarget | None:
        frame = self.desk.frame
        return link_object(frame.snapshot, frame.analysis, self.place.id) if frame else None

    def do_mesh_metrics(self) -> None:
        """Latency and traffic of this tunnel over time."""
        self.desk.go(MetricsPlace(self.place.id))

    def refuses(self, action: str) -> str:
        return "they are shown here" if action == "mesh.transitions" else super().refuses(action)


class NotesView(TextView):
    """What is wrong with the kubeconfig, and metrics of clusters that are not there."""

    def build(self, frame: Frame) -> Detail | None:
        return notes_detail(frame.snapshot)

    def refuses(self, action: str) -> str:
        return "they are shown here" if action == "notes.open" else super().refuses(action)


class ObjectView(TextView):
    """An object's YAML, without any credential."""

    class Fetched(Message):
        """The object was read, or could not be."""

        def __init__(self, detail: Detail) -> None:
            super().__init__()
            self.detail = detail

    def __init__(self, desk: Desk, pane: str, target: ObjectTarget) -> None:
        super().__init__(desk, pane)
        self.target = target
        self.text.empty = f"reading {target.ref} from {target.cluster} …"

    def on_mount(self) -> None:
        """Read it."""
        self._fetch()

    def ask_again(self) -> None:
        """Read it again."""
        self._fetch()

    @work(exclusive=True)
    async def _fetch(self) -> None:
        self.post_message(self.Fetched(await read_object(self.desk, self.target)))

    @on(Fetched)
    def _fetched(self, event: Fetched) -> None:
        event.stop()
        self.detail = event.detail
        self.text.set_blocks(self.blocks())
        self.desk.refresh_words()

    def blocks(self) -> tuple[Block, ...]:
        """What is shown of what was read."""
        return self.detail.blocks if self.detail is not None else ()

    def show(self, frame: Frame) -> None:
        """An object is read when it is opened and on request, not with every frame."""

    @property
    def crumb(self) -> str:
        ref = self.target.ref
        return f"{ref.kind} {ref.name}"


async def read_object(desk: Desk, target: ObjectTarget) -> Detail:
    """The object as a document; what could not be read says why."""
    from mckconsole.sources.errors import SourceError

    if desk.live is None:
        return _failed(target, "the fleet is not read yet")
    try:
        found = await desk.live.fetch(target.cluster, target.ref)
    except SourceError as error:
        return _failed(target, str(error))
    lines = tuple(Line(_yaml_spans(line), indent=_indent(line)) for line in found.lines)
    notes = tuple(Line((Span(note, Role.DIM),)) for note in found.notes)
    return Detail(str(target.ref), "", Role.PLAIN, (Block("", "", (), (*notes, *lines)),))


def _failed(target: ObjectTarget, why: str) -> Detail:
    return not_read(str(target.ref), target.cluster, why)


def not_read(what: str, cluster: str, why: str) -> Detail:
    """The document of what could not be read."""
    line = Line((Span(f"? {what} of {cluster} could not be read: {why}", Role.UNKNOWN),))
    return Detail(what, "? not read", Role.UNKNOWN, (Block(lines=(line,)),))


def _yaml_spans(line: str) -> tuple[Span, ...]:
    key, colon, rest = line.partition(":")
    if not colon or (rest and not rest.startswith(" ")) or " " in key.strip().removeprefix("- "):
        return (Span(line),)
    return (Span(key + colon, Role.DIM), Span(rest))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" ")) + 2
