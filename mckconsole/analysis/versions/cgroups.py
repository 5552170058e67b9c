"""Which cgroup version a node runs with, and whether its runtime is about to be dropped.

The kubelet's own metric says so (from 1.31 on). Without it the operating system is a hint: these
come up with cgroup v1, or v2, unless somebody said otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mckconsole.analysis.versions.polled import FRESH
from mckconsole.domain.core import Node
from mckconsole.domain.metrics import MetricState, Sample
from mckconsole.domain.snapshot import ClusterSnapshot

CGROUPS, RUNTIMES = "kubelet-cgroups", "kubelet-runtimes"
"""Ids of the queries."""
_IMAGES: tuple[tuple[re.Pattern[str], tuple[int, ...]], ...] = tuple(
    (re.compile(pattern), first)
    for pattern, first in (
        (r"Amazon Linux (\d+)", (2022,)),
        (r"Ubuntu (\d+)\.(\d+)", (21, 10)),
        (r"Debian GNU/Linux (\d+)", (11,)),
        (r"Red Hat Enterprise Linux (?:Server )?(\d+)\.", (9,)),
        (r"(?:CentOS|Rocky|Oracle|Alma).*? (\d+)\b", (9,)),
        (r"Flatcar Container Linux.*? (\d+)\.", (2969,)),
        (r"Fedora.*? (\d+)\b", (31,)),
        (r"Bottlerocket OS (\d+)\.(\d+)", (1, 13)),
        (r"Talos \(v(\d+)\.", (1,)),
    )
)
"""osImage, and the first release that comes up with cgroup v2."""


class Cgroup(NamedTuple):
    """What is known of one node."""

    version: int
    """1 or 2."""
    measured: bool
    """By the kubelet's metric; else by its OS image, which is a guess."""


def cgroups(cluster: ClusterSnapshot) -> Mapping[str, Cgroup]:
    """By node; what is not there is not known."""
    nodes = cluster.objects("nodes", Node).values()
    found: dict[str, Cgroup] = {}
    for node in nodes:
        guess = guessed(node.status.node_info.os_image)
        if guess is not None:
            found[node.metadata.name] = Cgroup(guess, False)
    for name, sample in _samples(cluster, CGROUPS, nodes):
        if sample.value in (1, 2):
            found[name] = Cgroup(int(sample.value), True)
    return found


def losing(cluster: ClusterSnapshot) -> Mapping[str, str]:
    """By node: the release that its kubelet believes will not start with its runtime any more."""
    nodes = cluster.objects("nodes", Node).values()
    return {
        name: sample.labels.get("version", "")
        for name, sample in _samples(cluster, RUNTIMES, nodes)
        if sample.labels.get("version")
    }


def guessed(os_image: str) -> int | None:
    """1 or 2 by the operating system, as it comes; None for one that is not in the table."""
    for pattern, first in _IMAGES:
        found = pattern.match(os_image)
        if found is not None:
            return 2 if tuple(map(int, found.groups())) >= first else 1
    return None


def _samples(
    cluster: ClusterSnapshot, query: str, nodes: Iterable[Node]
) -> list[tuple[str, Sample]]:
    """Samples of the present with the node that each is of, as far as a label says that."""
    vector = cluster.metrics.get(query)
    if vector.state not in (MetricState.FRESH, MetricState.PARTIAL) or not vector.samples:
        return []
    names = {node.metadata.name: node.metadata.name for node in nodes}
    for node in nodes:
        for one in node.status.addresses:
            names.setdefault(one.address, node.metadata.name)
    found = []
    for sample in vector.samples:
        if vector.asked_at - sample.at > FRESH:
            continue
        name = _node(sample.labels, names)
        if name:
            found.append((name, sample))
    return found


def _node(labels: Mapping[str, str], names: Mapping[str, str]) -> str:
    """The node that a series is of, by its name or an address; empty where no label says so."""
    for label in ("node", "kubernetes_io_hostname", "instance"):
        value = labels.get(label, "")
        host = value.rpartition(":")[0].strip("[]") if ":" in value else value
        found = names.get(value) or names.get(host)
        if found:
            return found
    return ""
