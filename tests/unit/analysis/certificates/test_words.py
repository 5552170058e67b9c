"""What is said of a verdict: why it is so bad, and what to do first."""

from __future__ import annotations

import pytest

from mckconsole.analysis.certificates.matrix import DAY, NOTHING, Dates, judge
from mckconsole.analysis.certificates.model import CertPlace, Verdict
from tests.unit.analysis.certificates import build as b


@pytest.mark.parametrize(
    ("life", "left", "verdict", "told"),
    [(460, 60, Verdict.CRITICAL, True), (180, 60, Verdict.FAIL, False),
     (460, 20, Verdict.CRITICAL, False), (3650, 100, Verdict.WARN, False)],
)  # fmt: skip
def test_what_is_short_only_for_its_long_life_says_so(
    life: float, left: float, verdict: Verdict, told: bool
) -> None:
    found = judge(Dates((left - life) * DAY, left * DAY), NOTHING, 0.0)
    assert found.verdict is verdict
    assert ("less than a sixth of its life is left" in found.reason) is told


def test_an_issuer_that_cannot_issue_is_looked_at_first() -> None:
    found = b.report(b.cluster("east", [b.secret("web-tls"), b.certificate(), b.issuer("False")]))
    (one,) = b.entry(found, CertPlace.TLS_SECRET).findings
    first, second = one.remediation.splitlines()
    assert first.startswith("1. kubectl --context ")
    assert "describe clusterissuers.cert-manager.io acme: make it, or" in first
    assert second.startswith("2. cmctl renew ")
