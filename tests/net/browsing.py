"""A live fleet over embedded clusters, and waiting until a look at it shows something."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from mckconsole.demo.access import Rule
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.domain.resources import Query, ResourceTable
from mckconsole.domain.states import TopicState
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.sources.pace import Pace
from mckconsole.store.live import LiveFleet
from mckconsole.store.opened import Browsing
from mckconsole.store.reader import ReadPlan

Met = Callable[[Mapping[str, ResourceTable]], bool]


async def _hurry(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.05))


@dataclass
class Looking:
    """One look, and the event that it was told of something."""

    browsing: Browsing
    told: asyncio.Event

    @property
    def table(self) -> ResourceTable:
        """That of the first cluster."""
        return next(iter(self.browsing.tables.values()))

    async def until(self, met: Met) -> Mapping[str, ResourceTable]:
        """The tables, once they are as wanted."""
        async with asyncio.timeout(10):
            while not met(tables := self.browsing.tables):
                self.told.clear()
                await self.told.wait()
        return tables

    async def one(self, met: Callable[[ResourceTable], bool]) -> ResourceTable:
        """The table of the first cluster, once it is as wanted."""
        await self.until(lambda _: met(self.table))
        return self.table


@dataclass
class Bench:
    """An embedded fleet, and the live one that reads it."""

    embedded: EmbeddedFleet
    live: LiveFleet

    @property
    def servers(self) -> Mapping[str, EmbeddedCluster]:
        return self.embedded.clusters

    @property
    def server(self) -> EmbeddedCluster:
        """The first one."""
        return next(iter(self.servers.values()))

    def look(self, query: Query, clusters: Sequence[str] = ()) -> Looking:
        """Begin to look; at all clusters by default."""
        told = asyncio.Event()
        return Looking(self.live.browse(query, clusters or self.live.names, told.set), told)

    def count(self, path: str) -> int:
        """Requests of the first cluster for a path, so far."""
        return sum(one.path == path for one in self.server.requests)


@asynccontextmanager
async def browsing(clusters: int = 1) -> AsyncIterator[Bench]:
    """Live over `clusters` small embedded clusters; waits are short."""
    async with EmbeddedFleet.many(clusters) as embedded:
        inventory = load_kubeconfig(str(embedded.kubeconfig), env={}, config=embedded.config)
        pace = Pace(sleep=_hurry, chance=lambda: 0.0)
        plan = ReadPlan(("namespaces",), ())
        for server in embedded.clusters.values():  # also what the console never reads by itself
            server.access.rules.append(Rule(("system:authenticated",), resources=("*",)))
        async with LiveFleet(inventory, plan, config=embedded.config, pace=pace) as live:
            yield Bench(embedded, live)


def all_fresh(tables: Mapping[str, ResourceTable]) -> bool:
    """Whether all is read."""
    return all(map(fresh, tables.values()))


def fresh(table: ResourceTable) -> bool:
    """Whether it is read."""
    return table.state is TopicState.FRESH


def keys(table: ResourceTable) -> set[tuple[str, str]]:
    """(namespace, name) of all rows."""
    return set(table.rows)
