"""Serve embedded clusters full of Secrets: `python -m tests.benchmarks.secretfleet CLUSTERS COUNT`.

The path of the kubeconfig is printed once all of them listen; the fleet ends with stdin.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

from mckconsole.demo.bulkpods import NAMESPACES
from mckconsole.demo.fleet import EmbeddedFleet
from tests.benchmarks.secretcorpus import Corpus, Sample


def secrets(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """What a cluster has: mostly a few short values, some keys, tokens, and Helm releases."""
    corpus = Corpus(seed)
    kinds: tuple[tuple[int, Iterator[Sample]], ...] = (
        (60, corpus.small(count)),
        (15, corpus.tls(count)),
        (12, corpus.accounts(count)),
        (8, corpus.registries(count)),
        (5, corpus.releases(count, 40_000)),
    )
    number = 0
    while number < count:
        for share, made in kinds:
            for sample in islice(made, share):
                whole = json.loads(sample.raw)
                place = NAMESPACES[number % len(NAMESPACES)]
                whole |= {"apiVersion": "v1"}
                whole["metadata"] = {"name": f"s-{number:05}", "namespace": place}
                yield whole
                number += 1
                if number == count:
                    return


async def _serve(clusters: int, count: int) -> None:
    async with EmbeddedFleet.many(clusters, pods=1) as fleet:
        for seed, cluster in enumerate(fleet.clusters.values()):
            for one in secrets(seed, count):
                cluster.create(one)
        print(fleet.kubeconfig, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
