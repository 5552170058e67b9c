"""Google's workload identity pools, and which clusters are in them.

The nodes of a GKE cluster tell its pool, which is its project's. Clusters elsewhere, attached or on
premises, are members of a project's fleet, whose pool has the same name. Nothing in them says so
but pods that use it: by a token for `PROJECT.svc.id.goog`, or by an `external_account`
configuration for `identitynamespace:PROJECT.svc.id.goog:…`.

Source: Google Cloud, fleets: "Use fleet Workload Identity Federation", "identity sameness".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mckconsole.analysis.identity.environments import distinct
from mckconsole.analysis.identity.model import (
    Binding,
    Cloud,
    ClusterFacts,
    Effective,
    Mechanism,
    WorkloadKey,
)

_POOL = ".svc.id.goog"


def fleet_pools(effect: Effective) -> frozenset[str]:
    """Pools of projects that a container names, by its configuration or by its token; another
    workload identity pool is none of them."""
    if effect.mechanism is not Mechanism.GCP_FEDERATION:
        return frozenset()
    realm = effect.identity.realm if effect.identity else ""
    audience = effect.token.audience if effect.token else ""
    return frozenset(one for one in (realm, audience) if one.endswith(_POOL))


def names_pool(binding: Binding, pool: str) -> bool:
    """Whether any container of a workload names the pool."""
    return binding.cloud is Cloud.GCP and any(
        pool in fleet_pools(effect) for effect in binding.effective
    )


class NamedPools:
    """Which workloads of which clusters name which pools, kept as bindings change."""

    def __init__(self) -> None:
        self._held: defaultdict[tuple[str, str], dict[WorkloadKey, Binding]] = defaultdict(dict)
        """By pool and cluster."""

    def change(self, old: Iterable[Binding], new: Iterable[Binding]) -> set[str]:
        """Put new bindings of one workload in the place of the old; the pools that these name."""
        gone = [(key, one) for one in old for key in _keys(one)]
        come = [(key, one) for one in new for key in _keys(one)]
        for key, one in gone:
            self._held[key].pop(one.workload.key, None)
        for key, one in come:
            self._held[key][one.workload.key] = one
        for key, _ in gone:
            if key in self._held and not self._held[key]:
                del self._held[key]
        return {pool for (pool, _), _ in (*gone, *come)}

    def witnesses(self, pool: str) -> dict[str, Binding]:
        """For each cluster whose pods name the pool, the first workload that does."""
        return {key[1]: held[min(held)] for key, held in self._held.items() if key[0] == pool}

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Pools with the clusters whose pods name them."""
        return iter(self._held)


def _keys(binding: Binding) -> set[tuple[str, str]]:
    if binding.cloud is not Cloud.GCP:
        return set()
    cluster = binding.workload.key.cluster
    return {(pool, cluster) for effect in binding.effective for pool in fleet_pools(effect)}


def shared_pools(
    clusters: Mapping[str, ClusterFacts], named: Iterable[tuple[str, str]] = ()
) -> dict[str, Sequence[str]]:
    """Pools of several clusters with these, sorted; of several contexts of one cluster the first
    counts.

    Args:
        named: pools with clusters whose pods name them.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, facts in clusters.items():
        if facts.pool:
            found[facts.pool].add(name)
    for pool, name in named:
        found[pool].add(name)
    one_each = {pool: distinct(found[pool], clusters) for pool in sorted(found)}
    return {pool: names for pool, names in one_each.items() if len(names) > 1}
