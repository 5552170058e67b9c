"""The kubeconfig is edited while the console runs."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.states import ClusterState
from mckconsole.store.reload import Reload
from mckconsole.ui.detail_views import ClusterView
from mckconsole.ui.settings import Settings
from mckwidgets.confirm import Confirm
from tests.ui.console import Console, console, settings_for
from tests.ui.stories import cluster, frame, messages, opening, prompt, shown, table

Edit = Callable[[dict[str, Any]], None]


class Kubeconfig:
    """A file that can be edited as an editor does it: a new one takes its place."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.write(text)

    def edit(self, change: Edit) -> None:
        document = yaml.safe_load(self.path.read_text())
        change(document)
        self.write(yaml.safe_dump(document))

    def write(self, text: str) -> None:
        new = self.path.with_suffix(".new")
        new.write_text(text)
        new.chmod(stat.S_IRUSR | stat.S_IWUSR)
        new.replace(self.path)


@pytest.fixture
async def three() -> AsyncIterator[EmbeddedFleet]:
    """Three clusters, all well."""
    async with EmbeddedFleet.many(3) as running:
        yield running


@pytest.fixture
def file(three: EmbeddedFleet, tmp_path: Path) -> Kubeconfig:
    return Kubeconfig(tmp_path / "kubeconfig", three.kubeconfig.read_text())


@pytest.fixture
def followed(
    three: EmbeddedFleet, file: Kubeconfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """The console looks at the file often."""
    often = partial(Reload, every=0.05, rest=0.02)
    monkeypatch.setattr("mckconsole.store.reload.Reload", often)
    settings = settings_for(three, tmp_path / "exports")
    return replace(settings, open_fleet=opening(file.path, three.config, follow=True))


def names(running: Console) -> list[str]:
    return sorted(frame(running).snapshot.clusters) if running.shell.frame else []


async def ready(running: Console, count: int) -> None:
    """Wait until so many clusters are there, all of them ready."""

    def all_ready() -> bool:
        if running.shell.frame is None:
            return False
        clusters = frame(running).snapshot.clusters.values()
        return len(clusters) == count and all(one.state is ClusterState.READY for one in clusters)

    await running.until(all_ready)


def without(name: str) -> Edit:
    def change(document: dict[str, Any]) -> None:
        document["contexts"] = [one for one in document["contexts"] if one["name"] != name]

    return change


async def test_a_file_that_others_can_read_is_noted(followed: Settings, file: Kubeconfig) -> None:
    file.path.chmod(0o644)
    async with console(followed) as running:
        await ready(running, 3)
        title = running.text().split("\n")[0]
        await running.pilot.click(offset=(title.index("▲ 1 note"), 0))
        await running.quiet()
        assert "readable by others" in running.text()


async def test_contexts_come_and_go(followed: Settings, file: Kubeconfig) -> None:
    whole = file.path.read_text()
    async with console(followed) as running:
        await ready(running, 3)
        first, *others = names(running)
        file.edit(without(first))
        await ready(running, 2)
        assert names(running) == others
        assert first not in "\n".join(running.text().split("\n")[3:9])
        assert "2 clusters" in running.text().split("\n")[0]
        await running.until(lambda: messages(running))
        assert messages(running) == [f"the kubeconfig was edited. gone: {first}"]
        file.write(whole)
        await ready(running, 3)
        assert first in "\n".join(running.text().split("\n")[3:9])
        await running.until(lambda: f"the kubeconfig was edited. new: {first}" in messages(running))


async def test_filter_cursor_scope_and_place_stay(followed: Settings, file: Kubeconfig) -> None:
    async with console(followed) as running:
        await ready(running, 3)
        first, second, third = names(running)
        await running.type(f":ctx {second} {third}")
        await running.press("enter")
        table(running).grid.move_to(third)
        await running.press("enter")
        file.edit(without(first))
        await ready(running, 2)
        assert isinstance(running.shell.view, ClusterView)
        await running.press("escape")
        assert table(running).grid.cursor_key == third
        assert sorted(shown(running)) == [second, third]
        assert "scope: " in running.text().split("\n")[0]


async def test_a_glob_takes_in_what_comes(followed: Settings, file: Kubeconfig) -> None:
    whole = file.path.read_text()
    async with console(followed) as running:
        await ready(running, 3)
        first = names(running)[0]
        file.edit(without(first))
        await ready(running, 2)
        await running.type(f":ctx {first[:3]}*")
        await running.press("enter")
        assert len(shown(running)) == 2
        file.write(whole)
        await ready(running, 3)
        assert len(shown(running)) == 3


async def test_a_scope_whose_cluster_is_gone_says_how_to_leave_it(
    followed: Settings, file: Kubeconfig
) -> None:
    async with console(followed) as running:
        await ready(running, 3)
        first = names(running)[0]
        await running.type(f":ctx {first}")
        await running.press("enter")
        file.edit(without(first))
        await ready(running, 2)
        assert shown(running) == []
        assert "0 shows all clusters" in " ".join(running.text().split())
        await running.press("0")
        assert len(shown(running)) == 2


async def test_the_screen_of_a_cluster_that_goes(followed: Settings, file: Kubeconfig) -> None:
    async with console(followed) as running:
        await ready(running, 3)
        first = names(running)[0]
        table(running).grid.move_to(first)
        await running.press("enter")
        file.edit(without(first))
        await running.until(lambda: len(names(running)) == 2)
        assert "no longer there: last seen as shown" in running.text().split("\n")[2]
        await running.press("r", "j", "y", "escape")
        assert len(shown(running)) == 2


@pytest.mark.parametrize("text", ["{", "kind: [", "contexts: 7\n", "\x00"])
async def test_a_broken_file_keeps_what_is_and_is_noted(
    followed: Settings, file: Kubeconfig, text: str, size: tuple[int, int]
) -> None:
    whole = file.path.read_text()
    async with console(followed, size=size) as running:
        await ready(running, 3)
        file.write(text)
        await running.until(lambda: "▲ 1 note" in running.text().split("\n")[0])
        await ready(running, 3)
        await running.press("!")
        words = " ".join(running.text().split())
        assert "the kubeconfig changed and cannot be used" in words, words
        assert "what was read stays" in words
        await running.press("!")
        assert messages(running) == ["they are shown here"]
        file.write(whole)
        await running.until(lambda: "note" not in running.text().split("\n")[0])
        assert "nothing to note" in running.text()
        await running.press("escape")
        assert len(shown(running)) == 3


async def test_a_file_that_goes_away_keeps_what_is(followed: Settings, file: Kubeconfig) -> None:
    whole = file.path.read_text()
    async with console(followed) as running:
        await ready(running, 3)
        file.path.unlink()
        await running.press("j", "k", "r")
        await ready(running, 3)
        file.write(whole)
        await ready(running, 3)


def script(path: Path, token: str) -> Path:
    """A credential plugin that notes that it ran."""
    answer = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": token},
    }
    ran = path.with_suffix(".ran")
    path.write_text(
        f"#!{sys.executable}\nopen({str(ran)!r}, 'a').write('x')\nprint({json.dumps(answer)!r})\n"
    )
    os.chmod(path, stat.S_IRWXU)
    return ran


def signing_in_by(name: str, command: Path) -> Edit:
    def change(document: dict[str, Any]) -> None:
        for user in document["users"]:
            if user["name"] == name:
                user["user"] = {
                    "exec": {
                        "apiVersion": "client.authentication.k8s.io/v1",
                        "command": str(command),
                        "interactiveMode": "Never",
                    }
                }

    return change


def token_of(file: Kubeconfig, name: str) -> str:
    users = yaml.safe_load(file.path.read_text())["users"]
    return str(next(one for one in users if one["name"] == name)["user"]["token"])


async def test_a_changed_command_runs_only_when_somebody_agrees(
    followed: Settings, file: Kubeconfig, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with console(followed, size=size) as running:
        await ready(running, 3)
        name = names(running)[0]
        ran = script(tmp_path / "plugin", token_of(file, name))
        file.edit(signing_in_by(name, tmp_path / "plugin"))
        await running.until(lambda: cluster(running, name).state is ClusterState.LOGIN_REQUIRED)
        assert "trust" in cluster(running, name).reason or "trust" in str(messages(running))
        await running.press("r")
        await running.type(":trust ")
        await running.press("tab", "enter")
        assert isinstance(running.app.screen, Confirm)
        words = "".join(running.text().split()).replace("│", "")
        assert f"run this credential command for {name}?".replace(" ", "") in words
        assert str(tmp_path / "plugin") in words
        await running.press("n")
        assert not ran.exists()
        assert cluster(running, name).state is ClusterState.LOGIN_REQUIRED
        await running.type(f":trust {name}")
        await running.press("enter", "enter")
        assert not ran.exists(), "enter alone is no yes"
        await running.type(f":trust {name}")
        await running.press("enter", "y")
        await running.until(lambda: cluster(running, name).state is ClusterState.READY)
        assert ran.read_text() == "x"
        await running.type(f":trust {name}")
        await running.press("enter")
        assert "does not wait for approval" in prompt(running)


async def test_what_was_agreed_to_must_be_what_waits(
    followed: Settings, file: Kubeconfig, tmp_path: Path
) -> None:
    """The file is edited again while the question is on the screen."""
    async with console(followed) as running:
        await ready(running, 3)
        name = names(running)[0]
        harmless = script(tmp_path / "harmless", token_of(file, name))
        evil = script(tmp_path / "evil", token_of(file, name))
        file.edit(signing_in_by(name, tmp_path / "harmless"))
        await running.until(lambda: cluster(running, name).state is ClusterState.LOGIN_REQUIRED)
        await running.type(f":trust {name}")
        await running.press("enter")
        assert "harmless" in running.text()
        file.edit(signing_in_by(name, tmp_path / "evil"))
        live = running.shell.live
        assert live is not None
        await running.until(lambda: "evil" in str(live.held.get(name)))
        await running.press("y")
        assert messages(running) == [f"{name}: the kubeconfig has changed again"]
        assert not evil.exists()
        assert not harmless.exists()
