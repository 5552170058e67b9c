"""Linkerd links: one direction per Link object, alive only as far as metrics say so.

A Link in A makes services of B usable in A; B needs none for that. Its status tells which services
are mirrored, never whether B can be reached: that is in the metrics of the service mirror, which
probes B's gateway. Without a gateway address (flat mode) nothing is probed.
Source of the rules: linkerd2 multicluster/service-mirror, `linkerd multicluster check`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mckconsole.analysis.mesh.evidence import seen, server_time
from mckconsole.analysis.mesh.hysteresis import UNMEASURED
from mckconsole.analysis.mesh.links import (
    CRITICAL,
    WARN,
    Claim,
    Link,
    LinkKey,
    LinkState,
    MeshProvider,
    RoundTrip,
    decide,
)
from mckconsole.analysis.mesh.peers import FleetNames, Samples, unconfirmed, without_way_back
from mckconsole.analysis.mesh.rtt import speed_claims, speed_notes
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.analysis.unread import unread_reason
from mckconsole.domain.core import Service
from mckconsole.domain.findings import Evidence, ObjectRef
from mckconsole.domain.objects import Key
from mckconsole.domain.peering import LinkerdLink, MirrorStatus
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot

TOPIC = "linkerd-links"
ALIVE = "gateway_alive"
_LATENCY = "gateway_latency"
_GATEWAY = ("linkerd-multicluster", "linkerd-gateway")
_MAX_SECONDS = 600.0
_NAMED = 3
"""Mirrored services that a reason names."""
_ONE_WAY = "{target} has no Link to {source}, and needs none: a Link leads one way"


@dataclass(frozen=True)
class LinkerdReading:
    """What one cluster says of one of its Linkerd links."""

    name: str
    """What the link calls the other cluster."""
    key: Key
    """The Link object's, or ("", name) where only metrics tell of it."""
    object: LinkerdLink | None
    ref: ObjectRef | None
    read_in_part: bool
    alive: tuple[bool, ...]
    """By controller with a current sample."""
    disabled: bool
    """The service mirror says that it probes no gateway."""
    rtt: RoundTrip | None
    failed: tuple[MirrorStatus, ...]
    """Services whose mirroring ended in an error."""
    skipped: int
    """Services that are not mirrored for what they are: invalid, or without a namespace."""
    mirrored: int
    samples: Samples
    """All of the cluster's, of `gateway_alive`."""
    latency: Samples

    @property
    def flat(self) -> bool:
        """Flat mode: no gateway, nothing probes."""
        held = self.object is not None and not self.read_in_part
        return held and self.object is not None and not self.object.spec.gateway_address.strip()


def linkerd_links(fleet: FleetSnapshot, limits: Thresholds) -> list[Link]:
    """A link per Link object, and per series where Link objects cannot be read."""
    names, gateways = FleetNames(fleet), _gateways(fleet)
    found: dict[LinkKey, Link] = {}
    for cluster in fleet.clusters.values():
        for reading in linkerd_readings(cluster, fleet.taken_at, limits):
            known = _by_address(reading, gateways)
            target, in_fleet = names.resolve(cluster.name, reading.name, known)
            cable = "" if reading.key[1] in ("", target) else reading.key[1]
            key = LinkKey(MeshProvider.LINKERD, cluster.name, target, cable)
            if key in found:
                key = LinkKey(key.provider, key.source, key.target, "/".join(reading.key))
            found[key] = _Judge(cluster, reading, fleet.taken_at, limits).link(key, in_fleet)
    return without_way_back(fleet, list(found.values()), (TOPIC,), _ONE_WAY)


def linkerd_readings(
    cluster: ClusterSnapshot, now: float, limits: Thresholds
) -> Iterator[LinkerdReading]:
    """Everything that a cluster says of its Linkerd links."""
    alive = Samples(cluster, "linkerd-gateway-alive", "target_cluster_name", now, limits)
    enabled = Samples(cluster, "linkerd-gateway-enabled", "target_cluster_name", now, limits)
    latency = Samples(cluster, "linkerd-gateway-latency", "target_cluster_name", now, limits)
    topic = cluster.topic(TOPIC)
    held = cluster.objects(TOPIC, LinkerdLink) if topic.state.readable else {}
    named: set[str] = set()
    keys: list[tuple[Key, LinkerdLink | None]] = sorted(held.items(), key=lambda item: item[0])
    for key, link in keys:
        named.add((link.spec.target_cluster_name if link else "") or key[1])
    if not topic.conclusive:
        keys += [(("", name), None) for name in sorted(alive.names - named)]
    for key, link in keys:
        name = (link.spec.target_cluster_name if link else "") or key[1]
        services = [*link.status.mirror_services, *link.status.federated_services] if link else []
        reasons = [_reason(service) for service in services]
        probing = enabled.current(name)
        yield LinkerdReading(
            name=name,
            key=key,
            object=link,
            ref=link.ref(topic.version or "v1alpha3") if link else None,
            read_in_part=key in topic.faults,
            alive=tuple(sample.value >= 1 for sample in alive.current(name)),
            disabled=bool(probing) and all(sample.value < 1 for sample in probing),
            rtt=_round_trip(latency, name),
            failed=tuple(s for s, why in zip(services, reasons, strict=True) if why == "Error"),
            skipped=sum(why in ("InvalidService", "MissingNamespace") for why in reasons),
            mirrored=sum(why == "" for why in reasons),
            samples=alive,
            latency=latency,
        )


def _reason(service: MirrorStatus) -> str:
    """Why it is not mirrored; empty when it is."""
    for condition in service.conditions:
        if condition.type == "Mirrored":
            return "" if condition.status == "True" else condition.reason or "Error"
    return "(not said)"


def _round_trip(latency: Samples, name: str) -> RoundTrip | None:
    """The last probe's; milliseconds in the metric. Zero is a probe without an answer."""
    values = [s.value / 1000 for s in latency.current(name) if 0 < s.value <= _MAX_SECONDS * 1000]
    return RoundTrip(last=max(values), source="prometheus") if values else None


def _gateways(fleet: FleetSnapshot) -> dict[str, str]:
    """Published address of a Linkerd gateway to its cluster; none where several publish it."""
    owners: dict[str, set[str]] = {}
    for cluster in fleet.clusters.values():
        gateway = cluster.objects("services", Service).get(_GATEWAY)
        if gateway is not None:
            published = gateway.status.load_balancer.ingress
            for address in (*gateway.spec.external_ips, *(i.ip or i.hostname for i in published)):
                owners.setdefault(address, set()).add(cluster.name)
    return {address: min(names) for address, names in owners.items() if len(names) == 1 and address}


def _by_address(reading: LinkerdReading, gateways: dict[str, str]) -> str:
    text = reading.object.spec.gateway_address if reading.object else ""
    found = {gateways.get(part.strip(), "") for part in text.split(",")} - {""}
    return min(found) if len(found) == 1 else ""


class _Judge:
    """Judges one link."""

    def __init__(
        self, cluster: ClusterSnapshot, reading: LinkerdReading, now: float, limits: Thresholds
    ) -> None:
        self._cluster, self._reading, self._limits = cluster, reading, limits
        self._samples, self._latency = reading.samples, reading.latency
        self._at = server_time(cluster, cluster.topic(TOPIC), now)
        self._old = unconfirmed(cluster, (TOPIC,))

    def link(self, key: LinkKey, in_fleet: bool) -> Link:
        """The link with its state."""
        reading, name = self._reading, self._reading.name
        claims = list(self._claims())
        claim = decide(claims)
        current = self._samples.current(name)
        others = [one.reason for one in claims if one.severity and one is not claim]
        notes = [reason for reason in others if reason != claim.reason]
        old = self._samples.old(name)
        return Link(
            key=key,
            state=claim.state,
            severity=claim.severity,
            reason=claim.reason,
            cause=claim.cause,
            notes=(*notes, *self._notes()),
            rtt=reading.rtt,
            driver="linkerd flat" if reading.flat else "linkerd",
            using_ip=reading.object.spec.gateway_address if reading.object else "",
            object=reading.ref,
            observed_at=max((sample.at for sample in current or old), default=self._at),
            last_state=_last_state(claim, [s.value >= 1 for s in old]),
            in_fleet=in_fleet,
            evidence=tuple(self._evidence()),
            peer=name,
        )

    def _claims(self) -> Iterator[Claim]:
        samples, reading = self._samples, self._reading
        if reading.failed:
            names = [f"{s.remote_ref.namespace}/{s.remote_ref.name}" for s in reading.failed]
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            text = f"services could not be mirrored: {', '.join(names[:_NAMED])}{more}"
            yield Claim(LinkState.DEGRADED, WARN, text, "mirror-error")
        stale = samples.too_old(reading.name)
        if stale:
            yield stale
        elif not reading.alive:
            yield self._unmeasured()
        else:
            partial = samples.partial()
            if partial:
                yield partial
            yield from self._probed()

    def _unmeasured(self) -> Claim:
        if self._old:
            return Claim(LinkState.UNKNOWN, None, f"{self._old}; nothing measured it", "unread")
        if self._reading.flat:
            reason = "flat mode: there is no gateway, so nothing probes it"
            return Claim(LinkState.UNVERIFIED, WARN, reason, "flat-mode")
        why = self._samples.why_none(f"of {ALIVE} for {self._reading.name}")
        reason = f"Link says configured; nothing measured it: {why}"
        return Claim(LinkState.UNVERIFIED, WARN, reason, UNMEASURED)

    def _probed(self) -> Iterator[Claim]:
        reading = self._reading
        dead, total = reading.alive.count(False), len(reading.alive)
        if reading.disabled and dead == total:
            reason = "the service mirror probes no gateway (gateway_enabled is 0)"
            yield Claim(LinkState.UNVERIFIED, WARN, reason, "gateway-disabled")
        elif dead == total:
            reason = "the gateway does not answer probes"
            yield Claim(LinkState.DOWN, CRITICAL, reason, "gateway-dead")
        else:
            if dead:
                reason = f"{dead} of {total} service mirrors get no answer from the gateway"
                yield Claim(LinkState.DEGRADED, WARN, reason, "service-mirrors")
            if reading.rtt:
                yield from speed_claims(reading.rtt, self._limits)
            yield Claim(LinkState.UP, None, "the gateway answers probes")

    def _notes(self) -> Iterator[str]:
        reading = self._reading
        if reading.object is None:
            yield f"metrics only: {unread_reason(self._cluster.topic(TOPIC))}"
        elif self._old and reading.alive:
            yield f"the Link is as last read: {self._old}"
        if reading.read_in_part:
            yield "the Link could be read only in part"
        if reading.skipped:
            yield f"{reading.skipped} services not mirrored: invalid, or no such namespace"
        if reading.rtt:
            yield from speed_notes(reading.rtt, self._limits)
        elif any(reading.alive):
            yield "latency not measured"

    def _evidence(self) -> Iterator[Evidence]:
        reading, name = self._reading, self._cluster.name
        if reading.object and reading.ref:
            spec = reading.object.spec
            address = spec.gateway_address or "(empty)"
            yield seen(name, reading.ref, "spec.targetClusterName", reading.name, self._at)
            yield seen(name, reading.ref, "spec.gatewayAddress", address, self._at)
            for service in reading.failed[:_NAMED]:
                where = f"{service.remote_ref.namespace}/{service.remote_ref.name}"
                path = f"status.mirrorServices[{where}].conditions[Mirrored]"
                told = next((c for c in service.conditions if c.type == "Mirrored"), None)
                words = f"{told.reason}: {told.message}" if told else "Error"
                yield seen(name, reading.ref, path, words, self._at)
        shown = self._samples.current(reading.name) or self._samples.old(reading.name)
        yield from self._samples.evidence(ALIVE, shown)
        yield from self._latency.evidence(_LATENCY, self._latency.current(reading.name))


def _last_state(claim: Claim, alive: list[bool]) -> LinkState | None:
    if claim.cause != "old-sample" or not alive:
        return None
    return LinkState.UP if all(alive) else LinkState.DOWN
