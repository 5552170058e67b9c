"""Commands that name a kind: `:pods shop/ app=web @prod-* /crash`, for any kind of any cluster."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mckconsole.ui.resources_table import ResourcesTable
from mckconsole.views.resources_ask import AskError, parse_asked
from mckconsole.views.resources_kinds import offered, resolve
from mckconsole.views.scope import ScopeError, complete_scope, scope_of
from mckwidgets.prompt import Completion

if TYPE_CHECKING:
    from mckconsole.ui.shell import Shell

OFFERED = 12
"""Kinds that a completion offers at most."""
PANE = "resources"


class ResourceCommands:
    """Kinds as commands of a shell."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    @property
    def table(self) -> ResourcesTable:
        """The pane's table."""
        found = self._shell.stacks.root(PANE)
        return next(view for view in found if isinstance(view, ResourcesTable))

    def is_kind(self, word: str) -> bool:
        """Whether a cluster in scope serves such a kind, as far as that is known."""
        table = self.table
        return resolve(word, table.kinds.of(table.clusters)) is not None

    @property
    def may_be_more(self) -> bool:
        """Whether some cluster in scope was not asked yet what it serves."""
        table = self.table
        return bool(table.clusters) and not table.kinds.settled(table.clusters)

    def open(self, text: str) -> str:
        """Look at the kind that `text` begins with; returns what is wrong with it, or nothing."""
        word, _, rest = text.strip().partition(" ")
        shell = self._shell
        if not word:
            shell.stacks.switch(PANE)
            return ""
        try:
            asked = parse_asked(word, rest)
            scope = scope_of(asked.scope, shell.clusters) if asked.scope else None
        except (AskError, ScopeError) as error:
            return str(error)
        before = shell.scope
        if scope is not None:
            shell.scope = scope  # the question is for its clusters
        problem = self.table.ask(asked)
        if problem:
            shell.scope = before
            return problem
        shell.stacks.switch(PANE)
        return ""

    def find(self, name: str) -> str:
        """Look for objects of any kind that are called `name`."""
        from mckconsole.ui.places import FindPlace

        if not name or " " in name:
            return "which name? :find checkout looks in every kind of the clusters in scope"
        if not self.table.clusters:
            return "the kubeconfig is not read yet"
        self._shell.stacks.switch(PANE)
        self._shell.go(FindPlace(name))
        return ""

    # What could be meant.

    def ask(self) -> None:
        """Have the clusters say what they serve, for what is typed next; waits for nothing."""
        table, live = self.table, self._shell.live
        if live is not None:
            table.kinds.ask(live, table.clusters)

    def kinds(self, text: str, taken: Collection[str] = ()) -> Sequence[Completion]:
        """Kinds that `text` may become; the clusters are asked what they serve."""
        self.ask()
        table = self.table
        found = offered(text, table.kinds.of(table.clusters), OFFERED, taken)
        return [Completion(one.word, one.help) for one in found]

    def arguments(self, text: str) -> Iterable[str]:
        """What may follow a kind: namespaces that are known, and clusters behind `@`."""
        head, space, word = text.rpartition(" ")
        before = head + space
        if word.startswith("@"):
            names = complete_scope(word[1:], self._shell.clusters)
            return [f"{before}@{one.removeprefix('@')}" for one in names]
        if not word or word[0] in "/-" or "=" in word or before.lstrip().startswith("/"):
            return ()
        return [f"{before}{one}/" for one in self._namespaces() if word in one]

    def for_pane(self, text: str) -> Iterable[str]:
        """What may follow `:resources`: a kind, then what may follow that."""
        word, space, rest = text.partition(" ")
        if space:
            return [f"{word} {one}" for one in self.arguments(rest)]
        return [one.text for one in self.kinds(word)]

    def _namespaces(self) -> Iterator[str]:
        frame, seen = self._shell.frame, set()
        for name in self.table.clusters if frame is not None else ():
            view = frame.snapshot.clusters[name].topics.get("namespaces") if frame else None
            for _, space in view.objects if view is not None else ():
                if space not in seen:
                    seen.add(space)
                    yield space
