"""Projections of rbac.authorization.k8s.io: roles, and the bindings that give them to somebody.

Sequences are tuples, so that equal rules and subjects can be compared, hashed and held once: most
roles of a cluster are copies of a few.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec
from msgspec import field

from mckconsole.domain.objects import Projection

GROUP = "rbac.authorization.k8s.io"


class PolicyRule(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One rule of a role; rules only ever allow."""

    api_groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    resource_names: tuple[str, ...] = ()
    """Empty allows every name."""
    non_resource_urls: tuple[str, ...] = field(default=(), name="nonResourceURLs")


class RoleReference(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """The role that a binding gives; `kind` is Role or ClusterRole."""

    api_group: str = ""
    kind: str = ""
    name: str = ""


class BindingSubject(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Whom a binding gives its role; `kind` is User, Group or ServiceAccount."""

    kind: str = ""
    api_group: str = ""
    name: str = ""
    namespace: str = ""
    """Of a ServiceAccount; empty means the binding's own."""


class AggregationRule(msgspec.Struct, frozen=True, gc=False):
    """That a ClusterRole is put together from others, by labels; which ones is not read."""


class Role(Projection, frozen=True, gc=False):
    """Rules for the namespace that it is in."""

    rules: tuple[PolicyRule, ...] = ()

    api_group: ClassVar[str] = GROUP
    kind: ClassVar[str] = "Role"


class ClusterRole(Projection, frozen=True, gc=False, rename="camel"):
    """Rules for all namespaces, or for those of the RoleBindings that refer to it."""

    rules: tuple[PolicyRule, ...] = ()
    """Of an aggregated role too: the controller manager writes them here, and the API server
    judges by nothing else."""
    aggregation_rule: AggregationRule | None = None

    api_group: ClassVar[str] = GROUP
    kind: ClassVar[str] = "ClusterRole"

    @property
    def aggregated(self) -> bool:
        """Whether others' rules make up this role's: to change it is to change one of those."""
        return self.aggregation_rule is not None


class RoleBinding(Projection, frozen=True, gc=False, rename="camel"):
    """Gives a Role of its namespace, or a ClusterRole, within its namespace."""

    subjects: tuple[BindingSubject, ...] = ()
    role_ref: RoleReference = RoleReference()

    api_group: ClassVar[str] = GROUP
    kind: ClassVar[str] = "RoleBinding"


class ClusterRoleBinding(Projection, frozen=True, gc=False, rename="camel"):
    """Gives a ClusterRole in all namespaces, and for what is in none."""

    subjects: tuple[BindingSubject, ...] = ()
    role_ref: RoleReference = RoleReference()

    api_group: ClassVar[str] = GROUP
    kind: ClassVar[str] = "ClusterRoleBinding"
