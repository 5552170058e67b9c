"""Services and clusters for simulations, made by hand: only what the simulation reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from mckconsole.analysis.failover.model import FailoverReport, ServiceImpact
from mckconsole.analysis.failover.simulate import simulate
from mckconsole.analysis.mesh.links import MeshReport
from mckconsole.analysis.services.model import (
    Backends,
    CiliumSwitches,
    ClusterFacts,
    ConditionView,
    Dialect,
    Export,
    FleetService,
    Import,
    Part,
    RemoteEndpoints,
    ServiceFacts,
    ServiceKey,
    ServicesReport,
    ServiceState,
)
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from tests.unit.analysis import build
from tests.unit.analysis.build import Doc

KEY = ServiceKey("shop", "checkout")
LABELS = {"app": "checkout"}


def ref(kind: str, name: str = KEY.name) -> ObjectRef:
    """Names an object of the service's namespace."""
    return ObjectRef("v1", kind, KEY.namespace, name)


def facts(
    selector: Mapping[str, str] | None = None, *, cilium: CiliumSwitches | None = None,
    session: str = "None",
) -> ServiceFacts:  # fmt: skip
    """A Service."""
    return ServiceFacts(
        ref=ref("Service"), type="ClusterIP", headless=False, ports=frozenset(),
        selector=tuple(sorted((LABELS if selector is None else selector).items())),
        session_affinity=session, internal_traffic_policy="Cluster", traffic_distribution="",
        ip_families=("IPv4",), cluster_ip="10.0.0.1", publish_not_ready=False, owner=(),
        created=None, cilium=cilium,
    )  # fmt: skip


def condition(kind: str, status: str) -> ConditionView:
    """A condition of an export."""
    return ConditionView(kind, status, (), "", "", None, 0, "status.conditions[0]")


def part(
    cluster: str, ready: int | None = None, *, dialect: Dialect | None = Dialect.LIGHTHOUSE,
    sources: Sequence[str] = (), service: ServiceFacts | None = None, unknown: str = "",
    conditions: Sequence[ConditionView] = (), remote: Sequence[RemoteEndpoints] = (),
    total: int | None = None,
) -> Part:  # fmt: skip
    """A cluster's part: with `ready` it has the Service, with `dialect` too it exports it; with
    `sources` it imports it from these."""
    has = ready is not None or service is not None
    exports: tuple[Export, ...] = ()
    if dialect is not None and has:
        exports = (Export(dialect, ref("ServiceExport"), conditions=tuple(conditions)),)
    imports: tuple[Import, ...] = ()
    if sources:
        spoken = dialect or Dialect.LIGHTHOUSE
        imports = (Import(spoken, ref("ServiceImport"), sources=tuple(sources)),)
    return Part(
        cluster,
        (service or facts()) if has else None,
        None if ready is None else Backends(ready, ready if total is None else total),
        exports,
        imports,
        tuple(remote),
        unknown=(unknown,) if unknown else (),
    )


def service(*parts: Part, key: ServiceKey = KEY) -> FleetService:
    """A service of these parts."""
    return FleetService(key, {one.cluster: one for one in parts}, ServiceState.OK, None, "")


def report(
    fleet: FleetSnapshot, *services: FleetService, unread: Mapping[str, Mapping[str, str]] = {},
) -> ServicesReport:  # fmt: skip
    """The services report of a fleet whose clusters are known by their names."""
    clusters = {
        name: ClusterFacts(
            name,
            frozenset({name}) if one.state.readable else frozenset(),
            one.state.readable,
            "" if one.state.readable else f"{one.state}: {one.reason}",
            unread=unread.get(name, {}),
        )
        for name, one in fleet.clusters.items()
    }
    return ServicesReport(services, clusters)


def names(*called: str) -> FleetSnapshot:
    """A fleet of empty clusters."""
    return build.fleet(*(build.cluster(one) for one in called))


def lose(
    fleet: FleetSnapshot, lost: Iterable[str], *services: FleetService,
    mesh: MeshReport | None = None, unread: Mapping[str, Mapping[str, str]] = {},
) -> FailoverReport:  # fmt: skip
    """The simulation of losing `lost`."""
    found = report(fleet, *services, unread=unread)
    return simulate(fleet, found, tuple(lost), mesh=mesh or MeshReport())


def only(found: FailoverReport) -> ServiceImpact:
    """The one service that changes."""
    (one,) = found.services
    return one


def workload(
    name: str, *, kind: str = "Deployment", namespace: str = KEY.namespace, replicas: int = 3,
    cpu: str = "", memory: str = "", image: str = "registry.example.com/app:1",
    labels: Mapping[str, str] | None = None, volumes: bool = False, container: str = "app",
) -> Doc:  # fmt: skip
    """A workload whose pods are all ready."""
    requests = {name: value for name, value in (("cpu", cpu), ("memory", memory)) if value}
    spec: Doc = {
        "replicas": replicas,
        "template": {
            "metadata": {"labels": dict(labels or {"app": name})},
            "spec": {
                "containers": [
                    {"name": container, "image": image, "resources": {"requests": requests}}
                ]
            },
        },
    }
    if volumes:
        spec["volumeClaimTemplates"] = [{"metadata": {"name": "data"}}]
    status = (
        {"desiredNumberScheduled": replicas, "numberReady": replicas}
        if kind == "DaemonSet"
        else {"replicas": replicas, "readyReplicas": replicas}
    )
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
        "status": status,
    }


def autoscaler(name: str, most: int, *, kind: str = "Deployment") -> Doc:
    """An autoscaler of a workload."""
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name, "namespace": KEY.namespace},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": kind, "name": name},
            "minReplicas": 1,
            "maxReplicas": most,
        },
    }


def node(name: str, cpu: str = "8", memory: str = "32Gi", pods: str = "110", **more: str) -> Doc:
    """A node that can allocate this much."""
    made = build.node(name, ready=more.get("ready", "True"))
    allocatable = {"cpu": cpu, "memory": memory, "pods": pods}
    status = made["status"]
    assert isinstance(status, dict)
    return {**made, "status": {**status, "allocatable": allocatable}}


def plain_service(
    name: str, namespace: str = KEY.namespace, labels: Mapping[str, str] | None = None
) -> Doc:
    """A Service."""
    meta = {"name": name, "namespace": namespace, "labels": dict(labels or {})}
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {}}


def slices(name: str, ready: int, namespace: str = KEY.namespace, **labels: str) -> Doc:
    """The EndpointSlice of a Service."""
    known = {"kubernetes.io/service-name": name}
    known |= {key.replace("__", "/").replace("_", "-"): value for key, value in labels.items()}
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": f"{name}-x", "namespace": namespace, "labels": known},
        "endpoints": [
            {"addresses": [f"10.0.1.{number}"], "conditions": {"ready": True}}
            for number in range(ready)
        ],
    }


def ingress(host: str, backend: str = "web", **annotations: str) -> Doc:
    """An Ingress for one host."""
    paths = [{"path": "/", "backend": {"service": {"name": backend}}}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {
            "name": host.replace("*", "any"),
            "namespace": KEY.namespace,
            "annotations": annotations,
        },
        "spec": {"rules": [{"host": host, "http": {"paths": paths}}]},
    }


def http_route(host: str | None, backend: str = "web") -> Doc:
    """An HTTPRoute for one host, or for those of its Gateway."""
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": (host or "none").replace("*", "any"), "namespace": KEY.namespace},
        "spec": {
            "hostnames": [host] if host else [],
            "rules": [{"backendRefs": [{"name": backend}]}],
        },
    }


def route(host: str, backend: str = "web") -> Doc:
    """An OpenShift Route."""
    return {
        "apiVersion": "route.openshift.io/v1",
        "kind": "Route",
        "metadata": {"name": host, "namespace": KEY.namespace},
        "spec": {"host": host, "to": {"kind": "Service", "name": backend}},
    }


def cluster_object(group: str, kind: str, name: str, **spec: object) -> Doc:
    """A cluster-scoped custom resource."""
    return {"apiVersion": group, "kind": kind, "metadata": {"name": name}, "spec": spec}


def stale(cluster: ClusterSnapshot, topic: str) -> ClusterSnapshot:
    """`cluster` with one topic that is no longer confirmed."""
    from mckconsole.domain.states import TopicState

    view = replace(cluster.topics[topic], state=TopicState.STALE, reason="no answer")
    return replace(cluster, topics={**cluster.topics, topic: view})
