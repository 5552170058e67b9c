"""What is looked at, and by how many: queries are read while somebody looks, and a little longer.

Two looks at the same query of a cluster share its rows and its watches. A look that ended keeps
them for a grace, so that who goes into an object and back finds the table as it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from mckconsole.domain.resources import Query, ResourceTable
from mckconsole.domain.states import TopicState
from mckconsole.sources.errors import SourceError
from mckconsole.sources.pace import REAL, Pace
from mckconsole.store.browsed import Browsed, Way
from mckconsole.store.catalogues import Catalogues
from mckconsole.store.naps import Sparingly

GRACE = 20.0
"""Seconds for which a query stays current after the last look at it."""
MAX_IDLE = 200
"""Queries of single clusters that are kept in their grace; the oldest go first."""
TOLD_EVERY = 0.05
"""Seconds between two words to one look."""

Told: TypeAlias = Callable[[], None]
_Id: TypeAlias = tuple[str, Query]


@dataclass(eq=False, slots=True)
class _Kept:
    """One query of one cluster, and who looks at it."""

    browsed: Browsed
    looks: set[Look] = field(default_factory=set)
    grace: asyncio.TimerHandle | None = None


class Look:
    """One look at a query in several clusters; a `Browsing`."""

    def __init__(self, browser: Browser, query: Query, clusters: Sequence[str], told: Told) -> None:
        self._browser = browser
        self._query = query
        self._clusters = tuple(dict.fromkeys(clusters))
        self._tell = Sparingly(told, TOLD_EVERY)
        self._open = True

    @property
    def tables(self) -> Mapping[str, ResourceTable]:
        """By cluster, in the order that was asked for: what is there now."""
        return {name: self._browser.table(name, self._query) for name in self._clusters}

    @property
    def ids(self) -> Sequence[tuple[str, Query]]:
        """What it looks at."""
        return [(name, self._query) for name in self._clusters]

    def changed(self) -> None:
        """Some table is another one."""
        if self._open:
            self._tell()

    def close(self) -> None:
        """It is not looked at any more."""
        if self._open:
            self._open = False
            self._tell.cancel()
            self._browser.left(self)


class Browser:
    """All queries that are kept current."""

    def __init__(
        self, way: Callable[[str], Way | None], catalogues: Catalogues, pace: Pace = REAL
    ) -> None:
        """`way` says how to reach a cluster; None for one that is not there."""
        self._way = way
        self._catalogues = catalogues
        self._pace = pace
        self._kept: dict[_Id, _Kept] = {}
        self._gone: dict[_Id, ResourceTable] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._looks: set[Look] = set()

    def browse(self, query: Query, clusters: Sequence[str], told: Told) -> Look:
        """Keep `query` current in `clusters`; `told` is called when tables changed."""
        look = Look(self, query, clusters, told)
        self._looks.add(look)
        for one in look.ids:
            self._join(look, one)
        return look

    def _join(self, look: Look, one: _Id) -> None:
        """Have `look` be told of one query of one cluster."""
        kept = self._kept.get(one) or self._open(*one)
        if kept is not None:
            self._gone.pop(one, None)
            kept.looks.add(look)
            if kept.grace is not None:
                kept.grace.cancel()
                kept.grace = None

    def table(self, cluster: str, query: Query) -> ResourceTable:
        """What there is now of a query that is looked at."""
        kept = self._kept.get((cluster, query))
        if kept is not None:
            return kept.browsed.table
        reason = f"{cluster} is no cluster of this fleet any more"
        gone = ResourceTable(cluster, TopicState.UNREACHABLE, reason)
        return self._gone.setdefault((cluster, query), gone)

    def left(self, look: Look) -> None:
        """`look` has ended."""
        self._looks.discard(look)
        loop = asyncio.get_running_loop()
        for one in look.ids:
            self._gone.pop(one, None)
            kept = self._kept.get(one)
            if kept is None:
                continue
            kept.looks.discard(look)
            if not kept.looks and kept.grace is None:
                kept.grace = loop.call_later(GRACE, self._drop, one)
        idle = [one for one, kept in self._kept.items() if kept.grace is not None]
        for one in idle[: max(len(idle) - MAX_IDLE, 0)]:
            self._drop(one)

    # What happens to clusters.

    def turned(self, cluster: str) -> None:
        """The connection of a cluster was lost, is back, or is another one."""
        for one in self._of(cluster):
            self._kept[one].browsed.turned()

    def replaced(self, cluster: str) -> None:
        """There is another way to the cluster now, or none: it may be another cluster."""
        for one in self._of(cluster):
            self._drop(one)
        for look in self._looks:
            for one in look.ids:
                if one[0] == cluster:
                    self._join(look, one)
                    look.changed()

    def refresh(self, clusters: Collection[str]) -> None:
        """Have what waits in these clusters go on now."""
        for (cluster, _), kept in self._kept.items():
            if cluster in clusters:
                kept.browsed.refresh()

    def suspect(self, why: SourceError) -> None:
        """Hold nothing for current until it is confirmed."""
        for kept in self._kept.values():
            kept.browsed.suspect(why)

    async def close(self) -> None:
        """End everything."""
        for one in tuple(self._kept):
            self._drop(one)
        await asyncio.gather(*self._ending, return_exceptions=True)
        await self._catalogues.close()

    def _of(self, cluster: str) -> list[_Id]:
        return [one for one in self._kept if one[0] == cluster]

    def _open(self, cluster: str, query: Query) -> _Kept | None:
        way = self._way(cluster)
        if way is None:
            return None

        def changed() -> None:
            for look in tuple(kept.looks):
                look.changed()

        kept = _Kept(Browsed(way, query, self._catalogues, changed, self._pace))
        self._kept[(cluster, query)] = kept
        kept.browsed.start()
        return kept

    def _drop(self, one: _Id) -> None:
        kept = self._kept.pop(one, None)
        if kept is None:
            return
        if kept.grace is not None:
            kept.grace.cancel()
        task = asyncio.create_task(kept.browsed.stop())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
