"""The order of rows, the same here and in the terminal's table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.views.natural import natural_key
from mckconsole.views.sort import SortError, parse_sort, sort_rows
from mckconsole.views.spec import Cell, Column, Row, Value
from mckwidgets.grid_model import GridModel

COLUMNS = (Column("rtt", "RTT"), Column("reason", "REASON"), Column("pair", "BOTH WAYS"))


def rows_of(*values: Value) -> list[Row]:
    return [Row(str(n), {"rtt": Cell("x", value=value)}) for n, value in enumerate(values)]


def values_of(rows: list[Row]) -> list[Value]:
    return [row.cells["rtt"].value for row in rows]


def test_numbers_then_words_then_nothing() -> None:
    rows = rows_of("b", None, 2, "A", 0.5, float("nan"), -1)
    assert values_of(sort_rows(rows, "rtt", False))[:5] == [-1, 0.5, 2, "A", "b"]
    assert [row.id for row in sort_rows(rows, "rtt", False)][5:] == ["1", "5"]
    assert values_of(sort_rows(rows, "rtt", True))[:5] == ["b", "A", 2, 0.5, -1]
    assert [row.id for row in sort_rows(rows, "rtt", True)][5:] == ["1", "5"]


def test_without_a_column_rows_stay_as_they_are() -> None:
    rows = rows_of(2, 1)
    assert sort_rows(rows, None, True) == rows
    assert sort_rows(rows, "gone", False) == rows


@pytest.mark.parametrize(
    "ordered",
    [
        ["v1.9", "v1.10", "v1.10.1", "v1.11-rc.1", "v2.0"],
        ["gw-2", "GW-10", "gw-010b", "gw-11"],
        ["", "1", "02", "10", "a", "a1", "a01b", "b"],
        ["9" * 20, "1" + "0" * 5000],
        ["a-1", "a1", "aa"],
    ],
)
def test_words_are_compared_as_one_reads_them(ordered: list[str]) -> None:
    assert values_of(sort_rows(rows_of(*reversed(ordered)), "rtt", False)) == ordered
    assert sorted(ordered, key=natural_key) == ordered


def test_equals_keep_their_order_either_way() -> None:
    rows = rows_of("a", 1, "A", 1.0, "a")
    assert [row.id for row in sort_rows(rows, "rtt", False)] == ["1", "3", "0", "2", "4"]
    assert [row.id for row in sort_rows(rows, "rtt", True)] == ["0", "2", "4", "1", "3"]


VALUES = st.one_of(
    st.none(),
    st.integers(-3, 3),
    st.floats(-3, 3),
    st.just(float("nan")),
    st.booleans(),
    st.sampled_from(["up", "Down", "slow", "eu-west", "eu-2", "eu-10", "v1.9", "v1.10"]),
)


@given(st.lists(VALUES, max_size=12), st.booleans())
def test_the_order_is_that_of_the_terminals_table(values: list[Value], reverse: bool) -> None:
    rows = rows_of(*values)
    model = GridModel(natural_key)
    model.set_rows(rows)
    model.sort_by("rtt", reverse=reverse)
    assert [row.id for row in sort_rows(rows, "rtt", reverse)] == list(model.order())


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("rtt", ("rtt", False)),
        (" -RTT ", ("rtt", True)),
        ("- rtt", ("rtt", True)),
        ("both", ("pair", False)),
        ("-both-ways", ("pair", True)),
        ("off", (None, False)),
        ("OFF", (None, False)),
        ("", (None, False)),
    ],
)
def test_orders_are_named_by_column(text: str, order: tuple[str | None, bool]) -> None:
    assert parse_sort(text, COLUMNS) == order


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("age", "no column age among rtt, reason, pair"),
        ("r", "r may be rtt, reason"),
        ("-", "no column  among"),
        ("rtt reason", "no column rtt reason"),
    ],
)
def test_what_is_no_column_is_told(text: str, words: str) -> None:
    with pytest.raises(SortError, match=words):
        parse_sort(text, COLUMNS)
