"""Pods in bulk, of realistic weight, for benchmarks.

A pod weighs what one of a Helm-installed service weighs (about 7 KB of JSON with managed fields),
because how fast the console skips what it does not read is part of what is measured. Every
application has a Deployment and a service account; every third has a role in AWS, and no token for
the API server.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo.admission import IRSA_MOUNT, irsa_env
from mckconsole.demo.managed import metadata_fields, written
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.podspec import API_MOUNT, api_access, token_volume
from mckconsole.demo.sections_identity import TokenVolume
from mckconsole.demo.site import Site, letters

_PODS_PER_APP = 10
_FEDERATED = 3
"""Every how many applications one has a role."""
_STRIDE = 1_299_709
"""A prime, so that names of pods in a row look nothing alike and none comes twice."""
_ROLE_KEY = "eks.amazonaws.com/role-arn"
NAMESPACES = [f"team-{number:02d}" for number in range(20)]


def pods(site: Site, count: int) -> Iterator[KubeObject]:
    """`count` running pods, ten per application; the applications are spread over `NAMESPACES`."""
    for number in range(count):
        yield _pod(site, number)


def owners(site: Site, count: int) -> Iterator[KubeObject]:
    """The service accounts and Deployments of `count` pods."""
    for number in range(-(-count // _PODS_PER_APP)):
        replicas = min(_PODS_PER_APP, count - number * _PODS_PER_APP)
        yield _account(site, number)
        yield _deployment(site, number, replicas)


def _name(number: int) -> str:
    return f"app-{number:04d}"


def _namespace(number: int) -> str:
    return NAMESPACES[number % len(NAMESPACES)]


def _role(number: int) -> str:
    """The role of an application; empty for most, which have none."""
    if number % _FEDERATED:
        return ""
    return f"arn:aws:iam::111122223333:role/{_name(number)}"


def _account(site: Site, number: int) -> KubeObject:
    role = _role(number)
    annotations = {"meta.helm.sh/release-name": _name(number)}
    annotations |= {_ROLE_KEY: role} if role else {}
    made = site.manifest(
        "v1",
        "ServiceAccount",
        _namespace(number),
        _name(number),
        labels={"app.kubernetes.io/managed-by": "Helm"},
        annotations=annotations,
        days_ago=40,
    )
    fields = metadata_fields(annotations, ["app.kubernetes.io/managed-by"])
    made["metadata"]["managedFields"] = [written("helm", site.created(40), fields)]
    if role:
        made["automountServiceAccountToken"] = False
    return made


def _deployment(site: Site, number: int, replicas: int) -> KubeObject:
    app = _name(number)
    labels = {"app.kubernetes.io/name": app}
    spec = _spec(site, number, "", "")
    template = {"metadata": {"labels": labels}, "spec": {"containers": spec["containers"]}}
    template["spec"]["serviceAccountName"] = app
    return site.manifest(
        "apps/v1",
        "Deployment",
        _namespace(number),
        app,
        labels=labels,
        days_ago=40,
        spec={"replicas": replicas, "selector": {"matchLabels": labels}, "template": template},
        status={
            "replicas": replicas,
            "readyReplicas": replicas,
            "availableReplicas": replicas,
            "updatedReplicas": replicas,
        },
    )


def _pod(site: Site, number: int) -> KubeObject:
    app = _name(number // _PODS_PER_APP)
    place = site.nodes[number % len(site.nodes)]
    suffix = letters(number * _STRIDE)
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
        _namespace(number // _PODS_PER_APP),
        f"{owner}-{suffix}",
        labels=labels,
        annotations={
            "checksum/config": site.digest("config", number, length=64),
            "prometheus.io/scrape": "true",
            "prometheus.io/port": "9090",
        },
        days_ago=1 + number % 30,
        spec=_spec(site, number // _PODS_PER_APP, place.name, suffix),
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


def _spec(site: Site, number: int, node: str, suffix: str) -> KubeObject:
    """Specification of a pod; without a suffix that of the template, which nobody injected into."""
    app, role = _name(number), _role(number) if suffix else ""
    env = [{"name": f"SETTING_{n:02d}", "value": f"value of {app} {n}"} for n in range(12)]
    injected = irsa_env(site, role) if role else []
    container: KubeObject = {
        "name": app,
        "image": f"registry.example.com/{app}:1.4.0",
        "imagePullPolicy": "IfNotPresent",
        "args": ["--config=/etc/app/config.yaml", "--log-level=info", "--listen=:8080"],
        "ports": [
            {"name": "http", "containerPort": 8080, "protocol": "TCP"},
            {"name": "metrics", "containerPort": 9090, "protocol": "TCP"},
        ],
        "env": [*env, *injected],
        "resources": {
            "requests": {"cpu": "100m", "memory": "256Mi"},
            "limits": {"cpu": "1", "memory": "512Mi"},
        },
        "livenessProbe": _probe("/healthz"),
        "readinessProbe": _probe("/readyz"),
        "volumeMounts": _mounts(suffix, role),
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
        "containers": [container, {**container, "name": "proxy", "env": [*env[:2], *injected]}],
        "volumes": _volumes(app, suffix, role),
    }


def _mounts(suffix: str, role: str) -> list[KubeObject]:
    found: list[KubeObject] = [
        {"name": "config", "mountPath": "/etc/app"},
        {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - a path inside a fictitious pod
    ]
    if suffix and not role:
        name = f"kube-api-access-{suffix}"
        found.append({"name": name, "mountPath": API_MOUNT, "readOnly": True})
    if role:
        found.append({"name": "aws-iam-token", "mountPath": IRSA_MOUNT, "readOnly": True})
    return found


def _volumes(app: str, suffix: str, role: str) -> list[KubeObject]:
    found: list[KubeObject] = [
        {"name": "config", "configMap": {"name": f"{app}-config", "defaultMode": 420}},
        {"name": "tmp", "emptyDir": {}},
    ]
    if role:
        token = TokenVolume(IRSA_MOUNT, "sts.amazonaws.com", 86_400)
        return [*found, token_volume("aws-iam-token", token)]
    return [*found, api_access(f"kube-api-access-{suffix}")]


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
