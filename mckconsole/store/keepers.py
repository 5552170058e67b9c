"""The tasks that keep the topics of one connected cluster current: a reflector or a poller each.

Each is contained: a bug or refusal in one never ends another. What is read, and whether the cluster
is there at all, is for the session.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from mckconsole.domain.kinds import Keep
from mckconsole.domain.objects import Projection
from mckconsole.domain.origins import origin
from mckconsole.sources.backoff import Backoff
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import SourceError
from mckconsole.sources.pace import Pace
from mckconsole.sources.poller import Poller
from mckconsole.sources.reading import KindReading
from mckconsole.sources.reflector import Reflector
from mckconsole.store.cluster import ClusterStore
from mckconsole.store.contact import InternalTrouble
from mckconsole.store.naps import Naps, Sparingly

logger = logging.getLogger(__name__)

TOLD_EVERY = 0.25
"""Seconds between two words on how far the lists of a cluster are."""


@dataclass(slots=True)
class _Kept:
    """One topic's task."""

    version: str
    task: asyncio.Task[None] | None = None
    keeper: Reflector[Projection] | Poller[Projection] | None = None


class Keepers:
    """One task per topic that is read; started by `follow`, ended by `stop`."""

    def __init__(
        self,
        store: ClusterStore,
        naps: Naps,
        pace: Pace,
        on_error: Callable[[SourceError], None],
    ) -> None:
        """What waits, waits in `naps` under the name of its topic."""
        self._store = store
        self._naps = naps
        self._pace = pace
        self._on_error = on_error
        self._kept: dict[str, _Kept] = {}
        self._counts: dict[str, tuple[int, int | None]] = {}
        self._tell = Sparingly(self._tell_counts, TOLD_EVERY)

    async def follow(self, client: ClusterClient) -> None:
        """Have one task per readable topic, in the version that discovery chose."""
        wanted = {
            topic: held.version
            for topic in self._store.topics
            if (held := self._store.collection(topic)).version
        }
        await self._end([t for t, kept in self._kept.items() if wanted.get(t) != kept.version])
        for topic, version in wanted.items():
            if topic not in self._kept:
                kept = self._kept[topic] = _Kept(version)
                kept.task = asyncio.create_task(
                    self._keep(client, topic, kept), name=f"{self._store.name} {topic}"
                )

    def reopen(self) -> None:
        """Open anew the watches of topics in trouble, from where they were."""
        for topic, kept in self._kept.items():
            if isinstance(kept.keeper, Reflector) and self._store.collection(topic).error:
                kept.keeper.reopen()

    def restart(self) -> None:
        """Begin anew every list and watch that is under way."""
        for kept in self._kept.values():
            if kept.keeper is not None:
                kept.keeper.restart()

    def cancel(self) -> None:
        """Have no task write anything from now on; `stop` still waits for their ends."""
        self._tell.cancel()
        for task in self._tasks(self._kept):
            task.cancel()

    async def stop(self) -> None:
        """End all of them."""
        self._tell.cancel()
        self._counts.clear()
        await self._end(tuple(self._kept))

    async def _end(self, topics: Sequence[str]) -> None:
        tasks = self._tasks(topics)
        for topic in topics:
            del self._kept[topic]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _tasks(self, topics: Iterable[str]) -> list[asyncio.Task[None]]:
        return [task for topic in topics if (task := self._kept[topic].task) is not None]

    async def _keep(self, client: ClusterClient, topic: str, kept: _Kept) -> None:
        """Run the topic's reflector or poller; a bug in it costs only this topic."""
        pause = Backoff(base=5.0, cap=300.0, pace=self._pace)
        while True:
            try:
                kept.keeper = self._keeper(client, topic, kept.version)
                await kept.keeper.run()
            except Exception as error:
                logger.debug("%s of %s: %s", topic, self._store.name, origin(error))
                self._store.collection(topic).trouble(InternalTrouble(error))
            await self._naps.nap(pause.next(), topic)

    def _keeper(
        self, client: ClusterClient, topic: str, version: str
    ) -> Reflector[Projection] | Poller[Projection]:
        sink = self._store.collection(topic)
        kind = sink.kind
        pace = replace(self._pace, sleep=partial(self._naps.nap, name=topic))
        # That a document is not there says nothing of what the API serves.
        on_error = None if kind.document else self._on_error
        progress = partial(self._count, topic)
        if kind.keep is Keep.POLL:
            return Poller(
                client,
                kind,
                version,
                sink,
                pace=pace,
                on_error=on_error,
                progress=progress,
                home=self._store.endpoint.namespace,
            )
        return Reflector(
            client,
            KindReading(kind, version),
            sink,
            pace=pace,
            on_error=on_error,
            progress=progress,
        )

    def _count(self, topic: str, read: int, total: int | None) -> None:
        """Take note of how far a list is."""
        if read == total:
            self._counts.pop(topic, None)
        else:
            self._counts[topic] = (read, total)
            self._tell()

    def _tell_counts(self) -> None:
        self._store.counted(self._counts)
