"""`mckconsole get`: the question of a command line, and how what came is judged."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from typing import Any

import pytest

from mckconsole.cli.arguments import build_parser
from mckconsole.cli.errors import UsageError
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.cli.get_command import gaps_of, listed_of, question_of, run, status_of
from mckconsole.domain.resources import ResourceKind, ResourceTable, TableColumn, TableRow
from mckconsole.domain.states import TopicState
from mckconsole.views.resources_ask import Asked

PODS = ResourceKind("", "v1", "pods", "Pod")
COLUMNS = (TableColumn("Name"), TableColumn("Status"), TableColumn("Restarts", "integer"))
NOW = 1_800_000_000.0


def arguments(*words: str) -> Namespace:
    return build_parser().parse_args(["get", *words])


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("pods",), {}),
        (("pods", "shop", "billing/"), {"namespaces": ("shop", "billing")}),
        (("pods", "-n", "shop", "-n", "pay"), {"namespaces": ("shop", "pay")}),
        (("pods", "-l", "app=web"), {"labels": "app=web"}),
        (("pods", "-l", "app in (a, b)"), {"labels": "app in (a, b)"}),
        (("pods", "--field-selector", "spec.nodeName=n"), {"fields": "spec.nodeName=n"}),
        (("pods", "--filter", "status:crash"), {"filter": "status:crash"}),
        (("pods", "shop/web"), {"namespaces": ("shop",), "filter": "name:web"}),
    ],
)
def test_the_question(words: tuple[str, ...], asked: dict[str, Any]) -> None:
    assert question_of(arguments(*words)) == Asked("pods", **asked)


@pytest.mark.parametrize(
    "words", [("pods", "UPPER"), ("pods", "-l", "=x"), ("pods", "--reverse"), ("pods", "-n", "?")]
)
def test_what_cannot_be_meant_is_a_usage_error(words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        run(arguments(*words))


def table(cluster: str, *names: str, **changes: Any) -> ResourceTable:
    rows = {
        ("shop", name): TableRow("shop", name, name, "", (name, "Running", number))
        for number, name in enumerate(names)
    }
    made = ResourceTable(cluster, TopicState.FRESH, kind=PODS, columns=COLUMNS, rows=rows)
    return replace(made, **changes)


FORBIDDEN = ResourceTable("c", TopicState.FORBIDDEN, "no")


@pytest.mark.parametrize(
    ("tables", "gaps", "status"),
    [
        ([table("a")], {}, ExitCode.DONE),
        ([ResourceTable("a", TopicState.ABSENT)], {}, ExitCode.DONE),
        ([table("a"), FORBIDDEN], {"c": ["forbidden"]}, ExitCode.INCOMPLETE),
        ([FORBIDDEN], {"c": ["forbidden"]}, ExitCode.NO_CLUSTER),
        ([table("a", unread={"x": "no"})], {"a": ["namespace x not read"]}, ExitCode.INCOMPLETE),
        ([table("a", undecodable=2)], {"a": ["2 not understood"]}, ExitCode.INCOMPLETE),
        ([ResourceTable("a", TopicState.PENDING)], {"a": ["pending"]}, ExitCode.NO_CLUSTER),
        ([table("a", state=TopicState.STALE)], {"a": ["stale"]}, ExitCode.INCOMPLETE),
    ],
)
def test_what_was_not_read_decides_the_status(
    tables: list[ResourceTable], gaps: dict[str, list[str]], status: ExitCode
) -> None:
    found = {one.cluster: one for one in tables}
    assert gaps_of(found) == gaps
    assert status_of(found, gaps, allow_partial=False) is status
    partial = ExitCode.DONE if status is ExitCode.INCOMPLETE else status
    assert status_of(found, gaps, allow_partial=True) is partial


def test_rows_are_filtered_and_sorted_and_counted() -> None:
    tables = {"a": table("a", "web", "db", "web-2"), "c": FORBIDDEN}
    listed = listed_of(Asked("pods", filter="name:web"), "pods", tables, NOW, "-restarts")
    assert [row.cells["name"].text for row in listed.rows] == ["web-2", "web"]
    assert listed.summary == "2 of 3  in 1 of 2 clusters"
    assert [line.text for line in listed.notes] == ["⊘ c  forbidden: no"]
    for wrong in (("[", ""), ("", "nosuch")):
        with pytest.raises(UsageError):
            listed_of(Asked("pods", filter=f"/{wrong[0]}/"), "pods", tables, NOW, wrong[1] or "x")
