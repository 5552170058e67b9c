"""One query in one cluster: its kind looked up, its namespaces read, its rows kept current.

It follows the cluster's session: it begins when there is a connection, and anew with each new one.
Where reading all namespaces is forbidden, each is read alone; which could not be is said. What is
looked at, and by whom, is for the browser.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NoReturn

from mckconsole.domain.origins import origin
from mckconsole.domain.resources import Query, ResourceKind, ResourceTable, TableColumn
from mckconsole.domain.states import TopicState
from mckconsole.sources.backoff import RECHECK, Backoff, Recovery
from mckconsole.sources.catalogue import why_not_served
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import ConnectionTrouble, Forbidden, NotServed, SourceError
from mckconsole.sources.pace import REAL, Pace
from mckconsole.sources.reflector import Reflector, Timing
from mckconsole.sources.tablelists import TableReading
from mckconsole.sources.tablerows import Printed
from mckconsole.store.catalogues import DOUBTED, Catalogues
from mckconsole.store.contact import InternalTrouble
from mckconsole.store.naps import Naps
from mckconsole.store.rows import Rows
from mckconsole.store.tabling import Frame, State, Tabling

logger = logging.getLogger(__name__)

TIMING = Timing(poll=30.0)
"""Of kinds that cannot be watched somebody wants to see changes all the same."""
MAX_NAMESPACES = 100
"""Namespaces that are read one by one: each has a connection of its own."""
ALL = ""
"""Names the list of all namespaces."""
_LOOKING_UP = "(kind)"
"""Name of the naps between two questions for the kind or the namespaces; none is called so."""
_NAMESPACES = ResourceKind("", "v1", "namespaces", "Namespace", namespaced=False)


@dataclass(frozen=True, slots=True)
class Way:
    """How to reach a cluster."""

    cluster: str
    client: Callable[[], ClusterClient | None]
    """The connection that there is now."""
    standing: Callable[[], State | None]
    """Why none may be used; None where all is in order."""
    home: str = ""
    """The namespace of its context."""


@dataclass(slots=True)
class _Part:
    """One list."""

    rows: Rows
    task: asyncio.Task[NoReturn] | None = None
    reflector: Reflector[Printed] | None = None


@dataclass(slots=True)
class _Reading:
    """What is read through one connection."""

    client: ClusterClient
    kind: ResourceKind
    refused: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when reading all namespaces was forbidden."""


class Browsed:
    """Keeps `query` current in one cluster, from `start` to `stop`."""

    def __init__(
        self,
        way: Way,
        query: Query,
        catalogues: Catalogues,
        changed: Callable[[], None],
        pace: Pace = REAL,
    ) -> None:
        """`changed` is called when the table is another one."""
        self._way = way
        self._query = query
        self._catalogues = catalogues
        self._changed = changed
        self._naps = Naps(pace)
        self._pace = replace(pace, sleep=self._naps.nap)
        self._frame = Frame()
        self._parts: dict[str, _Part] = {}
        self._tabling = Tabling(way.cluster)
        self._turned = asyncio.Event()
        self._lost = True
        """Whether there is no connection, as far as was told."""
        self._narrowed = False
        """Whether all namespaces at once were refused."""
        self._task: asyncio.Task[NoReturn] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name=f"browse {self._way.cluster}")

    async def stop(self) -> None:
        """End all requests."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def table(self) -> ResourceTable:
        """What there is now; the very same one as long as nothing changed."""
        client = self._way.client()
        return self._tabling.table(
            self._frame,
            {name: part.rows for name, part in self._parts.items()},
            self._pace.monotonic(),
            client.clock_offset if client else 0.0,
        )

    # What happens to the cluster, and what people ask for.

    def turned(self) -> None:
        """The cluster's connection was lost, is back, or is another one."""
        self._turned.set()
        standing = self._way.standing()
        back, self._lost = self._lost and standing is None, standing is not None
        for part in self._parts.values():
            if standing:
                part.rows.trouble(ConnectionTrouble(standing[1]))
            elif back and part.rows.error is not None and part.reflector is not None:
                part.reflector.reopen()
        if back:
            self._naps.wake()

    def refresh(self) -> None:
        """Have what waits go on now; only a server that said when to come back is not asked."""
        errors = {name: part.rows.error for name, part in self._parts.items()}
        self._naps.wake(but=[name for name, one in errors.items() if one and one.retry_after])

    def suspect(self, why: SourceError) -> None:
        """Hold nothing for current until it is confirmed; ask at once."""
        for part in self._parts.values():
            part.rows.trouble(why)
            if part.reflector is not None:
                part.reflector.restart()
        self._naps.wake()

    # The work.

    async def _run(self) -> NoReturn:
        """Read through whatever connection there is."""
        recovery = Recovery(self._pace)
        while True:
            client = await self._connection()
            reading = asyncio.create_task(self._read(client, recovery))
            gone = asyncio.create_task(self._end_of(client))
            try:
                await asyncio.wait((reading, gone), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (reading, gone):
                    task.cancel()
                await asyncio.gather(reading, gone, return_exceptions=True)

    async def _connection(self) -> ClusterClient:
        """Wait for a connection; meanwhile the table says why there is none."""
        while (client := self._way.client()) is None or self._way.standing():
            self._turned.clear()
            standing = self._way.standing() or (TopicState.PENDING, "connecting")
            self._settle(replace(self._frame, settled=standing))
            await self._turned.wait()
        return client

    async def _end_of(self, client: ClusterClient) -> None:
        """Wait until the connection is another one."""
        while self._way.client() is client:
            self._turned.clear()
            await self._turned.wait()

    async def _read(self, client: ClusterClient, recovery: Recovery) -> NoReturn:
        """Look the kind up and read it; what fails on the way is waited out."""
        while True:
            try:
                kind = await self._look_up(client)
                await self._follow(_Reading(client, kind))
            except SourceError as error:
                trouble = error
            except Exception as error:
                logger.debug("browsing %s: %s", self._way.cluster, origin(error))
                trouble = InternalTrouble(error)
            trouble.forget()
            self._settle(replace(self._frame, settled=(trouble.topic_state, str(trouble))))
            await self._naps.nap(recovery.delay(trouble), _LOOKING_UP)

    async def _look_up(self, client: ClusterClient) -> ResourceKind:
        """The kind as this cluster serves it.

        Raises:
            NotServed: it does not.
            SourceError: that is not known.
        """
        name, cluster = self._query.kind, self._way.cluster
        catalogue = await self._catalogues.get(cluster, client)
        kind = catalogue.named(name)
        if kind is None:  # perhaps it is new
            catalogue = await self._catalogues.get(cluster, client, within=DOUBTED)
            kind = catalogue.named(name)
        if kind is None:
            certain, words = why_not_served(catalogue, name)
            raise NotServed(words) if certain else ConnectionTrouble(words)
        return kind

    async def _follow(self, reading: _Reading) -> NoReturn:
        """Keep the lists current; where all namespaces are too many, those that may be read."""
        kind = reading.kind
        frame = replace(self._frame, settled=None, kind=kind)
        several = self._query.namespaces if kind.namespaced else ()
        try:
            if not self._narrowed:
                await self._read_only(reading, several or (ALL,))
                self._settle(frame)
                await reading.refused.wait()
                self._narrowed = True
            while True:
                spaces, unasked = await self._spaces(reading)
                await self._read_only(reading, spaces)
                self._settle(replace(frame, columns=self._frame.columns, unasked=unasked))
                await self._naps.nap(RECHECK, _LOOKING_UP)
        finally:
            await self._end(tuple(self._parts), forget=False)

    async def _spaces(
        self, reading: _Reading
    ) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        """The namespaces to be read one by one, and those that are not, with the reason."""
        home = self._way.home or "default"
        try:
            listing = await TableReading(_NAMESPACES, Query("namespaces")).list(reading.client)
        except Forbidden as error:
            return (home,), (("", f"namespaces other than {home} are not known: {error}"),)
        names = sorted(decoded.object.key[1] for decoded in listing.objects)
        why = f"not asked for: more than {MAX_NAMESPACES} namespaces"
        return tuple(names[:MAX_NAMESPACES]), tuple((one, why) for one in names[MAX_NAMESPACES:])

    # The lists.

    async def _read_only(self, reading: _Reading, names: Collection[str]) -> None:
        """Have one list per name, and no other."""
        await self._end([name for name in self._parts if name not in names])
        for name in names:
            part = self._parts.get(name) or _Part(Rows(self._changed, self._pace))
            self._parts[name] = part
            if part.task is None:
                part.task = asyncio.create_task(self._keep(reading, name, part))

    async def _end(self, names: Collection[str], *, forget: bool = True) -> None:
        parts = {name: self._parts[name] for name in names}
        tasks = [part.task for part in parts.values() if part.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for name, part in parts.items():
            part.task = part.reflector = None
            if forget:
                del self._parts[name]

    async def _keep(self, reading: _Reading, name: str, part: _Part) -> NoReturn:
        """Run one list's reflector; a bug in it costs only this list."""
        pause = Backoff(base=5.0, cap=300.0, pace=self._pace)
        pace = replace(self._pace, sleep=partial(self._naps.nap, name=name))

        def on_error(error: SourceError) -> None:
            if name == ALL and isinstance(error, Forbidden) and reading.kind.namespaced:
                reading.refused.set()

        while True:
            try:
                part.reflector = Reflector(
                    reading.client,
                    TableReading(reading.kind, self._query, name, arranged=self._arrange),
                    part.rows,
                    pace=pace,
                    timing=TIMING,
                    on_error=on_error,
                    progress=part.rows.listed,
                )
                await part.reflector.run()
            except Exception as error:
                logger.debug("browsing %s: %s", self._way.cluster, origin(error))
                part.rows.trouble(InternalTrouble(error))
            await self._naps.nap(pause.next(), name)

    def _arrange(self, columns: tuple[TableColumn, ...]) -> None:
        if columns != self._frame.columns:
            self._settle(replace(self._frame, columns=columns))

    def _settle(self, frame: Frame) -> None:
        if frame != self._frame:
            self._frame = frame
            self._changed()
