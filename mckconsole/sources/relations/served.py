"""Where the kinds that relations lead through are served; foreign kinds are asked for.

Data and names only: nothing here asks a server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from mckconsole.domain.findings import ObjectRef


@dataclass(frozen=True, slots=True)
class Served:
    """A kind of the API server itself, in the version that every supported server has."""

    kind: str
    plural: str
    group: str = ""
    version: str = "v1"
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        """`apps/v1`, `v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str = "") -> str:
        """Of the list of all of them, or of those in a namespace."""
        root = f"/apis/{quote(self.group)}/{self.version}" if self.group else f"/api/{self.version}"
        place = f"/namespaces/{quote(namespace)}" if namespace and self.namespaced else ""
        return f"{root}{place}/{self.plural}"

    def ref(self, namespace: str, name: str) -> ObjectRef:
        """Name an object of the kind."""
        return ObjectRef(self.api_version, self.kind, namespace if self.namespaced else "", name)


_APPS, _BATCH, _NET, _RBAC = "apps", "batch", "networking.k8s.io", "rbac.authorization.k8s.io"

POD = Served("Pod", "pods")
SERVICE = Served("Service", "services")
CONFIG_MAP = Served("ConfigMap", "configmaps")
SECRET = Served("Secret", "secrets")
ACCOUNT = Served("ServiceAccount", "serviceaccounts")
CLAIM = Served("PersistentVolumeClaim", "persistentvolumeclaims")
VOLUME = Served("PersistentVolume", "persistentvolumes", namespaced=False)
NODE = Served("Node", "nodes", namespaced=False)
EVENT = Served("Event", "events")
DEPLOYMENT = Served("Deployment", "deployments", _APPS)
REPLICA_SET = Served("ReplicaSet", "replicasets", _APPS)
STATEFUL_SET = Served("StatefulSet", "statefulsets", _APPS)
DAEMON_SET = Served("DaemonSet", "daemonsets", _APPS)
JOB = Served("Job", "jobs", _BATCH)
CRON_JOB = Served("CronJob", "cronjobs", _BATCH)
INGRESS = Served("Ingress", "ingresses", _NET)
INGRESS_CLASS = Served("IngressClass", "ingressclasses", _NET, namespaced=False)
NETWORK_POLICY = Served("NetworkPolicy", "networkpolicies", _NET)
ROUTE = Served("HTTPRoute", "httproutes", "gateway.networking.k8s.io")
EXPORT = Served("ServiceExport", "serviceexports", "multicluster.x-k8s.io", "v1alpha1")
SLICE = Served("EndpointSlice", "endpointslices", "discovery.k8s.io")
SCALER = Served("HorizontalPodAutoscaler", "horizontalpodautoscalers", "autoscaling", "v2")
BUDGET = Served("PodDisruptionBudget", "poddisruptionbudgets", "policy")
ROLE = Served("Role", "roles", _RBAC)
CLUSTER_ROLE = Served("ClusterRole", "clusterroles", _RBAC, namespaced=False)
BINDING = Served("RoleBinding", "rolebindings", _RBAC)
CLUSTER_BINDING = Served("ClusterRoleBinding", "clusterrolebindings", _RBAC, namespaced=False)
STORAGE_CLASS = Served("StorageClass", "storageclasses", "storage.k8s.io", namespaced=False)
PRIORITY = Served("PriorityClass", "priorityclasses", "scheduling.k8s.io", namespaced=False)
RUNTIME = Served("RuntimeClass", "runtimeclasses", "node.k8s.io", namespaced=False)
NAMESPACE = Served("Namespace", "namespaces", namespaced=False)

WORKLOADS = (DEPLOYMENT, STATEFUL_SET, DAEMON_SET, CRON_JOB, JOB, REPLICA_SET)
"""Kinds with a template of pods, those that make others of them first."""
BUILT_IN: Mapping[tuple[str, str], Served] = {
    (one.group, one.kind): one
    for one in (
        *(POD, SERVICE, CONFIG_MAP, SECRET, ACCOUNT, CLAIM, VOLUME, NODE, EVENT, NAMESPACE),
        *(*WORKLOADS, INGRESS, INGRESS_CLASS, NETWORK_POLICY, SLICE, SCALER, BUDGET),
        *(ROLE, CLUSTER_ROLE, BINDING, CLUSTER_BINDING, STORAGE_CLASS, PRIORITY, RUNTIME),
        Served("ReplicationController", "replicationcontrollers"),
        Served("ControllerRevision", "controllerrevisions", _APPS),
    )
}


def served_as(ref: ObjectRef) -> Served | None:
    """The kind of `ref`, where it is the API server's own; one without an API version may be."""
    group = ref.api_version.rpartition("/")[0]
    if not ref.api_version:
        return next((one for (_, kind), one in BUILT_IN.items() if kind == ref.kind), None)
    return BUILT_IN.get((group, ref.kind))
