"""Keep one cluster current until cancelled: connect, follow its topics, notice when it is gone.

The topics' tasks are the keepers'. The connection is probed only when the cluster has been silent,
and what it serves is asked again every ten minutes and when a topic turns out to be gone; both also
when somebody asks for it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import NoReturn

from mckconsole.config.model import Config
from mckconsole.domain.origins import origin
from mckconsole.domain.states import TopicState
from mckconsole.sources.backoff import Recovery
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import (
    CredentialTrouble,
    NotServed,
    ServerTrouble,
    SourceError,
    StatusTrouble,
    Throttled,
)
from mckconsole.sources.pace import REAL, Pace
from mckconsole.store.builds import RARELY, BuildsKeeper, BuildsTiming
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
from mckconsole.store.handshake import Handshakes
from mckconsole.store.keepers import Keepers
from mckconsole.store.naps import Naps

logger = logging.getLogger(__name__)

DEFAULTS = Config()
CONNECT_HOLD = 2.0
"""Seconds for which a connecting cluster keeps its place among `connections`."""
CONTACT = "(contact)"
"""Name of the session's own naps; no topic is called so."""


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
    builds: BuildsTiming = RARELY


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
        self._naps = Naps(pace)
        self._keepers = Keepers(store, self._naps, pace, self._note)
        self._handshakes = Handshakes(store)
        self._builds = BuildsKeeper(store, gate, self._naps, pace, timing.builds)
        self.client: ClusterClient | None = None
        """The client in use, while there is one."""
        self._failure: SourceError | None = None
        """Why there is no contact."""
        self._changed = False
        """What is served may be another than what is known."""
        self._unwell = False
        """The API server answers, but says that it cannot: it is starting, or overloaded."""
        self._urged = False
        """Somebody wants to know now."""

    async def run(self) -> None:
        """Keep the cluster current; returns at once for one that cannot be tried."""
        if self._store.endpoint.problem:
            return
        recovery = Recovery(self._pace)
        while True:
            self._failure = await self._attempt()
            self._store.failed(self._failure)
            await self._naps.nap(recovery.delay(self._failure), CONTACT)

    def refresh(self) -> None:
        """Have everything go on now that waits: what failed, polls, and the look for a change.

        For a person who asks for it. Only a server that said when to come back is not asked sooner.
        """
        self._store.endpoint.credential.retry()
        self._urged = True
        self._naps.wake(but=self._sent_away())

    def suspect(self, why: SourceError) -> None:
        """Hold nothing for current until it is confirmed over new connections; ask at once."""
        self._keepers.restart()
        self._store.doubt(why)
        if self.client is not None:
            self.client.renew()
        self._urged = True
        self._naps.wake()

    def cut(self) -> None:
        """Write nothing more to the store; `run` is still to be cancelled."""
        self._builds.cancel()
        self._keepers.cancel()

    async def _attempt(self) -> SourceError:
        """Connect and stay connected; returns why that ended."""
        self._store.connecting("connecting")
        try:
            client = self.client = self._connect(self._store.endpoint)
            self._store.attach(client)
            try:
                await self._gate.through(first_contact(client, self._store))
            except SourceError:
                await self._handshakes.note(client)
                raise
            self._failure = None
            self._store.connected()
            self._builds.start(client)
            await self._stay(client)
        except SourceError as error:
            return error
        except Exception as error:
            logger.debug("session of %s: %s", self._store.name, origin(error))
            return InternalTrouble(error)
        finally:
            try:
                await self._builds.stop()
                await self._keepers.stop()
            finally:
                await self._disconnect()

    async def _stay(self, client: ClusterClient) -> NoReturn:
        """Follow the topics, probe and rediscover, until cancelled."""
        await self._keepers.follow(client)
        await self._handshakes.note(client)
        discovered = self._pace.monotonic()
        while True:
            if not self._urged:  # meanwhile
                await self._naps.nap(self._timing.probe, CONTACT)
            urged, self._urged = self._urged, False
            await self._probe(client, urged)
            await self._handshakes.note(client)
            age = self._pace.monotonic() - discovered
            if age > self._patience(urged):
                discovered = self._pace.monotonic()
                await self._rediscover(client)

    async def _disconnect(self) -> None:
        client, self.client = self.client, None
        if client is not None:
            await client.close()

    def _patience(self, urged: bool) -> float:
        """Seconds after which it is asked again what is served."""
        if urged:
            return self._timing.probe
        return self._timing.hurry if self._in_a_hurry() else self._timing.rediscovery

    def _in_a_hurry(self) -> bool:
        if self._changed:
            return True
        topics = (self._store.collection(topic) for topic in self._store.topics)
        now = self._pace.monotonic()
        return any(
            not topic.version and topic.judge(now)[0] is TopicState.UNREACHABLE for topic in topics
        )

    def _sent_away(self) -> list[str]:
        """Names of the naps that a server asked for."""
        errors = {topic: self._store.collection(topic).error for topic in self._store.topics}
        errors[CONTACT] = self._failure
        return [
            name
            for name, error in errors.items()
            if error is not None
            and error.retry_after is not None
            and not isinstance(error, CredentialTrouble)
        ]

    def _note(self, error: SourceError) -> None:
        if isinstance(error, NotServed):
            self._changed = True

    # The connection.

    async def _probe(self, client: ClusterClient, urged: bool) -> None:
        """Ask for a sign of life where there was none lately, none that was good, or if urged."""
        lost, unwell = self._store.contact_lost, self._unwell
        silent = self._pace.wall() - (client.last_answer or 0.0)
        if not (lost or unwell or urged) and 0 <= silent < self._timing.probe:
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
        self._naps.wake(spread=self._timing.spread, but=(CONTACT,))
        self._keepers.reopen()

    async def _rediscover(self, client: ClusterClient) -> None:
        """Take in another version of the server, and kinds that came, went or changed theirs."""
        try:
            surface = await survey(client, self._store)
        except SourceError:
            return  # the probe and the topics tell of it
        self._changed = False
        assign(self._store, surface)
        await self._keepers.follow(client)
