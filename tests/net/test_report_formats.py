"""`mckconsole report` in every format, with waivers, over embedded clusters."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import jsonschema
import pytest

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.report.jsonout import schema
from tests.net.test_cli import mck
from tests.unit.report.sarif_shape import LOG
from tests.unit.report.test_html import Page, check

WAIVED = (
    "waivers:\n- rule: '*'\n  object: {cluster: '?*'}\n  owner: jo\n  expires: 2100-01-01\n"
    "  reason: all of it, for this test\n"
)
EXPIRED = WAIVED.replace("2100", "2020")


@pytest.fixture
async def fleet() -> AsyncIterator[EmbeddedFleet]:
    async with EmbeddedFleet() as running:
        yield running


async def test_every_format_and_waivers(fleet: EmbeddedFleet, tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(WAIVED)
    (tmp_path / "old.yaml").write_text(EXPIRED)
    common = ("report", "mesh", "--kubeconfig", str(fleet.kubeconfig), "--fail-on", "info",
              "--allow-partial", "--timeout", "4")  # fmt: skip
    runs = await asyncio.gather(
        mck(tmp_path, *common, "--format", "json", "--waivers", "all.yaml"),
        mck(tmp_path, *common, "--format", "sarif", "--waivers", "old.yaml"),
        mck(tmp_path, *common, "--format", "csv"),
        mck(tmp_path, *common, "--format", "markdown"),
        mck(tmp_path, *common, "--format", "html", "-o", "report.html"),
    )
    data, sarif, sheet, page, written = runs
    # Without waivers that hold there are findings: 1. With them none counts: 0.
    assert [done.status for done in runs] == [0, 1, 1, 1, 1], [done.err for done in runs]
    document = json.loads(data.out)
    jsonschema.validate(document, schema())
    assert document["findings"]
    assert {finding["waiver"]["owner"] for finding in document["findings"]} == {"jo"}
    asked = {(one["cluster"], one["topic"]): one for one in document["coverage"]}
    assert asked["gcp-eu-1", "gateways"]["answer"] == "answered"
    assert asked["edge-fra-1", "gateways"]["answer"] == "unreachable"
    log = json.loads(sarif.out)
    jsonschema.validate(log, LOG)
    (run,) = log["runs"]
    assert {one["partialFingerprints"]["mckconsole/finding/v1"] for one in run["results"]} == {
        finding["id"] for finding in document["findings"]
    }
    (note,) = run["invocations"][0]["toolConfigurationNotifications"]
    assert "expired on 2020-01-01" in note["message"]["text"]
    rows = list(csv.DictReader(io.StringIO(sheet.out)))
    assert {row["ID"] for row in rows} - {""} == {one["id"] for one in document["findings"]}
    assert "## Coverage" in page.out
    assert written.out == ""
    path = tmp_path / "report.html"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    check(Page(path.read_text("utf-8")))


async def test_a_file_that_is_there_and_waivers_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(
        "apiVersion: v1\nkind: Config\n"
        "clusters: [{name: a, cluster: {server: 'http://127.0.0.1:9'}}]\n"
        "contexts: [{name: a, context: {cluster: a}}]\n"
    )
    path.chmod(0o600)
    (tmp_path / "there").write_text("old")
    (tmp_path / "bad.yaml").write_text(WAIVED.replace("owner: jo", "owner: ''"))
    common = ("report", "mesh", "--kubeconfig", "kubeconfig")
    kept, bad = await asyncio.gather(
        mck(tmp_path, *common, "-o", "there"), mck(tmp_path, *common, "--waivers", "bad.yaml")
    )
    assert (kept.status, kept.err) == (
        2, "mckconsole: cannot write there: it is already there; --force replaces it\n",
    )  # fmt: skip
    assert (tmp_path / "there").read_text() == "old"
    assert bad.status == 2
    assert "bad.yaml:4: waivers[0].owner: must not be empty" in bad.err
    replaced = await mck(tmp_path, *common, "-o", "there", "--force")
    assert replaced.status == 3
    assert (tmp_path / "there").read_text().startswith("? findings: none · 0 of 1 cluster read")
