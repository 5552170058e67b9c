"""Run the benchmarks and print one table: `python -m tests.benchmarks [NAME …]`."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from tests.benchmarks import (
    analysis,
    appspeed,
    browse,
    failover,
    gridspeed,
    identity,
    logs,
    recording,
    resources,
    secrets,
    services,
    timeline,
    versions,
)
from tests.benchmarks.realserver import available, filled
from tests.benchmarks.serving import contend, served
from tests.benchmarks.table import Line, render

MIB = 2**20


def inventory() -> list[Line]:
    """Read six embedded clusters of 2,000 pods, whose bytes are made beforehand."""
    with served(clusters=6, pods=2000, nodes=20) as kubeconfig:
        return _inventory("inventory, 6 embedded clusters", kubeconfig, judged=not available())


def real() -> list[Line]:
    """Read 5,000 pods from a real API server, where there is one."""
    if not available():
        text = "no kube-apiserver here (KUBEBUILDER_ASSETS)"
        return [Line("inventory, real API server", "skipped", text, "", "≤ 1.3 x raw", None)]
    os.environ["MCK_BENCH_REAL"] = "1"
    try:
        with filled(5000) as kubeconfig:
            return _inventory("inventory, real API server", kubeconfig, judged=True)
    finally:
        del os.environ["MCK_BENCH_REAL"]


def _inventory(name: str, kubeconfig: str, *, judged: bool) -> list[Line]:
    """Our reader against raw fetch, typed models and kubectl over the same lists.

    The raw ratio is judged on a real server where there is one: a server whose bytes cost nothing
    makes decoding, which a real one hides behind its own encoding, look like the whole cost.
    """
    names = ["ours", "raw", "models"] + (["kubectl"] if shutil.which("kubectl") else [])
    contend(["ours"], kubeconfig, 1)  # warms the server's caches, records the URLs
    found = contend(names, kubeconfig, 5)
    ours = found["ours"]
    if ours.extra["states"] != ["ready"]:
        raise RuntimeError(f"clusters were {ours.extra['states']}, not ready")
    what = f"{name}: {ours.objects:,} objects, {ours.received / MIB:.0f} MiB"
    mine = f"{ours.seconds:.2f} s, {ours.peak_mib:.0f} MiB"
    lines = []
    for rival in names[1:]:
        other = found[rival]
        met: bool | None = None
        budget = ""
        if rival == "raw":
            shown = f"{ours.seconds / other.seconds:.2f} x"
            if judged:
                budget, met = "≤ 1.3 x", ours.seconds / other.seconds <= 1.3
        else:
            faster = other.seconds / ours.seconds
            shown = f"{faster:.1f} x faster"
            if rival == "kubectl":
                budget, met = "≥ 8 x faster", faster >= 8
        beside = f"{rival} {other.seconds:.2f} s, {other.peak_mib:.0f} MiB"
        lines.append(Line(what, mine, beside, shown, budget, met))
    return lines


def memory() -> list[Line]:
    """Bytes per held pod, and decoding speed."""
    ours, models = _memory("ours", 100_000), _memory("models", 5_000)
    judged = _memory("judged", 100_000)["bytes"] / 100_000
    bytes_ours, bytes_models = ours["bytes"] / 100_000, models["bytes"] / 5_000
    speed_ours = ours["received"] / MIB / ours["seconds"]
    speed_models = models["received"] / MIB / models["seconds"]
    return [
        Line(
            "memory per held pod, 100,000 pods", f"{bytes_ours:,.0f} B",
            f"models {bytes_models:,.0f} B (5,000 pods)", f"{bytes_models / bytes_ours:.0f} x less",
            "≤ 2,048 B", bytes_ours <= 2048,
        ),
        Line(
            "the same with owners and their identities", f"{judged:,.0f} B",
            f"pods alone {bytes_ours:,.0f} B", f"{judged / bytes_ours:.2f} x", "≤ 2,048 B",
            judged <= 2048,
        ),
        Line(
            "decode and hold pod lists", f"{speed_ours:.0f} MiB/s",
            f"models {speed_models:.1f} MiB/s",
            f"{speed_ours / speed_models:.0f} x faster", "", None,
        ),
    ]  # fmt: skip


def _memory(contender: str, pods: int) -> dict[str, float]:
    return _json([sys.executable, "-m", "tests.benchmarks.memory", contender, str(pods)])


def many() -> list[Line]:
    """200 clusters, 20 of them dead, against the 180 live ones alone."""
    with served(clusters=200, dead=20, pods=20, nodes=3) as kubeconfig:
        mixed = _live(kubeconfig, 180, idle=60)
    with served(clusters=180, dead=0, pods=20, nodes=3) as kubeconfig:
        alone = _live(kubeconfig, 180, idle=1)
    ratio = mixed["last"] / alone["last"]
    return [
        Line(
            "200 clusters, 20 dead: last live one ready", f"{mixed['last']:.2f} s",
            f"180 live alone {alone['last']:.2f} s", f"{ratio:.2f} x", "as if alone", ratio <= 1.25,
        ),
        Line(
            "the same: median live one ready", f"{mixed['median']:.2f} s",
            f"180 live alone {alone['median']:.2f} s",
            f"{mixed['median'] / alone['median']:.2f} x", "", None,
        ),
        Line(
            "200 clusters, idle", f"{mixed['idle_cpu']:.1%} of a core", "", "", "≤ 2 %",
            mixed["idle_cpu"] <= 0.02,
        ),
    ]  # fmt: skip


def _live(kubeconfig: str, live: int, *, idle: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.live", kubeconfig, str(idle)]
    return _json(command, {"MCK_BENCH_LIVE": str(live)})


def startup() -> list[Line]:
    """`mckconsole --version` against an empty interpreter."""
    ours = [sys.executable, "-m", "mckconsole", "--version"]
    nothing = [sys.executable, "-c", "pass"]
    runs: dict[str, list[float]] = {"ours": [], "nothing": []}
    for _ in range(15):
        for name, command in (("ours", ours), ("nothing", nothing)):
            started = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            runs[name].append(time.perf_counter() - started)
    mine, bare = (statistics.median(runs[name]) * 1000 for name in ("ours", "nothing"))
    return [
        Line(
            "mckconsole --version", f"{mine:.0f} ms", f"python -c pass {bare:.0f} ms",
            f"+{mine - bare:.0f} ms", "≤ +100 ms", mine - bare <= 100,
        )
    ]  # fmt: skip


def _json(command: Sequence[str], extra: dict[str, str] | None = None) -> dict[str, Any]:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **(extra or {})}
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


BENCHMARKS: dict[str, Callable[[], list[Line]]] = {
    "startup": startup,
    "memory": memory,
    "analysis": analysis.lines,
    "services": services.lines,
    "versions": versions.lines,
    "identity": identity.lines,
    "failover": failover.lines,
    "secrets": secrets.lines,
    "inventory": inventory,
    "real": real,
    "many": many,
    "browse": browse.lines,
    "resources": resources.lines,
    "first": appspeed.first,
    "paint": appspeed.paint,
    "keys": appspeed.keys,
    "moves": appspeed.moves,
    "idle": appspeed.idle,
    "grid": gridspeed.lines,
    "logs": logs.logs,
    "timeline": timeline.measure,
    "record": recording.record,
    "replay": recording.replay,
}


def main(names: Sequence[str]) -> int:
    """Run what is named, all by default; 1 when a budget is missed, 2 for an unknown name."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
        return 2
    lines: list[Line] = []
    for name in names or BENCHMARKS:
        print(f"{name} …", file=sys.stderr, flush=True)
        lines += BENCHMARKS[name]()
    print(render(lines))
    return int(any(line.met is False for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
