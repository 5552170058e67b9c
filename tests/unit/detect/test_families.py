"""What single families say of a credential: attribution, severity, expiry, identity."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mckconsole.detect.families.aws import account_of
from mckconsole.detect.families.docker import opens
from mckconsole.detect.families.expiry import from_epoch, from_text
from mckconsole.detect.families.keys import bech32_holds, nkey_holds
from mckconsole.detect.families.marvin import checksum_holds, marvin32
from mckconsole.detect.model import Match, Where
from tests.accuracy.proven import aws, encoded, kubeconfig, pem, service_account
from tests.accuracy.shapes import fill
from tests.unit.detect.asked import found, rules

UUID = "7e4b6f0c-31c5-4f5e-9a04-2b8f5d2f8a11"
NOBODY = "00000000-0000-0000-0000-000000000000"


def one(data: str, key: str = "", **rest: Any) -> Match:
    """The only match of a value."""
    (match,) = found(data, key, **rest)
    return match


def test_marvin_of_known_keys() -> None:
    """Vectors of Microsoft's own tests: keys of one letter with signature and checksum."""
    for tail, seed in (("+ASt5mnCaw==", b"Default0"), ("+ABa13FZVQ==", b"AbAcct00")):
        key = base64.b64decode("a" * 76 + tail)
        assert checksum_holds(key, (seed,))
        assert not checksum_holds(key, (b"Other000",))
        assert not checksum_holds(key[:5] + b"!" + key[6:], (seed,))
    assert marvin32(b"", b"Default0") != marvin32(b"\0", b"Default0")


@pytest.mark.parametrize("account", [0, 1, 123456789012, 999999999999])
def test_the_account_is_read_out_of_a_key_id(account: int) -> None:
    raw = (account << 7 | 1 << 47 | 5).to_bytes(6, "big") + b"\1\2\3\4"
    assert account_of(b"AKIA" + base64.b32encode(raw)) == f"{account:012d}"
    assert account_of(b"AKIAI" + b"A" * 15) == account_of(b"AKIAJ" + b"A" * 15) == ""


@pytest.mark.parametrize(("kind", "severity"), [("AKIA", "critical"), ("ASIA", "medium")])
def test_id_and_secret_are_one_credential(kind: str, severity: str) -> None:
    made = aws(Random(3), kind)
    names = list(made.fields)
    halves = [
        one(made.fields[name], name, siblings={k: v for k, v in made.fields.items() if k != name})
        for name in names
    ]
    assert halves[0].canonical == halves[1].canonical
    assert {half.rule for half in halves} == {"SEC-AWS-ACCESS-KEY"}
    assert {half.severity for half in halves} == {severity}
    assert dict(halves[1].facts)["account"] == "000000000000"
    alone = one(made.fields[names[0]], names[0])
    assert (alone.tier, alone.severity) == ("B", "low")
    lone = one(made.fields[names[1]], names[1])
    assert (lone.rule, lone.tier) == ("SEC-AWS-SECRET-KEY", "B")


@pytest.mark.parametrize("text", ["AROA" + "B" * 17, "AIDA" + "Q2" * 8, "0f" * 20])
def test_other_ids_and_digests_are_none(text: str) -> None:
    assert not found(text, "AWS_SECRET_ACCESS_KEY")


@pytest.mark.parametrize(("host", "user", "what", "severity"), [
    ("000000000000.dkr.ecr.eu-west-1.amazonaws.com", "AWS", "12 hours", "low"),
    ("https://gcr.io", "_json_key", "service account key", "critical"),
    ("europe-docker.pkg.dev", "oauth2accesstoken", "1 hour", "low"),
    ("shop.azurecr.io", NOBODY, "refresh token", "medium"),
    ("shop.azurecr.io", UUID, "service principal", "high"),
    ("shop.azurecr.io", "shop", "admin account", "high"),
    ("shop.azurecr.io", "puller", "token", None),
    ("ghcr.io", "robot", "login", None),
    ("evil.example/gcr.io", "_json_key", "login", None),
])  # fmt: skip
def test_what_a_login_opens(host: str, user: str, what: str, severity: str | None) -> None:
    told = opens(host, user, "x")
    assert what in told.what
    assert told.severity == severity


def test_a_registry_login_is_the_password_however_it_is_written() -> None:
    password = fill("{A24}", Random(1))
    auth = base64.b64encode(f"robot:{password}".encode()).decode()
    forms = (
        {"auths": {"quay.io": {"auth": auth}}},
        {"auths": {"quay.io": {"username": "robot", "password": password}}},
    )
    matches = [one(json.dumps(form), ".dockerconfigjson") for form in forms]
    assert {match.canonical for match in matches} == {password.encode()}
    assert [match.inner for match in matches] == ["auths['quay.io'].auth",
                                                  "auths['quay.io'].password"]  # fmt: skip
    assert dict(matches[0].facts) == {"registry": "quay.io", "user": "robot"}


def token(**claims: Any) -> str:
    """A signed token with these claims."""
    head = {"alg": "RS256", "kid": "k1"}
    return f"{encoded(head)}.{encoded(claims)}.{fill('{A86}', Random(5))}"


def test_tokens_of_accounts_say_whose_and_how_long() -> None:
    subject = "system:serviceaccount:shop:builder"
    never = one(token(iss="https://kubernetes.default.svc", sub=subject), "token")
    assert (never.rule, never.tier, never.severity) == ("SEC-K8S-SERVICE-ACCOUNT-TOKEN", "A", None)
    facts = dict(never.facts)
    assert (facts["account"], facts["expires"]) == ("shop/builder", "never")
    soon = one(token(sub=subject, exp=4102444800, aud=["api"]), "token")
    assert soon.severity == "medium"
    assert dict(soon.facts)["expires"] == "2100-01-01T00:00:00Z"
    gone = one(token(sub=subject, exp=1500000000), "token")
    assert dict(gone.facts)["expires"] == "2017-07-14T02:40:00Z"
    home = one(token(sub=subject), "token", where=Where.SECRET,
               secret_type="kubernetes.io/service-account-token")  # fmt: skip
    assert home.expected


@pytest.mark.parametrize("text", [
    f"{encoded({'alg': 'none'})}.{encoded({'sub': 'a'})}.{'a' * 43}",
    f"{encoded({'typ': 'JWT'})}.{encoded({'sub': 'a'})}.{'q7Zt2LmX9v' * 4}",
    "eyJhbGciOiJSUzI1NiJ9.eyJub3QianNvbn0." + "q7Zt2LmX9v" * 4,
    token(sub="1234567890", name="John Doe", iat=1516239022),
])  # fmt: skip
def test_what_only_looks_like_a_token_is_none(text: str) -> None:
    assert not rules(text, "session")


def test_a_kubeconfig_names_the_server_that_it_opens() -> None:
    match = one(kubeconfig(Random(1)).fields["kubeconfig"], "value")
    assert (match.rule, match.inner) == ("SEC-KUBECONFIG", "users[0].user.token")
    assert dict(match.facts)["server"] == "https://10.1.2.3:6443"


def test_a_service_account_is_its_key() -> None:
    text = service_account(Random(2)).fields["key.json"]
    key, whole = sorted(found(text, "key.json"), key=lambda match: match.inner)
    assert whole.canonical == key.canonical
    assert dict(whole.facts)["key id"] == json.loads(text)["private_key_id"]
    assert not rules(text.replace("BEGIN PRIVATE", "BEGIN PUBLIC"), "key.json")


def sas(days: int, allows: str = "rl", what: str = "sr=c") -> str:
    """An address with a signature that ends in so many days."""
    ends = (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    sign = base64.b64encode(Random(9).randbytes(32)).decode().replace("+", "%2B")
    sign = sign.replace("/", "%2F").replace("=", "%3D")
    return (
        f"https://a.blob.core.windows.net/b?sv=2022-11-02&{what}&sp={allows}&se={ends}&sig={sign}"
    )


@pytest.mark.parametrize(("text", "severity"), [
    (sas(30), "medium"), (sas(30, "rwdl"), "high"), (sas(-1, "rwdl"), "high"),
    (sas(30, "r", "ss=b&srt=sco"), "high"),
])  # fmt: skip
def test_a_signed_address_by_what_it_allows(text: str, severity: str) -> None:
    match = one(text, "BOX")
    assert (match.rule, match.tier, match.severity) == ("SEC-AZURE-SAS-TOKEN", "A", severity)
    assert text not in str(match.facts)


def test_keys_that_are_encrypted_or_at_home() -> None:
    locked = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"x"),
    )
    match = one(locked.decode(), "id")
    assert (match.rule, match.severity) == ("SEC-PRIVATE-KEY", "low")
    text = pem("ec", 0)
    assert one(text, "tls.key", where=Where.SECRET, secret_type="kubernetes.io/tls").expected
    assert one(text, "tls.key", siblings={"tls.crt": "x"}, where=Where.SECRET).expected
    assert not one(text, "tls.key").expected


@pytest.mark.parametrize("change", [
    lambda text: text,
    lambda text: text.replace("\n", "\\n"),
    lambda text: text.replace("\n", "\r\n"),
    lambda text: "".join(f"    {line}\n" for line in text.splitlines()),
    lambda text: "".join(f"#5 0.228 {line}\n" for line in text.splitlines()),
])  # fmt: skip
def test_a_key_is_the_same_however_it_is_laid_out(change: Any) -> None:
    plain = one(pem("rsa", 0), "id")
    assert one(change(pem("rsa", 0)), "id").canonical == plain.canonical
    assert dict(plain.facts)["algorithm"] == "RSA 2048"


@pytest.mark.parametrize(("text", "rule"), [
    ("postgres://shop:{}@db.retail.internal:5432/shop", "SEC-URL-CREDENTIALS"),
    ("redis://:{}@cache:6379/0", "SEC-URL-CREDENTIALS"),
    ("Server=db;Database=a;User Id=sa;Password={};", "SEC-CONNECTION-STRING"),
    ("jdbc:postgresql://db:5432/shop?user=shop&password={}", "SEC-CONNECTION-STRING"),
    ("jdbc:mysql://db/shop?password={}&user=shop", "SEC-CONNECTION-STRING"),
    ("curl -s -u admin:{} https://x/health", "SEC-COMMAND-PASSWORD"),
    ("CREATE USER shop WITH PASSWORD '{}';", "SEC-SQL-PASSWORD"),
    ("Authorization: Bearer {0}{0}", "SEC-AUTHORIZATION-HEADER"),
])  # fmt: skip
def test_passwords_within_text(text: str, rule: str) -> None:
    match = one(text.format("q7Zt2LmX9vRb"), "config")
    assert match.rule == rule
    assert b"q7Zt2LmX9vRb" in match.canonical
    for hollow in ("${PASSWORD}", "password", "changeme", "$(PASS)"):
        assert not rules(text.format(hollow), "config")


def test_checksums_of_age_and_nats() -> None:
    assert bech32_holds(b"A12UEL5L")
    assert not bech32_holds(b"A12UEL5M")
    assert not nkey_holds(b"SU" + b"A" * 56)


@pytest.mark.parametrize(("value", "said"), [
    (0, "1970-01-01T00:00:00Z"), (1e30, ""), ("1", ""), (None, ""), (True, ""), (float("nan"), ""),
])  # fmt: skip
def test_times(value: object, said: str) -> None:
    assert from_epoch(value) == said
    assert from_text("2030-01-02T03:04:05+01:00") == "2030-01-02T02:04:05Z"
    assert from_text("tomorrow") == from_text("0001-01-01T00:00:00+23:00") == ""
