"""How long versions, the plan and the checklist of a large fleet take, at first and after a change.

50 clusters in meshes of five, each with 500 nodes in five pools, 100 Deployments (5,000 in all)
with their pods and disruption budgets, and the pods of two DaemonSets on every node; every fourth
Deployment is a service of its whole mesh. Versions differ by two minors.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from msgspec.structs import replace as replace_struct

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.mesh.links import (
    Link,
    LinkKey,
    LinkState,
    MeshMember,
    MeshProvider,
    MeshReport,
)
from mckconsole.analysis.outlook import OutlookMemory, Present, look_ahead, question
from mckconsole.analysis.versions.model import VersionsReport
from mckconsole.analysis.versions.plan import make_plan
from mckconsole.analysis.versions.report import VersionsMemory, analyse_versions
from mckconsole.config.support_data import shipped
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.pods import Pod
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.sources.interning import sharer
from tests.benchmarks.table import Line, render
from tests.unit.analysis import build

CLUSTERS = 50
_NODES = 500
_WORKLOADS = 100
_MESH = 5
_MINORS = ("v1.33.6", "v1.34.2", "v1.34.2", "v1.35.1")
ANALYSIS, PLAN, CHANGE = 2.0, 1.0, 0.02
"""Budgets, seconds."""
RUNS = 3
Doc = dict[str, Any]


def _node(number: int, version: str) -> Doc:
    room = {"cpu": "8", "memory": "32Gi", "pods": "110"}
    labels = {"eks.amazonaws.com/nodegroup": f"pool-{number % 5}",
              "topology.kubernetes.io/region": "eu-west-1"}  # fmt: skip
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": f"n{number}", "labels": labels},
        "spec": {"providerID": f"aws:///eu-west-1a/i-{number}"},
        "status": {
            "allocatable": room,
            "conditions": [{"type": "Ready", "status": "True"}],
            "nodeInfo": {"kubeletVersion": f"{version}-eks-1", "osImage": "Amazon Linux 2023",
                         "kernelVersion": "6.1.0", "containerRuntimeVersion": "containerd://2.1.4"},
        },
    }  # fmt: skip


def _pod(namespace: str, name: str, node: int, owner: str, image: str) -> Doc:
    container = {"name": "app", "image": image,
                 "resources": {"requests": {"cpu": "250m", "memory": "256Mi"}}}  # fmt: skip
    owners = [{"apiVersion": "apps/v1", "kind": owner, "name": name.rsplit("-", 1)[0],
               "controller": True, "uid": "u"}]  # fmt: skip
    labels = {"app": name.rsplit("-", 1)[0]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "namespace": namespace, "name": name, "labels": labels, "ownerReferences": owners,
        },
        "spec": {"nodeName": f"n{node}", "containers": [container]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    }  # fmt: skip


def _workload(name: str, kind: str, namespace: str, image: str, replicas: int) -> Doc:
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"namespace": namespace, "name": name, "labels": labels},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "app", "image": image}]},
            },
        },
        "status": {"replicas": replicas, "readyReplicas": replicas, "availableReplicas": replicas},
    }


def _budget(name: str) -> Doc:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"namespace": "shop", "name": name},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": name}}},
        "status": {"disruptionsAllowed": 1, "expectedPods": 3, "currentHealthy": 3,
                   "desiredHealthy": 2},
    }  # fmt: skip


def _exported(name: str) -> Iterator[Doc]:
    """A Service that its cluster exports, with three ready endpoints."""
    meta = {"namespace": "shop", "name": name}
    ports = [{"name": "http", "port": 80, "protocol": "TCP"}]
    spec = {"selector": {"app": name}, "ports": ports, "clusterIP": "10.0.0.9"}
    yield {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec}
    labels = {
        "kubernetes.io/service-name": name,
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
    }
    yield {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"namespace": "shop", "name": f"{name}-abcde", "labels": labels},
        "addressType": "IPv4",
        "ports": ports,
        "endpoints": [{"addresses": [f"10.1.0.{one}"], "conditions": {"ready": True}}
                      for one in range(3)],
    }  # fmt: skip
    yield {"apiVersion": "multicluster.x-k8s.io/v1alpha1", "kind": "ServiceExport",
           "metadata": meta,
           "status": {"conditions": [{"type": "Valid", "status": "True"}]}}  # fmt: skip


def _docs(version: str) -> Iterator[Doc]:
    proxy, cilium = f"registry.k8s.io/kube-proxy:{version}", "quay.io/cilium/cilium:v1.18.4"
    yield _workload("kube-proxy", "DaemonSet", "kube-system", proxy, _NODES)
    yield _workload("cilium", "DaemonSet", "kube-system", cilium, _NODES)
    for number in range(_NODES):
        yield _node(number, version)
        yield _pod("kube-system", f"kube-proxy-{number}", number, "DaemonSet", proxy)
        yield _pod("kube-system", f"cilium-{number}", number, "DaemonSet", cilium)
    for number in range(_WORKLOADS):
        name = f"app{number}"
        yield _workload(name, "Deployment", "shop", "registry.example.com/app:1", 3)
        yield _budget(name)
        if number % 4 == 0:
            yield from _exported(name)
        for copy in range(3):
            node = (number * 3 + copy) % _NODES
            yield _pod("shop", f"{name}-{copy}", node, "ReplicaSet", "registry.example.com/app:1")


def _share(cluster: ClusterSnapshot) -> None:
    """Let objects share what repeats, as those that the console reads do."""
    for topic, view in cluster.topics.items():
        share = sharer(BY_TOPIC[topic].projection)
        for one in view.objects.values():
            share(one)


def fleet() -> FleetSnapshot:
    """The fleet; clusters of one version share their objects."""
    clusters = []
    held: dict[str, ClusterSnapshot] = {}
    for number in range(CLUSTERS):
        version = _MINORS[number % len(_MINORS)]
        if version not in held:
            held[version] = build.cluster(version, list(_docs(version)), version=f"{version}-eks-1")
            _share(held[version])
        name = f"c{number:02}"
        topics = {topic: replace(view, objects=dict(view.objects), generation=1)
                  for topic, view in held[version].topics.items()}  # fmt: skip
        clusters.append(replace(held[version], name=name, context=name, topics=topics))
    return build.fleet(*clusters)


def mesh() -> MeshReport:
    """Clusters in rings of five."""
    names = [f"c{number:02}" for number in range(CLUSTERS)]
    members = tuple(MeshMember(MeshProvider.SUBMARINER, name, name) for name in names)
    links = []
    for first in range(0, CLUSTERS, _MESH):
        ring = names[first : first + _MESH]
        for one, other in zip(ring, [*ring[1:], ring[0]], strict=True):
            key = LinkKey(MeshProvider.SUBMARINER, one, other)
            links.append(Link(key, LinkState.UP, None, ""))
    return MeshReport(links=tuple(links), members=members)


def changed(snapshot: FleetSnapshot, turn: int) -> FleetSnapshot:
    """The fleet after one pod of one cluster began anew."""
    name = f"c{turn % CLUSTERS:02}"
    cluster = snapshot.clusters[name]
    view = cluster.topic("pods")
    key = ("shop", f"app{turn % _WORKLOADS}-0")
    pod = cluster.objects("pods", Pod)[key]
    new = replace_struct(pod, status=replace_struct(pod.status, phase="Pending"))
    now = replace(view, objects={**view.objects, key: new}, generation=view.generation + 1)
    topics = {**cluster.topics, "pods": now}
    clusters: Mapping[str, ClusterSnapshot] = {
        **snapshot.clusters,
        name: replace(cluster, topics=topics),
    }
    return replace(snapshot, clusters=clusters, taken_at=snapshot.taken_at + 0.5)


def _present(snapshot: FleetSnapshot, analysis: Analysis, versions: VersionsReport) -> Present:
    return Present(
        snapshot, mesh(), analysis.services, analysis.identity, analysis.certificates, versions
    )


def lines() -> list[Line]:
    """Everything at once, the plan, the outlook with the checklist, and one change."""
    snapshot, data, joined = fleet(), shipped(), mesh()
    analysis = analyse(snapshot)  # what the rest needs
    first, plans, aheads, changes = [], [], [], []
    for _ in range(RUNS):
        gc.collect()
        began = time.perf_counter()
        report, memory = analyse_versions(snapshot, data, joined, VersionsMemory())
        first.append(time.perf_counter() - began)
    present = _present(snapshot, analysis, report)
    for _ in range(RUNS):
        gc.collect()
        began = time.perf_counter()
        plan = make_plan(question(present, report, data))
        plans.append(time.perf_counter() - began)
        began = time.perf_counter()
        look_ahead(present, data, OutlookMemory())
        aheads.append(time.perf_counter() - began)
    for turn in range(20):
        snapshot = changed(snapshot, turn)
        began = time.perf_counter()
        report, memory = analyse_versions(snapshot, data, joined, memory)
        changes.append(time.perf_counter() - began)
    if len(plan.steps) < CLUSTERS:
        raise RuntimeError(f"the plan has {len(plan.steps)} steps only")
    what = f"{CLUSTERS} clusters x {_NODES} nodes, {CLUSTERS * _WORKLOADS:,} workloads"
    took, planned = statistics.median(first), statistics.median(plans)
    ahead, change = statistics.median(aheads), statistics.median(changes)
    return [
        Line(f"versions, {what}", f"{took:.2f} s", "", "", f"≤ {ANALYSIS:g} s", took <= ANALYSIS),
        Line(
            f"plan, {len(plan.steps)} steps", f"{planned:.2f} s", f"versions {took:.2f} s",
            f"{planned / took:.2f} x", f"≤ {PLAN:g} s", planned <= PLAN,
        ),
        Line(
            "losses, plan and checklist", f"{ahead:.2f} s", f"versions {took:.2f} s",
            f"{ahead / took:.2f} x", "", None,
        ),
        Line(
            "versions after a pod changed", f"{change * 1000:.1f} ms", f"at first {took:.2f} s",
            f"{change / took:.3f} x", f"≤ {CHANGE * 1000:g} ms", change <= CHANGE,
        ),
    ]  # fmt: skip


if __name__ == "__main__":
    print(render(lines()))
