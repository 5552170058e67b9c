"""How long it takes to simulate the loss of each cluster of a large fleet, one after the other.

The fleet of `services`: 10,000 services over 20 clusters, each exported by two. Behind every export
stands a Deployment with an autoscaler, and every cluster has 50 nodes and 50 hosts.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace

from mckconsole.analysis.engine import analyse
from mckconsole.analysis.failover.model import Impact
from mckconsole.analysis.failover.quantities import amount
from mckconsole.analysis.failover.simulate import simulate, simulate_each
from mckconsole.domain.core import (
    Allotment,
    Deployment,
    DeploymentStatus,
    Node,
    NodeMeta,
    NodeStatus,
    PodTemplate,
    PodTemplateMeta,
    PodTemplateSpec,
    Quantities,
    Resources,
    Service,
    TemplateContainer,
    WorkloadSpec,
)
from mckconsole.domain.failover import (
    AutoscalerSpec,
    HorizontalPodAutoscaler,
    Ingress,
    IngressMeta,
    IngressRule,
    IngressSpec,
    ScaleTarget,
)
from mckconsole.domain.objects import Condition, Key, Projection
from mckconsole.domain.rollouts import WorkloadMeta
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from tests.benchmarks import services
from tests.benchmarks.table import Line, render

BUDGET = 1.0
"""Seconds for all clusters together."""
RUNS = 3
_NODES = 50
_HOSTS = 50
_READY = [Condition("Ready", "True", "", "", 0, "")]


def _deployment(key: Key) -> Deployment:
    namespace, name = key
    asked = Resources(Quantities(cpu="250m", memory="256Mi"))
    pod = PodTemplateSpec([TemplateContainer("app", "registry.example.com/app:1", asked)])
    template = PodTemplate(PodTemplateMeta({"app": name}), pod)
    meta = WorkloadMeta(name=name, namespace=namespace)
    return Deployment(meta, WorkloadSpec(2, template), DeploymentStatus(2, 2, 2))


def _autoscaler(key: Key) -> HorizontalPodAutoscaler:
    namespace, name = key
    spec = AutoscalerSpec(ScaleTarget("Deployment", name), 4)
    return HorizontalPodAutoscaler(WorkloadMeta(name=name, namespace=namespace), spec)


def _beside(cluster: ClusterSnapshot) -> Iterator[tuple[str, list[Projection]]]:
    """What runs behind the Services, and where."""
    keys = list(cluster.objects("services", Service))
    yield "deployments", [_deployment(key) for key in keys]
    yield "autoscalers", [_autoscaler(key) for key in keys]
    room = NodeStatus(conditions=_READY, allocatable=Allotment("32", "128Gi", "110"))
    named = [NodeMeta(name=f"n{number}") for number in range(_NODES)]
    yield "nodes", [Node(metadata=meta, status=room) for meta in named]
    yield (
        "ingresses",
        [
            Ingress(
                IngressMeta(name=f"h{number}", namespace="team-0"),
                IngressSpec(rules=[IngressRule(f"h{number}.{cluster.name[:2]}.example.com")]),
            )
            for number in range(_HOSTS)
        ],
    )


def fleet() -> FleetSnapshot:
    """The fleet of `services`, with what the simulation reads besides."""
    found = services.fleet()
    clusters = {}
    for name, cluster in found.clusters.items():
        topics = dict(cluster.topics)
        for topic, objects in _beside(cluster):
            held = {one.key: one for one in objects}
            topics[topic] = replace(topics[topic], objects=held)
        clusters[name] = replace(cluster, topics=topics)
    return replace(found, clusters=clusters)


def lines() -> list[Line]:
    """Losing each cluster, beside judging the services; and losing one."""
    snapshot = fleet()
    began = time.perf_counter()
    analysis = analyse(snapshot)
    judged = time.perf_counter() - began
    amount("1")  # what the arithmetic imports is not measured
    every, single = [], []
    for _ in range(RUNS):
        gc.collect()
        began = time.perf_counter()
        found = simulate_each(snapshot, analysis.services, mesh=analysis.mesh)
        every.append(time.perf_counter() - began)
        gc.collect()
        began = time.perf_counter()
        simulate(snapshot, analysis.services, [next(iter(found))], mesh=analysis.mesh)
        single.append(time.perf_counter() - began)
    changed = sum(len(one.services) for one in found.values())
    outages = sum(one.count(Impact.OUTAGE) for one in found.values())
    if not changed or not outages:
        raise RuntimeError(f"{changed} services change, {outages} go out")
    took, one = statistics.median(every), statistics.median(single)
    what = (
        f"losing each of {len(found)} clusters, {len(analysis.services.services):,} services, "
        f"{outages:,} outages"
    )
    return [
        Line(
            what, f"{took:.2f} s", f"judging the services {judged:.2f} s",
            f"{took / judged:.2f} x", f"≤ {BUDGET:g} s", took <= BUDGET,
        ),
        Line("losing one of them", f"{one * 1000:.0f} ms", "", "", "", None),
    ]  # fmt: skip


if __name__ == "__main__":
    print(render(lines()))
