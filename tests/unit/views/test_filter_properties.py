"""The filter grammar against texts that nobody would think of."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mckconsole.domain.text import clean
from mckconsole.views.filter import Filter, FilterError, complete_filter, parse_filter
from mckconsole.views.spec import Cell, Column, Row

COLUMNS = (
    Column("name", "NAME"),
    Column("state", "STATE"),
    Column("rtt", "RTT", unit="seconds"),
    Column("pods", "PODS", unit="count"),
)

FOLDING = "İıIiſsSßẞﬁﬀΣσςǰŉΐ"
"""Letters whose case is lost, changes their number or depends on their place."""
CELL_TEXT = st.one_of(
    st.text(max_size=30),
    st.text(alphabet=FOLDING + "●✖ a-1", max_size=20),
    st.sampled_from(["● up", "✖ down", "prod-eu-1", "? unknown", "88 ms", "2/4", "v1.34.2", "–"]),
)
CELLS = st.builds(
    Cell,
    CELL_TEXT,
    value=st.one_of(st.none(), st.floats(), st.integers(), st.booleans(), CELL_TEXT),
)
ROWS = st.builds(
    lambda *cells: Row("r", dict(zip((column.id for column in COLUMNS), cells, strict=True))),
    *[CELLS] * len(COLUMNS),
)
WORD = st.text(alphabet=FOLDING + "abpuo●-1", min_size=1, max_size=4)
TERMS = st.one_of(
    WORD,
    WORD.map("~{}".format),
    WORD.map(lambda word: f'"{word} {word}"'),
    WORD.map("state:{}".format),
    WORD.map("name={}".format),
    WORD.map("name!={}".format),
    WORD.map(lambda word: f"/{word}+/"),
    st.sampled_from(["state:/^u/", "/a|b/", "!up", "state:~dwn", '"down"', "!/^a/"]),
)
COMPARISONS = st.sampled_from(["rtt>50ms", "rtt<=1h", "pods>=1k", "pods<0", "name<1.35", "state>2"])
TYPED = st.one_of(
    st.text(max_size=40),
    st.text(alphabet='!"/~:=<>\\ namestrtpod01.()[]{}+*?|', max_size=40),
)


def parsed(text: str) -> Filter | None:
    try:
        return parse_filter(text, COLUMNS)
    except FilterError:
        return None


@given(TYPED)
def test_any_text_is_a_filter_or_a_filter_error(text: str) -> None:
    try:
        parse_filter(text, COLUMNS)
    except FilterError as caught:
        error = caught
    else:
        return
    assert 0 <= error.position < len(text)
    assert text[: error.position].strip() == "" or text[error.position - 1].isspace()
    assert " – " in str(error)
    assert clean(str(error)) == str(error)


@given(TYPED, ROWS)
def test_no_text_breaks_on_a_row(text: str, row: Row) -> None:
    chosen = parsed(text)
    assume(chosen is not None and text.strip())
    assert chosen
    assert chosen.matches(row) in (True, False)


@given(st.one_of(TERMS, COMPARISONS), st.one_of(TERMS, COMPARISONS), ROWS)
def test_a_space_is_and(one: str, other: str, row: Row) -> None:
    both = parse_filter(f"{one} {other}", COLUMNS).matches(row)
    each = [parse_filter(text, COLUMNS).matches(row) for text in (one, other)]
    assert both is all(each)
    assert both is parse_filter(f"  {other}\t{one} ", COLUMNS).matches(row)


@given(TYPED, TYPED, ROWS)
def test_a_space_is_and_for_anything_that_parses(one: str, other: str, row: Row) -> None:
    first, second = parsed(one), parsed(other)
    assume(first is not None and second is not None)
    assert first
    assert second
    both = parse_filter(f"{one} {other}", COLUMNS).matches(row)
    assert both is (first.matches(row) and second.matches(row))


@given(TERMS.filter(lambda text: not text.startswith("!")), ROWS)
def test_not_is_not(term: str, row: Row) -> None:
    positive = parse_filter(term, COLUMNS).matches(row)
    assert parse_filter(f"!{term}", COLUMNS).matches(row) is not positive


@given(COMPARISONS, ROWS)
def test_a_comparison_and_its_negation_never_both_hold(term: str, row: Row) -> None:
    held = [parse_filter(text, COLUMNS).matches(row) for text in (term, f"!{term}")]
    assert held != [True, True]


@given(st.one_of(TERMS, st.lists(TERMS, max_size=3).map(" ".join)), CELL_TEXT)
def test_spans_are_places_in_the_text(text: str, cell: str) -> None:
    spans = parse_filter(text, COLUMNS).spans("state", cell)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(set(edges))
    assert all(0 <= edge <= len(cell) for edge in edges)


@given(WORD, CELL_TEXT)
def test_what_is_lit_is_what_was_searched(word: str, cell: str) -> None:
    chosen = parse_filter(word, COLUMNS)
    row = Row("r", {"state": Cell(cell)})
    spans = chosen.spans("state", cell)
    assert bool(spans) is chosen.matches(row)
    for begin, end in spans:
        assert word.casefold() in cell[begin:end].casefold()


@given(WORD, CELL_TEXT)
def test_lit_letters_in_order_are_those_searched(word: str, cell: str) -> None:
    chosen = parse_filter(f"~{word}", COLUMNS)
    spans = chosen.spans("state", cell)
    assert bool(spans) is chosen.matches(Row("r", {"state": Cell(cell)}))
    lit = "".join(cell[begin:end] for begin, end in spans).casefold()
    letters = iter(lit)
    assert not spans or all(letter in letters for letter in word.casefold())


@given(TYPED)
def test_completed_texts_keep_what_was_typed_before(text: str) -> None:
    head = text.rstrip()[: -len(text.split()[-1])] if text.split() else text
    for whole in complete_filter(text, COLUMNS):
        assert whole.startswith(head)
        assert not whole[-1].isspace()


@pytest.mark.parametrize("text", ["/" + "(" * 240 + "a" + ")" * 240 + "/", "/" + "(" * 9999 + "/"])
def test_deep_nesting_is_an_error_or_works(text: str) -> None:
    chosen = parsed(text)
    assert chosen is None or chosen.matches(Row("r", {"state": Cell("a")}))
