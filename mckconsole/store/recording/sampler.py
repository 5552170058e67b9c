"""Say what changed between two snapshots, chain by chain.

What did not change is told by identity first: a store hands out the very objects of the last look.
Pure but for what it remembers of the last snapshot; may run in a thread.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from mckconsole.domain.decode import Decoded
from mckconsole.domain.kinds import BY_TOPIC, Keep
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot, TopicView
from mckconsole.store.history import LIMIT
from mckconsole.store.recording.codec import (
    ACCESS,
    ALERTS,
    ASKED,
    CONDITION,
    CONFIRMED,
    CONTACT,
    FLEET,
    HANDSHAKE,
    HISTORY,
    INVENTORY,
    NUMBERS,
    QUIET,
    SERIES,
    TOPIC,
    TOPICS,
    Held,
)
from mckconsole.store.recording.values import (
    Condition,
    Contact,
    Member,
    Standing,
    take_apart,
)
from mckconsole.store.recording.writer import Change

_NUMBERS = re.compile(rb"[0-9.]+")
Groups = Mapping[str, Collection[str]]
"""By cluster: the groups that it is in."""


class Chains:
    """What was told of every chain, and how that differs from what is there now."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], Mapping[Any, Any]] = {}

    def told(self, cluster: str, chain: str) -> Mapping[Any, Any]:
        """What the chain held when it was told last."""
        return self._told.get((cluster, chain), {})

    def change(self, cluster: str, chain: str, now: Mapping[Any, Any]) -> Iterator[Change]:
        """The change of a chain, if there is one."""
        before = self._told.get((cluster, chain))
        if before is None:
            if now:
                self._told[cluster, chain] = now
                yield Change(cluster, chain, now, (), lambda: now, chain not in QUIET)
            return
        put = {
            key: value
            for key, value in now.items()
            if (held := before.get(key)) is not value and held != value
        }
        gone = [key for key in before if key not in now]
        if put or gone:
            self._told[cluster, chain] = now
            news = bool(gone) or _is_news(chain, put, before)
            yield Change(cluster, chain, put, gone, lambda: now, news)


class Sampler:
    """Looks at snapshots, one after the other."""

    def __init__(self) -> None:
        self._chains = Chains()
        self._views: dict[tuple[str, str], TopicView] = {}
        self._metrics: dict[str, Mapping[str, Any]] = {}
        self._numbered: dict[str, tuple[int, tuple[Any, ...]]] = {}

    def changes(self, snapshot: FleetSnapshot, groups: Groups) -> list[Change]:
        """What is different from the last snapshot; all of it the first time."""
        self._forget(snapshot)
        found = list(self._fleet(snapshot, groups))
        for cluster in snapshot.clusters.values():
            found += self._cluster(cluster)
        return found

    def _forget(self, snapshot: FleetSnapshot) -> None:
        """Of clusters that are gone: another one of the name may come."""
        for cluster, topic in [one for one in self._views if one[0] not in snapshot.clusters]:
            del self._views[cluster, topic]

    def _fleet(self, snapshot: FleetSnapshot, groups: Groups) -> Iterator[Change]:
        members = {
            name: Member(place, one.context, one.server, tuple(groups.get(name, ())), one.warnings)
            for place, (name, one) in enumerate(snapshot.clusters.items())
        }
        yield from self._chains.change("", INVENTORY, members)
        words = {"problems": snapshot.inventory_problems, "notes": snapshot.notes}
        yield from self._chains.change("", FLEET, words)
        alerts = {
            one.endpoint: replace(one, as_of=None, clock_offset=0.0) for one in snapshot.alerts
        }
        yield from self._chains.change("", ALERTS, alerts)
        asked = {one.endpoint: (one.as_of, one.clock_offset) for one in snapshot.alerts}
        yield from self._chains.change("", ASKED, asked)
        yield from self._chains.change("", ACCESS, {"log": snapshot.access})

    def _cluster(self, cluster: ClusterSnapshot) -> Iterator[Change]:
        name = cluster.name
        standing = Condition(cluster.state, cluster.reason, cluster.version, cluster.builds)
        yield from self._chains.change(name, CONDITION, {"now": standing})
        latencies = tuple(round(one, 5) for one in cluster.latencies)
        as_of = None if cluster.as_of is None else round(cluster.as_of, 3)
        contact = Contact(latencies, round(cluster.clock_offset, 3), as_of)
        yield from self._chains.change(name, CONTACT, {"now": contact})
        yield from self._chains.change(name, HANDSHAKE, {"now": cluster.handshake})
        yield from self._chains.change(name, HISTORY, self._history(cluster))
        topics = {view.topic: _standing(view) for view in cluster.topics.values()}
        yield from self._chains.change(name, TOPICS, topics)
        confirmed = {view.topic: view.as_of for view in cluster.topics.values()}
        yield from self._chains.change(name, CONFIRMED, confirmed)
        for view in cluster.topics.values():
            yield from self._topic(name, view)
        if cluster.metrics.vectors != self._metrics.get(name):
            self._metrics[name] = cluster.metrics.vectors
            series, numbers = take_apart(cluster.metrics.vectors)
            yield from self._chains.change(name, SERIES, series)
            yield from self._chains.change(name, NUMBERS, numbers)

    def _topic(self, cluster: str, view: TopicView) -> Iterator[Change]:
        before = self._views.get((cluster, view.topic))
        if before is not None and view.generation == before.generation:
            return
        self._views[cluster, view.topic] = view
        chain = f"{TOPIC}{view.topic}"
        now = _content(view, self._chains.told(cluster, chain))
        yield from self._chains.change(cluster, chain, now)

    def _history(self, cluster: ClusterSnapshot) -> dict[str, Any]:
        """Transitions under numbers that stay theirs while older ones are dropped."""
        first, before = self._numbered.get(cluster.name, (0, ()))
        now = cluster.history
        if now is not before:
            if before and (not now or now[0] is not before[0]):
                kept = next(
                    (n for n, one in enumerate(before) if now and one is now[0]), len(before)
                )
                first += kept
            self._numbered[cluster.name] = (first, now)
        return {str(first + n): one for n, one in enumerate(now[-LIMIT:])}


def _is_news(chain: str, put: Mapping[Any, Any], before: Mapping[Any, Any]) -> bool:
    """Whether more changed than times and numbers; of what is polled, heartbeats are no news."""
    kind = BY_TOPIC.get(chain.removeprefix(TOPIC)) if chain.startswith(TOPIC) else None
    if kind is None or kind.keep is not Keep.POLL:
        return chain not in QUIET
    return any(
        key not in before or _words(before[key].object) != _words(one.object)
        for key, one in put.items()
    )


def _words(found: Projection) -> bytes:
    """What an object says, without its numbers."""
    return _NUMBERS.sub(b"", msgspec.json.encode(found))


def _standing(view: TopicView) -> Standing:
    loose = tuple((*key, paths) for key, paths in view.faults.items() if key not in view.objects)
    return Standing(
        view.state, view.reason, view.version, loose, view.values, view.withheld, view.looked_at
    )


def _content(view: TopicView, told: Mapping[Key, Held]) -> dict[Key, Held]:
    """The objects of a topic with what was seen in them; those that are as they were are the very
    values that were told."""
    content: dict[Key, Held] = {}
    for key, found in view.objects.items():
        faults, audit = view.faults.get(key, ()), view.audit.get(key)
        held = told.get(key)
        if held is None or held.object is not found or (held.faults, held.audit) != (faults, audit):
            held = Decoded(found, faults, audit)
        content[key] = held
    return content
