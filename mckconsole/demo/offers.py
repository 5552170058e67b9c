"""What clusters have to offer under the name of an exported service, and how their offers agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from mckconsole.demo.clusterservices import endpoints, service_ports
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.pods import ready_count
from mckconsole.demo.sections_services import Export
from mckconsole.demo.world import World


@dataclass(frozen=True)
class Offer:
    """A cluster's own Service."""

    ports: list[KubeObject]
    """As slices and imports write them."""
    headless: bool
    affinity: str
    ready: int
    """Endpoints that are ready."""
    endpoints: list[KubeObject]


class Standing(Enum):
    """What became of an export in its own cluster."""

    EXPORTED = auto()
    NO_SERVICE = auto()
    WAITING = auto()
    """The controller has not got to it."""
    NO_ADDRESS = auto()
    """Globalnet has no address for it."""
    REFUSED = auto()
    """It is headless and the oldest export is not, or the other way round."""


def offer(world: World, name: str, namespace: str, service: str) -> Offer | None:
    """What cluster `name` offers; None when it has no such Service.

    All importers ask for it, so it is worked out once.
    """
    key = (name, namespace, service)
    model = world.services.get(key)
    if model is None:
        return None
    if key not in world.offers:
        site = world.sites[name]
        world.offers[key] = Offer(
            service_ports(model),
            model.headless,
            model.affinity,
            ready_count(site, model),
            endpoints(site, model),
        )
    return world.offers[key]


def standing(world: World, export: Export, name: str) -> Standing:
    """What became of the export of cluster `name`."""
    mine = world.services.get((name, export.namespace, export.name))
    if mine is None:
        return Standing.NO_SERVICE
    if name in export.waiting:
        return Standing.WAITING
    if name in export.no_address:
        return Standing.NO_ADDRESS
    first = world.services.get((export.clusters[0], export.namespace, export.name), mine)
    return Standing.EXPORTED if first.headless == mine.headless else Standing.REFUSED


def common_ports(world: World, export: Export, clusters: Sequence[str]) -> list[KubeObject]:
    """Ports on which all these exporters agree, in the order of the first."""
    lists = [
        found.ports
        for name in clusters
        if (found := offer(world, name, export.namespace, export.name))
    ]
    return [port for port in lists[0] if all(port in one for one in lists)] if lists else []
