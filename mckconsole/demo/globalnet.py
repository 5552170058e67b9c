"""Globalnet's objects in one member: an address of its global range for every service it exports.

The address is that of a GlobalIngressIP and the external address of an internal Service.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from mckconsole.demo.clusterservices import service_ports
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.pods import pod_labels
from mckconsole.demo.sections_services import Export
from mckconsole.demo.world import World

_AGE_DAYS = 42.0


def global_cidr(world: World, name: str) -> str:
    """The global range of a member; empty when it takes no part."""
    mesh = world.scenario.submariner_of(name)
    return mesh.members[name].global_cidr if mesh else ""


def address(world: World, name: str, namespace: str, service: str) -> str:
    """The global address of a service of cluster `name`; empty when none is needed."""
    cidr = global_cidr(world, name)
    if not cidr or (name, namespace, service) not in world.services:
        return ""
    place = int(world.sites[name].digest("global", namespace, service, length=6), 16)
    return str(ipaddress.ip_network(cidr)[256 + place % 60_000])


def addresses_left(world: World, name: str) -> int:
    """How many addresses of the global range are free; none where an export gets none."""
    exports = [one for one in world.scenario.exports if name in one.clusters]
    if any(name in one.no_address for one in exports):
        return 0
    return ipaddress.ip_network(global_cidr(world, name)).num_addresses - len(exports)


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """Addresses of what `name` exports through Lighthouse."""
    if not global_cidr(world, name):
        return
    for export in world.scenario.exports:
        if export.dialect == "lighthouse" and name in export.clusters:
            yield from _of_export(world, name, export)


def _of_export(world: World, name: str, export: Export) -> Iterator[KubeObject]:
    allocated = address(world, name, export.namespace, export.name)
    if not allocated:
        return
    exhausted = name in export.no_address
    yield _ingress(world, name, export, "" if exhausted else allocated)
    if not exhausted:
        yield _internal(world, name, export, allocated)


def _ingress(world: World, name: str, export: Export, allocated: str) -> KubeObject:
    site = world.sites[name]
    condition = {
        "type": "Allocated",
        "status": "True" if allocated else "False",
        "reason": "Success" if allocated else "IPPoolAllocationFailed",
        "message": "Allocated global IP" if allocated else "No more IPs in the pool",
        "lastTransitionTime": site.created(_AGE_DAYS),
    }
    status: KubeObject = {"conditions": [condition]}
    return site.manifest(
        "submariner.io/v1",
        "GlobalIngressIP",
        export.namespace,
        export.name,
        days_ago=_AGE_DAYS,
        spec={"target": "ClusterIPService", "serviceRef": {"name": export.name}},
        status={**status, "allocatedIP": allocated} if allocated else status,
    )


def _internal(world: World, name: str, export: Export, allocated: str) -> KubeObject:
    site, model = world.sites[name], world.services[name, export.namespace, export.name]
    title = f"submariner-{site.digest('internal', export.namespace, export.name, length=24)}"
    return site.manifest(
        "v1",
        "Service",
        export.namespace,
        title,
        labels={"submariner.io/exportedServiceRef": export.name},
        days_ago=_AGE_DAYS,
        spec={
            "type": "ClusterIP",
            "clusterIP": site.service_ip(export.namespace, title),
            "externalIPs": [allocated],
            "ports": service_ports(model),
            "selector": pod_labels(model),
            "sessionAffinity": "None",
        },
        status={"loadBalancer": {}},
    )
