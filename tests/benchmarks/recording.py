"""Recordings: `python -m tests.benchmarks record replay`.

What recording the demo costs, servers of the demo included, and how large the file becomes; how
long a jump takes in a recording of two hours in which a twentieth of the pods changes with every
look.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.decode import Decoded
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.fleet import FleetStore
from mckconsole.store.reader import ReadPlan, read_fleet
from mckconsole.store.recording.reader import Recording
from mckconsole.store.recording.sampler import Sampler
from mckconsole.store.recording.state import State, decode
from mckconsole.store.recording.writer import Writer
from mckconsole.views.panes import CONSOLE_QUERIES, CONSOLE_TOPICS
from tests.benchmarks.table import Line
from tests.benchmarks.terminal import console

SECONDS = 60.0
"""How long the demo is recorded, after what it takes to begin."""
BEGINNING = 15.0
MOMENTS = 1440
"""Looks of two hours."""
EVERY = 5.0
JUMPS = 20


def record() -> list[Line]:
    """Record the demo in a process of its own, with its servers."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.mckrec"
        process = subprocess.Popen(
            [sys.executable, "-m", "mckconsole", "record", str(path), "--demo"],
            stderr=subprocess.DEVNULL,
        )
        try:
            time.sleep(BEGINNING)
            used, size = _used(process.pid), path.stat().st_size
            time.sleep(SECONDS)
            share = (_used(process.pid) - used) / SECONDS
            grown = path.stat().st_size - size
        finally:
            process.terminate()
            process.wait()
    hour = grown / SECONDS * 3600 / 1e6
    what = "record the demo, its servers in the same process"
    begun = f"{size / 1e6:.1f} MB to begin with"
    return [
        Line(what, f"{share:.1%} of a core", "", "", "≤ 10 %", share <= 0.1),
        Line("the same: size", f"{hour:.1f} MB an hour", begun, "", "≤ 30 MB an hour", hour <= 30),
    ]


def replay() -> list[Line]:
    """Jump about in two hours, in memory and on a terminal."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.mckrec"
        objects = asyncio.run(_long(path))
        with Recording(path) as recording:
            chance = random.Random(1)
            read = [_jump(recording, chance.randrange(MOMENTS)) for _ in range(JUMPS)]
        shown = _shown(path)
    size = f"{path.name}: {MOMENTS:,} moments"
    what = f"jump in a recording of 2 h, {objects:,} objects"
    worst, usual = max(read), statistics.median(read)
    return [
        Line(f"{what}: read", f"{worst * 1000:.0f} ms at worst", f"p50 {usual * 1000:.0f} ms", "",
             "≤ 1 s", worst <= 1),
        Line("the same: key to painted", f"{max(shown) * 1000:.0f} ms at worst",
             f"p50 {statistics.median(shown) * 1000:.0f} ms", size, "≤ 1 s", max(shown) <= 1),
    ]  # fmt: skip


def _used(pid: int) -> float:
    """Processor seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _long(path: Path) -> int:
    """Two hours of the demo's content, in which pods change; returns how many objects there are."""
    async with EmbeddedFleet() as fleet:
        config = msgspec.structs.replace(fleet.config, request_timeout=1.5)
        inventory = load_kubeconfig(str(fleet.kubeconfig), env={}, config=config)
        plan = ReadPlan(CONSOLE_TOPICS, CONSOLE_QUERIES)
        store = await read_fleet(inventory, plan, config=config)
    sampler, chance, start = Sampler(), random.Random(1), time.time() - MOMENTS * EVERY
    with Writer(path, {}) as writer:
        for number in range(MOMENTS):
            _change(store, chance, number)
            snapshot = store.snapshot(now=start + number * EVERY)
            writer.write(snapshot.taken_at, sampler.changes(snapshot, {}))
    views = [view for one in snapshot.clusters.values() for view in one.topics.values()]
    return sum(len(view.objects) for view in views)


def _change(store: FleetStore, chance: random.Random, number: int) -> None:
    """A twentieth of the pods of each cluster is written anew."""
    for name in store.names:
        held = store.cluster(name).collection("pods")
        pods = list(held.view(0.0).objects.values())
        for pod in chance.sample(pods, len(pods) // 20):
            meta = msgspec.structs.replace(pod.metadata, resource_version=f"9{number:06}")
            found = msgspec.structs.replace(pod, metadata=meta)
            held.upsert(Decoded(found), as_of=float(number))


def _jump(recording: Recording, place: int) -> float:
    began = time.perf_counter()
    state = State()
    moment = recording.moments[place]
    state.begin(decode(recording.leading_to(moment)))
    state.snapshot(moment.at)
    return time.perf_counter() - began


def _shown(path: Path) -> list[float]:
    """Seconds from the key to the title bar that says the new time."""
    found = []
    with console("replay", str(path)) as terminal:
        terminal.until(b"REPLAY", b"onprem-1")
        terminal.quiet(1.0)
        for number in range(JUMPS // 2):
            terminal.forget()
            terminal.press(b":at %s\r" % (b"-61m" if number % 2 else b"end"))
            began = time.perf_counter()
            mark = "REPLAY ‖" if number % 2 else "REPLAY ■"
            found.append(terminal.until(mark.encode()) - began)
            terminal.quiet(0.5)
    return found
