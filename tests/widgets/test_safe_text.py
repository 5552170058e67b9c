"""Text that comes from strangers stands there and does nothing else."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.control import Control
from rich.segment import ControlType, Segment
from rich.style import Style
from textual.color import Color

from mckwidgets.demos.safe_text import PAYLOADS, SafeTextDemo
from mckwidgets.safe_text import LOOK_AT, ControlFilter, cut, fold, inert, pad

BLACK = Color(0, 0, 0)

hostile = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x00\x07\x08\t\n\r\x1b\x7f\x85\x9b\x9d\u00ad\u200b\u200d\u202e\u2066"),
        st.sampled_from("\u2028\u2029\ufe0f\ufeff\U000e0041\ud800\ufffe日語한👨👩é"),
    )
) | st.sampled_from(PAYLOADS)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("gcp-eu-1 [b]x[/b]", "gcp-eu-1 [b]x[/b]"),
        ("● bereit für 日本", "● bereit für 日本"),
        ("a\x1b[31mb", "a‹1B›[31mb"),
        ("a\x00b\x7fc", "a‹00›b‹7F›c"),
        ("\x9b31m", "‹9B›31m"),
        ("a\nb\u2028c\u2029d", "a⏎b⏎c⏎d"),
        ("a\r\nb\tc", "a‹0D›⏎b‹09›c"),
        ("user\u202egpj.exe", "user‹U+202E›gpj.exe"),
        ("ad\u200bmin\ufeff", "ad‹U+200B›min‹U+FEFF›"),
        ("\u26a0\ufe0f", "⚠‹U+FE0F›"),
        ("x\U000e0041", "x‹U+E0041›"),
        ("\ud800 \ufffe", "\ufffd \ufffd"),
    ],
)
def test_hidden_characters_become_visible(text: str, shown: str) -> None:
    assert inert(text) == shown


@given(hostile)
def test_inert_text_holds_nothing_that_acts_or_hides(text: str) -> None:
    shown = inert(text)
    assert inert(shown) == shown
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert not any(unicodedata.bidirectional(char) in _BIDI_CONTROLS for char in shown)
    assert not set(shown) & set("\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f\U000e0041")


_BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@pytest.mark.parametrize(
    ("text", "cells", "middle", "expected"),
    [
        ("abcdef", 6, False, "abcdef"),
        ("abcdef", 5, False, "abcd…"),
        ("abcdef", 1, False, "…"),
        ("abcdef", 0, False, ""),
        ("abcdef", -3, False, ""),
        ("gke-prod-eu-1", 9, True, "gke-…eu-1"),
        ("gke-prod-eu-1", 8, True, "gke-…u-1"),
        ("gke-prod-eu-1", 2, True, "g…"),
        ("日本語テキスト", 14, False, "日本語テキスト"),
        ("日本語テキスト", 6, False, "日本…"),
        ("日本語テキスト", 7, True, "日…ト"),
        ("日本", 1, False, "…"),
        ("e\u0301te\u0301s longs", 5, False, "e\u0301te\u0301s…"),
    ],
)
def test_cut(text: str, cells: int, middle: bool, expected: str) -> None:
    assert cut(text, cells, middle=middle) == expected


def test_a_very_long_text_is_not_looked_at_as_a_whole() -> None:
    # the ends are all that is looked at: what fits only after them is not found
    text = "a" + "\u0301" * (LOOK_AT * 3) + "z"
    assert cut(text, 4).endswith("…")
    assert cut("x" * 1_000_000 + "-end", 9, middle=True) == "xxxx…-end"


@given(hostile, st.integers(0, 40), st.booleans())
def test_cut_text_fits_and_is_what_was_there(text: str, cells: int, middle: bool) -> None:
    text = inert(text)
    result = cut(text, cells, middle=middle)
    assert cell_len(result) <= cells
    if result != text and cells:
        head, _, tail = result.rpartition("…") if not middle else _split(text, result)
        assert text.startswith(head)
        assert text.endswith(tail)


def _split(text: str, result: str) -> tuple[str, str, str]:
    """Around the `…` that stands for what is left out; the text may hold others."""
    places = [i for i, char in enumerate(result) if char == "…"]
    for i in places:
        if text.startswith(result[:i]) and text.endswith(result[i + 1 :]):
            return result[:i], "…", result[i + 1 :]
    raise AssertionError(f"{result!r} is not the ends of {text!r}")


@given(hostile, st.integers(0, 40), st.sampled_from(["left", "right"]))
def test_padded_text_has_exactly_the_cells(text: str, cells: int, align: str) -> None:
    padded = pad(inert(text), cells, "right" if align == "right" else "left")
    assert cell_len(padded) == cells


def test_pad_aligns() -> None:
    assert pad("ab", 4) == "ab  "
    assert pad("ab", 4, "right") == "  ab"
    assert pad("日本", 4, "right") == "日本"
    assert pad("日本語", 4, "right") == " 日…"


@pytest.mark.parametrize(
    ("text", "cells", "hang", "lines"),
    [
        ("", 5, 0, [""]),
        ("hello", 5, 0, ["hello"]),
        ("hello world foo", 5, 0, ["hello", "world", "foo"]),
        ("one two three four", 10, 2, ["one two", "three", "four"]),
        ("abcdefghij", 4, 0, ["abcd", "efgh", "ij"]),
        ("abcdefghij", 4, 2, ["abcd", "ef", "gh", "ij"]),
        ("abcdefghij", 4, 3, ["abcd", "efgh", "ij"]),
        ("  - image: quay.io/x", 12, 4, ["  - image:", "quay.io/", "x"]),
        ("    averylongkey", 8, 0, ["    aver", "ylongkey"]),
        ("ab   cd", 3, 0, ["ab ", "cd"]),
        ("日本語テキスト a", 5, 0, ["日本", "語テ", "キス", "ト a"]),
        ("日本", 1, 0, ["日", "本"]),
        ("abc", 0, 0, ["a", "b", "c"]),
        ("gateway   gke-eu-gw-c5eb", 20, 10, ["gateway   gke-eu-gw-", "c5eb"]),
        ("a gke-eu-gw-c5eb", 10, 0, ["a gke-eu-", "gw-c5eb"]),
        ("two words gke-eu-gw-c5eb", 13, 0, ["two words", "gke-eu-gw-", "c5eb"]),
        ("a 10.128.1.1:abcdefgh x", 12, 0, ["a 10.128.1.", "1:abcdefgh x"]),
        ("abc-\u0301def", 4, 0, ["abc-\u0301", "def"]),
    ],
)
def test_fold(text: str, cells: int, hang: int, lines: list[str]) -> None:
    assert [text[start:end] for start, end in fold(text, cells, hang)] == lines


@given(hostile, st.integers(1, 30), st.integers(0, 20))
def test_folded_parts_fit_and_lose_only_spaces(text: str, cells: int, hang: int) -> None:
    text = inert(text)
    parts = fold(text, cells, hang)
    place = 0
    for number, (start, end) in enumerate(parts):
        assert text[place:start].strip(" ") == ""
        room = cells - hang if number and hang <= cells // 2 else cells
        assert cell_len(text[start:end]) <= max(room, 2)
        assert end > start or text == ""
        place = end
    assert text[place:].strip(" ") == ""


@given(st.lists(hostile, max_size=4))
def test_no_control_character_passes_the_filter(texts: list[str]) -> None:
    style = Style(bold=True)
    result = ControlFilter().apply([Segment(text, style) for text in texts], BLACK)
    assert [segment.style for segment in result] == [style] * len(texts)
    for before, segment in zip(texts, result, strict=True):
        assert len(segment.text) == len(before)
        for old, new in zip(before, segment.text, strict=True):
            assert new in (old, "\ufffd")
            assert unicodedata.category(new) not in ("Cc", "Cs")
            assert unicodedata.bidirectional(new) not in _BIDI_CONTROLS


def test_clean_segments_pass_the_filter_as_they_are() -> None:
    segments = [Segment("● ok [b]"), Segment(" ")]
    assert ControlFilter().apply(segments, BLACK) is segments


def test_control_sequences_of_the_framework_pass_the_filter() -> None:
    own = Control((ControlType.CURSOR_MOVE_TO, 1, 1)).segment
    result = ControlFilter().apply([own, Segment("\x1b]52;c;eA==\x1b\\")], BLACK)
    assert result[0] is own
    assert result[1].text == "\ufffd]52;c;eA==\ufffd\\"


async def test_what_a_careless_widget_paints_is_caught_at_the_output() -> None:
    app = SafeTextDemo()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        lines = [strip.text for strip in app.screen._compositor.render_strips()]
    assert any("‹1B›]52" in line for line in lines)
    assert any("\ufffd]52" in line for line in lines)
    assert not any(unicodedata.category(char) == "Cc" for line in lines for char in line)
