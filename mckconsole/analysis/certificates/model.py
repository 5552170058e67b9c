"""The model of certificates: where each lies, how long it lasts, and whether anything renews it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mckconsole.domain.audit import CertificateSeen
from mckconsole.domain.findings import Finding, ObjectRef, Severity, Unknown


class Verdict(StrEnum):
    """How a certificate stands, worst first."""

    CRITICAL = "CRITICAL"
    FAIL = "FAIL"
    WARN = "WARN"
    UNKNOWN = "UNKNOWN"
    """When it ends, or whether anything renews it, could not be read."""
    PASS = "PASS"  # noqa: S105 - a verdict

    __hash__ = str.__hash__


class CertPlace(StrEnum):
    """What a certificate is for."""

    TLS_SECRET = "TLS Secret"  # noqa: S105 - a kind of place
    CERTIFICATE = "cert-manager Certificate"
    API_SERVER = "API server"
    CLIENT = "kubeconfig client"
    KUBECONFIG_CA = "kubeconfig CA"
    WEBHOOK = "webhook CA bundle"
    API_SERVICE = "APIService CA bundle"
    CONVERSION = "CRD conversion CA bundle"
    MESH = "mesh"
    """Cilium's, Submariner's, Istio's, Linkerd's own."""
    CLUSTER_CA = "cluster CA"
    SIGNING_REQUEST = "signing request"
    OTHER_SECRET = "other Secret"  # noqa: S105 - a kind of place

    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True, eq=False)
class CertificateEntry:
    """One certificate at one place, or what is known of it without having seen it."""

    id: str
    """Stable for as long as it is the certificate of that place."""
    cluster: str
    place: CertPlace
    object: ObjectRef | None
    """None for what a connection shows."""
    path: str
    """In the object: `data['tls.crt'][0]`, `webhooks[0].clientConfig.caBundle`."""
    name: str
    """What people call it: its first DNS name, or its common name."""
    verdict: Verdict
    reason: str
    """Why, on one line."""
    not_before: float | None = None
    not_after: float | None = None
    """Unix seconds; None where nobody may look."""
    automation: str = ""
    """The evidence that something renews it: `Certificate shop/tls renews on 2026-12-01`; empty
    where nothing does."""
    automated: bool | None = None
    """None where that could not be read."""
    used_by: tuple[str, ...] = ()
    """Ingresses, gateways and webhooks that show or trust it, in words."""
    seen: CertificateSeen | None = None
    findings: tuple[Finding, ...] = ()
    severity: Severity | None = None
    """Of the worst finding; None for none."""

    def days_left(self, now: float) -> float | None:
        """Days from `now` (Unix seconds) to its end, negative after it."""
        return None if self.not_after is None else (self.not_after - now) / 86400


@dataclass(frozen=True, slots=True)
class CertificatesReport:
    """Everything found, worst first."""

    entries: tuple[CertificateEntry, ...] = ()
    findings: tuple[Finding, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
