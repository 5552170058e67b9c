"""Whether this terminal can show the console, and in how many colours. Imports no Textual.

Textual reads its settings from the environment when it is imported, so `prepare` runs before that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Literal

Colours = Literal["none", "16", "256", "true"]
"""What the terminal can show; `none` is no colour code at all."""

_MONOCHROME = re.compile(r"vt\d.*|.*-m|.*-mono")
_COLOUR_SYSTEMS: Mapping[str, Colours | None] = {
    "auto": None,
    "standard": "16",
    "256": "256",
    "truecolor": "true",
}
"""What TEXTUAL_COLOR_SYSTEM may be; anything else ends Textual with an error."""
_TRUE = ("direct", "kitty", "alacritty", "foot", "ghostty", "wezterm")
"""Ends of TERM of terminals with all colours; over SSH that is all that is known of them."""


def check_terminal(env: Mapping[str, str], encoding: str) -> str:
    """Why the console cannot be shown here and what to do, or nothing.

    Args:
        encoding: of what is written to the terminal, as Python calls it.
    """
    term = env.get("TERM", "")
    if term in ("", "dumb", "unknown"):
        named = f"TERM={term}" if term else "TERM is not set"
        return (
            f"this terminal ({named}) cannot show the console; `mckconsole report` prints the same,"
            " or set TERM to what your terminal is, such as xterm-256color"
        )
    if encoding.lower().replace("-", "").replace("_", "") != "utf8":
        return (
            f"the locale's encoding is {encoding or 'not known'}, and the console needs UTF-8; try "
            "LC_ALL=C.UTF-8, or PYTHONUTF8=1 if the terminal is UTF-8 anyway"
        )
    return ""


def prepare(env: MutableMapping[str, str]) -> Colours:
    """Set Textual up through its environment variables; returns the colours to use.

    Nothing moves by itself. NO_COLOR counts when it is not empty (no-color.org), and makes Textual
    start with a theme of the terminal's own colours, without which it would write shades of grey.
    What the user has set for Textual stays, unless it is a colour system that there is none of.
    The size is what the terminal says, not COLUMNS and LINES, which do not follow the window.
    """
    env.setdefault("TEXTUAL_ANIMATIONS", "none")
    for name in ("COLUMNS", "LINES"):
        env.pop(name, None)
    if env.get("TEXTUAL_COLOR_SYSTEM") not in _COLOUR_SYSTEMS:
        env.pop("TEXTUAL_COLOR_SYSTEM", None)
    if not env.get("NO_COLOR"):
        env.pop("NO_COLOR", None)
    found = _colours(env)
    if found == "none":
        env["NO_COLOR"] = "1"
        env["TEXTUAL_THEME"] = "ansi-dark"
    elif found == "true":
        env.setdefault("TEXTUAL_COLOR_SYSTEM", "truecolor")
    return found


def _colours(env: Mapping[str, str]) -> Colours:
    term = env.get("TERM", "").lower()
    if env.get("NO_COLOR") or _MONOCHROME.fullmatch(term):
        return "none"
    if forced := _COLOUR_SYSTEMS.get(env.get("TEXTUAL_COLOR_SYSTEM", "auto")):
        return forced
    if env.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return "true"
    last = term.rpartition("-")[2]
    if last in _TRUE:
        return "true"
    return "256" if last == "256color" else "16"
