"""What the identity pane says, cell by cell, in each grouping, and what a change costs."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace as changed

from mckconsole.analysis.identity.model import (
    Binding,
    BindingState,
    Cloud,
    ClusterFacts,
    Identity,
    IdentityReport,
    IdentityUse,
    Mechanism,
)
from mckconsole.cli.arguments import IDENTITY_GROUPINGS as GROUPINGS
from mckconsole.domain.findings import Severity, Unknown
from mckconsole.report import jsonout
from mckconsole.report.document import build
from mckconsole.views import identity
from mckconsole.views.filter import parse_filter
from mckconsole.views.identity_cells import (
    find_identity,
    identity_cell,
    identity_id,
    pods_cell,
    reason_cell,
)
from mckconsole.views.panes import CONSOLE_TOPICS, PANES, find_pane
from mckconsole.views.spec import BLANK, Cell, PaneSpec, Role, Row
from tests.unit.views.fleetidentity import (
    CLUSTERS,
    READER,
    account,
    account_ref,
    binding,
    declares,
    finding,
    multi,
    report,
    seen,
    some,
    waiting,
    workload,
)

(IDENTITY,) = (pane for pane in PANES if pane.name == "identity")


def row_of(found: Binding) -> Row:
    (row,) = identity.rows(*seen(report(found)))
    return row


def texts(row: Row, *columns: str) -> tuple[str, ...]:
    return tuple(row.cells[column].text for column in columns)


def grouped(by: str, found: IdentityReport) -> list[Row]:
    spec = IDENTITY.grouped(by)
    assert spec
    return list(spec.rows(*seen(found)))


def test_a_workload_that_waits_for_its_restart() -> None:
    row = row_of(waiting())
    assert texts(row, "cluster", "namespace", "workload", "state", "identity", "cloud") == (
        "gcp-eu-1", "shop", "checkout", "✖ pending restart", "checkout-reader", "AWS",
    )  # fmt: skip
    assert texts(row, "account", "serviceaccount", "pods", "mechanism", "findings", "kind") == (
        "000000000000", "checkout", "1/1 differ", "IRSA", "✖1", "Deployment",
    )  # fmt: skip
    assert row.cells["reason"].text.startswith("AWS_ROLE_ARN and")
    assert row.cells["identity"].value == READER.text
    assert row.cells["state"].value == "PENDING_RESTART"
    assert row.finding_ids == (waiting().findings[0].id,)
    assert (row.clusters, row.namespace, row.problem) == (("gcp-eu-1",), "shop", True)
    assert row.id == "gcp-eu-1/shop/deployment/checkout/aws"


@pytest.mark.parametrize(
    ("state", "severity", "text", "role"),
    [
        (BindingState.BOUND, None, "● bound", Role.OK),
        (BindingState.BOUND, Severity.INFO, "● bound", Role.OK),
        (BindingState.BOUND, Severity.MEDIUM, "▲ bound", Role.WARN),
        (BindingState.DRIFT, None, "▲ drift", Role.WARN),
        (BindingState.DRIFT, Severity.HIGH, "✖ drift", Role.CRITICAL),
        (BindingState.DRIFT, Severity.INFO, "▲ drift", Role.WARN),
        (BindingState.STATIC_KEY, Severity.CRITICAL, "✖ static key", Role.CRITICAL),
        (BindingState.SHADOWED, Severity.LOW, "▲ shadowed", Role.WARN),
        (BindingState.PENDING_RESTART, None, "▲ pending restart", Role.WARN),
        (BindingState.NODE_FALLBACK, None, "▲ node fallback", Role.WARN),
        (BindingState.UNKNOWN, None, "? unknown", Role.UNKNOWN),
        (BindingState.UNKNOWN, Severity.HIGH, "✖ unknown", Role.CRITICAL),
        (BindingState.ROLE_UNKNOWN, None, "? role unknown", Role.UNKNOWN),
        (BindingState.PRINCIPAL_ONLY, None, "· principal only", Role.DIM),
        (BindingState.UNDECLARED, None, "· undeclared", Role.DIM),
        (BindingState.UNDECLARED, Severity.MEDIUM, "▲ undeclared", Role.WARN),
    ],
)
def test_a_state_is_as_bad_as_its_worst_finding(
    state: BindingState, severity: Severity | None, text: str, role: Role
) -> None:
    found = (finding("aws-use1-1", severity=severity),) if severity else ()
    row = row_of(binding("aws-use1-1", state, findings=found))
    assert (row.cells["state"].text, row.role) == (text, role)


def test_every_state_has_a_role() -> None:
    for state in BindingState:
        assert row_of(binding("aws-use1-1", state)).cells["state"].text


def test_what_was_not_read_is_never_well() -> None:
    row = row_of(binding("aws-use1-1", unknown="nodes: forbidden"))
    assert (row.cells["state"].text, row.role) == ("? bound ?", Role.UNKNOWN)
    assert row.cells["reason"].text == "nodes: forbidden"
    judged = binding("aws-use1-1", unknowns=(Unknown("identity", "aws-use1-1", "WI09", "why"),))
    assert row_of(judged).cells["findings"] == Cell("? not judged", Role.UNKNOWN)


def test_who_it_is_where_that_is_not_told() -> None:
    def cell(state: BindingState, mechanism: Mechanism = Mechanism.IRSA) -> Cell:
        return identity_cell(binding("aws-use1-1", state, None, mechanism=mechanism))

    assert cell(BindingState.ROLE_UNKNOWN).text == "? in the EKS API only"
    assert cell(BindingState.STATIC_KEY, Mechanism.STATIC).text == "static key"
    assert cell(BindingState.NODE_FALLBACK, Mechanism.NODE).text == "the node's"
    assert cell(BindingState.UNKNOWN).text == "? unknown"
    typo = account("aws-use1-1", declares(None, text="arn:aws:iam:1:role/x", problem="one colon"))
    wrong = binding("aws-use1-1", BindingState.DRIFT, None, held=typo)
    assert identity_cell(wrong) == Cell("arn:aws:iam:1:role/x", Role.WARN, "arn:aws:iam:1:role/x")


def test_a_mail_is_short_and_a_tenant_may_be_missing() -> None:
    assert texts(row_of(multi("gcp-eu-1")), "identity", "account", "cloud") == (
        "checkout", "shop-prod", "GCP",
    )  # fmt: skip
    client = Identity(Cloud.AZURE, "", "", "11111111-2222-3333-4444-555555555555")
    row = row_of(binding("aks-weu-1", identity=None, name="x"))
    assert row.cells["account"] == BLANK
    found = changed(binding("aks-weu-1"), identity=client, cloud=Cloud.AZURE)
    row = row_of(found)
    assert texts(row, "identity", "cloud", "account") == (client.name, "Azure", "–")


def test_pods_and_reasons() -> None:
    empty = changed(workload("aws-use1-1"), shapes=())
    assert pods_cell(binding("aws-use1-1", workload=empty)) == Cell("none", Role.DIM, 0)
    assert pods_cell(binding("aws-use1-1")).text == "1"
    assert reason_cell(binding("aws-use1-1")) == BLANK
    found = binding("aws-use1-1", findings=(finding("aws-use1-1", title="odd"),))
    assert reason_cell(found).text == "odd"


def test_a_row_is_made_anew_only_for_a_binding_that_changed() -> None:
    first, second = binding("aws-use1-1"), binding("gcp-eu-1")
    fleet, analysis = seen(report(first, second))
    before = identity.rows(fleet, analysis)
    assert identity.rows(fleet, analysis)[0] is before[0]
    one = analysis.identity.bindings[0]
    changed_report = report(binding("gcp-eu-1"))
    mixed = IdentityReport((one, *changed_report.bindings), clusters=changed_report.clusters)
    after = identity.rows(*seen(mixed))
    assert after[0] is before[0]
    assert after[1] is not before[1]


def test_rows_of_a_grouping_are_remembered_too() -> None:
    fleet, analysis = seen(some())
    for spec in IDENTITY.groupings:
        before, after = spec.rows(fleet, analysis), spec.rows(fleet, analysis)
        assert before
        assert all(a is b for a, b in zip(before, after, strict=True))


def test_the_summary_is_worst_first() -> None:
    assert IDENTITY.summary(*seen(some())) == (
        "6 identities of 5 workloads  ✖ 3 wrong  ? 1 unknown  ● 2 well"
        "  (1 static key, 1 drift, 1 pending restart, 1 unknown, 2 bound)"
        "  12 more without any cloud"
    )


def test_one_role_in_several_clusters() -> None:
    rows = {row.id: row for row in grouped("cloud-identity", some())}
    row = rows[identity_id(READER)]
    assert texts(row, "identity", "state", "clusters", "workloads", "accounts", "namespaces") == (
        "checkout-reader", "✖ pending restart 1 of 2", "aks-weu-1 +2", "2", "3", "shop",
    )  # fmt: skip
    assert row.cells["clusters"].value == 3
    assert row.cells["full"].text == READER.text
    assert row.clusters == tuple(sorted(CLUSTERS))
    assert row.namespace == ""
    assert row.finding_ids == (waiting().findings[0].id,)
    assert [one.role for one in rows.values()] == [Role.CRITICAL, Role.CRITICAL, Role.OK]


def test_findings_about_an_identity_as_a_whole_count() -> None:
    shared = finding("aws-use1-1", "WI22", peers=("gcp-eu-1",), title="shared", object=None)
    found = report(binding("aws-use1-1"), binding("gcp-eu-1"), about=(shared,))
    (row,) = grouped("cloud-identity", found)
    assert texts(row, "state", "findings") == ("✖ bound 2 of 2", "✖1")


def test_what_is_worst_is_counted_with_what_is_as_bad() -> None:
    wrong = (finding("aws-use1-1", "WI34", title="a lasting token"),)
    found = report(
        binding("aws-use1-1", findings=wrong, name="a"),
        binding("aws-use1-1", BindingState.DRIFT, findings=wrong, name="b"),
        binding("aws-use1-1", BindingState.DRIFT, name="c"),
        binding("aws-use1-1", name="d"),
    )
    (row,) = grouped("cloud-identity", found)
    assert texts(row, "state") == ("✖ drift 1 of 4",)
    found = report(binding("aws-use1-1", findings=wrong, name="a"), binding("aws-use1-1"))
    (row,) = grouped("cloud-identity", found)
    assert texts(row, "state") == ("✖ bound 1 of 2",), "the other is well"


def test_findings_about_accounts_without_a_binding_count() -> None:
    refused = finding("aks-weu-1", "WI14", title="refused", object=account_ref("shop", "checkout"))
    lonely, shared = account("aks-weu-1", declares(READER)), finding("gcp-eu-1", "WI22")
    use = IdentityUse(READER, (lonely.key,), (), ())
    base = report()
    found = IdentityReport((), {lonely.key: lonely}, {READER: use}, base.clusters, (refused,))
    for by in ("cloud-identity", "account"):
        (row,) = grouped(by, found)
        assert texts(row, "state", "findings") == ("✖ no workload", "✖1")
        assert row.finding_ids == (refused.id,)
        spec = IDENTITY.grouped(by)
        assert spec
        assert "✖ 1 wrong" in spec.summary(*seen(found))
    quiet = IdentityReport((), {lonely.key: lonely}, {READER: use}, base.clusters, (shared,))
    (row,) = grouped("cloud-identity", quiet)
    assert texts(row, "state", "findings") == ("· no workload", "none")


def test_by_service_account() -> None:
    rows = {row.id: row for row in grouped("service-account", some())}
    both = rows["gcp-eu-1/shop/checkout"]
    assert texts(both, "serviceaccount", "declares", "cloud", "account", "written") == (
        "checkout", "checkout-reader, checkout", "AWS, GCP", "000000000000, shop-prod",
        "argocd-controller",
    )  # fmt: skip
    assert texts(rows["aws-use1-1/shop/exporter"], "declares", "state") == (
        "nothing", "✖ static key",
    )  # fmt: skip
    unread = rows["aks-weu-1/shop/mailer"]
    assert texts(unread, "declares") == ("? not read",)
    assert unread.role is Role.UNKNOWN


def test_an_account_that_nothing_runs_as() -> None:
    lonely = account("aws-use1-1", declares(READER))
    found = IdentityReport((), {lonely.key: lonely}, clusters=report().clusters)
    (row,) = grouped("service-account", found)
    assert texts(row, "state", "workloads") == ("· no workload", "0")
    assert row.role is Role.DIM


def test_by_cloud_account() -> None:
    rows = {row.id: row for row in grouped("account", some())}
    assert set(rows) == {"aws/000000000000", "gcp/shop-prod"}
    assert texts(rows["aws/000000000000"], "account", "cloud", "identities", "workloads") == (
        "000000000000", "AWS", "2", "3",
    )  # fmt: skip
    client = Identity(Cloud.AZURE, "", "", "11111111-2222-3333-4444-555555555555")
    found = changed(binding("aks-weu-1"), identity=client, cloud=Cloud.AZURE)
    (row, _) = sorted(grouped("account", report(found)), key=lambda one: one.id, reverse=True)
    assert (row.id, row.cells["account"].text) == ("azure/", "not told")


@pytest.mark.parametrize("spec", [IDENTITY, *IDENTITY.groupings], ids=lambda one: one.by)
def test_a_grouping_says_what_it_holds(spec: PaneSpec) -> None:
    fleet, analysis = seen(some())
    rows = spec.rows(fleet, analysis)
    assert str(len(rows)) in spec.summary(fleet, analysis)
    assert all(set(row.cells) == {column.id for column in spec.columns} for row in rows)
    ids = [row.id for row in rows]
    assert len(set(ids)) == len(ids)


def test_groupings_are_named_as_the_command_line_names_them() -> None:
    assert tuple(one.by for one in (IDENTITY, *IDENTITY.groupings)) == GROUPINGS
    for word, by in {
        "role": "cloud-identity",
        "sa": "service-account",
        "project": "account",
    }.items():
        found = IDENTITY.grouped(word)
        assert found
        assert found.by == by
    assert IDENTITY.grouped("nothing") is None
    assert find_pane("wi") is IDENTITY
    assert set(IDENTITY.topics) <= set(CONSOLE_TOPICS)


@pytest.mark.parametrize("by", GROUPINGS)
def test_json_says_how_it_is_grouped(by: str) -> None:
    spec = IDENTITY.grouped(by)
    assert spec
    document = json.loads(jsonout.render(build(*seen(some()), [spec])))
    assert document["panes"]["identity"]["by"] == by
    assert document["findings"], "those of the pane, however it is grouped"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("state:drift", ["aks-weu-1"]),
        ("state=PENDING_RESTART", ["gcp-eu-1"]),
        (f"identity={READER.text}", ["gcp-eu-1", "aws-use1-1"]),
        ("cloud=gcp", ["gcp-eu-1"]),
        ("account:shop-prod", ["gcp-eu-1"]),
    ],
)
def test_filters(text: str, names: list[str]) -> None:
    chosen = parse_filter(text, IDENTITY.columns)
    rows = identity.rows(*seen(some()))
    assert [row.cells["cluster"].text for row in rows if chosen.matches(row)] == names


def test_an_empty_pane_says_why() -> None:
    assert "no clusters" in IDENTITY.empty(*seen(report(clusters=())))
    quiet = report(plain={"aws-use1-1": 7})
    assert "no workload has to do with a cloud: 7 workloads" in IDENTITY.empty(*seen(quiet))
    blocked = report(unknowns=(Unknown("identity", "aws-use1-1", "*", "pods: forbidden"),))
    assert "not read in aws-use1-1: pods: forbidden" in IDENTITY.empty(*seen(blocked))
    facts = {name: ClusterFacts(name, reason="unreachable") for name in CLUSTERS}
    unread = IdentityReport(clusters=facts)
    assert "not read in aws-use1-1 and 2 other clusters: unreachable" in IDENTITY.empty(
        *seen(unread)
    )


def test_identities_are_found_by_their_rows() -> None:
    found = some()
    for one in found.identities:
        assert find_identity(found, identity_id(one)) == one
    assert find_identity(found, "aws/x") is None
    assert identity.find_binding(seen(found)[1], "nothing/aws") is None
