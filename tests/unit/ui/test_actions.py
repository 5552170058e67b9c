"""The registry of actions: complete, free of clashes, and told in the right order."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import combinations

import pytest

from mckconsole.ui.actions import (
    ACTIONS,
    UNBOUND,
    Action,
    Where,
    actions_for,
    everything,
    footer_for,
    key_words,
)
from mckconsole.ui.keymap import NEEDED, PANE_KEYS, together
from mckconsole.views.panes import PANES
from mckwidgets.moves import MOVES

PANE_ROWS = [(pane.name, pane.key, pane.title) for pane in PANES]
ALL = everything(PANE_ROWS)


def named(actions: tuple[Action, ...]) -> list[str]:
    return [action.id for action in actions]


@pytest.mark.parametrize("action", ALL, ids=lambda action: action.id)
def test_every_action_is_well_formed(action: Action) -> None:
    assert re.fullmatch(r"[a-z]+(\.[a-z_]+)?", action.id)
    assert action.keys
    assert action.where
    assert action.title == action.title.strip() != ""
    assert re.fullmatch(r"[A-Z`].*\.", action.help)
    assert set(action.panes) <= {"comparison", *(pane.name for pane in PANES)}


def test_ids_are_unique_and_the_needed_ones_exist() -> None:
    ids = named(ALL)
    assert len(set(ids)) == len(ids)
    assert set(NEEDED) <= set(ids)


def test_no_key_stands_for_two_actions_at_the_same_time() -> None:
    clashes = [
        (one.id, other.id)
        for one, other in combinations(ALL, 2)
        if together(one, other) and set(one.keys) & set(other.keys)
    ]
    assert not clashes


def test_no_default_is_a_key_that_multiplexers_take_and_none_but_panes_take_their_digits() -> None:
    keys = {key for action in ALL for key in action.keys}
    assert not keys & {"ctrl+a", "ctrl+backslash", "ctrl+space", "ctrl+@"}
    assert {pane.key for pane in PANES} <= PANE_KEYS
    rest = (action for action in ACTIONS if not action.instead)
    assert not {key for action in rest for key in action.keys} & PANE_KEYS


def test_what_takes_keys_over_takes_all_of_them() -> None:
    known = {action.id: action for action in ALL}
    for action in ALL:
        for id in action.instead:
            assert set(known[id].keys) <= set(action.keys)
            assert id not in named(actions_for(min(action.where), "fleet", ALL))


def test_moves_are_those_of_the_widgets() -> None:
    keys = {action.id: ",".join(action.keys) for action in ALL}
    assert {move.id: keys[move.id] for move in MOVES} == {move.id: move.keys for move in MOVES}


class TestWhere:
    def test_own_keys_come_first_and_those_of_everywhere_last(self) -> None:
        found = actions_for(Where.MATRIX, "mesh")
        ranks = [(Where.GLOBAL in one.where, not one.panes) for one in found]
        assert ranks == sorted(ranks)
        assert named(found)[:3] == ["mesh.metrics", "mesh.transitions", "mesh.toggle"]

    def test_a_pane_s_actions_are_not_in_another(self) -> None:
        assert not any(id.startswith("mesh.") for id in named(actions_for(Where.TABLE, "fleet")))
        assert "mesh.toggle" in named(actions_for(Where.TABLE, "mesh"))

    def test_slash_filters_tables_and_searches_texts(self) -> None:
        for where, wanted in ((Where.TABLE, "filter.open"), (Where.DETAIL, "search.open")):
            found = [one.id for one in actions_for(where, "fleet") if "slash" in one.keys]
            assert found == [wanted]

    def test_everywhere_means_everywhere(self) -> None:
        anywhere = set(named(actions_for(Where.GLOBAL, "fleet")))
        assert "help.open" in anywhere
        assert "open" not in anywhere
        for where in Where:
            here = actions_for(where, "fleet")
            taken_over = {id for action in here for id in action.instead}
            assert anywhere <= {*named(here), *taken_over}

    def test_the_footer_begins_with_open_and_ends_with_help(self) -> None:
        for where in (Where.TABLE, Where.MATRIX, Where.DETAIL):
            ids = named(footer_for(where, "mesh"))
            assert (ids[0], ids[-1]) == ("open", "help.open")
        places = [one.footer for one in footer_for(Where.TABLE, "mesh")]
        assert len(set(places)) == len(places)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("question_mark", "?"),
        ("ctrl+q,ctrl+c", "ctrl-q ctrl-c"),
        ("shift+left", "shift-←"),
        ("left_square_bracket", "["),
        ("slash,colon,minus,less_than_sign", "/ : - <"),
        ("escape,space,enter,tab", "esc space enter tab"),
        ("V", "V"),
        ("ctrl+right_square_bracket", "ctrl-]"),
        (UNBOUND, "–"),
    ],
)
def test_keys_are_written_as_people_write_them(keys: str, words: str) -> None:
    assert key_words(keys) == words


def test_the_registry_and_the_settings_cost_no_heavy_import() -> None:
    program = (
        "import sys, mckconsole.ui.actions, mckconsole.ui.settings, mckconsole.ui.terminal\n"
        "import mckconsole.cli.console_command\n"
        "heavy = {'textual', 'rich', 'yaml', 'aiohttp', 'kubernetes', 'kubernetes_asyncio',"
        " 'mckconsole.sources', 'mckconsole.store', 'mckconsole.demo', 'mckconsole.views'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
