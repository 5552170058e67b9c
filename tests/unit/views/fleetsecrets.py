"""Credentials and certificates of a fleet, made by hand: for tests of what is shown of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from mckconsole.analysis.certificates.model import (
    CertificateEntry,
    CertificatesReport,
    CertPlace,
    Verdict,
)
from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.rbac import held
from mckconsole.analysis.secrets.model import (
    Consumer,
    Coverage,
    Credential,
    Place,
    SecretsReport,
)
from mckconsole.domain.access_log import AccessLog
from mckconsole.domain.audit import CertificateSeen, Sighting, Tier
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot, TopicView
from mckconsole.domain.states import TopicState
from mckconsole.domain.waivers import Waiver
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, Doc
from tests.unit.views import fleetidentity
from tests.unit.views.fleetidentity import DAY, ago

CLUSTERS = fleetidentity.CLUSTERS
AWS = "SEC-AWS-ACCESS-KEY"
_VERSIONS = {"Deployment": "apps/v1"}
_TOPICS = {"Secret": "secrets", "ConfigMap": "configmaps", "Deployment": "deployments"}


def place(
    cluster: str = "aws-use1-1",
    *,
    kind: str = "Secret",
    namespace: str = "billing",
    name: str = "s3-legacy",
    key: str = "AWS_ACCESS_KEY_ID",
    fingerprint: str = "7f3a91c2",
    days: float | None = 214,
    owner: str = "",
    rule: str = AWS,
    tier: Tier = Tier.PROVEN,
    writer: str = "kubectl-create Update",
) -> Place:
    """A key id of the account 000000000000 beside its secret; of both only what is public."""
    sighting = Sighting(
        rule,
        tier,
        f"data['{key}']",
        key,
        f"{fingerprint:0<20}",
        "17–32",
        "alphanumeric",
        "AKIA",
        "secret beside it",
        (("account", "000000000000"),),
        writer=writer,
        written="" if days is None else ago(days),
    )
    ref = ObjectRef(_VERSIONS.get(kind, "v1"), kind, namespace, name)
    return Place(cluster, _TOPICS[kind], ref, sighting, owner, ago(300), NOW - 5)


def finding(
    cluster: str = "aws-use1-1",
    rule: str = AWS,
    *,
    severity: Severity = Severity.CRITICAL,
    title: str = "AWS access key in Secret billing/s3-legacy",
    peers: Sequence[str] = (),
    object: ObjectRef | None = None,
    subject: str = "",
) -> Finding:
    """A finding of the pane."""
    ref = object or ObjectRef("v1", "Secret", "billing", "s3-legacy")
    seen = Evidence("kubernetes", cluster, ref, "data['AWS_ACCESS_KEY_ID']", "account", NOW - 5)
    command = f"kubectl --context {cluster} -n billing delete secret s3-legacy"
    return Finding(rule, "secrets", severity, cluster, ref, title, "because", (seen,), command,
                   tuple(peers), subject)  # fmt: skip


def credential(
    *places: Place,
    severity: Severity = Severity.CRITICAL,
    title: str = "AWS access key",
    reason: str = "key id and secret lie together, 214 d old",
    consumers: Sequence[Consumer] = (),
    related: Sequence[Finding] = (),
) -> Credential:
    """A credential at these places."""
    found = places or (place(),)
    first = found[0]
    peers = sorted({one.cluster for one in found} - {first.cluster})
    own = finding(
        first.cluster,
        first.sighting.rule,
        severity=severity,
        title=f"{title} in {first.object}",
        peers=peers,
        object=first.object,
        subject=first.sighting.key,
    )
    return Credential(
        first.sighting.rule,
        title,
        first.sighting.tier,
        severity,
        found,
        own,
        reason,
        tuple(consumers),
        tuple(related),
    )


def coverage(cluster: str, **changes: object) -> Coverage:
    """A cluster of which all metadata was read."""
    found = Coverage(cluster, False, True, "", 12, 40, (), 0, NOW - 5)
    return replace(found, **changes)  # type: ignore[arg-type]


def report(
    *credentials: Credential,
    others: Sequence[Finding] = (),
    covered: Sequence[Coverage] | None = None,
    hidden: int = 0,
) -> SecretsReport:
    """A report of these credentials."""
    found = covered if covered is not None else [coverage(name) for name in CLUSTERS]
    findings = [f for one in credentials for f in (one.finding, *one.related)]
    return SecretsReport(
        credentials,
        tuple(others),
        hidden,
        {one.cluster: one for one in found},
        (*findings, *others),
    )


def certificate(
    cluster: str = "aws-use1-1",
    name: str = "shop.example.com",
    *,
    days: float | None = 200,
    lifetime: float = 365,
    verdict: Verdict = Verdict.PASS,
    seen: bool = True,
    findings: Sequence[Finding] = (),
    **changes: object,
) -> CertificateEntry:
    """A certificate in a TLS Secret that cert-manager renews."""
    after = None if days is None else NOW + days * DAY
    before = None if after is None else after - lifetime * DAY
    looked = CertificateSeen(
        "data['tls.crt'][0]", f"CN={name}", "CN=Example CA", "0a", before or 0, after or 0,
        (name, f"www.{name}"), "EC P-256", signed_by_next=True, key_matches=True,
    )  # fmt: skip
    entry = CertificateEntry(
        f"{cluster}/shop/tls/{name}",
        cluster,
        CertPlace.TLS_SECRET,
        ObjectRef("v1", "Secret", "shop", "tls"),
        "data['tls.crt'][0]",
        name,
        verdict,
        "renewed by itself",
        before,
        after,
        "Certificate shop/tls renews on 2026-12-01",
        True,
        ("Ingress shop/shop",),
        looked if seen else None,
        tuple(findings),
        findings[0].severity if findings else None,
    )
    return replace(entry, **changes)  # type: ignore[arg-type]


def certificates(*entries: CertificateEntry) -> CertificatesReport:
    """A report of these certificates."""
    return CertificatesReport(entries, tuple(f for one in entries for f in one.findings))


def waiver(days: int = 30) -> Waiver:
    """Somebody answers for it."""
    until = date.fromtimestamp(NOW + days * DAY)
    return Waiver("SEC-*", "team-billing", until, "the vendor rotates it", reference="SEC-1")


def seen(
    found: SecretsReport,
    issued: CertificatesReport | None = None,
    *docs: Doc,
    waived: Mapping[str, Waiver] | None = None,
    log: AccessLog | None = None,
) -> tuple[FleetSnapshot, Analysis]:
    """A fleet of which this was found; `docs` are objects of its first cluster, whose RBAC is known
    then."""
    clusters = [
        _asked(build.cluster(name, docs if name == CLUSTERS[0] else ()), found.coverage.get(name))
        for name in CLUSTERS
    ]
    fleet = build.fleet(*clusters)
    if log is not None:
        fleet = replace(fleet, access=log)
    identity = fleetidentity.some()
    if docs:
        facts = dict(identity.clusters)
        facts[CLUSTERS[0]] = replace(facts[CLUSTERS[0]], rbac=held(clusters[0]).index)
        identity = replace(identity, clusters=facts)
    issued = issued or certificates()
    findings = (*found.findings, *issued.findings, *identity.findings)
    analysis = replace(
        analyse(fleet),
        secrets=found,
        certificates=issued,
        identity=identity,
        findings=findings,
        waived=waived or {},
    )
    return fleet, analysis


def _asked(cluster: ClusterSnapshot, found: Coverage | None) -> ClusterSnapshot:
    """The cluster, as it answered for its Secrets."""
    view = TopicView("secrets", TopicState.FRESH, as_of=NOW - 5)
    if found is not None and not found.readable:
        view = replace(view, state=TopicState.FORBIDDEN, reason=found.reason)
    elif found is not None:
        view = replace(view, values=found.values)
    return replace(cluster, topics={**cluster.topics, "secrets": view})


def exporter(
    binding: str = "", name: str = "exporter", how: str = "env AWS_ACCESS_KEY_ID in container app"
) -> Consumer:
    """A workload that uses the first place."""
    identity = "arn:aws:iam::000000000000:role/exporter (bound)" if binding else ""
    return Consumer("aws-use1-1", "Deployment", "billing", name, how, binding, identity)


def some() -> SecretsReport:
    """A key in three places, a token by its shape, one by name; a cluster in which some namespaces
    are forbidden, and one that is not read at all."""
    binding = fleetidentity.some().bindings[0].id
    key = credential(
        place(),
        place(kind="Deployment", name="exporter", key="AWS_ACCESS_KEY_ID", days=31,
              owner="Helm release exporter", writer="helm Update"),
        place("gcp-eu-1", kind="ConfigMap", name="exporter-env", key="env", days=31,
              owner="Helm release exporter"),
        consumers=(exporter(binding), exporter(name="report")),
        related=(finding(rule="SEC-AGE", severity=Severity.MEDIUM, title="not written for 214 d"),),
    )  # fmt: skip
    token = credential(
        place("gcp-eu-1", namespace="ci", name="runner", key="GITHUB_TOKEN", fingerprint="0badc0de",
              rule="SEC-GITHUB-TOKEN", tier=Tier.SHAPED, days=3, owner="External Secrets runner"),
        severity=Severity.HIGH,
        title="GitHub token",
        reason="in the clear",
    )  # fmt: skip
    other = credential(
        place("gcp-eu-1", fingerprint="11112222", days=None, writer=""),
        severity=Severity.LOW, reason="encrypted",
    )  # fmt: skip
    listing = finding("gcp-eu-1", "SEC-READ", severity=Severity.MEDIUM, title="alice listed all"
                      " Secrets", object=ObjectRef("v1", "Namespace", "", "ci"))  # fmt: skip
    covered = [
        coverage("aws-use1-1", values=True),
        coverage("gcp-eu-1", forbidden=("kube-system", "vault"), troubles=2),
        coverage("aks-weu-1", readable=False, reason="secrets: forbidden", secrets=0),
    ]
    return report(key, token, other, others=(listing,), covered=covered, hidden=12)


def issued() -> CertificatesReport:
    """One that has run out, one that nothing renews, one that nobody may look at, and one that is
    well."""
    expired = finding(rule="CERT-EXPIRED", title="the certificate has expired")
    return certificates(
        certificate("gcp-eu-1", "old.example.com", days=-3, verdict=Verdict.CRITICAL,
                    reason="expired 3 d ago", findings=(expired,)),
        certificate("aws-use1-1", "soon.example.com", days=12, verdict=Verdict.WARN,
                    automation="", automated=False, reason="nothing renews it"),
        certificate("aks-weu-1", "hidden.example.com", days=None, seen=False,
                    verdict=Verdict.UNKNOWN, automation="", automated=None,
                    reason="values were not looked at"),
        certificate(),
    )  # fmt: skip
