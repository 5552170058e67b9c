"""Cilium links: readiness per agent, failures, KVStoreMesh and what latency there is.

Source of the rules: Cilium's clustermesh metrics and `cilium clustermesh status`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from mckconsole.analysis.mesh.cilium import (
    CiliumDirectory,
    CiliumMember,
    CiliumPeer,
    why_unmeasured,
)
from mckconsole.analysis.mesh.evidence import derived, measured
from mckconsole.analysis.mesh.hysteresis import Recorder
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
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.domain.findings import Evidence, Severity
from mckconsole.domain.metrics import MetricState, Sample
from mckconsole.domain.times import format_age, format_span

_READINESS = "cilium_clustermesh_remote_cluster_readiness_status"
_KVSTOREMESH = "cilium_kvstoremesh_remote_cluster_readiness_status"
_FAILURES = "delta of cilium_clustermesh_remote_cluster_failures over 5 min"
_LAST_FAILURE = "cilium_clustermesh_remote_cluster_last_failure_ts"
_LATENCY = "cilium_node_connectivity_latency_seconds"
_SYNC = "cilium_kvstore_initial_sync_completed"
_ASSUMED = "peer assumed: both run cluster mesh in this fleet; the configured peers are in a Secret"


def cilium_links(
    member: CiliumMember, directory: CiliumDirectory, recorder: Recorder, limits: Thresholds
) -> Iterator[Link]:
    """A link from a member to each of its peers."""
    for peer in directory.peers(member):
        yield _Reader(member, peer, recorder, limits).link()


class _Reader:
    """Reads one link."""

    def __init__(
        self, member: CiliumMember, peer: CiliumPeer, recorder: Recorder, limits: Thresholds
    ) -> None:
        self._member, self._peer = member, peer
        self._recorder, self._limits = recorder, limits
        self._key = LinkKey(MeshProvider.CILIUM, member.name, peer.name)
        self._asked = member.readiness.asked_at or recorder.now
        self._notes: list[str] = []
        self._evidence: list[Evidence] = []
        self._rtt: RoundTrip | None = None

    def link(self) -> Link:
        """The reading."""
        agents = self._samples("cilium-readiness")
        claim = decide(self._claims(agents))
        newest = max((sample.at for sample in agents), default=None)
        member = self._member
        return Link(
            key=self._key,
            state=claim.state,
            severity=claim.severity,
            reason=claim.reason,
            cause=claim.cause,
            notes=tuple(self._notes),
            rtt=self._rtt,
            driver="cilium kvstoremesh" if member.kvstoremesh else "cilium",
            object=member.apiserver_ref or member.config_ref,
            observed_at=newest,
            last_state=LinkState.UP if claim.cause == "old-sample" and _all_ready(agents) else None,
            in_fleet=self._peer.in_fleet,
            evidence=tuple(self._evidence),
        )

    def _samples(self, query: str) -> Sequence[Sample]:
        return self._member.samples.get((query, self._peer.mesh_name), ())

    def _claims(self, agents: Sequence[Sample]) -> Iterator[Claim]:
        member = self._member
        if not agents:
            yield self._without_samples()
            return
        self._show(_READINESS, sorted(agents, key=lambda sample: (sample.value, -sample.at))[:3])
        newest = max(sample.at for sample in agents)
        age = self._asked - newest
        if age > self._limits.sample_stale:
            reason = f"newest sample is {format_age(age)} old"
            yield Claim(LinkState.STALE, WARN, reason, "old-sample")
            return
        current = [s for s in agents if self._asked - s.at <= self._limits.sample_stale]
        ready = sum(sample.value >= 1 for sample in current)
        if member.readiness.state is MetricState.PARTIAL:
            reason = f"metrics are incomplete: {member.readiness.reason}"
            yield Claim(LinkState.UNVERIFIED, WARN, reason, "partial-metrics")
        if ready == 0:
            yield self._none_ready(len(current))
            return
        yield from self._some_ready(ready, len(current))

    def _without_samples(self) -> Claim:
        member, peer = self._member, self._peer
        if member.measured and peer.listed_back:
            self._evidence.append(
                derived(
                    member.name,
                    f"series for target_cluster {peer.mesh_name}",
                    "(none)",
                    self._asked,
                )
            )
            reason = f"{peer.name} lists this cluster, but is not listed here"
            return Claim(LinkState.MISSING, CRITICAL, reason, "one-way-connect")
        if not peer.listed_back:
            self._notes.append(_ASSUMED)
        return Claim(LinkState.UNKNOWN, None, why_unmeasured(member), "unmeasured")

    def _none_ready(self, total: int) -> Claim:
        """DOWN, CONNECTING, or a peer that nobody knows."""
        failures = [s for s in self._samples("cilium-last-failure") if s.value > 0]
        if not self._peer.known:
            reason = "not ready and no known peer: if removed, restart agents to clear"
            return Claim(LinkState.UNKNOWN, Severity.INFO, reason, "unknown-peer")
        mark = self._recorder.mark("not-ready", str(self._key))
        said = f"no agent of {total} has it ready"
        if failures:
            last = max(failures, key=lambda sample: sample.value)
            self._show(_LAST_FAILURE, [last])
            said += f", last failure {format_age(self._asked - last.value)} ago"
        wait = self._limits.connecting
        if self._recorder.age(mark) >= wait or (failures and mark.from_start):
            return Claim(LinkState.DOWN, CRITICAL, said, "not-ready")
        return Claim(
            LinkState.CONNECTING, Severity.INFO, f"{said}; down after {wait:.0f} s", "connecting"
        )

    def _some_ready(self, ready: int, total: int) -> Iterator[Claim]:
        troubles = list(self._troubles(ready, total))
        yield from troubles
        if not troubles:
            unverified = self._why_unverified()
            if unverified:
                yield Claim(LinkState.UNVERIFIED, WARN, unverified, "kvstoremesh-unread")
                return
        yield Claim(LinkState.UP, None, f"ready on all {total} agents" if ready == total else "")

    def _troubles(self, ready: int, total: int) -> Iterator[Claim]:
        if ready < total:
            severity = CRITICAL if (total - ready) * 2 > total else WARN
            reason = f"{total - ready} of {total} agents are not ready"
            yield Claim(LinkState.DEGRADED, severity, reason, "agents")
        elif mesh := self._samples("kvstoremesh-readiness"):
            failing = [s for s in mesh if s.value < 1 and self._current(s)]
            if failing:
                self._show(_KVSTOREMESH, failing[:1])
                reason = "masked outage: agents read KVStoreMesh's copy, it cannot reach the peer"
                yield Claim(LinkState.DEGRADED, WARN, reason, "masked-outage")
        rising = [s for s in self._samples("cilium-failures-growth") if s.value >= 1]
        if rising:
            self._show(_FAILURES, rising[:1])
            yield Claim(LinkState.DEGRADED, WARN, "failures rose within 5 min", "failures-rising")
        yield from self._sync_claim()
        yield from self._latency_claim()

    def _why_unverified(self) -> str:
        """Why ready agents prove nothing: they may read KVStoreMesh's copy; empty when they do."""
        vector = self._member.cluster.metrics.get("kvstoremesh-readiness")
        samples = self._samples("kvstoremesh-readiness")
        copy = "agents read KVStoreMesh's copy, whose own readiness is"
        if samples and not any(self._current(sample) for sample in samples):
            return f"{copy} an old sample"
        if self._member.kvstoremesh and vector.state in (MetricState.FAILED, MetricState.PARTIAL):
            return f"{copy} not known: {vector.reason or vector.state.value}"
        return ""

    def _current(self, sample: Sample) -> bool:
        return self._asked - sample.at <= self._limits.sample_stale

    def _sync_claim(self) -> Iterator[Claim]:
        behind = [s for s in self._samples("cilium-initial-sync") if s.value < 1]
        if not behind:
            return
        mark = self._recorder.mark("initial-sync", str(self._key))
        if self._recorder.age(mark) > self._limits.initial_sync:
            self._show(_SYNC, behind[:1])
            reason = (
                f"first synchronisation not complete after {format_age(self._recorder.age(mark))}"
            )
            yield Claim(LinkState.DEGRADED, WARN, reason, "initial-sync")
        else:
            self._notes.append("first synchronisation not complete yet")

    def _latency_claim(self) -> Iterator[Claim]:
        """SLOW by the per-target metric that Cilium had up to 1.17."""
        values = sorted(
            sample.value
            for sample in self._samples("cilium-node-latency")
            if sample.labels.get("target_node_type", "remote_inter_cluster")
            == "remote_inter_cluster"
            and sample.value > 0
        )
        if not values:
            self._notes.append("latency not measured")
            return
        high = values[math.ceil(len(values) * 0.95) - 1]
        self._rtt = RoundTrip(
            average=sum(values) / len(values), minimum=values[0], maximum=values[-1],
            source="prometheus",
        )  # fmt: skip
        if high >= self._limits.slow:
            severity = CRITICAL if high >= self._limits.slow_critical else WARN
            yield Claim(
                LinkState.SLOW, severity, f"p95 of node latency {format_span(high)}", "slow"
            )

    def _show(self, metric: str, samples: Sequence[Sample]) -> None:
        self._evidence += [measured(self._member.name, metric, sample) for sample in samples]


def _all_ready(agents: Sequence[Sample]) -> bool:
    return all(sample.value >= 1 for sample in agents)
