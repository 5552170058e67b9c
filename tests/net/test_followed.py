"""The fleet of the console: opened without words, read anew, and the demo playing its script."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mckconsole.cli.arguments import build_parser
from mckconsole.cli.errors import UsageError
from mckconsole.cli.target import followed
from mckconsole.config.model import Config, MeshConfig
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.sources.kubeconfig import KubeconfigError


async def test_a_kubeconfig_and_what_becomes_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kubeconfig"
    async with EmbeddedFleet.many(2) as fleet:
        path.write_text(fleet.kubeconfig.read_text())
    arguments = build_parser().parse_args(["--kubeconfig", str(path), "--write"])
    config = Config(mesh=MeshConfig(slow_ms=300))
    async with followed(arguments, config, {"HOME": str(tmp_path)}) as opened:
        assert len(opened.inventory.endpoints) == 2
        assert opened.thresholds.slow == 0.3
        assert path in opened.inventory.files
        assert opened.reread is not None
        again = opened.reread()
        assert [one.base_url for one in again.endpoints] == [
            one.base_url for one in opened.inventory.endpoints
        ]
        path.write_text("x")
        with pytest.raises(KubeconfigError):
            opened.reread()
    assert capsys.readouterr() == ("", "")


async def test_no_kubeconfig(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no kubeconfig"):
        async with followed(build_parser().parse_args([]), Config(), {"HOME": str(tmp_path)}):
            pass


async def test_the_demo_plays_its_script_until_it_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    playing = asyncio.Event()
    ended = asyncio.Event()

    async def script(self: EmbeddedFleet) -> None:
        playing.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    monkeypatch.setattr(EmbeddedFleet, "run_script", script)
    arguments = build_parser().parse_args(["--demo", "--context", "a*"])
    async with followed(arguments, Config(), {"HOME": str(tmp_path)}) as opened:
        await playing.wait()
        names = [endpoint.name for endpoint in opened.inventory.endpoints]
        assert names
        assert all(name.startswith("a") for name in names)
        assert opened.config.prometheus
        assert opened.reread is None
    assert ended.is_set()
