"""The commands of EKS, GKE, AKS and OpenShift. Printed, never run.

Sources: the manuals of `aws eks`, `gcloud container`, `az aks` and `oc adm upgrade`; EKS, GKE and
AKS take no control plane back to an older minor, and each waits for a disruption budget in its own
way.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from mckconsole.analysis.versions.command_model import (
    Command,
    Place,
    Vendor,
    by_hand,
    cloud_name,
    labelled,
    node_versions,
    server_version,
    system_workloads,
)
from mckconsole.domain.kubeversion import Minor

_OPENSHIFT_BEHIND = 13
"""OpenShift 4.N carries Kubernetes 1.(N+13)."""


def _eks(place: Place, verb: str, rest: str) -> str:
    name, region, _ = cloud_name(place)
    flag = "--name" if verb.endswith("cluster-version") else "--cluster-name"
    return f"aws eks {verb} --region {region} {flag} {name} {rest}".rstrip()


def _eks_patch(place: Place, to: Minor) -> Command:
    return Command("", server_version(place), "", "EKS puts patches on control planes by itself")


def _eks_control_plane(place: Place, to: Minor) -> Command:
    name, region, _ = cloud_name(place)
    check = f"aws eks describe-cluster --region {region} --name {name} --query cluster.version"
    return Command(
        _eks(place, "update-cluster-version", f"--kubernetes-version {to}"),
        f'{check} --output text says {to}, and "status" ACTIVE',
        "no way back: an EKS control plane cannot be downgraded",
    )


def _eks_managed(place: Place, to: Minor) -> Command:
    region = cloud_name(place).region
    newest = (
        f"aws eks describe-addon-versions --region {region} --kubernetes-version {to}"
        ' --addon-name "$addon" --query'
        " 'addons[0].addonVersions[?compatibilities[0].defaultVersion].addonVersion | [0]'"
        " --output text"
    )
    listed = _eks(place, "list-addons", "--query 'addons[]' --output text")
    update = _eks(
        place,
        "update-addon",
        f'--addon-name "$addon" --resolve-conflicts PRESERVE --addon-version "$({newest})"',
    )
    return Command(
        f"for addon in $({listed}); do {update}; done",
        system_workloads(place),
        "the same with the --addon-version of before, which must go with the new minor",
        "what is not an EKS add-on (Helm, own manifests) is upgraded by whatever installed it",
    )


def _eks_nodes(place: Place, pool: str, to: Minor) -> Command:
    if not pool:
        return by_hand(place, to)
    rest = f"--nodegroup-name {shlex.quote(pool)} --kubernetes-version {to}"
    return Command(
        _eks(place, "update-nodegroup-version", rest),
        labelled(place, "eks.amazonaws.com/nodegroup", pool),
        "a new node group with a launch template of the version before",
        "after about 15 minutes before a disruption budget it ends in PodEvictionFailure; nodes of"
        " Karpenter or Auto Mode follow by drift instead",
    )


def _gke(place: Place, verb: str, rest: str) -> str:
    name, location, project = cloud_name(place)
    where = f"--project {project} --location {location}" if project else f"--location {location}"
    return f"gcloud container clusters {verb} {name} {where} {rest}"


def _gke_control_plane(place: Place, to: Minor) -> Command:
    said = _gke(place, "describe", "--format='value(currentMasterVersion)'")
    return Command(
        _gke(place, "upgrade", f"--master --cluster-version {to}"),
        f"{said} begins with {to}.",
        "no way back: a GKE control plane does not go back to an older minor",
    )


def _gke_managed(place: Place, to: Minor) -> Command:
    return Command(
        "",
        system_workloads(place),
        "",
        "GKE upgrades its own add-ons with the control plane",
    )


def _gke_nodes(place: Place, pool: str, to: Minor) -> Command:
    name = shlex.quote(pool) if pool else '"${POOL:?}"'
    return Command(
        _gke(place, "upgrade", f"--node-pool {name} --cluster-version {to}"),
        labelled(place, "cloud.google.com/gke-nodepool", pool),
        "while it runs: gcloud container node-pools rollback; after it: a new pool",
        "a disruption budget is honoured for an hour at most, then the node goes all the same",
    )


def _aks(place: Place, verb: str, rest: str) -> str:
    name = cloud_name(place).name
    flag = "--cluster-name" if verb.startswith("nodepool") else "--name"
    return f'az aks {verb} --resource-group "${{RESOURCE_GROUP:?}}" {flag} {name} {rest}'


def _aks_control_plane(place: Place, to: Minor) -> Command:
    return Command(
        _aks(place, "upgrade", f"--control-plane-only --kubernetes-version {to}"),
        f"{_aks(place, 'show', '--query currentKubernetesVersion --output tsv')} begins with {to}.",
        "no way back: an AKS control plane cannot be downgraded",
    )


def _aks_managed(place: Place, to: Minor) -> Command:
    return Command(
        "",
        system_workloads(place),
        "",
        "AKS upgrades its own add-ons with the control plane",
    )


def _aks_nodes(place: Place, pool: str, to: Minor) -> Command:
    name = shlex.quote(pool) if pool else '"${POOL:?}"'
    return Command(
        _aks(place, "nodepool upgrade", f"--name {name} --kubernetes-version {to}"),
        labelled(place, "kubernetes.azure.com/agentpool", pool),
        "a new node pool of the version before",
        "a drain may take 30 minutes for each node (drain timeout) before the upgrade fails",
    )


def _release(to: Minor) -> str:
    return f"{to.major + 3}.{to.minor - _OPENSHIFT_BEHIND}"


def _oc(place: Place, rest: str) -> str:
    return f"oc --context {shlex.quote(place.context)} {rest}"


def _openshift(place: Place, to: Minor) -> Command:
    channel = _oc(place, f"adm upgrade channel stable-{_release(to)}")
    return Command(
        f"{channel} && {_oc(place, 'adm upgrade --to-latest')}",
        f"{_oc(place, 'get clusterversion,clusteroperators')}: {_release(to)}, none degraded",
        "no way back: OpenShift supports none; restore from the etcd backup taken before",
        f"OpenShift {_release(to)} carries Kubernetes {to}",
    )


def _openshift_managed(place: Place, to: Minor) -> Command:
    return Command(
        "",
        _oc(place, "get clusteroperators"),
        "",
        "the cluster's operators follow by themselves; Operator Lifecycle Manager's by their"
        " channels",
    )


def _openshift_nodes(place: Place, pool: str, to: Minor) -> Command:
    wait = "wait machineconfigpool --all --for=condition=Updated --timeout=4h"
    return Command(
        _oc(place, wait),
        node_versions(place),
        "no way back: OpenShift supports none",
        "the Machine Config Operator drains the nodes of a pool by itself, unless the pool is"
        " paused",
    )


CLOUDS: Mapping[str, Vendor] = {
    "eks": Vendor(_eks_patch, _eks_control_plane, _eks_managed, _eks_nodes),
    "gke": Vendor(_gke_control_plane, _gke_control_plane, _gke_managed, _gke_nodes),
    "aks": Vendor(_aks_control_plane, _aks_control_plane, _aks_managed, _aks_nodes),
    "openshift": Vendor(_openshift, _openshift, _openshift_managed, _openshift_nodes),
}
