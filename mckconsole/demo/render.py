"""Everything one simulated cluster holds at a moment: definitions and objects, in three tempos.

What a cluster is made of comes from the modules named after it; this one only knows who has what.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo import cilium, generate, mcs, submariner, workloads
from mckconsole.demo.objects import KubeObject, definition
from mckconsole.demo.storage import SYSTEM_NAMESPACES
from mckconsole.demo.world import World


def definitions(world: World, name: str) -> Iterator[KubeObject]:
    """The CustomResourceDefinitions of cluster `name`."""
    if world.scenario.submariner_of(name):
        for plural, kind in (
            ("clusters", "Cluster"),
            ("endpoints", "Endpoint"),
            ("gateways", "Gateway"),
            ("routeagents", "RouteAgent"),
        ):
            yield definition("submariner.io", ("v1",), plural, kind, status=False)
        yield definition("submariner.io", ("v1alpha1",), "submariners", "Submariner")
    if world.sites[name].cluster.mcs:
        for plural, kind in (
            ("serviceexports", "ServiceExport"),
            ("serviceimports", "ServiceImport"),
        ):
            yield definition(mcs.GROUP, world.sites[name].cluster.mcs, plural, kind)
    if world.scenario.cilium_of(name):
        yield definition("cilium.io", ("v2",), "ciliumnodes", "CiliumNode", namespaced=False)


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """What stays as it is for the whole demo, namespaces first."""
    site = world.sites[name]
    local = world.scenario.workloads_of(name)
    homes = {*SYSTEM_NAMESPACES, *(model.namespace for model in local)}
    yield from generate.namespaces(site, homes)
    for model in local:
        yield from workloads.workload(site, model)
    if world.scenario.submariner_of(name):
        yield from submariner.static_objects(world, name)
    if world.scenario.cilium_of(name):
        yield from cilium.static_objects(world, name)
    if site.cluster.mcs:
        yield from mcs.static_objects(world, name)


def scripted_objects(world: World, name: str) -> Iterator[KubeObject]:
    """What only the script changes: nodes and route agents."""
    site = world.sites[name]
    for plan in site.nodes:
        yield generate.node(site, plan, world.kubelets[name, plan.name])
    if world.scenario.submariner_of(name):
        yield from submariner.route_agents(world, name)


def heartbeat_objects(world: World, name: str, now: float) -> Iterator[KubeObject]:
    """What is written again every few seconds: gateways and their lease."""
    if world.scenario.submariner_of(name):
        yield from submariner.heartbeat_objects(world, name, now)
