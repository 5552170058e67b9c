"""The bindings of one cluster, arranged so that "who can do this here?" is a few lookups.

Built once when RBAC changed. What a need is worth in a role, and who has it in all namespaces, is
worked out when first asked for and kept with the index: an answer never depends on what was asked
before. Nothing here knows of freshness; see `reading`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import TypeAlias

from mckconsole.analysis.rbac.match import Hit, hits
from mckconsole.analysis.rbac.model import Grant, Need, Resource
from mckconsole.analysis.rbac.subjects import (
    Subject,
    account,
    builtin,
    default,
    groups_of,
    read_subject,
)
from mckconsole.domain.objects import Key
from mckconsole.domain.rbac import (
    ClusterRole,
    ClusterRoleBinding,
    PolicyRule,
    Role,
    RoleBinding,
)

AnyRole: TypeAlias = Role | ClusterRole
AnyBinding: TypeAlias = RoleBinding | ClusterRoleBinding
Names: TypeAlias = frozenset[str] | None
"""Objects of which any will do; None for any object at all."""

_Bound: TypeAlias = tuple[AnyBinding, AnyRole]
_VERSION = "v1"


_EVERYWHERE = ""


class _Answer:
    """Who has one need in one namespace, whatever the object's name."""

    __slots__ = ("grants", "limited")

    def __init__(self, grants: tuple[Grant, ...]) -> None:
        self.grants = grants
        self.limited = any(grant.resource_names for grant in grants)

    def named(self, wanted: Names) -> tuple[Grant, ...]:
        """Those who have it for any of some objects."""
        if wanted is None or not self.limited:
            return self.grants
        return tuple(
            grant
            for grant in self.grants
            if not grant.resource_names or not wanted.isdisjoint(grant.resource_names)
        )


class _Answers:
    """What is known of one need so far."""

    __slots__ = ("by_place", "by_rules")

    def __init__(self) -> None:
        self.by_rules: dict[int, tuple[Hit, ...]] = {}
        """By the identity of a role's rules, which the index keeps alive; copies are shared."""
        self.by_place: dict[str, _Answer] = {}
        """By namespace of RoleBindings, which is empty for ClusterRoleBindings."""


class RbacIndex:
    """Roles and bindings of one cluster at one moment; see `build`."""

    def __init__(
        self,
        roles: Mapping[Key, Role],
        cluster_roles: Mapping[Key, ClusterRole],
        everywhere: tuple[_Bound, ...],
        local: Mapping[str, list[_Bound]],
    ) -> None:
        self._roles = roles
        self._cluster_roles = cluster_roles
        self._everywhere = everywhere
        self._local = local
        self._answers: dict[tuple[frozenset[str], tuple[Resource, ...]], _Answers] = {}
        self._given: frozenset[Subject] | None = None
        self._named: frozenset[str] | None = None

    def who_can(self, need: Need, namespace: str) -> tuple[Grant, ...]:
        """Everybody who is allowed any of the need in `namespace`, once for each rule that does it.

        Empty for the namespace asks of what is in none (nodes, ClusterRoles, a list of all
        namespaces), which only ClusterRoleBindings allow. What a RoleBinding gives comes first.
        """
        wanted = None if need.name is None else frozenset((need.name,))
        return (*self.local(need, namespace, wanted), *self.everywhere(need, wanted))

    def everywhere(self, need: Need, wanted: Names = None) -> tuple[Grant, ...]:
        """Those who are allowed it in all namespaces, sorted; `Need.name` is not looked at."""
        return self._answer(need, _EVERYWHERE).named(wanted)

    def local(self, need: Need, namespace: str, wanted: Names = None) -> tuple[Grant, ...]:
        """Those whom RoleBindings of `namespace` allow it, sorted; as `everywhere`."""
        if namespace not in self._local:
            return ()
        return self._answer(need, namespace).named(wanted)

    def granted(self, namespace: str, name: str) -> bool:
        """Whether a ServiceAccount was given anything: itself, with its namespace, or with all
        ServiceAccounts by a binding that is not one of Kubernetes' own."""
        if self._given is None:
            self._given = frozenset(_given(chain(self._everywhere, *self._local.values())))
        groups = (Subject("Group", "", group) for group in groups_of(namespace)[:2])
        return not self._given.isdisjoint((account(namespace, name), *groups))

    @property
    def namespaces(self) -> Collection[str]:
        """Where RoleBindings are."""
        return self._local.keys()

    @property
    def named(self) -> frozenset[str]:
        """All names that any rule which is given to somebody is limited to: of any two objects of
        a namespace that are not among them, everybody may do the same."""
        if self._named is None:
            bounds = chain(self._everywhere, *self._local.values())
            self._named = frozenset(
                name for _, role in bounds for rule in role.rules for name in rule.resource_names
            )
        return self._named

    def rules(self, kind: str, namespace: str, name: str) -> tuple[PolicyRule, ...]:
        """The rules of a role; none where there is no such role."""
        found: AnyRole | None
        if kind == ClusterRole.kind:
            found = self._cluster_roles.get(("", name))
        else:
            found = self._roles.get((namespace, name)) if kind == Role.kind else None
        return found.rules if found else ()

    def common(self, name: str) -> bool:
        """Whether a ClusterRole is one of Kubernetes' own, or put together from others: whoever
        edits it finds that undone, or takes it from everybody."""
        found = self._cluster_roles.get(("", name))
        return found is not None and (found.aggregated or default(found))

    def _answer(self, need: Need, place: str) -> _Answer:
        key = (need.verbs, need.resources)
        answers = self._answers.get(key)
        if answers is None:
            answers = self._answers[key] = _Answers()
        found = answers.by_place.get(place)
        if found is None:
            bounds = self._local[place] if place else self._everywhere
            found = answers.by_place[place] = _Answer(_grants(bounds, need, answers.by_rules))
        return found


def _given(bounds: Iterable[_Bound]) -> Iterable[Subject]:
    for binding, _ in bounds:
        namespace = binding.metadata.namespace if isinstance(binding, RoleBinding) else ""
        for one in binding.subjects:
            subject = read_subject(one, namespace)
            if subject is None or builtin(subject, binding):
                continue
            if subject.kind != "Group" or not default(binding):
                yield subject


def _grants(
    bounds: Iterable[_Bound], need: Need, known: dict[int, tuple[Hit, ...]]
) -> tuple[Grant, ...]:
    found: list[Grant] = []
    for bound in bounds:
        rules = bound[1].rules
        matched = known.get(id(rules))
        if matched is None:
            matched = known[id(rules)] = hits(rules, need)
        if matched:
            found += _granted(bound, matched)
    found.sort()
    return tuple(found)


def _granted(bound: _Bound, matched: tuple[Hit, ...]) -> Iterable[Grant]:
    binding, role = bound
    namespace = binding.metadata.namespace if isinstance(binding, RoleBinding) else ""
    binding_ref, role_ref = binding.ref(_VERSION), role.ref(_VERSION)
    for position, one in enumerate(binding.subjects):
        subject = read_subject(one, namespace)
        if subject is None:
            continue
        own = builtin(subject, binding)
        for hit in matched:
            yield Grant(
                subject,
                namespace,
                binding_ref,
                f"subjects[{position}]",
                role_ref,
                f"rules[{hit.position}]",
                hit.verbs,
                hit.resources,
                hit.rule.resource_names,
                own,
            )


def build(
    cluster_roles: Mapping[Key, ClusterRole],
    roles: Mapping[Key, Role],
    cluster_role_bindings: Mapping[Key, ClusterRoleBinding],
    role_bindings: Mapping[Key, RoleBinding],
) -> RbacIndex:
    """Arrange a cluster's RBAC. A binding whose role is not there gives nothing and is left out, as
    is a role that no binding gives.

    The API group of a reference is not looked at: the API server does not do so either.
    """
    everywhere: list[_Bound] = []
    for cluster_binding in cluster_role_bindings.values():
        ref = cluster_binding.role_ref
        role = cluster_roles.get(("", ref.name)) if ref.kind == ClusterRole.kind else None
        if role is not None and role.rules:
            everywhere.append((cluster_binding, role))
    local: defaultdict[str, list[_Bound]] = defaultdict(list)
    for binding in role_bindings.values():
        ref, namespace = binding.role_ref, binding.metadata.namespace
        found: AnyRole | None = None
        if ref.kind == ClusterRole.kind:
            found = cluster_roles.get(("", ref.name))
        elif ref.kind == Role.kind:
            found = roles.get((namespace, ref.name))
        if namespace and found is not None and found.rules:
            local[namespace].append((binding, found))
    return RbacIndex(roles, cluster_roles, tuple(everywhere), dict(local))
