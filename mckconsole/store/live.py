"""Keep a whole fleet current: one session per cluster, one round of questions per Prometheus.

What the terminal application stands on; a report reads once, with `reader`. Everything runs in
tasks of its own that end with the context: trouble of one cluster or endpoint is in its states and
reaches no other. Nothing here judges, and nothing here draws.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from types import TracebackType
from typing import Any, Self

from mckconsole.config.model import Config
from mckconsole.sources.descriptors import make_room
from mckconsole.sources.pace import REAL, Pace
from mckconsole.sources.prometheus import PrometheusSource
from mckconsole.store.contact import Connect, Gate, InternalTrouble, connecting
from mckconsole.store.fleet import FleetStore
from mckconsole.store.metrics import MetricsSource, Vectors, ask, merge, named_queries
from mckconsole.store.reader import Inventory, ReadPlan
from mckconsole.store.session import CONNECT_HOLD, ClusterSession, SessionTiming

logger = logging.getLogger(__name__)

PROBE_CAP = 30.0
"""Seconds of silence after which a cluster is probed, however large the fleet."""
METRICS_EVERY = 15.0
"""Seconds between two rounds of an endpoint: a usual scrape interval is twice that."""


class LiveFleet:
    """A fleet that is current for as long as its context lasts.

        async with LiveFleet(inventory, plan, config=config) as fleet:
            async for changes in fleet.store.subscribe():
                analyse(fleet.store.snapshot())

    Entering starts the tasks and waits for nothing: the store says how far each cluster is. Leaving
    ends them and closes every connection.
    """

    def __init__(
        self,
        inventory: Inventory,
        plan: ReadPlan,
        *,
        config: Config,
        store: FleetStore | None = None,
        prometheus: Sequence[MetricsSource] | None = None,
        connect: Connect | None = None,
        pace: Pace = REAL,
        metrics_every: float = METRICS_EVERY,
    ) -> None:
        """Nothing is started yet.

        Args:
            inventory: The clusters.
            plan: Topics and queries; its deadline is for single passes and not used.
            config: Connection bounds, and the metrics endpoints.
            store: Where to write; by default a new one. It must know the inventory's clusters.
            prometheus: Metrics endpoints, instead of those of `config`; they are closed at the end.
            connect: Makes a cluster's client.
            pace: Clocks and chance.
            metrics_every: Seconds between two rounds of an endpoint.
        """
        self.store = store or FleetStore(
            inventory.endpoints, plan.topics, problems=inventory.problems, pace=pace
        )
        self._topics = len(plan.topics)
        self._queries = named_queries(plan.queries)
        if prometheus is None:
            prometheus = [PrometheusSource(one, self.store.names) for one in config.prometheus]
        self._prometheus = tuple(prometheus)
        self._answers: list[Vectors] = [{} for _ in self._prometheus]
        self._connect = connect or connecting(config)
        self._gate = Gate(config.connections, CONNECT_HOLD)
        probe = SessionTiming().probe
        self._timing = SessionTiming(probe=min(probe * self.store.stretch, PROBE_CAP))
        self._pace = pace
        self._every = metrics_every
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        make_room(len(self.store.names) * (self._topics + 1))
        for name in self.store.names:
            self._start(self._keep(name), f"session {name}")
        if self._queries:
            for number, source in enumerate(self._prometheus):
                self._start(self._poll(number, source), f"metrics {source.name}")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        try:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        finally:
            self._tasks.clear()
            closing = (source.close() for source in self._prometheus)
            await asyncio.gather(*closing, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.append(asyncio.create_task(work, name=name))

    async def _keep(self, name: str) -> None:
        """One cluster's session; a bug that ends it is the cluster's reason."""
        held = self.store.cluster(name)
        session = ClusterSession(
            held, self._gate, connect=self._connect, pace=self._pace, timing=self._timing
        )
        try:
            await session.run()
        except Exception as error:
            logger.debug("session of %s", name, exc_info=True)
            held.failed(InternalTrouble(error))

    async def _poll(self, number: int, source: MetricsSource) -> None:
        """Ask one endpoint again and again; its own time limits bound a round.

        Where two endpoints cover a cluster, each answer is judged beside the other's last one.
        """
        while True:
            self._answers[number] = await ask(source, self._queries)
            merged = merge(self._answers)
            self.store.set_metrics({name: merged[name] for name in self._answers[number]})
            self.store.note(source.name, source.note)
            await self._pace.sleep(self._pace.around(self._every))
