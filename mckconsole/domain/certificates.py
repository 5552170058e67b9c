"""Projections of what issues, carries, trusts or refers to certificates.

Certificates themselves are `audit.CertificateSeen`; those in Secrets come from the decoder, where
values may be looked at. What is decoded here (CA bundles) is public.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec
from msgspec import field

from mckconsole.domain.identity import BundleMeta, ClientConfig, Webhook
from mckconsole.domain.objects import Condition, Projection


class IssuerRef(msgspec.Struct, frozen=True, gc=False):
    """Who is asked for a certificate."""

    name: str = ""
    kind: str = "Issuer"
    group: str = "cert-manager.io"


class PrivateKeySpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What becomes of the key at renewal."""

    rotation_policy: str = ""
    """`Always` or `Never`; empty: the release's default."""


class RenewalSpec(msgspec.Struct, frozen=True, gc=False):
    """From cert-manager 1.21 on: whether it is renewed at all."""

    policy: str = ""
    """`RenewBefore` or `Disabled`."""


class CertificateSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """cert-manager Certificate spec."""

    secret_name: str = ""
    issuer_ref: IssuerRef = IssuerRef()
    common_name: str = ""
    dns_names: tuple[str, ...] = ()
    duration: str = ""
    private_key: PrivateKeySpec = PrivateKeySpec()
    renewal: RenewalSpec = RenewalSpec()


class CertificateStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """cert-manager Certificate status; times are RFC 3339."""

    not_before: str = ""
    not_after: str = ""
    renewal_time: str = ""
    revision: int = 0
    last_failure_time: str = ""
    failed_issuance_attempts: int = 0
    conditions: tuple[Condition, ...] = ()


class Certificate(Projection, frozen=True, gc=False):
    """cert-manager.io/v1 Certificate."""

    spec: CertificateSpec = CertificateSpec()
    status: CertificateStatus = CertificateStatus()

    api_group: ClassVar[str] = "cert-manager.io"
    kind: ClassVar[str] = "Certificate"


class IssuerStatus(msgspec.Struct, frozen=True, gc=False):
    """Whether it can issue."""

    conditions: tuple[Condition, ...] = ()


class Issuer(Projection, frozen=True, gc=False):
    """cert-manager.io/v1 Issuer."""

    status: IssuerStatus = IssuerStatus()

    api_group: ClassVar[str] = "cert-manager.io"
    kind: ClassVar[str] = "Issuer"


class ClusterIssuer(Issuer, frozen=True, gc=False):
    """cert-manager.io/v1 ClusterIssuer."""

    kind: ClassVar[str] = "ClusterIssuer"


class ValidatingWebhookConfiguration(Projection, frozen=True, gc=False):
    """admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration."""

    metadata: BundleMeta = BundleMeta()
    webhooks: tuple[Webhook, ...] = ()

    api_group: ClassVar[str] = "admissionregistration.k8s.io"
    kind: ClassVar[str] = "ValidatingWebhookConfiguration"


class ApiServiceRef(msgspec.Struct, frozen=True, gc=False):
    """The Service behind an API; None is the API server itself."""

    name: str = ""
    namespace: str = ""


class ApiServiceSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """APIService spec."""

    service: ApiServiceRef | None = None
    ca_bundle: str = ""
    """Base64 of PEM."""
    insecure_skip_tls_verify: bool = field(default=False, name="insecureSkipTLSVerify")


class ApiServiceStatus(msgspec.Struct, frozen=True, gc=False):
    """Whether the API server reaches it."""

    conditions: tuple[Condition, ...] = ()


class ApiService(Projection, frozen=True, gc=False):
    """apiregistration.k8s.io/v1 APIService."""

    metadata: BundleMeta = BundleMeta()
    spec: ApiServiceSpec = ApiServiceSpec()
    status: ApiServiceStatus = ApiServiceStatus()

    api_group: ClassVar[str] = "apiregistration.k8s.io"
    kind: ClassVar[str] = "APIService"


class ConversionWebhook(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Who converts between versions."""

    client_config: ClientConfig = ClientConfig()


class Conversion(msgspec.Struct, frozen=True, gc=False):
    """How versions are converted."""

    strategy: str = "None"
    webhook: ConversionWebhook | None = None


class CrdNames(msgspec.Struct, frozen=True, gc=False):
    """What a custom kind is called."""

    kind: str = ""
    plural: str = ""


class CrdVersion(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One version of a custom kind, without its schema."""

    name: str = ""
    served: bool = False
    storage: bool = False
    """Objects are written in it; one version of each kind is so."""
    deprecated: bool = False
    deprecation_warning: str = ""


class ConversionSpec(msgspec.Struct, frozen=True, gc=False):
    """CustomResourceDefinition spec: its versions, and how they are converted."""

    conversion: Conversion = Conversion()
    group: str = ""
    names: CrdNames = CrdNames()
    versions: tuple[CrdVersion, ...] = ()


class CrdStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """CustomResourceDefinition status."""

    stored_versions: tuple[str, ...] = ()
    """Every version that objects were ever written in, until somebody takes it out."""


class CrdConversion(Projection, frozen=True, gc=False):
    """apiextensions.k8s.io/v1 CustomResourceDefinition: its versions, who converts between them,
    and whom that is trusted to."""

    metadata: BundleMeta = BundleMeta()
    spec: ConversionSpec = ConversionSpec()
    status: CrdStatus = CrdStatus()

    api_group: ClassVar[str] = "apiextensions.k8s.io"
    kind: ClassVar[str] = "CustomResourceDefinition"


class RequestSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Who asked for which certificate."""

    signer_name: str = ""
    username: str = ""


class RequestStatus(msgspec.Struct, frozen=True, gc=False):
    """What became of it; the certificate is public."""

    conditions: tuple[Condition, ...] = ()
    certificate: str = ""
    """Base64 of PEM; empty while it is not issued."""


class SigningRequest(Projection, frozen=True, gc=False):
    """certificates.k8s.io/v1 CertificateSigningRequest."""

    spec: RequestSpec = RequestSpec()
    status: RequestStatus = RequestStatus()

    api_group: ClassVar[str] = "certificates.k8s.io"
    kind: ClassVar[str] = "CertificateSigningRequest"


class SecretRef(msgspec.Struct, frozen=True, gc=False):
    """A Secret that a listener takes its certificate from."""

    name: str = ""
    namespace: str = ""
    kind: str = "Secret"


class ListenerTls(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """TLS of a listener."""

    mode: str = "Terminate"
    certificate_refs: tuple[SecretRef, ...] = ()


class Listener(msgspec.Struct, frozen=True, gc=False):
    """One listener of a Gateway."""

    name: str = ""
    hostname: str = ""
    tls: ListenerTls | None = None


class ListenersSpec(msgspec.Struct, frozen=True, gc=False):
    """Gateway spec."""

    listeners: tuple[Listener, ...] = ()


class TlsGateway(Projection, frozen=True, gc=False):
    """gateway.networking.k8s.io Gateway."""

    spec: ListenersSpec = ListenersSpec()

    api_group: ClassVar[str] = "gateway.networking.k8s.io"
    kind: ClassVar[str] = "Gateway"


class PublicCaData(msgspec.Struct, frozen=True, gc=False):
    """The keys of `extension-apiserver-authentication` that hold certificates (PEM, public)."""

    client_ca: str = field(default="", name="client-ca-file")
    requestheader_ca: str = field(default="", name="requestheader-client-ca-file")


class AggregatorCa(Projection, frozen=True, gc=False):
    """core/v1 ConfigMap `kube-system/extension-apiserver-authentication`."""

    data: PublicCaData = PublicCaData()

    kind: ClassVar[str] = "ConfigMap"
