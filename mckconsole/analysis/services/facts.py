"""What must be known of a cluster before its services are judged: ids, dialects, what is unread.

Each piece is worked out again only when a topic that it was read from changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from mckconsole.analysis.changes import Seen
from mckconsole.analysis.mesh.links import MeshMember
from mckconsole.analysis.services.ids import (
    ID_TOPICS,
    IdClaim,
    istio_claims,
    known_ids,
    own_claims,
)
from mckconsole.analysis.services.index import OBJECT_TOPICS
from mckconsole.analysis.services.installed import SIGN_TOPICS, Signs, read_signs
from mckconsole.analysis.services.model import ClusterFacts, Dialect
from mckconsole.analysis.unread import CONNECTING, cluster_reason, read_topics
from mckconsole.domain.core import Namespace
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.domain.states import ClusterState

T = TypeVar("T")

FACT_TOPICS = tuple(
    dict.fromkeys(
        (
            *OBJECT_TOPICS,
            "namespaces",
            "deployments",
            "corefile",
            "corefile-custom",
            "corefile-openshift",
            "istio-remote-secrets",
            "linkerd-links",
            *(topic for topic in ID_TOPICS if topic != "gateways"),
        )
    )
)
"""Topics of which readers and rules may ask whether and when they were read."""


@dataclass(slots=True)
class ClusterReading:
    """What was worked out of one cluster, with what it was worked out from."""

    facts: ClusterFacts | None = None
    claims: tuple[IdClaim, ...] = ()
    namespaces: frozenset[str] | None = None
    signs: Signs = field(default_factory=Signs)
    annotated: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    """Namespaces that say to be global for Cilium, and those that say not to be."""
    _sources: dict[str, object] = field(default_factory=dict)

    def refresh(self, cluster: ClusterSnapshot) -> None:
        """Work out anew what may have changed."""
        self.claims = self._again(cluster, ID_TOPICS, own_claims, self.claims)
        self.signs = self._again(cluster, SIGN_TOPICS, read_signs, self.signs)
        self.namespaces, self.annotated = self._again(
            cluster, ("namespaces",), _namespaces, (self.namespaces, self.annotated)
        )

    def _again(
        self,
        cluster: ClusterSnapshot,
        topics: Sequence[str],
        read: Callable[[ClusterSnapshot], T],
        known: T,
    ) -> T:
        now = tuple(_signature(cluster, topic) for topic in topics)
        if self._sources.get(topics[0]) == now:
            return known
        self._sources[topics[0]] = now
        return read(cluster)


def _signature(cluster: ClusterSnapshot, topic: str) -> object:
    """Equal where a topic says surely the same."""
    view = cluster.topic(topic)
    return (view.state, view.version, bool(view.faults), Seen.of(view))


def _namespaces(
    cluster: ClusterSnapshot,
) -> tuple[frozenset[str] | None, tuple[frozenset[str], frozenset[str]]]:
    """All namespaces, None when not conclusive; and what Cilium's annotation says of some."""
    yes: set[str] = set()
    no: set[str] = set()
    held = cluster.objects("namespaces", Namespace)
    for (_, name), one in held.items():
        if said := one.metadata.annotations.cilium_global:
            (yes if said.lower() == "true" else no).add(name)
    known = frozenset(name for _, name in held) if cluster.topic("namespaces").conclusive else None
    return known, (frozenset(yes), frozenset(no))


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts of all clusters, and how they differ from those before."""

    facts: Mapping[str, ClusterFacts]
    """In the fleet's order."""
    claims: Mapping[str, Sequence[IdClaim]]
    changed: frozenset[str]
    """Clusters of which something else than namespaces and times changed."""
    namespaces: frozenset[str]
    """Names of namespaces that came or went somewhere."""


def read_facts(
    fleet: FleetSnapshot, members: Sequence[MeshMember], readings: dict[str, ClusterReading]
) -> Standing:
    """The facts of every cluster; `readings` holds what was worked out before, and is updated."""
    for name, cluster in fleet.clusters.items():
        readings.setdefault(name, ClusterReading()).refresh(cluster)
    own = {name: readings[name].claims for name in fleet.clusters}
    elsewhere = istio_claims(fleet, own)
    claims = {name: (*own[name], *elsewhere.get(name, ())) for name in fleet.clusters}
    ids = known_ids(fleet, claims, members)
    joined = _joined_by_istio(fleet, readings)
    changed: set[str] = set()
    namespaces: frozenset[str] = frozenset()
    found: dict[str, ClusterFacts] = {}
    for name, cluster in fleet.clusters.items():
        reading = readings[name]
        new, old = _facts(cluster, reading, ids[name], name in joined), reading.facts
        reading.facts = found[name] = new
        if old is None or _lasting(old) != _lasting(new):
            changed.add(name)
        if old is not None and old.namespaces != new.namespaces:
            if old.namespaces is None or new.namespaces is None:
                changed.add(name)
            else:
                namespaces |= old.namespaces ^ new.namespaces
    return Standing(found, claims, frozenset(changed), namespaces)


def _lasting(facts: ClusterFacts) -> ClusterFacts:
    """What services depend on as a whole: all but times and single namespaces."""
    return replace(facts, at={}, namespaces=None)


def _joined_by_istio(
    fleet: FleetSnapshot, readings: Mapping[str, ClusterReading]
) -> frozenset[str]:
    """Clusters that Istio joins by sameness: with Istio, where some have remote secrets, or may
    have. One alone is not joined with anything."""
    found = [name for name in fleet.clusters if Dialect.ISTIO in readings[name].signs.installed]
    joined = any(
        readings[name].signs.remote_secrets
        or not fleet.clusters[name].topic("istio-remote-secrets").conclusive
        for name in found
    )
    return frozenset(found) if joined and len(found) > 1 else frozenset()


def _facts(
    cluster: ClusterSnapshot, reading: ClusterReading, ids: frozenset[str], istio_joined: bool
) -> ClusterFacts:
    topics = read_topics(cluster, FACT_TOPICS)
    if cluster.state is ClusterState.CONNECTING:
        held, reason = False, CONNECTING
    else:
        held = any(cluster.topic(name).state.readable for name in FACT_TOPICS)
        reason = cluster_reason(cluster)
    return ClusterFacts(
        name=cluster.name,
        ids=ids,
        readable=held,
        reason="" if held else reason,
        context=cluster.context,
        versions=topics.versions,
        at=topics.at,
        unread=topics.unread,
        namespaces=reading.namespaces,
        installed=reading.signs.installed,
        globalnet=reading.signs.globalnet,
        cilium_synced_slices=reading.signs.cilium_synced_slices,
        cilium_shares=reading.signs.cilium_shares,
        cilium_odd=reading.annotated[reading.signs.cilium_shares],
        istio_joined=istio_joined,
    )
