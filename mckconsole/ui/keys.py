"""How keys are written for people: `slash` is `/`, `question_mark` is `?`, `escape` is `esc`."""

from __future__ import annotations

_WORDS = {
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "minus": "-",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


def key_word(key: str) -> str:
    """One key as it is written on a keyboard."""
    *modifiers, last = key.strip().split("+")
    return "-".join((*modifiers, _WORDS.get(last, last)))


def key_words(keys: str) -> str:
    """Comma-separated Textual names as words, separated by spaces."""
    return " ".join(key_word(key) for key in keys.split(",") if key.strip())
