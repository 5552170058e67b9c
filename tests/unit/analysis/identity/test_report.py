"""Reports on clusters that can be read in part only, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.engine import analyse
from mckconsole.analysis.identity.memory import IdentityMemory, binding_order
from mckconsole.analysis.identity.model import BindingState, IdentityPolicy, IdentityReport
from mckconsole.analysis.identity.report import analyse_identity
from mckconsole.domain.findings import Severity, Unknown
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState, TopicState
from tests.unit.analysis import build
from tests.unit.analysis.identity import livedocs
from tests.unit.analysis.identity.livedocs import ROLE, account, pod
from tests.unit.views import fleetidentity

DOCS = [
    livedocs.nodes()[0],
    livedocs.workloads()[0],
    livedocs.workloads()[4],
    account("shop", {"eks.amazonaws.com/role-arn": ROLE}),
    pod("plain", None, "other"),
]


def report(fleet: FleetSnapshot) -> IdentityReport:
    return analyse_identity(fleet, IdentityMemory(), IdentityPolicy())[0]


def read(states: dict[str, TopicState] | None = None) -> IdentityReport:
    return report(build.fleet(build.cluster("east", DOCS, states=states)))


def test_a_workload_is_bound_and_others_are_counted() -> None:
    found = read()
    (binding,) = found.bindings
    assert (binding.workload.key.kind, binding.workload.key.name) == ("Deployment", "web")
    assert binding.state is BindingState.BOUND
    assert binding.identity
    assert binding.identity.text == ROLE
    assert found.plain == {"east": 1}
    assert [key.name for key in found.accounts] == ["shop"]


def test_without_service_accounts_bindings_are_unknown_and_say_why() -> None:
    found = read({"serviceaccounts": TopicState.FORBIDDEN})
    (binding,) = found.bindings
    assert binding.state is BindingState.UNKNOWN
    assert "serviceaccounts forbidden" in binding.reason
    assert any(one.rule == "*" and "serviceaccounts" in one.reason for one in found.unknowns)


def test_without_pods_service_accounts_are_listed_alone() -> None:
    found = read({"pods": TopicState.FORBIDDEN})
    assert not found.bindings
    assert [key.name for key in found.accounts] == ["shop"]
    assert [one.text for one in found.identities] == [ROLE]
    assert any(one.rule == "*" and "pods forbidden" in one.reason for one in found.unknowns)


def test_information_comes_after_what_is_wrong() -> None:
    told = fleetidentity.finding("east", "WI22", severity=Severity.INFO)
    shared = fleetidentity.binding("east", findings=(told,))
    key = fleetidentity.binding("east", BindingState.STATIC_KEY, None, name="key")
    warned = fleetidentity.finding("east", "WI32", severity=Severity.LOW)
    lenient = fleetidentity.binding("east", name="lenient", findings=(warned,))
    found = sorted([shared, key, lenient], key=binding_order)
    assert found == [lenient, key, shared]


@pytest.mark.parametrize("state", [ClusterState.CONNECTING, ClusterState.UNREACHABLE])
def test_a_cluster_that_was_not_read_is_one_unknown(state: ClusterState) -> None:
    cluster = build.unreachable("east")
    if state is ClusterState.CONNECTING:
        cluster = replace(build.cluster("east", DOCS), state=state, reason="listing pods")
    found = report(build.fleet(cluster))
    assert (found.bindings, found.findings, dict(found.accounts)) == ((), (), {})
    (unknown,) = found.unknowns
    assert unknown == Unknown("identity", "east", "*", unknown.reason)
    assert unknown.reason


def test_what_accounts_nobody_read_declare_makes_no_workload_plain() -> None:
    assert dict(read().plain) == {"east": 1}
    assert dict(read({"serviceaccounts": TopicState.FORBIDDEN}).plain) == {}


def test_a_cluster_that_is_lost_takes_its_rows_along() -> None:
    fleet = build.fleet(build.cluster("east", DOCS))
    first, memory = analyse_identity(fleet, IdentityMemory(), IdentityPolicy())
    lost = build.fleet(build.unreachable("east"))
    second, memory = analyse_identity(lost, memory, IdentityPolicy())
    assert (second.bindings, dict(second.identities), dict(second.plain)) == ((), {}, {})
    third, _ = analyse_identity(fleet, memory, IdentityPolicy())
    assert [one.id for one in third.bindings] == [one.id for one in first.bindings]
    assert third.accounts == first.accounts


def test_nothing_is_said_where_nobody_asked() -> None:
    cluster = build.cluster("east", DOCS)
    topics = {name: view for name, view in cluster.topics.items() if name != "serviceaccounts"}
    assert report(build.fleet(replace(cluster, topics=topics))) == IdentityReport()


@pytest.mark.parametrize(
    ("topic", "rules"),
    [
        ("mutatingwebhooks", {"WI39"}),
        ("rolebindings", {"WI37", "WI38"}),
        ("token-secrets", {"WI34"}),
        ("root-ca", {"WI40"}),
        ("oidc-issuer", {"WI42"}),
    ],
)
def test_a_topic_that_was_not_read_is_unknown_for_the_rules_that_read_it(
    topic: str, rules: set[str]
) -> None:
    found = read({topic: TopicState.FORBIDDEN})
    told = {one.rule for one in found.unknowns if topic in one.reason}
    assert rules <= told
    assert "*" not in told


def test_the_analysis_has_them_among_its_findings() -> None:
    whole = analyse(build.fleet(build.cluster("east", [*DOCS, account("default", {
        "eks.amazonaws.com/role-arn": ROLE})])))  # fmt: skip
    assert whole.identity.findings
    assert set(whole.identity.findings) <= set(whole.findings)
    ranks = [one.severity.rank for one in whole.findings]
    assert ranks == sorted(ranks)
