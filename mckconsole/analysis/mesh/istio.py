"""Istio links: which remote clusters istiod has synchronised with, replica by replica.

A remote secret tells istiod to watch another cluster's API server: that is configuration, and only
its metadata is read. Whether istiod does is in its metrics (since 1.29), which every replica writes
for itself: one may miss a cluster that the others have. A series of a cluster that is gone stays at
0, so only a status at 1 says something.
Source of the rules: Istio pkg/kube/multicluster (secretcontroller.go, cluster.go); istio/istio
issues 38440 and 60612.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mckconsole.analysis.mesh.evidence import seen, server_time
from mckconsole.analysis.mesh.hysteresis import UNMEASURED, Recorder
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
from mckconsole.analysis.mesh.peers import FleetNames, Samples, unconfirmed, without_way_back
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.analysis.unread import unread_reason
from mckconsole.domain.discovery import IstioRemoteSecret
from mckconsole.domain.findings import Evidence, ObjectRef, Severity
from mckconsole.domain.metrics import Sample
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.domain.text import shorten

TOPIC = "istio-remote-secrets"
SYNC = "istiod_remote_cluster_sync_status"
SYNCED, SYNCING = "synced", "syncing"
_BROKEN = ("closed", "timeout")
NOTHING = "no status"
_REPLICA = ("pod", "pod_name", "kubernetes_pod_name", "instance")
"""Labels that scrape configurations tell replicas apart by, the plainest first."""
_NAMED = 4
"""Replicas that a reason names."""
_ONE_WAY = "no remote secret in {target} leads to {source}, and none need: istiod watches one way"


@dataclass(frozen=True)
class IstioReading:
    """What one cluster's istiod says of one remote cluster."""

    name: str
    """Istio's name of the remote cluster."""
    secret: IstioRemoteSecret | None
    ref: ObjectRef | None
    replicas: Mapping[str, str]
    """Every replica of istiod with a current sample to its status of the remote cluster."""
    reported: bool
    """Whether a current series is about the remote cluster at all, be it at 0."""
    samples: Samples
    """All of the cluster's."""

    def having(self, *statuses: str) -> list[str]:
        """Replicas in one of these statuses, sorted."""
        return sorted(name for name, status in self.replicas.items() if status in statuses)


def istio_links(fleet: FleetSnapshot, recorder: Recorder, limits: Thresholds) -> list[Link]:
    """A link per remote cluster that a secret names or istiod reports."""
    names = FleetNames(fleet)
    found: dict[LinkKey, Link] = {}
    for cluster in fleet.clusters.values():
        for reading in istio_readings(cluster, fleet.taken_at, limits):
            target, in_fleet = names.resolve(cluster.name, reading.name)
            key = LinkKey(MeshProvider.ISTIO, cluster.name, target)
            if key in found:  # its name and its context, say
                key = LinkKey(MeshProvider.ISTIO, cluster.name, target, reading.name)
            judge = _Judge(cluster, reading, recorder, limits)
            found[key] = judge.link(key, in_fleet)
    return without_way_back(fleet, list(found.values()), (TOPIC,), _ONE_WAY)


def istio_readings(
    cluster: ClusterSnapshot, now: float, limits: Thresholds
) -> Iterator[IstioReading]:
    """Everything that a cluster's secrets and its istiod say of remote clusters, by name."""
    topic = cluster.topic(TOPIC)
    held = cluster.objects(TOPIC, IstioRemoteSecret) if topic.state.readable else {}
    secrets: dict[str, IstioRemoteSecret] = {}
    for _, secret in sorted(held.items(), key=lambda item: item[0]):
        secrets.setdefault(secret.cluster, secret)
    samples = Samples(cluster, "istio-sync-status", "cluster", now, limits)
    managed = Samples(cluster, "istio-managed-clusters", "cluster_type", now, limits)
    everyone = {replica(one) for one in (*samples.everything(), *managed.everything())}
    counted = {name for name in samples.names if _says_something(samples, name)}
    for name in sorted((counted | set(secrets)) - {""}):
        current = samples.current(name)
        statuses = {one: NOTHING for one in sorted(everyone)}
        for sample in current:
            if sample.value >= 1:
                who, status = replica(sample), sample.labels.get("status", "")
                statuses[who] = _worse(statuses[who], status or NOTHING)
        own = secrets.get(name)
        ref = own.ref(topic.version or "v1") if own else None
        yield IstioReading(name, own, ref, statuses, bool(current), samples)


def replica(sample: Sample) -> str:
    """What the scrape calls the istiod that wrote a sample."""
    found = (sample.labels.get(label, "") for label in _REPLICA)
    return next((name for name in found if name), "istiod")


def _says_something(samples: Samples, name: str) -> bool:
    return any(one.value >= 1 for one in (*samples.current(name), *samples.old(name)))


def _worse(one: str, two: str) -> str:
    """The status that says less for a replica of which several are at 1."""
    order = (*_BROKEN, SYNCING, SYNCED)
    rank = {status: place for place, status in enumerate(order)}
    return one if one != NOTHING and rank.get(one, -1) <= rank.get(two, -1) else two


class _Judge:
    """Judges one link."""

    def __init__(
        self,
        cluster: ClusterSnapshot,
        reading: IstioReading,
        recorder: Recorder,
        limits: Thresholds,
    ) -> None:
        self._cluster, self._reading = cluster, reading
        self._recorder, self._limits = recorder, limits
        self._samples = reading.samples
        self._at = server_time(cluster, cluster.topic(TOPIC), recorder.now)
        self._old = unconfirmed(cluster, (TOPIC,))

    def link(self, key: LinkKey, in_fleet: bool) -> Link:
        """The link with its state."""
        claim = decide(self._claims(key))
        name = self._reading.name
        current, old = self._samples.current(name), self._samples.old(name)
        return Link(
            key=key,
            state=claim.state,
            severity=claim.severity,
            reason=claim.reason,
            cause=claim.cause,
            notes=tuple(self._notes()),
            driver="istio",
            object=self._reading.ref,
            observed_at=max((sample.at for sample in current or old), default=self._at),
            last_state=_last_state(claim, old),
            in_fleet=in_fleet,
            evidence=tuple(self._evidence(current or old)),
            peer=name,
        )

    def _claims(self, key: LinkKey) -> Iterator[Claim]:
        stale = self._samples.too_old(self._reading.name)
        if stale:
            yield stale
        elif not self._reading.reported:
            yield self._unmeasured()
        else:
            partial = self._samples.partial()
            if partial:
                yield partial
            yield self._measured(key)

    def _unmeasured(self) -> Claim:
        if self._old:
            return Claim(LinkState.UNKNOWN, None, f"{self._old}; nothing measured it", "unread")
        why = self._samples.why_none(f"of {SYNC}, which Istio has since 1.29")
        if self._samples.everything():
            why = (
                "istiod reports other clusters and not this one: is the Secret in istiod's "
                "namespace, and its kubeconfig valid?"
            )
        reason = f"remote secret says configured; nothing measured it: {why}"
        return Claim(LinkState.UNVERIFIED, WARN, reason, UNMEASURED)

    def _measured(self, key: LinkKey) -> Claim:
        reading = self._reading
        synced, total = reading.having(SYNCED), len(reading.replicas)
        if len(synced) == total:
            many = f"all {total} replicas of istiod" if total > 1 else "istiod"
            return Claim(LinkState.UP, None, f"synced on {many}")
        if synced:
            rest = sorted(set(reading.replicas) - set(synced))
            severity = CRITICAL if len(rest) * 2 > total else WARN
            reason = f"replicas of istiod disagree: {self._named(rest)}; {len(synced)} synced"
            return Claim(LinkState.DEGRADED, severity, reason, "replicas-disagree")
        if broken := reading.having(*_BROKEN):
            reason = f"istiod cannot read it: {self._named(broken)}"
            return Claim(LinkState.DOWN, CRITICAL, reason, "sync-failed")
        if reading.having(SYNCING):
            return self._connecting(key)
        rest = sorted(reading.replicas)
        reason = f"no replica of istiod has a status of it: {self._named(rest)}"
        return Claim(LinkState.UNVERIFIED, WARN, reason, "no-status")

    def _connecting(self, key: LinkKey) -> Claim:
        """Syncing for a minute since the console first saw it, then DOWN."""
        mark = self._recorder.mark("connecting", str(key))
        wait = self._limits.connecting
        if self._recorder.age(mark) >= wait:
            reason = f"istiod has been syncing for over {wait:.0f} s"
            return Claim(LinkState.DOWN, CRITICAL, reason, "syncing")
        reason = f"istiod is syncing, down after {wait:.0f} s"
        return Claim(LinkState.CONNECTING, Severity.INFO, reason, "syncing")

    def _named(self, replicas: list[str]) -> str:
        """`istiod-a timeout, istiod-b no status`."""
        said = [f"{shorten(one, 60)} {self._reading.replicas[one]}" for one in replicas[:_NAMED]]
        more = len(replicas) - _NAMED
        return ", ".join(said) + (f" and {more} more" if more > 0 else "")

    def _notes(self) -> Iterator[str]:
        reading = self._reading
        if reading.secret is None:
            topic = self._cluster.topic(TOPIC)
            gone = "no remote secret names it"
            yield gone if topic.conclusive else f"metrics only: {unread_reason(topic)}"
        elif self._old and reading.reported:
            yield f"the remote secret is as last read: {self._old}"
        if reading.having(SYNCED):
            yield "latency not measured: Istio has no such metric"

    def _evidence(self, samples: list[Sample]) -> Iterator[Evidence]:
        secret, ref = self._reading.secret, self._reading.ref
        if secret and ref:
            path = 'metadata.annotations["networking.istio.io/cluster"]'
            said = secret.metadata.annotations.cluster
            yield seen(
                self._cluster.name, ref, path if said else "metadata.name",
                said or secret.metadata.name, self._at,
            )  # fmt: skip
        told = [sample for sample in samples if sample.value >= 1]
        yield from self._samples.evidence(SYNC, told or samples)


def _last_state(claim: Claim, old: list[Sample]) -> LinkState | None:
    """What its status was before the samples became old."""
    said = {one.labels.get("status", "") for one in old if one.value >= 1}
    if claim.cause != "old-sample" or not said:
        return None
    if said == {SYNCED}:
        return LinkState.UP
    return LinkState.DEGRADED if SYNCED in said else LinkState.DOWN
