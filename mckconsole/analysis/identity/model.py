"""The model of workload identity: what is declared, what is in effect, and what they amount to.

A workload (the top owner of pods) runs as a service account; the account may declare a cloud
identity; each container may have one in effect. A `Binding` is what one workload is in one cloud.
Values only: `index` finds the objects, `declared` and `effective` read them, `bind` compares them,
`rules_*` say what is wrong.

Values of which there are many are `msgspec.Struct`s without garbage collection: no cycles in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from mckconsole.domain.core import DaemonSet, Deployment, PodTemplate
from mckconsole.domain.external import GoogleCredentials
from mckconsole.domain.failover import StatefulSet
from mckconsole.domain.findings import Finding, ObjectRef, Severity, Unknown
from mckconsole.domain.identity import CronJob, Job, ServiceAccount
from mckconsole.domain.objects import Key
from mckconsole.domain.pods import Pod, PodContainer, TokenSource

if TYPE_CHECKING:
    from mckconsole.analysis.rbac import RbacIndex


class Cloud(StrEnum):
    """Where an identity counts."""

    AWS = "aws"
    GCP = "gcp"
    AZURE = "azure"
    SPIFFE = "spiffe"
    """No cloud: a trust domain of its own, which may be federated to clouds."""

    __hash__ = str.__hash__


class Mechanism(StrEnum):
    """How a workload comes by an identity."""

    IRSA = "IRSA"
    """A role by a projected token, in EKS or elsewhere with the same webhook or by hand."""
    POD_IDENTITY = "EKS Pod Identity"
    GKE = "GKE Workload Identity"
    """Impersonation of a Google service account, by the account's annotation."""
    GKE_DIRECT = "GKE Workload Identity (direct)"
    """The service account's own principal; grants are in IAM and not visible."""
    GCP_FEDERATION = "GCP Workload Identity Federation"
    """`external_account` with a projected token: outside GKE, in fleets and attached clusters."""
    AZURE = "Azure Workload Identity"
    ROLES_ANYWHERE = "AWS IAM Roles Anywhere"
    SPIFFE = "SPIFFE"
    STATIC = "static key"
    NODE = "node identity"
    KIAM = "kube2iam/kiam"
    """Legacy."""
    AAD_POD_IDENTITY = "AAD Pod Identity"
    """Legacy."""

    __hash__ = str.__hash__


class BindingState(StrEnum):
    """How what is declared and what is in effect stand to each other, worst first."""

    STATIC_KEY = "STATIC_KEY"
    """Static credentials, and no federated identity."""
    SHADOWED = "SHADOWED"
    """There is one, but static keys or another mechanism win over it."""
    DRIFT = "DRIFT"
    """In effect is another than declared, or none although pods are newer than the declaration."""
    PENDING_RESTART = "PENDING_RESTART"
    """Pods are older than the declaration: they get it when they are made anew."""
    NODE_FALLBACK = "NODE_FALLBACK"
    """It means to use a cloud and has no identity: it gets the node's."""
    UNKNOWN = "UNKNOWN"
    """Something that decides could not be read; the reason says what."""
    UNDECLARED = "UNDECLARED"
    """In effect by hand (environment, token volume), declared nowhere."""
    ROLE_UNKNOWN = "ROLE_UNKNOWN"
    """Bound by EKS Pod Identity: the role is in the EKS API only."""
    PRINCIPAL_ONLY = "PRINCIPAL_ONLY"
    """It has its own principal (GKE direct); what that may do is in IAM only."""
    BOUND = "BOUND"
    """What is declared is in effect."""

    __hash__ = str.__hash__


class Identity(NamedTuple):
    """One identity of a cloud, the same whichever cluster names it."""

    cloud: Cloud
    realm: str
    """AWS: partition. Azure: tenant, empty where not told. GCP: empty, or the workload identity
    pool of a principal. SPIFFE: trust domain."""
    account: str
    """AWS: account id. GCP: project. Azure and SPIFFE: empty."""
    name: str
    """AWS: path and name of the role. GCP: mail, or `ns/NS/sa/NAME` of a principal. Azure: client
    id in lower case. SPIFFE: path."""

    @property
    def text(self) -> str:
        """As its cloud writes it: ARN, mail, client id, SPIFFE ID, principal."""
        match self.cloud:
            case Cloud.AWS:
                return f"arn:{self.realm}:iam::{self.account}:role/{self.name}"
            case Cloud.SPIFFE:
                return f"spiffe://{self.realm}/{self.name}"
            case Cloud.GCP if self.realm:
                return f"principal {self.realm}[{self.name}]"
        return self.name

    @property
    def where(self) -> str:
        """The account, project, tenant or trust domain: what a cloud account is called there."""
        return self.account or self.realm

    @property
    def short(self) -> str:
        """What tells it apart in a narrow column: the role's name, the mail's local part …"""
        match self.cloud:
            case Cloud.AWS:
                return self.name.rpartition("/")[2]
            case Cloud.GCP if not self.realm:
                return self.name.partition("@")[0]
        return self.name


class Trace(msgspec.Struct, frozen=True, gc=False):
    """A field that says something: evidence, before anybody asks for it."""

    object: ObjectRef
    path: str
    value: str


class Declaration(msgspec.Struct, frozen=True, gc=False):
    """What says, outside the pod, that a service account shall be somebody in a cloud."""

    mechanism: Mechanism
    cloud: Cloud
    identity: Identity | None
    """None when what is written is no identity; `problem` says why."""
    text: str
    """As written."""
    trace: Trace
    written_by: str = ""
    """The manager by managedFields; empty when not known."""
    written_at: str = ""
    """RFC 3339: no later than this; empty when not known (then the object's creation counts)."""
    since: str = ""
    """From when on pods can have it: `written_at`, else the creation of what declares."""
    problem: str = ""
    """Why the text is no identity, in words."""

    @property
    def dated(self) -> bool:
        """Whether pods that were made after `since` could have it for certain. Of an annotation
        without managedFields, and of an entry in a ConfigMap, only the object's creation is
        known; an association is what it is from its creation on."""
        return bool(self.written_at) or self.mechanism is Mechanism.POD_IDENTITY


class Effective(msgspec.Struct, frozen=True, gc=False):
    """What one container is in one cloud, by the pod's own specification."""

    container: str
    role: str
    """`app`, `init`, `sidecar` (an init container that stays) or `ephemeral`."""
    mechanism: Mechanism
    cloud: Cloud
    identity: Identity | None = None
    """None where the pod does not say (EKS Pod Identity, a Secret's content) or says nonsense."""
    text: str = ""
    """What the pod says, as it says it."""
    traces: tuple[Trace, ...] = ()
    token: TokenSource | None = None
    """The projected token that it is exchanged for."""
    problem: str = ""
    """Why it cannot work, in words: half of a pair, a file that is not mounted …"""


class WorkloadKey(NamedTuple):
    """A workload of the fleet."""

    cluster: str
    namespace: str
    kind: str
    """Deployment, StatefulSet, DaemonSet, CronJob, Job, Pod, or another owner's kind."""
    name: str

    def __str__(self) -> str:
        return f"{self.cluster}/{self.namespace}/{self.kind.lower()}/{self.name}"


class AccountKey(NamedTuple):
    """A service account of the fleet."""

    cluster: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.cluster}/{self.namespace}/{self.name}"


Controller = Deployment | StatefulSet | DaemonSet | CronJob | Job


class Shape(msgspec.Struct, frozen=True, gc=False):
    """Pods of one workload that are alike in all that decides their identity."""

    pods: tuple[Pod, ...]
    """At least one, the oldest first; those that run, or the finished ones where none runs."""

    @property
    def pod(self) -> Pod:
        """One of them."""
        return self.pods[0]

    def containers(self) -> tuple[tuple[str, PodContainer], ...]:
        """Every container with its role (see `Effective.role`)."""
        spec = self.pod.spec
        if not spec.init_containers and not spec.ephemeral_containers:
            return tuple([("app", one) for one in spec.containers])
        init = (
            ("sidecar" if one.restart_policy == "Always" else "init", one)
            for one in spec.init_containers
        )
        ephemeral = (("ephemeral", one) for one in spec.ephemeral_containers)
        return (*init, *(("app", one) for one in spec.containers), *ephemeral)


class Workload(msgspec.Struct, frozen=True, gc=False):
    """Pods and what made them."""

    key: WorkloadKey
    account: str
    """Name of the service account of its pods (or of its template, without pods)."""
    shapes: tuple[Shape, ...] = ()
    """The shape with the newest pod first; empty for a workload without pods."""
    controller: Controller | None = None
    """The object of `key`; None where it could not be read or is of another kind."""
    owner_unknown: str = ""
    """Why its top owner could not be found (dangling, cyclic, not read), in words."""

    @property
    def account_key(self) -> AccountKey:
        """Its service account in the fleet."""
        return AccountKey(self.key.cluster, self.key.namespace, self.account)

    @property
    def pod_count(self) -> int:
        """How many pods it has."""
        return sum(len(one.pods) for one in self.shapes)

    @property
    def template(self) -> PodTemplate | None:
        """The template of its pods."""
        if isinstance(self.controller, CronJob):
            return self.controller.spec.job_template.spec.template
        return self.controller.spec.template if self.controller else None


class WebhookFacts(msgspec.Struct, frozen=True, gc=False):
    """One admission webhook that injects identities."""

    mechanism: Mechanism
    object: ObjectRef
    index: int
    """Its place in `webhooks` of the configuration."""
    failure_policy: str
    service: tuple[str, str] | None
    """Namespace and name; None for a URL, which is outside the cluster."""
    ready: int | None
    """Ready endpoints of the Service; None where not known."""
    ca_bundle: str
    """Base64 as it stands."""


class NodeFacts(msgspec.Struct, frozen=True, gc=False):
    """What identity rules ask of a node."""

    windows: bool = False
    virtual: bool = False
    """Fargate and other nodes that run no DaemonSet."""
    gke_metadata: bool = False
    """Labelled `iam.gke.io/gke-metadata-server-enabled=true`."""
    agent: bool = False
    """A ready pod of the EKS Pod Identity agent runs on it."""


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """What must be known of a cluster besides one workload."""

    name: str
    context: str = ""
    """The kubectl context, for commands."""
    readable: bool = False
    """Whether it was read at least once; `reason` says why not."""
    reason: str = ""
    uid: str = ""
    """Of the namespace kube-system, by which two contexts of one cluster are told; empty when not
    known."""
    eks_names: frozenset[str] = frozenset()
    """What EKS calls the cluster, by its context and its nodes; empty when nothing tells."""
    provider: str = ""
    """As the fleet pane says: eks, gke, aks …; empty when not told."""
    cloud: Cloud | None = None
    """Whose machines its nodes are, by their providerID; None elsewhere or not known."""
    partition: str = ""
    """AWS partition by the nodes' region; empty when not known."""
    region: str = ""
    account: str = ""
    """GCP project or Azure subscription by providerID. An AWS account cannot be read from it."""
    pool: str = ""
    """GKE: workload identity pool, `PROJECT.svc.id.goog`, where nodes have the metadata server."""
    issuer: str = ""
    """Issuer of service account tokens; empty when not known."""
    key_ids: frozenset[str] = frozenset()
    """Ids of the keys that tokens are verified with, signed with or not; empty when not known."""
    tenant: str = ""
    """Azure's default tenant, by the webhook's configuration."""
    webhooks: tuple[WebhookFacts, ...] = ()
    nodes: Mapping[str, NodeFacts] = field(default_factory=dict)
    credentials: Mapping[Key, Mapping[str, GoogleCredentials]] = field(default_factory=dict)
    """ConfigMaps that hold Google credential configurations, by key of their data."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Topic to the API version it was read in."""
    at: Mapping[str, float] = field(default_factory=dict, compare=False)
    """Topic to Unix seconds, server clock, of its last confirmation. Facts that differ in nothing
    else are equal."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Topic to why its absence of objects means nothing; not here when conclusive."""
    rbac: RbacIndex | None = None
    """None where roles or bindings could not be read."""

    def webhook(self, mechanism: Mechanism) -> WebhookFacts | None:
        """The webhook that injects this mechanism's identities, None where none was seen."""
        return next((one for one in self.webhooks if one.mechanism is mechanism), None)


class Account(msgspec.Struct, frozen=True, gc=False):
    """A service account: what it declares, and who runs as it."""

    key: AccountKey
    object: ServiceAccount | None
    """None where it is gone or could not be read; `unknown` says why."""
    declarations: tuple[Declaration, ...] = ()
    unknown: str = ""
    """Why not everything it declares is known, in words; empty when it is."""
    workloads: tuple[WorkloadKey, ...] = ()
    """All that run as it, with or without pods, sorted."""
    users: tuple[ObjectRef, ...] = ()
    """Objects that use it without a pod: secret stores, Flux sources."""


class Binding(msgspec.Struct, frozen=True, eq=False, weakref=True):
    """What one workload is in one cloud: a row of the pane."""

    workload: Workload
    account: Account
    cloud: Cloud
    mechanism: Mechanism
    state: BindingState
    identity: Identity | None
    """What it is in effect; where nothing is, what is declared."""
    reason: str = ""
    """Why it is in this state, in words; empty for a plain BOUND."""
    declared: Declaration | None = None
    effective: tuple[Effective, ...] = ()
    """Of all containers and shapes, without repetition."""
    behind: int = 0
    """Pods that are not as the newest ones are, or not as declared."""
    unknown: str = ""
    """What could not be read and could change the state."""
    findings: tuple[Finding, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    severity: Severity | None = None
    """Of the worst finding."""

    @property
    def id(self) -> str:
        """Stable across refreshes."""
        return f"{self.workload.key}/{self.cloud}"


class IdentityUse(msgspec.Struct, frozen=True, gc=False):
    """Who uses one identity of a cloud, over all clusters."""

    identity: Identity
    accounts: tuple[AccountKey, ...]
    """Service accounts that declare it, sorted."""
    bindings: tuple[Binding, ...]
    """Workloads that are it, or shall be, in the order of the report."""
    findings: tuple[Finding, ...] = ()
    """About the identity as a whole: shared over clusters, by many accounts."""


@dataclass(frozen=True, slots=True)
class IdentityPolicy:
    """What is meant to be, where rules cannot know: from the configuration."""

    accounts: frozenset[str] = frozenset()
    """AWS accounts, GCP projects, Azure tenants that identities may lie in; empty allows all."""
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Cluster to its groups (`prod`, `dev` …), to tell environments apart."""
    shared_limit: int = 3
    """Service accounts of one cluster that may share an identity before it is a finding."""
    unused_days: float = 30.0
    """Days after which an identity that nothing uses is a finding."""


@dataclass(frozen=True, slots=True)
class IdentityReport:
    """Who is who, over the whole fleet."""

    bindings: tuple[Binding, ...] = ()
    """Worst first."""
    accounts: Mapping[AccountKey, Account] = field(default_factory=dict)
    """Those that declare something, or whose workloads have a binding."""
    identities: Mapping[Identity, IdentityUse] = field(default_factory=dict)
    clusters: Mapping[str, ClusterFacts] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    plain: Mapping[str, int] = field(default_factory=dict)
    """Workloads per cluster that have nothing to do with a cloud."""
    policy: IdentityPolicy = field(default_factory=IdentityPolicy)
