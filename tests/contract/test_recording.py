"""A recording of the demo's incident: it says what the fleet said, leads from the alert to the log
in as few keys, and has not one value of a Secret in it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mckconsole.analysis.engine import analyse
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.cli.main import main
from mckconsole.config.model import AuditConfig, Config
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.logs import LogOptions, LogTarget
from mckconsole.domain.resources import Query, ResourceTable
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.sources.kubeconfig import Inventory, load_kubeconfig
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import ReadPlan
from mckconsole.store.recording.codec import INSPECTED, LINES, inflate
from mckconsole.store.recording.reader import Recording
from mckconsole.store.recording.recorder import Recorder
from mckconsole.store.recording.tables import KINDS
from mckconsole.store.recording.writer import Writer
from mckconsole.store.replay import NotRecorded, Player
from mckconsole.ui.log_views import LogsView
from mckconsole.ui.settings import OpenFleet, Settings
from mckconsole.views.panes import CONSOLE_QUERIES, CONSOLE_TOPICS, REPORTED
from tests.contract.needles import Needles, planted
from tests.contract.planted_timeline import FIRING
from tests.contract.test_demo_incident import ALERT, CLUSTER, LAST_WORDS, move_to
from tests.ui.console import SETTLED, SILENCE, console, settings_over

PATIENCE = 40.0


@dataclass(frozen=True)
class Story:
    """What was recorded, and what the fleet was when it ended."""

    path: Path
    last: FleetSnapshot
    pods: dict[str, ResourceTable]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The demo while its alerts fire, with the values of Secrets looked at."""
    return asyncio.run(recorded(tmp_path_factory.mktemp("recording") / "incident.mckrec"))


async def recorded(path: Path) -> Story:
    async with EmbeddedFleet() as fleet:
        config = msgspec.structs.replace(
            fleet.config, request_timeout=SILENCE, audit=AuditConfig(scan_values=["*"])
        )
        inventory = load_kubeconfig(str(fleet.kubeconfig), env={}, config=config)
        plan = ReadPlan(CONSOLE_TOPICS, CONSOLE_QUERIES)
        async with LiveFleet(inventory, plan, config=config) as live:
            with Writer(path, {"demo": "yes"}) as writer:
                recorder = Recorder(live, writer, every=1.0)
                await until(recorder, live, lambda: settled(live))
                fleet.advance(FIRING)
                live.refresh()
                await until(recorder, live, lambda: kept(recorder))
                look = live.browse(Query("pods"), live.names, lambda: None)
                last, pods = live.store.snapshot(), dict(look.tables)
                await recorder.look()
                look.close()
                await recorder.close()
    return Story(path, last, pods)


async def until(recorder: Recorder, live: LiveFleet, true: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await recorder.look()
            await asyncio.sleep(0.3)


def settled(live: LiveFleet) -> bool:
    clusters = live.store.snapshot().clusters.values()
    return all(one.state not in SETTLED for one in clusters)


def kept(recorder: Recorder) -> bool:
    """Whether the incident's pods are there in full, with what they said."""
    chains = recorder.close_up.told
    objects, lines = (chains(CLUSTER, name) for name in (INSPECTED, LINES))
    said = any(LAST_WORDS in line[1] for batch in lines.values() for line in batch.lines)
    return said and any("|Pod|shop|delivery" in name for name in objects)


@asynccontextmanager
async def playing(story: Story) -> Any:
    recording = Recording(story.path)
    async with Player(recording, at=recording.last.at) as player:
        yield player


def test_not_one_value_of_a_secret_is_in_it(story: Story) -> None:
    needles = Needles(planted())
    with Recording(story.path) as recording:
        rows = recording._rows(
            "SELECT cluster || ' ' || name, data FROM parts JOIN chains ON chains.id = chain"
        )
    told = {text for _, data in rows for text in texts(msgspec.json.decode(inflate(data)))}
    assert any(LAST_WORDS in text for text in told)  # or nothing was looked at
    needles.assert_none("the recording", "\0".join(sorted(told)).encode())
    needles.assert_none("the file", story.path.read_bytes())
    assert not any(name.endswith("rows/secrets") for name, _ in rows)


def texts(value: Any) -> Iterator[str]:
    """Every text in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


async def test_it_means_what_the_fleet_meant(story: Story) -> None:
    async with playing(story) as player:
        again = player.snapshot()
    assert again.taken_at == pytest.approx(story.last.taken_at, abs=2)
    then = replace(story.last, taken_at=again.taken_at)
    before, after = (analyse(one, thresholds=Thresholds()) for one in (then, again))
    for pane in REPORTED:
        rows = [
            {row.id: {name: cell.text for name, cell in row.cells.items()} for row in found}
            for found in (pane.rows(then, before), pane.rows(again, after))
        ]
        assert rows[0].keys() == rows[1].keys(), pane.name
    assert {one.id for one in before.findings} == {one.id for one in after.findings}


async def test_it_is_browsed_as_the_fleet_was(story: Story) -> None:
    async with playing(story) as player:
        for kind in KINDS:
            look = player.browse(Query(kind), player.names, lambda: None)
            assert any(look.tables[name].rows for name in player.names), kind
        look = player.browse(Query("pods"), player.names, lambda: None)
        for name, table in story.pods.items():
            found = look.tables[name]
            assert (found.state, found.kind, found.columns) == (
                table.state, table.kind, table.columns,
            )  # fmt: skip
            assert found.rows.keys() == table.rows.keys()
        assert look.tables[CLUSTER] is look.tables[CLUSTER]
        narrow = Query("pods", ("shop",), "app.kubernetes.io/name in (delivery)")
        (delivery,) = player.browse(narrow, [CLUSTER], lambda: None).tables.values()
        assert {row.namespace for row in delivery} == {"shop"}
        assert all(row.name.startswith("delivery-") for row in delivery)
        for odd in (Query("secrets"), Query("pods", fields="spec.nodeName=x")):
            (refused,) = player.browse(odd, [CLUSTER], lambda: None).tables.values()
            assert "the recording does not hold" in refused.reason
            assert not refused.state.conclusive
        assert (await player.catalogue(CLUSTER)).find("po") is not None


async def test_what_was_not_kept_is_refused_in_words(story: Story) -> None:
    ref = ObjectRef("v1", "Pod", "kube-system", "coredns")
    async with playing(story) as player:
        for asked in (player.fetch, player.inspect, player.related):
            with pytest.raises(NotRecorded, match="the recording does not hold"):
                await asked(CLUSTER, ref)
        assert "does not hold" in (await player.examine(CLUSTER)).problem
        target = LogTarget(CLUSTER, ref)
        feed = player.follow_logs([target], LogOptions(), lambda: None)
        await asyncio.sleep(0)
        (source,) = feed.sources
        assert source.state.value == "refused"
        feed.close()


async def test_logs_of_a_workload_are_those_of_its_pods(story: Story) -> None:
    ref = ObjectRef("apps/v1", "Deployment", "shop", "delivery")
    async with playing(story) as player:
        said = []
        feed = player.follow_logs([LogTarget(CLUSTER, ref)], LogOptions(), lambda: said.append(1))
        await asyncio.sleep(0)
        assert said
        lines = feed.lines()
        assert any(LAST_WORDS in one.text for one in lines)
        assert [one.number for one in lines] == list(range(len(lines)))
        assert [one.at for one in lines] == sorted(one.at for one in lines)
        assert len({one.source for one in lines}) == 2
        before = len(lines)
        await player.jump(player.recording.first.at)
        assert "the recording is at" in feed.lines(before - 1)[0].text
        feed.close()


@pytest.mark.parametrize(
    ("size", "keys"), [((80, 24), ("l",)), ((200, 50), ("enter", "l"))], ids=["80x24", "200x50"]
)
async def test_from_the_alert_to_the_log(
    story: Story, tmp_path: Path, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    async with console(replaying(story, tmp_path), size=size) as running:
        await running.press("8")
        await running.until(lambda: running.shell.frame is not None)
        alert = await move_to(running, ALERT)
        await running.press(*keys)
        view = running.shell.view
        assert isinstance(view, LogsView)
        await running.until(lambda: LAST_WORDS in running.text())
        (target,) = view.place.targets
        assert (target.cluster, target.ref) == (CLUSTER, alert.object)


def test_get_lists_what_was_there(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("get", "po", "shop/delivery", "--from", str(story.path), "--allow-partial")
    assert main([*asked, "--format", "csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum(CLUSTER in line and "CrashLoopBackOff" in line for line in lines) == 2
    assert main(asked) == 0
    assert "DEMO" in (shown := capsys.readouterr().out)
    assert "recorded: incident.mckrec" in shown
    assert main(["get", "secrets", "--from", str(story.path)]) == 3
    assert "the recording does not hold secrets" in capsys.readouterr().out


def replaying(story: Story, tmp_path: Path) -> Settings:
    @asynccontextmanager
    async def opened() -> Any:
        recording = Recording(story.path)
        player = Player(recording, at=recording.last.at)
        yield OpenFleet(Inventory((), (), ()), Config(), Thresholds(), replay=player)

    return replace(settings_over(opened, tmp_path), replay=story.path.name)
