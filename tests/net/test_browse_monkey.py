"""Whatever is looked at, left and spoiled in whatever order: in the end all is right and gone."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from mckconsole.demo import faults
from mckconsole.domain.resources import Query
from mckconsole.sources.errors import SourceError
from tests.net.browsing import Bench, all_fresh, browsing, keys

KINDS = ("configmaps", "nodes", "secrets", "deployments.apps", "gadgets.shop.example")
SPACES = ((), ("kube-system",), ("default", "kube-system", "nowhere"))
STEPS = 150
EFFECTS = (
    faults.refuse(403),
    faults.refuse(503),
    faults.refuse(429, retry_after=1),
    faults.cut(5),
    faults.html(),
    faults.truncate(40),
)


def step(chance: random.Random, bench: Bench, looks: list[Any]) -> None:
    """One thing that happens."""
    what = chance.random()
    if what < 0.5:
        looks.append(bench.look(Query(chance.choice(KINDS), chance.choice(SPACES))).browsing)
    elif what < 0.8 and looks:
        looks.pop(chance.randrange(len(looks))).close()
    elif what < 0.85:
        bench.live.suspect(SourceError("the machine slept"))
    elif what < 0.9:
        bench.live.refresh()
    else:
        server = chance.choice(list(bench.servers.values()))
        server.faults.add(chance.choice(EFFECTS), times=chance.randrange(1, 6))


async def test_it_ends_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mckconsole.store.browser.GRACE", 0.02)
    chance, troubles, looks = random.Random(1), [], list[Any]()
    asyncio.get_running_loop().set_exception_handler(lambda _, what: troubles.append(what))
    async with browsing(2) as bench:
        for _ in range(STEPS):
            step(chance, bench, looks)
            for look in looks:
                assert list(look.tables) == list(bench.live.names)
            await asyncio.sleep(0.002)  # the network's turn
        for look in looks:
            look.close()
        for server in bench.servers.values():
            server.faults.clear()
        bench.live.suspect(SourceError("the machine slept"))
        last = bench.look(Query("configmaps"))
        bench.live.refresh()
        tables = await last.until(all_fresh)
        for name, server in bench.servers.items():
            theirs = (one["metadata"] for one in server.objects("configmaps"))
            assert keys(tables[name]) == {(one["namespace"], one["name"]) for one in theirs}
        last.browsing.close()
        await asyncio.sleep(0.1)  # the grace
        assert not any(task.get_name().startswith("browse ") for task in asyncio.all_tasks())
    assert not troubles
