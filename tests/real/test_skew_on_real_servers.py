"""Version skew on real API servers: nodes and pods of other minors than the server's, written by
the test with their status, give the findings of the rules; those of its own minor give none.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.versions.observed import TOPICS
from mckconsole.config.model import Config
from mckconsole.config.support_data import shipped
from mckconsole.domain.findings import Finding
from mckconsole.domain.kubeversion import Minor, parse_version
from mckconsole.domain.states import TopicState
from mckconsole.sources.builds import ask_builds
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.fleet import FleetStore
from mckconsole.store.reader import ReadPlan, read_fleet
from tests.real import apiserver
from tests.real.seeding import Seeder, write_kubeconfig

pytestmark = [pytest.mark.real, pytest.mark.slow]

Doc = dict[str, Any]
MIXED, EVEN = "mixed", "even"
SYSTEM = "kube-system"
AGES = {"new": 1, "same": 0, "last": -1, "holding": -3, "late": -4}
"""Nodes by name: minors from the API server's."""


def minor(of: Minor, ahead: int) -> str:
    return f"v{of.plus(ahead)}.3"


def node(name: str, kubelet: str) -> Doc:
    """A node as a kubelet registers it, with what it says of itself."""
    info = {
        "kubeletVersion": kubelet,
        "kubeProxyVersion": "v1.20.0",  # which must not be believed
        "containerRuntimeVersion": "containerd://2.1.4",
        "osImage": "Ubuntu 24.04.3 LTS",
        "kernelVersion": "6.8.0",
        "operatingSystem": "linux",
        "architecture": "amd64",
        "machineID": "",
        "systemUUID": "",
        "bootID": "",
    }
    ready = {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": ""}
    status = {"nodeInfo": info, "conditions": [ready]} if kubelet else {}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "status": status}


def pod(name: str, image: str, labels: dict[str, str], on: str) -> Doc:
    """A pod of kube-system that runs."""
    state = {"running": {"startedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}}
    running = {
        "name": "main", "ready": True, "restartCount": 0, "image": image, "imageID": "",
        "state": state,
    }  # fmt: skip
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": SYSTEM, "labels": labels},
        "spec": {"nodeName": on, "containers": [{"name": "main", "image": image}]},
        "status": {"phase": "Running", "containerStatuses": [running]},
    }


def static(component: str, version: str) -> Doc:
    image = f"registry.k8s.io/{component}:{version}"
    return pod(f"{component}-cp", image, {"component": component}, "same")


def proxy(on: str, version: str) -> Doc:
    image = f"registry.k8s.io/kube-proxy:{version}"
    return pod(f"kube-proxy-{on}", image, {"k8s-app": "kube-proxy"}, on)


def mixed(of: Minor) -> Iterator[Doc]:
    """Nodes of five minors and one that is silent, kube-proxies and controllers out of step."""
    for name, ahead in AGES.items():
        yield node(name, minor(of, ahead))
    yield node("silent", "")
    yield proxy("same", minor(of, 1))
    yield proxy("late", minor(of, 0))
    yield static("kube-scheduler", minor(of, -2))
    yield static("kube-controller-manager", minor(of, 0))


def even(of: Minor) -> Iterator[Doc]:
    """All of the API server's minor, or of one before."""
    yield node("same", minor(of, 0))
    yield node("last", minor(of, -1))
    yield proxy("same", minor(of, 0))
    yield proxy("last", minor(of, -1))
    yield static("kube-scheduler", minor(of, 0))
    yield static("kube-controller-manager", minor(of, 0))


class Seen:
    """What was read of both, and what was made of it."""

    def __init__(self, store: FleetStore, minor_of: Minor) -> None:
        self.snapshot = store.snapshot()
        self.analysis: Analysis = analyse(self.snapshot, support=shipped())
        self.minor = minor_of

    def findings(self, cluster: str) -> list[Finding]:
        return [
            one
            for one in self.analysis.findings
            if one.cluster == cluster and one.rule.startswith("SK")
        ]

    def only(self, rule: str) -> Finding:
        (found,) = [one for one in self.findings(MIXED) if one.rule == rule]
        return found


async def read(kubeconfig: Path) -> FleetStore:
    inventory = load_kubeconfig(str(kubeconfig), env={}, config=Config())
    return await read_fleet(inventory, ReadPlan(TOPICS), config=Config())


async def over_connections(kubeconfig: Path) -> tuple[int, int]:
    """Connections asked and answered."""
    inventory = load_kubeconfig(str(kubeconfig), env={}, config=Config())
    client = ClusterClient(inventory.endpoints[0])
    try:
        return 6, (await ask_builds(client, 6, pause=0.01, within=30)).connections
    finally:
        await client.close()


@pytest.fixture(scope="module")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two servers with their objects."""
    apiserver.require()
    with contextlib.ExitStack() as stack:
        servers = {
            name: stack.enter_context(apiserver.running(tmp_path_factory.mktemp(name)))
            for name in (MIXED, EVEN)
        }
        for name, objects in ((MIXED, mixed), (EVEN, even)):
            seeder = Seeder(servers[name])
            for doc in objects(server_minor(seeder)):
                seeder.write(doc)
        yield write_kubeconfig(tmp_path_factory.mktemp("kube") / "config", servers)


def server_minor(seeder: Seeder) -> Minor:
    from kubernetes import client

    version = parse_version(client.VersionApi(seeder.api).get_code().git_version)
    assert version is not None
    return version.of


@pytest.fixture(scope="module")
def seen(kubeconfig: Path) -> Seen:
    store = asyncio.run(read(kubeconfig))
    version = store.cluster(EVEN).version
    parsed = parse_version(version.git_version) if version else None
    assert parsed is not None
    return Seen(store, parsed.of)


def test_the_same_rules_fire_as_on_any_other_cluster(seen: Seen) -> None:
    assert {one.rule for one in seen.findings(MIXED)} == {
        "SK02", "SK03", "SK04", "SK05", "SK06", "SK09", "SK11",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ("SK02", {"new"}),
        ("SK03", {"late"}),
        ("SK04", {"kube-proxy-same"}),
        ("SK05", {"kube-proxy-late", "late"}),
        ("SK06", {"kube-scheduler-cp"}),
        ("SK11", {"holding"}),
    ],
)
def test_each_of_the_objects_it_is_about(seen: Seen, rule: str, names: set[str]) -> None:
    assert {one.object.name for one in seen.only(rule).evidence if one.object} == names


def test_what_is_in_step_gives_no_finding(seen: Seen) -> None:
    assert seen.findings(EVEN) == []
    unknown = [one for one in seen.analysis.unknowns if one.cluster == EVEN]
    assert [one for one in unknown if one.rule.startswith("SK")] == []


def test_the_node_that_is_silent_is_unknown(seen: Seen) -> None:
    reasons = [
        one.reason for one in seen.analysis.unknowns if (one.cluster, one.rule) == (MIXED, "SK03")
    ]
    assert reasons == ["no version of 1 node: silent says nothing"]


def test_the_servers_own_lease_counts_it(seen: Seen) -> None:
    for name in (MIXED, EVEN):
        one = seen.snapshot.clusters[name]
        assert one.topic("apiserver-leases").state is TopicState.FRESH
        versions = seen.analysis.versions.of(name)
        assert versions is not None
        assert (versions.instances, versions.least) == (1, seen.minor)


def test_new_connections_are_answered(kubeconfig: Path) -> None:
    asked, answered = asyncio.run(over_connections(kubeconfig))
    assert answered == asked
