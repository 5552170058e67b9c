"""Looking at 50,000 pods of 20 clusters: until all are there, per row held, and per change.

`python -m tests.benchmarks.browse held PODS` prints what rows cost, in a fresh interpreter: the
pages come from memory, so nothing but decoding and holding is measured.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from tests.benchmarks.memory import PAGE, Pages, resident
from tests.benchmarks.realserver import available, filled
from tests.benchmarks.serving import contend, served
from tests.benchmarks.table import Line

CLUSTERS, PODS = 20, 2500
MIB = 2**20
CHANGES = 5000


async def contender(kubeconfig: str) -> dict[str, Any]:
    """Look at all pods of all clusters, from the first request for them to the last row."""
    from mckconsole.config.model import Config
    from mckconsole.domain.resources import Query
    from mckconsole.sources.client import ClusterClient
    from mckconsole.sources.kubeconfig import load_kubeconfig
    from mckconsole.store.live import LiveFleet
    from mckconsole.store.reader import ReadPlan

    asked: dict[str, list[tuple[str, dict[str, str], str]]] = {}
    received = 0
    original = ClusterClient.get

    async def recording(self: ClusterClient, path: str, params: Any = None, **rest: Any) -> Any:
        nonlocal received
        reply = await original(self, path, params, **rest)
        if path.endswith("/pods"):
            received += len(reply.body)
            if "continue" not in (params or {}):
                wanted = (path, dict(params or {}), rest["accept"])
                asked.setdefault(self.endpoint.base_url, []).append(wanted)
        return reply

    ClusterClient.get = recording  # type: ignore[method-assign]
    config = Config()
    inventory = load_kubeconfig(kubeconfig, env=dict(os.environ), config=config)
    async with LiveFleet(inventory, ReadPlan((), ()), config=config) as fleet:
        namespaces = fleet.browse(Query("namespaces"), fleet.names, lambda: None)
        await _until_fresh(namespaces)  # connected, and what is served is known
        started = time.perf_counter()
        pods = fleet.browse(Query("pods"), fleet.names, lambda: None)
        await _until_fresh(pods)
        seconds = time.perf_counter() - started
        rows = sum(len(table.rows) for table in pods.tables.values())
        states = {str(table.state) for table in pods.tables.values()}
    urls = Path(kubeconfig + ".urls.json")
    urls.write_text(json.dumps(asked))  # noqa: ASYNC240 - nothing else is under way
    found = {"seconds": seconds, "objects": rows, "received": received}
    return {**found, "states": sorted(states)}


async def _until_fresh(browsing: Any) -> None:
    # Told of every page, it would look more often.
    while any(str(table.state) == "pending" for table in browsing.tables.values()):  # noqa: ASYNC110
        await asyncio.sleep(0.005)


def _tables(pods: int) -> Iterator[bytes]:
    """The pages of a list of pods, as Tables."""
    from mckconsole.demo import bulk, bulkpods
    from mckconsole.demo.builtin_types import BUILTINS
    from mckconsole.demo.site import Site
    from mckconsole.demo.tables import table
    from mckconsole.demo.watchlog import Stored

    site = Site(bulk.fleet_scenario(1, nodes=200).clusters[0], seed=1, epoch=1_790_000_000.0)
    kind = next(one for one in BUILTINS if one.id == "pods")
    page: list[Stored] = []
    for number, pod in enumerate(bulkpods.pods(site, pods), 1):
        meta = pod["metadata"]
        meta.setdefault("resourceVersion", str(number))
        body = {key: value for key, value in pod.items() if key not in ("apiVersion", "kind")}
        key = (meta["namespace"], meta["name"])
        page.append(Stored(key, number, {}, msgspec.json.encode(body)))
        if len(page) == PAGE or number == pods:
            document = table(kind, "v1", page, "Metadata", 1_790_000_500.0)
            token = {"continue": "more"} if number % (pods // CLUSTERS or pods) else {}
            document["metadata"] = {"resourceVersion": "7", **token}
            yield msgspec.json.encode(document)
            page = []


async def held(pods: int) -> dict[str, float]:
    """What rows cost: memory, decoding, and taking in a change of one of a cluster's rows."""
    from mckconsole.domain.resources import Query, ResourceKind
    from mckconsole.sources.sink import fill
    from mckconsole.sources.tablelists import TableReading
    from mckconsole.store.rows import Rows

    kind = ResourceKind("", "v1", "pods", "Pod")
    reading = TableReading(kind, Query("pods"))
    await reading.list(Pages(_tables(PAGE)))  # imports and tables that exist once
    kept = [Rows(lambda: None) for _ in range(CLUSTERS)]
    every = _tables(pods)
    gc.collect()
    before, seconds, received = resident(), 0.0, 0
    for rows in kept:
        source = Pages(iter(list(islice(every, -(-pods // CLUSTERS // PAGE)))))
        started = time.process_time()
        fill(rows, await reading.list(source))
        seconds += time.process_time() - started
        received += source.received
        del source
    gc.collect()
    used = resident() - before
    return {
        "bytes": used / sum(len(rows.rows) for rows in kept),
        "seconds": seconds,
        "received": received,
        "change": await _change(reading),
    }


async def _change(reading: Any) -> float:
    """Seconds per change of a cluster's table that is looked at after every one."""
    from mckconsole.sources.sink import fill
    from mckconsole.store.rows import Rows
    from mckconsole.store.tabling import Frame, Tabling

    rows, tabling = Rows(lambda: None), Tabling("one")
    fill(rows, await reading.list(Pages(_tables(PODS * CLUSTERS))))
    page = msgspec.json.decode(next(_tables(PAGE)))
    lines = []
    for number in range(CHANGES):
        one = {**page, "columnDefinitions": None, "rows": [page["rows"][number % PAGE]]}
        one["rows"][0]["cells"][3] = str(number)
        lines.append(b'{"type":"MODIFIED","object":%s}' % msgspec.json.encode(one))
    events = reading.events()
    started = time.process_time()
    for line in lines:
        event = await events.next(line)
        rows.upsert(event.decoded, as_of=1.0)
        tabling.table(Frame(), {"": rows}, 0.0, 0.0)
    return (time.process_time() - started) / CHANGES


def lines() -> list[Line]:
    """The looks, beside a bare fetch of the very same URLs; and what a row costs."""
    with served(clusters=CLUSTERS, pods=PODS, nodes=20) as kubeconfig:
        found = [_open(f"browse {CLUSTERS} embedded clusters", kubeconfig, judged=not available())]
    if available():
        os.environ["MCK_BENCH_REAL"] = "1"
        try:
            with filled(5000) as kubeconfig:
                found.append(_open("browse, real API server", kubeconfig, judged=True))
        finally:
            del os.environ["MCK_BENCH_REAL"]
    return found + _cost()


def _open(name: str, kubeconfig: str, *, judged: bool) -> Line:
    contend(["browse"], kubeconfig, 1)  # warms the server's caches, records the URLs
    both = contend(["browse", "raw"], kubeconfig, 5)
    ours, raw = both["browse"], both["raw"]
    if ours.extra["states"] != ["fresh"]:
        raise RuntimeError(f"tables were {ours.extra['states']}, not fresh")
    ratio = ours.seconds / raw.seconds
    return Line(
        f"{name}: {ours.objects:,} pods, {ours.received / MIB:.0f} MiB",
        f"{ours.seconds:.2f} s, {ours.peak_mib:.0f} MiB",
        f"raw {raw.seconds:.2f} s, {raw.peak_mib:.0f} MiB",
        f"{ratio:.2f} x",
        "≤ 1.2 x" if judged else "",
        ratio <= 1.2 if judged else None,
    )


def _cost() -> list[Line]:
    command = [sys.executable, "-m", "tests.benchmarks.browse", "held", str(CLUSTERS * PODS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    speed = found["received"] / MIB / found["seconds"]
    return [
        Line(
            f"memory per row, {CLUSTERS * PODS:,} pods", f"{found['bytes']:,.0f} B", "", "",
            "≤ 1,280 B", found["bytes"] <= 1280,
        ),
        Line("decode and hold Tables of pods", f"{speed:.0f} MiB/s", "", "", "", None),
        Line(
            f"one change of {PODS:,} rows, looked at", f"{found['change'] * 1e6:.0f} µs", "", "",
            "≤ 500 µs", found["change"] <= 500e-6,
        ),
    ]  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(asyncio.run(held(int(sys.argv[2])))))
