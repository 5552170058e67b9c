"""Tell listeners what changed: coalesced, bounded, at most once per tick.

A listener that is slow gets one larger set, never a queue: a set holds each cluster and topic once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeAlias

from mckconsole.sources.pace import REAL, Pace

Change: TypeAlias = tuple[str, str]
"""(cluster, topic), (cluster, CLUSTER), (cluster, METRICS), (cluster, INVENTORY), ("", ACCESS),
("", ALERTS)."""

CLUSTER = "cluster"
"""Stands in a Change for the cluster's own state."""
METRICS = "metrics"
"""Stands in a Change for the cluster's metrics."""

INVENTORY = "inventory"
"""Stands in a Change for the cluster's coming and going: whether it is there, the fleet's store
says. With an empty name it is the inventory as a whole: its order or its problems."""
ACCESS = "access"
"""Stands in a Change without a cluster for what logs say of who read Secrets."""
ALERTS = "alerts"
"""Stands in a Change without a cluster for what metrics endpoints say of alerts."""

Wanted: TypeAlias = Callable[[Change], bool]
"""Whether a change is worth waking a listener."""
TICK = 0.05
"""Seconds between two change sets: well below what an eye notices."""


class Subscription:
    """An async iterator of sets of changes; `close` ends it."""

    def __init__(self, signals: Signals, tick: float, pace: Pace, only: Wanted) -> None:
        self._signals = signals
        self._only = only
        self._tick = tick
        self._pace = pace
        self._changes: set[Change] = set()
        self._something = asyncio.Event()
        self._closed = False
        self._last = float("-inf")

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> frozenset[Change]:
        """Wait for the next changes."""
        await self._something.wait()
        wait = self._last + self._tick - self._pace.monotonic()
        if wait > 0 and not self._closed:
            await self._pace.sleep(wait)
        if self._closed:
            raise StopAsyncIteration
        self._last = self._pace.monotonic()
        changes, self._changes = frozenset(self._changes), set()
        self._something.clear()
        return changes

    def close(self) -> None:
        """Get no more changes; a waiting iteration ends."""
        self._closed = True
        self._something.set()
        self._signals.forget(self)

    def notify(self, change: Change) -> None:
        """Take note of `change`, if it is wanted."""
        if not self._only(change):
            return
        self._changes.add(change)
        self._something.set()


class Signals:
    """Passes changes on to all subscriptions."""

    def __init__(self, pace: Pace = REAL) -> None:
        self._pace = pace
        self._subscriptions: list[Subscription] = []

    def subscribe(self, tick: float = TICK, only: Wanted = lambda _: True) -> Subscription:
        """A new subscription, which hears of what happens from now on, if it is wanted."""
        subscription = Subscription(self, tick, self._pace, only)
        self._subscriptions.append(subscription)
        return subscription

    def forget(self, subscription: Subscription) -> None:
        """Stop telling `subscription`; unknown ones are ignored."""
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)

    def emit(self, change: Change) -> None:
        """Tell everybody of `change`."""
        for subscription in self._subscriptions:
            subscription.notify(change)
