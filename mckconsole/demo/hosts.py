"""Host names under which services are reached from outside: Ingresses and HTTPRoutes."""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.sections_services import Host
from mckconsole.demo.site import Site
from mckconsole.demo.world import World

ROUTES = "gateway.networking.k8s.io"


def hosts_of(world: World, name: str) -> list[Host]:
    """Host names that cluster `name` serves."""
    return [one for one in world.scenario.hosts if world.scenario.within(name, one.where)]


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """One object per host name."""
    for host in hosts_of(world, name):
        port = next(iter(world.services[name, host.namespace, host.service].ports.values()))
        make = _ingress if host.kind == "Ingress" else _route
        yield make(world.sites[name], host, port)


def _ingress(site: Site, host: Host, port: int) -> KubeObject:
    backend = {"service": {"name": host.service, "port": {"number": port}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    return site.manifest(
        "networking.k8s.io/v1",
        "Ingress",
        host.namespace,
        host.host.replace(".", "-"),
        days_ago=90,
        spec={
            "ingressClassName": "nginx",
            "rules": [{"host": host.host, "http": {"paths": [path]}}],
            **({"tls": [{"hosts": [host.host], "secretName": host.tls}]} if host.tls else {}),
        },
        status={"loadBalancer": {"ingress": [{"ip": site.cluster.public_ip}]}},
    )


def _route(site: Site, host: Host, port: int) -> KubeObject:
    return site.manifest(
        f"{ROUTES}/v1",
        "HTTPRoute",
        host.namespace,
        host.host.replace(".", "-"),
        days_ago=90,
        spec={
            "parentRefs": [{"name": "public", "namespace": "gateway-system"}],
            "hostnames": [host.host],
            "rules": [{"backendRefs": [{"name": host.service, "port": port}]}],
        },
        status={"parents": []},
    )
