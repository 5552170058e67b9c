"""The network policies of one cluster, by the namespaces in which they count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, cast

from mckconsole.analysis.checklist.moments import Sight
from mckconsole.analysis.mesh.evidence import ref_of
from mckconsole.domain.core import Namespace
from mckconsole.domain.netpolicy import Policy
from mckconsole.domain.policyfacts import INGRESS, NAMESPACE_LABEL, PolicyFacts
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState

NAMESPACED = ("networkpolicies", "ciliumnetworkpolicies", "calico-policies")
CLUSTERWIDE = (
    "ciliumclusterwidenetworkpolicies", "calico-globalpolicies", "adminnetworkpolicies",
    "baselineadminnetworkpolicies", "clusternetworkpolicies",
)  # fmt: skip
TOPICS = (*NAMESPACED, *CLUSTERWIDE)
_NAME = "kubernetes.io/metadata.name"


class Held(NamedTuple):
    """A policy, and where it stands."""

    topic: str
    name: str
    facts: PolicyFacts
    sight: Sight


class PolicySet(NamedTuple):
    """The policies of a cluster."""

    local: Mapping[str, tuple[Held, ...]]
    """By namespace."""
    wide: tuple[Held, ...]
    labels: Mapping[str, Mapping[str, str]]
    """Of namespaces, their names among them."""
    absent: frozenset[str]
    """Topics of kinds that the cluster does not serve."""
    unread: tuple[str, ...]
    """Topics from whose content nothing can be concluded."""

    def of(self, namespace: str) -> tuple[Held, ...]:
        """All that count in a namespace."""
        labels = dict(self.labels.get(namespace, {_NAME: namespace}))
        labels[NAMESPACE_LABEL] = namespace
        wide = (one for one in self.wide if _covers(one.facts, labels))
        return (*self.local.get(namespace, ()), *wide)

    def closing(self, namespace: str) -> Held | None:
        """A policy by which every pod of a namespace gets nothing that no policy allows."""
        return next((one for one in self._whole(namespace) if INGRESS in one.facts.closed), None)

    def opening(self, namespace: str) -> Held | None:
        """A policy by which every pod of a namespace gets everything."""
        return next((one for one in self._whole(namespace) if INGRESS in one.facts.opened), None)

    def _whole(self, namespace: str) -> Iterator[Held]:
        return (one for one in self.of(namespace) if one.facts.every_pod)


def policy_set(cluster: ClusterSnapshot) -> PolicySet:
    """Read a cluster's policies."""
    local: dict[str, list[Held]] = {}
    wide = []
    for topic in TOPICS:
        for one in _held(cluster, topic):
            if topic in CLUSTERWIDE:
                wide.append(one)
            else:
                local.setdefault(one.sight.ref.namespace, []).append(one)
    views = {topic: cluster.topic(topic) for topic in TOPICS}
    return PolicySet(
        {name: tuple(each) for name, each in local.items()},
        tuple(wide),
        _labels(cluster),
        frozenset(name for name, view in views.items() if view.state is TopicState.ABSENT),
        tuple(name for name, view in views.items() if not view.conclusive),
    )


def _held(cluster: ClusterSnapshot, topic: str) -> Iterator[Held]:
    for key, one in sorted(cluster.topic(topic).objects.items()):
        facts = cast("Policy", one).facts
        ref = ref_of(cluster, topic, key)
        yield Held(topic, key[1], facts, Sight(topic, ref, "spec", _words(facts)))


def _words(facts: PolicyFacts) -> str:
    if not facts.digest:
        return "cannot be read"
    whom = "every pod" if facts.every_pod else "some pods"
    closed = " and ".join(facts.closed) or "nothing"
    return f"selects {whom}, closes {closed}"


def _labels(cluster: ClusterSnapshot) -> Mapping[str, Mapping[str, str]]:
    found = cluster.objects("namespaces", Namespace).values()
    return {one.metadata.name: {_NAME: one.metadata.name, **one.metadata.labels} for one in found}


def _covers(facts: PolicyFacts, labels: dict[str, str]) -> bool:
    return facts.spaces is not None and facts.spaces.matches(labels)


def known(policies: Iterable[Held]) -> frozenset[tuple[str, str]]:
    """By what the same policies are known in another cluster: what they say, and their names. Those
    that name addresses or clusters are left out, as these are others everywhere."""
    return frozenset(
        (f"{one.sight.ref.kind} {one.name}", one.facts.digest)
        for one in policies
        if not one.facts.blocks and not one.facts.clusters
    )
