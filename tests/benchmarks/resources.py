"""50,000 pods of 20 clusters as rows of the resources pane: making, filtering, changing, memory.

`python -m tests.benchmarks.resources` prints the figures as JSON, in a fresh interpreter: no
network, no terminal. `browse` measures how the tables behind the rows come in.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec

from mckconsole.domain.resources import ResourceKind, ResourceTable, TableColumn, TableRow
from mckconsole.domain.states import TopicState
from mckconsole.views.filter import parse_filter
from mckconsole.views.natural import natural_key
from mckconsole.views.resources_rows import Board
from mckwidgets.contracts import RowLike
from mckwidgets.grid_model import GridModel
from tests.benchmarks.memory import resident
from tests.benchmarks.table import Line

CLUSTERS, PODS = 20, 2500
NOW = 1_790_000_000.0
COLUMNS = tuple(
    TableColumn(name, "string", priority)
    for name, priority in {
        "Name": 0, "Ready": 0, "Status": 0, "Restarts": 0, "Age": 0, "IP": 1, "Node": 1,
        "Nominated Node": 1, "Readiness Gates": 1,
    }.items()
)  # fmt: skip
KEYSTROKES = ("c", "crash", "status:crash", "restarts>3", "node-3-1 ns-3", "!running", "age<5d")


def table(cluster: int) -> ResourceTable:
    """The pods of one cluster."""
    rows = {}
    for number in range(PODS):
        status = "Running" if number % 50 else "CrashLoopBackOff"
        restarts = "5 (3m ago)" if number % 7 == 0 else 0
        address = f"10.{cluster}.{number // 250}.{number % 250}"
        node = f"node-{cluster}-{number % 80}"
        cells = ("", "1/1", status, restarts, "3d", address, node, "<none>", "<none>")
        created = f"2026-08-{1 + number % 28:02}T10:{number % 60:02}:00Z"
        name = f"app-{number % 97}-7c9d8f6b5-{cluster:02x}{number:04x}"
        owner = ("ReplicaSet", f"app-{number % 97}-7c9d8f6b5")
        row = TableRow(f"ns-{number % 40}", name, name, created, cells, owner=owner)
        rows[row.key] = row
    kind = ResourceKind("", "v1", "pods", "Pod")
    return ResourceTable(f"cluster-{cluster:02}", TopicState.FRESH, "", kind, COLUMNS, rows)


def measure() -> dict[str, float]:
    """Seconds of processor time, and bytes."""
    tables = {one.cluster: one for one in map(table, range(CLUSTERS))}
    Board("pods").look({"cluster-00": tables["cluster-00"]}, {}, NOW)  # imports and caches
    gc.collect()
    gc.freeze()
    before = resident()
    board, grid = Board("pods"), GridModel(natural_key)
    made, looked = _timed(lambda: board.look(tables, {}, NOW))
    used = resident() - before
    put, _ = _timed(lambda: grid.set_rows(looked.rows))
    strokes = []
    for text in KEYSTROKES:
        chosen = parse_filter(text, looked.columns)

        def matches(row: RowLike, chosen: Any = chosen) -> bool:
            return bool(chosen.matches(row))

        strokes.append(_timed(lambda: grid.set_filter(matches))[0])
    sort, _ = _timed(lambda: grid.sort_by("restarts", reverse=True))
    first = tables["cluster-07"]
    key, row = next(iter(first.rows.items()))
    other = msgspec.structs.replace(row, cells=("", "1/1", "Running", 1, *row.cells[4:]))
    tables["cluster-07"] = replace(first, rows={**first.rows, key: other})
    change, again = _timed(lambda: board.look(tables, {}, NOW))
    return {
        "rows": len(looked.rows),
        "made": made,
        "put": put,
        "stroke": max(strokes),
        "sort": sort,
        "change": change,
        "changed": len(again.changed or again.rows),
        "bytes": used / len(looked.rows),
    }


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


def lines() -> list[Line]:
    """What the rows cost."""
    command = [sys.executable, "-m", "tests.benchmarks.resources"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    rows = f"{found['rows']:,.0f} rows of pods"

    def line(what: str, figure: str, budget: str, met: bool | None) -> Line:
        return Line(what, figure, "", "", budget, met)

    return [
        line(f"make {rows}", f"{found['made']:.2f} s", "≤ 1.5 s", found["made"] <= 1.5),
        line(
            "filter them, the slowest keystroke",
            f"{found['stroke'] * 1000:.0f} ms",
            "≤ 50 ms",
            found["stroke"] <= 0.05,
        ),
        line("put them into the grid", f"{found['put'] * 1000:.0f} ms", "", None),
        line("sort them", f"{found['sort'] * 1000:.0f} ms", "", None),
        line(
            "take in a change of one",
            f"{found['change'] * 1000:.1f} ms",
            "≤ 20 ms",
            found["change"] <= 0.02,
        ),
        line("memory per row", f"{found['bytes']:,.0f} B", "≤ 1,536 B", found["bytes"] <= 1536),
    ]


if __name__ == "__main__":
    print(json.dumps(measure()))
