"""What is compared of an object, what is each cluster's own, and what is a default."""

from __future__ import annotations

from typing import Any

import pytest

from mckconsole.analysis.sameness.digest import digest_of
from mckconsole.analysis.sameness.fields import fields_of
from mckconsole.analysis.sameness.model import Field, Standing
from mckconsole.analysis.sameness.names import Names, names_of
from mckconsole.analysis.sameness.own import is_scaled
from tests.unit.analysis.sameness.manifests import APPLIED, Doc, changed, served

KEY = b"key"


def digest(tree: Doc, *names: str) -> bytes:
    return digest_of(fields_of(tree, Names(names)), KEY).marks


def by_path(tree: Doc, *names: str) -> dict[str, Field]:
    return {one.path: one for one in fields_of(tree, Names(names))}


def same(first: Doc, second: Doc) -> bool:
    return digest(first) == digest(second)


def test_what_was_applied_is_the_same_as_what_servers_made_of_it() -> None:
    assert digest(APPLIED, "east-1") == digest(served("a1", "west-2"), "west-2")
    assert digest(served("a1", "east-1"), "east-1") == digest(served("b22", "west-2"), "west-2")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec.replicas", 4),
        ("spec.paused", True),
        ("spec.template.spec.containers.0.image", "registry.example.com/api:1.4.1"),
        ("spec.template.spec.containers.0.env.1.value", "debug"),
        ("spec.template.spec.containers.0.env.0.value", "west-2"),
        ("spec.template.spec.containers.0.command", ["/bin/api"]),
        ("spec.template.spec.containers.0.ports.0.protocol", "UDP"),
        ("spec.template.spec.containers.1.imagePullPolicy", "Never"),
        ("spec.template.spec.dnsPolicy", "Default"),
        ("spec.template.spec.automountServiceAccountToken", False),
        ("spec.template.spec.volumes", [{"name": "tmp", "emptyDir": {}}]),
        ("spec.template.metadata.labels.tier", ""),
        ("metadata.annotations.team", "shop"),
        ("spec.strategy.rollingUpdate.maxSurge", 25),
    ],
)
def test_a_real_difference_is_one(path: str, value: Any) -> None:
    before = digest(APPLIED, "east-1")
    assert digest(changed(APPLIED, path, value), "east-1") != before


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata.uid", "x"),
        ("metadata.ownerReferences", []),
        ("spec.template.spec.serviceAccountName", "default"),
        ("spec.template.spec.hostNetwork", False),
        ("spec.template.spec.containers.0.imagePullPolicy", "IfNotPresent"),
        ("spec.template.spec.containers.0.securityContext", {}),
        ("spec.template.metadata.annotations", {"kubectl.kubernetes.io/restartedAt": "2026"}),
        ("spec.template.spec.containers.0.volumeMounts", []),
        ("status.replicas", 9),
    ],
)
def test_what_is_own_or_default_is_none(path: str, value: Any) -> None:
    assert same(APPLIED, changed(APPLIED, path, value))


def test_the_order_of_init_containers_counts() -> None:
    steps = [{"name": "one", "image": "a"}, {"name": "two", "image": "b"}]
    first = changed(APPLIED, "spec.template.spec.initContainers", steps)
    second = changed(APPLIED, "spec.template.spec.initContainers", steps[::-1])
    assert not same(first, second)
    assert by_path(first)["spec.template.spec.initContainers[order]"].value == "one, two"


def test_an_empty_peer_of_a_network_policy_is_everybody() -> None:
    closed: Doc = {"kind": "NetworkPolicy", "spec": {"podSelector": {}, "ingress": [{}]}}
    other: Doc = {"kind": "NetworkPolicy", "spec": {"podSelector": {}}}
    assert not same(closed, other)
    assert by_path(other)["spec.podSelector"].value == "{}"


def test_rules_of_a_role_are_a_set() -> None:
    get = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}
    edit = {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["*"]}
    turned = {**get, "verbs": ["list", "get"]}
    assert same({"kind": "Role", "rules": [get, edit]}, {"kind": "Role", "rules": [edit, turned]})
    assert not same({"kind": "Role", "rules": [get, edit]}, {"kind": "Role", "rules": [get]})
    paths = by_path({"kind": "Role", "rules": [get]})
    assert "verbs=get, list" in next(iter(paths.values())).value


def test_a_service_keeps_what_was_said_on_purpose() -> None:
    def service(**spec: Any) -> Doc:
        return {"kind": "Service", "spec": {"ports": [{"port": 80}], **spec}}

    own = service(clusterIP="10.0.0.7", clusterIPs=["10.0.0.7"], ports=[
        {"port": 80, "targetPort": 80, "protocol": "TCP", "nodePort": 31000}])  # fmt: skip
    assert same(service(), own)
    assert not same(service(), service(clusterIP="None"))
    assert not same(service(), service(sessionAffinity="ClientIP"))
    assert by_path(own)["spec.clusterIP"].standing is Standing.OWN


def test_the_certificates_of_a_cluster_are_its_own_and_others_are_not() -> None:
    def config(name: str, text: str) -> Doc:
        return {"kind": "ConfigMap", "metadata": {"name": name}, "data": {"ca.crt": text}}

    assert same(config("kube-root-ca.crt", "a"), config("kube-root-ca.crt", "b"))
    assert not same(config("bundle", "a"), config("bundle", "b"))


def test_what_says_which_cluster_it_is_is_its_own() -> None:
    def config(**data: str) -> Doc:
        return {"kind": "ConfigMap", "metadata": {"name": "cilium-config"}, "data": data}

    one = config(**{"cluster-id": "2", "cluster-pool-ipv4-cidr": "10.1.0.0/16", "debug": "no"})
    other = config(**{"cluster-id": "5", "cluster-pool-ipv4-cidr": "10.9.0.0/16", "debug": "no"})
    assert same(one, other)
    assert not same(one, config(**{"cluster-id": "2", "debug": "yes"}))
    env = "spec.template.spec.containers.0.env"
    names = [changed(APPLIED, env, [{"name": "CLUSTER_NAME", "value": at}]) for at in ("a", "b")]
    assert same(*names)


def test_names_of_the_cluster_are_folded_where_they_are_names() -> None:
    names = Names(["east-1", "prod", "eu"])
    assert names.fold("model-east-1.example.com") == "model-‹cluster›.example.com"
    assert names.fold("East-1") == "‹cluster›"
    assert names.fold("least-10") == "least-10"
    assert names.fold("prod") == "‹cluster›"
    assert names.fold("product of prod") == "product of prod"
    assert names.fold("eu") == "eu"
    assert names.fold("kube-api-access-x7k2p") == "kube-api-access-‹own›"


def test_what_a_cluster_is_called() -> None:
    arn = "arn:aws:eks:us-east-1:1:cluster/shop-east-1"
    names = names_of("east", arn, "https://k8s.example.com:6443")
    assert names.fold("shop-east-1") == "‹cluster›"
    assert names.fold("https://k8s.example.com/x") == "https://‹cluster›/x"


def test_a_redacted_value_is_compared_as_far_as_it_is_left() -> None:
    def config(text: str) -> Doc:
        return {"kind": "ConfigMap", "data": {"url": text}}

    one = config("db://‹redacted: 12 characters›@host")
    assert same(one, config("db://‹redacted: 7 characters›@host"))
    assert not same(one, config("db://‹redacted: 12 characters›@other"))
    assert by_path(one)["data.url"].standing is Standing.HIDDEN


def test_paths_name_what_has_a_name() -> None:
    assert set(by_path(APPLIED, "east-1")) >= {
        "spec.template.spec.containers[app].image",
        "spec.template.spec.containers[app].env[CLUSTER].value",
        "spec.template.spec.containers[app].ports[8080/TCP].containerPort",
    }
    noted = changed(APPLIED, "metadata.annotations", {"example.com/x": "1"})
    assert "metadata.annotations['example.com/x']" in by_path(noted)


def test_replicas_are_own_where_an_autoscaler_sets_them() -> None:
    more = changed(APPLIED, "spec.replicas", 9)
    held = [digest_of(fields_of(one, Names(), scaled=True), KEY) for one in (APPLIED, more)]
    assert held[0] == held[1]
    assert is_scaled([("kubectl", ""), ("kube-controller-manager", "scale")])
    assert not is_scaled([("kubectl", "scale"), ("kube-controller-manager", "status")])
