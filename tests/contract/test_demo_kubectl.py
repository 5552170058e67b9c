"""What browsing shows of the demo is what kubectl gets of each of its clusters, in the middle of
the incident. The servers are the embedded ones; `tests/real` asks the same of real ones."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import TypeAlias

import pytest

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.resources import Query, ResourceTable
from mckconsole.domain.states import TopicState
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import ReadPlan
from tests.contract.planted_drift import DEAD, connected, until
from tests.contract.planted_timeline import FIRING
from tests.net.browsing import Looking
from tests.real import apiserver

KINDS = ("pods", "deployments.apps", "gateways.submariner.io")
_AGES = re.compile(r" \([0-9a-z]+ ago\)")
Cells: TypeAlias = frozenset[tuple[str, str]]
"""Column and cell of a row."""


def binary() -> str:
    found = shutil.which("kubectl") or shutil.which("kubectl", path=str(apiserver.assets()))
    return found or pytest.skip("kubectl is not installed")


async def kubectl(fleet: EmbeddedFleet, cache: Path, context: str, kind: str) -> Counter[Cells]:
    """The rows that kubectl prints, without ages."""
    process = await asyncio.create_subprocess_exec(
        binary(), "--kubeconfig", str(fleet.kubeconfig), f"--cache-dir={cache / context}",
        "--context", context, "get", kind, "--all-namespaces", "-o", "wide",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    if process.returncode:
        assert b"the server doesn't have a resource type" in err, err.decode()
        return Counter()
    lines = out.decode().splitlines()
    if not lines:
        assert b"No resources found" in err
        return Counter()
    return Counter(parsed(lines[0], line) for line in lines[1:])


def parsed(head: str, line: str) -> Cells:
    """A line, cut where the columns' heads begin."""
    starts = [(found.start(), found[0]) for found in re.finditer(r"\S+(?: \S+)*", head)]
    ends = [*(start for start, _ in starts[1:]), None]
    cells = zip(starts, ends, strict=True)
    return frozenset(
        (title, _AGES.sub("", line[start:end].strip()))
        for (start, title), end in cells
        if title != "AGE"
    )


def shown(table: ResourceTable) -> Counter[Cells]:
    """The same of a table."""
    columns = [
        (place, one.name.upper()) for place, one in enumerate(table.columns) if one.name != "Age"
    ]
    found: Counter[Cells] = Counter()
    for row in table:
        cells = {title: _AGES.sub("", str(row.cells[place])) for place, title in columns}
        found[frozenset({"NAMESPACE": row.namespace, **cells}.items())] += 1
    return found


@pytest.mark.parametrize("kind", KINDS)
async def test_all_rows_are_the_union_of_what_kubectl_gets(tmp_path: Path, kind: str) -> None:
    async with EmbeddedFleet() as embedded:
        embedded.advance(FIRING)
        config = embedded.config
        inventory = load_kubeconfig(str(embedded.kubeconfig), env=os.environ, config=config)
        async with LiveFleet(inventory, ReadPlan(("nodes",)), config=config) as fleet:
            await until(fleet, connected)
            names = [name for name in fleet.names if name != DEAD]
            told = asyncio.Event()
            looking = Looking(fleet.browse(Query(kind), names, told.set), told)
            read = (TopicState.FRESH, TopicState.ABSENT)
            tables = await looking.until(
                lambda tables: (
                    len(tables) == len(names) and all(one.state in read for one in tables.values())
                )
            )
            theirs = [await kubectl(embedded, tmp_path, name, kind) for name in names]
    for name, expected in zip(names, theirs, strict=True):
        assert shown(tables[name]) == expected, name
    union = sum(theirs, Counter[Cells]())
    assert sum(len(one.rows) for one in tables.values()) == union.total()
    if kind == "pods":
        assert {("STATUS", "CrashLoopBackOff"), ("RESTARTS", "3")} <= {
            cell for cells in union for cell in cells
        }
