"""One theme file: TOML with base colours and with the variables that `mckwidgets.roles` names.

Everything that Textual would stumble over later is found here. What Textual's own parts (dialogs,
scroll bars) need is derived, so that one file is one look.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from textual.color import Color, ColorParseError
from textual.theme import Theme

from mckconsole.config.errors import ConfigError, ConfigProblem
from mckconsole.config.files import read_text
from mckwidgets.roles import DEFAULT_VARIABLES

COLOURS = ("primary", "secondary", "foreground", "background", "surface", "panel")
SWITCHES = ("dark", "ansi")
STYLES = ("none", "bold", "italic", "underline", "reverse", "strike")
DERIVED: Mapping[str, str] = {
    "block-cursor-background": "cursor-background",
    "block-cursor-foreground": "cursor-foreground",
    "block-cursor-text-style": "cursor-style",
    "block-cursor-blurred-background": "panel",
    "block-cursor-blurred-foreground": "foreground",
    "block-hover-background": "panel",
    "border": "primary",
    "border-blurred": "status-dim",
    "input-cursor-background": "foreground",
    "input-cursor-foreground": "background",
    "input-selection-background": "match-background",
    "input-selection-foreground": "match-foreground",
    "screen-selection-background": "match-background",
    "screen-selection-foreground": "match-foreground",
    "link-color": "foreground",
    "link-color-hover": "foreground",
    "link-background-hover": "panel",
    "scrollbar": "status-dim",
    "scrollbar-hover": "foreground",
    "scrollbar-active": "foreground",
    "scrollbar-background": "surface",
    "scrollbar-background-hover": "surface",
    "scrollbar-background-active": "surface",
    "scrollbar-corner-color": "surface",
    "footer-key-foreground": "primary",
    # Textual gives these to themes of RGB colours only, and stumbles over the gap in others.
    "ansi-background": "background",
    "ansi-foreground": "foreground",
    "foreground-disabled": "status-dim",
    "surface-active": "panel",
}
"""Variables of Textual's own parts, and what they are where a file does not set them."""

Content = Mapping[str, object]
"""A file as it was parsed."""


def make_theme(name: str, content: Content) -> Theme:
    """The theme of a file that is sound and complete."""
    base = {key: str(content[key]) for key in COLOURS}
    given = {key: str(value) for key, value in _variables(content).items()}
    known = base | given
    derived = {key: known[source] for key, source in DERIVED.items()}
    return Theme(
        name=name,
        primary=base["primary"],
        secondary=base["secondary"],
        foreground=base["foreground"],
        background=base["background"],
        surface=base["surface"],
        panel=base["panel"],
        accent=known["mark-foreground"],
        success=known["status-ok"],
        warning=known["status-warn"],
        error=known["status-critical"],
        dark=bool(content.get("dark", True)),
        ansi=bool(content.get("ansi", False)),
        variables=derived | given,
    )


def read_theme(path: Path, parents: Mapping[str, Content]) -> Theme:
    """Read and check one of the user's files.

    Args:
        parents: the content of the themes that it may extend, by name.

    Raises:
        ConfigError: every problem of the file.
    """
    text = read_text(path)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_syntax(path, str(error))]) from None
    name = content.get("name", path.stem)
    found = [*_name(name), *_problems(content), *_origin(content, parents)]
    if found:
        raise ConfigError([ConfigProblem(path, None, key, words) for key, words in found])
    parent = parents.get(str(content.get("extends")), {})
    whole = {**parent, **content, "variables": {**_variables(parent), **_variables(content)}}
    return make_theme(str(name), whole)


def _syntax(path: Path, message: str) -> ConfigProblem:
    words, _, place = message.partition(" (at ")
    line = re.match(r"line (\d+)", place)
    return ConfigProblem(path, int(line.group(1)) if line else None, "", f"not valid TOML: {words}")


def _variables(content: Content) -> Mapping[str, object]:
    table = content.get("variables")
    return table if isinstance(table, dict) else {}


def _name(name: object) -> Iterator[tuple[str, str]]:
    """Textual makes a class of the name, and refuses what is none."""
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name):
        yield "name", "must be one word of letters, digits, - and _ (the file's name, if not given)"


def _problems(content: Content) -> Iterator[tuple[str, str]]:
    """What is wrong with the keys that are there."""
    for key, value in content.items():
        if key in COLOURS:
            yield from _colour(key, value)
        elif key in SWITCHES:
            if not isinstance(value, bool):
                yield key, "must be true or false"
        elif key == "variables":
            if not isinstance(value, dict):
                yield key, "must be a table: [variables]"
        elif key not in ("name", "extends"):
            yield key, _unknown(key, (*COLOURS, *SWITCHES, "name", "extends", "variables"))
    for name, value in _variables(content).items():
        key = f"variables.{name}"
        if name not in DEFAULT_VARIABLES and name not in DERIVED:
            yield key, _unknown(name, (*DEFAULT_VARIABLES, *DERIVED), "docs/themes.md lists them")
        else:
            yield from (_style if name.endswith("-style") else _colour)(key, value)


def _origin(content: Content, parents: Mapping[str, Content]) -> Iterator[tuple[str, str]]:
    """Whether the file has all it needs: another theme to start from, or everything itself."""
    if "extends" in content:
        if content["extends"] not in [*parents]:
            yield "extends", f"must be one of {', '.join(parents)}"
        return
    missing = [key for key in COLOURS if key not in content]
    missing += [
        f"variables.{name}" for name in DEFAULT_VARIABLES if name not in _variables(content)
    ]
    if missing:
        shown = ", ".join(missing[:6]) + (" …" if len(missing) > 6 else "")
        yield "", f'missing: {shown}; or start from another theme with extends = "dark"'


def _colour(key: str, value: object) -> Iterator[tuple[str, str]]:
    try:
        opaque = isinstance(value, str) and Color.parse(value).a == 1
    except ColorParseError:
        opaque = False
    if not opaque:
        yield key, "must be a colour without transparency: #rrggbb, or ansi_red … ansi_default"


def _style(key: str, value: object) -> Iterator[tuple[str, str]]:
    words = value.split() if isinstance(value, str) else []
    if not words or not set(words) <= set(STYLES):
        yield key, f"must be of the words {', '.join(STYLES)}"


def _unknown(key: str, names: Iterable[str], where: str = "") -> str:
    known = tuple(names)
    near = difflib.get_close_matches(key, known, n=1)
    if near:
        return f"unknown key; did you mean {near[0]}?"
    return f"unknown key; {where or 'known here: ' + ', '.join(known)}"
