"""The documents about keys and themes say what the registry and the theme files say."""

from __future__ import annotations

from pathlib import Path

from mckconsole.ui.theme_files import COLOURS, DERIVED, STYLES, SWITCHES
from mckconsole.ui.themes import PACKAGED
from mckwidgets.roles import DEFAULT_VARIABLES, ROLES
from tests.unit.ui.keytable import documented, tables

THEMES = (Path(__file__).parents[3] / "docs" / "themes.md").read_text()


def test_the_tables_of_keys_are_those_of_the_registry() -> None:
    assert documented() == tables(), "python -m tests.unit.ui.keytable writes them"


def test_every_theme_key_and_word_is_documented() -> None:
    plain = {name for name in DEFAULT_VARIABLES if not name.endswith("-style")}
    styles = set(DEFAULT_VARIABLES) - plain - {f"status-{role}-style" for role in ROLES}
    for name in (*PACKAGED, *COLOURS, *SWITCHES, "name", "extends", *STYLES, *DERIVED):
        assert f"`{name}`" in THEMES, name
    for name in (*plain, *styles):
        assert f"`{name}`" in THEMES, name
