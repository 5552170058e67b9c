"""Credentials and TLS towards Prometheus: sent where configured, shown nowhere."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from mckconsole.config.model import BasicAuth, PrometheusTLS
from mckconsole.domain.metrics import MetricState
from tests.net.prometheus_asking import (
    CONNECTIONS,
    GROWTH,
    ask_one,
    config_for,
    fixed,
    source,
)
from tests.net.prometheus_script import (
    Asked,
    Says,
    serve,
    vector,
)

TOKEN = "canary-token-6f1d"


def secret_file(tmp_path: Path, text: str = TOKEN, name: str = "token") -> str:
    path = tmp_path / name
    path.write_text(text + "\n")
    return str(path)


async def test_bearer_token_is_read_again_at_each_request(tmp_path: Path) -> None:
    file = secret_file(tmp_path)
    with serve(fixed(vector([]))) as server:
        async with source(config_for(server, bearer_token_file=file)) as prometheus:
            await prometheus.query([CONNECTIONS])
            secret_file(tmp_path, "rotated")
            await prometheus.query([CONNECTIONS])
    sent = [asked.headers["Authorization"] for asked in server.asked]
    assert sent == [f"Bearer {TOKEN}", "Bearer rotated"]


async def test_netrc_and_proxy_variables_are_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login thief password stolen\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    with serve(fixed(vector([]))) as server:
        for settings in ({}, {"bearer_token_file": secret_file(tmp_path)}):
            async with source(config_for(server, **settings)) as prometheus:
                answer = await prometheus.query([CONNECTIONS])
                assert answer["east"]["connections"].state is MetricState.FRESH
    assert [one.headers["Authorization"] for one in server.asked] == [None, f"Bearer {TOKEN}"]


async def test_basic_authentication_and_headers(tmp_path: Path) -> None:
    basic = BasicAuth(username="ops", password_file=secret_file(tmp_path, "pässword"))
    settings = {"basic_auth": basic, "headers": {"X-Scope-OrgID": "a|b"}}
    with serve(fixed(vector([]))) as server:
        async with source(config_for(server, **settings)) as prometheus:
            await prometheus.query([CONNECTIONS])
    headers = server.asked[0].headers
    assert headers["Authorization"] == "Basic b3BzOnDDpHNzd29yZA=="
    assert headers["X-Scope-OrgID"] == "a|b"
    assert headers["Cookie"] is None


async def test_cookies_are_not_kept() -> None:
    with serve(fixed(Says(vector([]).body, headers={"Set-Cookie": "id=1"}))) as server:
        async with source(config_for(server)) as prometheus:
            await prometheus.query([CONNECTIONS])
            await prometheus.query([CONNECTIONS])
    assert [asked.headers["Cookie"] for asked in server.asked] == [None, None]


@pytest.mark.parametrize("text", ["", "two\nlines", "bell\x07"])
async def test_a_token_file_that_holds_no_token(tmp_path: Path, text: str) -> None:
    file = secret_file(tmp_path, text)
    with serve(fixed(vector([]))) as server:
        async with source(config_for(server, bearer_token_file=file)) as prometheus:
            found = (await prometheus.query([CONNECTIONS]))["east"]["connections"]
    assert "does not hold one line of text (check bearerTokenFile)" in found.reason
    assert server.asked == []


async def test_a_missing_token_file_is_named(tmp_path: Path) -> None:
    found = await ask_one(fixed(vector([])), bearer_token_file=str(tmp_path / "gone"))
    assert f"cannot read {tmp_path}/gone: No such file or directory" in found.reason


async def test_a_credential_in_the_url_is_not_used(tmp_path: Path) -> None:
    with serve(fixed(vector([]))) as server:
        url = server.url.replace("//", f"//ops:{TOKEN}@")
        async with source(config_for(url)) as prometheus:
            found = (await prometheus.query([CONNECTIONS]))["east"]["connections"]
    assert "its URL holds a credential" in found.reason
    assert TOKEN not in found.reason
    assert server.asked == []


@pytest.mark.parametrize("kind", ["bearer", "basic"])
@pytest.mark.parametrize("place", ["text", "json", "warning", "ok"])
async def test_no_credential_is_ever_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str, place: str
) -> None:
    """A server, or a proxy in front, that echoes our request headers in what it says."""
    caplog.set_level(logging.DEBUG)
    file = secret_file(tmp_path)
    settings: dict[str, object] = (
        {"bearer_token_file": file}
        if kind == "bearer"
        else {"basic_auth": BasicAuth(username="ops", password_file=file)}
    )

    def echo(asked: Asked) -> Says:
        told = f"you sent {asked.headers['Authorization']} and {TOKEN}"
        if place == "text":
            return Says(told, 500, "text/plain")
        if place == "json":
            return Says(json.dumps({"status": "error", "error": told}), 422)
        return vector([({}, 1)], warnings=[told] if place == "warning" else [])

    with serve(echo) as server:
        async with source(config_for(server, **settings)) as prometheus:
            answer = await prometheus.query([CONNECTIONS, GROWTH])
            probe = await prometheus.probe()
            shown = repr((answer, probe, vars(prometheus), prometheus._pool._idle, caplog.text))
            for client in prometheus._pool._idle:
                shown += repr(vars(client))
    encoded = server.asked[0].headers["Authorization"].split()[1]
    assert TOKEN not in shown
    assert encoded not in shown
    if place != "ok":
        assert "‹redacted›" in shown


async def test_probe_says_why_not_and_warns(tmp_path: Path) -> None:
    settings = {"bearer_token_file": secret_file(tmp_path)}
    with serve(fixed(Says("", 401))) as server:
        async with source(config_for(server, **settings)) as prometheus:
            found = await prometheus.probe()
    assert not found.ok
    assert "HTTP 401 (check bearerTokenFile" in found.reason
    assert found.warnings == ("the credential travels over plain http",)


async def test_tls_is_verified_against_the_configured_ca(tmp_path: Path) -> None:
    pem, ca = certificate(tmp_path)
    cases: list[tuple[PrometheusTLS, MetricState, str]] = [
        (PrometheusTLS(ca_file=str(ca)), MetricState.FRESH, ""),
        (PrometheusTLS(), MetricState.FAILED, "TLS with 127.0.0.1"),
        (PrometheusTLS(insecure_skip_verify=True), MetricState.FRESH, ""),
        (PrometheusTLS(ca_file=str(tmp_path / "gone")), MetricState.FAILED, "cannot be read"),
    ]
    with serve(fixed(vector([])), tls=pem) as server:
        for tls, state, words in cases:
            async with source(config_for(server, tls=tls)) as prometheus:
                found = (await prometheus.query([CONNECTIONS]))["east"]["connections"]
                probe = await prometheus.probe()
            assert found.state is state, found.reason
            assert words in found.reason
            assert ("TLS verification is off" in repr(probe)) is tls.insecure_skip_verify


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1: (PEM with key, PEM to trust)."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "prometheus")])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=2))
        .add_extension(alternative, critical=False)
        .sign(key, hashes.SHA256())
    )
    public = built.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    both, trust = folder / "both.pem", folder / "ca.pem"
    both.write_bytes(public + private)
    trust.write_bytes(public)
    return both, trust
