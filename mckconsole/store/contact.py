"""The first contact with a cluster, and the bounds that keep many clusters from hurting each other.

Used by sessions and by the one-pass reader. Nothing here keeps a cluster current.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Coroutine
from pathlib import PurePath
from typing import Any, TypeAlias, TypeVar

from mckconsole.config.model import Config
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.states import TopicState
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.discovery import ApiSurface, discover, server_version
from mckconsole.sources.endpoint import ClusterEndpoint
from mckconsole.sources.errors import ReadTimeout, SourceError, StatusTrouble
from mckconsole.sources.limits import Limits
from mckconsole.store.cluster import ClusterStore

T = TypeVar("T")

Connect: TypeAlias = Callable[[ClusterEndpoint], ClusterClient]
"""Makes the client of a cluster; sends nothing."""

CONTACT = 60.0
"""Seconds a first contact may take: a credential plugin's 30, the connection's, two replies."""


def connecting(config: Config) -> Connect:
    """Makes clients with the time limits of `config`."""
    limits = Limits(total=config.request_timeout)
    return lambda endpoint: ClusterClient(endpoint, limits=limits)


class InternalTrouble(SourceError):
    """A bug of ours, contained: it costs one topic of one cluster and names its place."""

    def __init__(self, error: Exception) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        place = f" in {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        super().__init__(
            f"internal error: {type(error).__name__}{place}", hint="please report this"
        )


class Gate:
    """Lets a bounded number of tasks work at once, none of them for longer than `hold` seconds.

    A task that takes longer works on outside the bound: what is silent costs no processor time, so
    a dead cluster must not keep the place of a live one.
    """

    def __init__(self, places: int, hold: float) -> None:
        self._places = asyncio.Semaphore(places)
        self._hold = hold

    async def through(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, started when there is a place; cancelled with the caller."""
        task: asyncio.Task[T] | None = None
        try:
            async with self._places:
                task = asyncio.ensure_future(work)
                await asyncio.wait({task}, timeout=self._hold)
            return await task
        finally:
            if task is None:
                work.close()
            elif not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


async def first_contact(
    client: ClusterClient, store: ClusterStore, *, within: float = CONTACT
) -> ApiSurface:
    """Open the session, ask version and API surface, and tell `store` how each topic is read.

    A refused `/version` is no obstacle; a connection or credential in trouble is.

    Raises:
        SourceError: the cluster cannot be read; ReadTimeout when it took too long.
    """
    try:
        async with asyncio.timeout(within):
            await client.open()
            surface = await survey(client, store)
    except TimeoutError:
        raise ReadTimeout(
            f"no complete first contact within {within:.0f} s", hint="check the API server"
        ) from None
    assign(store, surface)
    return surface


async def survey(client: ClusterClient, store: ClusterStore) -> ApiSurface:
    """Ask version and API surface together, and tell `store` the version.

    Raises:
        SourceError: no usable answer; a refused `/version` is no obstacle.
    """
    surface, version = await asyncio.gather(
        discover(client), server_version(client), return_exceptions=True
    )
    if isinstance(surface, BaseException):
        raise surface
    if not isinstance(version, BaseException):
        store.identify(version)
    elif not isinstance(version, StatusTrouble):
        raise version
    return surface


def assign(store: ClusterStore, surface: ApiSurface) -> None:
    """Tell every topic of `store` in which version it is read, or why it is not.

    A topic that is being read is only ended by an answer, not by the lack of one.
    """
    for topic in store.topics:
        held, pick = store.collection(topic), surface.pick(BY_TOPIC[topic])
        if pick.version is not None:
            held.assign(pick.version)
        elif not (held.version and pick.state in (TopicState.UNREACHABLE, TopicState.FORBIDDEN)):
            held.settle(pick.state, pick.reason)
