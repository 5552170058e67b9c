"""Hostile Secrets through the whole stack: bounded time and memory, and nobody is disturbed."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from mckconsole.demo.answers import Listener
from mckconsole.report.jsonout import schema
from tests.contract.badfleet import add_context
from tests.contract.hostilesecrets import (
    NAMESPACE,
    TROUBLED,
    VALUES,
    WELL,
    hostile_cluster,
    secrets,
    token,
)
from tests.contract.running import Done, environment
from tests.net.cluster import ADMIN_TOKEN

MAX_SECONDS = 120.0
"""Of a report over 50 MB of hostile text; it takes a sixth of that on an idle machine."""
MAX_MEMORY = 600
"""MiB that a report may have at most; most of it is what one gzip bomb may come to."""
_MEASURED = """
import re, sys
from mckconsole.cli.main import main
status = main(sys.argv[1:])
kilobytes = re.search("VmHWM:\\\\s+(\\\\d+)", open("/proc/self/status").read())[1]
print("peak", int(kilobytes) // 1024, file=sys.stderr)
sys.exit(status)
"""
"""Not `getrusage`, whose figure is that of the test's own process before it became another."""


async def measured(home: Path, *arguments: str) -> tuple[Done, int]:
    """Run the command line; the second is the most memory that it had, MiB."""
    began = asyncio.get_running_loop().time()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _MEASURED, *arguments,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=environment(home), cwd=home,
    )  # fmt: skip
    out, err = await process.communicate()
    seconds = asyncio.get_running_loop().time() - began
    words, _, peak = err.rpartition(b"peak ")
    return Done(process.returncode or 0, out, words, seconds), int(peak)


async def report(home: Path, *arguments: str) -> tuple[Done, int]:
    async with Listener({"": hostile_cluster()}) as listener:
        document: dict[str, Any] = {"clusters": [], "users": [], "contexts": []}
        add_context(document, "hostile", {"server": listener.url}, {"token": ADMIN_TOKEN})
        kubeconfig = home / "kubeconfig"
        kubeconfig.write_text(yaml.safe_dump(document))
        kubeconfig.chmod(0o600)
        access = ("--kubeconfig", str(kubeconfig), "--timeout", "110")
        return await measured(home, "report", "secrets", "--format", "json", *access, *arguments)


@pytest.mark.slow
async def test_hostile_values_cost_a_bounded_amount_and_hide_nothing(tmp_path: Path) -> None:
    done, peak = await report(tmp_path, "--scan-values")
    done.assert_clean()
    assert done.status in (0, 4), done.words
    assert done.seconds < MAX_SECONDS
    assert peak < MAX_MEMORY, peak
    document = done.json()
    jsonschema.validate(document, schema())
    (cluster,) = document["clusters"]
    assert cluster["state"] in ("ready", "degraded"), cluster
    places = {
        (one["object"]["name"], one["rule"])
        for one in document["findings"]
        if one["object"] and one["object"]["namespace"] == NAMESPACE
    }
    assert (WELL, "SEC-GITHUB-TOKEN") in places
    assert ("long-key", "SEC-PRIVATE-KEY") in places
    told = " ".join(one["reason"] for one in document["unknowns"])
    bombs = [one["metadata"]["name"] for one in secrets()
             if one["metadata"]["annotations"]["what"] in TROUBLED]  # fmt: skip
    assert re.search("inflated|look", told), told
    assert any(name in told for name in bombs), told
    assert token() not in done.text + done.words


async def test_metadata_alone_is_read_from_hostile_objects(tmp_path: Path) -> None:
    done, peak = await report(tmp_path)
    done.assert_clean()
    assert done.status in (0, 4), done.words
    assert peak < MAX_MEMORY, peak
    jsonschema.validate(done.json(), schema())
    assert token() not in done.text + done.words


def test_there_are_values_of_all_sizes() -> None:
    sizes = [len(value) for value in VALUES.values()]
    assert min(sizes) == 0
    assert sum(size >= (1 << 20) - 16 for size in sizes) > 10
