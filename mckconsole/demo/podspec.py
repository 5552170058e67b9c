"""Templates of pods, and what the API server makes of them when a pod is admitted.

A template has what its author wrote; a pod has its defaults, the token for the API server and what
webhooks injected besides (`admission`).
"""

from __future__ import annotations

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.pods import Seat, pod_labels
from mckconsole.demo.scenario import Workload
from mckconsole.demo.sections_identity import Login, TokenVolume
from mckconsole.demo.site import Site

API_MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
SPIFFE_MOUNT = "/spiffe-workload-api"


def template_of(site: Site, model: Workload, login: Login | None) -> KubeObject:
    """The pod template of a workload, as the API server shows it."""
    account = login.account_name if login else model.name
    spec: KubeObject = {
        "containers": containers_of(site, model, login),
        "restartPolicy": "OnFailure" if model.kind in ("CronJob", "Job") else "Always",
        "dnsPolicy": "ClusterFirst",
        "schedulerName": "default-scheduler",
        "terminationGracePeriodSeconds": 30,
        "securityContext": {},
        "serviceAccountName": account,
        "serviceAccount": account,
    }
    if model.host_network:
        spec["hostNetwork"] = True
    if model.pool:
        spec["nodeSelector"] = {site.pool_label: model.pool}
    if volumes := _volumes(login):
        spec["volumes"] = volumes
    metadata: KubeObject = {"labels": {**pod_labels(model), **(login.labels if login else {})}}
    if login and login.annotations:
        metadata["annotations"] = dict(login.annotations)
    return {"metadata": metadata, "spec": spec}


def containers_of(site: Site, model: Workload, login: Login | None) -> list[KubeObject]:
    """Containers as the template has them."""
    version = site.cluster.version.split("-")[0].split("+")[0]
    chosen = login.inside if login and login.inside else next(iter(model.containers), "")
    found = []
    for name, image in model.containers.items():
        container: KubeObject = {
            "name": name,
            "image": image.replace("{version}", version),
            "imagePullPolicy": "IfNotPresent",
            "resources": {"requests": model.requests} if model.requests else {},
            "terminationMessagePath": "/dev/termination-log",
            "terminationMessagePolicy": "File",
        }
        if login and name == chosen:
            _by_hand(container, login)
        found.append(container)
    return found


def _by_hand(container: KubeObject, login: Login) -> None:
    env: list[KubeObject] = [{"name": name, "value": text} for name, text in login.env.items()]
    for name, place in login.secret_env.items():
        secret, _, key = place.partition("/")
        source = {"secretKeyRef": {"name": secret, "key": key}}
        env.append({"name": name, "valueFrom": source})
    mounts = [
        {"name": name, "mountPath": token.mount, "readOnly": True}
        for name, token in login.tokens.items()
        if token.mount
    ]
    mounts += [
        {"name": name, "mountPath": path, "readOnly": True}
        for path, name in (login.configs | login.secrets).items()
    ]
    if login.spiffe:
        mounts.append({"name": "spiffe", "mountPath": SPIFFE_MOUNT, "readOnly": True})
        env.append(
            {"name": "SPIFFE_ENDPOINT_SOCKET", "value": f"unix://{SPIFFE_MOUNT}/spire-agent.sock"}
        )
    if env:
        container["env"] = env
    if login.env_from:
        container["envFrom"] = [{"secretRef": {"name": name}} for name in login.env_from]
    if mounts:
        container["volumeMounts"] = mounts


def _volumes(login: Login | None) -> list[KubeObject]:
    if login is None:
        return []
    found = [token_volume(name, token) for name, token in login.tokens.items()]
    found += [
        {"name": name, "configMap": {"defaultMode": 420, "name": name}}
        for name in login.configs.values()
    ]
    found += [
        {"name": name, "secret": {"defaultMode": 420, "secretName": name}}
        for name in login.secrets.values()
    ]
    if login.spiffe:
        found.append({"name": "spiffe", "csi": {"driver": "csi.spiffe.io", "readOnly": True}})
    return found


def token_volume(name: str, token: TokenVolume) -> KubeObject:
    """A volume with a projected token."""
    source: KubeObject = {"expirationSeconds": token.seconds, "path": token.path}
    if token.audience:
        source["audience"] = token.audience
    return {
        "name": name,
        "projected": {"defaultMode": 420, "sources": [{"serviceAccountToken": source}]},
    }


def add_volume(spec: KubeObject, volume: KubeObject) -> None:
    """Add a volume to a pod's specification, which must be the caller's own."""
    spec["volumes"] = [*spec.get("volumes", ()), volume]


def add_mount(container: KubeObject, name: str, path: str) -> None:
    """Mount a volume in a container, which must be the caller's own."""
    mount = {"name": name, "mountPath": path, "readOnly": True}
    container["volumeMounts"] = [*container.get("volumeMounts", ()), mount]


def add_env(container: KubeObject, name: str, value: str) -> None:
    """Set a variable where it is not set, as webhooks do."""
    if all(one["name"] != name for one in container.get("env", ())):
        container["env"] = [*container.get("env", ()), {"name": name, "value": value}]


def bare_spec(
    site: Site, model: Workload, seat: Seat, template: KubeObject, *, token: bool
) -> KubeObject:
    """The pod's specification by the API server alone; its containers are copies.

    Args:
        token: whether it has the token for the API server (ServiceAccount admission).
    """
    spec: KubeObject = {
        **template["spec"],
        "containers": [dict(one) for one in template["spec"]["containers"]],
        "enableServiceLinks": True,
        "preemptionPolicy": "PreemptLowerPriority",
        "priority": 0,
    }
    if not token:
        return spec
    name = f"kube-api-access-{site.suffix(model.namespace, seat.name)}"
    add_volume(spec, api_access(name))
    for container in spec["containers"]:
        add_mount(container, name, API_MOUNT)
    return spec


def api_access(name: str) -> KubeObject:
    """The volume with the token for the API server."""
    namespace = {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}
    sources: list[KubeObject] = [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {
            "configMap": {
                "name": "kube-root-ca.crt",
                "items": [{"key": "ca.crt", "path": "ca.crt"}],
            }
        },
        {"downwardAPI": {"items": [{"path": "namespace", **namespace}]}},
    ]
    return {"name": name, "projected": {"defaultMode": 420, "sources": sources}}
