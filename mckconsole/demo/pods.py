"""Pods of a workload in a simulated cluster: where they run, which are ready, who made them."""

from __future__ import annotations

from typing import NamedTuple

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.scenario import Workload
from mckconsole.demo.site import DAY, NodePlan, Site


class Seat(NamedTuple):
    """Where one pod is, and how it is."""

    name: str
    node: NodePlan
    number: int
    ready: bool
    ip: str
    days: float
    """Its age."""


def pod_labels(model: Workload) -> dict[str, str]:
    """Labels of its pods, by which its Service finds them."""
    return {"app.kubernetes.io/name": model.name, **model.labels}


def ready_count(site: Site, model: Workload) -> int:
    """How many endpoints of its Service are ready."""
    count = len(model.outside) or len(places(site, model))
    return count if model.ready is None else min(count, model.ready)


def places(site: Site, model: Workload) -> list[NodePlan]:
    """The node of each pod."""
    candidates = site.gateway_nodes if model.nodes == "gateway" else site.nodes
    if model.nodes == "inner":
        candidates = tuple(node for node in candidates if not node.pool.gateway)
    if model.pool:
        candidates = tuple(node for node in candidates if node.pool.name == model.pool)
    if model.kind == "DaemonSet":
        return list(candidates)
    start = int(site.digest("place", model.namespace, model.name), 16)
    return [candidates[(start + n) % len(candidates)] for n in range(model.replicas)]


def seats_of(site: Site, model: Workload) -> list[Seat]:
    """Its pods; the first ones are ready."""
    ready = ready_count(site, model)
    return [
        _seat(site, model, node, number, ready=number < ready)
        for number, node in enumerate(places(site, model))
    ]


def _seat(site: Site, model: Workload, node: NodePlan, number: int, *, ready: bool) -> Seat:
    others = (model.template,) if model.template else ()
    suffix = site.digest("pod", model.namespace, model.name, number, *others, length=5)
    name = f"{owner_of(site, model)[1]}-{suffix}"
    if model.kind == "StatefulSet":
        name = f"{model.name}-{number}"
    elif model.kind == "Pod":
        name = model.name
    ip = node.address if model.host_network else _pod_ip(node, suffix)
    return Seat(name, node, number, ready, ip, _age(site, model, number))


def _age(site: Site, model: Workload, number: int) -> float:
    if model.kind == "CronJob":
        return site.epoch / DAY - _minutes(site) / (24 * 60)
    return 1.0 + number % 5 if model.days is None else model.days


def owner_of(site: Site, model: Workload) -> tuple[str, str]:
    """Kind and name of what controls its pods."""
    if model.kind == "CronJob":
        return "Job", f"{model.name}-{_minutes(site)}"
    if model.kind != "Deployment":
        return model.kind, model.name
    return "ReplicaSet", f"{model.name}-{template_hash(site, model)}"


def template_hash(site: Site, model: Workload) -> str:
    """What tells templates of a workload apart."""
    others = (model.template,) if model.template else ()
    return site.digest("template", model.namespace, model.name, *others, length=10)


def _minutes(site: Site) -> int:
    """The last full hour in minutes since 1970: how CronJobs name their Jobs."""
    return int(site.epoch // 3600 * 60) - 60


def own_labels(site: Site, model: Workload, seat: Seat) -> dict[str, str]:
    """Labels that the controller gives its pods beside those of the template."""
    match model.kind:
        case "Deployment":
            return {"pod-template-hash": template_hash(site, model)}
        case "StatefulSet":
            return {
                "apps.kubernetes.io/pod-index": str(seat.number),
                "controller-revision-hash": f"{model.name}-{template_hash(site, model)}",
                "statefulset.kubernetes.io/pod-name": seat.name,
            }
        case "DaemonSet":
            return {
                "controller-revision-hash": template_hash(site, model),
                "pod-template-generation": "1",
            }
        case "CronJob" | "Job":
            job = owner_of(site, model)[1]
            uid = site.uid("Job", model.namespace, job)
            return {"batch.kubernetes.io/controller-uid": uid, "batch.kubernetes.io/job-name": job}
    return {}


def pod(
    site: Site,
    model: Workload,
    seat: Seat,
    metadata: KubeObject,
    spec: KubeObject,
    status: KubeObject,
) -> KubeObject:
    """One pod as it is after admission: `spec` and what `metadata` has of labels, annotations."""
    kind, owner = owner_of(site, model)
    made = site.manifest(
        "v1",
        "Pod",
        model.namespace,
        seat.name,
        labels={**metadata.get("labels", {}), **own_labels(site, model, seat)},
        annotations=metadata.get("annotations"),
        days_ago=seat.days,
        spec={"nodeName": seat.node.name, **spec},
        status=status,
    )
    if kind == "Pod":
        return made
    if kind != "StatefulSet":
        made["metadata"]["generateName"] = f"{owner}-"
    made["metadata"]["ownerReferences"] = [
        {
            "apiVersion": "batch/v1" if kind == "Job" else "apps/v1",
            "kind": kind,
            "name": owner,
            "uid": site.uid(kind, model.namespace, owner),
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]
    return made


def _pod_ip(place: NodePlan, suffix: str) -> str:
    return f"{place.pod_cidr.rsplit('.', 1)[0]}.{10 + int(suffix, 16) % 240}"
