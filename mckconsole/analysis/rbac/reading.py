"""A cluster's RBAC as it was read: the index of it, why it may be short, and evidence from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from mckconsole.analysis.changes import Seen
from mckconsole.analysis.rbac.index import RbacIndex, build
from mckconsole.analysis.rbac.model import Grant, rule_text
from mckconsole.domain.findings import Evidence
from mckconsole.domain.objects import Key
from mckconsole.domain.rbac import ClusterRole, ClusterRoleBinding, Role, RoleBinding
from mckconsole.domain.snapshot import ClusterSnapshot, TopicView
from mckconsole.domain.states import TopicState

CLUSTER_ROLES: Final = "clusterroles"
ROLES: Final = "roles"
CLUSTER_ROLE_BINDINGS: Final = "clusterrolebindings"
ROLE_BINDINGS: Final = "rolebindings"
TOPICS: Final = (CLUSTER_ROLES, ROLES, CLUSTER_ROLE_BINDINGS, ROLE_BINDINGS)
"""Topics of the Kind registry that an answer rests on."""
TOPIC_OF: Final = {
    ClusterRole.kind: CLUSTER_ROLES,
    Role.kind: ROLES,
    ClusterRoleBinding.kind: CLUSTER_ROLE_BINDINGS,
    RoleBinding.kind: ROLE_BINDINGS,
}
"""The topic of each kind."""


@dataclass(frozen=True, slots=True)
class HeldIndex:
    """An index and what it was made of, to be handed on to the next analysis."""

    index: RbacIndex
    sources: tuple[Seen, ...]


def held(cluster: ClusterSnapshot, before: HeldIndex | None = None) -> HeldIndex:
    """The index of what is held of a cluster, the one of `before` while nothing has changed."""
    views = tuple(cluster.topic(topic) for topic in TOPICS)
    sources = tuple(map(Seen.of, views))
    if before and sources == before.sources:
        return before
    cluster_roles, roles, cluster_bindings, bindings = (view.objects for view in views)
    index = build(
        cast("Mapping[Key, ClusterRole]", cluster_roles),
        cast("Mapping[Key, Role]", roles),
        cast("Mapping[Key, ClusterRoleBinding]", cluster_bindings),
        cast("Mapping[Key, RoleBinding]", bindings),
    )
    return HeldIndex(index, sources)


def unread(cluster: ClusterSnapshot) -> str:
    """Why somebody may be missing from an answer; empty when nobody is.

    Who is in an answer is there by what was read, be it old; that nobody is means something only
    where this is empty. A cluster that serves no RBAC counts too: something else decides there.
    """
    return "; ".join(_gap(view) for view in map(cluster.topic, TOPICS) if not view.complete)


def _gap(view: TopicView) -> str:
    reason = view.reason if view.state is not TopicState.FRESH else view.gap
    return f"{view.topic}: {reason or view.state.value}"


def evidence(cluster: ClusterSnapshot, grant: Grant) -> Iterator[Evidence]:
    """Of one grant: the subject in the binding, the role it refers to, and the rule in that."""
    binding = cluster.topic(TOPIC_OF[grant.binding.kind])
    role = cluster.topic(TOPIC_OF[grant.role.kind])
    bound_at, role_at = binding.as_of or 0.0, role.as_of or 0.0
    ref, where = grant.binding, grant.role
    who, role_ref = str(grant.subject), f"{where.kind} {where.name}"
    yield Evidence("kubernetes", cluster.name, ref, grant.subject_path, who, bound_at)
    yield Evidence("kubernetes", cluster.name, ref, "roleRef", role_ref, bound_at)
    found = cast("ClusterRole | Role | None", role.objects.get((where.namespace, where.name)))
    position = int(grant.rule_path.removeprefix("rules[").removesuffix("]"))
    rule = found.rules[position] if found and position < len(found.rules) else None
    value = rule_text(rule) if rule else f"{'/'.join(grant.verbs)} {', '.join(grant.resources)}"
    yield Evidence("kubernetes", cluster.name, where, grant.rule_path, value, role_at)
