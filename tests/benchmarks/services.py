"""How long it takes to judge services across clusters: all of them, and after one change.

10,000 services over 20 clusters. Ten clusters are joined in pairs by Submariner: 5,000 services are
exported by one of a pair, one in four by both, and imported by both as Lighthouse does it. Ten are
in a Cilium mesh: 5,000 global services are in two clusters, one in ten in three. One in twenty has
no ready endpoint in its first cluster. Beside them every cluster has 200 Services of its own.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Iterable
from dataclasses import replace

from mckconsole.analysis.engine import analyse
from mckconsole.domain.core import (
    Endpoint,
    EndpointConditions,
    EndpointSlice,
    Service,
    ServiceAnnotations,
    ServiceMeta,
    ServicePort,
    ServiceSpec,
    SliceMeta,
    TargetRef,
)
from mckconsole.domain.mesh import (
    ImportCluster,
    ServiceExport,
    ServiceExportStatus,
    ServiceImport,
    ServiceImportMeta,
    ServiceImportSpec,
    ServiceImportStatus,
)
from mckconsole.domain.objects import Condition, Meta, Projection
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from tests.benchmarks.table import Line, render
from tests.unit.analysis import build

SERVICES = 10_000
CLUSTERS = 20
GROUP = 2
MESHES = 5
JOINED = GROUP * MESHES
"""Clusters in Submariner meshes; the others are in the Cilium mesh."""
LOCAL = 200
FIRST_BUDGET = 1.0
CHANGE_BUDGET = 0.02
"""Seconds."""
RUNS = 3
CHANGES = 40
_PORT = ServicePort("https", "TCP", "", 443)
_CREATED = "2026-08-01T09:00:00Z"
_WHOLE = (
    Condition("Valid", "True", "", "", 0, "2026-08-01T09:00:01Z"),
    Condition("Ready", "True", "", "", 0, "2026-08-01T09:00:03Z"),
)
_NO_NOTES = ServiceAnnotations()
_GLOBAL = ServiceAnnotations(global_="true")
_TOPICS = {Service: "services", EndpointSlice: "endpointslices", ServiceExport: "serviceexports",
           ServiceImport: "serviceimports"}  # fmt: skip


def _name(number: int) -> str:
    return f"c{number:02}"


def _slice(
    namespace: str, name: str, labels: dict[str, str], endpoints: list[Endpoint]
) -> EndpointSlice:
    meta = SliceMeta(name=name, namespace=namespace, labels=labels)
    return EndpointSlice(metadata=meta, address_type="IPv4", ports=[_PORT], endpoints=endpoints)


def _local(
    number: int, cluster: int, ready: bool, notes: ServiceAnnotations = _NO_NOTES
) -> Iterable[Projection]:
    """A Service with its slice of two pods."""
    namespace, name = f"team-{number % 100}", f"svc-{number}"
    meta = ServiceMeta(
        name=name,
        namespace=namespace,
        creation_timestamp=_CREATED,
        labels={"app": name},
        annotations=notes,
    )
    address = f"172.{cluster + 16}.{number >> 8 & 255}.{number & 255}"
    spec = ServiceSpec(cluster_ip=address, ports=[_PORT], selector={"app": name})
    yield Service(metadata=meta, spec=spec)
    pods = [
        Endpoint(
            addresses=[f"10.{cluster}.{number >> 8 & 255}.{pod}"],
            conditions=EndpointConditions(ready=ready),
            target_ref=TargetRef("Pod", f"{name}-{pod}"),
        )
        for pod in range(2)
    ]
    labels = {
        "kubernetes.io/service-name": name,
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
    }
    yield _slice(namespace, f"{name}-abcde", labels, pods)


def _export(number: int) -> Projection:
    namespace, name = f"team-{number % 100}", f"svc-{number}"
    return ServiceExport(
        metadata=Meta(name=name, namespace=namespace, creation_timestamp=_CREATED),
        status=ServiceExportStatus(list(_WHOLE)),
    )


def _importer(
    number: int, importer: int, exporters: tuple[int, ...], ready: bool
) -> Iterable[Projection]:
    """What Lighthouse's agent writes into a cluster that is joined."""
    namespace, name = f"team-{number % 100}", f"svc-{number}"
    clusters = [ImportCluster(_name(one)) for one in exporters]
    spec = ServiceImportSpec(type="ClusterSetIP", ports=[_PORT])
    yield ServiceImport(
        metadata=ServiceImportMeta(name=name, namespace=namespace),
        spec=spec,
        status=ServiceImportStatus(clusters),
    )
    for exporter in exporters:
        address = f"172.{exporter + 16}.{number >> 8 & 255}.{number & 255}"
        labels = {
            "endpointslice.kubernetes.io/managed-by": "lighthouse-agent.submariner.io",
            "multicluster.kubernetes.io/service-name": name,
            "multicluster.kubernetes.io/source-cluster": _name(exporter),
            "lighthouse.submariner.io/sourceNamespace": namespace,
        }
        up = EndpointConditions(ready=ready or exporter != exporters[0])
        endpoint = Endpoint(addresses=[address], conditions=up)
        yield _slice(namespace, f"{name}-{_name(exporter)}", labels, [endpoint])
        if exporter == importer:
            yield ServiceImport(
                metadata=ServiceImportMeta(
                    name=f"{name}-{namespace}-{_name(exporter)}",
                    namespace=build.OPERATOR,
                    labels=labels,
                ),
                spec=ServiceImportSpec(type="ClusterSetIP", ports=[_PORT], ips=[address]),
                status=ServiceImportStatus([ImportCluster(_name(exporter))]),
            )


def fleet() -> FleetSnapshot:
    """The snapshot: meshes through the real decoder, and services beside them."""
    held: list[list[Projection]] = [[] for _ in range(CLUSTERS)]
    for number in range(SERVICES):
        ready = number % 40 > 1
        if number % 2:
            _lighthouse(held, number, ready, 1 + (number % 8 == 1))
        else:
            first = JOINED + number // 2 % (CLUSTERS - JOINED)
            for step in range(2 + (number % 20 == 0)):
                cluster = JOINED + (first - JOINED + step * 3) % (CLUSTERS - JOINED)
                held[cluster] += _local(number, cluster, ready or step > 0, _GLOBAL)
    for cluster, objects in enumerate(held):
        for number in range(LOCAL):
            objects += _local(SERVICES + number, cluster, True)
    return build.fleet(*(_filled(_cluster(n), objects) for n, objects in enumerate(held)))


def _lighthouse(held: list[list[Projection]], number: int, ready: bool, copies: int) -> None:
    """A service of one Submariner mesh, exported by `copies` of its clusters."""
    mesh = number // 2 % MESHES * GROUP
    exporters = tuple(mesh + (number // (2 * MESHES) + step) % GROUP for step in range(copies))
    for exporter in exporters:
        held[exporter] += _local(number, exporter, ready or exporter != exporters[0])
        held[exporter].append(_export(number))
    for importer in range(mesh, mesh + GROUP):
        held[importer] += _importer(number, importer, exporters, ready)


def _cluster(number: int) -> ClusterSnapshot:
    """A member of its mesh, as it is without services."""
    name = _name(number)
    docs = [build.namespace(f"team-{number}", f"uid-{number}") for number in range(100)]
    metrics = {}
    if number < JOINED:
        mesh = number - number % GROUP
        peers = [_name(one) for one in range(mesh, mesh + GROUP) if one != number]
        settings: build.Doc = {
            "apiVersion": "submariner.io/v1alpha1",
            "kind": "ServiceDiscovery",
            "metadata": {"name": "service-discovery", "namespace": build.OPERATOR},
            "spec": {"clusterID": name},
        }
        docs += [*build.member(name, *peers), settings]
    else:
        docs += [build.cilium_config(name, number), build.apiserver()]
        peers = [_name(one) for one in range(JOINED, CLUSTERS) if one != number]
        ready = [sample for peer in peers for sample in build.readiness(peer, 1, 1)]
        metrics["cilium-readiness"] = build.vector(*ready)
    return build.cluster(name, docs, metrics=metrics)


def _filled(cluster: ClusterSnapshot, objects: Iterable[Projection]) -> ClusterSnapshot:
    """The cluster with these objects, its topics numbered as a store numbers them."""
    topics = {name: replace(view, generation=1) for name, view in cluster.topics.items()}
    sorted_: dict[str, dict[tuple[str, str], Projection]] = {t: {} for t in _TOPICS.values()}
    for one in objects:
        sorted_[_TOPICS[type(one)]][one.key] = one
    for topic, found in sorted_.items():
        topics[topic] = replace(topics[topic], objects=found)
    return replace(cluster, topics=topics)


def _change(snapshot: FleetSnapshot, number: int) -> None:
    """One slice changes, as by a watch event: in place, with the next generation."""
    mesh = number // 2 % MESHES * GROUP
    first = JOINED + number // 2 % (CLUSTERS - JOINED)
    name = _name(mesh + number // (2 * MESHES) % GROUP if number % 2 else first)
    cluster = snapshot.clusters[name]
    view = cluster.topics["endpointslices"]
    key = (f"team-{number % 100}", f"svc-{number}-abcde")
    old = view.objects[key]
    assert isinstance(old, EndpointSlice)
    flipped = [
        Endpoint(
            one.addresses,
            EndpointConditions(ready=not one.ready),
            one.hostname,
            one.target_ref,
        )
        for one in old.endpoints
    ]
    new = EndpointSlice(old.metadata, old.address_type, old.ports, flipped)
    view.objects[key] = new  # type: ignore[index]
    cluster.topics["endpointslices"] = replace(view, generation=view.generation + 1)  # type: ignore[index]


def lines() -> list[Line]:
    """Everything once, and one change at a time; the whole analysis each time."""
    started = time.perf_counter()
    snapshot = fleet()
    built = time.perf_counter() - started
    objects = sum(
        len(cluster.topic(topic).objects)
        for cluster in snapshot.clusters.values()
        for topic in _TOPICS.values()
    )
    first = []
    for _ in range(RUNS):
        analysis = None  # forgetting the last one is no part of making the next
        gc.collect()
        started = time.perf_counter()
        analysis = analyse(snapshot)
        first.append(time.perf_counter() - started)
    assert analysis
    if len(analysis.services.services) != SERVICES:
        raise RuntimeError(f"{len(analysis.services.services)} services were found")
    changes = []
    for number in range(CHANGES):
        _change(snapshot, number)
        before = analysis.services.services
        started = time.perf_counter()
        analysis = analyse(snapshot, memory=analysis.memory)
        changes.append(time.perf_counter() - started)
        same = len({*map(id, before)} & {*map(id, analysis.services.services)})
        if same != SERVICES - 1:
            raise RuntimeError(f"{SERVICES - same} services changed, not one")
    once, again = statistics.median(first), statistics.median(changes)
    what = f"{SERVICES:,} services of {CLUSTERS} clusters, {objects:,} objects"
    return [
        Line(
            f"{what}: first", f"{once:.2f} s", f"making the objects {built:.2f} s",
            f"{once / built:.2f} x", f"≤ {FIRST_BUDGET:g} s", once <= FIRST_BUDGET,
        ),
        Line(
            "the same, after one change", f"{again * 1000:.1f} ms",
            f"worst {max(changes) * 1000:.1f} ms", f"{once / again:.0f} x less",
            f"≤ {CHANGE_BUDGET * 1000:.0f} ms", again <= CHANGE_BUDGET,
        ),
    ]  # fmt: skip


if __name__ == "__main__":
    print(render(lines()))
