"""The built-in resources of an API server, as its discovery tells of them.

The table was taken from the discovery document of kube-apiserver v1.36.2, in its order; kinds that
no console reads are left out.
"""

from __future__ import annotations

from typing import Any

from mckconsole.demo.objects import VERBS, ResourceType


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
    _typed(
        "batch",
        "jobs",
        "Job",
        subresources=_STATUS,
        fields=("status.successful",),
        generation=True,
    ),
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
