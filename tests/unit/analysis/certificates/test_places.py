"""Certificates of webhooks, APIs, meshes, connections and requests."""

from __future__ import annotations

import base64
import shlex
from dataclasses import replace

import pytest

from mckconsole.analysis.certificates.model import CertPlace, Verdict
from mckconsole.analysis.certificates.schedule import longest_period
from mckconsole.domain.findings import Severity
from mckconsole.domain.snapshot import VersionInfo
from mckconsole.domain.states import TopicState
from tests.unit.analysis.certificates import build as b
from tests.unit.analysis.certificates.build import DAY, Doc, make

HOOK, MESH, API = CertPlace.WEBHOOK, CertPlace.MESH, CertPlace.API_SERVER
ROOT = make("root", authority=True, days=(-400, 3000))
OTHER = make("root", authority=True, days=(-400, 3000))
SERVING = make("hook", by=ROOT, names=("hook.shop.svc",), days=(-10, 80))
HOOK_TLS = ("shop", "hook-tls")
INJECT = "cert-manager.io/inject-ca-from"


@pytest.mark.parametrize(
    ("bundle", "rule", "verdict"),
    [
        ((ROOT,), "CERT-MANUAL", Verdict.WARN),
        ((OTHER,), "CERT-CABUNDLE", Verdict.FAIL),
        ((OTHER, ROOT), "CERT-MANUAL", Verdict.WARN),
        ((make("old", authority=True, days=(-99, -1)), ROOT), "CERT-MANUAL", Verdict.WARN),
        ((make("old", authority=True, days=(-99, -1)),), "CERT-EXPIRED", Verdict.CRITICAL),
        ((SERVING,), "CERT-EXPIRING", Verdict.FAIL),
        ((), "CERT-CABUNDLE", Verdict.FAIL),
    ],
)
@pytest.mark.parametrize("kind", ["Validating", "Mutating"])
def test_bundles_of_webhooks(
    bundle: tuple[b.Made, ...], rule: str, verdict: Verdict, kind: str
) -> None:
    docs = [b.webhook(b.b64(*bundle), kind=kind), b.secret("hook-tls"), b.certificate()]
    found = b.report(b.looked(b.cluster("east", docs), {HOOK_TLS: b.tls(SERVING)}))
    one = b.entry(found, HOOK)
    assert one.verdict is verdict
    assert rule in b.rules(one)


def test_a_mismatch_is_concluded_only_from_what_was_seen() -> None:
    docs = [b.webhook(b.b64(OTHER)), b.secret("hook-tls")]
    east = b.cluster("east", docs)
    assert "CERT-CABUNDLE" not in b.rules(b.report(east))
    seen = b.looked(east, {HOOK_TLS: b.tls(SERVING)})
    finding = b.finding(b.report(seen), "CERT-CABUNDLE")
    kinds = {one.object.kind for one in finding.evidence if one.object}
    assert kinds == {"ValidatingWebhookConfiguration", "Secret"}
    elsewhere = b.looked(east, {("other", "hook-tls"): b.tls(SERVING)})
    assert "CERT-CABUNDLE" not in b.rules(b.report(elsewhere))


@pytest.mark.parametrize(
    ("certificate", "automated", "verdict"),
    [
        (b.certificate(), True, Verdict.PASS),
        (b.certificate(ready="False"), True, Verdict.WARN),
        (None, True, Verdict.WARN),
    ],
)
def test_an_injector_is_as_good_as_what_it_injects(
    certificate: Doc | None, automated: bool, verdict: Verdict
) -> None:
    docs = [b.webhook(b.b64(ROOT), **{INJECT: "shop/web"}), b.issuer()]
    docs += [certificate] if certificate else []
    one = b.entry(b.report(b.cluster("east", docs)), HOOK)
    assert (one.automated, one.verdict) == (automated, verdict)
    assert one.automation.startswith(f"injected ({INJECT}: shop/web)")


def test_an_injector_whose_certificate_was_not_read_is_unknown() -> None:
    docs = [b.webhook(b.b64(ROOT), **{INJECT: "shop/web"})]
    states = {"certificates": TopicState.FORBIDDEN}
    one = b.entry(b.report(b.cluster("east", docs, states=states)), HOOK)
    assert (one.automated, one.verdict) == (None, Verdict.UNKNOWN)


def test_an_api_service_that_is_not_verified() -> None:
    spec = {"service": {"name": "metrics", "namespace": "kube-system"}}
    api: Doc = {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": "v1beta1.metrics.k8s.io"},
        "spec": {**spec, "insecureSkipTLSVerify": True},
    }
    found = b.report(b.cluster("east", [api]))
    assert b.finding(found, "CERT-INSECURE").severity is Severity.MEDIUM
    assert b.entry(found, CertPlace.API_SERVICE).verdict is Verdict.FAIL
    local: Doc = {**api, "spec": {}}
    assert b.entries(b.report(b.cluster("east", [local])), CertPlace.API_SERVICE) == []


def test_the_bundle_of_a_conversion() -> None:
    config = {"service": {"name": "hook", "namespace": "shop"}, "caBundle": "!"}
    crd: Doc = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "a.example"},
        "spec": {"conversion": {"strategy": "Webhook", "webhook": {"clientConfig": config}}},
    }
    found = b.report(b.cluster("east", [crd]))
    assert b.entry(found, CertPlace.CONVERSION).verdict is Verdict.FAIL
    assert "cannot be read" in b.finding(found, "CERT-CABUNDLE").title or "no certificate" in (
        b.finding(found, "CERT-CABUNDLE").title
    )


def _job(schedule: str = "0 0 1 */4 *", last: float | None = -30, **spec: object) -> Doc:
    status = {} if last is None else {"lastSuccessfulTime": b.when(last)}
    name = "clustermesh-apiserver-generate-certs"
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {
            "name": name, "namespace": "kube-system", "creationTimestamp": b.when(-400),
        },
        "spec": {"schedule": schedule, **spec},
        "status": status,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("job", "life", "automated", "verdict"),
    [
        (_job(), (-30, 335), True, Verdict.PASS),
        (_job(last=-184), (-184, 181), True, Verdict.PASS),
        (_job(last=-186), (-186, 179), True, Verdict.WARN),
        (_job(last=None), (-300, 65), True, Verdict.FAIL),
        (_job(), (-30, 60), True, Verdict.FAIL),
        (_job(suspend=True), (-30, 335), False, Verdict.WARN),
        (_job(schedule="soon"), (-30, 335), None, Verdict.UNKNOWN),
        (None, (-30, 1065), False, Verdict.WARN),
        (None, (-1080, 15), False, Verdict.CRITICAL),
    ],
)
def test_certgen_renews_and_helm_does_not(
    job: Doc | None, life: tuple[float, float], automated: bool | None, verdict: Verdict
) -> None:
    name = "clustermesh-apiserver-server-cert"
    docs = [b.secret(name, namespace="kube-system"), *([job] if job else [])]
    leaf = make("clustermesh", days=life)
    east = b.looked(b.cluster("east", docs), {("kube-system", name): b.tls(leaf)})
    one = b.entry(b.report(east), MESH)
    assert (one.automated, one.verdict) == (automated, verdict)


def test_certgen_does_not_renew_the_authority_whose_key_lies_there() -> None:
    fields: Doc = {"f:data": {"f:ca.crt": {}, "f:ca.key": {}}}
    managed = [{"manager": "helm", "operation": "Update", "fieldsV1": fields}]
    made = b.secret("cilium-ca", "Opaque", namespace="kube-system", managedFields=managed)
    seen = b.read_certificates(ROOT.pem, "data['ca.crt']")
    east = b.looked(b.cluster("east", [made, _job()]), {("kube-system", "cilium-ca"): seen})
    one = b.entry(b.report(east), MESH)
    assert (one.automated, one.verdict) == (False, Verdict.WARN)
    assert set(b.rules(one)) == {"CERT-CA-KEY", "CERT-MANUAL"}
    assert one.severity is Severity.LOW


@pytest.mark.parametrize(
    ("days", "strict", "verdict"),
    [
        (-89, False, Verdict.PASS),
        (-91, False, Verdict.WARN),
        (-91, True, Verdict.FAIL),
        (-89, True, Verdict.PASS),
    ],
)
def test_a_shared_key_grows_old(days: float, strict: bool, verdict: Verdict) -> None:
    made = b.secret("submariner-ipsec-psk", "Opaque", creationTimestamp=b.when(days))
    found = b.report(b.cluster("east", [made]), policy=b.STRICT if strict else b.POLICY)
    assert b.entry(found, MESH).verdict is verdict
    assert ("CERT-SHARED-SECRET" in b.rules(found)) is (verdict is not Verdict.PASS)


def test_istiod_renews_its_own_root_and_nobody_what_was_plugged_in() -> None:
    docs = [
        b.secret(one, "Opaque", namespace="istio-system") for one in ("istio-ca-secret", "cacerts")
    ]
    seen = b.read_certificates(ROOT.pem, "data['ca-cert.pem']")
    keys = [("istio-system", "istio-ca-secret"), ("istio-system", "cacerts")]
    found = b.report(b.looked(b.cluster("east", docs), dict.fromkeys(keys, seen)))
    assert b.entry(found, MESH, "istio-ca-secret").automated is True
    assert b.entry(found, MESH, "cacerts").automated is False


@pytest.mark.parametrize(
    ("server", "version", "evidence"),
    [
        ("https://A.gr7.eu-west-1.eks.amazonaws.com", "v1.34.2", "EKS"),
        ("https://x.hcp.westeurope.azmk8s.io:443", "v1.34.2", "AKS"),
        ("https://1.2.3.4", "v1.34.2-gke.1", "GKE"),
        ("https://eks.amazonaws.com.evil.example", "v1.34.2", ""),
        ("https://10.0.0.1:6443", "v1.34.2", ""),
    ],
)
def test_who_renews_the_api_servers_certificate(server: str, version: str, evidence: str) -> None:
    east = replace(b.cluster("east"), server=server, version=VersionInfo(version))
    leaf = make("api", by=ROOT, names=("api.example",))
    one = b.entry(b.report(b.with_server(east, leaf)), API)
    assert one.automated is bool(evidence)
    assert one.verdict is (Verdict.PASS if evidence else Verdict.WARN)
    assert one.automation.startswith(evidence)


def test_a_connection_that_checks_nothing_and_signs_in_as_master() -> None:
    leaf = make("api", by=ROOT, names=("other.example",), days=(-1, 400))
    client = make("admin", by=ROOT, organizations=("system:masters",), days=(-300, 20))
    east = b.with_server(b.cluster("east"), leaf, client=client, authority=ROOT, verified=False)
    found = b.report(east)
    assert set(b.rules(b.entry(found, API))) == {"CERT-INSECURE", "CERT-NAME", "CERT-MANUAL"}
    assert b.entry(found, API).verdict is Verdict.FAIL
    me = b.entry(found, CertPlace.CLIENT)
    assert me.verdict is Verdict.CRITICAL
    assert set(b.rules(me)) == {"CERT-MASTERS", "CERT-EXPIRING"}
    assert b.entry(found, CertPlace.KUBECONFIG_CA).severity is Severity.LOW


def test_a_context_is_quoted_in_the_command_that_has_the_connection_checked() -> None:
    east = b.with_server(b.cluster("east"), make("api", by=ROOT), verified=False)
    found = b.report(replace(east, context="it's $(id)"))
    remediation = b.finding(found, "CERT-INSECURE").remediation
    inner = remediation.partition("jsonpath=")[2].partition(") --insecure")[0]
    assert shlex.split(inner) == ['{.contexts[?(@.name=="it\'s $(id)")].context.cluster}']


def test_a_handshake_that_was_not_seen_is_unknown() -> None:
    one = b.entry(b.report(b.cluster("east")), API)
    assert (one.verdict, one.not_after) == (Verdict.UNKNOWN, None)


def test_the_clusters_own_authority_is_one_row() -> None:
    pem = ROOT.pem.decode()
    aggregator: Doc = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "extension-apiserver-authentication", "namespace": "kube-system"},
        "data": {"client-ca-file": pem, "requestheader-client-ca-file": pem},
    }
    found = b.report(b.cluster("east", [aggregator]))
    one = b.entry(found, CertPlace.CLUSTER_CA)
    assert one.used_by == ("client-ca-file", "requestheader-client-ca-file")
    assert one.severity is Severity.LOW


def _request(*conditions: str, age: float = 1, made: b.Made | None = None, **spec: str) -> Doc:
    found = base64.b64encode(made.pem).decode() if made else ""
    return {
        "apiVersion": "certificates.k8s.io/v1",
        "kind": "CertificateSigningRequest",
        "metadata": {"name": "csr-1", "creationTimestamp": b.when(-age / 24)},
        "spec": {
            "signerName": "kubernetes.io/kubelet-serving", "username": "system:node:n1", **spec,
        },
        "status": {
            "conditions": [{"type": one, "status": "True"} for one in conditions],
            "certificate": found,
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "then"),
    [
        (_request(), "certificate approve csr-1"),
        (_request(age=0.2), ""),
        (_request("Denied"), "delete csr csr-1"),
        (_request("Approved", "Failed"), "delete csr csr-1"),
        (_request("Approved"), ""),
    ],
)
def test_requests_that_come_to_nothing(request_: Doc, then: str) -> None:
    report = b.report(b.cluster("east", [request_]))
    assert [then in one.remediation for one in report.findings] == ([True] if then else [])
    assert b.rules(report) == (["CERT-REQUEST"] if then else [])
    assert bool(b.entries(report, CertPlace.SIGNING_REQUEST)) is bool(then)


def test_what_a_kubelet_got_is_renewed_by_it() -> None:
    made = make("n1", days=(-1, 364))
    one = b.entry(
        b.report(b.cluster("east", [_request("Approved", made=made)])), CertPlace.SIGNING_REQUEST
    )
    assert (one.automated, one.verdict) == (True, Verdict.PASS)


@pytest.mark.parametrize(
    ("schedule", "days"),
    [
        ("0 0 1 */4 *", 123),
        ("@monthly", 31),
        ("0 0 * * *", 1),
        ("*/5 * * * *", 1),
        ("0 3 * * sun", 7),
        ("0 0 1,15 * *", 17),
        ("0 0 1 jan,jul *", 184),
        ("0 0 13 * 5", 7),
        ("0 0 */20 * 5", 7),
        ("0 0 */1 * 5", 7),
        ("0 0 1 * */7", 7),
        ("0 0 29 2 *", 1461),
        ("0 0 30 2 *", None),
        ("0 0 32 * *", None),
        ("@every 24h", None),
        ("CRON_TZ=UTC 0 0 1 * *", None),
        ("0 0 1 */0 *", None),
        ("x" * 500, None),
        ("", None),
    ],
)
def test_how_often_a_schedule_runs(schedule: str, days: int | None) -> None:
    assert longest_period(schedule) == (None if days is None else days * DAY)
