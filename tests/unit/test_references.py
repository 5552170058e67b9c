"""What specifications refer to: every usual reference, selectors, and conventions of others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.domain.findings import ObjectRef
from mckconsole.sources.relations.references import uses_of
from mckconsole.sources.relations.selecting import selector_of, selects


def uses(api: str, kind: str, **document: Any) -> set[tuple[str, str]]:
    ref = ObjectRef(api, kind, "shop", "it")
    return {(one.how, str(one.ref)) for one in uses_of(document, ref)}


SPEC: dict[str, Any] = {
    "containers": [
        {"env": [{"valueFrom": {"secretKeyRef": {"name": "a"}}}, {"value": "x"}]},
        {"envFrom": [{"configMapRef": {"name": "b"}}, {"secretRef": {"name": "c"}}]},
    ],
    "initContainers": [{"env": [{"valueFrom": {"configMapKeyRef": {"name": "d"}}}]}],
    "volumes": [
        {"secret": {"secretName": "e"}},
        {"projected": {"sources": [{"secret": {"name": "f"}}, {"configMap": {"name": "g"}}]}},
        {"persistentVolumeClaim": {"claimName": "h"}},
        {"csi": {"nodePublishSecretRef": {"name": "i"}}},
    ],
    "imagePullSecrets": [{"name": "j"}],
    "serviceAccountName": "k",
    "priorityClassName": "l",
}
EXPECTED = {
    ("has variables of", "Secret shop/a"),
    ("has variables of", "ConfigMap shop/b"),
    ("has variables of", "Secret shop/c"),
    ("has variables of", "ConfigMap shop/d"),
    ("mounts", "Secret shop/e"),
    ("mounts", "Secret shop/f"),
    ("mounts", "ConfigMap shop/g"),
    ("mounts", "PersistentVolumeClaim shop/h"),
    ("mounts", "Secret shop/i"),
    ("pulls images with", "Secret shop/j"),
    ("runs as", "ServiceAccount shop/k"),
    ("has the priority", "PriorityClass l"),
}


@pytest.mark.parametrize(
    ("api", "kind", "spec"),
    [
        ("v1", "Pod", SPEC),
        ("apps/v1", "Deployment", {"template": {"spec": SPEC}}),
        ("batch/v1", "CronJob", {"jobTemplate": {"spec": {"template": {"spec": SPEC}}}}),
        ("argoproj.io/v1alpha1", "Rollout", {"template": {"spec": SPEC}}),
    ],
)
def test_what_pods_refer_to(api: str, kind: str, spec: dict[str, Any]) -> None:
    assert uses(api, kind, spec=spec) >= EXPECTED


@pytest.mark.parametrize(
    ("api", "kind", "document", "expected"),
    [
        (
            "networking.k8s.io/v1",
            "Ingress",
            {
                "spec": {
                    "ingressClassName": "n",
                    "defaultBackend": {"service": {"name": "s"}},
                    "tls": [{"secretName": "t"}],
                }
            },
            {
                ("is of", "IngressClass n"),
                ("routes to", "Service shop/s"),
                ("shows the certificate of", "Secret shop/t"),
            },
        ),
        (
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            {
                "spec": {
                    "scaleTargetRef": {"kind": "Deployment", "name": "d", "apiVersion": "apps/v1"}
                }
            },
            {("scales", "Deployment shop/d")},
        ),
        (
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            {
                "roleRef": {"kind": "Role", "name": "r"},
                "subjects": [
                    {"kind": "User", "name": "u"},
                    {"kind": "ServiceAccount", "name": "a"},
                ],
            },
            {("grants", "Role shop/r"), ("to", "ServiceAccount shop/a")},
        ),
        (
            "v1",
            "Secret",
            {"metadata": {"annotations": {"kubernetes.io/service-account.name": "a"}}},
            {("is a token of", "ServiceAccount shop/a")},
        ),
        (
            "admissionregistration.k8s.io/v1",
            "ValidatingWebhookConfiguration",
            {"webhooks": [{"clientConfig": {"service": {"namespace": "n", "name": "s"}}}]},
            {("calls", "Service n/s")},
        ),
        ("multicluster.x-k8s.io/v1alpha1", "ServiceExport", {}, {("exports", "Service shop/it")}),
        (
            "gateway.networking.k8s.io/v1",
            "HTTPRoute",
            {
                "spec": {
                    "parentRefs": [{"name": "g", "namespace": "n"}],
                    "rules": [{"backendRefs": [{"name": "s"}, {"kind": "Other", "name": "o"}]}],
                }
            },
            {("hangs on", "Gateway n/g"), ("routes to", "Service shop/s")},
        ),
        (
            "cert-manager.io/v1",
            "Certificate",
            {
                "spec": {
                    "secretName": "s",
                    "issuerRef": {"kind": "ClusterIssuer", "name": "i", "group": "cert-manager.io"},
                }
            },
            {("names", "Secret shop/s"), ("refers to", "ClusterIssuer i")},
        ),
    ],
)
def test_what_other_kinds_refer_to(
    api: str, kind: str, document: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    assert uses(api, kind, **document) == expected


@pytest.mark.parametrize(
    ("kind", "spec", "selector", "matches"),
    [
        ("Service", {"selector": {"a": "b"}}, "a=b", True),
        ("Service", {"selector": {"a": "b", "x": "y"}}, "a=b,x=y", False),
        ("Service", {"selector": {}}, None, False),
        ("Service", {}, None, False),
        ("NetworkPolicy", {"podSelector": {}}, "", True),
        ("PodDisruptionBudget", {"selector": {}}, "", True),
        ("PodDisruptionBudget", {}, None, False),
        (
            "Deployment",
            {
                "selector": {
                    "matchExpressions": [{"key": "a", "operator": "In", "values": ["b", "c"]}]
                }
            },
            "a in (b,c)",
            True,
        ),
        (
            "Deployment",
            {
                "selector": {
                    "matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["b"]}]
                }
            },
            "a notin (b)",
            False,
        ),
        (
            "Deployment",
            {
                "selector": {
                    "matchExpressions": [
                        {"key": "z", "operator": "DoesNotExist"},
                        {"key": "a", "operator": "Exists"},
                    ]
                }
            },
            "!z,a",
            True,
        ),
    ],
)
def test_selectors(kind: str, spec: dict[str, Any], selector: str | None, matches: bool) -> None:
    assert selector_of({"spec": spec}, kind) == selector
    assert selects({"spec": spec}, kind, {"a": "b", "c": "d"}) is matches


json = st.recursive(
    st.none() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(("spec", "template", "volumes", "containers", "env", "valueFrom", "name",
                         "secretName", "aRef", "kind", "selector", "matchExpressions", "key")),
        inner,
        max_size=4,
    ),
    max_leaves=25,
)  # fmt: skip


@given(json, st.sampled_from(("Pod", "Deployment", "Ingress", "RoleBinding", "Secret", "Foreign")))
def test_no_document_is_too_odd(document: object, kind: str) -> None:
    for one in uses_of(document, ObjectRef("example.com/v1", kind, "shop", "it")):
        assert one.ref.name
        assert str(one.ref).isprintable()
    selector_of(document, kind)
    selects(document, kind, {"a": "b"})
