"""`mckconsole failover` over the embedded fleet, in a process of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import jsonschema

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.report.failover_json import FAILOVER_SCHEMA_FILE
from mckconsole.report.jsonout import schema
from tests.net.test_cli import mck

LOST = "onprem-1"


async def test_losses_as_table_markdown_and_json(tmp_path: Path) -> None:
    async with EmbeddedFleet() as fleet:
        access = ("--kubeconfig", str(fleet.kubeconfig), "--timeout", "20", "--allow-partial")
        chosen = [part for name in fleet.clusters if name != "edge-fra-1" for part in
                  ("--context", name)]  # fmt: skip
        one = ("failover", "--lose", LOST, *access, *chosen)
        each, table, markdown, data = await asyncio.gather(
            mck(tmp_path, "failover", *access, *chosen, "--format", "json"),
            mck(tmp_path, *one),
            mck(tmp_path, *one, "--format", "markdown"),
            mck(tmp_path, *one, "--format", "json", "--fail-on", "outage"),
        )
    assert (each.status, table.status, markdown.status, data.status) == (0, 0, 0, 1)
    assert "a loss would mean outage or worse (exit 1)" in data.err
    contract = schema(FAILOVER_SCHEMA_FILE)
    for found in (each.json(), data.json()):
        jsonschema.validate(found, contract)
    assert {tuple(one["lost"]) for one in each.json()["simulations"]} == {
        (name,) for name in fleet.clusters if name != "edge-fra-1"
    }
    (simulation,) = data.json()["simulations"]
    outages = [one for one in simulation["services"] if one["impact"] == "outage"]
    assert outages
    for service in outages:
        name = f"{service['namespace']}/{service['name']}"
        assert name in table.out
        assert LOST in service["lostIn"]
        assert {one["cluster"] for one in service["evidence"]} >= {LOST}
    assert f"# If {LOST} is lost" in markdown.out
    assert f"if {LOST} is lost" in table.out
    assert "\x1b" not in table.out + markdown.out


async def test_unknown_names_are_usage_errors_that_name_the_known_ones(tmp_path: Path) -> None:
    async with EmbeddedFleet() as fleet:
        access = ("--kubeconfig", str(fleet.kubeconfig))
        done = await mck(tmp_path, "failover", "--lose", "onprem-9", *access)
    assert (done.status, done.out) == (2, "")
    assert "did you mean onprem-1?" in done.err
    assert all(name in done.err for name in fleet.clusters)
