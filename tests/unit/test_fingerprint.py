"""Two endpoints compare by how they are reached and signed in to; no secret can be read from it."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mckconsole.sources.credentials import FileToken
from mckconsole.sources.endpoint import ClusterEndpoint, Impersonation, Secret, TLSSettings
from mckconsole.sources.exec_trust import plugin_command
from mckconsole.sources.fingerprint import digest, fingerprint, server_identity
from tests.unit.kubeconfigs import SERVER, kubeconfig, load_one

EXEC = {
    "command": "aws",
    "args": ["eks", "get-token", "--password", "hunter2-hunter2"],
    "env": [{"name": "AWS_PROFILE", "value": "prod"}],
    "apiVersion": "client.authentication.k8s.io/v1",
    "interactiveMode": "Never",
}


def loaded(tmp_path: Path, **what: Any) -> ClusterEndpoint:
    return load_one(tmp_path, kubeconfig(**what))


USERS: dict[str, dict[str, Any]] = {
    "token": {"token": "one"},
    "another token": {"token": "two"},
    "password": {"username": "a", "password": "b"},
    "another password": {"username": "a", "password": "c"},
    "token file": {"tokenFile": "/t/one"},
    "another token file": {"tokenFile": "/t/two"},
    "token file with fallback": {"tokenFile": "/t/one", "token": "one"},
    "certificate files": {"client-certificate": "/c/one", "client-key": "/k"},
    "another key file": {"client-certificate": "/c/one", "client-key": "/k2"},
    "certificate and token": {"client-certificate": "/c/one", "client-key": "/k", "token": "one"},
    "anonymous": {},
    "plugin": {"exec": EXEC},
    "plugin, other arguments": {"exec": {**EXEC, "args": ["eks"]}},
    "plugin, other value": {"exec": {**EXEC, "env": [{"name": "AWS_PROFILE", "value": "x"}]}},
    "plugin, other version": {
        "exec": {**EXEC, "apiVersion": "client.authentication.k8s.io/v1beta1"}
    },
    "plugin that is told the cluster": {"exec": {**EXEC, "provideClusterInfo": True}},
    "impersonation": {"token": "one", "as": "auditor"},
    "impersonation in groups": {"token": "one", "as": "auditor", "as-groups": ["g"]},
    "impersonation with extra": {"token": "one", "as": "auditor", "as-user-extra": {"k": ["v"]}},
    "problem": {"auth-provider": {"name": "gcp"}},
}
CLUSTERS: dict[str, dict[str, Any]] = {
    "address": {"server": SERVER + "/other"},
    "tls name": {"server": SERVER, "tls-server-name": "x"},
    "insecure": {"server": SERVER, "insecure-skip-tls-verify": True},
    "CA": {"server": SERVER, "certificate-authority": "/ca"},
    "proxy": {"server": SERVER, "proxy-url": "http://proxy:3128"},
    "proxy with login": {"server": SERVER, "proxy-url": "http://a:b@proxy:3128"},
    "proxy with another login": {"server": SERVER, "proxy-url": "http://a:c@proxy:3128"},
    "no compression": {"server": SERVER, "disable-compression": True},
}


def test_every_difference_shows_and_reading_again_does_not(tmp_path: Path) -> None:
    seen: dict[str, str] = {}
    for name, user in USERS.items():
        seen[name] = fingerprint(loaded(tmp_path, user=user))
        assert fingerprint(loaded(tmp_path, user=user)) == seen[name]
    for name, cluster in CLUSTERS.items():
        seen[name] = fingerprint(loaded(tmp_path, cluster=cluster))
    assert len(set(seen.values())) == len(seen)
    for text in ("hunter2", "Bearer", "one", "prod"):
        assert not any(text in found for found in seen.values())


def test_words_about_an_endpoint_do_not_count(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    other = replace(
        found,
        namespace="n",
        origin="elsewhere",
        groups=("g",),
        warnings=("w",),
        name="other",
        context="other",
    )
    assert fingerprint(other) == fingerprint(found)


def test_inline_certificates_count(tmp_path: Path) -> None:
    def encoded(text: str) -> str:
        pem = f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n"
        return base64.b64encode(pem.encode()).decode()

    found = {
        fingerprint(
            loaded(
                tmp_path,
                cluster={"server": SERVER, "certificate-authority-data": encoded(ca)},
                user={"client-certificate-data": encoded(cert), "client-key-data": encoded(key)},
            )
        )
        for ca, cert, key in (("a", "b", "c"), ("x", "b", "c"), ("a", "x", "c"), ("a", "b", "x"))
    }
    assert len(found) == 4


def test_only_address_and_trust_say_which_server_it_is(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    assert server_identity(loaded(tmp_path, user={"token": "x"})) == server_identity(found)
    for name in ("address", "tls name", "insecure", "CA"):
        other = loaded(tmp_path, cluster=CLUSTERS[name])
        assert server_identity(other) != server_identity(found), name
    assert server_identity(loaded(tmp_path, cluster=CLUSTERS["proxy"])) == server_identity(found)


def test_a_token_file_that_is_renewed_is_the_same_credential(tmp_path: Path) -> None:
    path = tmp_path / "token"
    credential = FileToken(path)
    before = credential.identity()
    path.write_text("abc")
    assert credential.identity() == before == FileToken(path).identity()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a", "b"), ("ab",)),
        (("a", None), ("a", "None")),
        ((b"a",), ("a",)),
        ((Secret("a"),), (Secret("b"),)),
        ((("a", "b"),), ("a", "b")),
        (("\ud800",), ("?",)),
    ],
)
def test_parts_are_told_apart(one: tuple[object, ...], other: tuple[object, ...]) -> None:
    assert digest(*one) != digest(*other)
    assert digest(*one) == digest(*one)


def test_order_of_extra_does_not_count(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    extra = {"a": ["1"], "b": ["2", "3"]}
    turned = dict(reversed(extra.items()))
    one, two = (
        replace(found, impersonate=Impersonation("x", extra=each)) for each in (extra, turned)
    )
    assert fingerprint(one) == fingerprint(two)
    assert fingerprint(replace(found, tls=TLSSettings(ca_data=b"x"))) != fingerprint(found)


def test_a_command_is_shown_without_its_secrets(tmp_path: Path) -> None:
    command = plugin_command(loaded(tmp_path, user={"exec": EXEC}))
    assert command is not None
    assert str(command) == "aws eks get-token --password …, which sets AWS_PROFILE"
    assert "hunter2" not in repr(command)
    assert "prod" not in repr(command)
    assert plugin_command(loaded(tmp_path)) is None


def test_a_long_command_keeps_its_variables_in_sight(tmp_path: Path) -> None:
    entry = {**EXEC, "args": ["x" * 1000]}
    command = plugin_command(loaded(tmp_path, user={"exec": entry}))
    assert str(command).endswith("…, which sets AWS_PROFILE")
    assert len(str(command)) < 250
