"""Keep a served fleet current and look at the cost.

`python -m tests.benchmarks.live KUBECONFIG SECONDS`; the number of live clusters is in
`MCK_BENCH_LIVE`.

Prints when each live cluster was ready (seconds after the start), and the processor time that the
process used during SECONDS in which nothing but heartbeats changed.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time

from mckconsole.config.model import Config
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.states import ClusterState
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import ReadPlan
from mckconsole.views.panes import PANES

SETTLE = 15.0
"""Seconds between the last cluster's readiness and the idle measurement."""


async def measure(kubeconfig: str, idle: float) -> dict[str, object]:
    """Keep the fleet until every live cluster is ready, then `idle` seconds more."""
    config = Config()
    inventory = load_kubeconfig(kubeconfig, env=dict(os.environ), config=config)
    topics = tuple(topic for topic in BY_TOPIC if any(topic in pane.topics for pane in PANES))
    started = time.perf_counter()
    ready: dict[str, float] = {}
    async with LiveFleet(inventory, ReadPlan(topics), config=config) as fleet:
        expected = int(os.environ["MCK_BENCH_LIVE"])
        while len(ready) < expected:
            await asyncio.sleep(0.05)
            now = time.perf_counter() - started
            for name, cluster in fleet.store.snapshot().clusters.items():
                if cluster.state is ClusterState.READY:
                    ready.setdefault(name, now)
            if now > 120:
                raise RuntimeError(f"only {len(ready)} of {expected} clusters are ready")
        await asyncio.sleep(SETTLE)
        before, moment = time.process_time(), time.perf_counter()
        await asyncio.sleep(idle)
        busy = (time.process_time() - before) / (time.perf_counter() - moment)
    times = sorted(ready.values())
    return {
        "ready": len(ready),
        "median": times[len(times) // 2],
        "last": times[-1],
        "idle_cpu": busy,
        "topics": len(topics),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(sys.argv[1], float(sys.argv[2])))))
