"""Which cost exporters a cluster runs, in which cloud it is, and which budgets it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mckconsole.analysis.checklist.moments import Sight
from mckconsole.analysis.mesh.evidence import ref_of
from mckconsole.domain.budgets import Budget
from mckconsole.domain.core import DaemonSet, Deployment, Node
from mckconsole.domain.logagents import repository
from mckconsole.domain.objects import Key
from mckconsole.domain.snapshot import ClusterSnapshot

WORKLOADS = ("deployments", "daemonsets")
BUDGETS = ("aws-budgets", "google-budgets")
CLOUDS: Mapping[str, str] = {"aws": "AWS", "gce": "Google Cloud", "azure": "Azure"}
"""Clouds that have budgets, by the beginning of nodes' providerID."""
_OF = {"aws-budgets": "aws", "google-budgets": "gce"}
_TOOLS: tuple[tuple[str, re.Pattern[str], bool], ...] = (
    ("Kubecost network costs", re.compile(r"kubecost-network-costs|network-costs"), False),
    ("OpenCost", re.compile(r"(?:^|/)opencost$"), True),
    ("Kubecost", re.compile(r"(?:^|/)(?:kubecost-)?cost-(?:model|analyzer)(?:-fips)?$|"
                            r"/kubecost1/"), True),
    ("CAST AI", re.compile(r"/castai"), True),
    ("Vantage", re.compile(r"vantage-kubernetes-agent$"), True),
    ("Cloudability", re.compile(r"cloudability/metrics-agent$"), True),
)  # fmt: skip
"""(name, image, whether it tells costs), the more particular before the more general."""


class Exporter(NamedTuple):
    """Something that measures costs."""

    name: str
    costs: bool
    """Whether it tells costs; some only count bytes."""
    desired: int
    ready: int
    sight: Sight


class BudgetSeen(NamedTuple):
    """A budget that is kept as an object."""

    cloud: str
    ready: bool | None
    sight: Sight


class Spending(NamedTuple):
    """What a cluster shows of cost."""

    exporters: tuple[Exporter, ...]
    cloud: str
    """A key of `CLOUDS`; empty where no node says, or several clouds are named."""
    budgets: tuple[BudgetSeen, ...]
    unread: tuple[str, ...] = ()
    """Clouds of which it may hold budgets that were not read."""


def spending(cluster: ClusterSnapshot) -> Spending:
    """Read a cluster's objects."""
    nodes = cluster.objects("nodes", Node).values()
    clouds = {one.spec.provider_id.partition("://")[0] for one in nodes}
    known = clouds & CLOUDS.keys()
    return Spending(
        tuple(_exporters(cluster)),
        next(iter(known)) if len(known) == 1 else "",
        tuple(_budgets(cluster)),
        tuple(_OF[topic] for topic in BUDGETS if not cluster.topic(topic).conclusive),
    )


def _exporters(cluster: ClusterSnapshot) -> Iterator[Exporter]:
    for key, one in sorted(cluster.objects("deployments", Deployment).items()):
        told = (one.spec.replicas, one.status.ready_replicas)
        for name, costs in _tools(one):
            yield _exporter(cluster, "deployments", key, name, costs, told)
    for key, daemon in sorted(cluster.objects("daemonsets", DaemonSet).items()):
        told = (daemon.status.desired_number_scheduled, daemon.status.number_ready)
        for name, costs in _tools(daemon):
            yield _exporter(cluster, "daemonsets", key, name, costs, told)


def _tools(workload: Deployment | DaemonSet) -> Iterator[tuple[str, bool]]:
    """The tools among its containers."""
    found: dict[str, bool] = {}
    for container in workload.spec.template.spec.containers:
        image = repository(container.image)
        for name, pattern, costs in _TOOLS:
            if pattern.search(image):
                found[name] = costs
                break
    yield from found.items()


def _exporter(
    cluster: ClusterSnapshot, topic: str, key: Key, name: str, costs: bool, told: tuple[int, int]
) -> Exporter:
    desired, ready = told
    sight = Sight(topic, ref_of(cluster, topic, key), "status", f"{ready} of {desired} ready")
    return Exporter(name, costs, desired, ready, sight)


def _budgets(cluster: ClusterSnapshot) -> Iterator[BudgetSeen]:
    for topic in BUDGETS:
        for key, one in sorted(cluster.topic(topic).objects.items()):
            if isinstance(one, Budget):
                ready = one.ready if cluster.topic(topic).complete else None
                told = {True: "Ready", False: "not Ready", None: "not known"}[ready]
                sight = Sight(topic, ref_of(cluster, topic, key), "status.conditions", told)
                yield BudgetSeen(_OF[topic], ready, sight)
