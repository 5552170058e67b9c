"""Ways that take more than one permission, or that others' permissions decide.

A `Clause` is one permission that opens a way, with the other half where it is worth nothing alone.
Both halves must be open to what may be one identity: the same subject, a group that covers it, or a
group whose members are not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import NamedTuple, TypeAlias

from mckconsole.analysis.rbac.components import EVERYWHERE
from mckconsole.analysis.rbac.index import Names, RbacIndex
from mckconsole.analysis.rbac.match import hits
from mckconsole.analysis.rbac.model import Grant, Need, Way, WayKind
from mckconsole.analysis.rbac.subjects import Subject, may_be_one
from mckconsole.domain.rbac import GROUP, ClusterRole, Role

Places: TypeAlias = Mapping[str, Names]
"""Namespaces, and the objects in each that a clause is about by name."""


class Clause(NamedTuple):
    """One permission."""

    need: Need
    cluster: bool = False
    """Whether it is about what is in no namespace, so that RoleBindings do not give it."""
    named: bool = False
    """Whether it is about the objects of `Places`; else about any."""
    also: tuple[Clause, ...] = ()
    """Of which one must be held too."""


_CHANGE = "create update patch"
_ROLES, _CLUSTER_ROLES = f"roles.{GROUP}", f"clusterroles.{GROUP}"
_WORKLOADS = (
    "pods",
    "replicationcontrollers",
    "deployments.apps",
    "daemonsets.apps",
    "statefulsets.apps",
    "replicasets.apps",
    "cronjobs.batch",
)
RUN = (Clause(Need.of("create", *_WORKLOADS, "jobs.batch")),)
ALTER = (Clause(Need.of("update patch", *_WORKLOADS)),)
"""Not Jobs: what a Job runs cannot be changed."""
EXEC = (
    Clause(Need.of("create get", "pods/exec", "pods/attach")),
    Clause(Need.of("update patch", "pods/ephemeralcontainers")),
)
"""`get` opened a WebSocket up to Kubernetes 1.34; from 1.35 on that takes `create` too."""
TOKEN = (Clause(Need.of("create", "serviceaccounts/token"), named=True),)
IMPERSONATE = (Clause(Need.of("impersonate", "serviceaccounts"), named=True),)
NODE_PROXY = (Clause(Need.of("create get", "nodes/proxy"), cluster=True),)
"""`get` is enough: the kubelet takes it for what opens a WebSocket to run a command."""
BIND = (
    Clause(
        Need.of("bind", _ROLES, _CLUSTER_ROLES),
        also=(Clause(Need.of(_CHANGE, f"rolebindings.{GROUP}")),),
    ),
    Clause(
        Need.of("bind", _CLUSTER_ROLES),
        cluster=True,
        also=(Clause(Need.of(_CHANGE, f"clusterrolebindings.{GROUP}"), cluster=True),),
    ),
)
ESCALATE = (
    Clause(Need.of("escalate", _ROLES), also=(Clause(Need.of(_CHANGE, _ROLES)),)),
    Clause(
        Need.of("escalate", _CLUSTER_ROLES),
        cluster=True,
        also=(Clause(Need.of(_CHANGE, _CLUSTER_ROLES), cluster=True),),
    ),
)
_USERS = Clause(Need.of("impersonate", "users"), cluster=True)
_AS_GROUP = Clause(
    Need.of("impersonate", "groups"),
    cluster=True,
    also=(_USERS, Clause(Need.of("impersonate", "serviceaccounts"))),
)
"""A request in the name of a group must name a user too."""


def way(
    index: RbacIndex,
    kind: WayKind,
    clauses: Iterable[Clause],
    places: Places,
    through: tuple[Subject, ...] = (),
) -> Way:
    """Everybody to whom any of the clauses is open; perhaps nobody."""
    return Way(kind, join(*(holders(index, clause, places) for clause in clauses)), through)


def holders(index: RbacIndex, clause: Clause, places: Places) -> tuple[Grant, ...]:
    """Who has one permission, and the other half of it."""
    found = _simple(index, clause, places)
    if not found or not clause.also:
        return found
    others = (grant for other in clause.also for grant in _simple(index, other, places))
    return both(found, {(other.subject, other.namespace) for other in others})


def _simple(index: RbacIndex, clause: Clause, places: Places) -> tuple[Grant, ...]:
    found: list[Grant] = []
    if not clause.cluster:
        for namespace, wanted in places.items():
            found += index.local(clause.need, namespace, wanted if clause.named else None)
    found += index.everywhere(clause.need, _all_names(places) if clause.named else None)
    return tuple(found)


def _all_names(places: Places) -> Names:
    together: set[str] = set()
    for wanted in places.values():
        if wanted is None:
            return None
        together |= wanted
    return frozenset(together)


def both(grants: Iterable[Grant], others: Set[tuple[Subject, str]]) -> tuple[Grant, ...]:
    """The grants whose subject may have the other half too, which these subjects have in these
    namespaces; empty in all."""
    return tuple(grant for grant in grants if _has_both(grant, others))


def _has_both(grant: Grant, others: Set[tuple[Subject, str]]) -> bool:
    if (grant.subject, "") in others or (grant.subject, grant.namespace) in others:
        return True
    return any(
        (not namespace or not grant.namespace or namespace == grant.namespace)
        and may_be_one(grant.subject, subject)
        for subject, namespace in others
    )


def join(*groups: tuple[Grant, ...]) -> tuple[Grant, ...]:
    """Grants of several clauses, each rule of each binding once for each subject."""
    filled = [group for group in groups if group]
    if len(filled) < 2:
        return filled[0] if filled else ()
    seen = {
        (grant.binding, grant.subject_path, grant.rule_path): grant
        for group in reversed(filled)
        for grant in group
    }
    return tuple(sorted(seen.values(), key=lambda grant: (not grant.namespace, grant)))


def bind(index: RbacIndex, places: Places, aims: Iterable[Clause]) -> Way:
    """Who can give itself a role; where only some may be given, one that opens any of `aims`."""
    found, wanted = way(index, WayKind.BIND, BIND, places), tuple(aims)
    kept = (
        grant
        for grant in found.grants
        if not grant.resource_names or _worth_binding(index, grant, places, wanted)
    )
    return Way(WayKind.BIND, tuple(kept))


def _worth_binding(
    index: RbacIndex, grant: Grant, places: Places, aims: tuple[Clause, ...]
) -> bool:
    kinds = {_ROLES: Role.kind, _CLUSTER_ROLES: ClusterRole.kind}
    for resource in grant.resources:
        for name in grant.resource_names:
            for place in places:
                rules = index.rules(kinds[resource], place, name)
                if any(hits(rules, aim.need) for aim in aims):
                    return True
    return False


def as_others(index: RbacIndex, places: Places, reached: Iterable[Subject]) -> tuple[Grant, ...]:
    """Who can act as any user or group, or as one of those that have a way already."""
    found = join(holders(index, _USERS, places), holders(index, _AS_GROUP, places))
    if not any(grant.resource_names for grant in found):
        return found
    known = EVERYWHERE.union(one.name for one in reached if one.kind != "ServiceAccount")
    return tuple(
        one for one in found if not one.resource_names or not known.isdisjoint(one.resource_names)
    )
