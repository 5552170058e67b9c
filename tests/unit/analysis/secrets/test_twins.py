"""Contexts that lead to one cluster: what lies in it lies there once, and opens nothing else."""

from __future__ import annotations

import pytest

from mckconsole.analysis.identity.memory import IdentityMemory
from mckconsole.analysis.identity.model import IdentityPolicy
from mckconsole.analysis.identity.report import analyse_identity
from mckconsole.analysis.secrets.memory import SecretsMemory
from mckconsole.analysis.secrets.model import AuditPolicy, SecretsReport
from mckconsole.analysis.secrets.report import analyse_secrets
from mckconsole.domain.audit import Audited, CertificateSeen
from mckconsole.domain.findings import Severity
from mckconsole.domain.snapshot import ClusterSnapshot
from tests.unit.analysis import build
from tests.unit.analysis.secrets.seen import analysed, cluster, of_rule, only, secret, sighting

TLS = ("secrets", "shop", "web-tls")
DB = ("secrets", "shop", "db")
HASH = "reconcile.external-secrets.io/data-hash"


@pytest.mark.parametrize(("uids", "told"), [(("u", "u"), False), (("u", "v"), True)])
def test_a_key_where_it_belongs_is_not_shared_with_the_same_cluster(
    uids: tuple[str, str], told: bool
) -> None:
    key = sighting("SEC-PRIVATE-KEY", path="data['tls.key']", key="tls.key", expected=True)
    pair = [cluster(name, seen={TLS: [key]}, uid=uid) for name, uid in zip("ab", uids, strict=True)]
    assert bool(analysed(*pair).credentials) is told


def test_a_credential_is_in_as_many_clusters_as_there_are() -> None:
    both = [cluster(name, seen={DB: [sighting()]}, uid="u") for name in "ab"]
    one = only(analysed(*both))
    assert "clusters" not in one.finding.title + one.reason
    third = cluster("c", seen={DB: [sighting()]})
    many = only(analysed(*both, third))
    assert many.finding.title.endswith("3 places, 2 clusters")
    assert "the same in 2 clusters" in many.reason


def test_a_credential_of_a_cluster_opens_it_by_another_name() -> None:
    server = (("server", "https://b.example:6443"),)
    kept = {DB: [sighting("SEC-KUBECONFIG", facts=server, severity=Severity.MEDIUM)]}
    twin = [cluster("a", uid="u", seen=kept), cluster("b", uid="u")]
    assert only(analysed(*twin)).severity is Severity.MEDIUM
    opened = only(analysed(cluster("a", seen=kept), cluster("b")))
    assert (opened.severity, opened.reason.startswith("opens b")) == (Severity.HIGH, True)


def _hashed(name: str, uid: str) -> ClusterSnapshot:
    noted = secret("db", metadata={"annotations": {HASH: "0" * 56}})
    return cluster(name, noted, values=(), uid=uid)


def test_equal_content_is_no_finding_within_one_cluster_also_when_that_is_known_later() -> None:
    assert of_rule(analysed(_hashed("a", "u"), _hashed("b", "v")), "SEC-SAME-CONTENT")
    assert not of_rule(analysed(_hashed("a", "u"), _hashed("b", "u")), "SEC-SAME-CONTENT")
    reports: list[SecretsReport] = []
    memory, known = SecretsMemory(), IdentityMemory()
    for uid in ("v", "u", "v"):
        fleet = build.fleet(_hashed("a", "u"), _hashed("b", uid))
        who, known = analyse_identity(fleet, known, IdentityPolicy())
        report, memory = analyse_secrets(fleet, who, memory, AuditPolicy())
        reports.append(report)
    told = [len(of_rule(one, "SEC-SAME-CONTENT")) for one in reports]
    assert told == [1, 0, 1]


@pytest.mark.parametrize(
    ("authority", "fits", "told"), [(False, True, False), (True, True, True), (False, False, True)]
)
def test_the_key_of_one_certificate_in_two_clusters_is_told_with_the_certificates(
    authority: bool, fits: bool, told: bool
) -> None:
    key = sighting("SEC-PRIVATE-KEY", path="data['tls.key']", key="tls.key", expected=True)
    one = CertificateSeen("data['tls.crt'][0]", "CN=a", "CN=b", "01", 0.0, 1.0,
                          authority=authority, key_matches=fits)  # fmt: skip
    both = [cluster(name, seen={TLS: Audited((key,), (one,))}) for name in "ab"]
    assert bool(analysed(*both).credentials) is told
