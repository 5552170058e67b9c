"""Read a whole fleet once, for a report: everything at the same time, nothing waits for the dead.

Every cluster has its own deadline and its own errors; what could not be read is in the store with
its reason, so the result is always usable. Nothing here keeps anything current.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mckconsole.config.model import Config
from mckconsole.domain.apiservers import LEASES
from mckconsole.domain.objects import Projection
from mckconsole.domain.origins import origin
from mckconsole.domain.states import TopicState
from mckconsole.sources.backoff import MAX_RETRY_AFTER
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.descriptors import make_room
from mckconsole.sources.endpoint import ClusterEndpoint
from mckconsole.sources.errors import ReadTimeout, SourceError
from mckconsole.sources.limits import DEFAULT_LIMITS
from mckconsole.sources.lists import Listing, list_kind
from mckconsole.sources.pace import REAL, Pace
from mckconsole.sources.prometheus import PrometheusSource
from mckconsole.sources.sink import fill
from mckconsole.store.alerts import renew_alerts, wants_alerts
from mckconsole.store.builds import ONCE, renew_builds
from mckconsole.store.cluster import ClusterStore
from mckconsole.store.collection import Collection
from mckconsole.store.contact import Connect, Gate, InternalTrouble, connecting, first_contact
from mckconsole.store.fleet import FleetStore
from mckconsole.store.handshake import Handshakes
from mckconsole.store.metrics import MetricsSource, ask, merge, named_queries
from mckconsole.store.session import CONNECT_HOLD

if TYPE_CHECKING:
    from mckconsole.sources.access_log import LogSource

logger = logging.getLogger(__name__)

LISTS = 64
"""Lists being read at the same time in the whole fleet: bounds the memory for bodies."""
MAX_TRIES = 5
"""How often a list is asked for where the server says when to come back; the deadline holds."""
MIN_WAIT = 1.0
"""Seconds to wait at least before that."""
LIST_HOLD = 5.0
"""Seconds for which a list keeps its place among them."""


class Inventory(Protocol):
    """What to read: `sources.kubeconfig.Inventory`."""

    @property
    def endpoints(self) -> Sequence[ClusterEndpoint]: ...

    @property
    def problems(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """What one pass reads of every cluster."""

    topics: tuple[str, ...]
    """Names of the Kind registry."""
    queries: tuple[str, ...] = ()
    """Ids of metric queries."""
    deadline: float = 120.0
    """Seconds that one cluster may take in all."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one cluster is."""

    cluster: str
    phase: str
    """In words: `connecting`, `listing pods 4,500 of 9,812`, `done`."""
    done: bool = False
    error: str = ""
    """Why the cluster could not be read, in words; only with `done`."""


Report = Callable[[Progress], None]


async def read_fleet(
    inventory: Inventory,
    plan: ReadPlan,
    *,
    config: Config,
    progress: Report | None = None,
    prometheus: Sequence[MetricsSource] | None = None,
    connect: Connect | None = None,
    logs: Sequence[LogSource] = (),
    pace: Pace = REAL,
) -> FleetStore:
    """Read what `plan` names from every cluster and metrics endpoint, once.

    Args:
        inventory: The clusters.
        plan: What to read.
        config: Connection bounds, and the metrics endpoints.
        progress: Called on the loop's thread whenever a cluster gets further.
        prometheus: Metrics endpoints, instead of those of `config`; they are closed at the end.
        connect: Makes a cluster's client.
        logs: Files that say who read Secrets.
        pace: Clocks.

    Returns:
        The store; trouble of any kind is in its states. Cancelling closes every connection.
    """
    store = FleetStore(
        inventory.endpoints,
        plan.topics,
        problems=inventory.problems,
        scan_values=config.audit.scan_values,
        pace=pace,
        ageing=False,
    )
    if prometheus is None:
        prometheus = [PrometheusSource(one, store.names) for one in config.prometheus]
    make_room(len(store.names) * min(len(plan.topics), DEFAULT_LIMITS.concurrent))
    reader = _Reader(
        plan,
        connect or connecting(config),
        Gate(config.connections, CONNECT_HOLD),
        progress or (lambda step: None),
        pace,
    )
    async with asyncio.TaskGroup() as group:
        for name in store.names:
            group.create_task(reader.read(store.cluster(name)), name=f"read {name}")
        group.create_task(_read_metrics(store, prometheus, plan), name="read metrics")
        if logs:
            group.create_task(read_logs(store, logs, inventory.endpoints), name="read logs")
    return store


async def read_logs(
    store: FleetStore, logs: Sequence[LogSource], endpoints: Sequence[ClusterEndpoint]
) -> None:
    """Read who read Secrets out of files, into `store`."""
    from mckconsole.sources.access_log import read_access_logs  # for who has such a file

    store.set_access(await read_access_logs(logs, endpoints))


class _Reader:
    """Reads clusters, each contained."""

    def __init__(
        self,
        plan: ReadPlan,
        connect: Connect,
        gate: Gate,
        report: Report,
        pace: Pace,
    ) -> None:
        self._plan = plan
        self._connect = connect
        self._gate = gate
        self._lists = Gate(LISTS, LIST_HOLD)
        self._report = report
        self._pace = pace

    async def read(self, store: ClusterStore) -> None:
        """Read one cluster into `store`; raises only when cancelled."""
        problem = store.endpoint.problem or await self._read(store)
        self._report(Progress(store.name, "failed" if problem else "done", True, problem))

    async def _read(self, store: ClusterStore) -> str:
        """Why the cluster could not be read; empty when it could, at least in part."""
        deadline = self._plan.deadline
        client: ClusterClient | None = None
        try:
            client = self._connect(store.endpoint)
            store.attach(client)
            async with asyncio.timeout(deadline):
                store.connecting("connecting")
                self._report(Progress(store.name, "connecting"))
                try:
                    await self._gate.through(first_contact(client, store))
                except SourceError:
                    await Handshakes(store).note(client)
                    raise
                store.connected()
                await self._read_topics(client, store)
        except TimeoutError:
            return _too_late(store, deadline)
        except SourceError as error:
            store.failed(error)
            return str(error)
        except Exception as error:
            logger.debug("reading %s: %s", store.name, origin(error))
            trouble = InternalTrouble(error)
            store.failed(trouble)
            return str(trouble)
        finally:
            if client is not None:
                await client.close()
        return ""

    async def _read_topics(self, client: ClusterClient, store: ClusterStore) -> None:
        readable = [topic for topic in store.topics if store.collection(topic).version]
        async with asyncio.TaskGroup() as group:
            group.create_task(Handshakes(store).note(client), name=f"{store.name} handshake")
            tasks = {
                topic: group.create_task(
                    self._lists.through(self._read_topic(client, store, topic)),
                    name=f"{store.name} {topic}",
                )
                for topic in readable
            }
            if LEASES in store.topics:
                counted = tasks.get(LEASES)
                group.create_task(self._ask_builds(client, store, counted))

    async def _ask_builds(
        self, client: ClusterClient, store: ClusterStore, counted: asyncio.Task[None] | None
    ) -> None:
        """Ask which versions there are, once it is read how many API servers."""
        if counted is not None:
            await counted
        await renew_builds(client, store, self._gate, ONCE, self._pace)

    async def _read_topic(self, client: ClusterClient, store: ClusterStore, topic: str) -> None:
        held = store.collection(topic)

        def count(read: int, total: int | None) -> None:
            of = f" of {total:,}" if total is not None and total != read else ""
            self._report(Progress(store.name, f"listing {topic} {read:,}{of}"))

        try:
            listing = await self._list(client, held, count, store.endpoint.namespace)
        except SourceError as error:
            held.trouble(error)
        except Exception as error:
            logger.debug("reading %s of %s: %s", topic, store.name, origin(error))
            held.trouble(InternalTrouble(error))
        else:
            fill(held, listing)

    async def _list(
        self,
        client: ClusterClient,
        held: Collection[Projection],
        count: Callable[[int, int | None], None],
        home: str,
    ) -> Listing[Projection]:
        """Read a list; a server that says when to come back is asked again, as kubectl does."""
        tries = 0
        while True:
            try:
                return await list_kind(
                    client,
                    held.kind,
                    held.version,
                    progress=count,
                    pace=self._pace,
                    sharing=False,  # nothing is kept for longer than a report takes
                    home=home,
                )
            except SourceError as error:
                tries += 1
                if error.retry_after is None or tries == MAX_TRIES:
                    raise
                held.trouble(error)  # the reason, should the deadline come first
                wait = min(max(error.retry_after, MIN_WAIT), MAX_RETRY_AFTER)
            await self._pace.sleep(wait * (1.0 + 0.1 * self._pace.chance()))


def _too_late(store: ClusterStore, deadline: float) -> str:
    """Give the topics that are still being read their reason; the others keep what they have."""
    error = ReadTimeout(
        f"not read within the deadline of {deadline:g} s", hint="raise the deadline or read less"
    )
    wanted = [topic for topic in store.topics if not store.collection(topic).withheld]
    late = [topic for topic in wanted if _pending(store, topic)]
    if len(late) == len(wanted):
        store.failed(error)
        return str(error)
    for topic in late:
        store.collection(topic).trouble(error)
    return ""


def _pending(store: ClusterStore, topic: str) -> bool:
    return store.collection(topic).judge(0.0)[0] is TopicState.PENDING


async def _read_metrics(
    store: FleetStore, sources: Sequence[MetricsSource], plan: ReadPlan
) -> None:
    """Ask all endpoints at the same time."""
    queries = named_queries(plan.queries)
    try:
        answers = await asyncio.gather(*(ask(source, queries) for source in sources))
        if wants_alerts(plan.topics):
            await asyncio.gather(*(renew_alerts(store, source) for source in sources))
        store.set_metrics(merge(answers))
        for source in sources:
            store.note(source.name, source.note)
    finally:
        await asyncio.gather(*(source.close() for source in sources), return_exceptions=True)
