"""Rows of Tables: whatever a cluster says in a cell, what is held is inert, bounded and shared."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.domain.resources import ResourceKind, TableColumn
from mckconsole.domain.text import clean
from mckconsole.sources.tablerows import (
    MAX_CELL,
    MAX_COLUMNS,
    MAX_LABELS,
    RawRow,
    RowMaker,
    RowMeta,
    RowObject,
    read_columns,
)

KIND = ResourceKind("shop.example", "v1", "widgets", "Widget")


def maker(*columns: str) -> RowMaker:
    found = RowMaker(KIND)
    found.arrange([TableColumn(one) for one in columns])
    return found


def cells(*values: object, columns: int = 0) -> tuple[object, ...]:
    made = maker(*"abcdefgh"[: columns or len(values)]).make(
        RawRow(list(values), RowObject(RowMeta("one", "blue")))
    )
    assert made is not None
    return made.row.cells


@pytest.mark.parametrize(
    ("value", "held"),
    [
        ("1/2", "1/2"),
        (3, 3),
        (2.5, 2.5),
        (True, True),
        (None, None),
        ("", ""),
        ({"a": [1, "b"]}, '{"a":[1,"b"]}'),
        ([], "[]"),
        ("two\nlines", "two⏎lines"),
        ("\x1b[31mred\x07", "‹1B›[31mred‹07›"),
        ("a\u202eb", "a‹U+202E›b"),
        ("password=hunter2hunter2", "password=‹redacted: 14 characters›"),
        ("https://u:pa55word@host/x", "https://‹redacted: 10 characters›@host/x"),
        ("AKIAIOSFODNN7EXAMPLE", "‹redacted: 20 characters›"),
        ("80:30080/TCP,443/TCP", "80:30080/TCP,443/TCP"),
        ("fd00:10::1,10.0.0.1", "fd00:10::1,10.0.0.1"),
        ("registry.example/app:v1.2@sha256:" + "ab" * 32,) * 2,
    ],
)
def test_a_cell(value: object, held: object) -> None:
    assert cells(value) == (held,)


def test_there_are_as_many_cells_as_columns() -> None:
    assert cells("a", "b", columns=4) == ("a", "b", None, None)
    assert cells("a", "b", columns=1) == ("a",)


def test_lengths_are_bounded() -> None:
    (cell,) = cells("x" * 5_000_000)
    assert len(str(cell)) == MAX_CELL
    labels = {f"key-{number}": "v" * 5000 for number in range(500)}
    made = maker("Name").make(RawRow(["one"], RowObject(RowMeta("one", labels=labels))))
    assert made is not None
    assert len(made.row.labels) == MAX_LABELS
    many = msgspec.json.encode([{"name": "n" * 9999}] * 900)
    assert len(read_columns(many)) == MAX_COLUMNS
    assert len(read_columns(many)[0].name) == 64


def test_an_object_without_a_name_is_no_row() -> None:
    assert maker("Name").make(RawRow(["one"])) is None
    assert maker("Name").make(RawRow(["one"], RowObject(RowMeta("")))) is None


def test_what_repeats_is_held_once() -> None:
    rows = maker("Name", "Status")

    def one(name: str) -> RowObject:
        return RowObject(RowMeta(name, "".join("blue"), labels={"app": "".join(["w", "eb"])}))

    first, second = (
        rows.make(RawRow([name, "".join(["Run", "ning"])], one(name))) for name in "ab"
    )
    assert first is not None
    assert second is not None
    assert first.row.cells[1] is second.row.cells[1]
    assert first.row.labels is second.row.labels
    assert first.row.cells[0] is first.row.name


@pytest.mark.parametrize("raw", [b"", b"null", b"{}", b"[1,2", b'"x"', b'{"a":1}'])
def test_definitions_that_are_none(raw: bytes) -> None:
    assert read_columns(raw) == ()


def test_a_definition_that_is_odd_keeps_its_place() -> None:
    raw = b'[{"name":"Name"},7,{"name":3,"type":null,"priority":"x"},{"name":"Age","priority":1}]'
    assert [(one.name, one.priority) for one in read_columns(raw)] == [
        ("Name", 0), ("", 0), ("", 0), ("Age", 1),
    ]  # fmt: skip


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.lists(_VALUES, max_size=5), st.text(min_size=1), st.text())
def test_nothing_that_comes_is_held_as_it_should_not_be(
    values: list[object], name: str, namespace: str
) -> None:
    made = maker("a", "b", "c").make(RawRow(values, RowObject(RowMeta(name, namespace))))
    assert made is not None
    row = made.row
    assert len(row.cells) == 3
    for text in (row.name, row.namespace, *(one for one in row.cells if isinstance(one, str))):
        assert clean(text) == text
