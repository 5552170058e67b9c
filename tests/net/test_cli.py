"""The command line in processes of its own, over embedded clusters: output, status, signals."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mckconsole.cli.doctor_json import DOCTOR_SCHEMA_FILE
from mckconsole.demo import faults
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.report.jsonout import schema

ROOT = Path(__file__).parents[2]
RULES_SHOWN = {"MESH-DOWN", "MESH-SLOW", "MESH-STALE", "MESH-UNVERIFIED", "MESH-CIDR-OVERLAP"}


@dataclass
class Done:
    """What a process left."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


def environment(home: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}


async def mck(home: Path, *arguments: str) -> Done:
    """Run a command line to its end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "mckconsole",
        *arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(home),
        cwd=home,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return Done(process.returncode, out.decode(), err.decode())


@pytest.fixture
async def fleet() -> AsyncIterator[EmbeddedFleet]:
    async with EmbeddedFleet.many(3) as running:
        yield running


class TestReport:
    async def test_table_json_and_file_of_a_healthy_fleet(
        self, fleet: EmbeddedFleet, tmp_path: Path
    ) -> None:
        kubeconfig = ("--kubeconfig", str(fleet.kubeconfig))
        table, document, written = await asyncio.gather(
            mck(tmp_path, "report", *kubeconfig),
            mck(tmp_path, "report", "fleet", "--format", "json", *kubeconfig),
            mck(tmp_path, "report", "--format", "json", "-o", "r.json", *kubeconfig),
        )
        assert (table.status, document.status, written.status) == (0, 0, 0)
        assert (table.err, document.err, written.err, written.out) == ("", "", "", "")
        assert "FLEET  3 clusters" in table.out
        assert "\x1b" not in table.out
        data = document.json()
        jsonschema.validate(data, schema())
        assert list(data["panes"]) == ["fleet"]
        rows = data["panes"]["fleet"]["rows"]
        assert {row["id"] for row in rows} == set(fleet.clusters)
        for row in rows:
            assert row["cells"]["version"] in table.out
        path = tmp_path / "r.json"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        jsonschema.validate(json.loads(path.read_text()), schema())

    async def test_what_cannot_be_read_is_unknown_and_exits_4(
        self, fleet: EmbeddedFleet, tmp_path: Path
    ) -> None:
        broken, *_ = fleet.clusters
        fleet.clusters[broken].faults.add(faults.refuse(403), path="/nodes$")
        arguments = ("report", "--kubeconfig", str(fleet.kubeconfig), "--format", "json")
        strict, lenient = await asyncio.gather(
            mck(tmp_path, *arguments), mck(tmp_path, *arguments, "--allow-partial")
        )
        assert (strict.status, lenient.status) == (4, 0)
        assert f"{broken}: nodes forbidden" in strict.err
        data = strict.json()
        states = {cluster["name"]: cluster["state"] for cluster in data["clusters"]}
        assert states.pop(broken) == "degraded"
        assert set(states.values()) == {"ready"}
        (row,) = [row for row in data["panes"]["fleet"]["rows"] if row["id"] == broken]
        assert row["values"]["nodes"] is None

    async def test_the_overview_alone_still_counts_every_finding(self, tmp_path: Path) -> None:
        async with EmbeddedFleet() as fleet:
            names = [name for name in fleet.clusters if name != "edge-fra-1"]
            chosen = [word for name in names for word in ("--context", name)]
            arguments = ("--kubeconfig", str(fleet.kubeconfig), "--format", "json", *chosen)
            overview = await mck(tmp_path, "report", "fleet", "--fail-on", "high", *arguments)
            whole = await mck(tmp_path, "report", "--fail-on", "high", *arguments)
        assert (overview.status, whole.status) == (1, 1)
        assert "--fail-on" in overview.err
        one, other = (
            {finding["id"] for finding in done.json()["findings"]} for done in (overview, whole)
        )
        assert one == other

    async def test_contexts_are_chosen_and_unknown_ones_refused(
        self, fleet: EmbeddedFleet, tmp_path: Path
    ) -> None:
        name, *_ = fleet.clusters
        arguments = ("report", "--kubeconfig", str(fleet.kubeconfig), "--format", "json")
        chosen, refused = await asyncio.gather(
            mck(tmp_path, *arguments, "--context", name),
            mck(tmp_path, *arguments, "--context", "nowhere-*"),
        )
        assert [cluster["name"] for cluster in chosen.json()["clusters"]] == [name]
        assert (refused.status, refused.out) == (2, "")
        assert "nowhere-*" in refused.err

    async def test_no_cluster_at_all_exits_3(self, tmp_path: Path) -> None:
        async with EmbeddedFleet.many(1) as gone:
            kubeconfig = tmp_path / "kubeconfig"
            kubeconfig.write_text(gone.kubeconfig.read_text())
        done = await mck(tmp_path, "report", "--kubeconfig", str(kubeconfig), "--allow-partial")
        assert done.status == 3
        assert "no cluster could be read" in done.err
        assert "FLEET" in done.out


class TestDoctor:
    async def test_what_each_cluster_allows(self, fleet: EmbeddedFleet, tmp_path: Path) -> None:
        kubeconfig = ("--kubeconfig", str(fleet.kubeconfig))
        table, document = await asyncio.gather(
            mck(tmp_path, "doctor", *kubeconfig),
            mck(tmp_path, "doctor", "--format", "json", *kubeconfig),
        )
        assert (table.status, document.status) == (0, 0)
        data = document.json()
        jsonschema.validate(data, schema(DOCTOR_SCHEMA_FILE))
        assert [cluster["name"] for cluster in data["clusters"]] == list(fleet.clusters)
        for cluster in data["clusters"]:
            assert cluster["username"] == "demo-reader"
            assert cluster["topics"]["nodes"] == {"answer": "yes", "reason": ""}
            assert abs(cluster["clockOffsetSeconds"]) < 5
            assert f"● {cluster['name']}  ready" in table.out
        token = next(
            line.split()[-1]
            for line in fleet.kubeconfig.read_text().splitlines()
            if "token" in line
        )
        assert token not in table.out + document.out

    async def test_missing_rights_come_with_advice(
        self, fleet: EmbeddedFleet, tmp_path: Path
    ) -> None:
        name, *_ = fleet.clusters
        rules = fleet.clusters[name].access.rules
        rules[:] = [rule for rule in rules if "demo-reader" not in rule.subjects]
        done = await mck(
            tmp_path, "doctor", "--kubeconfig", str(fleet.kubeconfig), "--format", "json"
        )
        assert done.status == 4
        first, *others = done.json()["clusters"]
        assert first["state"] == "forbidden"
        assert first["topics"]["nodes"]["answer"] == "no"
        assert any("docs/rbac.yaml" in step for step in first["advice"])
        assert {cluster["state"] for cluster in others} == {"ready"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """One run of the documented demo; its dead cluster costs a few seconds."""
    home = tmp_path_factory.mktemp("home")
    done = subprocess.run(
        [sys.executable, "-m", "mckconsole", "report", "--demo", "--format", "json"],
        capture_output=True,
        text=True,
        env=environment(home),
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


class TestDemo:
    def test_fits_the_schema_and_shows_every_planted_trouble(self, demo: Done) -> None:
        data = demo.json()
        jsonschema.validate(data, schema())
        assert len(data["clusters"]) >= 6
        assert {finding["rule"] for finding in data["findings"]} >= RULES_SHOWN
        assert all(finding["evidence"] for finding in data["findings"])
        links = {
            (row["values"]["from"], row["values"]["to"]) for row in data["panes"]["mesh"]["rows"]
        }
        assert all((there, here) in links for here, there in links if there != "edge-fra-1")
        known = {finding["id"] for finding in data["findings"]}
        assert all(
            set(row["findings"]) <= known for pane in data["panes"].values() for row in pane["rows"]
        )

    def test_is_incomplete_by_design(self, demo: Done) -> None:
        assert demo.status == 4
        assert "edge-fra-1: unreachable" in demo.err

    def test_leaves_nothing_behind_when_it_is_stopped(self, tmp_path: Path) -> None:
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            scratch = tmp_path / str(status)
            scratch.mkdir()
            process = subprocess.Popen(
                [sys.executable, "-m", "mckconsole", "report", "--demo"],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**environment(tmp_path), "TMPDIR": str(scratch)},
            )
            while not list(scratch.glob("*/kubeconfig")):
                assert process.poll() is None
            process.send_signal(number)
            out, err = process.communicate(timeout=10)
            assert (process.returncode, out) == (status, "")
            assert "Traceback" not in err
            assert list(scratch.iterdir()) == []


class TestStdout:
    @pytest.mark.parametrize("redirection", [">&-", ">&- 2>&-", "2>&-"])
    def test_closed_streams_are_no_crash(self, redirection: str, tmp_path: Path) -> None:
        command = f'"$0" -m mckconsole rules {redirection}'
        done = subprocess.run(
            ["/bin/sh", "-c", command, sys.executable],
            capture_output=True,
            text=True,
            env=environment(tmp_path),
            check=False,
        )
        assert done.returncode == (0 if redirection == "2>&-" else 2)
        assert done.stderr in ("", "mckconsole: cannot write to stdout: it is closed\n")

    def test_a_reader_that_has_enough_is_no_error(self, tmp_path: Path) -> None:
        done = subprocess.run(
            [
                "/bin/sh",
                "-c",
                '"$0" -m mckconsole rules --format json | head -c 10',
                sys.executable,
            ],
            capture_output=True,
            text=True,
            env=environment(tmp_path),
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
    def test_a_full_disk_is_told(self, tmp_path: Path) -> None:
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "mckconsole", "rules"],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                env=environment(tmp_path),
                check=False,
            )
        assert done.returncode == 2
        assert done.stderr == "mckconsole: cannot write to stdout: No space left on device\n"
