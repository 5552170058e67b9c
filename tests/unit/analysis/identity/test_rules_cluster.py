"""What the identities of a cluster rest on: WI39, its webhooks, and WI40, its root certificates."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.identity.cabundle import read_bundle
from mckconsole.analysis.identity.case import Scene
from mckconsole.analysis.identity.facts import read_cluster
from mckconsole.analysis.identity.model import ClusterFacts, Mechanism, WebhookFacts
from mckconsole.analysis.identity.rules_cluster import judge_cluster
from mckconsole.domain.findings import Finding, ObjectRef, Severity, Unknown
from mckconsole.domain.states import TopicState
from tests.unit.analysis.build import NOW, Doc, States, cluster
from tests.unit.analysis.identity.accounts import AWS, AZURE, account, case, shown
from tests.unit.certificates import make_certificate

DAY = 86400.0
CONFIGURATION = ObjectRef(
    "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "", "pod-identity-webhook"
)
NEEDING = case(account(notes=AWS)).account
OTHER = case(account(notes=AZURE)).account


@cache
def bundle(*spans: tuple[float, float]) -> str:
    """A CA bundle of certificates that are valid from and until these days from now."""
    pems = (make_certificate(NOW + start * DAY, NOW + end * DAY)[0] for start, end in spans)
    return base64.b64encode(b"".join(pems)).decode()


GOOD = bundle((-10, 300))


def hook(**changes: Any) -> WebhookFacts:
    """A webhook of the cluster's own that works."""
    known: dict[str, Any] = {
        "mechanism": Mechanism.IRSA,
        "object": CONFIGURATION,
        "index": 0,
        "failure_policy": "Fail",
        "service": ("kube-system", "pod-identity-webhook"),
        "ready": 2,
        "ca_bundle": GOOD,
        **changes,
    }
    return WebhookFacts(**known)


def judged(
    *hooks: WebhookFacts, needed: bool = True, unread: dict[str, str] | None = None
) -> tuple[list[Finding], list[Unknown], Scene]:
    facts = ClusterFacts("west", "ctx-west", True, webhooks=hooks, unread=unread or {})
    scene = Scene(facts, NOW)
    accounts = [NEEDING, OTHER] if needed else [OTHER]
    return *judge_cluster(scene, cluster("west"), accounts), scene


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"ca_bundle": bundle((-100, -1))}, "expired at"),
    ({"ca_bundle": bundle((-100, -1), (-100, -2))}, "expired at"),
    ({"ca_bundle": bundle((2, 100))}, "not valid before"),
    ({"ca_bundle": ""}, "CA bundle is empty"),
    ({"ca_bundle": "Cg=="}, "no certificate"),
    ({"ca_bundle": "no base64!"}, "not base64"),
    ({"ready": 0}, "has no ready endpoint"),
    ({"ready": 0, "ca_bundle": ""}, "CA bundle is empty"),
    ({"service": None, "ready": None, "ca_bundle": bundle((-100, -1))}, "expired at"),
]


@pytest.mark.parametrize(("changes", "why"), FAULTS, ids=[why for _, why in FAULTS])
@pytest.mark.parametrize("policy", ["Fail", "Ignore"])
def test_webhooks_that_cannot_be_asked(changes: dict[str, Any], why: str, policy: str) -> None:
    (finding,), unknowns, _ = judged(hook(failure_policy=policy, **changes))
    assert finding.rule == "WI39"
    assert finding.severity is Severity.HIGH
    assert why in finding.detail
    assert ("nobody is told" in finding.detail) is (policy == "Ignore")
    seen = shown(finding)
    assert seen["MutatingWebhookConfiguration pod-identity-webhook webhooks[0].failurePolicy"]
    assert "ServiceAccount shop metadata.annotations['eks.amazonaws.com/role-arn']" in seen
    assert "metadata.annotations['azure.workload.identity/client-id']" not in str(seen)
    assert unknowns == []
    (unneeded,), _, _ = judged(hook(failure_policy=policy, **changes), needed=False)
    assert unneeded.severity is Severity.LOW
    unread = {"serviceaccounts": "forbidden"}
    assert judged(hook(**changes), needed=False, unread=unread)[0][0].severity is Severity.HIGH


WORKING: list[dict[str, Any]] = [
    {},
    {"ca_bundle": bundle((-100, -1), (-10, 300))},
    {"service": None, "ready": None, "ca_bundle": "", "failure_policy": "Ignore"},
    {"service": None, "ready": None, "failure_policy": "Ignore"},
]


@pytest.mark.parametrize("changes", WORKING)
def test_webhooks_that_work_are_silent(changes: dict[str, Any]) -> None:
    assert judged(hook(**changes))[:2] == ([], [])


def test_a_bundle_is_looked_at_again_when_it_expires() -> None:
    _, _, scene = judged(hook(), hook(ca_bundle=bundle((-1, 5))))
    assert scene.recheck_at == NOW + 5 * DAY


def test_a_working_webhook_of_the_clusters_own_may_fail_unnoticed() -> None:
    (finding,), _, _ = judged(hook(failure_policy="Ignore"))
    assert finding.severity is Severity.MEDIUM
    assert '"/webhooks/0/failurePolicy"' in finding.remediation
    assert judged(hook(failure_policy="Ignore"), needed=False)[0] == []


def test_what_was_not_read_of_webhooks_is_unknown() -> None:
    unread = {"endpointslices": "forbidden", "mutatingwebhooks": "refused"}
    findings, unknowns, _ = judged(hook(ready=None), unread=unread)
    assert findings == []
    assert [one.rule for one in unknowns] == ["WI39", "WI39"]
    assert "forbidden" in unknowns[0].reason
    assert "refused" in unknowns[1].reason


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader_of_bundles(text: str) -> None:
    for one in (text, base64.b64encode(text.encode("utf-8", "replace")).decode()):
        assert read_bundle(one).fault(NOW)


ROOT = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"


def root(namespace: str, text: str = ROOT) -> Doc:
    meta = {"name": "kube-root-ca.crt", "namespace": namespace}
    return {"kind": "ConfigMap", "metadata": meta, "data": {"ca.crt": text}}


def space(name: str, age: float = 30 * DAY, **more: str) -> Doc:
    from mckconsole.domain.times import format_rfc3339

    meta = {"name": name, "creationTimestamp": format_rfc3339(NOW - age), **more}
    return {"kind": "Namespace", "metadata": meta}


def pod(namespace: str, path: str = MOUNT, phase: str = "Running") -> Doc:
    mounts = [{"name": "kube-api-access-abcde", "mountPath": path}]
    return {
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"containers": [{"name": "app", "volumeMounts": mounts}]},
        "status": {"phase": phase},
    }


def rooted(*docs: Doc, states: States | None = None) -> tuple[list[Finding], list[Unknown]]:
    found = cluster("west", docs, states=states)
    return judge_cluster(Scene(read_cluster(found), NOW), found, ())


def test_namespaces_that_agree_are_silent() -> None:
    docs = [root("a"), root("b", f"{ROOT}\n"), pod("a"), pod("b"), space("a"), space("b")]
    assert rooted(*docs) == ([], [])


MISSING: list[tuple[str, list[Doc], bool]] = [
    ("gone", [pod("b"), space("b")], True),
    ("empty", [pod("b"), space("b"), root("b", "")], True),
    ("no token", [pod("b", "/data"), space("b")], False),
    ("finished", [pod("b", phase="Succeeded"), space("b")], False),
    ("no pods", [space("b")], False),
    ("new", [pod("b"), space("b", 30)], False),
    ("going", [pod("b"), space("b", deletionTimestamp="2026-09-20T00:00:00Z")], False),
]


@pytest.mark.parametrize(("name", "docs", "told"), MISSING, ids=[one[0] for one in MISSING])
def test_missing_root_certificates(name: str, docs: list[Doc], told: bool) -> None:
    findings, unknowns = rooted(root("a"), pod("a"), space("a"), *docs)
    assert [one.title for one in findings] == (
        ["kube-root-ca.crt is missing in namespace b"] if told else []
    )
    assert unknowns == []
    for one in findings:
        assert shown(one)["Pod web spec.volumes"] == "mounts kube-root-ca.crt"


def test_differing_root_certificates() -> None:
    other = ROOT.replace("AAAA", "BBBB")
    (finding,), _ = rooted(root("a"), root("b"), root("c", other))
    assert finding.title == "kube-root-ca.crt differs in namespace c"
    assert len({one.value for one in finding.evidence}) == 2
    assert "delete configmap kube-root-ca.crt" in finding.remediation
    (even,), _ = rooted(root("kube-system"), root("a", other))
    assert even.title == "kube-root-ca.crt differs in namespace a"


@pytest.mark.parametrize("topic", ["root-ca", "namespaces"])
def test_unread_root_certificates_are_unknown(topic: str) -> None:
    docs = [pod("a"), space("a")]
    findings, unknowns = rooted(*docs, states={topic: TopicState.FORBIDDEN})
    assert findings == []
    assert [one.rule for one in unknowns] == ["WI40"]


def test_a_cluster_that_was_never_read_says_nothing() -> None:
    scene = Scene(ClusterFacts("west", webhooks=(hook(ready=0),)), NOW)
    assert judge_cluster(scene, cluster("west"), [NEEDING]) == ([], [])
