"""A Karmada control plane in the API server of one cluster, and what it puts into its members.

A MultiClusterService carries a service's endpoints from provider to consumer clusters, which get a
Service of the same name and the slices of every provider.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo.derived import derived_service, imported_slice, remote_endpoints
from mckconsole.demo.mcs import AGE_DAYS
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.offers import Offer, offer
from mckconsole.demo.sections_services import KarmadaModel, KarmadaService
from mckconsole.demo.site import DAY, Site
from mckconsole.demo.world import World

_MANAGER = "endpointslice-dispatch-controller.karmada.io"


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """MultiClusterServices in the hub; Services and slices in the consumers."""
    model = world.scenario.karmada
    if model is None:
        return
    for service in model.services:
        if name == model.hub:
            yield _multi_cluster_service(world, service)
        if name in service.consumers:
            yield from _handed_on(world, name, service)


def members(world: World, name: str) -> Iterator[KubeObject]:
    """The members as the hub sees them now."""
    model = world.scenario.karmada
    if model is None or name != model.hub:
        return
    for member in model.members:
        yield _member(world, world.sites[name], model, member)


def _member(world: World, site: Site, model: KarmadaModel, member: str) -> KubeObject:
    lost = member in world.given_up
    ready = "False" if lost else model.members[member]
    since = 0.0 if lost else AGE_DAYS if ready == "True" else 9 / DAY * 3600
    reason = "ClusterReady" if ready == "True" else "ClusterNotReachable"
    condition = {
        "type": "Ready",
        "status": ready,
        "reason": reason,
        "message": "cluster is healthy and ready to accept workloads"
        if ready == "True"
        else "cluster is not reachable",
        "lastTransitionTime": site.created(since),
    }
    return site.manifest(
        "cluster.karmada.io/v1alpha1",
        "Cluster",
        "",
        member,
        spec={"syncMode": "Push"},
        status={"conditions": [condition]},
    )


def _multi_cluster_service(world: World, service: KarmadaService) -> KubeObject:
    model = world.scenario.karmada
    site = world.sites[model.hub if model else ""]
    found = _first(world, service)
    return site.manifest(
        "networking.karmada.io/v1alpha1",
        "MultiClusterService",
        service.namespace,
        service.name,
        days_ago=AGE_DAYS,
        spec={
            "types": ["CrossCluster"],
            "ports": [{"name": port["name"], "port": port["port"]} for port in found.ports],
            "providerClusters": [{"name": one} for one in service.providers],
            "consumerClusters": [{"name": one} for one in service.consumers],
        },
        status={"conditions": [_applied(site), _dispatched(site, failed=service.failed)]},
    )


def _applied(site: Site) -> KubeObject:
    return {
        "type": "ServiceApplied",
        "status": "True",
        "reason": "ServiceAppliedSucceed",
        "message": "Service is propagated to target clusters.",
        "lastTransitionTime": site.created(AGE_DAYS),
    }


def _dispatched(site: Site, *, failed: bool) -> KubeObject:
    return {
        "type": "EndpointSliceDispatched",
        "status": "False" if failed else "True",
        "reason": f"EndpointSliceDispatched{'Failed' if failed else 'Succeed'}",
        "message": "failed to dispatch EndpointSlice to consumer clusters"
        if failed
        else "EndpointSlice are propagated to target clusters.",
        "lastTransitionTime": site.created(AGE_DAYS if not failed else 1),
    }


def _handed_on(world: World, name: str, service: KarmadaService) -> Iterator[KubeObject]:
    site, first = world.sites[name], _first(world, service)
    labels = {"karmada.io/managed": "true"}
    if name not in service.providers:
        yield derived_service(site, service.namespace, service.name, first.ports, labels)
    if service.failed:
        return
    for source in (*service.providers, *service.left_over.get(name, ())):
        if source == name:
            continue
        found = offer(world, source, service.namespace, service.name) or first
        yield imported_slice(
            site,
            service.namespace,
            f"{source}-{service.name}-{site.digest('karmada', service.name, source, length=5)}",
            labels={
                **labels,
                "kubernetes.io/service-name": service.name,
                "endpointslice.kubernetes.io/managed-by": _MANAGER,
            },
            annotations={"endpointslice.karmada.io/provision-cluster": source},
            ports=found.ports,
            endpoints=remote_endpoints(found.endpoints),
        )


def _first(world: World, service: KarmadaService) -> Offer:
    for provider in service.providers:
        if found := offer(world, provider, service.namespace, service.name):
            return found
    raise ValueError(f"no provider of {service.namespace}/{service.name} has such a Service")
