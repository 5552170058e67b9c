"""The Kind registry: what the console reads, in which version, how it is kept and how gently.

A *topic* is one thing to be read from a cluster: usually a kind, sometimes one named object of a
kind (`cilium-config`). The API version is chosen per cluster by discovery, first match of
`versions`; versions that Kubernetes has deprecated are not listed at all, because reading one would
set the very metric that the version analysis reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mckconsole.domain import core, mesh
from mckconsole.domain.objects import Projection


class Keep(StrEnum):
    """How a topic is kept current."""

    WATCH = "watch"
    """List once, then watch."""
    POLL = "poll"
    """List every `poll_seconds`: for heartbeat kinds whose every object changes all the time, and
    for small ones that are not worth a connection each."""
    ON_DEMAND = "on-demand"
    """Only while something on screen asks for it."""


class Sensitivity(StrEnum):
    """What the decoder may let through."""

    PLAIN = "plain"
    CREDENTIALS_IN_SPEC = "credentials-in-spec"
    """Credentials stand beside the fields we read; the projection must not name them."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How one topic is read."""

    topic: str
    group: str
    versions: tuple[str, ...]
    """In order of preference."""
    plural: str
    projection: type[Projection]
    keep: Keep = Keep.WATCH
    poll_seconds: float = 60.0
    sensitivity: Sensitivity = Sensitivity.PLAIN
    namespace: str = ""
    """Read only this namespace; empty reads all of them."""
    name: str = ""
    """Read only objects of this name (a `metadata.name` field selector)."""

    def path(self, version: str) -> str:
        """The list path, relative to the cluster's base URL."""
        root = f"/apis/{self.group}/{version}" if self.group else f"/api/{version}"
        place = f"/namespaces/{self.namespace}" if self.namespace else ""
        return f"{root}{place}/{self.plural}"

    @property
    def selector(self) -> dict[str, str]:
        """Query parameters that narrow the list, empty for all objects."""
        return {"fieldSelector": f"metadata.name={self.name}"} if self.name else {}


KINDS: tuple[Kind, ...] = (
    Kind("nodes", "", ("v1",), "nodes", core.Node),
    Kind(
        "kube-system", "", ("v1",), "namespaces", core.Namespace, Keep.POLL, 300, name="kube-system"
    ),
    Kind("namespaces", "", ("v1",), "namespaces", core.Namespace),
    Kind("services", "", ("v1",), "services", core.Service),
    Kind("endpointslices", "discovery.k8s.io", ("v1",), "endpointslices", core.EndpointSlice),
    Kind("pods", "", ("v1",), "pods", core.Pod, Keep.ON_DEMAND),
    Kind("deployments", "apps", ("v1",), "deployments", core.Deployment),
    Kind("daemonsets", "apps", ("v1",), "daemonsets", core.DaemonSet),
    Kind(
        "cilium-config",
        "",
        ("v1",),
        "configmaps",
        core.CiliumConfig,
        Keep.POLL,
        60,
        namespace="kube-system",
        name="cilium-config",
    ),
    Kind(
        "submariner-lease",
        "coordination.k8s.io",
        ("v1",),
        "leases",
        core.Lease,
        Keep.POLL,
        30,
        name="submariner-gateway-lock",
    ),
    Kind("gateways", "submariner.io", ("v1",), "gateways", mesh.Gateway, Keep.POLL, 10),
    Kind("submariner-endpoints", "submariner.io", ("v1",), "endpoints", mesh.SubmarinerEndpoint),
    Kind("submariner-clusters", "submariner.io", ("v1",), "clusters", mesh.SubmarinerCluster),
    Kind("routeagents", "submariner.io", ("v1",), "routeagents", mesh.RouteAgent),
    Kind(
        "submariners",
        "submariner.io",
        ("v1alpha1",),
        "submariners",
        mesh.Submariner,
        Keep.POLL,
        60,
        sensitivity=Sensitivity.CREDENTIALS_IN_SPEC,
    ),
    Kind(
        "serviceexports",
        "multicluster.x-k8s.io",
        ("v1beta1", "v1alpha1"),
        "serviceexports",
        mesh.ServiceExport,
    ),
    Kind(
        "serviceimports",
        "multicluster.x-k8s.io",
        ("v1beta1", "v1alpha1"),
        "serviceimports",
        mesh.ServiceImport,
    ),
    Kind("ciliumnodes", "cilium.io", ("v2",), "ciliumnodes", mesh.CiliumNode),
)
"""Every topic the console knows."""

BY_TOPIC: dict[str, Kind] = {kind.topic: kind for kind in KINDS}
