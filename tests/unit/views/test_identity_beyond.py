"""What no workload's row shows: findings on clusters and accounts, clusters that were not read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.identity.model import Account, IdentityReport, WorkloadKey
from mckconsole.domain.findings import Finding, ObjectRef, Severity, Unknown
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState
from mckconsole.views import identity
from mckconsole.views.detail import (
    ClusterTarget,
    FindingTarget,
    IdentityTarget,
    ObjectTarget,
    WhoTarget,
)
from mckconsole.views.identity_beyond import target_of
from mckconsole.views.identity_cells import identity_id
from mckconsole.views.identity_spec import CLOUD_IDENTITY, WORKLOAD
from mckconsole.views.identity_targets import object_of, users_of, who_of
from mckconsole.views.panes import find_pane
from mckconsole.views.spec import Role, Row
from tests.unit.views.fleetidentity import (
    READER,
    account,
    account_ref,
    binding,
    declares,
    finding,
    report,
    seen,
    some,
    waiting,
)

KEYS = ObjectRef("", "JSONWebKeySet", "", "/openid/v1/jwks")
HOOK = ObjectRef("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "", "hook")
GAP = Unknown("identity", "gcp-eu-1", "*", "pods forbidden")


def cloned(severity: Severity = Severity.CRITICAL) -> Finding:
    return finding("aws-use1-1", "WI42", severity=severity, title="one key", peers=("gcp-eu-1",),
                   object=KEYS)  # fmt: skip


def refused() -> Finding:
    return finding("aks-weu-1", "WI14", title="refused", object=account_ref("shop", "reconciler"))


def reconciler(*workloads: str) -> Account:
    """An account that declares a role; its workloads have no pods."""
    own = account("aks-weu-1", declares(READER), name="reconciler")
    keys = tuple(WorkloadKey("aks-weu-1", "shop", "Deployment", name) for name in workloads)
    return changed(own, workloads=keys)


def with_account(found: IdentityReport, own: Account) -> IdentityReport:
    return replace(found, accounts={**found.accounts, own.key: own})


def beyond(found: IdentityReport) -> list[Row]:
    return [row for row in identity.rows(*seen(found)) if target_of(row.id)]


def text(row: Row, *columns: str) -> tuple[str, ...]:
    return tuple(row.cells[column].text for column in columns)


def test_the_worst_is_in_the_pane_though_no_workload_has_it() -> None:
    found = report(waiting(), binding("aws-use1-1"), about=(cloned(), refused()))
    found = with_account(found, reconciler("reconciler"))
    rows = identity.rows(*seen(found))
    assert [text(row, "cluster", "workload", "state") for row in rows] == [
        ("aws-use1-1", "issuer's keys", "✖ critical WI42"),
        ("aks-weu-1", "account reconciler", "✖ high WI14"),
        ("gcp-eu-1", "checkout", "✖ pending restart"),
        ("aws-use1-1", "checkout", "● bound"),
    ]
    keys = rows[0]
    assert text(keys, "namespace", "identity", "findings", "reason") == ("–", "–", "✖1", "one key")
    assert keys.clusters == ("aws-use1-1", "gcp-eu-1"), "a scope on either shows it"
    assert keys.finding_ids == (cloned().id,)
    assert keys.problem
    pane = find_pane("identity")
    assert pane
    assert all(set(row.cells) == {one.id for one in pane.columns} for row in rows)


@pytest.mark.parametrize(
    ("one", "own"),
    [
        (cloned(Severity.INFO), None),
        (waiting().findings[0], None),
        (finding("aks-weu-1", "WI35", object=account_ref("shop", "reconciler")), reconciler()),
    ],
    ids=["information", "a workload tells it", "nothing runs as it"],
)
def test_what_has_its_place_elsewhere_has_no_row(one: Finding, own: Account | None) -> None:
    found = report(waiting(), about=(one,))
    assert beyond(with_account(found, own) if own else found) == []


def test_less_bad_findings_stand_among_those_that_are_as_bad() -> None:
    hook = finding("gcp-eu-1", "WI39", severity=Severity.LOW, title="cannot be asked", object=HOOK)
    whole = replace(hook, object=None, rule="WI40")
    rows = identity.rows(*seen(report(waiting(), binding("aws-use1-1"), about=(hook, whole))))
    assert [text(row, "workload", "state") for row in rows] == [
        ("checkout", "✖ pending restart"),
        ("identity webhook", "▲ low WI39"),
        ("the cluster", "▲ low WI40"),
        ("checkout", "● bound"),
    ]


def test_clusters_that_were_not_read_are_in_the_pane() -> None:
    (row,) = beyond(report(waiting(), binding("aws-use1-1"), unknowns=(GAP,)))
    assert text(row, "cluster", "workload", "state", "reason") == (
        "gcp-eu-1", "all workloads", "? not all read", "pods forbidden",
    )  # fmt: skip
    assert row.role is Role.UNKNOWN
    facts = dict(some().clusters)
    facts["gcp-eu-1"] = replace(facts["gcp-eu-1"], readable=False)
    (row,) = beyond(replace(some(), clusters=facts, unknowns=(GAP,)))
    assert row.cells["state"].text == "? not read"
    assert target_of(row.id) == ClusterTarget("gcp-eu-1")
    assert beyond(report(unknowns=(GAP,))) == [], "the empty table says why"


def test_a_cluster_that_is_being_read_just_now_is_no_gap() -> None:
    found = report(waiting(), unknowns=(GAP,))
    for state in (ClusterState.PENDING, ClusterState.CONNECTING):
        fleet, analysis = seen(found)
        clusters = dict(fleet.clusters)
        clusters["gcp-eu-1"] = replace(clusters["gcp-eu-1"], state=state)
        rows = identity.rows(replace(fleet, clusters=clusters), analysis)
        assert not any(target_of(row.id) for row in rows)


def place_of(row: Row, fleet: FleetSnapshot, analysis: Analysis) -> Sequence[object]:
    return (
        target_of(row.id),
        object_of(analysis, WORKLOAD, row.id),
        users_of(analysis, WORKLOAD, row.id),
        who_of(analysis, WORKLOAD, row.id),
    )


def test_where_one_can_go_from_such_a_row() -> None:
    found = report(waiting(), about=(cloned(), refused()), unknowns=(GAP,))
    found = with_account(found, reconciler("reconciler"))
    fleet, analysis = seen(found)
    keys, own, _, gap = identity.rows(fleet, analysis)
    assert place_of(keys, fleet, analysis) == (
        FindingTarget(cloned().id), ObjectTarget("aws-use1-1", KEYS), None, None,
    )  # fmt: skip
    assert place_of(own, fleet, analysis) == (
        FindingTarget(refused().id),
        ObjectTarget("aks-weu-1", account_ref("shop", "reconciler")),
        IdentityTarget(CLOUD_IDENTITY, identity_id(READER)),
        WhoTarget("aks-weu-1/shop/reconciler"),
    )
    assert place_of(gap, fleet, analysis) == (ClusterTarget("gcp-eu-1"), None, None, None)


def test_names_of_clusters_are_no_such_rows() -> None:
    odd = binding("x/finding")
    assert target_of(odd.id) is None
