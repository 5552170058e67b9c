"""Topics that only the audit of secrets and certificates reads.

They change seldom, and a list of Secrets is an event in every audit log: they are read every half
hour, and when a person asks. What may be looked at in them is in `Kind.scan`.
"""

from __future__ import annotations

from typing import Final

from mckconsole.domain import certificates, credentials
from mckconsole.domain.kind import Keep, Kind, Scan, Sensitivity
from mckconsole.domain.objects import Projection

AUDIT_SECONDS: Final = 1800.0
"""Between two looks at what holds credentials."""
_V1 = ("v1",)


def _holds(
    topic: str,
    group: str,
    versions: tuple[str, ...],
    projection: type[Projection],
    scan: Scan,
    *,
    plural: str = "",
) -> Kind:
    """What is only of interest where something was found in it."""
    return Kind(
        topic,
        group,
        versions,
        plural or topic,
        projection,
        Keep.POLL,
        AUDIT_SECONDS,
        sensitivity=Sensitivity.CREDENTIALS_IN_SPEC,
        optional=True,
        scan=scan,
        only_audited=True,
    )


def _certificate(
    topic: str,
    group: str,
    versions: tuple[str, ...],
    projection: type[Projection],
    *,
    plural: str = "",
    every: float = 600.0,
) -> Kind:
    """What issues or carries certificates, or refers to them."""
    return Kind(
        topic, group, versions, plural or topic, projection, Keep.POLL, every, optional=True
    )


_CERT_MANAGER = "cert-manager.io"
_ADMISSION = "admissionregistration.k8s.io"
AUDIT_KINDS: tuple[Kind, ...] = (
    Kind(
        "secrets",
        "",
        _V1,
        "secrets",
        credentials.Secret,
        Keep.POLL,
        AUDIT_SECONDS,
        sensitivity=Sensitivity.METADATA_ONLY,
        optional=True,
        scan=Scan.SECRET,
        by_values=True,
        by_namespace=True,
    ),
    Kind(
        "configmaps",
        "",
        _V1,
        "configmaps",
        credentials.ConfigMap,
        Keep.POLL,
        AUDIT_SECONDS,
        sensitivity=Sensitivity.METADATA_ONLY,
        optional=True,
        scan=Scan.CONFIG_MAP,
        by_values=True,
        only_audited=True,
        by_namespace=True,
    ),
    _holds("replicasets", "apps", _V1, credentials.ReplicaSet, Scan.WORKLOAD),
    _holds("controllerrevisions", "apps", _V1, credentials.ControllerRevision, Scan.REVISION),
    _holds(
        "argocd-applications",
        "argoproj.io",
        ("v1alpha1",),
        credentials.Application,
        Scan.RESOURCE,
        plural="applications",
    ),
    _holds(
        "helmreleases",
        "helm.toolkit.fluxcd.io",
        ("v2",),
        credentials.HelmRelease,
        Scan.RESOURCE,
    ),
    _holds("helmcharts", "helm.cattle.io", _V1, credentials.HelmChart, Scan.RESOURCE),
    _certificate(
        "externalsecrets", "external-secrets.io", ("v1", "v1beta1"), credentials.ExternalSecret
    ),
    _certificate("certificates", _CERT_MANAGER, _V1, certificates.Certificate, every=300.0),
    _certificate("issuers", _CERT_MANAGER, _V1, certificates.Issuer),
    _certificate("clusterissuers", _CERT_MANAGER, _V1, certificates.ClusterIssuer),
    _certificate(
        "validatingwebhooks",
        _ADMISSION,
        _V1,
        certificates.ValidatingWebhookConfiguration,
        plural="validatingwebhookconfigurations",
    ),
    _certificate("apiservices", "apiregistration.k8s.io", _V1, certificates.ApiService),
    _certificate(
        "crd-conversions",
        "apiextensions.k8s.io",
        _V1,
        certificates.CrdConversion,
        plural="customresourcedefinitions",
        every=AUDIT_SECONDS,
    ),
    _certificate(
        "signing-requests",
        "certificates.k8s.io",
        _V1,
        certificates.SigningRequest,
        plural="certificatesigningrequests",
    ),
    _certificate(
        "tls-gateways",
        "gateway.networking.k8s.io",
        ("v1", "v1beta1"),
        certificates.TlsGateway,
        plural="gateways",
    ),
    Kind(
        "aggregator-ca",
        "",
        _V1,
        "configmaps",
        certificates.AggregatorCa,
        Keep.POLL,
        AUDIT_SECONDS,
        namespace="kube-system",
        name="extension-apiserver-authentication",
        optional=True,
    ),
)
"""Secrets, what else may hold credentials, and everything about certificates."""
