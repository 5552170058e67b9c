"""UB08: webhooks that must answer and may not, each with its healthy twin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from mckconsole.analysis.versions.model import Blocker, Gravity, Phase
from mckconsole.analysis.versions.webhooks import webhook_blockers
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.certificates.build import b64
from tests.unit.analysis.versions import blocking as b
from tests.unit.detect.authority import make

BLOCK, WARN, UNKNOWN = Gravity.BLOCK, Gravity.WARN, Gravity.UNKNOWN
UNREAD = [TopicState.FORBIDDEN, TopicState.STALE, TopicState.PENDING, TopicState.UNREACHABLE]
DEPLOYMENTS = [{"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["*"],
                "resources": ["deployments"]}]  # fmt: skip
SERVER: b.Doc = {"service": {"name": "hook", "namespace": b.SHOP}}


def hook(name: str = "hook.shop.io", client: b.Doc = SERVER, **more: Any) -> b.Doc:
    return {"name": name, "clientConfig": client, "rules": DEPLOYMENTS, **more}


def config(*hooks: b.Doc, kind: str = "Validating") -> b.Doc:
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": f"{kind}WebhookConfiguration",
        "metadata": {"name": "shop-hooks"},
        "webhooks": list(hooks or [hook()]),
    }


def service(**spec: Any) -> b.Doc:
    return {"apiVersion": "v1", "kind": "Service", "metadata": b.meta("hook"),
            "spec": {"selector": {"app": "hook"}, **spec}}  # fmt: skip


def endpoints(*pods: str, ready: bool = True, name: str = "hook-1") -> b.Doc:
    found = [
        {"addresses": [f"10.0.0.{number}"], "conditions": {"ready": ready},
         "targetRef": {"kind": "Pod", "name": pod}}
        for number, pod in enumerate(pods)
    ]  # fmt: skip
    labels = {"kubernetes.io/service-name": "hook"}
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": b.meta(name, labels=labels), "addressType": "IPv4",
            "endpoints": found}  # fmt: skip


WELL = (service(), endpoints("a", "b"), b.pod("a", "n1"), b.pod("b", "n2"))


def judged(*docs: b.Doc, **states: TopicState) -> list[Blocker]:
    return webhook_blockers(b.cluster(*docs, **states))


@pytest.mark.parametrize("kind", ["Validating", "Mutating"])
@pytest.mark.parametrize(
    ("docs", "gravity", "subject"),
    [
        (WELL, None, ""),
        ((), BLOCK, "answers shop/hook"),
        ((service(),), BLOCK, "answers shop/hook"),
        ((service(), endpoints("a", ready=False), b.pod("a")), BLOCK, "answers shop/hook"),
        ((service(), endpoints("a"), b.pod("a", "n1")), WARN, "one node shop/hook"),
        ((service(), endpoints("a", "b"), b.pod("a", "n1"), b.pod("b", "n1")), WARN,
         "one node shop/hook"),
        ((service(), endpoints("a"), endpoints("b", name="hook-2"), b.pod("a", "n1"),
          b.pod("b", "n2")), None, ""),
        ((service(), endpoints("a", "gone"), b.pod("a", "n1")), UNKNOWN, "answers shop/hook"),
        ((service(type="ExternalName"),), None, ""),
    ],
)  # fmt: skip
def test_who_answers(
    docs: Sequence[b.Doc], gravity: Gravity | None, subject: str, kind: str
) -> None:
    found = judged(config(kind=kind), *docs)
    assert [(one.rule, one.gravity, one.subject) for one in found] == (
        [("UB08", gravity, subject)] if gravity else []
    )
    if found:
        assert b.only(found).object is not None
        assert (found[0].phase is Phase.NODES) == (gravity is WARN)


def test_a_webhook_that_need_not_answer_says_nothing() -> None:
    assert not judged(config(hook(failurePolicy="Ignore")))
    assert not judged(config(hook("one", failurePolicy="Ignore"), hook("two")), *WELL)


def test_webhooks_of_one_server_are_told_once_and_of_two_twice() -> None:
    other = {"service": {"name": "gone", "namespace": b.SHOP}}
    found = judged(config(hook("one", other), hook("two", other), hook("three")))
    assert [one.subject for one in found] == ["answers shop/gone", "answers shop/hook"]
    assert "get endpointslices -l kubernetes.io/service-name=gone" in found[0].remediation
    paths = [one.path for one in found[0].evidence]
    assert paths == ["webhooks[0].failurePolicy", "webhooks[1].failurePolicy"]


def test_what_answers_at_a_url_is_not_known() -> None:
    found = judged(config(hook(client={"url": "https://hooks.example.com/a"})))
    assert b.gravities(found) == [("UB08", UNKNOWN)]
    assert "https://hooks.example.com/a" in found[0].detail


OLD = make("ca", authority=True, days=(-99, -1))
NEW = make("ca", authority=True, days=(-1, 300))


@pytest.mark.parametrize(
    ("bundle", "gravity"),
    [
        (b64(OLD), BLOCK),
        (b64(OLD, NEW), None),
        (b64(NEW), None),
        ("", None),
        ("bm8gUEVN", None),  # the certificates screen tells of what cannot be read
        ("not base64", None),
    ],
)
def test_bundles_that_have_ended(bundle: str, gravity: Gravity | None) -> None:
    found = judged(config(hook(client={**SERVER, "caBundle": bundle})), *WELL)
    assert [(one.gravity, one.subject) for one in found] == (
        [(gravity, "bundle shop/hook")] if gravity else []
    )
    if found:
        assert "ended on 2026-09-20" in b.only(found).detail


def rule(group: str, *resources: str, **more: Any) -> b.Doc:
    return {"apiGroups": [group], "apiVersions": ["*"], "operations": ["CREATE"],
            "resources": list(resources), **more}  # fmt: skip


def without(*namespaces: str) -> b.Doc:
    return {"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "NotIn",
                                  "values": list(namespaces)}]}  # fmt: skip


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"rules": [rule("", "pods")]}, "pods"),
        ({"rules": [rule("*", "*")]}, "pods, nodes, leases"),
        ({"rules": [rule("*", "*/*")]}, "pods, nodes, leases"),
        ({"rules": [rule("", "pods/eviction")]}, ""),
        ({"rules": [rule("", "pods/*")]}, ""),  # their subresources alone
        ({"rules": [rule("apps", "pods")]}, ""),
        ({"rules": [rule("", "configmaps")]}, ""),
        ({"rules": [rule("", "pods", operations=["DELETE"])]}, ""),
        ({"rules": [rule("coordination.k8s.io", "leases")]}, "leases"),
        ({"rules": [rule("", "nodes", scope="Cluster")]}, "nodes"),
        ({"rules": [rule("*", "*", scope="Namespaced")]}, "pods, leases"),
        ({"rules": [rule("", "pods")], "namespaceSelector": without("kube-system")}, ""),
        ({"rules": [rule("", "pods")], "namespaceSelector": without("other")}, "pods"),
        ({"rules": [rule("", "nodes")], "namespaceSelector": without("kube-system")}, "nodes"),
        ({"rules": [rule("", "pods")],
          "namespaceSelector": {"matchLabels": {"injected": "yes"}}}, ""),
        ({"rules": [rule("", "pods")], "objectSelector": {"matchLabels": {"app": "web"}}}, ""),
        ({"rules": [rule("", "pods")],
          "objectSelector": {"matchExpressions": [{"key": "skip", "operator": "DoesNotExist"}]}},
         "pods"),
        ({"rules": [rule("", "pods")], "failurePolicy": "Ignore"}, ""),
    ],
)  # fmt: skip
def test_webhooks_that_are_asked_too_much(more: Mapping[str, Any], told: str) -> None:
    found = judged(config(hook(**more)), *WELL)
    assert [(one.gravity, one.subject) for one in found] == (
        [(WARN, "asked shop/hook")] if told else []
    )
    if found:
        assert f"is asked about {told} of kube-system" in b.only(found).title


def test_what_narrows_a_webhook_and_is_not_worked_out_is_unknown() -> None:
    narrowed = hook(rules=[rule("", "pods")], matchConditions=[{"name": "x", "expression": "y"}])
    assert b.gravities(judged(config(narrowed), *WELL)) == [("UB08", UNKNOWN)]
    wide = config(hook(rules=[rule("", "pods")]))
    found = judged(wide, *WELL, namespaces=TopicState.FORBIDDEN)
    assert b.gravities(found) == [("UB08", UNKNOWN)]


@pytest.mark.parametrize("state", UNREAD)
@pytest.mark.parametrize(
    "topic", ["mutatingwebhooks", "validatingwebhooks", "services", "endpointslices"]
)
def test_what_cannot_be_read_is_unknown(topic: str, state: TopicState) -> None:
    found = judged(config(), *WELL, **{topic: state})
    if state is not TopicState.STALE:  # what is held of old is still judged
        assert b.gravities(found) == [("UB08", UNKNOWN)]
    assert any(one.gravity is UNKNOWN and topic in one.detail for one in found)


def test_pods_that_cannot_be_read_are_on_no_known_node() -> None:
    found = judged(config(), *WELL, pods=TopicState.FORBIDDEN)
    assert b.gravities(found) == [("UB08", UNKNOWN)]
    assert "pods forbidden" in found[0].detail


def test_an_unreachable_cluster_is_unknown() -> None:
    found = webhook_blockers(build.unreachable("west"))
    assert {one.gravity for one in found} == {UNKNOWN}
