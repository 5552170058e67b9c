"""The matrix says what the list says, and where to look."""

from __future__ import annotations

import pytest

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import TopicState
from mckconsole.views.detail import LinkTarget
from mckconsole.views.mesh_matrix import MatrixTable, explain_cell, mesh_matrix, tally
from mckconsole.views.panes import MESH
from mckconsole.views.spec import BLANK, GLYPHS, Cell, Role
from tests.unit.analysis import build
from tests.unit.analysis.build import connection, gateway
from tests.unit.views.documents import PING, asymmetric, demo, demo_analysis

MEMBERS = (
    "aws-use1-1", "aws-usw2-1", "gcp-eu-1", "aks-weu-1", "onprem-1", "edge-fra-1", "stage-neu-1",
    "stage-sdc-1",
)  # fmt: skip


def matrix(fleet: FleetSnapshot) -> tuple[MatrixTable, Analysis]:
    analysis = analyse(fleet)
    return mesh_matrix(fleet, analysis, None), analysis


def explained(fleet: FleetSnapshot, row: str, column: str) -> list[str]:
    table, analysis = matrix(fleet)
    return [line.text for line in explain_cell(fleet, analysis, table, row, column)]


def test_rows_and_columns_keep_the_order_of_the_inventory() -> None:
    table = mesh_matrix(demo(), demo_analysis(), None)
    assert table.rows == table.columns == MEMBERS
    assert tuple(one for one in demo().clusters if one in MEMBERS) == MEMBERS
    assert table.outside == frozenset()


def test_every_cell_of_the_demo_is_the_worst_row_of_its_direction() -> None:
    table = mesh_matrix(demo(), demo_analysis(), None)
    rows = list(MESH.rows(demo(), demo_analysis()))
    ways = {(row.cells["from"].text, row.cells["to"].text) for row in rows}
    assert set(table.row_ids) == ways
    for row in reversed(rows):  # worst last
        first = next(one for one in rows if one.clusters == row.clusters)
        cell = table.cells[row.clusters[0], row.clusters[1]]
        assert table.row_ids[row.clusters[0], row.clusters[1]] == first.id
        assert (cell.role, cell.value) == (first.role, first.cells["state"].value)


def test_every_cell_is_filled_and_no_glyph_is_alone() -> None:
    table = mesh_matrix(demo(), demo_analysis(), None)
    assert set(table.cells) == {(row, column) for row in MEMBERS for column in MEMBERS}
    for (row, column), cell in table.cells.items():
        assert cell.text.strip() not in GLYPHS.values()
        assert (cell.text == "·") is (row == column)


@pytest.mark.parametrize(
    ("way", "text"),
    [
        (("aws-use1-1", "aks-weu-1"), "● 92 ms ×2"),
        (("aws-use1-1", "aws-usw2-1"), "● 64 ms"),
        (("aws-use1-1", "onprem-1"), "▲ slow 612 ms ×2"),
        (("gcp-eu-1", "aws-use1-1"), "✖ down ×2"),
        (("aws-use1-1", "gcp-eu-1"), "✖ degraded 88 ms ×2"),
        (("aks-weu-1", "gcp-eu-1"), "✖ down ×3"),
        (("gcp-eu-1", "onprem-1"), "✖ missing ×2"),
        (("aks-weu-1", "onprem-1"), "▲ unverified"),
        (("aws-usw2-1", "gcp-eu-1"), "~ 102 ms 41 s"),
        (("onprem-1", "aws-usw2-1"), "✖ down ×2"),
        (("edge-fra-1", "onprem-1"), "? unknown"),
        (("edge-fra-1", "gcp-eu-1"), "–"),
    ],
)
def test_what_the_cells_of_the_demo_say(way: tuple[str, str], text: str) -> None:
    assert mesh_matrix(demo(), demo_analysis(), None).cells[way].text == text


def test_a_peer_outside_the_fleet_comes_last_and_dimmed() -> None:
    table, _ = matrix(asymmetric())
    assert table.rows == ("east", "west", "south", "north")
    assert table.outside == {"north"}
    assert table.cells["north", "east"] == Cell("? unknown", Role.DIM, "unknown")
    assert table.cells["east", "north"].text == "▲ unverified"
    assert table.cells["south", "north"].text == "✖ missing"


def test_a_scope_keeps_what_starts_or_ends_in_it() -> None:
    table = mesh_matrix(demo(), demo_analysis(), {"gcp-eu-1"})
    assert table.rows == MEMBERS[:5]
    assert all("gcp-eu-1" in way for way in table.row_ids)
    assert ("aws-use1-1", "aks-weu-1") not in table.cells
    lines = explain_cell(demo(), demo_analysis(), table, "aws-use1-1", "aks-weu-1")
    assert lines[0].text.endswith("neither of them is in the scope")


def test_a_scope_outside_the_mesh_is_empty() -> None:
    table = mesh_matrix(asymmetric(), analyse(asymmetric()), {"dead"})
    assert (table.rows, dict(table.cells)) == ((), {})


def test_no_mesh_is_no_matrix() -> None:
    table, _ = matrix(build.fleet(build.cluster("a"), build.cluster("b")))
    assert table.rows == ()


def test_a_tunnel_that_was_never_measured_and_is_stale() -> None:
    east = gateway("east", connection("west", rtt=build.ZERO_RTT), age=41)
    fleet = build.fleet(
        build.cluster("east", [east]), build.cluster("west", build.member("west", "east"))
    )
    assert matrix(fleet)[0].cells["east", "west"].text == "~ stale 41 s"
    lost = gateway("east", connection("west"), age=None)
    fleet = build.fleet(
        build.cluster("east", [lost]), build.cluster("west", build.member("west", "east"))
    )
    assert matrix(fleet)[0].cells["east", "west"].text == "~ stale"


def test_no_direction_is_known_between_strangers() -> None:
    fleet = build.fleet(
        build.cluster("a", build.member("a", "b")),
        build.cluster("b", build.member("b", "a")),
        build.cluster("c", [build.cilium_config("c", 3), build.apiserver()]),
    )
    table, analysis = matrix(fleet)
    assert table.cells["a", "c"] is BLANK
    assert explain_cell(fleet, analysis, table, "a", "c")[0].text == (
        "a → c  no tunnel is known in this direction"
    )


def test_an_asymmetric_direction_is_explained() -> None:
    lines = explained(asymmetric(), "east", "south")
    assert lines == [
        "east → south  ✖ down  last 22 ms",
        f"why        {PING}",
        "way back   ✖ degraded  22 ms  asymmetric: it works in one direction only",
        "first look compare the CNI interface's address on south's gateway with healthCheckIP of "
        "its Endpoint as east holds it",
    ]


def test_the_other_ways_of_standing_are_explained() -> None:
    assert explained(asymmetric(), "east", "west") == [
        "east → west  ● up  22 ms",
        "why        connected, answers pings",
        "way back   ● up  22 ms",
    ]
    assert explained(asymmetric(), "east", "east") == [
        "east → east  a cluster has no tunnel to itself"
    ]
    lines = explained(asymmetric(), "east", "north")
    assert lines[0] == "east → north  ▲ unverified"
    assert lines[2] == "way back   ? unknown"
    assert lines[3].startswith("first look Turn the connection health check on")


def test_the_other_link_of_a_direction_is_named() -> None:
    table = mesh_matrix(demo(), demo_analysis(), None)
    lines = explain_cell(demo(), demo_analysis(), table, "onprem-1", "aws-usw2-1")
    assert "✖ down" in lines[0].text
    assert lines[-1].text == "also       cilium ▲ degraded  3 of 10 agents are not ready"


def test_every_cell_of_the_demo_is_explained_in_a_few_lines() -> None:
    table = mesh_matrix(demo(), demo_analysis(), None)
    for row, column in table.cells:
        lines = explain_cell(demo(), demo_analysis(), table, row, column)
        assert 1 <= len(lines) <= 5
        assert lines[0].text.startswith(f"{row} → {column}  ")
        wanted = table.row_ids.get((row, column))
        assert {line.target for line in lines} == {LinkTarget(wanted) if wanted else None}


def test_a_cluster_whose_mesh_may_not_be_read_is_a_row_of_unknowns() -> None:
    forbidden = {"gateways": TopicState.FORBIDDEN, "submariner-lease": TopicState.FORBIDDEN}
    fleet = build.fleet(
        build.cluster("east", build.member("east", "west"), states=forbidden),
        build.cluster("west", build.member("west", "east")),
    )
    table, _ = matrix(fleet)
    assert table.cells["east", "west"] == Cell("? unknown", Role.UNKNOWN, "unknown")
    assert "gateways forbidden" in explained(fleet, "east", "west")[1]


def test_the_tally_is_worst_first_and_one_group_for_a_sign() -> None:
    rows = MESH.rows(demo(), demo_analysis())
    assert "".join(span.text for span in tally(rows)) == (
        "✖ 5 down, 2 missing, 1 degraded  ▲ 3 degraded, 2 unverified, 2 slow  ~ 4 stale  "
        "? 2 unknown  ● 18 up  39 directions"
    )
    assert [span.text for span in tally(rows[:1])] == ["✖ 1 down", "  ", "1 direction"]
    assert [span.text for span in tally(())] == ["0 directions"]
