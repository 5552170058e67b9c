"""No credential leaves an object, wherever it stands; what operators need stays readable."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.sources.redact import MAX_DEPTH, MAX_TEXT, TooDeep, Tree, redact
from mckconsole.sources.yamlout import to_lines

CANARY = "CANARY-7f3a91c2-zq7"


def shown(document: dict[str, Any]) -> str:
    return "\n".join(to_lines(redact(document).tree))


def silent(document: dict[str, Any]) -> None:
    text = shown(document)
    assert CANARY not in text
    for pad in range(3):
        code = base64.b64encode(b"x" * pad + CANARY.encode()).decode()
        assert code[4:-4] not in text


def config_map(text: str, key: str = "config") -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "data": {key: text}}


KEYS = (
    "password", "PASSWORD", "userPassword", "passwd", "token", "authToken", "secret", "psk",
    "ceIPSecPSK", "privateKey", "private_key", "private-key", "apiKey", "API_KEY", "accessKey",
    "aws_secret_access_key", "credential", "credentials", "authorization", "clientSecret",
    "connectionString", "connection-string", "brokerK8sApiServerToken", "brokerK8sCA", "tls.key",
    "STRIPE_KEY", ".dockerconfigjson", "id_rsa", "DB_PASS", "bearerToken", "sessionToken",
    "pass\u200bword", "ｐａｓｓｗｏｒｄ", "auth", "kubeconfig", "client-key-data", "htpasswd",
)  # fmt: skip
"""Names that say what their value is."""


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("part", ["spec", "data", "status", "metadata"])
def test_a_value_under_a_telling_name_is_taken_out(key: str, part: str) -> None:
    for value in (CANARY, [CANARY], {"a": {"b": CANARY}}, [{"value": [CANARY]}]):
        silent({part: {"x": {key: value}}})
    number = {part: {key: 8675309}}
    assert "8675309" not in shown(number)


@pytest.mark.parametrize("key", [*KEYS, "Authorization", "X-Auth-Token"])
def test_of_a_pair_the_name_tells(key: str) -> None:
    silent({"spec": {"env": [{"name": key, "value": CANARY}]}})
    silent({"spec": {"headers": [{"key": key, "value": CANARY}]}})


TEXTS = (
    f"DB_PASSWORD={CANARY}",
    f"a=1\nDB_PASSWORD=correct {CANARY} horse\nb=2",
    f"export API_TOKEN='{CANARY}'",
    f"password: correct {CANARY}",
    f'password: "a\\"{CANARY}"',
    f'password: "first line\n  {CANARY}"',
    f"db:\n  password: |\n    first\n\n    {CANARY}\n  port: 1",
    f"tokens:\n- one\n- {CANARY}\n",
    f"secrets:\n    deep:\n      - a: {CANARY}",
    f"- password: {CANARY}",
    f"password: [a, {CANARY}]",
    f'{{"password": "{CANARY}"}}',
    f'{{"password": "x{CANARY}", "a": ["{{\\"token\\": \\"{CANARY}\\"}}"]}}',
    f'log: {{\\"password\\":\\"{CANARY}\\"}}',
    f'{{"password": "{CANARY}"',
    f'"token":"{CANARY}',
    f"<user><password>{CANARY}</password></user>",
    f'<user><password kind="plain">{CANARY}</password></user>',
    f"//registry.example.com/:_authToken={CANARY}",
    f"machine example.com login ada password {CANARY}",
    f"mysql --password {CANARY} -h db",
    f"curl -H 'Authorization: Bearer {CANARY}' https://example.com",
    f"Authorization: Basic {CANARY}",
    f"postgres://ada:{CANARY}@db:5432/shop",
    f"postgres://ada:p@ss/{CANARY}@db:5432/shop",
    f"https://{CANARY}@github.example.com/x.git",
    f"ada:{CANARY}@tcp(10.0.0.1:3306)/shop",
    f"https://example.com/blob?sp=r&sig={CANARY}",
    f"DefaultEndpointsProtocol=https;AccountName=x;AccountKey={CANARY};EndpointSuffix=y",
    f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----",
    f"-----BEGIN OPENSSH PRIVATE KEY-----\n{CANARY}",
    f"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.{CANARY}",
    f"jwt-eyJhbGciOiJSUzI1NiJ9.{CANARY}",
    f"xoxb-12345678-{CANARY}",
    f"curl -d x https://hooks.slack.com/services/T0/B0/{CANARY}",
    f"https://discord.com/api/webhooks/1234567890123456/{CANARY}",
    f"https://shop.webhook.office.com/webhookb2/{CANARY}@x/IncomingWebhook/y",
    f"password: ‹redacted: 3 characters›{CANARY}",
    f"token=$(cat x){CANARY}",
    f"a\u202epassword: {CANARY}",
)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("part", ["spec", "data", "status"])
def test_a_credential_within_a_text_is_taken_out(text: str, part: str) -> None:
    document = {part: {"x": text}}
    silent(document)
    assert "redacted" in shown(document)


SHAPES = (
    "AKIAIOSFODNN7EXAMPLE",
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln",
    "ghp_" + "a1B2" * 9,
    "glpat-" + "x1Y2" * 6,
    "xoxb-123456789012-abcdefghijkl",
    "AIza" + "a1B2c3D4" * 5,
    "sk-" + "x1Y2" * 8,
    "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIKx\n-----END EC PRIVATE KEY-----",
    "$2y$10$abcdefghijklmnopqrstuv",
    '{"type": "service_account", "project_id": "x"}',
)


@pytest.mark.parametrize("part", ["spec", "data", "status", "metadata"])
@pytest.mark.parametrize("value", SHAPES)
def test_what_has_the_shape_of_a_credential_is_taken_out_everywhere(value: str, part: str) -> None:
    once = base64.b64encode(f"a {value} b".encode()).decode()
    twice = base64.b64encode(once.encode()).decode()
    for text in (value, f"see {value} there", once, twice):
        found = shown({part: {"x": text}})
        assert value[:20] not in found
        assert text[:20] not in found or text.startswith("see ")
        assert "redacted" in found


@pytest.mark.parametrize(
    "value",
    [
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY",
        "0123456789abcdef0123456789abcdef",
        base64.b64encode(bytes(range(40))).decode(),
    ],
)
def test_what_is_long_and_random_is_taken_out_of_data(value: str) -> None:
    for text in (value, f"key = {value}\n", f"# text\n{value}\n"):
        assert value not in shown(config_map(text))
    assert value not in shown({"spec": {"args": ["-x", value]}})


FLUENT_BIT = f"""
[OUTPUT]
    Name http
    Host in.example.com
    HTTP_User shipper
    HTTP_Passwd {CANARY}
    Header Authorization Bearer {CANARY}
    Header X-Api-Key {CANARY}
    Header X-Team web
[OUTPUT]
    Name splunk
    Host shipper:{CANARY}@splunk.example.com
    splunk_token {CANARY} and more {CANARY}
    Shared_Key "{CANARY}"
    URI /in?token={CANARY}
"""
FLUENTD = f"""
<match **>
  @type elasticsearch
  host es.example.com
  user shipper
  password {CANARY}
  <server>
    shared_key {CANARY}
    password "#{{ENV['{CANARY}']}} {CANARY}"
  </server>
  hosts shipper:{CANARY}@es.example.com:9200,b:{CANARY}@es2.example.com
</match>
"""


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (FLUENT_BIT, ["Host in.example.com", "Header X-Team web", "@splunk.example.com"]),
        (FLUENTD, ["host es.example.com", "@type elasticsearch", "@es.example.com:9200"]),
        (FLUENTD.replace("\n", "\r\n"), ["host es.example.com"]),
    ],
    ids=["fluent-bit", "fluentd", "crlf"],
)
def test_log_agents_write_credentials_after_a_space(text: str, kept: list[str]) -> None:
    silent(config_map(text, "a.conf"))
    assert all(part in shown(config_map(text, "a.conf")) for part in kept)


def test_in_prose_a_word_after_password_stays() -> None:
    text = "the password is\npassword rules are in the handbook\n"
    assert "rules are in the handbook" in shown(config_map(text))


@pytest.mark.parametrize(
    "image",
    [
        "ghcr.io/external-secrets/external-secrets:v0.19.2",
        "registry.example.com:5000/team/token-issuer-secret:1.2.3-rc.1",
    ],
)
def test_a_version_behind_the_name_of_an_image_stays(image: str) -> None:
    for text in (image, f'Pulling image "{image}"', f"from {image}, again"):
        assert text in shown({"spec": {"x": text}})


@pytest.mark.parametrize("text", ["/secret: 1.2.3", "/secret:1.2.3x!y", "a secret:1.2.3"])
def test_other_values_after_such_a_name_go(text: str) -> None:
    assert "1.2.3" not in shown({"spec": {"x": text}})


def test_copies_of_the_object_and_managed_fields_are_folded() -> None:
    note = "kubectl.kubernetes.io/last-applied-configuration"
    document = {
        "metadata": {
            "annotations": {note: f'{{"x":"{CANARY}"}}', "example.com/other": "kept"},
            "managedFields": [{"fieldsV1": {CANARY: {}}}, {}],
        },
        "binaryData": {"x": base64.b64encode(CANARY.encode()).decode()},
    }
    found = yaml.safe_load(shown(document))
    silent(document)
    assert found["metadata"]["managedFields"] == "‹2 entries, not shown›"
    assert found["metadata"]["annotations"] == {
        note: "‹redacted: 27 characters›",
        "example.com/other": "kept",
    }


def test_arguments_after_a_flag_are_taken_out() -> None:
    args = ["--password", CANARY, "--port", "80", "--token-file", "/var/run/token", "--token", "-x"]
    found = yaml.safe_load(shown({"spec": {"args": args}}))["spec"]["args"]
    assert found[1] == "‹redacted: 19 characters›"
    assert found[2:6] == args[2:6]


READABLE: tuple[dict[str, Any], ...] = (
    {"metadata": {"name": "x", "uid": "0f5e6b8a-7a55-4a06-9c3c-2d1f0a9be001"}},
    {"metadata": {"labels": {"app.kubernetes.io/name": "shop", "pod-template-hash": "7c9f8d6b5"}}},
    {"metadata": {"annotations": {"eks.amazonaws.com/token-expiration": "86400"}}},
    {"metadata": {"annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::000000000000:r/x"}}},
    {"metadata": {"annotations": {"network.cilium.io/wg-pub-key": base64.b64encode(b"x" * 32)
                                  .decode()}}},
    {"spec": {"subnets": ["10.128.0.0/16", "fd00::/64"], "healthCheckIP": "10.128.0.1"}},
    {"spec": {"providerID": "azure:///subscriptions/000/resourceGroups/mc_x/providers/"
              "Microsoft.Compute/virtualMachineScaleSets/aks-user-12345678-vmss/x/0"}},
    {"spec": {"image": "quay.io/x/y@sha256:" + "ab" * 32}},
    {"spec": {"secretName": "shop-tls", "tokenExpirationSeconds": 3600}},
    {"spec": {"secretRef": {"name": "shop", "namespace": "x", "key": "password"}}},
    {"spec": {"env": [{"name": "DB_PASSWORD",
                       "valueFrom": {"secretKeyRef": {"name": "shop", "key": "password"}}},
                      {"name": "PASSWORD_COPY", "value": "$(DB_PASSWORD)"}]}},
    {"spec": {"volumes": [{"secret": {"secretName": "x", "defaultMode": 420,
                                      "items": [{"key": "a", "path": "b"}]}},
                          {"projected": {"sources": [{"serviceAccountToken": {
                              "audience": "sts.amazonaws.com", "expirationSeconds": 86400,
                              "path": "token"}}]}}],
              "imagePullSecrets": [{"name": "registry"}],
              "automountServiceAccountToken": False}},
    {"rules": [{"resources": ["secrets", "tokenreviews"], "verbs": ["get"]}]},
    {"webhooks": [{"clientConfig": {"caBundle": base64.b64encode(
        b"-----BEGIN CERTIFICATE-----\nMIIDdzCCAl8=\n-----END CERTIFICATE-----\n").decode()}}]},
    {"data": {"ca.crt": "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl8gAwIBAgIEAgAAuTANBgkqhkiG9w0B\n"
                        "-----END CERTIFICATE-----\n"}},
    {"data": {"enable-policy-secrets-sync": "true", "policy-secrets-namespace": "cilium-secrets",
              "url": "https://example.com:8443/a@b/c", "cluster-pool-ipv4-cidr": "10.0.0.0/8"}},
    {"status": {"message": 'Failed to successfully ping the remote endpoint IP "10.128.2.1"',
                "conditions": [{"type": "Ready", "reason": "SecretNotFound",
                                "message": 'secret "shop" not found'}]}},
)  # fmt: skip


@pytest.mark.parametrize("document", READABLE, ids=str)
def test_what_is_no_credential_stays(document: dict[str, Any]) -> None:
    found = redact(document)
    assert found.tree == document
    assert found.count == 0


def test_hostile_text_is_inert_and_long_text_is_cut() -> None:
    document: dict[str, Tree] = {
        "a\x1b[2J": "\x1b]52;c;eA==\x07\u202e",
        "lines": "a\r\nb\x00\n",
        "long": "ab " * 10_000,
        "twins": {"a\u200b": 1, "a\u200b"[:1] + "‹U+200B›": 2},
    }
    found = redact(document)
    lines = list(to_lines(found.tree))
    assert all(line.isprintable() for line in lines)
    assert found.cut == 1
    assert f"… ‹{30_000 - MAX_TEXT} more characters›" in "\n".join(lines)
    assert yaml.safe_load("\n".join(lines))["twins"] == {"a‹U+200B›": 1, "a‹U+200B› ‹2›": 2}


def test_a_long_text_hides_nothing_behind_its_cut() -> None:
    for size in (MAX_TEXT - 30, 64 * 1024 - 30, 70 * 1024):
        for text in ("x " * (size // 2) + f"password: {CANARY}", f"password: {'x' * size}{CANARY}"):
            silent(config_map(text))


def test_what_is_nested_too_deeply_is_refused() -> None:
    def nested(levels: int) -> dict[str, Any]:
        deep: dict[str, Any] = {}
        for _ in range(levels):
            deep = {"a": deep}
        return deep

    assert redact(nested(MAX_DEPTH)).count == 0
    with pytest.raises(TooDeep):
        redact(nested(MAX_DEPTH + 1))
    inner = json.dumps({"password": CANARY})
    for _ in range(6):
        inner = json.dumps({"x": inner})
    silent(config_map(inner))


_WORDS = st.text("abcxyz-./_ :=\n\"'{}[]|\\", max_size=12)
_LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), _WORDS)
_TREES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(_WORDS, inner, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def planted(draw: st.DrawFn) -> dict[str, Any]:
    """An object with the canary somewhere below a telling name."""
    value: Any = draw(st.sampled_from([CANARY, f"x{CANARY}", f"{CANARY}\ny", f"{CANARY} y"]))
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.booleans()):
            value = [*draw(st.lists(_LEAVES, max_size=2)), value]
        else:
            value = {draw(st.sampled_from(["a", "url", "items", "value", "data"])): value}
    value = {
        **draw(st.dictionaries(_WORDS, _LEAVES, max_size=2)),
        draw(st.sampled_from(KEYS)): value,
    }
    for _ in range(draw(st.integers(0, 3))):
        around = draw(st.dictionaries(_WORDS, _TREES, max_size=2))
        value = {**around, draw(st.sampled_from(["a", "spec", "data", "name", "x"])): value}
        if draw(st.integers(0, 4)) == 0:
            value = {"text": json.dumps(value, indent=draw(st.sampled_from([None, 2])))}
    return {draw(st.sampled_from(["spec", "data", "status", "metadata"])): value}


@settings(max_examples=300, deadline=None)
@given(planted())
def test_a_canary_at_a_telling_place_is_never_shown(document: dict[str, Any]) -> None:
    silent(document)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([key for key in KEYS if key.isascii()]),
    st.sampled_from(["=", ": ", " = ", ":\n  ", ": |\n  ", '": "', '="', "='"]),
    st.text("ab \t=:-,;&", max_size=6),
    st.sampled_from(["", "\n"]),
    st.text("ab \n=:-", max_size=9),
)
def test_a_canary_at_the_end_of_a_telling_line_is_never_shown(
    key: str, sep: str, before: str, start: str, text: str
) -> None:
    if sep in ("=", " = ") and " " in before.strip():
        before = before.replace(" ", "")
    silent(config_map(f"{text}\n{key}{sep}{before.lstrip(' =:')}{CANARY}{start}"))


def _spaced(value: Any) -> Any:
    """As it reads back: tabs of literal blocks are spaces."""
    if isinstance(value, str):
        return value.replace("\t", "    ") if "\n" in value else value
    if isinstance(value, list):
        return [_spaced(one) for one in value]
    if isinstance(value, dict):
        return {key: _spaced(one) for key, one in value.items()}
    return value


_ODD = st.sampled_from(
    ["yes", "1e5", "0x1f", "12:30:45", "2026-01-01", "null", "~", "<<", "=", "1_000", ".inf", "-"
     , "?", "a: b", "a #b", "- x", "", " a", "a ", "a:", "|", "a\tb", "\n", "a\n\n", " a\nb"]
)  # fmt: skip
_SAFE = st.one_of(_ODD, st.text("ab \n\t:#|>'\"-{}[],&*!%@`~.01é日", max_size=12))
_YAML = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
        _SAFE,
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(_SAFE.filter(lambda key: "\n" not in key and "\t" not in key), inner,
                        max_size=3),
    ),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.text("abc-", min_size=1, max_size=9), _YAML, max_size=4))
def test_lines_read_back_as_what_was_written(tree: dict[str, Any]) -> None:
    lines = list(to_lines(tree))
    assert not any("\n" in line for line in lines)
    assert yaml.safe_load("\n".join(lines) + "\n") == _spaced(tree)
