"""What service accounts declare, and keys that do nothing: WI03, WI04, WI12 to WI14, WI18, WI44."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.identity.model import Cloud, IdentityPolicy
from mckconsole.domain.findings import Severity
from tests.unit.analysis.identity.accounts import (
    AWS,
    AZURE,
    CLIENT,
    CREATED,
    GKE,
    MAIL,
    ROLE,
    TENANT,
    WRITTEN,
    account,
    case,
    found,
    only,
    rules_of,
    shown,
    workload,
)

ARN = "eks.amazonaws.com/role-arn"
GSA = "iam.gke.io/gcp-service-account"
ID, TENANT_ID = "azure.workload.identity/client-id", "azure.workload.identity/tenant-id"
EXPIRATION = "azure.workload.identity/service-account-token-expiration"
USE = "azure.workload.identity/use"
PROVIDER = (
    "//iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/pool/providers/west-1"
)
WEBHOOK_MAIL = "cloud.google.com/service-account-email"
WEBHOOK_PROVIDER = "cloud.google.com/workload-identity-provider"

HEALTHY = [
    {},
    AWS,
    {ARN: "arn:aws-cn:iam::111122223333:role/path/to/shop"},
    {ARN: "arn:aws-us-gov:iam::111122223333:role/shop"},
    GKE,
    {GSA: "shop-app@api.example.com.iam.gserviceaccount.com"},
    AZURE,
    {**AZURE, TENANT_ID: TENANT, EXPIRATION: "3600"},
    {**AZURE, EXPIRATION: "86400"},
    {WEBHOOK_PROVIDER: PROVIDER, WEBHOOK_MAIL: MAIL},
    {"kubernetes.io/description": "eks.amazonaws.com/role-arn is not here"},
]


@pytest.mark.parametrize("notes", HEALTHY, ids=lambda notes: "+".join(sorted(notes)) or "bare")
def test_healthy_accounts_are_silent(notes: dict[str, str]) -> None:
    for labels in ({}, {"app": "shop", USE: "true"}):
        one = case(account(notes=notes), workload(labels=labels))
        assert found(one) == []


MALFORMED = [
    (ARN, "arn:aws:iam:111122223333:role/shop", "WI03", "six parts"),
    (ARN, "arn:aws:sts::111122223333:assumed-role/shop/me", "WI03", "session"),
    (ARN, "arn:aws:iam::11112222333:role/shop", "WI03", "12 digits"),
    (ARN, f"{ROLE} ", "WI03", "around it|before or behind"),
    (ARN, f"{ROLE}\n", "WI03", "around it|before or behind"),
    (ARN, "arn:aws:iam::111122223333:user/shop", "WI03", "no role"),
    (ARN, "arn:aws:iam:eu-west-1:111122223333:role/shop", "WI03", "no region"),
    (ARN, "", "WI03", "empty"),
    (ID, "shop-app", "WI13", "no GUID"),
    (ID, "00000000-0000-0000-0000-000000000000", "WI13", "nil GUID"),
    (ID, CLIENT[:-1], "WI13", "no GUID"),
    (GSA, "shop-app@prod-shop-1.iam.googleapis.com", "WI18", "domain"),
    (GSA, "shop-app@prod-shop-1", "WI18", "domain"),
    (GSA, "shop-app", "WI18", "no @"),
    (GSA, MAIL.replace("gserviceaccount", "gserviceacount"), "WI18", "domain"),
]


@pytest.mark.parametrize(("key", "value", "rule", "why"), MALFORMED)
def test_says_what_is_wrong_with_an_identity(key: str, value: str, rule: str, why: str) -> None:
    finding = only(case(account(notes={key: value}), workload()), rule)
    assert finding.severity is Severity.HIGH
    assert any(one in finding.title for one in why.split("|")), finding.title
    seen = shown(finding)
    assert f"ServiceAccount shop metadata.annotations['{key}']" in seen
    assert seen["ServiceAccount shop metadata.managedFields"] == (
        f"by helm, no later than {WRITTEN}"
    )
    assert f"annotate serviceaccount shop --overwrite {key}=" in finding.remediation.replace(
        "'", ""
    )
    assert "rollout restart deployment/shop" in finding.remediation


def test_the_right_value_is_offered_where_only_space_is_too_much() -> None:
    finding = only(case(account(notes={ARN: f" {ROLE}"})), "WI03")
    assert finding.remediation.endswith(f"--overwrite {ARN}={ROLE}")


@pytest.mark.parametrize("value", ["shop", "role/shop", "arn:aws-moon:iam::111122223333:role/shop"])
def test_what_may_be_meant_is_medium(value: str) -> None:
    assert only(case(account(notes={ARN: value})), "WI03").severity is Severity.MEDIUM


def test_a_pasted_tenant_id_names_the_tenant() -> None:
    same = only(case(account(notes={ID: TENANT, TENANT_ID: TENANT})), "WI13")
    assert same.title == "Azure id: client id and tenant id are the same"
    wrong = only(case(account(notes={**AZURE, TENANT_ID: "contoso"})), "WI13")
    assert f"--overwrite {TENANT_ID}=TENANT_ID" in wrong.remediation
    assert shown(wrong)[f"ServiceAccount shop metadata.annotations['{TENANT_ID}']"] == "contoso"
    default = only(case(account(notes=AZURE), tenant="contoso"), "WI13")
    assert "azure-wi-webhook-config" in default.remediation
    assert shown(default)["default tenant, by azure-wi-webhook-config"] == "contoso"


def test_both_halves_of_a_federated_google_identity_are_shown() -> None:
    finding = only(case(account(notes={WEBHOOK_PROVIDER: "pool", WEBHOOK_MAIL: MAIL})), "WI18")
    assert shown(finding)[f"ServiceAccount shop metadata.annotations['{WEBHOOK_PROVIDER}']"]
    assert f"{WEBHOOK_PROVIDER}=projects/NUMBER" in finding.remediation


DEFAULTS = [
    ("123456789012-compute@developer.gserviceaccount.com", "Compute Engine"),
    ("prod-shop-1@appspot.gserviceaccount.com", "App Engine"),
]


@pytest.mark.parametrize(("mail", "engine"), DEFAULTS)
def test_default_accounts_of_google_are_medium(mail: str, engine: str) -> None:
    finding = only(case(account(notes={GSA: mail})), "WI18")
    assert finding.severity is Severity.MEDIUM
    assert finding.title.startswith(engine)


@given(st.text(max_size=80))
def test_no_text_breaks_a_rule_and_odd_ones_are_told(text: str) -> None:
    for key in (ARN, GSA, ID, TENANT_ID, EXPIRATION, WEBHOOK_MAIL, WEBHOOK_PROVIDER):
        one = case(account(notes={**AZURE, key: text}), workload())
        for each in found(one):
            assert len(each.finding.title) <= 100
            assert "\n" not in each.finding.title


@given(st.integers(-(10**6), 10**20))
def test_expirations_are_whole_numbers_within_limits(number: int) -> None:
    one = case(account(notes={**AZURE, EXPIRATION: str(number)}))
    assert ("WI14" in rules_of(one)) is not (3600 <= number <= 86400)


@pytest.mark.parametrize("value", ["1h", "3600s", "3600.0", " 3600", "3_600", "", "٣٦٠٠", "0x1000"])
def test_expirations_that_go_does_not_read(value: str) -> None:
    assert "WI14" in rules_of(case(account(notes={**AZURE, EXPIRATION: value})))
    assert "WI14" not in rules_of(case(account(notes={**AZURE, EXPIRATION: "+03600"})))


def test_the_expiration_of_pods_counts_too() -> None:
    bad = {"metadata": {"labels": {USE: "true"}, "annotations": {EXPIRATION: "1h"}}}
    finding = only(case(account(notes=AZURE), workload(pod=bad)), "WI14")
    assert shown(finding)[f"Pod shop-1 metadata.annotations['{EXPIRATION}']"] == "1h"
    assert "reason=FailedCreate" in finding.remediation
    unlabelled = {"metadata": {"annotations": {EXPIRATION: "1h"}}}
    assert "WI14" not in rules_of(case(account(notes=AZURE), workload(pod=unlabelled)))


def test_roles_of_another_partition() -> None:
    notes = {ARN: "arn:aws-cn:iam::111122223333:role/shop"}
    finding = only(case(account(notes=notes), partition="aws"), "WI04")
    assert finding.title == "role of partition aws-cn in a cluster of aws"
    assert shown(finding)["partition by the nodes' region"] == "aws"
    for partition in ("aws-cn", ""):
        assert rules_of(case(account(notes=notes), partition=partition)) == set()


ALLOWED = [
    (AWS, {"111122223333"}, True),
    (AWS, {"444455556666"}, False),
    (AWS, set(), True),
    (GKE, {"prod-shop-1"}, True),
    (GKE, {"prod-shop-2"}, False),
    ({**AZURE, TENANT_ID: TENANT}, {TENANT.upper()}, True),
    ({**AZURE, TENANT_ID: TENANT}, {"444455556666"}, False),
    (AZURE, {"444455556666"}, True),  # whose tenant it is, is not told
]


@pytest.mark.parametrize(("notes", "accounts", "fine"), ALLOWED)
def test_accounts_that_are_meant(notes: dict[str, str], accounts: set[str], fine: bool) -> None:
    one = case(account(notes=notes), policy=IdentityPolicy(accounts=frozenset(accounts)))
    assert ("WI04" not in rules_of(one)) is fine


def test_azures_label_on_the_account_only() -> None:
    held = account(notes=AZURE, labels={USE: "true"})
    finding = only(case(held, workload(), workload("cron", "CronJob", pods=False)), "WI12")
    seen = shown(finding)
    assert seen[f"ServiceAccount shop metadata.labels['{USE}']"] == "true"
    assert seen[f"Pod shop-1 metadata.labels['{USE}']"] == "(none)"
    path = f"CronJob cron spec.jobTemplate.spec.template.metadata.labels['{USE}']"
    assert seen[path] == "(none)"
    assert "patch deployment/shop --type=merge" in finding.remediation
    assert '"jobTemplate": {"spec": {"template"' in finding.remediation
    assert f"label serviceaccount shop {USE}-" in finding.remediation
    assert "WI12" in rules_of(case(account(notes={**AZURE, USE: "true"}), workload()))
    assert "WI12" not in rules_of(case(held, workload(labels={USE: "true"})))
    assert "WI12" not in rules_of(case(held))


@pytest.mark.parametrize("value", ["True", "yes", "1", "false"])
def test_azures_label_counts_only_as_true(value: str) -> None:
    held = account(notes=AZURE, labels={USE: "true"})
    assert "WI12" in rules_of(case(held, workload(labels={USE: value})))


NEAR = [
    ("eks.amazonaws.com/role_arn", ROLE, ARN, Cloud.AWS),
    ("iam.amazonaws.com/role-arn", ROLE, ARN, Cloud.AWS),
    ("eks.amazonaws.com/role-arm", ROLE, ARN, Cloud.AWS),
    ("iam.gke.io/gcp-serviceaccount", MAIL, GSA, Cloud.GCP),
    ("azure.workload.identity/clientid", CLIENT, ID, Cloud.AZURE),
    ("azure.workload.identity/clent-id", CLIENT, ID, Cloud.AZURE),
]


@pytest.mark.parametrize(("key", "value", "meant", "cloud"), NEAR)
def test_keys_that_are_nearly_right(key: str, value: str, meant: str, cloud: Cloud) -> None:
    one = case(account(notes={key: value}), workload())
    finding = only(one, "WI44")
    assert finding.severity is Severity.MEDIUM
    assert [each.cloud for each in found(one)] == [cloud]
    assert shown(finding)[f"ServiceAccount shop metadata.annotations['{key}']"] == value
    assert f"--overwrite {meant}={value}" in finding.remediation
    assert f"annotate serviceaccount shop {key}-" in finding.remediation


def test_a_leftover_beside_the_right_key_is_low() -> None:
    finding = only(case(account(notes={**AWS, "eks.amazonaws.com/role_arn": ROLE})), "WI44")
    assert finding.severity is Severity.LOW
    assert "--overwrite" not in finding.remediation


def test_a_label_in_place_of_an_annotation() -> None:
    finding = only(case(account(labels={ID: CLIENT}), workload()), "WI44")
    assert finding.title == f"label {ID} must be an annotation"
    assert f"label serviceaccount shop {ID}-" in finding.remediation


def test_a_webhook_with_a_prefix_of_its_own_is_no_typo() -> None:
    pod = {
        "spec": {"containers": [{"name": "a", "env": [{"name": "AWS_ROLE_ARN", "value": ROLE}]}]}
    }
    one = case(account(notes={"iam.example.com/role-arn": ROLE}), workload(pod=pod))
    assert "WI44" not in rules_of(one)


def test_a_misspelt_key_for_credentials_shows_no_value() -> None:
    key = "cloud.google.com/external-credentials-jsn"
    held = account(notes={key: '{"private_key": "s3cr3t"}'})
    finding = only(case(held), "WI44")
    assert "s3cr3t" not in f"{held}{finding}"


def test_a_key_in_the_place_of_a_role_is_told_and_not_shown() -> None:
    held = account(notes={"eks.amazonaws.com/role-arn": "AKIAIOSFODNN7EXAMPLE"})
    finding = only(case(held), "WI03")
    assert "(set, not kept)" in finding.detail
    assert "AKIA" not in f"{held}{finding}"


def test_an_account_that_is_gone_says_nothing() -> None:
    one = case(account(notes=AWS))
    one.account = type(one.account)(one.account.key, None)
    assert found(one) == []
    assert CREATED < WRITTEN
