"""Pods of a workload in a simulated cluster: where they run, what is in them, which are ready."""

from __future__ import annotations

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.scenario import Workload
from mckconsole.demo.site import NodePlan, Site


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
    if model.kind == "DaemonSet":
        return list(candidates)
    start = int(site.digest("place", model.namespace, model.name), 16)
    return [candidates[(start + n) % len(candidates)] for n in range(model.replicas)]


def containers_of(site: Site, model: Workload) -> list[KubeObject]:
    """Containers as the template and its pods have them."""
    version = site.cluster.version.split("-")[0].split("+")[0]
    asked = {"resources": {"requests": model.requests}} if model.requests else {}
    return [
        {"name": name, "image": image.replace("{version}", version), **asked}
        for name, image in model.containers.items()
    ]


def pods_of(site: Site, model: Workload) -> list[KubeObject]:
    """The pods; the first ones are ready."""
    labels, ready = pod_labels(model), ready_count(site, model)
    return [
        _pod(site, model, labels, place, number, ready=number < ready)
        for number, place in enumerate(places(site, model))
    ]


def _pod(
    site: Site,
    model: Workload,
    labels: dict[str, str],
    place: NodePlan,
    number: int,
    *,
    ready: bool,
) -> KubeObject:
    suffix = site.digest("pod", model.namespace, model.name, number, length=5)
    days = 1 + number % 5
    containers = containers_of(site, model)
    pod = site.manifest(
        "v1",
        "Pod",
        model.namespace,
        _pod_name(site, model, number, suffix),
        labels=labels,
        days_ago=days,
        spec={
            "nodeName": place.name,
            "serviceAccountName": "default",
            "containers": containers,
        },
        status=_status(site, place, suffix, days, containers, ready=ready),
    )
    kind, owner = _owner(site, model)
    pod["metadata"]["ownerReferences"] = [
        {
            "apiVersion": "apps/v1",
            "kind": kind,
            "name": owner,
            "uid": site.digest("owner", kind, owner, length=32),
            "controller": True,
        }
    ]
    return pod


def _status(
    site: Site,
    place: NodePlan,
    suffix: str,
    days: float,
    containers: list[KubeObject],
    *,
    ready: bool,
) -> KubeObject:
    return {
        "phase": "Running",
        "podIP": _pod_ip(place, suffix),
        "startTime": site.created(days),
        "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
        "containerStatuses": [
            {
                "name": container["name"],
                "image": container["image"],
                "imageID": "",
                "ready": ready,
                "restartCount": 0 if ready else 7,
            }
            for container in containers
        ],
    }


def _pod_name(site: Site, model: Workload, number: int, suffix: str) -> str:
    if model.kind == "StatefulSet":
        return f"{model.name}-{number}"
    _, owner = _owner(site, model)
    return f"{owner}-{suffix}"


def _owner(site: Site, model: Workload) -> tuple[str, str]:
    """Kind and name of what controls its pods."""
    if model.kind != "Deployment":
        return model.kind, model.name
    template = site.digest("template", model.namespace, model.name, length=10)
    return "ReplicaSet", f"{model.name}-{template}"


def _pod_ip(place: NodePlan, suffix: str) -> str:
    return f"{place.pod_cidr.rsplit('.', 1)[0]}.{10 + int(suffix, 16) % 240}"
