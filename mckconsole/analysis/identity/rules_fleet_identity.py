"""Rules on one identity of a cloud as a whole: WI21, by many accounts, and WI22, by many clusters.

Principals of a pool and SPIFFE IDs are left out: that they are the same in several clusters is how
they are made, and WI23 tells what follows.
"""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from mckconsole.analysis.identity.case import Scene
from mckconsole.analysis.identity.environments import distinct, environments, mixed
from mckconsole.analysis.identity.model import (
    Account,
    AccountKey,
    Cloud,
    ClusterFacts,
    Identity,
    IdentityPolicy,
    IdentityUse,
)
from mckconsole.analysis.identity.rules_words import MAX_SHOWN, listed, show, steps
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity

_PER_CLUSTER = 3
_KINDS = {
    Cloud.AWS: "role",
    Cloud.GCP: "Google service account",
    Cloud.AZURE: "application",
}


class Sharing:
    """One identity, and the accounts that have it by cluster."""

    def __init__(
        self,
        use: IdentityUse,
        clusters: Mapping[str, ClusterFacts],
        policy: IdentityPolicy,
        now: float,
        accounts: Mapping[AccountKey, Account],
    ) -> None:
        self.identity = use.identity
        self.policy = policy
        self._clusters = clusters
        self._now = now
        self._known = {one.account.key: one.account for one in use.bindings}
        self._known.update((key, accounts[key]) for key in use.accounts if key in accounts)
        self._by_hand = {
            one.account.key: effect.traces
            for one in use.bindings
            for effect in one.effective
            if effect.identity == use.identity
        }
        by_cluster: defaultdict[str, set[AccountKey]] = defaultdict(set)
        for key in (*use.accounts, *(one.account.key for one in use.bindings)):
            by_cluster[key.cluster].add(key)
        self.by_cluster = {name: sorted(by_cluster[name]) for name in sorted(by_cluster)}

    def scene(self, cluster: str) -> Scene:
        """How evidence of a cluster is written down."""
        facts = self._clusters.get(cluster) or ClusterFacts(cluster)
        return Scene(facts, self._now, self.policy)

    def evidence(self, cluster: str, limit: int) -> Iterator[Evidence]:
        """What says in a cluster that accounts of it are the identity."""
        scene = self.scene(cluster)
        for key in self.by_cluster[cluster][:limit]:
            held = self._known.get(key)
            declared = [one for one in held.declarations if one.identity == self.identity
                        ] if held else []  # fmt: skip
            for one in declared:
                yield from show(scene, one)
            traces = () if declared else self._by_hand.get(key, ())
            yield from map(scene.seen, traces)
            if not declared and not traces:
                yield scene.derived(f"ServiceAccount {key.namespace}/{key.name}",
                                    f"declares {self.identity.text}")  # fmt: skip


def judge_identity(
    use: IdentityUse,
    clusters: Mapping[str, ClusterFacts],
    policy: IdentityPolicy,
    now: float,
    accounts: Mapping[AccountKey, Account] | None = None,
) -> tuple[Finding, ...]:
    """WI21 and WI22 of one identity.

    Args:
        use: who has it.
        clusters: facts of all clusters, by name.
        policy: how many accounts may share it, and which environments there are.
        now: Unix seconds, console clock.
        accounts: those that declare it, for evidence; of those with a binding it is known anyway.
    """
    identity = use.identity
    principal = identity.cloud is Cloud.GCP and identity.realm
    if principal or identity.cloud not in _KINDS or len(use.accounts) + len(use.bindings) < 2:
        return ()
    sharing = Sharing(use, clusters, policy, now, accounts or {})
    found = [
        _by_many(sharing, name, keys)
        for name, keys in sharing.by_cluster.items()
        if len(keys) > policy.shared_limit
    ]
    names = distinct(sharing.by_cluster, clusters)
    if len(names) > 1:
        found.append(_over_clusters(sharing, names))
    return tuple(found)


def _by_many(sharing: Sharing, cluster: str, keys: Sequence[AccountKey]) -> Finding:
    scene, identity = sharing.scene(cluster), sharing.identity
    kind = _KINDS[identity.cloud]
    return scene.finding(
        "WI21",
        Severity.MEDIUM,
        f"{len(keys)} service accounts share {kind} {identity.short}",
        f"{listed(f'{one.namespace}/{one.name}' for one in keys)} are all {identity.text}: what "
        "one of them needs all of them may, the cloud's logs cannot tell them apart, and it can be "
        "taken from none without the others.",
        (
            *sharing.evidence(cluster, MAX_SHOWN),
            scene.derived("identity.sharedLimit of the configuration",
                          str(sharing.policy.shared_limit)),
        ),
        steps(
            f"make a {kind} for each of them, with what it needs and no more",
            *(_redeclare(scene, one, identity) for one in keys[1:3]),
        ),
        object=ObjectRef("v1", "ServiceAccount", keys[0].namespace, keys[0].name),
        subject=identity.text,
    )  # fmt: skip


def _redeclare(scene: Scene, key: AccountKey, identity: Identity) -> str:
    edit = scene.kubectl(f"edit serviceaccount {shlex.quote(key.name)}", key.namespace)
    return f"{edit}, and put its own in place of {identity.text}"


def _over_clusters(sharing: Sharing, names: Sequence[str]) -> Finding:
    identity, first = sharing.identity, names[0]
    kind, policy = _KINDS[identity.cloud], sharing.policy
    scene = sharing.scene(first)
    who = {name: {key[1:] for key in sharing.by_cluster[name]} for name in names}
    alike = all(one == who[first] for one in who.values())
    apart = mixed(names, policy)
    severity = Severity.HIGH if apart else Severity.INFO if alike else Severity.MEDIUM
    told = "; ".join(
        f"{name}: {listed(f'{one.namespace}/{one.name}' for one in sharing.by_cluster[name])}"
        for name in names
    )
    evidence = [one for name in names for one in sharing.evidence(name, _PER_CLUSTER)]
    if apart:
        evidence.append(scene.derived("groups of the configuration", environments(names, policy)))
    key = sharing.by_cluster[first][0]
    return scene.finding(
        "WI22",
        severity,
        f"{kind} {identity.short} is used from {len(names)} clusters"
        + (", production and others" if apart else ""),
        f"{identity.text} is {told}. {_meaning(apart, alike)}",
        evidence,
        steps(
            f"make a {kind} per cluster" + (", first of all one for production alone" if apart
                                            else ""),
            "until then trust each issuer with its namespace and service account by name, never "
            "a whole cluster",
            *(_redeclare(sharing.scene(name), sharing.by_cluster[name][0], identity)
              for name in names[1:3]),
        ),
        object=ObjectRef("v1", "ServiceAccount", key.namespace, key.name),
        subject=identity.text,
        peers=names[1:],
    )  # fmt: skip


def _meaning(apart: bool, alike: bool) -> str:
    if apart:
        return "Whoever controls a cluster that is not production has what production needs."
    if alike:
        return (
            "It is the same namespace and service account in each, as where one application runs "
            "in several places; whoever controls one of the clusters has it all the same."
        )
    return "Whoever controls one of these clusters has what the others need."
