"""Keep the fleet live and hand on what it means, one frame after the other.

Reads no widget and draws nothing. What costs time to import (the HTTP client, the kubeconfig
reader) is imported here, in a thread, when the first screen is already painted. Frames follow
changes within a twentieth of a second where the analysis is quick; a fleet that is slow to judge is
judged less often, so that keys are answered first. What is polled waits for the next regular frame.
"""

from __future__ import annotations

import asyncio
import importlib
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import TYPE_CHECKING

from mckconsole.analysis.engine import NOTHING_REMEMBERED, analyse
from mckconsole.analysis.failover.quantities import amount
from mckconsole.analysis.outlook import is_due
from mckconsole.domain.kinds import BY_TOPIC, Keep
from mckconsole.domain.states import ClusterState, Transition
from mckconsole.store.signals import METRICS
from mckconsole.ui.frame import Frame, make_frame
from mckconsole.ui.policy import audit_policy, identity_policy
from mckconsole.views.panes import CONSOLE_QUERIES, CONSOLE_TOPICS

if TYPE_CHECKING:
    from mckconsole.analysis.identity.model import IdentityPolicy
    from mckconsole.domain.snapshot import FleetSnapshot
    from mckconsole.store.live import LiveFleet
    from mckconsole.store.opened import Followed
    from mckconsole.store.reload import Replaced
    from mckconsole.store.signals import Change, Subscription
    from mckconsole.ui.settings import OpenFleet, Settings

TICK = 0.05
"""Seconds between two frames when everything is quick."""
AGEING = 1.0
"""Seconds after which a frame is made although nothing changed: what is shown grows old."""
SHARE = 4.0
"""For so many times as long as a frame took to make, no other is made after it."""
AGEING_SHARE = 150.0
"""The same for frames in which only ages differ, and what is polled."""
SLOWEST = 25.0
"""Seconds that an age may stand still at most."""
INLINE = 0.02
"""Seconds up to which a frame is made on the loop; what takes longer is made in a thread, so that
keys are answered meanwhile."""
_UNSETTLED = (ClusterState.PENDING, ClusterState.CONNECTING)
PAST = 2000
"""Transitions of links that are kept."""


def is_news(change: Change) -> bool:
    """Whether a change is worth a frame at once.

    What is polled, metrics too, changes with every poll; it is at most seconds old anyway.
    """
    kind = BY_TOPIC.get(change[1])
    return change[1] != METRICS if kind is None else kind.keep is Keep.WATCH


class Feed:
    """The fleet as a stream of frames."""

    def __init__(
        self,
        settings: Settings,
        show: Callable[[Frame], None],
        replaced: Callable[[Replaced], None],
        settled: Callable[[], None] = lambda: None,
    ) -> None:
        """All are called on the loop's thread: `show` for every frame, `replaced` when clusters
        came, went or changed in the kubeconfig, `settled` once, when every cluster was read or
        given up."""
        self.live: Followed | None = None
        """What keeps the fleet current; None until the inventory is read."""
        self._settings = settings
        self._show = show
        self._replaced = replaced
        self._when_settled = settled
        self._past: deque[Transition] = deque(maxlen=PAST)
        self._memory = NOTHING_REMEMBERED
        self._epoch = 0
        self._settled = False
        self._cost = 0.0
        """Seconds that the last frame took to make."""

    async def run(self) -> None:
        """Read the inventory and follow it until cancelled.

        Raises:
            Exception: what `open_fleet` raises when the inventory cannot be read.
        """
        await asyncio.to_thread(importlib.import_module, "mckconsole.store.live")
        warm = asyncio.create_task(asyncio.to_thread(amount, "1"))  # while the clusters are asked
        try:
            async with self._settings.open_fleet() as opened:
                await self._follow(opened)
        finally:
            warm.cancel()

    async def _follow(self, opened: OpenFleet) -> None:
        async with opened.replay or self._live(opened) as live:
            self.live = live
            changes = live.store.subscribe(tick=TICK, only=is_news)
            try:
                await self._frames(live, changes, opened)
            finally:
                changes.close()

    def _live(self, opened: OpenFleet) -> AbstractAsyncContextManager[LiveFleet]:
        from mckconsole.store.live import LiveFleet
        from mckconsole.store.reader import ReadPlan
        from mckconsole.store.reload import Reload

        topics = tuple(topic for topic in BY_TOPIC if topic in CONSOLE_TOPICS)
        plan = ReadPlan(topics, CONSOLE_QUERIES)
        reload = None
        if opened.reread is not None:
            reload = Reload(opened.reread, opened.inventory.seen, self._replaced)
        inventory, config = opened.inventory, opened.config
        return LiveFleet(inventory, plan, config=config, reload=reload, logs=opened.logs)

    async def _frames(self, live: Followed, changes: Subscription, opened: OpenFleet) -> None:
        waiting = asyncio.ensure_future(anext(changes))
        hurry = asyncio.ensure_future(live.urgent.wait())
        try:
            while True:
                if hurry.done():
                    live.urgent.clear()
                    hurry = asyncio.ensure_future(live.urgent.wait())
                self._show(await self._made(live, opened))
                quiet = min(self._cost * SHARE, SLOWEST)
                await asyncio.wait({hurry}, timeout=quiet)
                end = (
                    time.monotonic() + min(max(self._cost * AGEING_SHARE, AGEING), SLOWEST) - quiet
                )
                while (left := end - time.monotonic()) > 0 and not hurry.done():
                    await asyncio.wait(
                        {waiting, hurry}, timeout=left, return_when=asyncio.FIRST_COMPLETED
                    )
                    if waiting.done():
                        waiting.result()
                        waiting = asyncio.ensure_future(anext(changes))
                        break
        finally:
            waiting.cancel()
            hurry.cancel()

    async def _made(self, live: Followed, opened: OpenFleet) -> Frame:
        began = time.perf_counter()
        if live.epoch != self._epoch:  # what was concluded from another past
            self._epoch, self._memory = live.epoch, NOTHING_REMEMBERED
            self._past.clear()
        snapshot, status = live.store.snapshot(), live.status
        self._settle(snapshot)
        groups = {name: live.groups(name) for name in live.names}
        policy = identity_policy(opened.config, groups)
        if self._cost <= INLINE and not is_due(snapshot, self._memory.outlook):
            frame = self._judged(snapshot, opened, policy)
        else:
            frame = await asyncio.to_thread(self._judged, snapshot, opened, policy)
        self._cost = time.perf_counter() - began
        return frame if status is None else replace(frame, replay=status)

    def _settle(self, snapshot: FleetSnapshot) -> None:
        if not self._settled and all(
            one.state not in _UNSETTLED for one in snapshot.clusters.values()
        ):
            self._settled = True
            self._when_settled()

    def _judged(self, snapshot: FleetSnapshot, opened: OpenFleet, policy: IdentityPolicy) -> Frame:
        audit = audit_policy(opened.config)
        analysis = analyse(
            snapshot,
            thresholds=opened.thresholds,
            policy=policy,
            audit=audit,
            waivers=opened.waivers,
            support=opened.support,
            memory=self._memory,
        )
        self._memory = analysis.memory
        self._past.extend(analysis.transitions)
        return make_frame(snapshot, analysis, tuple(self._past), opened.waivers, audit)
