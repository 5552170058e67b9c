"""Where the configuration, themes, keys and crash reports live: the XDG base directories.

Nothing here touches the file system. Source: XDG Base Directory Specification 0.8, which also says
that a relative value counts as unset.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

APP = "mckconsole"


def config_file(env: Mapping[str, str]) -> Path:
    """The default configuration file: `$XDG_CONFIG_HOME/mckconsole/config.yaml`."""
    return _config_directory(env) / "config.yaml"


def keymap_file(env: Mapping[str, str]) -> Path:
    """The default keymap, beside the configuration file."""
    return _config_directory(env) / "keymap.yaml"


def themes_directory(env: Mapping[str, str]) -> Path:
    """Where the user's own themes are, beside the configuration file."""
    return _config_directory(env) / "themes"


def state_directory(env: Mapping[str, str]) -> Path:
    """Where crash reports go: `$XDG_STATE_HOME/mckconsole`."""
    return _base(env, "XDG_STATE_HOME", ".local/state") / APP


def expand(text: str, *, env: Mapping[str, str], relative_to: Path) -> Path:
    """`text` as an absolute path: a leading `~/` is the home directory, and a relative path is
    relative to `relative_to` (the directory of the file that names it)."""
    if text == "~" or text.startswith("~/"):
        return home(env) / text[2:]
    return relative_to / text


def home(env: Mapping[str, str]) -> Path:
    """The home directory by HOME, else by the user database."""
    named = env.get("HOME", "")
    return Path(named) if named.startswith("/") else Path.home()


def _config_directory(env: Mapping[str, str]) -> Path:
    return _base(env, "XDG_CONFIG_HOME", ".config") / APP


def _base(env: Mapping[str, str], variable: str, default: str) -> Path:
    named = env.get(variable, "")
    return Path(named) if named.startswith("/") else home(env) / default
