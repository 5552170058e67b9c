"""Who enforces network policies in a cluster: the objects alone enforce nothing.

By the DaemonSets of network plugins, told by their images and names. Sources: the plugins' own
installation manifests; AWS (network policy agent beside the VPC CNI, `--enable-network-policy`);
kind (kindnet enforces from v0.24 on, kindnetd of 2024-08-13); Cilium (`enable-policy`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mckconsole.analysis.checklist.model import Mark
from mckconsole.analysis.checklist.moments import Sight
from mckconsole.analysis.mesh.evidence import ref_of
from mckconsole.domain.core import CiliumConfig, DaemonSet, TemplateContainer
from mckconsole.domain.logagents import repository
from mckconsole.domain.snapshot import ClusterSnapshot

CONFIG = "cilium-config"
DAEMONSETS = "daemonsets"
_CILIUM = re.compile(r"(?:^|/)cilium(?:-ci)?$|/cilium/cilium")
_PLUGINS: Mapping[str, re.Pattern[str]] = {
    "Calico": re.compile(r"(?:^|/)(?:calico/node|calico-node|hardened-calico|"
                         r"mirrored-calico-node)(?:-fips)?$"),
    "OVN-Kubernetes": re.compile(r"(?:^|/)ovn-kubernetes|ovn-kube"),
    "Antrea": re.compile(r"(?:^|/)antrea-(?:agent-)?(?:ubuntu|ubi)$|/antrea/antrea-agent"),
    "kube-router": re.compile(r"(?:^|/)kube-router$"),
    "Azure network policy manager": re.compile(r"(?:^|/)azure-npm$"),
    "Weave": re.compile(r"(?:^|/)weave-npc$"),
}  # fmt: skip
"""Those that enforce wherever they run."""
_NAMES = {"anetd": "GKE Dataplane V2", "ovnkube-node": "OVN-Kubernetes",
          "antrea-agent": "Antrea"}  # fmt: skip
"""The same, by the names of DaemonSets whose images say less."""
_IDLE: Mapping[str, re.Pattern[str]] = {
    "flannel": re.compile(r"(?:^|/)(?:mirrored-)?(?:flannel|hardened-flannel)(?:-cni-flannel)?$"),
    "the AWS VPC CNI": re.compile(r"(?:^|/)amazon-k8s-cni$"),
    "Weave": re.compile(r"(?:^|/)weave-kube$"),
}
"""Those that connect pods and enforce nothing by themselves."""
_AWS_AGENT = re.compile(r"(?:^|/)aws-network-policy-agent$")
_KINDNET = re.compile(r"(?:^|/)kindnetd$")
_KINDNET_DATE = re.compile(r":v(\d{8})-")
_KINDNET_FROM = "20240813"
_RETIRING = "Azure network policy manager"
_ON = ("--enable-network-policy=true", "--enable-network-policy")
_ALWAYS, _NEVER = "always", "never"


class Plugin(NamedTuple):
    """A network plugin, and whether it enforces."""

    name: str
    enforces: bool | None
    """None where what is read does not tell."""
    reason: str = ""
    """Why it does not, or why that is not known."""
    desired: int = 0
    ready: int = 0
    """Nodes it should run on, and where it is ready."""
    sights: tuple[Sight, ...] = ()
    closes: bool = False
    """Whether it denies what no policy allows even where there is none."""

    @property
    def mark(self) -> Mark:
        """What its being there means."""
        if self.enforces is None:
            return Mark.UNKNOWN
        if not self.enforces:
            return Mark.FAIL
        retiring = self.name == _RETIRING
        return Mark.WARN if retiring or self.ready < self.desired else Mark.PASS

    @property
    def words(self) -> str:
        """How it stands, in words."""
        if not self.enforces:
            return f"{self.name}: {self.reason}"
        if self.ready < self.desired:
            short = self.desired - self.ready
            where = f"{short} of {self.desired} nodes"
            return f"{self.name} enforces policies, and is not ready on {where}"
        if self.name == _RETIRING:
            return f"{self.name} enforces policies, and is being retired"
        return f"{self.name} enforces policies"


def plugin_of(cluster: ClusterSnapshot) -> Plugin | None:
    """The plugin that counts: one that enforces before one that may, before those that do not.
    None where no known one was seen."""
    found = list(_plugins(cluster))
    return min(found, key=lambda one: (_ORDER[one.enforces], one.name), default=None)


_ORDER = {True: 0, None: 1, False: 2}


def _plugins(cluster: ClusterSnapshot) -> Iterator[Plugin]:
    for key, one in sorted(cluster.objects(DAEMONSETS, DaemonSet).items()):
        status = one.status
        told = f"{status.number_ready} of {status.desired_number_scheduled} ready"
        sight = Sight(DAEMONSETS, ref_of(cluster, DAEMONSETS, key), "status.numberReady", told)
        for container in one.spec.template.spec.containers:
            plugin = _plugin(cluster, one, container)
            if plugin is not None:
                yield plugin._replace(
                    desired=status.desired_number_scheduled,
                    ready=status.number_ready,
                    sights=(sight, *plugin.sights),
                )


def _plugin(
    cluster: ClusterSnapshot, one: DaemonSet, container: TemplateContainer
) -> Plugin | None:
    image = repository(container.image)
    name = _NAMES.get(one.metadata.name, "")
    if name.startswith("GKE") or _CILIUM.search(image):
        return _cilium(cluster, name or "Cilium")
    name = name or next((name for name, each in _PLUGINS.items() if each.search(image)), "")
    if name:
        return Plugin(name, True)
    if _AWS_AGENT.search(image):
        if any(word in _ON for word in container.args):
            return Plugin("the AWS network policy agent", True)
        return Plugin("the AWS network policy agent", False, "it is there, and not switched on")
    if _KINDNET.search(image):
        return _kindnet(container.image)
    idle = next((name for name, each in _IDLE.items() if each.search(image)), "")
    return Plugin(idle, False, "it enforces no policies by itself") if idle else None


def _cilium(cluster: ClusterSnapshot, name: str) -> Plugin:
    view = cluster.topic(CONFIG)
    for key, config in cluster.objects(CONFIG, CiliumConfig).items():
        mode = config.data.enable_policy or "default"
        ref = ref_of(cluster, CONFIG, key)
        sights = (Sight(CONFIG, ref, "data.enable-policy", mode),)
        if mode == _NEVER:
            return Plugin(name, False, "its enable-policy is never", sights=sights)
        if not view.complete:
            break
        return Plugin(name, True, sights=sights, closes=mode == _ALWAYS)
    if not view.conclusive:
        return Plugin(name, None, f"whether it enforces is in {CONFIG}, which was not read")
    return Plugin(name, None, f"there is no {CONFIG} that says whether it enforces")


def _kindnet(image: str) -> Plugin:
    date = _KINDNET_DATE.search(image)
    if date is None:
        return Plugin("kindnet", None, "its image does not say from when it is")
    if date[1] < _KINDNET_FROM:
        return Plugin("kindnet", False, "it is from before kind v0.24, which enforces first")
    return Plugin("kindnet", True)
