"""What is typed behind a kind, and which kind a word means."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.domain.resources import Catalogue, ResourceKind
from mckconsole.views.resources_ask import Asked, AskError, parse_asked
from mckconsole.views.resources_kinds import USUAL, offered, resolve, unknown_kind


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", {}),
        ("shop", {"namespaces": ("shop",)}),
        ("shop/", {"namespaces": ("shop",)}),
        ("ns/shop", {"namespaces": ("shop",)}),
        ("shop/,billing/", {"namespaces": ("shop", "billing")}),
        ("shop,billing", {"namespaces": ("shop", "billing")}),
        ("shop shop", {"namespaces": ("shop",)}),
        ("-n shop,billing", {"namespaces": ("shop", "billing")}),
        ("--namespace=shop", {"namespaces": ("shop",)}),
        ("shop -A", {}),
        ("shop/checkout", {"namespaces": ("shop",), "filter": "name:checkout"}),
        ("/crash", {"filter": "crash"}),
        ("/status:crash restarts>3", {"filter": "status:crash restarts>3"}),
        ("shop/checkout /crash", {"namespaces": ("shop",), "filter": "name:checkout crash"}),
        ("/crash @prod-*", {"filter": "crash", "scope": "prod-*"}),
        ("@prod-* @eu", {"scope": "prod-* eu"}),
        ("app=web", {"labels": "app=web"}),
        ("app=web,tier!=db x=y", {"labels": "app=web,tier!=db,x=y"}),
        ("-l app=web shop", {"labels": "app=web", "namespaces": ("shop",)}),
        ('"app in (web, api)" shop', {"labels": "app in (web, api)", "namespaces": ("shop",)}),
        ("-l app -l !old", {"labels": "app,!old"}),
        ("app notin (web)", {"labels": "app notin (web)"}),
        ("-f status.phase!=Running", {"fields": "status.phase!=Running"}),
        (
            "@prod-* shop/ app=web -f spec.nodeName=n1 /crash",
            {
                "scope": "prod-*",
                "namespaces": ("shop",),
                "labels": "app=web",
                "fields": "spec.nodeName=n1",
                "filter": "crash",
            },
        ),
    ],
)
def test_words_in_any_order(text: str, asked: dict[str, object]) -> None:
    assert parse_asked("pods", text) == Asked("pods", **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CrashLoop", "/CrashLoop filters"),
        ("-x", "-x is not known here"),
        ("-l", "-l needs what comes after it"),
        ("-f phase(", "phase( is no selector"),
        ("=x", "=x is no selector"),
        ("@", "@ needs a cluster"),
        ("shop/a,shop/b", "two names"),
        ("n" * 64, "cannot be a namespace"),
    ],
)
def test_what_cannot_be_meant_is_said(text: str, words: str) -> None:
    with pytest.raises(AskError, match=re.escape(words)):
        parse_asked("pods", text)


@given(st.text(max_size=60))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        asked = parse_asked("pods", text)
    except AskError:
        return
    assert asked.word == "pods"
    assert all(asked.namespaces)


def kind(group: str, plural: str, name: str, *short: str) -> ResourceKind:
    return ResourceKind(group, "v1", plural, name, name.lower(), short)


CERT = kind("cert-manager.io", "certificates", "Certificate", "cert")
KNATIVE = kind("networking.internal.knative.dev", "certificates", "Certificate", "kcert")
PODS, METRICS = kind("", "pods", "Pod", "po"), kind("metrics.k8s.io", "pods", "PodMetrics")
CATALOGUES = {
    "east": Catalogue((PODS, METRICS, CERT, KNATIVE)),
    "west": Catalogue((PODS, CERT)),
    "north": Catalogue((PODS,)),
}


@pytest.mark.parametrize(
    ("word", "name", "others"),
    [
        ("po", "pods", ()),
        ("Pods", "pods", ()),
        ("pods.metrics.k8s.io", "pods.metrics.k8s.io", ()),
        ("cert", "certificates.cert-manager.io", ()),
        (
            "certificates",
            "certificates.cert-manager.io",
            ("certificates.networking.internal.knative.dev",),
        ),
        ("certificates.net", "certificates.networking.internal.knative.dev", ()),
        ("deploy", "deployments.apps", ()),
    ],
)
def test_what_a_word_means(word: str, name: str, others: tuple[str, ...]) -> None:
    found = resolve(word, CATALOGUES)
    assert found is not None
    assert (found.kind.name, found.others) == (name, others)


def test_a_word_that_nobody_knows_says_what_is_near_and_who_was_not_asked() -> None:
    assert resolve("certificats", CATALOGUES) is None
    words = unknown_kind("certificats", CATALOGUES, {"edge": "unreachable"})
    assert "none of 3 clusters serves a kind certificats" in words
    assert "near: certificates" in words
    assert "not known of edge: unreachable" in words


def test_completions_hold_what_contains_the_text() -> None:
    words = [one.word for one in offered("set", CATALOGUES, 20)]
    assert {"statefulsets", "daemonsets", "replicasets"} <= {*words}
    assert offered("deploy", {}, 20)[0].word == "deployments"
    assert offered("po", CATALOGUES, 3)[0].word == "pods", "a short name comes first"
    taken = [one.word for one in offered("cert", CATALOGUES, 20, ("certificates",))]
    assert taken == ["certificates.cert-manager.io", "certificates.networking.internal.knative.dev"]
    (where,) = [one.help for one in offered("kcert", CATALOGUES, 5)]
    assert "in 1 of 3 clusters" in where


def test_the_usual_kinds_have_names_of_their_own() -> None:
    words = [word for one in USUAL.kinds for word in (one.plural, *one.short_names)]
    assert len(words) == len(set(words))
