"""Literals and marks are found in any text, by whichever way."""

from __future__ import annotations

import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.detect.asking import Engine, engine, windows, words_in
from mckconsole.detect.automaton import automaton
from mckconsole.detect.gate import Gate, Haystack
from mckconsole.detect.model import Value, Where

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
        assert set(GATE.present(data)) == plain(data)


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


def product() -> tuple[Engine, Engine]:
    """The product's engine as it is where there is a library, and where there is none."""
    pytest.importorskip("hyperscan")
    one = engine()
    return one, Engine(one.detectors, one.pair, one.is_placeholder)


MARKED = [marked for one in engine().detectors if (marked := one.marked)]
MARKS = st.sampled_from([mark for marked in MARKED for mark in marked.marks])
WORDS = st.text("aZ9_-.~", max_size=20).map(str.encode)
BETWEEN = st.sampled_from((b"", b" ", b"=", b"\\n", b"\\", b"n", b"\0", b'\\"', b"\n", b"\xff"))
LITERAL = st.sampled_from(sorted({gate for one in engine().detectors for gate in one.gates}))
TOKENS = st.lists(st.tuples(BETWEEN, MARKS | LITERAL, WORDS).map(b"".join), max_size=6)


@given(st.lists(TOKENS.map(b"".join), min_size=1, max_size=3))
def test_both_ways_lead_to_the_same(texts: list[bytes]) -> None:
    fast, slow = product()
    hay = Haystack(texts)
    literals, places = fast._search(hay)
    same, spots = slow._search(hay)
    assert set(literals) == set(same)
    assert set(spots) <= set(places)
    for marked in MARKED:
        value = Value(hay.data, "", "", Where.ENV)
        assert list(marked.find(value, places)) == list(marked.find(value, spots))


def test_without_a_library_there_is_no_automaton(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hyperscan", None)
    assert automaton((b"AKIA",), ()) is None


def test_threads_search_at_once() -> None:
    pytest.importorskip("hyperscan")
    searcher = automaton((b"needle", b"other"), (b"ghp_",))
    assert searcher is not None
    text = b"hay " * 500_000 + b"needle ghp_0123456789abcdef"
    expected = [0], [text.index(b"ghp_")]
    answers: list[tuple[list[int], list[int]]] = []
    work = [
        threading.Thread(target=lambda: answers.append(searcher.search(text))) for _ in range(8)
    ]
    for one in work:
        one.start()
    for one in work:
        one.join()
    assert answers == [expected] * 8


def test_words_of_names_in_order() -> None:
    data = b"Token=1 api_KEY: 2 passToken"
    assert words_in(data) == [0, 12, 19, 23]


def test_windows() -> None:
    assert windows([5, 100, 150], 10_000, 60) == [(0, 210)]
    assert windows([5000, 9990], 10_000, 60) == [(4940, 5060), (9930, 10_000)]
    assert windows([5000], 10_000, 0) == [(0, 10_000)]
    assert windows(list(range(3000)), 10_000, 60) == [(0, 10_000)]
