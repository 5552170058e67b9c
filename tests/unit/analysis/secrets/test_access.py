"""Who read Secrets, by the logs: told where nothing explains it, and this console apart."""

from __future__ import annotations

from typing import Any

import pytest

from mckconsole.domain.access_log import SecretAccess
from mckconsole.domain.audit import Audited
from mckconsole.domain.findings import Severity
from tests.unit.analysis.build import NOW
from tests.unit.analysis.secrets.seen import (
    analysed,
    cluster,
    of_rule,
    only,
    secret,
    sighting,
)

APP = "system:serviceaccount:shop:app"


def did(user: str = "ann", verb: str = "list", **more: Any) -> SecretAccess:
    made: dict[str, Any] = {"cluster": "aws", "namespace": "shop", "name": "", "allowed": True,
                            "count": 3, "first": NOW - 60, "last": NOW,
                            "addresses": ("10.0.0.7",), **more}  # fmt: skip
    return SecretAccess(user=user, verb=verb, **made)


@pytest.mark.parametrize(
    ("access", "severity"),
    [
        (did(), Severity.MEDIUM),
        (did(verb="watch", namespace=""), Severity.HIGH),
        (did(APP), Severity.LOW),
        (did("system:anonymous"), Severity.CRITICAL),
        (did("system:kube-controller-manager"), None),
        (did("system:serviceaccount:kube-system:x"), None),
        (did("eks:addon-manager"), None),
        (did("gke-admins@example.com"), Severity.MEDIUM),
        (did("system:admin"), Severity.MEDIUM),
        (did("system:bootstrap:ge1laz"), Severity.MEDIUM),
        (did(own=True), None),
        (did(verb="get", name="db"), None),
        (did(allowed=False), None),
        (did(cluster="elsewhere"), None),
        (did(cluster=""), Severity.MEDIUM),
    ],
)
def test_lists_and_watches_by_others_than_kubernetes(
    access: SecretAccess, severity: Severity | None
) -> None:
    report = analysed(cluster("aws"), accesses=[access])
    found = of_rule(report, "SEC-ACCESS-LIST")
    assert [one.severity for one in found] == ([severity] if severity else [])
    if found:
        assert found[0].cluster == "aws"
        assert found[0].evidence[0].value.startswith("3 times")
        assert "10.0.0.7" in found[0].evidence[0].value


def test_a_user_is_one_finding_however_much_was_listed() -> None:
    many = [did(), did(namespace="web"), did(verb="watch")]
    (one,) = of_rule(analysed(cluster("aws"), accesses=many), "SEC-ACCESS-LIST")
    assert one.subject == "ann"
    assert len(one.evidence) == 3


DB = ("secrets", "shop", "db")


@pytest.mark.parametrize(
    ("user", "owner", "severity"),
    [
        ("ann", "", Severity.HIGH),
        ("system:serviceaccount:ci:runner", "", Severity.MEDIUM),
        (APP, "", None),
        ("system:serviceaccount:eso:external-secrets", "External Secrets db", None),
        ("system:serviceaccount:eso:external-secrets", "", Severity.MEDIUM),
        ("system:node:n1", "", None),
    ],
)
def test_who_read_a_secret_with_a_credential(
    user: str, owner: str, severity: Severity | None
) -> None:
    seen = {DB: Audited((sighting(), sighting(mark="b", path="data['B']")), owner=owner)}
    access = did(user, "get", name="db")
    report = analysed(cluster("aws", secret("db"), seen=seen), accesses=[access])
    found = of_rule(report, "SEC-ACCESS-READ")
    assert [one.severity for one in found] == ([severity] if severity else [])
    assert all(one.related == tuple(found) for one in report.credentials)
    assert report.others == ()


def test_what_two_logs_tell_of_is_not_counted_twice() -> None:
    both = [did(verb="get", name="db"), did(verb="get", name="db", source="falco", count=2)]
    report = analysed(cluster("aws", secret("db"), seen={DB: [sighting()]}), accesses=both)
    (found,) = of_rule(report, "SEC-ACCESS-READ")
    assert "ann read it at least 3 times from" in found.detail


def test_reads_of_secrets_without_a_finding_are_nobodys_concern() -> None:
    report = analysed(cluster("aws", secret("db")), accesses=[did(verb="get", name="db")])
    assert report.findings == ()


@pytest.mark.parametrize(
    ("access", "severity"),
    [
        (did(allowed=False, verb="get", name="other"), Severity.LOW),
        (did(allowed=False, verb="get", name="db"), Severity.MEDIUM),
        (did("system:anonymous", allowed=False), Severity.MEDIUM),
    ],
)
def test_who_was_refused(access: SecretAccess, severity: Severity) -> None:
    report = analysed(cluster("aws", seen={DB: [sighting()]}), accesses=[access])
    (found,) = of_rule(report, "SEC-ACCESS-DENIED")
    assert found.severity is severity
    assert only(report).related == ()


def test_what_a_log_covers_and_whose_reads_are_left_out_is_said() -> None:
    report = analysed(cluster("aws"), accesses=[did(own=True), did(cluster="moon", own=False)])
    reasons = [one.reason for one in report.unknowns if one.rule == "SEC-ACCESS-READ"]
    assert any("audit.log covers 2026-09-20T" in one for one in reasons)
    left = "3 reads of this console left out (by its user agent, as ann)"
    assert any(left in one for one in reasons)
    alone = analysed(cluster("aws"), cluster("gcp"), accesses=[did(cluster="moon")])
    assert any("of 3 reads the logs do not say" in one.reason for one in alone.unknowns)
