"""Keep a whole fleet current: one session per cluster, one round of questions per Prometheus.

What the terminal application stands on; a report reads once, with `reader`. Everything runs in
tasks of its own that end with the context: trouble of one cluster or endpoint is in its states and
reaches no other. The inventory may change meanwhile, the machine may sleep, and a person may ask
for what waits. Nothing here judges, and nothing here draws.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mckconsole.config.model import Config
from mckconsole.domain.access import AccessReport
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.objecttext import ObjectText
from mckconsole.domain.ranges import LinkSeries, MetricRange
from mckconsole.sources.descriptors import make_room
from mckconsole.sources.endpoint import ClusterEndpoint
from mckconsole.sources.errors import ConnectionTrouble, SourceError
from mckconsole.sources.exec_trust import PluginCommand
from mckconsole.sources.pace import REAL, Pace
from mckconsole.sources.prometheus import PrometheusSource
from mckconsole.store.alerts import renew_alerts, wants_alerts
from mckconsole.store.clockwatch import ClockWatch
from mckconsole.store.cluster import ClusterStore
from mckconsole.store.contact import Connect, Gate, connecting
from mckconsole.store.fleet import FleetStore
from mckconsole.store.metrics import MetricsSource, Vectors, ask, merge, named_queries
from mckconsole.store.naps import Naps, Sparingly
from mckconsole.store.on_demand import (
    Examination,
    digest,
    fetch,
    inspect,
    link_ranges,
    relate,
    report_access,
)
from mckconsole.store.reader import Inventory, ReadPlan, read_logs
from mckconsole.store.reload import Reload, Replaced, compare, doubt, watch
from mckconsole.store.session import CONNECT_HOLD, SessionTiming
from mckconsole.store.sessions import Sessions

if TYPE_CHECKING:
    from mckconsole.analysis.sameness.model import Digests
    from mckconsole.domain.inspected import ObjectFacts, Related
    from mckconsole.domain.logs import LogOptions, LogTarget
    from mckconsole.domain.resources import Catalogue, FoundObjects, Query, ResourceKind
    from mckconsole.sources.access_log import LogSource
    from mckconsole.sources.client import ClusterClient
    from mckconsole.store.browsing import FleetBrowsing
    from mckconsole.store.opened import Browsing, LogFeed

PROBE_CAP = 30.0
"""Seconds of silence after which a cluster is probed, however large the fleet."""
METRICS_EVERY = 15.0
"""Seconds between two rounds of an endpoint: a usual scrape interval is twice that."""
BROWSED = 8
"""Connections of a cluster that room is made for beside those of its topics: what is looked at."""
REFRESH_EVERY = 1.0
"""Seconds between two refreshes, however often somebody asks."""


class LiveFleet:
    """A fleet that is current for as long as its context lasts.

        async with LiveFleet(inventory, plan, config=config) as fleet:
            async for changes in fleet.store.subscribe():
                analyse(fleet.store.snapshot())

    Entering starts the tasks and waits for nothing: the store says how far each cluster is. Leaving
    ends them and closes every connection.
    """

    epoch = 0
    status = None

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
        reload: Reload | None = None,
        logs: Sequence[LogSource] = (),
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
            reload: How to learn that the inventory changed; by default it does not.
            logs: Files that say who read Secrets; read once, in the background.
        """
        self.store = store or FleetStore(
            inventory.endpoints,
            plan.topics,
            problems=inventory.problems,
            scan_values=config.audit.scan_values,
            pace=pace,
        )
        self.urgent = asyncio.Event()
        self._topics = len(plan.topics)
        self._queries = named_queries(plan.queries)
        self._alerts = wants_alerts(plan.topics)
        if prometheus is None:
            prometheus = [PrometheusSource(one, self.store.names) for one in config.prometheus]
        self._prometheus = tuple(prometheus)
        self._answers: list[Vectors] = [{} for _ in self._prometheus]
        probe = SessionTiming().probe
        self._connect = connect or connecting(config)
        self._sessions = Sessions(
            self.store,
            Gate(config.connections, CONNECT_HOLD),
            self._connect,
            SessionTiming(probe=min(probe * self.store.stretch, PROBE_CAP)),
            pace,
            agreed=inventory.endpoints,
        )
        self._reload = reload
        self._logs = logs
        self._first = inventory.endpoints
        self._pace = pace
        self._every = metrics_every
        self._naps = Naps(pace)
        self._wanted: set[str] = set()
        self._refresh = Sparingly(self._refresh_now, REFRESH_EVERY)
        self._tasks: list[asyncio.Task[None]] = []
        self._browser: FleetBrowsing | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The clusters' names, in order."""
        return self.store.names

    def groups(self, name: str) -> Sequence[str]:
        """The groups that a cluster is in."""
        return self.store.cluster(name).endpoint.groups

    @property
    def load(self) -> Mapping[str, float]:
        """Requests per second to each API server, over the last ten seconds."""
        clients = ((name, self._sessions.client(name)) for name in self.store.names)
        return {name: client.load for name, client in clients if client is not None}

    @property
    def held(self) -> Mapping[str, PluginCommand]:
        """Clusters that wait for `trust`, and the command that somebody has to agree to."""
        return self._sessions.held

    async def __aenter__(self) -> Self:
        self._make_room()
        for name in self.store.names:
            self._sessions.begin(name)
        if self._queries or self._alerts:
            for number, source in enumerate(self._prometheus):
                self._start(self._poll(number, source), f"metrics {source.name}")
        self._start(ClockWatch(self.suspect, pace=self._pace).run(), "clock watch")
        if self._logs:
            self._start(read_logs(self.store, self._logs, self._first), "access logs")
        if self._reload is not None and self._reload.seen.files:
            watching = watch(self._reload, self.replace, self.store.complain, self._pace)
            self._start(watching, "inventory watch")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._refresh.cancel()
        for task in self._tasks:
            task.cancel()
        if self._browser is not None:
            await self._browser.close()
        try:
            await asyncio.gather(self._sessions.close(), *self._tasks, return_exceptions=True)
        finally:
            self._tasks.clear()
            closing = (source.close() for source in self._prometheus)
            await asyncio.gather(*closing, return_exceptions=True)

    def refresh(self, names: Collection[str] | None = None) -> None:
        """Have what waits in these clusters (by default in all) go on now; waits for nothing.

        That is what waits out an error or a failed credential plugin, the next poll and the next
        probe, and every metrics endpoint; not a server that said when to come back. At most once a
        second: what is asked for meanwhile is done then.
        """
        self._wanted.update(self.store.names if names is None else names)
        self._refresh()

    def suspect(self, why: SourceError) -> None:
        """Hold nothing for current until it is confirmed over new connections, because of `why`."""
        self._sessions.suspect(why)
        if self._browser is not None:
            self._browser.suspect(why)
        self._naps.wake()

    def replace(self, inventory: Inventory) -> Replaced:
        """Follow the clusters of `inventory` from now on.

        Those that are reached as before keep their sessions. One whose credential command was not
        there at the start, and that nobody agreed to, is held until `trust`.
        """
        before = {name: self.store.cluster(name).endpoint for name in self.store.names}
        added, removed, changed = compare(tuple(before.values()), inventory.endpoints)
        for name in (*removed, *changed):
            self._sessions.end(name)
        self.store.arrange(inventory.endpoints, problems=inventory.problems)
        for endpoint in inventory.endpoints:
            self._describe(endpoint, before.get(endpoint.name), endpoint.name in changed)
        self._make_room()
        for name in (*added, *changed):
            self._sessions.begin(name)
        if added or removed:
            self._cover()
        if self._browser is not None:
            self._browser.replaced((*added, *removed, *changed))
        held = tuple(name for name in (*added, *changed) if name in self.held)
        return Replaced(added, removed, changed, held)

    def trust(self, name: str, seen: PluginCommand | None = None) -> bool:
        """Agree to the credential command for which cluster `name` is held, and run it.

        Returns False when it is not held, or not any more for the command that was `seen`.
        """
        return self._sessions.trust(name, seen)

    # What a person asks for.

    async def fetch(self, cluster: str, ref: ObjectRef) -> ObjectText:
        """One object as YAML, read now, without credentials.

        Raises:
            SourceError: why it could not be read; also when the cluster is not connected.
        """
        return await fetch(self._held(cluster), self._sessions.client(cluster), ref)

    async def examine(self, name: str) -> AccessReport:
        """How the console signs in to a cluster and what it may read there; never raises for
        trouble. A cluster that is held for its credential command is not asked.

        Raises:
            KeyError: there is no cluster of this name.
        """
        held = self.store.cluster(name)
        return await report_access(
            Examination(
                held,
                self._sessions.client(name),
                self._connect,
                refused=held.reason if name in self.held else "",
                endpoints=self._endpoints,
            )
        )

    async def link_ranges(self, link: LinkSeries, seconds: float) -> Mapping[str, MetricRange]:
        """By query id (`latency`, `rx`, `tx`): what the last `seconds` were like for a link."""
        return await link_ranges(self._endpoints, link, seconds)

    # Browsing.

    async def catalogue(self, cluster: str) -> Catalogue:
        """The kinds that a cluster serves, not older than ten minutes; raises like `fetch`."""
        return await self._browsing().catalogue(cluster)

    def browse(self, query: Query, clusters: Sequence[str], told: Callable[[], None]) -> Browsing:
        """Keep a query current; `told` is called when tables changed, at most 20 times a second."""
        return self._browsing().browse(query, clusters, told)

    async def inspect(self, cluster: str, ref: ObjectRef) -> ObjectFacts:
        """One object, redacted; raises like `fetch`."""
        return await inspect(self._held(cluster), self._sessions.client(cluster), ref)

    async def related(self, cluster: str, ref: ObjectRef) -> Related:
        """What it has to do with, and what happened to it; raises like `fetch`."""
        return await relate(self._held(cluster), self._sessions.client(cluster), ref)

    async def digests(
        self, cluster: str, kind: ResourceKind, query: Query, told: Callable[[int], None]
    ) -> Digests:
        """What is compared of all objects of a kind; raises like `fetch`."""
        client = self._sessions.client(cluster)
        return await digest(self._held(cluster), client, kind, query, told)

    async def find(self, cluster: str, name: str) -> FoundObjects:
        """Objects of any kind that are called `name`; raises like `fetch`."""
        from mckconsole.store.finding import find_by_name

        client = self._connected(cluster)
        return await find_by_name(client, cluster, await self.catalogue(cluster), name)

    def follow_logs(
        self, targets: Sequence[LogTarget], options: LogOptions, told: Callable[[], None]
    ) -> LogFeed:
        """Follow logs; `told` as for `browse`. The feed must be closed.

        What cannot be followed is a source with its reason, never an error.
        """
        from mckconsole.store.logs import FollowedLogs

        return FollowedLogs(targets, options, told, self._connected, pace=self._pace)

    def _connected(self, cluster: str) -> ClusterClient:
        """The client of a cluster that is connected; raises SourceError for any other."""
        held = self._held(cluster)
        client = self._sessions.client(cluster)
        if client is None or not held.connected_now:
            raise ConnectionTrouble(f"{cluster} is not connected: {held.reason}")
        return client

    def _browsing(self) -> FleetBrowsing:
        if self._browser is None:  # imported here: the first frame shows nothing of it
            from mckconsole.store.browsing import FleetBrowsing

            self._browser = FleetBrowsing(self.store, self._sessions, self._pace)
            self._start(self._browser.run(), "browsing")
        return self._browser

    def _held(self, cluster: str) -> ClusterStore:
        if cluster not in self.store.names:
            raise ConnectionTrouble(f"{cluster} is no cluster of this fleet any more")
        return self.store.cluster(cluster)

    @property
    def _endpoints(self) -> list[PrometheusSource]:
        return [one for one in self._prometheus if isinstance(one, PrometheusSource)]

    def _describe(
        self, endpoint: ClusterEndpoint, before: ClusterEndpoint | None, changed: bool
    ) -> None:
        held = self.store.cluster(endpoint.name)
        if before is None:
            return
        if changed:
            held.adopt(endpoint, doubt(before, endpoint))
        else:  # with the credential and its plugin that are in use
            held.describe(
                replace(endpoint, credential=before.credential, proxy_auth=before.proxy_auth)
            )

    def _cover(self) -> None:
        """Ask the metrics endpoints for the clusters that there are now."""
        for source in self._endpoints:
            source.cover(self.store.names)
        self._naps.wake()

    def _refresh_now(self) -> None:
        wanted, self._wanted = self._wanted, set()
        self._sessions.refresh(wanted)
        if self._browser is not None:
            self._browser.refresh(wanted)
        self._naps.wake()

    def _make_room(self) -> None:
        make_room(len(self.store.names) * (self._topics + 1 + BROWSED))

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.append(asyncio.create_task(work, name=name))

    async def _poll(self, number: int, source: MetricsSource) -> None:
        """Ask one endpoint again and again; its own time limits bound a round.

        Where two endpoints cover a cluster, each answer is judged beside the other's last one.
        """
        while True:
            self._answers[number] = await ask(source, self._queries)
            merged = merge(self._answers)
            self.store.set_metrics({name: merged[name] for name in self._answers[number]})
            self.store.note(source.name, source.note)
            if self._alerts:
                await renew_alerts(self.store, source)
            await self._naps.nap(self._pace.around(self._every))
