"""The `:` command line: every command with its help, its completions and what it does.

A command that is not understood changes nothing and says why, at the prompt.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from mckconsole.ui import drift_command
from mckconsole.ui.table_view import TableView
from mckconsole.views.panes import PANES
from mckconsole.views.scope import ScopeError, complete_scope, scope_of
from mckwidgets.prompt import Completion

if TYPE_CHECKING:
    from mckconsole.sources.exec_trust import PluginCommand
    from mckconsole.ui.shell import Shell
    from mckconsole.views.spec import PaneSpec

HISTORY = 100
"""Entries of each prompt that are remembered."""
FORMATS = ("csv", "json", "md")
FINDING_FORMATS = ("json", "csv", "markdown", "sarif", "html")


def _nothing(text: str) -> Iterable[str]:
    return ()


def _groupings(pane: PaneSpec, text: str) -> Iterable[str]:
    """Whole arguments that say what a row is."""
    whole = (f"by {one.by}" for one in (pane, *pane.groupings))
    return [one for one in whole if one.startswith(text.lower())]


class Command(NamedTuple):
    """One command."""

    name: str
    arguments: str
    """How they are written, for the help."""
    help: str
    run: Callable[[str], str]
    """Takes what follows the name; returns what is wrong, or nothing."""
    complete: Callable[[str], Iterable[str]] = _nothing
    """Whole arguments that could be meant."""
    aliases: tuple[str, ...] = ()


class Commands:
    """All commands of a shell, and what was typed before."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self.history: dict[str, list[str]] = {}
        """What was accepted at the prompt of each sign, oldest first."""
        self.all = (*self._panes(), *self._looking(), *self._doing(), *self._replaying())
        self._by_name = {
            name: command for command in self.all for name in (command.name, *command.aliases)
        }

    def remember(self, sign: str, text: str) -> None:
        """Keep what was accepted, once."""
        entries = self.history.setdefault(sign, [])
        if text.strip():
            if text in entries:
                entries.remove(text)
            entries.append(text)
            del entries[:-HISTORY]

    def run(self, text: str) -> str:
        """Carry out `text`; returns what is wrong with it, or nothing."""
        name, _, rest = text.strip().partition(" ")
        if not name:
            return ""
        command = self._by_name.get(name.lower())
        if command is None:
            near = difflib.get_close_matches(name.lower(), self._by_name, n=1)
            kinds = self._shell.resources
            if kinds.is_kind(name) or (kinds.may_be_more and not near):
                return kinds.open(text)
            if not near and kinds.table.clusters:
                return kinds.open(text)  # it says which kinds are near
            hint = f"did you mean :{near[0]}?" if near else ":help lists the commands"
            return f"there is no command {name}; {hint}"
        return command.run(rest.strip())

    def complete(self, text: str) -> Sequence[Completion]:
        """What could be meant: commands that begin so, then those that contain it."""
        name, space, rest = text.partition(" ")
        wanted = name.lower()
        if space:
            command = self._by_name.get(wanted)
            complete = command.complete if command else self._shell.resources.arguments
            found = complete(rest.lstrip())
            return [Completion(f"{name} {one}") for one in found if one != rest.strip()]
        begin = [c for c in self.all if c.name.startswith(wanted)]
        inside = [
            c
            for c in self.all
            if c not in begin and any(wanted in word for word in (c.name, *c.aliases))
        ]
        begun, others = (
            [Completion(c.name, f"{c.arguments}  {c.help}".strip()) for c in some]
            for some in (begin, inside)
        )
        if not wanted:
            self._shell.resources.ask()
            return [*begun, *others]
        kinds = self._shell.resources.kinds(wanted, self._by_name)
        first = [one for one in kinds if one.text.startswith(wanted)]
        return [*begun, *first, *others, *(one for one in kinds if one not in first)]

    # What one looks at.

    def _panes(self) -> Iterator[Command]:
        for pane in PANES:
            if pane.asked:
                yield self._asker(pane)
                continue
            words = f"the {pane.name} pane; what follows filters it"
            run = self._opener(pane.name)
            if pane.groupings:
                run, words = self._grouper(pane, run), f"{words}; by says what a row is"
                complete = partial(_groupings, pane)
                yield Command(pane.name, "[by WHAT] [FILTER]", words, run, complete, pane.aliases)
            else:
                shape = "[30m] [FILTER]" if pane.name == "timeline" else "[FILTER]"
                yield Command(pane.name, shape, words, run, aliases=pane.aliases)
            yield from self._shortcuts(pane)

    def _asker(self, pane: PaneSpec) -> Command:
        """The pane whose rows are asked for by a kind."""
        kinds = self._shell.resources
        arguments = "KIND [NS/…] [label=…] [-f field=…] [@CLUSTER] [/FILTER]"
        words = "objects of any kind, of all clusters; :KIND alone does as well"
        return Command(pane.name, arguments, words, kinds.open, kinds.for_pane, pane.aliases)

    def _shortcuts(self, pane: PaneSpec) -> Iterator[Command]:
        """Groupings that have a name of their own."""
        for one in pane.groupings:
            if one.words:
                name, *aliases = one.words
                words = f"{one.title.lower()}; what follows filters them"
                run = partial(self._grouped, pane, one)
                yield Command(name, "[FILTER]", words, run, aliases=tuple(aliases))

    def _opener(self, name: str) -> Callable[[str], str]:
        def opened(rest: str) -> str:
            stacks = self._shell.stacks
            tables = (view for view in stacks.root(name) if isinstance(view, TableView))
            problem = next(tables).asked(rest) if rest else ""
            if not problem:
                stacks.switch(name)
                if rest:
                    stacks.choose_root(TableView)
            return problem

        return opened

    def _grouper(self, pane: PaneSpec, plain: Callable[[str], str]) -> Callable[[str], str]:
        """The opener of a pane that can be grouped: `by account state:drift`."""

        def opened(rest: str) -> str:
            word, _, after = rest.partition(" ")
            if word.lower() != "by":
                return plain(rest)
            wanted, _, text = after.strip().partition(" ")
            found = pane.grouped(wanted)
            if found is None:
                known = ", ".join(one.by for one in (pane, *pane.groupings))
                return f"there is no grouping by {wanted or 'nothing'}; there are {known}"
            return self._grouped(pane, found, text.strip())

        return opened

    def _grouped(self, pane: PaneSpec, grouping: PaneSpec, text: str) -> str:
        """To the pane grouped so, filtered by `text` where there is some."""
        stacks = self._shell.stacks
        (table,) = (
            view
            for view in stacks.root(pane.name)
            if isinstance(view, TableView) and view.spec.by == grouping.by
        )
        problem = table.filter_by(text) if text else ""
        if not problem:
            stacks.switch(pane.name)
            stacks.choose(table)
        return problem

    def _looking(self) -> Iterator[Command]:
        yield Command(
            "ctx",
            "GLOB …",
            "look at these clusters only: names, globs, @groups, !not",
            self._scope,
            lambda text: complete_scope(text, self._shell.clusters),
            ("scope", "context"),
        )
        yield Command("ns", "NAME", "one namespace, in panes that have them", self._namespace)
        yield Command("drift", drift_command.ARGUMENTS, drift_command.HELP,
                      partial(drift_command.open_drift, self._shell),
                      self._shell.resources.for_pane)  # fmt: skip
        yield Command("sort", "[-]COLUMN", "sort; - turns it round, off ends it", self._sort,
                      self._columns)  # fmt: skip
        yield Command("theme", "NAME", "other colours", self._theme, self._themes)

    def _scope(self, rest: str) -> str:
        if not rest:
            self._shell.dialogs.do_scope_pick()
            return ""
        try:
            self._shell.set_scope(scope_of(rest, self._shell.clusters))
        except ScopeError as error:
            return str(error)
        return ""

    def _namespace(self, rest: str) -> str:
        self._shell.set_namespace("" if rest in ("all", "*", "-") else rest)
        return ""

    def _sort(self, rest: str) -> str:
        view = self._shell.view
        if not isinstance(view, TableView):
            return "only a table can be sorted"
        if not rest:
            self._shell.dialogs.do_sort_pick()
            return ""
        return view.sort_words(rest)

    def _columns(self, text: str) -> Iterable[str]:
        view = self._shell.view
        if not isinstance(view, TableView):
            return ()
        sign = "-" if text.startswith("-") else ""
        names = [f"{sign}{column.id}" for column in view.columns]
        return [name for name in (*names, "off") if name.startswith(text.lower())]

    def _theme(self, rest: str) -> str:
        names = self._shell.settings.themes
        if not rest:
            self._shell.dialogs.do_theme_pick()
        elif rest in names:
            self._shell.app.theme = rest
        else:
            return f"there is no theme {rest}; there are {', '.join(names)}"
        return ""

    def _themes(self, text: str) -> Iterable[str]:
        return [name for name in self._shell.settings.themes if text.lower() in name]

    # What one does.

    def _doing(self) -> Iterator[Command]:
        kinds = self._shell.resources
        yield Command("find", "NAME", "objects of any kind that are called so", kinds.find)
        yield Command("export", "[csv|json|md] [FILE]", "save what is shown", self._export,
                      lambda text: [one for one in FORMATS if one.startswith(text)])  # fmt: skip
        yield Command(
            "findings",
            f"[{'|'.join(FINDING_FORMATS)}] [FILE]",
            "save the findings of what is shown",
            self._findings,
            lambda text: [one for one in FINDING_FORMATS if one.startswith(text)],
        )
        yield Command("screenshot", "[FILE]", "save a picture of the screen (SVG)", self._picture)
        yield Command("trust", "CLUSTER", "run the changed credential command of a cluster",
                      self._trust, self._waiting)  # fmt: skip
        yield Command("logs", "[KIND] [NS/]NAME [@CLUSTER …]", "follow the logs of a pod, or of"
                      " what has pods, in all clusters of the scope", self._logs)  # fmt: skip
        yield Command("notes", "", "what is wrong with the kubeconfig and with metrics",
                      self._act("notes.open"))  # fmt: skip
        yield Command("refresh", "", "ask again what failed or is due", self._act("view.refresh"))
        yield Command("pause", "", "freeze what is shown, or go on", self._act("view.pause"))
        yield Command("help", "", "keys and commands", self._act("help.open"), aliases=("h", "?"))
        yield Command("q", "", "leave", self._quit, aliases=("quit", "qa", "q!", "exit"))

    def _replaying(self) -> Iterator[Command]:
        """What a recording has besides."""
        if not self._shell.settings.replay:
            return
        plays = self._shell.replaying
        yield Command("play", "[SPEED]", "play the recording, or stop it", plays.toggle)
        yield Command("speed", "N", "seconds of the recording in a second", plays.speed)
        yield Command("at", "TIME", "jump: 14:03, 14:03:20, +5m, -5m, start, end", plays.at)
        yield Command("step", "[back]", "to the next change, or the one before",
                      lambda rest: plays.step(-1 if rest in ("back", "-1") else 1))  # fmt: skip
        yield Command("moments", "A [B]", "what changed between two times, or from one to now",
                      plays.moments)  # fmt: skip

    def _logs(self, rest: str) -> str:
        from mckconsole.ui.places import LogsPlace
        from mckconsole.views.logs_ask import LogsAskError, parse_logs

        shell = self._shell
        if not rest:
            targets = shell.view.log_targets()
            if not targets:
                return "nothing here has logs; say of what: [KIND] NAMESPACE/NAME"
        else:
            try:
                asked = parse_logs(rest, shell.namespace)
                scope = scope_of(asked.scope, shell.clusters) if asked.scope else shell.scope
            except (LogsAskError, ScopeError) as error:
                return str(error)
            targets = asked.targets(name for name in shell.clusters if scope.holds(name))
        shell.go(LogsPlace(targets))
        return ""

    def _act(self, action: str) -> Callable[[str], str]:
        def run(rest: str) -> str:
            self._shell.action_perform(action)
            return ""

        return run

    def _export(self, rest: str) -> str:
        words = rest.split(None, 1)
        chosen = words[0] if words and words[0] in FORMATS else ""
        file = rest.removeprefix(chosen).strip()
        if len(words) > 1 and not chosen and not set("./") & set(words[0]):
            return f"there is no format {words[0]}; there are {', '.join(FORMATS)}"
        return self._shell.dialogs.export(chosen, file)

    def _findings(self, rest: str) -> str:
        chosen, _, file = rest.partition(" ")
        if not chosen:
            self._shell.dialogs.do_export_findings()
            return ""
        if chosen not in FINDING_FORMATS:
            return f"there is no format {chosen}; there are {', '.join(FINDING_FORMATS)}"
        return self._shell.dialogs.export_findings(chosen, file.strip())

    def _trust(self, rest: str) -> str:
        held = self._held
        if rest in held:
            self._shell.dialogs.confirm_command(rest, held[rest])
            return ""
        waiting = f"{', '.join(held)} waits" if held else "none waits"
        return f"{rest} does not wait for approval; {waiting}" if rest else (
            f"which cluster? {waiting} for approval"
        )  # fmt: skip

    def _picture(self, rest: str) -> str:
        self._shell.call_after_refresh(self._shell.dialogs.save_picture, rest)
        return ""

    @property
    def _held(self) -> Mapping[str, PluginCommand]:
        """Clusters whose credential command somebody has to agree to."""
        return self._shell.live.held if self._shell.live else {}

    def _waiting(self, text: str) -> Iterable[str]:
        return [name for name in self._held if text in name]

    def _quit(self, rest: str) -> str:
        self._shell.app.exit(0)
        return ""
