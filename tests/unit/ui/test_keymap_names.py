"""What people call a key, and what Textual calls it."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.binding import Binding

from mckconsole.ui.actions import key_words
from mckconsole.ui.keymap_names import textual_key


@pytest.mark.parametrize("character", [*string.printable.strip(), "ä", "ß", "€", "ж"])
def test_a_character_is_named_as_textual_names_it(character: str) -> None:
    if character != ",":  # Textual separates keys by it
        (binding,) = Binding.make_bindings([Binding(character, "x")])
        assert textual_key(character) == binding.key
    assert key_words(textual_key(character)) == character


@pytest.mark.parametrize(
    ("spelling", "key"),
    [
        ("ctrl-r", "ctrl+r"),
        ("Ctrl+R", "ctrl+r"),
        ("C-r", "ctrl+r"),
        ("^R", "ctrl+r"),
        ("^", "circumflex_accent"),
        ("M-x", "alt+x"),
        ("shift-s", "S"),
        ("S-tab", "shift+tab"),
        ("shift-ctrl-left", "ctrl+shift+left"),
        ("esc", "escape"),
        ("PgUp", "pageup"),
        ("page_down", "pagedown"),
        ("Return", "enter"),
        (" ", "space"),
        ("ctrl--", "ctrl+minus"),
        ("ctrl-+", "ctrl+plus"),
        ("ctrl-]", "ctrl+right_square_bracket"),
        ("question_mark", "question_mark"),
        ("question mark", "question_mark"),
        ("slash", "slash"),
        ("comma", "comma"),
        ("F12", "f12"),
        ("←", "left"),
        ("c", "c"),
    ],
)
def test_spellings(spelling: str, key: str) -> None:
    assert textual_key(spelling) == key


@pytest.mark.parametrize(
    ("spelling", "words"),
    [
        ("escap", "did you mean escape?"),
        ("f25", "there is no key f25"),
        ("", "there is no key"),
        ("ctrl-", "there is no key ctrl-"),
        ("<any>", "there is no key"),
        ("ctrl-i", "write tab"),
        ("^m", "write enter"),
        ("ctrl-h", "write backspace"),
        ("^[", "write escape"),
        ("ctrl-space", "do not agree"),
        ("shift-?", "the character that shift makes"),
        ("\x1b", "not a character that a key makes"),
        ("\u202e", "not a character that a key makes"),
    ],
)
def test_what_is_no_key(spelling: str, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("?", r"\?")):
        textual_key(spelling)


@given(st.text(max_size=20))
def test_anything_is_a_key_or_refused(text: str) -> None:
    try:
        key = textual_key(text)
    except ValueError:
        return
    assert key
    assert "," not in key
    assert key_words(key)
    if text.isascii():
        assert textual_key(key) == key
