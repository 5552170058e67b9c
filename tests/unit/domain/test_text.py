"""`clean` and `clean_block`: what may not survive, and what must."""

from __future__ import annotations

import sys
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.domain.text import MAX_MARKS, MAX_STACKED_MARKS, clean, clean_block, shorten

VISIBLE_FORMAT = set(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u0890\u0891\u08e2\U000110bd\U000110cd"
)
"""Arabic and Kaithi number signs: of category Cf, yet drawn."""
FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0\ufe00\ufe0f\U000e0100"
"""Default-ignorable characters that are of no control category."""
ANYTHING = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)
HOSTILE = st.text(
    alphabet="a \t\n\r\x1b\x9b\x07\x00\u202e\u2066\u200b\ufeff\u0301\u0489\u0e47\ud800\u2028‹›",
    max_size=60,
)


def dangerous(char: str) -> bool:
    if char in VISIBLE_FORMAT:
        return False
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") or char in FILLERS


def test_no_dangerous_code_point_survives() -> None:
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if dangerous(char):
            assert not any(map(dangerous, clean(f"a{char}b"))), hex(code)
            left = clean_block(f"a{char}b").replace("\n", "").replace("\t", "")
            assert not any(map(dangerous, left)), hex(code)


@given(ANYTHING | HOSTILE)
@settings(deadline=None)
def test_clean_is_safe_and_idempotent(text: str) -> None:
    cleaned = clean(text)
    assert not any(map(dangerous, cleaned))
    assert clean(cleaned) == cleaned
    cleaned.encode()


@given(ANYTHING | HOSTILE)
@settings(deadline=None)
def test_clean_block_keeps_only_line_feeds_and_tabs(text: str) -> None:
    cleaned = clean_block(text)
    assert not any(dangerous(char) for char in cleaned if char not in "\n\t")
    assert clean_block(cleaned) == cleaned
    assert cleaned.count("\n") == text.count("\n")
    assert cleaned.count("\t") == text.count("\t")
    cleaned.encode()


@given(st.text(alphabet=[chr(code) for code in range(0x20, 0x7F)]))
def test_printable_ascii_is_untouched(text: str) -> None:
    assert clean(text) is text
    assert clean_block(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "‹1B›[31mred"),
        ("a\nb\r\nc", "a⏎b‹0D›⏎c"),
        ("\x9b2J", "‹9B›2J"),
        ("safe\u202eexe.gpj", "safe‹U+202E›exe.gpj"),
        ("a\u200bb", "a‹U+200B›b"),
        ("\ud800", "\ufffd"),
        ("\ufdd0\uffff", "\ufffd\ufffd"),
        ("a\tb", "a‹09›b"),
        ("Zürich 東京 münchen-1", "Zürich 東京 münchen-1"),
        ("🚀", "🚀"),
        ("[@click=quit]x[/]", "[@click=quit]x[/]"),
    ],
)
def test_stand_ins(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize("mark", ["\u0301", "\u0489", "\u20dd", "\u08e3", "\ua66f"])
def test_stacking_marks_are_limited(mark: str) -> None:
    assert clean("a" + mark * 50 + "b") == "a" + mark * MAX_STACKED_MARKS + "b"


@pytest.mark.parametrize(
    "text", ["ก" + "\u0e47" * 50, "a" + "\u0301\u0e47" * 50, "ⓐ" + "\u0301\u1dc0" * 9]
)
def test_marks_that_do_not_stack_by_declaration_are_limited_too(text: str) -> None:
    assert len(clean(text)) <= 1 + MAX_MARKS


@pytest.mark.parametrize(
    "text", ["เที่ยวน้ำ", "प्रार्थना", "שָׁלוֹם", "မြန်မာ", "Tiếng Việt", "ཨོཾ", "e\u0301\u0302", "———───"]
)
def test_languages_are_not_mutilated(text: str) -> None:
    assert clean(text) == text


def test_shorten() -> None:
    assert shorten("abc", 3) == "abc"
    assert shorten("abcd", 3) == "ab…"
    assert shorten("abcd", 1) == "…"
    assert shorten("", 0) == ""


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_shorten_is_never_longer_than_the_limit(text: str, limit: int) -> None:
    assert len(shorten(text, limit)) <= limit


@pytest.mark.parametrize(
    "piece", ["x", "\x1b", "\u202e", "\u0301", "é", "—", "‹", "a\u0301\u0301\u0301"]
)
def test_cleaning_takes_time_in_proportion(piece: str) -> None:
    """250,000 characters of anything within a second; quadratic work would take minutes."""
    text = piece * (250_000 // len(piece))
    began = time.process_time()
    clean(text)
    clean_block(text)
    assert time.process_time() - began < 2
