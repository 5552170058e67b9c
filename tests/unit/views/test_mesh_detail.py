"""Both sides of one tunnel: every row of the demo, and what is odd."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.engine import analyse
from mckconsole.analysis.memory import AnalysisMemory
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.metrics import MetricState, MetricVector, Sample
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import TopicState
from mckconsole.views.detail import Block, Card, Detail, FindingTarget, Line, ObjectTarget
from mckconsole.views.explain import duration, moment, since_words
from mckconsole.views.mesh_detail import link_detail, link_object
from mckconsole.views.panes import MESH
from mckconsole.views.spec import Role
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, connection, gateway, sample, vector
from tests.unit.views.documents import (
    PING,
    assert_sound,
    asymmetric,
    demo,
    demo_analysis,
    evidence_of,
    lines_of,
    row_id,
    shown_evidence,
    source_words,
    text_of,
)

DEMO_ROWS = {row.id: row for row in MESH.rows(demo(), demo_analysis())}


def document(fleet: FleetSnapshot, source: str, target: str) -> Detail:
    analysis = analyse(fleet)
    found = link_detail(fleet, analysis, row_id(analysis, source, target))
    assert found
    assert_sound(fleet, analysis, found)
    return found


def block(detail: Detail, heading: str) -> Block:
    (found,) = [one for one in detail.blocks if one.heading == heading]
    return found


def evidence(detail: Detail) -> tuple[Line, ...]:
    return block(detail, "Evidence").lines


def facts(card: Card) -> dict[str, str]:
    """The lines of a card by their label."""
    return {line.spans[0].text.strip(): line.text[10:] for line in card.lines}


@pytest.mark.parametrize("row_id", DEMO_ROWS)
def test_every_tunnel_of_the_demo_has_a_sound_document(row_id: str) -> None:
    fleet, analysis = demo(), demo_analysis()
    detail = link_detail(fleet, analysis, row_id)
    assert detail
    assert_sound(fleet, analysis, detail)
    row = DEMO_ROWS[row_id]
    assert detail.title == f"{row.cells['from'].text} ⇄ {row.cells['to'].text}"
    first = detail.blocks[0].cards[0]
    assert first.title == f"{row.cells['from'].text} → {row.cells['to'].text}"
    assert first.note == row.cells["state"].text
    assert set(row.finding_ids) <= shown_evidence(detail, fleet, analysis)
    shown = {line.target.id for line in block(detail, "Findings").lines
             if isinstance(line.target, FindingTarget)}  # fmt: skip
    assert set(row.finding_ids) <= shown


@pytest.mark.parametrize("row_id", DEMO_ROWS)
def test_every_observation_of_an_object_opens_it(row_id: str) -> None:
    detail = link_detail(demo(), demo_analysis(), row_id)
    assert detail
    link = next(one for one in demo_analysis().mesh.links if str(one.key) == row_id)
    found = evidence_of(detail)
    for one in link.evidence:
        wanted = ObjectTarget(one.cluster, one.object) if one.object else None
        (line,) = [
            line
            for line in found[source_words(one)]
            if line.text == f"    {one.path} = {one.value}"
        ]
        assert line.target == wanted


def test_an_asymmetric_tunnel() -> None:
    detail = document(asymmetric(), "east", "south")
    assert detail.words == "✖ ASYMMETRIC critical"
    assert detail.role is Role.CRITICAL
    down, back = detail.blocks[0].cards
    assert (down.title, down.note, down.role) == ("east → south", "✖ down", Role.CRITICAL)
    assert facts(down) == {
        "gateway": "east-gw-1  active",
        "heartbeat": "3 s old, read 0 s ago",
        "peer": "south-gw-1",
        "driver": "libreswan  NAT yes",
        "address": "203.0.113.30",
        "pings": "10.30.0.1",
        "RTT": "last 22 ms, frozen",
        "rx / tx": "? no Prometheus endpoint covers this cluster",
        "nodes": "no route agent judges it",
        "since": "before the first look",
        "reason": PING,
        "version": "v0.20.0",
    }
    assert list(facts(down))[:7] == [  # what takes one row first: both sides can be compared
        "since", "RTT", "rx / tx", "nodes", "heartbeat", "reason", "gateway",
    ]  # fmt: skip
    assert facts(back)["RTT"] == "22 ms avg"
    assert facts(back)["RTT range"] == "18 ms … 60 ms"
    assert facts(back)["nodes"].startswith("? routeagents forbidden")
    verdict = [line.text for line in block(detail, "Verdict").lines]
    assert verdict[0].startswith("✖ asymmetric  the tunnel works, east cannot reach")
    assert verdict[2].startswith("1. compare the CNI interface's address on south's gateway")


def test_the_same_tunnel_from_the_other_side_begins_with_that_side() -> None:
    detail = document(asymmetric(), "south", "east")
    assert [card.title for card in detail.blocks[0].cards] == ["south → east", "east → south"]
    assert detail.words.startswith("✖ ASYMMETRIC critical")


def test_steps_stand_once_and_as_they_are_typed() -> None:
    detail = document(asymmetric(), "east", "south")
    steps = [line.text for line in block(detail, "What to do").lines]
    assert steps == [
        "1. kubectl --context ctx-east -n submariner-operator get gateways.submariner.io "
        "east-gw-1 -o yaml",
        "2. subctl show connections --context ctx-east",
    ]
    hints = [line.text[3:] for line in block(detail, "Verdict").lines]
    assert not {step[3:] for step in steps} & set(hints)


def test_each_side_of_the_evidence_stands_as_its_own_word() -> None:
    detail = document(asymmetric(), "east", "south")
    sources = [line for line in evidence(detail) if not line.note]
    roles = {line.text.split()[1]: line.spans[0].role for line in sources}
    assert roles == {"east": Role.CRITICAL, "south": Role.OK}


def test_a_tunnel_without_a_finding_says_so() -> None:
    detail = document(asymmetric(), "east", "west")
    assert detail.words == "● UP"
    assert block(detail, "Findings").lines[0].text == "none about this tunnel"
    assert "nothing" in block(detail, "What to do").lines[0].text


def test_a_peer_that_is_not_in_the_fleet() -> None:
    detail = document(asymmetric(), "east", "north")
    card = detail.blocks[0].cards[1]
    assert card.title == "north → east"
    assert facts(card)["cluster"] == "? not in this fleet, so nobody can read its side"
    assert "? never measured" in facts(detail.blocks[0].cards[0])["RTT"]
    assert link_object(asymmetric(), analyse(asymmetric()), "submariner north east") is None


def test_a_gateway_whose_cluster_was_lost_is_as_old_as_it_is() -> None:
    lost = build.cluster(
        "east",
        [gateway("east", connection("west"), now=NOW - 840)],
        states={"gateways": TopicState.STALE},
        as_of=NOW - 840,
    )
    fleet = build.fleet(lost, build.cluster("west", build.member("west", "east")))
    card = document(fleet, "east", "west").blocks[0].cards[0]
    assert facts(card)["heartbeat"] == "3 s old, read 14 m ago"
    assert "gateways stale" in facts(card)["reason"]


def test_a_cluster_that_never_answered() -> None:
    fleet = build.fleet(
        build.unreachable("east"), build.cluster("west", build.member("west", "east"))
    )
    detail = document(fleet, "west", "east")
    silent = detail.blocks[0].cards[1]
    assert silent.note == "? unknown"
    assert facts(silent)["gateway"] == "? cannot be read"
    assert facts(silent)["reason"] == "unreachable: timeout"


def test_what_metrics_add() -> None:
    def told(value: float, status: str = "") -> MetricVector:
        ends = {"local_cluster": "east", "remote_cluster": "west"}
        return vector(Sample({**ends, "status": status}, value, NOW - 5))

    metrics = {
        "submariner-rx-growth": told(0),
        "submariner-tx-growth": told(930_000),
        "submariner-connections": told(1, "connected"),
        "submariner-requested-connections": told(1, "error"),
    }
    fleet = build.fleet(
        build.cluster("east", build.member("east", "west"), metrics=metrics),
        build.cluster("west", build.member("west", "east")),
    )
    card = facts(document(fleet, "east", "west").blocks[0].cards[0])
    assert card["rx / tx"] == "0 B/s / 3.1 KB/s (5 m)"
    assert card["metrics"] == "operator error, driver connected"


@pytest.mark.parametrize(
    ("vectors", "words"),
    [
        ({}, "? no Prometheus endpoint covers this cluster"),
        ({"submariner-rx-growth": vector()}, "? no current series for this tunnel"),
        ({"submariner-rx-growth": vector(state=MetricState.FAILED, reason="502")}, "? 502"),
        (
            {"submariner-rx-growth": vector(sample(300, age=600, remote_cluster="west"))},
            "? no current series for this tunnel",
        ),
        (
            {"submariner-rx-growth": vector(sample(float("nan"), remote_cluster="west"))},
            "? no current series for this tunnel",
        ),
    ],
)
def test_traffic_that_is_not_known_says_why(vectors: dict[str, MetricVector], words: str) -> None:
    east = build.cluster("east", build.member("east", "west"), metrics=vectors)
    fleet = build.fleet(east, build.cluster("west", build.member("west", "east")))
    assert facts(document(fleet, "east", "west").blocks[0].cards[0])["rx / tx"] == words


@pytest.mark.parametrize(
    ("agents", "words"),
    [
        ([("n1", "error"), ("n2", "connected"), ("n3", "connected")], "▲ 1 of 3 cut off"),
        ([("n1", "error"), ("n2", "error"), ("n3", "connected")], "✖ 2 of 3 cut off"),
        ([("n1", "connected"), ("n2", "connected")], "● all 2 reach it"),
        ([], "no route agent judges it"),
    ],
)
def test_what_the_nodes_say(agents: list[tuple[str, str]], words: str) -> None:
    docs = [build.route_agent(node, "west", status) for node, status in agents]
    east = build.cluster("east", build.member("east", "west", extra=docs))
    fleet = build.fleet(east, build.cluster("west", build.member("west", "east")))
    assert facts(document(fleet, "east", "west").blocks[0].cards[0])["nodes"] == words


def cilium(*values: float, copy: float | None = None, measured: bool = True) -> FleetSnapshot:
    """Two members; east's agents report `values`."""
    metrics = {"cilium-readiness": vector(*build.readiness("west", *values))} if measured else {}
    if copy is not None:
        metrics["kvstoremesh-readiness"] = vector(*build.readiness("west", copy))
    back = {"cilium-readiness": vector(*build.readiness("east", 1))}
    return build.fleet(
        build.cluster("east", [build.cilium_config("east", 1), build.apiserver()], metrics=metrics),
        build.cluster("west", [build.cilium_config("west", 2), build.apiserver()], metrics=back),
    )


@pytest.mark.parametrize(
    ("fleet", "agents", "copy"),
    [
        (cilium(1, 1, copy=1), "● 2 of 2 ready", "● KVStoreMesh reaches it"),
        (cilium(1, 1, copy=0), "● 2 of 2 ready", "▲ KVStoreMesh cannot reach it"),
        (cilium(0, 1, 1), "▲ 2 of 3 ready", "? KVStoreMesh runs; no metric says how it stands"),
        (cilium(0, 0, 1), "✖ 1 of 3 ready", "? KVStoreMesh runs; no metric says how it stands"),
    ],
)
def test_a_cilium_link(fleet: FleetSnapshot, agents: str, copy: str) -> None:
    card = facts(document(fleet, "east", "west").blocks[0].cards[0])
    assert (card["agents"], card["copy"]) == (agents, copy)
    assert card["object"] == "Deployment kube-system/clustermesh-apiserver"
    assert card["RTT"] == "? never measured"


def test_a_cilium_link_that_nothing_measures() -> None:
    card = facts(document(cilium(measured=False), "east", "west").blocks[0].cards[0])
    assert card["agents"].startswith("? Cilium keeps no link state in the Kubernetes API")


def test_a_cilium_link_whose_samples_are_old() -> None:
    old = {"cilium-readiness": vector(*build.readiness("west", 1, 1, age=600))}
    docs = [build.cilium_config("east", 1), build.apiserver()]
    fleet = build.fleet(
        build.cluster("east", docs, metrics=old),
        build.cluster("west", [build.cilium_config("west", 2), build.apiserver()]),
    )
    card = document(fleet, "east", "west").blocks[0].cards[0]
    assert card.note == "~ stale"
    assert facts(card)["agents"] == "? no current sample"
    assert facts(card)["last said"] == "up"


def test_two_families_over_one_cable_are_two_tunnels() -> None:
    connections = [connection("west"), connection("west", "error", using_ip="2001:db8::1")]
    fleet = build.fleet(
        build.cluster("east", [gateway("east", *connections)]),
        build.cluster("west", build.member("west", "east")),
    )
    analysis = analyse(fleet)
    addresses = {}
    for link in analysis.mesh.links:
        if link.key.source == "east":
            detail = link_detail(fleet, analysis, str(link.key))
            assert detail
            addresses[link.key.family] = facts(detail.blocks[0].cards[0])["address"]
    assert addresses == {"ipv4": "203.0.113.20", "ipv6": "2001:db8::1"}


def test_the_gateway_of_a_card_is_the_one_that_speaks() -> None:
    passive = gateway("east", host="a-passive-one", ha="passive")
    east = build.cluster("east", [passive, *build.member("east", "west")])
    fleet = build.fleet(east, build.cluster("west", build.member("west", "east")))
    card = document(fleet, "east", "west").blocks[0].cards[0]
    assert facts(card)["gateway"] == "east-gw-1  active"


def test_nothing_is_shown_twice_as_evidence() -> None:
    detail = document(asymmetric(), "east", "south")
    found = evidence_of(detail)
    for lines in found.values():
        assert len(lines) == len(set(lines))
    total = sum(map(len, found.values()))
    assert block(detail, "Evidence").note == f"{total} observations"


def test_the_object_behind_a_row_is_the_gateway_of_its_source() -> None:
    fleet = asymmetric()
    analysis = analyse(fleet)
    ref = ObjectRef("submariner.io/v1", "Gateway", build.OPERATOR, "east-gw-1")
    wanted = row_id(analysis, "east", "south")
    assert link_object(fleet, analysis, wanted) == ObjectTarget("east", ref)
    assert link_object(fleet, analysis, "nothing") is None
    assert link_detail(fleet, analysis, "nothing") is None


def test_ages_are_told_by_the_servers_clock() -> None:
    detail = document(asymmetric(clock_offset=7.0), "east", "south")
    found = evidence_of(detail).items()
    ages = {line.note for source, lines in found if source.startswith("east ") for line in lines}
    assert ages == {"7 s ago"}


def test_the_trend_of_round_trips_is_remembered_while_watching() -> None:
    memory = AnalysisMemory()
    for number, average in enumerate(("20ms", "20ms", "80ms")):
        now = NOW + 10 * number
        rtt: build.Doc = {**build.RTT, "average": average}
        east = gateway("east", connection("west", rtt=rtt), now=now)
        fleet = build.fleet(
            build.cluster("east", [east, build.endpoint("west")], as_of=now),
            build.cluster("west", build.member("west", "east"), as_of=now),
            taken_at=now,
        )
        analysis = analyse(fleet, memory=memory)
        memory = analysis.memory
        again = analyse(fleet, memory=memory)  # the same sample is no new one
        assert [one.trend for one in again.mesh.links] == [one.trend for one in analysis.mesh.links]
    wanted = row_id(analysis, "east", "west")
    (row,) = [row for row in MESH.rows(fleet, analysis) if row.id == wanted]
    assert row.cells["rtt"].text == "80 ms ▁▁█"
    assert row.cells["rtt"].value == pytest.approx(0.08)
    detail = link_detail(fleet, analysis, wanted)
    assert detail
    assert "80 ms avg  ▁▁█" in text_of(detail)


def test_only_so_many_round_trips_are_remembered() -> None:
    memory = AnalysisMemory()
    for number in range(40):
        now = NOW + 10 * number
        fleet = build.fleet(
            build.cluster("east", [gateway("east", connection("west"), now=now)], as_of=now),
            taken_at=now,
        )
        memory = analyse(fleet, memory=memory).memory
    assert {len(held.rtts) for held in memory.mesh.links.values()} == {16, 0}


def test_hostile_text_stays_on_its_line() -> None:
    evil = "[@click=app.quit]x[/] \x1b]52;c;AAAA\x07 \u202e" + "é" * 5000
    east = gateway("east", connection("west", "error", message=evil))
    fleet = build.fleet(
        build.cluster("east", [east]), build.cluster("west", build.member("west", "east"))
    )
    text = text_of(document(fleet, "east", "west"))
    assert not set("\x1b\x07\u202e") & set(text)
    assert "[@click=app.quit]x[/]" in text
    assert max(len(line.text) for line in lines_of(document(fleet, "east", "west"))) < 2000


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.9, "59 s"), (192, "3 m 12 s"), (3600, "1 h"), (7505, "2 h 5 m"),
     (273_700, "3 d 4 h"), (-5, "0 s")],
)  # fmt: skip
def test_spans_have_two_units(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_moment_of_another_day_has_its_date() -> None:
    assert moment(NOW - 10, NOW) == "14:13:10Z"
    assert moment(NOW - 86_400, NOW).startswith("2026-09-20T")
    assert since_words(NOW - 192, NOW) == " since 14:10:08Z (3 m 12 s)"
    assert since_words(None, NOW) == ""


def test_a_state_that_was_seen_to_begin_says_when() -> None:
    fleet = asymmetric()
    analysis = analyse(fleet)
    links = tuple(replace(one, since=NOW - 192) for one in analysis.mesh.links)
    pairs = tuple(
        replace(one, forward=replace(one.forward, since=NOW - 192)) for one in analysis.mesh.pairs
    )
    later = replace(analysis, mesh=replace(analysis.mesh, links=links, pairs=pairs))
    detail = link_detail(fleet, later, row_id(later, "east", "south"))
    assert detail
    assert detail.words == "✖ ASYMMETRIC critical since 14:10:08Z (3 m 12 s)"
