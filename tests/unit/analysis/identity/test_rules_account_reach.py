"""Who else can have a service account's identity: WI34, WI37, WI38.

The tables hold the cases that other tools get wrong: roles nobody is bound to, names that do not
match, groups that Kubernetes fills, subresources.
"""

from __future__ import annotations

import pytest

from mckconsole.analysis.identity.case import AccountCase
from mckconsole.domain.findings import Severity
from tests.unit.analysis.identity.accounts import (
    AWS,
    ROLE,
    account,
    case,
    found,
    only,
    rules_of,
    shown,
    token_secret,
    workload,
)
from tests.unit.analysis.rbac.build import DEFAULTS, Doc, bind, index, role, rule


def held(*docs: Doc) -> AccountCase:
    """The account `prod/shop`, which is a role in AWS, in a cluster with this RBAC."""
    return case(account(notes=AWS), workload(), rbac=index(*docs))


TOKEN = rule("create", "serviceaccounts/token")
PODS = rule("create", "pods")
PATCH = rule("patch", "serviceaccounts")
ALL = rule("*", "*", "*")

CASES: list[tuple[str, list[Doc], set[str]]] = [
    ("nothing", [], set()),
    ("tokens", [role("prod/r", TOKEN), bind("prod/b", "Role/r", "ann")], {"WI37"}),
    ("pods", [role("prod/r", PODS), bind("prod/b", "Role/r", "ann")], {"WI37"}),
    (
        "what makes pods",
        [role("prod/r", rule("create", "deployments", "apps")), bind("prod/b", "Role/r", "ann")],
        {"WI37"},
    ),
    ("annotations", [role("prod/r", PATCH), bind("prod/b", "Role/r", "ann")], {"WI38"}),
    ("a role that nobody has", [role("prod/r", TOKEN, PODS, PATCH), role("c", ALL)], set()),
    ("another namespace", [role("dev/r", TOKEN, PATCH), bind("dev/b", "Role/r", "ann")], set()),
    (
        "a ClusterRole in another namespace",
        [role("c", TOKEN, PATCH), bind("dev/b", "ClusterRole/c", "ann")],
        set(),
    ),
    (
        "a ClusterRole in this namespace",
        [role("c", TOKEN, PATCH), bind("prod/b", "ClusterRole/c", "ann")],
        {"WI37", "WI38"},
    ),
    ("everywhere", [role("c", PATCH), bind("b", "ClusterRole/c", "group:ops")], {"WI38"}),
    (
        "this account by name",
        [role("prod/r", rule("create", "serviceaccounts/token", only="shop")),
         bind("prod/b", "Role/r", "ann")],
        {"WI37"},
    ),
    (
        "another account by name",
        [role("prod/r", rule("create", "serviceaccounts/token", only="mail"),
              rule("patch update", "serviceaccounts", only="mail other")),
         bind("prod/b", "Role/r", "ann")],
        set(),
    ),
    ("reading only", [role("prod/r", rule("get list watch", "pods serviceaccounts secrets")),
                      bind("prod/b", "Role/r", "ann")], set()),
    ("a word that is no resource", [role("prod/r", rule("create", "pod serviceaccount/token")),
                                    bind("prod/b", "Role/r", "ann")], set()),
    ("a star that is none", [role("prod/r", rule("create", "serviceaccounts/*")),
                             bind("prod/b", "Role/r", "ann")], set()),
    ("the wrong group", [role("prod/r", rule("create", "pods", "apps")),
                         bind("prod/b", "Role/r", "ann")], set()),
    ("any resource", [role("prod/r", rule("create", "*")), bind("prod/b", "Role/r", "ann")],
     {"WI37"}),
    ("itself", [role("prod/r", PODS, TOKEN), bind("prod/b", "Role/r", "sa:prod/shop")], set()),
    ("its own annotation", [role("prod/r", PATCH), bind("prod/b", "Role/r", "sa:prod/shop")],
     {"WI38"}),
    ("all accounts of a namespace", [role("prod/r", PODS),
     bind("prod/b", "Role/r", "group:system:serviceaccounts:dev")], {"WI37"}),
    ("everybody", [role("c", ALL), bind("b", "ClusterRole/c", "group:system:authenticated")],
     {"WI37", "WI38"}),
    ("administrators", [role("c", ALL), bind("b", "ClusterRole/c", "group:admins", "ann")], set()),
    ("masters", [role("c", ALL), bind("b", "ClusterRole/c", "group:system:masters")], set()),
    ("the provider's own", [role("c", PODS, PATCH),
                            bind("b", "ClusterRole/c", "eks:addon-manager", "system:gke")], set()),
    ("a controller", [role("c", PODS), bind("b", "ClusterRole/c", "sa:kube-system/job-controller",
                                            labels=DEFAULTS)], set()),
    ("administrators of the namespace", [role("c", ALL), bind("prod/b", "ClusterRole/c", "ann")],
     {"WI37", "WI38"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "docs", "rules"), CASES, ids=[one[0] for one in CASES])
def test_who_else_can_have_the_identity(name: str, docs: list[Doc], rules: set[str]) -> None:
    one = held(*docs)
    assert rules_of(one) == rules
    assert not one.unknowns
    bare = case(account(), workload(), rbac=index(*docs))
    assert found(bare) == []


def test_evidence_leads_from_the_subject_to_the_rule() -> None:
    one = held(
        role("prod/maker", rule("get", "pods"), TOKEN),
        bind("prod/makers", "Role/maker", "ann", "group:ci"),
        role("admin", ALL),
        bind("root", "ClusterRole/admin", "root"),
    )
    finding = only(one, "WI37")
    assert finding.severity is Severity.HIGH
    assert finding.title == "2 others can take the cloud identity"
    seen = shown(finding)
    assert seen["RoleBinding makers subjects[0]"] == "User ann"
    assert seen["RoleBinding makers subjects[1]"] == "Group ci"
    assert seen["RoleBinding makers roleRef"] == "Role maker"
    assert "serviceaccounts/token" in seen["Role maker rules[1]"]
    assert seen["ServiceAccount shop metadata.annotations['eks.amazonaws.com/role-arn']"] == ROLE
    assert "1 administrator can do anything" in finding.detail
    assert "Kubernetes RBAC only" in finding.detail
    assert "edit role/maker" in finding.remediation
    assert "rules[1]" in finding.remediation


def test_roles_that_come_with_kubernetes_are_not_to_be_edited() -> None:
    """`edit` is put together by the controller manager, and everybody's."""
    edit = role("edit", PATCH, aggregationRule={"clusterRoleSelectors": []})
    finding = only(held(edit, bind("prod/devs", "ClusterRole/edit", "group:devs")), "WI38")
    assert "edit clusterrole" not in finding.remediation
    assert "bind another role in place of ClusterRole edit" in finding.remediation
    assert "get rolebinding/devs -o yaml" in finding.remediation


def test_one_finding_names_some_of_many() -> None:
    many = [f"user-{number}" for number in range(40)]
    finding = only(held(role("prod/r", PATCH), bind("prod/b", "Role/r", *many)), "WI38")
    assert finding.title == "40 others can re-point the cloud identity"
    assert len([one for one in finding.evidence if one.path == "roleRef"]) == 10
    assert "and 30 more" in finding.detail


@pytest.mark.parametrize("read", [True, False])
def test_unread_rbac_is_unknown(read: bool) -> None:
    docs = [role("prod/r", TOKEN), bind("prod/b", "Role/r", "ann")] if read else []
    unread = {"clusterrolebindings": "clusterrolebindings: forbidden"}
    one = case(account(notes=AWS), workload(), rbac=index(*docs), unread=unread)
    assert rules_of(one) == ({"WI37"} if read else set())
    assert {each.rule for each in one.unknowns} == {"WI37", "WI38"}
    assert all("forbidden" in each.reason for each in one.unknowns)
    nothing = case(account(notes=AWS), workload(), rbac=None, unread=unread)
    assert found(nothing) == []
    assert {each.rule for each in nothing.unknowns} == {"WI37", "WI38"}
    bare = case(account(), workload(), rbac=None, unread=unread)
    assert found(bare) == []
    assert not bare.unknowns


def test_lasting_tokens() -> None:
    one = case(account(notes=AWS), workload(), token_secrets=[token_secret()], rbac=index())
    finding = only(one, "WI34")
    seen = shown(finding)
    path = "metadata.annotations['kubernetes.io/service-account.name']"
    assert seen[f"Secret shop-token {path}"] == "shop"
    assert "delete secret shop-token" in finding.remediation
    gone = case(account(notes=AWS), workload(), token_secrets=[token_secret(uid="old")])
    assert "WI34" not in rules_of(gone)
    bare = case(account(), workload(), token_secrets=[token_secret()])
    assert "WI34" not in rules_of(bare)


def test_unread_secrets_are_unknown() -> None:
    one = case(account(notes=AWS), workload(), rbac=index(), unread={"token-secrets": "forbidden"})
    assert found(one) == []
    assert [each.rule for each in one.unknowns] == ["WI34"]
