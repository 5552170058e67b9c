"""Parts of a scenario that say who workloads are in clouds, by which mechanism, and what is wrong.

A workload stands in `workloads.yaml`; here stands as whom it runs, what its service account
declares, what webhooks put into its pods, and what somebody wrote by hand.
"""

from __future__ import annotations

from typing import Literal

from msgspec import field

from mckconsole.demo.section import Section

Injector = Literal["irsa", "pod-identity", "azure", "azure-proxy", "gcp"]
"""A webhook, by whose identities it injects."""


class Declares(Section, frozen=True):
    """What a service account's annotations declare, and who wrote them when."""

    role: str = ""
    """AWS: ARN of the role."""
    google: str = ""
    """GKE: mail of the Google service account."""
    azure: str = ""
    """Client id."""
    tenant: str = ""
    """Azure's tenant, where it is not the cluster's."""
    provider: str = ""
    """Google's workload identity provider, for clusters outside of GKE."""
    mail: str = ""
    """The Google service account that goes with `provider`."""
    others: dict[str, str] = field(default_factory=dict)
    """Other annotations, as they stand."""
    by: str = "argocd-controller"
    """The field manager."""
    days_ago: float = 40.0
    """When it wrote last."""


class TokenVolume(Section, frozen=True):
    """A projected service account token, written into a template by hand."""

    mount: str
    """Directory in the container; empty mounts it nowhere."""
    audience: str = ""
    seconds: int = 3600
    path: str = "token"


class Login(Section, frozen=True):
    """Who one workload is."""

    workload: str
    """`namespace/name`."""
    where: list[str]
    """Cluster globs."""
    account: str = ""
    """Its service account; empty is one of the workload's name."""
    declares: Declares | None = None
    """Nothing, or what the service account declares."""
    account_labels: dict[str, str] = field(default_factory=dict)
    injected: list[Injector] = field(default_factory=list)
    """What webhooks put into its pods, whatever is declared."""
    skipped: list[str] = field(default_factory=list)
    """Containers that the webhooks left out."""
    env: dict[str, str] = field(default_factory=dict)
    """Variables by hand, in the first container (see `inside`)."""
    secret_env: dict[str, str] = field(default_factory=dict)
    """Variables from a Secret: `name/key`."""
    env_from: list[str] = field(default_factory=list)
    """Secrets of which all keys become variables."""
    tokens: dict[str, TokenVolume] = field(default_factory=dict)
    """Volume to token, by hand."""
    configs: dict[str, str] = field(default_factory=dict)
    """Mount path to ConfigMap."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Mount path to Secret."""
    inside: str = ""
    """The container that has what is by hand."""
    spiffe: bool = False
    """Whether its pods mount SPIRE's workload API."""
    labels: dict[str, str] = field(default_factory=dict)
    """Of its template."""
    annotations: dict[str, str] = field(default_factory=dict)
    """Of its template."""
    own_labels: dict[str, str] = field(default_factory=dict)
    """Of the Deployment itself, not of its pods."""
    api_token: bool | None = None
    """Whether its pods have a token for the API server; None has no say, so that they have one."""
    account_days: float | None = None
    """Age of the service account; as old as everything else when not given."""
    token_secret: str = ""
    """Name of a Secret that holds a lasting token of the service account."""
    written_by: str = "argocd-controller"
    """Who wrote the workload's template."""

    @property
    def account_name(self) -> str:
        """Name of the service account."""
        return self.account or self.workload.partition("/")[2]


class LoneAccount(Section, frozen=True):
    """A service account that no workload runs as."""

    account: str
    """`namespace/name`."""
    where: list[str]
    declares: Declares | None = None
    token_secret: str = ""


class WebhookModel(Section, frozen=True):
    """A webhook that injects identities."""

    by: Literal["irsa", "azure", "gcp"]
    service: str = ""
    """`namespace/name`; empty is in the provider's control plane."""
    failure_policy: Literal["Ignore", "Fail"] = "Ignore"
    ca: str = "webhook"
    """A certificate of `certificates.yaml`."""


class IdentityCluster(Section, frozen=True):
    """What one cluster is to clouds."""

    issuer: str
    """Of service account tokens."""
    keys: list[str]
    """Ids of the keys that it publishes."""
    ca: str
    """Certificate that `kube-root-ca.crt` holds."""
    former_ca: dict[str, str] = field(default_factory=dict)
    """Namespace to the certificate that it holds there."""
    webhooks: list[WebhookModel] = field(default_factory=list)
    metadata_pools: list[str] = field(default_factory=list)
    """GKE: node pools that have the metadata server."""
    tenant: str = ""
    """Azure's default tenant."""
    roles_by_config: dict[str, str] = field(default_factory=dict)
    """`namespace/account` to the role that the webhook's ConfigMap gives it (kOps)."""


class Association(Section, frozen=True):
    """An EKS Pod Identity association that an operator in the cluster keeps."""

    account: str
    """`namespace/name`."""
    cluster: str
    role: str
    operator: Literal["ack", "crossplane"] = "ack"


class ExternalAccount(Section, frozen=True):
    """A ConfigMap with a credential configuration of Google's."""

    name: str
    """`namespace/name`."""
    cluster: str
    provider: str
    """`projects/…/providers/…`, or a fleet's `identitynamespace:POOL:MEMBERSHIP`."""
    file: str
    """Where it reads its token."""
    mail: str = ""
    """Service account to impersonate."""


class StoreModel(Section, frozen=True):
    """An object that uses a service account's identity without any pod."""

    name: str
    """`namespace/name`; without a namespace it is one of the whole cluster."""
    cluster: str
    kind: Literal["SecretStore", "ClusterSecretStore", "OCIRepository", "Bucket", "GitRepository"]
    cloud: Literal["aws", "gcp", "azure"]
    account: str
    """`namespace/name`, or the name alone in the same namespace."""


class Users(Section, frozen=True):
    """Objects around service accounts, which are neither pods nor accounts."""

    associations: list[Association] = field(default_factory=list)
    external_accounts: list[ExternalAccount] = field(default_factory=list)
    stores: list[StoreModel] = field(default_factory=list)


class Grant(Section, frozen=True):
    """A role and who has it."""

    name: str
    where: list[str]
    to: list[str]
    """`group:NAME`, `user:NAME` or `NAMESPACE/ACCOUNT`."""
    rules: list[str] = field(default_factory=list)
    """`GROUP RESOURCES VERBS`, `-` for the core group, lists with commas; empty grants a role that
    is there: `role`."""
    role: str = ""
    """A ClusterRole that is there already."""
    namespace: str = ""
    """Where it holds; empty holds everywhere."""
