"""What API servers set where nothing is said: the same as if it were not there.

From the defaulting functions of Kubernetes 1.36 (`pkg/apis/*/v1/defaults.go`). A newer server sets
what an older one does not know, so a field at its default is no difference. A default that depends
on more than the field's place is in `fields`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Scalar: TypeAlias = str | int | bool

_POD: Mapping[tuple[str, ...], Scalar] = {
    ("dnsPolicy",): "ClusterFirst",
    ("enableServiceLinks",): True,
    ("hostIPC",): False,
    ("hostNetwork",): False,
    ("hostPID",): False,
    ("hostUsers",): True,
    ("preemptionPolicy",): "PreemptLowerPriority",
    ("priority",): 0,
    ("schedulerName",): "default-scheduler",
    ("serviceAccountName",): "default",
    ("setHostnameAsFQDN",): False,
    ("shareProcessNamespace",): False,
    ("template", "spec", "restartPolicy"): "Always",
    ("terminationGracePeriodSeconds",): 30,
}
_CONTAINER: Mapping[tuple[str, ...], Scalar] = {
    ("failureThreshold",): 3,
    ("fieldRef", "apiVersion"): "v1",
    ("httpGet", "scheme"): "HTTP",
    ("initialDelaySeconds",): 0,
    ("periodSeconds",): 10,
    ("ports", "*", "protocol"): "TCP",
    ("procMount",): "Default",
    ("readOnly",): False,
    ("recursiveReadOnly",): "Disabled",
    ("resourceFieldRef", "divisor"): "0",
    ("stdin",): False,
    ("stdinOnce",): False,
    ("successThreshold",): 1,
    ("terminationMessagePath",): "/dev/termination-log",
    ("terminationMessagePolicy",): "File",
    ("timeoutSeconds",): 1,
    ("tty",): False,
}
_VOLUME: Mapping[tuple[str, ...], Scalar] = {
    ("configMap", "defaultMode"): 420,
    ("downwardAPI", "defaultMode"): 420,
    ("hostPath", "type"): "",
    ("optional",): False,
    ("projected", "defaultMode"): 420,
    ("secret", "defaultMode"): 420,
    ("serviceAccountToken", "expirationSeconds"): 3600,
    ("volumeMode",): "Filesystem",
}
_WORKLOAD: Mapping[tuple[str, ...], Scalar] = {
    ("backoffLimit",): 6,
    ("completionMode",): "NonIndexed",
    ("concurrencyPolicy",): "Allow",
    ("failedJobsHistoryLimit",): 1,
    ("manualSelector",): False,
    ("minReadySeconds",): 0,
    ("minReplicas",): 1,
    ("paused",): False,
    ("podManagementPolicy",): "OrderedReady",
    ("podReplacementPolicy",): "TerminatingOrFailed",
    ("progressDeadlineSeconds",): 600,
    ("revisionHistoryLimit",): 10,
    ("rollingUpdate", "partition"): 0,
    ("spec", "completions"): 1,
    ("spec", "parallelism"): 1,
    ("spec", "replicas"): 1,
    ("strategy", "type"): "RollingUpdate",
    ("strategy", "rollingUpdate", "maxSurge"): "25%",
    ("strategy", "rollingUpdate", "maxUnavailable"): "25%",
    ("successfulJobsHistoryLimit",): 3,
    ("suspend",): False,
    ("updateStrategy", "rollingUpdate", "maxSurge"): 0,
    ("updateStrategy", "rollingUpdate", "maxUnavailable"): 1,
    ("updateStrategy", "type"): "RollingUpdate",
    ("volumeClaimTemplates", "*", "apiVersion"): "v1",
    ("volumeClaimTemplates", "*", "kind"): "PersistentVolumeClaim",
    ("whenDeleted",): "Retain",
    ("whenScaled",): "Retain",
}
_SERVICE: Mapping[tuple[str, ...], Scalar] = {
    ("allocateLoadBalancerNodePorts",): True,
    ("clientIP", "timeoutSeconds"): 10800,
    ("externalTrafficPolicy",): "Cluster",
    ("internalTrafficPolicy",): "Cluster",
    ("ipFamilyPolicy",): "SingleStack",
    ("publishNotReadyAddresses",): False,
    ("sessionAffinity",): "None",
    ("spec", "type"): "ClusterIP",
}
_OTHER: Mapping[tuple[str, ...], Scalar] = {
    ("allowVolumeExpansion",): False,
    ("attachRequired",): True,
    ("clientConfig", "service", "port"): 443,
    ("conversion", "strategy"): "None",
    ("globalDefault",): False,
    ("immutable",): False,
    ("matchPolicy",): "Equivalent",
    ("persistentVolumeReclaimPolicy",): "Retain",
    ("podInfoOnMount",): False,
    ("preserveUnknownFields",): False,
    ("reclaimPolicy",): "Delete",
    ("reinvocationPolicy",): "Never",
    ("roleRef", "apiGroup"): "rbac.authorization.k8s.io",
    ("requiresRepublish",): False,
    ("scope",): "*",
    ("seLinuxMount",): False,
    ("service", "port"): 443,
    ("storageCapacity",): False,
    ("subjects", "*", "apiGroup"): "rbac.authorization.k8s.io",
    ("volumeBindingMode",): "Immediate",
    ("webhooks", "*", "failurePolicy"): "Fail",
    ("webhooks", "*", "timeoutSeconds"): 10,
}
_EMPTY = frozenset(
    [
        "affinity",
        "annotations",
        "binaryData",
        "data",
        "env",
        "envFrom",
        "labels",
        "metadata",
        "nodeSelector",
        "resources",
        "rollingUpdate",
        "securityContext",
        "status",
        "strategy",
        "updateStrategy",
        "namespaceSelector",
        "objectSelector",
        "names",
    ]
)
"""Mappings that are the same as none when they are empty."""
_FREE = frozenset(
    ["annotations", "data", "binaryData", "labels", "matchLabels", "nodeSelector", "selector"]
)
"""Mappings with keys of one's own: an empty text there is a value."""


def _by_last() -> dict[str, list[tuple[tuple[str, ...], Scalar]]]:
    found: dict[str, list[tuple[tuple[str, ...], Scalar]]] = {}
    for table in (_POD, _CONTAINER, _VOLUME, _WORKLOAD, _SERVICE, _OTHER):
        for end, value in table.items():
            found.setdefault(end[-1], []).append((end, value))
    return found


_ENDS = _by_last()


def is_default(parts: tuple[str, ...], value: Scalar) -> bool:
    """Whether this is what a server sets at the end of this path (`*`: an element of a list)."""
    last = parts[-1]
    if value == "" and isinstance(value, str):
        return len(parts) < 2 or parts[-2] not in _FREE
    return any(
        parts[-len(end) :] == end and type(usual) is type(value) and usual == value
        for end, usual in _ENDS.get(last, ())
    )


def empty_is_absent(parts: tuple[str, ...]) -> bool:
    """Whether an empty mapping at the end of this path says nothing.

    In a selector of a network policy `podSelector: {}` means everything, so most say something.
    """
    if parts[-1] in ("namespaceSelector", "objectSelector"):
        return "webhooks" in parts
    return parts[-1] in _EMPTY
