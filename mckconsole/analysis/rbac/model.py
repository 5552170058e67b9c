"""What is asked of RBAC and what is answered: needs, grants, ways."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeAlias

import msgspec

from mckconsole.analysis.rbac.subjects import Subject
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.rbac import PolicyRule

SCOPE = "Kubernetes RBAC only"
OUTSIDE = (
    f"{SCOPE}: certificates of the group system:masters, EKS access entries, GKE IAM, Azure RBAC, "
    "webhook authorizers, kubelets (which read what the pods of their node use) and whoever can "
    "reach etcd or a node are not seen; who is in a group is not known to the API server"
)
"""What no answer of this package covers."""

Resource: TypeAlias = tuple[str, str]
"""(API group, resource), the latter with its subresource: `("", "pods/exec")`."""


def parse_resource(text: str) -> Resource:
    """Read a resource as kubectl writes it: `pods/exec`, `deployments.apps`."""
    named, slash, sub = text.partition("/")
    resource, _, group = named.partition(".")
    return group, f"{resource}{slash}{sub}"


def resource_text(resource: Resource) -> str:
    """Write a resource as kubectl does."""
    group, path = resource
    named, slash, sub = path.partition("/")
    return f"{named}.{group}{slash}{sub}" if group else path


class Need(msgspec.Struct, frozen=True):
    """Something to be allowed: any of the verbs, on any of the resources."""

    verbs: frozenset[str]
    resources: tuple[Resource, ...]
    name: str | None = None
    """The object; None means some object, whichever the grant names; empty means a request that
    names none, such as a list of all."""

    @classmethod
    def of(cls, verbs: str, *resources: str, name: str | None = None) -> Need:
        """Verbs apart by spaces, resources as kubectl writes them."""
        return cls(frozenset(verbs.split()), tuple(map(parse_resource, resources)), name)


class Grant(msgspec.Struct, frozen=True, order=True, gc=False):
    """That a subject may do something: by one rule of one role through one binding."""

    subject: Subject
    namespace: str
    """Where it holds; empty in all namespaces, and for what is in none."""
    binding: ObjectRef
    subject_path: str
    """Of the subject in the binding: `subjects[0]`."""
    role: ObjectRef
    rule_path: str
    """Of the rule in the role: `rules[3]`."""
    verbs: tuple[str, ...]
    """What of the need's verbs the rule allows, sorted."""
    resources: tuple[str, ...]
    """What of the need's resources the rule allows, as kubectl writes them, sorted."""
    resource_names: tuple[str, ...] = ()
    """The only objects that it is allowed on; empty allows all."""
    builtin: bool = False
    """Kubernetes' own components hold it, as they always do: `subjects.builtin`."""

    def __str__(self) -> str:
        what = f"{'/'.join(self.verbs)} {', '.join(self.resources)}"
        only = f" named {', '.join(self.resource_names)}" if self.resource_names else ""
        where = f"in {self.namespace}" if self.namespace else "in all namespaces"
        return f"{self.subject} can {what}{only} {where} ({self.binding} → {self.role})"


class WayKind(StrEnum):
    """How somebody comes to a ServiceAccount's identity, or to a Secret's content."""

    REPOINT = "repoint"
    READ = "read"
    READ_OBJECT = "read-object"
    ANSWER = "answer"
    RUN = "run"
    ALTER = "alter"
    EXEC = "exec"
    TOKEN = "token"  # noqa: S105 - the name of a way, no password
    TOKEN_SECRET = "token-secret"  # noqa: S105 - as above
    IMPERSONATE = "impersonate"
    BIND = "bind"
    ESCALATE = "escalate"
    NODE_PROXY = "node-proxy"
    WEBHOOK = "webhook"
    OPERATOR = "operator"

    @property
    def words(self) -> str:
        """What a subject does this way."""
        return _WORDS[self]


_WORDS: dict[WayKind, str] = {
    WayKind.REPOINT: "changes the ServiceAccount's annotations",
    WayKind.READ: "reads the Secret",
    WayKind.READ_OBJECT: "reads the object, or gets it in the answer to an empty patch",
    WayKind.ANSWER: "gets the Secret in the answer to an empty patch, or to a dry run of deletion",
    WayKind.RUN: "runs a workload of its own choice there",
    WayKind.ALTER: "changes what a workload there runs",
    WayKind.EXEC: "gets into running pods there",
    WayKind.TOKEN: "asks for a token of the ServiceAccount",
    WayKind.TOKEN_SECRET: "has a token made as a Secret of that type, and reads it",
    WayKind.IMPERSONATE: "acts in another's name towards the API server",
    WayKind.BIND: "gives itself a role that it does not hold",
    WayKind.ESCALATE: "writes rules into a role that it does not hold",
    WayKind.NODE_PROXY: "runs commands in any pod through the kubelets",
    WayKind.WEBHOOK: "has objects sent to an admission webhook of its own",
    WayKind.OPERATOR: "has an operator hand it over, where that operator is installed",
}


class Way(msgspec.Struct, frozen=True, gc=False):
    """One way, and everybody to whom it is open."""

    kind: WayKind
    grants: tuple[Grant, ...]
    """Those of the namespace first, then those of all namespaces; sorted in each."""
    through: tuple[Subject, ...] = ()
    """The ServiceAccounts that are reached so, where it is not the object itself."""


class Reach(msgspec.Struct, frozen=True, gc=False):
    """All ways to one object; ways open to nobody are left out."""

    direct: tuple[Way, ...] = ()
    indirect: tuple[Way, ...] = ()

    def grants(self, *kinds: WayKind, builtin: bool = False) -> tuple[Grant, ...]:
        """The grants of some ways, or of all; Kubernetes' own components only if asked for."""
        ways = (w for w in (*self.direct, *self.indirect) if not kinds or w.kind in kinds)
        return tuple(g for way in ways for g in way.grants if builtin or not g.builtin)

    def subjects(self, *kinds: WayKind, builtin: bool = False) -> tuple[Subject, ...]:
        """Who holds them, sorted."""
        return tuple(sorted({grant.subject for grant in self.grants(*kinds, builtin=builtin)}))


def rule_text(rule: PolicyRule) -> str:
    """A rule on one line, as evidence."""
    parts = (
        ("apiGroups", tuple(group or '""' for group in rule.api_groups)),
        ("resources", rule.resources),
        ("resourceNames", rule.resource_names),
        ("nonResourceURLs", rule.non_resource_urls),
        ("verbs", rule.verbs),
    )
    return "; ".join(f"{name}: {_listed(values)}" for name, values in parts if values)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(values)
