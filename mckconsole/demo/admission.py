"""What webhooks put into a pod when it is made, each as its own code does it.

Sources: amazon-eks-pod-identity-webhook (pkg/handler), azure-workload-identity v1.6 (pkg/webhook),
pfnet gcp-workload-identity-federation-webhook (README, direct mode).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.podspec import add_env, add_mount, add_volume, token_volume
from mckconsole.demo.sections_identity import Declares, Login, TokenVolume
from mckconsole.demo.site import Site

IRSA_MOUNT = "/var/run/secrets/eks.amazonaws.com/serviceaccount"
_PODS_EKS = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"
_AZURE = "/var/run/secrets/azure/wi"
_GOOGLE = "/var/run/secrets/sts.googleapis.com/serviceaccount"
_GOOGLE_CONFIG = "/var/run/secrets/gcloud/config"
_AUTHORITY = "https://login.microsoftonline.com/"
_SETS = {
    "irsa": ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    "pod-identity": (
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    ),
}
"""Variables of which the webhook of EKS sets none where one is set."""


def inject(
    site: Site, login: Login, tenant: str, pod_name: str, metadata: KubeObject, spec: KubeObject
) -> None:
    """Let webhooks change a pod: its labels, annotations and specification, the caller's own."""
    declares = login.declares or Declares()
    for by in login.injected:
        if by == "irsa":
            _irsa(site, declares, login, spec)
        elif by == "pod-identity":
            _pod_identity(site, login, metadata, spec)
        elif by == "azure":
            _azure(declares, login, tenant, pod_name, spec)
        elif by == "azure-proxy":
            _azure_proxy(spec)
        else:
            _google(declares, login, metadata, spec)


def external_account(provider: str, file: str, mail: str = "") -> str:
    """Google's credential configuration for a token in a file."""
    fleet = provider.startswith("identitynamespace:")
    document: KubeObject = {
        "type": "external_account",
        "audience": provider if fleet else f"//iam.googleapis.com/{provider}",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": {"file": file, "format": {"type": "text"}},
    }
    if mail:
        document["service_account_impersonation_url"] = (
            "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
            f"{mail}:generateAccessToken"
        )
    return json.dumps(document, indent=2)


def irsa_env(site: Site, role: str) -> list[KubeObject]:
    """The variables that the webhook of EKS gives to a container that has none of them."""
    container: KubeObject = {}
    _aws(site, "irsa", container, (role, f"{IRSA_MOUNT}/token"))
    found: list[KubeObject] = container["env"]
    return found


def _containers(login: Login, spec: KubeObject) -> Iterator[KubeObject]:
    return (one for one in spec["containers"] if one["name"] not in login.skipped)


def _aws(site: Site, by: str, container: KubeObject, values: tuple[str, str]) -> None:
    """The pair, where neither is set, and what goes with it."""
    add_env(container, "AWS_STS_REGIONAL_ENDPOINTS", "regional")
    add_env(container, "AWS_DEFAULT_REGION", site.aws_region)
    add_env(container, "AWS_REGION", site.aws_region)
    pair = _SETS[by]
    if not any(one["name"] in pair for one in container["env"]):
        for name, value in zip(pair, values, strict=True):
            add_env(container, name, value)


def _irsa(site: Site, declares: Declares, login: Login, spec: KubeObject) -> None:
    for container in _containers(login, spec):
        _aws(site, "irsa", container, (declares.role, f"{IRSA_MOUNT}/token"))
        add_mount(container, "aws-iam-token", IRSA_MOUNT)
    token = TokenVolume(IRSA_MOUNT, "sts.amazonaws.com", 86_400)
    add_volume(spec, token_volume("aws-iam-token", token))


def _pod_identity(site: Site, login: Login, metadata: KubeObject, spec: KubeObject) -> None:
    name = "eks-pod-identity-token"
    for container in _containers(login, spec):
        values = ("http://169.254.170.23/v1/credentials", f"{_PODS_EKS}/{name}")
        _aws(site, "pod-identity", container, values)
        add_mount(container, name, _PODS_EKS)
    token = TokenVolume(_PODS_EKS, "pods.eks.amazonaws.com", 84_310, name)
    add_volume(spec, token_volume(name, token))
    metadata["labels"] = {**metadata["labels"], "eks.amazonaws.com/pod-identity": "enabled"}


def _azure(declares: Declares, login: Login, tenant: str, pod_name: str, spec: KubeObject) -> None:
    name = f"azure-workload-identity-reserved-{hashlib.sha256(pod_name.encode()).hexdigest()[:8]}"
    file = "token/azure-identity-token"
    for container in _containers(login, spec):
        if declares.azure:
            add_env(container, "AZURE_CLIENT_ID", declares.azure)
        add_env(container, "AZURE_TENANT_ID", declares.tenant or tenant)
        add_env(container, "AZURE_FEDERATED_TOKEN_FILE", f"{_AZURE}/{file}")
        add_env(container, "AZURE_AUTHORITY_HOST", _AUTHORITY)
        add_mount(container, name, _AZURE)
    token = TokenVolume(_AZURE, "api://AzureADTokenExchange", 3600, file)
    add_volume(spec, token_volume(name, token))


def _azure_proxy(spec: KubeObject) -> None:
    """The bridge for software of AAD Pod Identity."""
    image = "mcr.microsoft.com/oss/azure/workload-identity/{}:v1.6.0"
    capabilities = {"add": ["NET_ADMIN"], "drop": ["ALL"]}
    spec["initContainers"] = [
        *spec.get("initContainers", ()),
        {
            "name": "azwi-proxy-init",
            "image": image.format("proxy-init"),
            "env": [{"name": "PROXY_PORT", "value": "8000"}],
            "securityContext": {"capabilities": capabilities, "privileged": True, "runAsUser": 0},
        },
    ]
    proxy = {"name": "azwi-proxy", "image": image.format("proxy"), "args": ["--proxy-port=8000"]}
    spec["containers"] = [*spec["containers"], proxy]


def _google(declares: Declares, login: Login, metadata: KubeObject, spec: KubeObject) -> None:
    config, file = "external-credential-config", "federation.json"
    for container in _containers(login, spec):
        add_env(container, "GOOGLE_APPLICATION_CREDENTIALS", f"{_GOOGLE_CONFIG}/{file}")
        add_mount(container, "gcp-iam-token", _GOOGLE)
        add_mount(container, config, _GOOGLE_CONFIG)
    token = TokenVolume(_GOOGLE, "sts.googleapis.com", 3600)
    key = "cloud.google.com/external-credentials-json"
    text = external_account(declares.provider, f"{_GOOGLE}/token", declares.mail)
    metadata["annotations"] = {**metadata.get("annotations", {}), key: text}
    path = {"apiVersion": "v1", "fieldPath": f"metadata.annotations['{key}']"}
    items = [{"path": file, "fieldRef": path}]
    add_volume(spec, token_volume("gcp-iam-token", token))
    add_volume(spec, {"name": config, "downwardAPI": {"defaultMode": 288, "items": items}})
