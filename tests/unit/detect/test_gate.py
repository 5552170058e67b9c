"""Literals are found in any text, by whichever way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mckconsole.detect.asking import windows, words_in
from mckconsole.detect.gate import Gate, Haystack, distinct

LITERALS = (b"AKIA", b"ghp_", b"eyJ", b"://", b"-----BEGIN", b"kind: Secret", b"7Q~", b"wd =")
MORE = (b"assword=", b"assword", b'"auths"', b"auths:", b"\xfe\xed\xfe\xed", b"|")
GATE = Gate((*LITERALS, *MORE))
PIECES = st.one_of(st.sampled_from((*LITERALS, *MORE)), st.binary(max_size=12))
TEXTS = st.lists(PIECES, max_size=12).map(b"".join)


def plain(data: bytes) -> set[bytes]:
    return {literal for literal in (*LITERALS, *MORE) if literal in data}


@given(TEXTS, st.sampled_from((b"", b"some words of text\n" * 400, b"x" * 5000, bytes(5000))))
def test_present(text: bytes, around: bytes) -> None:
    for data in (around + text, text + around, around + text + around):
        assert set(GATE.present(Haystack([data]))) == plain(data)


@given(st.lists(TEXTS, min_size=1, max_size=5), st.sampled_from(LITERALS))
def test_places(texts: list[bytes], literal: bytes) -> None:
    found = {index: places for index, places in Haystack(texts).find(literal, 100)}
    for index, text in enumerate(texts):
        expected = [at for at in range(len(text)) if text.startswith(literal, at)]
        assert found.get(index, []) == expected


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_as_many_places_as_asked_for(texts: list[bytes]) -> None:
    found = list(Haystack(texts).find(b"eyJ", 1))
    assert [index for index, _ in found] == [at for at, text in enumerate(texts) if b"eyJ" in text]
    assert all(places == [texts[index].index(b"eyJ")] for index, places in found)


@given(st.sets(st.sampled_from((b"one", b"two", b"AKIA7", b"a:b", b"c")), min_size=1))
def test_distinct_words_are_all_words(words: set[bytes]) -> None:
    data = b"".join(word + b"\n" for word in words) * 5000
    assert set(distinct(data).split()) == words
    assert len(distinct(data)) < 200


def test_words_of_names_in_order() -> None:
    data = b"Token=1 api_KEY: 2 passToken"
    assert words_in(data, data) == [0, 12, 19, 23]
    assert words_in(data, b"") == []


def test_windows() -> None:
    assert windows([5, 100, 150], 10_000, 60) == [(0, 210)]
    assert windows([5000, 9990], 10_000, 60) == [(4940, 5060), (9930, 10_000)]
    assert windows([5000], 10_000, 0) == [(0, 10_000)]
    assert windows(list(range(3000)), 10_000, 60) == [(0, 10_000)]
