"""The user's keys: a YAML file that gives actions other keys, checked before the screen is taken.

Textual accepts unknown ids and impossible keys without a word, and of two actions on one key it
keeps any. So everything is checked here, and all problems are told at once.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mckconsole.config.errors import ConfigError, ConfigProblem
from mckconsole.config.yamltree import line_of, plain_key, read_tree
from mckconsole.ui.actions import UNBOUND, Action, Where, key_words
from mckconsole.ui.keymap_names import textual_key

NEEDED = ("quit.now", "back", "help.open")
"""Actions that always keep a key: without them there is no way out, or none to be found."""
PANE_KEYS = frozenset("123456789")
_NULL = "tag:yaml.org,2002:null"


def load_keymap(path: Path, actions: Sequence[Action]) -> Mapping[str, str]:
    """Read a keymap.

    Args:
        path: a YAML file, a mapping of action ids to a key or a list of keys.
        actions: all actions there are.

    Returns:
        What `App.set_keymap` takes: new keys, comma-separated, by id of the action. Actions that
        share a key with a changed one are in it too, with the keys they have: Textual takes a key
        away from everything that is bound to it.

    Raises:
        ConfigError: every problem, with its line.
    """
    reader = _Reader(path, {action.id: action for action in actions})
    root = read_tree(path)
    if root is None or root.tag == _NULL:
        return {}
    reader.read(root)
    reader.check()
    if reader.problems:
        raise ConfigError(sorted(reader.problems, key=lambda problem: problem.line or 0))
    return {id: ",".join(keys) or UNBOUND for id, keys in _with_neighbours(reader).items()}


class _Reader:
    """Collects the keys and the problems of one file."""

    def __init__(self, path: Path, actions: Mapping[str, Action]) -> None:
        self.actions = actions
        self.keys: dict[str, tuple[str, ...]] = {}
        self.problems: list[ConfigProblem] = []
        self._path = path
        self._lines: dict[str, int] = {}

    def _report(self, line: int, key: str, message: str) -> None:
        self.problems.append(ConfigProblem(self._path, line, key, message))

    def read(self, root: Node) -> None:
        """Take in the whole file."""
        if not isinstance(root, MappingNode):
            self._report(line_of(root), "", "expected a mapping of actions to keys")
            return
        for name, value in root.value:
            id = plain_key(name)
            if id in self._lines:
                first = self._lines[id]
                self._report(line_of(name), id, f"given twice, first on line {first}")
                continue
            self._lines[id] = line_of(name)
            if id not in self.actions:
                self._report(line_of(name), id, _unknown(id, self.actions))
            else:
                keys = tuple(self._keys(id, value))
                self.keys[id] = tuple(dict.fromkeys(keys))

    def _keys(self, id: str, value: Node) -> Iterator[str]:
        items = value.value if isinstance(value, SequenceNode) else [value]
        for item in items:
            if not isinstance(item, ScalarNode):
                self._report(line_of(item), id, "expected a key or a list of keys")
            elif item.tag == _NULL:
                words = "has no key; write [] to take its keys away, and # or ~ in quotes"
                self._report(line_of(item), id, words)
            else:
                try:
                    yield textual_key(item.value)
                except ValueError as error:
                    self._report(line_of(item), id, f"{item.value}: {error}")

    def check(self) -> None:
        """Judge the keys as a whole."""
        for id in NEEDED:
            if self.keys.get(id) == () and not self._has_problem(id):
                self._report(self._lines[id], id, "must keep at least one key")
        self._check_digits()
        self._check_clashes()

    def _has_problem(self, id: str) -> bool:
        return any(problem.key == id for problem in self.problems)

    def _check_digits(self) -> None:
        for id, keys in self.keys.items():
            for key in PANE_KEYS.intersection(keys):
                if not id.startswith("pane."):
                    self._report(self._lines[id], id, f"{key}: 1 to 9 belong to the panes")

    def _check_clashes(self) -> None:
        holders: dict[str, list[Action]] = defaultdict(list)
        for action in self.actions.values():
            for key in self.keys.get(action.id, action.keys):
                for other in holders[key]:
                    if together(action, other):
                        self._clash(key, action, other)
                holders[key].append(action)

    def _clash(self, key: str, one: Action, other: Action) -> None:
        """Told once, at the later of the lines that say it."""
        if key in PANE_KEYS and not (one.id.startswith("pane.") and other.id.startswith("pane.")):
            return  # told already
        said = max((a for a in (one, other) if a.id in self.keys), key=lambda a: self._lines[a.id])
        holder = other if said is one else one
        words = f"{key_words(key)} is the key of {holder.id}; give that another one too"
        if holder.id in self.keys:
            words = (
                f"{key_words(key)} is also given to {holder.id} on line {self._lines[holder.id]}"
            )
        self._report(self._lines[said.id], said.id, words)


def together(one: Action, other: Action) -> bool:
    """Whether both can be there at the same time, so that a key cannot stand for both."""
    if one.id in other.instead or other.id in one.instead:
        return False
    anywhere = Where.GLOBAL in one.where | other.where
    same_view = anywhere or bool(one.where & other.where)
    same_pane = not one.panes or not other.panes or bool({*one.panes} & {*other.panes})
    return same_view and same_pane


def _unknown(id: str, known: Mapping[str, Action]) -> str:
    words = {one.rpartition(".")[2]: one for one in known} | {one: one for one in known}
    near = difflib.get_close_matches(id.lower(), words, n=1)
    hint = f"did you mean {words[near[0]]}?" if near else "docs/keymap.md lists them"
    return f"there is no such action; {hint}"


def _with_neighbours(reader: _Reader) -> dict[str, tuple[str, ...]]:
    """The changed keys, and those of all actions that share an old or new key with one of them."""
    changed = {
        id: keys for id, keys in reader.keys.items() if set(keys) != {*reader.actions[id].keys}
    }
    touched = {key for id in changed for key in (*changed[id], *reader.actions[id].keys)}
    while True:
        near = [
            action
            for action in reader.actions.values()
            if action.id not in changed and touched.intersection(action.keys)
        ]
        if not near:
            return changed
        changed |= {action.id: action.keys for action in near}
        touched.update(key for action in near for key in action.keys)
