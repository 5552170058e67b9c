"""One workload, or one service account, as the rules look at it, and how they write things down."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from mckconsole.analysis.identity.model import (
    Account,
    Binding,
    BindingState,
    Cloud,
    ClusterFacts,
    IdentityPolicy,
    Shape,
    Trace,
    Workload,
)
from mckconsole.analysis.mesh.hints import kubectl_on
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity, Unknown
from mckconsole.domain.identity import TokenSecret
from mckconsole.domain.objects import Projection

if TYPE_CHECKING:
    from mckconsole.analysis.identity.rules_account_words import Held
    from mckconsole.analysis.identity.rules_workload_evidence import Place

PANE = "identity"
_TOPICS = {
    "Pod": "pods",
    "ServiceAccount": "serviceaccounts",
    "Deployment": "deployments",
    "StatefulSet": "statefulsets",
    "DaemonSet": "daemonsets",
    "CronJob": "cronjobs",
    "Job": "jobs",
    "Node": "nodes",
    "MutatingWebhookConfiguration": "mutatingwebhooks",
}


class Found(NamedTuple):
    """A finding, and the cloud whose binding it is about; None is about all of the workload's."""

    cloud: Cloud | None
    finding: Finding


@dataclass(slots=True)
class Scene:
    """What all rules of one cluster share: its facts, the time, how to write evidence down."""

    facts: ClusterFacts
    now: float
    """Unix seconds, console clock."""
    policy: IdentityPolicy = field(default_factory=IdentityPolicy)
    recheck_at: float | None = None
    """Unix seconds, console clock, when a rule that waits for something must look again."""

    def look_again(self, at: float) -> None:
        """Judge once more at Unix second `at`, console clock, though nothing changes until then."""
        if at > self.now:
            self.recheck_at = at if self.recheck_at is None else min(at, self.recheck_at)

    def time_of(self, topic: str) -> float:
        """When the topic was confirmed last, server clock."""
        return self.facts.at.get(topic, self.now)

    def ref(self, topic: str, found: Projection) -> ObjectRef:
        """How evidence names an object of a topic."""
        return found.ref(self.facts.versions.get(topic, "v1"))

    def owner_of(self, workload: Workload) -> ObjectRef:
        """The controller of a workload, else its newest pod, else what is known of its owner."""
        made = workload.controller
        if made is not None:
            return self.ref(_TOPICS[made.kind], made)
        if workload.shapes:
            return self.ref("pods", workload.shapes[0].pod)
        key = workload.key
        return ObjectRef("v1", key.kind, key.namespace, key.name)

    def seen(self, trace: Trace) -> Evidence:
        """A trace as evidence."""
        topic = _TOPICS.get(trace.object.kind, "")
        return Evidence(
            "kubernetes",
            self.facts.name,
            trace.object,
            trace.path,
            trace.value,
            self.time_of(topic),
        )

    def derived(self, what: str, value: str) -> Evidence:
        """A fact that was worked out or found absent, not read from one field."""
        return Evidence("derived", self.facts.name, None, what, value, self.now)

    def kubectl(self, command: str, namespace: str = "") -> str:
        """A kubectl command on this cluster, fit to be pasted into a shell."""
        return kubectl_on(self.facts.context or self.facts.name, command, namespace)

    def finding(
        self,
        rule: str,
        severity: Severity,
        title: str,
        detail: str,
        evidence: Iterable[Evidence],
        remediation: str,
        *,
        object: ObjectRef | None,
        subject: str = "",
        peers: Iterable[str] = (),
    ) -> Finding:
        """A finding of this pane about this cluster."""
        return Finding(
            rule,
            PANE,
            severity,
            self.facts.name,
            object,
            title,
            detail,
            tuple(evidence),
            remediation,
            tuple(sorted(peers)),
            subject,
        )


@dataclass(slots=True)
class Case(Scene):
    """One workload with its account and its bindings, whose findings are being looked for."""

    workload: Workload = field(kw_only=True)
    account: Account = field(kw_only=True)
    bindings: Sequence[Binding] = field(kw_only=True)
    """One per cloud; without findings yet."""
    unknowns: set[Unknown] = field(default_factory=set)
    places: dict[int, tuple[Place, ...]] = field(default_factory=dict)
    """The containers of shapes, by the shapes' `id`, as rules looked at them before."""

    @property
    def namespace(self) -> str:
        """Where the workload is."""
        return self.workload.key.namespace

    def binding(self, cloud: Cloud) -> Binding | None:
        """Its binding in that cloud."""
        return next((one for one in self.bindings if one.cloud is cloud), None)

    def in_state(self, *states: BindingState) -> Iterator[Binding]:
        """Its bindings that are in one of these states."""
        return (one for one in self.bindings if one.state in states)

    def owner(self) -> ObjectRef:
        """What a finding about the workload is about."""
        return self.owner_of(self.workload)

    def pod(self, shape: Shape) -> ObjectRef:
        """The first pod of a shape, for evidence."""
        return self.ref("pods", shape.pod)

    def account_ref(self) -> ObjectRef:
        """Its service account."""
        return ObjectRef("v1", "ServiceAccount", self.namespace, self.account.key.name)

    def restart(self) -> str:
        """The command that makes its pods anew."""
        key = self.workload.key
        if key.kind in ("Deployment", "StatefulSet", "DaemonSet"):
            name = shlex.quote(f"{key.kind.lower()}/{key.name}")
            return self.kubectl(f"rollout restart {name}", key.namespace)
        if not self.workload.shapes or key.kind == "CronJob":
            return "its next pod gets it"
        names = " ".join(
            shlex.quote(pod.metadata.name) for one in self.workload.shapes for pod in one.pods[:3]
        )
        alone = ", then create it again: nothing else does" if key.kind == "Pod" else ""
        return self.kubectl(f"delete pod {names}", key.namespace) + alone

    def unknown(self, rule: str, reason: str) -> None:
        """Note that a rule cannot be judged here, and why."""
        self.unknowns.add(Unknown(PANE, self.facts.name, rule, reason))


WorkloadRule: TypeAlias = Callable[[Case], Iterator[Found]]
"""A rule on one workload."""


@dataclass(slots=True)
class Common:
    """What rules worked out that is the same for other accounts of the cluster at this moment."""

    evidence: dict[Hashable, tuple[Evidence, ...]] = field(default_factory=dict)
    fixes: dict[Hashable, str] = field(default_factory=dict)


@dataclass(slots=True)
class AccountCase(Scene):
    """One service account with the workloads that run as it."""

    account: Account = field(kw_only=True)
    workloads: Sequence[Workload] = field(kw_only=True)
    bindings: Sequence[Binding] = ()
    """Of these workloads, one per workload and cloud; with or without findings."""
    token_secrets: Sequence[TokenSecret] = ()
    """Secrets that hold a token of the account which never expires."""
    common: Common = field(default_factory=Common)
    held: list[Held] | None = None
    """The identities of the account, as rules worked them out before."""
    unknowns: set[Unknown] = field(default_factory=set)

    @property
    def about(self) -> ObjectRef:
        """The service account."""
        return ObjectRef("v1", "ServiceAccount", self.account.key.namespace, self.account.key.name)

    def unknown(self, rule: str, reason: str) -> None:
        """Note that a rule cannot be judged here, and why."""
        self.unknowns.add(Unknown(PANE, self.facts.name, rule, reason))


AccountRule: TypeAlias = Callable[[AccountCase], Iterator[Found]]
"""A rule on one service account."""
