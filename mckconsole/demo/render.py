"""Everything one simulated cluster holds at a moment: definitions and objects, in three tempos.

What a cluster is made of comes from the modules named after it; this one only knows who has what.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo import (
    accounts,
    accountusers,
    bindings,
    cilium,
    ciliummcs,
    cloudmap,
    consulservices,
    controlplane,
    corefile,
    generate,
    gke,
    globalnet,
    happenings,
    holders,
    hosts,
    istioservices,
    karmada,
    lighthouse,
    mcs,
    meshes,
    mirrors,
    rollout_events,
    rollouts,
    submariner,
    things,
    upgrades,
    webhooks,
    workloads,
)
from mckconsole.demo.crds import definitions
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.storage import SYSTEM_NAMESPACES
from mckconsole.demo.world import World

__all__ = [
    "definitions",
    "gone_objects",
    "heartbeat_objects",
    "joining_objects",
    "scripted_objects",
    "static_objects",
]


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """What stays as it is for the whole demo: namespaces first, accounts before pods."""
    site = world.sites[name]
    homes = {*SYSTEM_NAMESPACES, *world.scenario.namespaces_of(name)}
    homes |= meshes.namespaces(world, name) | holders.namespaces(world, name)
    homes |= things.namespaces(world, name)
    yield from generate.namespaces(site, homes)
    yield from accounts.service_accounts(world, name, sorted(homes))
    yield from accounts.root_certificates(world, name, sorted(homes))
    yield from accounts.secrets(world, name)
    yield from bindings.static_objects(site, world.scenario)
    for model in world.scenario.workloads_of(name):
        yield from workloads.workload(world, name, model)
    yield from controlplane.static_objects(world, name)
    yield from upgrades.static_objects(world, name)
    yield from things.static_objects(world, name)
    yield from webhooks.static_objects(world, name)
    yield from accountusers.static_objects(world, name)
    if world.scenario.submariner_of(name):
        yield from submariner.static_objects(world, name)
    if world.scenario.cilium_of(name):
        yield from cilium.static_objects(world, name)
    if site.cluster.mcs:
        yield from _multi_cluster_services(world, name)
    yield from gke.static_objects(world, name)
    yield from karmada.static_objects(world, name)
    yield from mirrors.static_objects(world, name)
    yield from istioservices.remote_secrets(world, name)
    yield from consulservices.exported_services(world, name)
    yield from meshes.static_objects(world, name)
    yield from corefile.static_objects(world, name)
    yield from hosts.static_objects(world, name)
    yield from holders.static_objects(world, name)
    yield from happenings.static_objects(world, name)


def _multi_cluster_services(world: World, name: str) -> Iterator[KubeObject]:
    """What implementations of the Multi-Cluster Services API write into cluster `name`."""
    if world.scenario.submariner_of(name):
        yield from lighthouse.static_objects(world, name)
        yield from globalnet.static_objects(world, name)
        yield from mcs.static_objects(world, name)
    if world.scenario.cilium_of(name):
        yield from ciliummcs.static_objects(world, name)
    yield from cloudmap.static_objects(world, name)


def joining_objects(world: World, name: str) -> Iterator[KubeObject]:
    """What says where other clusters are: the world's keyring must know their servers."""
    yield from holders.joining_objects(world, name)


def scripted_objects(world: World, name: str) -> Iterator[KubeObject]:
    """What only the script changes: nodes, rollouts, route agents, what tells of other clusters."""
    site = world.sites[name]
    for plan in site.nodes:
        yield generate.node(
            site, plan, world.kubelets[name, plan.name], world.node_labels(name, plan.pool.name)
        )
    if world.scenario.submariner_of(name):
        yield from submariner.route_agents(world, name)
    yield from karmada.members(world, name)
    yield from mirrors.slices(world, name)
    yield from rollouts.scripted_objects(world, name)
    yield from rollout_events.scripted_objects(world, name)


def gone_objects(world: World, name: str) -> Iterator[tuple[str, str, str]]:
    """Resource, namespace and name of what the script has taken away again."""
    for namespace, own in rollouts.gone_pods(world, name):
        yield "pods", namespace, own


def heartbeat_objects(world: World, name: str, now: float) -> Iterator[KubeObject]:
    """What is written again every few seconds: gateways, and leases."""
    if world.scenario.submariner_of(name):
        yield from submariner.heartbeat_objects(world, name, now)
    yield from controlplane.heartbeat_objects(world, name, now)
