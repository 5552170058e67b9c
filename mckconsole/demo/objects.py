"""The resource types that the embedded API server serves, built in or defined by a CRD.

Only shapes live here: names, scope, subresources, selectable fields. What is stored is in
`storage`, what is answered in the modules named after the request. The built-in table was taken
from the discovery document of kube-apiserver v1.36.2, in its order; kinds that no console reads
are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

KubeObject: TypeAlias = dict[str, Any]
"""A Kubernetes object as JSON reads it."""

VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
CRD_VERBS = ("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch")
"""The same verbs in the order in which the server lists them for custom resources."""


@dataclass(frozen=True, slots=True)
class PrinterColumn:
    """One `additionalPrinterColumns` entry of a CRD."""

    name: str
    type: str
    json_path: str
    priority: int = 0


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One resource (a plural in a group) in all its served versions."""

    group: str
    versions: tuple[str, ...]
    """Served versions, most preferred first."""
    plural: str
    kind: str
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()
    verbs: tuple[str, ...] = VERBS
    fields: tuple[str, ...] = ()
    """Field selectors beyond metadata.name and metadata.namespace."""
    generation: bool = False
    """Whether the server counts metadata.generation for this kind."""
    warnings: Mapping[str, str] = field(default_factory=dict)
    """Deprecated version → text of its `Warning: 299` header."""
    custom: bool = False
    """Defined by a CRD; the server writes such lists a little differently."""
    columns: tuple[PrinterColumn, ...] = ()
    blank: Mapping[str, Any] = field(default_factory=dict)
    """What a bookmark carries beside metadata: Go's zero value of the kind."""

    @property
    def id(self) -> str:
        """kubectl's notation: `pods`, `gateways.submariner.io`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def singular(self) -> str:
        """The kind in lower case, as all built-in types and most CRDs have it."""
        return self.kind.lower()

    def api_version(self, version: str) -> str:
        """`v1` or `group/version`."""
        return f"{self.group}/{version}" if self.group else version


def _core(plural: str, kind: str, *short: str, **extra: Any) -> ResourceType:
    return ResourceType("", ("v1",), plural, kind, short_names=short, **extra)


def _typed(group: str, plural: str, kind: str, *short: str, **extra: Any) -> ResourceType:
    return ResourceType(group, ("v1",), plural, kind, short_names=short, **extra)


_STATUS = ("status",)
_SCALED = ("scale", "status")
_ALL = ("all",)
_TEMPLATE = {"metadata": {}, "spec": {"containers": None}}
_NODE_INFO = (
    "machineID",
    "systemUUID",
    "bootID",
    "kernelVersion",
    "osImage",
    "containerRuntimeVersion",
    "kubeletVersion",
    "kubeProxyVersion",
    "operatingSystem",
    "architecture",
)
_POD_FIELDS = (
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.nominatedNodeName",
)
_EVENT_FIELDS = (
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
)
_RBAC = "rbac.authorization.k8s.io"

BUILTINS: tuple[ResourceType, ...] = (
    _core("configmaps", "ConfigMap", "cm"),
    _core(
        "endpoints",
        "Endpoints",
        "ep",
        warnings={
            "v1": "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"
        },
    ),
    _core("events", "Event", "ev", fields=_EVENT_FIELDS),
    _core("limitranges", "LimitRange", "limits", blank={"spec": {"limits": None}}),
    _core(
        "namespaces",
        "Namespace",
        "ns",
        namespaced=False,
        subresources=("finalize", "status"),
        verbs=tuple(verb for verb in VERBS if verb != "deletecollection"),
        fields=("status.phase",),
        blank={"spec": {}, "status": {}},
    ),
    _core(
        "nodes",
        "Node",
        "no",
        namespaced=False,
        subresources=("proxy", "status"),
        fields=("spec.unschedulable",),
        blank={
            "spec": {},
            "status": {
                "daemonEndpoints": {"kubeletEndpoint": {"Port": 0}},
                "nodeInfo": dict.fromkeys(_NODE_INFO, ""),
            },
        },
    ),
    _core("persistentvolumeclaims", "PersistentVolumeClaim", "pvc", subresources=_STATUS),
    _core("persistentvolumes", "PersistentVolume", "pv", namespaced=False, subresources=_STATUS),
    _core(
        "pods",
        "Pod",
        "po",
        categories=_ALL,
        subresources=("attach", "exec", "log", "portforward", "proxy", "status"),
        fields=_POD_FIELDS,
        generation=True,
        blank={"spec": {"containers": None}, "status": {}},
    ),
    _core("resourcequotas", "ResourceQuota", "quota", subresources=_STATUS),
    _core("secrets", "Secret", fields=("type",)),
    _core("serviceaccounts", "ServiceAccount", "sa", subresources=("token",)),
    _core(
        "services",
        "Service",
        "svc",
        categories=_ALL,
        subresources=("proxy", "status"),
        fields=("spec.clusterIP", "spec.type"),
        blank={"spec": {}, "status": {"loadBalancer": {}}},
    ),
    _typed(
        "apiregistration.k8s.io",
        "apiservices",
        "APIService",
        namespaced=False,
        categories=("api-extensions",),
        subresources=_STATUS,
    ),
    _typed("apps", "controllerrevisions", "ControllerRevision"),
    _typed(
        "apps",
        "daemonsets",
        "DaemonSet",
        "ds",
        categories=_ALL,
        subresources=_STATUS,
        generation=True,
        blank={
            "spec": {"selector": None, "template": _TEMPLATE, "updateStrategy": {}},
            "status": {
                "currentNumberScheduled": 0,
                "numberMisscheduled": 0,
                "desiredNumberScheduled": 0,
                "numberReady": 0,
            },
        },
    ),
    _typed(
        "apps",
        "deployments",
        "Deployment",
        "deploy",
        categories=_ALL,
        subresources=_SCALED,
        generation=True,
        blank={
            "spec": {"replicas": 0, "selector": None, "template": _TEMPLATE, "strategy": {}},
            "status": {},
        },
    ),
    _typed(
        "apps",
        "replicasets",
        "ReplicaSet",
        "rs",
        categories=_ALL,
        subresources=_SCALED,
        generation=True,
    ),
    _typed(
        "apps",
        "statefulsets",
        "StatefulSet",
        "sts",
        categories=_ALL,
        subresources=_SCALED,
        generation=True,
    ),
    ResourceType(
        "autoscaling",
        ("v2", "v1"),
        "horizontalpodautoscalers",
        "HorizontalPodAutoscaler",
        short_names=("hpa",),
        categories=_ALL,
        subresources=_STATUS,
    ),
    _typed("batch", "cronjobs", "CronJob", "cj", subresources=_STATUS, generation=True),
    _typed("batch", "jobs", "Job", subresources=_STATUS, generation=True),
    _typed(
        "certificates.k8s.io",
        "certificatesigningrequests",
        "CertificateSigningRequest",
        "csr",
        namespaced=False,
        subresources=("approval", "status"),
    ),
    _typed(
        "networking.k8s.io", "ingressclasses", "IngressClass", namespaced=False, generation=True
    ),
    _typed(
        "networking.k8s.io",
        "ingresses",
        "Ingress",
        "ing",
        subresources=_STATUS,
        generation=True,
    ),
    _typed("networking.k8s.io", "networkpolicies", "NetworkPolicy", "netpol", generation=True),
    _typed(
        "policy",
        "poddisruptionbudgets",
        "PodDisruptionBudget",
        "pdb",
        subresources=_STATUS,
        generation=True,
    ),
    _typed(_RBAC, "clusterrolebindings", "ClusterRoleBinding", namespaced=False),
    _typed(_RBAC, "clusterroles", "ClusterRole", namespaced=False),
    _typed(_RBAC, "rolebindings", "RoleBinding"),
    _typed(_RBAC, "roles", "Role"),
    _typed("storage.k8s.io", "csidrivers", "CSIDriver", namespaced=False),
    _typed("storage.k8s.io", "csinodes", "CSINode", namespaced=False),
    _typed("storage.k8s.io", "storageclasses", "StorageClass", "sc", namespaced=False),
    _typed(
        "admissionregistration.k8s.io",
        "mutatingwebhookconfigurations",
        "MutatingWebhookConfiguration",
        namespaced=False,
        generation=True,
    ),
    _typed(
        "admissionregistration.k8s.io",
        "validatingwebhookconfigurations",
        "ValidatingWebhookConfiguration",
        namespaced=False,
        generation=True,
    ),
    _typed(
        "apiextensions.k8s.io",
        "customresourcedefinitions",
        "CustomResourceDefinition",
        "crd",
        "crds",
        namespaced=False,
        categories=("api-extensions",),
        subresources=_STATUS,
        generation=True,
    ),
    _typed("scheduling.k8s.io", "priorityclasses", "PriorityClass", "pc", namespaced=False),
    _typed("coordination.k8s.io", "leases", "Lease", blank={"spec": {}}),
    _typed(
        "discovery.k8s.io",
        "endpointslices",
        "EndpointSlice",
        generation=True,
        blank={"addressType": "", "endpoints": None, "ports": None},
    ),
)
"""Every built-in resource the embedded server stores, in the real server's discovery order."""

_VERSION = re.compile(r"v(\d+)(?:(alpha|beta)(\d+))?")


def version_rank(version: str) -> tuple[int, int, int]:
    """Sort key that puts the version Kubernetes prefers first: v2, v1, v1beta2, v1beta1, v1alpha1.

    Source: CustomResourceDefinition documentation, "Version priority".
    """
    match = _VERSION.fullmatch(version)
    if match is None:
        return (3, 0, 0)
    stage = {None: 0, "beta": 1, "alpha": 2}[match.group(2)]
    return (stage, -int(match.group(1)), -int(match.group(3) or 0))


def from_definition(crd: KubeObject) -> ResourceType:
    """The resource type that a CustomResourceDefinition (apiextensions.k8s.io/v1) declares."""
    spec = crd["spec"]
    names = spec["names"]
    served = [version for version in spec["versions"] if version.get("served", True)]
    served.sort(key=lambda version: version_rank(version["name"]))
    order = tuple(version["name"] for version in served)
    warnings = {
        version["name"]: version.get("deprecationWarning")
        or _default_warning(spec["group"], names["kind"], version["name"], order)
        for version in served
        if version.get("deprecated")
    }
    return ResourceType(
        group=spec["group"],
        versions=order,
        plural=names["plural"],
        kind=names["kind"],
        namespaced=spec.get("scope", "Namespaced") == "Namespaced",
        short_names=tuple(names.get("shortNames", ())),
        categories=tuple(names.get("categories", ())),
        subresources=_STATUS if any("status" in v.get("subresources", {}) for v in served) else (),
        verbs=CRD_VERBS,
        generation=True,
        warnings=warnings,
        custom=True,
        columns=tuple(_columns(served)),
    )


def _default_warning(group: str, kind: str, version: str, order: Sequence[str]) -> str:
    text = f"{group}/{version} {kind} is deprecated"
    newer = [name for name in order if version_rank(name) < version_rank(version)]
    return f"{text}; use {group}/{newer[0]} {kind}" if newer else text


def _columns(served: Sequence[KubeObject]) -> list[PrinterColumn]:
    """Printer columns of the preferred version."""
    return [
        PrinterColumn(column["name"], column["type"], column["jsonPath"], column.get("priority", 0))
        for column in (served[0] if served else {}).get("additionalPrinterColumns", ())
    ]


def definition(
    group: str,
    versions: Sequence[str],
    plural: str,
    kind: str,
    *,
    namespaced: bool = True,
    status: bool = True,
    short_names: Sequence[str] = (),
) -> KubeObject:
    """A permissive CustomResourceDefinition; the first of `versions` is the storage version."""
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced" if namespaced else "Cluster",
            "names": {
                "plural": plural,
                "singular": kind.lower(),
                "kind": kind,
                "listKind": f"{kind}List",
                "shortNames": list(short_names),
            },
            "versions": [
                {
                    "name": version,
                    "served": True,
                    "storage": index == 0,
                    "schema": schema,
                    **({"subresources": {"status": {}}} if status else {}),
                }
                for index, version in enumerate(versions)
            ],
        },
    }
