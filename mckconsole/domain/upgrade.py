"""Projections that only the question "what if this cluster is upgraded" reads."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from msgspec import field
from msgspec.structs import force_setattr

from mckconsole.domain.managed import ManagedMeta
from mckconsole.domain.objects import Condition, Projection

_MAX_CONFIG = 64 * 1024
"""Characters of a component's configuration that are kept; they have a few thousand."""


class Requirement(msgspec.Struct, frozen=True, gc=False):
    """One expression of a selector."""

    key: str = ""
    operator: str = ""
    """`In`, `NotIn`, `Exists` or `DoesNotExist`; for nodes also `Gt` and `Lt`."""
    values: tuple[str, ...] = ()


class LabelSelector(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Which objects are meant, by their labels; without any term all of them."""

    match_labels: dict[str, str] = field(default_factory=dict)
    match_expressions: tuple[Requirement, ...] = ()

    def matches(self, labels: dict[str, str]) -> bool:
        """Whether an object with these labels is meant."""
        if any(labels.get(key) != value for key, value in self.match_labels.items()):
            return False
        return all(_holds(one, labels) for one in self.match_expressions)


def _holds(term: Requirement, labels: dict[str, str]) -> bool:
    value = labels.get(term.key)
    if term.operator == "In":
        return value is not None and value in term.values
    if term.operator == "NotIn":
        return value is None or value not in term.values
    if term.operator == "Exists":
        return value is not None
    return term.operator == "DoesNotExist" and value is None


class DisruptionSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """How many pods must stay, or may go, at a time."""

    min_available: int | str | None = None
    """A number or `50%`."""
    max_unavailable: int | str | None = None
    selector: LabelSelector | None = None
    """None selects no pod; an empty one selects all of the namespace."""
    unhealthy_pod_eviction_policy: str = ""
    """Empty is `IfHealthyBudget`."""


class DisruptionStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What the controller makes of it."""

    current_healthy: int = 0
    desired_healthy: int = 0
    disruptions_allowed: int = 0
    expected_pods: int = 0
    observed_generation: int = 0
    conditions: tuple[Condition, ...] = ()


class PodDisruptionBudget(Projection, frozen=True, gc=False):
    """policy/v1 PodDisruptionBudget."""

    metadata: ManagedMeta = ManagedMeta()
    spec: DisruptionSpec = DisruptionSpec()
    status: DisruptionStatus = DisruptionStatus()

    api_group: ClassVar[str] = "policy"
    kind: ClassVar[str] = "PodDisruptionBudget"


class NodeTerm(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Expressions that must all hold of a node."""

    match_expressions: tuple[Requirement, ...] = ()


class NodeTerms(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Terms of which one must hold."""

    node_selector_terms: tuple[NodeTerm, ...] = ()


class VolumeAffinity(msgspec.Struct, frozen=True, gc=False):
    """Nodes that can reach a volume."""

    required: NodeTerms | None = None


class ClaimRef(msgspec.Struct, frozen=True, gc=False):
    """The claim that a volume is bound to."""

    namespace: str = ""
    name: str = ""


class VolumeSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """PersistentVolume spec."""

    claim_ref: ClaimRef | None = None
    node_affinity: VolumeAffinity | None = None


class PersistentVolume(Projection, frozen=True, gc=False):
    """core/v1 PersistentVolume: whom it belongs to, and which nodes can reach it."""

    spec: VolumeSpec = VolumeSpec()

    kind: ClassVar[str] = "PersistentVolume"


class KubeletConfigData(msgspec.Struct, frozen=True, gc=False):
    """A KubeletConfiguration as YAML; longer ones are cut."""

    kubelet: str = ""

    def __post_init__(self) -> None:
        if len(self.kubelet) > _MAX_CONFIG:
            force_setattr(self, "kubelet", self.kubelet[:_MAX_CONFIG])


class KubeletConfig(Projection, frozen=True, gc=False):
    """core/v1 ConfigMap `kube-system/kubelet-config`, which kubeadm writes."""

    data: KubeletConfigData = KubeletConfigData()

    kind: ClassVar[str] = "ConfigMap"


class ProxyConfigData(msgspec.Struct, frozen=True, gc=False):
    """A KubeProxyConfiguration as YAML, by the keys that installers use; longer ones are cut."""

    conf: str = field(default="", name="config.conf")
    """kubeadm."""
    config: str = ""
    """EKS."""

    def __post_init__(self) -> None:
        for name in ("conf", "config"):
            if len(getattr(self, name)) > _MAX_CONFIG:
                force_setattr(self, name, getattr(self, name)[:_MAX_CONFIG])


class ProxyConfig(Projection, frozen=True, gc=False):
    """core/v1 ConfigMap of kube-proxy."""

    data: ProxyConfigData = ProxyConfigData()

    kind: ClassVar[str] = "ConfigMap"


class DesiredVersion(msgspec.Struct, frozen=True, gc=False):
    """A release of OpenShift."""

    version: str = ""


class ClusterVersionHistory(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One upgrade, the newest first."""

    state: str = ""
    """`Completed` or `Partial`."""
    version: str = ""
    started_time: str = ""
    completion_time: str = ""


class ClusterVersionSpec(msgspec.Struct, frozen=True, gc=False):
    """Which stream of releases is followed."""

    channel: str = ""


class ClusterVersionStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What runs, and whether more may come."""

    desired: DesiredVersion = DesiredVersion()
    history: tuple[ClusterVersionHistory, ...] = ()
    conditions: tuple[Condition, ...] = ()
    """`Upgradeable` says in its message why not."""


class ClusterVersion(Projection, frozen=True, gc=False):
    """config.openshift.io/v1 ClusterVersion."""

    spec: ClusterVersionSpec = ClusterVersionSpec()
    status: ClusterVersionStatus = ClusterVersionStatus()

    api_group: ClassVar[str] = "config.openshift.io"
    kind: ClassVar[str] = "ClusterVersion"
