"""Whom a binding names: who is meant, which ServiceAccounts are covered, who is Kubernetes itself.

Kubernetes knows a ServiceAccount by its user name, `system:serviceaccount:NAMESPACE:NAME`, and puts
it into three groups. Every other group comes from the authenticator and its members are not known.
Source: `appliesToUser` in pkg/registry/rbac/validation/rule.go of Kubernetes.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from mckconsole.analysis.rbac.components import CONTROLLERS, EVERYWHERE, NODE_SIDE
from mckconsole.domain.objects import Projection
from mckconsole.domain.rbac import BindingSubject

ALL_ACCOUNTS = "system:serviceaccounts"
AUTHENTICATED = "system:authenticated"
UNAUTHENTICATED = "system:unauthenticated"
ANONYMOUS = "system:anonymous"
_ACCOUNT = "system:serviceaccount:"
_ACCOUNTS_OF = f"{ALL_ACCOUNTS}:"
_BOOTSTRAPPING = ("kubernetes.io/bootstrapping", "rbac-defaults")


class Subject(msgspec.Struct, frozen=True, order=True, gc=False):
    """A user, a group or a ServiceAccount; only the last has a namespace."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        place = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {place}{self.name}"

    @property
    def opaque(self) -> bool:
        """Whether it is a group of which Kubernetes knows no members."""
        known = self.name in (ALL_ACCOUNTS, AUTHENTICATED, UNAUTHENTICATED)
        return self.kind == "Group" and not known and not self.name.startswith(_ACCOUNTS_OF)

    @property
    def public(self) -> bool:
        """Whether it means everybody, where anonymous requests are on."""
        return (self.kind, self.name) in (("Group", UNAUTHENTICATED), ("User", ANONYMOUS))


def account(namespace: str, name: str) -> Subject:
    """A ServiceAccount."""
    return Subject("ServiceAccount", namespace, name)


def user_name(namespace: str, name: str) -> str:
    """The user name of a ServiceAccount."""
    return f"{_ACCOUNT}{namespace}:{name}"


def groups_of(namespace: str) -> tuple[str, ...]:
    """The groups of every ServiceAccount in `namespace`."""
    return (ALL_ACCOUNTS, f"{_ACCOUNTS_OF}{namespace}", AUTHENTICATED)


def read_subject(subject: BindingSubject, namespace: str) -> Subject | None:
    """Whom a binding in `namespace` (empty: a ClusterRoleBinding) means; None where it is nobody.

    A ServiceAccount written as a user is read as the ServiceAccount that it is.
    """
    if subject.kind == "ServiceAccount":
        place = subject.namespace or namespace
        return account(place, subject.name) if place else None
    if subject.kind == "User":
        if subject.name.startswith(_ACCOUNT):
            place, colon, name = subject.name.removeprefix(_ACCOUNT).partition(":")
            if place and colon and name and ":" not in name:
                return account(place, name)
        return Subject("User", "", subject.name)
    return Subject("Group", "", subject.name) if subject.kind == "Group" else None


def applies(subject: Subject, user: str, groups: Collection[str]) -> bool:
    """Whether a request by `user` in `groups` is one of the subject's, as the API server has it."""
    if subject.kind == "ServiceAccount":
        return user == user_name(subject.namespace, subject.name)
    return subject.name in groups if subject.kind == "Group" else subject.name == user


def covers(subject: Subject, namespace: str, name: str) -> bool:
    """Whether a ServiceAccount may do what the subject may.

    What is open to everybody is open to it too: it only has to leave its token out.
    """
    return subject.public or applies(subject, user_name(namespace, name), groups_of(namespace))


def may_be_one(first: Subject, second: Subject) -> bool:
    """Whether one and the same identity may hold what either subject holds.

    Where only a group's unknown members decide it, it may.
    """
    if first == second or first.public or second.public:
        return True
    for one, other in ((first, second), (second, first)):
        if one.kind == "ServiceAccount":
            return covers(other, one.namespace, one.name)
    if first.kind == second.kind:
        return first.kind == "Group"
    group = first if first.kind == "Group" else second
    return group.opaque or group.name == AUTHENTICATED


def default(binding: Projection) -> bool:
    """Whether the API server made the binding itself."""
    return binding.metadata.labels.get(_BOOTSTRAPPING[0]) == _BOOTSTRAPPING[1]


def builtin(subject: Subject, binding: Projection) -> bool:
    """Whether a component of the control plane, or a node, holds here what it always holds.

    By the subject, not by the role: somebody added to a default binding is no component. What runs
    on nodes, and controllers, count only in bindings that the API server made itself, so that
    `cluster-admin` for `system:nodes` is told.
    """
    own = default(binding)
    if subject.kind == "ServiceAccount":
        return own and subject.namespace == "kube-system" and subject.name in CONTROLLERS
    if subject.name in EVERYWHERE:
        return True
    return own and subject.name.startswith(NODE_SIDE)
