"""Clusters with certificates in them, for tests: objects through the decoder, values as seen."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mckconsole.analysis.certificates.model import CertificateEntry, CertificatesReport, CertPlace
from mckconsole.analysis.certificates.report import CertificatesMemory, analyse_certificates
from mckconsole.analysis.secrets.model import AuditPolicy
from mckconsole.detect.x509 import read_certificates
from mckconsole.domain.audit import Audited, CertificateSeen
from mckconsole.domain.findings import Finding
from mckconsole.domain.objects import Key
from mckconsole.domain.snapshot import ClusterSnapshot, Handshake
from mckconsole.domain.times import format_rfc3339
from tests.unit.analysis.build import NOW, Doc, States, fleet
from tests.unit.analysis.build import cluster as any_cluster
from tests.unit.detect.authority import DAY, Made, make

POLICY = AuditPolicy()
STRICT = AuditPolicy(strict=True)


def cluster(
    name: str,
    docs: Sequence[Doc] = (),
    *,
    states: States | None = None,
    uid: str | None = None,
    as_of: float = NOW,
) -> ClusterSnapshot:
    """A cluster that is audited."""
    return any_cluster(name, docs, states=states, uid=uid, as_of=as_of, audited=True)


def when(days: float) -> str:
    """RFC 3339, so many days from now."""
    return format_rfc3339(NOW + days * DAY)


def b64(*made: Made) -> str:
    return base64.b64encode(b"".join(one.pem for one in made)).decode()


def secret(
    name: str,
    kind: str = "kubernetes.io/tls",
    *,
    namespace: str = "shop",
    meta: Doc | None = None,
    **more: object,
) -> Doc:
    """A Secret as its metadata shows it."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": kind,
        "metadata": {"name": name, "namespace": namespace, **(meta or {}), **more},
    }


def certificate(
    name: str = "web",
    secret_name: str = "web-tls",
    *,
    days: tuple[float, float] = (-10, 80),
    renews: float | None = 50,
    ready: str = "True",
    issuing: float | None = None,
    spec: Doc | None = None,
    status: Doc | None = None,
    made: float = -100,
) -> Doc:
    """A Certificate of ClusterIssuer `acme`; days are counted from now."""
    conditions: list[Doc] = [{"type": "Ready", "status": ready, "reason": "Ready"}]
    if issuing is not None:
        stamp = when(issuing)
        conditions.append({"type": "Issuing", "status": "True", "lastTransitionTime": stamp})
    return {
        "apiVersion": "cert-manager.io/v1",
        "kind": "Certificate",
        "metadata": {"name": name, "namespace": "shop", "creationTimestamp": when(made)},
        "spec": {
            "secretName": secret_name,
            "dnsNames": ["shop.example"],
            "issuerRef": {"name": "acme", "kind": "ClusterIssuer"},
            **(spec or {}),
        },
        "status": {
            "notBefore": when(days[0]),
            "notAfter": when(days[1]),
            **({"renewalTime": when(renews)} if renews is not None else {}),
            "conditions": conditions,
            **(status or {}),
        },
    }


def issuer(ready: str = "True", name: str = "acme") -> Doc:
    """The ClusterIssuer that is asked."""
    return {
        "apiVersion": "cert-manager.io/v1",
        "kind": "ClusterIssuer",
        "metadata": {"name": name},
        "status": {"conditions": [{"type": "Ready", "status": ready, "reason": "Any"}]},
    }


def ingress(*hosts: str, secret_name: str = "web-tls") -> Doc:
    """An Ingress of namespace shop."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"tls": [{"hosts": list(hosts), "secretName": secret_name}]},
    }


def webhook(
    bundle: str, *, service: str = "hook", kind: str = "Validating", **annotations: str
) -> Doc:
    """A webhook configuration for a Service of namespace shop."""
    config = {"service": {"name": service, "namespace": "shop"}, "caBundle": bundle}
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": f"{kind}WebhookConfiguration",
        "metadata": {"name": "hook", "annotations": annotations},
        "webhooks": [{"name": "a.example", "clientConfig": config}],
    }


def tls(leaf: Made, *chain: Made, key: Made | None = None) -> tuple[CertificateSeen, ...]:
    """What is seen of a TLS Secret that was looked at."""
    pem = b"".join(one.pem for one in (leaf, *chain))
    return read_certificates(pem, "data['tls.crt']", key=(key or leaf).key_pem)


def looked(
    found: ClusterSnapshot,
    audits: Mapping[Key, Sequence[CertificateSeen]],
    *,
    topic: str = "secrets",
    troubles: Mapping[Key, str] | None = None,
) -> ClusterSnapshot:
    """The cluster, when the values of a topic were looked at."""
    audited = {key: Audited(certificates=tuple(some)) for key, some in audits.items()}
    for key, why in (troubles or {}).items():
        audited[key] = Audited(troubles=(why,))
    view = replace(found.topic(topic), audit=audited, values=True)
    return replace(found, topics={**found.topics, topic: view})


def with_server(
    found: ClusterSnapshot,
    *server: Made,
    name: str = "api.example",
    client: Made | None = None,
    authority: Made | None = None,
    verified: bool = True,
) -> ClusterSnapshot:
    """The cluster, when a handshake was made."""
    shake = Handshake(
        server=tuple(read_certificates(one.der, "server")[0] for one in server),
        client=read_certificates(client.der, "client") if client else (),
        authorities=read_certificates(authority.der, "ca") if authority else (),
        verified=verified,
        name=name,
        at=NOW,
    )
    return replace(found, handshake=shake)


def report(
    *clusters: ClusterSnapshot, policy: AuditPolicy = POLICY, now: float = NOW
) -> CertificatesReport:
    """The report on a fleet of these."""
    return analyse_certificates(fleet(*clusters, taken_at=now), CertificatesMemory(), policy)[0]


def entries(found: CertificatesReport, place: CertPlace, name: str = "") -> list[CertificateEntry]:
    """Entries at a place, by the name of their object."""
    every = [one for one in found.entries if one.place is place]
    return [one for one in every if not name or (one.object and one.object.name == name)]


def entry(found: CertificatesReport, place: CertPlace, name: str = "") -> CertificateEntry:
    """The one entry at a place."""
    (one,) = entries(found, place, name)
    return one


def rules(found: CertificatesReport | CertificateEntry) -> list[str]:
    return [one.rule for one in found.findings]


def finding(found: CertificatesReport, rule: str) -> Finding:
    """The one finding of a rule."""
    (one,) = [one for one in found.findings if one.rule == rule]
    return one


__all__ = ["DAY", "NOW", "Doc", "Made", "fleet", "make", "read_certificates", "replace"]
