"""Identities as clouds write them: parsed, or said in words what is wrong with them."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.analysis.identity.formats import (
    default_account,
    parse_azure,
    parse_external,
    parse_mail,
    parse_provider,
    parse_role,
    read_audience,
)
from mckconsole.analysis.identity.model import Cloud, Identity, Mechanism
from mckconsole.domain.external import GoogleCredentials
from tests.unit.analysis.identity.podyaml import CLIENT, EXTERNAL, MAIL, PROVIDER, TENANT

ROLES = {
    "arn:aws:iam::111122223333:role/app": ("aws", "111122223333", "app"),
    "arn:aws-cn:iam::111122223333:role/app": ("aws-cn", "111122223333", "app"),
    "arn:aws-us-gov:iam::111122223333:role/a/b/app": ("aws-us-gov", "111122223333", "a/b/app"),
    "arn:aws-iso-f:iam::111122223333:role/a+=,.@-_9": ("aws-iso-f", "111122223333", "a+=,.@-_9"),
}


@pytest.mark.parametrize(("text", "parts"), ROLES.items())
def test_role(text: str, parts: tuple[str, str, str]) -> None:
    found = parse_role(text)
    assert (found.identity, found.problem) == (Identity(Cloud.AWS, *parts), "")
    assert found.identity.text == text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("arn:aws:iam:111122223333:role/app", "fewer than six"),
        ("arn:aws:sts::111122223333:assumed-role/app/session", "session"),
        ("arn:aws:iam::11112222333:role/app", "12 digits"),
        ("arn:aws:iam::1111222233334:role/app", "12 digits"),
        ("arn:aws:iam::١١١١٢٢٢٢٣٣٣٣:role/app", "12 digits"),
        (" arn:aws:iam::111122223333:role/app", "around"),
        ("arn:aws:iam::111122223333:role/app⏎", "around"),
        ("arn:aws:iam::111122223333:role/app‹U+200B›", "around"),
        ("arn:aws:iam::111122223333:user/app", "'user'"),
        ("arn:aws:iam::111122223333:role/", "name"),
        ("arn:aws:iam::111122223333:role/" + "x" * 65, "name"),
        ("arn:aws:iam:eu-west-1:111122223333:role/app", "region"),
        ("arn:aws:s3::111122223333:role/app", "'s3'"),
        ("arn:azure:iam::111122223333:role/app", "partition"),
        ("checkout", "begin with arn"),
    ],
)
def test_no_role(text: str, words: str) -> None:
    found = parse_role(text)
    assert found.identity is None
    assert words in found.problem


def test_a_partition_that_nobody_knows_is_odd_and_no_error() -> None:
    found = parse_role("arn:aws-moon:iam::111122223333:role/app")
    assert found.identity is not None
    assert "aws-moon" in found.problem


def test_many_slashes_cost_nothing() -> None:
    assert parse_role("arn:aws:iam::111122223333:role/" + "a/" * 5000 + " ").identity is None


@pytest.mark.parametrize(
    ("mail", "project"),
    [
        (MAIL, "shop-prod"),
        ("checkout@shop.example.com.iam.gserviceaccount.com", "shop.example.com"),
        ("123456-compute@developer.gserviceaccount.com", "123456"),
        ("shop-prod@appspot.gserviceaccount.com", "shop-prod"),
    ],
)
def test_mail(mail: str, project: str) -> None:
    assert parse_mail(mail) == (Identity(Cloud.GCP, "", project, mail), "")
    assert default_account(parse_mail(mail).identity) is ("iam." not in mail)


@pytest.mark.parametrize(
    ("mail", "words"),
    [
        ("", "empty"),
        ("checkout", "no @"),
        ("checkout@shop-prod.iam.googleapis.com", "domain"),
        ("Checkout@shop-prod.iam.gserviceaccount.com", "capital"),
        (MAIL + "⏎", "around"),
        ("ab@shop-prod.iam.gserviceaccount.com", "name"),
        ("checkout@x.iam.gserviceaccount.com", "project"),
    ],
)
def test_no_mail(mail: str, words: str) -> None:
    found = parse_mail(mail)
    assert found.identity is None
    assert words in found.problem


def test_azure_is_one_identity_however_its_client_id_is_written() -> None:
    expected = Identity(Cloud.AZURE, TENANT, "", CLIENT)
    assert parse_azure(CLIENT.upper(), TENANT) == (expected, "")
    assert parse_azure(CLIENT, "").identity == Identity(Cloud.AZURE, "", "", CLIENT)


@pytest.mark.parametrize(
    ("client", "tenant", "words"),
    [
        ("not-a-guid", TENANT, "client id"),
        (CLIENT, "contoso.onmicrosoft.com", "tenant id"),
        ("00000000-0000-0000-0000-000000000000", TENANT, "nil GUID"),
        (TENANT, TENANT.upper(), "pasted twice"),
        (f"{CLIENT} ", TENANT, "around"),
        (CLIENT[:-1], TENANT, "no GUID"),
        (f"{{{CLIENT}}}", TENANT, "no GUID"),
    ],
)
def test_no_azure(client: str, tenant: str, words: str) -> None:
    found = parse_azure(client, tenant)
    assert found.identity is None
    assert words in found.problem


def test_provider() -> None:
    pool = PROVIDER.partition("/providers")[0]
    expected = Identity(Cloud.GCP, pool, "123456", "ns/shop/sa/checkout")
    assert parse_provider(PROVIDER, "shop", "checkout").identity == expected
    assert parse_provider(f"//iam.googleapis.com/{PROVIDER}", "shop", "checkout") == (expected, "")
    fleet = parse_provider(
        "identitynamespace:fleet-1.svc.id.goog:https://gkehub.googleapis.com/x", "shop", "checkout"
    ).identity
    assert fleet == Identity(Cloud.GCP, "fleet-1.svc.id.goog", "fleet-1", "ns/shop/sa/checkout")
    assert "no workload identity provider" in parse_provider("pool", "a", "b").problem


def _external(**changes: object) -> GoogleCredentials:
    return msgspec.convert({**EXTERNAL, **changes}, GoogleCredentials)


def test_external_account() -> None:
    assert parse_external(_external(), "shop", "checkout").identity == parse_mail(MAIL).identity
    direct = parse_external(_external(service_account_impersonation_url=""), "shop", "checkout")
    assert direct == parse_provider(PROVIDER, "shop", "checkout")
    assert (
        "names no service account"
        in parse_external(
            _external(service_account_impersonation_url="https://x/y"), "a", "b"
        ).problem
    )
    assert "service_account" in parse_external(_external(type="service_account"), "a", "b").problem
    assert "provider" in parse_external(_external(audience="pool"), "a", "b").problem


@pytest.mark.parametrize(
    ("audience", "cloud", "mechanism"),
    [
        ("sts.amazonaws.com", Cloud.AWS, Mechanism.IRSA),
        ("sts.amazonaws.com.cn", Cloud.AWS, Mechanism.IRSA),
        ("pods.eks.amazonaws.com", Cloud.AWS, Mechanism.POD_IDENTITY),
        ("api://AzureADTokenExchange", Cloud.AZURE, Mechanism.AZURE),
        ("api://AzureADTokenExchangeUSGov", Cloud.AZURE, Mechanism.AZURE),
        ("sts.googleapis.com", Cloud.GCP, Mechanism.GCP_FEDERATION),
        ("shop-prod.svc.id.goog", Cloud.GCP, Mechanism.GCP_FEDERATION),
        (f"https://iam.googleapis.com/{PROVIDER}", Cloud.GCP, Mechanism.GCP_FEDERATION),
        ("vault", None, None),
        ("https://vault.example", None, None),
        ("sigstore", None, None),
        ("", None, None),
        ("https://kubernetes.default.svc.cluster.local", None, None),
    ],
)
def test_audience(audience: str, cloud: Cloud | None, mechanism: Mechanism | None) -> None:
    assert read_audience(audience)[:2] == (cloud, mechanism)


def test_words_of_audiences() -> None:
    assert read_audience("").words == "the API server"
    assert read_audience("vault").words == "Vault"
    assert read_audience("conjur").words == "a custom audience"


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=60))
def test_whatever_is_written(text: str, other: str) -> None:
    for found in (
        parse_role(text),
        parse_role(f"arn:aws:iam::{text}"),
        parse_mail(text),
        parse_mail(f"{other}@{text}"),
        parse_azure(text, other),
        parse_provider(text, other, other),
        parse_external(
            GoogleCredentials(text, other, service_account_impersonation_url=text), other, other
        ),
    ):
        assert found.identity is not None or found.problem
    read_audience(text)
