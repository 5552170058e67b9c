"""Consul: peerings that were written, and peerings that are healthy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.mesh.links import Link, LinkState, MeshProvider, Verdict
from mckconsole.domain.findings import Severity
from mckconsole.domain.metrics import MetricVector
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.build import Doc, sample, vector

Metrics = dict[str, MetricVector]
SYNCED = "2026-08-01T09:00:01Z"


def peering(
    peer: str, role: str = "Acceptor", *, synced: str = "True", reason: str = "",
    last: str = SYNCED, version: int | None = None,
) -> Doc:  # fmt: skip
    """A PeeringAcceptor or PeeringDialer; `synced` empty leaves the condition out."""
    condition = {"type": "Synced", "status": synced, "reason": reason, "message": "no such peer"}
    status: Doc = {"conditions": [condition] if synced else []}
    if last:
        status["lastSyncedTime"] = last
    if version is not None:
        status["latestPeeringVersion"] = version
    return {
        "apiVersion": "consul.hashicorp.com/v1alpha1",
        "kind": f"Peering{role}",
        "metadata": {"name": peer, "namespace": "consul"},
        "status": status,
    }


def healthy(peer: str, *values: float, age: float = 5) -> Metrics:
    samples = [
        sample(value, age=age, peer_name=peer, peer_id="1b2c", pod=f"consul-server-{number}")
        for number, value in enumerate(values)
    ]
    return {"consul-peering-healthy": vector(*samples)}


def judge(
    east: Sequence[Doc], metrics: Metrics | None = None, west: Sequence[Doc] = (),
    back: Metrics | None = None, states: dict[str, TopicState] | None = None,
) -> Analysis:  # fmt: skip
    return analyse(
        build.fleet(
            build.cluster("east", east, metrics=metrics, states=states),
            build.cluster("west", west, metrics=back),
        )
    )


def of(analysis: Analysis, source: str = "east") -> Link:
    (link,) = [one for one in analysis.mesh.links if one.key.source == source]
    assert link.key.provider is MeshProvider.CONSUL
    return link


NOT_WRITTEN: dict[str, Any] = {"synced": "False", "reason": "consulAgentError"}


@pytest.mark.parametrize(
    ("doc", "metrics", "state", "severity", "cause"),
    [
        (peering("west"), healthy("west", 1), LinkState.UP, None, ""),
        (peering("west", "Dialer"), healthy("west", 1), LinkState.UP, None, ""),
        (peering("west"), healthy("west", 0), LinkState.DOWN, Severity.CRITICAL, "unhealthy"),
        (peering("west"), {}, LinkState.UNVERIFIED, Severity.MEDIUM, "unmeasured"),
        (
            peering("west"),
            healthy("north", 1),
            LinkState.UNVERIFIED,
            Severity.MEDIUM,
            "unmeasured",
        ),
        (
            peering("west"),
            healthy("west", 1, 0),
            LinkState.UNVERIFIED,
            Severity.MEDIUM,
            "servers-disagree",
        ),
        (
            peering("west"),
            healthy("west", 1, age=200),
            LinkState.STALE,
            Severity.MEDIUM,
            "old-sample",
        ),
        (
            peering("west", **NOT_WRITTEN),
            healthy("west", 1),
            LinkState.DEGRADED,
            Severity.MEDIUM,
            "not-synced",
        ),
        (
            peering("west", **NOT_WRITTEN),
            healthy("west", 0),
            LinkState.DOWN,
            Severity.CRITICAL,
            "unhealthy",
        ),
        (
            peering("west", last="", **NOT_WRITTEN),
            {},
            LinkState.DOWN,
            Severity.CRITICAL,
            "never-synced",
        ),
        (
            peering("west", last="", **NOT_WRITTEN),
            healthy("west", 1),
            LinkState.DEGRADED,
            Severity.MEDIUM,
            "not-synced",
        ),
        (peering("west", synced=""), {}, LinkState.UNVERIFIED, Severity.MEDIUM, "unmeasured"),
    ],
)
def test_every_state(
    doc: Doc, metrics: Metrics, state: LinkState, severity: Severity | None, cause: str
) -> None:
    links = [one for one in judge([doc], metrics).mesh.links if one.key.target == "west"]
    assert [(one.state, one.severity, one.cause) for one in links] == [(state, severity, cause)]
    assert links[0].evidence


def test_synced_means_written_not_up() -> None:
    link = of(judge([peering("west")]))
    assert "configured and written to Consul; nothing measured it" in link.reason


def test_why_it_was_not_written_stands_beside_that_nothing_measured_it() -> None:
    link = of(judge([peering("west", **NOT_WRITTEN)]))
    assert link.state is LinkState.UNVERIFIED
    assert any("consulAgentError: no such peer" in note for note in link.notes)


def test_a_peering_is_healthy_one_way() -> None:
    analysis = judge(
        [peering("west")], healthy("west", 1), [peering("east", "Dialer")], healthy("east", 0)
    )
    assert of(analysis).state is LinkState.UP
    assert of(analysis, "west").state is LinkState.DOWN
    (pair,) = analysis.mesh.pairs
    assert (pair.verdict, pair.forward.key.source) == (Verdict.ASYMMETRIC, "west")
    (finding,) = analysis.findings
    assert finding.rule == "MESH-ASYMMETRIC"
    assert {item.cluster for item in finding.evidence} == {"east", "west"}


@pytest.mark.parametrize(
    ("acceptor", "dialer", "drift"),
    [(2, 1, True), (2, 2, False), (1, 2, False), (2, None, False), (None, 1, False), (2, 0, False)],
)
def test_a_token_that_only_one_side_has_anew(
    acceptor: int | None, dialer: int | None, drift: bool
) -> None:
    analysis = judge(
        [peering("west", version=acceptor)],
        healthy("west", 1),
        [peering("east", "Dialer", version=dialer)],
        healthy("east", 1),
    )
    link = of(analysis, "west")
    assert (link.cause == "token-drift") is drift
    assert link.state is (LinkState.DEGRADED if drift else LinkState.UP)
    assert of(analysis).state is LinkState.UP
    if drift:
        assert {item.cluster for item in link.evidence} == {"east", "west"}


def test_a_peering_made_outside_kubernetes_is_a_link_too() -> None:
    link = of(judge([], healthy("west", 1)))
    assert (link.state, link.object) == (LinkState.UP, None)
    assert any("made outside Kubernetes" in note for note in link.notes)


def test_metrics_alone_tell_where_peerings_cannot_be_read() -> None:
    states = {name: TopicState.FORBIDDEN for name in ("peeringacceptors", "peeringdialers")}
    link = of(judge([], healthy("west", 0), states=states))
    assert link.state is LinkState.DOWN
    assert any(note.startswith("metrics only: peeringacceptors forbidden") for note in link.notes)


def test_a_peer_without_a_side_of_its_own_is_not_missing() -> None:
    analysis = judge([peering("west")], healthy("west", 1))
    (pair,) = analysis.mesh.pairs
    assert pair.verdict is Verdict.UP
    assert "peer view unavailable" in pair.reason
    assert not analysis.findings


def test_a_name_that_no_cluster_has_stays_as_written() -> None:
    link = of(judge([peering("partner-dc")], healthy("partner-dc", 1)))
    assert (link.key.target, link.in_fleet) == ("partner-dc", False)
