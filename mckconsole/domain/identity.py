"""Projections that tell who a workload is in a cloud: service accounts, webhooks, associations.

Pods are in `pods`, roles and bindings in `rbac`. Of every object that could hold a credential only
names and public identifiers are kept.
"""

from __future__ import annotations

from hashlib import sha256
from typing import ClassVar

import msgspec
from msgspec import field
from msgspec.structs import force_setattr

from mckconsole.domain.core import PodTemplate
from mckconsole.domain.external import NO_CREDENTIALS, GoogleCredentials, read_credentials
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.managed import ManagedMeta
from mckconsole.domain.objects import Key, Meta, OwnerReference, Projection
from mckconsole.domain.pods import NameRef, kept_annotations
from mckconsole.domain.upgrade import LabelSelector


class AccountMeta(ManagedMeta, frozen=True, gc=False, rename="camel"):
    """ServiceAccount metadata: annotations that concern cloud identities, and who wrote them."""

    annotations: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.annotations:
            force_setattr(self, "annotations", kept_annotations(self.annotations))


class ServiceAccount(Projection, frozen=True, gc=False, rename="camel"):
    """core/v1 ServiceAccount."""

    metadata: AccountMeta = AccountMeta()
    automount_service_account_token: bool | None = None
    secrets: tuple[NameRef, ...] = ()

    kind: ClassVar[str] = "ServiceAccount"


class OwnedMeta(Meta, frozen=True, gc=False, rename="camel"):
    """Metadata with the references to owners."""

    owner_references: tuple[OwnerReference, ...] = ()


class JobSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Job spec."""

    template: PodTemplate = PodTemplate()


class Job(Projection, frozen=True, gc=False):
    """batch/v1 Job: whose it is."""

    metadata: OwnedMeta = OwnedMeta()
    spec: JobSpec = JobSpec()

    api_group: ClassVar[str] = "batch"
    kind: ClassVar[str] = "Job"


class JobTemplate(msgspec.Struct, frozen=True, gc=False):
    """What a CronJob makes Jobs of."""

    spec: JobSpec = JobSpec()


class CronJobSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """CronJob spec."""

    schedule: str = ""
    suspend: bool = False
    job_template: JobTemplate = JobTemplate()


class CronJobStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """When it last ran to a good end, RFC 3339."""

    last_successful_time: str = ""


class CronJob(Projection, frozen=True, gc=False):
    """batch/v1 CronJob."""

    metadata: ManagedMeta = ManagedMeta()
    spec: CronJobSpec = CronJobSpec()
    status: CronJobStatus = CronJobStatus()

    api_group: ClassVar[str] = "batch"
    kind: ClassVar[str] = "CronJob"


class WebhookService(msgspec.Struct, frozen=True, gc=False):
    """The Service that answers a webhook."""

    name: str = ""
    namespace: str = ""


class ClientConfig(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """How the API server reaches a webhook."""

    service: WebhookService | None = None
    url: str = ""
    ca_bundle: str = ""
    """Base64 of PEM: certificates, nothing secret."""


class WebhookRule(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Which requests a webhook is asked about; `*` stands for all."""

    api_groups: tuple[str, ...] = ()
    api_versions: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    """Plurals, `pods/eviction` with their subresource, or `*/*`."""
    scope: str = "*"
    """`Cluster`, `Namespaced` or `*`."""


class MatchCondition(msgspec.Struct, frozen=True, gc=False):
    """A CEL expression that narrows what a webhook is asked about; only its name is read."""

    name: str = ""


class Webhook(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One webhook of a configuration."""

    name: str = ""
    client_config: ClientConfig = ClientConfig()
    failure_policy: str = "Fail"
    match_policy: str = "Equivalent"
    """`Exact`: asked only where the request's own version is in a rule."""
    rules: tuple[WebhookRule, ...] = ()
    namespace_selector: LabelSelector | None = None
    """None, as an empty one, selects every namespace."""
    object_selector: LabelSelector | None = None
    match_conditions: tuple[MatchCondition, ...] = ()


class InjectorAnnotations(msgspec.Struct, frozen=True, gc=False):
    """Who keeps a CA bundle current."""

    inject_from: str = field(default="", name="cert-manager.io/inject-ca-from")
    inject_from_secret: str = field(default="", name="cert-manager.io/inject-ca-from-secret")
    inject_apiserver: str = field(default="", name="cert-manager.io/inject-apiserver-ca")
    openshift: str = field(default="", name="service.beta.openshift.io/inject-cabundle")

    @property
    def injector(self) -> str:
        """The annotation in words, `cert-manager.io/inject-ca-from: ns/name`; empty for none."""
        for name, key in _INJECTORS.items():
            if value := getattr(self, name):
                return f"{key}: {value}"
        return ""


_INJECTORS = {one.name: one.encode_name for one in msgspec.structs.fields(InjectorAnnotations)}


class BundleMeta(ManagedMeta, frozen=True, gc=False, rename="camel"):
    """Metadata of what holds a CA bundle, and in which version it was written."""

    annotations: InjectorAnnotations = InjectorAnnotations()


class MutatingWebhookConfiguration(Projection, frozen=True, gc=False):
    """admissionregistration.k8s.io/v1 MutatingWebhookConfiguration."""

    metadata: BundleMeta = BundleMeta()
    webhooks: tuple[Webhook, ...] = ()

    api_group: ClassVar[str] = "admissionregistration.k8s.io"
    kind: ClassVar[str] = "MutatingWebhookConfiguration"


class TokenAnnotations(msgspec.Struct, frozen=True, gc=False):
    """Whose token it is."""

    account: str = field(default="", name="kubernetes.io/service-account.name")
    account_uid: str = field(default="", name="kubernetes.io/service-account.uid")


class TokenMeta(Meta, frozen=True, gc=False, rename="camel"):
    """Metadata of a token Secret."""

    annotations: TokenAnnotations = TokenAnnotations()


class TokenSecret(Projection, frozen=True, gc=False):
    """core/v1 Secret of type `kubernetes.io/service-account-token`, metadata only."""

    metadata: TokenMeta = TokenMeta()

    kind: ClassVar[str] = "Secret"


class RootCa(Projection, frozen=True, gc=False):
    """core/v1 ConfigMap `kube-root-ca.crt` of one namespace, as the hash of what it holds."""

    data: dict[str, str] = field(default_factory=dict)
    """`ca.crt`: SHA-256 in hex of its certificates' text; empty where there is none."""

    kind: ClassVar[str] = "ConfigMap"

    def __post_init__(self) -> None:
        text = self.data.get("ca.crt", "").strip()
        known = len(text) == 64 and text.isalnum()
        digest = text if known else sha256(text.encode("utf-8", "replace")).hexdigest()
        force_setattr(self, "data", {"ca.crt": digest if text else ""})


class IrsaConfigData(msgspec.Struct, frozen=True, gc=False):
    """Data of kOps' `pod-identity-webhook` ConfigMap."""

    config: str = ""
    """JSON: `{"ns/sa": {"RoleARN": …, "Audience": …}}`; no secret."""


class IrsaConfig(Projection, frozen=True, gc=False):
    """core/v1 ConfigMap `pod-identity-webhook`: roles of service accounts without annotations."""

    data: IrsaConfigData = IrsaConfigData()

    kind: ClassVar[str] = "ConfigMap"


class AzureConfigData(msgspec.Struct, frozen=True, gc=False):
    """Data of `azure-wi-webhook-config`."""

    tenant: str = field(default="", name="AZURE_TENANT_ID")


class AzureConfig(Projection, frozen=True, gc=False):
    """core/v1 ConfigMap `azure-wi-webhook-config`: the default tenant."""

    data: AzureConfigData = AzureConfigData()

    kind: ClassVar[str] = "ConfigMap"


class CredentialConfig(Projection, frozen=True, gc=False):
    """core/v1 ConfigMap, as far as it holds Google credential configurations."""

    data: dict[str, str] = field(default_factory=dict)
    """Empty once decoded."""
    google: dict[str, GoogleCredentials] = field(default_factory=dict)
    """By key; without anything secret."""

    kind: ClassVar[str] = "ConfigMap"

    def __post_init__(self) -> None:
        if self.data:
            found = {key: read_credentials(text) for key, text in self.data.items()}
            kept = {key: one for key, one in found.items() if one != NO_CREDENTIALS}
            force_setattr(self, "google", kept)
            force_setattr(self, "data", {})


class AssociationSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Which service account gets which role."""

    cluster_name: str = ""
    namespace: str = ""
    service_account: str = ""
    role_arn: str = field(default="", name="roleARN")


class PodIdentityAssociation(Projection, frozen=True, gc=False):
    """eks.services.k8s.aws PodIdentityAssociation of AWS Controllers for Kubernetes."""

    spec: AssociationSpec = AssociationSpec()

    api_group: ClassVar[str] = "eks.services.k8s.aws"
    kind: ClassVar[str] = "PodIdentityAssociation"


class UpboundParameters(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Crossplane's parameters of an association."""

    cluster_name: str = ""
    namespace: str = ""
    service_account: str = ""
    role_arn: str = ""


class UpboundSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Spec of Crossplane's association."""

    for_provider: UpboundParameters = UpboundParameters()


class UpboundAssociation(Projection, frozen=True, gc=False):
    """eks.aws.upbound.io PodIdentityAssociation of Crossplane."""

    spec: UpboundSpec = UpboundSpec()

    api_group: ClassVar[str] = "eks.aws.upbound.io"
    kind: ClassVar[str] = "PodIdentityAssociation"


class AccountRef(msgspec.Struct, frozen=True, gc=False):
    """A service account that a store uses; without a namespace the store's own."""

    name: str = ""
    namespace: str = ""


class JwtAuth(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Sign in with a service account's token."""

    service_account_ref: AccountRef | None = None


class AwsAuth(msgspec.Struct, frozen=True, gc=False):
    """AWS authentication of a store."""

    jwt: JwtAuth | None = None


class AwsProvider(msgspec.Struct, frozen=True, gc=False):
    """AWS Secrets Manager or Parameter Store."""

    auth: AwsAuth = AwsAuth()


class GcpAuth(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """GCP authentication of a store."""

    workload_identity: JwtAuth | None = None


class GcpProvider(msgspec.Struct, frozen=True, gc=False):
    """GCP Secret Manager."""

    auth: GcpAuth = GcpAuth()


class AzureProvider(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Azure Key Vault."""

    service_account_ref: AccountRef | None = None


class StoreProvider(msgspec.Struct, frozen=True, gc=False):
    """The clouds among a store's providers."""

    aws: AwsProvider | None = None
    gcpsm: GcpProvider | None = None
    azurekv: AzureProvider | None = None


class StoreSpec(msgspec.Struct, frozen=True, gc=False):
    """Spec of a store."""

    provider: StoreProvider = StoreProvider()


class SecretStore(Projection, frozen=True, gc=False):
    """external-secrets.io SecretStore: uses a service account's identity without any pod."""

    spec: StoreSpec = StoreSpec()

    api_group: ClassVar[str] = "external-secrets.io"
    kind: ClassVar[str] = "SecretStore"


class ClusterSecretStore(SecretStore, frozen=True, gc=False):
    """external-secrets.io ClusterSecretStore."""

    kind: ClassVar[str] = "ClusterSecretStore"


class FluxSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What a Flux object signs in with."""

    service_account_name: str = ""
    provider: str = ""
    """`aws`, `gcp`, `azure` or `generic`."""


class FluxSource(Projection, frozen=True, gc=False):
    """source.toolkit.fluxcd.io OCIRepository: reads a registry, perhaps as a cloud identity."""

    spec: FluxSpec = FluxSpec()

    api_group: ClassVar[str] = "source.toolkit.fluxcd.io"
    kind: ClassVar[str] = "OCIRepository"


class FluxBucket(FluxSource, frozen=True, gc=False):
    """source.toolkit.fluxcd.io Bucket."""

    kind: ClassVar[str] = "Bucket"


class FluxGit(FluxSource, frozen=True, gc=False):
    """source.toolkit.fluxcd.io GitRepository."""

    kind: ClassVar[str] = "GitRepository"


class Document(Projection, frozen=True, gc=False):
    """A document that a cluster serves beside its API."""

    path: ClassVar[str] = ""

    @property
    def key(self) -> Key:
        return ("", type(self).path)

    def ref(self, version: str) -> ObjectRef:
        return ObjectRef("", type(self).kind, "", type(self).path)


class IssuerDocument(Document, frozen=True, gc=False):
    """OpenID discovery of the cluster's service account issuer."""

    issuer: str = ""

    kind: ClassVar[str] = "OpenIDConfiguration"
    path: ClassVar[str] = "/.well-known/openid-configuration"


class SigningKey(msgspec.Struct, frozen=True, gc=False):
    """One public key; only its id."""

    kid: str = ""


class KeySet(Document, frozen=True, gc=False):
    """The public keys that service account tokens are signed with."""

    keys: tuple[SigningKey, ...] = ()

    kind: ClassVar[str] = "JSONWebKeySet"
    path: ClassVar[str] = "/openid/v1/jwks"
