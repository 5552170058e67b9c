"""What the services pane says, cell by cell, and what a change of one service costs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from mckconsole.analysis.services.model import (
    Dialect,
    Export,
    FleetService,
    Part,
    ServicesReport,
    ServiceState,
)
from mckconsole.domain.findings import Severity, Unknown
from mckconsole.report import export, jsonout, table
from mckconsole.report.document import build
from mckconsole.views import services
from mckconsole.views.filter import complete_filter, parse_filter
from mckconsole.views.panes import SERVICES
from mckconsole.views.services_columns import column_ids
from mckconsole.views.sort import parse_sort, sort_rows
from mckconsole.views.spec import Cell, Role, Row
from tests.unit.views.fleetservices import (
    broken,
    exporter,
    finding,
    fleet_service,
    healthy,
    importer,
    ref,
    report,
    seen,
    unread,
)


def row_of(service: FleetService) -> Row:
    (row,) = services.rows(*seen(report(service)))
    return row


def text_of(row: Row, *columns: str) -> tuple[str, ...]:
    return tuple(row.cells[column].text for column in columns)


def test_a_broken_service() -> None:
    row = row_of(broken())
    assert text_of(row, "service", "namespace", "state") == ("checkout", "shop", "✖ broken")
    assert text_of(row, "east", "west", "south", "north") == (
        "✖ exp 0/2", "● exp 2/2", "○ imp 2/2", "⊘ forbidden",
    )  # fmt: skip
    assert row.cells["clusters"] == Cell("✖ east  ●2  ⊘1", Role.CRITICAL, 3)
    assert row.cells["ready"] == Cell("2/4", Role.WARN, "2/4")
    assert text_of(row, "exported", "imported", "dialects") == ("2", "1", "lighthouse")
    assert row.cells["reason"].text == "the export has no ready endpoint"
    assert row.cells["east"].value == "exports 0/2"
    assert row.cells["north"].value == "unknown"
    assert row.finding_ids == (broken().findings[0].id,)
    assert row.namespace == "shop"
    assert row.problem
    assert set(row.clusters) == {"east", "west", "south", "north"}


def test_no_export_is_a_warning_only_where_all_was_read() -> None:
    taken = importer("north", "east")
    known, doubtful = row_of(fleet_service(taken)), row_of(fleet_service(taken, unread("east")))
    assert known.cells["exported"] == Cell("0", Role.WARN, 0)
    assert doubtful.cells["exported"] == Cell("0 ?", Role.UNKNOWN, 0)


def test_a_hub_has_no_endpoints_that_could_be_ready() -> None:
    offer = Export(Dialect.KARMADA, ref("MultiClusterService"), None)
    hub = Part("east", exports=(offer,))
    assert text_of(row_of(fleet_service(hub)), "ready", "exported") == ("–", "1")
    member = exporter("west", 2, 3)
    assert text_of(row_of(fleet_service(hub, member)), "ready", "exported") == ("2/3", "2")


def test_a_service_that_is_well() -> None:
    row = row_of(healthy())
    assert text_of(row, "state", "clusters", "east", "west") == (
        "● ok", "● all 2", "● exp 2/2", "○ imp 2/2",
    )  # fmt: skip
    assert set(row.cells) == {one.id for one in SERVICES.columns} | {"east", "west"}
    assert not row.problem


@pytest.mark.parametrize(
    ("part", "severity", "text", "role"),
    [
        (exporter("east", 1, 3), None, "● exp 1/3", Role.OK),
        (exporter("east", 0, 3), None, "▲ exp 0/3", Role.WARN),
        (exporter("east", 3, 3), Severity.CRITICAL, "✖ exp 3/3", Role.CRITICAL),
        (exporter("east", 3, 3), Severity.LOW, "▲ exp 3/3", Role.WARN),
        (exporter("east", 3, 3), Severity.INFO, "● exp 3/3", Role.OK),
        (changed(exporter("east"), backends=None), None, "? exp ?", Role.UNKNOWN),
        (changed(exporter("east"), unknown=("x: stale",)), None, "? exp 2/2", Role.UNKNOWN),
        (changed(exporter("east"), service=None, backends=None), Severity.HIGH,
         "✖ exp no svc", Role.CRITICAL),
        (importer("east", "west", 0, 2), None, "▲ imp 0/2", Role.WARN),
        (changed(importer("east", "west"), remote=()), None, "○ imp", Role.OK),
        (changed(exporter("east"), exports=()), None, "· svc", Role.DIM),
        (unread("east", "services: stale for 3 m"), None, "~ stale", Role.STALE),
        (unread("east", "connecting: wait"), None, "◌ connecting", Role.CONNECTING),
        (unread("east", "nobody knows"), None, "? unread", Role.UNKNOWN),
    ],
)  # fmt: skip
def test_a_part_in_a_cell(part: object, severity: Severity | None, text: str, role: Role) -> None:
    found = (finding("east", severity=severity),) if severity else ()
    row = row_of(fleet_service(part, findings=found))  # type: ignore[arg-type]
    assert (row.cells["east"].text, row.cells["east"].role) == (text, role)


def test_a_cluster_that_has_no_part_although_it_should() -> None:
    found = finding("west", title="not imported: there is no namespace shop", severity=Severity.LOW)
    other = finding("south", severity=Severity.INFO)
    service = fleet_service(exporter("east"), Part("north"), findings=(found, other))
    row = row_of(fleet_service(exporter("east"), unread("north"), findings=(found,)))
    assert text_of(row, "east", "north") == ("● exp 2/2", "⊘ forbidden")
    assert row.cells["clusters"] == Cell("▲ west  ●1  ⊘1", Role.WARN, 1)
    assert row.clusters == ("east", "north", "west")
    fleet, analysis = seen(report(service, healthy()))
    (row, _) = services.rows(fleet, analysis)
    assert text_of(row, "west", "north") == ("▲ no part", "·")


def test_signs_are_counted_once() -> None:
    odd = changed(exporter("east"), unknown=("x: stale",))
    row = row_of(fleet_service(importer("west", "east"), odd, unread("north", "nobody knows")))
    assert row.cells["clusters"].text == "? east  ●1  ?1"
    bad = fleet_service(exporter("south"), odd, unread("north", "?"), findings=(finding("south"),))
    assert row_of(bad).cells["clusters"].text == "✖ south  ?2"


def test_clusters_without_any_part_have_no_column() -> None:
    fleet, analysis = seen(
        report(healthy(), clusters=[f"c{n}" for n in range(38)] + ["west", "east"])
    )
    columns = SERVICES.columns_of(fleet, analysis)
    assert [one.cluster for one in columns if one.cluster] == ["west", "east"]
    assert columns[0].id == "service"
    assert columns[-1].id == "dns"


def test_a_row_is_made_anew_only_for_a_service_that_changed() -> None:
    first, second = healthy("a"), healthy("b")
    before = services.rows(*seen(report(first, second)))
    after = services.rows(*seen(report(first, healthy("b"))))
    assert after[0] is before[0]
    assert after[1] is not before[1]


def test_rows_follow_the_columns() -> None:
    """A cluster that takes part for the first time is a column of every row."""
    first = healthy("a")
    services.rows(*seen(report(first)))
    found = services.rows(*seen(report(first, broken())))
    assert all("north" in row.cells for row in found)


def test_a_cluster_named_like_a_column_has_one_of_its_own() -> None:
    ids = column_ids(("state", "cluster-state", "READY", "a", "dns-name"))
    assert len(set(ids.values())) == 5
    assert ids["a"] == "a"
    assert ids["cluster-state"] == "cluster-state"
    assert not {"state", "READY", "dns-name"} & set(ids.values())


def both() -> ServicesReport:
    return report(broken(), healthy())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("east:exp", ["checkout", "cart"]),
        ("north:forbidden", ["checkout"]),
        ('west="exports 2/2"', ["checkout"]),
        ("!south:imp", ["cart"]),
        ("state:broken", ["checkout"]),
        ("exported>1", ["checkout"]),
    ],
)
def test_filters_know_the_clusters(text: str, names: list[str]) -> None:
    fleet, analysis = seen(both())
    chosen = parse_filter(text, SERVICES.columns_of(fleet, analysis))
    rows = [row for row in services.rows(fleet, analysis) if chosen.matches(row)]
    assert [row.cells["service"].text for row in rows] == names


def test_a_cluster_whose_name_holds_an_operator_can_be_named() -> None:
    name = "arn:aws:eks:eu-west-1:0123:cluster/prod"
    found = fleet_service(exporter(name))
    fleet, analysis = seen(report(found, clusters=[name]))
    columns = SERVICES.columns_of(fleet, analysis)
    (row,) = services.rows(fleet, analysis)
    assert parse_filter(f"{name}:exp", columns).matches(row)
    assert not parse_filter(f"{name}:imp", columns).matches(row)
    plain = parse_filter("arn:aws:iam", columns)
    assert not plain.matches(row)  # words that are searched for, not a column


def test_sorting_and_completion_know_the_clusters() -> None:
    fleet, analysis = seen(both())
    columns = SERVICES.columns_of(fleet, analysis)
    rows = services.rows(fleet, analysis)
    assert "north:" in complete_filter("nor", columns)
    column, reverse = parse_sort("-north", columns)
    assert [row.cells["service"].text for row in sort_rows(rows, column, reverse)] == [
        "checkout", "cart",
    ]  # fmt: skip


def test_every_format_has_the_clusters() -> None:
    fleet, analysis = seen(both())
    document = build(fleet, analysis, [SERVICES])
    pane = jsonout.as_data(document)["panes"]["services"]
    assert pane["columns"][7:11] == ["east", "west", "south", "north"]
    assert pane["rows"][0]["values"]["east"] == "exports 0/2"
    text = table.render(document)
    assert "  east " in text  # a name is written as it is
    columns, rows = SERVICES.columns_of(fleet, analysis), services.rows(fleet, analysis)
    for form in export.FORMATS:
        assert "exp 0/2" in export.export_rows(form, columns, rows, title="Services", at=0.0)


@pytest.mark.parametrize("width", [80, 120, 200])
def test_the_report_drops_clusters_from_the_right(width: int) -> None:
    names = [f"cluster-{n:02}" for n in range(40)]
    found = fleet_service(*(exporter(name) for name in names))
    fleet, analysis = seen(report(found, clusters=names))
    text = table.render(build(fleet, analysis, [SERVICES]), width=width)
    header = next(line for line in text.splitlines() if line.startswith("SERVICE "))
    assert "CLUSTERS" in header
    assert "STATE" in header
    shown = [name for name in names if name in header]
    assert shown == names[: len(shown)]
    assert len(header) <= width


def test_the_pane_is_summed_up_worst_first() -> None:
    fleet, analysis = seen(both())
    assert SERVICES.summary(fleet, analysis) == ("2 services across clusters  ✖ 1 broken  ● 1 ok")


def test_why_there_is_no_service() -> None:
    fleet, analysis = seen(report())
    assert "no service crosses clusters" in SERVICES.empty(fleet, analysis)
    unknown = replace(report(), unknowns=broken().unknowns)
    assert "not read in north: serviceexports: forbidden" in SERVICES.empty(*seen(unknown))
    far = [Unknown("services", f"c{number}", "*", "connecting") for number in range(40)]
    many = replace(report(), unknowns=tuple(far))
    assert "not read in c0 and 39 other clusters: connecting" in SERVICES.empty(*seen(many))


@pytest.mark.parametrize("state", list(ServiceState))
def test_every_state_has_a_sign_and_a_word(state: ServiceState) -> None:
    assert (
        row_of(fleet_service(exporter("east"), state=state))
        .cells["state"]
        .text.endswith(f" {state.value}")
    )
