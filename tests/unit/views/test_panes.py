"""What the panes say, cell by cell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mckconsole.analysis.certificates import topics as certificate_topics
from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.failover import unread
from mckconsole.analysis.secrets import topics as secrets_topics
from mckconsole.analysis.versions import (
    addon_sightings,
    apitraces,
    crds,
    kernels,
    observed,
    references,
)
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.kinds_audit import AUDIT_KINDS
from mckconsole.domain.kinds_checklist import CHECKLIST_KINDS
from mckconsole.domain.kinds_upgrade import UPGRADE_KINDS
from mckconsole.domain.metrics import QUERIES
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.domain.waivers import Waiver, Waivers
from mckconsole.views import cells, checklist_spec, versions_spec
from mckconsole.views.cluster_detail import cluster_detail
from mckconsole.views.panes import CONSOLE_QUERIES, CONSOLE_TOPICS, PANES, find_pane
from mckconsole.views.spec import GLYPHS, Cell, PaneSpec, Role, Row
from tests.unit.analysis import build
from tests.unit.analysis.build import ZERO_RTT, connection, gateway
from tests.unit.analysis.timeline import happened
from tests.unit.views import fleetchecklist, fleetidentity, fleetsecrets, fleetversions
from tests.unit.views.fleetservices import broken, healthy, report, seen

FLEET, MESH, SERVICES, IDENTITY, SECRETS, VERSIONS, CHECKLIST, TIMELINE, RESOURCES = PANES
EVERY = (*PANES, *(one for pane in PANES for one in pane.groupings))


def incident() -> FleetSnapshot:
    """East is well with west, cannot ping south, never verified north."""
    ping = 'Failed to successfully ping the remote endpoint IP "10.30.0.1"'
    east = gateway(
        "east",
        connection("west"),
        connection("south", "error", message=ping),
        connection("north", rtt=ZERO_RTT),
    )
    peers = [build.endpoint(name) for name in ("east", "west", "south", "north")]
    return build.fleet(
        build.cluster("east", [east, *peers], warnings=("TLS verification off",)),
        build.cluster("west", build.member("west", "east", "south", "north")),
        build.cluster(
            "south",
            build.member("south", "east", "west"),
            states={"routeagents": TopicState.FORBIDDEN},
        ),
        build.unreachable("dead"),
    )


def found_of(pane: PaneSpec) -> tuple[FleetSnapshot, Analysis]:
    """A fleet with rows for the pane."""
    if pane is SERVICES:
        return seen(report(broken(), healthy()))
    if pane.name == IDENTITY.name:
        return fleetidentity.seen(fleetidentity.some())
    if pane.name == SECRETS.name:
        return fleetsecrets.seen(fleetsecrets.some(), fleetsecrets.issued())
    if pane.name == VERSIONS.name:
        return fleetversions.seen(fleetversions.some(), fleetversions.plan())
    if pane.name == CHECKLIST.name:
        return fleetchecklist.seen()
    if pane is TIMELINE:
        found = build.fleet(build.cluster("east", [happened.event()]))
        return found, analyse(found)
    return incident(), analyse(incident())


def table(pane: PaneSpec, fleet: FleetSnapshot) -> tuple[dict[str, Row], Analysis]:
    analysis = analyse(fleet)
    return {row.id: row for row in pane.rows(fleet, analysis)}, analysis


def mesh_row(fleet: FleetSnapshot, source: str, target: str) -> Row:
    rows, _ = table(MESH, fleet)
    (row,) = [
        row
        for row in rows.values()
        if (row.cells["from"].text, row.cells["to"].text) == (source, target)
    ]
    return row


def texts(row: Row) -> dict[str, str]:
    return {name: cell.text for name, cell in row.cells.items()}


@pytest.mark.parametrize("pane", EVERY, ids=lambda pane: pane.title)
def test_a_pane_names_only_what_exists_and_keeps_its_first_columns(pane: PaneSpec) -> None:
    assert set(pane.topics) <= set(BY_TOPIC)
    assert set(pane.queries) <= {query.id for query in QUERIES}
    assert len({column.id for column in pane.columns}) == len(pane.columns)
    assert any(column.priority == 0 for column in pane.columns)
    assert pane.help.endswith(".")
    assert all(column.help and column.title.isupper() for column in pane.columns)
    assert not any(column.cluster for column in pane.columns)


def test_names_keys_and_aliases_are_unique() -> None:
    words = [word for pane in PANES for word in (pane.name, pane.key, *pane.aliases)]
    assert len(words) == len(set(words))
    for pane in PANES:
        for word in (pane.name, pane.key, *pane.aliases):
            assert find_pane(word) is pane
            assert find_pane(f" {word.upper()} ") is pane
    assert find_pane("nothing") is None


def test_a_grouping_with_a_name_of_its_own_is_found_by_it() -> None:
    named = [(word, one) for pane in PANES for one in pane.groupings for word in one.words]
    assert [word for word, _ in named] == ["certs", "certificates", "plan"]
    taken = {word for pane in PANES for word in (pane.name, pane.key, *pane.aliases)}
    for word, grouping in named:
        assert word not in taken
        assert find_pane(word) is grouping


def test_the_secrets_pane_reads_what_is_looked_at_and_what_the_audit_needs() -> None:
    assert {*secrets_topics.TOPICS, *certificate_topics.TOPICS} <= set(SECRETS.topics)
    assert {kind.topic for kind in AUDIT_KINDS} <= set(SECRETS.topics)
    assert set(SECRETS.topics) <= set(FLEET.topics)


def test_the_versions_pane_reads_what_its_analysis_looks_at() -> None:
    looked_at = (
        observed.TOPICS,
        kernels.TOPICS,
        addon_sightings.TOPICS,
        apitraces.TRACE_TOPICS,
        references.REFERENCE_TOPICS,
        (crds.TOPIC,),
    )
    for topics in looked_at:
        assert set(topics) <= set(versions_spec.TOPICS)
    assert {kind.topic for kind in UPGRADE_KINDS} <= set(versions_spec.TOPICS)
    assert {apitraces.REQUESTED, apitraces.SCRAPED} <= set(versions_spec.QUERIES)
    for topics in (SERVICES.topics, unread.TOPICS, certificate_topics.TOPICS):
        assert set(topics) <= set(VERSIONS.topics), "the plan rests on these"
    assert set(SERVICES.queries) <= set(VERSIONS.queries)


def test_the_checklist_and_the_overview_read_everything() -> None:
    judged = set(BY_TOPIC) - {"events"}
    assert judged == set(CHECKLIST.topics) == set(FLEET.topics)
    assert set(BY_TOPIC) == set(CONSOLE_TOPICS)
    every = {query.id for query in QUERIES}
    assert every == set(CHECKLIST.queries) == set(FLEET.queries) == set(CONSOLE_QUERIES)


@pytest.mark.parametrize("pane", PANES, ids=lambda pane: pane.title)
def test_groupings_read_what_their_pane_reads(pane: PaneSpec) -> None:
    for one in pane.groupings:
        assert (one.topics, one.queries) == (pane.topics, pane.queries)


@pytest.mark.parametrize(
    "pane", [one for one in EVERY if not one.asked], ids=lambda pane: pane.title
)
def test_every_row_fills_every_column_in_one_line(pane: PaneSpec) -> None:
    fleet, analysis = found_of(pane)
    rows = pane.rows(fleet, analysis)
    known = {finding.id for finding in analysis.findings}
    assert rows
    for row in rows:
        assert set(row.cells) == {column.id for column in pane.columns_of(fleet, analysis)}
        assert all(cell.text and "\n" not in cell.text for cell in row.cells.values())
        assert set(row.finding_ids) <= known


def test_a_glyph_never_stands_without_a_word() -> None:
    for pane in EVERY:
        for row in pane.rows(*found_of(pane)):
            for cell in row.cells.values():
                assert cell.text not in GLYPHS.values()


def test_a_tunnel_that_is_up() -> None:
    row = mesh_row(incident(), "east", "west")
    assert texts(row) == {
        "from": "east",
        "to": "west",
        "state": "● up",
        "rtt": "22 ms",
        "since": "–",
        "driver": "libreswan",
        "pair": "● up",
        "family": "ipv4",
        "reason": "connected, answers pings",
    }
    assert row.cells["rtt"].value == pytest.approx(0.022)
    assert row.finding_ids == ()


def test_a_tunnel_that_is_down_one_way() -> None:
    down, degraded = mesh_row(incident(), "east", "south"), mesh_row(incident(), "south", "east")
    assert down.cells["state"] == Cell("✖ down", Role.CRITICAL, "down")
    assert down.cells["rtt"] == Cell("last 22 ms", Role.DIM, None)
    assert down.cells["pair"].text == "✖ asymmetric"
    assert degraded.cells["state"].text == "✖ degraded"
    assert down.finding_ids == degraded.finding_ids != ()


def test_a_tunnel_that_nothing_measured() -> None:
    row = mesh_row(incident(), "east", "north")
    assert row.cells["state"] == Cell("▲ unverified", Role.WARN, "unverified")
    assert row.cells["rtt"].text == "–"
    assert row.cells["pair"].text == "? peer view unavailable"
    assert row.cells["to"].role is Role.DIM


def test_the_mesh_is_summed_up_worst_first() -> None:
    fleet = incident()
    line = MESH.summary(fleet, analyse(fleet))
    assert line.startswith("12 tunnel directions  ✖ 1 down  ✖ 1 missing")
    assert line.endswith("● 5 up")


def test_rows_of_the_mesh_are_worst_first() -> None:
    rows, _ = table(MESH, incident())
    states = [row.cells["state"].value for row in rows.values()]
    assert states[0] == "down"
    assert states[-1] == "up"


def test_the_fleet_says_what_it_cannot_see() -> None:
    rows, _ = table(FLEET, incident())
    dead = texts(rows["dead"])
    assert dead["cluster"] == "✖ dead"
    assert dead["state"] == "unreachable: timeout"
    assert {dead[name] for name in ("version", "provider", "nodes", "tunnels")} == {"? unknown"}
    assert dead["findings"] == "? not read"
    assert (dead["age"], dead["latency"]) == ("–", "–")
    assert "forbidden: routeagents" in rows["south"].cells["notes"].text
    assert "TLS verification off" in rows["east"].cells["notes"].text


def test_the_fleet_is_as_bad_as_its_findings() -> None:
    rows, analysis = table(FLEET, incident())
    east = rows["east"]
    assert east.cells["cluster"].text == "✖ east"
    assert east.cells["state"].text == "ready, 1 of 3 tunnels up"
    assert east.cells["findings"].text == "✖1 ▲1"
    assert len(east.finding_ids) == 2
    assert FLEET.summary(incident(), analysis) == "4 clusters  ✖ 1 unreachable  ● 3 ready"


def test_what_somebody_answers_for_does_not_make_the_fleet_bad() -> None:
    critical = Waiver("MESH-*", "net", date(2100, 1, 1), "known", cluster="east")
    everything = analyse(incident(), waivers=Waivers((critical,)))
    rows = {row.id: row for row in FLEET.rows(incident(), everything)}
    assert rows["east"].cells["findings"].text == "none · 2 waived"
    assert rows["east"].cells["findings"].value == 0
    assert rows["east"].cells["cluster"].text == "● east"
    assert len(rows["east"].finding_ids) == 2, "they are there all the same"
    assert rows["dead"].cells["findings"].text == "? not read"
    detail = cluster_detail(incident(), everything, "east", None)
    assert detail is not None
    assert "findings none · 2 waived" in detail.words


def test_a_quiet_cluster_is_quiet() -> None:
    fleet = build.fleet(build.cluster("a", [build.node("n", provider_id="kind://x")]))
    row = table(FLEET, fleet)[0]["a"]
    assert texts(row) == {
        "cluster": "● a",
        "state": "ready",
        "version": "v1.34.2",
        "provider": "kind",
        "nodes": "1/1",
        "latency": "31 ms ▁▂",
        "tunnels": "–",
        "findings": "none",
        "support": "? unknown",
        "age": "0 s",
        "notes": "–",
    }


@pytest.mark.parametrize("state", list(ClusterState))
def test_every_cluster_state_has_a_role_and_a_word(state: ClusterState) -> None:
    fleet = build.fleet(build.cluster("a", state=state, reason="because"))
    row = table(FLEET, fleet)[0]["a"]
    assert row.cells["state"].text == f"{state.value}: because"
    assert row.cells["cluster"].text == f"{GLYPHS[cells.CLUSTER_ROLES[state]]} a"


def test_empty_panes_say_why() -> None:
    nothing = replace(build.fleet(), inventory_problems=("no kubeconfig found",))
    assert "no kubeconfig found" in FLEET.empty(nothing, analyse(nothing))
    quiet = build.fleet(build.cluster("a"))
    assert "Linkerd, Istio and Consul join none of these clusters" in MESH.empty(
        quiet, analyse(quiet)
    )
    dead = build.fleet(build.unreachable("a"))
    assert "could not be read in a: unreachable: timeout" in MESH.empty(dead, analyse(dead))


@pytest.mark.parametrize(
    ("values", "bars"),
    [([], ""), ([0.1], ""), ([0.1, 0.1], "▁▁"), ([0.1, 0.8], "▁█"), ([1] * 20, "▁" * 7)],
)
def test_a_trend_is_flat_where_nothing_changes(values: list[float], bars: str) -> None:
    assert cells.trend(values) == bars


def test_a_mesh_that_was_not_read_is_unknown_in_the_fleet() -> None:
    states = {"gateways": TopicState.FORBIDDEN}
    row = table(FLEET, build.fleet(build.cluster("a", states=states)))[0]["a"]
    assert row.cells["tunnels"].text == "? unknown"


def test_what_nobody_asked_for_is_no_unknown() -> None:
    only_nodes = replace(build.cluster("a"), topics={"nodes": build.cluster("a").topic("nodes")})
    fleet = build.fleet(only_nodes)
    rows, analysis = table(FLEET, fleet)
    assert analysis.unknowns == ()
    assert rows["a"].cells["tunnels"].text == "? unknown"


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        (ClusterState.FORBIDDEN, "no wanted topic may be read", "forbidden: no wanted topic"),
        (ClusterState.CONNECTING, "connecting", "connecting"),
    ],
)
def test_no_findings_are_not_none_where_nothing_was_judged(
    state: ClusterState, reason: str, words: str
) -> None:
    dead = replace(build.unreachable("dead"), state=state, reason=reason)
    row = table(FLEET, build.fleet(dead))[0]["dead"]
    assert row.cells["findings"].text == "? not read"
    assert row.cells["state"].text.startswith(words)
    assert row.cells["state"].text.count("connecting") <= 1


def test_the_checklist_names_what_is_read_for_it_alone() -> None:
    assert tuple(kind.topic for kind in CHECKLIST_KINDS) == checklist_spec.TOPICS
