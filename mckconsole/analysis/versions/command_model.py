"""What a command for an upgrade is, and what all vendors' have in common. Printed, never run.

What the console cannot know stands as `${NAME:?}`, with which a shell refuses to go on until it is
set.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from typing import NamedTuple

from mckconsole.analysis.mesh.hints import kubectl_on
from mckconsole.domain.kubeversion import Minor

_EKS_ARN = re.compile(r"arn:aws[a-z-]*:eks:([a-z0-9-]+):[0-9]*:cluster/([A-Za-z0-9_-]+)")
_EKSCTL = re.compile(r"[^@]+@([A-Za-z0-9_-]+)\.([a-z0-9-]+)\.eksctl\.io")
_GKE = re.compile(r"gke_([a-z0-9:.-]+)_([a-z0-9-]+)_([a-z0-9-]+)")


class Place(NamedTuple):
    """Where a command is to work."""

    cluster: str
    context: str
    provider: str
    region: str = ""


class Command(NamedTuple):
    """A command and what belongs to it."""

    text: str
    """Empty where there is none to type."""
    check: str
    """What must be seen before going on."""
    back: str
    """How to go back, or that there is no way."""
    note: str = ""
    """What to know of it beforehand."""


class Vendor(NamedTuple):
    """How one vendor's clusters are upgraded."""

    patch: Callable[[Place, Minor], Command]
    """To the latest patch of the minor that it has."""
    control_plane: Callable[[Place, Minor], Command]
    managed: Callable[[Place, Minor], Command]
    """kube-proxy, CoreDNS and the network, where the vendor keeps them."""
    nodes: Callable[[Place, str, Minor], Command]
    """One pool, by its name; empty for nodes without one."""


def server_version(place: Place) -> str:
    """The command that shows the API server's version."""
    return kubectl_on(place.context, "version")


def node_versions(place: Place) -> str:
    """The command that shows every node's version and state."""
    return kubectl_on(place.context, "get nodes -o wide")


class CloudName(NamedTuple):
    """A cluster as its cloud names it, each part fit for a shell."""

    name: str
    region: str
    """Region, zone or location."""
    project: str = ""
    """Of Google Cloud; empty where it is not known."""


def cloud_name(place: Place) -> CloudName:
    """Read out of the context, or the cluster's name, where the vendor's tool wrote it; a region
    that is not known is a variable that must be set."""
    for text in (place.context, place.cluster):
        if found := _EKS_ARN.fullmatch(text):
            return CloudName(found[2], found[1])
        if found := _EKSCTL.fullmatch(text):
            return CloudName(found[1], found[2])
        if found := _GKE.fullmatch(text):
            return CloudName(found[3], found[2], found[1])
    region = shlex.quote(place.region) if place.region else '"${REGION:?}"'
    return CloudName(shlex.quote(place.cluster), region)


def labelled(place: Place, label: str, pool: str) -> str:
    """The command that shows a pool's nodes; all nodes for a pool without a name."""
    selector = f" -l {shlex.quote(f'{label}={pool}')}" if pool else ""
    return kubectl_on(place.context, f"get nodes{selector}")


def system_workloads(place: Place) -> str:
    """The command that shows what runs in kube-system."""
    return kubectl_on(place.context, "get daemonsets,deployments", "kube-system")


def workloads(place: Place) -> str:
    """The command that shows what runs where, with its images."""
    return kubectl_on(place.context, "get daemonsets,deployments -A -o wide")


def drain(place: Place) -> str:
    """The command that empties one node."""
    rest = 'drain "${NODE:?}" --ignore-daemonsets --delete-emptydir-data'
    return kubectl_on(place.context, rest)


def by_hand(place: Place, to: Minor) -> Command:
    """Nodes that nobody manages: emptied, and replaced by whatever made them."""
    return Command(
        drain(place),
        node_versions(place),
        "nodes of the version before, while the control plane allows it",
        f"one node after the other: drain it, then replace it by one with kubelet {to}",
    )
