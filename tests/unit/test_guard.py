"""The guard's verdict against an independent oracle: what may leave is listed, all else may not."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from mckconsole.sources.guard import Guard, judge_path

BASE = "https://api.example:6443/k8s/clusters/c-1/proxy"
GUARD = Guard(URL(BASE, encoded=True))
REVIEWS = (
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
    "/apis/authentication.k8s.io/v1/selfsubjectreviews",
)

PLAIN = ["api", "apis", "v1", "namespaces", "pods", "x", "nodes", "log", "status", "kube-system"]
CONNECT = ["exec", "attach", "portforward", "proxy", "EXEC", "Proxy", "execs", "proxy2"]
SNEAKED = ["exec;a=b", "%65xec", "%70%72oxy", "%2565xec", "exec%20", "exec%00"]
DOTS = [".", "..", "%2e%2e", "", "%2F", "%2f", "%5c", "\\", "%252f"]
ODD = ["%00", "%25", "%zz", "%", "a%20b", "ü", "%c3%bc", "%ff", "a?b", "#", "a b", "\t", "\n"]

segment = st.one_of(
    st.sampled_from(PLAIN),
    st.sampled_from(CONNECT),
    st.sampled_from(SNEAKED),
    st.sampled_from(DOTS),
    st.sampled_from(ODD),
    st.text(max_size=6),
)
paths = st.one_of(
    st.lists(segment, max_size=7).map(lambda parts: "/" + "/".join(parts)),
    st.sampled_from(REVIEWS),
    st.sampled_from(REVIEWS).flatmap(
        lambda path: st.sampled_from([path + "/", path.upper(), path + "/x", "/" + path, path[:-1]])
    ),
)
methods = st.sampled_from(
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "WATCH", "get"]
)


def may_leave(method: str, path: str) -> bool:
    """The rule, written down once more and in another way: an allow-list of whole paths."""
    if method == "POST":
        return path in REVIEWS
    if method not in ("GET", "HEAD"):
        return False
    if not re.fullmatch(r"(/[^/]+)*/?", path):
        return False
    for part in path.strip("/").split("/"):
        raw = bytearray()
        rest = part
        while rest:
            if rest[0] == "%":
                if not re.match(r"%[0-9a-fA-F]{2}", rest):
                    return False
                raw.append(int(rest[1:3], 16))
                rest = rest[3:]
            else:
                if not re.match(r"[A-Za-z0-9._~!$&'()*+,;=:@-]", rest):
                    return False
                raw += rest[0].encode("utf-8", "surrogatepass")
                rest = rest[1:]
        try:
            plain = raw.decode()
        except UnicodeDecodeError:
            return False
        if any(char in "/\\%\ufffd" or not char.isprintable() for char in plain):
            return False
        word = plain.split(";")[0].strip().casefold()
        if word in (".", "..", "exec", "attach", "portforward", "proxy"):
            return False
    return True


@given(method=methods, path=paths)
def test_agrees_with_the_oracle(method: str, path: str) -> None:
    try:
        url = URL(BASE + path, encoded=True)
    except ValueError:
        return  # no such URL can be built, so none can be sent
    sent = url.raw_path[len("/k8s/clusters/c-1/proxy") :]
    assert (GUARD.judge(method, url) == "") == may_leave(method, sent), (method, sent)


@given(path=st.lists(segment, max_size=6).map(lambda parts: "/" + "/".join(parts)))
def test_nothing_that_decodes_to_a_connect_verb_leaves(path: str) -> None:
    again = unquote(unquote(path)).casefold().replace("\\", "/")
    if re.search(r"/(exec|attach|portforward|proxy)(/|$)", again):
        assert judge_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "/version",
        "/api",
        "/apis/",
        "/api/v1/nodes",
        "/api/v1/namespaces/kube-system/pods/x/log",
        "/apis/submariner.io/v1/namespaces/a/gateways",
        "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:basic-user",
        "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Abasic-user",
        "/.well-known/openid-configuration",
        "/openid/v1/jwks",
    ],
)
def test_reads_pass(path: str) -> None:
    assert GUARD.judge("GET", URL(BASE + path + "?limit=500&continue=a%2Fb", encoded=True)) == ""


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://api.example:6443/api/v1/nodes", "outside"),
        ("https://api.example:6443/k8s/clusters/c-1/proxyapi/v1/nodes", "outside"),
        ("https://api.example:6443/k8s/clusters/c-2/proxy/api/v1/nodes", "outside"),
        ("https://api.example/k8s/clusters/c-1/proxy/api", "another origin"),
        ("http://api.example:6443/k8s/clusters/c-1/proxy/api", "another origin"),
        ("https://evil.example:6443/k8s/clusters/c-1/proxy/api", "another origin"),
        (BASE + "/api/v1/nodes/n/proxy/metrics", "proxy"),
        (BASE + "/api/v1/namespaces/a/pods/b/exec", "exec"),
        (BASE + "/../c-2/api", "dot segment"),
        (BASE + "/api/%2e%2e/x", "dot segment"),
        (BASE + "/api//v1", "empty"),
        (BASE + "/api%2fv1", "encoded path"),
        (BASE + "/api/%252e", "encoded path"),
    ],
)
def test_refusals_say_why(url: str, reason: str) -> None:
    assert reason in GUARD.judge("GET", URL(url, encoded=True))


def test_the_prefix_may_hold_proxy_but_what_follows_may_not() -> None:
    assert GUARD.judge("GET", URL(BASE + "/api/v1/pods", encoded=True)) == ""
    assert GUARD.judge("GET", URL(BASE + "/api/v1/nodes/proxy", encoded=True))
