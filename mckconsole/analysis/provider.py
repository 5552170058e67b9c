"""Who runs a cluster: judged from its version string and its nodes, in that order.

Order of evidence: gitVersion suffix, node providerID, node labels, osImage. Hints that contradict
each other are named together, never chosen between. The ClusterVersion object of OpenShift is not
among the topics, so a plain OpenShift version is recognised by its nodes' labels and OS only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mckconsole.domain.core import Node

_VERSION = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"-eks-[0-9a-f]{7,}", "eks"),
        (r"-gke\.\d+", "gke"),
        (r"-akslts", "aks"),
        (r"\+rke2r\d+", "rke2"),
        (r"\+k3s\d+", "k3s"),
        (r"\+k0s(\.\d+)?$", "k0s"),
        (r"\+vmware\.\d+", "tkg"),
        (r"-aliyun\.\d+", "ack"),
        (r"-tke\.\d+", "tke"),
        (r"-CCE|-r\d+-", "cce"),
        (r"\+IKS", "iks"),
        (r"\+[0-9a-f]{7}$", "openshift"),
    )
)

_PROVIDER_ID = (
    ("aws://", "aws"),
    ("gce://", "gce"),
    ("azure://", "azure"),
    ("rke2://", "rke2"),
    ("k3s://", "k3s"),
    ("digitalocean://", "doks"),
    ("linode://", "lke"),
    ("ocid1.", "oke"),
    ("oci", "oke"),
    ("hcloud://", "hetzner"),
    ("vsphere://", "vsphere"),
    ("openstack://", "openstack"),
    ("kind://", "kind"),
)

_LABELS = (
    ("eks.amazonaws.com/nodegroup", "eks"),
    ("eks.amazonaws.com/compute-type", "eks"),
    ("cloud.google.com/gke-nodepool", "gke"),
    ("kubernetes.azure.com/cluster", "aks"),
    ("node.openshift.io/os_id", "openshift"),
    ("minikube.k8s.io/name", "minikube"),
    ("microk8s.io/cluster", "microk8s"),
)

_INFRASTRUCTURE = frozenset({"aws", "gce", "azure", "vsphere", "openstack", "hetzner"})
"""Where nodes run; says nothing against any distribution on top."""

_MANAGED_ON = {"eks": "aws", "gke": "gce", "aks": "azure"}


@dataclass(frozen=True, slots=True)
class ProviderGuess:
    """Who runs the cluster; `name` is empty when nothing says so."""

    name: str
    reason: str
    """What it was told from, or why it is not known."""


def identify(git_version: str | None, nodes: Iterable[Node] | None) -> ProviderGuess:
    """Judge a cluster; `nodes` is None where they cannot be read."""
    version_hint = next(
        (name for pattern, name in _VERSION if git_version and pattern.search(git_version)), ""
    )
    place, label, image = _from_nodes(nodes or ())
    if version_hint == "eks" and nodes is not None and place and place != "aws":
        return ProviderGuess("eks-d", f"EKS version {git_version} on {place} nodes: EKS Distro")
    hints = [hint for hint in (version_hint, label, image) if hint]
    if place and place not in _INFRASTRUCTURE:
        hints.append(place)
    distinct = list(dict.fromkeys(hints))
    if len(distinct) > 1:
        return ProviderGuess(
            "/".join(distinct), "version, nodes and labels disagree: " + ", ".join(distinct)
        )
    if distinct:
        return _confirm(distinct[0], version_hint, place, nodes is not None)
    if place:
        return ProviderGuess(place, "from the nodes' providerID; no distribution is recognisable")
    if git_version is None:
        return ProviderGuess("", "neither version nor nodes can be read")
    missing = "; nodes cannot be read" if nodes is None else ""
    return ProviderGuess("", f"plain version {git_version}, no known node sign{missing}")


def _confirm(name: str, from_version: str, place: str, nodes_read: bool) -> ProviderGuess:
    """Say how sure a single hint is."""
    wanted = _MANAGED_ON.get(name, "")
    if wanted and place and place != wanted:
        return ProviderGuess(f"{name}/{place}", f"signs of {name} on {place} nodes")
    if name == "eks" and from_version and place != "aws":
        why = "nodes carry no providerID" if nodes_read else "nodes cannot be read"
        return ProviderGuess(name, f"from the version only ({why}); EKS Distro looks the same")
    return ProviderGuess(name, "from the version" if from_version else "from the nodes")


def _from_nodes(nodes: Iterable[Node]) -> tuple[str, str, str]:
    """The first hints found: by providerID, by label, by osImage."""
    place = label = image = ""
    for node in nodes:
        place = place or _by_prefix(node.spec.provider_id)
        labels = node.metadata.labels
        label = label or next((name for key, name in _LABELS if key in labels), "")
        image = image or _by_image(node.status.node_info.os_image)
        if place and label and image:
            break
    return place, label, image


def _by_prefix(provider_id: str) -> str:
    return next((name for prefix, name in _PROVIDER_ID if provider_id.startswith(prefix)), "")


def _by_image(os_image: str) -> str:
    if os_image.startswith("Talos ("):
        return "talos"
    if "CoreOS" in os_image and "Red Hat" in os_image:
        return "openshift"
    return ""
