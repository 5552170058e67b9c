"""What cluster and user entries mean: address, trust, proxy, sign-in, impersonation."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mckconsole.sources.endpoint import Impersonation
from mckconsole.sources.errors import LoginRequired
from tests.unit.certificates import make_certificate
from tests.unit.kubeconfigs import SERVER, fleet, kubeconfig, load, load_one, write

PEM = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
B64 = base64.b64encode(PEM).decode()
V1 = "client.authentication.k8s.io/v1"


class TestServer:
    @pytest.mark.parametrize(
        ("server", "base_url"),
        [
            ("https://h", "https://h"),
            ("https://h:6443/", "https://h:6443"),
            ("https://rancher/k8s/clusters/c-1/", "https://rancher/k8s/clusters/c-1"),
            ("https://h/p?query=1#fragment", "https://h/p"),
            ("https://[fd00::1]:6443", "https://[fd00::1]:6443"),
            ("http://127.0.0.1:8001", "http://127.0.0.1:8001"),
            ("localhost:8080", "http://localhost:8080"),
        ],
    )
    def test_address(self, tmp_path: Path, server: str, base_url: str) -> None:
        endpoint = load_one(tmp_path, kubeconfig(cluster={"server": server}))
        assert (endpoint.base_url, endpoint.problem) == (base_url, "")

    @pytest.mark.parametrize(
        ("server", "words"),
        [
            ("", "has no server address"),
            ("https://", "is no http(s) URL"),
            ("ftp://h", "is no http(s) URL"),
            ("https://h:99999", "is no URL"),
            ("https://[::1", "is no URL"),
            ("https://h\n.evil.test", "is no URL"),
            ("https://h \u202e", "is no URL"),
        ],
    )
    def test_no_address(self, tmp_path: Path, server: str, words: str) -> None:
        assert words in load_one(tmp_path, kubeconfig(cluster={"server": server})).problem

    def test_credentials_in_the_address_are_refused_and_not_shown(self, tmp_path: Path) -> None:
        endpoint = load_one(tmp_path, kubeconfig(cluster={"server": "https://u:CANARY@h"}))
        assert "holds credentials" in endpoint.problem
        assert "CANARY" not in repr(endpoint)

    def test_an_address_without_scheme_is_https_where_there_is_a_ca(self, tmp_path: Path) -> None:
        cluster = {"server": "h:6443", "certificate-authority-data": B64}
        assert load_one(tmp_path, kubeconfig(cluster=cluster)).base_url == "https://h:6443"

    def test_a_token_over_plain_http_is_refused(self, tmp_path: Path) -> None:
        content = kubeconfig(cluster={"server": "http://api.example.test"})
        endpoint = load_one(tmp_path, content)
        assert "not sent over plain http" in endpoint.problem
        assert endpoint.base_url == "http://api.example.test"
        assert "plain http" in endpoint.warnings[0]

    def test_plain_http_with_a_token_is_accepted_on_this_machine_only(self, tmp_path: Path) -> None:
        cluster = {"server": "http://localhost:8001"}
        local = load_one(tmp_path, kubeconfig(cluster=cluster))
        assert (local.problem, local.warnings) == ("", ())
        cluster["proxy-url"] = "http://proxy.example.test:3128"
        assert "plain http" in load_one(tmp_path, kubeconfig(cluster=cluster)).problem

    def test_plain_http_without_a_credential_is_a_warning(self, tmp_path: Path) -> None:
        endpoint = load_one(tmp_path, kubeconfig(cluster={"server": "http://h"}, user={}))
        assert (endpoint.problem, endpoint.credential.describe()) == ("", "anonymous")
        assert "plain http" in endpoint.warnings[0]


class TestTrust:
    def test_inline_ca_stays_in_memory(self, tmp_path: Path) -> None:
        cluster = {"server": SERVER, "certificate-authority-data": B64, "tls-server-name": "api"}
        endpoint = load_one(tmp_path, kubeconfig(cluster=cluster))
        assert (endpoint.tls.ca_data, endpoint.tls.ca_file) == (PEM, None)
        assert endpoint.tls.server_name == "api"

    def test_inline_ca_wins_over_the_file_with_a_warning(self, tmp_path: Path) -> None:
        cluster = {
            "server": SERVER,
            "certificate-authority-data": B64,
            "certificate-authority": "ca.crt",
        }
        endpoint = load_one(tmp_path, kubeconfig(cluster=cluster))
        assert (endpoint.tls.ca_data, endpoint.tls.ca_file) == (PEM, None)
        assert "overrides" in endpoint.warnings[0]

    def test_skipping_verification_is_a_warning(self, tmp_path: Path) -> None:
        cluster = {"server": SERVER, "insecure-skip-tls-verify": True}
        endpoint = load_one(tmp_path, kubeconfig(cluster=cluster))
        assert endpoint.tls.insecure
        assert "insecure-skip-tls-verify" in endpoint.warnings[0]

    @pytest.mark.parametrize(
        ("key", "value"), [("certificate-authority", "ca"), ("certificate-authority-data", B64)]
    )
    def test_skipping_verification_with_a_ca_is_refused(
        self, tmp_path: Path, key: str, value: str
    ) -> None:
        cluster = {"server": SERVER, "insecure-skip-tls-verify": True, key: value}
        assert "exclude each other" in load_one(tmp_path, kubeconfig(cluster=cluster)).problem

    @pytest.mark.parametrize(
        ("data", "words"),
        [("!!!", "is not base64"), ("ÄÖ", "is not base64"), ("AAAA", "holds no PEM document")],
    )
    def test_ca_data_that_is_none(self, tmp_path: Path, data: str, words: str) -> None:
        cluster = {"server": SERVER, "certificate-authority-data": data}
        problem = load_one(tmp_path, kubeconfig(cluster=cluster)).problem
        assert problem == f"certificate-authority-data {words}"


class TestProxy:
    def test_the_clusters_own_with_its_password_apart(self, tmp_path: Path) -> None:
        cluster = {"server": SERVER, "proxy-url": "http://u:CANARY%21@proxy.test:3128"}
        endpoint = load_one(tmp_path, kubeconfig(cluster=cluster), NO_PROXY="*")
        assert endpoint.proxy_url == "http://proxy.test:3128"
        assert endpoint.proxy_auth is not None
        assert endpoint.proxy_auth.reveal() == "u:CANARY!"
        assert "CANARY" not in repr(endpoint)

    def test_the_environments(self, tmp_path: Path) -> None:
        content = kubeconfig()
        assert load_one(tmp_path, content, HTTPS_PROXY="p:1").proxy_url == "http://p:1"
        none = load_one(tmp_path, content, HTTPS_PROXY="p:1", NO_PROXY="example.test")
        assert none.proxy_url == ""

    def test_socks_is_named(self, tmp_path: Path) -> None:
        cluster = {"server": SERVER, "proxy-url": "socks5://localhost:1080"}
        assert "SOCKS" in load_one(tmp_path, kubeconfig(cluster=cluster)).problem


class TestCompression:
    @pytest.mark.parametrize("disabled", [True, False])
    def test_as_the_cluster_entry_says(self, tmp_path: Path, disabled: bool) -> None:
        cluster = {"server": SERVER, "disable-compression": disabled}
        assert load_one(tmp_path, kubeconfig(cluster=cluster)).compress is not disabled
        assert load_one(tmp_path, kubeconfig()).compress


class TestUser:
    @staticmethod
    async def header(tmp_path: Path, user: Mapping[str, Any]) -> str:
        endpoint = load_one(tmp_path, kubeconfig(user=user))
        assert endpoint.problem == ""
        return (await endpoint.credential.headers())["Authorization"].reveal()

    async def test_token_file_wins_over_token_and_loses_its_newline(self, tmp_path: Path) -> None:
        (tmp_path / "token").write_text("from-file\n")
        user = {"token": "inline", "tokenFile": "token"}
        assert await self.header(tmp_path, user) == "Bearer from-file"

    async def test_token_is_used_where_its_file_cannot_be_read(self, tmp_path: Path) -> None:
        assert await self.header(tmp_path, {"token": "t", "tokenFile": "gone"}) == "Bearer t"

    async def test_a_token_of_digits(self, tmp_path: Path) -> None:
        endpoint = load_one(
            tmp_path,
            "clusters: [{name: a, cluster: {server: https://h}}]\n"
            "users: [{name: a, user: {token: 0012}}]\n"
            "contexts: [{name: a, context: {cluster: a, user: a}}]\n",
        )
        assert (await endpoint.credential.headers())["Authorization"].reveal() == "Bearer 0012"

    async def test_basic_authentication(self, tmp_path: Path) -> None:
        user = {"username": "u", "password": "p:é"}
        encoded = base64.b64encode("u:p:é".encode()).decode()
        assert await self.header(tmp_path, user) == f"Basic {encoded}"
        assert "1.19" in load_one(tmp_path, kubeconfig(user=user)).warnings[0]

    @pytest.mark.parametrize(
        ("user", "words"),
        [
            ({"token": "a b"}, "characters that no HTTP header may hold"),
            ({"token": "a\r\nX: y"}, "characters that no HTTP header may hold"),
            ({"token": "t", "username": "u"}, "only one is allowed"),
            ({"auth-provider": {"name": "gcp"}}, "gke-gcloud-auth-plugin"),
            ({"auth-provider": {"name": "azure"}}, "kubelogin convert-kubeconfig"),
            ({"auth-provider": {"name": "oidc"}}, "oidc-login"),
            ({"auth-provider": {"name": "x"}, "token": "t"}, "auth-provider x is not supported"),
            ({"auth-provider": {}}, "auth-provider unnamed is not supported"),
            ({"as-groups": ["g"]}, "without as"),
            ({"as-uid": "1"}, "without as"),
            ({"as": "a\nb"}, "no HTTP header may hold"),
            ({"client-certificate-data": B64}, "without client-key"),
            ({"client-certificate-data": "?", "client-key": "k"}, "data is not base64"),
            ({"client-certificate": "c", "client-key-data": "AAAA"}, "key-data holds no PEM"),
            ({"exec": {"apiVersion": V1, "interactiveMode": "Never"}}, "exec without a command"),
            ({"exec": {"command": "c"}}, "exec apiVersion missing"),
            (
                {"exec": {"command": "c", "apiVersion": "client.authentication.k8s.io/v1alpha1"}},
                "v1alpha1 is not supported; update the plugin",
            ),
            ({"exec": {"command": "c", "apiVersion": V1}}, "exec interactiveMode missing"),
            (
                {"exec": {"command": "c", "apiVersion": V1, "interactiveMode": "Sometimes"}},
                "exec interactiveMode Sometimes",
            ),
            (
                {"exec": {"command": "c", "apiVersion": V1, "env": [{"value": "v"}]}},
                "environment variable that has no name",
            ),
        ],
    )
    def test_a_user_that_cannot_be_used(
        self, tmp_path: Path, user: Mapping[str, Any], words: str
    ) -> None:
        endpoint = load_one(tmp_path, kubeconfig(user=user))
        assert words in endpoint.problem
        assert endpoint.base_url == SERVER

    def test_a_user_without_a_credential_is_said_to_be_anonymous(self, tmp_path: Path) -> None:
        endpoint = load_one(tmp_path, kubeconfig(user={}))
        assert endpoint.credential.describe() == "anonymous"
        assert endpoint.warnings == ("user one has no credential: requests are anonymous",)

    def test_impersonation_is_honoured(self, tmp_path: Path) -> None:
        user = {
            "token": "t",
            "as": "auditor",
            "as-uid": "7",
            "as-groups": ["a", "b"],
            "as-user-extra": {"scope": ["x", "y"]},
        }
        assert load_one(tmp_path, kubeconfig(user=user)).impersonate == Impersonation(
            "auditor", "7", ("a", "b"), {"scope": ("x", "y")}
        )
        assert load_one(tmp_path, kubeconfig()).impersonate is None

    def test_a_written_credential_switches_the_plugin_off(self, tmp_path: Path) -> None:
        plugin = {"command": "c", "apiVersion": V1, "interactiveMode": "Never"}
        endpoint = load_one(tmp_path, kubeconfig(user={"token": "t", "exec": plugin}))
        assert endpoint.credential.describe() == "token"
        assert "exec plugin is not used" in endpoint.warnings[0]

    def test_an_old_plugin_may_leave_its_interactive_mode_out(self, tmp_path: Path) -> None:
        plugin = {"command": "aws", "args": ["get token"], "apiVersion": f"{V1}beta1"}
        endpoint = load_one(tmp_path, kubeconfig(user={"exec": plugin}))
        assert endpoint.problem == ""
        assert endpoint.credential.describe() == "exec aws 'get token'"

    async def test_a_plugin_that_asks_is_told_of_the_cluster(self, tmp_path: Path) -> None:
        script = 'printf %s "$KUBERNETES_EXEC_INFO" > ' + str(tmp_path / "told")
        plugin = {
            "command": "/bin/sh", "args": ["-c", script], "apiVersion": V1,
            "interactiveMode": "Never", "provideClusterInfo": True,
        }  # fmt: skip
        cluster = {
            "server": SERVER,
            "tls-server-name": "api",
            "certificate-authority-data": B64,
            "proxy-url": "http://proxy.test:3128",
            "disable-compression": True,
            "extensions": [
                {"name": "client.authentication.k8s.io/exec", "extension": {"n": 1, "s": "1.5.0"}}
            ],
        }
        endpoint = load_one(tmp_path, kubeconfig(cluster=cluster, user={"exec": plugin}))
        with pytest.raises(LoginRequired, match="wrote nothing"):
            await endpoint.credential.headers()
        told = json.loads((tmp_path / "told").read_text())["spec"]["cluster"]
        assert told == {
            "server": SERVER,
            "tls-server-name": "api",
            "certificate-authority-data": B64,
            "proxy-url": "http://proxy.test:3128",
            "disable-compression": True,
            "config": {"n": 1, "s": "1.5.0"},
        }

    def test_a_relative_command_belongs_to_the_file(self, tmp_path: Path) -> None:
        plugin = {"command": "./bin/p", "apiVersion": V1, "interactiveMode": "Never"}
        endpoint = load_one(tmp_path, kubeconfig(user={"exec": plugin}))
        assert endpoint.credential.describe() == f"exec {tmp_path}/bin/p"


class TestClientCertificate:
    async def test_inline(self, tmp_path: Path) -> None:
        cert, key = make_certificate(0, 2_000_000_000)
        user = {
            "client-certificate-data": base64.b64encode(cert).decode(),
            "client-key-data": base64.b64encode(key).decode(),
            "token": "t",
        }
        endpoint = load_one(tmp_path, kubeconfig(user=user))
        found = await endpoint.credential.client_certificate()
        assert found is not None
        assert found.key_data is not None
        assert (found.cert_data, found.key_data.reveal().encode()) == (cert, key)
        assert "Authorization" in await endpoint.credential.headers()
        assert endpoint.credential.expires_at() == 2_000_000_000
        assert endpoint.credential.describe() == (
            "client certificate, valid until 2033-05-18T03:33:20Z; token"
        )
        assert endpoint.warnings == ()

    def test_a_fleet_of_inline_keys_leaves_no_file_and_no_descriptor(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Regression of readers that write every inline key to a temporary file of its own."""
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
        cert, key = make_certificate(0, 4_000_000_000)
        content = fleet([f"c{number}" for number in range(20)])
        content["users"][0]["user"] = {
            "client-certificate-data": base64.b64encode(cert).decode(),
            "client-key-data": base64.b64encode(key).decode(),
        }
        for entry in content["clusters"]:
            entry["cluster"]["certificate-authority-data"] = base64.b64encode(cert).decode()
        before = len(os.listdir("/dev/fd"))
        endpoints = load(write(tmp_path / "config", content)).endpoints
        assert [endpoint.problem for endpoint in endpoints] == [""] * 20
        assert len(os.listdir("/dev/fd")) == before
        assert os.listdir(tmp_path) == ["config"]

    async def test_in_files(self, tmp_path: Path) -> None:
        cert, key = make_certificate(0, 1_000_000_000)
        (tmp_path / "c.pem").write_bytes(cert)
        (tmp_path / "k.pem").write_bytes(key)
        user = {"client-certificate": "c.pem", "client-key": "k.pem"}
        endpoint = load_one(tmp_path, kubeconfig(user=user))
        found = await endpoint.credential.client_certificate()
        assert found is not None
        assert (found.cert_file, found.key_file) == (tmp_path / "c.pem", tmp_path / "k.pem")
        assert (found.cert_data, found.key_data) == (None, None)
        assert endpoint.warnings == (
            "the client certificate expired: valid from 1970-01-01T00:00:00Z to "
            "2001-09-09T01:46:40Z; renew it",
        )

    def test_one_that_is_not_valid_yet(self, tmp_path: Path) -> None:
        cert, _ = make_certificate(4_000_000_000, 4_100_000_000)
        (tmp_path / "c").write_bytes(cert)
        user = {"client-certificate": "c", "client-key": "k"}
        assert "is not valid yet" in load_one(tmp_path, kubeconfig(user=user)).warnings[0]
