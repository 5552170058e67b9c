"""What all services of one snapshot are judged in: meshes, members, and who may be unknown.

Worked out once per snapshot, so that a service costs no walk over clusters it has nothing to do
with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from mckconsole.analysis.services.ids import ID_TOPICS
from mckconsole.analysis.services.model import ClusterFacts, Dialect, Surroundings

TUNNELLED = frozenset({Dialect.LIGHTHOUSE, Dialect.CILIUM_MCS, Dialect.CILIUM_GLOBAL})
"""Dialects whose clusters are joined by the links of the mesh pane."""


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What all services of one snapshot are judged in, worked out once."""

    around: Surroundings
    mesh: Mapping[str, int]
    """Cluster to the number of its mesh; a cluster without any link is not here."""
    meshes: int
    members: Mapping[tuple[Dialect, int], frozenset[str]]
    """(dialect, mesh) to the clusters where the dialect is installed."""
    severed: bool
    """Whether any way between two clusters is known to be down."""
    blind: tuple[str, ...]
    """Clusters of which nothing could be read: they may have any part."""
    nameless: Mapping[str, str]
    """Clusters whose ids may not all be known, with the reason: an id that nobody has may be
    theirs."""
    silent: frozenset[str]
    """Clusters that were read and say no id of their own."""
    _homes: dict[tuple[Dialect, int, str], tuple[frozenset[str], frozenset[str]]] = field(
        default_factory=dict
    )

    def homes(
        self, dialect: Dialect, mesh: int, space: str
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Members of a dialect's mesh that have a namespace or may have it, and those without."""
        key = (dialect, mesh, space)
        found = self._homes.get(key)
        if found is None:
            members, clusters = self.members.get((dialect, mesh), frozenset()), self.around.clusters
            without = frozenset(
                name
                for name in members
                if (spaces := clusters[name].namespaces) is not None and space not in spaces
            )
            found = self._homes[key] = (members - without, without)
        return found


@lru_cache(maxsize=4)
def setting_of(around: Surroundings) -> Setting:
    """The setting of these surroundings; of one snapshot it is made once."""
    mesh = meshes_of(around.reach)
    members: dict[tuple[Dialect, int], set[str]] = {}
    count = len(set(mesh.values()))
    for name, facts in around.clusters.items():
        for dialect in facts.installed:
            members.setdefault((dialect, place_of(mesh, count, dialect, name)), set()).add(name)
    return Setting(
        around,
        mesh,
        count,
        {key: frozenset(names) for key, names in members.items()},
        any(reach.up is False for reach in around.reach.values()),
        tuple(name for name, facts in around.clusters.items() if not facts.readable),
        {name: why for name, facts in around.clusters.items() if (why := _nameless(facts))},
        frozenset(
            name
            for name, facts in around.clusters.items()
            if facts.readable and not facts.ids - {facts.name, facts.context}
        ),
    )


def _nameless(facts: ClusterFacts) -> str:
    if not facts.readable:
        return facts.reason or "not readable"
    if facts.ids - {facts.name, facts.context}:
        return ""
    return next((facts.unread[topic] for topic in ID_TOPICS if topic in facts.unread), "")


def meshes_of(pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Clusters that are joined, over however many others, have the same number (from 1)."""
    root: dict[str, str] = {}

    def find(name: str) -> str:
        while root.setdefault(name, name) != name:
            name = root[name]
        return name

    for one, two in pairs:
        root[find(one)] = find(two)
    numbers: dict[str, int] = {}
    return {name: numbers.setdefault(find(name), len(numbers) + 1) for name in list(root)}


def place_of(mesh: Mapping[str, int], count: int, dialect: Dialect, name: str) -> int:
    """The mesh that tells a dialect's clusters apart; 0 where there is nothing to tell apart."""
    return mesh.get(name, 0) if count > 1 and dialect in TUNNELLED else 0
