"""The metrics that exporters beside the meshes give: which targets are up, what kubelets say of
their nodes, what log agents delivered, what nodes cost.

What is there follows from what runs: an exporter that no workload is of exports nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mckconsole.demo.pods import seats_of
from mckconsole.demo.promql import PromSeries
from mckconsole.demo.scenario import Workload
from mckconsole.demo.site import NodePlan
from mckconsole.demo.world import World
from mckconsole.domain.kubeversion import Minor, parse_version

_JOBS = {
    "kube-state-metrics": ("kube-state-metrics", 8080),
    "coredns": ("coredns", 9153),
    "kube-dns": ("kube-dns", 10054),
    "opencost": ("opencost", 9003),
}
"""Workload to the job that scrapes it, and its port."""
_CGROUP_V1 = ("Amazon Linux 2", "Ubuntu 20.04")
_CGROUP_FROM, _LOSING_FROM = Minor(1, 31), Minor(1, 34)
"""The first kubelets with these metrics."""
_HOURLY = {"eks": 0.4032, "gke": 0.2680, "aks": 0.3840, "rke2": 0.0, "vsphere": 0.0}
"""Dollars for one node."""


def series(world: World, name: str) -> Iterator[PromSeries]:
    """All of them, of cluster `name`."""
    for plan in world.sites[name].nodes:
        yield from _kubelet(world, name, plan)
    for model in world.scenario.workloads_of(name):
        yield from _of(world, name, model)


def _kubelet(world: World, name: str, plan: NodePlan) -> Iterator[PromSeries]:
    target = {"job": "kubelet", "instance": f"{plan.address}:10250", "node": plan.name}
    ready = plan.ordinal >= plan.pool.unready
    yield PromSeries("up", target, 1 if ready else 0)
    version = parse_version(world.kubelets[name, plan.name])
    if version is None or not ready:
        return
    if version.of >= _CGROUP_FROM:
        old = plan.pool.image.startswith(_CGROUP_V1)
        yield PromSeries("kubelet_cgroup_version", target, 1 if old else 2)
    if version.of >= _LOSING_FROM and plan.pool.runtime.startswith("containerd://1."):
        yield PromSeries("kubelet_cri_losing_support", {**target, "version": "1.38.0"}, 1)


def _of(world: World, name: str, model: Workload) -> Iterator[PromSeries]:
    site = world.sites[name]
    if model.name in _JOBS:
        job, port = _JOBS[model.name]
        for seat in seats_of(site, model):
            target = {"job": job, "instance": f"{seat.ip}:{port}", "namespace": model.namespace}
            yield PromSeries("up", target, int(seat.ready))
    if model.name == "fluent-bit":
        for seat in seats_of(site, model):
            labels = {"job": "fluent-bit", "instance": f"{seat.ip}:2020", "name": "loki.0"}
            yield PromSeries("fluentbit_output_proc_records_total", labels, _growing(world, 41.0))
    elif model.name == "opencost":
        for plan in site.nodes:
            labels = {"job": "opencost", "node": plan.name, "instance_type": plan.pool.instance}
            yield PromSeries("node_total_hourly_cost", labels, _HOURLY[site.cluster.provider])
    elif model.name == "network-costs":
        for seat in seats_of(site, model):
            labels = {"job": "network-costs", "instance": f"{seat.ip}:3001", "internet": "true"}
            yield PromSeries(
                "kubecost_pod_network_egress_bytes_total", labels, _growing(world, 52_000.0)
            )


def _growing(world: World, per_second: float) -> Callable[[float], float]:
    since = world.epoch - 9 * 86_400.0
    return lambda now: float(int((now - since) * per_second))
