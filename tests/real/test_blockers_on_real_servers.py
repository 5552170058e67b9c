"""What stands in the way of upgrades, read from real API servers: objects that the test writes with
their status give the rules' findings, and their healthy twins beside them give none. That an
aggregated API does not answer the server finds out by itself.
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
from mckconsole.analysis.versions.held import TOPICS
from mckconsole.config.model import Config
from mckconsole.config.support_data import shipped
from mckconsole.domain.findings import Finding
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.reader import ReadPlan, read_fleet
from tests.real import apiserver
from tests.real.seeding import Seeder, write_kubeconfig
from tests.real.test_skew_on_real_servers import minor, node, server_minor

pytestmark = [pytest.mark.real, pytest.mark.slow]

Doc = dict[str, Any]
BARRED, FREE = "barred", "free"
SHOP = "shop"
AFTER = 3.0
"""Seconds for the server's aggregator to look at an APIService."""


def namespaced(api: str, kind: str, name: str, **more: Any) -> Doc:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": SHOP}, **more}


def budget(name: str, most: int | str, allowed: int, healthy: int = 3) -> Doc:
    status = {"expectedPods": 3, "currentHealthy": healthy, "desiredHealthy": 2,
              "disruptionsAllowed": allowed, "observedGeneration": 1}  # fmt: skip
    spec = {"maxUnavailable": most, "selector": {"matchLabels": {"app": name}}}
    return namespaced("policy/v1", "PodDisruptionBudget", name, spec=spec, status=status)


def pod(name: str, app: str, *, owned: bool = True, **annotations: str) -> Doc:
    """A pod that runs on the node `same`."""
    found = namespaced("v1", "Pod", name, spec={
        "nodeName": "same", "containers": [{"name": "main", "image": "app:1"}],
    }, status={"phase": "Running"})  # fmt: skip
    found["metadata"] |= {"labels": {"app": app}, "annotations": annotations}
    if owned:
        found["metadata"]["ownerReferences"] = [
            {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": app, "uid": "1-2",
             "controller": True}
        ]  # fmt: skip
    return found


def service(name: str) -> Doc:
    spec = {"selector": {"app": name}, "ports": [{"port": 443}]}
    return namespaced("v1", "Service", name, spec=spec)


def endpoints(name: str, *pods: str) -> Doc:
    found = namespaced("discovery.k8s.io/v1", "EndpointSlice", f"{name}-1", addressType="IPv4")
    found["metadata"]["labels"] = {"kubernetes.io/service-name": name}
    found["endpoints"] = [
        {"addresses": [f"10.9.0.{number + 2}"], "conditions": {"ready": True}}
        for number, _ in enumerate(pods)
    ]
    return found


def webhook(name: str, policy: str) -> Doc:
    """One that is asked about nothing that there is."""
    rule = {"apiGroups": ["example.com"], "apiVersions": ["v1"], "operations": ["CREATE"],
            "resources": ["widgets"]}  # fmt: skip
    hook = {"name": f"{name}.example.com", "failurePolicy": policy, "rules": [rule],
            "clientConfig": {"service": {"name": name, "namespace": SHOP}}, "sideEffects": "None",
            "admissionReviewVersions": ["v1"]}  # fmt: skip
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name},
        "webhooks": [hook],
    }


def aggregated(group: str, name: str) -> Doc:
    spec = {"group": group, "version": "v1", "groupPriorityMinimum": 100, "versionPriority": 10,
            "insecureSkipTLSVerify": True,
            "service": {"name": name, "namespace": SHOP}}  # fmt: skip
    meta = {"name": f"v1.{group}"}
    return {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": meta,
            "spec": spec}  # fmt: skip


def shop() -> Doc:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SHOP}}


def config(name: str, key: str, text: str) -> Doc:
    meta = {"name": name, "namespace": "kube-system"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {key: text}}


def free(fine: Doc, gate: str = "Other") -> Iterator[Doc]:
    """What must not be told."""
    yield shop()
    yield fine
    yield budget("web", 1, 1)
    yield pod("web-1", "web")
    yield service("guard")
    yield endpoints("guard", "one", "two")
    yield webhook("guard", "Fail")
    yield webhook("gone", "Ignore")
    yield config("kubelet-config", "kubelet", f"featureGates:\n  {gate}: true\n")
    yield config("kube-proxy", "config.conf", "mode: nftables\n")


def barred(fine: Doc) -> Iterator[Doc]:
    """The same, and what stands in the way."""
    yield from free(fine, "SidecarContainers")
    ill = node("ill", fine["status"]["nodeInfo"]["kubeletVersion"])
    ill["status"]["conditions"][0]["status"] = "False"
    ill["status"]["nodeInfo"]["containerRuntimeVersion"] = "containerd://1.7.28"
    yield ill
    yield budget("never", 0, 0)
    yield budget("now", 1, 0, healthy=1)
    yield budget("twice", 1, 1)
    second = budget("again", 1, 1)
    second["spec"]["selector"] = {"matchLabels": {"app": "twice"}}
    yield second
    yield pod("twice-1", "twice")
    yield pod("bare", "bare", owned=False)
    yield webhook("missing", "Fail")
    yield aggregated("metrics.example.com", "missing")


async def read(kubeconfig: Path) -> FleetSnapshot:
    inventory = load_kubeconfig(str(kubeconfig), env={}, config=Config())
    store = await read_fleet(inventory, ReadPlan(TOPICS), config=Config())
    return store.snapshot()


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Analysis]:
    apiserver.require()
    with contextlib.ExitStack() as stack:
        servers = {
            name: stack.enter_context(apiserver.running(tmp_path_factory.mktemp(name)))
            for name in (BARRED, FREE)
        }
        for name, objects in ((BARRED, barred), (FREE, free)):
            seeder = Seeder(servers[name])
            for doc in objects(node("same", minor(server_minor(seeder), 0))):
                seeder.write(doc)
        time.sleep(AFTER)
        kubeconfig = write_kubeconfig(tmp_path_factory.mktemp("kube") / "config", servers)
        yield analyse(asyncio.run(read(kubeconfig)), support=shipped())


RULES = [f"UB{number:02}" for number in range(3, 12)]
"""Others ask tables what is past its end by now, or Prometheus."""


def found(analysis: Analysis, cluster: str) -> list[Finding]:
    return [one for one in analysis.findings if one.cluster == cluster and one.rule in RULES]


def test_healthy_twins_give_nothing(analysis: Analysis) -> None:
    assert [f"{one.rule} {one.title}: {one.detail}" for one in found(analysis, FREE)] == []


@pytest.mark.parametrize(
    ("rule", "about"),
    [
        ("UB03", "PodDisruptionBudget shop/never"),
        ("UB04", "PodDisruptionBudget shop/now"),
        ("UB05", "PodDisruptionBudget shop/again"),
        ("UB06", "Namespace shop"),
        ("UB07", "Node ill"),
        ("UB08", "ValidatingWebhookConfiguration missing"),
        ("UB09", "APIService v1.metrics.example.com"),
    ],
)
def test_what_stands_in_the_way_is_told(analysis: Analysis, rule: str, about: str) -> None:
    (one,) = [each for each in found(analysis, BARRED) if each.rule == rule]
    assert str(one.object) == about
    assert one.evidence


def test_what_later_minors_refuse_is_told(analysis: Analysis) -> None:
    told = {one.rule: one for one in found(analysis, BARRED) if one.rule in ("UB10", "UB11")}
    assert "SidecarContainers" in told["UB10"].title
    assert "containerd://1.7.28" in told["UB11"].title


def test_nothing_else_is_told(analysis: Analysis) -> None:
    assert sorted(one.rule for one in found(analysis, BARRED)) == RULES
