"""Actions that ask something first or show something over the view: help, pickers, exports."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from mckconsole.ui.actions import Action, Where, key_words
from mckconsole.views.detail import ClusterTarget, Line, Span
from mckconsole.views.scope import ScopeError, picked_scope
from mckconsole.views.spec import GLYPHS, Role

if TYPE_CHECKING:
    from mckconsole.sources.exec_trust import PluginCommand
    from mckconsole.ui.shell import Shell
    from mckconsole.ui.view import Format
    from mckwidgets.key_help import HelpEntry, HelpGroup
    from mckwidgets.picker import Item


class Dialogs:
    """The shell's dialogs; the widgets for them are imported when they are first wanted."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    # Help.

    def do_help_open(self) -> None:
        """This screen's keys first, then everybody's, then the commands."""
        from mckwidgets.key_help import KeyHelp

        view = self._shell.view
        title = f"{view.pane}: keys and commands"
        self._shell.app.push_screen(KeyHelp(title, self._groups(), self._about()))

    def _groups(self) -> Sequence[HelpGroup]:
        from mckwidgets.key_help import HelpEntry, HelpGroup
        from mckwidgets.moves import MOVES

        own: list[HelpEntry] = []
        common: list[HelpEntry] = []
        for action in sorted(self._shell.actions, key=_in_footer):
            reason = self._shell.view.refuses(action.id)
            entry = HelpEntry(
                self._keys(action.id, action.keys), action.title, action.help, not reason, reason
            )
            (common if Where.GLOBAL in action.where else own).append(entry)
        moves = [
            HelpEntry(self._keys(one.id, one.keys.split(",")), one.help, "")
            for one in MOVES
            if one.id not in {action.id for action in self._shell.actions}
        ]
        commands = [
            HelpEntry(f":{one.name} {one.arguments}".strip(), "", one.help)
            for one in self._shell.commands.all
        ]
        return (
            HelpGroup("this screen", tuple(own)),
            HelpGroup("everywhere", tuple(common)),
            HelpGroup("moving", tuple(moves)),
            HelpGroup("commands", tuple(commands)),
            HelpGroup("signs", tuple(_signs())),
        )

    def _about(self) -> Sequence[Line]:
        from mckconsole.views.panes import find_pane

        spec = find_pane(self._shell.view.pane)
        return (Line((Span(spec.help),)),) if spec and spec.help else ()

    def _keys(self, action: str, keys: Sequence[str]) -> str:
        return key_words(self._shell.settings.keymap.get(action) or ",".join(keys))

    # Pickers.

    def do_scope_pick(self) -> None:
        """Choose the clusters to look at."""
        from mckwidgets.picker import Item, Picker

        shell, frame = self._shell, self._shell.frame
        if frame is None:
            shell.tell("there are no clusters yet")
            return
        roles = {row.id: row.role for row in frame.rows["fleet"]}
        chosen = shell.scope.names
        groups = sorted({group for found in shell.clusters.values() for group in found})
        items = [Item(f"@{group}", f"@{group}", "group") for group in groups]
        items += [
            Item(
                name,
                f"{GLYPHS.get(roles.get(name, Role.PLAIN), ' ')} {name}",
                ", ".join(groups_of),
                roles.get(name, Role.PLAIN),
                chosen is not None and name in chosen,
            )
            for name, groups_of in shell.clusters.items()
        ]
        picker = Picker(
            "which clusters", items, multi=True, help="space marks, enter looks at them"
        )
        shell.app.push_screen(picker, self._scope_picked)

    def _scope_picked(self, names: tuple[str, ...] | None) -> None:
        if names is None:
            return
        try:
            self._shell.set_scope(picked_scope(names, self._shell.clusters))
        except ScopeError as error:  # the kubeconfig changed meanwhile
            self._shell.tell(str(error), trouble=True)

    def do_sort_pick(self) -> None:
        """Choose the column to sort by."""
        from mckconsole.ui.table_view import TableView
        from mckwidgets.picker import Item, Picker

        view = self._shell.view
        if not isinstance(view, TableView):
            return
        items = [Item("off", "worst first", "the pane's own order")]
        items += [Item(one.id, one.title, one.help) for one in view.columns]
        column, reverse = view.grid.sort

        def picked(found: tuple[str, ...] | None) -> None:
            if found:
                again = found[0] == column and not reverse
                view.sort_words(f"-{found[0]}" if again else found[0])

        picker = Picker("sort by", items, help="again turns it round", cursor=column or "off")
        self._shell.app.push_screen(picker, picked)

    def do_theme_pick(self) -> None:
        """Choose the colours."""
        from mckwidgets.picker import Item, Picker

        items = [Item(name, name) for name in self._shell.settings.themes]

        def picked(found: tuple[str, ...] | None) -> None:
            if found:
                self._use_theme(found[0])

        picker = Picker("theme", items, cursor=self._shell.app.theme)
        self._shell.app.push_screen(picker, picked)

    def do_theme_next(self) -> None:
        """The next theme."""
        names = list(self._shell.settings.themes)
        app = self._shell.app
        at = names.index(app.theme) if app.theme in names else -1
        app.theme = names[(at + 1) % len(names)]
        self._shell.tell(f"theme {app.theme}")

    def do_palette(self) -> None:
        """Everything that can be done, to search in."""
        from mckwidgets.picker import Picker

        choices = dict(self._choices())
        items = [item for item, _ in choices.values()]

        def picked(found: tuple[str, ...] | None) -> None:
            if found:
                choices[found[0]][1]()

        self._shell.app.push_screen(Picker("everything", items, help="enter does it"), picked)

    def _choices(self) -> Iterator[tuple[str, tuple[Item, Callable[[], object]]]]:
        """By id: what the palette offers and what it does."""
        from mckwidgets.picker import Item

        shell = self._shell
        for action in sorted(shell.actions, key=_in_footer):
            if action.id == "palette":
                continue
            reason = shell.view.refuses(action.id)
            note = f"not now: {reason}" if reason else action.help
            keys = self._keys(action.id, action.keys)
            role = Role.DIM if reason else Role.PLAIN
            item = Item(action.id, f"{action.title}  {keys}", note, role)
            yield action.id, (item, partial(shell.action_perform, action.id))
        for name in shell.clusters:
            run = partial(shell.go, ClusterTarget(name))
            yield f"cluster {name}", (Item(f"cluster {name}", f"cluster {name}", "open it"), run)
        for theme in shell.settings.themes:
            run = partial(self._use_theme, theme)
            yield f"theme {theme}", (Item(f"theme {theme}", f"theme {theme}", "other colours"), run)

    def _use_theme(self, name: str) -> None:
        self._shell.app.theme = name

    # What is asked before it is done.

    def confirm_command(self, name: str, command: PluginCommand) -> None:
        """Run the credential command of this cluster, and only this one, if the user agrees."""
        from mckwidgets.confirm import Confirm

        shell = self._shell

        def answered(agreed: bool | None) -> None:
            if agreed and not (shell.live and shell.live.trust(name, command)):
                shell.tell(f"{name}: the kubeconfig has changed again", trouble=True)

        details = [command.line, f"program: {command.program or 'not found'}"]
        details += [f"sets {', '.join(command.variables)}"] if command.variables else []
        question = f"run this credential command for {name}?"
        shell.app.push_screen(Confirm(question, details, yes="run it"), answered)

    # Exports.

    def do_export_save(self) -> None:
        """Save what is shown as CSV."""
        problem = self.export("", "")
        if problem:
            self._shell.tell(problem, trouble=True)

    def export(self, form: str, file: str) -> str:
        """Save what is shown; returns why that failed.

        Without a file it goes to the exports directory under a name of its own; nothing that is
        there already is ever overwritten.
        """
        text, suffix = self._shell.view.exported(cast("Format | None", form or None))
        if not text:
            return "there is nothing to save"
        if form not in ("", suffix):
            return f"this is no table: it can be saved as {suffix} only"
        return self._save(text, suffix, file)

    def do_export_findings(self) -> None:
        """Choose a format and save the findings of the rows that are shown."""
        from mckconsole.ui.finding_exports import FORMATS
        from mckwidgets.picker import Item, Picker

        def picked(found: tuple[str, ...] | None) -> None:
            if found and (problem := self.export_findings(found[0], "")):
                self._shell.tell(problem, trouble=True)

        items = [Item(name, name, words) for name, words in FORMATS.items()]
        self._shell.app.push_screen(Picker("findings of what is shown as", items), picked)

    def export_findings(self, form: str, file: str) -> str:
        """Save the findings of the rows that are shown; returns why that failed."""
        from mckconsole.ui.finding_exports import findings_text

        text, suffix = findings_text(self._shell, form)
        return self._save(text, suffix, file) if text else "nothing was read yet"

    def save_picture(self, file: str) -> None:
        """Save what the screen shows as SVG, and say where, or why that failed."""
        picture = self._shell.app.export_screenshot(title="mckconsole")
        problem = self._save(picture, "svg", file)
        if problem:
            self._shell.tell(problem, trouble=True)

    def _save(self, text: str, suffix: str, file: str) -> str:
        from mckconsole.report.export import WriteError, export_path, write_export

        taken_at = self._shell.frame.snapshot.taken_at if self._shell.frame else 0.0
        path = (
            Path(os.path.expanduser(file))
            if file
            else export_path(self._shell.settings.exports, suffix, now=taken_at)
        )
        if os.path.lexists(path):
            return f"there already is {path}; name another file"
        try:
            if not file:
                path.parent.mkdir(parents=True, exist_ok=True)
            write_export(path, text)
        except OSError as error:
            return f"cannot make {path.parent}: {error.strerror or type(error).__name__}"
        except WriteError as error:
            # The reason first: at the prompt the path stands beside it.
            where, _, why = str(error).partition(f"{path}: ")
            return f"{why} ({where.strip()} {path})" if why else where
        self._shell.tell(f"saved {path}")
        return ""


def _signs() -> Sequence[HelpEntry]:
    from mckwidgets.key_help import HelpEntry

    words = {
        Role.OK: "well",
        Role.WARN: "warning: medium or low",
        Role.CRITICAL: "critical or high",
        Role.CONNECTING: "connecting, not read yet",
        Role.STALE: "stale: true once, not confirmed lately",
        Role.UNKNOWN: "could not be read; the reason is beside it",
        Role.FORBIDDEN: "forbidden to this credential",
    }
    return [HelpEntry(GLYPHS[role], role.value, text) for role, text in words.items()]


def _in_footer(action: Action) -> float:
    """Its place in the footer, which is by how often it is wanted; last where it has none."""
    return math.inf if action.footer is None else action.footer
