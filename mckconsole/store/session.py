"""Keep one cluster current until cancelled: connect, follow its topics, notice when it is gone.

One task per topic, each contained: a bug or refusal in one never ends another. The connection is
probed only when the cluster has been silent, and what it serves is asked again every ten minutes
and when a topic turns out to be gone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from mckconsole.config.model import Config
from mckconsole.domain.kinds import Keep
from mckconsole.domain.objects import Projection
from mckconsole.domain.states import TopicState
from mckconsole.sources.backoff import Backoff, Recovery
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import (
    NotServed,
    ServerTrouble,
    SourceError,
    StatusTrouble,
    Throttled,
)
from mckconsole.sources.pace import REAL, Pace
from mckconsole.sources.poller import Poller
from mckconsole.sources.reflector import Reflector
from mckconsole.store.cluster import ClusterStore
from mckconsole.store.contact import (
    Connect,
    Gate,
    InternalTrouble,
    assign,
    connecting,
    first_contact,
    survey,
)

logger = logging.getLogger(__name__)

DEFAULTS = Config()
CONNECT_HOLD = 2.0
"""Seconds for which a connecting cluster keeps its place among `connections`."""


@dataclass(frozen=True, slots=True)
class SessionTiming:
    """The session's times, in seconds."""

    probe: float = 10.0
    """Silence after which `/readyz` is asked."""
    probe_timeout: float = 5.0
    rediscovery: float = 600.0
    """How often the API surface is asked again."""
    hurry: float = 30.0
    """How often while a topic is missing that was there, or its group does not answer."""
    spread: float = 3.0
    """When a lost cluster is back, its topics wait up to this long before they go on."""


class ClusterSession:
    """Writes one `ClusterStore`, from its first contact until `run` is cancelled."""

    def __init__(
        self,
        store: ClusterStore,
        gate: Gate,
        *,
        config: Config = DEFAULTS,
        connect: Connect | None = None,
        pace: Pace = REAL,
        timing: SessionTiming = SessionTiming(),
    ) -> None:
        """`gate` is shared by all sessions: how many may connect at the same time.

        `config` bounds what one request may take; `connect` makes the client instead.
        """
        self._store = store
        self._gate = gate
        self._connect = connect or connecting(config)
        self._pace = pace
        self._timing = timing
        self._back = asyncio.Event()
        self._changed = False
        """What is served may be another than what is known."""
        self._unwell = False
        """The API server answers, but says that it cannot: it is starting, or overloaded."""
        self._tasks: dict[str, tuple[str, asyncio.Task[None]]] = {}
        self._reflectors: dict[str, Reflector[Projection]] = {}

    async def run(self) -> None:
        """Keep the cluster current; returns at once for one that cannot be tried."""
        if self._store.endpoint.problem:
            return
        recovery = Recovery(self._pace)
        while True:
            error = await self._attempt()
            self._store.failed(error)
            await self._pace.sleep(recovery.delay(error))

    async def _attempt(self) -> SourceError:
        """Connect and stay connected; returns why that ended."""
        self._store.connecting("connecting")
        client: ClusterClient | None = None
        try:
            client = self._connect(self._store.endpoint)
            self._store.attach(client)
            await self._gate.through(first_contact(client, self._store))
            self._store.connected()
            await self._stay(client)
        except SourceError as error:
            return error
        except Exception as error:
            logger.debug("session of %s", self._store.name, exc_info=True)
            return InternalTrouble(error)
        finally:
            try:
                await self._stop(tuple(self._tasks))
            finally:
                if client is not None:
                    await client.close()

    async def _stay(self, client: ClusterClient) -> NoReturn:
        """Follow the topics, probe and rediscover, until cancelled."""
        await self._follow(client)
        discovered = self._pace.monotonic()
        while True:
            await self._pace.sleep(self._timing.probe)
            await self._probe(client)
            age = self._pace.monotonic() - discovered
            if age > (self._timing.hurry if self._in_a_hurry() else self._timing.rediscovery):
                discovered = self._pace.monotonic()
                await self._rediscover(client)

    def _in_a_hurry(self) -> bool:
        if self._changed:
            return True
        topics = (self._store.collection(topic) for topic in self._store.topics)
        now = self._pace.monotonic()
        return any(
            not topic.version and topic.judge(now)[0] is TopicState.UNREACHABLE for topic in topics
        )

    # Topics.

    async def _follow(self, client: ClusterClient) -> None:
        """Have one task per readable topic, in the version that discovery chose."""
        wanted = {
            topic: held.version
            for topic in self._store.topics
            if (held := self._store.collection(topic)).version
        }
        await self._stop([t for t, (v, _) in self._tasks.items() if wanted.get(t) != v])
        for topic, version in wanted.items():
            if topic not in self._tasks:
                task = asyncio.create_task(
                    self._keep(client, topic, version), name=f"{self._store.name} {topic}"
                )
                self._tasks[topic] = (version, task)

    async def _keep(self, client: ClusterClient, topic: str, version: str) -> None:
        """Run the topic's reflector or poller; a bug in it costs only this topic."""
        pause = Backoff(base=5.0, cap=300.0, pace=self._pace)
        while True:
            try:
                await self._keeper(client, topic, version).run()
            except Exception as error:
                logger.debug("%s of %s", topic, self._store.name, exc_info=True)
                self._store.collection(topic).trouble(InternalTrouble(error))
            await self._pace.sleep(pause.next())

    def _keeper(
        self, client: ClusterClient, topic: str, version: str
    ) -> Reflector[Projection] | Poller[Projection]:
        sink = self._store.collection(topic)
        kind = sink.kind
        pace = replace(self._pace, sleep=self._nap)
        if kind.keep is Keep.POLL:
            return Poller(client, kind, version, sink, pace=pace, on_error=self._note)
        reflector = Reflector(client, kind, version, sink, pace=pace, on_error=self._note)
        self._reflectors[topic] = reflector
        return reflector

    def _note(self, error: SourceError) -> None:
        if isinstance(error, NotServed):
            self._changed = True

    async def _nap(self, seconds: float) -> None:
        """Sleep, but not on when the cluster has come back."""
        try:
            async with asyncio.timeout(seconds):
                await self._back.wait()
        except TimeoutError:
            return
        await self._pace.sleep(self._pace.chance() * self._timing.spread)

    async def _stop(self, topics: Sequence[str]) -> None:
        tasks = [self._tasks.pop(topic)[1] for topic in topics]
        for topic in topics:
            self._reflectors.pop(topic, None)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # The connection.

    async def _probe(self, client: ClusterClient) -> None:
        """Ask for a sign of life where there was none lately, or none that was good."""
        lost, unwell = self._store.contact_lost, self._unwell
        silent = self._pace.wall() - (client.last_answer or 0.0)
        if not (lost or unwell) and 0 <= silent < self._timing.probe:
            return
        self._unwell = False
        try:
            await client.get("/readyz", accept="text/plain", timeout=self._timing.probe_timeout)
        except StatusTrouble as error:  # it answers; what it refuses, the topics tell
            self._unwell = isinstance(error, (ServerTrouble, Throttled))
        except SourceError as error:
            self._store.failed(error)
            return
        if lost:
            self._store.restored()
        if lost or (unwell and not self._unwell):
            self._resume()

    def _resume(self) -> None:
        """Have everything go on now: what waits out an error, and watches that stayed open.

        A watch that was silent through the loss may be half dead, and a living one of a quiet kind
        would not say so for minutes; opened anew, either is current within seconds.
        """
        self._changed = True  # perhaps it was upgraded
        self._back.set()
        self._back.clear()
        for topic, reflector in self._reflectors.items():
            if self._store.collection(topic).error is not None:
                reflector.reopen()

    async def _rediscover(self, client: ClusterClient) -> None:
        """Take in another version of the server, and kinds that came, went or changed theirs."""
        try:
            surface = await survey(client, self._store)
        except SourceError:
            return  # the probe and the topics tell of it
        self._changed = False
        assign(self._store, surface)
        await self._follow(client)
