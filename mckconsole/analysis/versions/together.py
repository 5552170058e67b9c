"""Pods that must, or must not, run near others: required pod affinity and anti-affinity.

Whom a pod must keep away from is followed for every topology; what it must be near to only as far
as the other nodes of its present zone, region … go. That others keep away from it is not looked at:
pods of one workload say the same of each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Final, TypeAlias

from mckconsole.analysis.versions.fits import HOSTNAME
from mckconsole.domain.pods import Pod
from mckconsole.domain.scheduling import PodTerm
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.upgrade import LabelSelector

_NOBODY: Final[frozenset[str]] = frozenset()
_Term: TypeAlias = tuple[tuple[str, ...], str, tuple[tuple[str, str], ...], object]
"""Namespaces, topology, labels, expressions."""


class Together:
    """What the pods of one cluster ask of each other."""

    def __init__(self, cluster: ClusterSnapshot, labels: Mapping[str, Mapping[str, str]]) -> None:
        """Args:
        labels: by node."""
        self._cluster = cluster
        self._labels = labels
        self._counted: dict[_Term, Counter[str]] = {}
        self._nodes: dict[str, dict[str, set[str]]] = {}

    def barred(self, pod: Pod) -> frozenset[str]:
        """Nodes that it may not go to because of others."""
        if not pod.spec.affinity.names_pods:
            return _NOBODY
        found: set[str] = set()
        for term in pod.spec.affinity.pod_anti_affinity.required:
            found |= self._occupied(pod, term)
        for term in pod.spec.affinity.pod_affinity.required:
            if term.topology_key != HOSTNAME:
                home = self._value(pod.spec.node_name, term.topology_key)
                by_value = self._by_value(term.topology_key)
                found |= set(self._labels) - by_value.get(home, set())
        return frozenset(found)

    def _occupied(self, pod: Pod, term: PodTerm) -> set[str]:
        """Nodes of every domain with a pod that it must keep away from, itself not counted."""
        selector = term.label_selector
        if selector is None:
            return set()
        counts = self._count(pod, term, selector)
        home = self._value(pod.spec.node_name, term.topology_key)
        itself = pod.metadata.namespace in (term.namespaces or (pod.metadata.namespace,)) and (
            selector.matches(pod.metadata.labels)
        )
        by_value = self._by_value(term.topology_key)
        return {
            node
            for value, count in counts.items()
            if count > (1 if itself and value == home else 0)
            for node in by_value.get(value, ())
        }

    def _count(self, pod: Pod, term: PodTerm, selector: LabelSelector) -> Counter[str]:
        """By value of the topology: how many pods a term means."""
        namespaces = term.namespaces or (pod.metadata.namespace,)
        labels = tuple(sorted(selector.match_labels.items()))
        key = (namespaces, term.topology_key, labels, selector.match_expressions)
        found = self._counted.get(key)
        if found is None:
            found = self._counted[key] = Counter()
            for name in namespaces:
                for one in self._pods.get(name, ()):
                    if selector.matches(one.metadata.labels):
                        found[self._value(one.spec.node_name, term.topology_key)] += 1
            del found[""]  # nodes that have no such label are in no domain
        return found

    @cached_property
    def _pods(self) -> Mapping[str, list[Pod]]:
        found: dict[str, list[Pod]] = defaultdict(list)
        for one in self._cluster.objects("pods", Pod).values():
            if one.spec.node_name and not one.over:
                found[one.metadata.namespace].append(one)
        return found

    def _value(self, node: str, topology: str) -> str:
        return self._labels.get(node, {}).get(topology, "")

    def _by_value(self, topology: str) -> Mapping[str, set[str]]:
        """Nodes by their value of a topology."""
        found = self._nodes.get(topology)
        if found is None:
            found = self._nodes[topology] = defaultdict(set)
            for name in self._labels:
                found[self._value(name, topology)].add(name)
        return found
