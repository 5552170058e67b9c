"""What a cluster's workloads, pods, nodes and resources say of add-ons and their versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mckconsole.analysis.mesh.evidence import ref_of, seen, server_time
from mckconsole.analysis.versions.addon_signs import (
    CHART_LABEL,
    CONTAINERD,
    VERSION_LABEL,
    Sign,
    counts_in,
    labelled_version,
    sign_of_image,
    sign_of_name,
)
from mckconsole.analysis.versions.runtimes import parse_runtime
from mckconsole.domain.core import DaemonSet, Deployment, Node, PodTemplate
from mckconsole.domain.findings import Evidence
from mckconsole.domain.kubeversion import Version, image_version
from mckconsole.domain.mesh import Submariner
from mckconsole.domain.objects import Projection
from mckconsole.domain.pods import Pod
from mckconsole.domain.snapshot import ClusterSnapshot

_WORKLOADS: tuple[tuple[str, type[Deployment | DaemonSet]], ...] = (
    ("daemonsets", DaemonSet),
    ("deployments", Deployment),
)
TOPICS = (*(topic for topic, _ in _WORKLOADS), "submariners", "nodes", "pods")
"""What add-ons are told from."""
_SUBMARINER = "submariner"


class Sighting(NamedTuple):
    """One place that says that an add-on runs, and in which version."""

    addon: str
    version: Version | None
    where: str
    """`DaemonSet kube-system/cilium`."""
    what: str
    """What told the version, or why it is not known: `image`, `image by digest alone`."""
    evidence: Evidence
    binding: bool = False
    """Whether it says the version of all of the add-on, as the resource of an operator does."""


class Spot(NamedTuple):
    """Where in a cluster something was read."""

    cluster: ClusterSnapshot
    topic: str
    taken_at: float

    def show(self, found: Projection, path: str, value: str) -> Evidence:
        """A field of an object as evidence."""
        cluster = self.cluster
        at = server_time(cluster, cluster.topic(self.topic), self.taken_at)
        return seen(cluster.name, ref_of(cluster, self.topic, found.key), path, value, at)


def find_sightings(cluster: ClusterSnapshot, taken_at: float) -> list[Sighting]:
    """Everything that tells of an add-on; the same one may be told by several."""
    images: set[str] = set()
    found = []
    for topic, kind in _WORKLOADS:
        spot = Spot(cluster, topic, taken_at)
        for one in cluster.objects(topic, kind).values():
            if one.spec.replicas == 0:
                continue  # it does not run
            sighting = _in_workload(spot, one, one.spec.template, images)
            if sighting is not None:
                found.append(sighting)
    found += _in_submariners(Spot(cluster, "submariners", taken_at))
    spaces = {one.evidence.object.namespace for one in found if one.evidence.object}
    told = {one.addon for one in found}
    found += _in_pods(Spot(cluster, "pods", taken_at), spaces, images, told)
    found += _in_nodes(Spot(cluster, "nodes", taken_at))
    return found


def _in_workload(
    spot: Spot,
    one: Deployment | DaemonSet,
    template: PodTemplate,
    images: set[str],
) -> Sighting | None:
    """What one workload says, if it is an add-on's; its images are put down."""
    namespace, name = one.key
    for index, container in enumerate(template.spec.containers):
        sign = sign_of_image(container.image)
        if sign is not None and counts_in(sign, namespace, name):
            images.add(container.image)
            version = image_version(container.image)
            if version is None:
                return _by_label(spot, one, template, sign, f"containers[{index}]", container.image)
            path = f"spec.template.spec.containers[{index}].image"
            shown = spot.show(one, path, container.image)
            return Sighting(sign.addon, version, _place(one), "image", shown)
    sign = sign_of_name(namespace, name)
    if sign is None or not template.spec.containers:
        return None
    first = template.spec.containers[0].image
    return _by_label(spot, one, template, sign, "containers[0]", first)


def _by_label(
    spot: Spot, one: Projection, template: PodTemplate, sign: Sign, where: str, image: str
) -> Sighting:
    """The version that labels tell, where the image does not."""
    for path, labels in (
        ("metadata.labels", one.metadata.labels),
        ("spec.template.metadata.labels", template.metadata.labels),
    ):
        key, version = labelled_version(sign, labels)
        if version is not None:
            shown = spot.show(one, f"{path}[{key}]", labels[key])
            return Sighting(sign.addon, version, _place(one), f"label {key}", shown)
    shown = spot.show(one, f"spec.template.spec.{where}.image", image)
    why = f"{_untold(sign, image)}, and no label {VERSION_LABEL} or {CHART_LABEL} tells"
    return Sighting(sign.addon, None, _place(one), why, shown)


def _untold(sign: Sign, image: str) -> str:
    """Why an image does not tell the version."""
    if sign_of_image(image) is not sign:
        return "its image is none of the vendor's"
    if image_version(image) is None and "@" in image:
        return "image by digest alone"
    return "the image's tag is no version"


def _in_submariners(spot: Spot) -> Iterator[Sighting]:
    """The version that Submariner's resource asks for, and the one that its operator reports."""
    for one in spot.cluster.objects("submariners", Submariner).values():
        for path, text in (
            ("spec.version", one.spec.version),
            ("status.version", one.status.version),
        ):
            version = image_version(f"version:{text}")  # which leaves out `release-`
            if version is not None:
                shown = spot.show(one, path, text)
                yield Sighting(_SUBMARINER, version, _place(one), path, shown, binding=True)


def _in_pods(spot: Spot, spaces: set[str], images: set[str], told: set[str]) -> Iterator[Sighting]:
    """Versions that only pods still have, or have already, as during a rollout.

    Only where add-ons have their workloads: elsewhere nothing rolls out. A pod without a version
    says nothing that the workload does not.
    """
    found: dict[str, tuple[Sign, Version, Pod, int]] = {}
    counts: dict[str, int] = {}
    for key, pod in spot.cluster.objects("pods", Pod).items():
        if key[0] not in spaces or pod.over:
            continue
        for index, container in enumerate(pod.spec.containers):
            image = container.image
            sign = sign_of_image(image)
            if sign is None or image in images or sign.addon not in told:
                continue
            version = image_version(image) if counts_in(sign, *key) else None
            if version is not None:
                found.setdefault(image, (sign, version, pod, index))
                counts[image] = counts.get(image, 0) + 1
    for image, (sign, version, pod, index) in found.items():
        shown = spot.show(pod, f"spec.containers[{index}].image", image)
        more = f" and {counts[image] - 1} more" if counts[image] > 1 else ""
        where = f"{_place(pod)}{more}"
        yield Sighting(sign.addon, version, where, "image", shown)


def _in_nodes(spot: Spot) -> Iterator[Sighting]:
    """containerd, once for each version that nodes have."""
    first: dict[str, Node] = {}
    counts: dict[str, int] = {}
    for one in spot.cluster.objects("nodes", Node).values():
        text = one.status.node_info.container_runtime_version
        first.setdefault(text, one)
        counts[text] = counts.get(text, 0) + 1
    for text, one in first.items():
        runtime = parse_runtime(text)
        if runtime is not None and runtime.name == CONTAINERD:
            shown = spot.show(one, "status.nodeInfo.containerRuntimeVersion", text)
            more = f" and {counts[text] - 1} more" if counts[text] > 1 else ""
            what = "status.nodeInfo" if runtime.version else f"{text} is no version"
            where = f"{_place(one)}{more}"
            yield Sighting(CONTAINERD, runtime.version, where, what, shown)


def _place(one: Projection) -> str:
    namespace, name = one.key
    return f"{type(one).kind} {namespace}/{name}" if namespace else f"{type(one).kind} {name}"
