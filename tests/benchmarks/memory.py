"""Bytes that one held pod costs, and how fast its list is decoded: run in a fresh interpreter.

`python -m tests.benchmarks.memory ours|judged|models PODS`. The pages come from memory, not from a
network, so that nothing but decoding and holding is measured; resident memory is read before and
after, with the pages already made, so it holds everything: objects, keys, tables, the collection.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from mckconsole.demo import bulk, bulkpods
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.site import Site

PAGE = 500


def _site() -> Site:
    return Site(bulk.fleet_scenario(1, nodes=200).clusters[0], seed=1, epoch=1_790_000_000.0)


def pages(pods: int) -> Iterator[bytes]:
    """List pages of pods as an API server writes them, `PAGE` each."""
    return _paged(bulkpods.pods(_site(), pods), pods)


def owner_pages(pods: int) -> dict[str, Iterator[bytes]]:
    """The same of their service accounts and Deployments, by topic."""
    kinds = {"serviceaccounts": "ServiceAccount", "deployments": "Deployment"}
    count = sum(1 for one in bulkpods.owners(_site(), pods)) // len(kinds)
    return {
        topic: _paged((one for one in bulkpods.owners(_site(), pods) if one["kind"] == kind), count)
        for topic, kind in kinds.items()
    }


def _paged(made: Iterator[KubeObject], count: int) -> Iterator[bytes]:
    encoded: list[bytes] = []
    for done, one in enumerate(made, 1):
        one["metadata"]["resourceVersion"] = str(1_000_000 + done)
        encoded.append(msgspec.json.encode(one))
        if len(encoded) == PAGE or done == count:
            rest = count - done
            token = f'"continue":"t{done}","remainingItemCount":{rest},' if rest else ""
            head = f'{{"kind":"List","apiVersion":"v1","metadata":{{{token}'
            head += '"resourceVersion":"7"},"items":['
            yield head.encode() + b",".join(encoded) + b"]}"
            encoded = []


def resident() -> int:
    """Bytes of resident memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@dataclass
class Answer:
    """One page as the client returns it."""

    body: bytes
    date: float | None = None


class Pages:
    """Gives list pages in order, one at a time, and keeps none."""

    clock_offset = 0.0

    def __init__(self, made: Iterator[bytes]) -> None:
        self._pages = made
        self.received = 0
        self.paused = 0.0
        """Seconds spent making pages, which is not what is measured."""

    async def get(
        self, path: str, params: Mapping[str, str] | None = None, *, accept: str = ""
    ) -> Answer:
        """The next page."""
        started = time.perf_counter()
        body = next(self._pages)
        self.received += len(body)
        self.paused += time.perf_counter() - started
        return Answer(body)

    def stream(
        self, path: str, params: Mapping[str, str], *, idle: float, accept: str = ""
    ) -> AbstractAsyncContextManager[Any]:
        """Nothing is watched here."""
        raise AssertionError("the benchmark only lists")

    async def chunks(self) -> AsyncIterator[bytes]:
        """Nothing is watched here."""
        yield b""


async def ours(pods: int) -> dict[str, float]:
    """Our decoder into our collection."""
    from mckconsole.domain.kinds import BY_TOPIC
    from mckconsole.domain.pods import Pod
    from mckconsole.sources.lists import list_kind
    from mckconsole.store.collection import Collection

    kind = BY_TOPIC["pods"]
    await list_kind(Pages(pages(PAGE)), kind, "v1")  # imports and tables that exist once
    collection: Collection[Pod] = Collection(kind)
    gc.collect()
    before = resident()
    source = Pages(pages(pods))
    started = time.perf_counter()
    listing = await list_kind(source, kind, "v1")
    seconds = time.perf_counter() - started - source.paused
    collection.replace(listing.objects, resource_version="7", as_of=0.0)  # type: ignore[arg-type]
    del listing
    gc.collect()
    return {"bytes": resident() - before, "seconds": seconds, "received": source.received}


async def judged(pods: int) -> dict[str, float]:
    """The same pods with their owners, and the analysis of their identities with its memory."""
    from mckconsole.analysis.identity.memory import IdentityMemory
    from mckconsole.analysis.identity.model import IdentityPolicy
    from mckconsole.analysis.identity.report import analyse_identity
    from mckconsole.domain.kinds import BY_TOPIC
    from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
    from mckconsole.domain.states import ClusterState
    from mckconsole.sources.lists import list_kind
    from mckconsole.store.collection import Collection

    def fleet() -> FleetSnapshot:
        topics = {name: one.view(0) for name, one in collections.items()}
        cluster = ClusterSnapshot("c", "c", "https://c", ClusterState.READY, topics=topics)
        return FleetSnapshot({"c": cluster}, 1_790_000_000.0)

    async def fill(count: int) -> None:
        made = {"pods": pages(count), **owner_pages(count)}
        for topic, source in made.items():
            listing = await list_kind(Pages(source), BY_TOPIC[topic], "v1")
            collection = collections[topic] = Collection(BY_TOPIC[topic])
            collection.assign("v1")
            collection.replace(listing.objects, resource_version="7", as_of=0.0)

    collections: dict[str, Collection[Any]] = {}
    await fill(PAGE)
    analyse_identity(fleet(), IdentityMemory(), IdentityPolicy())
    collections.clear()
    gc.collect()
    before = resident()
    await fill(pods)
    report, memory = analyse_identity(fleet(), IdentityMemory(), IdentityPolicy())
    gc.collect()
    found = {"bytes": resident() - before, "bindings": len(report.bindings)}
    return {**found, "memory": memory.turn}


async def models(pods: int) -> dict[str, float]:
    """kubernetes-asyncio's models of the same pages."""
    from kubernetes_asyncio.client import ApiClient

    class Reply:
        def __init__(self, data: str) -> None:
            self.data = data

    async with ApiClient() as client:
        client.deserialize(Reply(next(pages(1)).decode()), "V1PodList")
        gc.collect()
        before = resident()
        source, held = Pages(pages(pods)), []
        started = time.perf_counter()
        for _ in range(0, pods, PAGE):
            body = (await source.get("")).body
            held.extend(client.deserialize(Reply(body.decode()), "V1PodList").items)
        seconds = time.perf_counter() - started - source.paused
        gc.collect()
        return {"bytes": resident() - before, "seconds": seconds, "received": source.received}


if __name__ == "__main__":
    contender = {"ours": ours, "judged": judged, "models": models}[sys.argv[1]]
    print(json.dumps(asyncio.run(contender(int(sys.argv[2])))))
