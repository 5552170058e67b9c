"""The Service of a workload and the EndpointSlice that Kubernetes makes of it."""

from __future__ import annotations

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.pods import Seat, pod_labels, seats_of
from mckconsole.demo.scenario import Workload
from mckconsole.demo.site import Site


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
    return [_endpoint(model, seat) for seat in seats_of(site, model)]


def service(site: Site, model: Workload) -> KubeObject:
    """The Service of a workload that has ports."""
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
        days_ago=site.rollout_days,
        spec=spec,
        status={"loadBalancer": published if model.type == "LoadBalancer" else {}},
    )


def endpoint_slice(site: Site, model: Workload) -> KubeObject:
    """The slice of that Service."""
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
        days_ago=site.rollout_days,
        addressType="IPv4",
        ports=service_ports(model),
        endpoints=endpoints(site, model),
    )


def _endpoint(model: Workload, seat: Seat) -> KubeObject:
    found: KubeObject = {
        "addresses": [seat.ip],
        "conditions": {"ready": seat.ready, "serving": seat.ready, "terminating": False},
        "nodeName": seat.node.name,
        "targetRef": {"kind": "Pod", "namespace": model.namespace, "name": seat.name},
    }
    if model.headless and model.kind == "StatefulSet":
        found["hostname"] = seat.name
    return found


def _protocol(port_name: str) -> str:
    return "UDP" if port_name == "udp" else "TCP"
