"""What is said once although it shows at several places, and tools that renew what they made."""

from __future__ import annotations

import pytest

from mckconsole.analysis.certificates.model import CertPlace, Verdict
from mckconsole.domain.findings import Severity
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


def test_an_authority_in_several_places_is_one_finding_with_all_of_them() -> None:
    text = ROOT.pem.decode()
    aggregator: Doc = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "extension-apiserver-authentication", "namespace": "kube-system"},
        "data": {"client-ca-file": text},
    }
    docs = [aggregator, b.webhook(b.b64(ROOT)), b.webhook(b.b64(ROOT), kind="Mutating")]
    found = b.report(b.with_server(b.cluster("east", docs), authority=ROOT))
    one = b.finding(found, "CERT-MANUAL")
    kinds = {each.object.kind if each.object else "connection" for each in one.evidence}
    assert kinds == {
        "ConfigMap", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "connection",
    }  # fmt: skip
    assert one.severity is Severity.LOW
    shown = [each for each in found.entries if one in each.findings]
    assert len(shown) == 4


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
