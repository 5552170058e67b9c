"""Every instance of a Kubernetes component that a cluster shows, with the version that it says.

Static pods in kube-system are labelled `component=kube-apiserver` and so on (kubeadm, RKE2; GKE's
kube-proxy too), kube-proxy's DaemonSet labels its pods `k8s-app=kube-proxy`. The version of what
runs in a pod is its image's tag. `nodeInfo.kubeProxyVersion` only ever was a copy of the kubelet's
version, and is not read (KEP-4004).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mckconsole.analysis.versions.model import Component
from mckconsole.analysis.versions.polled import FRESH
from mckconsole.domain.core import DaemonSet, Node
from mckconsole.domain.findings import Evidence, EvidenceSource, ObjectRef
from mckconsole.domain.kubeversion import Version, image_version, parse_version
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.pods import Pod, PodContainer
from mckconsole.domain.snapshot import ClusterSnapshot, TopicView

SYSTEM = "kube-system"
PROXY = "kube-proxy"
BUILDS = "apiserver-builds"
"""Id of the query."""
_STATIC = {
    one.value: one
    for one in (
        Component.API_SERVER,
        Component.CONTROLLER_MANAGER,
        Component.SCHEDULER,
        Component.CLOUD_CONTROLLER,
        Component.KUBE_PROXY,
    )
}
CLOUD_IMAGES = frozenset(
    {
        "cloud-controller-manager",
        "cloud-controller-manager-amd64",
        "azure-cloud-controller-manager",
        "openstack-cloud-controller-manager",
        "cloud-provider-vsphere",
        "rke2-cloud-provider",
    }
)
"""Images of cloud-controller-managers whose versions are Kubernetes' minors; all others have
versions of their own, which no rule on skew is about."""


def kube_version(text: str) -> Version | None:
    """A version of Kubernetes: all are of major 1, and with another nothing could be compared."""
    return _kube(parse_version(text))


def _kube(version: Version | None) -> Version | None:
    return version if version is not None and version.major == 1 else None


class Instance(msgspec.Struct, frozen=True, gc=False):
    """One instance of a component, or for the API server what one connection or series said."""

    component: Component
    version: Version | None
    """None: what it said is no version."""
    text: str
    """As it said it: a version or an image."""
    ref: ObjectRef | None
    path: str
    """Field of the object, or selector of the series."""
    at: float
    """Unix seconds by the clock of the server that said it."""
    source: EvidenceSource = "kubernetes"
    node: str = ""
    """On which node it runs; empty where that is not known."""
    count: int = 1
    born: str = ""
    """When its pod was made, RFC 3339; empty for what is no pod."""

    def evidence(self, cluster: str) -> Evidence:
        """What was seen of it."""
        return Evidence(self.source, cluster, self.ref, self.path, self.text, self.at)


def seen_at(cluster: ClusterSnapshot, view: TopicView) -> float:
    """The API server's clock when a topic was confirmed last, Unix seconds."""
    if view.as_of is not None:
        return view.as_of
    return (cluster.as_of or 0.0) + cluster.clock_offset


def kubelets(cluster: ClusterSnapshot) -> Iterator[Instance]:
    """One for every node; a node without status has a text that is empty."""
    view = cluster.topic("nodes")
    at, version = seen_at(cluster, view), view.version or "v1"
    for node in cluster.objects("nodes", Node).values():
        text = node.status.node_info.kubelet_version
        yield Instance(
            Component.KUBELET,
            kube_version(text),
            text,
            node.ref(version),
            "status.nodeInfo.kubeletVersion",
            at,
            node=node.metadata.name,
        )


def system_pods(cluster: ClusterSnapshot) -> Iterator[Instance]:
    """The pods of kube-system that are of a component, all but the kubelet."""
    view = cluster.topic("pods")
    at, version = seen_at(cluster, view), view.version or "v1"
    for (namespace, _), pod in cluster.objects("pods", Pod).items():
        if namespace != SYSTEM or pod.over or pod.metadata.deletion_timestamp:
            continue
        component = _component(pod)
        number = None if component is None else _container(pod, component)
        if component is None or number is None or not _lives(pod, component):
            continue
        image = pod.spec.containers[number].image
        yield Instance(
            component,
            _version(component, image),
            image,
            pod.ref(version),
            f"spec.containers[{number}].image",
            at,
            node=pod.spec.node_name,
            born=pod.metadata.creation_timestamp,
        )


def follows_kubernetes(image: str) -> bool:
    """Whether a cloud-controller-manager of this image may have Kubernetes' minors, as far as its
    tag does not say otherwise; one that has no tag may."""
    return _name(image) in CLOUD_IMAGES and (
        image_version(image) is None or _version(Component.CLOUD_CONTROLLER, image) is not None
    )


def _component(pod: Pod) -> Component | None:
    labels = pod.metadata.labels
    found = _STATIC.get(labels.get("component", ""))
    if found is None and labels.get("k8s-app") == PROXY:
        return Component.KUBE_PROXY
    if found is None and any(_base(one) in CLOUD_IMAGES for one in pod.spec.containers):
        return Component.CLOUD_CONTROLLER
    return found


def _container(pod: Pod, component: Component) -> int | None:
    """Which container is the component: by name, by image, or the first."""
    containers = pod.spec.containers
    for number, one in enumerate(containers):
        if one.name == component or _base(one).endswith(component):
            return number
    return 0 if containers else None


def _base(container: PodContainer) -> str:
    """`kube-proxy` of `registry.k8s.io/kube-proxy:v1.34.1@sha256:…`."""
    return _name(container.image)


def _name(image: str) -> str:
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


def _version(component: Component, image: str) -> Version | None:
    found = _kube(image_version(image))
    if component is not Component.CLOUD_CONTROLLER or found is None:
        return found
    # Google's is of version 32.2.4 beside Kubernetes 1.32, so it is none here.
    return found if _name(image) in CLOUD_IMAGES else None


def _lives(pod: Pod, component: Component) -> bool:
    """Only an API server that answers is one that others can meet."""
    states = pod.status.container_statuses
    return component is not Component.API_SERVER or not states or any(one.ready for one in states)


def proxy_sets(cluster: ClusterSnapshot) -> Iterator[Instance]:
    """The DaemonSets of kube-proxy, each counted as often as it is scheduled; without those that no
    node runs, as they are left where something else does the work."""
    view = cluster.topic("daemonsets")
    at, version = seen_at(cluster, view), view.version or "v1"
    for (namespace, name), one in cluster.objects("daemonsets", DaemonSet).items():
        count = one.status.current_number_scheduled
        if namespace != SYSTEM or not name.startswith(PROXY) or not count:
            continue
        for number, container in enumerate(one.spec.template.spec.containers[:1]):
            yield Instance(
                Component.KUBE_PROXY,
                _version(Component.KUBE_PROXY, container.image),
                container.image,
                one.ref(version),
                f"spec.template.spec.containers[{number}].image",
                at,
                count=count,
            )


def connections(cluster: ClusterSnapshot) -> Iterator[Instance]:
    """What `/version` says, over new connections where it was asked so."""
    builds = cluster.builds
    for text, count in builds.versions:
        yield _answered(text, builds.at, count)
    if not builds.versions and cluster.version is not None:
        at = (cluster.as_of or 0.0) + cluster.clock_offset
        yield _answered(cluster.version.git_version, at, 1)


def _answered(text: str, at: float, count: int) -> Instance:
    version = kube_version(text)
    return Instance(
        Component.API_SERVER, version, text, None, "GET /version: gitVersion", at, count=count
    )


def scraped(cluster: ClusterSnapshot) -> Iterator[Instance]:
    """The API servers that Prometheus reads, one for each address; empty where it does not."""
    vector = cluster.metrics.get(BUILDS)
    if vector.state not in (MetricState.FRESH, MetricState.PARTIAL):
        return
    told = set()
    for one in vector.samples:
        text, instance = one.labels.get("git_version", ""), one.labels.get("instance", "")
        if not text or vector.asked_at - one.at > FRESH or (text, instance) in told:
            continue
        told.add((text, instance))
        path = f'kubernetes_build_info{{instance="{instance}"}}: git_version'
        version = kube_version(text)
        yield Instance(Component.API_SERVER, version, text, None, path, one.at, "prometheus")
