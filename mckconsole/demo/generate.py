"""Bulk objects of a simulated cluster: namespaces, nodes and leases.

Functions of a `Site` and what the script changed; no clock is read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from uuid import UUID

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.site import NodePlan, Site
from mckconsole.domain.times import format_rfc3339

_PROVIDER_IMAGES = {
    "eks": ("Amazon Linux 2023.9.20261103", "6.12.46-66.121.amzn2023.x86_64"),
    "gke": ("Container-Optimized OS from Google", "6.12.38+"),
    "aks": ("Ubuntu 24.04.3 LTS", "6.8.0-1044-azure"),
    "rke2": ("SUSE Linux Enterprise Micro 6.1", "6.4.0-35-default"),
    "vsphere": ("Ubuntu 24.04.3 LTS", "6.8.0-86-generic"),
}
_NO_LABELS: Mapping[str, str] = MappingProxyType({})
_RUNTIME = "containerd://2.3.2"


def namespaces(site: Site, names: Iterable[str]) -> Iterator[KubeObject]:
    """One active Namespace per name."""
    for name in sorted(names):
        labels = {"kubernetes.io/metadata.name": name}
        yield site.manifest(
            "v1",
            "Namespace",
            "",
            name,
            labels=labels,
            spec={"finalizers": ["kubernetes"]},
            status={"phase": "Active"},
        )


def node(
    site: Site, plan: NodePlan, kubelet: str, labels: Mapping[str, str] = _NO_LABELS
) -> KubeObject:
    """One ready node; `kubelet` is its version, `labels` are more than every node has."""
    pool = plan.pool
    os_image, kernel = _PROVIDER_IMAGES[site.cluster.provider]
    place = plan.ordinal
    unready = place < pool.unready
    cordoned = pool.unready <= place < pool.unready + pool.cordoned
    age = 20 + plan.index % 7 if pool.age is None else pool.age
    cpu, memory = ("4", "16384Mi") if plan.pool.gateway else ("8", "32768Mi")
    return site.manifest(
        "v1",
        "Node",
        "",
        plan.name,
        labels={**_node_labels(site, plan), **labels},
        days_ago=min(site.cluster.age_days, age),
        spec={
            "providerID": _provider_id(site, plan),
            "podCIDR": plan.pod_cidr,
            "podCIDRs": [plan.pod_cidr],
            **(_cordon(site) if cordoned else {}),
        },
        status={
            "addresses": [
                {"type": "InternalIP", "address": plan.address},
                {"type": "Hostname", "address": plan.name},
            ],
            "capacity": {"cpu": cpu, "memory": memory, "pods": "110"},
            "allocatable": {"cpu": cpu, "memory": memory, "pods": "110"},
            "conditions": [
                _condition(site, "MemoryPressure", "False", "KubeletHasSufficientMemory"),
                _condition(site, "DiskPressure", "False", "KubeletHasNoDiskPressure"),
                _condition(site, "PIDPressure", "False", "KubeletHasSufficientPID"),
                _condition(site, "Ready", "False", "KubeletNotReady")
                if unready
                else _condition(site, "Ready", "True", "KubeletReady"),
            ],
            "nodeInfo": {
                "kubeletVersion": kubelet,
                "containerRuntimeVersion": pool.runtime or _RUNTIME,
                "osImage": pool.image or os_image,
                "kernelVersion": pool.kernel or kernel,
                "operatingSystem": "linux",
                "architecture": "amd64",
                "machineID": site.digest("machine", plan.name, length=32),
                "systemUUID": str(UUID(site.digest("system", plan.name, length=32))),
                "bootID": str(UUID(site.digest("boot", plan.name, length=32))),
                "kubeProxyVersion": "",
            },
        },
    )


def _cordon(site: Site) -> KubeObject:
    """Since four days."""
    taint = {
        "key": "node.kubernetes.io/unschedulable",
        "effect": "NoSchedule",
        "timeAdded": site.created(4),
    }
    return {"unschedulable": True, "taints": [taint]}


def _condition(site: Site, kind: str, status: str, reason: str) -> KubeObject:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": reason,
        "lastTransitionTime": site.created(min(site.cluster.age_days, 20)),
    }


def _node_labels(site: Site, plan: NodePlan) -> dict[str, str]:
    labels = {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": plan.name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": plan.pool.instance,
        "topology.kubernetes.io/region": site.cluster.region,
        "topology.kubernetes.io/zone": plan.zone,
        site.pool_label: plan.pool.name,
    }
    if site.cluster.provider == "aks":
        labels["kubernetes.azure.com/cluster"] = f"MC_{site.cluster.name}_{site.cluster.region}"
    if plan.pool.gateway:
        labels["submariner.io/gateway"] = "true"
    if plan.pool.name in ("server", "control-plane"):
        labels["node-role.kubernetes.io/control-plane"] = "true"
    return labels


def _provider_id(site: Site, plan: NodePlan) -> str:
    match site.cluster.provider:
        case "eks":
            return f"aws:///{plan.zone}/i-{site.digest('id', plan.name, length=17)}"
        case "gke":
            return f"gce://demo-000000/{plan.zone}/{plan.name}"
        case "aks":
            scale_set, machine = plan.name.split("vmss")
            group = f"mc_{site.cluster.name}_{site.cluster.region}"
            return (
                "azure:///subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/"
                f"{group}/providers/Microsoft.Compute/virtualMachineScaleSets/"
                f"{scale_set}vmss/virtualMachines/{int(machine)}"
            )
        case "rke2":
            return f"rke2://{plan.name}"
        case "vsphere":
            return f"vsphere://{UUID(site.digest('id', plan.name, length=32))}"


def lease(
    site: Site, namespace: str, name: str, holder: str, renewed: float, duration: int
) -> KubeObject:
    """A Lease renewed at `renewed` (Unix seconds)."""
    stamp = format_rfc3339(renewed).removesuffix("Z")
    return site.manifest(
        "coordination.k8s.io/v1",
        "Lease",
        namespace,
        name,
        spec={
            "holderIdentity": holder,
            "leaseDurationSeconds": duration,
            "acquireTime": f"{site.created(3).removesuffix('Z')}.000000Z",
            "renewTime": f"{stamp}.{int(renewed % 1 * 1e6):06d}Z",
            "leaseTransitions": 1,
        },
    )
