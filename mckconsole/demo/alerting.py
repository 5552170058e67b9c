"""The alerts that a Prometheus of the simulated fleet has pending or firing at a moment.

The rules are those that most clusters have (kubernetes-mixin), with waits that fit a demo; they
hold where kube-state-metrics runs. What they say follows from the same world as objects and
metrics.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from mckconsole.demo.crashing import LIFE, starts
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.pods import ready_count
from mckconsole.demo.rollouts import Place, Stage, rolled_out, stages
from mckconsole.demo.scenario import ClusterModel, PrometheusModel
from mckconsole.demo.site import DAY
from mckconsole.demo.world import World
from mckconsole.domain.times import format_rfc3339

EVALUATED = 15.0
"""Seconds between two evaluations, and so how late a Prometheus is at most."""
_WAIT = 30.0
"""Seconds for which what a rule says must hold before its alert fires."""
_SOURCE = "kube-state-metrics"


@dataclass(frozen=True, slots=True)
class _Held:
    """What a rule found, and since when."""

    name: str
    labels: dict[str, str]
    summary: str
    since: float
    """Seconds after the demo's start; negative before."""
    severity: str = "warning"
    until: float | None = None


def alerts(world: World, model: PrometheusModel, elapsed: float) -> list[KubeObject]:
    """What `/api/v1/alerts` lists, `elapsed` seconds after the demo's start."""
    found = []
    for held in _found(world, model):
        active = _evaluated(held.since)
        gone = held.until is not None and elapsed >= _evaluated(held.until)
        if active <= elapsed and not gone:
            found.append(_alert(world, held, active, elapsed))
    return found


def _evaluated(moment: float) -> float:
    """When a Prometheus sees what became so at `moment`."""
    return -(-moment // EVALUATED) * EVALUATED


def _alert(world: World, held: _Held, active: float, elapsed: float) -> KubeObject:
    stamp = format_rfc3339(world.epoch + active)
    return {
        "labels": {"alertname": held.name, **held.labels, "severity": held.severity},
        "annotations": {
            "summary": held.summary,
            "runbook_url": f"https://runbooks.prometheus-operator.dev/{held.name.lower()}",
        },
        "state": "firing" if elapsed - active >= _WAIT else "pending",
        "activeAt": f"{stamp[:-1]}.419Z",
        "value": "1e+00",
    }


def _found(world: World, model: PrometheusModel) -> Iterator[_Held]:
    yield _Held("Watchdog", {}, "Alerting works: this alert always fires.", -9 * DAY, "none")
    for cluster in world.scenario.clusters:
        if not any(fnmatchcase(cluster.name, place) for place in model.clusters):
            continue
        own = {model.cluster_label: cluster.name} if model.cluster_label else {}
        if (since := _silent_since(world, cluster)) is not None:
            yield _Held(
                "ClusterMetricsAbsent", own, "No metrics of the cluster arrive.", since, "critical"
            )  # fmt: skip
        elif any(one.name == _SOURCE for one in world.scenario.workloads_of(cluster.name)):
            own = {**own, "job": _SOURCE}
            yield from _mismatches(world, cluster.name, own)
            yield from _rollouts(world, cluster.name, own)


def _silent_since(world: World, cluster: ClusterModel) -> float | None:
    if cluster.dead:
        return -840.0
    steps = world.scenario.script
    lost = (step.at for step in steps if step.cluster and step.cluster.name == cluster.name)
    return next(lost, None) if cluster.name in world.lost else None


def _mismatches(world: World, name: str, own: dict[str, str]) -> Iterator[_Held]:
    """Deployments that have not had the pods that they want for days."""
    site = world.sites[name]
    for model in world.scenario.workloads_of(name):
        if model.kind == "Deployment" and not model.outside:
            wanted = max(model.replicas, model.refused)
            if ready_count(site, model) < wanted:
                yield _mismatch(own, model.namespace, model.name, -3 * DAY)


def _mismatch(own: dict[str, str], namespace: str, name: str, since: float) -> _Held:
    labels = {**own, "namespace": namespace, "deployment": name}
    summary = f"Deployment {namespace}/{name} has fewer ready pods than it wants."
    return _Held("KubeDeploymentReplicasMismatch", labels, summary, since)


def _rollouts(world: World, name: str, own: dict[str, str]) -> Iterator[_Held]:
    for model in rolled_out(world, name):
        past = stages(world, name, model)
        for number, stage in enumerate(past):
            until = past[number + 1].at if number + 1 < len(past) else None
            yield from _crashing(world, name, own, stage, until)


def _crashing(
    world: World, name: str, own: dict[str, str], stage: Stage, until: float | None
) -> Iterator[_Held]:
    crashing = [place for place in stage.places if place.log]
    for place in crashing:
        for container in place.model.containers:
            labels = _of_container(world, name, place, container)
            summary = f"Container {container} of {place.seat.name} is waiting: CrashLoopBackOff."
            yield _Held("KubePodCrashLooping", {**own, **labels}, summary, _backing_off(place),
                        until=until)  # fmt: skip
    if crashing:
        model = stage.model
        held = _mismatch(own, model.namespace, model.name, stage.at + _WAIT)
        yield _Held(held.name, held.labels, held.summary, held.since, until=until)


def _of_container(world: World, name: str, place: Place, container: str) -> dict[str, str]:
    namespace, pod = place.model.namespace, place.seat.name
    uid = world.sites[name].uid("Pod", namespace, pod)
    return {"namespace": namespace, "pod": pod, "container": container, "uid": uid,
            "reason": "CrashLoopBackOff"}  # fmt: skip


def _backing_off(place: Place) -> float:
    """When the kubelet first lets it wait: at its second end."""
    ages = starts()
    next(ages)
    return place.born + next(ages) + LIFE
