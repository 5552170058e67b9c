"""Clusters whose pods log a lot: `python -m tests.benchmarks.logserver CLUSTERS LINES-A-SECOND`.

In a process of its own; the path of the kubeconfig is printed, and it ends with stdin. Lines are
made beforehand, so that saying them costs little.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncGenerator

from mckconsole.demo.answers import Answer, Call
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.podlogs import PodLogs, stamp

TICK = 0.02
"""Seconds: what is said within one goes out together."""
PODS = 4
"""Pods of each cluster that log."""
_TEXT = (
    b'{"time":"%s","level":"info","msg":"request done","path":"/api/prices","status":200,'
    b'"took_ms":%d,"request_id":"%08x"}'
)


class Fountain(PodLogs):
    """Every container says `rate` lines a second, whatever it is asked."""

    rate = 0.0

    def answer(self, call: Call, pod: KubeObject) -> Answer:
        """Lines without an end."""
        return Answer(200, self._pour(), {"Content-Type": "text/plain"})

    async def _pour(self) -> AsyncGenerator[bytes, None]:
        began, said = time.time(), 0
        while True:
            due = int((time.time() - began) * self.rate)
            if due > said:
                at = stamp(time.time())
                texts = (_TEXT % (at, n % 90, n) for n in range(said, due))
                yield b"".join(b"%s %s\n" % (at, text) for text in texts)
                said = due
            await asyncio.sleep(TICK)


async def serve(clusters: int, rate: int) -> None:
    """Until stdin ends."""
    Fountain.rate = rate / clusters / PODS
    fleet = EmbeddedFleet.many(clusters, nodes=2, pods=0)
    async with fleet:
        for name, cluster in fleet.clusters.items():
            cluster.logs = Fountain(cluster, name, time.time)
            for number in range(PODS):
                cluster.create(_pod(number))
        print(fleet.kubeconfig, flush=True)
        await asyncio.to_thread(sys.stdin.read)


def _pod(number: int) -> KubeObject:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"fountain-{number}", "namespace": "default"},
        "spec": {"nodeName": "node-0", "containers": [{"name": "app", "image": "app"}]},
        "status": {"phase": "Running"},
    }


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
