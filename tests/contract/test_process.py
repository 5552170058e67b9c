"""The process itself: signals, orphans, and places that cannot be written to."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from mckconsole.demo.fleet import EmbeddedFleet
from tests.contract.badfleet import add_context, plugin, write_plugin
from tests.contract.running import CONTROL, environment, mck
from tests.contract.test_canaries import appears


@pytest.fixture
async def fleet() -> AsyncIterator[EmbeddedFleet]:
    async with EmbeddedFleet.many(2) as running:
        yield running


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie that nobody reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def survivors(pids: list[int]) -> list[int]:
    """Those that still run after the moment that dying takes; they are ended."""
    async with asyncio.timeout(5):
        for _ in range(50):
            left = [pid for pid in pids if alive(pid)]
            if not left:
                break
            await asyncio.sleep(0.02)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return left


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc")
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
@pytest.mark.parametrize("command", ["report", "doctor"])
async def test_a_signal_ends_it_quickly_and_its_plugins_too(
    command: str, number: signal.Signals, status: int, fleet: EmbeddedFleet, tmp_path: Path
) -> None:
    """The plugin ignores what a terminal would send, and has a child."""
    pids = tmp_path / "pids"
    script = (
        f"trap '' INT TERM HUP\nsleep 300 &\necho $$ $! > {pids}.new; mv {pids}.new {pids}\nwait"
    )
    document = yaml.safe_load(fleet.kubeconfig.read_text())
    server = document["clusters"][0]["cluster"]
    add_context(document, "hangs", server, plugin(write_plugin(tmp_path / "plugin", script)))
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(json.dumps(document))
    kubeconfig.chmod(0o600)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mckconsole", command, "--kubeconfig", str(kubeconfig),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=environment(tmp_path), cwd=tmp_path,
    )  # fmt: skip
    await appears(pids)
    process.send_signal(number)
    began = time.monotonic()
    out, err = await asyncio.wait_for(process.communicate(), 10)
    assert time.monotonic() - began < 3
    assert (process.returncode, out) == (status, b"")
    assert not CONTROL.search(err.decode())
    assert b"Traceback" not in err
    assert len(err.splitlines()) == 1
    assert await survivors([int(pid) for pid in pids.read_text().split()]) == []


def names_in(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


@pytest.mark.parametrize(
    "place", ["/dev/full", "missing/report", "folder", "link", "closed/report", "a" * 300]
)
async def test_an_output_that_cannot_be_written_is_named(
    place: str, fleet: EmbeddedFleet, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "closed").mkdir(mode=0o500)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    if place.startswith("closed") and os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    before = names_in(tmp_path)
    done = await mck(tmp_path, "report", "--kubeconfig", str(fleet.kubeconfig), "-o", place)
    done.assert_clean()
    assert (done.status, done.out) == (2, b"")
    assert done.words.startswith(f"mckconsole: cannot write {place}: ")
    assert names_in(tmp_path) == before


@pytest.mark.parametrize("command", ["report", "doctor", "rules", "config show", "--version"])
def test_nobody_reads_or_nothing_can_be_written(command: str, tmp_path: Path) -> None:
    """A closed reader is no error, a full disk is one; neither is a traceback."""
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text("apiVersion: v1\nkind: Config\n")
    kubeconfig.chmod(0o600)
    env = environment(tmp_path, KUBECONFIG=str(kubeconfig))
    for redirection, wanted in (("| true", {0, 3}), ("> /dev/full", {2, 3, 120})):
        if "full" in redirection and not Path("/dev/full").exists():
            continue
        line = f'"$0" -m mckconsole {command} {redirection}'
        done = subprocess.run(
            ["/bin/sh", "-c", line, sys.executable], capture_output=True, env=env, check=False
        )
        assert b"Traceback" not in done.stderr, (command, redirection)
        assert done.returncode in wanted, (command, redirection, done.stderr)
