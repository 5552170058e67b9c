"""Certificates in Secrets: seen, known from beside them, or not known."""

from __future__ import annotations

import pytest

from mckconsole.analysis.certificates.model import CertPlace, Verdict
from mckconsole.domain.findings import Severity
from mckconsole.domain.snapshot import NOT_READ
from mckconsole.domain.states import TopicState
from tests.unit.analysis.certificates import build as b
from tests.unit.analysis.certificates.build import DAY, NOW, make

TLS, CERT = CertPlace.TLS_SECRET, CertPlace.CERTIFICATE
ROOT = make("root", authority=True, days=(-400, 3000))
LEAF = make("web", by=ROOT, names=("shop.example",), days=(-10, 80))
WEB = ("shop", "web-tls")


def test_a_healthy_certificate_passes_with_its_evidence() -> None:
    docs = [b.secret("web-tls"), b.certificate(), b.issuer(), b.ingress("shop.example")]
    found = b.report(b.looked(b.cluster("east", docs), {WEB: b.tls(LEAF)}))
    one = b.entry(found, TLS)
    assert one.verdict is Verdict.PASS
    assert one.automated is True
    assert one.automation == f"Certificate shop/web renews on {b.when(50)[:10]}"
    assert one.used_by == ("Ingress shop/web",)
    assert one.name == "shop.example"
    assert one.days_left(NOW) == pytest.approx(80)
    assert one.findings == ()
    assert b.entry(found, CERT).verdict is Verdict.PASS


def test_without_values_the_certificate_tells_the_dates() -> None:
    docs = [b.secret("web-tls"), b.certificate(), b.issuer(), b.secret("other")]
    found = b.report(b.cluster("east", docs))
    one, other = b.entry(found, TLS, "web-tls"), b.entry(found, TLS, "other")
    assert (one.verdict, one.not_after) == (Verdict.PASS, NOW + 80 * DAY)
    assert (other.verdict, other.not_after) == (Verdict.UNKNOWN, None)
    assert "--scan-values" in other.reason
    assert any(one.reason.startswith("1 certificate: values") for one in found.unknowns)


@pytest.mark.parametrize(
    ("certificate", "issuer", "verdict", "why"),
    [
        (b.certificate(ready="False"), "True", Verdict.FAIL, "not ready"),
        (b.certificate(status={"lastFailureTime": b.when(-1)}), "True", Verdict.FAIL, "failed at"),
        (b.certificate(renews=-10), "True", Verdict.FAIL, "overdue"),
        (b.certificate(renews=-4), "True", Verdict.PASS, ""),
        (b.certificate(renews=None), "True", Verdict.FAIL, "no time of renewal"),
        (b.certificate(), "False", Verdict.FAIL, "ClusterIssuer acme is not ready"),
        (b.certificate(), None, Verdict.FAIL, "ClusterIssuer acme is not there"),
        (b.certificate(issuing=-0.02), "True", Verdict.PASS, ""),
        (b.certificate(issuing=-0.05), "True", Verdict.FAIL, "more than an hour"),
        (b.certificate(ready="False", issuing=-0.02), "True", Verdict.PASS, ""),
        (b.certificate(ready="False", made=-0.02), "True", Verdict.PASS, ""),
        (b.certificate(days=(-300, 200), ready="False"), "True", Verdict.WARN, "not ready"),
        (b.certificate(spec={"renewal": {"policy": "Disabled"}}), "True", Verdict.FAIL, "Disabled"),
        (b.certificate(days=(-300, 20), spec={"renewal": {"policy": "Disabled"}}), "True",
         Verdict.CRITICAL, "Disabled"),
        (b.certificate(days=(-90, -1), renews=-30), "True", Verdict.CRITICAL, "ended on"),
        (b.certificate(spec={"issuerRef": {"name": "x", "kind": "AWSPCAIssuer",
                                           "group": "awspca.cert-manager.io"}}), "True",
         Verdict.UNKNOWN, "awspca.cert-manager.io are not read"),
    ],
)  # fmt: skip
def test_what_a_certificate_says_of_its_renewal(
    certificate: dict[str, object], issuer: str | None, verdict: Verdict, why: str
) -> None:
    docs = [b.secret("web-tls"), certificate, *([b.issuer(issuer)] if issuer else [])]
    found = b.report(b.cluster("east", docs))
    for place in (TLS, CERT):
        one = b.entry(found, place)
        assert one.verdict is verdict
        assert why in one.reason
    assert len(found.findings) == (verdict not in (Verdict.PASS, Verdict.UNKNOWN))
    for each in found.findings:
        kinds = {str(proof.object) for proof in each.evidence}
        assert "Certificate shop/web" in kinds
        assert each.remediation
        assert each.pane == "secrets"


@pytest.mark.parametrize("state", [TopicState.FORBIDDEN, TopicState.STALE, TopicState.UNREACHABLE])
@pytest.mark.parametrize("topic", ["certificates", "clusterissuers"])
def test_what_decides_and_could_not_be_read_makes_unknown(topic: str, state: TopicState) -> None:
    docs = [b.secret("web-tls"), b.certificate(), b.issuer()]
    found = b.report(b.looked(b.cluster("east", docs, states={topic: state}), {WEB: b.tls(LEAF)}))
    one = b.entry(found, TLS)
    assert one.verdict is Verdict.UNKNOWN
    assert one.automated is None
    assert found.findings == ()
    assert any(topic in one.reason for one in found.unknowns)


def test_stale_secrets_are_judged_as_of_when_they_were_read() -> None:
    docs = [b.secret("web-tls"), b.certificate(), b.issuer()]
    states = {"secrets": TopicState.STALE}
    found = b.report(
        b.looked(b.cluster("east", docs, states=states), {WEB: b.tls(LEAF)}), now=NOW + 90 * DAY
    )
    one = b.entry(found, TLS)
    assert one.verdict is Verdict.UNKNOWN
    assert "secrets stale" in one.reason


def test_nothing_renews_what_was_put_there_by_hand_or_by_helm() -> None:
    docs = [b.secret("web-tls", labels={"app.kubernetes.io/managed-by": "Helm"})]
    found = b.report(b.looked(b.cluster("east", docs), {WEB: b.tls(LEAF)}))
    one = b.entry(found, TLS)
    assert (one.verdict, one.automated, one.automation) == (Verdict.FAIL, False, "")
    assert "Helm" in one.reason
    expiring = b.finding(found, "CERT-EXPIRING")
    assert expiring.severity is Severity.HIGH
    assert "kubectl --context ctx-east -n shop create secret tls web-tls" in expiring.remediation


def test_a_certificate_that_is_gone_renews_nothing() -> None:
    notes = {"cert-manager.io/certificate-name": "web"}
    found = b.report(b.cluster("east", [b.secret("web-tls", annotations=notes)]))
    assert b.entry(found, TLS).automated is False
    assert b.entry(found, TLS).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("interval", "policy", "automated"),
    [
        ("1h", "", True),
        ("", "", True),
        ("0", "", False),
        ("0s", "Periodic", False),
        ("1h", "Periodic", True),
        ("1h", "CreatedOnce", False),
        ("1h", "OnChange", False),
    ],
)
def test_external_secrets_take_over_what_is_renewed_elsewhere(
    interval: str, policy: str, automated: bool
) -> None:
    external: b.Doc = {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {
            "refreshInterval": interval,
            "refreshPolicy": policy,
            "target": {"name": "web-tls"},
        },
    }
    found = b.report(
        b.looked(b.cluster("east", [b.secret("web-tls"), external]), {WEB: b.tls(LEAF)})
    )
    one = b.entry(found, TLS)
    assert one.automated is automated
    assert one.verdict is (Verdict.PASS if automated else Verdict.FAIL)


@pytest.mark.parametrize(
    ("ready", "verdict"), [("True", Verdict.PASS), ("False", Verdict.FAIL), ("", Verdict.PASS)]
)
def test_an_external_secret_that_cannot_read_its_source_renews_nothing(
    ready: str, verdict: Verdict
) -> None:
    said = [{"type": "Ready", "status": ready, "reason": "SecretSyncedError", "message": "x"}]
    external: b.Doc = {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": "web-tls", "namespace": "shop"},
        "status": {"conditions": said if ready else []},
    }
    found = b.report(
        b.looked(b.cluster("east", [b.secret("web-tls"), external]), {WEB: b.tls(LEAF)})
    )
    assert b.entry(found, TLS).verdict is verdict
    if ready == "False":
        failing = b.finding(found, "CERT-ROTATION-FAILING")
        assert "Ready is False (SecretSyncedError)" in failing.detail
        paths = {each.path for each in failing.evidence}
        assert {"status.conditions[Ready]", "spec.refreshInterval"} <= paths
        assert "-n shop describe externalsecrets.external-secrets.io web-tls" in failing.remediation


def test_openshift_says_when_it_ends_even_without_values() -> None:
    notes = {"service.beta.openshift.io/expiry": b.when(20)}
    made = b.secret("web-tls", annotations=notes, creationTimestamp=b.when(-700))
    one = b.entry(b.report(b.cluster("east", [made])), TLS)
    assert (one.verdict, one.automated) == (Verdict.PASS, True)
    assert one.not_after == NOW + 20 * DAY


def test_every_certificate_of_a_chain_has_a_row() -> None:
    middle = make("middle", by=ROOT, authority=True, days=(-100, 50))
    leaf = make("web", by=middle, days=(-10, 80))
    found = b.report(
        b.looked(b.cluster("east", [b.secret("web-tls")]), {WEB: b.tls(leaf, middle, ROOT)})
    )
    paths = {one.path: one.name for one in b.entries(found, TLS)}
    assert paths == {
        "data['tls.crt'][0]": "web",
        "data['tls.crt'][1]": "middle",
        "data['tls.crt'][2]": "root",
    }
    assert len({one.id for one in found.entries}) == len(found.entries)
    chain = b.finding(found, "CERT-CHAIN")
    assert chain.subject == "authority"
    assert "ends before it" in chain.title
    assert chain.severity is Severity.MEDIUM


def test_the_authority_that_ends_first_is_one_that_vouches_for_it() -> None:
    """A stranger that ends before all others hides nothing."""
    stranger = make("stranger", authority=True, days=(-100, 5))
    short = make("short", authority=True, days=(-100, 30))
    leaf = make("web", by=short, days=(-10, 80))
    trusted = b.read_certificates(stranger.pem + short.pem, "data['ca.crt']")
    found = b.report(
        b.looked(b.cluster("east", [b.secret("web-tls")]), {WEB: (*b.tls(leaf), *trusted)})
    )
    assert "CN=short" in b.finding(found, "CERT-CHAIN").detail


def test_a_chain_out_of_order_is_found() -> None:
    other = make("other", authority=True, days=(-10, 900))
    found = b.report(b.looked(b.cluster("east", [b.secret("web-tls")]), {WEB: b.tls(LEAF, other)}))
    assert b.finding(found, "CERT-CHAIN").subject == "order"


def test_a_key_of_another_certificate_is_found() -> None:
    docs = [b.secret("web-tls"), b.certificate(), b.issuer()]
    found = b.report(b.looked(b.cluster("east", docs), {WEB: b.tls(LEAF, key=ROOT)}))
    assert b.entry(found, TLS).verdict is Verdict.FAIL
    assert b.finding(found, "CERT-MISMATCH").severity is Severity.HIGH


@pytest.mark.parametrize(
    ("hosts", "missing"),
    [
        (("shop.example",), ""),
        ((), ""),
        (("shop.example", "www.shop.example"), "www.shop.example"),
        (("*.example",), "*.example"),
    ],
)
@pytest.mark.parametrize("values", [True, False])
def test_hosts_that_a_certificate_is_not_good_for(
    hosts: tuple[str, ...], missing: str, values: bool
) -> None:
    notes = {"cert-manager.io/alt-names": "shop.example"}
    east = b.cluster("east", [b.secret("web-tls", annotations=notes), b.ingress(*hosts)])
    found = b.report(b.looked(east, {WEB: b.tls(LEAF)}) if values else east)
    titles = [one.title for one in found.findings if one.rule == "CERT-NAME"]
    assert titles == (
        [f"certificate of Secret web-tls is not good for {missing}"] if missing else []
    )
    if missing:
        kinds = {one.object.kind for one in b.finding(found, "CERT-NAME").evidence if one.object}
        assert kinds == {"Ingress", "Secret"}


def test_a_gateway_names_its_secret_in_another_namespace() -> None:
    gateway: b.Doc = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "gw", "namespace": "infra"},
        "spec": {"listeners": [{
            "name": "https", "hostname": "no.example",
            "tls": {"certificateRefs": [{"name": "web-tls", "namespace": "shop"}]},
        }]},
    }  # fmt: skip
    found = b.report(
        b.looked(b.cluster("east", [b.secret("web-tls"), gateway]), {WEB: b.tls(LEAF)})
    )
    assert b.finding(found, "CERT-NAME").object == b.finding(found, "CERT-NAME").evidence[0].object
    assert b.entry(found, TLS).used_by == ("Gateway infra/gw listener https",)


def test_a_secret_that_is_not_there_is_missing_only_where_that_is_sure() -> None:
    docs = [b.ingress("shop.example")]
    found = b.report(b.cluster("east", docs))
    assert b.finding(found, "CERT-MISSING").object == b.entry(found, TLS).findings[0].object
    assert b.entry(found, TLS).verdict is Verdict.FAIL
    for state in (TopicState.FORBIDDEN, TopicState.STALE, TopicState.PENDING):
        blind = b.report(b.cluster("east", docs, states={"secrets": state}))
        assert b.entries(blind, TLS) == []
        assert b.rules(blind) == []


@pytest.mark.parametrize(
    ("fault", "sure"),
    [
        (("shop", NOT_READ), False),
        (("other", NOT_READ), True),
        (("", "(undecodable)"), False),
        (("shop", "odd"), True),
    ],
)
def test_a_namespace_that_was_not_read_misses_nothing(fault: tuple[str, str], sure: bool) -> None:
    east = b.cluster("east", [b.ingress("shop.example")])
    view = b.replace(east.topic("secrets"), faults={fault: ("forbidden",)})
    found = b.report(b.replace(east, topics={**east.topics, "secrets": view}))
    assert (b.rules(found) == ["CERT-MISSING"]) is sure


def test_an_empty_tls_secret_is_told_from_one_that_could_not_be_looked_at() -> None:
    east = b.cluster("east", [b.secret("web-tls")])
    assert b.rules(b.report(b.looked(east, {}))) == ["CERT-MISSING"]
    found = b.report(b.looked(east, {}, troubles={WEB: "data['tls.crt']: too large"}))
    assert b.rules(found) == []
    assert b.entry(found, TLS).verdict is Verdict.UNKNOWN
    assert "too large" in b.entry(found, TLS).reason


def test_a_set_of_authorities_counts_as_long_as_one_does() -> None:
    roots = [make(f"r{n}", authority=True, days=(-900, end)) for n, end in enumerate((-5, 900))]
    seen = b.read_certificates(b"".join(one.pem for one in roots), "data['ca.pem']")
    east = b.cluster("east", [b.secret("trust", "Opaque")])
    found = b.report(b.looked(east, {("shop", "trust"): seen}))
    (one,) = b.entries(found, CertPlace.OTHER_SECRET)
    assert (one.name, one.path, one.verdict) == ("r1", "data['ca.pem']", Verdict.WARN)


def test_pods_with_a_single_file_keep_the_old_certificate() -> None:
    volume = {"name": "tls", "secret": {"secretName": "web-tls"}}

    def pod(name: str, made: float, **mount: str) -> dict[str, object]:
        container = {"name": "app", "volumeMounts": [{"name": "tls", **mount}]}
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": "shop", "creationTimestamp": b.when(made)},
            "spec": {"containers": [container], "volumes": [volume]},
        }

    pods = [
        pod("old", -20, subPath="tls.crt"),
        pod("new", -5, subPath="tls.crt"),
        pod("whole", -20),
    ]
    east = b.looked(b.cluster("east", [b.secret("web-tls"), *pods]), {WEB: b.tls(LEAF)})
    found = b.finding(b.report(east), "CERT-STALE-POD")
    assert "delete pod old;" in found.remediation
