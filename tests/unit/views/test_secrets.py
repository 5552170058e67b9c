"""Credentials as rows: how bad, where, since when, waived or not, and what was not read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.domain.findings import Severity
from mckconsole.domain.states import ClusterState
from mckconsole.views import secrets
from mckconsole.views.detail import FindingTarget, ObjectTarget, SecretTarget
from mckconsole.views.filter import parse_filter
from mckconsole.views.secrets_groups import (
    owner_rows,
    owner_summary,
    place_rows,
    place_summary,
)
from mckconsole.views.secrets_rows import target_of
from mckconsole.views.secrets_spaces import (
    cluster_rows,
    cluster_summary,
    namespace_rows,
    namespace_summary,
)
from mckconsole.views.secrets_spec import GROUPINGS, SECRETS
from mckconsole.views.secrets_targets import identity_target, object_of, readers_target
from mckconsole.views.spec import Role, Row
from tests.unit.analysis import build
from tests.unit.views.fleetsecrets import (
    CLUSTERS,
    coverage,
    credential,
    exporter,
    finding,
    place,
    report,
    seen,
    some,
    waiver,
)


def rows_of(*credentials: object, **changes: object) -> list[Row]:
    return list(secrets.rows(*seen(report(*credentials, **changes))))  # type: ignore[arg-type]


def texts(row: Row) -> dict[str, str]:
    return {name: cell.text for name, cell in row.cells.items()}


def test_a_credential_in_several_places_is_one_row() -> None:
    (row,) = rows_of(credential(place(), place("gcp-eu-1", days=31), place("gcp-eu-1", name="b")))
    assert texts(row) == {
        "severity": "✖ critical",
        "what": "AWS access key",
        "clusters": "aws-use1-1 +1",
        "where": "Secret billing/s3-legacy",
        "places": "3",
        "tier": "A proven",
        "written": "214 d",
        "writer": "kubectl-create Update",
        "owner": "nobody known",
        "fp": "7f3a·91c2",
        "reason": "key id and secret lie together, 214 d old",
        "rule": "SEC-AWS-ACCESS-KEY",
    }
    assert (row.role, row.namespace) == (Role.CRITICAL, "billing")
    assert row.clusters == ("aws-use1-1", "gcp-eu-1")
    assert row.cells["written"].value == pytest.approx(214 * 86400)


def test_what_nobody_wrote_down_is_no_age() -> None:
    (row,) = rows_of(credential(place(days=None, writer="")))
    assert (row.cells["written"].text, row.cells["writer"].text) == ("–", "–")


def test_the_worst_come_first_and_gaps_before_what_is_waived() -> None:
    found = some()
    fleet, analysis = seen(found, waived={found.credentials[0].id: waiver()})
    rows = secrets.rows(fleet, analysis)
    assert [row.cells["severity"].text for row in rows] == [
        "✖ high",
        "▲ medium",
        "▲ low",
        "⊘ forbidden",
        "⊘ forbidden",
        "· waived: critical",
    ]
    waived = rows[-1]
    assert waived.role is Role.DIM
    assert waived.cells["reason"].text.startswith("waived until 2026-10-21 by team-billing: the")
    assert waived.finding_ids[0] == found.credentials[0].id, "it is there all the same"


def test_what_was_not_read_is_a_row_and_never_well() -> None:
    rows = {row.id: row for row in secrets.rows(*seen(some()))}
    part, whole = rows["gcp-eu-1/unread"], rows["aks-weu-1/unread"]
    assert part.cells["what"].text == "Secrets of 2 namespaces"
    assert part.cells["where"].text == "kube-system, vault"
    assert part.cells["reason"].text == (
        "2 namespaces forbidden: kube-system, vault; 2 objects only in part"
    )
    assert (whole.cells["what"].text, whole.role) == ("all Secrets", Role.FORBIDDEN)
    assert whole.problem
    assert target_of("credential", whole.id) == SecretTarget("cluster", "aks-weu-1")


def test_many_forbidden_namespaces_are_counted() -> None:
    names = tuple(f"ns-{n}" for n in range(9))
    covered = [coverage("aws-use1-1", forbidden=names)]
    (row,) = rows_of(covered=covered)
    assert row.cells["where"].text == "ns-0, ns-1, ns-2, ns-3 and 5 more"


def test_a_cluster_that_is_being_read_has_no_row_yet() -> None:
    fleet, analysis = seen(report(covered=[coverage("aws-use1-1", readable=False)]))
    one = replace(fleet.clusters["aws-use1-1"], state=ClusterState.CONNECTING)
    fleet = replace(fleet, clusters={**fleet.clusters, "aws-use1-1": one})
    assert secrets.rows(fleet, analysis) == []
    assert secrets.empty(fleet, analysis) == "being read: Secrets of 1 cluster"


def test_rows_are_the_same_objects_while_nothing_changes() -> None:
    found = some()
    first, second = (secrets.rows(*seen(found)) for _ in range(2))
    own = {one.id for one in found.credentials}
    assert all(a is b for a, b in zip(first, second, strict=True) if a.id in own)
    waived = secrets.rows(*seen(found, waived={found.credentials[0].id: waiver()}))
    assert waived[0] is not first[0]


def test_the_summary_counts_modes_and_what_is_hidden() -> None:
    found = some()
    fleet, analysis = seen(found, waived={found.credentials[1].id: waiver()})
    assert secrets.summary(fleet, analysis) == (
        "3 credentials  ✖ 1 critical  ▲ 1 medium  ▲ 1 low  1 waived"
        "  values looked at in 1 of 3 clusters, 1 not read  12 more by name only: --by-name"
    )


@pytest.mark.parametrize(
    ("values", "hidden", "words"),
    [
        (False, 0, "values of Secrets in these clusters were not looked at: --scan-values does"),
        (True, 0, "looked at 36 Secrets and 120 other objects in 3 of 3 clusters"),
        (True, 7, "; 7 only by name, shown with --by-name"),
    ],
)
def test_an_empty_table_says_why_and_what_to_do(values: bool, hidden: int, words: str) -> None:
    covered = [coverage(name, values=values) for name in CLUSTERS]
    line = secrets.empty(*seen(report(covered=covered, hidden=hidden)))
    assert line.startswith("no credentials found: looked at")
    assert words in line
    assert ("--scan-values" in line) is not values


def test_nothing_was_read() -> None:
    assert "no Secrets were read" in secrets.empty(*seen(report(covered=[])))
    fleet, analysis = seen(report())
    assert "no clusters" in secrets.empty(replace(fleet, clusters={}), analysis)


# Groupings.


def test_by_place() -> None:
    fleet, analysis = seen(some())
    rows = place_rows(fleet, analysis)
    assert len(rows) == 5
    assert texts(rows[1]) == {
        "severity": "✖ critical",
        "what": "AWS access key",
        "cluster": "aws-use1-1",
        "namespace": "billing",
        "object": "Deployment billing/exporter",
        "key": "AWS_ACCESS_KEY_ID",
        "tier": "A proven",
        "written": "31 d",
        "writer": "helm Update",
        "owner": "Helm release exporter",
        "elsewhere": "2",
        "fp": "7f3a·91c2",
        "proof": "secret beside it",
        "path": "data['AWS_ACCESS_KEY_ID']",
    }
    assert place_summary(fleet, analysis).startswith("5 places of 3 credentials")


def test_by_cluster_says_what_was_looked_at() -> None:
    fleet, analysis = seen(some())
    rows = {row.id: row for row in cluster_rows(fleet, analysis)}
    assert texts(rows["aws-use1-1"]) == {
        "cluster": "aws-use1-1",
        "mode": "values",
        "worst": "✖ critical",
        "credentials": "1",
        "places": "2",
        "secrets": "12",
        "objects": "40",
        "findings": "✖1 ▲1",
        "coverage": "–",
        "age": "5 s",
    }
    assert rows["gcp-eu-1"].cells["mode"].text == "metadata only"
    assert "2 namespaces forbidden" in rows["gcp-eu-1"].cells["coverage"].text
    closed = texts(rows["aks-weu-1"])
    assert closed["mode"] == "⊘ forbidden"
    assert {closed[one] for one in ("credentials", "worst", "findings", "secrets")} == {"? unknown"}
    assert cluster_summary(fleet, analysis).startswith("3 clusters  values looked at in 1")


def test_what_was_found_of_a_cluster_counts_also_where_its_secrets_are_closed() -> None:
    found = credential(place("aks-weu-1", kind="Deployment", name="api", key="TOKEN"))
    covered = [coverage("aks-weu-1", readable=False, reason="forbidden")]
    (row,) = cluster_rows(*seen(report(found, covered=covered)))
    assert row.cells["findings"].text == "✖1"
    assert row.cells["secrets"].text == "? unknown"


def test_a_cluster_without_anything_is_only_well_where_all_was_read() -> None:
    covered = [coverage("aws-use1-1", values=True), coverage("gcp-eu-1", troubles=1)]
    rows = {row.id: row for row in cluster_rows(*seen(report(covered=covered)))}
    assert rows["aws-use1-1"].role is Role.OK
    assert rows["gcp-eu-1"].role is Role.UNKNOWN


def test_by_namespace_names_those_that_could_not_be_read() -> None:
    fleet, analysis = seen(some())
    rows = {row.id: row for row in namespace_rows(fleet, analysis)}
    assert set(rows) == {
        "aws-use1-1/billing", "gcp-eu-1/billing", "gcp-eu-1/ci", "gcp-eu-1/kube-system",
        "gcp-eu-1/vault", "aks-weu-1/",
    }  # fmt: skip
    assert rows["gcp-eu-1/vault"].cells["worst"].text == "⊘ forbidden"
    assert rows["gcp-eu-1/vault"].cells["credentials"].text == "? unknown"
    assert rows["aks-weu-1/"].cells["worst"].text == "⊘ forbidden"
    assert rows["gcp-eu-1/billing"].cells["worst"].text == "✖ critical 1 of 2"
    assert "⊘ 2 forbidden" in namespace_summary(fleet, analysis)


def test_by_owner() -> None:
    fleet, analysis = seen(some())
    rows = {row.id: row for row in owner_rows(fleet, analysis)}
    assert set(rows) == {"Helm release exporter", "External Secrets runner", "nobody known"}
    assert rows["Helm release exporter"].cells["clusters"].text == "aws-use1-1 +1"
    assert owner_summary(fleet, analysis).startswith("3 owners of objects with credentials")


def test_all_waived_is_not_critical() -> None:
    found = report(credential())
    fleet, analysis = seen(found, waived={found.credentials[0].id: waiver()})
    (row,) = owner_rows(fleet, analysis)
    assert (row.cells["worst"].text, row.role) == ("· all waived", Role.DIM)


@pytest.mark.parametrize("spec", [SECRETS, *GROUPINGS], ids=lambda spec: spec.by)
def test_every_grouping_of_nothing_is_nothing(spec: object) -> None:
    fleet = build.fleet(build.cluster("a"))
    _, analysis = seen(report(covered=[]))
    assert list(spec.rows(fleet, analysis)) == []  # type: ignore[attr-defined]
    assert spec.empty(fleet, analysis)  # type: ignore[attr-defined]


# Where one goes from here.


def test_what_rows_open_and_stand_for() -> None:
    found = some()
    _, analysis = seen(found)
    key = found.credentials[0]
    secret = ObjectTarget("aws-use1-1", key.places[0].object)
    assert target_of("credential", key.id) == SecretTarget("credential", key.id)
    assert object_of(analysis, "credential", key.id) == secret
    assert object_of(analysis, "place", key.places[1].id) == ObjectTarget(
        "aws-use1-1", key.places[1].object
    )
    other = f"{found.others[0].id}/finding"
    assert target_of("credential", other) == FindingTarget(found.others[0].id)
    assert object_of(analysis, "credential", other)
    for by in ("cluster", "namespace", "owner"):
        assert object_of(analysis, by, "aws-use1-1") is None
        assert readers_target(analysis, by, "aws-use1-1") is None
        assert identity_target(analysis, by, "aws-use1-1") is None
    assert object_of(analysis, "credential", "gone") is None


def test_the_identity_is_that_of_a_workload_that_uses_it() -> None:
    known = credential(consumers=(exporter(), exporter("some/binding")))
    _, analysis = seen(report(known))
    target = identity_target(analysis, "credential", known.id)
    assert target
    assert target.id == "some/binding"
    assert identity_target(analysis, "place", known.places[0].id) == target
    lonely = credential(consumers=(exporter(),))
    assert identity_target(seen(report(lonely))[1], "credential", lonely.id) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("severity:critical", 1),
        ("severity:waived", 0),
        ("tier:B", 1),
        ("written>100d", 1),
        ("written<10d", 1),
        ("places>1", 1),
        ("fp:7f3a", 1),
        ("owner:helm", 0),
        ("what:github", 1),
        ("cluster:aks", 1),
    ],
)
def test_filters(text: str, number: int) -> None:
    chosen = parse_filter(text, SECRETS.columns)
    assert sum(map(chosen.matches, secrets.rows(*seen(some())))) == number


def test_findings_that_no_credential_has_are_rows() -> None:
    loose = finding(rule="SEC-LEGACY-TOKEN", severity=Severity.HIGH, title="a token that lasts")
    (row,) = rows_of(others=(loose,))
    assert texts(row)["what"] == "a token that lasts"
    assert texts(row)["rule"] == "SEC-LEGACY-TOKEN"
    assert (row.role, row.namespace) == (Role.CRITICAL, "billing")
