"""A namespace with one of everything that relations lead through, on an embedded cluster."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from mckconsole.demo.objects import KubeObject, definition
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.sources.client import ClusterClient
from tests.net.cluster import ADMIN_TOKEN, running

NOW = 1_780_000_000.0
CANARY = "CANARY-7f3a91c2-zq7"
_HASH = {"app": "web", "pod-template-hash": "abc"}


def made(
    kind: str, name: str, api: str = "v1", *, space: str = "shop", labels: Any = None,
    owner: KubeObject | None = None, **rest: Any,
) -> KubeObject:  # fmt: skip
    """An object; `owner` is its controller."""
    metadata: KubeObject = {"name": name, "labels": labels or {}}
    if space:
        metadata["namespace"] = space
    if owner is not None:
        about = {key: owner[key] for key in ("apiVersion", "kind")}
        uid, named = owner["metadata"]["uid"], owner["metadata"]["name"]
        about |= {"name": named, "uid": uid, "controller": True}
        metadata["ownerReferences"] = [about]
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **rest}


def pod_spec(**rest: Any) -> KubeObject:
    """What the web pods are made of."""
    env = [{"name": "MODE", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "mode"}}}]
    container = {
        "name": "app",
        "image": "registry.example.com/web:1.2",
        "env": [*env, {"name": "DB_PASSWORD", "value": CANARY}],
        "envFrom": [{"secretRef": {"name": "login"}}],
        "ports": [{"name": "http", "containerPort": 8080}],
        "resources": {"requests": {"cpu": "100m"}, "limits": {"memory": "64Mi"}},
    }
    volumes = [
        {"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
        {"name": "gone", "configMap": {"name": "missing"}},
    ]
    return {"serviceAccountName": "web", "containers": [container], "volumes": volumes, **rest}


def _status(ready: bool) -> KubeObject:
    state: KubeObject = {"running": {"startedAt": "2026-05-28T20:00:00Z"}}
    last: KubeObject = {}
    if not ready:
        state = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}}
        last = {"terminated": {"reason": "Error", "exitCode": 1}}
    one = {"name": "app", "ready": ready, "restartCount": 0 if ready else 12, "state": state}
    return {"phase": "Running", "containerStatuses": [{**one, "lastState": last}]}


def shop() -> EmbeddedCluster:
    """A deployment of two pods, one of them failing, with all that belongs to it."""
    east = EmbeddedCluster("east", clock=lambda: NOW)
    east.create(made("Namespace", "shop", space=""))
    east.create(made("Node", "node-1", space="", labels={"zone": "a"}, status=_ready()))
    template = {"metadata": {"labels": {"app": "web"}}, "spec": pod_spec()}
    select = {"matchLabels": {"app": "web"}}
    web = east.create(
        made("Deployment", "web", "apps/v1", spec={"replicas": 2, "selector": select,
             "template": template}, status={"readyReplicas": 1, "replicas": 2})
    )  # fmt: skip
    sets = [_replica_set(east, web, name, wanted) for name, wanted in (("abc", 2), ("old", 0))]
    for name, ready in (("web-abc-1", True), ("web-abc-2", False)):
        spec = pod_spec(nodeName="node-1")
        pod = made("Pod", name, labels=_HASH, owner=sets[0], spec=spec, status=_status(ready))
        event(east, east.create(pod), f"{name}.1", ready=ready)
    _around(east)
    return east


def _ready() -> KubeObject:
    return {"conditions": [{"type": "Ready", "status": "True"}]}


def _replica_set(east: EmbeddedCluster, web: KubeObject, name: str, wanted: int) -> KubeObject:
    labels = {"app": "web", "pod-template-hash": name}
    template = {"metadata": {"labels": labels}, "spec": pod_spec()}
    spec = {"replicas": wanted, "selector": {"matchLabels": labels}, "template": template}
    status = {"replicas": wanted, "readyReplicas": wanted and 1}
    one = made("ReplicaSet", f"web-{name}", "apps/v1", labels=labels, owner=web, spec=spec)
    return east.create({**one, "status": status})


def _around(east: EmbeddedCluster) -> None:
    for name in ("web", "default"):
        east.create(made("ServiceAccount", name, labels={"app": name}))
    east.create(made("ConfigMap", "settings", data={"mode": "fast", "password": CANARY}))
    east.create(made("Secret", "login", data={"password": "Q0FOQVJZLTdmM2E5MWMyLXpxNw=="}))
    size = {"storage": "1Gi"}
    own = {"storageClassName": "fast", "accessModes": ["ReadWriteOnce"]}
    claim = {**own, "volumeName": "pv-1", "resources": {"requests": size}}
    east.create(made("PersistentVolumeClaim", "data", spec=claim, status={"phase": "Bound"}))
    volume = {**own, "claimRef": {"namespace": "shop", "name": "data"}, "capacity": size,
              "hostPath": {"path": "/data"}}  # fmt: skip
    east.create(made("PersistentVolume", "pv-1", space="", spec=volume, status={"phase": "Bound"}))
    east.create(made("Service", "web", spec={"selector": {"app": "web"}, "ports": [{"port": 80}]}))
    east.create(
        made("Service", "other", spec={"selector": {"app": "other"}, "ports": [{"port": 80}]})
    )
    ends = [
        {"addresses": ["10.0.0.1"], "conditions": {"ready": True}, "targetRef": _pod("web-abc-1")}
    ]
    labels = {"kubernetes.io/service-name": "web"}
    place = "discovery.k8s.io/v1"
    slice_ = made("EndpointSlice", "web-x1", place, labels=labels, endpoints=ends)
    east.create({**slice_, "addressType": "IPv4"})
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    rules = [{"host": "shop.example.com", "http": {"paths": [path]}}]
    tls = [{"secretName": "login", "hosts": ["shop.example.com"]}]
    net = "networking.k8s.io/v1"
    east.create(made("Ingress", "front", net, spec={"rules": rules, "tls": tls}))
    east.create(made("NetworkPolicy", "all", net, spec={"podSelector": {}}))
    budget = {"selector": {"matchLabels": {"app": "web"}}, "minAvailable": 1}
    east.create(made("PodDisruptionBudget", "web", "policy/v1", spec=budget))
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    scaler = {"scaleTargetRef": target, "maxReplicas": 5}
    east.create(made("HorizontalPodAutoscaler", "web", "autoscaling/v2", spec=scaler))
    rbac = "rbac.authorization.k8s.io"
    role = {"apiGroup": rbac, "kind": "ClusterRole", "name": "shop-view"}
    account = {"kind": "ServiceAccount", "name": "web", "namespace": "shop"}
    east.create(made("RoleBinding", "web", f"{rbac}/v1", roleRef=role, subjects=[account]))


def _pod(name: str) -> KubeObject:
    return {"kind": "Pod", "namespace": "shop", "name": name}


def event(east: EmbeddedCluster, about: KubeObject, name: str, *, ready: bool) -> None:
    """An Event about an object: something usual, or a warning that happened 12 times."""
    meta = about["metadata"]
    involved = {key: meta[key] for key in ("name", "namespace", "uid") if key in meta}
    involved |= {"kind": about["kind"], "apiVersion": about["apiVersion"]}
    usual: KubeObject = {
        "type": "Normal",
        "reason": "Started",
        "message": "Started container app",
        "count": 1,
    }
    warning: KubeObject = {"type": "Warning", "reason": "BackOff", "count": 12,
               "message": f"back-off of app, password={CANARY}"}  # fmt: skip
    rest = usual if ready else warning
    times = {"firstTimestamp": "2026-05-28T20:00:00Z", "lastTimestamp": "2026-05-28T20:26:00Z"}
    rest |= times
    source = {"component": "kubelet", "host": "node-1"}
    east.create(made("Event", name, involvedObject=involved, source=source, **rest))


def foreign(east: EmbeddedCluster) -> KubeObject:
    """A custom resource that owns a Deployment and a custom resource, and refers to others."""
    for plural, kind in (("shops", "Shop"), ("stalls", "Stall")):
        east.create(definition("example.com", ["v1"], plural, kind))
    spec = {
        "secretName": "login",
        "classRef": {"kind": "Stall", "name": "wood"},
        "accountRef": {"apiVersion": "v1", "kind": "ServiceAccount", "name": "web"},
        "roleRef": {
            "group": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "shop-view",
        },
    }
    conditions = [{"type": "Ready", "status": "False", "reason": "NoStall"}]
    owner = east.create(
        made("Shop", "corner", "example.com/v1", spec=spec, status={"conditions": conditions})
    )
    east.create(made("Stall", "left", "example.com/v1", owner=owner))
    template = {"metadata": {"labels": {"app": "corner"}}, "spec": pod_spec()}
    select = {"matchLabels": {"app": "corner"}}
    idle = {"replicas": 0, "selector": select, "template": template}
    east.create(made("Deployment", "corner", "apps/v1", owner=owner, spec=idle))
    return owner


@asynccontextmanager
async def connected(
    east: EmbeddedCluster, token: str = ADMIN_TOKEN
) -> AsyncGenerator[ClusterClient, None]:
    """A client of the cluster."""
    async with running(east, token=token) as endpoint:
        client = ClusterClient(endpoint)
        try:
            yield client
        finally:
            await client.close()
