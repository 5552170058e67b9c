"""What is said once although it shows at several places, and tools that renew what they made."""

from __future__ import annotations

from datetime import date

import pytest

from mckconsole.analysis.certificates.model import CertificatesReport, CertPlace, Verdict
from mckconsole.analysis.certificates.report import CertificatesMemory, analyse_certificates
from mckconsole.analysis.engine import analyse
from mckconsole.domain.findings import Severity
from mckconsole.domain.waivers import Waiver, Waivers
from tests.unit.analysis.certificates import build as b
from tests.unit.analysis.certificates.build import Doc, make

ROOT = make("root", authority=True, days=(-400, 3000))
LEAF = make("web", by=ROOT, names=("shop.example",), days=(-10, 300))
WEB = ("shop", "web-tls")


def test_what_comes_with_a_certificate_is_not_a_finding_of_its_own() -> None:
    found = b.report(b.looked(b.cluster("east", [b.secret("web-tls")]), {WEB: b.tls(LEAF, ROOT)}))
    rows = {one.path: one for one in b.entries(found, CertPlace.TLS_SECRET)}
    assert {one.verdict for one in rows.values()} == {Verdict.WARN}
    assert b.rules(rows["data['tls.crt'][1]"]) == []
    assert b.rules(found) == ["CERT-MANUAL"]


def _trusted(authority: b.Made) -> CertificatesReport:
    """A cluster that trusts it for its API, its clients and two webhooks."""
    aggregator: Doc = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "extension-apiserver-authentication", "namespace": "kube-system"},
        "data": {"client-ca-file": authority.pem.decode()},
    }
    hooks = [b.webhook(b.b64(authority), kind=kind) for kind in ("Validating", "Mutating")]
    return b.report(b.with_server(b.cluster("east", [aggregator, *hooks]), authority=authority))


@pytest.mark.parametrize(("days", "severity", "lasts"), [
    (366, Severity.LOW, True),
    (364, Severity.MEDIUM, False),
])  # fmt: skip
def test_an_authority_in_several_places_is_one_finding_with_all_of_them(
    days: float, severity: Severity, lasts: bool
) -> None:
    found = _trusted(make("root", authority=True, days=(-400, days)))
    one = b.finding(found, "CERT-MANUAL")
    kinds = {each.object.kind if each.object else "connection" for each in one.evidence}
    assert kinds == {
        "ConfigMap", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "connection",
    }  # fmt: skip
    assert one.severity is severity
    assert (one.object is None) is lasts
    shown = [each for each in found.entries if one in each.findings]
    assert len(shown) == 4
    assert {each.severity for each in shown} == {severity}


def _authorities(*days: float) -> list[Doc]:
    """Webhooks that trust authorities with so many days left."""
    docs = []
    for number, left in enumerate(days):
        doc = b.webhook(b.b64(make(f"r{number}", authority=True, days=(-400, left))))
        docs.append({**doc, "metadata": {"name": f"hook-{number}"}})
    return docs


def test_authorities_that_last_are_one_finding_of_each_cluster() -> None:
    east = b.cluster("east", _authorities(3000, 500, 900))
    found = b.report(east, b.cluster("west", _authorities(4000)))
    told = {one.cluster: one for one in found.findings if one.rule == "CERT-MANUAL"}
    assert set(told) == {"east", "west"}
    one = told["east"]
    assert one.title == f"nothing renews 3 authorities, the first of which ends on {_day(500)}"
    named = [one.detail.index(f"r{number} until") for number in (1, 2, 0)]
    assert named == sorted(named)
    remedies = one.remediation.splitlines()
    assert [line[:2] for line in remedies] == ["r1", "r2", "r0"]
    assert {each.object.name for each in one.evidence if each.object} == {
        "hook-0", "hook-1", "hook-2",
    }  # fmt: skip
    assert told["west"].title == f"nothing renews authority r0, which ends on {_day(4000)}"


def test_the_finding_on_lasting_authorities_is_the_same_when_there_is_one_more() -> None:
    (before,) = b.report(b.cluster("east", _authorities(500))).findings
    (after,) = b.report(b.cluster("east", _authorities(500, 600))).findings
    assert before.id == after.id


def test_an_authority_without_a_year_is_not_among_those_that_last() -> None:
    found = b.report(b.cluster("east", _authorities(3000, 200)))
    severities = {one.subject: one.severity for one in found.findings}
    assert sorted(severities.values()) == [Severity.LOW, Severity.MEDIUM]
    (late,) = [one for one in found.findings if one.severity is Severity.MEDIUM]
    assert late.object is not None
    assert late.object.name == "hook-1"


def test_by_the_literal_rule_authorities_that_last_fail_together() -> None:
    found = b.report(b.cluster("east", _authorities(3000, 500)), policy=b.STRICT)
    assert b.finding(found, "CERT-MANUAL").severity is Severity.HIGH
    assert {one.verdict for one in b.entries(found, CertPlace.WEBHOOK)} == {Verdict.FAIL}


def test_an_authority_has_a_finding_of_its_own_when_its_last_year_begins() -> None:
    east = b.cluster("east", _authorities(500))
    _, memory = analyse_certificates(b.fleet(east), CertificatesMemory(), b.POLICY)
    later = b.fleet(east, taken_at=b.NOW + 136 * b.DAY)
    found, _ = analyse_certificates(later, memory, b.POLICY)
    assert b.finding(found, "CERT-MANUAL").severity is Severity.MEDIUM


@pytest.mark.parametrize(
    ("names", "waived"),
    [(("hook-0", "hook-1"), True), (("hook-*",), True), (("hook-0",), False), (("*",), True)],
)
def test_lasting_authorities_are_waived_where_each_of_them_is(
    names: tuple[str, ...], waived: bool
) -> None:
    until = date(2100, 1, 1)
    waivers = Waivers(
        tuple(Waiver("CERT-MANUAL", "net", until, "known", name=one) for one in names)
    )
    found = analyse(b.fleet(b.cluster("east", _authorities(500, 600))), waivers=waivers)
    one = b.finding(found.certificates, "CERT-MANUAL")
    assert (one.id in found.waived) is waived


def _day(days: float) -> str:
    return b.when(days)[:10]


def test_a_kubeconfig_that_trusts_many_has_one_row() -> None:
    others = [make(f"r{n}", authority=True, days=(-10, 100 * n)) for n in (1, 2, 3)]
    pem = b"".join(one.pem for one in others)
    east = b.with_server(b.cluster("east"))
    seen = b.read_certificates(pem, "certificate-authority-data")
    shake = b.replace(east.handshake, authorities=seen)
    found = b.report(b.replace(east, handshake=shake))
    assert b.entry(found, CertPlace.KUBECONFIG_CA).name == "r3"


def test_a_client_certificate_that_no_role_limits_lies_in_a_secret() -> None:
    admin = make("admin", by=ROOT, organizations=("system:masters",), days=(-10, 300))
    path = "data['value'] › YAML users[0].user.client-certificate-data › base64"
    seen = b.read_certificates(admin.pem, path)
    east = b.cluster("east", [b.secret("prod-kubeconfig", "cluster.x-k8s.io/secret")])
    found = b.report(b.looked(east, {("shop", "prod-kubeconfig"): seen}))
    assert b.finding(found, "CERT-MASTERS").subject == f"{path}[0]"


_OWNED = {"apiVersion": "v1", "name": "db", "controller": True}


@pytest.mark.parametrize(
    ("name", "meta", "automated", "words"),
    [
        ("cert-manager-webhook-ca", {}, True, "cert-manager's webhook"),
        ("istio-ca-secret", {}, True, "istiod"),
        ("x", {"labels": {"cert.kyverno.io/managed-by": "kyverno"}}, True, "Kyverno"),
        ("x", {"ownerReferences": [{**_OWNED, "kind": "VaultPKISecret"}]}, True, "Vault"),
        ("x", {"ownerReferences": [{**_OWNED, "kind": "SealedSecret"}]}, False, ""),
        ("x", {"labels": {"argocd.argoproj.io/instance": "shop"}}, False, ""),
        ("x", {"annotations": {"replicator.v1.mittwald.de/replicated-from": "a/b"}}, False, ""),
        ("x", {"annotations": {"replicator.v1.mittwald.de/replicated-from": "shop/web-tls"}},
         True, "Replicator"),
        ("x", {"annotations": {"replicator.v1.mittwald.de/replicated-from": "shop/x"}}, False, ""),
    ],
)  # fmt: skip
def test_tools_that_renew_what_they_made(name: str, meta: Doc, automated: bool, words: str) -> None:
    docs = [b.secret(name, meta=meta), b.secret("web-tls"), b.certificate(), b.issuer()]
    east = b.looked(b.cluster("east", docs), {("shop", name): b.tls(LEAF)})
    (one,) = [one for one in b.report(east).entries if one.object and one.object.name == name]
    assert one.automated is automated
    assert one.automation.startswith(words)
    assert one.verdict is (Verdict.PASS if automated else Verdict.WARN)


def test_two_certificates_write_one_secret() -> None:
    docs = [b.certificate("a"), b.certificate("b"), b.issuer(), b.secret("web-tls")]
    found = b.report(b.cluster("east", docs))
    one = b.finding(found, "CERT-ROTATION-FAILING")
    assert (one.object.name if one.object else "", one.subject) == ("b", "same Secret")
    assert b.entry(found, CertPlace.CERTIFICATE, "a").verdict is Verdict.PASS


def test_a_certificate_that_keeps_its_key() -> None:
    spec: Doc = {"privateKey": {"rotationPolicy": "Never"}}
    docs = [b.certificate(spec=spec), b.issuer(), b.secret("web-tls")]
    found = b.report(b.cluster("east", docs))
    assert b.finding(found, "CERT-SAME-KEY").severity is Severity.LOW
    assert b.entry(found, CertPlace.CERTIFICATE).verdict is Verdict.PASS
