"""The sessions of a fleet: begun, ended, asked together; and held where nobody has agreed to a
credential command that came with another inventory.

Which clusters there are is for the fleet; what is done with one, for its session.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mckconsole.domain.origins import origin
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.endpoint import ClusterEndpoint
from mckconsole.sources.errors import SourceError
from mckconsole.sources.exec_trust import ExecTrust, PluginCommand
from mckconsole.sources.pace import Pace
from mckconsole.store.contact import Connect, Gate, InternalTrouble
from mckconsole.store.fleet import FleetStore
from mckconsole.store.reload import CommandHeld
from mckconsole.store.session import ClusterSession, SessionTiming

logger = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Running:
    session: ClusterSession
    task: asyncio.Task[None] | None = None


class Sessions:
    """At most one session per cluster of `store`."""

    def __init__(
        self,
        store: FleetStore,
        gate: Gate,
        connect: Connect,
        timing: SessionTiming,
        pace: Pace,
        agreed: Iterable[ClusterEndpoint],
    ) -> None:
        """The credential commands of `agreed` may run."""
        self._store = store
        self._gate = gate
        self._connect = connect
        self._timing = timing
        self._pace = pace
        self._trust = ExecTrust(agreed)
        self._held: dict[str, PluginCommand] = {}
        self._running: dict[str, _Running] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def held(self) -> Mapping[str, PluginCommand]:
        """Clusters that wait for somebody to agree to their command."""
        return MappingProxyType(self._held)

    def client(self, name: str) -> ClusterClient | None:
        """The open client of a cluster, for single requests; None while there is none."""
        running = self._running.get(name)
        return running.session.client if running else None

    def begin(self, name: str) -> None:
        """Start the cluster's session, or hold it."""
        store = self._store.cluster(name)
        command = self._trust.unknown(store.endpoint)
        if command is not None:
            self._held[name] = command
            store.failed(CommandHeld(name, command))
            return
        session = ClusterSession(
            store, self._gate, connect=self._connect, pace=self._pace, timing=self._timing
        )
        running = self._running[name] = _Running(session)
        task = asyncio.create_task(self._keep(name, running), name=f"session {name}")
        running.task = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def end(self, name: str) -> None:
        """End the cluster's session; it writes nothing more, and closes its connections soon."""
        self._held.pop(name, None)
        running = self._running.pop(name, None)
        if running is not None:
            running.session.cut()
            if running.task is not None:
                running.task.cancel()

    async def close(self) -> None:
        """End all sessions and wait for their ends."""
        for name in tuple(self._running):
            self.end(name)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def refresh(self, names: Iterable[str]) -> None:
        """Have what waits in these clusters go on."""
        for name in names:
            if name in self._running:
                self._running[name].session.refresh()

    def suspect(self, why: SourceError) -> None:
        """Have every cluster confirm what is held of it."""
        for running in self._running.values():
            running.session.suspect(why)

    def trust(self, name: str, seen: PluginCommand | None = None) -> bool:
        """Agree to the command for which `name` is held, and start all that it held.

        Returns False when it is not held, or not any more for the command that was `seen`.
        """
        command = self._held.get(name)
        if command is None or seen not in (None, command):
            return False
        self._trust.add(command)
        for other in tuple(self._held):
            store = self._store.cluster(other)
            if self._trust.unknown(store.endpoint) is None:
                del self._held[other]
                store.released()
                self.begin(other)
        return True

    async def _keep(self, name: str, running: _Running) -> None:
        """One cluster's session; a bug that ends it is the cluster's reason."""
        try:
            await running.session.run()
        except Exception as error:
            logger.debug("session of %s: %s", name, origin(error))
            if self._running.get(name) is running:
                self._store.cluster(name).failed(InternalTrouble(error))
