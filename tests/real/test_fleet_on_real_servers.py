"""The whole way on real API servers: three of them, seeded with the demo's objects.

What the embedded fleet shows must be what real servers with the same objects show, and what our
reader holds must be what the official client lists. Definitions are real ones where there is a
folder of them (`seeding`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.config.model import Config, PrometheusConfig
from mckconsole.demo import render
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.scenario import load_scenario
from mckconsole.demo.world import World
from mckconsole.domain import metrics
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.snapshot import TopicView
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.fleet import FleetStore
from mckconsole.store.reader import ReadPlan, read_fleet
from mckconsole.views.panes import PANES
from tests.real import apiserver
from tests.real.prometheus import NEEDS_PROMETHEUS, PROMETHEUS, prometheus
from tests.real.seeding import SETTLED, Seeder, definitions, seed, service_range, write_kubeconfig

MEMBERS = ("aws-use1-1", "gcp-eu-1", "onprem-1")
QUERIES = tuple(query.id for query in metrics.QUERIES)
TOPICS = tuple(topic for topic in BY_TOPIC if any(topic in pane.topics for pane in PANES))
REFUSED = {
    "istio-remote-secrets",
    "token-secrets",
    "credential-configs",
    "secrets",
    "prometheus-configs",
    "log-configs",
    "log-configs-old",
}
"""Topics that the published role does not grant: all Secrets, all ConfigMaps."""
SEED = 1
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.real


async def _read(
    kubeconfig: Path, config: Config, members: Sequence[str] = MEMBERS
) -> tuple[FleetStore, Analysis]:
    inventory = load_kubeconfig(
        str(kubeconfig), env=dict(os.environ), config=config, contexts=members
    )
    store = await read_fleet(inventory, ReadPlan(topics=TOPICS, queries=QUERIES), config=config)
    return store, analyse(store.snapshot(now=time.time() + SETTLED))


def _scrape(stack: contextlib.ExitStack, config: Config, folder: Path) -> Config:
    """Start real Prometheus servers that scrape what the embedded ones expose."""
    servers: list[PrometheusConfig] = []
    for one in config.prometheus:
        scraped = prometheus(folder / one.name, scrape=[one.url.removeprefix("http://")])
        server = stack.enter_context(scraped)
        server.until("cilium_clustermesh_remote_cluster_readiness_status")
        servers.append(msgspec.structs.replace(one, url=server.url))
    return Config(prometheus=servers)


def _said(analysis: Analysis) -> set[tuple[str, str, tuple[str, ...], str]]:
    """Identities and secrets have tests of their own: what is said of them depends on what was
    made when, and on who may read what."""
    found = (one for one in analysis.findings if one.pane not in ("identity", "secrets"))
    return {(one.rule, one.cluster, one.peers, one.severity) for one in found}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, apiserver.ApiServer]]:
    """Three API servers, each with its etcd."""
    apiserver.require()
    world = World(load_scenario("default"), seed=SEED, epoch=time.time())
    with contextlib.ExitStack() as stack:
        yield {
            name: stack.enter_context(
                _audited(tmp_path_factory.mktemp(name), service_range(world, name))
            )
            for name in MEMBERS
        }


def _audited(folder: Path, flag: str) -> contextlib.AbstractContextManager[apiserver.ApiServer]:
    """A server that writes down who asked for what."""
    policy = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [{"level": "Metadata"}]}
    (folder / "policy.yaml").write_text(yaml.safe_dump(policy), encoding="utf-8")
    return apiserver.running(
        folder,
        f"--audit-policy-file={folder / 'policy.yaml'}",
        f"--audit-log-path={folder / 'audit.log'}",
        "--audit-log-mode=blocking",
        flag,
    )


def _asked(server: apiserver.ApiServer, user: str, code: int = 0) -> set[tuple[str, str]]:
    """(verb, resource or path) of every request of a user, by the server's own audit log, or of
    those that it answered with `code`."""
    with (server.directory / "audit.log").open(encoding="utf-8") as log:
        events = [json.loads(line) for line in log]
    return {
        (event["verb"], event.get("objectRef", {}).get("resource") or event["requestURI"])
        for event in events
        if event["user"].get("username") == user
        and code in (0, event.get("responseStatus", {}).get("code"))
    }


@pytest.mark.slow
@pytest.mark.skipif(PROMETHEUS is None, reason=NEEDS_PROMETHEUS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_real_servers_show_what_the_embedded_fleet_shows(
    servers: dict[str, apiserver.ApiServer], tmp_path: Path
) -> None:
    """Findings, links and nodes are equal; every held object is the official client's."""
    warnings.simplefilter("ignore", DeprecationWarning)
    world = World(load_scenario("default"), seed=SEED, epoch=time.time())
    seeders = {name: seed(server, world, name) for name, server in servers.items()}
    kubeconfig = write_kubeconfig(tmp_path / "kubeconfig", servers)
    async with EmbeddedFleet("default", seed=SEED) as fleet:
        _, embedded = await _read(fleet.kubeconfig, fleet.config)
        with contextlib.ExitStack() as stack:
            config = await asyncio.to_thread(_scrape, stack, fleet.config, tmp_path)
            for name, seeder in seeders.items():
                for manifest in render.heartbeat_objects(world, name, time.time()):
                    seeder.write(manifest)
            for _ in range(3):  # on a busy machine a scrape may fail, and series with it
                store, real = await _read(kubeconfig, config)
                if _said(real) == _said(embedded):
                    break
            settings = tmp_path / "config.yaml"
            settings.write_text(yaml.safe_dump(msgspec.to_builtins(config)), encoding="utf-8")
            code, document = await asyncio.to_thread(_report, kubeconfig, settings)
    snapshot = store.snapshot()

    assert {c.state for c in snapshot.clusters.values()} == {ClusterState.READY}
    assert _said(real) == _said(embedded)
    assert {(k.key, k.state) for k in real.mesh.links} == {
        (k.key, k.state) for k in embedded.mesh.links
    }
    for name, cluster in snapshot.clusters.items():
        for topic in TOPICS:
            if BY_TOPIC[topic].document:  # no list: no client has it
                continue
            view = cluster.topic(topic)
            if view.state is TopicState.ABSENT or view.withheld:
                continue
            assert view.state is TopicState.FRESH, (name, topic, view.reason)
            moving = topic == "apiserver-leases"  # which the server renews meanwhile
            held = {
                (*key, "" if moving else one.metadata.resource_version)
                for key, one in view.objects.items()
            }
            listed = {
                (*key, "" if moving else version)
                for *key, version in seeders[name].listed(topic, view.version)
            }
            assert held <= listed, (name, topic)
            assert held == listed or BY_TOPIC[topic].only_audited, (name, topic)

    assert code == 1
    assert [c["state"] for c in document["clusters"]] == ["ready"] * 3
    # a real server has its own version, so what is said of versions is tried by itself
    same = [f for f in document["findings"] if f["pane"] not in ("versions", "checklist")]
    assert {f["rule"] for f in same} == {f.rule for f in real.findings}


def _report(kubeconfig: Path, config: Path) -> tuple[int, dict[str, Any]]:
    """Exit code and document of the report."""
    return _run(
        "report", "--kubeconfig", str(kubeconfig), "--config", str(config), "--fail-on", "critical"
    )


def _run(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON document of the command itself."""
    command = [sys.executable, "-m", "mckconsole", *arguments, "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    document: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, document


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_the_role_that_we_publish_is_enough(
    servers: dict[str, apiserver.ApiServer], tmp_path: Path
) -> None:
    """A user with `docs/rbac.yaml` and nothing else reads every topic but those of `REFUSED`.

    Of Secrets the metadata is asked for, and refused.
    """
    name = MEMBERS[0]
    world = World(load_scenario("default"), seed=SEED, epoch=time.time())
    kubeconfig = write_kubeconfig(tmp_path / "kubeconfig", {name: servers[name]}, apiserver.LIMITED)
    seeder = Seeder(servers[name])
    for definition in definitions(world, name):
        seeder.write(definition)
    before, _ = await _read(kubeconfig, Config(), (name,))
    assert before.snapshot().clusters[name].state is ClusterState.FORBIDDEN
    for role in yaml.safe_load_all((ROOT / "docs" / "rbac.yaml").read_text(encoding="utf-8")):
        seeder.write(role)
        seeder.write(_binding(role))
    await asyncio.sleep(1)  # the authorizer learns of bindings through a watch of its own
    store, _ = await _read(kubeconfig, Config(), (name,))
    cluster = store.snapshot().clusters[name]
    wanted = {topic: view for topic, view in cluster.topics.items() if not view.withheld}
    unread = {t: v for t, v in wanted.items() if v.state is not TopicState.FRESH}
    refused = {t for t, v in unread.items() if v.state is TopicState.FORBIDDEN}
    assert refused == (REFUSED & wanted.keys()) - _absent(unread)
    assert unread.keys() == refused | _absent(unread)
    assert all(BY_TOPIC[topic].optional for topic in refused)
    assert cluster.state is ClusterState.READY
    code, _ = await asyncio.to_thread(_run, "doctor", "--kubeconfig", str(kubeconfig))
    assert code == 0
    asked = _asked(servers[name], "limited")
    assert {thing for verb, thing in asked if verb == "create"} == {
        "selfsubjectaccessreviews",
        "selfsubjectreviews",
    }
    assert {verb for verb, _ in asked} == {"create", "get", "list"}
    assert "secrets" not in {thing for _, thing in _asked(servers[name], "limited", 200)}


def _absent(topics: Mapping[str, TopicView]) -> set[str]:
    return {topic for topic, view in topics.items() if view.state is TopicState.ABSENT}


def _binding(role: dict[str, Any]) -> KubeObject:
    """Bind a role to the limited user, where the role is."""
    return {
        "apiVersion": role["apiVersion"],
        "kind": f"{role['kind']}Binding",
        "metadata": role["metadata"],
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": role["kind"],
            "name": role["metadata"]["name"],
        },
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "limited"}],
    }
