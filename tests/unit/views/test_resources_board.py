"""However its tables change, a board that remembers shows what one that remembers nothing would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from mckconsole.domain.resources import ResourceKind, ResourceTable, TableColumn, TableRow
from mckconsole.domain.states import TopicState
from mckconsole.domain.times import format_rfc3339
from mckconsole.views.resources_findings import Found
from mckconsole.views.resources_rows import Board
from mckconsole.views.spec import Cell, Role, Row

KIND = ResourceKind("", "v1", "pods", "Pod")
NOW = 1_800_000_000.0
COLUMNS = (
    TableColumn("Name"),
    TableColumn("Ready"),
    TableColumn("Status"),
    TableColumn("Restarts"),
)
WIDER = (*COLUMNS, TableColumn("Gates"))
Moment: TypeAlias = tuple[Mapping[str, ResourceTable], Mapping[str, Found], float]
STATES = (TopicState.FRESH, TopicState.STALE, TopicState.FORBIDDEN, TopicState.ABSENT)


@st.composite
def rows(draw: st.DrawFn) -> TableRow:
    name = draw(st.sampled_from("abcdef"))
    status = draw(st.sampled_from(("Running", "Error", "Pending", "Completed", "Odd")))
    cells = (name, draw(st.sampled_from(("1/1", "0/1"))), status, draw(st.integers(0, 3)), "x")
    age = draw(st.integers(0, 400))
    return TableRow(draw(st.sampled_from(("s", "t"))), name, name, format_rfc3339(NOW - age), cells)


POOL = st.lists(rows(), min_size=6, max_size=12)


@st.composite
def moments(
    draw: st.DrawFn,
) -> list[tuple[Mapping[str, ResourceTable], Mapping[str, Found], float]]:
    """The tables of two clusters, some findings, and when: a few times; rows stay the same objects
    from one time to the next where they are drawn again."""
    pool = draw(POOL)
    found: list[Moment] = []
    for number in range(draw(st.integers(1, 6))):
        tables = {}
        for cluster in draw(st.sampled_from((("east", "west"), ("west", "east"), ("east",)))):
            chosen = draw(st.lists(st.sampled_from(pool), max_size=6))
            state = draw(st.sampled_from(STATES))
            columns = draw(st.sampled_from((COLUMNS, WIDER)))
            by_key = {row.key: row for row in chosen} if state.readable else {}
            tables[cluster] = ResourceTable(cluster, state, "", KIND, columns, by_key)
        marked: Found = {("s", "a"): (("f",), Cell("✖1", Role.CRITICAL, 1))}
        findings = {"east": marked} if draw(st.booleans()) else {}
        found.append((tables, findings, NOW + number * draw(st.sampled_from((0, 1, 200)))))
    return found


def told(shown: Mapping[str, Row]) -> dict[str, tuple[object, ...]]:
    """What the rows say but for their ages, which the next look tells anew."""
    return {
        id: ({**row.cells, "age": None}, row.role, row.finding_ids) for id, row in shown.items()
    }


@given(moments())
def test_what_is_remembered_is_what_is_there(
    some: list[Moment],
) -> None:
    board = Board("pods")
    shown: dict[str, Row] = {}
    order: list[str] = []
    at = NOW
    for tables, findings, then in some:
        at = max(at, then)
        looked = board.look(tables, findings, at)
        if looked.changed is None:
            shown = {row.id: row for row in looked.rows}
            order = [row.id for row in looked.rows]
        else:
            assert {row.id for row in looked.changed} <= set(shown)
            shown.update((row.id, row) for row in looked.changed)
        fresh = Board("pods")
        wanted = fresh.look(tables, findings, at, whole=True)
        assert order == [row.id for row in wanted.rows]
        assert told(shown) == told({row.id: row for row in wanted.rows})
        assert board.objects == fresh.objects
    whole = {row.id: row for row in board.look(*some[-1][:2], at, whole=True).rows}
    again = {row.id: row for row in Board("pods").look(*some[-1][:2], at).rows}
    assert list(whole) == list(again)
    assert {id: row.cells["age"].text for id, row in whole.items()} == {
        id: row.cells["age"].text for id, row in again.items()
    }
