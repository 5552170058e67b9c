"""Who uses a service account with a cloud identity: WI21 (workloads), WI24, WI35, WI36."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from mckconsole.analysis.identity.model import (
    Binding,
    BindingState,
    Cloud,
    Effective,
    IdentityPolicy,
    Mechanism,
    Workload,
)
from mckconsole.analysis.identity.rules_account_use import related
from mckconsole.domain.findings import ObjectRef, Severity
from tests.unit.analysis.identity.accounts import (
    AWS,
    AZURE,
    GKE,
    NOW,
    ROLE,
    account,
    case,
    found,
    only,
    rules_of,
    shown,
    workload,
)

DAY = 86400.0
RELEASE = "app.kubernetes.io/instance"


def together(*parts: tuple[str, str, dict[str, str]]) -> list[list[str]]:
    made = [workload(name, kind, labels=labels) for name, kind, labels in parts]
    return [[one.key.name for one in group] for group in related(made)]


RELATED = [
    ("one release", [("a", "Deployment", {RELEASE: "s"}), ("b", "StatefulSet", {RELEASE: "s"})], 1),
    ("one app", [("api", "Deployment", {"app": "s"}), ("job", "CronJob", {"app": "s"})], 1),
    ("by name", [("shop", "Deployment", {}), ("shop-report", "CronJob", {})], 1),
    ("same name", [("shop", "Deployment", {}), ("shop", "CronJob", {})], 1),
    ("through a third", [("a", "Deployment", {"app": "x"}), ("z", "Deployment", {RELEASE: "y"}),
                         ("m", "Deployment", {"app": "x", RELEASE: "y"})], 1),
    ("two apps", [("shop", "Deployment", {"app": "shop"}), ("mail", "Deployment", {"app": "mail"})],
     2),
    ("begins alike", [("shop", "Deployment", {}), ("shopping", "Deployment", {})], 2),
    ("no labels", [("a", "Deployment", {}), ("b", "DaemonSet", {}), ("c", "Job", {})], 3),
    ("an empty label", [("a", "Deployment", {"app": ""}), ("b", "Deployment", {"app": ""})], 2),
]  # fmt: skip


@pytest.mark.parametrize(("name", "parts", "groups"), RELATED, ids=[one[0] for one in RELATED])
def test_what_belongs_together(
    name: str, parts: list[tuple[str, str, dict[str, str]]], groups: int
) -> None:
    one = case(
        account(notes=AWS), *(workload(part, kind, labels=some) for part, kind, some in parts)
    )
    assert len(together(*parts)) == groups
    assert ("WI21" in rules_of(one)) is (groups > 1)
    assert together(*reversed(parts)) == together(*parts)


PARTS = st.tuples(
    st.sampled_from(["a", "a-b", "a-b-c", "ab", "b", "b-c", "c-", "-"]),
    st.sampled_from(["Deployment", "CronJob"]),
    st.dictionaries(st.sampled_from(["app", RELEASE]), st.sampled_from(["", "x", "y"])),
)


@given(st.lists(PARTS, max_size=8))
def test_groups_are_the_closure_of_what_belongs_together(
    parts: list[tuple[str, str, dict[str, str]]],
) -> None:
    def alike(one: tuple[str, str, dict[str, str]], other: tuple[str, str, dict[str, str]]) -> bool:
        begins = one[0] == other[0] or one[0].startswith(f"{other[0]}-")
        return begins or any(value and value == other[2].get(key) for key, value in one[2].items())

    groups = [{number} for number in range(len(parts))]
    for number, one in enumerate(parts):
        for place, other in enumerate(parts):
            if alike(one, other):
                joined = [group for group in groups if group & {number, place}]
                groups = [group for group in groups if group not in joined]
                groups.append(set().union(*joined))
    expected = sorted(sorted(parts[number][0] for number in group) for group in groups)
    assert sorted(together(*parts)) == expected


def test_unrelated_workloads_share_an_account() -> None:
    one = case(account(notes=AWS), workload("shop"), workload("mail", pods=False))
    finding = only(one, "WI21")
    assert finding.title == "2 unrelated workloads share the service account"
    seen = shown(finding)
    assert seen["Pod shop-1 spec.serviceAccountName"] == "shop"
    assert seen["Deployment mail spec.template.spec.serviceAccountName"] == "shop"
    assert ROLE in finding.detail
    assert "create serviceaccount shop" in finding.remediation


def test_sharing_an_account_without_an_identity_is_no_finding() -> None:
    assert found(case(account(), workload("shop"), workload("mail"))) == []


def test_the_default_account_with_an_identity() -> None:
    held = account("default", notes=AWS)
    finding = only(case(held, workload()), "WI24")
    assert finding.severity is Severity.HIGH
    assert "annotate serviceaccount default eks.amazonaws.com/role-arn-" in finding.remediation
    assert rules_of(case(account("default"), workload())) == set()
    assert "WI24" not in rules_of(case(account(notes=AWS), workload()))


WRITTEN = 1_788_341_400.0
"""2026-09-02T09:30:00Z, when the annotation was written at the latest."""


@pytest.mark.parametrize(
    ("days", "age", "due"), [(30.0, 29.9, False), (30.0, 30.1, True), (7.0, 8.0, True)]
)
def test_an_identity_that_nothing_uses(days: float, age: float, due: bool) -> None:
    policy = IdentityPolicy(unused_days=days)
    one = case(account(notes=AWS), policy=policy, now=WRITTEN + age * DAY)
    assert rules_of(one) == ({"WI35"} if due else set())
    assert one.recheck_at == (None if due else WRITTEN + days * DAY)


def test_what_counts_as_a_use() -> None:
    late = WRITTEN + 90 * DAY
    store = ObjectRef("external-secrets.io/v1", "SecretStore", "prod", "aws")
    assert rules_of(case(account(notes=AWS), users=[store], now=late)) == set()
    idle = workload("nightly", "CronJob", pods=False)
    assert rules_of(case(account(notes=AWS), idle, now=late)) == set()
    assert only(case(account(notes=AWS), now=late), "WI35").severity is Severity.LOW


@pytest.mark.parametrize("topic", ["pods", "cronjobs", "secretstores", "flux-gitrepositories"])
def test_no_use_is_concluded_from_what_was_not_read(topic: str) -> None:
    one = case(account(notes=AWS), now=WRITTEN + 90 * DAY, unread={topic: f"{topic} is forbidden"})
    assert found(one) == []
    assert [(each.rule, topic in each.reason) for each in one.unknowns] == [("WI35", True)]


def bound(to: Workload, cloud: Cloud, state: BindingState) -> Binding:
    held = case(account(notes=AWS)).account
    return Binding(to, held, cloud, Mechanism.IRSA, state, None)


BOTH = {**AWS, **AZURE}


def test_two_clouds_that_one_workload_needs_are_meant() -> None:
    shop = workload()
    needed = [
        bound(shop, Cloud.AWS, BindingState.BOUND),
        bound(shop, Cloud.AZURE, BindingState.BOUND),
    ]
    assert "WI36" not in rules_of(case(account(notes=BOTH), shop, bindings=needed))
    waiting = [needed[0], bound(shop, Cloud.AZURE, BindingState.PENDING_RESTART)]
    assert "WI36" not in rules_of(case(account(notes=BOTH), shop, bindings=waiting))


def test_a_cloud_of_which_nothing_is_known_may_be_needed() -> None:
    shop, mail = workload(), workload("mail")
    aws, azure = (
        bound(shop, Cloud.AWS, BindingState.BOUND),
        bound(shop, Cloud.AZURE, BindingState.UNKNOWN),
    )
    one = case(account(notes=BOTH), shop, bindings=[aws, structs.replace(azure, reason="no nodes")])
    assert "WI36" not in rules_of(one)
    assert [each.reason for each in one.unknowns if each.rule == "WI36"] == [
        "whether one workload needs several clouds is not known: no nodes"
    ]
    drifted = bound(shop, Cloud.AWS, BindingState.DRIFT)
    assert "WI36" in rules_of(case(account(notes=BOTH), shop, bindings=[drifted, azure]))
    assert "WI36" in rules_of(case(account(notes=BOTH), shop, mail, bindings=[aws, azure]))


def test_two_clouds_that_no_workload_needs_both_of() -> None:
    shop, mail = workload(), workload("mail")
    aws, azure = BindingState.BOUND, BindingState.DRIFT
    half = [bound(shop, Cloud.AWS, aws), bound(shop, Cloud.AZURE, azure)]
    finding = only(case(account(notes=BOTH), shop, bindings=half), "WI36")
    assert finding.title == "identities of AWS and AZURE on one service account"
    each = [bound(shop, Cloud.AWS, aws), bound(mail, Cloud.AZURE, aws)]
    assert "WI36" in rules_of(case(account(notes=BOTH), shop, mail, bindings=each))
    assert "WI36" in rules_of(case(account(notes=BOTH), now=NOW))
    assert "WI36" not in rules_of(case(account(notes=AWS), shop))
    assert "WI36" in rules_of(case(account(notes={**GKE, **AWS})))


def test_an_identity_by_hand_counts_for_sharing() -> None:
    shop, mail = workload(), workload("mail")
    effect = Effective("app", "app", Mechanism.IRSA, Cloud.AWS, None, ROLE)
    by_hand = Binding(shop, case(account()).account, Cloud.AWS, Mechanism.IRSA,
                      BindingState.UNDECLARED, None, effective=(effect,))  # fmt: skip
    finding = only(case(account(), shop, mail, bindings=[by_hand]), "WI21")
    assert ROLE in finding.detail
