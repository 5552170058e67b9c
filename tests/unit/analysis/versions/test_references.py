"""Objects that name a version which goes: autoscalers and webhooks."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.versions.apiuse import api_uses
from mckconsole.analysis.versions.model import ApiUse, Use
from mckconsole.analysis.versions.references import references
from mckconsole.domain.kubeversion import Minor
from tests.unit.analysis import build as b
from tests.unit.analysis.versions.apis import DATA, LEAST, cluster

Rule = tuple[Sequence[str], Sequence[str], Sequence[str]]
"""Groups, versions, resources."""


def scaler(api_version: str, kind: str = "Deployment", name: str = "web") -> b.Doc:
    target = {"apiVersion": api_version, "kind": kind, "name": "web"}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"scaleTargetRef": target, "maxReplicas": 4},
    }


def hooks(
    *webhooks: Sequence[Rule], kind: str = "Validating", policy: str | None = "Exact"
) -> b.Doc:
    made = [
        {
            "name": f"h{number}.example.com",
            **({"matchPolicy": policy} if policy else {}),
            "rules": [
                {"apiGroups": list(groups), "apiVersions": list(versions), "operations": ["*"],
                 "resources": list(resources)}
                for groups, versions, resources in rules
            ],
        }
        for number, rules in enumerate(webhooks)
    ]  # fmt: skip
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": f"{kind}WebhookConfiguration",
        "metadata": {"name": "guard"},
        "webhooks": made,
    }


def found(*docs: b.Doc, least: Minor | None = LEAST) -> tuple[ApiUse, ...]:
    return references(cluster(*docs), DATA, b.NOW, least)


@pytest.mark.parametrize(
    ("api_version", "kind", "named"),
    [
        ("extensions/v1beta1", "Deployment", True),
        ("apps/v1beta1", "Deployment", False),  # the group stays, and only that is looked at
        ("apps/v1", "Deployment", False),
        ("extensions/v1beta1", "Rollout", False),
        ("v1", "ReplicationController", False),
        ("", "Deployment", False),
        ("a/b/c", "Deployment", False),
    ],
)
def test_an_autoscaler_loses_its_target_when_the_group_goes(
    api_version: str, kind: str, named: bool
) -> None:
    uses = found(scaler(api_version, kind))
    assert len(uses) == named
    for one in uses:
        assert (one.use, one.api_version) == (Use.REFERENCE, "extensions/v1beta1")
        assert (one.kind, one.resource) == ("Deployment", "deployments")
        assert (one.removed_in, one.replacement) == (Minor(1, 26), "apps/v1")
        assert [str(ref) for ref in one.objects] == ["HorizontalPodAutoscaler shop/web"]
        assert one.evidence[0].path == "spec.scaleTargetRef.apiVersion"
        assert "finds it no more" in one.reason


def test_many_autoscalers_are_one_reference() -> None:
    (one,) = found(*(scaler("extensions/v1beta1", name=f"web-{n}") for n in range(9)))
    assert (one.count, len(one.objects), len(one.evidence)) == (9, 5, 5)
    assert "and 7 more" in one.reason


OLD: Rule = (["policy"], ["v1beta1"], ["poddisruptionbudgets"])
NEW: Rule = (["policy"], ["v1"], ["poddisruptionbudgets"])
SUB: Rule = (["policy"], ["v1beta1"], ["poddisruptionbudgets/status"])
EVERY_VERSION: Rule = (["policy"], ["*"], ["poddisruptionbudgets"])
EVERYTHING: Rule = (["*"], ["*"], ["*"])
ANY: Rule = (["*"], ["v1"], ["*/*"])
OTHER: Rule = (["policy"], ["v1"], ["podsecuritypolicies"])
BOTH: Rule = (["policy"], ["v1beta1", "v1"], ["poddisruptionbudgets"])
STARRED: Rule = (["policy"], ["v1beta1"], ["*"])
AWAY: Rule = (["extensions"], ["v1beta1"], ["ingresses"])
MOVED: Rule = (["networking.k8s.io"], ["v1"], ["ingresses"])
LEAVING: Rule = (["networking.k8s.io"], ["v1beta1"], ["ingresses"])


@pytest.mark.parametrize("policy", ["Exact", "Equivalent", None])
@pytest.mark.parametrize(
    ("webhooks", "named"),
    [
        ([[OLD]], ["policy/v1beta1"]),
        ([[SUB]], ["policy/v1beta1"]),
        ([[STARRED]], ["policy/v1beta1"]),
        ([[OLD, OTHER]], ["policy/v1beta1"]),
        ([[OLD, NEW]], []),
        ([[OLD], [NEW]], []),
        ([[BOTH]], []),
        ([[OLD, EVERY_VERSION]], []),
        ([[OLD], [EVERYTHING]], []),
        ([[OLD, ANY]], []),
        ([[AWAY, MOVED]], []),
        ([[AWAY]], ["extensions/v1beta1"]),
        ([[AWAY, LEAVING]], ["extensions/v1beta1", "networking.k8s.io/v1beta1"]),
        ([[EVERYTHING]], []),
        ([[]], []),
        ([], []),
    ],
)
def test_a_webhook_of_removed_versions_alone_is_not_asked_any_more(
    webhooks: Sequence[Sequence[Rule]], named: list[str], policy: str | None
) -> None:
    uses = found(hooks(*webhooks, policy=policy))
    assert [one.api_version for one in uses] == named
    assert all(one.use is Use.REFERENCE for one in uses)
    assert all(("matchPolicy Exact" in one.reason) == (policy == "Exact") for one in uses)


def test_the_last_version_to_go_decides() -> None:
    rule: Rule = (["resource.k8s.io"], ["v1beta1", "v1beta2"], ["deviceclasses"])
    (one,) = found(hooks([rule]))
    assert (one.version, one.removed_in) == ("v1beta2", Minor(1, 39))
    first: Rule = (["resource.k8s.io"], ["v1beta1"], ["deviceclasses"])
    second: Rule = (["resource.k8s.io"], ["v1beta2"], ["deviceclasses"])
    assert [one.version for one in found(hooks([first], [second]))] == ["v1beta2"]


def test_where_and_what_a_webhook_names() -> None:
    (one,) = found(hooks([NEW_IN_A_WEBHOOK_OF_ITS_OWN], [OTHER, OLD], kind="Mutating"))
    assert [str(ref) for ref in one.objects] == ["MutatingWebhookConfiguration guard"]
    assert [(item.path, item.value) for item in one.evidence] == [
        ("webhooks[1].rules[1].apiVersions", "v1beta1")
    ]
    assert "webhook h1.example.com" in one.reason


NEW_IN_A_WEBHOOK_OF_ITS_OWN: Rule = (["apps"], ["v1"], ["deployments"])


def test_what_is_gone_already_is_said_to_be() -> None:
    (one,) = found(hooks([AWAY]), least=Minor(1, 24))
    assert one.reason.startswith("1.24 does not serve it any more")
    (other,) = found(hooks([OLD]), least=None)
    assert other.reason.startswith("webhook")


def test_both_kinds_of_configurations_are_one_reference_to_a_version() -> None:
    (one,) = found(hooks([OLD]), hooks([OLD], kind="Mutating"))
    assert [ref.kind for ref in one.objects] == [
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
    ]


def test_references_are_among_the_uses() -> None:
    of = cluster(scaler("extensions/v1beta1"), hooks([OLD]))
    assert [(one.use, one.api_version) for one in api_uses(of, DATA, b.NOW, LEAST)] == [
        (Use.REFERENCE, "policy/v1beta1"),
        (Use.REFERENCE, "extensions/v1beta1"),
    ]


NAMES = st.lists(
    st.sampled_from(["policy", "extensions", "networking.k8s.io", "*", ""]), max_size=3
)
VERSIONS = st.lists(st.sampled_from(["v1", "v1beta1", "*", "v9"]), max_size=3)
RESOURCES = st.lists(
    st.sampled_from(["poddisruptionbudgets", "ingresses", "ingresses/status", "*", "*/*", "/"]),
    max_size=3,
)


@given(st.lists(st.lists(st.tuples(NAMES, VERSIONS, RESOURCES), max_size=3), max_size=3))
def test_what_is_named_is_in_a_rule_and_a_rule_for_all_hides_it(
    webhooks: list[list[tuple[list[str], list[str], list[str]]]],
) -> None:
    rules = [rule for one in webhooks for rule in one]
    for one in found(hooks(*webhooks)):
        assert any(one.group in groups and one.version in versions for groups, versions, _ in rules)
        assert not any("*" in groups and "*" in versions and {"*", "*/*"} & set(resources)
                       for groups, versions, resources in rules)  # fmt: skip
    assert found(hooks(*webhooks, [EVERYTHING])) == ()
