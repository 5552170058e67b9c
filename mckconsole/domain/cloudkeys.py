"""Names by which workloads are given a cloud identity: annotations, labels, environment variables.

Decides at decode what of them is kept. Annotations are kept when they are among the known keys, or
nearly (a misspelt key binds nothing and nobody is told). Of the environment only what names a
cloud is kept; its values only where they are public by nature and look it: a role's ARN, a path, a
region. What is credential-named keeps its name and where it comes from, never its value; nor does
an annotation keep one that looks like a credential.

Sources: amazon-eks-pod-identity-webhook (pkg/handler, pkg/cache), azure-workload-identity
(pkg/webhook/consts.go), gcp-workload-identity-federation-webhook (README), GKE documentation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

MAX_VALUE: Final = 512
"""Characters of an annotation's value that are kept."""

WITHHELD: Final = "(set, not kept)"
"""In place of a value that is or may be a credential."""

EKS_ROLE: Final = "eks.amazonaws.com/role-arn"
EKS_AUDIENCE: Final = "eks.amazonaws.com/audience"
EKS_REGIONAL: Final = "eks.amazonaws.com/sts-regional-endpoints"
EKS_EXPIRATION: Final = "eks.amazonaws.com/token-expiration"
EKS_SKIP_CONTAINERS: Final = "eks.amazonaws.com/skip-containers"
EKS_SKIP_WEBHOOK: Final = "eks.amazonaws.com/skip-pod-identity-webhook"
"""A pod label."""
EKS_POD_IDENTITY: Final = "eks.amazonaws.com/pod-identity"
"""A pod label."""
GKE_ACCOUNT: Final = "iam.gke.io/gcp-service-account"
AZURE_CLIENT: Final = "azure.workload.identity/client-id"
AZURE_TENANT: Final = "azure.workload.identity/tenant-id"
AZURE_EXPIRATION: Final = "azure.workload.identity/service-account-token-expiration"
AZURE_USE: Final = "azure.workload.identity/use"
"""A pod label; people put it elsewhere too."""
AZURE_SKIP_CONTAINERS: Final = "azure.workload.identity/skip-containers"
AZURE_PROXY: Final = "azure.workload.identity/inject-proxy-sidecar"
AZURE_PROXY_PORT: Final = "azure.workload.identity/proxy-sidecar-port"
GCP_PROVIDER: Final = "cloud.google.com/workload-identity-provider"
GCP_MAIL: Final = "cloud.google.com/service-account-email"
GCP_AUDIENCE: Final = "cloud.google.com/audience"
GCP_EXPIRATION: Final = "cloud.google.com/token-expiration"
GCP_RUN_AS: Final = "cloud.google.com/gcloud-run-as-user"
GCP_MODE: Final = "cloud.google.com/injection-mode"
GCP_SKIP_CONTAINERS: Final = "cloud.google.com/skip-containers"
GCP_CREDENTIALS: Final = "cloud.google.com/external-credentials-json"
KIAM_ROLE: Final = "iam.amazonaws.com/role"
"""kube2iam and kiam: legacy."""
AAD_BINDING: Final = "aadpodidbinding"
"""AAD Pod Identity's pod label: legacy."""
SPIRE_MANAGED: Final = "spiffe.io/spire-managed-identity"
"""A pod label of SPIRE's examples."""

ANNOTATIONS: Final = frozenset(
    {
        EKS_ROLE, EKS_AUDIENCE, EKS_REGIONAL, EKS_EXPIRATION, EKS_SKIP_CONTAINERS,
        GKE_ACCOUNT,
        AZURE_CLIENT, AZURE_TENANT, AZURE_EXPIRATION, AZURE_SKIP_CONTAINERS, AZURE_PROXY,
        AZURE_PROXY_PORT,
        GCP_PROVIDER, GCP_MAIL, GCP_AUDIENCE, GCP_EXPIRATION, GCP_RUN_AS, GCP_MODE,
        GCP_SKIP_CONTAINERS, GCP_CREDENTIALS,
        KIAM_ROLE,
    }
)  # fmt: skip
"""Annotations of service accounts and pods."""
LABELS: Final = frozenset(
    {AZURE_USE, EKS_SKIP_WEBHOOK, EKS_POD_IDENTITY, AAD_BINDING, SPIRE_MANAGED}
)
"""Labels of pods."""
KNOWN: Final = ANNOTATIONS | LABELS
_PREFIXED: Final = ("azure.workload.identity/use-",)
"""Azure Workload Identity 1.6: custom token endpoints, one key each."""
_DISTINCTIVE: Final = {
    key.partition("/")[2]: key for key in (EKS_ROLE, GKE_ACCOUNT, EKS_REGIONAL, AZURE_PROXY)
}
"""Suffixes that no other tool uses: under another domain they are meant for this one."""
_AZURE_SUFFIXES: Final = {key.partition("/")[2]: key for key in (AZURE_CLIENT, AZURE_TENANT)}
_MAX_EDITS = 2


def meant_for(key: str) -> str:
    """The known key that `key` misspells; empty when it is one itself, or like none."""
    return _meant_for(key) if len(key) <= 317 else ""  # what a label's or annotation's key may have


@lru_cache(maxsize=8192)
def _meant_for(key: str) -> str:
    if key in KNOWN or key.startswith(_PREFIXED):
        return ""
    folded = key.casefold()
    domain, slash, suffix = folded.partition("/")
    suffix = suffix.replace("_", "-")
    if slash and suffix in _DISTINCTIVE:
        return _DISTINCTIVE[suffix]
    if slash and suffix in _AZURE_SUFFIXES and "azure" in domain and "identity" in domain:
        return _AZURE_SUFFIXES[suffix]
    near = [known for known in sorted(KNOWN) if _near(folded, known)]
    return min(near, key=lambda known: (edits(folded, known), known), default="")


def _near(key: str, known: str) -> bool:
    return abs(len(key) - len(known)) <= _MAX_EDITS and edits(key, known) <= _MAX_EDITS


def edits(one: str, two: str) -> int:
    """How many characters must be inserted, removed or replaced to turn `one` into `two`."""
    row = list(range(len(two) + 1))
    for i, a in enumerate(one, 1):
        above, row[0] = row[0], i
        for j, b in enumerate(two, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (a != b))
    return row[-1]


def wanted_key(key: str) -> bool:
    """Whether an annotation or label of that key says something of a cloud identity, or would."""
    return key in KNOWN or key.startswith(_PREFIXED) or bool(meant_for(key))


_PATH = re.compile(r"(?:/[\w.@%+:,~-]+){2,24}/?|[A-Za-z]:(?:[\\/][\w.@%+:,~ -]+){1,24}", re.ASCII)
_ARN = re.compile(r"\s*arn[!-~]{0,300}\s*|[\w+=,.@/-]{0,200}role/[\w+=,.@/-]{1,128}", re.ASCII)
_GUID = re.compile(r"\s*\{?[0-9A-Fa-f]{1,12}(?:-[0-9A-Fa-f]{0,16}){1,8}\}?\s*")
_WORD = re.compile(r"[a-z0-9][a-z0-9:.-]{0,62}")
_SWITCH = re.compile(r"(?i:true|false|yes|no|on|off|1|0)|regional|legacy")
_URL = re.compile(r"(?:https?|unix|file)://[^\s@?#]{1,200}")

PUBLIC_ENV: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "AWS_ROLE_ARN": _ARN,
        "AWS_WEB_IDENTITY_TOKEN_FILE": _PATH,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": _URL,
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": _PATH,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": _PATH,
        "AWS_STS_REGIONAL_ENDPOINTS": _SWITCH,
        "AWS_REGION": _WORD,
        "AWS_DEFAULT_REGION": _WORD,
        "AWS_PROFILE": _WORD,
        "AWS_DEFAULT_PROFILE": _WORD,
        "AWS_CONFIG_FILE": _PATH,
        "AWS_SHARED_CREDENTIALS_FILE": _PATH,
        "AWS_EC2_METADATA_DISABLED": _SWITCH,
        "AZURE_CLIENT_ID": _GUID,
        "AZURE_TENANT_ID": _GUID,
        "AZURE_FEDERATED_TOKEN_FILE": _PATH,
        "AZURE_AUTHORITY_HOST": _URL,
        "AZURE_CLIENT_CERTIFICATE_PATH": _PATH,
        "AZURE_KUBERNETES_TOKEN_PROXY": _URL,
        "GOOGLE_APPLICATION_CREDENTIALS": _PATH,
        "CLOUDSDK_CONFIG": _PATH,
        "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE": _PATH,
        "GOOGLE_CLOUD_PROJECT": _WORD,
        "GCP_PROJECT": _WORD,
        "GCLOUD_PROJECT": _WORD,
        "CLOUDSDK_CORE_PROJECT": _WORD,
        "SPIFFE_ENDPOINT_SOCKET": _URL,
    }
)
"""Environment variables whose values are public, and what such a value looks like."""

AWS_KEY: Final = frozenset({"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"})
AWS_SECRET: Final = frozenset({"AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"})
STATIC_ENV: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys((*AWS_KEY, *AWS_SECRET, "AWS_SESSION_TOKEN"), "aws"),
        **dict.fromkeys(
            (
                "AZURE_CLIENT_SECRET",
                "AZURE_CLIENT_CERTIFICATE_PATH",
                "AZURE_USERNAME",
                "AZURE_PASSWORD",
                "AZURE_STORAGE_KEY",
                "AZURE_STORAGE_ACCOUNT_KEY",
                "AZURE_STORAGE_CONNECTION_STRING",
                "AZURE_STORAGE_SAS_TOKEN",
                "ARM_CLIENT_SECRET",
                "ARM_ACCESS_KEY",
            ),
            "azure",
        ),
        **dict.fromkeys(
            (
                "GOOGLE_CREDENTIALS",
                "GOOGLE_CLOUD_KEYFILE_JSON",
                "GOOGLE_APPLICATION_CREDENTIALS_JSON",
                "GOOGLE_SERVICE_ACCOUNT_KEY",
                "GCLOUD_SERVICE_KEY",
                "GCP_SERVICE_ACCOUNT_KEY",
            ),
            "gcp",
        ),
    }
)
"""Environment variables that hold a static credential, and of which cloud."""
_CLOUD_PREFIXES = ("AWS_", "AZURE_", "ARM_", "GOOGLE_", "GCP_", "GCLOUD_", "CLOUDSDK_", "SPIFFE_")


@lru_cache(maxsize=8192)
def wanted_env(name: str, secret_key: str) -> bool:
    """Whether an environment variable names a cloud, or takes a static key from a Secret."""
    return name.startswith(_CLOUD_PREFIXES) or static_cloud(secret_key) != ""


def static_cloud(name: str) -> str:
    """The cloud (`aws`, `azure`, `gcp`) that a variable, or a key of a Secret, of this name holds a
    static credential for; empty when it does not."""
    return STATIC_ENV.get(name.upper().replace("-", "_").replace(".", "_"), "")


_CREDENTIAL = re.compile(
    r"""
      \s*\{\s*"                                 # a key file
    | (?s:.)*(?:
        -----BEGIN | ://[^/\s@]*:[^/\s@]*@       # a key; a password in a URL
      | (?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{12}   # AWS: access key id
      | \beyJ[\w-]{8,}\.                         # a token
      | \w{3}[78]Q~ | \bAIza[\w-]{30}            # Entra ID: client secret; Google: API key
      | (?i:AccountKey|SharedAccessKey|sig|password|token)=
    )
    | \s*(?=\S*[a-z])(?=\S*[A-Z])(?=\S*[0-9])[A-Za-z0-9/+]{40}\s*\Z   # AWS: secret access key
    """,
    re.VERBOSE | re.ASCII,
)
"""Texts that begin so are credentials, pasted where an identity belongs."""


def public_note(value: str) -> str:
    """An annotation's value as far as it is kept: cut; a credential only as `WITHHELD`."""
    cut = value[:MAX_VALUE]
    return WITHHELD if _CREDENTIAL.match(cut) else cut


def public_value(name: str, value: str) -> str | None:
    """The value of an environment variable where it may be kept, else None."""
    looks = PUBLIC_ENV.get(name)
    if looks is None or len(value) > MAX_VALUE or not looks.fullmatch(value):
        return None
    return value
