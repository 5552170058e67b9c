"""Workloads of a simulated cluster with what Kubernetes makes of them: pods, services, slices.

Functions of a `Site` and a scenario's `Workload`; no clock is read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.scenario import Workload
from mckconsole.demo.site import NodePlan, Site


def workload(site: Site, model: Workload) -> Iterator[KubeObject]:
    """A workload with its pods and, when it has ports, its Service and EndpointSlice."""
    labels = {"app.kubernetes.io/name": model.name, **model.labels}
    places = _places(site, model)
    pods = [_pod(site, model, labels, place, number) for number, place in enumerate(places)]
    template = {"metadata": {"labels": labels}, "spec": {"containers": _containers(site, model)}}
    selector = {"matchLabels": labels}
    count = len(places)
    if model.kind == "DaemonSet":
        spec: KubeObject = {"selector": selector, "template": template}
        status: KubeObject = {
            "desiredNumberScheduled": count,
            "currentNumberScheduled": count,
            "numberReady": count,
            "numberAvailable": count,
            "updatedNumberScheduled": count,
            "numberMisscheduled": 0,
        }
    else:
        spec = {"replicas": count, "selector": selector, "template": template}
        status = {
            "replicas": count,
            "readyReplicas": count,
            "availableReplicas": count,
            "updatedReplicas": count,
        }
    yield site.manifest(
        "apps/v1",
        model.kind,
        model.namespace,
        model.name,
        labels=labels,
        days_ago=min(site.cluster.age_days, 60),
        spec=spec,
        status=status,
    )
    yield from pods
    if model.ports:
        yield _service(site, model, labels)
        yield _endpoint_slice(site, model, labels, pods)


def _places(site: Site, model: Workload) -> list[NodePlan]:
    candidates = site.gateway_nodes if model.nodes == "gateway" else site.nodes
    if model.kind == "DaemonSet":
        return list(candidates)
    start = int(site.digest("place", model.namespace, model.name), 16)
    return [candidates[(start + n) % len(candidates)] for n in range(model.replicas)]


def _containers(site: Site, model: Workload) -> list[KubeObject]:
    version = site.cluster.version.split("-")[0].split("+")[0]
    return [
        {"name": name, "image": image.replace("{version}", version)}
        for name, image in model.containers.items()
    ]


def _pod(
    site: Site, model: Workload, labels: dict[str, str], place: NodePlan, number: int
) -> KubeObject:
    template = site.digest("template", model.namespace, model.name, length=10)
    middle = "" if model.kind == "DaemonSet" else f"{template}-"
    suffix = site.digest("pod", model.namespace, model.name, number, length=5)
    days = 1 + number % 5
    containers = _containers(site, model)
    owner = (
        ("DaemonSet", model.name)
        if model.kind == "DaemonSet"
        else ("ReplicaSet", f"{model.name}-{template}")
    )
    pod = site.manifest(
        "v1",
        "Pod",
        model.namespace,
        f"{model.name}-{middle}{suffix}",
        labels=labels,
        days_ago=days,
        spec={
            "nodeName": place.name,
            "serviceAccountName": "default",
            "containers": containers,
        },
        status={
            "phase": "Running",
            "podIP": _pod_ip(place, suffix),
            "startTime": site.created(days),
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [
                {**container, "imageID": "", "ready": True, "restartCount": 0}
                for container in containers
            ],
        },
    )
    pod["metadata"]["ownerReferences"] = [
        {
            "apiVersion": "apps/v1",
            "kind": owner[0],
            "name": owner[1],
            "uid": site.digest("owner", *owner, length=32),
            "controller": True,
        }
    ]
    return pod


def _pod_ip(place: NodePlan, suffix: str) -> str:
    return f"{place.pod_cidr.rsplit('.', 1)[0]}.{10 + int(suffix, 16) % 240}"


def _service(site: Site, model: Workload, labels: dict[str, str]) -> KubeObject:
    name = model.service or model.name
    published = {"ingress": [{"ip": site.cluster.public_ip}]}
    return site.manifest(
        "v1",
        "Service",
        model.namespace,
        name,
        labels=labels,
        days_ago=min(site.cluster.age_days, 60),
        spec={
            "type": model.type,
            "clusterIP": site.service_ip(model.namespace, name),
            "ipFamilies": ["IPv4"],
            "ports": [
                {"name": port, "port": number, "targetPort": number, "protocol": _protocol(port)}
                for port, number in model.ports.items()
            ],
            "selector": labels,
            "sessionAffinity": "None",
            "internalTrafficPolicy": "Cluster",
        },
        status={"loadBalancer": published if model.type == "LoadBalancer" else {}},
    )


def _endpoint_slice(
    site: Site, model: Workload, labels: dict[str, str], pods: Sequence[KubeObject]
) -> KubeObject:
    service = model.service or model.name
    return site.manifest(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        model.namespace,
        f"{service}-{site.digest('slice', model.namespace, service, length=5)}",
        labels={
            **labels,
            "kubernetes.io/service-name": service,
            "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        },
        days_ago=min(site.cluster.age_days, 60),
        addressType="IPv4",
        ports=[
            {"name": port, "port": number, "protocol": _protocol(port)}
            for port, number in model.ports.items()
        ],
        endpoints=[
            {
                "addresses": [pod["status"]["podIP"]],
                "conditions": {"ready": True, "serving": True, "terminating": False},
                "nodeName": pod["spec"]["nodeName"],
                "targetRef": {
                    "kind": "Pod",
                    "namespace": model.namespace,
                    "name": pod["metadata"]["name"],
                },
            }
            for pod in pods
        ],
    )


def _protocol(port_name: str) -> str:
    return "UDP" if port_name == "udp" else "TCP"
