"""The metrics that clusters and meshes would export, derived from the same world as the objects.

Names and labels are the exporters' own. What the sources are known for is kept: the driver's view
of a connection knows nothing of failing pings, latencies freeze while pings fail, byte counters are
gauges. Values are functions of time, so a server can answer for any moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from mckconsole.demo import controlplane, exporters, globalnet, meshes
from mckconsole.demo.promql import PromSeries
from mckconsole.demo.scenario import CiliumLink
from mckconsole.demo.site import NodePlan
from mckconsole.demo.submariner import endpoint_spec
from mckconsole.demo.tides import Flow, round_trip
from mckconsole.demo.world import World


def cluster_series(world: World, name: str) -> Iterator[PromSeries]:
    """Every series that cluster `name` exports now."""
    yield PromSeries("up", {"job": "kube-apiservers", "instance": f"{name}:6443"}, 1)
    if world.scenario.submariner_of(name):
        yield from _submariner(world, name)
    if mesh := world.scenario.cilium_of(name):
        yield from _cilium(world, name, mesh.links.get(name, {}))
    yield from meshes.series(world, name)
    yield from controlplane.series(world, name)
    yield from exporters.series(world, name)


def _submariner(world: World, name: str) -> Iterator[PromSeries]:
    local = endpoint_spec(world, name)
    target = {"job": "submariner-gateway-metrics", "namespace": "submariner-operator"}
    operator = {"job": "submariner-operator-metrics", "namespace": "submariner-operator"}
    yield PromSeries("submariner_gateways", operator, len(world.sites[name].gateway_nodes))
    if cidr := globalnet.global_cidr(world, name):
        left = globalnet.addresses_left(world, name)
        pool = {**target, "job": "submariner-globalnet-metrics", "cidr": cidr}
        yield PromSeries("submariner_global_IP_availability", pool, left)
    for receiver, tunnel in world.tunnels_of(name):
        remote = endpoint_spec(world, receiver)
        hosts = {
            "local_cluster": name,
            "local_hostname": local["hostname"],
            "remote_cluster": receiver,
            "remote_hostname": remote["hostname"],
        }
        link = {
            **target,
            **hosts,
            "cable_driver": local["backend"],
            "local_endpoint_ip": local["public_ip"],
            "remote_endpoint_ip": remote["public_ip"],
        }
        status = {**link, "status": tunnel.driver}
        yield PromSeries("submariner_connections", status, 1)
        wanted = {**operator, **hosts, "status": tunnel.status}
        yield PromSeries("submariner_requested_connections", wanted, 1)
        yield from _traffic(world, link)


def _traffic(world: World, link: dict[str, str]) -> Iterator[PromSeries]:
    since = world.epoch - 9 * 86_400.0
    past = world.past(link["local_cluster"], link["remote_cluster"])
    flow = Flow(past, since)
    yield PromSeries("submariner_connection_established_timestamp", link, since)
    yield PromSeries("submariner_connection_latency_seconds", link, round_trip(past))
    yield PromSeries("submariner_gateway_tx_bytes", link, flow.sent)
    never = not any(tunnel.receives for _, tunnel in past)
    yield PromSeries("submariner_gateway_rx_bytes", link, 48_211_904 if never else flow.received)


def _cilium(world: World, name: str, links: Mapping[str, CiliumLink]) -> Iterator[PromSeries]:
    for node in world.sites[name].nodes:
        agent = {"job": "cilium-agent", "namespace": "kube-system", **_instance(node, 9962)}
        yield PromSeries("cilium_clustermesh_remote_clusters", agent, len(links))
        for peer, link in links.items():
            broken = node.index < link.agents_not_ready
            labels = {**agent, "target_cluster": peer}
            yield from _remote_cluster(world, "cilium_clustermesh", labels, broken=broken)
            nodes = 0 if broken else len(world.sites[peer].nodes)
            yield PromSeries("cilium_clustermesh_remote_cluster_nodes", labels, nodes)
            synced = {**agent, "scope": "nodes/v1", "source_cluster": peer}
            yield PromSeries("cilium_kvstore_initial_sync_completed", synced, 1)
    mesh = {
        "job": "kvstoremesh",
        "namespace": "kube-system",
        "instance": f"{name}-kvstoremesh:9964",
    }
    yield PromSeries("cilium_kvstoremesh_remote_clusters", mesh, len(links))
    for peer, link in links.items():
        labels = {**mesh, "target_cluster": peer}
        broken = not link.kvstoremesh_ready
        yield from _remote_cluster(world, "cilium_kvstoremesh", labels, broken=broken)


def _remote_cluster(
    world: World, prefix: str, labels: Mapping[str, str], *, broken: bool
) -> Iterator[PromSeries]:
    """Readiness and failures of one remote cluster; a broken one fails every half minute."""
    since = world.epoch - 840
    ready = 0 if broken else 1
    yield PromSeries(f"{prefix}_remote_cluster_readiness_status", labels, ready)
    failures = _steps(since, 30) if broken else 0
    yield PromSeries(f"{prefix}_remote_cluster_failures", labels, failures)
    last = _last_step(since, 30) if broken else 0
    yield PromSeries(f"{prefix}_remote_cluster_last_failure_ts", labels, last)


def _instance(node: NodePlan, port: int) -> dict[str, str]:
    return {"instance": f"{node.address}:{port}", "node": node.name}


def _steps(since: float, every: float) -> Callable[[float], float]:
    return lambda now: float((now - since) // every)


def _last_step(since: float, every: float) -> Callable[[float], float]:
    return lambda now: since + (now - since) // every * every
