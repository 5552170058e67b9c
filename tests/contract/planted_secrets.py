"""What must be found of the demo's credentials: rule, tier and every place, by what they are.

Written down from `scenario/default/holders.yaml`, `literals.yaml` and `submariner.yaml` by hand;
nothing here is derived from what the product says.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.secrets.model import AuditPolicy, Credential
from mckconsole.config.model import AuditConfig
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.reader import read_fleet
from tests.contract.planted import PLAN

APPLIED = "metadata.annotations['kubectl.kubernetes.io/last-applied-configuration']"
ENV = "spec.template.spec.containers[0].env"
MEMBERS = ("aks-weu-1", "aws-use1-1", "aws-usw2-1", "gcp-eu-1", "onprem-1")
READABLE = tuple(name for name in MEMBERS if name != "aws-usw2-1")
"""Clusters in which the Secrets of Submariner may be read."""


class Expected(NamedTuple):
    """One credential."""

    name: str
    """As `credentials.yaml` calls it."""
    rule: str
    tier: str
    places: frozenset[str]
    """`cluster kind namespace/name path`; a pair at two keys is one place with two paths."""
    severity: str = ""
    """Where it is not the rule's own, or proves a point; empty: any."""
    inner: bool = False
    """It is found without values: it stands in a specification, for whoever sees the object."""

    def __str__(self) -> str:
        return self.name


def _row(
    name: str, rule: str, tier: str, *places: str, severity: str = "", inner: bool = False
) -> Expected:
    return Expected(name, f"SEC-{rule}", tier, frozenset(places), severity, inner)


def _everywhere(names: Iterable[str], rest: str) -> tuple[str, ...]:
    return tuple(f"{name} {rest}" for name in names)


_OPERATOR = "submariner-operator"
EXPECTED: tuple[Expected, ...] = (
    # clouds
    _row("billing-s3", "AWS-ACCESS-KEY", "A",
         "aws-use1-1 Secret billing/s3-legacy data['AWS_ACCESS_KEY_ID'] and "
         "data['AWS_SECRET_ACCESS_KEY']",
         f"aws-use1-1 Secret billing/s3-legacy {APPLIED} › JSON data.AWS_ACCESS_KEY_ID › base64",
         "gcp-eu-1 ConfigMap billing/exporter-env data['env'] › dotenv AWS_ACCESS_KEY_ID",
         severity="critical"),
    _row("debug-aws", "AWS-ACCESS-KEY", "A",
         "aws-use1-1 Secret support/debug-aws data['AWS_ACCESS_KEY_ID'] and "
         "data['AWS_SECRET_ACCESS_KEY']",
         severity="critical"),
    _row("mainframe-aws", "AWS-ACCESS-KEY", "A",
         "onprem-1 Secret legacy/mainframe-aws data['AWS_ACCESS_KEY_ID'] and "
         "data['AWS_SECRET_ACCESS_KEY']"),
    _row("velero-aws", "AWS-ACCESS-KEY", "A",
         "onprem-1 Secret backup/cloud-credentials data['cloud'] › INI default.aws_access_key_id"),
    _row("catalog-aws", "AWS-ACCESS-KEY", "A",
         "gcp-eu-1 Secret shop/catalog-s3 data['access-key'] and data['secret-key']"),
    _row("state-aws", "AWS-ACCESS-KEY", "A",
         "aws-use1-1 Secret platform/tfstate-default-network data['tfstate'] › gzip › "
         "JSON resources[0].instances[0].attributes.id"),
    _row("trainer-session", "AWS-ACCESS-KEY", "A",
         "aws-use1-1 Secret ml/trainer-session data['credentials'] › "
         "INI default.aws_access_key_id",
         severity="medium"),
    _row("trainer-session token", "AWS-SESSION-TOKEN", "B",
         "aws-use1-1 Secret ml/trainer-session data['credentials'] › "
         "INI default.aws_session_token",
         severity="low"),
    _row("embeddings-key", "GCP-SERVICE-ACCOUNT-KEY", "A",
         "gcp-eu-1 Secret recs/embeddings-key data['key.json'] › JSON private_key",
         severity="critical"),
    _row("notebook-login", "GCP-USER-CREDENTIALS", "A",
         "gcp-eu-1 Secret recs/notebook-adc data['application_default_credentials.json'] › "
         "JSON refresh_token",
         severity="critical"),
    _row("maps-key", "GCP-API-KEY", "B",
         "gcp-eu-1 ConfigMap web/frontend-config data['config.js'] › line 1"),
    _row("replica-app", "AZURE-CLIENT-SECRET", "A",
         "aks-weu-1 Secret data/replica-sp data['AZURE_CLIENT_SECRET']", severity="critical"),
    _row("cloud-app", "AZURE-CLIENT-SECRET", "A",
         "aks-weu-1 ConfigMap kube-system/azure-cloud-provider data['cloud.conf'] › "
         "JSON aadClientSecret"),
    _row("render-storage", "AZURE-CONNECTION-STRING", "A",
         "aks-weu-1 Secret media/render-storage data['connection']"),
    _row("exports-sas", "AZURE-SAS-TOKEN", "A",
         "aks-weu-1 ConfigMap media/exports data['TARGET']", severity="high"),
    _row("digitalocean", "DIGITALOCEAN-TOKEN", "B",
         "onprem-1 HelmChart kube-system/external-dns spec.valuesContent › "
         "YAML digitalocean.apiToken", inner=True),
    # registries
    _row("ecr", "DOCKER-AUTH", "A",
         "aws-use1-1 Secret shop/registry-ecr data['.dockerconfigjson'] › "
         "JSON auths['000000000000.dkr.ecr.us-east-1.amazonaws.com'].password",
         severity="low"),
    _row("puller-key", "DOCKER-AUTH", "A",
         "gcp-eu-1 Secret media/registry-gcr data['.dockerconfigjson'] › "
         "JSON auths['europe-west1-docker.pkg.dev'].password",
         severity="critical"),
    _row("acr", "DOCKER-AUTH", "A",
         "aks-weu-1 Secret payments/registry-acr data['.dockerconfigjson'] › "
         "JSON auths['retail.azurecr.io'].auth",
         severity="high"),
    _row("harbor", "DOCKER-AUTH", "A", *_everywhere(
        ("aks-weu-1", "aws-use1-1"),
        "Secret web/registry-harbor data['.dockerconfigjson'] › "
        "JSON auths['harbor.retail.internal'].password")),
    # services
    _row("github", "GITHUB-TOKEN", "A",
         "aws-use1-1 Secret ci/github data['token']",
         f"aws-use1-1 Secret ci/github {APPLIED} › JSON data.token › base64",
         "gcp-eu-1 Secret flux-system/git-auth data['password']"),
    _row("npm", "NPM-TOKEN", "A", "aws-use1-1 ConfigMap ci/npmrc data['.npmrc'] › line 2"),
    _row("gitlab", "GITLAB-TOKEN", "B",
         "gcp-eu-1 Deployment media/render spec.template.spec.containers[0].args[1]", inner=True),
    _row("slack-hook", "SLACK-WEBHOOK", "B",
         "aks-weu-1 Deployment crm/deals "
         "spec.template.spec.containers[0].lifecycle.preStop.exec.command[2]",
         "aws-use1-1 Secret shop/sh.helm.release.v1.catalog.v1 data['release'] › base64 › gzip › "
         "JSON config.alerts", inner=True),
    _row("slack-bot", "SLACK-TOKEN", "B",
         "gcp-eu-1 HelmRelease flux-system/chatops spec.values.slack.botToken", inner=True),
    _row("stripe", "STRIPE-KEY", "B",
         "aws-use1-1 Secret web/payments-key data['stripe']",
         "aws-use1-1 Application argocd/storefront spec.source.helm.values › "
         "YAML payments.stripeKey", inner=True),
    _row("stripe-former", "STRIPE-KEY", "B",
         f"aws-use1-1 ReplicaSet web/frontend-6d9f7b8c54 {ENV}[0].value", inner=True),
    _row("sendgrid", "SENDGRID-KEY", "B", f"aks-weu-1 Deployment shop/notify {ENV}[0].value",
         inner=True),
    _row("vault", "VAULT-TOKEN", "B",
         "aws-use1-1 Secret platform/vault-bootstrap data['VAULT_TOKEN']"),
    _row("vault-former", "VAULT-TOKEN", "B",
         "aws-usw2-1 ControllerRevision orders/stream-7c5d6b9f48 "
         "data.spec.template.spec.containers[0].env[0].value", inner=True),
    # addresses
    _row("catalog-db", "URL-CREDENTIALS", "B",
         f"aws-use1-1 Deployment shop/catalog {ENV}[0].value",
         f"gcp-eu-1 Deployment shop/catalog {ENV}[1].value", inner=True),
    _row("customs-db", "URL-CREDENTIALS", "B",
         "aws-use1-1 Secret erp/customs-db data['url']",
         f"aws-use1-1 Secret erp/customs-db {APPLIED} › JSON stringData.url"),
    _row("migrate-db", "URL-CREDENTIALS", "B", f"aws-use1-1 Job erp/migrate {ENV}[0].value",
         inner=True),
    _row("search-db", "URL-CREDENTIALS", "B",
         "aws-use1-1 Secret shop/sh.helm.release.v1.catalog.v1 data['release'] › base64 › gzip › "
         "JSON config.database"),
    _row("queue-url", "URL-CREDENTIALS", "B",
         f"aws-usw2-1 StatefulSet orders/queue {ENV}[0].value", inner=True),
    _row("shell-url", "URL-CREDENTIALS", "B",
         "aws-use1-1 Pod support/debug-shell spec.containers[0].env[3].value", inner=True),
    _row("probe-login", "AUTHORIZATION-HEADER", "B",
         "aks-weu-1 Deployment crm/contacts "
         "spec.template.spec.containers[0].readinessProbe.httpGet.httpHeaders[0].value",
         inner=True),
    # clusters
    _row("deployer-token", "KUBECONFIG", "A",
         "aws-use1-1 ConfigMap ci/deployer-kubeconfig data['config'] › YAML users[0].user.token",
         severity="critical"),
    _row("edge-admin", "KUBECONFIG", "A",
         "onprem-1 Secret capi-system/edge-fra-1-kubeconfig data['value'] › "
         "YAML users[0].user.client-key-data",
         severity="critical"),
    _row("argocd-token", "ARGOCD-CLUSTER", "A",
         "aws-use1-1 Secret argocd/cluster-gcp-eu-1 data['config'] › JSON bearerToken",
         severity="critical"),
    _row("expired-token", "K8S-SERVICE-ACCOUNT-TOKEN", "A",
         "gcp-eu-1 Secret crm/importer-token data['token']", severity="info"),
    _row("broker-token", "SUBMARINER-BROKER-TOKEN", "A",
         *_everywhere(READABLE, f"Secret {_OPERATOR}/submariner-broker-secret data['token']"),
         "aws-use1-1 Secret submariner-k8s-broker/cluster-prod-token data['token']",
         *_everywhere(
        MEMBERS, f"Submariner {_OPERATOR}/submariner spec.brokerK8sApiServerToken"),
         *_everywhere(
        MEMBERS, f"ServiceDiscovery {_OPERATOR}/service-discovery spec.brokerK8sApiServerToken"),
        severity="critical", inner=True),
    _row("psk", "SUBMARINER-PSK", "A",
         *_everywhere(MEMBERS, f"Submariner {_OPERATOR}/submariner spec.ceIPSecPSK"),
         *_everywhere(READABLE, f"Secret {_OPERATOR}/submariner-ipsec-psk data['psk']"),
         severity="critical", inner=True),
    # keys that are not only where they belong
    _row("deploy-ssh", "PRIVATE-KEY", "A",
         "aws-use1-1 Secret ci/deploy-key data['ssh-privatekey']",
         "gcp-eu-1 ConfigMap media/git-sync data['id_ed25519']"),
    _row("frontend", "PRIVATE-KEY", "A",
         *_everywhere(("aks-weu-1", "aws-use1-1"), "Secret web/frontend-tls data['tls.key']"),
         "aws-use1-1 ConfigMap web/proxy-files data['proxy.pem']"),
)  # fmt: skip
BY_NAME = Expected(
    "catalog-admin", "SEC-GENERIC-SECRET", "C",
    frozenset({"aws-use1-1 Secret shop/catalog-admin data['password']"}),
)  # fmt: skip
"""Found only when asked for what its name tells alone."""
UNREAD = frozenset({"gateway-aws", "search-db in reports"})
"""In Secrets that may not be read: they must not be found, and must be told as not read."""
EXPECTED_WHERE_THEY_BELONG = frozenset(
    {
        "aws-use1-1 Secret monitoring/prometheus-basic",
        "aws-use1-1 Secret billing/exporter-token",
        "aws-use1-1 Secret istio-system/cacerts",
        "onprem-1 Secret kube-system/bootstrap-token-*",
        "onprem-1 Secret kube-system/cilium-ca",
        "aws-use1-1 Secret shop/shop-tls",
        "onprem-1 Secret plant/plc-tls",
    }
)
"""Credentials that are there for a purpose and nowhere else: no finding of a credential."""
METADATA = frozenset(
    {
        ("SEC-BOOTSTRAP-ENDLESS", "onprem-1", "bootstrap-token-*"),
        ("SEC-LAST-APPLIED", "aws-use1-1", "s3-legacy"),
        ("SEC-LAST-APPLIED", "aws-use1-1", "github"),
        ("SEC-LAST-APPLIED", "aws-use1-1", "customs-db"),
        ("SEC-LEGACY-TOKEN", "aws-use1-1", "exporter-token"),
        ("SEC-LEGACY-TOKEN", "aws-use1-1", "cluster-prod-token"),
    }
)
"""Rule, cluster and name of what metadata alone tell."""


async def read(
    fleet: EmbeddedFleet, *, values: bool, by_name: bool = False
) -> tuple[FleetSnapshot, Analysis]:
    """One report's worth of reading."""
    audit = AuditConfig(scan_values=["*"] if values else [], by_name=by_name)
    config = msgspec.structs.replace(fleet.config, request_timeout=1.5, audit=audit)
    inventory = load_kubeconfig(str(fleet.kubeconfig), env={}, config=config)
    store = await read_fleet(inventory, PLAN, config=config)
    snapshot = store.snapshot()
    return snapshot, analyse(snapshot, audit=AuditPolicy(by_name=by_name))


def places(credential: Credential) -> frozenset[str]:
    """Where it was found, as the table has it; what is random in names is `*`."""
    found = set()
    for one in credential.places:
        place = f"{one.object.namespace}/{one.object.name}"
        if one.object.name.startswith("bootstrap-token-"):
            place = f"{one.object.namespace}/bootstrap-token-*"
        found.add(f"{one.cluster} {one.object.kind} {place} {one.path}")
    return frozenset(found)
