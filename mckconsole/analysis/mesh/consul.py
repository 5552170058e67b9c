"""Consul links: cluster peerings, healthy only as far as Consul's leader says so.

PeeringAcceptor and PeeringDialer are wishes: their condition Synced means that Consul was told, not
that the peers talk. Whether they do is in `consul_peering_healthy`, which the leader of the servers
writes. One side accepts and the other dials; each names the other as it likes.
Source of the rules: consul-k8s peering controllers, consul agent/consul/leader_peering.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    decide,
)
from mckconsole.analysis.mesh.peers import FleetNames, Samples, unconfirmed
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.analysis.unread import unread_reason
from mckconsole.domain.findings import Evidence, ObjectRef
from mckconsole.domain.objects import Condition
from mckconsole.domain.peering import PeeringAcceptor, PeeringDialer
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.domain.text import shorten

TOPICS = ("peeringacceptors", "peeringdialers")
HEALTHY = "consul_peering_healthy"
_MAX_MESSAGE = 160


@dataclass(frozen=True)
class Peering:
    """One PeeringAcceptor or PeeringDialer."""

    object: PeeringAcceptor | PeeringDialer
    ref: ObjectRef
    at: float
    """API server's clock when it was read."""
    read_in_part: bool

    @property
    def role(self) -> str:
        """`acceptor` or `dialer`."""
        return "acceptor" if isinstance(self.object, PeeringAcceptor) else "dialer"

    @property
    def synced(self) -> Condition | None:
        """The condition Synced, if it was ever written."""
        return next((one for one in self.object.status.conditions if one.type == "Synced"), None)

    @property
    def failure(self) -> str:
        """Why Consul was not told of it; empty where it was, or nothing says otherwise."""
        found = self.synced
        if found is None or found.status != "False":
            return ""
        return ": ".join(filter(None, (found.reason, shorten(found.message, _MAX_MESSAGE)))) or (
            "no reason was given"
        )


@dataclass(frozen=True)
class ConsulReading:
    """What one cluster says of one of its peers."""

    name: str
    """What the cluster calls its peer."""
    peerings: tuple[Peering, ...]
    """Acceptors first; usually one."""
    health: tuple[bool, ...]
    """By current series, of which only the leader's counts."""
    samples: Samples
    """All of the cluster's."""

    def version(self, role: str) -> int:
        """The newest version of the token that a side in this role has taken up; 0 for none."""
        versions = [p.object.status.latest_peering_version for p in self.peerings if p.role == role]
        return max(versions, default=0)


def consul_links(fleet: FleetSnapshot, limits: Thresholds) -> list[Link]:
    """A link per peer that an object or a series names."""
    names = FleetNames(fleet)
    found: dict[LinkKey, tuple[ClusterSnapshot, ConsulReading, bool]] = {}
    for cluster in fleet.clusters.values():
        for reading in consul_readings(cluster, fleet.taken_at, limits):
            target, in_fleet = names.resolve(cluster.name, reading.name)
            key = LinkKey(MeshProvider.CONSUL, cluster.name, target)
            if key in found:  # its name and its context, say
                key = LinkKey(MeshProvider.CONSUL, cluster.name, target, reading.name)
            found[key] = (cluster, reading, in_fleet)
    ways = {(key.source, key.target): reading for key, (_, reading, _) in found.items()}
    return [
        _Judge(cluster, reading, ways.get((key.target, key.source)), fleet.taken_at).link(
            key, in_fleet
        )
        for key, (cluster, reading, in_fleet) in found.items()
    ]


def consul_readings(
    cluster: ClusterSnapshot, now: float, limits: Thresholds
) -> Iterator[ConsulReading]:
    """Everything that a cluster says of its peers, by name."""
    samples = Samples(cluster, "consul-peering-healthy", "peer_name", now, limits)
    peerings: dict[str, list[Peering]] = {}
    for one in _peerings(cluster, now):
        peerings.setdefault(one.object.metadata.name, []).append(one)
    for name in sorted(samples.names | set(peerings)):
        health = tuple(sample.value >= 1 for sample in samples.current(name))
        yield ConsulReading(name, tuple(peerings.get(name, ())), health, samples)


def _peerings(cluster: ClusterSnapshot, now: float) -> Iterator[Peering]:
    held: tuple[tuple[str, Mapping[tuple[str, str], PeeringAcceptor | PeeringDialer]], ...] = (
        ("peeringacceptors", cluster.objects("peeringacceptors", PeeringAcceptor)),
        ("peeringdialers", cluster.objects("peeringdialers", PeeringDialer)),
    )
    for name, objects in held:
        topic = cluster.topic(name)
        if not topic.state.readable:
            continue
        at = server_time(cluster, topic, now)
        for key, found in sorted(objects.items(), key=lambda item: item[0]):
            ref = found.ref(topic.version or "v1alpha1")
            yield Peering(found, ref, at, key in topic.faults)


class _Judge:
    """Judges one link; `back` is what the other side says of this one, where it is in the fleet."""

    def __init__(
        self,
        cluster: ClusterSnapshot,
        reading: ConsulReading,
        back: ConsulReading | None,
        now: float,
    ) -> None:
        self._cluster, self._reading, self._back = cluster, reading, back
        self._samples, self._now = reading.samples, now
        roles = {f"peering{one.role}s" for one in reading.peerings}
        self._old = unconfirmed(cluster, sorted(roles) if roles else TOPICS)
        self._evidence: list[Evidence] = []

    def link(self, key: LinkKey, in_fleet: bool) -> Link:
        """The link with its state."""
        reading = self._reading
        self._show()
        claims = list(self._claims(key.target))
        claim = decide(claims)
        others = [one.reason for one in claims if one.severity and one.reason != claim.reason]
        current, old = self._samples.current(reading.name), self._samples.old(reading.name)
        read_at = min((one.at for one in reading.peerings), default=self._now)
        said = [sample.value >= 1 for sample in old]
        was = LinkState.UP if all(said) else LinkState.DOWN
        roles = "/".join(dict.fromkeys(one.role for one in reading.peerings))
        return Link(
            key=key,
            state=claim.state,
            severity=claim.severity,
            reason=claim.reason,
            cause=claim.cause,
            notes=(*others, *self._notes()),
            driver=f"consul {roles}".strip(),
            object=reading.peerings[0].ref if reading.peerings else None,
            observed_at=max((sample.at for sample in current or old), default=read_at),
            last_state=was if claim.cause == "old-sample" and said else None,
            in_fleet=in_fleet,
            evidence=tuple(self._evidence),
            peer=reading.name,
        )

    def _claims(self, target: str) -> Iterator[Claim]:
        yield self._health()
        partial = self._samples.partial()
        if partial and self._reading.health:
            yield partial
        healthy = any(self._reading.health)
        for peering in self._reading.peerings:
            if not peering.failure:
                continue
            told_once = peering.object.status.last_synced_time or healthy
            if told_once:
                reason = f"the {peering.role} was not written to Consul: {peering.failure}"
                yield Claim(LinkState.DEGRADED, WARN, reason, "not-synced")
            elif not peering.read_in_part:
                reason = f"the {peering.role} was never written to Consul: {peering.failure}"
                yield Claim(LinkState.DOWN, CRITICAL, reason, "never-synced")
        yield from self._drift(target)

    def _health(self) -> Claim:
        """What Consul's metric says of the peering, or that nothing does."""
        health = self._reading.health
        stale = self._samples.too_old(self._reading.name)
        if stale:
            return stale
        if health and all(health):
            return Claim(LinkState.UP, None, "Consul says that the peering is healthy")
        if health and any(health):
            reason = f"{HEALTHY} is 1 and 0: only the leader's counts, and which it is is not known"
            return Claim(LinkState.UNVERIFIED, WARN, reason, "servers-disagree")
        if health:
            reason = "Consul says that the peering is not healthy"
            return Claim(LinkState.DOWN, CRITICAL, reason, "unhealthy")
        if self._old:
            return Claim(LinkState.UNKNOWN, None, f"{self._old}; nothing measured it", "unread")
        why = self._samples.why_none(f"of {HEALTHY} for {self._reading.name}")
        reason = f"{self._configured()}; nothing measured it: {why}"
        return Claim(LinkState.UNVERIFIED, WARN, reason, UNMEASURED)

    def _configured(self) -> str:
        """How far the wish got."""
        conditions = [peering.synced for peering in self._reading.peerings]
        if any(condition and condition.status == "True" for condition in conditions):
            return "configured and written to Consul"
        return "configured, and not yet written to Consul"

    def _drift(self, target: str) -> Iterator[Claim]:
        """A dialer that has not taken up the token that the other side made anew.

        Both versions come from the annotation consul.hashicorp.com/peering-version; a side that
        was never given one says nothing.
        """
        if self._back is None or self._old:
            return
        ours, theirs = self._reading.version("dialer"), self._back.version("acceptor")
        if 0 < ours < theirs:
            for peering in self._back.peerings:
                if peering.role == "acceptor":
                    said = str(peering.object.status.latest_peering_version)
                    path = "status.latestPeeringVersion"
                    self._evidence.append(seen(target, peering.ref, path, said, peering.at))
            reason = (
                f"{target} made its token anew (version {theirs}), the dialer has version {ours}"
            )
            yield Claim(LinkState.DEGRADED, WARN, reason, "token-drift")

    def _notes(self) -> Iterator[str]:
        reading = self._reading
        if not reading.peerings:
            topics = [self._cluster.topic(name) for name in TOPICS]
            unread = "; ".join(unread_reason(one) for one in topics if not one.conclusive)
            yield (
                f"metrics only: {unread}"
                if unread
                else ("no PeeringAcceptor or PeeringDialer is called so: made outside Kubernetes")
            )
        elif self._old and reading.health:
            yield f"the peering object is as last read: {self._old}"
        if any(peering.read_in_part for peering in reading.peerings):
            yield "the peering object could be read only in part"
        if any(reading.health):
            yield "latency not measured: Consul has no such metric"

    def _show(self) -> None:
        name = self._cluster.name
        for peering in self._reading.peerings:
            status = peering.object.status
            self._evidence += _condition(name, peering)
            for path, value in (
                ("status.lastSyncedTime", status.last_synced_time or "(absent)"),
                ("status.latestPeeringVersion", str(status.latest_peering_version or "(absent)")),
            ):
                self._evidence.append(seen(name, peering.ref, path, value, peering.at))
        shown = self._samples.current(self._reading.name) or self._samples.old(self._reading.name)
        self._evidence += self._samples.evidence(HEALTHY, shown)


def _condition(cluster: str, peering: Peering) -> Sequence[Evidence]:
    found = peering.synced
    words = "(absent)" if found is None else found.status
    path = "status.conditions[Synced].status"
    shown = [seen(cluster, peering.ref, path, words, peering.at)]
    if peering.failure:
        path = "status.conditions[Synced].message"
        shown.append(seen(cluster, peering.ref, path, peering.failure, peering.at))
    return shown
