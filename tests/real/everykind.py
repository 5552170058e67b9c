"""An object of nearly every kind, in states that are printed each in their own way."""

from __future__ import annotations

from typing import Any

from mckconsole.demo.objects import KubeObject

NS = "default"
TEMPLATE: KubeObject = {
    "metadata": {"labels": {"a": "b"}},
    "spec": {
        "containers": [{"name": "x", "image": "i:1"}, {"name": "y", "image": "j:2"}],
        "nodeSelector": {"z": "1", "b": "2"},
    },
}
ONCE: KubeObject = {**TEMPLATE, "spec": {**TEMPLATE["spec"], "restartPolicy": "Never"}}
SELECTOR: KubeObject = {
    "matchLabels": {"a": "b"},
    "matchExpressions": [
        {"key": "a", "operator": "In", "values": ["c", "b"]},
        {"key": "t", "operator": "DoesNotExist"},
    ],
}


def made(
    version: str, kind: str, name: str, namespaced: bool = True, **rest: Any
) -> KubeObject:  # fmt: skip
    """An object with its envelope."""
    place = {"namespace": NS} if namespaced else {}
    metadata = {"name": name, **place, **rest.pop("metadata", {})}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **rest}


OBJECTS: list[KubeObject] = [
    made(
        "v1",
        "Event",
        "e1",
        involvedObject={
            "kind": "Pod",
            "name": "p",
            "namespace": NS,
            "fieldPath": "spec.containers{x}",
        },
        reason="BackOff",
        message=" Back-off restarting\n ",
        type="Warning",
        count=4,
        firstTimestamp="2026-11-23T10:00:00Z",
        lastTimestamp="2026-11-23T12:00:00Z",
        source={"component": "kubelet", "host": "n1"},
    ),
    made(
        "events.k8s.io/v1",
        "Event",
        "e2",
        regarding={"kind": "Deployment", "name": "d", "namespace": NS},
        reason="Scaled",
        note="hi",
        type="Normal",
        eventTime="2026-11-23T10:00:00.000000Z",
        reportingController="ctl",
        reportingInstance="ctl-0",
        action="Scale",
        series={"count": 7, "lastObservedTime": "2026-11-23T13:00:00.000000Z"},
    ),
    made(
        "v1",
        "LimitRange",
        "lr",
        metadata={"namespace": "kube-public"},
        spec={"limits": [{"type": "Pod", "max": {"cpu": "2"}}]},
    ),
    made(
        "v1",
        "ResourceQuota",
        "rq",
        metadata={"namespace": "kube-public"},
        spec={"hard": {"pods": "10", "limits.cpu": "4", "requests.cpu": "2"}},
        status={
            "hard": {"pods": "10", "limits.cpu": "4", "requests.cpu": "2"},
            "used": {"pods": "3", "limits.cpu": "1"},
        },
    ),
    made(
        "v1",
        "PersistentVolume",
        "pv",
        False,
        spec={
            "capacity": {"storage": "10Gi"},
            "accessModes": ["ReadWriteMany", "ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": "fast",
            "hostPath": {"path": "/x"},
            "claimRef": {"namespace": NS, "name": "pvc"},
        },
        status={"phase": "Bound"},
    ),
    made(
        "v1",
        "PersistentVolumeClaim",
        "pvc",
        spec={
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "5Gi"}},
            "volumeName": "pv",
            "storageClassName": "fast",
        },
        status={
            "phase": "Bound",
            "capacity": {"storage": "10Gi"},
            "accessModes": ["ReadWriteOnce"],
        },
    ),
    made(
        "v1",
        "PersistentVolumeClaim",
        "pvc2",
        spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "5Gi"}}},
        status={"phase": "Pending"},
    ),
    made(
        "v1",
        "Service",
        "np",
        spec={
            "type": "NodePort",
            "ports": [
                {"port": 80, "nodePort": 30080, "name": "a"},
                {"port": 53, "protocol": "UDP", "nodePort": 30053, "name": "b"},
            ],
            "selector": {"b": "2", "a": "1"},
        },
    ),
    made("v1", "Service", "lb", spec={"type": "LoadBalancer", "ports": [{"port": 80}]}),
    made("v1", "Service", "en", spec={"type": "ExternalName", "externalName": "x.example"}),
    made("v1", "Service", "hl", spec={"clusterIP": "None", "externalIPs": ["1.2.3.4"]}),
    made(
        "apps/v1",
        "ControllerRevision",
        "cr",
        revision=3,
        data={"a": 1},
        metadata={
            "ownerReferences": [
                {
                    "apiVersion": "apps/v1",
                    "kind": "StatefulSet",
                    "name": "s",
                    "uid": "11111111-1111-1111-1111-111111111111",
                    "controller": True,
                }
            ]
        },
    ),
    made(
        "apps/v1",
        "DaemonSet",
        "ds",
        spec={"selector": {"matchLabels": {"a": "b"}}, "template": TEMPLATE},
        status={
            "currentNumberScheduled": 1,
            "desiredNumberScheduled": 2,
            "numberMisscheduled": 0,
            "numberReady": 1,
            "updatedNumberScheduled": 1,
            "numberAvailable": 1,
        },
    ),
    made(
        "apps/v1",
        "ReplicaSet",
        "rs",
        spec={"selector": SELECTOR, "template": TEMPLATE},
        status={"replicas": 2, "readyReplicas": 1},
    ),
    made(
        "apps/v1",
        "StatefulSet",
        "ss",
        spec={
            "serviceName": "x",
            "selector": {"matchLabels": {"a": "b"}},
            "template": TEMPLATE,
            "replicas": 0,
        },
        status={"replicas": 0},
    ),
    made(
        "apps/v1",
        "Deployment",
        "dd",
        spec={"selector": SELECTOR, "template": TEMPLATE},
        status={
            "replicas": 1,
            "updatedReplicas": 1,
            "readyReplicas": 1,
            "availableReplicas": 1,
        },
    ),
    made(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        "h1",
        spec={
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "dd"},
            "maxReplicas": 4,
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {
                        "name": "cpu",
                        "target": {"type": "Utilization", "averageUtilization": 70},
                    },
                },
                {
                    "type": "Resource",
                    "resource": {
                        "name": "memory",
                        "target": {"type": "AverageValue", "averageValue": "100Mi"},
                    },
                },
            ],
        },
        status={
            "currentReplicas": 2,
            "desiredReplicas": 2,
            "currentMetrics": [
                {
                    "type": "Resource",
                    "resource": {
                        "name": "cpu",
                        "current": {"averageUtilization": 30, "averageValue": "1"},
                    },
                }
            ],
        },
    ),
    made(
        "batch/v1",
        "CronJob",
        "cj",
        spec={
            "schedule": "*/5 * * * *",
            "timeZone": "Etc/UTC",
            "suspend": True,
            "jobTemplate": {"spec": {"template": ONCE}},
        },
        status={"lastScheduleTime": "2026-11-23T12:00:00Z"},
    ),
    made(
        "batch/v1",
        "CronJob",
        "cj2",
        spec={"schedule": "0 1 * * *", "jobTemplate": {"spec": {"template": ONCE}}},
    ),
    made(
        "batch/v1",
        "Job",
        "j1",
        spec={"template": ONCE, "completions": 3, "parallelism": 2},
        status={"active": 1, "ready": 0, "startTime": "2026-11-23T12:00:00Z"},
    ),
    made(
        "batch/v1",
        "Job",
        "j2",
        spec={"template": ONCE},
        status={
            "succeeded": 1,
            "startTime": "2026-11-23T12:00:00Z",
            "completionTime": "2026-11-23T12:10:30Z",
            "conditions": [
                {
                    "type": "SuccessCriteriaMet",
                    "status": "True",
                    "lastTransitionTime": "2026-11-23T12:10:30Z",
                    "lastProbeTime": "2026-11-23T12:10:30Z",
                },
                {
                    "type": "Complete",
                    "status": "True",
                    "lastTransitionTime": "2026-11-23T12:10:30Z",
                    "lastProbeTime": "2026-11-23T12:10:30Z",
                },
            ],
        },
    ),
    made(
        "networking.k8s.io/v1",
        "IngressClass",
        "ic",
        False,
        spec={
            "controller": "x.y/z",
            "parameters": {"apiGroup": "k.x", "kind": "P", "name": "n", "scope": "Cluster"},
        },
    ),
    made(
        "networking.k8s.io/v1",
        "Ingress",
        "ing",
        spec={
            "ingressClassName": "ic",
            "tls": [{"hosts": ["a.x"]}],
            "rules": [
                {
                    "host": f"{q}.x",
                    "http": {
                        "paths": [
                            {
                                "path": "/",
                                "pathType": "Prefix",
                                "backend": {"service": {"name": "s", "port": {"number": 80}}},
                            }
                        ]
                    },
                }
                for q in "abcd"
            ],
        },
        status={"loadBalancer": {"ingress": [{"ip": "1.1.1.1"}, {"hostname": "h.x"}]}},
    ),
    made(
        "networking.k8s.io/v1",
        "Ingress",
        "ing2",
        spec={"defaultBackend": {"service": {"name": "s", "port": {"number": 80}}}},
    ),
    made("networking.k8s.io/v1", "NetworkPolicy", "npol", spec={"podSelector": {}}),
    made(
        "policy/v1",
        "PodDisruptionBudget",
        "p1",
        spec={"minAvailable": "50%", "selector": SELECTOR},
        status={
            "disruptionsAllowed": 1,
            "currentHealthy": 1,
            "desiredHealthy": 1,
            "expectedPods": 2,
        },
    ),
    made(
        "policy/v1",
        "PodDisruptionBudget",
        "p2",
        spec={"maxUnavailable": 1, "selector": SELECTOR},
    ),
    made(
        "storage.k8s.io/v1",
        "CSIDriver",
        "d.x",
        False,
        spec={
            "volumeLifecycleModes": ["Persistent", "Ephemeral"],
            "tokenRequests": [{"audience": "a"}, {"audience": "b"}],
        },
    ),
    made(
        "storage.k8s.io/v1",
        "StorageClass",
        "fast",
        False,
        provisioner="d.x",
        allowVolumeExpansion=True,
        metadata={"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
    ),
    made(
        "rbac.authorization.k8s.io/v1",
        "RoleBinding",
        "rb",
        roleRef={
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "view",
        },
        subjects=[
            {"kind": "User", "name": "u", "apiGroup": "rbac.authorization.k8s.io"},
            {"kind": "User", "name": "v", "apiGroup": "rbac.authorization.k8s.io"},
            {"kind": "Group", "name": "g", "apiGroup": "rbac.authorization.k8s.io"},
            {"kind": "ServiceAccount", "name": "s", "namespace": "n"},
        ],
    ),
]
