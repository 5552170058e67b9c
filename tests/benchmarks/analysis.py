"""How long judging a large fleet takes, beside making the snapshot that is judged.

200 clusters in Submariner meshes of ten, every cluster with a tunnel to each of its nine fellows; a
third of the 1,800 tunnels is broken in one way or another.
"""

from __future__ import annotations

import gc
import statistics
import time

from mckconsole.analysis.engine import analyse
from mckconsole.analysis.mesh.links import LinkState
from mckconsole.domain.snapshot import FleetSnapshot
from tests.benchmarks.table import Line, render
from tests.unit.analysis import build

CLUSTERS = 200
GROUP = 10
BUDGET = 0.5
"""Seconds."""
RUNS = 5
_ERROR = 'Failed to successfully ping the remote endpoint IP "10.0.0.1"'
_SLOW: build.Doc = {**build.RTT, "average": "700ms"}


def _name(number: int) -> str:
    return f"c{number:03}"


def _tunnel(number: int, peer: int) -> build.Doc:
    """Two of three tunnels are well; the others are down, slow or never verified, in turn."""
    remote = _name(peer)
    kind = number * GROUP + peer
    if kind % 3:
        return build.connection(remote)
    return (
        build.connection(remote, "error", message=_ERROR),
        build.connection(remote, rtt=_SLOW),
        build.connection(remote, rtt=build.ZERO_RTT),
    )[kind // 3 % 3]


def fleet() -> FleetSnapshot:
    """The snapshot, through the real decoder."""
    clusters = []
    for number in range(CLUSTERS):
        first = number - number % GROUP
        peers = [peer for peer in range(first, first + GROUP) if peer != number]
        docs = [
            build.gateway(_name(number), *(_tunnel(number, peer) for peer in peers)),
            *(build.endpoint(_name(peer)) for peer in (number, *peers)),
        ]
        clusters.append(build.cluster(_name(number), docs))
    return build.fleet(*clusters)


def lines() -> list[Line]:
    """The one comparison: analysis against building the snapshot."""
    started = time.perf_counter()
    snapshot = fleet()
    built = time.perf_counter() - started
    times = []
    for _ in range(RUNS):
        gc.collect()
        started = time.perf_counter()
        analysis = analyse(snapshot)
        times.append(time.perf_counter() - started)
    links = analysis.mesh.links
    well = sum(link.state is LinkState.UP for link in links)
    if len(links) != CLUSTERS * (GROUP - 1):
        raise RuntimeError(f"{len(links)} links were found")
    took = statistics.median(times)
    what = (
        f"analysis of {CLUSTERS} clusters, {len(links):,} tunnels, {len(links) - well:,} not well"
    )
    return [
        Line(
            what, f"{took:.2f} s", f"building the snapshot {built:.2f} s",
            f"{took / built:.2f} x", f"≤ {BUDGET} s", took <= BUDGET,
        )
    ]  # fmt: skip


if __name__ == "__main__":
    print(render(lines()))
