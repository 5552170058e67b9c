"""Ways to write a name and its value, as files of tools, languages and command lines do."""

from __future__ import annotations

import base64
import json
import random

import pytest

from mckconsole.demo import pki
from mckconsole.detect.scan import audit_object
from mckconsole.domain.audit import Sighting
from mckconsole.domain.kind import Scan

_DICE = random.Random(9)
_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_VALUE = "".join(_DICE.choices(_LETTERS, k=24))
_HEX = "".join(_DICE.choices("0123456789abcdef", k=32))


def seen(text: str, name: str = "file") -> tuple[Sighting, ...]:
    """What is found in a ConfigMap."""
    raw = {"apiVersion": "v1", "kind": "ConfigMap", "data": {name: text}}
    return audit_object(json.dumps(raw).encode(), Scan.CONFIG_MAP, values=True).sightings


def words(*args: str, command: list[str] | None = None) -> tuple[Sighting, ...]:
    """What is found in the words of a container's command."""
    container = {"name": "a", "command": command or [], "args": list(args)}
    raw = {"kind": "Deployment", "spec": {"template": {"spec": {"containers": [container]}}}}
    return audit_object(json.dumps(raw).encode(), Scan.WORKLOAD, values=True).sightings


@pytest.mark.parametrize("line", [
    "DB_PASSWORD=V", "export DB_PASSWORD=V", 'DB_PASSWORD="V"', "db.password = V", "password: V",
    "- password: 'V'", 'password := "V"', 'PASSWORD ?= V', 'PASSWORD ::= "V"', "'password' => 'V',",
    '$password .= "V"', 'var password string = "V"', 'const password: string = "V"',
    'System.setProperty("app.password", "V");', "<password>V</password>",
    "<password>\n    V\n  </password>", '<add key="DbPassword" value="V" />',
    '<property name="password" value="V"/>', "- {name: DB_PASSWORD, value: V}",
    "- name: DB_PASSWORD\n  value: V", 'run --db-password V --verbose', "run --db-password='V'",
    "requirepass V",
    "DB_PASSWORD=V exec ./app --verbose", "export DB_PASSWORD=V && exec ./app",
    'args: ["--db-password", "V"]', "mysql://root@db?password=V&ssl=on",
])  # fmt: skip
def test_a_value_is_read_in_every_way_of_writing(line: str) -> None:
    (one,) = seen(f"port: 80\n{line.replace('V', _VALUE)}\nmode: fast\n")
    assert one.fingerprint == seen(f"password: {_VALUE}")[0].fingerprint


@pytest.mark.parametrize("line", [
    'if password == "V":', 'if password != "V" {', "password =~ V", "Token::V", "a password V here",
])  # fmt: skip
def test_what_compares_or_only_talks_assigns_nothing(line: str) -> None:
    assert not seen(f"port: 80\n{line.replace('V', _VALUE)}\nmode: fast\n")


@pytest.mark.parametrize("text", [
    "agent:\n  datadog:\n    site: eu\n    apiKey: V\n", "[datadog]\nsite = eu\napi_key = V\n",
    json.dumps({"agent": {"datadog": {"apiKey": "V", "site": "eu"}}}),
])  # fmt: skip
def test_a_bare_name_is_that_of_what_it_is_part_of(text: str) -> None:
    (one,) = seen(text.replace('"V"', f'"{_HEX}"').replace(" V", f" {_HEX}"))
    assert one.rule == "SEC-DATADOG-KEY"


@pytest.mark.parametrize("command", [
    ["redis-cli", "-a", "V", "ping"], ["/usr/bin/mysqladmin", "ping", "-uroot", "-pV"],
    ["curl", "-s", "-u", "elastic:V", "http://x"], ["mongosh", "-u", "root", "-p", "V"],
    ["sh", "-c", "redis-cli -h cache -a V ping"], ["sh", "-c", "mysqladmin ping -uroot -pV"],
    ["sh", "-c", "mongosh -u root -p 'V' --eval 1"], ["sh", "-c", "curl -sf \\\n  -u bot:V x"],
    ["sh", "-c", "redis-cli -h cache -p 6379 -a V ping"], ["smbclient", "-U", "bot%V", "//nas/x"],
    ["sh", "-c", "docker login -u bot -p V quay.io"], ["sh", "-c", "helm registry login x -p 'V'"],
    ["sh", "-c", "az login --service-principal -u bot -p V --tenant t"],
    ["sh", "-c", "valkey-cli --pass V ping; wget -q --user=x y"],
    ["sh", "-c", "which curl wget; echo curl; curl -o - https://curl.shop -u bot:V"],
])  # fmt: skip
def test_a_password_behind_a_short_flag_is_found(command: list[str]) -> None:
    (one,) = words(command=[word.replace("V", _VALUE) for word in command])
    assert (one.rule, one.tier) == ("SEC-COMMAND-PASSWORD", "B")


def test_arguments_are_those_of_the_command() -> None:
    (one,) = words("-a", _VALUE, command=["redis-cli"])
    assert (one.rule, one.path) == (
        "SEC-COMMAND-PASSWORD", "spec.template.spec.containers[0].args[1]",
    )  # fmt: skip


@pytest.mark.parametrize("command", [
    ["redis-cli", "-a", "$REDIS_PASSWORD", "ping"], ["redis-cli", "-p", "6379", "ping"],
    ["sh", "-c", 'redis-cli -a "${REDIS_PASSWORD}" ping'], ["mysqladmin", "-proot", "ping"],
    ["sh", "-c", "mysqladmin ping -uroot -p$MYSQL_ROOT_PASSWORD"], ["mongo", "-p", "27017"],
    ["mysqld", "-port"], ["curl", "-u", "user:password", "http://x"], ["sh", "-c", "mkdir -p /a/b"],
    ["sh", "-c", "docker run -p q7Zt2LmX9vRb x"], ["sh", "-c", "to login use -p q7Zt2LmX9vRb"],
    ["sh", "-c", "curl x; run -u bot:q7Zt2LmX9vRb"], ["sh", "-c", "curl --user-agent a:q7Zt2LmX x"],
    ["sh", "-c", "mycurl -u bot:q7Zt2LmX9vRb"], ["smbclient", "-U", "q7Zt2LmX9vRb", "//nas/x"],
])  # fmt: skip
def test_variables_ports_and_plain_words_are_no_passwords(command: list[str]) -> None:
    assert not words(command=command)


@pytest.mark.parametrize("header", ["PRIVATE-TOKEN", "X-API-Key", "x-api-key", "X-API-KEY"])
def test_headers_with_keys_are_found_in_any_case(header: str) -> None:
    for found in (words("-H", f"{header}: {_VALUE}"), seen(f'curl -H "{header}: {_VALUE}" x\n')):
        assert [one.rule for one in found] == ["SEC-AUTHORIZATION-HEADER"]


def test_the_login_of_npm_is_read() -> None:
    login = base64.b64encode(f"bot:{_VALUE}".encode()).decode()
    (one,) = seen(f"//npm.corp.internal/:_auth={login}\nalways-auth=true\n", ".npmrc")
    assert (one.rule, dict(one.facts)["user"]) == ("SEC-AUTHORIZATION-HEADER", "bot")


@pytest.mark.parametrize(("name", "text"), [
    (".netrc", "machine git.corp\n  login bot\n  password V\n"),
    (".netrc", "machine a.corp login me password V\n"),
    (".pgpass", "# of the shop\ndb.shop:5432:*:bot:V\n"),
])  # fmt: skip
def test_files_of_logins_are_read(name: str, text: str) -> None:
    (one,) = seen(text.replace("V", _VALUE), name)
    assert (one.rule, set(dict(one.facts))) == ("SEC-CONNECTION-STRING", {"server", "user"})


def test_a_key_store_is_told_by_how_it_begins() -> None:
    for length in (b"\x0a\x10", b"\x09\x31"):
        data = b"\x30\x82" + length + b"\x02\x01\x03\x30\x82" + _DICE.randbytes(2500)
        raw = {"kind": "Secret", "data": {"keystore.p12": base64.b64encode(data).decode()}}
        found = audit_object(json.dumps(raw).encode(), Scan.SECRET, values=True).sightings
        assert [one.rule for one in found] == ["SEC-KEYSTORE"]


@pytest.mark.parametrize("value", [
    "jwt,priv-key=/opt/etcd/certs/jwt-token.pem,sign-method=RS256,ttl=10m", "YourServiceApiToken9",
    "INSERT_CLUSTER_TOKEN_HERE", "bot:$2y$10$9L4Tc0DJbFFMB6RdSCunrOpTHdwhid4ktBJmLD00bYgqkk",
    "SCRAM-SHA-256$4096:b9gQz2V7mXc4kTfR1sWd8A==$q3Zr7YpLx2", "md5" + _HEX,
    "$dex.github.clientSecret", ".Values.auth.replicationPassword",
    'os.environ.get("TOKEN_OF_42")', "getToken(42, vault9x)",
])  # fmt: skip
def test_settings_stand_ins_hashes_and_code_are_no_secrets(value: str) -> None:
    assert not seen(f"service_token: {value}\n")


def test_a_key_with_odd_characters_is_no_code() -> None:
    key = "zh!=!gq(w^_t[sBR29954x)HI+$ehwss*xYNQeu([xcWMhdz"
    assert [one.rule for one in seen(f"SECRET_KEY = '{key}'\n")] == ["SEC-GENERIC-SECRET"]


def test_an_example_that_leaves_most_of_a_key_out_is_none() -> None:
    lines = pki.pem_key(pki.secret_key("ec", random.Random(6))).splitlines()
    assert seen("\n".join((*lines, ""))) != ()
    assert not seen("\n".join((*lines[:2], "...", *lines[2:], "")))


@pytest.mark.parametrize("line", [
    "WIREGUARD_PUBLIC_KEY=K", "PEER_WIREGUARD_PUBKEY=K",
    "TOKEN_IMAGE=registry.corp.internal:5000/auth/token-service:v1.22.3-alpine",
])  # fmt: skip
def test_names_of_what_is_public_tell_no_secret(line: str) -> None:
    key = base64.b64encode(_DICE.randbytes(32)).decode()
    assert not seen(f"A=b\n{line.replace('=K', '=' + key)}\n")


@pytest.mark.parametrize("name", ["session_secret", "ipsec_psk"])
def test_base64_that_begins_with_a_slash_is_no_path(name: str) -> None:
    key = "/" + base64.b64encode(random.Random(1).randbytes(48)).decode()[1:]
    assert len(seen(f"{name}: {key}\n")) == 1
    for path in ("/run/secrets/shop/session-token-v2", "/etc/kubernetes/pki/ca42.key"):
        assert not seen(f"{name}: {path}\n")
