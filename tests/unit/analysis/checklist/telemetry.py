"""Workloads, configurations and metrics of clusters, for items that are answered from objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mckconsole.analysis.checklist.grounds import Grounds
from mckconsole.analysis.checklist.model import Answer
from mckconsole.analysis.checklist.others import others_of
from mckconsole.analysis.services.model import ServicesReport
from mckconsole.domain.metrics import MetricState, MetricVector, Sample
from mckconsole.domain.snapshot import ClusterSnapshot
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, Doc
from tests.unit.analysis.failover import build as services

CANARY = "canary-5f0c"
JOBS = ("kube-state-metrics", "apiserver", "coredns")


def answered(rule: str, *clusters: ClusterSnapshot, of: ServicesReport | None = None) -> Answer:
    """The answer for the first of these clusters."""
    return every(rule, *clusters, of=of)[clusters[0].name]


def every(
    rule: str, *clusters: ClusterSnapshot, of: ServicesReport | None = None
) -> Mapping[str, Answer]:
    """The answers to an item, by cluster."""
    fleet = build.fleet(*clusters)
    found = others_of(Grounds(fleet, services=of or services.report(fleet)))[0][rule]
    return {one.name: found(one) for one in clusters}


def targets(
    *jobs: str, endpoint: str = "central", age: float = 20, up: Mapping[str, float] | None = None,
    state: MetricState = MetricState.FRESH, reason: str = "", strangers: Sequence[str] = (),
    beside: Sequence[MetricVector] = (), replicas: Sequence[str] = (),
) -> MetricVector:  # fmt: skip
    """What an endpoint says of a cluster's targets."""
    labels = [{"replica": one} for one in replicas] or [{}]
    samples = tuple(
        Sample({"job": job, **extra}, (up or {}).get(job, 1.0), NOW - age)
        for job in jobs
        for extra in labels
    )
    return MetricVector(
        state, reason, samples, NOW, endpoint, tuple(strangers), tuple(beside)
    )  # fmt: skip


def counter(value: float | None = 5.0, *, age: float = 20) -> MetricVector:
    """A counter of a cluster; None for a metric that is not there."""
    samples = () if value is None else (Sample({}, value, NOW - age),)
    return MetricVector(MetricState.FRESH, "", samples, NOW, "central")


def daemonset(
    name: str, image: str, *, desired: int = 1, ready: int | None = None,
    namespace: str = "logging",
    labels: Mapping[str, str] | None = None, **container: object,
) -> Doc:  # fmt: skip
    """A DaemonSet of one container."""
    template = {"spec": {"containers": [{"name": name, "image": image, **container}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": namespace, "labels": dict(labels or {})},
        "spec": {"template": template},
        "status": {
            "desiredNumberScheduled": desired,
            "currentNumberScheduled": desired,
            "numberReady": desired if ready is None else ready,
        },
    }


def deployment(name: str, image: str, *, ready: int = 1, namespace: str = "opencost") -> Doc:
    """A Deployment of one container."""
    template = {"spec": {"containers": [{"name": name, "image": image}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"replicas": 1, "template": template},
        "status": {"replicas": 1, "readyReplicas": ready, "availableReplicas": ready},
    }


def config(
    name: str, label: str, data: Mapping[str, str], *, namespace: str = "logging",
    key: str = "app.kubernetes.io/name",
) -> Doc:  # fmt: skip
    """A ConfigMap."""
    meta = {"name": name, "namespace": namespace, "labels": {key: label}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": dict(data)}


def namespace(name: str, **labels: str) -> Doc:
    """A Namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
