"""Browsing a live fleet: what the sessions' connections are used for while somebody looks.

The fleet's store says when a connection is lost, back or another one; nothing of what is browsed is
kept there, and no session waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from mckconsole.domain.resources import Catalogue, Query
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.sources.errors import ConnectionTrouble, SourceError
from mckconsole.sources.pace import Pace
from mckconsole.store.browsed import Way
from mckconsole.store.browser import Browser
from mckconsole.store.catalogues import Catalogues
from mckconsole.store.fleet import FleetStore
from mckconsole.store.opened import Browsing
from mckconsole.store.sessions import Sessions
from mckconsole.store.signals import CLUSTER
from mckconsole.store.tabling import State

_COMING = (ClusterState.PENDING, ClusterState.CONNECTING)


class FleetBrowsing:
    """Browses the clusters of `store` through the connections of `sessions`."""

    def __init__(self, store: FleetStore, sessions: Sessions, pace: Pace) -> None:
        self._store = store
        self._sessions = sessions
        self._catalogues = Catalogues(pace)
        self._browser = Browser(self._way, self._catalogues, pace)

    async def run(self) -> None:
        """Pass on what happens to connections; until cancelled."""
        with_connections = self._store.subscribe(only=lambda change: change[1] == CLUSTER)
        try:
            async for changes in with_connections:
                for cluster, _ in changes:
                    self._browser.turned(cluster)
        finally:
            with_connections.close()

    async def close(self) -> None:
        """End everything."""
        await self._browser.close()

    async def catalogue(self, cluster: str) -> Catalogue:
        """The kinds that a cluster serves, not older than ten minutes.

        Raises:
            SourceError: why that is not known; also when the cluster is not connected.
        """
        way = self._way(cluster)
        if way is None:
            raise ConnectionTrouble(f"{cluster} is no cluster of this fleet any more")
        client, standing = way.client(), way.standing()
        if client is None or standing:
            reason = standing[1] if standing else "connecting"
            raise ConnectionTrouble(f"{cluster} is not connected: {reason}")
        return await self._catalogues.get(cluster, client)

    def browse(self, query: Query, clusters: Sequence[str], told: Callable[[], None]) -> Browsing:
        """Keep a query current; `told` is called when tables changed, at most 20 times a second."""
        return self._browser.browse(query, clusters, told)

    def refresh(self, clusters: Collection[str]) -> None:
        """Have what waits in these clusters go on now."""
        self._browser.refresh(clusters)

    def suspect(self, why: SourceError) -> None:
        """Hold nothing for current until it is confirmed."""
        self._browser.suspect(why)

    def replaced(self, clusters: Collection[str]) -> None:
        """These are reached in another way now, or not any more."""
        for cluster in clusters:
            self._browser.replaced(cluster)

    def _way(self, cluster: str) -> Way | None:
        if cluster not in self._store.names:
            return None
        held = self._store.cluster(cluster)

        def standing() -> State | None:
            if held.connected_now:
                return None
            state = TopicState.PENDING if held.state in _COMING else TopicState.UNREACHABLE
            return state, held.reason or str(held.state)

        return Way(
            cluster, lambda: self._sessions.client(cluster), standing, held.endpoint.namespace
        )
