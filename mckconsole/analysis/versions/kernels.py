"""UB12: kernels and node images that an upgrade asks too much of.

Sources: Cilium 1.18 system requirements (kernel 5.10, or RHEL 8.10's 4.18, which has what is needed
backported) and AWS's list of systems that it does not support with it; kube-proxy's check before
it starts in nftables mode (kernel 5.13); EKS makes no Amazon Linux 2 images after 1.32.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from mckconsole.analysis.versions.component_configs import PROXY_TOPICS, proxy_config
from mckconsole.analysis.versions.ground import MOST_EVIDENCE, Ground
from mckconsole.analysis.versions.model import Addon, Blocker, Gravity, Phase
from mckconsole.domain.core import Node
from mckconsole.domain.findings import Evidence
from mckconsole.domain.kubeversion import Minor, parse_minor
from mckconsole.domain.snapshot import ClusterSnapshot

TOPICS = ("nodes", *PROXY_TOPICS)
_KERNEL = re.compile(r"(\d{1,3})\.(\d{1,3})\D")
_RHEL_8_10 = ".el8_10"
_CILIUM_ASKS = Minor(1, 18)
_CILIUM_KERNEL, _NFTABLES_KERNEL = (5, 10), (5, 13)
_AL2 = "Amazon Linux 2"
_LAST_AL2 = Minor(1, 32)
_NOT_BY_AWS = ("Red Hat Enterprise Linux 8", "Ubuntu 20.04")
_RULE = "UB12"


@lru_cache(maxsize=1024)
def kernel_of(text: str) -> tuple[int, int] | None:
    """`5.10.244-240.965.amzn2.x86_64` as (5, 10); None for what is no kernel's version."""
    found = _KERNEL.match(f"{text} ")
    return (int(found[1]), int(found[2])) if found else None


def kernel_blockers(
    cluster: ClusterSnapshot, addons: Iterable[Addon], at: Minor, to: Minor, provider: str
) -> list[Blocker]:
    """What the kernels and images of a cluster's nodes have against its upgrade.

    Args:
        addons: the cluster's, as they were read.
        to: the last minor that is asked for.
        provider: as `provider.identify` names it.
    """
    nodes = _Nodes(cluster)
    if why := nodes.ground.unread("nodes"):
        return [nodes.ground.unknown(_RULE, Phase.NODES, why)]
    found: list[Blocker] = []
    cilium = next((one for one in addons if one.name == "cilium"), None)
    if cilium is not None:
        found += _cilium(nodes, cilium, at, to, provider)
    found += _nftables(nodes)
    if provider == "eks" and to > _LAST_AL2:
        found += _amazon_linux(nodes)
    return found


class _Nodes:
    """The Linux nodes of a cluster; those that do not say what they run are taken for Linux."""

    def __init__(self, cluster: ClusterSnapshot) -> None:
        self.ground = Ground(cluster)
        self.all = [
            one
            for one in cluster.objects("nodes", Node).values()
            if one.status.node_info.operating_system != "windows"
        ]

    def older(self, least: tuple[int, int]) -> list[Node]:
        """Those whose kernel is older."""
        kernels = ((one, kernel_of(one.status.node_info.kernel_version)) for one in self.all)
        return [one for one, kernel in kernels if kernel is not None and kernel < least]

    def silent(self) -> list[Node]:
        """Those that do not tell their kernel."""
        return [one for one in self.all if kernel_of(one.status.node_info.kernel_version) is None]

    def blocker(
        self,
        gravity: Gravity,
        nodes: Sequence[Node],
        subject: str,
        words: tuple[str, str, str],
        *,
        image: bool = False,
        target: Minor | None = None,
        phase: Phase = Phase.ADDONS_FIRST,
        more: tuple[Evidence, ...] = (),
    ) -> Blocker:
        """One blocker about some nodes, shown by their kernel or `image`; `words` are title, detail
        and remediation."""
        shown = [self._shown(one, image=image) for one in nodes[:MOST_EVIDENCE]]
        names = ", ".join(one.metadata.name for one in nodes[:3])
        rest = f" and {len(nodes) - 3} more" if len(nodes) > 3 else ""
        title, detail, remedy = words
        return Blocker(
            _RULE,
            gravity,
            phase,
            title,
            f"{detail}: {names}{rest}",
            f"{remedy}: {self.ground.kubectl('get nodes -o wide')}",
            shown[0].object if len(nodes) == 1 else None,
            subject,
            target,
            (*shown, *more),
        )

    def _shown(self, node: Node, *, image: bool) -> Evidence:
        info = node.status.node_info
        field, value = (
            ("osImage", info.os_image) if image else ("kernelVersion", info.kernel_version)
        )
        return self.ground.seen("nodes", node, f"status.nodeInfo.{field}", value)


def _cilium(nodes: _Nodes, cilium: Addon, at: Minor, to: Minor, provider: str) -> Iterator[Blocker]:
    """Cilium 1.18 or newer, that runs or that the next step needs first."""
    runs = [one.of for one in (cilium.version, *cilium.also) if one is not None]
    comes = parse_minor(cilium.newer) if to > at else None
    if not any(one >= _CILIUM_ASKS for one in runs):
        if comes is None or comes < _CILIUM_ASKS:
            return
        what, target = f"Cilium {comes}, which the next step needs first,", at.plus(1)
    else:
        what, target = f"Cilium {max(runs)}", None
    old = [
        one
        for one in nodes.older(_CILIUM_KERNEL)
        if _RHEL_8_10 not in one.status.node_info.kernel_version
    ]
    shown = cilium.evidence[:1]
    if old:
        words = (
            f"Kernels too old for Cilium {_CILIUM_ASKS} and newer",
            f"{what} asks for kernel 5.10, or 4.18 of RHEL 8.10",
            "Give the nodes an image with a newer kernel first",
        )
        yield nodes.blocker(Gravity.BLOCK, old, "cilium", words, target=target, more=shown)
    yield from _unlisted_by_aws(nodes, old, target, provider, shown)
    if silent := nodes.silent():
        words = (
            "Kernels that are not told",
            f"{what} asks for kernel 5.10, and these nodes report none",
            "Look at the nodes",
        )
        yield nodes.blocker(Gravity.UNKNOWN, silent, "cilium unknown", words,
                            target=target, more=shown)  # fmt: skip


def _unlisted_by_aws(
    nodes: _Nodes,
    old: Sequence[Node],
    target: Minor | None,
    provider: str,
    shown: tuple[Evidence, ...],
) -> Iterator[Blocker]:
    told = {one.key for one in old}
    odd = [
        one
        for one in nodes.all
        if one.key not in told and one.status.node_info.os_image.startswith(_NOT_BY_AWS)
    ]
    if provider == "eks" and odd:
        words = (
            f"Systems that AWS does not support with Cilium {_CILIUM_ASKS}",
            "AWS lists RHEL 8 and Ubuntu 20.04 as not supported with Cilium 1.18.3",
            "Move the nodes to a system that AWS lists",
        )
        yield nodes.blocker(Gravity.WARN, odd, "cilium on EKS", words, image=True,
                            target=target, more=shown)  # fmt: skip


def _nftables(nodes: _Nodes) -> Iterator[Blocker]:
    """kube-proxy in nftables mode."""
    old, silent = nodes.older(_NFTABLES_KERNEL), nodes.silent()
    config = proxy_config(nodes.ground.cluster)
    asks = "kube-proxy asks for kernel 5.13 in nftables mode"
    if config.unread and (old or silent):
        words = (
            "Whether kube-proxy is in nftables mode is not known",
            f"{config.unread}; {asks}",
            "Look at its configuration and at the nodes",
        )
        yield nodes.blocker(Gravity.UNKNOWN, [*old, *silent], "nftables", words, phase=Phase.NODES)
    if config.object is None or config.values.get("mode") != "nftables":
        return
    shown = (nodes.ground.seen(config.topic, config.object, "mode", "nftables"),)
    if old:
        words = (
            "Kernels too old for kube-proxy's nftables mode",
            asks,
            "Give the nodes a newer kernel, or set mode: iptables",
        )
        yield nodes.blocker(Gravity.WARN, old, "nftables", words, phase=Phase.NODES, more=shown)
    if silent:
        words = ("Kernels that are not told", f"{asks}, and these nodes report none",
                 "Look at the nodes")  # fmt: skip
        yield nodes.blocker(Gravity.UNKNOWN, silent, "nftables unknown", words, phase=Phase.NODES,
                            more=shown)  # fmt: skip


def _amazon_linux(nodes: _Nodes) -> Iterator[Blocker]:
    """EKS nodes of which there is no image for the minors to come."""
    last = [one for one in nodes.all if one.status.node_info.os_image.strip() == _AL2]
    if last:
        words = (
            f"Amazon Linux 2 nodes end at Kubernetes {_LAST_AL2}",
            f"EKS makes no Amazon Linux 2 images after {_LAST_AL2}",
            "Make node groups with AL2023 or Bottlerocket and drain these first",
        )
        yield nodes.blocker(Gravity.BLOCK, last, "amazon linux 2", words, image=True,
                            target=_LAST_AL2.plus(1), phase=Phase.NODES)  # fmt: skip
    if silent := [one for one in nodes.all if not one.status.node_info.os_image.strip()]:
        words = (
            "Images that are not told",
            f"EKS makes no Amazon Linux 2 images after {_LAST_AL2}, and these nodes report none",
            "Look at the nodes",
        )
        yield nodes.blocker(Gravity.UNKNOWN, silent, "amazon linux 2 unknown", words, image=True,
                            target=_LAST_AL2.plus(1), phase=Phase.NODES)  # fmt: skip
