"""Cilium Cluster Mesh: members, peers and every state of a link."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.memory import AnalysisMemory
from mckconsole.analysis.mesh.links import Link, LinkState, Verdict
from mckconsole.domain.findings import Severity
from mckconsole.domain.metrics import MetricState, MetricVector, Sample
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.build import (
    NOW,
    Doc,
    apiserver,
    cilium_config,
    readiness,
    sample,
    vector,
)

Metrics = dict[str, MetricVector]


def docs(name: str, number: int) -> list[Doc]:
    return [cilium_config(name, number), apiserver()]


def ready(target: str, *values: float, age: float = 5) -> Metrics:
    return {"cilium-readiness": vector(*readiness(target, *values, age=age))}


def per_target(target: str, *values: float, **labels: str) -> MetricVector:
    named = {"target_cluster": target, **labels}
    return vector(*(Sample(named, value, NOW - 5) for value in values))


def judge(east: Metrics, west: Metrics | None = None) -> Analysis:
    """A mesh of two clusters, named otherwise than in the fleet."""
    return analyse(
        build.fleet(
            build.cluster("fleet-east", docs("east", 1), metrics=east),
            build.cluster("fleet-west", docs("west", 2), metrics=west or ready("east", 1)),
        )
    )


def east_of(analysis: Analysis) -> Link:
    (link,) = [one for one in analysis.mesh.links if one.key.source == "fleet-east"]
    assert link.key.target == "fleet-west"
    return link


@pytest.mark.parametrize(
    ("metrics", "state", "severity", "cause"),
    [
        (ready("west", 1, 1, 1), LinkState.UP, None, ""),
        (ready("west", 1, 1, 0), LinkState.DEGRADED, Severity.MEDIUM, "agents"),
        (ready("west", 1, 0), LinkState.DEGRADED, Severity.MEDIUM, "agents"),
        (ready("west", 1, 0, 0), LinkState.DEGRADED, Severity.CRITICAL, "agents"),
        (ready("west", 0, 0), LinkState.CONNECTING, Severity.INFO, "connecting"),
        (
            {**ready("west", 0, 0), "cilium-last-failure": per_target("west", NOW - 40)},
            LinkState.DOWN,
            Severity.CRITICAL,
            "not-ready",
        ),
        (
            {**ready("west", 0, 0), "cilium-last-failure": per_target("west", 0)},
            LinkState.CONNECTING,
            Severity.INFO,
            "connecting",
        ),
        (
            {**ready("west", 1, 1), "kvstoremesh-readiness": per_target("west", 0)},
            LinkState.DEGRADED,
            Severity.MEDIUM,
            "masked-outage",
        ),
        ({**ready("west", 1), "kvstoremesh-readiness": per_target("west", 1)},
         LinkState.UP, None, ""),
        (
            {**ready("west", 1), "cilium-failures-growth": per_target("west", 3)},
            LinkState.DEGRADED,
            Severity.MEDIUM,
            "failures-rising",
        ),
        ({**ready("west", 1), "cilium-failures-growth": per_target("west", 0)},
         LinkState.UP, None, ""),
        ({**ready("west", 1), "cilium-node-latency": per_target("west", 0.1, 0.2)},
         LinkState.UP, None, ""),
        (
            {**ready("west", 1), "cilium-node-latency": per_target("west", 0.1, 0.5)},
            LinkState.SLOW,
            Severity.MEDIUM,
            "slow",
        ),
        (
            {**ready("west", 1), "cilium-node-latency": per_target("west", 1.5)},
            LinkState.SLOW,
            Severity.CRITICAL,
            "slow",
        ),
        (
            {
                **ready("west", 1),
                "cilium-node-latency": per_target("west", 9, target_node_type="local_node"),
            },
            LinkState.UP,
            None,
            "",
        ),
        (ready("west", 1, 1, age=91), LinkState.STALE, Severity.MEDIUM, "old-sample"),
        (ready("west", 1, 1, age=90), LinkState.UP, None, ""),
        (
            {
                "cilium-readiness": vector(
                    *readiness("west", 1), state=MetricState.PARTIAL, reason="store down"
                )
            },
            LinkState.UNVERIFIED,
            Severity.MEDIUM,
            "partial-metrics",
        ),
        ({}, LinkState.UNKNOWN, None, "unmeasured"),
        ({"cilium-readiness": vector(state=MetricState.FAILED)}, LinkState.UNKNOWN, None,
         "unmeasured"),
        ({"cilium-readiness": vector()}, LinkState.UNKNOWN, None, "unmeasured"),
        (ready("third", 1), LinkState.MISSING, Severity.CRITICAL, "one-way-connect"),
        (
            {"cilium-readiness": vector(), "cilium-remote-clusters": vector(sample(0))},
            LinkState.MISSING,
            Severity.CRITICAL,
            "one-way-connect",
        ),
    ],
)  # fmt: skip
def test_a_links_state(
    metrics: Metrics, state: LinkState, severity: Severity | None, cause: str
) -> None:
    analysis = judge(metrics)
    found = [one for one in analysis.mesh.links if one.key.source == "fleet-east"]
    (link,) = [one for one in found if one.key.target == "fleet-west"]
    assert (link.state, link.severity, link.cause) == (state, severity, cause)


def test_without_prometheus_the_link_says_why() -> None:
    analysis = analyse(
        build.fleet(build.cluster("a", docs("east", 1)), build.cluster("b", docs("west", 2)))
    )
    assert {link.state for link in analysis.mesh.links} == {LinkState.UNKNOWN}
    assert all("Cilium keeps no link state" in link.reason for link in analysis.mesh.links)
    assert all("peer assumed" in link.notes[0] for link in analysis.mesh.links)
    assert {u.cluster for u in analysis.unknowns if u.rule == "MESH-DOWN"} == {"a", "b"}


def test_latency_that_nobody_measures_is_said_not_to_be() -> None:
    link = east_of(judge(ready("west", 1)))
    assert link.notes == ("latency not measured",)
    assert link.current_rtt is None


def test_metrics_that_deny_each_other_make_no_link() -> None:
    """Two measured clusters that do not list each other are in different meshes."""
    analysis = judge(ready("x", 1), ready("y", 1))
    ways = {(link.key.source, link.key.target) for link in analysis.mesh.links}
    assert ways == {("fleet-east", "x"), ("x", "fleet-east"), ("fleet-west", "y"),
                    ("y", "fleet-west")}  # fmt: skip


def test_a_target_that_nobody_knows_and_is_not_ready_is_information() -> None:
    analysis = judge({"cilium-readiness": vector(*readiness("west", 1), *readiness("gone", 0))})
    (link,) = [one for one in analysis.mesh.links if one.key.target == "gone"]
    assert (link.state, link.cause) == (LinkState.UNKNOWN, "unknown-peer")
    (finding,) = analysis.findings
    assert (finding.rule, finding.severity) == ("MESH-NOT-CONFIGURED", Severity.INFO)
    assert "restart agents to clear" in finding.detail


def test_a_target_outside_the_fleet_that_is_ready_is_up() -> None:
    analysis = judge({"cilium-readiness": vector(*readiness("west", 1), *readiness("ext", 1))})
    (link,) = [one for one in analysis.mesh.links if one.key.target == "ext"]
    assert (link.state, link.in_fleet) == (LinkState.UP, False)


@pytest.mark.parametrize(("value", "state"), [(1, LinkState.UP), (0, LinkState.CONNECTING)])
def test_a_target_that_cannot_be_read_is_found_by_its_name(value: int, state: LinkState) -> None:
    fleet = build.fleet(
        build.cluster("a", docs("east", 1), metrics=ready("edge", value)), build.unreachable("edge")
    )
    there, back = analyse(fleet).mesh.links
    assert (there.key.target, there.state, there.in_fleet) == ("edge", state, True)
    assert (back.key.source, back.state) == ("edge", LinkState.UNKNOWN)
    assert back.reason == "unreachable: timeout"


def test_a_target_called_like_another_cluster_is_told_apart() -> None:
    """A mesh name equal to the fleet's name of a cluster that runs no Cilium."""
    fleet = build.fleet(
        build.cluster("a", docs("east", 1), metrics=ready("edge", 1)), build.cluster("edge")
    )
    names = {link.key.target for link in analyse(fleet).mesh.links}
    assert names == {"edge (mesh name)", "a"}


def test_ready_here_and_not_there_is_asymmetric() -> None:
    back = {**ready("east", 0), "cilium-last-failure": per_target("east", NOW - 9)}
    analysis = judge(ready("west", 1), back)
    (pair,) = analysis.mesh.pairs
    assert (pair.verdict, pair.forward.key.source) == (Verdict.ASYMMETRIC, "fleet-west")
    assert any("511" in hint for hint in pair.hints)


def follow(steps: Sequence[Metrics], seconds: float) -> list[LinkState]:
    """States of the link as a live console sees them."""
    memory, states = AnalysisMemory(), []
    for number, metrics in enumerate(steps):
        now = NOW + seconds * number
        moved = {
            query: MetricVector(
                found.state,
                found.reason,
                tuple(Sample(s.labels, s.value, s.at + now - NOW) for s in found.samples),
                now,
            )
            for query, found in metrics.items()
        }
        fleet = build.fleet(
            build.cluster("fleet-east", docs("east", 1), metrics=moved, as_of=now),
            build.cluster("fleet-west", docs("west", 2), as_of=now),
            taken_at=now,
        )
        analysis = analyse(fleet, memory=memory)
        memory = analysis.memory
        states.append(east_of(analysis).state)
    return states


def test_not_ready_becomes_down_after_a_minute() -> None:
    states = follow([ready("west", 1)] + [ready("west", 0)] * 8, 10)
    assert states[1] is LinkState.UP
    assert states[2:7] == [LinkState.CONNECTING] * 5
    assert states[-1] is LinkState.DOWN


def test_a_first_synchronisation_that_takes_over_five_minutes_degrades() -> None:
    behind = vector(sample(0, source_cluster="west", scope="identities/v1"))
    steps = [{**ready("west", 1), "cilium-initial-sync": behind}] * 9
    states = follow(steps, 60)
    assert states[0] is LinkState.UP
    assert states[5] is LinkState.UP
    assert states[-1] is LinkState.DEGRADED


def test_cilium_without_cluster_mesh_is_no_member() -> None:
    analysis = analyse(build.fleet(build.cluster("a", [cilium_config("default", 0)])))
    assert analysis.mesh.members == ()
    assert analysis.findings == ()


def test_members_that_cannot_be_read_are_still_measured() -> None:
    states = {"cilium-config": TopicState.FORBIDDEN, "deployments": TopicState.FORBIDDEN}
    fleet = build.fleet(
        build.cluster("east", docs("east", 1), metrics=ready("west", 1), states=states),
        build.cluster("west", docs("west", 2), metrics=ready("east", 1)),
    )
    analysis = analyse(fleet)
    assert {link.state for link in analysis.mesh.links} == {LinkState.UP}
    assert ("east", "MESH-TUNNEL-MISMATCH") in {(u.cluster, u.rule) for u in analysis.unknowns}


def test_the_certificate_authority_is_unknown_only_where_cilium_mesh_runs() -> None:
    analysis = analyse(
        build.fleet(
            build.cluster("a", docs("east", 1), metrics=ready("ext", 1)),
            build.cluster("b", build.member("west")),
        )
    )
    assert [u.cluster for u in analysis.unknowns if u.rule == "MESH-CA-MISMATCH"] == ["a"]


def test_a_silent_peer_says_which_topic_would_tell() -> None:
    hidden = build.cluster("west", states={"cilium-config": TopicState.FORBIDDEN})
    east = build.cluster("east", docs("east", 1), metrics=ready("west", 1))
    links = analyse(build.fleet(east, hidden)).mesh.links
    (back,) = [link for link in links if link.key.source == "west"]
    assert (back.key.target, back.state) == ("east", LinkState.UNKNOWN)
    assert back.reason == "cilium-config forbidden: cilium-config is forbidden in this test"
