"""Who can change a ServiceAccount's cloud identity or take it: WI37, WI38."""

from __future__ import annotations

import pytest

from mckconsole.analysis.rbac import Reach, WayKind, who_can_change_binding
from mckconsole.domain.rbac import GROUP
from tests.unit.analysis.rbac.build import Doc, bind, index, role, rule

AS_CLUSTER = frozenset({WayKind.NODE_PROXY, WayKind.WEBHOOK})


def ways(reach: Reach) -> set[WayKind]:
    return {way.kind for way in (*reach.direct, *reach.indirect)}


def asked(*docs: Doc) -> Reach:
    return who_can_change_binding(index(*docs), "shop", "checkout")


HOW: list[tuple[Doc, WayKind | None]] = [
    (rule("update", "serviceaccounts"), WayKind.REPOINT),
    (rule("patch", "serviceaccounts"), WayKind.REPOINT),
    (rule("patch", "serviceaccounts", only="checkout"), WayKind.REPOINT),
    (rule("patch", "serviceaccounts", only="other"), None),
    (rule("get list delete", "serviceaccounts"), None),
    (rule("patch", "serviceaccounts", "apps"), None),
    (rule("create", "serviceaccounts/token"), WayKind.TOKEN),
    (rule("create", "serviceaccounts/token", only="checkout"), WayKind.TOKEN),
    (rule("create", "serviceaccounts/token", only="other"), None),
    (rule("create", "*/token"), WayKind.TOKEN),
    (rule("create", "serviceaccounts"), None),
    (rule("get", "serviceaccounts/token"), None),
    (rule("create", "pods"), WayKind.RUN),
    (rule("create", "pods", only="web-0"), None),
    (rule("create", "deployments statefulsets", "apps"), WayKind.RUN),
    (rule("create", "daemonsets", "apps"), WayKind.RUN),
    (rule("create", "replicasets", "apps"), WayKind.RUN),
    (rule("create", "replicationcontrollers"), WayKind.RUN),
    (rule("create", "jobs", "batch"), WayKind.RUN),
    (rule("create", "cronjobs", "batch"), WayKind.RUN),
    (rule("create", "deployments"), None),
    (rule("update", "pods"), WayKind.ALTER),
    (rule("patch", "deployments", "apps", only="web"), WayKind.ALTER),
    (rule("patch", "cronjobs", "batch"), WayKind.ALTER),
    (rule("patch", "jobs", "batch"), None),
    (rule("patch", "deployments/scale", "apps"), None),
    (rule("create", "pods/exec"), WayKind.EXEC),
    (rule("get", "pods/attach"), WayKind.EXEC),
    (rule("patch", "pods/ephemeralcontainers"), WayKind.EXEC),
    (rule("get", "pods/log"), None),
    (rule("create", "pods/portforward"), None),
    (rule("impersonate", "serviceaccounts"), WayKind.IMPERSONATE),
    (rule("impersonate", "serviceaccounts", only="other"), None),
    (rule("bind", "roles clusterroles", GROUP), None),
    (rule("escalate", "roles", GROUP), None),
    (rule("create", "rolebindings roles", GROUP), None),
    (rule("escalate patch", "roles", GROUP), WayKind.ESCALATE),
    (rule("create", "nodes/proxy"), WayKind.NODE_PROXY),
    (rule("get", "nodes/proxy"), WayKind.NODE_PROXY),
    (rule("get", "nodes"), None),
    (rule("patch", "mutatingwebhookconfigurations", "admissionregistration.k8s.io"),
     WayKind.WEBHOOK),
    (rule("patch", "validatingwebhookconfigurations", "admissionregistration.k8s.io"), None),
]  # fmt: skip


@pytest.mark.parametrize(("given_rule", "expected"), HOW)
def test_one_rule_opens_one_way(given_rule: Doc, expected: WayKind | None) -> None:
    held = asked(role("r", given_rule), bind("b", "ClusterRole/r", "alice"))
    assert ways(held) == ({expected} if expected else set())
    assert bool(held.direct) is (expected is WayKind.REPOINT)


@pytest.mark.parametrize(("given_rule", "expected"), HOW)
def test_a_role_binding_opens_it_in_its_namespace_only(
    given_rule: Doc, expected: WayKind | None
) -> None:
    docs = (role("r", given_rule), bind("shop/b", "ClusterRole/r", "alice"))
    local = expected is not None and expected not in AS_CLUSTER
    assert ways(asked(*docs)) == ({expected} if local else set())
    assert not ways(who_can_change_binding(index(*docs), "bank", "checkout"))


def test_everything_opens_every_way_and_each_is_told_once() -> None:
    held = asked(role("all", rule("*", "*", "*")), bind("b", "ClusterRole/all", "root", "boss"))
    assert ways(held) == {
        WayKind.REPOINT, WayKind.RUN, WayKind.ALTER, WayKind.TOKEN, WayKind.IMPERSONATE,
        WayKind.EXEC, WayKind.BIND, WayKind.ESCALATE, WayKind.NODE_PROXY, WayKind.WEBHOOK,
    }  # fmt: skip
    for way in (*held.direct, *held.indirect):
        assert [str(grant.subject) for grant in way.grants] == ["User boss", "User root"]


def test_unbound_and_dangling_roles_open_nothing() -> None:
    held = asked(
        role("unbound", rule("*", "*", "*")),
        role("shop/unbound", rule("*", "*", "*")),
        bind("b", "ClusterRole/gone", "alice"),
    )
    assert held == Reach()


BIND = rule("bind", "clusterroles", GROUP)
GIVE = rule("create", "rolebindings", GROUP)


@pytest.mark.parametrize(
    ("binder", "giver", "expected"),
    [
        ("alice", "alice", True),
        ("alice", "bob", False),
        ("alice", "group:devs", True),
        ("group:devs", "alice", True),
        ("sa:robot", "group:devs", False),
        ("sa:robot", "group:system:serviceaccounts:shop", True),
    ],
)
def test_both_halves_must_be_open_to_one_identity(binder: str, giver: str, expected: bool) -> None:
    held = asked(
        role("bind", BIND),
        role("give", GIVE),
        bind("shop/one", "ClusterRole/bind", binder),
        bind("shop/two", "ClusterRole/give", giver),
    )
    assert ways(held) == ({WayKind.BIND} if expected else set())
    elsewhere = asked(
        role("bind", BIND),
        role("give", GIVE),
        bind("shop/one", "ClusterRole/bind", binder),
        bind("bank/two", "ClusterRole/give", giver),
    )
    assert not ways(elsewhere)


@pytest.mark.parametrize(("given_role", "expected"), [("view", False), ("edit", True)])
def test_a_role_that_opens_nothing_may_be_given(given_role: str, expected: bool) -> None:
    held = asked(
        role("view", rule("get list", "pods")),
        role("edit", rule("create", "pods")),
        role("r", rule("bind", "clusterroles", GROUP, only=given_role), GIVE),
        bind("shop/b", "ClusterRole/r", "alice"),
    )
    assert (WayKind.BIND in ways(held)) is expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([rule("impersonate", "users")], True),
        ([rule("impersonate", "users", only="powerful")], True),
        ([rule("impersonate", "users", only="system:kube-controller-manager")], True),
        ([rule("impersonate", "users", only="nobody")], False),
        ([rule("impersonate", "groups")], False),
        ([rule("impersonate", "groups"), rule("impersonate", "users", only="nobody")], True),
        ([rule("impersonate", "groups", only="system:masters"),
          rule("impersonate", "serviceaccounts", only="other")], True),
        ([rule("impersonate", "groups", only="readers"),
          rule("impersonate", "users", only="nobody")], False),
    ],
)  # fmt: skip
def test_acting_as_somebody_else(rules: list[Doc], expected: bool) -> None:
    held = asked(
        role("power", rule("patch", "serviceaccounts")),
        bind("power", "ClusterRole/power", "powerful"),
        role("pose", *rules),
        bind("pose", "ClusterRole/pose", "alice"),
    )
    posing = {str(one) for one in held.subjects(WayKind.IMPERSONATE)}
    assert posing == ({"User alice"} if expected else set())


def test_kubernetes_itself_is_told_apart() -> None:
    held = asked(
        role("all", rule("*", "*", "*")),
        bind("admins", "ClusterRole/all", "group:system:masters", "group:ops"),
    )
    assert [str(one) for one in held.subjects()] == ["Group ops"]
    assert len(held.subjects(builtin=True)) == 2
    assert all(str(grant.subject) == "Group ops" for grant in held.grants(WayKind.TOKEN))
