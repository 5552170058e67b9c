"""The CustomResourceDefinitions of a simulated cluster: those of what it runs, and no others."""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo import accountusers, gke, holders, hosts, mcs, meshes, things, upgrades
from mckconsole.demo.objects import KubeObject, definition
from mckconsole.demo.scenario import Scenario
from mckconsole.demo.world import World


def definitions(world: World, name: str) -> Iterator[KubeObject]:
    """The definitions of cluster `name`."""
    scenario, served = world.scenario, world.sites[name].cluster.mcs
    if scenario.submariner_of(name):
        yield from _submariner(lighthouse=bool(served))
    if served:
        yield definition(mcs.GROUP, served, "serviceexports", "ServiceExport")
        yield definition(mcs.GROUP, served, "serviceimports", "ServiceImport")
    if scenario.cilium_of(name):
        yield definition("cilium.io", ("v2",), "ciliumnodes", "CiliumNode", namespaced=False)
    if scenario.gke and name in scenario.gke.members:
        yield definition(gke.GROUP, ("v1",), "serviceexports", "ServiceExport")
        yield definition(gke.GROUP, ("v1",), "serviceimports", "ServiceImport")
    if any(host.kind == "HTTPRoute" for host in hosts.hosts_of(world, name)):
        yield definition(hosts.ROUTES, ("v1",), "httproutes", "HTTPRoute")
    yield from _registries(scenario, name)
    yield from meshes.definitions(world, name)
    yield from accountusers.definitions(world, name)
    yield from holders.definitions(world, name)
    yield from upgrades.definitions(world, name)
    yield from things.definitions(world, name)


def _submariner(*, lighthouse: bool) -> Iterator[KubeObject]:
    for plural, kind in (
        ("clusters", "Cluster"),
        ("endpoints", "Endpoint"),
        ("gateways", "Gateway"),
        ("routeagents", "RouteAgent"),
    ):
        yield definition("submariner.io", ("v1",), plural, kind, status=False)
    yield definition("submariner.io", ("v1alpha1",), "submariners", "Submariner")
    if lighthouse:
        yield definition("submariner.io", ("v1alpha1",), "servicediscoveries", "ServiceDiscovery")
        yield definition("submariner.io", ("v1alpha1",), "brokers", "Broker")
        yield definition("submariner.io", ("v1",), "globalingressips", "GlobalIngressIP")


def _registries(scenario: Scenario, name: str) -> Iterator[KubeObject]:
    """Of what joins clusters beside Submariner and Cilium."""
    if scenario.cloudmap and name in scenario.cloudmap.ids:
        yield definition(
            "about.k8s.io", ("v1alpha1",), "clusterproperties", "ClusterProperty", namespaced=False
        )
    if scenario.karmada and name == scenario.karmada.hub:
        yield definition(
            "cluster.karmada.io", ("v1alpha1",), "clusters", "Cluster", namespaced=False
        )
        yield definition(
            "networking.karmada.io", ("v1alpha1",), "multiclusterservices", "MultiClusterService"
        )
    if scenario.istio_services and name in scenario.istio_services.remotes:
        yield definition("networking.istio.io", ("v1",), "serviceentries", "ServiceEntry")
    if any(one.cluster == name for one in scenario.consul_exports):
        yield definition(
            "consul.hashicorp.com", ("v1alpha1",), "exportedservices", "ExportedServices"
        )
