"""Whom a subject means, and who is Kubernetes itself."""

from __future__ import annotations

import pytest

from mckconsole.analysis.rbac.model import Need
from mckconsole.analysis.rbac.subjects import Subject, account, covers, may_be_one
from tests.unit.analysis.rbac.build import DEFAULTS, Doc, bind, index, role, rule, who


def user(name: str) -> Subject:
    return Subject("User", "", name)


def group(name: str) -> Subject:
    return Subject("Group", "", name)


@pytest.mark.parametrize(
    ("subject", "covered", "opaque"),
    [
        (account("shop", "robot"), True, False),
        (account("bank", "robot"), False, False),
        (account("shop", "other"), False, False),
        (group("system:serviceaccounts"), True, False),
        (group("system:serviceaccounts:shop"), True, False),
        (group("system:serviceaccounts:bank"), False, False),
        (group("system:authenticated"), True, False),
        (group("system:unauthenticated"), True, False),
        (user("system:anonymous"), True, False),
        (user("robot"), False, False),
        (group("devs"), False, True),
        (group("system:masters"), False, True),
    ],
)
def test_which_subjects_cover_a_service_account(
    subject: Subject, covered: bool, opaque: bool
) -> None:
    assert covers(subject, "shop", "robot") is covered
    assert subject.opaque is opaque


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (user("alice"), user("alice"), True),
        (user("alice"), user("bob"), False),
        (user("alice"), group("devs"), True),
        (user("alice"), group("system:authenticated"), True),
        (user("alice"), group("system:serviceaccounts"), False),
        (user("alice"), account("shop", "robot"), False),
        (user("alice"), user("system:anonymous"), True),
        (group("devs"), group("ops"), True),
        (account("shop", "robot"), group("devs"), False),
        (account("shop", "robot"), group("system:serviceaccounts:shop"), True),
        (account("shop", "robot"), group("system:serviceaccounts:bank"), False),
        (account("shop", "robot"), account("bank", "robot"), False),
        (account("shop", "robot"), group("system:unauthenticated"), True),
    ],
)
def test_who_may_be_one_and_the_same(first: Subject, second: Subject, expected: bool) -> None:
    assert may_be_one(first, second) is may_be_one(second, first) is expected


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("sa:shop/robot", account("shop", "robot")),
        ("sa:robot", account("team", "robot")),
        ("system:serviceaccount:shop:robot", account("shop", "robot")),
        ("system:serviceaccount:shop", user("system:serviceaccount:shop")),
        ("system:serviceaccount:a:b:c", user("system:serviceaccount:a:b:c")),
        ("alice@example.com", user("alice@example.com")),
        ("group:oidc:devs", group("oidc:devs")),
    ],
)
def test_subjects_as_they_are_written(written: str, read: Subject) -> None:
    held = index(role("r", rule("get", "pods")), bind("team/b", "ClusterRole/r", written))
    (grant,) = held.who_can(Need.of("get", "pods"), "team")
    assert grant.subject == read


def test_subjects_of_other_kinds_are_nobody() -> None:
    binding = bind("b", "ClusterRole/r", "alice")
    binding["subjects"] = [{**who("alice"), "kind": "Robot"}, {"name": "bob"}]
    held = index(role("r", rule("get", "pods")), binding)
    assert not held.who_can(Need.of("get", "pods"), "shop")


def default(name: str, *subjects: str) -> Doc:
    return bind(name, "ClusterRole/r", *subjects, labels=DEFAULTS)


@pytest.mark.parametrize(
    ("binding", "expected"),
    [
        (default("cluster-admin", "group:system:masters"), True),
        (bind("mine", "ClusterRole/r", "group:system:masters"), True),
        (bind("mine", "ClusterRole/r", "system:kube-controller-manager"), True),
        (default("system:controller:job-controller", "sa:kube-system/job-controller"), True),
        (default("system:node", "group:system:nodes"), True),
        (default("system:node-proxier", "system:kube-proxy"), True),
        # nodes bound to something else, and controllers, are somebody's doing
        (bind("mine", "ClusterRole/r", "group:system:nodes"), False),
        (bind("mine", "ClusterRole/r", "system:node:a"), False),
        (bind("mine", "ClusterRole/r", "sa:kube-system/job-controller"), False),
        # added to a default binding, whose label the API server leaves there
        (default("cluster-admin", "mallory"), False),
        (default("cluster-admin", "sa:kube-system/mallory"), False),
        (default("cluster-admin", "sa:shop/job-controller"), False),
        # everybody is nobody's component
        (default("cluster-admin", "group:system:authenticated"), False),
        (default("cluster-admin", "group:system:unauthenticated"), False),
        (default("cluster-admin", "group:system:serviceaccounts"), False),
        (default("cluster-admin", "group:system:serviceaccounts:kube-system"), False),
        (default("cluster-admin", "system:anonymous"), False),
    ],
)
def test_who_is_kubernetes_itself(binding: Doc, expected: bool) -> None:
    held = index(role("r", rule("*", "*", "*")), binding)
    (grant,) = held.who_can(Need.of("get", "secrets"), "shop")
    assert grant.builtin is expected
