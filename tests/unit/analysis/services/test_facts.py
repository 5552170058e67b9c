"""What is known of clusters before their services are judged, and SD12 and SD16 about them."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import pytest

from mckconsole.analysis.engine import analyse
from mckconsole.analysis.services.facts import ClusterReading, read_facts
from mckconsole.analysis.services.model import ClusterFacts, Dialect
from mckconsole.domain.findings import Finding, Severity
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import ClusterState, TopicState
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, Doc
from tests.unit.analysis.services.livefleet import LiveFleet, docs

LIGHTHOUSE = docs(
    """
apiVersion: submariner.io/v1alpha1
kind: ServiceDiscovery
metadata: {name: service-discovery, namespace: submariner-operator}
spec: {clusterID: east}
"""
)
PROPERTY = """
apiVersion: about.k8s.io/v1
kind: ClusterProperty
metadata: {name: cluster.clusterset.k8s.io}
spec: {value: %s}
"""
SECRET = """
apiVersion: v1
kind: Secret
metadata:
  {name: istio-remote-secret-%s, namespace: istio-system, labels: {istio/multiCluster: "true"}}
"""
EXPORT = """
apiVersion: multicluster.x-k8s.io/%s
kind: ServiceExport
metadata: {name: web, namespace: shop}
status: {conditions: [{type: Valid, status: "True", reason: "%s"}]}
"""
ISTIOD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: istiod, namespace: istio-system}
"""


def facts(*clusters: ClusterSnapshot) -> dict[str, ClusterFacts]:
    return dict(read_facts(build.fleet(*clusters), (), {}).facts)


def found(rule: str, *clusters: ClusterSnapshot) -> list[Finding]:
    return [one for one in analyse(build.fleet(*clusters)).findings if one.rule == rule]


def live(**content: list[Doc]) -> LiveFleet:
    """A fleet in which only kinds with objects are served."""
    fleet = LiveFleet(*content)
    for name, what in content.items():
        fleet.put(name, *what)
    return fleet


@pytest.mark.parametrize(
    ("what", "dialect"),
    [
        (LIGHTHOUSE, Dialect.LIGHTHOUSE),
        ([build.cilium_config("east", 1)], Dialect.CILIUM_GLOBAL),
        ([build.cilium_config("east", 1, clustermesh_enable_mcs_api="true")], Dialect.CILIUM_MCS),
        (docs(ISTIOD), Dialect.ISTIO),
        (docs(EXPORT % ("v1alpha1", "Valid")), Dialect.MCS),
    ],
)
def test_what_is_installed_shows_in_what_is_held(what: list[Doc], dialect: Dialect) -> None:
    fleet = live(a=what).snapshot()
    found = read_facts(fleet, (), {}).facts["a"]
    assert dialect in found.installed


def test_cilium_alone_is_no_cluster_mesh() -> None:
    for config in (build.cilium_config("default", 0), build.cilium_config("east", 0)):
        assert not read_facts(live(a=[config]).snapshot(), (), {}).facts["a"].installed


def test_a_known_implementation_is_no_unknown_one() -> None:
    what = [*LIGHTHOUSE, *docs(EXPORT % ("v1alpha1", "Valid"))]
    installed = read_facts(live(a=what).snapshot(), (), {}).facts["a"].installed
    assert installed == {Dialect.LIGHTHOUSE}


def test_a_cluster_has_every_id_that_a_mesh_gives_it() -> None:
    east = build.cluster(
        "c-1",
        [*build.member("east", "west"), build.cilium_config("blue", 3), *docs(PROPERTY % "e")],
    )
    known = facts(east, build.cluster("c-2"))
    assert known["c-1"].ids == {"east", "blue", "e", "c-1", "ctx-c-1"}
    assert known["c-2"].ids == {"c-2", "ctx-c-2"}


def test_a_name_that_another_cluster_claims_is_not_the_fleets() -> None:
    """The cluster called `west` is not the one that meshes call so."""
    known = facts(build.cluster("a", docs(PROPERTY % "west")), build.cluster("west"))
    assert "west" in known["a"].ids
    assert "west" not in known["west"].ids


def test_unread_topics_say_why_without_ages() -> None:
    states = {"services": TopicState.FORBIDDEN, "gke-serviceexports": TopicState.ABSENT}
    known = facts(build.cluster("a", states=states))["a"]
    assert known.unread == {"services": "services forbidden: services is forbidden in this test"}
    assert known.readable
    assert known.at["endpointslices"] == NOW


def test_a_cluster_without_any_answer_is_not_readable() -> None:
    known = facts(build.unreachable("dead"))["dead"]
    assert not known.readable
    assert known.reason == "unreachable: timeout"
    assert known.namespaces is None


def test_a_cluster_of_which_the_first_reading_is_under_way_is_not_read() -> None:
    state = ClusterState.CONNECTING
    one = build.cluster("east", state=state, reason="reading 3 of 30 topics: pods")
    known = facts(one)["east"]
    assert (known.readable, known.reason) == (False, "connecting: not everything was read yet")
    further = replace(one, reason="reading 1 of 30 topics: pods")
    assert facts(further)["east"].reason == known.reason


def test_only_what_lasts_counts_as_change() -> None:
    readings: dict[str, ClusterReading] = {}
    fleet = live(a=LIGHTHOUSE, b=[])
    assert read_facts(fleet.snapshot(), (), readings).changed == {"a", "b"}
    assert not read_facts(fleet.snapshot(), (), readings).changed
    fleet.put("a", build.namespace("shop", "u"))
    standing = read_facts(fleet.snapshot(), (), readings)
    assert not standing.changed
    assert standing.namespaces == {"shop"}
    fleet.state("b", "services", TopicState.STALE)
    assert read_facts(fleet.snapshot(), (), readings).changed == {"b"}
    assert not read_facts(fleet.snapshot(), (), readings).changed


# SD12.


def test_an_id_that_is_no_label() -> None:
    (finding,) = found("SD12", build.cluster("a", docs(PROPERTY % "East_1")))
    assert finding.severity is Severity.MEDIUM
    assert "East_1" in finding.title
    (evidence,) = finding.evidence
    assert (evidence.path, evidence.value) == ("spec.value", "East_1")
    assert "get clusterproperties.about.k8s.io cluster.clusterset.k8s.io" in finding.remediation


def test_ids_that_differ_within_a_cluster_are_told_with_all_of_them() -> None:
    docs_ = [*build.member("east", "west"), build.cilium_config("blue", 3)]
    (finding,) = found("SD12", build.cluster("a", docs_))
    assert {one.value for one in finding.evidence} == {"east", "blue"}
    assert "Submariner east" in finding.detail
    assert "Cilium blue" in finding.detail


def test_equal_ids_are_well() -> None:
    docs_ = [*build.member("east"), build.cilium_config("east", 3), *docs(PROPERTY % "east")]
    assert not found("SD12", build.cluster("a", docs_), build.cluster("b", build.member("west")))


def test_an_id_of_two_clusters_counts_for_none() -> None:
    two = [build.cluster(name, docs(PROPERTY % "east")) for name in ("a", "b")]
    (finding,) = found("SD12", *two)
    assert (finding.cluster, finding.peers) == ("a", ("b",))
    assert {one.cluster for one in finding.evidence} == {"a", "b"}
    assert finding.severity is Severity.MEDIUM


def test_one_cluster_listed_twice_is_information() -> None:
    two = [build.cluster(name, docs(PROPERTY % "east"), uid="same") for name in ("a", "b")]
    (finding,) = found("SD12", *two)
    assert finding.severity is Severity.INFO


def test_istio_may_call_a_cluster_otherwise() -> None:
    """The secret in b leads to the cluster whose context it names, which has another id."""
    one = build.cluster("a", docs(PROPERTY % "east"))
    other = build.cluster("b", docs(SECRET % "ctx-a"))
    (finding,) = found("SD12", one, other)
    assert (finding.cluster, finding.peers) == ("a", ("b",))
    assert {(seen.cluster, seen.value) for seen in finding.evidence} == {
        ("a", "east"), ("b", "ctx-a"),
    }  # fmt: skip


# SD16.


def _mcs(name: str, version: str, reason: str = "Valid") -> ClusterSnapshot:
    cluster = build.cluster(name, docs(EXPORT % (version, reason)))
    topics = {
        topic: replace(view, version=version) if topic.startswith("service") else view
        for topic, view in cluster.topics.items()
    }
    return replace(cluster, topics=topics)


def test_versions_that_differ_between_clusters_that_share_services() -> None:
    (finding,) = found("SD16", _mcs("a", "v1beta1"), _mcs("b", "v1alpha1"))
    assert (finding.cluster, finding.peers) == ("b", ("a",))
    assert finding.severity is Severity.INFO
    assert {(one.cluster, one.value) for one in finding.evidence} == {
        ("a", "v1beta1"), ("b", "v1alpha1"),
    }  # fmt: skip


def test_the_first_schema_shows_in_conditions_without_reasons() -> None:
    (finding,) = found("SD16", _mcs("a", "v1alpha1"), _mcs("b", "v1alpha1", reason=""))
    assert finding.cluster == "b"
    assert "status.conditions[0].reason" in {one.path for one in finding.evidence}


def test_versions_of_clusters_that_share_nothing_may_differ() -> None:
    alone = _mcs("a", "v1beta1")
    other = build.cluster("b")
    assert not found("SD16", alone, other)
    assert not found("SD16", _mcs("a", "v1beta1"), _mcs("b", "v1beta1"))


@pytest.mark.parametrize(
    ("default", "said", "shared"),
    [("", "", True), ("", "false", False), ("false", "", False), ("false", "true", True)],
)
def test_namespaces_say_whether_cilium_shares_them(default: str, said: str, shared: bool) -> None:
    config = build.cilium_config("east", 1, clustermesh_default_global_namespace=default)
    space = build.namespace("shop", "uid-shop")
    meta = space["metadata"]
    assert isinstance(meta, dict)
    meta["annotations"] = {"clustermesh.cilium.io/global": said} if said else {}
    fleet = live(a=[config, space])
    assert read_facts(fleet.snapshot(), (), {}).facts["a"].is_global("shop") is shared


@pytest.mark.parametrize(
    ("context", "known"),
    [
        ("gke_prod-1_europe-west1_east", True),
        ("connectgateway_prod-1_global_east", True),
        ("arn_aws_eks_east", False),
        ("gke_prod-1_east", False),
    ],
)
def test_gcloud_writes_a_clusters_name_into_its_context(context: str, known: bool) -> None:
    one = dataclasses.replace(build.cluster("a"), context=context)
    assert ("east" in facts(one)["a"].ids) is known
    twice = facts(one, dataclasses.replace(build.cluster("b"), context=context + ""))
    assert "east" not in twice["a"].ids
