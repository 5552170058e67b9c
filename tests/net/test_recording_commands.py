"""`record`, `replay` and `--from` as their users run them."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from mckconsole.cli.arguments import build_parser, contradiction
from mckconsole.cli.main import main
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.sources.errors import ConnectFailed
from mckconsole.store.fleet import FleetStore
from mckconsole.store.recording.reader import Recording
from mckconsole.store.recording.sampler import Sampler
from mckconsole.store.recording.writer import Writer
from tests.contract.running import environment
from tests.unit.recording.test_roundtrip import namespace
from tests.unit.test_store import Clock, endpoint


async def record(home: Path, fleet: EmbeddedFleet, *more: str) -> asyncio.subprocess.Process:
    arguments = ("record", str(home / "it.mckrec"), "--kubeconfig", str(fleet.kubeconfig), *more)
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mckconsole", *arguments, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(home),
    )  # fmt: skip


async def begun(path: Path) -> None:
    """Wait until something was recorded."""
    async with asyncio.timeout(30):
        while True:
            await asyncio.sleep(0.1)
            try:
                uri = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
                if uri.execute("SELECT count(*) FROM moments").fetchone()[0] > 1:
                    return
            except sqlite3.Error:
                continue


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_in_an_orderly_way(tmp_path: Path, number: signal.Signals) -> None:
    async with EmbeddedFleet.many(2, nodes=2, pods=6) as fleet:
        process = await record(tmp_path, fleet, "--every", "1s")
        await begun(tmp_path / "it.mckrec")
        process.send_signal(number)
        out, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0
    assert out == b""
    words = err.decode()
    assert "of 2 clusters read" in words
    assert "recorded" in words
    assert "it.mckrec" in words
    with Recording(tmp_path / "it.mckrec") as recording:
        assert recording.facts["ended"]
        assert len(recording.moments) >= 3


@pytest.fixture
def handmade(tmp_path: Path) -> Path:
    """Two clusters of which one is lost in the second of two moments."""
    clock = Clock()
    store = FleetStore([endpoint("west"), endpoint("east")], ["namespaces"], pace=clock.pace)
    sampler = Sampler()
    with Writer(tmp_path / "it.mckrec", {"demo": "simulated clusters"}) as file:
        for trouble in (None, ConnectFailed("connection refused")):
            for name in store.names:
                store.cluster(name).connected()
                store.cluster(name).collection("namespaces").assign("v1")
                held = store.cluster(name).collection("namespaces")
                held.replace([namespace(1, 1)], resource_version="1", as_of=clock.wall)
            if trouble is not None:
                store.cluster("west").failed(trouble)
            file.write(clock.wall, sampler.changes(store.snapshot(), {"west": ("prod",)}))
            clock.pass_time(600)
    return tmp_path / "it.mckrec"


def test_a_report_says_what_the_fleet_was(
    handmade: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at_last = ("report", "--from", str(handmade), "--allow-partial")
    assert main([*at_last, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    states = {one["name"]: one["state"] for one in document["clusters"]}
    assert states == {"west": "unreachable", "east": "ready"}
    assert document["generatedAt"] == "2026-08-01T08:10:00Z"
    assert main([*at_last, "--at", "08:05", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {one["state"] for one in document["clusters"]} == {"ready"}
    assert main([*at_last]) == 0
    assert "DEMO: simulated clusters on this machine · recorded: it.mckrec" in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize("command", ["failover", "checklist", "plan"])
def test_other_commands_read_it_too(
    handmade: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--from", str(handmade), "--allow-partial"]) == 0
    assert "recorded: it.mckrec" in capsys.readouterr().out


def test_what_cannot_be_done_is_said(
    handmade: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, empty = tmp_path / "text", tmp_path / "empty"
    Writer(empty, {}).close()
    text.write_text("no recording at all " * 99)
    cases = {
        ("report", "--from", str(empty)): "holds nothing",
        ("report", "--from", str(text)): "is no recording of mckconsole",
        ("report", "--from", str(tmp_path / "none")): "there is no file",
        ("report", "--from", str(handmade), "--at", "1999-01-01"): "is not in the recording",
        ("report", "--from", str(handmade), "--at", "soon"): "is no time",
        ("report", "--from", str(handmade), "-o", str(handmade), "--force"): "made from it",
        ("replay", str(handmade)): "replay needs a terminal",
        ("record", str(text), "--demo"): "is there already",
        ("record", str(tmp_path / "a" / "b"), "--demo"): "cannot write",
    }
    for arguments, words in cases.items():
        assert main(arguments) == 2, arguments
        assert words in capsys.readouterr().err, arguments
    assert text.read_text().startswith("no recording")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("report --from x --demo", "--demo: a recording is played, and nobody is asked"),
        ("report --from x --context a", "--context"),
        ("report --at 14:00", "--at: only with --from"),
        ("report --from ", "the name of the file is missing"),
        ("replay x --at 14:00 --speed 10", ""),
        ("--pane mesh replay x", ""),
        ("--demo replay x", "--demo: a recording is played"),
        ("--theme dusk record x", "--theme: only without a command"),
        ("checklist --from x --at end", ""),
    ],
)
def test_contradictions(line: str, words: str) -> None:
    given = line.split(" ")
    arguments: Namespace = build_parser().parse_args(given)
    found = contradiction(arguments)
    assert words in found if words else found == ""


@pytest.mark.parametrize(
    "line",
    ["record x --for 0s", "record x --for soon", "record x --every 0.1", "replay x --speed 0"],
)
def test_wrong_numbers(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        build_parser().parse_args(line.split())
    assert caught.value.code == 2
    assert "is no" in capsys.readouterr().err
