"""`mckconsole get` over the embedded fleet, in a process of its own."""

from __future__ import annotations

import asyncio
import csv
import io
from pathlib import Path

from mckconsole.demo.fleet import EmbeddedFleet
from tests.net.test_cli import mck


async def test_one_table_of_all_clusters_in_every_format(tmp_path: Path) -> None:
    async with EmbeddedFleet.many(3) as fleet:
        access = ("--kubeconfig", str(fleet.kubeconfig), "--timeout", "20")
        pods, table, markdown, nobody, wrong = await asyncio.gather(
            mck(tmp_path, "get", "po", *access, "--format", "csv"),
            mck(tmp_path, "get", "nodes", *access),
            mck(tmp_path, "get", "ns", *access, "--format", "markdown"),
            mck(tmp_path, "get", "nosuchkind", *access),
            mck(tmp_path, "get", "pods", *access, "--filter", "nosuch>1"),
        )
        held = {
            (name, one["metadata"]["namespace"], one["metadata"]["name"])
            for name, cluster in fleet.clusters.items()
            for one in cluster.objects("pods")
        }
    assert held
    rows = list(csv.DictReader(io.StringIO(pods.out)))
    assert {(row["CLUSTER"], row["NAMESPACE"], row["NAME"]) for row in rows} == held
    assert (pods.status, table.status, markdown.status) == (0, 0, 0)
    assert all(name in table.out for name in fleet.clusters)
    assert "in 3 of 3 clusters" in table.out
    assert "| CLUSTER | NAME | STATUS |" in markdown.out
    assert (nobody.status, wrong.status) == (2, 2)
    assert "none of 3 clusters serves a kind nosuchkind" in nobody.err
    assert "nosuch" in wrong.err
