"""What stands where a credential will be, or points at one, is not reported."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.detect.entropy import entropy, is_counting, is_random
from mckconsole.detect.words import is_wordy
from tests.unit.detect.asked import found

RANDOM = "q7Zt" + "2LmX9vRbK4sWc8Np"
REFERENCES = (
    "vault:secret/data/shop#key_2LmX9vRb",
    "ref+awsssm://shop/2LmX9vRbK4sW",
    "op://Infra/shop/2LmX9vRbK4sWc8Np",
    "arn:aws:secretsmanager:eu-west-1:000000000000:secret:shop-2LmX9v",
    "projects/shop/secrets/db-2LmX9vRb/versions/3",
    "ENC[AES256_GCM,data:2LmX9vRbK4sW,iv:c8Np,tag:x,type:str]",
    "${DB_PASSWORD_2LmX9vRb}",
    "$(DB_PASSWORD_2LmX9vRb)",
    "{{ .Values.password2LmX9vRb }}",
    "<your-password-2LmX9vRb>",
    "/run/secrets/2LmX9vRbK4sWc8Np",
    "https://vault.corp.internal/2LmX9vRb",
)
STAND_INS = (
    "changeme-please-1234", "your-api-key-here-42", "example-Secret-9182", "xxxxxxxxxxxxxxxx",
    "****************", "dummy-token-4711ab", "replace-with-secret-7", "insert_your_token_1",
    "todo-set-this-2024x", "my-secret-password", "test-password-12345", "REDACTED-by-policy-1",
    "password123password", "abcdefghijklmnop1234", "1234567890123456ab",
)  # fmt: skip


@pytest.mark.parametrize("text", [*REFERENCES, *STAND_INS])
@pytest.mark.parametrize("key", ["DB_PASSWORD", "api-key", "authToken"])
def test_a_reference_or_a_stand_in_is_no_secret(text: str, key: str) -> None:
    assert not found(text, key)


def _documents(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Documents in which a text stands where a credential does, and what lies beside each."""
    for user in ({"token": text}, {"password": text},
                 {"auth-provider": {"config": {"refresh-token": text}}}):  # fmt: skip
        yield json.dumps({"clusters": [], "users": [{"name": "u", "user": user}]}), {}
    auth = base64.b64encode(f"robot:{text}".encode()).decode()
    for entry in ({"username": "robot", "password": text}, {"auth": auth}):
        yield json.dumps({"auths": {"quay.io": entry}}), {}
    for name in ("bearerToken", "password"):
        yield json.dumps({name: text}), {"server": "https://10.1.2.3"}


@pytest.mark.parametrize("text", [
    *REFERENCES[:-2], *STAND_INS[:-3], "REDACTED", "changeme", "$TOKEN", "token",
])  # fmt: skip
def test_a_document_proves_where_a_credential_stands_not_that_it_is_one(text: str) -> None:
    for document, beside in _documents(text):
        assert not found(document, "config", beside)


def test_and_says_what_stands_there_otherwise() -> None:
    for text in (RANDOM, "Harbor12345", "q7-" + "fake-hidden-" * 20):
        for document, beside in _documents(text):
            assert [one.tier for one in found(document, "config", beside)] == ["A"], document


@pytest.mark.parametrize("key", ["DB_PASSWORD", "api-key", "authToken", "clientSecret", "pwd"])
def test_a_random_value_under_a_telling_name_is_one(key: str) -> None:
    (match,) = found(RANDOM, key)
    assert (match.rule, match.tier) == ("SEC-GENERIC-SECRET", "C")


@pytest.mark.parametrize("key", [
    "DB_PASSWORD_FILE", "TOKEN_PATH", "SECRET_NAME", "API_KEY_ID", "TOKEN_URL", "SECRET_ARN",
    "checksum/secret", "publicKey", "tokenTTL", "secretRef", "KEY", "monkey", "passwordPolicy",
    "tokenReviewer", "secret-hash", "PASSWORD_MIN",
])  # fmt: skip
def test_a_name_that_means_something_else_tells_nothing(key: str) -> None:
    assert not found(RANDOM, key)


@given(st.binary(max_size=200))
def test_entropy_is_that_of_its_bytes(data: bytes) -> None:
    assert 0.0 <= entropy(data) <= 8.0
    assert entropy(data * 2) == pytest.approx(entropy(data))


@given(st.text("abc", max_size=60))
def test_few_letters_are_not_random(text: str) -> None:
    assert not is_random(text.encode(), 2.0)


def test_counting_up_and_keyboards_are_seen() -> None:
    for text in (b"zz-abcdefg", b"QWERTYU", b"0123456"):
        assert is_counting(text)
    assert not is_counting(RANDOM.encode())


@given(st.binary(max_size=500))
def test_words_take_any_bytes(data: bytes) -> None:
    is_wordy(data)


@pytest.mark.parametrize("text", [b"a" * 40_000, b"aB" * 20_000, b"a-" * 20_000, b"A.b" * 15_000])
def test_words_are_told_in_time_of_their_length(text: bytes) -> None:
    is_wordy(text + b"!")
