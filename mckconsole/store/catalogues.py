"""What kinds the clusters serve, asked for when somebody wants to know and kept for a while."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from mckconsole.domain.resources import Catalogue
from mckconsole.sources.catalogue import read_catalogue
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.pace import REAL, Pace

KEPT = 600.0
"""Seconds for which a catalogue is good."""
DOUBTED = 15.0
"""Seconds for which it is good to somebody who misses a kind in it."""


@dataclass(frozen=True, slots=True)
class _Held:
    client: ClusterClient
    catalogue: Catalogue
    at: float


class Catalogues:
    """One catalogue per cluster; each is asked for once, however many want it."""

    def __init__(self, pace: Pace = REAL) -> None:
        self._pace = pace
        self._held: dict[str, _Held] = {}
        self._asking: dict[str, tuple[ClusterClient, asyncio.Task[Catalogue]]] = {}

    async def get(
        self, cluster: str, client: ClusterClient, *, within: float = KEPT
    ) -> Catalogue:  # fmt: skip
        """The catalogue of `cluster`, through `client`, at most `within` seconds old.

        Raises:
            SourceError: as `read_catalogue`.
        """
        held = self._held.get(cluster)
        now = self._pace.monotonic()
        if held is not None and held.client is client and now - held.at < within:
            return held.catalogue
        asked_of, task = self._asking.get(cluster, (None, None))
        if task is None or asked_of is not client:
            task = asyncio.create_task(self._ask(cluster, client), name=f"catalogue {cluster}")
            self._asking[cluster] = (client, task)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Ask no more."""
        tasks = [task for _, task in self._asking.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, cluster: str, client: ClusterClient) -> Catalogue:
        try:
            catalogue = await read_catalogue(client)
            self._held[cluster] = _Held(client, catalogue, self._pace.monotonic())
            return catalogue
        finally:
            if self._asking.get(cluster, (None, None))[0] is client:
                del self._asking[cluster]
