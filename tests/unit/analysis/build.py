"""Make snapshots for tests from objects as a cluster would serve them, through the real decoder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import yaml

from mckconsole.demo.selectors import label_selector
from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.kinds import KINDS, Kind
from mckconsole.domain.metrics import MetricState, MetricsView, MetricVector, Sample
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot, TopicView, VersionInfo
from mckconsole.domain.states import ClusterState, TopicState, Transition

NOW = 1_790_000_000.0
"""The API servers' clock, and the console's, in every test that says nothing else."""

Doc: TypeAlias = dict[str, object]
States: TypeAlias = Mapping[str, TopicState]

_DECODERS = {kind.topic: ProjectionDecoder(kind.projection) for kind in KINDS}


def docs_of(text: str) -> list[Doc]:
    """The documents of a YAML text."""
    return [doc for doc in yaml.safe_load_all(text) if doc]


def belongs(kind: Kind, doc: Doc) -> bool:
    """Whether an object is one of a topic's, by kind and selectors."""
    group = str(doc.get("apiVersion", "v1")).rpartition("/")[0]
    if group != kind.group or doc.get("kind") != kind.projection.kind:
        return False
    if kind.fields and kind.fields != f"type={doc.get('type', '')}":
        return False
    meta = doc.get("metadata")
    if not isinstance(meta, dict):
        return not (kind.name or kind.namespace or kind.labels)
    if kind.labels:
        selects = label_selector(kind.labels)
        if selects is not None and not selects(meta.get("labels") or {}):
            return False
    return (kind.name in ("", meta.get("name"))) and (kind.namespace in ("", meta.get("namespace")))


def topic(kind: Kind, docs: Iterable[Doc], state: TopicState, as_of: float) -> TopicView:
    """One topic with the documents that belong to it."""
    objects: dict[Key, Projection] = {}
    faults: dict[Key, tuple[str, ...]] = {}
    for doc in docs:
        if belongs(kind, doc):
            decoded = _DECODERS[kind.topic].decode(json.dumps(doc, separators=(",", ":")).encode())
            objects[decoded.object.key] = decoded.object
            if decoded.faults:
                faults[decoded.object.key] = decoded.faults
    reason = "" if state is TopicState.FRESH else f"{kind.topic} is {state.value} in this test"
    if not state.readable:
        objects = {}
    return TopicView(kind.topic, state, reason, kind.versions[0], objects, faults, as_of)


def cluster(
    name: str,
    docs: Sequence[Doc] = (),
    *,
    states: States | None = None,
    metrics: Mapping[str, MetricVector] | None = None,
    state: ClusterState = ClusterState.READY,
    reason: str = "",
    version: str | None = "v1.34.2",
    as_of: float = NOW,
    uid: str | None = None,
    history: tuple[Transition, ...] = (),
    warnings: tuple[str, ...] = (),
    audited: bool = False,
) -> ClusterSnapshot:
    """A cluster whose every topic is fresh, but for `states`; `uid` is that of kube-system. Secrets
    are only asked for where they are `audited`."""
    known = [namespace("kube-system", uid or f"uid-of-{name}"), *docs]
    return ClusterSnapshot(
        name=name,
        context=f"ctx-{name}",
        server=f"https://{name}.example:6443",
        state=state,
        reason=reason,
        version=VersionInfo(version) if version else None,
        latency=0.031,
        latencies=(0.03, 0.031),
        as_of=as_of,
        topics={
            kind.topic: topic(kind, known, (states or {}).get(kind.topic, TopicState.FRESH), as_of)
            for kind in KINDS
            if audited or kind.topic != "secrets"
        },
        metrics=MetricsView(metrics or {}),
        history=history,
        warnings=warnings,
    )


def unreachable(name: str, reason: str = "timeout") -> ClusterSnapshot:
    """A cluster that never answered."""
    states = {kind.topic: TopicState.UNREACHABLE for kind in KINDS}
    found = cluster(
        name, states=states, state=ClusterState.UNREACHABLE, reason=reason, version=None
    )
    return replace(found, latency=None, latencies=(), as_of=None)


def fleet(*clusters: ClusterSnapshot, taken_at: float = NOW) -> FleetSnapshot:
    """A fleet of these clusters."""
    return FleetSnapshot({one.name: one for one in clusters}, taken_at)


def namespace(name: str, uid: str) -> Doc:
    """A Namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "uid": uid}}


OPERATOR = "submariner-operator"
RTT: Doc = {"last": "21ms", "min": "18ms", "average": "22ms", "max": "60ms", "stdDev": "3ms"}
ZERO_RTT: Doc = {name: "0s" for name in RTT}
_NUMBERS = {"east": 10, "west": 20, "south": 30, "north": 40}


def _number(cluster_id: str) -> int:
    return _NUMBERS.get(cluster_id) or 50 + sum(cluster_id.encode()) % 150


def spec(cluster_id: str, **changes: object) -> Doc:
    """An EndpointSpec with ranges of its own."""
    number = _number(cluster_id)
    return {
        "cluster_id": cluster_id,
        "cable_name": f"submariner-cable-{cluster_id}-10-{number}-1-4",
        "hostname": f"{cluster_id}-gw-1",
        "backend": "libreswan",
        "backend_config": {"natt-discovery-port": "4490", "udp-port": "4500"},
        "healthCheckIP": f"10.{number}.0.1",
        "nat_enabled": True,
        "private_ip": f"172.16.{number}.4",
        "public_ip": f"203.0.113.{number}",
        "subnets": [f"10.{number}.0.0/16", f"172.{number}.0.0/16"],
        **changes,
    }


def connection(
    peer: str, status: str = "connected", *, rtt: Doc | None = None, message: str = "",
    using_ip: str | None = None, endpoint: Doc | None = None, **more: object,
) -> Doc:  # fmt: skip
    """A connection to `peer`; `rtt` defaults to a healthy one, `{}` leaves it out."""
    found: Doc = {
        "status": status,
        "statusMessage": message,
        "usingIP": f"203.0.113.{_number(peer)}" if using_ip is None else using_ip,
        "usingNAT": True,
        "endpoint": endpoint or spec(peer),
        "latencyRTT": RTT if rtt is None else rtt,
        **more,
    }
    if rtt == {}:
        del found["latencyRTT"]
    return found


def gateway(
    cluster_id: str, *connections: Doc, age: float | None = 3, ha: str = "active",
    host: str = "", now: float = NOW, local: Doc | None = None, **status: object,
) -> Doc:  # fmt: skip
    """A Gateway object whose heartbeat is `age` seconds old; None leaves it out."""
    name = host or f"{cluster_id}-gw-1"
    annotations = {} if age is None else {"update-timestamp": f"{now - age:.0f}"}
    return {
        "apiVersion": "submariner.io/v1",
        "kind": "Gateway",
        "metadata": {"name": name, "namespace": OPERATOR, "annotations": annotations},
        "status": {
            "version": "v0.20.0",
            "haStatus": ha,
            "statusFailure": "",
            "localEndpoint": local or spec(cluster_id, hostname=name),
            "connections": list(connections),
            **status,
        },
    }


def endpoint(cluster_id: str, *, at: str = OPERATOR, **changes: object) -> Doc:
    """An Endpoint object, own or copy."""
    body = spec(cluster_id, **changes)
    meta = {"name": f"{cluster_id}-{body['cable_name']}", "namespace": at}
    return {"apiVersion": "submariner.io/v1", "kind": "Endpoint", "metadata": meta, "spec": body}


def submariner_cluster(cluster_id: str, **changes: object) -> Doc:
    """A Cluster object."""
    number = _number(cluster_id)
    return {
        "apiVersion": "submariner.io/v1",
        "kind": "Cluster",
        "metadata": {"name": cluster_id, "namespace": OPERATOR},
        "spec": {
            "cluster_id": cluster_id,
            "cluster_cidr": [f"10.{number}.0.0/16"],
            "service_cidr": [f"172.{number}.0.0/16"],
            "global_cidr": [],
            **changes,
        },
    }


def submariner(cluster_id: str, **changes: object) -> Doc:
    """A Submariner resource."""
    return {
        "apiVersion": "submariner.io/v1alpha1",
        "kind": "Submariner",
        "metadata": {"name": "submariner", "namespace": OPERATOR},
        "spec": {"clusterID": cluster_id, "cableDriver": "libreswan", **changes},
    }


def route_agent(node: str, peer: str, status: str, message: str = "") -> Doc:
    """A RouteAgent with one remote endpoint."""
    remote = {"status": status, "statusMessage": message, "spec": spec(peer)}
    return {
        "apiVersion": "submariner.io/v1",
        "kind": "RouteAgent",
        "metadata": {"name": node, "namespace": OPERATOR},
        "status": {"version": "v0.20.0", "statusFailure": "", "remoteEndpoints": [remote]},
    }


def lease(renewed: str, holder: str = "east-gw-1-submariner-gateway") -> Doc:
    """The gateways' leader election lease."""
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "submariner-gateway-lock", "namespace": OPERATOR},
        "spec": {"holderIdentity": holder, "leaseDurationSeconds": 15, "renewTime": renewed},
    }


def member(cluster_id: str, *peers: str, extra: Sequence[Doc] = ()) -> list[Doc]:
    """A healthy Submariner member connected to `peers`."""
    connections = [connection(peer) for peer in peers]
    return [
        gateway(cluster_id, *connections),
        submariner(cluster_id),
        submariner_cluster(cluster_id),
        endpoint(cluster_id),
        *(endpoint(peer) for peer in peers),
        *extra,
    ]


def node(name: str, *, provider_id: str = "", labels: Mapping[str, str] | None = None,
         ready: str = "True", cidrs: Sequence[str] = (), image: str = "") -> Doc:  # fmt: skip
    """A Node."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": dict(labels or {})},
        "spec": {"providerID": provider_id, "podCIDRs": list(cidrs)},
        "status": {
            "nodeInfo": {"osImage": image, "kubeletVersion": "v1.34.2"},
            "conditions": [{"type": "Ready", "status": ready}],
        },
    }


def cilium_config(name: str, number: int | str, **changes: str) -> Doc:
    """The ConfigMap cilium-config; `changes` are keys with underscores."""
    data = {
        "cluster-name": name,
        "cluster-id": str(number),
        "routing-mode": "tunnel",
        "tunnel-protocol": "vxlan",
        "ipam": "cluster-pool",
        "enable-ipv4": "true",
        "enable-ipv6": "false",
        "enable-wireguard": "false",
        "enable-ipsec": "false",
        **{key.replace("_", "-"): value for key, value in changes.items()},
    }
    meta = {"name": "cilium-config", "namespace": "kube-system"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data}


def _workload(kind: str, name: str, images: Mapping[str, str]) -> Doc:
    containers = [{"name": one, "image": image} for one, image in images.items()]
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": "kube-system"},
        "spec": {"template": {"spec": {"containers": containers}}},
    }


def apiserver(version: str = "v1.17.2", *, kvstoremesh: bool = True) -> Doc:
    """The Deployment clustermesh-apiserver."""
    image = f"quay.io/cilium/clustermesh-apiserver:{version}@sha256:0123"
    images = {"apiserver": image, **({"kvstoremesh": image} if kvstoremesh else {})}
    return _workload("Deployment", "clustermesh-apiserver", images)


def agents(version: str = "v1.17.2") -> Doc:
    """The DaemonSet cilium."""
    return _workload("DaemonSet", "cilium", {"cilium-agent": f"quay.io/cilium/cilium:{version}"})


def cilium_node(name: str, *cidrs: str, wg: str = "", key: int = 0) -> Doc:
    """A CiliumNode."""
    annotations = {"network.cilium.io/wg-pub-key": wg} if wg else {}
    return {
        "apiVersion": "cilium.io/v2",
        "kind": "CiliumNode",
        "metadata": {"name": name, "annotations": annotations},
        "spec": {"encryption": {"key": key}, "ipam": {"podCIDRs": list(cidrs)}},
    }


def vector(*samples: Sample, state: MetricState = MetricState.FRESH, asked_at: float = NOW,
           reason: str = "") -> MetricVector:  # fmt: skip
    """An answer of Prometheus."""
    why = reason or ("" if state is MetricState.FRESH else f"{state.value} in this test")
    return MetricVector(state, why, samples, asked_at, "prom-test")


def sample(value: float, *, age: float = 5, **labels: str) -> Sample:
    """A sample `age` seconds old."""
    return Sample(labels, value, NOW - age)


def readiness(target: str, *values: float, age: float = 5) -> list[Sample]:
    """Readiness of `target` on as many agents as there are values."""
    return [
        sample(value, age=age, target_cluster=target, instance=f"agent-{index}")
        for index, value in enumerate(values)
    ]
