"""What becomes of a fleet whose inventory changes while it is followed: the comparison, in values.

What stays the same is not touched: an edited kubeconfig costs no cluster its connection but those
that it is about. A broken one costs none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mckconsole.domain.states import ClusterState
from mckconsole.domain.text import clean, shorten
from mckconsole.sources.endpoint import ClusterEndpoint
from mckconsole.sources.errors import ConnectionTrouble, LoginRequired
from mckconsole.sources.exec_trust import PluginCommand
from mckconsole.sources.fingerprint import fingerprint, server_identity
from mckconsole.sources.kubeconfig import Inventory, KubeconfigError
from mckconsole.sources.kubeconfig_watch import LOOK_EVERY, REST, KubeconfigWatch, Sighting
from mckconsole.sources.pace import REAL, Pace


@dataclass(frozen=True, slots=True)
class Replaced:
    """What a new inventory changed: names of clusters, each in its order."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Those that are reached or signed in to in another way."""
    held: tuple[str, ...] = ()
    """Those of added and changed that wait for somebody to agree to their credential command."""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True)
class Reload:
    """How a live fleet learns of another inventory."""

    load: Callable[[], Inventory]
    """Reads it anew; called in a thread, raises KubeconfigError."""
    seen: Sighting
    """What to compare with: `Inventory.seen` of the inventory that the fleet began with."""
    told: Callable[[Replaced], None] = lambda found: None
    """Called on the loop's thread after a change of clusters."""
    every: float = LOOK_EVERY
    rest: float = REST


class EntryChanged(ConnectionTrouble):
    """The inventory names another way to the same API server; what is held is not confirmed yet."""

    cluster_state = ClusterState.DEGRADED


class CommandHeld(LoginRequired):
    """The inventory names a credential command that nobody has agreed to; it is not run."""

    def __init__(self, name: str, command: PluginCommand) -> None:
        super().__init__(
            f"the kubeconfig now runs another credential command: {command}",
            hint=f"approve with :trust {name}",
        )


def compare(
    before: Sequence[ClusterEndpoint], after: Sequence[ClusterEndpoint]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Names that were added, removed and changed."""
    old = {endpoint.name: fingerprint(endpoint) for endpoint in before}
    new = {endpoint.name: fingerprint(endpoint) for endpoint in after}
    return (
        tuple(name for name in new if name not in old),
        tuple(name for name in old if name not in new),
        tuple(name for name in new if name in old and new[name] != old[name]),
    )


def doubt(before: ClusterEndpoint, after: ClusterEndpoint) -> EntryChanged | None:
    """Why what is held is in doubt; None where it may be of another cluster altogether."""
    if before.problem or after.problem or server_identity(before) != server_identity(after):
        return None
    return EntryChanged("its kubeconfig entry changed; connecting again")


async def watch(
    reload: Reload,
    take: Callable[[Inventory], Replaced],
    complain: Callable[[str], None],
    pace: Pace = REAL,
) -> None:
    """Hand every new inventory to `take` until cancelled; `complain` of one that is broken.

    Only what is broken twice in a row is worth a word: the first time somebody may be writing it.
    """
    broken = False

    async def changed() -> bool:
        nonlocal broken
        try:
            inventory = await asyncio.to_thread(reload.load)
        except KubeconfigError as error:
            if broken:
                why = shorten(clean(str(error)), 300)
                complain(f"the kubeconfig changed and cannot be used: {why}; what was read stays")
            broken = True
            return False
        broken = False
        found = take(inventory)
        if found:
            reload.told(found)
        return True

    await KubeconfigWatch(
        reload.seen, changed, pace=pace, every=reload.every, rest=reload.rest
    ).run()
