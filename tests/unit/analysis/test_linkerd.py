"""Linkerd: a direction per Link object, alive only as far as metrics say so."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.mesh.links import Link, LinkState, MeshProvider, Verdict
from mckconsole.domain.findings import Severity
from mckconsole.domain.metrics import MetricState, MetricVector
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.build import Doc, sample, vector

Metrics = dict[str, MetricVector]


def link(target: str, *, name: str = "", address: str = "203.0.113.9", failed: str = "") -> Doc:
    """A Link; `failed` is the reason for which one of its services is not mirrored."""
    condition = {"type": "Mirrored", "status": "False", "reason": failed, "message": "no rights"}
    mirrors = [{"remoteRef": {"name": "web", "namespace": "shop"}, "conditions": [condition]}]
    return {
        "apiVersion": "multicluster.linkerd.io/v1alpha3",
        "kind": "Link",
        "metadata": {"name": name or target, "namespace": "linkerd-multicluster"},
        "spec": {"targetClusterName": target, "gatewayAddress": address, "gatewayPort": "4143"},
        "status": {"mirrorServices": mirrors if failed else []},
    }


def gateway(address: str) -> Doc:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "linkerd-gateway", "namespace": "linkerd-multicluster"},
        "status": {"loadBalancer": {"ingress": [{"ip": address}]}},
    }


def probes(
    target: str, *alive: float, latency: float | None = None, enabled: float = 1, age: float = 5
) -> Metrics:
    named = {"target_cluster_name": target}
    found = {
        "linkerd-gateway-alive": vector(
            *(sample(one, age=age, pod=f"mirror-{n}", **named) for n, one in enumerate(alive))
        ),
        "linkerd-gateway-enabled": vector(sample(enabled, age=age, **named)),
    }
    if latency is not None:
        found["linkerd-gateway-latency"] = vector(sample(latency, age=age, **named))
    return found


def judge(
    east: Sequence[Doc],
    metrics: Metrics | None = None,
    west: Sequence[Doc] = (),
    back: Metrics | None = None,
    *,
    states: dict[str, TopicState] | None = None,
    west_states: dict[str, TopicState] | None = None,
) -> Analysis:
    return analyse(
        build.fleet(
            build.cluster("east", east, metrics=metrics, states=states),
            build.cluster("west", west, metrics=back, states=west_states),
        )
    )


def of(analysis: Analysis, source: str = "east") -> Link:
    (found,) = [one for one in analysis.mesh.links if one.key.source == source]
    assert found.key.provider is MeshProvider.LINKERD
    return found


@pytest.mark.parametrize(
    ("doc", "metrics", "state", "severity", "cause"),
    [
        (link("west"), probes("west", 1), LinkState.UP, None, ""),
        (link("west"), probes("west", 1, latency=14), LinkState.UP, None, ""),
        (link("west"), probes("west", 1, latency=600), LinkState.SLOW, Severity.MEDIUM, "slow"),
        (link("west"), probes("west", 1, latency=1600), LinkState.SLOW, Severity.CRITICAL, "slow"),
        (link("west"), probes("west", 0), LinkState.DOWN, Severity.CRITICAL, "gateway-dead"),
        (
            link("west"),
            probes("west", 1, 0),
            LinkState.DEGRADED,
            Severity.MEDIUM,
            "service-mirrors",
        ),
        (
            link("west", failed="Error"),
            probes("west", 1),
            LinkState.DEGRADED,
            Severity.MEDIUM,
            "mirror-error",
        ),
        (link("west", failed="MissingNamespace"), probes("west", 1), LinkState.UP, None, ""),
        (
            link("west", failed="Error"),
            probes("west", 0),
            LinkState.DOWN,
            Severity.CRITICAL,
            "gateway-dead",
        ),
        (link("west"), {}, LinkState.UNVERIFIED, Severity.MEDIUM, "unmeasured"),
        (
            link("west"),
            {"linkerd-gateway-alive": vector()},
            LinkState.UNVERIFIED,
            Severity.MEDIUM,
            "unmeasured",
        ),
        (link("west"), probes("north", 1), LinkState.UNVERIFIED, Severity.MEDIUM, "unmeasured"),
        (link("west"), probes("west", 1, age=200), LinkState.STALE, Severity.MEDIUM, "old-sample"),
        (link("west", address=""), {}, LinkState.UNVERIFIED, Severity.MEDIUM, "flat-mode"),
        (
            link("west"),
            probes("west", 0, enabled=0),
            LinkState.UNVERIFIED,
            Severity.MEDIUM,
            "gateway-disabled",
        ),
    ],
)
def test_every_state(
    doc: Doc, metrics: Metrics, state: LinkState, severity: Severity | None, cause: str
) -> None:
    found = of(judge([doc], metrics))
    assert (found.state, found.severity, found.cause) == (state, severity, cause)
    assert found.reason
    assert found.evidence


def test_configured_is_not_up() -> None:
    found = of(judge([link("west")]))
    assert "Link says configured; nothing measured it" in found.reason
    assert "no Prometheus endpoint" in found.reason


def test_latency_is_in_milliseconds_and_of_the_last_probe() -> None:
    found = of(judge([link("west")], probes("west", 1, latency=14)))
    assert found.rtt is not None
    assert (found.rtt.last, found.rtt.average) == (0.014, None)
    assert found.current_rtt == 0.014


def test_incomplete_metrics_are_not_enough_for_up() -> None:
    metrics = probes("west", 1)
    partial = vector(*metrics["linkerd-gateway-alive"].samples, state=MetricState.PARTIAL)
    found = of(judge([link("west")], {**metrics, "linkerd-gateway-alive": partial}))
    assert (found.state, found.cause) == (LinkState.UNVERIFIED, "partial-metrics")


def test_one_way_is_not_missing() -> None:
    analysis = judge([link("west")], probes("west", 1))
    (pair,) = analysis.mesh.pairs
    assert (pair.verdict, pair.backward) == (Verdict.UP, None)
    assert "west has no Link to east, and needs none" in pair.reason
    assert not analysis.findings
    assert {one.key.source for one in analysis.mesh.links} == {"east"}


def test_whether_there_is_a_way_back_is_not_known_where_links_cannot_be_read() -> None:
    states = {"linkerd-links": TopicState.FORBIDDEN}
    analysis = judge([link("west")], probes("west", 1), west_states=states)
    assert of(analysis).one_way == ""
    (pair,) = analysis.mesh.pairs
    assert "peer view unavailable" in pair.reason
    assert ("west", "*") in {(one.cluster, one.rule) for one in analysis.unknowns}


def test_a_dead_way_back_takes_nothing_from_a_live_one() -> None:
    analysis = judge(
        [link("west")], probes("west", 1, latency=14), [link("east")], probes("east", 0)
    )
    assert of(analysis).state is LinkState.UP
    assert of(analysis, "west").state is LinkState.DOWN
    (pair,) = analysis.mesh.pairs
    assert pair.verdict is Verdict.ASYMMETRIC
    assert pair.forward.key.source == "west"
    (finding,) = analysis.findings
    assert (finding.rule, finding.cluster) == ("MESH-ASYMMETRIC", "west")
    assert "linkerd multicluster gateways --context ctx-west" in finding.remediation


def test_down_beside_unverified_is_not_the_other_sides_measurement() -> None:
    analysis = judge([link("west")], probes("west", 0), [link("east", address="")])
    states = {one.key.source: one.state for one in analysis.mesh.links}
    assert states == {"east": LinkState.DOWN, "west": LinkState.UNVERIFIED}
    (pair,) = analysis.mesh.pairs
    assert pair.verdict is Verdict.DOWN
    assert not any("health check" in hint for hint in pair.hints)


@pytest.mark.parametrize(
    ("written", "target", "in_fleet"),
    [
        ("west", "west", True),
        ("ctx-west", "west", True),
        ("elsewhere", "elsewhere", False),
        ("east", "east (mesh name)", False),
    ],
)
def test_who_is_meant(written: str, target: str, in_fleet: bool) -> None:
    found = of(judge([link(written)], probes(written, 1)))
    assert (found.key.target, found.in_fleet, found.peer) == (target, in_fleet, written)
    assert found.state is LinkState.UP


def test_a_gateway_address_tells_who_is_meant() -> None:
    analysis = judge([link("prod", address="203.0.113.9")], None, [gateway("203.0.113.9")])
    assert of(analysis).key.target == "west"


def test_an_address_that_two_clusters_publish_tells_nothing() -> None:
    docs = [link("prod"), gateway("203.0.113.9")]
    assert of(judge(docs, None, [gateway("203.0.113.9")])).key.target == "prod"


def test_links_that_lead_to_one_cluster_are_told_apart() -> None:
    docs = [link("west"), link("ctx-west", name="second"), link("west", name="third")]
    keys = [one.key for one in judge(docs).mesh.links]
    assert len({str(key) for key in keys}) == 3
    assert {key.target for key in keys} == {"west"}


def test_metrics_alone_tell_where_links_cannot_be_read() -> None:
    states = {"linkerd-links": TopicState.FORBIDDEN}
    found = of(judge([link("west")], probes("west", 1), states=states))
    assert found.state is LinkState.UP
    assert found.object is None
    assert any(note.startswith("metrics only: linkerd-links forbidden") for note in found.notes)


def test_a_series_without_a_link_is_what_is_left_of_one() -> None:
    assert not judge([], probes("west", 1)).mesh.links


def test_an_old_link_that_nothing_measures_is_unknown() -> None:
    found = of(judge([link("west")], states={"linkerd-links": TopicState.STALE}))
    assert (found.state, found.severity) == (LinkState.UNKNOWN, None)


def test_no_metrics_are_unknown_rules_too() -> None:
    reasons = {one.rule: one.reason for one in judge([link("west")]).unknowns}
    assert "Prometheus is the only source" in reasons["MESH-DOWN"]


def test_the_first_measurement_counts_at_once_and_so_does_its_loss() -> None:
    first = judge([link("west")])
    measured = build.fleet(
        build.cluster("east", [link("west")], metrics=probes("west", 1)), build.cluster("west")
    )
    second = analyse(measured, memory=first.memory)
    assert of(second).state is LinkState.UP
    lost = build.fleet(build.cluster("east", [link("west")]), build.cluster("west"))
    assert of(analyse(lost, memory=second.memory)).state is LinkState.UNVERIFIED
