"""Events and alerts of a live fleet: watched, without credentials, honest when they are refused."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import structs

from mckconsole.config.model import Config
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.events import Event
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import TopicState
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import ReadPlan, read_fleet
from tests.net.prometheus_asking import config_for
from tests.net.prometheus_script import Says, envelope, serve
from tests.net.test_live_embedded import until
from tests.unit.analysis.timeline.happened import event

TOKEN = "ghp_" + "a1B2" * 9
PLAN = ReadPlan(("events",))
EAST = "aws-use1-1"


def messages(snapshot: FleetSnapshot) -> dict[str, str]:
    """What events of one cluster say, by their names."""
    held = snapshot.clusters[EAST].objects("events", Event)
    return {name: one.message for (_, name), one in held.items()}


@asynccontextmanager
async def live(embedded: EmbeddedFleet, config: Config | None = None) -> AsyncIterator[LiveFleet]:
    """The demo, of which events and alerts alone are read."""
    config = config or embedded.config
    inventory = load_kubeconfig(str(embedded.kubeconfig), env=os.environ, config=config)
    async with LiveFleet(inventory, PLAN, config=config, metrics_every=0.05) as fleet:
        yield fleet


async def test_credentials_in_events_are_never_held() -> None:
    listed = event("a.1", message=f"login with token={TOKEN} failed")
    watched = event("a.2", message=f"https://user:{TOKEN}@registry.example/v2: 401")
    async with EmbeddedFleet() as embedded, live(embedded) as fleet:
        embedded.clusters[EAST].create(listed)
        await until(fleet, lambda now: "a.1" in messages(now))
        embedded.clusters[EAST].create(watched)
        snapshot = await until(fleet, lambda now: "a.2" in messages(now))
    assert TOKEN not in repr(snapshot)
    assert messages(snapshot)["a.1"].startswith("login with token=‹redacted")
    assert messages(snapshot)["a.2"].endswith("@registry.example/v2: 401")


async def test_alerts_come_go_and_stay_as_old_when_the_endpoint_fails() -> None:
    one = {"labels": {"alertname": "A", "cluster": EAST}, "state": "firing",
           "activeAt": "2026-09-21T14:10:00Z"}  # fmt: skip
    answers: list[Says] = [envelope({"alerts": []})]

    def told(now: FleetSnapshot) -> tuple[MetricState, list[str]] | None:
        return next(((v.state, [a.name for a in v.alerts]) for v in now.alerts), None)

    with serve(lambda asked: answers[-1]) as server:
        prometheus = config_for(server, clusters=[EAST])
        async with EmbeddedFleet() as embedded:
            config = structs.replace(embedded.config, prometheus=[prometheus])
            async with live(embedded, config) as fleet:
                await until(fleet, lambda now: told(now) == (MetricState.FRESH, []))
                answers.append(envelope({"alerts": [one]}))
                await until(fleet, lambda now: told(now) == (MetricState.FRESH, ["A"]))
                answers.append(Says("busy", 503, "text/plain"))
                failed = await until(fleet, lambda now: told(now) == (MetricState.FAILED, ["A"]))
                assert failed.alerts[0].reason.startswith("prom: HTTP 503")
                answers.append(envelope({"alerts": []}))
                await until(fleet, lambda now: told(now) == (MetricState.FRESH, []))


async def test_one_reading_has_events_and_alerts_and_who_refused() -> None:
    async with EmbeddedFleet() as embedded:
        inventory = load_kubeconfig(
            str(embedded.kubeconfig), env=os.environ, config=embedded.config
        )
        plan = ReadPlan(("events",), deadline=3)
        found = (await read_fleet(inventory, plan, config=embedded.config)).snapshot()
        assert found.alerts
        assert found.clusters["gcp-eu-1"].topic("events").count
        assert found.clusters["stage-sdc-1"].topic("events").state is TopicState.FORBIDDEN
        without = ReadPlan(("nodes",), deadline=3)
        assert (
            await read_fleet(inventory, without, config=embedded.config)
        ).snapshot().alerts == ()
