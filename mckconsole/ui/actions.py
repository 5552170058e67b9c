"""Everything a key can do: the one registry behind bindings, footer, help, palette and keymap.

Data only: it imports no Textual and calls nothing. Keys are written as Textual names them. Movement
is declared beside the widgets that move (`mckwidgets.moves`) and joined in by `everything`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

UNBOUND = "<ignore>"
"""In place of keys where a keymap took them all away: Textual's name for a key that never comes."""
NO_KEY = "–"


class Where(StrEnum):
    """What has to be in front for an action to be there."""

    GLOBAL = "anywhere"
    TABLE = "tables"
    MATRIX = "matrices"
    DETAIL = "details"
    PLOT = "plots"
    LOG = "logs"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done."""

    id: str
    """`area.word`; keymaps name it."""
    keys: tuple[str, ...]
    title: str
    """Its word in the footer."""
    help: str
    """One sentence."""
    where: frozenset[Where]
    footer: int | None = None
    """Its place in the footer, ascending; None is only in the help."""
    panes: tuple[str, ...] = ()
    """The only panes that have it; empty is all."""
    instead: tuple[str, ...] = ()
    """Actions, by id, whose keys it takes over where it is: they are not there."""


_ANYWHERE = frozenset({Where.GLOBAL})
_TABLE = frozenset({Where.TABLE})
_CELLS = frozenset({Where.TABLE, Where.MATRIX})
_DETAIL = frozenset({Where.DETAIL})
_LOG = frozenset({Where.LOG})
_OPENABLE = frozenset({Where.TABLE, Where.MATRIX, Where.DETAIL})
_VIEWS = frozenset({Where.TABLE, Where.MATRIX, Where.DETAIL, Where.PLOT, Where.LOG})
_FILTERED = frozenset({Where.TABLE, Where.MATRIX, Where.LOG})
_MESH = ("mesh",)
_SERVICES = ("services",)
_IDENTITY = ("identity",)
_SECRETS = ("secrets",)
_VERSIONS = ("versions",)
_CHECKLIST = ("checklist",)
_RESOURCES = ("resources",)
_TIMELINE = ("timeline",)
_ROWS = frozenset({Where.TABLE, Where.DETAIL})

_HERE = (
    Action("open", ("enter",), "open", "Open what the cursor is on.", _OPENABLE | _LOG, 10),
    Action("mesh.metrics", ("m",), "metrics", "Plot round trips and traffic of the tunnel over"
           " time.", _OPENABLE, 20, _MESH),
    Action("mesh.transitions", ("e",), "transitions", "Show when the tunnel changed its state.",
           _OPENABLE, 21, _MESH),
    Action("mesh.toggle", ("v",), "matrix/list", "Change between the matrix and the list.",
           _CELLS, 22, _MESH),
    Action("services.compare", ("equals_sign",), "compare", "Compare the service's objects between"
           " its clusters, side by side.", _ROWS, 24, _SERVICES),
    Action("objects.compare", ("equals_sign",), "compare", "Compare the object with its like in"
           " other clusters: the marked rows, else all clusters in scope.", _ROWS, 28, _RESOURCES),
    Action("compare.layout", ("v",), "layout", "Show clusters side by side, or values one below"
           " the other.", _TABLE, 24, ("comparison",)),
    Action("identity.group", ("v",), "group by", "Group by workload, cloud identity, service"
           " account or cloud account, one after the other.", _TABLE, 22, _IDENTITY),
    Action("identity.users", ("u",), "who else", "Show everybody who uses this cloud identity, in"
           " all clusters.", _ROWS, 23, _IDENTITY),
    Action("identity.who", ("w", "W"), "who can change", "Show who can change this binding, by"
           " Kubernetes RBAC.", _DETAIL, 24, _IDENTITY),
    Action("identity.who_row", ("W",), "who can change", "Show who can change this binding, by"
           " Kubernetes RBAC.", _TABLE, 24, _IDENTITY),
    Action("secrets.group", ("v",), "group by", "Group by credential, place, cluster, namespace or"
           " owner, or show certificates, one after the other.", _TABLE, 22, _SECRETS),
    Action("secrets.identity", ("i",), "identity", "Show the identity of a workload that uses this"
           " credential: what could replace it.", _ROWS, 23, _SECRETS),
    Action("secrets.who", ("w", "W"), "who can read", "Show who can read what this credential lies"
           " in, by Kubernetes RBAC.", _DETAIL, 24, _SECRETS),
    Action("secrets.who_row", ("W",), "who can read", "Show who can read what this credential lies"
           " in, by Kubernetes RBAC.", _TABLE, 24, _SECRETS),
    Action("versions.group", ("v",), "group by", "Group by cluster, step of the plan, node pool,"
           " add-on, deprecated API or blocker, one after the other.", _TABLE, 22, _VERSIONS),
    Action("checklist.toggle", ("v",), "matrix/list", "Change between the matrix and the lists by"
           " answer, item and cluster.", _CELLS, 22, _CHECKLIST),
    Action("object.owner", ("o",), "owner", "Go to what owns the object.", _ROWS, 43, _RESOURCES),
    Action("object.users", ("u",), "used by", "Go to what uses the object.", _ROWS, 44,
           _RESOURCES),
    Action("object.managed", ("m",), "managedFields", "Show who manages which field of the object,"
           " or hide that.", _ROWS, 45, _RESOURCES),
    Action("timeline.detail", ("i",), "details", "Show what is known of the entry, and what else"
           " happened around it.", _TABLE, 22, _TIMELINE),
    Action("timeline.shorter", ("less_than_sign",), "less", "Look less far back.", _TABLE, 23,
           _TIMELINE),
    Action("timeline.longer", ("greater_than_sign",), "more", "Look further back.", _TABLE, 24,
           _TIMELINE),
    Action("timeline.follow", ("F",), "follow", "Stay on the newest, until the cursor is moved.",
           _TABLE, 25, _TIMELINE),
    Action("failover.open", ("x",), "what if lost", "Say what losing the marked clusters, or this"
           " one, would mean; for a service, losing each of its clusters.", _ROWS, 26,
           ("fleet", "services")),
    Action("timeline.open", ("t",), "timeline", "Show what happened to this: the timeline, narrowed"
           " to it.", _VIEWS, 48),
    Action("logs.open", ("l",), "logs", "Follow the logs of what the row or the marked rows stand"
           " for; where that has none, go to the right.", _VIEWS - _LOG, 27),
    Action("logs.follow", ("s",), "autoscroll", "Keep the newest line in sight, or stay here.",
           _LOG, 32),
    Action("logs.wrap", ("w",), "wrap", "Break long lines, or scroll them sideways.", _LOG, 34),
    Action("logs.times", ("d",), "times", "Show when each line was said, or not.", _LOG, 36),
    Action("logs.raw", ("v",), "JSON", "Show JSON lines as they are, or folded to what they say.",
           _LOG, 33),
    Action("logs.previous", ("b",), "run before", "Show the containers' runs before this one, or"
           " this one again.", _LOG, 35),
    Action("logs.containers", ("a",), "containers", "Show the lines of one container after the"
           " other alone, then of all again.", _LOG, 37),
    Action("logs.sources", ("i",), "sources", "List what is followed and how it stands.", _LOG, 38),
    Action("logs.around", ("o",), "only/all", "Show all lines with what the filter matches lit, or"
           " only those that match.", _LOG, 31),
    Action("logs.mark", ("m",), "mark", "Mark the line, or take its mark away.", _LOG, 39),
    Action("logs.next", ("n",), "next mark", "Go to the next line that is marked or, with all"
           " lines shown, matches the filter.", _LOG),
    Action("logs.before", ("N",), "mark before", "Go to the one before.", _LOG),
    Action("logs.colours", ("C",), "colours", "Show the colours that programs chose, or ours.",
           _LOG),
    Action("logs.tail", ("0",), "newest", "The newest 500 lines of each container, and on.", _LOG,
           41, instead=("scope.all",)),
    Action("logs.head", ("1",), "oldest", "The first lines of each container, not followed.", _LOG,
           instead=("pane.fleet",)),
    Action("logs.minute", ("2",), "1 m", "From a minute ago on.", _LOG, instead=("pane.mesh",)),
    Action("logs.five", ("3",), "5 m", "From five minutes ago on.", _LOG,
           instead=("pane.services",)),
    Action("logs.quarter", ("4",), "15 m", "From a quarter of an hour ago on.", _LOG,
           instead=("pane.identity",)),
    Action("logs.half", ("5",), "30 m", "From half an hour ago on.", _LOG,
           instead=("pane.secrets",)),
    Action("logs.hour", ("6",), "1 h", "From an hour ago on.", _LOG, instead=("pane.versions",)),
    Action("filter.open", ("slash",), "filter", "Show only rows that match.", _FILTERED, 30),
    Action("search.open", ("slash",), "search", "Search in this text.", _DETAIL, 30),
    Action("search.next", ("n",), "next match", "Go to the next match.", _DETAIL, 31),
    Action("search.previous", ("N",), "previous match", "Go to the match before.", _DETAIL),
    Action("target.next", ("right_square_bracket",), "next link",
           "Go to the next line that can be opened.", _DETAIL, 32),
    Action("target.previous", ("left_square_bracket",), "previous link",
           "Go to the line before that can be opened.", _DETAIL),
    Action("view.problems", ("z",), "problems", "Show only what is not well, or all again.",
           _FILTERED, 50),
    Action("view.wide", ("w",), "wide", "Show all columns in full width, or those that fit.",
           _TABLE, 51),
    Action("sort.pick", ("s",), "sort", "Choose the column to sort by.", _TABLE, 52),
    Action("sort.reverse", ("S",), "reverse", "Sort the other way round.", _TABLE),
    Action("column.left", ("shift+left",), "column left", "Move the column cursor left.", _TABLE),
    Action("column.right", ("shift+right",), "column right", "Move the column cursor right.",
           _TABLE),
    Action("mark.toggle", ("space",), "mark", "Mark the row, or unmark it.", _TABLE, 70),
    Action("mark.range", ("V",), "mark to here", "Mark all rows from the last mark to here.",
           _TABLE),
    Action("mark.clear", ("U",), "unmark all", "Take all marks away.", _TABLE),
    Action("copy.cell", ("y",), "copy", "Copy the cell or the line.", _VIEWS, 71),
    Action("copy.all", ("Y",), "YAML", "Show the object behind the row as YAML, redacted; there it"
           " copies all. A row without an object is copied as JSON.", _VIEWS, 72),
    Action("export.save", ("ctrl+s",), "export", "Save what is shown into a file.", _VIEWS, 73),
    Action("export.findings", ("E",), "findings", "Save the findings of the rows shown, with their"
           " evidence and what was not read: as JSON, CSV, Markdown, SARIF or HTML.", _CELLS, 74),
)  # fmt: skip

_EVERYWHERE = (
    Action("command.open", ("colon",), "command", "Type a command.", _ANYWHERE, 40),
    Action("scope.pick", ("c",), "scope", "Choose the clusters to look at.", _ANYWHERE, 60),
    Action("scope.all", ("0",), "all clusters", "Look at all clusters again.", _ANYWHERE),
    Action("view.pause", ("p",), "pause", "Freeze what is shown, or follow again.", _ANYWHERE, 61),
    Action("view.refresh", ("r",), "refresh", "Ask the clusters again now.", _ANYWHERE, 62),
    Action("notes.open", ("exclamation_mark",), "notes", "Show what is wrong with the kubeconfig,"
           " and metrics of unknown clusters.", _ANYWHERE),
    Action("pane.next", ("tab",), "next pane", "Go to the next pane.", _ANYWHERE),
    Action("pane.previous", ("shift+tab",), "previous pane", "Go to the pane before.", _ANYWHERE),
    Action("pane.last", ("minus",), "last pane", "Go back to the pane you came from.", _ANYWHERE),
    Action("palette", ("ctrl+p",), "palette", "Search everything that can be done.", _ANYWHERE),
    Action("theme.next", ("T",), "theme", "Change to the next theme.", _ANYWHERE),
    Action("suspend", ("ctrl+z",), "suspend", "Return to the shell; `fg` comes back.", _ANYWHERE),
    Action("back", ("escape",), "back", "Go back one step, or take the filter away.", _ANYWHERE,
           80),
    Action("quit", ("q",), "quit", "Go back one step; at the root, quit.", _ANYWHERE),
    Action("quit.now", ("ctrl+q", "ctrl+c"), "quit now", "Quit from anywhere.", _ANYWHERE),
    Action("help.open", ("question_mark",), "help", "Explain the keys of this view.", _ANYWHERE,
           90),
)  # fmt: skip

REPLAY_ACTIONS = (
    Action("replay.next", ("right_curly_bracket",), "next change", "Show the next moment of the"
           " recording in which something changed.", _ANYWHERE, 12),
    Action("replay.previous", ("left_curly_bracket",), "change before", "Show the moment before in"
           " which something changed.", _ANYWHERE, 13),
    Action("replay.faster", ("right_parenthesis",), "faster", "Play the recording faster.",
           _ANYWHERE),
    Action("replay.slower", ("left_parenthesis",), "slower", "Play the recording slower.",
           _ANYWHERE),
)  # fmt: skip
"""What can be done everywhere while a recording is played."""
PLAY = Action("view.pause", ("p",), "play/stop", "Play the recording, or stop it.", _ANYWHERE, 11)
"""What freezing is called there."""

ACTIONS: tuple[Action, ...] = (*_HERE, *_EVERYWHERE)
"""All actions but movement and the panes' own keys, as the help lists them."""


def pane_actions(panes: Sequence[tuple[str, str, str]]) -> tuple[Action, ...]:
    """One action `pane.NAME` per pane, given as (name, key, title)."""
    return tuple(
        Action(f"pane.{name}", (key,), title, f"Go to {title}.", _ANYWHERE)
        for name, key, title in panes
    )


def move_actions() -> tuple[Action, ...]:
    """The movement keys of every widget with a cursor; imports Textual."""
    from mckwidgets.moves import MOVES

    return tuple(
        Action(move.id, tuple(move.keys.split(",")), move.help, f"Go {move.help}.", _VIEWS)
        for move in MOVES
        if move.id.startswith("move.")
    )


def everything(panes: Sequence[tuple[str, str, str]]) -> tuple[Action, ...]:
    """Every action that a keymap may name; imports Textual."""
    return (*ACTIONS, *REPLAY_ACTIONS, *pane_actions(panes), *move_actions())


def actions_for(
    where: Where, pane: str, others: Sequence[Action] = ()
) -> tuple[Action, ...]:  # fmt: skip
    """What can be done in a view of `pane`: the pane's own first, then the view's, then the rest,
    and `others`, which can be done anywhere.

    With `Where.GLOBAL` only what can be done everywhere.
    """
    here = [
        action
        for action in (*ACTIONS, *others)
        if action.where & {where, Where.GLOBAL} and (not action.panes or pane in action.panes)
    ]
    gone = {id for action in here for id in action.instead}
    here = [action for action in here if action.id not in gone]
    return tuple(sorted(here, key=lambda action: (Where.GLOBAL in action.where, not action.panes)))


def footer_for(where: Where, pane: str) -> tuple[Action, ...]:
    """Those of `actions_for` that the footer names, in its order."""
    named = [(one.footer, one) for one in actions_for(where, pane) if one.footer is not None]
    return tuple(action for _, action in sorted(named, key=lambda pair: pair[0]))


_KEY_WORDS = {
    "escape": "esc", "pageup": "pgup", "pagedown": "pgdn", "delete": "del", "insert": "ins",
    "up": "↑", "down": "↓", "left": "←", "right": "→",
    "slash": "/", "backslash": "\\", "at": "@", "minus": "-", "plus": "+", "underscore": "_",
    "less_than_sign": "<", "greater_than_sign": ">",
}  # fmt: skip
"""Keys whose Textual name is not what people call them, nor a character's Unicode name."""


def key_words(keys: str) -> str:
    """Comma-separated keys as people write them, separated by spaces: `ctrl-s ?`."""
    return " ".join(_key_word(key) for key in keys.split(","))


def _key_word(key: str) -> str:
    if key == UNBOUND:
        return NO_KEY
    *modifiers, base = key.split("+")
    return "-".join((*modifiers, _KEY_WORDS.get(base) or _character(base)))


def _character(name: str) -> str:
    """The character that Textual names by its Unicode name, else the name."""
    try:
        found = unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return name
    return found if found.isprintable() and not found.isspace() else name
