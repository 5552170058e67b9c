"""Parts of a line: cut, spread, lit, wrapped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckwidgets.linepaint import Part, TextSpan, clean_parts, cut_parts, parts_width, spread
from mckwidgets.linepaint import with_match as lit
from mckwidgets.linewrap import wrap_parts
from tests.widgets.painting import text_of

PARTS = [Part("ab", "ok"), Part("cd", "warn"), Part("ef", "dim")]
WORDS = st.lists(st.builds(Part, st.text("ab 日", max_size=12), st.sampled_from(["ok", "dim"])))


@pytest.mark.parametrize(
    ("cells", "text"),
    [(7, "abcdef"), (6, "abcdef"), (5, "abcd…"), (4, "abc…"), (3, "ab…"), (1, "…"), (0, "")],
)
def test_a_cut_says_that_there_is_more(cells: int, text: str) -> None:
    assert text_of(cut_parts(PARTS, cells)) == text


def test_a_cut_keeps_looks_and_zones() -> None:
    assert cut_parts([Part("ab", "ok", "x"), Part("日本", "warn", "y")], 5) == [
        Part("ab", "ok", "x"),
        Part("日…", "warn", "y"),
    ]


@given(WORDS, st.integers(0, 40))
def test_a_cut_fits_and_uses_the_room(parts: list[Part], cells: int) -> None:
    cut = cut_parts(parts, cells)
    assert parts_width(cut) <= cells
    if parts_width(parts) > cells > 0:
        assert parts_width(cut) >= cells - 1  # half a wide character may be missing
        assert text_of(cut).endswith("…")


def test_spread() -> None:
    assert text_of(spread([Part("a")], [Part("b")], 5)) == "a   b"
    assert text_of(spread([Part("abc")], [Part("def")], 5)) == "abcd…"


def test_unknown_roles_are_plain_and_empty_spans_nothing() -> None:
    spans = [TextSpan("a", "ok"), TextSpan("", "ok"), TextSpan("b", "blink")]
    assert clean_parts(spans, "z") == [Part("a", "ok", "z"), Part("b", "plain", "z")]


@pytest.mark.parametrize(
    ("text", "words", "looks"),
    [
        ("gateway", ["WAY"], [("gate", "ok"), ("way", "match")]),
        ("gateway", ["g", "y"], [("g", "match"), ("atewa", "ok"), ("y", "match")]),
        ("aa", ["a"], [("a", "match"), ("a", "ok")]),
        ("gateway", ["x", ""], [("gateway", "ok")]),
        ("İx", ["x"], [("İx", "ok")]),  # its lower case is longer: places would be wrong
        ("", ["x"], []),
    ],
)
def test_matches_are_lit(text: str, words: list[str], looks: list[tuple[str, str]]) -> None:
    assert [(part.text, part.look) for part in lit(text, words, "ok")] == looks


@pytest.mark.parametrize(
    ("text", "cells", "indent", "lines"),
    [
        ("one two three", 20, 0, ["one two three"]),
        ("one two three", 7, 0, ["one two", "three"]),
        ("  one two", 5, 0, ["  one", "two"]),
        ("onetwothree x", 4, 0, ["onet", "woth", "ree", "x"]),
        ("key   one two three", 14, 2, ["key   one two", "  three"]),
        ("key   one two three", 13, 6, ["key   one two", "three"]),
        ("日本語 日本", 5, 0, ["日本", "語", "日本"]),
        ("日本", 1, 0, ["日", "本"]),
        ("", 5, 0, [""]),
        ("ab", 0, 0, ["a", "b"]),
    ],
)
def test_wrapping(text: str, cells: int, indent: int, lines: list[str]) -> None:
    assert [text_of(line) for line in wrap_parts([Part(text)], cells, indent)] == lines


@given(WORDS, st.integers(2, 40), st.integers(0, 10))
def test_wrapping_loses_no_word_and_fits(parts: list[Part], cells: int, indent: int) -> None:
    lines = wrap_parts(parts, cells, indent)
    assert all(parts_width(line) <= cells for line in lines if text_of(line).strip())
    wrapped = "".join(text_of(line) for line in lines)
    assert wrapped.replace(" ", "") == text_of(parts).replace(" ", "")


def test_wrapping_keeps_looks() -> None:
    lines = wrap_parts([Part("one tw", "ok"), Part("o three", "dim")], 7)
    assert lines == [[Part("one tw", "ok"), Part("o", "dim")], [Part("three", "dim")]]
