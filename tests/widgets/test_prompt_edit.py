"""Editing one line, without a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Key

from mckwidgets.linepaint import parts_width
from mckwidgets.prompt_edit import LONGEST, LineEdit, Steps, pasted, typed_character
from mckwidgets.prompt_line import Completion, edit_parts, list_parts, long_problem, said_parts
from tests.widgets.painting import HOSTILE, is_inert, text_of


def edit(marked: str) -> LineEdit:
    """A line with the place where `|` is."""
    line = LineEdit(marked.replace("|", "", 1))
    line.at = marked.index("|")
    return line


@pytest.mark.parametrize(
    ("before", "method", "after"),
    [
        ("ab|c", "left", "a|bc"),
        ("|abc", "left", "|abc"),
        ("ab|c", "right", "abc|"),
        ("abc|", "right", "abc|"),
        ("e\u0301日|", "left", "e\u0301|日"),
        ("e\u0301|日", "left", "|e\u0301日"),
        ("|e\u0301日", "right", "e\u0301|日"),
        ("one two|", "word_left", "one |two"),
        ("one  |two", "word_left", "|one  two"),
        ("|", "word_left", "|"),
        ("|one two", "word_right", "one| two"),
        ("one| two", "word_right", "one two|"),
        ("one|  ", "word_right", "one  |"),
        ("ab|c", "home", "|abc"),
        ("ab|c", "end", "abc|"),
        ("ab|c", "erase_left", "a|c"),
        ("|abc", "erase_left", "|abc"),
        ("xe\u0301|", "erase_left", "x|"),
        ("ab|c", "erase_right", "ab|"),
        ("|e\u0301x", "erase_right", "|x"),
        ("abc|", "erase_right", "abc|"),
        ("ctx gcp-*|", "erase_word", "ctx |"),
        ("ctx |gcp", "erase_word", "|gcp"),
        ("ab|c", "erase_to_start", "|c"),
        ("ab|c", "erase_to_end", "ab|"),
    ],
)
def test_keys_of_an_editor(before: str, method: str, after: str) -> None:
    line = edit(before)
    getattr(line, method)()
    assert f"{line.text[: line.at]}|{line.text[line.at :]}" == after


def test_writing_goes_where_the_place_is_and_ends_at_the_bound() -> None:
    line = edit("a|d")
    line.insert("bc")
    assert (line.text, line.at) == ("abcd", 3)
    line.insert("x" * 10_000)
    assert len(line.text) == LONGEST
    assert line.text.endswith("xd")
    line.insert("y")
    assert (len(line.text), line.at) == (LONGEST, LONGEST - 1)


METHODS = [name for name in vars(LineEdit) if not name.startswith("_") and name != "insert"]


@given(
    st.text(max_size=20),
    st.lists(st.sampled_from(METHODS) | st.text(min_size=1, max_size=3), max_size=20),
)
def test_any_keys_keep_the_place_inside(text: str, keys: list[str]) -> None:
    line = LineEdit(text)
    for key in keys:
        if key in METHODS:
            getattr(line, key)()
        else:
            line.insert(key)
        assert 0 <= line.at <= len(line.text) <= LONGEST


def test_stepping_around_and_to_an_end() -> None:
    around = Steps(["a", "b"], "typed", around=True)
    assert [around.move(1) for _ in range(4)] == ["a", "b", "typed", "a"]
    assert [around.move(-1) for _ in range(2)] == ["typed", "b"]
    ended = Steps(["a", "b"], "typed", around=False)
    assert [ended.move(1) for _ in range(3)] == ["a", "b", "b"]
    assert [ended.move(-1) for _ in range(3)] == ["a", "typed", "typed"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("one\ntwo", "one"),
        ("\r\n\none\r\ntwo", "one"),
        ("a\tb", "a b"),
        ("", ""),
        ("\n", ""),
        ("x\x1b]52;c;aGk=\x07", "x‹1B›]52;c;aGk=‹07›"),
        ("e" + "\u0301" * 200 + "x", "e\u0301\u0301\u0301\u0301x"),
    ],
)
def test_only_the_first_line_is_pasted(text: str, line: str) -> None:
    assert pasted(text) == line


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_pasted_is_inert(text: str) -> None:
    assert is_inert(pasted(text))
    assert len(pasted(text)) <= LONGEST


@pytest.mark.parametrize(
    ("key", "character", "written"),
    [
        ("a", "a", "a"),
        ("A", "A", "A"),
        ("space", " ", " "),
        ("日", "日", "日"),
        ("alt+a", "a", ""),
        ("ctrl+a", "\x01", ""),
        ("escape", "\x1b", ""),
        ("up", None, ""),
        ("x", "\u202e", ""),
    ],
)
def test_only_printable_keys_write(key: str, character: str | None, written: str) -> None:
    assert typed_character(Key(key, character)) == written


@pytest.mark.parametrize(
    ("marked", "cells", "shown"),
    [
        ("abcdef|", 10, "abcdef "),
        ("abcdef|", 7, "abcdef "),
        ("abcdef|", 6, "…cdef "),
        ("abcdefghijkl|", 8, "…ghijkl "),
        ("|abcdefghijkl", 8, "abcdefg…"),
        ("abcdef|ghijkl", 8, "…cdefgh…"),
        ("日本語日本語|", 8, "…日本語 "),
        ("ab|", 1, " "),
        ("ab|", 0, ""),
    ],
)
def test_a_long_text_is_shown_around_the_caret(marked: str, cells: int, shown: str) -> None:
    line = edit(marked)
    assert text_of(edit_parts(line.text, line.at, "", True, cells)) == shown


def test_ghost_text_follows_the_caret() -> None:
    parts = edit_parts("me", 2, "sh", True, 20)
    assert [(part.text, part.look) for part in parts] == [
        ("me", "plain"),
        ("s", "caret"),
        ("h", "dim"),
    ]
    assert [part.look for part in edit_parts("me", 2, "sh", False, 20)] == ["plain", "dim", "dim"]


@given(st.text(max_size=40), st.integers(0, 40), st.text(max_size=5), st.integers(0, 30))
def test_any_text_fits_any_width_and_the_caret_is_seen(
    text: str, at: int, ghost: str, cells: int
) -> None:
    line = LineEdit(text)
    for _ in range(at):
        line.left()
    parts = edit_parts(line.text, line.at, ghost if is_inert(ghost) else "", True, cells)
    assert parts_width(parts) <= cells
    assert is_inert(text_of(parts))
    if cells >= 12:
        assert any(part.look == "caret" for part in parts)


def test_a_problem_stands_beside_the_text_or_below_it_and_a_note_only_in_spare_room() -> None:
    assert text_of(said_parts("no such column: foo", "12 of 40", 60)) == "✖ no such column: foo"
    assert long_problem("no such column: foo", "foo:1", 60) == []
    assert text_of(long_problem("no such column: foo", "foo:1", 20)) == " ✖ no such column: …"
    assert text_of(long_problem("no such column: foo", "x" * 30, 41)) == " ✖ no such column: foo"
    assert long_problem("", "foo:1", 20) == []
    assert text_of(said_parts("", "12 of 40", 22)) == "12 of 40"
    assert text_of(said_parts("", "12 of 40", 21)) == ""


def test_the_list_shows_six_around_the_chosen_one() -> None:
    many = [Completion(f"c{n}", "note") for n in range(20)]

    def lines(chosen: int) -> list[str]:
        return [text_of(list_parts(many, chosen, "c", line, 40)).rstrip() for line in range(6)]

    assert lines(-1)[0] == "   c0  note"
    assert lines(-1)[5] == "   c5  note                     14 more"
    assert lines(10)[3] == " › c10  note"
    assert lines(19)[5] == " › c19  note"
    assert list_parts(many[:2], -1, "", 2, 40) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_a_strangers_completion_is_inert(text: str) -> None:
    for chosen in (-1, 0):
        parts = list_parts([Completion(text, text)], chosen, text, 0, 60)
        assert is_inert(text_of(parts))
        assert parts_width(parts) <= 60
