"""What registries of services write into a cluster: a derived Service and its slices."""

from __future__ import annotations

from collections.abc import Sequence

from mckconsole.demo.mcs import AGE_DAYS
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.site import Site


def derived_service(
    site: Site, namespace: str, name: str, ports: Sequence[KubeObject], labels: dict[str, str]
) -> KubeObject:
    """The Service without a selector that stands for an import."""
    return site.manifest(
        "v1",
        "Service",
        namespace,
        name,
        labels=labels,
        days_ago=AGE_DAYS,
        spec={
            "type": "ClusterIP",
            "clusterIP": site.service_ip(namespace, name),
            "ipFamilies": ["IPv4"],
            "ports": [{**port, "targetPort": port["port"]} for port in ports],
            "sessionAffinity": "None",
        },
        status={"loadBalancer": {}},
    )


def imported_slice(
    site: Site,
    namespace: str,
    name: str,
    *,
    labels: dict[str, str],
    ports: Sequence[KubeObject],
    endpoints: Sequence[KubeObject],
    annotations: dict[str, str] | None = None,
) -> KubeObject:
    """An EndpointSlice that holds endpoints of a service across clusters."""
    return site.manifest(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        namespace,
        name,
        labels=labels,
        annotations=annotations,
        days_ago=AGE_DAYS,
        addressType="IPv4",
        ports=list(ports),
        endpoints=list(endpoints),
    )


def remote_endpoints(endpoints: Sequence[KubeObject]) -> list[KubeObject]:
    """Endpoints as another cluster knows them: no node and no pod of its own."""
    kept = ("addresses", "conditions", "hostname")
    return [{key: one[key] for key in kept if key in one} for one in endpoints]
