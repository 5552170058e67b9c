"""Workloads of a simulated cluster with what Kubernetes makes of them: pods, services, slices.

Functions of a `Site` and a scenario's `Workload`; no clock is read here.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.scenario import Workload
from mckconsole.demo.site import NodePlan, Site


def workload(site: Site, model: Workload) -> Iterator[KubeObject]:
    """A workload with its pods and, when it has ports, its Service and EndpointSlice.

    A Service that leads out of the cluster has no workload behind it.
    """
    pods = [] if model.outside else _pods(site, model)
    if not model.outside:
        yield _controller(site, model, len(pods))
    yield from pods
    if model.autoscale:
        yield _autoscaler(site, model)
    if model.ports:
        yield _service(site, model)
        yield _endpoint_slice(site, model)


def ready_count(site: Site, model: Workload) -> int:
    """How many endpoints of its Service are ready."""
    count = len(model.outside) or len(_places(site, model))
    return count if model.ready is None else min(count, model.ready)


def service_ports(model: Workload) -> list[KubeObject]:
    """Ports of its Service, as slices and imports write them too."""
    return [
        {"name": port, "port": number, "protocol": _protocol(port)}
        for port, number in model.ports.items()
    ]


def endpoints(site: Site, model: Workload) -> list[KubeObject]:
    """What stands behind its Service: pods, or machines outside that somebody wrote down."""
    if model.outside:
        return [{"addresses": [address], "conditions": {}} for address in model.outside]
    return [_endpoint(model, pod) for pod in _pods(site, model)]


def pod_labels(model: Workload) -> dict[str, str]:
    """Labels of its pods, by which its Service finds them."""
    return {"app.kubernetes.io/name": model.name, **model.labels}


def _age(site: Site) -> float:
    return min(site.cluster.age_days, 60)


def _controller(site: Site, model: Workload, count: int) -> KubeObject:
    labels, ready = pod_labels(model), ready_count(site, model)
    template = {"metadata": {"labels": labels}, "spec": {"containers": _containers(site, model)}}
    spec: KubeObject = {"selector": {"matchLabels": labels}, "template": template}
    if model.kind == "DaemonSet":
        status: KubeObject = {
            "desiredNumberScheduled": count,
            "currentNumberScheduled": count,
            "numberReady": ready,
            "numberAvailable": ready,
            "updatedNumberScheduled": count,
            "numberMisscheduled": 0,
        }
    else:
        spec = {"replicas": count, **spec}
        status = {
            "replicas": count,
            "readyReplicas": ready,
            "availableReplicas": ready,
            "updatedReplicas": count,
        }
    if model.kind == "StatefulSet":
        spec |= {"serviceName": model.service_name, "volumeClaimTemplates": _claims(model)}
    return site.manifest(
        "apps/v1",
        model.kind,
        model.namespace,
        model.name,
        labels=labels,
        days_ago=_age(site),
        spec=spec,
        status=status,
    )


def _claims(model: Workload) -> list[KubeObject]:
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": model.volume}},
    }
    return [{"metadata": {"name": "data"}, "spec": claim}] if model.volume else []


def _autoscaler(site: Site, model: Workload) -> KubeObject:
    target = {"apiVersion": "apps/v1", "kind": model.kind, "name": model.name}
    utilisation = {"type": "Utilization", "averageUtilization": 70}
    count = len(_places(site, model))
    return site.manifest(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        model.namespace,
        model.name,
        labels=pod_labels(model),
        days_ago=_age(site),
        spec={
            "scaleTargetRef": target,
            "minReplicas": count,
            "maxReplicas": model.autoscale,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": utilisation}}],
        },
        status={"currentReplicas": count, "desiredReplicas": count},
    )


def _places(site: Site, model: Workload) -> list[NodePlan]:
    candidates = site.gateway_nodes if model.nodes == "gateway" else site.nodes
    if model.kind == "DaemonSet":
        return list(candidates)
    start = int(site.digest("place", model.namespace, model.name), 16)
    return [candidates[(start + n) % len(candidates)] for n in range(model.replicas)]


def _pods(site: Site, model: Workload) -> list[KubeObject]:
    labels, ready = pod_labels(model), ready_count(site, model)
    return [
        _pod(site, model, labels, place, number, ready=number < ready)
        for number, place in enumerate(_places(site, model))
    ]


def _containers(site: Site, model: Workload) -> list[KubeObject]:
    version = site.cluster.version.split("-")[0].split("+")[0]
    asked = {"resources": {"requests": model.requests}} if model.requests else {}
    return [
        {"name": name, "image": image.replace("{version}", version), **asked}
        for name, image in model.containers.items()
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
    containers = _containers(site, model)
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
        status={
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
        },
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


def _service(site: Site, model: Workload) -> KubeObject:
    labels, name = pod_labels(model), model.service_name
    published = {"ingress": [{"ip": site.cluster.public_ip}]}
    spec: KubeObject = {
        "type": model.type,
        "clusterIP": "None" if model.headless else site.service_ip(model.namespace, name),
        "ipFamilies": ["IPv4"],
        "ports": [{**port, "targetPort": port["port"]} for port in service_ports(model)],
        "selector": labels,
        "sessionAffinity": model.affinity,
        "internalTrafficPolicy": "Cluster",
    }
    if model.outside:
        del spec["selector"]
    return site.manifest(
        "v1",
        "Service",
        model.namespace,
        name,
        labels={**labels, **model.service_labels},
        annotations=model.annotations,
        days_ago=_age(site),
        spec=spec,
        status={"loadBalancer": published if model.type == "LoadBalancer" else {}},
    )


def _endpoint_slice(site: Site, model: Workload) -> KubeObject:
    service = model.service_name
    manager = "endpointslice-controller.k8s.io" if not model.outside else "staff"
    return site.manifest(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        model.namespace,
        f"{service}-{site.digest('slice', model.namespace, service, length=5)}",
        labels={
            **pod_labels(model),
            "kubernetes.io/service-name": service,
            "endpointslice.kubernetes.io/managed-by": manager,
        },
        days_ago=_age(site),
        addressType="IPv4",
        ports=service_ports(model),
        endpoints=endpoints(site, model),
    )


def _endpoint(model: Workload, pod: KubeObject) -> KubeObject:
    ready = pod["status"]["conditions"][0]["status"] == "True"
    name = pod["metadata"]["name"]
    found: KubeObject = {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {"ready": ready, "serving": ready, "terminating": False},
        "nodeName": pod["spec"]["nodeName"],
        "targetRef": {"kind": "Pod", "namespace": model.namespace, "name": name},
    }
    if model.headless and model.kind == "StatefulSet":
        found["hostname"] = name
    return found


def _protocol(port_name: str) -> str:
    return "UDP" if port_name == "udp" else "TCP"
