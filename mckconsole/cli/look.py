"""The keymap and the themes that a configuration and the command line ask for, found and checked.

Imports Textual only when it is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mckconsole.cli.errors import UsageError
from mckconsole.config.errors import ConfigError, ConfigProblem
from mckconsole.config.load import LoadedConfig, line_of_key
from mckconsole.config.paths import expand, keymap_file

if TYPE_CHECKING:
    from textual.theme import Theme

    from mckconsole.ui.terminal import Colours


@dataclass(frozen=True, slots=True)
class Look:
    """Themes and keys."""

    theme: str
    themes: Mapping[str, Theme]
    keymap: Mapping[str, str]


def check_look(
    loaded: LoadedConfig,
    env: Mapping[str, str],
    colours: Colours,
    *,
    theme: str | None = None,
    keymap: str | None = None,
) -> Look:
    """Read themes and keymap; `theme` and `keymap` are those of the command line and win.

    Raises:
        ConfigError: every problem of the files.
        UsageError: there is no such theme as the command line asks for.
    """
    from mckconsole.ui.themes import UnknownTheme, choose_theme, load_themes

    problems: list[ConfigProblem] = []
    themes: Mapping[str, Theme] = {}
    keys: Mapping[str, str] = {}
    chosen = ""
    try:
        themes = load_themes(env)
        chosen = choose_theme(theme or loaded.config.theme, themes, env, colours)
    except ConfigError as error:
        problems += error.problems
    except UnknownTheme as error:
        if theme or loaded.path is None:
            raise UsageError(f"--theme: {error}") from None
        line = line_of_key(loaded.path, "theme")
        problems.append(ConfigProblem(loaded.path, line, "theme", str(error)))
    try:
        keys = _keys(_keymap_path(loaded, env, keymap))
    except ConfigError as error:
        problems += error.problems
    if problems:
        raise ConfigError(problems)
    return Look(chosen, themes, keys)


def _keymap_path(loaded: LoadedConfig, env: Mapping[str, str], named: str | None) -> Path | None:
    if named:
        return expand(named, env=env, relative_to=Path())
    if loaded.config.keymap:
        return Path(loaded.config.keymap)
    default = keymap_file(env)
    return default if default.exists() else None


def _keys(path: Path | None) -> Mapping[str, str]:
    if path is None:
        return {}
    from mckconsole.ui.actions import everything
    from mckconsole.ui.keymap import load_keymap
    from mckconsole.views.panes import PANES

    return load_keymap(path, everything([(pane.name, pane.key, pane.title) for pane in PANES]))
