"""Pods in bulk, of realistic weight, for benchmarks.

A pod weighs what one of a Helm-installed service weighs (about 7 KB of JSON with managed fields),
because how fast the console skips what it does not read is part of what is measured.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.site import Site

_PODS_PER_APP = 10
NAMESPACES = [f"team-{number:02d}" for number in range(20)]


def pods(site: Site, count: int) -> Iterator[KubeObject]:
    """`count` running pods, ten per application, spread over `NAMESPACES`."""
    for number in range(count):
        yield _pod(site, number)


def _pod(site: Site, number: int) -> KubeObject:
    app = f"app-{number // _PODS_PER_APP:04d}"
    place = site.nodes[number % len(site.nodes)]
    suffix = site.digest("bulk", number, length=5)
    labels = {
        "app.kubernetes.io/name": app,
        "app.kubernetes.io/instance": app,
        "app.kubernetes.io/managed-by": "Helm",
        "helm.sh/chart": f"{app}-1.4.{number % 9}",
        "pod-template-hash": site.digest("template", app, length=10),
    }
    owner = f"{app}-{labels['pod-template-hash']}"
    pod = site.manifest(
        "v1",
        "Pod",
        NAMESPACES[number % len(NAMESPACES)],
        f"{owner}-{suffix}",
        labels=labels,
        annotations={
            "checksum/config": site.digest("config", number, length=64),
            "prometheus.io/scrape": "true",
            "prometheus.io/port": "9090",
        },
        days_ago=1 + number % 30,
        spec=_spec(site, app, place.name, suffix),
        status=_status(site, app, place.address, number),
    )
    pod["metadata"]["generateName"] = f"{owner}-"
    pod["metadata"]["ownerReferences"] = [
        {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "name": owner,
            "uid": site.digest("owner", app, length=32),
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]
    pod["metadata"]["managedFields"] = _managed_fields(pod["metadata"]["creationTimestamp"], labels)
    return pod


def _spec(site: Site, app: str, node: str, suffix: str) -> KubeObject:
    container: KubeObject = {
        "name": app,
        "image": f"registry.example.com/{app}:1.4.0",
        "imagePullPolicy": "IfNotPresent",
        "args": ["--config=/etc/app/config.yaml", "--log-level=info", "--listen=:8080"],
        "ports": [
            {"name": "http", "containerPort": 8080, "protocol": "TCP"},
            {"name": "metrics", "containerPort": 9090, "protocol": "TCP"},
        ],
        "env": [{"name": f"SETTING_{n:02d}", "value": f"value of {app} {n}"} for n in range(12)],
        "resources": {
            "requests": {"cpu": "100m", "memory": "256Mi"},
            "limits": {"cpu": "1", "memory": "512Mi"},
        },
        "livenessProbe": _probe("/healthz"),
        "readinessProbe": _probe("/readyz"),
        "volumeMounts": [
            {"name": "config", "mountPath": "/etc/app"},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - a path inside a fictitious pod
            {
                "name": f"kube-api-access-{suffix}",
                "mountPath": "/var/run/secrets",
                "readOnly": True,
            },
        ],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
        },
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
    }
    tolerations = [
        {"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": "NoExecute"}
        for key in ("not-ready", "unreachable")
    ]
    return {
        "nodeName": node,
        "serviceAccountName": app,
        "serviceAccount": app,
        "restartPolicy": "Always",
        "dnsPolicy": "ClusterFirst",
        "schedulerName": "default-scheduler",
        "terminationGracePeriodSeconds": 30,
        "priority": 0,
        "preemptionPolicy": "PreemptLowerPriority",
        "enableServiceLinks": True,
        "securityContext": {"fsGroup": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
        "tolerations": [{**one, "tolerationSeconds": 300} for one in tolerations],
        "containers": [container, {**container, "name": "proxy", "env": container["env"][:2]}],
        "volumes": [
            {"name": "config", "configMap": {"name": f"{app}-config", "defaultMode": 420}},
            {"name": "tmp", "emptyDir": {}},
            {
                "name": f"kube-api-access-{suffix}",
                "projected": {
                    "defaultMode": 420,
                    "sources": [
                        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
                        {"configMap": {"name": "kube-root-ca.crt"}},
                    ],
                },
            },
        ],
    }


def _probe(path: str) -> KubeObject:
    return {
        "httpGet": {"path": path, "port": "http", "scheme": "HTTP"},
        "initialDelaySeconds": 5,
        "periodSeconds": 10,
        "timeoutSeconds": 1,
        "successThreshold": 1,
        "failureThreshold": 3,
    }


def _status(site: Site, app: str, host: str, number: int) -> KubeObject:
    started = site.created(1 + number % 30)
    pod_ip = f"10.{number // 65_000 % 250}.{number // 250 % 250}.{1 + number % 250}"
    return {
        "phase": "Running",
        "hostIP": host,
        "podIP": pod_ip,
        "podIPs": [{"ip": pod_ip}],
        "startTime": started,
        "qosClass": "Burstable",
        "conditions": [
            {"type": kind, "status": "True", "lastProbeTime": None, "lastTransitionTime": started}
            for kind in ("PodScheduled", "Initialized", "ContainersReady", "Ready")
        ],
        "containerStatuses": [
            {
                "name": name,
                "image": f"registry.example.com/{app}:1.4.0",
                "imageID": f"registry.example.com/{app}@sha256:{site.digest(app, length=64)}",
                "containerID": f"containerd://{site.digest(name, number, length=64)}",
                "ready": True,
                "started": True,
                "restartCount": number % 3,
                "state": {"running": {"startedAt": started}},
                "lastState": {},
            }
            for name in (app, "proxy")
        ],
    }


def _managed_fields(stamp: str, labels: dict[str, str]) -> list[KubeObject]:
    return [
        {
            "manager": "kube-controller-manager",
            "operation": "Update",
            "apiVersion": "v1",
            "time": stamp,
            "fieldsType": "FieldsV1",
            "fieldsV1": {
                "f:metadata": {
                    "f:annotations": {".": {}, "f:checksum/config": {}},
                    "f:generateName": {},
                    "f:labels": {".": {}, **{f"f:{name}": {} for name in labels}},
                    "f:ownerReferences": {".": {}},
                },
                "f:spec": {
                    "f:containers": {},
                    "f:dnsPolicy": {},
                    "f:enableServiceLinks": {},
                    "f:restartPolicy": {},
                    "f:schedulerName": {},
                    "f:securityContext": {},
                    "f:serviceAccountName": {},
                    "f:terminationGracePeriodSeconds": {},
                    "f:volumes": {},
                },
            },
        },
        {
            "manager": "kubelet",
            "operation": "Update",
            "subresource": "status",
            "apiVersion": "v1",
            "time": stamp,
            "fieldsType": "FieldsV1",
            "fieldsV1": {
                "f:status": {
                    "f:conditions": {f'k:{{"type":"{kind}"}}': {".": {}} for kind in ("Ready",)},
                    "f:containerStatuses": {},
                    "f:hostIP": {},
                    "f:phase": {},
                    "f:podIP": {},
                    "f:startTime": {},
                }
            },
        },
    ]
