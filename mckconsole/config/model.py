"""The shape of the configuration file.

Keys are camelCase in YAML. Unknown keys are errors. There is no key that holds a secret value:
credentials are named by file. Field docstrings are the reference documentation
(`mckconsole config schema`).
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

Seconds = Annotated[float, Meta(gt=0, le=86_400)]
NonEmpty = Annotated[str, Meta(min_length=1)]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Base of every section: unknown keys are errors."""


class BasicAuth(Section, frozen=True):
    """HTTP basic authentication."""

    username: NonEmpty
    """Not a secret: it may appear in messages."""
    password_file: NonEmpty
    """File that holds the password; re-read when it changes."""


class PrometheusTLS(Section, frozen=True):
    """TLS towards a Prometheus endpoint."""

    ca_file: str = ""
    """PEM bundle to trust instead of the system's."""
    cert_file: str = ""
    """Client certificate (PEM), together with `keyFile`."""
    key_file: str = ""
    """Key of the client certificate (PEM)."""
    insecure_skip_verify: bool = False
    """Trust any certificate; reported as a warning for as long as it is so."""


class PrometheusConfig(Section, frozen=True):
    """One Prometheus-compatible endpoint: for one cluster, for some, or for the whole fleet."""

    name: NonEmpty
    """How findings and errors call it."""
    url: Annotated[str, Meta(pattern=r"^https?://")]
    """Base URL; `/api/v1/query` or `/federate` is appended."""
    api: Literal["query", "federate"] = "query"
    """`query` is the HTTP API (Prometheus, Thanos, Mimir, VictoriaMetrics), `federate` the text
    exposition of `/federate`, which carries external labels but no functions."""
    clusters: list[NonEmpty] = field(default_factory=list)
    """Clusters (names or globs) whose metrics this endpoint holds. Exactly one plain name: every
    series belongs to it. Empty: fleet-wide, told apart by `clusterLabel`."""
    cluster_label: str = ""
    """Label that names the cluster; empty tries cluster, k8s_cluster_name, cluster_name,
    cluster_id, clusterName, kubernetes_cluster, k8s_cluster in this order."""
    cluster_names: dict[str, str] = field(default_factory=dict)
    """Label value to cluster name, where they differ."""
    bearer_token_file: str = ""
    """File that holds a bearer token; re-read when it changes."""
    basic_auth: BasicAuth | None = None
    """User name and password file, instead of a token."""
    headers: dict[str, str] = field(default_factory=dict)
    """Extra request headers, such as X-Scope-OrgID. Not for secrets."""
    tls: PrometheusTLS = PrometheusTLS()
    """TLS towards this endpoint."""
    timeout: Seconds = 10.0
    """Seconds one query may take."""


class MeshConfig(Section, frozen=True):
    """Thresholds of the mesh pane."""

    slow_ms: Annotated[float, Meta(gt=0)] = 500.0
    """Average round trip from which a tunnel is SLOW, milliseconds."""
    critical_ms: Annotated[float, Meta(gt=0)] = 1000.0
    """Average round trip from which SLOW is critical, milliseconds."""
    stale_seconds: Seconds = 15.0
    """Gateway heartbeat age from which its word is stale (Submariner's own rule)."""
    dead_seconds: Seconds = 60.0
    """Heartbeat age from which stale is critical."""


class IdentityConfig(Section, frozen=True):
    """What is meant to be of workloads' cloud identities, where rules cannot know."""

    accounts: list[NonEmpty] = field(default_factory=list)
    """AWS accounts (in quotes: YAML takes them for numbers), Google projects (by id; for workload
    identity pools by number) and Azure tenants that identities may lie in; empty allows all."""
    shared_limit: Annotated[int, Meta(ge=1)] = 3
    """Service accounts of one cluster that may share an identity before it is a finding."""
    unused_days: Annotated[float, Meta(gt=0, le=3650)] = 30.0
    """Days after which an identity that nothing uses is a finding."""


class AuditConfig(Section, frozen=True):
    """The audit of secrets and certificates."""

    scan_values: list[NonEmpty] = field(default_factory=list)
    """Clusters (names or globs) in which the values of Secrets and ConfigMaps are looked at. No
    value is kept, shown or written; elsewhere only metadata is asked for."""
    by_name: bool = False
    """Report also what only its name makes a credential (tier C)."""
    strict_certificates: bool = False
    """Pass a certificate only with 90 days left and something that renews it."""
    max_age_days: Annotated[float, Meta(gt=0, le=3650)] = 90.0
    """Days after which a static credential that was not written anew is a finding."""


class ClusterConfig(Section, frozen=True):
    """Settings for the contexts that match."""

    context: NonEmpty
    """Context name or glob."""
    name: str = ""
    """Name to show instead of the context's; only with a context that is no glob."""
    groups: list[NonEmpty] = field(default_factory=list)
    """Groups for scoping (`prod`, `eu` …)."""


class ExecConfig(Section, frozen=True):
    """Which credential plugins of the kubeconfig may run."""

    policy: Literal["allow-all", "deny-all", "allowlist"] = "allow-all"
    """`allow-all`, `deny-all`, or only those of `allowlist`."""
    allowlist: list[NonEmpty] = field(default_factory=list)
    """Commands as configured in the kubeconfig, or resolved paths."""
    timeout: Seconds = 30.0
    """Seconds after which a plugin is ended and its clusters are shown as login-required."""


class Config(Section, frozen=True):
    """The whole file."""

    read_only: bool = False
    """`true` locks read-only: no flag and no key lifts it. Without it read-only is the default."""
    kubeconfig: list[NonEmpty] = field(default_factory=list)
    """Files to merge as KUBECONFIG would; empty uses --kubeconfig, KUBECONFIG, ~/.kube/config."""
    contexts: list[NonEmpty] = field(default_factory=list)
    """Context globs to open; empty opens all."""
    clusters: list[ClusterConfig] = field(default_factory=list)
    """Names and groups for contexts."""
    prometheus: list[PrometheusConfig] = field(default_factory=list)
    """Where metrics come from."""
    mesh: MeshConfig = MeshConfig()
    """Thresholds of the mesh pane."""
    identity: IdentityConfig = IdentityConfig()
    """What is meant to be of workloads' cloud identities."""
    audit: AuditConfig = AuditConfig()
    """The audit of secrets and certificates."""
    waivers: str = ""
    """YAML file of findings that somebody answers for: shown as waived, never hidden."""
    exec: ExecConfig = ExecConfig()
    """Which credential plugins may run."""
    connections: Annotated[int, Meta(ge=1, le=256)] = 32
    """How many clusters may be connecting at the same time."""
    request_timeout: Seconds = 60.0
    """Seconds one list page may take."""
    theme: str = ""
    """Theme of the console; empty: one that suits the terminal."""
    keymap: str = ""
    """File with other keys for the console; empty: keymap.yaml beside this file's default place."""
    exports: str = ""
    """Directory for what the console exports; empty: where it was started."""
    mouse: bool = True
    """Whether the console answers the mouse."""
