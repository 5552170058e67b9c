"""The grid's content: after any sequence of changes it shows what a plain sort and filter would."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckwidgets.contracts import RowLike
from mckwidgets.demos.grid import Cell, Row
from mckwidgets.grid_model import GridModel

Value = str | int | float | bool | None
Change = Callable[["Naive", GridModel], None]


def row(row_id: str, value: Value = None) -> Row:
    return Row(row_id, {"a": Cell(str(value), value=value), "b": Cell(row_id, value=row_id)})


def shown(model: GridModel) -> list[str]:
    return [one.id for one in model.shown()]


def filled(*values: Value) -> GridModel:
    model = GridModel()
    model.set_rows([row(f"r{place}", value) for place, value in enumerate(values)])
    return model


class Naive:
    """The same with a list, a filter and `sorted`."""

    def __init__(self) -> None:
        self.rows: list[RowLike] = []
        self.column: str | None = None
        self.reverse = False
        self.matches: Callable[[RowLike], bool] | None = None

    def put(self, new: RowLike) -> None:
        for place, old in enumerate(self.rows):
            if old.id == new.id:
                self.rows[place] = new
                return
        self.rows.append(new)

    def order(self) -> list[str]:
        rows = [one for one in self.rows if self.matches is None or self.matches(one)]
        column = self.column
        if column is None:
            return [one.id for one in rows]
        nothing = [one for one in rows if absent(one, column)]
        valued = [one for one in rows if not absent(one, column)]
        valued.sort(key=lambda one: rank(one.cells[column].value), reverse=self.reverse)
        return [one.id for one in (*valued, *nothing)]


def absent(one: RowLike, column: str) -> bool:
    value = one.cells[column].value
    return value is None or (isinstance(value, float) and math.isnan(value))


def rank(value: Value) -> tuple[bool, Value]:
    return isinstance(value, str), value


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.5, -2.5, math.nan, math.inf, -math.inf]),
    st.sampled_from(["", "a", "b", "zz"]),
)
IDS = st.sampled_from([f"r{number}" for number in range(8)])
ROWS = st.lists(st.builds(row, IDS, VALUES), max_size=8)


def set_rows(rows: list[Row]) -> Change:
    def change(naive: Naive, model: GridModel) -> None:
        naive.rows = []
        for one in rows:
            naive.put(one)
        model.set_rows(rows)

    return change


def update_rows(changed: list[Row], removed: list[str]) -> Change:
    def change(naive: Naive, model: GridModel) -> None:
        naive.rows = [one for one in naive.rows if one.id not in removed]
        for one in changed:
            naive.put(one)
        model.update_rows(changed, removed)

    return change


def sort_by(column: str | None, reverse: bool) -> Change:
    def change(naive: Naive, model: GridModel) -> None:
        naive.column, naive.reverse = column, reverse
        model.sort_by(column, reverse=reverse)

    return change


def set_filter(words: str | None) -> Change:
    def change(naive: Naive, model: GridModel) -> None:
        matches = None
        if words is not None:

            def matches(one: RowLike) -> bool:
                return words in one.cells["a"].text

        naive.matches = matches
        model.set_filter(matches)

    return change


CHANGES = st.one_of(
    st.builds(set_rows, ROWS),
    st.builds(update_rows, ROWS, st.lists(IDS, max_size=4)),
    st.builds(sort_by, st.sampled_from([None, "a", "b"]), st.booleans()),
    st.builds(set_filter, st.sampled_from([None, "1", "a", "e", "no such"])),
)


@given(st.lists(CHANGES, max_size=12))
def test_after_any_changes_it_shows_what_a_plain_sort_and_filter_would(
    changes: list[Change],
) -> None:
    naive, model = Naive(), GridModel()
    for change in changes:
        change(naive, model)
        assert shown(model) == naive.order()
        assert list(model.order()) == naive.order()
        assert model.total == len(naive.rows)
        assert model.visible == len(naive.order())
        for place, row_id in enumerate(naive.order()):
            assert model.index(row_id) == place
        hidden = {one.id for one in naive.rows} - set(naive.order())
        assert all(model.index(row_id) is None for row_id in hidden)


@pytest.mark.parametrize(
    ("reverse", "order"),
    [(False, ["r1", "r4", "r0", "r2", "r3", "r5"]), (True, ["r2", "r0", "r4", "r1", "r3", "r5"])],
)
def test_numbers_stand_before_words_and_nothing_is_last(reverse: bool, order: list[str]) -> None:
    model = filled("b", -1, "c", None, 7.5, math.nan)
    model.sort_by("a", reverse=reverse)
    assert shown(model) == order


@pytest.mark.parametrize("reverse", [False, True])
def test_equals_keep_their_natural_order_either_way(reverse: bool) -> None:
    model = filled(1, 1, True, 1.0)
    model.sort_by("a", reverse=reverse)
    assert shown(model) == ["r0", "r1", "r2", "r3"]
    model.update_rows([row("r1", 2)])
    model.update_rows([row("r1", 1)])
    assert shown(model) == ["r0", "r1", "r2", "r3"]


def test_a_row_without_the_cell_is_sorted_as_one_without_a_value() -> None:
    model = GridModel()
    model.set_rows([Row("bare", {}), row("full", 1)])
    model.sort_by("a")
    assert shown(model) == ["full", "bare"]


def test_new_ids_stand_at_the_end_and_removed_ones_lose_their_place() -> None:
    model = filled(1, 2, 3)
    model.update_rows([row("new"), row("r1", 9)], removed=["r0"])
    assert shown(model) == ["r1", "r2", "new"]
    model.update_rows([row("r1")], removed=["r1", "no such"])
    assert shown(model) == ["r2", "new", "r1"]


def test_an_update_says_how_the_rows_were_before() -> None:
    model = filled(1, 2, 3)
    before = model.update_rows([row("r1", 20), row("r1", 21), row("new")], removed=["r0"])
    assert {key: one.cells["a"].value for key, one in before.items()} == {"r0": 1, "r1": 2}


def test_the_filter_is_asked_only_about_rows_that_changed() -> None:
    model = filled(*range(50))
    asked: list[str] = []

    def matches(one: RowLike) -> bool:
        asked.append(one.id)
        return True

    model.set_filter(matches)
    asked.clear()
    model.update_rows([row("r7", 1), row("new", 2)], removed=["r8"])
    assert asked == ["r7", "new"]


def test_the_order_handed_out_stays_when_the_content_is_replaced() -> None:
    model = filled(1, 2, 3)
    order = model.order()
    model.set_rows([row("other")])
    assert list(order) == ["r0", "r1", "r2"]
    assert order[1:] == ["r1", "r2"]


def test_rows_are_looked_up_when_asked_for() -> None:
    model = filled(1, 2, 3)
    rows = model.shown()
    model.update_rows([], removed=["r0"])
    assert (len(rows), rows[0].id, rows[-1].id) == (2, "r1", "r2")
    assert [one.id for one in rows[0:5]] == ["r1", "r2"]
    with pytest.raises(IndexError):
        rows[2]


@pytest.mark.parametrize("reverse", [False, True])
def test_nearest_is_where_the_next_row_is(reverse: bool) -> None:
    model = filled(10, 20, 30, 40)
    model.sort_by("a", reverse=reverse)
    entry = model.entry("r1")
    assert entry is not None
    model.update_rows([], removed=["r1"])
    assert model.id_at(model.nearest(entry)) == ("r0" if reverse else "r2")
    model.update_rows([], removed=["r0", "r2", "r3"])
    assert model.nearest(entry) == -1
