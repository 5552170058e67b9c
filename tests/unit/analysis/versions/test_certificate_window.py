"""UB16: certificates that end while a cluster is upgraded, with their healthy twins."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.certificates.model import CertificateEntry, CertPlace, Verdict
from mckconsole.analysis.versions.certificate_window import certificate_blockers
from mckconsole.analysis.versions.model import Blocker, Gravity
from mckconsole.domain.findings import ObjectRef
from tests.unit.analysis import build
from tests.unit.analysis.versions import blocking as b

BLOCK, WARN, UNKNOWN = Gravity.BLOCK, Gravity.WARN, Gravity.UNKNOWN
DAY = 86_400.0
REF = ObjectRef("v1", "ConfigMap", "kube-system", "kube-root-ca.crt")


def entry(
    place: CertPlace, days: float | None, automated: bool | None, object: ObjectRef | None = REF,
    verdict: Verdict | None = None,
) -> CertificateEntry:  # fmt: skip
    end = None if days is None else build.NOW + days * DAY
    verdict = verdict or (Verdict.UNKNOWN if days is None else Verdict.WARN)
    return CertificateEntry(
        "id", "west", place, object, "data['ca.crt'][0]", "kubernetes", verdict,
        "nothing renews it", not_after=end, automated=automated, used_by=("Service shop/web",),
    )  # fmt: skip


def judged(*entries: CertificateEntry) -> list[Blocker]:
    return certificate_blockers(build.cluster("west", audited=True), entries)


@pytest.mark.parametrize(
    ("place", "days", "automated", "gravity"),
    [
        (CertPlace.API_SERVER, 29, False, WARN),
        (CertPlace.API_SERVER, 31, False, None),
        (CertPlace.API_SERVER, 29, True, None),
        (CertPlace.API_SERVER, 29, None, UNKNOWN),
        (CertPlace.API_SERVER, -1, True, BLOCK),
        (CertPlace.CLUSTER_CA, -1, None, BLOCK),
        (CertPlace.MESH, 10, False, WARN),
        (CertPlace.API_SERVICE, 10, False, WARN),
        (CertPlace.CONVERSION, -3, False, BLOCK),
        (CertPlace.WEBHOOK, 10, False, WARN),
        (CertPlace.WEBHOOK, -1, False, None),  # UB08 tells
        (CertPlace.TLS_SECRET, 10, False, None),  # no matter of the upgrade
        (CertPlace.CERTIFICATE, -1, False, None),
        (CertPlace.MESH, None, False, UNKNOWN),
        (CertPlace.MESH, None, None, UNKNOWN),
        (CertPlace.API_SERVER, None, True, None),
        (CertPlace.TLS_SECRET, None, False, None),
    ],
)
def test_certificates_in_the_window(
    place: CertPlace, days: float | None, automated: bool | None, gravity: Gravity | None
) -> None:
    found = judged(entry(place, days, automated))
    assert b.gravities(found) == ([("UB16", gravity)] if gravity else [])
    if found:
        assert b.only(found).evidence


def test_what_no_object_holds_is_shown_as_derived() -> None:
    found = b.only(judged(entry(CertPlace.API_SERVER, 3, False, None)))
    assert found.evidence[0].source == "derived"
    assert "Service shop/web" in found.detail


def test_without_an_answer_nothing_passes() -> None:
    assert b.gravities(certificate_blockers(b.cluster(), ())) == [("UB16", UNKNOWN)]
    nobody = build.unreachable("west")
    assert b.gravities(certificate_blockers(nobody, ())) == [("UB16", UNKNOWN)]


def test_many_without_a_known_end_are_told_once() -> None:
    found = judged(*[entry(CertPlace.MESH, None, None) for _ in range(70)])
    assert "70 certificates" in b.only(found).detail


def test_what_has_no_end_is_not_looked_at() -> None:
    """A key that is shared, and a connection without TLS."""
    assert not judged(entry(CertPlace.MESH, None, False, verdict=Verdict.WARN))
    plain = replace(build.cluster("west", audited=True), server="http://west.example:8001")
    unseen = entry(CertPlace.API_SERVER, None, False, None)
    assert not certificate_blockers(plain, [unseen])
    assert b.gravities(judged(unseen)) == [("UB16", UNKNOWN)]
