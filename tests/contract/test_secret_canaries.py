"""Not one value of a Secret anywhere: the demo's are searched for in everything that gets out.

The demo has a credential in every place that one is known to hide in, each value unique. What is
searched: both streams of every command in every format, every file that is written, crash reports,
logs at debug level, arguments and environments of processes, the screen, and what is in memory.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mckconsole.demo.fleet import EmbeddedFleet
from tests.contract.needles import Needles, planted
from tests.contract.running import Done, environment
from tests.contract.watched import Watched, heap, watched

NEEDLES = Needles(planted())
SAMPLES = Path(__file__).parents[2] / "sample_configs"
VALUES = ("--demo", "--scan-values")
LOGS = (
    "--audit-log", f"aws-use1-1={SAMPLES / 'demo-audit.log'}",
    "--falco", f"aws-use1-1={SAMPLES / 'demo-falco.jsonl'}",
)  # fmt: skip
RUNS: dict[str, tuple[str, ...]] = {
    "everything": ("report", *VALUES, "--by-name", *LOGS),
    "json": ("report", *VALUES, "--by-name", "--format", "json", "-o", "report.json", *LOGS),
    "csv": ("report", "secrets", *VALUES, "--format", "csv", "-o", "report.csv"),
    "markdown": ("report", *VALUES, "--format", "markdown", "-o", "report.md"),
    "sarif": ("report", *VALUES, "--by-name", "--format", "sarif", "-o", "report.sarif"),
    "html": ("report", *VALUES, "--by-name", "--format", "html", "-o", "report.html", *LOGS),
    "by place": ("report", "secrets", *VALUES, "--by", "place", "--by-name"),
    "certificates": ("report", "secrets", *VALUES, "--by", "certificate", "--strict"),
    "identity": ("report", "identity", "secrets", *VALUES),
    "doctor": ("doctor", *VALUES, "--format", "json"),
    "failover": ("failover", "--lose", "gcp-eu-1", "--demo"),
    "metadata": ("report", "--demo", "--format", "json", "-o", "metadata.json"),
}
SPOILED_SCAN = """
import mckconsole.detect.scan as scan
def _look(fresh):
    texts = [part.data.decode("utf-8", "replace") for _, parts in fresh.values() for part in parts]
    raise RuntimeError("in the middle of " + " ".join(texts))
scan._look = _look
"""
"""The engine itself fails, and its error quotes what it looked at."""
SPOILED_AFTER = """
import mckconsole.domain.decode as decode
_decode = decode.ProjectionDecoder.decode
def broken(self, raw):
    local, whole = bytes(raw), _decode(self, raw)
    if b'"kind":"Secret"' in local or b'"data":{' in local:
        raise RuntimeError("a bug beside " + local.decode("utf-8", "replace"))
    return whole
decode.ProjectionDecoder.decode = broken
"""
"""A bug where an object is held in full: in the exception's words and in a frame's variables."""
SPOILED_REPORT = """
import mckconsole.cli.report_command as command
def broken(*_):
    local = {values!r}
    raise RuntimeError(" ".join(local.values()))
command.build = broken
"""
LEAKING = """
from functools import cache
import mckconsole.sources.auditing as auditing
from msgspec.structs import replace
_engine = auditing._engine
@cache
def leaking():
    engine = _engine()
    def look(raws, scan, *, values):
        found = engine(raws, scan, values=values)
        return [replace(one, sightings=tuple(
            replace(seen, proof=bytes(raw).decode()[:9000]) for seen in one.sightings
        )) for raw, one in zip(raws, found)]
    return look
auditing._engine = leaking
"""
"""What a mutant of the product would do: keep the object as a finding's proof."""


def files(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Everything that was written."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                yield path.name, path.read_bytes()


def inside(path: str, folder: Path) -> bool:
    """Whether a file is one of the run's own."""
    return path.startswith((str(folder), "/dev/")) or "/" not in path


def streams(name: str, done: Done) -> Iterator[tuple[str, bytes]]:
    yield f"stdout of {name}", done.out
    yield f"stderr of {name}", done.err


def told(pid: int) -> Iterator[tuple[str, bytes]]:
    """What anybody may see of a process."""
    for kind in ("cmdline", "environ"):
        with contextlib.suppress(OSError):  # it has ended
            yield kind, Path(f"/proc/{pid}/{kind}").read_bytes()


async def run(home: Path, name: str, *arguments: str, spoil: str = "") -> Watched:
    """One command line in folders of its own."""
    folder, scratch = home / name.replace(" ", "-"), home / f"{name} scratch"
    folder.mkdir()
    scratch.mkdir()
    return await watched(folder, *arguments, spoil=spoil, TMPDIR=str(scratch))


class TestTheSearch:
    @pytest.mark.parametrize("name", sorted(planted()))
    def test_finds_every_value_in_whatever_form(self, name: str) -> None:
        value = planted()[name]
        raw = value.encode()
        wrapped = b"\n| ".join(raw[at : at + 9] for at in range(0, len(raw), 9))
        shown = [raw, b"x" + raw + b"y", base64.b64encode(raw), base64.b64encode(b"ab" + raw),
                 raw.hex().encode(), wrapped, hashlib.sha256(raw).hexdigest().encode()]  # fmt: skip
        for data in shown:
            assert name in NEEDLES.found(b"before " + data + b" after")

    def test_finds_a_value_without_its_start(self) -> None:
        for name, value in planted().items():
            assert name in NEEDLES.found(value[len(value) // 4 :].encode())

    def test_finds_nothing_in_what_is_public(self) -> None:
        assert NEEDLES.found(b"AKIA ghp_ eyJhbGciOiJSUzI1NiIsImtpZCI6 hvs. sk_live_") == set()

    def test_covers_every_credential(self) -> None:
        assert len(planted()) > 70
        assert len(NEEDLES) > 10 * len(planted())


@pytest.mark.slow
class TestCommands:
    @pytest.mark.parametrize("name", RUNS)
    async def test_says_and_writes_no_value(self, name: str, tmp_path: Path) -> None:
        ran = await run(tmp_path, name, *RUNS[name])
        assert ran.done.status in (0, 4), ran.done.words
        NEEDLES.assert_none_in([*streams(name, ran.done), *files(tmp_path)])
        assert ran.started == (), "nobody else is told anything"
        outside = [path for path in ran.written if not inside(path, tmp_path)]
        assert outside == []
        left = [path for path in (tmp_path / f"{name} scratch").rglob("*") if path.is_file()]
        assert left == []

    async def test_a_leak_would_be_found(self, tmp_path: Path) -> None:
        """The same run of a product that keeps values: the search must not be blind."""
        ran = await run(tmp_path, "leak", *RUNS["json"], spoil=LEAKING)
        assert ran.done.status in (0, 4)
        found = {name for _, data in files(tmp_path) for name in NEEDLES.found(data)}
        assert len(found) > 10


@pytest.mark.slow
class TestCrashes:
    @pytest.mark.parametrize("where", ["scan", "after", "report"])
    async def test_a_crash_names_no_value(self, where: str, tmp_path: Path) -> None:
        spoil = {
            "scan": SPOILED_SCAN,
            "after": SPOILED_AFTER,
            "report": SPOILED_REPORT.replace("{values!r}", repr(planted())),
        }[where]
        ran = await run(tmp_path, where, *RUNS["json"], spoil=spoil)
        assert ran.done.status == (70 if where == "report" else 4), ran.done.words
        written = dict(files(tmp_path))
        assert any(name.startswith("crash-") for name in written) == (where == "report")
        NEEDLES.assert_none_in([*streams(where, ran.done), *written.items()])
        if where == "scan":
            reasons = [one["reason"] for one in json.loads(written["report.json"])["unknowns"]]
            assert any("looked at" in one for one in reasons), "an engine that fails is not clean"


@pytest.mark.slow
class TestProcess:
    async def test_no_value_is_an_argument_or_a_variable(self, tmp_path: Path) -> None:
        """While a report runs, of all processes of this user that may be looked into."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "mckconsole", "report", *VALUES,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            env=environment(tmp_path), cwd=tmp_path,
        )  # fmt: skip
        seen = 0
        while process.returncode is None:
            for kind, data in told(process.pid):
                NEEDLES.assert_none(kind, data)
                seen += bool(data)
            await asyncio.sleep(0.1)
            if seen > 20:
                process.kill()
                await process.wait()
        assert seen

    async def test_nothing_of_a_value_stays_in_memory(self, tmp_path: Path) -> None:
        async with EmbeddedFleet() as fleet:
            keep = "kept = [{'deep': (open(sys.argv[1]).read(), b'in bytes')}]"
            count, memory = await heap(tmp_path, fleet.kubeconfig, keep=keep)
        assert count > 30
        assert b"current-context: " in memory, "the look sees what is alive"
        NEEDLES.assert_none("memory", memory)
