"""What is each cluster's own: fields that never are the same in two of them.

A field is known by its path, hardly ever by its value; names that stand in texts are for `names`.
What signs a workload in to a cloud is left to the identity pane, which knows the rules.
"""

from __future__ import annotations

from collections.abc import Iterable

_METADATA = frozenset(
    [
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "selfLink",
        "managedFields",
        "deletionGracePeriodSeconds",
        "finalizers",
    ]
)
_ANNOTATIONS = frozenset(
    (
        "autoscaling.alpha.kubernetes.io/conditions",
        "autoscaling.alpha.kubernetes.io/current-metrics",
        "azure.workload.identity/client-id",
        "azure.workload.identity/tenant-id",
        "control-plane.alpha.kubernetes.io/leader",
        "deployment.kubernetes.io/desired-replicas",
        "deployment.kubernetes.io/max-replicas",
        "deployment.kubernetes.io/revision",
        "deployment.kubernetes.io/revision-history",
        "deprecated.daemonset.template.generation",
        "eks.amazonaws.com/role-arn",
        "endpoints.kubernetes.io/last-change-trigger-time",
        "field.cattle.io/publicEndpoints",
        "iam.gke.io/gcp-service-account",
        "k8s.v1.cni.cncf.io/network-status",
        "kubectl.kubernetes.io/restartedAt",
        "node.alpha.kubernetes.io/ttl",
        "volume.beta.kubernetes.io/storage-provisioner",
        "volume.kubernetes.io/selected-node",
        "volume.kubernetes.io/storage-provisioner",
    )
)
_ANNOTATION_STARTS = (
    "batch.kubernetes.io/",
    "cni.projectcalico.org/",
    "container.cloud.google.com/",
    "csi.volume.kubernetes.io/",
    "kubernetes.io/config.",
    "pv.kubernetes.io/",
)
_COPIES = ("last-applied-configuration", "/last-applied", "/applied", "/original-object")
_LABELS = frozenset(
    (
        "aadpodidbinding",
        "azure.workload.identity/use",
        "batch.kubernetes.io/controller-uid",
        "batch.kubernetes.io/job-name",
        "controller-revision-hash",
        "controller-uid",
        "job-name",
        "kubernetes.io/hostname",
        "pod-template-generation",
        "pod-template-hash",
        "topology.istio.io/network",
    )
)
_LABEL_STARTS = ("failure-domain.beta.kubernetes.io/", "topology.kubernetes.io/")
_ENDINGS = frozenset(
    (
        ("caBundle",),
        ("healthCheckNodePort",),
        ("nodeName",),
        ("ownerReferences", "*", "uid"),
        ("ports", "*", "nodePort"),
        ("targetRef", "uid"),
        ("volumeClaimTemplates", "*", "status"),
    )
)
"""Ends of paths, wherever they are."""
_WHOLE = frozenset(
    (
        ("endpoints", "*", "addresses"),
        ("endpoints", "*", "zone"),
        ("secrets",),
        ("spec", "clusterIPs"),
        ("spec", "externalIPs"),
        ("spec", "ipFamilies"),
        ("spec", "loadBalancerIP"),
        ("spec", "podCIDR"),
        ("spec", "podCIDRs"),
        ("spec", "providerID"),
        ("spec", "volumeName"),
        ("status",),
        ("subsets",),
    )
)
"""Paths from the top of an object."""
_MAPS = {
    "annotations": (_ANNOTATIONS, _ANNOTATION_STARTS),
    "labels": (_LABELS, _LABEL_STARTS),
    "matchLabels": (_LABELS, _LABEL_STARTS),
    "selector": (_LABELS, ()),
}
_CLOUD_ENV = frozenset(
    [
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_ROLE_ARN",
        "AWS_STS_REGIONAL_ENDPOINTS",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AZURE_AUTHORITY_HOST",
        "AZURE_CLIENT_ID",
        "AZURE_FEDERATED_TOKEN_FILE",
        "AZURE_TENANT_ID",
        "GOOGLE_CLOUD_PROJECT",
    ]
)
_IDENTITY = frozenset(
    [
        "clustercidr",
        "clusterid",
        "clustername",
        "clusterpoolipv4cidr",
        "clusterpoolipv6cidr",
        "globalcidr",
        "podcidr",
        "servicecidr",
    ]
)
"""What a field is called that says which cluster it is, without the signs between the words."""
_SIGNS = str.maketrans("", "", "-_.")
_ROOT_CERTIFICATES = frozenset(
    (
        "kube-root-ca.crt",
        "istio-ca-root-cert",
        "openshift-service-ca.crt",
        "extension-apiserver-authentication",
    )
)
"""ConfigMaps that hold a cluster's own certificates."""


def is_scaled(managers: Iterable[tuple[str, str]]) -> bool:
    """Whether an autoscaler sets the replicas, by (manager, sub-resource) of `managedFields`."""
    return ("kube-controller-manager", "scale") in managers


def is_own(parts: tuple[str, ...], value: object, element: str, name: str) -> bool:
    """Whether the field at the end of this path is each cluster's own; so is all below it then.

    Args:
        parts: Keys on the way, `*` for an element of a list.
        value: What it holds.
        element: What the nearest element of a list is called.
        name: The object's.
    """
    last, parent = parts[-1], parts[-2] if len(parts) > 1 else ""
    if parts in _WHOLE or (parent == "metadata" and last in _METADATA):
        return True
    if parent in _MAPS:
        exact, starts = _MAPS[parent]
        copy = parent == "annotations" and last.endswith(_COPIES)
        return copy or last in exact or last.startswith(starts)
    if parts == ("data",):
        return name in _ROOT_CERTIFICATES
    if parts == ("spec", "clusterIP"):
        return value != "None"  # that it has none is said on purpose
    if "env" in parts and (element in _CLOUD_ENV or _says_which(element)):
        return True
    if len(parts) > 1 and _says_which(last):
        return True
    return any(parts[-len(end) :] == end for end in _ENDS.get(last, ()))


def _says_which(name: str) -> bool:
    return name.translate(_SIGNS).lower() in _IDENTITY


def _by_last() -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for end in _ENDINGS:
        found.setdefault(end[-1], []).append(end)
    return found


_ENDS = _by_last()
