"""WI23: service accounts of several clusters that Google takes for one principal.

A workload identity pool belongs to the project. `ns/NS/sa/NAME` of every cluster in it is the same
principal, in grants on principals and in those on `POOL[NS/NAME]`; so it is in a fleet, whose
members need not be on GKE. Source: GKE and fleet documentation, "identity sameness".
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from mckconsole.analysis.identity.case import PANE, Scene
from mckconsole.analysis.identity.environments import environments, mixed
from mckconsole.analysis.identity.hints import hints
from mckconsole.analysis.identity.model import (
    Account,
    AccountKey,
    Binding,
    BindingState,
    Cloud,
    ClusterFacts,
    Declaration,
    Effective,
    Identity,
    IdentityPolicy,
    Trace,
)
from mckconsole.analysis.identity.pools import fleet_pools, names_pool
from mckconsole.analysis.identity.rules_words import show, steps
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity, Unknown

_PER_CLUSTER = 3
_BY_PLACE = frozenset({BindingState.PRINCIPAL_ONLY, BindingState.UNKNOWN})
"""States of workloads that merely run on GKE."""
_NOBODY: Mapping[str, Binding] = MappingProxyType({})


class _Use(NamedTuple):
    """How one service account uses Google."""

    account: Account
    binding: Binding | None


def check_pools(
    clusters: Mapping[str, ClusterFacts], pools: Mapping[str, Sequence[str]]
) -> Iterator[Unknown]:
    """Clusters of shared pools of which not all service accounts are known."""
    for pool, names in pools.items():
        for name in names:
            if reason := clusters[name].unread.get("serviceaccounts", ""):
                why = f"whether it shares principals of {pool} is not fully known: {reason}"
                yield Unknown(PANE, name, "WI23", why)


def check_principal(
    pool: str,
    accounts: Sequence[Account],
    bindings: Sequence[Binding],
    clusters: Mapping[str, ClusterFacts],
    policy: IdentityPolicy,
    now: float,
    named: Mapping[str, Binding] = _NOBODY,
) -> Finding | None:
    """WI23 of the service accounts of one namespace and name in all clusters of a pool, in the
    clusters' order, and of the bindings of their workloads.

    Args:
        named: for clusters whose pods name the pool, a workload that does.
    """
    if len(accounts) < 2:
        return None
    uses = _uses(pool, accounts, bindings, clusters)
    held = [one.key for one in accounts]
    using = [key for key in held if key in uses]
    same = _Sameness(pool, held, using, uses, clusters, policy, now, named)
    return _same(same) if using else None


def _uses(
    pool: str,
    accounts: Iterable[Account],
    bindings: Iterable[Binding],
    clusters: Mapping[str, ClusterFacts],
) -> dict[AccountKey, _Use]:
    """Those that use Google by the pool and without a static key, or mean to. On GKE everybody has
    a principal: without a sign of use that is none."""
    homes = {name for name, facts in clusters.items() if facts.pool == pool}
    found = {
        one.key: _Use(one, None)
        for one in accounts
        if one.key.cluster in homes and any(_means(each, pool) for each in one.declarations)
    }
    for binding in sorted(bindings, key=lambda one: one.workload.key, reverse=True):
        at_home = binding.workload.key.cluster in homes and _used(binding, pool)
        if at_home or names_pool(binding, pool):
            found[binding.account.key] = _Use(binding.account, binding)
    return found


def _means(declared: Declaration, pool: str) -> bool:
    return declared.cloud is Cloud.GCP and not _of_another(declared.identity, pool)


def _of_another(identity: Identity | None, pool: str) -> bool:
    return identity is not None and identity.realm not in ("", pool)


def _used(binding: Binding, pool: str) -> bool:
    """Whether a workload on GKE uses Google by the pool of its nodes."""
    if binding.cloud is not Cloud.GCP or _of_another(binding.identity, pool):
        return False
    if binding.declared or binding.state not in (_BY_PLACE | {BindingState.STATIC_KEY}):
        return True
    return binding.state in _BY_PLACE and any(_signs(binding))


def _signs(binding: Binding) -> Iterator[Trace]:
    """What says that a workload uses Google."""
    for shape in binding.workload.shapes:
        yield from (trace for cloud, trace in hints(shape, Cloud.GCP) if cloud is Cloud.GCP)


class _Sameness(NamedTuple):
    """One principal of several clusters."""

    pool: str
    held: Sequence[AccountKey]
    using: Sequence[AccountKey]
    uses: Mapping[AccountKey, _Use]
    clusters: Mapping[str, ClusterFacts]
    policy: IdentityPolicy
    now: float
    named: Mapping[str, Binding]

    def scene(self, key: AccountKey) -> Scene:
        return Scene(self.clusters[key.cluster], self.now, self.policy)


def _same(one: _Sameness) -> Finding:
    """High, but medium where every one of the accounts uses Google, as one application in several
    clusters does, and the clusters are of one environment."""
    first = one.using[0]
    names = [key.cluster for key in one.held]
    apart = mixed(names, one.policy)
    idle = [key.cluster for key in one.held if key not in one.uses]
    principal = f"{first.namespace}/{first.name}"
    scene, last = one.scene(first), one.scene(one.held[-1])
    look = last.kubectl(f"get serviceaccount {shlex.quote(first.name)}", first.namespace)
    beside = (
        f"In {', '.join(idle)} nothing uses Google as it, but whoever may run a pod as it there "
        "has all that is granted for the others."
        if idle
        else "Whoever controls one of the clusters has what is granted for the others."
    )
    evidence = [seen for key in one.held for seen in _evidence(one, key)]
    if apart:
        told = environments(names, one.policy)
        evidence.append(scene.derived("groups of the configuration", told))
    return scene.finding(
        "WI23",
        Severity.HIGH if apart or idle else Severity.MEDIUM,
        f"{principal} is one Google principal in {len(names)} clusters"
        + (", production and others" if apart else ""),
        f"{_membership(one, names)}: Google does not tell their {principal} apart. {beside}",
        evidence,
        steps(
            "put clusters that do not trust each other into projects, and fleets, of their own",
            f"or give the account another name where it is not meant: {look}",
            "and see to it that nobody makes namespaces of the other cluster's names",
        ),
        object=ObjectRef("v1", "ServiceAccount", first.namespace, first.name),
        subject=one.pool,
        peers=[name for name in names if name != first.cluster],
    )


def _membership(one: _Sameness, names: Sequence[str]) -> str:
    """What makes the clusters members of the pool, in words."""
    told = [name for name in names if one.clusters[name].pool != one.pool]
    whose = f"project and its fleet ({', '.join(told)} by what pods say)" if told else "project"
    return (
        f"{', '.join(names)} are in the workload identity pool {one.pool}, which belongs to the "
        f"{whose}"
    )


def _evidence(one: _Sameness, key: AccountKey) -> Iterator[Evidence]:
    scene, use = one.scene(key), one.uses.get(key)
    ref = ObjectRef("v1", "ServiceAccount", key.namespace, key.name)
    at = scene.time_of("serviceaccounts")
    yield Evidence("kubernetes", key.cluster, ref, "metadata.name", key.name, at)
    if one.clusters[key.cluster].pool == one.pool:
        yield scene.derived("workload identity pool of its nodes", one.pool)
    elif key.cluster in one.named and not (
        use and use.binding and names_pool(use.binding, one.pool)
    ):
        yield from map(scene.seen, _telling(one.named[key.cluster], one.pool))
    if use is None:
        return
    for declared in use.account.declarations:
        if declared.cloud is Cloud.GCP:
            yield from show(scene, declared)
    if use.binding is not None:
        yield from map(scene.seen, _telling(use.binding, one.pool))
        state = f"{use.binding.state}: {use.binding.reason}".removesuffix(": ")
        yield scene.derived(f"{use.binding.workload.key} in Google", state)


def _telling(binding: Binding, pool: str) -> Sequence[Trace]:
    """What shows who a workload is, what names the pool first."""

    def silent(effect: Effective) -> bool:
        return pool not in fleet_pools(effect)

    for effect in sorted(binding.effective, key=silent)[:1]:
        return sorted(effect.traces, key=lambda one: pool not in one.value)[:_PER_CLUSTER]
    return [*_signs(binding)][:1]
