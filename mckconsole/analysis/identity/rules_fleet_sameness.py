"""WI23: service accounts of several clusters that Google takes for one principal.

A workload identity pool belongs to the project. `ns/NS/sa/NAME` of every cluster in it is the same
principal, in grants on principals and in those on `POOL[NS/NAME]`. Source: GKE documentation,
"identity sameness".
"""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mckconsole.analysis.identity.case import PANE, Scene
from mckconsole.analysis.identity.environments import distinct, environments, mixed
from mckconsole.analysis.identity.hints import hints
from mckconsole.analysis.identity.model import (
    Account,
    AccountKey,
    Binding,
    BindingState,
    Cloud,
    ClusterFacts,
    IdentityPolicy,
)
from mckconsole.analysis.identity.rules_account_words import show, steps
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity, Unknown

_PER_CLUSTER = 3
_BY_PLACE = frozenset({BindingState.PRINCIPAL_ONLY, BindingState.UNKNOWN})
"""States of workloads that merely run on GKE."""


class _Use(NamedTuple):
    """How one service account uses Google."""

    account: Account
    binding: Binding | None


def shared_pools(clusters: Mapping[str, ClusterFacts]) -> dict[str, Sequence[str]]:
    """Pools of several clusters with these, sorted; of several contexts of one cluster the first
    counts."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, facts in clusters.items():
        if facts.pool:
            found[facts.pool].append(name)
    one_each = {pool: distinct(found[pool], clusters) for pool in sorted(found)}
    return {pool: names for pool, names in one_each.items() if len(names) > 1}


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
) -> Finding | None:
    """WI23 of the service accounts of one namespace and name in all clusters of a pool, in the
    clusters' order, and of the bindings of their workloads."""
    if len(accounts) < 2:
        return None
    uses = _uses(accounts, bindings)
    held = [one.key for one in accounts]
    using = [key for key in held if key in uses]
    return _same(_Sameness(pool, held, using, uses, clusters, policy, now)) if using else None


def _uses(accounts: Iterable[Account], bindings: Iterable[Binding]) -> dict[AccountKey, _Use]:
    """Those that use Google without a static key, or mean to. On GKE everybody has a principal:
    without a sign of use that is none."""
    found = {
        one.key: _Use(one, None)
        for one in accounts
        if any(each.cloud is Cloud.GCP for each in one.declarations)
    }
    for binding in sorted(bindings, key=lambda one: one.workload.key, reverse=True):
        if binding.cloud is Cloud.GCP and _used(binding):
            found[binding.account.key] = _Use(binding.account, binding)
    return found


def _used(binding: Binding) -> bool:
    if binding.declared or binding.state not in (_BY_PLACE | {BindingState.STATIC_KEY}):
        return True
    shapes = binding.workload.shapes if binding.state in _BY_PLACE else ()
    return any(cloud is Cloud.GCP for shape in shapes for cloud, _ in hints(shape, Cloud.GCP))


class _Sameness(NamedTuple):
    """One principal of several clusters."""

    pool: str
    held: Sequence[AccountKey]
    using: Sequence[AccountKey]
    uses: Mapping[AccountKey, _Use]
    clusters: Mapping[str, ClusterFacts]
    policy: IdentityPolicy
    now: float

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
        f"{', '.join(names)} are in the workload identity pool {one.pool}, which belongs to the "
        f"project: Google does not tell their {principal} apart. {beside}",
        evidence,
        steps(
            "put clusters that do not trust each other into projects of their own",
            f"or give the account another name where it is not meant: {look}",
            "and see to it that nobody makes namespaces of the other cluster's names",
        ),
        object=ObjectRef("v1", "ServiceAccount", first.namespace, first.name),
        subject=one.pool,
        peers=[name for name in names if name != first.cluster],
    )


def _evidence(one: _Sameness, key: AccountKey) -> Iterator[Evidence]:
    scene = one.scene(key)
    ref = ObjectRef("v1", "ServiceAccount", key.namespace, key.name)
    at = scene.time_of("serviceaccounts")
    yield Evidence("kubernetes", key.cluster, ref, "metadata.name", key.name, at)
    yield scene.derived("workload identity pool of its nodes", one.pool)
    use = one.uses.get(key)
    if use is None:
        return
    for declared in use.account.declarations:
        if declared.cloud is Cloud.GCP:
            yield from show(scene, declared)
    if use.binding is not None:
        for effect in use.binding.effective[:1]:
            yield from map(scene.seen, effect.traces[:_PER_CLUSTER])
        state = f"{use.binding.state}: {use.binding.reason}".removesuffix(": ")
        yield scene.derived(f"{use.binding.workload.key} in Google", state)
