"""A fleet of which objects come and go, as a store holds it: views of dictionaries that change."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from types import MappingProxyType

from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.kinds import BY_TOPIC, KINDS
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot, TopicView
from mckconsole.domain.states import ClusterState, TopicState
from tests.unit.analysis.build import NOW, Doc, belongs

_DECODERS = {kind.topic: ProjectionDecoder(kind.projection) for kind in KINDS}


def topics_of(doc: Doc) -> tuple[str, ...]:
    """The topics that an object is read under."""
    found = tuple(kind.topic for kind in KINDS if belongs(kind, doc))
    if not found:
        raise ValueError(doc)
    return found


class LiveFleet:
    """Clusters whose content changes in place."""

    def __init__(self, *names: str) -> None:
        self.now = NOW
        self._held: dict[str, dict[str, dict[Key, Projection]]] = {
            name: {topic: {} for topic in BY_TOPIC} for name in names
        }
        self._generations: dict[tuple[str, str], int] = {}
        self._states: dict[tuple[str, str], TopicState] = {}

    def put(self, cluster: str, *docs: Doc) -> None:
        """Objects come, or change."""
        for doc in docs:
            for topic in topics_of(doc):
                found = _DECODERS[topic].decode(json.dumps(doc).encode()).object
                self._held[cluster][topic][found.key] = found
                self._touch(cluster, topic)

    def drop(self, cluster: str, *docs: Doc) -> None:
        """Objects go; one that is not there stays away."""
        for doc in docs:
            for topic in topics_of(doc):
                found = _DECODERS[topic].decode(json.dumps(doc).encode()).object
                if self._held[cluster][topic].pop(found.key, None) is not None:
                    self._touch(cluster, topic)

    def relist(self, cluster: str, topic: str) -> None:
        """A list is read again: equal objects, all of them new."""
        held = self._held[cluster][topic]
        self._held[cluster][topic] = {key: copy.copy(one) for key, one in held.items()}

    def state(self, cluster: str, topic: str, state: TopicState) -> None:
        """How a topic stands from now on."""
        self._states[cluster, topic] = state
        self._touch(cluster, topic)

    def snapshot(self) -> FleetSnapshot:
        """The fleet as it is; what it holds goes on changing."""
        return FleetSnapshot({name: self._cluster(name) for name in self._held}, self.now)

    def _touch(self, cluster: str, topic: str) -> None:
        self._generations[cluster, topic] = self._generations.get((cluster, topic), 0) + 1

    def _cluster(self, name: str) -> ClusterSnapshot:
        return ClusterSnapshot(
            name,
            f"ctx-{name}",
            f"https://{name}.example",
            ClusterState.READY,
            topics={topic: self._view(name, topic) for topic in BY_TOPIC},
        )

    def _view(self, name: str, topic: str) -> TopicView:
        state = self._states.get((name, topic), TopicState.FRESH)
        objects = self._held[name][topic]
        served = bool(objects) or not BY_TOPIC[topic].group
        if state is TopicState.FRESH and not served:
            state = TopicState.ABSENT
        shown: Mapping[Key, Projection] = objects if state.readable else {}
        return TopicView(
            topic,
            state,
            "" if state is TopicState.FRESH else f"{state} in this test",
            BY_TOPIC[topic].versions[-1] if state.readable else "",
            MappingProxyType(shown),
            {},
            NOW if state.readable else None,
            self._generations.get((name, topic), 0),
        )
