"""What was held at one moment of a recording, and the snapshot of it.

Pieces go in, snapshots come out. A snapshot is a value: what changes later changes a copy. Views
and clusters in which nothing changed are the very objects of the last snapshot, so that an analysis
sees at a glance what it need not look at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from types import MappingProxyType
from typing import Any, cast

from mckconsole.domain.access_log import NO_ACCESS_LOG
from mckconsole.domain.alerts import AlertsView
from mckconsole.domain.metrics import MetricsView
from mckconsole.domain.objects import Key
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot, Handshake, TopicView
from mckconsole.domain.states import ClusterState, TopicState
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
    SERIES,
    TOPIC,
    TOPICS,
    Held,
    codec,
)
from mckconsole.store.recording.reader import Part
from mckconsole.store.recording.values import Condition, Contact, Member, Standing, put_together

_NOTHING: Mapping[Any, Any] = MappingProxyType({})
_UNTOLD = Condition(ClusterState.PENDING, "not recorded")
_NO_CONTACT = Contact((), 0.0, None)
_UNSEEN = Standing(TopicState.PENDING, "not recorded")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part that was read."""

    cluster: str
    chain: str
    base: bool
    put: Mapping[Any, Any]
    gone: Sequence[Any]


def decode(parts: Iterable[Part]) -> list[Piece]:
    """What parts say; those of chains that this program does not know are left out. Takes its time.

    Raises:
        DecodingError: one is damaged.
    """
    return [
        Piece(part.cluster, part.chain, part.base, *reading.decode(part.data))
        for part in parts
        if (reading := codec(part.chain)) is not None
    ]


class State:
    """All chains at one moment."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], Mapping[Any, Any]] = {}
        self._generations = count(1)
        self._generation: dict[tuple[str, str], int] = {}
        self._views: dict[tuple[str, str], tuple[object, TopicView]] = {}
        self._clusters: dict[str, ClusterSnapshot] = {}
        self._stale: set[str] = set()

    def begin(self, pieces: Iterable[Piece]) -> None:
        """Be what these lead to, and nothing else."""
        before = self._held
        self._held = {}
        self._apply(pieces)
        for key in before.keys() | self._held.keys():
            self._changed(*key)

    def go_on(self, pieces: Iterable[Piece]) -> set[tuple[str, str]]:
        """Take in what changed; returns the chains (cluster, name) that did."""
        changed = self._apply(pieces)
        for key in changed:
            self._changed(*key)
        return changed

    def chain(self, cluster: str, name: str) -> Mapping[Any, Any]:
        """What a chain holds now; nothing where it was not recorded."""
        return self._held.get((cluster, name), _NOTHING)

    @property
    def chains(self) -> Sequence[tuple[str, str]]:
        """(cluster, name) of all that there are."""
        return tuple(self._held)

    def _apply(self, pieces: Iterable[Piece]) -> set[tuple[str, str]]:
        copied: dict[tuple[str, str], dict[Any, Any]] = {}
        for piece in pieces:
            key = (piece.cluster, piece.chain)
            if piece.base:
                copied[key] = {}
            elif key not in copied:
                copied[key] = dict(self._held.get(key, {}))
            copied[key].update(piece.put)
            for one in piece.gone:
                copied[key].pop(one, None)
        self._held.update(copied)
        return set(copied)

    def _changed(self, cluster: str, name: str) -> None:
        self._stale.add(cluster)
        if name.startswith(TOPIC):
            self._generation[cluster, name] = next(self._generations)

    # As the analysis sees it.

    def snapshot(self, at: float) -> FleetSnapshot:
        """The fleet as it was held, looked at when it was `at`."""
        members: Mapping[str, Member] = self.chain("", INVENTORY)
        names = sorted(members, key=lambda name: members[name].place)
        clusters = {name: self._cluster(name, members[name]) for name in names}
        self._stale.clear()
        words = self.chain("", FLEET)
        return FleetSnapshot(
            MappingProxyType(clusters),
            at,
            words.get("problems", ()),
            words.get("notes", ()),
            self._alerts(),
            self.chain("", ACCESS).get("log", NO_ACCESS_LOG),
        )

    def _alerts(self) -> tuple[AlertsView, ...]:
        asked = self.chain("", ASKED)
        views: Mapping[str, AlertsView] = self.chain("", ALERTS)
        times = {name: asked.get(name, (None, 0.0)) for name in views}
        return tuple(
            replace(view, as_of=times[name][0], clock_offset=times[name][1])
            for name, view in views.items()
        )

    def _cluster(self, name: str, member: Member) -> ClusterSnapshot:
        held = self._clusters.get(name)
        if held is None or name in self._stale or "" in self._stale:
            held = self._clusters[name] = self._made(name, member)
        return held

    def _made(self, name: str, member: Member) -> ClusterSnapshot:
        standing: Condition = self.chain(name, CONDITION).get("now", _UNTOLD)
        contact: Contact = self.chain(name, CONTACT).get("now", _NO_CONTACT)
        topics = {topic: self._topic(name, topic) for topic in self.chain(name, TOPICS)}
        vectors = put_together(self.chain(name, SERIES), self.chain(name, NUMBERS))
        history = self.chain(name, HISTORY)
        return ClusterSnapshot(
            name=name,
            context=member.context,
            server=member.server,
            state=standing.state,
            reason=standing.reason,
            version=standing.version,
            builds=standing.builds,
            latency=contact.latencies[-1] if contact.latencies else None,
            latencies=contact.latencies,
            clock_offset=contact.clock_offset,
            as_of=contact.as_of,
            warnings=member.warnings,
            topics=MappingProxyType(topics),
            metrics=MetricsView(MappingProxyType(vectors)),
            history=tuple(sorted(history.values(), key=lambda one: one.at)),
            handshake=self.chain(name, HANDSHAKE).get("now", Handshake()),
        )

    def _topic(self, cluster: str, topic: str) -> TopicView:
        standing: Standing = self.chain(cluster, TOPICS).get(topic, _UNSEEN)
        as_of = self.chain(cluster, CONFIRMED).get(topic)
        generation = self._generation.get((cluster, f"{TOPIC}{topic}"), 0)
        made_of = (standing, as_of, generation)
        held = self._views.get((cluster, topic))
        if held is None or held[0] != made_of:
            held = (made_of, self._view(cluster, topic, standing, as_of, generation))
            self._views[cluster, topic] = held
        return held[1]

    def _view(
        self, cluster: str, topic: str, standing: Standing, as_of: float | None, generation: int
    ) -> TopicView:
        content = cast("Mapping[Key, Held]", self.chain(cluster, f"{TOPIC}{topic}"))
        faults = {key: one.faults for key, one in content.items() if one.faults}
        faults |= {(namespace, name): paths for namespace, name, paths in standing.loose}
        return TopicView(
            topic,
            standing.state,
            standing.reason,
            standing.version,
            MappingProxyType({key: one.object for key, one in content.items()}),
            MappingProxyType(faults),
            as_of,
            generation,
            MappingProxyType({key: one.audit for key, one in content.items() if one.audit}),
            standing.values,
            standing.withheld,
            standing.looked_at,
        )
