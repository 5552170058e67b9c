"""How long it takes to tell who is who in which cloud: all at once, and after one change."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from mckconsole.analysis.identity.memory import IdentityMemory
from mckconsole.analysis.identity.model import IdentityPolicy, IdentityReport
from mckconsole.analysis.identity.report import analyse_identity
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.snapshot import FleetSnapshot
from tests.benchmarks import identityfleet
from tests.benchmarks.identityfleet import CLOUDS, CLUSTERS, PODS, WORKLOADS
from tests.benchmarks.table import Line, render

FIRST_BUDGET = 2.0
CHANGE_BUDGET = 0.005
"""Seconds."""
RUNS = 3
CHANGES = 60
_POLICY = IdentityPolicy()


def _put(snapshot: FleetSnapshot, cluster: str, topic: str, found: Projection) -> None:
    """One object changes, as by a watch event: in a copy of what was shown."""
    held = snapshot.clusters[cluster]
    view = held.topics[topic]
    objects: dict[Key, Projection] = {**view.objects, found.key: found}
    held.topics[topic] = replace(view, objects=objects, generation=view.generation + 1)  # type: ignore[index]


def _pod(snapshot: FleetSnapshot, number: int) -> None:
    """A pod stops being ready."""
    at, workload = number % CLUSTERS, number * 3 % WORKLOADS
    notes = identityfleet.identity(workload, at, CLOUDS[at % len(CLOUDS)])
    labels = {"app.kubernetes.io/name": f"app-{workload:04}"}
    doc = identityfleet.pod(workload, number % PODS, notes, labels, ready=False)
    _put(snapshot, f"c{at:02}", "pods", identityfleet.decode(BY_TOPIC["pods"], doc))


def _account(snapshot: FleetSnapshot, number: int) -> None:
    """A service account gets another identity."""
    at, workload = number % CLUSTERS, number * 3 % WORKLOADS
    notes = identityfleet.identity(workload, at + 40, CLOUDS[at % len(CLOUDS)])
    doc = identityfleet.account(f"app-{workload:04}", f"team-{workload % 50:02}", notes)
    found = identityfleet.decode(BY_TOPIC["serviceaccounts"], doc)
    _put(snapshot, f"c{at:02}", "serviceaccounts", found)


def lines() -> list[Line]:
    """Everything once, then one change at a time."""
    snapshot = identityfleet.fleet()
    first = []
    for _ in range(RUNS):
        report, memory = IdentityReport(), IdentityMemory()
        gc.collect()
        started = time.perf_counter()
        report, memory = analyse_identity(snapshot, IdentityMemory(), _POLICY)
        first.append(time.perf_counter() - started)
    once = statistics.median(first)
    total = CLUSTERS * WORKLOADS
    what = f"identities of {total * PODS:,} pods in {CLUSTERS} clusters"
    found = f"{len(report.bindings):,} bindings, {len(report.findings):,} findings"
    if not report.bindings or sum(report.plain.values()) + len(report.bindings) < total:
        raise RuntimeError(f"{found}, {sum(report.plain.values())} plain: that is not all")
    lines = [
        Line(f"{what}: first", f"{once:.2f} s", found, "", f"≤ {FIRST_BUDGET:g} s",
             once <= FIRST_BUDGET),
    ]  # fmt: skip
    changes: tuple[tuple[str, Callable[[FleetSnapshot, int], None]], ...] = (
        ("the same, after one pod changed", _pod),
        ("the same, after one service account changed", _account),
    )
    for text, change in changes:
        times = []
        for number in range(CHANGES):
            change(snapshot, number)
            before = report.bindings
            started = time.perf_counter()
            report, memory = analyse_identity(snapshot, memory, _POLICY)
            times.append(time.perf_counter() - started)
            fresh = {*map(id, report.bindings)} - {*map(id, before)}
            if len(fresh) > CLUSTERS:
                raise RuntimeError(f"{text}: {len(fresh)} bindings changed")
        again = statistics.median(times)
        lines.append(
            Line(
                text, f"{again * 1000:.1f} ms", f"worst {max(times) * 1000:.1f} ms",
                f"{once / again:.0f} x less", f"≤ {CHANGE_BUDGET * 1000:.0f} ms",
                again <= CHANGE_BUDGET,
            )
        )  # fmt: skip
    return lines


if __name__ == "__main__":
    print(render(lines()))
