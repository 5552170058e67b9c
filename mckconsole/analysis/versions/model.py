"""What the version analysis says of a cluster, and what the planner makes of it. Values only.

Nothing here is guessed: what could not be read is UNKNOWN and says why, and no step is planned on
it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import msgspec

from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Unknown
from mckconsole.domain.kubeversion import Minor, Version
from mckconsole.domain.support import Confidence


class Component(StrEnum):
    """What has a version of its own that must fit the API server's."""

    API_SERVER = "kube-apiserver"
    CONTROLLER_MANAGER = "kube-controller-manager"
    SCHEDULER = "kube-scheduler"
    CLOUD_CONTROLLER = "cloud-controller-manager"
    KUBELET = "kubelet"
    KUBE_PROXY = "kube-proxy"


class Seen(msgspec.Struct, frozen=True, gc=False):
    """One version of one component, as often as it was seen."""

    component: Component
    version: Version | None
    """None: what it said is no version, or there is none to be seen (`count` is 0)."""
    count: int
    """Instances, or for the API server connections or series, that said so."""
    how: str
    """Where it was seen: `3 of 3 connections`, `nodes`, `image of DaemonSet kube-proxy`; with a
    count of 0, why none is seen and that this is as it should be: `provider-managed`."""
    evidence: tuple[Evidence, ...] = ()


class SupportState(StrEnum):
    """How a minor stands in its provider's calendar. Definition order is worst first."""

    ENDED = "ended"
    """Nobody mends it any more, or the provider upgrades it without asking."""
    EXTENDED = "extended"
    """Only for money or on a plan that was opted into."""
    ENDING = "ending"
    """Standard support ends within ninety days."""
    UNKNOWN = "unknown"
    SUPPORTED = "supported"
    PLANNED = "planned"
    """Not released yet."""

    @property
    def rank(self) -> int:
        """0 for ENDED."""
        return list(SupportState).index(self)


class Support(msgspec.Struct, frozen=True, gc=False):
    """Until when a cluster's minor is supported."""

    state: SupportState
    provider: str
    """Whose calendar it was judged by; `upstream` where the cluster's provider has none."""
    standard_end: date | None = None
    extended_end: date | None = None
    start: date | None = None
    """When the minor was released there, for the bar."""
    days: int | None = None
    """Left until the end that comes next (standard, then extended), negative once all are over."""
    reason: str = ""
    """Why it is not known, or what to know of it: `upstream date, provider unknown`."""
    source: str = ""


_NOT_KNOWN = Support(SupportState.UNKNOWN, "")


class Headroom(msgspec.Struct, frozen=True, gc=False):
    """Whether one node after the other can be emptied."""

    fits: bool | None
    """True: without one more node. None: not known."""
    surge: int = 0
    """Nodes that must be added first."""
    stuck: tuple[str, ...] = ()
    """Pods that fit nowhere else: `namespace/name`."""
    reason: str = ""


class NodePool(msgspec.Struct, frozen=True, gc=False):
    """Nodes that are upgraded together."""

    name: str
    """Of the node group, pool or instance type; empty for nodes that name none."""
    nodes: tuple[str, ...]
    kubelets: tuple[tuple[Minor, int], ...]
    """(minor, nodes), oldest first."""
    unready: tuple[str, ...] = ()
    cordoned: tuple[str, ...] = ()
    runtimes: tuple[str, ...] = ()
    """`containerd 1.7.33`, distinct."""
    images: tuple[str, ...] = ()
    """osImage, distinct."""
    cgroup: str = ""
    """`v1`, `v2`, `v1 and v2`, `v1, by its OS image`; empty is not known."""
    losing: str = ""
    """The release that will not start with this runtime any more, as its kubelets believed when
    they were built: the date has been put off before. Empty: they do not say so."""
    headroom: Headroom | None = None


class Use(StrEnum):
    """How sure it is that somebody still uses a deprecated API. Definition order is worst first."""

    CONFIRMED = "confirmed"
    """The API server counted requests, and managedFields name who writes so; or they name who did
    within thirty days."""
    IN_USE = "in use by an unknown client"
    """The API server counted requests."""
    REFERENCE = "referred to"
    """An object names the version and stops to match when it goes."""
    UNKNOWN = "unknown"
    STALE = "stale trace"
    """Somebody wrote so once, long ago, or before the version went."""
    INFO = "only in an annotation"

    @property
    def rank(self) -> int:
        """0 for CONFIRMED."""
        return list(Use).index(self)


class Writer(msgspec.Struct, frozen=True, gc=False, order=True):
    """Who wrote objects with a deprecated version."""

    manager: str
    last: float | None
    """Unix seconds of its last write."""
    objects: int


class ApiUse(msgspec.Struct, frozen=True, gc=False):
    """One deprecated API in one cluster."""

    group: str
    version: str
    kind: str
    """Empty where only the resource's name is known."""
    resource: str
    """Plural; empty where it is not known."""
    use: Use
    removed_in: Minor | None
    replacement: str
    writers: tuple[Writer, ...] = ()
    objects: tuple[ObjectRef, ...] = ()
    """The first of them."""
    count: int = 0
    """How many objects."""
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()

    @property
    def api_version(self) -> str:
        """`policy/v1beta1`."""
        return f"{self.group}/{self.version}" if self.group else self.version


class Fit(StrEnum):
    """How an add-on stands to a minor of Kubernetes. Definition order is worst first."""

    BELOW = "too new for this Kubernetes"
    """The cluster is older than the add-on's least."""
    ABOVE = "out of range"
    """The cluster is newer than the add-on's most."""
    UNTESTED = "untested"
    """Outside of what the vendor tests, which is not to say unsupported."""
    UNKNOWN = "unknown"
    NO_MAXIMUM = "no maximum published"
    OK = "in range"

    @property
    def rank(self) -> int:
        """0 for BELOW."""
        return list(Fit).index(self)


class Addon(msgspec.Struct, frozen=True, gc=False):
    """One add-on of a cluster."""

    name: str
    """As in the table: `cilium`, `cert-manager` …"""
    version: Version | None
    how: str
    """`image of DaemonSet kube-system/cilium`."""
    fit: Fit
    """To the cluster's present minor."""
    least: Minor | None = None
    most: Minor | None = None
    confidence: Confidence | None = None
    network: bool = False
    """The cluster's pods have no network without it: out of range blocks."""
    end: date | None = None
    """The last day on which its release is supported."""
    reason: str = ""
    newer: str = ""
    """A minor of the add-on that goes with the next Kubernetes too; empty: none is known."""
    evidence: tuple[Evidence, ...] = ()
    also: tuple[Version, ...] = ()
    """Other versions that run at the same time: a rollout, or revisions; `version` is the worse."""


class Gravity(StrEnum):
    """What a blocker stops. Definition order is worst first."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"
    UNKNOWN = "unknown"
    """It could not be judged; a plan says so instead of passing."""


class Phase(StrEnum):
    """Parts of one step from a minor to the next, in order."""

    PATCH = "latest patch"
    ADDONS_FIRST = "add-ons first"
    CONTROL_PLANE = "control plane"
    MANAGED_ADDONS = "add-ons after"
    NODES = "nodes"
    VERIFY = "verify"


class Blocker(msgspec.Struct, frozen=True, gc=False):
    """What stands in the way of an upgrade of one cluster."""

    rule: str
    """UB01 to UB19, or a skew rule."""
    gravity: Gravity
    phase: Phase
    title: str
    detail: str
    remediation: str
    object: ObjectRef | None = None
    subject: str = ""
    """Tells blockers of one rule on one object apart."""
    target: Minor | None = None
    """The first target that it stands in the way of; None: any."""
    evidence: tuple[Evidence, ...] = ()
    peers: tuple[str, ...] = ()

    def stops(self, to: Minor) -> bool:
        """Whether it blocks the step to a minor."""
        return self.gravity is Gravity.BLOCK and (self.target is None or self.target <= to)


@dataclass(frozen=True, slots=True)
class ClusterVersions:
    """Everything about the versions of one cluster."""

    cluster: str
    provider: str
    region: str = ""
    seen: tuple[Seen, ...] = ()
    least: Minor | None = None
    """Of the live API servers, the oldest; None where not known."""
    most: Minor | None = None
    instances: int | None = None
    """API servers with a live lease; None where not known."""
    support: Support = _NOT_KNOWN
    pools: tuple[NodePool, ...] = ()
    uses: tuple[ApiUse, ...] = ()
    addons: tuple[Addon, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    """Worst first, for the next step."""
    groups: tuple[str, ...] = ()
    """Meshes that it is in: `submariner prod`; no two of one group are upgraded at a time."""
    roles: tuple[str, ...] = ()
    """What it does for others: `Submariner broker`, `central Prometheus`."""
    unknowns: tuple[Unknown, ...] = ()

    @property
    def kubelets(self) -> tuple[tuple[Minor, int], ...]:
        """(minor, nodes) of the whole cluster, oldest first."""
        found: dict[Minor, int] = {}
        for pool in self.pools:
            for minor, count in pool.kubelets:
                found[minor] = found.get(minor, 0) + count
        return tuple(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class VersionsReport:
    """All clusters of the fleet."""

    clusters: tuple[ClusterVersions, ...] = ()
    findings: tuple[Finding, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    as_of: Mapping[str, date] = field(default_factory=dict)
    """Age of the tables that it was judged by, as `SupportData.as_of`."""

    def of(self, cluster: str) -> ClusterVersions | None:
        """One of them."""
        return next((one for one in self.clusters if one.cluster == cluster), None)


class Action(msgspec.Struct, frozen=True, gc=False):
    """One thing to do within a step; never done by the console."""

    phase: Phase
    words: str
    command: str = ""
    """The vendor's command, quoted for a shell; empty where there is none."""
    check: str = ""
    """What must be seen before going on."""
    back: str = ""
    """How to go back, or that there is no way."""


class Step(msgspec.Struct, frozen=True, gc=False):
    """One cluster, one minor on; or, where `start` and `to` are the same, its nodes up to the
    control plane that they are behind."""

    number: int
    """From 1; steps of one number may run at the same time."""
    cluster: str
    start: Minor
    to: Minor
    actions: tuple[Action, ...]
    why: str
    """Why here in the order: `canary: smallest weight`, `after its mesh peer gcp-eu-1`."""
    preconditions: tuple[str, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    """What its own actions mend before the control plane; what they do not holds the cluster."""
    waived: tuple[Blocker, ...] = ()


class Held(msgspec.Struct, frozen=True, gc=False):
    """A cluster that is not planned any further."""

    cluster: str
    at: Minor | None
    wanted: Minor | None
    reason: str
    blockers: tuple[Blocker, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """In which order the fleet may be upgraded, worked out from what is held now."""

    at: float
    """Unix seconds, console clock, of the snapshot."""
    target: Minor | None
    """What was asked for, or the newest that every add-on allows."""
    steps: tuple[Step, ...] = ()
    held: tuple[Held, ...] = ()
    end: Mapping[str, Minor] = field(default_factory=dict)
    """By cluster: the minor after all steps."""
    unknowns: tuple[Unknown, ...] = ()
    freed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By blocker that is waived (`UB03 west shop/web`): what it lets go on."""
