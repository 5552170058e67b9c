"""From what people call a key to what Textual calls it: `ctrl-r`, `C-r`, `?`, `shift-tab`, `esc`.

A key that no terminal sends, or that terminals send as another one, is refused with a reason.
"""

from __future__ import annotations

import difflib
import re
import unicodedata

from textual.keys import REPLACED_KEYS, Keys, key_to_character

_MODIFIERS = {
    "ctrl": "ctrl", "control": "ctrl", "c": "ctrl", "alt": "alt", "option": "alt", "m": "alt",
    "shift": "shift", "s": "shift", "super": "super", "cmd": "super", "hyper": "hyper",
    "meta": "meta",
}  # fmt: skip
_MODIFIER = re.compile(rf"({'|'.join(_MODIFIERS)})[-+](?=.)", re.I)
_SYNONYMS = {
    "esc": "escape", "return": "enter", "cr": "enter", "spc": "space", "pgup": "pageup",
    "page_up": "pageup", "pgdn": "pagedown", "pgdown": "pagedown", "page_down": "pagedown",
    "del": "delete", "ins": "insert", "bs": "backspace", "↑": "up", "↓": "down", "←": "left",
    "→": "right", "dash": "minus", "hyphen": "minus", "dot": "full_stop",
}  # fmt: skip
_SENT_AS = {
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+h": "backspace",
    "ctrl+left_square_bracket": "escape",
}
"""What most terminals send for these keys cannot be told from another key."""
_SPECIAL = {key.value.rpartition("+")[2] for key in Keys if not key.value.startswith("<")}
_NAMED = {name for name in _SPECIAL if len(name) > 1 and "-" not in name} - {"return"}


def textual_key(spelling: str) -> str:
    """What Textual calls the key.

    Raises:
        ValueError: there is no such key; the message says what is wrong.
    """
    text = f"ctrl-{spelling[1]}" if len(spelling) == 2 and spelling[0] == "^" else spelling
    modifiers = set()
    while len(text) > 1 and (match := _MODIFIER.match(text)):
        modifiers.add(_MODIFIERS[match.group(1).lower()])
        text = text[match.end() :]
    return _combined(modifiers, text, spelling)


def _combined(modifiers: set[str], text: str, spelling: str) -> str:
    if modifiers == {"shift"} and len(text) == 1 and text not in _SYNONYMS:
        if not text.isalpha() or len(text.upper()) > 1:
            raise ValueError("write the character that shift makes of it")
        return text.upper()
    base = _base(text.lower() if modifiers and len(text) == 1 else text, spelling)
    key = "+".join((*sorted(modifiers), base))
    if key in _SENT_AS:
        raise ValueError(f"most terminals send {_SENT_AS[key]} for it; write {_SENT_AS[key]}")
    if key in ("ctrl+space", "ctrl+at"):
        raise ValueError("terminals do not agree on what they send for it")
    return key


def _base(text: str, spelling: str) -> str:
    """The Textual name of a key without modifiers."""
    if len(text) == 1 and text not in _SYNONYMS:
        return _name(text)
    name = text.lower().replace("-", "_").replace(" ", "_")
    name = _SYNONYMS.get(name, name)
    if name in _NAMED:
        return name
    character = key_to_character(REPLACED_KEYS.get(name, name))
    if character is not None and len(name) > 1:
        return _name(character)
    near = difflib.get_close_matches(name, [*_NAMED, *_SYNONYMS], n=1)
    raise ValueError(f"there is no key {spelling}" + (f"; did you mean {near[0]}?" if near else ""))


def _name(character: str) -> str:
    """What Textual calls the key of a character."""
    if character == " ":
        return "space"
    if not character.isprintable() or character.isspace():
        raise ValueError("is not a character that a key makes")
    if character.isalnum():
        return character
    name = unicodedata.name(character, character).lower().replace("-", "_").replace(" ", "_")
    return next((short for short, long in REPLACED_KEYS.items() if long == name), name)
