"""Topics that only the version analysis and the go-live checklist read."""

from __future__ import annotations

from mckconsole.domain import core, upgrade
from mckconsole.domain.kind import Keep, Kind
from mckconsole.domain.objects import Projection

_V1 = ("v1",)
_SYSTEM = "kube-system"


def _config(topic: str, name: str, projection: type[Projection]) -> Kind:
    """A ConfigMap of the control plane, which not every installer writes."""
    return Kind(
        topic,
        "",
        _V1,
        "configmaps",
        projection,
        Keep.POLL,
        600,
        namespace=_SYSTEM,
        name=name,
        optional=True,
    )


UPGRADE_KINDS: tuple[Kind, ...] = (
    Kind(
        "apiserver-leases",
        "coordination.k8s.io",
        _V1,
        "leases",
        core.Lease,
        Keep.POLL,
        60,
        namespace=_SYSTEM,
        labels="apiserver.kubernetes.io/identity=kube-apiserver",
        optional=True,
    ),
    Kind(
        "poddisruptionbudgets",
        "policy",
        _V1,
        "poddisruptionbudgets",
        upgrade.PodDisruptionBudget,
        Keep.POLL,
        120,
        optional=True,
    ),
    Kind(
        "persistentvolumes",
        "",
        _V1,
        "persistentvolumes",
        upgrade.PersistentVolume,
        Keep.POLL,
        600,
        optional=True,
    ),
    _config("kubelet-config", "kubelet-config", upgrade.KubeletConfig),
    _config("kube-proxy-config", "kube-proxy", upgrade.ProxyConfig),
    _config("eks-proxy-config", "kube-proxy-config", upgrade.ProxyConfig),
    Kind(
        "clusterversions",
        "config.openshift.io",
        _V1,
        "clusterversions",
        upgrade.ClusterVersion,
        Keep.POLL,
        300,
        optional=True,
    ),
)
"""API servers' leases, disruption budgets, volumes, configurations, and OpenShift's own version."""
