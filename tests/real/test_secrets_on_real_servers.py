"""The secret audit on real API servers: the demo's objects give the same findings there.

With values, with metadata alone (real servers print Secrets as a Table their own way), and for
somebody who may read Secrets of some namespaces only, by real RBAC.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.secrets.model import AuditPolicy
from mckconsole.config.model import AuditConfig, Config
from mckconsole.demo import render
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.scenario import load_scenario
from mckconsole.demo.world import World
from mckconsole.domain.kinds import KINDS
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.reader import ReadPlan, read_fleet
from tests.contract import planted_secrets
from tests.contract.planted_secrets import places
from tests.real import apiserver
from tests.real.seeding import SETTLED, Seeder, definitions, service_range, write_kubeconfig

pytestmark = [pytest.mark.real, pytest.mark.slow]

CLUSTERS = ("aws-use1-1", "gcp-eu-1", "onprem-1")
RESTRICTED = "onprem-1"
"""The cluster that is read with the rights of one who may not read all Secrets."""
LATER = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService")
"""Kinds that real servers act on: they are made when everything else is there."""
PLAN = ReadPlan(tuple(kind.topic for kind in KINDS), ())
Found = set[tuple[str, str, frozenset[str]]]
"""Rule, tier and places of a credential."""


def found(analysis: Analysis) -> Found:
    """Every credential, with its places in these clusters."""
    seen: Found = set()
    for one in analysis.secrets.credentials:
        here = frozenset(place for place in places(one) if place.partition(" ")[0] in CLUSTERS)
        if here:
            seen.add((one.rule, one.tier.value, here))
    return seen


def others(analysis: Analysis) -> set[tuple[str, str, str]]:
    """What metadata tell."""
    return {
        (one.rule, one.cluster, one.object.name if one.object else "")
        for one in analysis.secrets.others
        if one.cluster in CLUSTERS
    }


def verdicts(analysis: Analysis) -> dict[tuple[str, str, str], str]:
    """Certificates in Secrets by where they are; real servers make all objects new, so what is
    judged by the age of a Secret alone is left out."""
    return {
        (entry.cluster, f"{entry.object.namespace}/{entry.object.name}", entry.path): entry.verdict
        for entry in analysis.certificates.entries
        if entry.cluster in CLUSTERS and entry.object and entry.object.kind == "Secret"
        if entry.not_after is not None or entry.seen is not None
    }


def everything(world: World, name: str) -> Iterator[KubeObject]:
    """All objects of a cluster, those that servers act on last."""
    made = [
        *render.static_objects(world, name),
        *render.scripted_objects(world, name),
        *render.joining_objects(world, name),
    ]
    yield from (one for one in made if one["kind"] not in LATER)
    yield from (one for one in made if one["kind"] in LATER)


def readers(world: World, name: str) -> Iterator[KubeObject]:
    """Roles for the limited user: everything but Secrets, and these in some namespaces."""
    api = "rbac.authorization.k8s.io"
    subjects = [{"apiGroup": api, "kind": "User", "name": "limited"}]
    core = ["namespaces", "nodes", "pods", "services", "serviceaccounts", "configmaps"]
    read = ["get", "list", "watch"]
    groups = ["apps", "batch", "autoscaling", "networking.k8s.io", "discovery.k8s.io", api,
              "admissionregistration.k8s.io", "apiregistration.k8s.io", "apiextensions.k8s.io",
              "certificates.k8s.io", "coordination.k8s.io", "submariner.io", "helm.cattle.io",
              "multicluster.x-k8s.io", "cilium.io", "consul.hashicorp.com",
              "cluster.karmada.io", "networking.karmada.io"]  # fmt: skip
    rules = [
        {"apiGroups": [""], "resources": core, "verbs": read},
        {"apiGroups": groups, "resources": ["*"], "verbs": read},
    ]
    yield {"apiVersion": f"{api}/v1", "kind": "ClusterRole", "metadata": {"name": "limited"},
           "rules": rules}  # fmt: skip
    yield {"apiVersion": f"{api}/v1", "kind": "ClusterRoleBinding",
           "metadata": {"name": "limited"}, "subjects": subjects,
           "roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": "limited"}}  # fmt: skip
    secrets = [{"apiGroups": [""], "resources": ["secrets"], "verbs": read}]
    for namespace in world.sites[name].cluster.only_in["secrets"]:
        metadata = {"name": "limited", "namespace": namespace}
        yield {"apiVersion": f"{api}/v1", "kind": "Role", "metadata": metadata, "rules": secrets}
        yield {"apiVersion": f"{api}/v1", "kind": "RoleBinding", "metadata": metadata,
               "subjects": subjects,
               "roleRef": {"apiGroup": api, "kind": "Role", "name": "limited"}}  # fmt: skip


@pytest.fixture(scope="module")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Three real servers with the objects of three clusters."""
    apiserver.require()
    world = World(load_scenario(), seed=1, epoch=time.time())
    with contextlib.ExitStack() as stack:
        servers = {
            name: stack.enter_context(
                apiserver.running(tmp_path_factory.mktemp(name), service_range(world, name))
            )
            for name in CLUSTERS
        }
        world.keyring.servers |= {name: "https://127.0.0.1:1" for name in world.sites}
        world.keyring.servers |= {name: server.url for name, server in servers.items()}
        for name, server in servers.items():
            seeder = Seeder(server)
            for one in (*definitions(world, name), *everything(world, name)):
                seeder.write(one)
            for one in readers(world, name) if name == RESTRICTED else ():
                seeder.write(one)
        path = write_kubeconfig(tmp_path_factory.mktemp("config") / "kubeconfig", servers)
        restrict(path)
        yield path


def restrict(path: Path) -> None:
    """Let the limited user read one of the clusters."""
    text = path.read_text("utf-8")
    text = text.replace(
        f"    cluster: {RESTRICTED}\n    user: admin",
        f"    cluster: {RESTRICTED}\n    user: limited",
    )
    assert "user: limited" in text
    user = f"users:\n- name: limited\n  user:\n    token: {apiserver.LIMITED}\n"
    path.write_text(text.replace("users:\n", user), "utf-8")


async def read(kubeconfig: Path, *, values: bool) -> Analysis:
    audit = AuditConfig(scan_values=["*"] if values else [])
    config = Config(audit=audit)
    inventory = load_kubeconfig(str(kubeconfig), env={}, config=config)
    store = await read_fleet(inventory, PLAN, config=config)
    return analyse(store.snapshot(now=time.time() + SETTLED), audit=AuditPolicy())


def embedded(*, values: bool) -> Analysis:
    async def demo() -> Analysis:
        async with EmbeddedFleet() as fleet:
            return (await planted_secrets.read(fleet, values=values))[1]

    return asyncio.run(demo())


@pytest.mark.parametrize("values", [True, False], ids=["values", "metadata"])
def test_the_same_is_found(values: bool, kubeconfig: Path) -> None:
    real, ours = asyncio.run(read(kubeconfig, values=values)), embedded(values=values)
    assert len(found(ours)) > (30 if values else 9)
    assert found(real) == found(ours)
    assert others(real) == others(ours)
    assert {name: one.forbidden for name, one in real.secrets.coverage.items()} == {
        name: one.forbidden for name, one in ours.secrets.coverage.items() if name in CLUSTERS
    }
    assert real.secrets.coverage[RESTRICTED].forbidden
    for name in CLUSTERS:
        assert real.secrets.coverage[name].values is values
        assert real.secrets.coverage[name].secrets == ours.secrets.coverage[name].secrets
    assert verdicts(real) == verdicts(ours)
