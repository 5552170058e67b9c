"""The choice of a proxy: Go's rules, case by case (golang.org/x/net/http/httpproxy)."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.sources.proxy import Proxy, ProxyTrouble, bypasses, choose_proxy

URL = "https://api.example.test:6443"


def url_of(proxy: Proxy | None) -> str:
    return proxy.url if proxy else ""


@pytest.mark.parametrize(
    ("env", "url", "expected"),
    [
        ({}, URL, ""),
        ({"HTTPS_PROXY": "http://p:3128"}, URL, "http://p:3128"),
        ({"https_proxy": "http://p:3128"}, URL, "http://p:3128"),
        ({"HTTPS_PROXY": "http://upper:1", "https_proxy": "http://lower:1"}, URL, "http://upper:1"),
        ({"HTTPS_PROXY": "", "https_proxy": "http://lower:1"}, URL, "http://lower:1"),
        ({"HTTP_PROXY": "http://p:3128"}, URL, ""),
        ({"HTTP_PROXY": "http://p:3128"}, "http://h", "http://p:3128"),
        ({"ALL_PROXY": "http://p:3128"}, URL, ""),
        ({"HTTPS_PROXY": "p:3128"}, URL, "http://p:3128"),
        ({"HTTPS_PROXY": "https://p"}, URL, "https://p:443"),
        ({"HTTPS_PROXY": "http://[fd00::1]:1"}, URL, "http://[fd00::1]:1"),
        ({"HTTPS_PROXY": "http://p"}, "https://localhost:6443", ""),
        ({"HTTPS_PROXY": "http://p"}, "https://127.0.0.9", ""),
        ({"HTTPS_PROXY": "http://p"}, "https://[::1]", ""),
        ({"HTTPS_PROXY": "http://p", "no_proxy": "example.test"}, URL, ""),
    ],
)
def test_the_environments_choice(env: dict[str, str], url: str, expected: str) -> None:
    assert url_of(choose_proxy(url, "", env)) == expected


def test_the_clusters_proxy_wins_over_everything() -> None:
    env = {"HTTPS_PROXY": "http://other", "NO_PROXY": "*"}
    assert url_of(choose_proxy("https://localhost", "http://p:1", env)) == "http://p:1"


@pytest.mark.parametrize(
    ("no_proxy", "host", "expected"),
    [
        ("*", "h", True),
        ("other.test, example.test", "example.test", True),
        ("example.test", "api.example.test", True),
        ("EXAMPLE.test", "api.Example.TEST", True),
        ("example.test", "notexample.test", False),
        (".example.test", "api.example.test", True),
        (".example.test", "example.test", False),
        ("*.example.test", "api.example.test", True),
        ("*.example.test", "example.test", False),
        ("10.0.0.0/8", "10.200.3.4", True),
        ("10.0.0.0/8", "11.0.0.1", False),
        ("10.0.0.0/8", "ten.example.test", False),
        ("fd00::/8", "[fd00::5]", True),
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.11", False),
        ("fd00::5", "[fd00:0::5]", True),
        ("example.test:6443", "example.test:6443", True),
        ("example.test:443", "example.test:6443", False),
        ("example.test:443", "example.test", True),
        ("[fd00::5]:6443", "[fd00::5]:6443", True),
        ("10.0.0.0/99, ,:,/", "10.0.0.1", False),
        ("", "h", False),
    ],
)
def test_no_proxy(no_proxy: str, host: str, expected: bool) -> None:
    assert bypasses(urlsplit(f"https://{host}"), no_proxy) is expected


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("socks5://p:1080", "SOCKS"),
        ("socks5h://u:CANARY@p:1080", "SOCKS"),
        ("ftp://p", "no http:// or https:// URL"),
        ("http://", "no http:// or https:// URL"),
        ("http://u:CANARY@p:99999", "no URL"),
        ("http://[p", "no URL"),
        ("proxy.test:3128", "no http:// or https:// URL"),
    ],
)
def test_a_proxy_that_cannot_be_used(proxy: str, words: str) -> None:
    with pytest.raises(ProxyTrouble, match=words) as caught:
        choose_proxy(URL, proxy, {})
    assert "CANARY" not in str(caught.value)


@given(proxy=st.text(), no_proxy=st.text(), own=st.booleans())
def test_any_text(proxy: str, no_proxy: str, own: bool) -> None:
    env = {} if own else {"HTTPS_PROXY": proxy, "NO_PROXY": no_proxy}
    try:
        found = choose_proxy(URL, proxy if own else "", env)
    except ProxyTrouble:
        return
    assert found is None or urlsplit(found.url).scheme in ("http", "https")
