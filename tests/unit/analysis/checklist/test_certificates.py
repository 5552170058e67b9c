"""CHK04: verdicts of the matrix, and the literal rule."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.certificates.matrix import Dates, Renewal, judge
from mckconsole.analysis.certificates.model import (
    CertificateEntry,
    CertificatesReport,
    CertPlace,
    Verdict,
)
from mckconsole.analysis.checklist.certificates import literal
from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.domain.findings import ObjectRef, Unknown
from mckconsole.domain.snapshot import Handshake
from tests.unit.analysis import build
from tests.unit.analysis.checklist.made import NOW, answered, fleet, grounds

DAY = 86400.0
REF = ObjectRef("cert-manager.io/v1", "Certificate", "shop", "web-tls")


def entry(
    verdict: Verdict = Verdict.PASS, days: float | None = 200, name: str = "shop.example.com"
) -> CertificateEntry:
    """A certificate that ends in so many days."""
    end = None if days is None else NOW + days * DAY
    return CertificateEntry(
        "id", "a", CertPlace.CERTIFICATE, REF, "status.notAfter", name, verdict, "because",
        not_after=end, automation="Certificate shop/web-tls", used_by=("Ingress shop/web",),
    )  # fmt: skip


def judged(*entries: CertificateEntry, strict: bool = False, gap: str = "") -> Answer:
    """The answer for these certificates of a."""
    told = (Unknown("secrets", "a", "CERT01", gap),) if gap else ()
    report = CertificatesReport(entries, unknowns=told)
    return answered("CHK04", grounds(fleet("a", "b"), certificates=report, strict=strict))


@pytest.mark.parametrize(
    ("one", "mark", "strict"),
    [
        (entry(), Mark.PASS, Mark.PASS),
        (entry(days=60), Mark.PASS, Mark.FAIL),
        (entry(Verdict.WARN), Mark.WARN, Mark.FAIL),
        (entry(Verdict.WARN, 100), Mark.WARN, Mark.FAIL),
        (entry(Verdict.FAIL, 60), Mark.FAIL, Mark.FAIL),
        (entry(Verdict.CRITICAL, -1), Mark.FAIL, Mark.FAIL),
        (entry(Verdict.UNKNOWN, None), Mark.UNKNOWN, Mark.UNKNOWN),
        (entry(Verdict.UNKNOWN, 60), Mark.UNKNOWN, Mark.FAIL),
        (entry(Verdict.UNKNOWN, 200), Mark.UNKNOWN, Mark.UNKNOWN),
    ],
)
def test_by_the_matrix_and_by_the_literal_rule(
    one: CertificateEntry, mark: Mark, strict: Mark
) -> None:
    assert judged(one).mark is mark
    assert judged(one, strict=True).mark is strict
    found = judged(one)
    assert found.evidence[0].object == REF
    assert found.as_of == NOW
    assert ("literal rule" in judged(one, strict=True).reason) is (mark is not strict)


def test_a_pass_says_how_many_the_literal_rule_would_fail() -> None:
    reason = judged(entry(), entry(days=60)).reason
    assert reason.startswith("2 certificates with time left, or renewed in time")
    assert reason.endswith("the literal rule of 90 days would fail 1")
    assert "literal" not in judged(entry()).reason
    assert judged(entry()).probe.startswith("openssl s_client -connect shop.example.com:443")


def test_what_was_not_read_is_unknown() -> None:
    assert judged(entry(), gap="secrets forbidden").mark is Mark.UNKNOWN
    assert judged().mark is Mark.UNKNOWN
    away = answered("CHK04", grounds(build.fleet(build.unreachable("a"))))
    assert "unreachable" in away.reason


def test_what_a_connection_showed_is_evidence_too() -> None:
    shown = replace(entry(), object=None, path="", place=CertPlace.API_SERVER)
    assert judged(shown).mark is Mark.UNKNOWN
    cluster = replace(build.cluster("a"), handshake=Handshake(at=NOW - 3))
    report = CertificatesReport((shown,))
    found = answered("CHK04", grounds(build.fleet(cluster), certificates=report))
    assert found.mark is Mark.PASS
    assert (found.evidence[0].object, found.as_of) == (None, NOW - 3)


@given(
    left=st.floats(-50, 400),
    life=st.floats(10, 800),
    renews=st.none() | st.floats(-50, 300),
    automated=st.sampled_from([True, False, None]),
)
def test_the_literal_verdict_is_that_of_the_certificates_pane(
    left: float, life: float, renews: float | None, automated: bool | None
) -> None:
    dates = Dates(NOW + (left - life) * DAY, NOW + left * DAY)
    at = None if renews is None else NOW + renews * DAY
    renewal = Renewal(automated, at=at)
    plain = judge(dates, renewal, NOW)
    strict = judge(dates, renewal, NOW, strict=True)
    one = replace(entry(plain.verdict), not_after=dates.end)
    assert literal(one, NOW) is strict.verdict
    assert literal(replace(one, verdict=strict.verdict), NOW) is strict.verdict
