"""However the objects of a fleet come and go, keeping up says the same as starting anew."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.analysis.engine import analyse
from mckconsole.analysis.memory import AnalysisMemory
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, Doc
from tests.unit.analysis.livefleet import topics_of
from tests.unit.analysis.services.livefleet import LiveFleet, compare, content

CLUSTERS = ("east", "west", "south")
KEYS = (("shop", "web"), ("shop", "db"), ("b-c", "a"), ("c", "a-b"))
"""The last two have one name on Submariner's broker."""
MCS = "multicluster.kubernetes.io"


def _doc(api: str, kind: str, key: tuple[str, str], **body: Any) -> Doc:
    labels, notes = body.pop("labels", {}), body.pop("notes", {})
    meta = {"namespace": key[0], "name": key[1], "labels": labels, "annotations": notes}
    meta["creationTimestamp"] = "2026-09-21T12:00:00Z"
    return {"apiVersion": api, "kind": kind, "metadata": meta, **body}


def _slice(key: tuple[str, str], suffix: str, labels: dict[str, str], ready: bool = True) -> Doc:
    endpoint = {"addresses": ["10.1.2.3"], "conditions": {"ready": ready}}
    name = (key[0], f"{key[1]}-{suffix}")
    return _doc(
        "discovery.k8s.io/v1", "EndpointSlice", name,
        labels=labels, addressType="IPv4", endpoints=[endpoint],
    )  # fmt: skip


def _condition(kind: str, status: str, reason: str) -> dict[str, str]:
    at = "2026-09-21T14:12:00Z"
    return {"type": kind, "status": status, "reason": reason, "lastTransitionTime": at}


def _services(key: tuple[str, str]) -> list[Doc]:
    """A Service in all its guises, mirrors and Globalnet's copies of it included."""
    namespace, name = key
    spec = {"clusterIP": "172.30.0.7", "ports": [{"port": 443, "protocol": "TCP"}]}
    other = {**spec, "ports": [{"port": 80, "protocol": "TCP"}], "clusterIP": "None"}
    mirror = {
        "mirror.linkerd.io/mirrored-service": "true",
        "mirror.linkerd.io/cluster-name": "west",
    }
    remote = {"mirror.linkerd.io/remote-svc-fq-name": f"{name}.{namespace}.svc.cluster.local"}
    return [
        _doc("v1", "Service", key, spec=spec),
        _doc("v1", "Service", key, spec=other, labels={"app": "x"}),
        _doc("v1", "Service", key, spec=spec, notes={"service.cilium.io/global": "true"}),
        _doc("v1", "Service", key, spec=spec, labels={"mirror.linkerd.io/exported": "true"}),
        _doc("v1", "Service", (namespace, f"{name}-west"), spec=spec, labels=mirror, notes=remote),
        _doc("v1", "Service", (namespace, f"submariner-{name}"), spec=spec,
             labels={"submariner.io/exportedServiceRef": name}),
    ]  # fmt: skip


def _slices(key: tuple[str, str]) -> list[Doc]:
    namespace, name = key
    lighthouse = {
        "endpointslice.kubernetes.io/managed-by": "lighthouse-agent.submariner.io",
        f"{MCS}/service-name": name,
        "lighthouse.submariner.io/sourceNamespace": namespace,
    }
    return [
        _slice(key, "own", {"kubernetes.io/service-name": name}),
        _slice(key, "own", {"kubernetes.io/service-name": name}, ready=False),
        *(
            _slice(key, one, {**lighthouse, f"{MCS}/source-cluster": one})
            for one in (*CLUSTERS, "ghost")
        ),
        _slice(key, "derived", {"kubernetes.io/service-name": f"derived-{name}"}),
        _slice(key, "mirror", {"kubernetes.io/service-name": f"{name}-west"}),
    ]


def _exports(key: tuple[str, str]) -> list[Doc]:
    api = "multicluster.x-k8s.io/v1alpha1"
    namespace, name = key
    waiting = [_condition("Ready", "False", "AwaitingExport")]
    refused = [_condition("Valid", "False", "ServiceUnavailable")]
    target = {"target": "ClusterIPService", "serviceRef": {"name": name}}
    return [
        _doc(api, "ServiceExport", key),
        _doc(api, "ServiceExport", key, status={"conditions": waiting}),
        _doc(api, "ServiceExport", key, status={"conditions": refused}),
        _doc("net.gke.io/v1", "ServiceExport", key),
        _doc("networking.karmada.io/v1alpha1", "MultiClusterService", key),
        _doc("submariner.io/v1", "GlobalIngressIP", (namespace, f"gip-{name}"), spec=target),
        _doc("consul.hashicorp.com/v1alpha1", "ExportedServices", ("consul", "default"),
             spec={"services": [{"name": name, "consumers": [{"peer": "west"}]}]}),
        _doc("consul.hashicorp.com/v1alpha1", "ExportedServices", ("consul", "default"),
             spec={"services": [{"name": "*", "namespace": namespace}]}),
    ]  # fmt: skip


def _imports(key: tuple[str, str]) -> list[Doc]:
    api = "multicluster.x-k8s.io/v1alpha1"
    namespace, name = key
    spec = {"type": "ClusterSetIP", "ips": ["10.96.0.9"], "ports": [{"port": 443}]}
    labels = {
        f"{MCS}/service-name": name,
        f"{MCS}/source-cluster": "east",
        "lighthouse.submariner.io/sourceNamespace": namespace,
    }
    derived = {f"{MCS}/derived-service": f"derived-{name}"}
    copy_name = (build.OPERATOR, f"{name}-{namespace}-east")
    return [
        _doc(api, "ServiceImport", key, spec=spec, status={"clusters": [{"cluster": "east"}]}),
        _doc(api, "ServiceImport", key, spec=spec,
             status={"clusters": [{"cluster": "west"}, {"cluster": "ghost"}]}),
        _doc(api, "ServiceImport", key, spec=spec, notes=derived),
        _doc(api, "ServiceImport", copy_name, spec=spec, labels=labels),
        _doc("net.gke.io/v1", "ServiceImport", key, spec=spec),
    ]  # fmt: skip


def _lighthouse(cluster_id: str, **more: bool) -> Doc:
    name = (build.OPERATOR, "service-discovery")
    spec = {"clusterID": cluster_id, **more}
    return _doc("submariner.io/v1alpha1", "ServiceDiscovery", name, spec=spec)


def _of_clusters() -> list[Doc]:
    """What concerns a cluster as a whole."""
    secret = _doc("v1", "Secret", ("istio-system", "istio-remote-secret-west"),
                  labels={"istio/multiCluster": "true"})  # fmt: skip
    istiod = _doc("apps/v1", "Deployment", ("istio-system", "istiod"))
    prop: Doc = {"apiVersion": "about.k8s.io/v1", "kind": "ClusterProperty"}
    return [
        *(build.namespace(one, f"uid-{one}") for one in ("shop", "c", "b-c")),
        *(_lighthouse(one) for one in ("east", "west", "Not_One")),
        _lighthouse("east", globalnetEnabled=True),
        {**prop, "metadata": {"name": "cluster.clusterset.k8s.io"}, "spec": {"value": "east"}},
        secret,
        istiod,
        build.cilium_config("west", 2, clustermesh_enable_endpoint_sync="true"),
        *(
            build.gateway("east", build.connection("west", status, rtt=rtt))
            for status, rtt in (("connected", build.RTT), ("error", build.ZERO_RTT))
        ),
        build.gateway("west", build.connection("east")),
        build.endpoint("west"),
        build.submariner("west"),
    ]


DOCS = [
    *_of_clusters(),
    *(
        doc
        for key in KEYS
        for made in (_services, _slices, _exports, _imports)
        for doc in made(key)
    ),
]
TOPICS = sorted({topic for doc in DOCS for topic in topics_of(doc)})
STATES = [TopicState.FRESH, TopicState.FRESH, TopicState.STALE, TopicState.FORBIDDEN]


@st.composite
def histories(draw: st.DrawFn) -> list[list[tuple[str, str, Any]]]:
    """Rounds of changes to a few objects, so that they meet."""
    pool = st.sampled_from(draw(st.lists(st.sampled_from(DOCS), min_size=4, max_size=9)))
    topics = st.sampled_from(TOPICS)
    where = st.sampled_from(CLUSTERS)
    puts = st.tuples(st.just("put"), where, pool)
    drops = st.tuples(st.just("drop"), where, pool)
    states = st.tuples(st.just("state"), where, st.tuples(topics, st.sampled_from(STATES)))
    relists = st.tuples(st.just("relist"), where, topics)
    waits = st.tuples(st.just("wait"), st.just(""), st.sampled_from([1.0, 31.0, 121.0]))
    steps = st.one_of(puts, puts, puts, drops, drops, states, relists, waits)
    first = [draw(st.lists(puts, min_size=3, max_size=9))]
    return first + draw(st.lists(st.lists(steps, min_size=1, max_size=2), min_size=4, max_size=14))


def _apply(fleet: LiveFleet, step: tuple[str, str, Any]) -> None:
    action, cluster, what = step
    if action == "put":
        fleet.put(cluster, what)
    elif action == "drop":
        fleet.drop(cluster, what)
    elif action == "relist":
        fleet.relist(cluster, what)
    elif action == "state":
        fleet.state(cluster, *what)
    else:
        fleet.now += what


def _start() -> LiveFleet:
    """Clusters in one Submariner mesh, with Lighthouse and a service that is well."""
    fleet = LiveFleet(*CLUSTERS)
    for name in CLUSTERS:
        fleet.put(name, *build.member(name, *(one for one in CLUSTERS if one != name)))
        fleet.put(name, *_imports(KEYS[0])[:1], build.namespace("shop", "uid-shop"))
        fleet.put(name, _lighthouse(name))
    fleet.put("east", _services(KEYS[0])[0], _slices(KEYS[0])[0], _exports(KEYS[0])[0])
    return fleet


@settings(max_examples=60, deadline=None)
@given(histories())
def test_keeping_up_says_the_same_as_starting_anew(
    rounds: list[list[tuple[str, str, Any]]],
) -> None:
    fleet = _start()
    memory = analyse(fleet.snapshot()).memory
    for steps in rounds:
        for step in steps:
            _apply(fleet, step)
        found = analyse(fleet.snapshot(), memory=memory)
        memory = found.memory
        fresh = analyse(fleet.snapshot(), memory=AnalysisMemory(found.memory.mesh))
        again = analyse(fleet.snapshot(), memory=found.memory)
        memory = again.memory
        compare(again, fresh)
        assert [*map(id, again.services.services)] == [*map(id, found.services.services)]


WEB = KEYS[0]
LOST = build.gateway(
    "west", build.connection("east", "error", rtt=build.ZERO_RTT), build.connection("south")
)
WAITING = [_condition("Ready", "False", "AwaitingExport")]


def _other_tunnel(fleet: LiveFleet) -> None:
    fleet.put("west", LOST)


def _namespace_gone(fleet: LiveFleet) -> None:
    fleet.drop("south", build.namespace("shop", "uid-shop"))


def _time_passed(fleet: LiveFleet) -> None:
    fleet.now += 121


def _namesake_on_the_broker(fleet: LiveFleet) -> None:
    fleet.put("east", _exports(KEYS[3])[0])


def _another_id(fleet: LiveFleet) -> None:
    fleet.put("south", _lighthouse("ghost"))


def _unread(fleet: LiveFleet) -> None:
    fleet.state("east", "endpointslices", TopicState.FORBIDDEN)


def _joined_by_istio(fleet: LiveFleet) -> None:
    for name in CLUSTERS:
        fleet.put(name, _doc("apps/v1", "Deployment", ("istio-system", "istiod")))
        fleet.put(name, _doc("v1", "Secret", ("istio-system", "istio-remote-secret-west"),
                             labels={"istio/multiCluster": "true"}))  # fmt: skip


def _labels(doc: Doc) -> dict[str, str]:
    meta = doc["metadata"]
    assert isinstance(meta, dict)
    found: dict[str, str] = meta["labels"]
    return found


@pytest.mark.parametrize(
    "change",
    [
        _other_tunnel,
        _namespace_gone,
        _time_passed,
        _namesake_on_the_broker,
        _another_id,
        _unread,
        _joined_by_istio,
    ],
)
def test_what_changes_beside_its_objects_changes_a_service(
    change: Callable[[LiveFleet], None],
) -> None:
    """No object of any service of the start changes, and yet what is said of one does."""
    fleet = _start()
    fleet.drop("south", _imports(WEB)[0])
    db = KEYS[1]
    waits = _doc("multicluster.x-k8s.io/v1alpha1", "ServiceExport", db,
                 status={"conditions": WAITING})  # fmt: skip
    fleet.put("west", _services(db)[0], waits)
    for name in ("west", "south"):
        fleet.put(name, _services(("shop", "plain"))[0])
    fleet.put("east", _exports(KEYS[2])[0], _services(KEYS[2])[0])
    ghost = f"{MCS}/source-cluster"
    fleet.put("west", *(one for one in _slices(db) if _labels(one).get(ghost) == "ghost"))
    fleet.now = NOW + 5
    first = analyse(fleet.snapshot())
    change(fleet)
    kept = AnalysisMemory(services=first.memory.services)  # links are believed at once
    second = analyse(fleet.snapshot(), memory=kept)
    compare(second, analyse(fleet.snapshot()))
    assert [content(one) for one in first.services.services] != [
        content(one) for one in second.services.services
    ]


def test_an_older_memory_says_the_same_too() -> None:
    fleet = _start()
    first = analyse(fleet.snapshot())
    fleet.put("west", _services(KEYS[0])[1], _exports(KEYS[0])[0])
    second = analyse(fleet.snapshot(), memory=first.memory)
    compare(analyse(fleet.snapshot(), memory=first.memory), second)
    compare(analyse(fleet.snapshot(), memory=copy.copy(second.memory)), second)


def test_what_waits_is_looked_at_again_in_time() -> None:
    """Nothing is wrong with it at first, so that only its own time can bring it back."""
    fleet = LiveFleet("east")
    waits = _doc("multicluster.x-k8s.io/v1alpha1", "ServiceExport", WEB,
                 status={"conditions": WAITING})  # fmt: skip
    fleet.put("east", _services(WEB)[0], _slices(WEB)[0], waits)
    fleet.now = NOW + 5
    first = analyse(fleet.snapshot())
    assert not first.services.findings
    fleet.now = NOW + 121
    second = analyse(fleet.snapshot(), memory=first.memory)
    assert [one.rule for one in second.services.findings] == ["SD17"]
