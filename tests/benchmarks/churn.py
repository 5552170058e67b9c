"""Serve clusters whose nodes change all the time: `python -m tests.benchmarks.churn CLUSTERS RATE`.

Prints the path of the kubeconfig. `RATE` changes a second go over the nodes of all clusters: they
change a label, nothing that is shown. A line on stdin turns the readiness of one node of the first
cluster round instead; the answer is the moment (`time.perf_counter`, which is one clock for all
processes of a machine) and how many nodes are ready now.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from typing import Any

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.server import EmbeddedCluster

BATCH = 0.01
"""Seconds between two groups of changes."""
NODES = 3


def relabel(cluster: EmbeddedCluster, number: int) -> None:
    """Change one node, unseen."""
    node = nodes(cluster)[number % NODES]
    node["metadata"].setdefault("labels", {})["example.org/churn"] = str(number)
    cluster.update(node)


def turn(cluster: EmbeddedCluster, ready: bool) -> None:
    """Change the readiness of the first node."""
    node = nodes(cluster)[0]
    for condition in node["status"]["conditions"]:
        if condition["type"] == "Ready":
            condition["status"] = "True" if ready else "False"
    cluster.update(node)


def nodes(cluster: EmbeddedCluster) -> list[dict[str, Any]]:
    """Copies of its nodes."""
    return [dict(one) for one in cluster.objects("nodes")]


async def churn(clusters: list[EmbeddedCluster], rate: int) -> None:
    """Make `rate` changes a second, in small groups."""
    made, began = 0, time.perf_counter()
    while True:
        due = int((time.perf_counter() - began) * rate)
        for number in range(made, due):
            relabel(clusters[number % len(clusters)], number // len(clusters))
        made = due
        await asyncio.sleep(BATCH)


async def serve(count: int, rate: int) -> None:
    """Serve until stdin ends."""
    loop = asyncio.get_running_loop()
    ended, ready = asyncio.Event(), True
    async with EmbeddedFleet.many(count, nodes=NODES) as fleet:
        clusters = list(fleet.clusters.values())
        print(fleet.kubeconfig, flush=True)

        def answer() -> None:
            nonlocal ready
            ready = not ready
            turn(clusters[0], ready)
            print(time.perf_counter(), NODES if ready else NODES - 1, flush=True)

        def listen() -> None:
            for _ in sys.stdin:
                loop.call_soon_threadsafe(answer)
            loop.call_soon_threadsafe(ended.set)

        threading.Thread(target=listen, daemon=True).start()
        changing = asyncio.create_task(churn(clusters, rate))
        await ended.wait()
        changing.cancel()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
