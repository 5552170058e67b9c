"""Rows of many clusters: what they say, where they stand, and which of them are made anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec
import pytest

from mckconsole.domain.findings import Finding, ObjectRef, Severity
from mckconsole.domain.resources import (
    CellValue,
    ResourceKind,
    ResourceTable,
    TableColumn,
    TableRow,
)
from mckconsole.domain.states import TopicState
from mckconsole.views.filter import parse_filter
from mckconsole.views.resources_cells import age_cell, next_age
from mckconsole.views.resources_findings import FindingIndex
from mckconsole.views.resources_rows import Board, Looked
from mckconsole.views.resources_state import state_lines, state_rows, why_empty
from mckconsole.views.spec import Role, Row

PODS = ResourceKind("", "v1", "pods", "Pod", "pod", ("po",))
DAEMONS = ResourceKind("apps", "v1", "daemonsets", "DaemonSet")
NOW = 1_800_000_000.0
COLUMNS = tuple(
    TableColumn(name, kind, priority)
    for name, kind, priority in (
        ("Name", "string", 0),
        ("Ready", "string", 0),
        ("Status", "string", 0),
        ("Restarts", "string", 0),
        ("Age", "string", 0),
        ("Node", "string", 1),
    )
)


def stamp(ago: float) -> str:
    from mckconsole.domain.times import format_rfc3339

    return format_rfc3339(NOW - ago)


def pod(
    name: str, ready: str = "1/1", status: str = "Running", restarts: CellValue = 0, ago: float = 90
) -> TableRow:
    cells = (name, ready, status, restarts, "1m30s", "node-1")
    return TableRow("shop", name, name, stamp(ago), cells, owner=("ReplicaSet", "web"))


def table(cluster: str, *rows: TableRow, **changes: object) -> ResourceTable:
    by_key = {row.key: row for row in rows}
    made = ResourceTable(cluster, TopicState.FRESH, kind=PODS, columns=COLUMNS, rows=by_key)
    return replace(made, **changes)  # type: ignore[arg-type]


def tables(*some: ResourceTable) -> Mapping[str, ResourceTable]:
    return {one.cluster: one for one in some}


def texts(looked: Looked, column: str) -> list[str]:
    return [row.cells[column].text for row in looked.rows]


def only(looked: Looked) -> Row:
    (row,) = looked.rows
    return row


@pytest.mark.parametrize(
    ("ready", "status", "restarts", "shown", "role"),
    [
        ("1/1", "Running", 0, ("1/1", "● Running", "0"), Role.OK),
        ("1/2", "Running", 3, ("▲ 1/2", "● Running", "3"), Role.WARN),
        ("0/1", "CrashLoopBackOff", "5 (3m ago)", ("0/1", "✖ CrashLoopBackOff", "5"),
         Role.CRITICAL),
        ("0/1", "ContainerCreating", 0, ("0/1", "◌ ContainerCreating", "0"), Role.CONNECTING),
        ("0/2", "Init:0/1", 0, ("0/2", "◌ Init:0/1", "0"), Role.CONNECTING),
        ("0/2", "Init:CrashLoopBackOff", 2, ("0/2", "✖ Init:CrashLoopBackOff", "2"),
         Role.CRITICAL),
        ("0/1", "Completed", 0, ("0/1", "Completed", "0"), Role.DIM),
        ("0/1", "Pending", 0, ("0/1", "▲ Pending", "0"), Role.WARN),
        ("0/1", "Unknown", 0, ("0/1", "? Unknown", "0"), Role.UNKNOWN),
        ("0/1", "MySidecarError", 0, ("0/1", "✖ MySidecarError", "0"), Role.CRITICAL),
        ("0/1", "Whatever", 0, ("0/1", "Whatever", "0"), Role.PLAIN),
    ],
)  # fmt: skip
def test_how_a_pod_stands(
    ready: str, status: str, restarts: CellValue, shown: tuple[str, ...], role: Role
) -> None:
    row = only(Board("pods").look(tables(table("a", pod("x", ready, status, restarts))), {}, NOW))
    assert tuple(row.cells[one].text for one in ("ready", "status", "restarts")) == shown
    assert row.role is role
    assert row.cells["restarts"].value == int(str(restarts).split()[0])
    assert row.cells["owner"].text == "ReplicaSet/web"
    assert (row.clusters, row.namespace) == (("a",), "shop")


def test_the_worst_stand_first_then_by_cluster_and_name() -> None:
    looked = Board("pods").look(
        tables(
            table("b", pod("z"), pod("a", status="Error")),
            table("a", pod("y"), pod("x", status="Pending")),
            ResourceTable("c", TopicState.FORBIDDEN, "pods is forbidden"),
        ),
        {},
        NOW,
    )
    assert texts(looked, "name") == ["a", "⊘ forbidden", "x", "z", "y"]
    assert texts(looked, "cluster") == ["b", "c", "a", "b", "a"]


def test_only_what_changed_is_made_anew() -> None:
    board, first = Board("pods"), table("a", *map(pod, "wxyz"))
    looked = board.look(tables(first), {}, NOW)
    rows = dict(first.rows)
    rows["shop", "y"] = pod("y", restarts=1)
    again = board.look(tables(replace(first, rows=rows)), {}, NOW)
    assert again.changed is not None
    assert [row.cells["restarts"].text for row in again.changed] == ["1"]
    nothing = board.look(tables(replace(first, rows=rows, as_of=3.0)), {}, NOW)
    assert nothing.changed == []
    rows = {key: row for key, row in rows.items() if key != ("shop", "w")}
    gone = board.look(tables(replace(first, rows=rows)), {}, NOW)
    assert gone.changed is None
    assert texts(gone, "name") == ["x", "y", "z"]
    assert gone.rows[0] is looked.rows[1], "what did not change is the very same row"


def test_a_row_that_turns_bad_goes_to_the_top() -> None:
    board, first = Board("pods"), table("a", pod("x"), pod("y"))
    board.look(tables(first), {}, NOW)
    rows = {**first.rows, ("shop", "y"): pod("y", "0/1", "Error")}
    assert texts(board.look(tables(replace(first, rows=rows)), {}, NOW), "name") == ["y", "x"]


def test_ages_grow_by_the_clock_of_their_cluster() -> None:
    board = Board("pods")
    some = tables(
        table("ahead", pod("x", ago=10), clock_offset=3600.0),
        table("right", pod("x", ago=10), pod("old", ago=90_000)),
    )
    assert texts(board.look(some, {}, NOW), "age") == ["60 m", "25 h", "10 s"]
    later = board.look(some, {}, NOW + 5)
    assert later.changed is not None
    assert [row.cells["age"].text for row in later.changed] == ["15 s"]
    later = board.look(some, {}, NOW + 60)
    assert later.changed is not None
    assert {row.cells["age"].text for row in later.changed} == {"61 m", "70 s"}


@pytest.mark.parametrize("seconds", [0, 0.4, 1.5, 118.7, 119.6, 120, 7190, 172_799, 172_801, 9e6])
def test_an_age_reads_the_same_until_its_time(seconds: float) -> None:
    then = next_age(seconds)
    assert then > seconds
    shown = age_cell(seconds).text
    middle = age_cell(seconds + (then - seconds) * 0.4).text
    assert middle == shown
    assert age_cell(then).text != shown or then in (120.0, 7200.0, 172_800.0)


def test_columns_of_all_clusters_and_blanks_where_one_has_none() -> None:
    more = (*COLUMNS, TableColumn("Gates", "string", 0))
    row = msgspec.structs.replace(pod("y"), cells=(*pod("y").cells, "open"))
    looked = Board("pods").look(
        tables(table("a", pod("x")), table("b", row, columns=more)), {}, NOW
    )
    assert [one.id for one in looked.columns] == [
        "cluster", "namespace", "name", "ready", "status", "restarts", "node", "gates", "age",
        "owner",
    ]  # fmt: skip
    assert texts(looked, "gates") == ["–", "open"]
    assert looked.rows[0].cells.get("gates") is not None


def test_two_numbers_are_read_as_ready_of_desired() -> None:
    columns = tuple(TableColumn(name, "integer") for name in ("Desired", "Current", "Ready"))
    rows = {
        ("k", name): TableRow("k", name, name, stamp(60), cells)
        for name, cells in {"all": (3, 3, 3), "some": (3, 3, 2), "none": (3, 3, 0)}.items()
    }
    shown = ResourceTable("a", TopicState.FRESH, kind=DAEMONS, columns=columns, rows=rows)
    looked = Board("daemonsets.apps").look(tables(shown), {}, NOW)
    assert texts(looked, "ready") == ["✖ 0/3", "▲ 2/3", "3/3"]
    assert [row.role for row in looked.rows] == [Role.CRITICAL, Role.WARN, Role.OK]


def test_an_age_that_was_said_grows_from_when_it_was_said() -> None:
    columns = (TableColumn("Last Seen", "string"), TableColumn("Reason", "string"))
    row = TableRow("k", "e", "e", stamp(60), ("30s", "BackOff"))
    shown = ResourceTable("a", TopicState.FRESH, kind=PODS, columns=columns, rows={row.key: row})
    board = Board("events")
    assert texts(board.look(tables(shown), {}, NOW), "last-seen") == ["30 s"]
    later = board.look(tables(shown), {}, NOW + 20)
    assert later.changed is not None
    assert [one.cells["last-seen"].text for one in later.changed] == ["50 s"]


def test_events_are_told_by_their_object_and_not_by_their_name() -> None:
    columns = tuple(map(TableColumn, ("Last Seen", "Type", "Reason", "Object", "Message")))
    row = TableRow("k", "e.1", "e", stamp(60), ("30s", "Warning", "BackOff", "pod/web", "again"))
    kind = ResourceKind("", "v1", "events", "Event")
    shown = ResourceTable("a", TopicState.FRESH, "", kind, columns, {row.key: row})
    refused = ResourceTable("b", TopicState.FORBIDDEN, "no")
    looked = Board("events").look(tables(shown, refused), {}, NOW)
    assert [one.id for one in looked.columns][-1] == "name"
    assert texts(looked, "object") == ["⊘ forbidden", "pod/web"]
    assert looked.rows[1].role is Role.WARN


def finding(name: str, severity: Severity) -> Finding:
    ref = ObjectRef("v1", "Pod", "shop", name)
    return Finding("R1", "mesh", severity, "a", ref, "bad", "", (), "")


def test_findings_on_an_object_stand_in_its_row() -> None:
    board, index, shown = Board("pods"), FindingIndex(), tables(table("a", pod("x"), pod("y")))
    board.look(shown, {}, NOW)
    found = index.on((finding("y", Severity.HIGH), finding("y", Severity.LOW)), {}, PODS)
    looked = board.look(shown, found, NOW)
    assert texts(looked, "name") == ["y", "x"]
    assert texts(looked, "findings") == ["✖1 ▲1", "–"]
    assert looked.rows[0].role is Role.WARN, "how the object itself stands comes first"
    assert len(looked.rows[0].finding_ids) == 2
    again = index.on((finding("y", Severity.HIGH), finding("y", Severity.LOW)), {}, PODS)
    assert again["a"] is found["a"], "the same findings are the same value"
    assert board.look(shown, again, NOW).changed == []


def test_a_filter_finds_what_the_cells_say() -> None:
    looked = Board("pods").look(
        tables(table("east", pod("x", "0/1", "CrashLoopBackOff", 12)), table("west", pod("y"))),
        {},
        NOW,
    )
    for text, names in {
        "crashloop": ["x"],
        "EAST": ["x"],
        "status:run": ["y"],
        "status=running": ["y"],
        "restarts>3": ["x"],
        "node:node-1": ["x", "y"],
        "!east": ["y"],
        "age<5m": ["x", "y"],
    }.items():
        chosen = parse_filter(text, looked.columns)
        assert [r.cells["name"].text for r in looked.rows if chosen.matches(r)] == names, text


# How clusters stand.


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": TopicState.FRESH}, []),
        ({"state": TopicState.ABSENT}, []),
        ({"state": TopicState.PENDING}, ["◌ waiting"]),
        ({"state": TopicState.PENDING, "progress": (1500, 4500)}, ["◌ listing 1,500 of 4,500"]),
        ({"state": TopicState.PENDING, "progress": (500, None)}, ["◌ listing 500"]),
        ({"state": TopicState.STALE}, ["~ stale"]),
        ({"state": TopicState.FORBIDDEN}, ["⊘ forbidden"]),
        ({"state": TopicState.UNREACHABLE}, ["✖ unreachable"]),
        ({"unread": {"a": "no", "b": "no"}}, ["⊘ not read", "⊘ not read"]),
        ({"unread": dict.fromkeys(map(str, range(20)), "no")}, ["⊘ 20 namespaces not read"]),
        ({"undecodable": 2}, ["? 2 rows not understood"]),
    ],
)
def test_a_cluster_that_does_not_answer_in_full_has_a_row(
    changes: dict[str, object], words: list[str]
) -> None:
    rows = state_rows(table("a", **changes))
    assert [row.cells["name"].text for row in rows] == words
    assert len({row.id for row in rows}) == len(rows)
    assert all(row.problem for row in rows)


def test_the_reasons_stand_above_the_table() -> None:
    lines = state_lines(
        tables(
            ResourceTable("a", TopicState.FORBIDDEN, "pods is forbidden"),
            ResourceTable("b", TopicState.FORBIDDEN, "pods is forbidden"),
            ResourceTable("c", TopicState.ABSENT, "not served"),
            table("d", unread={"shop": "forbidden", "pay": "forbidden"}),
        ),
        ("pods.metrics.k8s.io",),
        "pods",
    )
    assert [line.text for line in lines] == [
        "⊘ a, b  forbidden: pods is forbidden",
        "⊘ d  shop and 1 namespace more not read: forbidden",
        "pods is not served by c",
        "pods also means pods.metrics.k8s.io",
    ]


def test_nothing_there_is_told_from_nobody_has_it() -> None:
    assert why_empty(tables(table("a")), "pods", "in shop") == (
        "there are no pods in shop in 1 cluster"
    )
    absent = tables(ResourceTable("a", TopicState.ABSENT))
    assert why_empty(absent, "gateways", "") == "none of 1 cluster in scope serves gateways"


def test_what_is_listed_anew_stays_in_sight_until_it_is_there() -> None:
    board, first = Board("pods"), table("a", pod("x"))
    board.look(tables(first), {}, NOW)
    waits = board.look(tables(ResourceTable("a", TopicState.PENDING)), {}, NOW)
    assert texts(waits, "name") == ["◌ waiting", "x"]
    relist = ResourceTable("a", TopicState.PENDING, progress=(0, None))
    looked = board.look(tables(relist), {}, NOW)
    assert texts(looked, "name") == ["◌ listing 0", "x"]
    row_id = looked.rows[1].id
    assert board.object(row_id) == ("a", ObjectRef("v1", "Pod", "shop", "x"))
    assert board.object(looked.rows[0].id) is None
    assert board.object("a") is None
