"""A fleet to ask a few questions, for commands that look at objects when they are asked to.

Nothing is kept current here: the clusters are connected, asked, and let go.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from mckconsole.cli.progress import ProgressDisplay
from mckconsole.cli.target import Target
from mckconsole.domain.states import ClusterState
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import Progress, ReadPlan, Report

_UNDER_WAY = (ClusterState.PENDING, ClusterState.CONNECTING)


@asynccontextmanager
async def asked(
    target: Target, seconds: float, progress: ProgressDisplay
) -> AsyncIterator[LiveFleet]:  # fmt: skip
    """The clusters of `target`, each connected or with the reason why not.

    `seconds` bounds the wait for those that are slow: they count as not read.
    """
    fleet = LiveFleet(
        target.inventory, ReadPlan((), ()), config=target.config, prometheus=()
    )  # fmt: skip
    async with fleet:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await settled(fleet, progress)
        yield fleet


async def settled(fleet: LiveFleet, progress: Report) -> None:
    """Wait until no cluster is being connected any more."""
    changes = fleet.store.subscribe()
    try:
        while _waiting(fleet, progress):
            await anext(changes)
    finally:
        changes.close()


def _waiting(fleet: LiveFleet, progress: Report) -> bool:
    waiting = False
    for name in fleet.names:
        held = fleet.store.cluster(name)
        if held.state in _UNDER_WAY and not held.endpoint.problem:
            waiting = True
            progress(Progress(name, "connecting"))
        elif not held.connected_now:
            progress(Progress(name, "", done=True, error=held.reason))
    return waiting
