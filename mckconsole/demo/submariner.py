"""Submariner's objects in one member cluster, derived from the world.

Shapes follow the CRDs: EndpointSpec and ClusterSpec are snake_case, round trips are Go durations,
the heartbeat is an annotation in Unix seconds. Every member holds its own Endpoint and Cluster and
copies of the others', as the broker syncs them; an Endpoint whose subnets overlap is dropped on
sync, so it is missing without a word. The Submariner object carries credentials as the real one
does: those that the scenario names, or values that say that they are none.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo.generate import lease
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.scenario import SubmarinerModel, TunnelModel
from mckconsole.demo.site import NodePlan, Site
from mckconsole.demo.world import World

NAMESPACE = "submariner-operator"
FAKE = "REVNTy1ub3QtYS1jcmVkZW50aWFs"
"""What stands for a credential: base64 of DEMO-not-a-credential."""
_NEVER = "0s"


def endpoint_spec(world: World, name: str) -> KubeObject:
    """What cluster `name` publishes about its active gateway."""
    site, mesh = world.sites[name], _mesh(world, name)
    gateway = site.gateway_nodes[0]
    shared = mesh.members[name].global_cidr
    return {
        "cluster_id": name,
        "cable_name": f"submariner-cable-{name}-{gateway.address.replace('.', '-')}",
        "hostname": gateway.name,
        "backend": mesh.driver,
        "backend_config": {"natt-discovery-port": "4490", "udp-port": "4500"},
        "healthCheckIP": gateway.pod_gateway,
        "nat_enabled": True,
        "private_ip": gateway.address,
        "public_ip": mesh.members[name].public_ip,
        "subnets": [shared] if shared else [site.cluster.service_cidr, site.cluster.pod_cidr],
    }


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """What does not change while the demo runs: Endpoints, Clusters, the Submariner object."""
    site, mesh = world.sites[name], _mesh(world, name)
    for member in mesh.members:
        if member == name or (name, member) in world.tunnels:
            spec = endpoint_spec(world, member)
            object_name = f"{member}-{spec['cable_name']}"
            yield site.manifest("submariner.io/v1", "Endpoint", NAMESPACE, object_name, spec=spec)
        cluster = world.sites[member].cluster
        yield site.manifest(
            "submariner.io/v1",
            "Cluster",
            NAMESPACE,
            member,
            spec={
                "cluster_id": member,
                "color_codes": ["blue"],
                "cluster_cidr": [cluster.pod_cidr],
                "service_cidr": [cluster.service_cidr],
                "global_cidr": [shared] if (shared := mesh.members[member].global_cidr) else [],
            },
        )
    yield _submariner(world, site, mesh)


def heartbeat_objects(world: World, name: str, now: float) -> Iterator[KubeObject]:
    """What every heartbeat rewrites: the gateways, and the lease of the active one."""
    site = world.sites[name]
    beat = world.heartbeat(name, now)
    active, *passive = site.gateway_nodes
    yield _gateway(world, site, active, beat, _connections(world, name, beat))
    for node in passive:
        yield _gateway(world, site, node, beat, None)
    holder = f"{active.name}-submariner-gateway"
    yield lease(site, NAMESPACE, "submariner-gateway-lock", holder, beat, 15)


def route_agents(world: World, name: str) -> Iterator[KubeObject]:
    """One RouteAgent per node; rewritten only when something changes."""
    site = world.sites[name]
    for node in site.nodes:
        yield _route_agent(world, site, node)


def latency(tunnel: TunnelModel, beat: float) -> KubeObject:
    """The pinger's figures; `last` moves with each heartbeat, the rest is what it settled at."""
    if not tunnel.rtt:
        return dict.fromkeys(("last", "min", "average", "max", "stdDev"), _NEVER)
    frozen = tunnel.status != "connected"
    wobble = 1.0 if frozen else 1 + (int(beat) // 5 % 7 - 3) / 100
    rtt = tunnel.rtt
    return {
        "last": _milliseconds(rtt * wobble),
        "min": _milliseconds(rtt * 0.954),
        "average": _milliseconds(rtt),
        "max": _milliseconds(rtt * 1.482),
        "stdDev": _milliseconds(rtt * 0.031),
    }


def status_message(world: World, receiver: str, tunnel: TunnelModel) -> str:
    """What the gateway writes beside `error`, in the pinger's words."""
    if tunnel.status != "error":
        return ""
    target = world.sites[receiver].gateway_nodes[0].pod_gateway
    return f'Failed to successfully ping the remote endpoint IP "{target}"'


def _mesh(world: World, name: str) -> SubmarinerModel:
    mesh = world.scenario.submariner_of(name)
    if mesh is None:
        raise ValueError(f"{name} is in no Submariner mesh")
    return mesh


def _milliseconds(value: float) -> str:
    """Go's Duration.String() for the magnitudes that occur here."""
    return f"{value / 1000:.6g}s" if value >= 1000 else f"{value:.6g}ms"


def _connections(world: World, name: str, beat: float) -> list[KubeObject]:
    found = []
    for receiver, tunnel in world.tunnels_of(name):
        spec = endpoint_spec(world, receiver)
        found.append(
            {
                "status": tunnel.status,
                "statusMessage": status_message(world, receiver, tunnel),
                "usingIP": spec["public_ip"],
                "usingNAT": True,
                "latencyRTT": latency(tunnel, beat),
                "endpoint": spec,
            }
        )
    return found


def _gateway(
    world: World,
    site: Site,
    node: NodePlan,
    beat: float,
    connections: list[KubeObject] | None,
) -> KubeObject:
    """One Gateway; passive ones (`connections` is None) hold no connections."""
    local = endpoint_spec(world, site.cluster.name)
    if connections is None:
        address = node.address
        local |= {
            "cable_name": f"submariner-cable-{site.cluster.name}-{address.replace('.', '-')}",
            "hostname": node.name,
            "private_ip": address,
            "healthCheckIP": node.pod_gateway,
            "public_ip": "",
        }
    return site.manifest(
        "submariner.io/v1",
        "Gateway",
        NAMESPACE,
        node.name,
        annotations={"update-timestamp": str(int(beat))},
        days_ago=min(site.cluster.age_days, 20),
        status={
            "version": _mesh(world, site.cluster.name).version,
            "haStatus": "passive" if connections is None else "active",
            "statusFailure": "",
            "localEndpoint": local,
            "connections": connections or [],
        },
    )


def _route_agent(world: World, site: Site, node: NodePlan) -> KubeObject:
    name = site.cluster.name
    remotes = []
    for receiver, tunnel in world.tunnels_of(name):
        spec = endpoint_spec(world, receiver)
        remote: KubeObject = {"status": "none", "statusMessage": "", "spec": spec}
        if not node.pool.gateway:
            remote["status"] = tunnel.status
            remote["statusMessage"] = status_message(world, receiver, tunnel)
            if tunnel.rtt:
                settled = TunnelModel(tunnel.rtt + 1.6, status="error")
                remote["latencyRTT"] = latency(settled, 0)
        remotes.append(remote)
    return site.manifest(
        "submariner.io/v1",
        "RouteAgent",
        NAMESPACE,
        node.name,
        days_ago=min(site.cluster.age_days, 20 + node.index % 7),
        status={
            "version": _mesh(world, site.cluster.name).version,
            "statusFailure": "",
            "remoteEndpoints": remotes,
        },
    )


def _submariner(world: World, site: Site, mesh: SubmarinerModel) -> KubeObject:
    cluster = site.cluster
    return site.manifest(
        "submariner.io/v1alpha1",
        "Submariner",
        NAMESPACE,
        "submariner",
        spec={
            "clusterID": cluster.name,
            "namespace": NAMESPACE,
            "broker": "k8s",
            "brokerK8sRemoteNamespace": "submariner-k8s-broker",
            "debug": False,
            "ceIPSecDebug": False,
            "cableDriver": mesh.driver,
            "natEnabled": True,
            "globalCIDR": mesh.members[cluster.name].global_cidr,
            "clusterCIDR": cluster.pod_cidr,
            "serviceCIDR": cluster.service_cidr,
            "ceIPSecNATTPort": 4500,
            "ceIPSecPSK": world.keyring.expand(mesh.psk) or FAKE,
            "brokerK8sApiServer": "broker.demo.example.com:6443",
            "brokerK8sApiServerToken": world.keyring.expand(mesh.token) or FAKE,
            "brokerK8sCA": FAKE,
            "version": mesh.version.removeprefix("v"),
            "connectionHealthCheck": {
                "enabled": True,
                "intervalSeconds": 1,
                "maxPacketLossCount": 5,
            },
        },
        status={
            "clusterID": cluster.name,
            "natEnabled": True,
            "networkPlugin": "generic",
            "version": mesh.version.removeprefix("v"),
        },
    )
