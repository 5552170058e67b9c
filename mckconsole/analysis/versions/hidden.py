"""Components that a cluster does not show, or does without, and that is as it should be."""

from __future__ import annotations

from mckconsole.analysis.versions.components import PROXY, SYSTEM
from mckconsole.domain.core import CiliumConfig, Node
from mckconsole.domain.snapshot import ClusterSnapshot

MANAGED = frozenset({"eks", "gke", "aks", "doks", "lke", "oke", "ack", "tke", "cce", "iks"})
"""Whose control plane is the provider's business and cannot be seen."""
PROVIDER = "provider-managed"
_WITHIN = {
    "k3s": "part of the k3s process",
    "k0s": "run by the k0s controller, not as pods",
    "microk8s": "part of the kubelite process",
    "openshift": "rolled out by OpenShift's operators: see ClusterVersion",
}
"""Distributions whose controllers are no pods, or none of which the image tells a version."""
_PROXY_WITHIN = {
    "k3s": "part of the k3s process, of the kubelet's version",
    "rke2": "run by the rke2 process, of the kubelet's version",
    "microk8s": "part of the kubelite process, of the kubelet's version",
}
_REPLACED = {"true", "strict"}
"""Values of Cilium's `kube-proxy-replacement` with which no kube-proxy is needed."""
_INSTEAD = {
    "anetd": "replaced by GKE Dataplane V2",
    "ovnkube-node": "replaced by OVN-Kubernetes",
}
"""DaemonSets that do kube-proxy's work."""
_AUTO = "eks.amazonaws.com/compute-type"


def hidden_controllers(provider: str) -> str:
    """Why scheduler and controller managers of a provider's clusters are not seen; empty where
    they should be."""
    return PROVIDER if provider in MANAGED else _WITHIN.get(provider, "")


def no_proxy(cluster: ClusterSnapshot, provider: str) -> str:
    """Why a cluster in which no kube-proxy was found needs none; empty where that is not known."""
    config = cluster.objects("cilium-config", CiliumConfig).get((SYSTEM, "cilium-config"))
    if config is not None and config.data.kube_proxy_replacement.lower() in _REPLACED:
        value = config.data.kube_proxy_replacement
        return f"replaced by Cilium (kube-proxy-replacement={value})"
    sets = {name for _, name in cluster.topic("daemonsets").objects}
    for name, words in _INSTEAD.items():
        if name in sets:
            return words
    nodes = cluster.objects("nodes", Node).values()
    if nodes and all(node.metadata.labels.get(_AUTO) == "auto" for node in nodes):
        return "part of the nodes of EKS Auto Mode"
    if provider in _PROXY_WITHIN:
        return _PROXY_WITHIN[provider]
    unused = PROXY in sets and cluster.topic("pods").conclusive
    return "its DaemonSet is scheduled on no node" if unused else ""
