"""Linkerd's links: Link objects, the gateways they lead to, and what service mirrors measure."""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo.objects import KubeObject, definition
from mckconsole.demo.promql import PromSeries
from mckconsole.demo.sections_mesh import LinkerdPeer
from mckconsole.demo.world import World

GROUP = "multicluster.linkerd.io"
NAMESPACE = "linkerd-multicluster"
GATEWAY = "linkerd-gateway"
_PORT, _PROBE_PORT = 4143, 4191
_VERSIONS = ("v1alpha3", "v1alpha2", "v1alpha1")
_IDENTITY = "serviceaccount.identity.linkerd.cluster.local"
_AGE_DAYS = 60.0


def definitions(world: World, name: str) -> Iterator[KubeObject]:
    """The definition of Link, where there are some."""
    if name in world.scenario.mesh.linkerd:
        yield definition(GROUP, _VERSIONS, "links", "Link")


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """Links of cluster `name`, and its gateway where others lead to it."""
    links = world.scenario.mesh.linkerd
    for target, peer in links.get(name, {}).items():
        yield _link(world, name, target, peer)
    if any(name in peers and not peers[name].flat for peers in links.values()):
        yield _gateway(world, name)


def series(world: World, name: str) -> Iterator[PromSeries]:
    """What the service mirrors of cluster `name` export, one for each link with a gateway."""
    for target, peer in world.scenario.mesh.linkerd.get(name, {}).items():
        if peer.flat:
            continue
        alive = peer.alive and target not in world.given_up
        labels = {
            "job": "linkerd-service-mirror",
            "namespace": NAMESPACE,
            "pod": f"controller-{target}-{world.sites[name].digest('mirror', target, length=5)}",
            "target_cluster_name": target,
        }
        yield PromSeries("gateway_enabled", labels, 1)
        yield PromSeries("gateway_alive", labels, int(alive))
        if peer.latency:
            yield PromSeries("gateway_latency", labels, peer.latency)


def _link(world: World, name: str, target: str, peer: LinkerdPeer) -> KubeObject:
    spec: KubeObject = {
        "targetClusterName": target,
        "targetClusterDomain": "cluster.local",
        "targetClusterLinkerdNamespace": "linkerd",
        "clusterCredentialsSecret": f"cluster-credentials-{target}",
        "selector": {"matchLabels": {"mirror.linkerd.io/exported": "true"}},
        "remoteDiscoverySelector": {
            "matchLabels": {"mirror.linkerd.io/exported": "remote-discovery"}
        },
    }
    if not peer.flat:
        spec |= {
            "gatewayAddress": world.sites[target].cluster.public_ip,
            "gatewayPort": str(_PORT),
            "gatewayIdentity": f"{GATEWAY}.{NAMESPACE}.{_IDENTITY}",
            "probeSpec": {
                "path": "/ready",
                "port": str(_PROBE_PORT),
                "period": "3s",
                "timeout": "30s",
                "failureThreshold": "3",
            },
        }
    mirrors = [
        one
        for one in world.scenario.mirrors
        if (one.source, one.target) == (target, name) and not one.federated
    ]
    return world.sites[name].manifest(
        f"{GROUP}/{_VERSIONS[0]}",
        "Link",
        NAMESPACE,
        target,
        days_ago=_AGE_DAYS,
        spec=spec,
        status={"mirrorServices": [_mirrored(world, name, m.namespace, m.name) for m in mirrors]},
    )


def _mirrored(world: World, name: str, namespace: str, service: str) -> KubeObject:
    condition = {
        "type": "Mirrored",
        "status": "True",
        "reason": "Mirrored",
        "message": "",
        "lastTransitionTime": world.sites[name].created(_AGE_DAYS),
    }
    reference = {"group": "", "kind": "Service", "name": service, "namespace": namespace}
    return {
        "controllerName": "linkerd.io/service-mirror",
        "remoteRef": reference,
        "conditions": [condition],
    }


def _gateway(world: World, name: str) -> KubeObject:
    site = world.sites[name]
    ports = (("mc-gateway", _PORT), ("mc-probe", _PROBE_PORT))
    return site.manifest(
        "v1",
        "Service",
        NAMESPACE,
        GATEWAY,
        labels={"app": GATEWAY},
        days_ago=_AGE_DAYS,
        spec={
            "type": "LoadBalancer",
            "clusterIP": site.service_ip(NAMESPACE, GATEWAY),
            "ports": [{"name": n, "port": p, "protocol": "TCP"} for n, p in ports],
            "selector": {"app": GATEWAY},
            "sessionAffinity": "None",
            "ipFamilies": ["IPv4"],
        },
        status={"loadBalancer": {"ingress": [{"ip": site.cluster.public_ip}]}},
    )
