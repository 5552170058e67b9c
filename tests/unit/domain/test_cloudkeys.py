"""Which annotations, labels and environment variables are kept, and which values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.domain.cloudkeys import (
    ANNOTATIONS,
    AZURE_CLIENT,
    AZURE_USE,
    EKS_ROLE,
    GKE_ACCOUNT,
    KNOWN,
    PUBLIC_ENV,
    STATIC_ENV,
    WITHHELD,
    edits,
    meant_for,
    public_note,
    public_value,
    static_cloud,
    wanted_env,
    wanted_key,
)


@pytest.mark.parametrize(
    ("key", "known"),
    [
        ("eks.amazonaws.com/role_arn", EKS_ROLE),
        ("iam.amazonaws.com/role-arn", EKS_ROLE),
        ("eks.amazonaws.com/role-arns", EKS_ROLE),
        ("EKS.amazonaws.com/Role-ARN", EKS_ROLE),
        ("iam.gke.io/gcp-serviceaccount", GKE_ACCOUNT),
        ("gke.io/gcp-service-account", GKE_ACCOUNT),
        ("azure.workload-identity/client-id", AZURE_CLIENT),
        ("azure.workload.identity/clientid", AZURE_CLIENT),
        ("azure.workload.identity/used", AZURE_USE),
    ],
)
def test_a_misspelt_key_is_seen_for_what_it_was_meant(key: str, known: str) -> None:
    assert meant_for(key) == known
    assert wanted_key(key)


@pytest.mark.parametrize(
    "key",
    [
        *sorted(KNOWN),
        "azure.workload.identity/use-sovereign",
        "eks.amazonaws.com/nodegroup",
        "eks.amazonaws.com/compute-type",
        "example.com/client-id",
        "app.kubernetes.io/name",
        "kubectl.kubernetes.io/last-applied-configuration",
        "iam.amazonaws.com/external-id",
        "cloud.google.com/neg",
        "cloud.google.com/backend-config",
        "",
        "a" * 5000,
    ],
)
def test_a_key_of_its_own_is_no_misspelling(key: str) -> None:
    assert meant_for(key) == ""
    assert wanted_key(key) is (key in KNOWN or key.startswith("azure.workload.identity/use-"))


@given(st.sampled_from(sorted(ANNOTATIONS)), st.data())
def test_one_letter_off_is_a_near_miss(known: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(known) - 1))
    odd = known[:at] + "0" + known[at + 1 :]
    assert odd in KNOWN or meant_for(odd)


@given(st.text(max_size=12), st.text(max_size=12))
def test_edits_are_a_distance(one: str, two: str) -> None:
    assert edits(one, two) == edits(two, one)
    assert (edits(one, two) == 0) is (one == two)
    assert abs(len(one) - len(two)) <= edits(one, two) <= max(len(one), len(two))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_ROLE_ARN", "arn:aws:iam::000000000000:role/reader"),
        ("AWS_ROLE_ARN", "arn:aws:iam:000000000000:role/one-colon"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://[fd00:ec2::23]/v1/credentials"),
        ("AZURE_CLIENT_ID", "00000000-0000-0000-0000-00000000000a"),
        ("AZURE_CLIENT_ID", "00000000-0000-0000-0000-00000000000"),
        ("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com/"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/var/run/gcp/credentials.json"),
        ("AWS_REGION", "eu-central-1"),
        ("SPIFFE_ENDPOINT_SOCKET", "unix:///spiffe/agent.sock"),
    ],
)
def test_what_is_public_and_looks_it_is_kept(name: str, value: str) -> None:
    assert public_value(name, value) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_SECRET_ACCESS_KEY", "anything"),
        ("AZURE_CLIENT_SECRET", "anything"),
        ("HOME", "/home/me"),
        ("GOOGLE_APPLICATION_CREDENTIALS", '{"type": "service_account"}'),
        ("AWS_ROLE_ARN", "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY"),
        ("AZURE_CLIENT_ID", "0123456789abcdef0123456789abcdef"),
        ("AWS_REGION", "eu-central-1 AKIAIOSFODNN7EXAMPLE"),
        ("AZURE_AUTHORITY_HOST", "https://user:password@example.com/"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "eyJhbGciOi.eyJpc3MiOi.c2lnbmF0dXJl"),
        ("AWS_CONFIG_FILE", "/" + "a/" * 400),
    ],
)
def test_nothing_else_is(name: str, value: str) -> None:
    assert public_value(name, value) is None


def test_credentials_are_never_public() -> None:
    assert not STATIC_ENV.keys() & PUBLIC_ENV.keys() - {"AZURE_CLIENT_CERTIFICATE_PATH"}
    assert static_cloud("aws-secret-access-key") == "aws"
    assert static_cloud("azure.client.secret") == "azure"
    assert static_cloud("password") == ""


def test_what_takes_a_static_key_from_a_secret_is_wanted_by_any_name() -> None:
    assert wanted_env("S3_KEY", "AWS_SECRET_ACCESS_KEY")
    assert wanted_env("AWS_ANYTHING", "")
    assert not wanted_env("S3_KEY", "password")
    assert not wanted_env("DATABASE_URL", "")


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        " wJalrXUtnFEMI/K7MDENGxbPxRfiCYEXAMPLEKEY\n",
        '{"type": "service_account", "private_key": "x"}',
        '\n{\n  "client_email": "a@b.iam.gserviceaccount.com"}',
        "-----BEGIN PRIVATE KEY-----\nMIIE",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln",
        "Abc8Q~" + "x" * 31,
        "https://user:hunter2@login.microsoftonline.com",
        "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=abc",
        "arn:aws:iam::111122223333:role/x AKIAIOSFODNN7EXAMPLE",
        "AIza" + "x" * 35,
    ],
)  # fmt: skip
def test_credentials_in_an_identitys_place_are_not_kept(text: str) -> None:
    assert public_note(text) == WITHHELD


@pytest.mark.parametrize(
    "text",
    [
        "",
        "arn:aws:iam::111122223333:role/team/checkout-reader",
        "arn:aws:iam:111122223333:role/checkout",
        " arn:aws-cn:iam::111122223333:role/aws-reserved/sso/AWSReservedSSO_Admin_0123456789abcdef",
        "eksctl-prod-addon-iamserviceaccount-Role1-1ABCD2EFGH3IJ",
        "checkout@shop-prod.iam.gserviceaccount.com",
        "{7D3F1C52-8F0A-4B7E-9A53-2C1D5E6F7A80}",
        "7d3f1c52-8f0a-4b7e-9a53-2c1d5e6f7a80",
        "projects/123/locations/global/workloadIdentityPools/pool/providers/provider",
        "https://sts.example.com/oidc", "sts.amazonaws.com", "app;proxy", "86400", "<ROLE_ARN>",
        "a" * 40, "A1" * 20,
    ],
)  # fmt: skip
def test_what_names_an_identity_well_or_badly_is_kept(text: str) -> None:
    assert public_note(text) == text


@given(st.text(max_size=2000))
def test_any_note_is_kept_short_or_not_at_all(text: str) -> None:
    assert public_note(text) in (text[:512], WITHHELD)
