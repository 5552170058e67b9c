"""Linkerd, Istio and Consul: what must hold for anything that a cluster or its metrics may say."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.analysis.engine import analyse
from mckconsole.analysis.mesh.hints import link_steps
from mckconsole.analysis.mesh.links import LinkState, MeshProvider, Verdict
from mckconsole.domain.metrics import MetricState, Sample
from mckconsole.domain.states import TopicState
from mckconsole.report.document import build as document
from mckconsole.views.mesh import rows
from mckconsole.views.mesh_detail import link_detail
from mckconsole.views.mesh_matrix import explain_cell, mesh_matrix
from mckconsole.views.panes import MESH
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, Doc
from tests.unit.analysis.test_properties import JUNK, maybe

NAMES = st.sampled_from(["east", "west", "ctx-west", "", "mars", "{target}", "x" * 70])
STATUS = st.sampled_from(["synced", "syncing", "timeout", "closed", "", "odd"])
CONDITIONS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "type": maybe(st.sampled_from(["Synced", "Mirrored", "Ready"])),
            "status": maybe(st.sampled_from(["True", "False", "Unknown"])),
            "reason": maybe(st.sampled_from(["Error", "InvalidService", "consulAgentError", ""])),
            "message": maybe(st.text(max_size=9)),
        },
    ),
    max_size=2,
)
LINKS = st.fixed_dictionaries(
    {
        "apiVersion": st.just("multicluster.linkerd.io/v1alpha3"),
        "kind": st.just("Link"),
        "metadata": st.fixed_dictionaries({"name": NAMES, "namespace": st.just("l5d")}),
        "spec": maybe(
            st.fixed_dictionaries(
                {},
                optional={
                    "targetClusterName": maybe(NAMES),
                    "gatewayAddress": maybe(st.sampled_from(["", "203.0.113.9", " , "])),
                    "probeSpec": JUNK,
                },
            )
        ),
        "status": maybe(
            st.fixed_dictionaries(
                {
                    "mirrorServices": maybe(
                        st.lists(st.fixed_dictionaries({"conditions": maybe(CONDITIONS)}))
                    )
                }
            )
        ),
    }
)
PEERINGS = st.fixed_dictionaries(
    {
        "apiVersion": st.just("consul.hashicorp.com/v1alpha1"),
        "kind": st.sampled_from(["PeeringAcceptor", "PeeringDialer"]),
        "metadata": st.fixed_dictionaries({"name": NAMES, "namespace": st.just("consul")}),
        "status": maybe(
            st.fixed_dictionaries(
                {},
                optional={
                    "conditions": maybe(CONDITIONS),
                    "lastSyncedTime": maybe(st.sampled_from(["", "2026-08-01T09:00:01Z"])),
                    "latestPeeringVersion": maybe(st.integers(-3, 3)),
                },
            )
        ),
    }
)
SECRETS = st.fixed_dictionaries(
    {
        "apiVersion": st.just("v1"),
        "kind": st.just("Secret"),
        "metadata": st.fixed_dictionaries(
            {"name": NAMES, "namespace": st.just("istio-system")},
            optional={"annotations": maybe(st.just({"networking.istio.io/cluster": "west"}))},
        ),
    }
)
DOCS = st.lists(LINKS | PEERINGS | SECRETS, max_size=5)
SAMPLES = st.lists(
    st.builds(
        lambda labels, value, age: Sample(labels, value, NOW - age),
        st.fixed_dictionaries(
            {},
            optional={
                "target_cluster_name": NAMES,
                "cluster": NAMES,
                "exported_cluster": NAMES,
                "peer_name": NAMES,
                "status": STATUS,
                "pod": st.sampled_from(["a", "b", ""]),
            },
        ),
        st.sampled_from([0.0, 1.0, -1.0, 14.0, 1e300]),
        st.sampled_from([-5.0, 5.0, 200.0]),
    ),
    max_size=5,
)
QUERIES = (
    "linkerd-gateway-alive",
    "linkerd-gateway-enabled",
    "linkerd-gateway-latency",
    "istio-sync-status",
    "istio-managed-clusters",
    "consul-peering-healthy",
)
METRICS = st.dictionaries(
    st.sampled_from(QUERIES),
    st.builds(
        lambda samples, state: build.vector(*samples, state=state),
        SAMPLES,
        st.sampled_from(list(MetricState)),
    ),
)
TOPICS = ("linkerd-links", "istio-remote-secrets", "peeringacceptors", "peeringdialers")
STATES = st.dictionaries(st.sampled_from(TOPICS), st.sampled_from(list(TopicState)))
SIDES = st.tuples(DOCS, METRICS, STATES)


def cluster(name: str, side: tuple[list[Doc], Any, dict[str, TopicState]]) -> Any:
    docs, metrics, states = side
    return build.cluster(name, docs, metrics=metrics, states=states)


@settings(max_examples=200, deadline=None)
@given(SIDES, SIDES)
def test_odd_objects_never_raise_and_every_word_is_honest(east: Any, west: Any) -> None:
    fleet = build.fleet(cluster("east", east), cluster("west", west))
    analysis = analyse(fleet)
    again = analyse(fleet, memory=analysis.memory)
    assert [link.key for link in analysis.mesh.links] == [link.key for link in again.mesh.links]
    keys = [str(link.key) for link in analysis.mesh.links]
    assert len(keys) == len(set(keys))
    by_pair = {pair.forward.key: pair for pair in analysis.mesh.pairs}
    for link in analysis.mesh.links:
        assert link.reason
        assert link.key.source != link.key.target
        assert link.state is not LinkState.MISSING
        if link.state is LinkState.UP:
            assert any(item.source == "prometheus" for item in link.evidence)
        assert link_steps(fleet, link, by_pair.get(link.key))
    assert Verdict.MISSING not in {pair.verdict for pair in analysis.mesh.pairs}
    table = mesh_matrix(fleet, analysis, None)
    for row in rows(fleet, analysis):
        detail = link_detail(fleet, analysis, row.id)
        assert detail is not None
        assert len(detail.blocks[0].cards) in (1, 2)
        assert explain_cell(fleet, analysis, table, *row.clusters)
    assert document(fleet, analysis, [MESH])


@given(SIDES)
def test_a_link_is_up_only_by_a_current_sample(east: Any) -> None:
    docs, _, states = east
    fleet = build.fleet(cluster("east", (docs, {}, states)), build.cluster("west"))
    found = {link.state for link in analyse(fleet).mesh.links}
    assert found <= {LinkState.UNKNOWN, LinkState.UNVERIFIED, LinkState.DOWN}


def test_only_two_providers_expect_a_way_back() -> None:
    assert {one for one in MeshProvider if one.mutual} == {
        MeshProvider.SUBMARINER,
        MeshProvider.CILIUM,
    }
