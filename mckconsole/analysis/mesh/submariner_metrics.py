"""Submariner's metrics beside its Gateway objects: which of two readings to believe.

`submariner_connections` shows the cable driver's view only and never takes a series back, so it
adds a note and decides nothing. `submariner_requested_connections` is rebuilt from the Gateway
objects by the operator. The byte counters are gauges; the query asks for their growth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mckconsole.analysis.mesh.evidence import measured
from mckconsole.analysis.mesh.hysteresis import Recorder
from mckconsole.analysis.mesh.links import (
    CRITICAL,
    WARN,
    Claim,
    LinkKey,
    LinkState,
    RoundTrip,
)
from mckconsole.analysis.mesh.rtt import typical
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.domain.findings import Evidence
from mckconsole.domain.metrics import MetricState, MetricVector, Sample
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.times import format_span

DRIVER_VIEW = "submariner_connections"
REQUESTED = "submariner_requested_connections"
LATENCY = "submariner_connection_latency_seconds"
RX, TX = "submariner_gateway_rx_bytes", "submariner_gateway_tx_bytes"
_QUERIES = {
    "submariner-connections": DRIVER_VIEW,
    "submariner-requested-connections": REQUESTED,
    "submariner-latency": LATENCY,
    "submariner-rx-growth": RX,
    "submariner-tx-growth": TX,
}
_FLAT_BYTES = 1.0
"""Growth below one byte is no growth: `delta` extrapolates."""


@dataclass
class Reading:
    """What reconciliation comes to for one connection; filled step by step."""

    claims: list[Claim] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    rtt: RoundTrip | None = None


class TunnelMetrics:
    """The series of one cluster, by remote cluster id."""

    def __init__(self, cluster: ClusterSnapshot, mesh_id: str, limits: Thresholds) -> None:
        self._name = cluster.name
        self._limits = limits
        self._vectors = {metric: cluster.metrics.get(query) for query, metric in _QUERIES.items()}
        self._by_peer: dict[tuple[str, str], list[Sample]] = {}
        for metric, vector in self._vectors.items():
            for sample in vector.samples:
                if sample.labels.get("local_cluster", mesh_id) in ("", mesh_id):
                    peer = sample.labels.get("remote_cluster", "")
                    self._by_peer.setdefault((metric, peer), []).append(sample)

    @property
    def peers(self) -> list[str]:
        """Ids that the operator reports connections to."""
        return sorted({peer for metric, peer in self._by_peer if metric == REQUESTED and peer})

    def samples(self, metric: str, peer: str, host: str = "", remote: str = "") -> list[Sample]:
        """Current samples about `peer`, of these gateways where the labels tell them apart."""
        asked = self._vectors[metric].asked_at
        return [
            sample
            for sample in self._by_peer.get((metric, peer), ())
            if asked - sample.at <= self._limits.sample_stale
            and _same(sample.labels.get("local_hostname", ""), host)
            and _same(sample.labels.get("remote_hostname", ""), remote)
        ]

    def vector(self, metric: str) -> MetricVector:
        """The whole answer for a metric."""
        return self._vectors[metric]

    def reconcile(
        self, reading: Reading, key: LinkKey, peer: tuple[str, str, str], status: str,
        beat: float, recorder: Recorder,
    ) -> None:  # fmt: skip
        """Hold the Gateway's `status` about `peer` (id, own host, its host) against metrics."""
        driver = {
            s.labels.get("status", ""): s for s in self.samples(DRIVER_VIEW, *peer) if s.value > 0
        }
        if status == "error" and "connected" in driver:
            reading.notes.append("tunnel up, datapath failing: the driver is connected")
            reading.evidence.append(measured(self._name, DRIVER_VIEW, driver["connected"]))
        if status != "connected":
            return
        if "connected" in driver and "connecting" in driver:
            reading.notes.append("metrics keep an old `connecting` series until the pod restarts")
        self._compare_requested(reading, key, peer, beat, recorder)
        self._compare_latency(reading, peer, beat)
        self._one_way(reading, peer)
        if not driver and self._vectors[DRIVER_VIEW].state is MetricState.FRESH:
            reading.notes.append("metrics missing for this tunnel")
        elif self._vectors[DRIVER_VIEW].state is MetricState.FAILED:
            reading.notes.append(f"metrics unreadable: {self._vectors[DRIVER_VIEW].reason}")

    def _compare_requested(
        self, reading: Reading, key: LinkKey, peer: tuple[str, str, str], beat: float,
        recorder: Recorder,
    ) -> None:  # fmt: skip
        """The newer of object and metric wins, unless the metric has been wrong for two scrapes."""
        current = [s for s in self.samples(REQUESTED, *peer) if s.value > 0]
        errors = [s for s in current if s.labels.get("status") == "error"]
        if not errors or any(s.labels.get("status") == "connected" for s in current):
            return
        newest = max(errors, key=lambda sample: sample.at)
        mark = recorder.mark("requested-error", str(key), sample=newest.at)
        reading.evidence.append(measured(self._name, REQUESTED, newest))
        if mark.samples > 2:
            reading.notes.append("metrics still say error: the operator is not reconciling")
        elif newest.at > beat:
            reading.claims.append(
                Claim(
                    LinkState.DOWN,
                    CRITICAL,
                    "metrics report an error newer than the Gateway's heartbeat",
                    "metrics-error",
                )
            )
        else:
            reading.notes.append("metrics say error, older than the Gateway's heartbeat")

    def _compare_latency(self, reading: Reading, peer: tuple[str, str, str], beat: float) -> None:
        samples = self.samples(LATENCY, *peer)
        if reading.rtt is None or not reading.rtt.positive or not samples:
            return
        newest = max(samples, key=lambda sample: sample.at)
        known = [value for value in (reading.rtt.average, reading.rtt.last) if value]
        if not all(self._apart(value, newest.value) for value in known):
            return
        reading.evidence.append(measured(self._name, LATENCY, newest))
        if newest.at > beat and newest.value > 0:
            frozen = format_span(typical(reading.rtt))
            reading.notes.append(f"round trip from metrics; the Gateway's {frozen} is frozen")
            reading.rtt = RoundTrip(average=newest.value, source="prometheus")
        else:
            reading.notes.append(f"the metrics' round trip {format_span(newest.value)} is frozen")

    def _apart(self, one: float, other: float) -> bool:
        low, high = sorted((one, other))
        return high > 2 * low and high - low > self._limits.rtt_gap

    def _one_way(self, reading: Reading, peer: tuple[str, str, str]) -> None:
        received, sent = self.samples(RX, *peer), self.samples(TX, *peer)
        if not received or not sent:
            return
        rx, tx = sum(s.value for s in received), sum(s.value for s in sent)
        if abs(rx) < _FLAT_BYTES <= tx:
            reading.claims.append(
                Claim(
                    LinkState.DEGRADED,
                    WARN,
                    "one-way: nothing received for 5 min while sending goes on",
                    "one-way",
                )
            )
            reading.evidence += [
                measured(self._name, f"delta of {RX} over 5 min", received[0]),
                measured(self._name, f"delta of {TX} over 5 min", sent[0]),
            ]


def _same(label: str, wanted: str) -> bool:
    return not label or not wanted or label == wanted


def metrics_only_claim(samples: Sequence[Sample], why: str) -> Claim:
    """The state of a link whose Gateway cannot be read; `connected` is at most UNVERIFIED."""
    statuses = {s.labels.get("status", "") for s in samples if s.value > 0}
    said = f"metrics only ({why})"
    if "error" in statuses:
        return Claim(LinkState.DOWN, CRITICAL, f"{said}: error", "metrics-only")
    if "connecting" in statuses:
        return Claim(LinkState.CONNECTING, None, f"{said}: connecting", "metrics-only")
    if "connected" in statuses:
        return Claim(
            LinkState.UNVERIFIED, WARN, f"{said}: connected, never verified", "metrics-only"
        )
    return Claim(LinkState.UNKNOWN, None, f"{said}: no known status", "unread")
