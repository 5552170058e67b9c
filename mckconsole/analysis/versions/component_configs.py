"""The configurations of kubelets and kube-proxy, as far as ConfigMaps hold them.

The decoder makes every text one line, with `⏎` for line ends; these are put back before the YAML is
read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from mckconsole.analysis.versions.ground import Ground
from mckconsole.domain.objects import Projection
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.upgrade import KubeletConfig, ProxyConfig

PROXY_TOPICS: Final = ("kube-proxy-config", "eks-proxy-config")
"""Where kube-proxy's may be."""
_NOTHING: Mapping[str, Any] = {}


class ComponentConfig(msgspec.Struct, frozen=True, gc=False):
    """One configuration."""

    topic: str
    object: Projection | None = None
    """None where there is no such ConfigMap, or it could not be read."""
    values: Mapping[str, Any] = _NOTHING
    unread: str = ""
    """Why nothing is known of it."""

    @property
    def gates(self) -> Mapping[str, Any]:
        """Feature gates that it sets."""
        found = self.values.get("featureGates")
        return found if isinstance(found, dict) else _NOTHING

    @property
    def odd(self) -> str:
        """Why its feature gates cannot be used; empty when they can."""
        found = self.values.get("featureGates")
        return "" if found is None or isinstance(found, dict) else "featureGates is no mapping"


def kubelet_config(cluster: ClusterSnapshot) -> ComponentConfig:
    """kubeadm's KubeletConfiguration."""
    topic = "kubelet-config"
    for one in cluster.objects(topic, KubeletConfig).values():
        return _read(cluster, topic, one, one.data.kubelet)
    return ComponentConfig(topic, unread=Ground(cluster).unread(topic))


def proxy_config(cluster: ClusterSnapshot) -> ComponentConfig:
    """The KubeProxyConfiguration of kubeadm or EKS; EKS has a ConfigMap `kube-proxy` too, that
    holds a kubeconfig."""
    odd: ComponentConfig | None = None
    for topic in PROXY_TOPICS:
        for one in cluster.objects(topic, ProxyConfig).values():
            text = one.data.conf or one.data.config
            if text:
                return _read(cluster, topic, one, text)
            odd = _read(cluster, topic, one, text)
    unread = Ground(cluster).unread(*PROXY_TOPICS)
    if odd is not None and not unread:
        return odd
    return ComponentConfig(PROXY_TOPICS[0], unread=unread)


def _read(cluster: ClusterSnapshot, topic: str, found: Projection, text: str) -> ComponentConfig:
    why = Ground(cluster).unread(topic)
    values = None if why else parsed(text)
    if values is None:
        why = why or f"{topic} holds no YAML that can be read"
        return ComponentConfig(topic, found, unread=why)
    return ComponentConfig(topic, found, values)


@lru_cache(maxsize=256)
def parsed(text: str) -> Mapping[str, Any] | None:
    """The mapping that a YAML text is; None for anything else."""
    import yaml  # slow to import

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        found = yaml.load(text.replace("⏎", "\n"), loader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    return found if isinstance(found, dict) else None
