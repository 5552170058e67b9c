"""All colour themes, those of the package and the user's own, and which one to start with."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from mckconsole.config.errors import ConfigError, ConfigProblem
from mckconsole.config.paths import themes_directory
from mckconsole.ui.theme_files import make_theme, read_theme

if TYPE_CHECKING:
    from textual.theme import Theme

    from mckconsole.ui.terminal import Colours

PACKAGED = ("dark", "light", "high-contrast", "dusk", "paper", "ansi", "mono")
"""The themes that are always there, in the order in which `theme.next` goes through them."""


class UnknownTheme(Exception):
    """There is no theme of this name; the message says what there is."""


def load_themes(env: Mapping[str, str]) -> Mapping[str, Theme]:
    """All themes by name: the packaged ones, then the user's; a user's may replace one of ours.

    Raises:
        ConfigError: every problem of the user's theme files.
    """
    folder = resources.files("mckconsole.themes")
    ours = {name: tomllib.loads((folder / f"{name}.toml").read_text("utf-8")) for name in PACKAGED}
    themes = {name: make_theme(name, content) for name, content in ours.items()}
    problems: list[ConfigProblem] = []
    owners: dict[str, Path] = {}
    for path in _own_files(themes_directory(env)):
        try:
            theme = read_theme(path, ours)
        except ConfigError as error:
            problems += error.problems
            continue
        if theme.name in owners:
            words = f"{owners[theme.name].name} is called {theme.name} too"
            problems.append(ConfigProblem(path, None, "name", words))
        owners[theme.name] = path
        themes[theme.name] = theme
    if problems:
        raise ConfigError(problems)
    return themes


def _own_files(directory: Path) -> list[Path]:
    try:
        return sorted(path for path in directory.iterdir() if path.suffix == ".toml")
    except FileNotFoundError:
        return []
    except OSError as error:
        words = f"cannot be read: {error.strerror or error}"
        raise ConfigError([ConfigProblem(directory, None, "", words)]) from None


def choose_theme(
    wanted: str, themes: Mapping[str, Theme], env: Mapping[str, str], colours: Colours
) -> str:
    """The theme to start with: `mono` without colour, else `wanted`, else what suits the terminal.

    COLORFGBG is how some terminals say that their background is light.

    Raises:
        UnknownTheme: there is no theme `wanted`.
    """
    if wanted and wanted not in themes:
        near = difflib.get_close_matches(wanted, themes, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(themes)}"
        raise UnknownTheme(f"there is no theme {wanted}; {hint}")
    if colours == "none":
        return "mono"
    if wanted:
        return wanted
    if colours == "16":
        return "ansi"
    light = re.fullmatch(r"\d+;(?:\w+;)?(7|15)", env.get("COLORFGBG", ""))
    return "light" if light else "dark"
