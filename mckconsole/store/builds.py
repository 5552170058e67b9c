"""Which versions a cluster's API servers have, asked once it is known how many there are, then
rarely.

Where there is one API server, its version is known anyway and nothing is asked. Trouble with this
is no trouble of the cluster's: the versions that were seen are too few then, and rules say so.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, NoReturn

from mckconsole.domain.apiservers import LEASES, connections_for, living
from mckconsole.domain.core import Lease
from mckconsole.domain.origins import origin
from mckconsole.domain.snapshot import Builds
from mckconsole.domain.states import TopicState
from mckconsole.sources.builds import ask_builds
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import SourceError
from mckconsole.sources.pace import REAL, Pace
from mckconsole.store.cluster import ClusterStore
from mckconsole.store.contact import Gate
from mckconsole.store.naps import Naps

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BuildsTiming:
    """Times in seconds."""

    spread: float = 10.0
    """The first connections of many clusters begin within this, by chance."""
    pause: float = 2.0
    """Between two connections of one cluster."""
    within: float = 120.0
    """One round at most."""
    every: float = 1800.0
    unequal: float = 300.0
    """How often while the versions differ, because somebody upgrades, and after trouble."""
    soonest: float = 60.0
    """How often at most, whoever asks and whatever changed."""
    look: float = 5.0
    """How often it is looked whether it is time."""


RARELY = BuildsTiming()
"""For a session."""
ONCE = BuildsTiming(spread=0.0, pause=0.05, within=15.0)
"""For one pass over a fleet."""


class BuildsKeeper:
    """Asks again for as long as the cluster is connected."""

    def __init__(
        self,
        store: ClusterStore,
        gate: Gate,
        naps: Naps,
        pace: Pace = REAL,
        timing: BuildsTiming = RARELY,
    ) -> None:
        """A round takes a place of `gate` like a cluster that connects."""
        self._store = store
        self._gate = gate
        self._naps = naps
        self._pace = pace
        self._timing = timing
        self._task: asyncio.Task[NoReturn] | None = None
        self._asked: float | None = None
        self._of = ""
        """The version that the connection in use was of then."""

    def start(self, client: ClusterClient) -> None:
        """Ask from now on, where it is read at all how many API servers there are."""
        if LEASES in self._store.topics:
            self._task = asyncio.create_task(self._run(client), name=f"{self._store.name} versions")

    def cancel(self) -> None:
        """Tell the store nothing from now on; `stop` still waits for the end."""
        if self._task is not None:
            self._task.cancel()

    async def stop(self) -> None:
        """Ask no more."""
        self.cancel()
        task, self._task = self._task, None
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self, client: ClusterClient) -> NoReturn:
        urged = False
        while True:
            if self._is_time(urged):
                await self._ask(client)
                urged = False
            began = self._pace.monotonic()
            await self._naps.nap(self._timing.look, LEASES)
            urged = self._pace.monotonic() - began < 0.9 * self._timing.look

    async def _ask(self, client: ClusterClient) -> None:
        if self._asked is None:
            await self._pace.sleep(self._pace.chance() * self._timing.spread)
        self._asked, self._of = self._pace.monotonic(), _version(self._store)
        await renew_builds(client, self._store, self._gate, self._timing, self._pace)

    def _is_time(self, urged: bool) -> bool:
        if not self._store.connected_now or is_pending(self._store, self._pace):
            return False
        if self._asked is None:
            return True
        age, timing = self._pace.monotonic() - self._asked, self._timing
        if urged or _version(self._store) != self._of:
            return age >= timing.soonest
        return age >= (timing.every if len(self._store.builds.versions) == 1 else timing.unequal)


def is_pending(store: ClusterStore, pace: Pace) -> bool:
    """Whether it is still being read how many API servers there are."""
    state, _ = store.collection(LEASES).judge(pace.monotonic())
    return state is TopicState.PENDING


async def renew_builds(
    client: ClusterClient, store: ClusterStore, gate: Gate, timing: BuildsTiming, pace: Pace = REAL
) -> None:
    """Ask, and tell `store`; raises only when cancelled."""
    connections = connections_for(_servers(store, pace))
    if not connections:
        store.built(Builds())
        return
    asking: Coroutine[Any, Any, Builds] = ask_builds(
        client, connections, pause=timing.pause, within=timing.within, pace=pace
    )
    try:
        store.built(await gate.through(asking))
    except SourceError as error:
        logger.debug("versions of %s: %s", store.name, error)
    except asyncio.CancelledError:
        raise
    except Exception as error:  # a bug here is no reason to call a cluster unreachable
        logger.debug("versions of %s: %s", store.name, origin(error))


def _version(store: ClusterStore) -> str:
    return store.version.git_version if store.version else ""


def _servers(store: ClusterStore, pace: Pace) -> int | None:
    """How many there are; None where that is not known."""
    view = store.collection(LEASES).view(pace.monotonic())
    if view.state is not TopicState.FRESH or view.faults or view.as_of is None:
        return None
    leases = [one for one in view.objects.values() if isinstance(one, Lease)]
    return living(leases, view.as_of)[0]
