"""Lighthouse's own DNS server in a cluster: its addresses, and whether a pod of it runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mckconsole.analysis.services.caddyfile import address_of
from mckconsole.analysis.unread import unread_reason
from mckconsole.domain.core import Deployment, Service
from mckconsole.domain.discovery import ServiceDiscovery
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.objects import Key
from mckconsole.domain.snapshot import ClusterSnapshot

NAME = "submariner-lighthouse-coredns"
_NAMESPACE = "submariner-operator"


@dataclass(frozen=True, slots=True)
class Resolver:
    """Lighthouse's DNS server."""

    addresses: frozenset[str]
    """Of its Service, in their usual form; empty when there is none."""
    service: ObjectRef | None
    namespace: str
    """Where it is, or would be."""
    unread: str
    """Why the addresses may not be right; empty when they are."""
    at: float
    """Unix seconds, server clock, of the last confirmation of the services."""


@dataclass(frozen=True, slots=True)
class Server:
    """The Deployment behind it."""

    ref: ObjectRef | None
    """None when there is none."""
    wanted: int
    available: int
    at: float


def find_resolver(cluster: ClusterSnapshot) -> Resolver:
    """The Service that CoreDNS must forward to."""
    view = cluster.topic("services")
    services = cluster.objects("services", Service)
    keys = [key for key in _places(cluster) if key in services]
    if not keys:
        keys = sorted(key for key in services if key[1] == NAME)[:1]
    found = services[keys[0]] if keys else None
    namespace = found.metadata.namespace if found else _places(cluster)[0][0]
    known = view.complete or (found is None and view.conclusive)
    return Resolver(
        frozenset(_addresses(found)) if found else frozenset(),
        found.ref("v1") if found else None,
        namespace,
        "" if known else unread_reason(view),
        view.as_of or cluster.as_of or 0.0,
    )


def _addresses(service: Service) -> Iterator[str]:
    spec = service.spec
    published = (entry.ip for entry in service.status.load_balancer.ingress)
    for text in (spec.cluster_ip, *spec.external_ips, *published):
        address = address_of(text)
        if address:
            yield address


def _places(cluster: ClusterSnapshot) -> list[Key]:
    """Where the operator puts it: beside its settings, which are nearly always in one place."""
    settings = cluster.objects("servicediscoveries", ServiceDiscovery)
    return [
        (namespace, NAME) for namespace in dict.fromkeys([*(k[0] for k in settings), _NAMESPACE])
    ]


def find_server(cluster: ClusterSnapshot, resolver: Resolver) -> Server | str:
    """The Deployment of the DNS server, or why it is not known."""
    view = cluster.topic("deployments")
    at = view.as_of or cluster.as_of or 0.0
    found = cluster.objects("deployments", Deployment).get((resolver.namespace, NAME))
    if found is None:
        return Server(None, 0, 0, at) if view.conclusive else unread_reason(view)
    if not view.complete:
        return unread_reason(view)
    status = found.status
    return Server(
        found.ref(view.version or "v1"), found.spec.replicas, status.available_replicas, at
    )
