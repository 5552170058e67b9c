"""The user's keymap: what it changes, what is refused, and that Textual takes it as it is meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App
from textual.binding import Binding, BindingType

from mckconsole.config.errors import ConfigError
from mckconsole.ui.actions import UNBOUND, Action, everything
from mckconsole.ui.keymap import load_keymap, together
from mckconsole.views.panes import PANES

ACTIONS = everything([(pane.name, pane.key, pane.title) for pane in PANES])
SAMPLE = Path(__file__).parents[3] / "sample_configs" / "keymap.yaml"


def load(tmp_path: Path, text: str) -> Mapping[str, str]:
    path = tmp_path / "keymap.yaml"
    path.write_text(text)
    return load_keymap(path, ACTIONS)


def problems(tmp_path: Path, text: str) -> list[tuple[int | None, str, str]]:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    return [(one.line, one.key, one.message) for one in caught.value.problems]


class TestKeys:
    @pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "{}\n", "~\n"])
    def test_an_empty_file_changes_nothing(self, tmp_path: Path, text: str) -> None:
        assert load(tmp_path, text) == {}

    def test_one_key_and_several(self, tmp_path: Path) -> None:
        found = load(tmp_path, "view.refresh: ctrl-r\nhelp.open: ['?', F1, f1]\n")
        assert found == {"view.refresh": "ctrl+r", "help.open": "question_mark,f1"}

    def test_the_same_keys_as_before_are_no_change(self, tmp_path: Path) -> None:
        assert load(tmp_path, "view.refresh: r\nquit.now: [C-c, C-q]\n") == {}

    def test_text_that_yaml_takes_for_something_else(self, tmp_path: Path) -> None:
        assert load(tmp_path, "scope.all: 0\nview.pause: P\ntheme.next: '#'\n") == {
            "view.pause": "P",
            "theme.next": "number_sign",
        }

    def test_keys_can_be_taken_away(self, tmp_path: Path) -> None:
        assert load(tmp_path, "theme.next: []\n") == {"theme.next": UNBOUND}

    def test_two_may_change_places(self, tmp_path: Path) -> None:
        found = load(tmp_path, "view.pause: r\nview.refresh: p\n")
        assert found == {"view.pause": "r", "view.refresh": "p"}

    def test_those_that_are_never_there_together_may_share_a_key(self, tmp_path: Path) -> None:
        found = load(tmp_path, "search.next: s\n")
        assert found["search.next"] == "s"

    def test_who_shares_a_key_with_a_changed_one_keeps_it(self, tmp_path: Path) -> None:
        assert load(tmp_path, "filter.open: f\n") == {"filter.open": "f", "search.open": "slash"}

    def test_the_sample(self) -> None:
        found = load_keymap(SAMPLE, ACTIONS)
        assert len(found) >= 5


BAD: dict[str, tuple[str, int, str, str]] = {
    "unknown id": ("a.b: x\n", 1, "a.b", "there is no such action; docs/keymap.md lists them"),
    "near id": ("\nview.refesh: x\n", 2, "view.refesh", "did you mean view.refresh?"),
    "last word": ("refresh: x\n", 1, "refresh", "did you mean view.refresh?"),
    "no key": ("view.refresh:\n", 1, "view.refresh", "write [] to take its keys away"),
    "no such key": ("view.refresh: ctlr-r\n", 1, "view.refresh", "there is no key ctlr-r"),
    "in a list": ("view.refresh:\n- r\n- escap\n", 3, "view.refresh", "did you mean escape?"),
    "not a key": ("view.refresh: {a: b}\n", 1, "view.refresh", "expected a key or a list"),
    "twice": ("back: f2\nquit: X\nback: f3\n", 3, "back", "given twice, first on line 1"),
    "clash": ("view.refresh: q\n", 1, "view.refresh", "q is the key of quit; give that"),
    "clash with a move": ("view.refresh: j\n", 1, "view.refresh", "j is the key of move.down"),
    "clash of two": (
        "view.refresh: X\n\nview.pause: X\n",
        3,
        "view.pause",
        "X is also given to view.refresh on line 1",
    ),
    "clash with a pane's own": (
        "view.wide: e\n",
        1,
        "view.wide",
        "e is the key of mesh.transitions",
    ),
    "way out": ("quit.now: []\n", 1, "quit.now", "must keep at least one key"),
    "back": ("back: []\n", 1, "back", "must keep at least one key"),
    "help": ("help.open: []\n", 1, "help.open", "must keep at least one key"),
    "digit": ("view.pause: 9\n", 1, "view.pause", "9: 1 to 9 belong to the panes"),
    "list": ("- a\n", 1, "", "expected a mapping of actions to keys"),
    "alias": ("view.pause: &a x\nview.refresh: *a\n", 2, "", "alias *a is not allowed"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_names_line_and_action(tmp_path: Path, case: str) -> None:
    text, line, key, words = BAD[case]
    (problem,) = problems(tmp_path, text)
    assert problem[:2] == (line, key)
    assert words in problem[2]


def test_all_problems_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = problems(tmp_path, "quit.now: []\nnothing.like: x\nview.pause: [r, nokey]\n")
    assert [line for line, *_ in found] == [1, 2, 3, 3]


def test_hostile_text_is_told_inert(tmp_path: Path) -> None:
    path = tmp_path / "keymap.yaml"
    path.write_text('"a\\e]52;c;x\\a": "\\e[31m"\n')
    with pytest.raises(ConfigError) as caught:
        load_keymap(path, ACTIONS)
    assert str(caught.value).isprintable()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load_keymap(tmp_path / "none", ACTIONS)


def bindings(actions: Iterable[Action]) -> list[BindingType]:
    return [Binding(",".join(a.keys), f"note('{a.id}')", show=False, id=a.id) for a in actions]


class Pressed(App[None], inherit_bindings=False):
    """Notes the ids of the actions that its keys stand for, all bound to one node."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        one for one in ACTIONS if one.id not in ("search.open", "open")
    )

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self.set_keymap(dict(keymap))
        self.noted: list[str] = []

    def action_note(self, id: str) -> None:
        self.noted.append(id)


class Sharing(Pressed, inherit_bindings=False):
    """Filter and search on one key, as the shell binds them; only search can be used."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        one for one in ACTIONS if one.id in ("search.open", "filter.open")
    )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return parameters != ("filter.open",)


async def pressed(app: Pressed, *keys: str) -> list[str]:
    async with app.run_test(size=(20, 5)) as pilot:
        await pilot.press(*keys)
    return app.noted


class TestTextual:
    async def test_new_keys_work_and_old_ones_do_not(self, tmp_path: Path) -> None:
        keymap = load(tmp_path, "view.refresh: [ctrl-r, '?']\nhelp.open: f1\n")
        noted = await pressed(Pressed(keymap), "r", "ctrl+r", "question_mark", "f1", "p")
        assert noted == ["view.refresh", "view.refresh", "help.open", "view.pause"]

    async def test_swapped_keys(self, tmp_path: Path) -> None:
        keymap = load(tmp_path, "view.pause: r\nview.refresh: p\nmove.up: j\nmove.down: k\n")
        noted = await pressed(Pressed(keymap), "r", "p", "j", "k", "up")
        assert noted == ["view.pause", "view.refresh", "move.up", "move.down"]

    async def test_a_key_taken_away_does_nothing(self, tmp_path: Path) -> None:
        assert await pressed(Pressed(load(tmp_path, "theme.next: []\n")), "T", "p") == [
            "view.pause"
        ]

    async def test_a_shared_key_stays_for_the_other(self, tmp_path: Path) -> None:
        keymap = load(tmp_path, "filter.open: f\n")
        assert await pressed(Sharing(keymap), "slash", "f") == ["search.open"]


KEYS = st.sampled_from(["a", "ctrl-r", "?", "esc", "7", "nokey", "[]", "f3", "~", "j"])


@given(st.dictionaries(st.sampled_from([action.id for action in ACTIONS]), KEYS, max_size=6))
def test_a_keymap_that_is_taken_leaves_no_key_for_two(
    tmp_path_factory: pytest.TempPathFactory, wanted: dict[str, str]
) -> None:
    text = "".join(f"{id}: {key if key in '[]~' else repr(key)}\n" for id, key in wanted.items())
    path = tmp_path_factory.getbasetemp() / "keymap.yaml"
    path.write_text(text)
    try:
        found = load_keymap(path, ACTIONS)
    except ConfigError:
        return
    keys = {a.id: set(found.get(a.id, ",".join(a.keys)).split(",")) - {UNBOUND} for a in ACTIONS}
    for one in ACTIONS:
        for other in ACTIONS:
            if one is not other and together(one, other):
                assert not keys[one.id] & keys[other.id]
    assert all(keys[id] for id in ("quit.now", "back", "help.open"))
