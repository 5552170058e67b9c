"""Where the logs of a cluster go: to places outside, to its own Services, or nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from mckconsole.analysis.checklist.shipping import Shipper, Shipping, shipping
from mckconsole.analysis.checklist.sinkplaces import inner, place_of
from mckconsole.domain.core import Namespace
from mckconsole.domain.failover import HTTPRoute, Ingress, Route
from mckconsole.domain.sinks import Sink
from mckconsole.domain.snapshot import ClusterSnapshot

Inner: TypeAlias = tuple[str, str]
"""Namespace and name of a Service of the cluster."""


class Sites(NamedTuple):
    """The agents, and where they send."""

    shipping: Shipping
    places: tuple[str, ...]
    """Outside of the cluster, those behind what passes logs on among them."""
    inner: tuple[Inner, ...]
    """Services of the cluster that agents send to."""
    passed: tuple[Inner, ...]
    """Of these, those behind which something passes logs on, as far as is known to the outside."""
    unplaced: tuple[str, ...]
    """Sinks of which it is not known where they are, in words."""
    serves: Mapping[str, tuple[str, ...]]
    """Hosts that the cluster serves by an Ingress or a route, to the namespaces of these."""


def sites(cluster: ClusterSnapshot) -> Sites:
    """Read a cluster's objects."""
    found = shipping(cluster)
    spaces = {name for _, name in cluster.objects("namespaces", Namespace)}
    places, inside, unplaced = set[str](), set[Inner](), set[str]()
    for shipper in found.shippers:
        for sink in shipper.sinks if shipper.ships else ():
            own = _own(sink, shipper, spaces)
            place = "" if own else place_of(sink, found.project)
            if own:
                inside.add(own)
            elif place:
                places.add(place)
            else:
                unplaced.add(_why(sink, shipper))
    passed = set()
    for relay in found.relays:
        beyond = {place_of(one, found.project) for one in relay.sinks
                  if not inner(one.host, _all(spaces))} - {""}  # fmt: skip
        behind = {one for one in inside if relay.is_behind(*one)}
        if behind and (beyond or not relay.sinks):
            places |= beyond
            passed |= behind
            if not beyond:
                unplaced.add(f"where {relay.name} passes them on to stands in nothing that is read")
    return Sites(
        found,
        tuple(sorted(places)),
        tuple(sorted(inside)),
        tuple(sorted(passed)),
        tuple(sorted(unplaced)),
        _serves(cluster),
    )


def _all(spaces: set[str]) -> Mapping[str, object]:
    return dict.fromkeys(spaces)


def _own(sink: Sink, shipper: Shipper, spaces: set[str]) -> Inner | None:
    """The Service of the cluster that a sink is; one without a namespace is in the agent's."""
    found = inner(sink.host, _all(spaces)) if not sink.variable else None
    if found is None or found[1] == "localhost":
        return None
    return found if found[0] else (shipper.sights[0].ref.namespace, found[1])


def _why(sink: Sink, shipper: Shipper) -> str:
    name = shipper.agent.name
    if shipper.agent.managed:
        return f"which {shipper.agent.managed} it is that {name} sends to is not read"
    if sink.variable:
        return f"{name} sends to ${{{sink.variable}}}, which its DaemonSet does not say"
    if sink.host:
        return f"{name} sends to {sink.host}, which is on its own node"
    return f"{name} sends to {sink.type} at a place that is not told"


def _serves(cluster: ClusterSnapshot) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for host, space in _hosts(cluster):
        if host:
            found.setdefault(host, set()).add(space)
    return {host: tuple(sorted(each)) for host, each in sorted(found.items())}


def _hosts(cluster: ClusterSnapshot) -> Iterator[tuple[str, str]]:
    for (space, _), one in cluster.objects("ingresses", Ingress).items():
        for rule in one.spec.rules:
            yield rule.host, space
    for (space, _), route in cluster.objects("httproutes", HTTPRoute).items():
        for host in route.spec.hostnames:
            yield host, space
    for (space, _), way in cluster.objects("routes", Route).items():
        yield way.spec.host, space
