"""Regular expressions that could take forever are refused, useful ones are not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.views.filter_regex import RegexError, compile_regex


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(a+)+$",
        "(a*)*b",
        "((a+))+b",
        "(?:a+){1,50}b",
        "(a?){40}b",
        "a?" * 30 + "b",
        "(a|a)*b",
        "(a|ab)+c",
        "(|a)+b",
        r"(\w+-?)+x",
        r"(\s*\w+\s*)+;",
        r"^(\d+)*$",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "(.*a){12}",
        ".*.*=",
        "x*x*x*y",
        r"\w*\w*\w*\.",
        "a{1,300}a{1,300}a{1,300}b",
        "a.*b.*c.*d",
        "(?=(a+)+b)c",
        "(?P<x>(?:b|b)*)c",
        r"(.+)+\1",
        r"(?:\w-(?:(?:\b)*?){2,}){0,50}x",
        "(?:a(?:-*)?){0,50}!",
        "(?:.{0,50}){3}b",
    ],
)
def test_what_could_take_forever_is_refused(pattern: str) -> None:
    re.compile(pattern)
    with pytest.raises(RegexError, match="forever"):
        compile_regex(pattern)


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("prod", "a prod"),
        ("^prod-.*-eu-[0-9]+$", "prod-x-eu-12"),
        ("a.*b.*c", "a1b2c"),
        (r"([0-9]{1,3}\.){3}[0-9]{1,3}", "at 10.0.0.1"),
        (r"\d+\.\d+\.\d+\.\d+", "10.0.0.1"),
        (r"(\w+\.)+com", "a.b.example.com"),
        ("(foo|bar)+!", "foobar!"),
        ("(?:eu|us|ap)-(?:west|east)-[12]", "us-east-2"),
        ("[a-z0-9-]+-[a-z0-9]+$", "checkout-7c9-x2k"),
        ("a++b", "aaab"),
        ("(?<=x)a(?!b)", "xac"),
        (r"(?P<word>\w+) x", "so x"),
        (r"(a)\1", "aa"),
        (r"\x41\.\[[\]a-c-]+", "A.[]-"),
        ("a{,2}b{2}c{3,}", "abbccc"),
        ("a{}{x", "a{}{x"),
        ("/", "a/b"),
        ("colou?r", "COLOR"),
        ("", "anything"),
        ("a|", "b"),
        (r"\bpod\b", "a POD b"),
        ("東.", "東京"),
    ],
)
def test_useful_ones_are_not(pattern: str, fits: str) -> None:
    assert compile_regex(pattern).search(fits)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(", "not valid"),
        ("*", "not valid"),
        ("[a", "not valid"),
        ("a{2,1}", "not valid"),
        ("a{99999999999}", "not valid"),
        (r"\1", "not valid"),
        ("(?i)a", "nothing else after"),
        ("(?P<a>x)(?P=a)", "nothing else after"),
        ("(?#note)a", "nothing else after"),
        ("a" * 501, "longer than 500"),
    ],
)
def test_what_is_not_valid_is_told(pattern: str, words: str) -> None:
    with pytest.raises(RegexError, match=words):
        compile_regex(pattern)


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("deny", "DENY", True),
        ("Deny", "deny", False),
        (r"\Sx\D", "axb", True),
        (r"\SX", "AX", True),
        (r"\SX", "ax", False),
        ("(?P<Name>x)", "X", True),
    ],
)
def test_an_upper_case_letter_makes_case_count(pattern: str, text: str, fits: bool) -> None:
    assert bool(compile_regex(pattern).search(text)) is fits


PIECES = st.recursive(
    st.sampled_from(["a", "b", ".", r"\w", "[ab]", "-", "^", "$", r"\b"]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=8,
)


@given(PIECES, st.sampled_from(["a" * 22 + "!", "ab" * 12 + "!", "a-" * 12 + "!", "b" * 25]))
def test_what_is_accepted_ends(pattern: str, text: str) -> None:
    """A search that tries all ways of an exponential expression here would not end in hours."""
    try:
        compile_regex(pattern).search(text * 20, 0, 60)
    except RegexError:
        return


@given(st.text(max_size=30))
def test_any_text_is_an_expression_or_an_error(text: str) -> None:
    try:
        compile_regex(text)
    except RegexError:
        return
    re.compile(text)
