"""Service accounts of a simulated cluster, and what the controller manager puts beside them.

Every namespace has a `default` account and the ConfigMap `kube-root-ca.crt`; every workload has an
account of its own unless the scenario says another.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping

from mckconsole.demo.bindings import controllers
from mckconsole.demo.managed import metadata_fields, written
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.sections_identity import Declares, Login, LoneAccount
from mckconsole.demo.site import Site
from mckconsole.demo.world import World

_KEYS = {
    "role": "eks.amazonaws.com/role-arn",
    "google": "iam.gke.io/gcp-service-account",
    "azure": "azure.workload.identity/client-id",
    "tenant": "azure.workload.identity/tenant-id",
    "provider": "cloud.google.com/workload-identity-provider",
    "mail": "cloud.google.com/service-account-email",
}
_NOT_A_TOKEN = base64.b64encode(b"DEMO: not a token and not a credential").decode()
_NOT_A_KEY = base64.b64encode(b"DEMO: not a key and not a credential").decode()


def annotations_of(declares: Declares | None) -> dict[str, str]:
    """The annotations by which a service account declares it."""
    if declares is None:
        return {}
    found = {key: getattr(declares, name) for name, key in _KEYS.items()}
    if declares.provider:
        found["cloud.google.com/injection-mode"] = "direct"
    return {key: value for key, value in found.items() if value} | declares.others


def service_accounts(world: World, name: str, namespaces: Iterable[str]) -> Iterator[KubeObject]:
    """All of them, each once: `default` in every namespace, those of workloads, lone ones."""
    site = world.sites[name]
    made: dict[tuple[str, str], KubeObject] = {}
    for login in _logins(world, name):
        namespace = login.workload.partition("/")[0]
        if login.declares or (namespace, login.account_name) not in made:
            made[namespace, login.account_name] = _of_login(site, namespace, login)
    for model in world.scenario.workloads_of(name):
        if not model.outside and world.login(name, model) is None:
            key = (model.namespace, model.name)
            made.setdefault(key, _account(site, *key))
    for lone in _lone(world, name):
        namespace, _, account = lone.account.partition("/")
        made[namespace, account] = _account(site, namespace, account, lone.declares)
    for key in (*((namespace, "default") for namespace in namespaces), *controllers()):
        made.setdefault(key, _account(site, *key))
    yield from made.values()


def default_accounts(site: Site, namespaces: Iterable[str]) -> Iterator[KubeObject]:
    """The account `default` of each namespace."""
    return (_account(site, namespace, "default") for namespace in namespaces)


def _logins(world: World, name: str) -> Iterator[Login]:
    present = {f"{one.namespace}/{one.name}" for one in world.scenario.workloads_of(name)}
    for (cluster, workload), login in world.logins.items():
        if cluster == name and workload in present:
            yield login


def _lone(world: World, name: str) -> Iterator[LoneAccount]:
    for lone in world.scenario.identity_accounts:
        if world.scenario.within(name, lone.where):
            yield lone


def _of_login(site: Site, namespace: str, login: Login) -> KubeObject:
    found = _account(
        site,
        namespace,
        login.account_name,
        login.declares,
        labels=login.account_labels,
        days_ago=login.account_days,
    )
    if login.api_token is False:
        found["automountServiceAccountToken"] = False
    return found


def _account(
    site: Site,
    namespace: str,
    name: str,
    declares: Declares | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    days_ago: float | None = None,
) -> KubeObject:
    annotations = annotations_of(declares)
    labels = {**(labels or {}), **_installed(namespace, declares)}
    age = site.rollout_days if days_ago is None else days_ago
    made = site.manifest(
        "v1",
        "ServiceAccount",
        namespace,
        name,
        labels=labels,
        annotations=annotations,
        days_ago=age,
    )
    if declares is not None:
        fields = metadata_fields(annotations, labels)
        stamp = site.created(min(declares.days_ago, age))
        made["metadata"]["managedFields"] = [written(declares.by, stamp, fields)]
    return made


def _installed(namespace: str, declares: Declares | None) -> dict[str, str]:
    """The label by which what installed a service account knows it again."""
    match declares.by if declares else "":
        case "argocd-controller":
            return {"argocd.argoproj.io/instance": namespace}
        case "helm":
            return {"app.kubernetes.io/managed-by": "Helm"}
    return {}


def root_certificates(world: World, name: str, namespaces: Iterable[str]) -> Iterator[KubeObject]:
    """`kube-root-ca.crt` of every namespace."""
    model = world.scenario.identity_clusters.get(name)
    if model is None:
        return
    for namespace in namespaces:
        text = world.scenario.certificates[model.former_ca.get(namespace, model.ca)]
        yield world.sites[name].manifest(
            "v1",
            "ConfigMap",
            namespace,
            "kube-root-ca.crt",
            annotations={
                "kubernetes.io/description": "Contains a CA bundle that can be used to verify the "
                "kube-apiserver when using internal endpoints such as the internal service IP or "
                "kubernetes.default.svc. No other usage is guaranteed across distributions of "
                "Kubernetes clusters."
            },
            data={"ca.crt": text},
        )


def secrets(world: World, name: str) -> Iterator[KubeObject]:
    """Lasting tokens of service accounts, and the Secrets that pods refer to, where the scenario
    has none to hold: these hold no secret, but a sentence that says so."""
    site, held = world.sites[name], world.scenario.secrets_held_in(name)
    for login in _logins(world, name):
        namespace = login.workload.partition("/")[0]
        if login.token_secret and (namespace, login.token_secret) not in held:
            yield _token(site, namespace, login.account_name, login.token_secret)
        for one in _keys(site, namespace, login):
            if (namespace, one["metadata"]["name"]) not in held:
                yield one
    for lone in _lone(world, name):
        if lone.token_secret:
            namespace, _, account = lone.account.partition("/")
            yield _token(site, namespace, account, lone.token_secret)


def _token(site: Site, namespace: str, account: str, name: str) -> KubeObject:
    return site.manifest(
        "v1",
        "Secret",
        namespace,
        name,
        annotations={
            "kubernetes.io/service-account.name": account,
            "kubernetes.io/service-account.uid": site.uid("ServiceAccount", namespace, account),
        },
        days_ago=site.rollout_days,
        type="kubernetes.io/service-account-token",
        data={"token": _NOT_A_TOKEN, "namespace": base64.b64encode(namespace.encode()).decode()},
    )


def _keys(site: Site, namespace: str, login: Login) -> Iterator[KubeObject]:
    held = {name: {"SETTINGS"} for name in login.env_from}
    for place in login.secret_env.values():
        secret, _, key = place.partition("/")
        held.setdefault(secret, set()).add(key)
    for path, secret in login.secrets.items():
        files = [one.rpartition("/")[2] for one in login.env.values() if one.startswith(f"{path}/")]
        held.setdefault(secret, set()).update(files)
    for secret, keys in held.items():
        yield site.manifest(
            "v1",
            "Secret",
            namespace,
            secret,
            days_ago=site.rollout_days,
            type="Opaque",
            data=dict.fromkeys(sorted(keys), _NOT_A_KEY),
        )
