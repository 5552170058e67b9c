"""What the demo plants for versions, upgrades and the go-live checklist, and how it is read for it.

Support calendars end, so the demo is read on a day that is set: the fleet's clock and the console's
both begin there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.config.support_data import shipped
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.findings import Finding
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.sources.pace import Pace
from mckconsole.store.reader import read_fleet
from tests.contract.planted import PLAN

DAY = 1_795_435_200.0
"""2026-11-23 12:00 UTC."""
DEAD = "edge-fra-1"
WORKERS = "vsphere-vm.cpu-8.mem-32gb.os-ubuntu"
OLD_WORKERS = "vsphere-vm.cpu-8.mem-32gb.os-ubuntu-20"
GCP_WEBHOOK = (
    "MutatingWebhookConfiguration "
    "gcp-workload-identity-federation-webhook-mutating-webhook-configuration"
)
GCP_SERVICE = "identity-system/gcp-wif-webhook"


class Fault(NamedTuple):
    """One finding that is planted, and what beside it is well."""

    rule: str
    cluster: str
    object: str = ""
    """`Kind namespace/name`; empty where the finding is about the whole cluster."""
    subject: str = ""
    twin: str = ""
    """A cluster, or `cluster Kind namespace/name`, of which the rule says nothing."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """As `key_of`."""
        return self[:4]


def key_of(finding: Finding) -> tuple[str, str, str, str]:
    """Rule, cluster, object and subject."""
    about = str(finding.object) if finding.object else ""
    return (finding.rule, finding.cluster, about, finding.subject)


_LAB, _STAGE, _SITE = "lab-fra-1", "stage-neu-1", "onprem-1"
_STAGE_TOO = "stage-sdc-1"
_USE1, _USW2, _GCP, _AKS = "aws-use1-1", "aws-usw2-1", "gcp-eu-1", "aks-weu-1"
_SCHEDULER = f"Pod kube-system/kube-scheduler-{_LAB}-control-plane-1"
_MANAGER = f"Pod kube-system/kube-controller-manager-{_LAB}-control-plane"

SKEW = (
    Fault("SK01", _LAB, twin=_SITE),
    Fault("SK02", _LAB, subject=WORKERS, twin=_SITE),
    Fault("SK03", _LAB, subject=OLD_WORKERS, twin=_USE1),
    Fault("SK04", _USW2, "DaemonSet kube-system/kube-proxy", "older", _USE1),
    Fault("SK05", _USW2, subject="gateway", twin=_USE1),
    Fault("SK05", _USW2, subject="general", twin=_USE1),
    Fault("SK06", _LAB, _SCHEDULER, "kube-scheduler older", _SITE),
    Fault("SK06", _LAB, f"{_MANAGER}-1", "kube-controller-manager newer", _SITE),
    Fault("SK07", _AKS),
    Fault("SK09", _LAB, f"{_MANAGER}-2", "kube-controller-manager", _SITE),
    Fault("SK09", _LAB, _SCHEDULER, "kube-scheduler", _SITE),
    Fault("SK10", _LAB, subject=WORKERS, twin=_STAGE),
    Fault("SK11", _USW2, subject="legacy", twin=_USE1),
    Fault("SK11", _GCP, subject="gw", twin=_AKS),
    Fault("SK12", _LAB, twin=_SITE),
)
"""SK08 takes OpenShift's history, which none of these clusters has; see OPENSHIFT in the test."""

_NODES = (
    Fault("UB01", _USW2, subject="kube-proxy 1.31", twin=_USE1),
    Fault("UB01", _USW2, subject="kubelet 1.32", twin=_USE1),
    Fault("UB01", _GCP, subject="kubelet 1.32", twin=_AKS),
    Fault("UB01", _LAB, subject="kubelet 1.32", twin=_SITE),
    Fault("UB07", _LAB, subject="not fit", twin=_SITE),
    Fault("UB11", _AKS, subject="runtime containerd://1.7.33", twin=_STAGE),
    Fault("UB11", _USW2, subject="cgroup legacy", twin=_USE1),
    Fault("UB11", _USW2, subject="runtime containerd://1.7.27", twin=_USE1),
    Fault("UB11", _LAB, subject=f"cgroup {OLD_WORKERS}", twin=_SITE),
    Fault("UB11", _LAB, subject="runtime containerd://1.7.28", twin=_SITE),
    Fault("UB12", _USW2, subject="amazon linux 2", twin=_USE1),
    Fault("UB12", _LAB, subject="nftables", twin=_SITE),
)
_PODS = (
    Fault("UB03", _SITE, "PodDisruptionBudget billing/ledger-db",
          twin=f"{_SITE} PodDisruptionBudget billing/ledger"),
    Fault("UB04", _AKS, "PodDisruptionBudget payments/fraud",
          twin=f"{_AKS} PodDisruptionBudget payments/gateway"),
    Fault("UB05", _USE1, "PodDisruptionBudget shop/browse", "cart",
          f"{_USE1} PodDisruptionBudget web/frontend"),
    Fault("UB06", _USE1, "Namespace support", "bare", f"{_STAGE} Namespace preview"),
    *(Fault("UB06", name, "Namespace monitoring", "single replica",
            f"{name} Namespace kube-public")
      for name in (_USE1, _USW2, _GCP, _AKS, _SITE, _STAGE, _STAGE_TOO, _LAB)),
    *(Fault("UB06", name, "Namespace consul", "single replica", f"{name} Namespace shop")
      for name in (_USE1, _SITE)),
    *(Fault("UB06", name, "Namespace identity-system", "single replica", f"{name} Namespace shop")
      for name in (_AKS, _SITE)),
    *(Fault("UB06", name, "Namespace kube-system", "single replica", f"{name} Namespace shop")
      for name in (_USW2, _SITE)),
)  # fmt: skip
_SERVERS = (
    Fault("UB02", _USE1, subject="networking.k8s.io/v1beta1 servicecidrs", twin=_USW2),
    Fault("UB08", _LAB, "ValidatingWebhookConfiguration guard", "answers policy/guard",
          f"{_USE1} ValidatingWebhookConfiguration cert-manager-webhook"),
    Fault("UB08", _SITE, GCP_WEBHOOK, f"bundle {GCP_SERVICE}",
          f"{_SITE} MutatingWebhookConfiguration pod-identity-webhook"),
    *(Fault("UB08", name, GCP_WEBHOOK, f"{what} {GCP_SERVICE}",
            f"{_AKS} ValidatingWebhookConfiguration policy-webhook")
      for name in (_AKS, _SITE) for what in ("asked", "one node")),
    *(Fault("UB08", _AKS, "MutatingWebhookConfiguration pod-identity-webhook",
            f"{what} identity-system/pod-identity-webhook",
            f"{_SITE} MutatingWebhookConfiguration pod-identity-webhook")
      for what in ("asked", "one node")),
    Fault("UB09", _LAB, "APIService v1.artifacts.build.example.com",
          twin=f"{_LAB} APIService v1beta1.metrics.k8s.io"),
    Fault("UB10", _USE1, subject="externalIPs", twin=_GCP),
    *(Fault("UB10", _USW2, "ConfigMap kube-system/kube-proxy-config", subject,
            f"{_USE1} ConfigMap kube-system/kube-proxy-config")
      for subject in ("ipvs", "ipvs off")),
    Fault("UB10", _LAB, f"Pod kube-system/kube-apiserver-{_LAB}-control-plane-1",
          "kube-apiserver SidecarContainers",
          f"{_SITE} Pod kube-system/kube-apiserver-{_SITE}-server-1"),
    Fault("UB15", _LAB, f"Pod kube-system/etcd-{_LAB}-control-plane-3", "members",
          f"{_SITE} Pod kube-system/etcd-{_SITE}-server-3"),
    Fault("UB16", _LAB, "ValidatingWebhookConfiguration guard",
          "webhook CA bundle webhooks[0].clientConfig.caBundle Guard CA",
          f"{_USE1} ValidatingWebhookConfiguration cert-manager-webhook"),
)  # fmt: skip
_ISTIOD = "Deployment istio-system/istiod"
_ADDONS = (
    *(Fault(rule, name, _ISTIOD, "istio",
            f"{name} Deployment submariner-operator/submariner-operator")
      for rule in ("UB13", "UB19") for name in (_USE1, _GCP, _AKS)),
    *(Fault("UB13", name, "DaemonSet kube-system/cilium", "cilium",
            f"{name} DaemonSet submariner-operator/submariner-gateway") for name in (_USW2, _SITE)),
    Fault("UB13", _SITE, "Deployment karmada-system/karmada-controller-manager", "karmada",
          f"{_SITE} Deployment kube-system/coredns"),
    *(Fault(rule, _LAB, "DaemonSet kube-system/calico-node", "calico",
            f"{_LAB} Deployment kube-system/coredns") for rule in ("UB13", "UB19")),
    *(Fault(rule, _STAGE, "Deployment cert-manager/cert-manager", "cert-manager",
            f"{_STAGE} Deployment kube-system/coredns") for rule in ("UB13", "UB19")),
    Fault("UB13", _USE1, "Deployment cert-manager/cert-manager", "cert-manager",
          f"{_USE1} Deployment kube-system/coredns"),
    Fault("UB19", _SITE, "Deployment ingress-nginx/ingress-nginx-controller", "ingress-nginx",
          f"{_USE1} Deployment cert-manager/cert-manager"),
    Fault("UB14", _LAB, "CustomResourceDefinition pipelines.build.example.com", "v1alpha1",
          f"{_STAGE} CustomResourceDefinition previews.stage.example.com"),
)  # fmt: skip

FAULTS = (*SKEW, *_NODES, *_PODS, *_SERVERS, *_ADDONS)
"""UB17 comes with the script, which upgrades a pool; UB18 takes OpenShift. See the test."""


def clock_from(day: float) -> Callable[[], float]:
    """A clock that goes on from a moment."""
    begun = time.monotonic()
    return lambda: day + time.monotonic() - begun


async def read_on_the_day(
    fleet: EmbeddedFleet, clock: Callable[[], float]
) -> tuple[FleetSnapshot, Analysis]:
    """One report's worth of reading, with plan and checklist.

    Args:
        clock: that of the fleet.
    """
    config = msgspec.structs.replace(fleet.config, request_timeout=1.5)
    inventory = load_kubeconfig(str(fleet.kubeconfig), env={}, config=config)
    store = await read_fleet(inventory, PLAN, config=config, pace=Pace(wall=clock))
    snapshot = store.snapshot()
    return snapshot, analyse(snapshot, support=shipped())
