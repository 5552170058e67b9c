"""Events of a real API server: both forms, watched, refused, with times as it has them."""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path

import pytest

from mckconsole.analysis.timeline.model import Entry
from mckconsole.config.model import Config
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import TopicState
from mckconsole.domain.times import format_rfc3339
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import ReadPlan
from tests.net.test_live_embedded import until
from tests.real import apiserver
from tests.real.seeding import Seeder, write_kubeconfig
from tests.unit.analysis.timeline.happened import event, look

pytestmark = pytest.mark.real
HOUR = 3600.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[apiserver.ApiServer, None, None]:
    apiserver.require()
    with apiserver.running(tmp_path_factory.mktemp("events")) as found:
        yield found


def new_form(name: str, at: float) -> dict[str, object]:
    """An Event of events.k8s.io, as the scheduler writes it, with a series."""
    moment = format_rfc3339(at).replace("Z", ".250000Z")
    return {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": "default"},
        "eventTime": moment,
        "series": {"count": 4, "lastObservedTime": moment},
        "reportingController": "default-scheduler",
        "reportingInstance": "default-scheduler-1",
        "action": "Scheduling",
        "reason": "FailedScheduling",
        "note": "0/3 nodes are available",
        "type": "Warning",
        "regarding": {"apiVersion": "v1", "kind": "Pod", "namespace": "default", "name": "web-1"},
    }


def old_form(name: str, at: float, **more: object) -> dict[str, object]:
    """A core/v1 Event as a kubelet writes it whose clock says `at`."""
    about = ("v1", "Pod", "default", "web-1")
    stamp = format_rfc3339(at)
    return event(name, about=about, firstTimestamp=stamp, lastTimestamp=stamp, **more)  # type: ignore[arg-type]


def found(snapshot: FleetSnapshot) -> dict[str, Entry]:
    """Entries of the timeline by what happened, of the events that tests wrote."""
    entries = look(snapshot).entries
    return {one.what: one for one in entries if one.subject == "Pod default/web-1"}


async def test_events_of_both_forms_are_watched(
    server: apiserver.ApiServer, tmp_path: Path
) -> None:
    seeder, now = Seeder(server), time.time()
    seeder.write(old_form("web-1.a", now, count=3))
    kubeconfig = write_kubeconfig(tmp_path / "kubeconfig", {"real": server})
    inventory = load_kubeconfig(str(kubeconfig), env={}, config=Config())
    async with LiveFleet(inventory, ReadPlan(("events",)), config=Config()) as fleet:
        await until(fleet, lambda one: "BackOff" in found(one))
        seeder.write(new_form("web-1.b", now))
        seeder.write(old_form("web-1.c", now + HOUR, reason="Unhealthy"))
        snapshot = await until(fleet, lambda one: len(found(one)) == 3)
    entries = found(snapshot)
    assert {what: one.count for what, one in entries.items()} == {
        "BackOff": 3,
        "FailedScheduling": 4,
        "Unhealthy": 1,
    }
    assert entries["FailedScheduling"].detail == "0/3 nodes are available"
    assert entries["FailedScheduling"].source == "default-scheduler"
    assert all(abs(one.at - now) < 30 for one in entries.values())
    assert "ahead of the API server" in entries["Unhealthy"].note
    assert entries["BackOff"].note == ""


async def test_who_may_not_read_them_is_told(server: apiserver.ApiServer, tmp_path: Path) -> None:
    limited = write_kubeconfig(tmp_path / "limited", {"real": server}, apiserver.LIMITED)
    inventory = load_kubeconfig(str(limited), env={}, config=Config())
    async with LiveFleet(inventory, ReadPlan(("events",)), config=Config()) as fleet:
        snapshot = await until(
            fleet,
            lambda one: one.clusters["real"].topic("events").state is TopicState.FORBIDDEN,
        )
    ((name, why),) = look(snapshot).unread
    assert name == "real"
    assert "events forbidden" in why
