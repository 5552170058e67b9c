"""What to do about what `doctor` found, in the order in which it helps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.domain.access import Answer
from mckconsole.sources.prometheus import ProbeResult
from mckconsole.store.checkup import Checkup

SKEW = 5.0
"""Seconds of clock difference worth a word: a third of the heartbeat age that counts as stale."""

_ROLE = "mckconsole-reader"
"""The ClusterRole of docs/rbac.yaml, and its Role in kube-system."""


def advise(found: Checkup, probes: Sequence[ProbeResult]) -> Iterator[str]:
    """One sentence per step; `probes` are the metrics endpoints that cover the cluster."""
    if found.problem:
        yield found.hint or "correct what the line above says, then run doctor again"
        return
    if denied := found.named(Answer.NO):
        topics = ", ".join(one.topic for one in denied)
        yield f"to read {topics}: {_binding(found)}"
    if found.named(Answer.UNKNOWN):
        yield "ask the cluster's administrator about what is unknown; reports leave it open"
    if abs(found.clock_offset or 0.0) >= SKEW:
        yield "synchronise the clocks (NTP); ages are judged by each API server's own clock"
    if not probes:
        yield "configure a Prometheus for it to confirm tunnels by metrics (docs/configuration.md)"
    for probe in probes:
        if not probe.ok:
            yield f"metrics endpoint {probe.endpoint}: {probe.reason}"


def _binding(found: Checkup) -> str:
    role = f"apply docs/rbac.yaml and bind ClusterRole and Role {_ROLE}"
    if not found.username:
        return f"{role} to this user"
    prefix = "system:serviceaccount:"
    if found.username.startswith(prefix):
        account = found.username.removeprefix(prefix)
        return f"{role} with --serviceaccount={account}"
    return f"{role} with --user={found.username}"
