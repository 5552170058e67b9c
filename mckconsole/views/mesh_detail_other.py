"""The sides of Linkerd, Istio and Consul links: what is configured, and what was measured of it."""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.mesh.consul import HEALTHY, ConsulReading, Peering, consul_readings
from mckconsole.analysis.mesh.istio import (
    NOTHING,
    SYNCED,
    SYNCING,
    IstioReading,
    istio_readings,
)
from mckconsole.analysis.mesh.linkerd import ALIVE, LinkerdReading, linkerd_readings
from mckconsole.analysis.mesh.links import Link, MeshProvider
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.domain.peering import LinkSpec
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.views.detail import Line, ObjectTarget, Span
from mckconsole.views.explain import count, fact, stated, unknown
from mckconsole.views.spec import Role

_REPLICAS = 6
"""Replicas of istiod that stand on lines of their own."""
_MAX_NAME = 60


def other_side(
    snapshot: FleetSnapshot, limits: Thresholds, link: Link, rtt: Line
) -> Iterator[Line]:
    """What the source holds and measures of its link; `rtt` is the line of its round trip."""
    cluster, now = snapshot.clusters[link.key.source], snapshot.taken_at
    if link.key.provider is MeshProvider.LINKERD:
        yield rtt
        for reading in linkerd_readings(cluster, now, limits):
            if reading.name == link.peer and reading.ref == link.object:
                yield from _linkerd(link, reading)
    elif link.key.provider is MeshProvider.ISTIO:
        for remote in istio_readings(cluster, now, limits):
            if remote.name == link.peer:
                yield from _istio(link, remote)
    else:
        for peer in consul_readings(cluster, now, limits):
            if peer.name == link.peer:
                yield from _consul(link, peer)


def object_line(link: Link) -> Iterator[Line]:
    """The object that the link was read from."""
    if link.object:
        target = ObjectTarget(link.key.source, link.object)
        yield fact("object", Span(str(link.object), Role.DIM), target=target)


def _known_as(link: Link) -> Iterator[Line]:
    """What the source's mesh calls the other end, where that is another name."""
    if link.peer and link.peer != link.key.target:
        yield fact("peer", f"called {shorten(link.peer, _MAX_NAME)} here")


def _linkerd(link: Link, reading: LinkerdReading) -> Iterator[Line]:
    yield fact("gateway", _alive(reading))
    if reading.object is not None:
        spec = reading.object.spec
        yield fact("mirrors", *_mirrors(reading))
        address = shorten(spec.gateway_address, _MAX_NAME)
        where = f"{address}:{spec.gateway_port}" if address else "none: flat mode"
        yield fact("address", where)
        yield fact("probe", _probe(spec))
    yield from _known_as(link)


def _alive(reading: LinkerdReading) -> Span:
    """What the service mirror's probes say."""
    dead, total = reading.alive.count(False), len(reading.alive)
    if not total:
        why = "nothing probes it" if reading.flat else reading.samples.why_none(f"of {ALIVE}")
        return unknown(why)
    if reading.disabled:
        return unknown("probing is off (gateway_enabled is 0)")
    if not dead:
        return stated(Role.OK, "answers probes")
    if dead == total:
        return stated(Role.CRITICAL, "does not answer probes")
    return stated(Role.WARN, f"{dead} of {total} service mirrors get no answer")


def _mirrors(reading: LinkerdReading) -> Iterator[Span]:
    yield Span(f"{count(reading.mirrored, 'service')}")
    if reading.failed:
        yield Span("  ")
        yield stated(Role.WARN, f"{len(reading.failed)} failed")
    if reading.skipped:
        yield Span(f"  {reading.skipped} skipped", Role.DIM)


def _probe(spec: LinkSpec) -> Span:
    probe = spec.probe_spec
    if not probe.path and not probe.period:
        return Span("none configured", Role.DIM)
    words = f"{shorten(probe.path, _MAX_NAME)} on {probe.port}, every {probe.period or '?'}"
    return Span(f"{words}, {probe.failure_threshold or '?'} misses", Role.DIM)


def _istio(link: Link, reading: IstioReading) -> Iterator[Line]:
    total, synced = len(reading.replicas), len(reading.having(SYNCED))
    if not reading.reported:
        yield fact("istiod", unknown(reading.samples.why_none("of this cluster")))
    else:
        role = Role.OK if synced == total else Role.WARN if synced else Role.CRITICAL
        yield fact("istiod", stated(role, f"synced on {synced} of {total}"))
        for name in sorted(reading.replicas, key=lambda one: (_healthy(reading, one), one)):
            yield _replica(reading, name)
            total -= 1
            if len(reading.replicas) - total >= _REPLICAS and total:
                yield fact("", Span(f"and {count(total, 'replica')} more", Role.DIM))
                break
    yield fact("secret", _secret(reading))
    yield from _known_as(link)


def _healthy(reading: IstioReading, replica: str) -> bool:
    return reading.replicas[replica] == SYNCED


def _replica(reading: IstioReading, name: str) -> Line:
    status = reading.replicas[name]
    roles = {SYNCED: Role.OK, SYNCING: Role.CONNECTING, NOTHING: Role.UNKNOWN}
    return fact(
        "", stated(roles.get(status, Role.CRITICAL), shorten(status, _MAX_NAME)),
        Span(f"  {shorten(name, _MAX_NAME)}", Role.DIM),
    )  # fmt: skip


def _secret(reading: IstioReading) -> Span:
    if reading.secret is None:
        return unknown("no remote secret of it is held")
    return Span(f"{reading.secret.metadata.name}: configured", Role.DIM)


def _consul(link: Link, reading: ConsulReading) -> Iterator[Line]:
    yield fact("health", _health(reading))
    for peering in reading.peerings:
        yield fact(peering.role, *_written(peering))
        status = peering.object.status
        yield fact("written", status.last_synced_time or unknown("never"))
        if status.latest_peering_version:
            yield fact("token", f"version {status.latest_peering_version}")
    if not reading.peerings:
        yield fact("objects", unknown("none is held for this peer"))
    yield from _known_as(link)


def _health(reading: ConsulReading) -> Span:
    if not reading.health:
        return unknown(reading.samples.why_none(f"of {HEALTHY}"))
    if all(reading.health):
        return stated(Role.OK, "healthy, says Consul's leader")
    if any(reading.health):
        return unknown("the servers disagree")
    return stated(Role.CRITICAL, "not healthy, says Consul's leader")


def _written(peering: Peering) -> Iterator[Span]:
    """Whether Consul was told; that says nothing of the peer."""
    found = peering.synced
    if peering.failure:
        yield stated(Role.WARN, f"not written to Consul: {peering.failure}")
    elif found is None or found.status != "True":
        yield unknown("not yet written to Consul")
    else:
        yield Span("written to Consul", Role.DIM)
