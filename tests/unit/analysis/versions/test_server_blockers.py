"""UB09, UB15 and UB18, each with its healthy twin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import pytest

from mckconsole.analysis.versions.apiservices import apiservice_blockers
from mckconsole.analysis.versions.etcd import etcd_blockers
from mckconsole.analysis.versions.model import Blocker, Gravity
from mckconsole.analysis.versions.podsort import sort_pods
from mckconsole.analysis.versions.providers import provider_blockers
from mckconsole.domain.metrics import MetricState, MetricVector
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.versions import blocking as b

BLOCK, WARN, UNKNOWN = Gravity.BLOCK, Gravity.WARN, Gravity.UNKNOWN
Metrics: TypeAlias = Mapping[str, MetricVector]
UNREAD = [TopicState.FORBIDDEN, TopicState.STALE, TopicState.PENDING, TopicState.UNREACHABLE]


def api(status: str | None = "True", *, local: bool = False) -> b.Doc:
    spec = {} if local else {"service": {"name": "metrics-server", "namespace": "kube-system"}}
    said = {"type": "Available", "status": status, "reason": "FailedDiscoveryCheck",
            "message": "dial tcp: timeout"}  # fmt: skip
    return {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": "v1beta1.metrics.k8s.io"},
        "spec": spec,
        "status": {"conditions": [] if status is None else [said]},
    }


@pytest.mark.parametrize(
    ("doc", "gravity"),
    [
        (api(), None),
        (api("False"), WARN),
        (api("Unknown"), UNKNOWN),
        (api(None), UNKNOWN),
        (api(None, local=True), None),
    ],
)
def test_aggregated_apis(doc: b.Doc, gravity: Gravity | None) -> None:
    found = apiservice_blockers(b.cluster(doc))
    assert b.gravities(found) == ([("UB09", gravity)] if gravity else [])
    if gravity is WARN:
        one = b.only(found)
        assert "FailedDiscoveryCheck: dial tcp: timeout" in one.detail
        assert "-n kube-system get endpointslices" in one.remediation


@pytest.mark.parametrize("state", UNREAD)
def test_apis_that_cannot_be_read_are_unknown(state: TopicState) -> None:
    assert b.gravities(apiservice_blockers(b.cluster(apiservices=state))) == [("UB09", UNKNOWN)]


ROLE = {"node-role.kubernetes.io/control-plane": ""}
ETCD = {"node-role.kubernetes.io/etcd": "true"}


def member(node: str, *, ready: bool = True, owner: str = "Node", phase: str = "Running") -> b.Doc:
    return b.pod(
        f"etcd-{node}", node, owner=owner, namespace="kube-system", ready=ready, phase=phase,
        containers=[{"name": "etcd", "image": "etcd:3.6.5"}],
    )  # fmt: skip


def etcd(*docs: b.Doc, provider: str = "", **states: TopicState) -> list[Blocker]:
    cluster = b.cluster(*docs, **states)
    return etcd_blockers(cluster, provider, sort_pods(cluster))


THREE = [member(name) for name in ("n1", "n2", "n3")]
SERVERS = [b.node(name, labels=ROLE) for name in ("n1", "n2", "n3")]


@pytest.mark.parametrize(
    ("docs", "gravity", "subject"),
    [
        (THREE, None, ""),
        ([*THREE, *SERVERS], None, ""),
        ([*THREE[:2], member("n3", ready=False)], BLOCK, "members"),
        ([*THREE[:2], member("n3", phase="Pending")], BLOCK, "members"),
        ([member("n1", ready=False, owner="")], BLOCK, "members"),  # an old kubelet's mirror pod
        ([*THREE[:2], *SERVERS], WARN, "missing"),
        ([*THREE, *SERVERS, b.node("n4", labels=ETCD)], None, ""),
        ([*THREE[:2], *SERVERS, b.node("n1", labels={**ROLE, **ETCD}),
          b.node("n2", labels={**ROLE, **ETCD})], None, ""),
        ([], UNKNOWN, ""),
    ],
)  # fmt: skip
def test_members_of_etcd(docs: Sequence[b.Doc], gravity: Gravity | None, subject: str) -> None:
    found = etcd(*docs)
    assert [(one.rule, one.gravity, one.subject) for one in found] == (
        [("UB15", gravity, subject)] if gravity else []
    )
    if found:
        b.only(found)


def test_words_of_a_member_that_is_down() -> None:
    found = b.only(etcd(*THREE[:2], member("n3", ready=False)))
    assert "2 of 3 ready, 2 are needed" in found.detail
    assert "logs etcd-n3 -c etcd" in found.remediation


def test_a_provider_that_runs_it_shows_no_etcd() -> None:
    assert not etcd(provider="eks")
    assert not etcd(provider="gke", pods=TopicState.FORBIDDEN)


@pytest.mark.parametrize("state", UNREAD)
def test_members_that_cannot_be_read_are_unknown(state: TopicState) -> None:
    assert b.gravities(etcd(*THREE, pods=state)) == [("UB15", UNKNOWN)]


def version(*conditions: tuple[str, str]) -> b.Doc:
    return {
        "apiVersion": "config.openshift.io/v1",
        "kind": "ClusterVersion",
        "metadata": {"name": "version"},
        "status": {
            "history": [{"state": "Completed", "version": "4.20.3"}],
            "conditions": [
                {"type": kind, "status": status, "reason": "Why", "message": "do this first"}
                for kind, status in conditions
            ],
        },
    }


@pytest.mark.parametrize(
    ("conditions", "told"),
    [
        ([("Available", "True"), ("Progressing", "False"), ("Failing", "False")], []),
        ([("Upgradeable", "True")], []),
        ([("Upgradeable", "False")], [(BLOCK, "Upgradeable")]),
        ([("Progressing", "True")], [(BLOCK, "Progressing")]),
        ([("Failing", "True"), ("Progressing", "True")],
         [(BLOCK, "Progressing"), (BLOCK, "Failing")]),
        ([("Available", "False")], [(BLOCK, "Available")]),
        ([], [(UNKNOWN, "")]),
    ],
)  # fmt: skip
def test_what_openshift_says(
    conditions: list[tuple[str, str]], told: list[tuple[Gravity, str]]
) -> None:
    found = provider_blockers(b.cluster(version(*conditions)), "openshift")
    assert [(one.gravity, one.subject) for one in found] == told
    for one in found:
        if one.gravity is BLOCK:
            assert "Why: do this first" in b.only([one]).detail


@pytest.mark.parametrize(
    ("provider", "state", "known"),
    [
        ("eks", TopicState.ABSENT, True),
        ("eks", TopicState.FORBIDDEN, True),
        ("", TopicState.ABSENT, True),
        ("", TopicState.FORBIDDEN, False),
        ("aws", TopicState.FORBIDDEN, False),  # plain versions may be OpenShift's
        ("openshift", TopicState.ABSENT, False),
        ("openshift", TopicState.FORBIDDEN, False),
        ("openshift", TopicState.PENDING, False),
        ("openshift", TopicState.FRESH, False),  # and no ClusterVersion in it
    ],
)
def test_who_may_be_openshift(provider: str, state: TopicState, known: bool) -> None:
    found = provider_blockers(b.cluster(clusterversions=state), provider)
    assert b.gravities(found) == ([] if known else [("UB18", UNKNOWN)])


def scraped(size: float, *, leader: float = 1, age: float = 5, quota: float = 100) -> Metrics:
    def one(value: float) -> MetricVector:
        return build.vector(build.sample(value, age=age, instance="10.0.0.1:2381"))

    return {"etcd-size": one(size), "etcd-quota": one(quota), "etcd-leader": one(leader)}


@pytest.mark.parametrize(
    ("metrics", "told"),
    [
        (scraped(79), []),
        (scraped(81), [(WARN, "size")]),
        (scraped(96), [(BLOCK, "size")]),
        (scraped(10, leader=0), [(BLOCK, "leader")]),
        (scraped(96, quota=0), []),  # no quota is told
        (scraped(96, age=400), [(UNKNOWN, "")]),  # nothing of the present
        ({"etcd-leader": build.vector(state=MetricState.FAILED)}, [(UNKNOWN, "")]),
    ],
)
def test_what_etcd_measures_of_itself(metrics: Metrics, told: list[tuple[Gravity, str]]) -> None:
    cluster = build.cluster("west", metrics=metrics)
    found = etcd_blockers(cluster, "", sort_pods(cluster))
    assert [(one.gravity, one.subject) for one in found] == told
    for one in found:
        if one.gravity is not UNKNOWN:
            assert {e.source for e in b.only([one]).evidence} == {"prometheus"}
    assert not etcd_blockers(cluster, "eks", sort_pods(cluster))
