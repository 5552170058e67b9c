"""Settings that contradict each other, and credentials in plain sight."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.config.checks import complaints, is_glob
from mckconsole.config.model import (
    BasicAuth,
    ClusterConfig,
    Config,
    ExecConfig,
    MeshConfig,
    PrometheusConfig,
    PrometheusTLS,
)


def endpoint(**changes: object) -> Config:
    settings: dict[str, object] = {"name": "p", "url": "https://p.example.com", **changes}
    return Config(prometheus=[PrometheusConfig(**settings)])  # type: ignore[arg-type]  # by test


CASES: list[tuple[Config, str, str]] = [
    (
        Config(clusters=[ClusterConfig("a", name="x"), ClusterConfig("b", name="x")]),
        "clusters[1].name",
        "already has this name",
    ),
    (
        Config(clusters=[ClusterConfig("a"), ClusterConfig("a")]),
        "clusters[1].context",
        "already has this context",
    ),
    (Config(clusters=[ClusterConfig("a-*", name="x")]), "clusters[0].name", "glob"),
    (
        Config(prometheus=[PrometheusConfig("p", "http://a"), PrometheusConfig("p", "http://b")]),
        "prometheus[1].name",
        "already has this name",
    ),
    (endpoint(url="https://u:p@x"), "prometheus[0].url", "basicAuth with passwordFile"),
    (endpoint(url="https://x/?token=a"), "prometheus[0].url", "without ? or #"),
    (endpoint(url="https://"), "prometheus[0].url", "host and a valid port"),
    (endpoint(url="https://x:99999"), "prometheus[0].url", "host and a valid port"),
    (endpoint(url="https://[::1"), "prometheus[0].url", "host and a valid port"),
    (endpoint(url="https://x/a b"), "prometheus[0].url", "space or a control"),
    (endpoint(headers={"a b": "c"}), "prometheus[0].headers.a b", "valid header name"),
    (endpoint(headers={"A": "b\r\nC: d"}), "prometheus[0].headers.A", "control character"),
    (
        endpoint(bearer_token_file="t", basic_auth=BasicAuth("u", "f")),
        "prometheus[0].basicAuth",
        "keep one",
    ),
    (endpoint(tls=PrometheusTLS(key_file="k")), "prometheus[0].tls.keyFile", "certFile"),
    (endpoint(tls=PrometheusTLS(cert_file="c")), "prometheus[0].tls.certFile", "keyFile"),
    (
        endpoint(url="http://x", tls=PrometheusTLS(ca_file="c")),
        "prometheus[0].tls",
        "no effect on a http:// url",
    ),
    (Config(mesh=MeshConfig(slow_ms=900, critical_ms=800)), "mesh.criticalMs", "below slowMs"),
    (Config(mesh=MeshConfig(dead_seconds=5)), "mesh.deadSeconds", "below staleSeconds (15)"),
    (Config(exec=ExecConfig(policy="allowlist")), "exec.allowlist", "at least one command"),
    (Config(exec=ExecConfig(allowlist=["aws"])), "exec.allowlist", "policy allow-all"),
]


@pytest.mark.parametrize(("config", "key", "words"), CASES)
def test_contradiction_is_told(config: Config, key: str, words: str) -> None:
    ((found, message),) = complaints(config)
    assert found == key
    assert words in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", "x"),
        ("proxy-authorization", "x"),
        ("Cookie", "x"),
        ("X-Api-Key", "x"),
        ("X-Vault-Token", "x"),
        ("DD-APPLICATION-SECRET", "x"),
        ("X-Custom", "Bearer abc"),
    ],
)
def test_header_that_looks_like_a_credential_is_refused(name: str, value: str) -> None:
    ((_, message),) = complaints(endpoint(headers={name: value}))
    assert "use bearerTokenFile or basicAuth" in message


def test_sound_configurations_have_no_complaint() -> None:
    assert not list(complaints(Config()))
    assert not list(complaints(endpoint(headers={"X-Scope-OrgID": "a|b", "THANOS-TENANT": "t"})))
    assert not list(complaints(endpoint(url="http://[::1]:9090/prometheus")))


@given(st.text(max_size=40))
def test_any_url_is_judged_without_an_exception(text: str) -> None:
    list(complaints(endpoint(url=f"https://{text}")))


def test_globs() -> None:
    assert [is_glob(text) for text in ("a*", "a?", "[ab]", "arn:aws:eks/x", "gke_p_z_c")] == [
        True,
        True,
        True,
        False,
        False,
    ]
