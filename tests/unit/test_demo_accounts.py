"""Service accounts, pods and roles of the demo are such as real clusters have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest
from cryptography import x509

from mckconsole.demo import bulk, bulkpods, render
from mckconsole.demo.bindings import bootstrap
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.scenario import load_scenario
from mckconsole.demo.site import Site
from mckconsole.demo.world import World

EPOCH = 1_790_000_000.0
_MIRROR = "kubernetes.io/config.mirror"
NAMES = [one.name for one in load_scenario().clusters]


@cache
def everything(name: str) -> tuple[KubeObject, ...]:
    world = World(load_scenario(), seed=1, epoch=EPOCH)
    return (*render.static_objects(world, name), *render.scripted_objects(world, name))


def of(name: str, kind: str) -> Iterator[KubeObject]:
    return (one for one in everything(name) if one["kind"] == kind)


def place(item: KubeObject) -> tuple[str, str]:
    return item["metadata"]["namespace"], item["metadata"]["name"]


@pytest.mark.parametrize("name", NAMES)
def test_every_namespace_has_what_the_controller_manager_puts_there(name: str) -> None:
    namespaces = {one["metadata"]["name"] for one in of(name, "Namespace")}
    accounts = set(map(place, of(name, "ServiceAccount")))
    configs = {place(one): one["data"] for one in of(name, "ConfigMap")}
    assert {namespace for namespace, _ in accounts} <= namespaces
    for namespace in namespaces:
        assert (namespace, "default") in accounts
        pem = configs[namespace, "kube-root-ca.crt"]["ca.crt"]
        assert x509.load_pem_x509_certificate(pem.encode())


@pytest.mark.parametrize("name", NAMES)
def test_pods_are_as_admission_leaves_them(name: str) -> None:
    accounts = {place(one): one for one in of(name, "ServiceAccount")}
    volumes: Counter[str] = Counter()
    for pod in of(name, "Pod"):
        spec, metadata = pod["spec"], pod["metadata"]
        if _MIRROR in metadata.get("annotations", {}):  # admission lets these have no account
            assert "serviceAccountName" not in spec
            continue
        account = accounts[metadata["namespace"], spec["serviceAccountName"]]
        assert spec["serviceAccount"] == spec["serviceAccountName"]
        had = {one["name"]: one for one in spec["volumes"]} if "volumes" in spec else {}
        tokens = [one for one in had if one.startswith("kube-api-access-")]
        assert len(tokens) == (account.get("automountServiceAccountToken") is not False)
        volumes.update(tokens)
        for token in tokens:
            projected = had[token]["projected"]
            assert projected["defaultMode"] == 420
            source = projected["sources"][0]["serviceAccountToken"]
            assert source == {"expirationSeconds": 3607, "path": "token"}
        for container in (*spec.get("initContainers", ()), *spec["containers"]):
            for mount in container.get("volumeMounts", ()):
                assert mount["name"] in had, (metadata["name"], mount)
            env = Counter(one["name"] for one in container.get("env", ()))
            assert all(count == 1 for count in env.values()), metadata["name"]
    assert all(count == 1 for count in volumes.values())


@pytest.mark.parametrize("name", NAMES)
def test_pods_belong_to_what_is_there(name: str) -> None:
    uids = {one["metadata"]["uid"]: place(one) for kind in
            ("DaemonSet", "StatefulSet", "Job", "CronJob") for one in of(name, kind)}  # fmt: skip
    nodes = {one["metadata"]["uid"]: one["metadata"]["name"] for one in of(name, "Node")}
    deployments = set(map(place, of(name, "Deployment")))
    for pod in (*of(name, "Pod"), *of(name, "Job")):
        for owner in pod["metadata"].get("ownerReferences", ()):
            here = (pod["metadata"]["namespace"], owner["name"])
            if owner["kind"] == "ReplicaSet":
                template = pod["metadata"]["labels"]["pod-template-hash"]
                assert owner["name"].endswith(f"-{template}")
                above = owner["name"].removesuffix(f"-{template}")
                assert (here[0], above) in deployments
            elif owner["kind"] == "Node":  # a static pod's
                assert nodes[owner["uid"]] == owner["name"] == pod["spec"]["nodeName"]
            else:
                assert uids[owner["uid"]] == here


def test_who_wrote_an_identity_and_when_is_told() -> None:
    for name in NAMES:
        for account in of(name, "ServiceAccount"):
            metadata = account["metadata"]
            owned = {
                key
                for entry in metadata.get("managedFields", ())
                for key in entry["fieldsV1"].get("f:metadata", {}).get("f:annotations", {})
            }
            assert {f"f:{key}" for key in metadata.get("annotations", {})} <= owned, place(account)
            for entry in metadata.get("managedFields", ()):
                assert entry["time"] >= metadata["creationTimestamp"]


def test_bootstrap_roles_are_those_of_a_real_server() -> None:
    """Aggregated roles have their rules, as the controller manager fills them in."""
    roles = {one["metadata"]["name"]: one for one in bootstrap() if one["kind"] == "ClusterRole"}
    assert {"cluster-admin", "admin", "edit", "view", "system:kube-scheduler"} <= roles.keys()
    for one in bootstrap():
        assert one["metadata"]["labels"]["kubernetes.io/bootstrapping"] == "rbac-defaults"
    assert all(len(roles[name]["rules"]) > 5 for name in ("admin", "edit", "view"))
    secrets = [rule for rule in roles["view"]["rules"] if "secrets" in rule["resources"]]
    assert secrets == []


def test_bulk_pods_have_accounts_and_every_third_application_a_role() -> None:
    site = Site(bulk.fleet_scenario(1, nodes=3).clusters[0], seed=1, epoch=EPOCH)
    owners = list(bulkpods.owners(site, 65))
    accounts = {place(one): one for one in owners if one["kind"] == "ServiceAccount"}
    deployments = {place(one): one for one in owners if one["kind"] == "Deployment"}
    assert len(accounts) == len(deployments) == 7
    assert sum(one["spec"]["replicas"] for one in deployments.values()) == 65
    federated = 0
    for pod in bulkpods.pods(site, 65):
        here = (pod["metadata"]["namespace"], pod["spec"]["serviceAccountName"])
        assert here in deployments
        role = accounts[here]["metadata"]["annotations"].get("eks.amazonaws.com/role-arn")
        for container in pod["spec"]["containers"]:
            env = {one["name"]: one["value"] for one in container["env"]}
            assert env.get("AWS_ROLE_ARN") == role
        volumes = {one["name"] for one in pod["spec"]["volumes"]}
        assert ("aws-iam-token" in volumes) is (role is not None)
        federated += role is not None
    assert federated == 25
