"""The embedded fleet's control planes, budgets, volumes and exporters say what would then be so."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.demo import controlplane, exporters, render, things, upgrades
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.scenario import Scenario, Workload, load_scenario
from mckconsole.demo.sections_versions import Budget
from mckconsole.demo.site import Site
from mckconsole.demo.world import World
from mckconsole.domain.kubeversion import image_version, parse_version
from mckconsole.domain.times import parse_rfc3339

EPOCH = 1_795_435_200.0


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario()


@pytest.fixture(scope="module")
def world(scenario: Scenario) -> World:
    return World(scenario, seed=1, epoch=EPOCH)


@pytest.mark.parametrize("elapsed", [0.0, 3.0, 9.9, 10.0, 3601.0])
def test_api_servers_renew_their_leases_every_ten_seconds(world: World, elapsed: float) -> None:
    now = EPOCH + elapsed
    for name, model in world.scenario.control_planes.items():
        leases = list(controlplane.heartbeat_objects(world, name, now))
        assert len(leases) == len({one["metadata"]["name"] for one in leases})
        assert len(leases) == len(model.servers)
        for one in leases:
            renewed = parse_rfc3339(one["spec"]["renewTime"])
            assert renewed is not None
            assert 0 <= now - renewed < 10.001


def test_static_pods_show_the_versions_of_the_scenario(world: World) -> None:
    for name, model in world.scenario.control_planes.items():
        pods = list(controlplane.static_objects(world, name))
        servers = [
            image_version(one["spec"]["containers"][0]["image"])
            for one in pods
            if one["metadata"]["labels"]["component"] == "kube-apiserver"
        ]
        wanted = [parse_version(text) for text in model.servers] if model.image else []
        assert [one[:3] if one else None for one in servers] == [
            one[:3] if one else None for one in wanted
        ]
        nodes = {plan.name for plan in world.sites[name].nodes}
        assert {one["spec"]["nodeName"] for one in pods} <= nodes


def test_api_servers_say_their_versions_in_metrics(world: World) -> None:
    found = [one for one in controlplane.series(world, "lab-fra-1")]
    builds = [one.labels for one in found if one.name == "kubernetes_build_info"]
    assert sorted(one["git_version"] for one in builds) == ["v1.35.6", "v1.35.6", "v1.36.2"]
    assert len({one["instance"] for one in builds}) == 3
    requested = [
        one for one in controlplane.series(world, "aws-use1-1")
        if one.name == "apiserver_requested_deprecated_apis"
    ]  # fmt: skip
    assert {one.labels["removed_release"] for one in requested} == {"1.37"}


LIMITS = st.one_of(st.integers(0, 9), st.integers(0, 100).map(lambda one: f"{one}%"))


@given(limit=LIMITS, most=st.booleans(), replicas=st.integers(0, 9), ready=st.integers(0, 9))
def test_the_status_of_a_budget_is_the_controllers(
    limit: int | str, most: bool, replicas: int, ready: int
) -> None:
    site = Site(load_scenario().clusters[0], 1, EPOCH)
    workload = Workload("shop", "web", replicas=replicas, ready=ready)
    by: dict[str, Any] = {"max_unavailable": limit} if most else {"min_available": limit}
    model = Budget("shop", "web", ["*"], {"app.kubernetes.io/name": "web"}, **by)
    status = upgrades.status_of(site, model, [workload])
    share = limit if isinstance(limit, int) else math.ceil(int(limit[:-1]) * replicas / 100)
    healthy = min(ready, replicas)
    desired = max(0, replicas - share) if most else share
    assert status["expectedPods"] == replicas
    assert status["currentHealthy"] == healthy
    assert status["desiredHealthy"] == desired
    assert status["disruptionsAllowed"] == (max(0, healthy - desired) if replicas else 0)


def test_every_claim_of_a_stateful_pod_has_a_volume_it_can_reach(world: World) -> None:
    for name in world.sites:
        items = list(render.static_objects(world, name))
        volumes = {
            one["spec"]["claimRef"]["name"]: one
            for one in items
            if one["kind"] == "PersistentVolume"
        }
        zones = {plan.name: plan.zone for plan in world.sites[name].nodes}
        for pod in _stateful(items):
            volume = volumes[f"data-{pod['metadata']['name']}"]
            affinity = volume["spec"].get("nodeAffinity")
            if affinity:
                (term,) = affinity["required"]["nodeSelectorTerms"]
                assert term["matchExpressions"][0]["values"] == [zones[pod["spec"]["nodeName"]]]


def _stateful(items: list[KubeObject]) -> list[KubeObject]:
    claiming = {
        (one["metadata"]["namespace"], one["metadata"]["name"])
        for one in items
        if one["kind"] == "StatefulSet" and one["spec"]["volumeClaimTemplates"]
    }
    return [
        one for one in items
        if one["kind"] == "Pod" and any(
            owner["kind"] == "StatefulSet"
            and (one["metadata"]["namespace"], owner["name"]) in claiming
            for owner in one["metadata"].get("ownerReferences", ())
        )
    ]  # fmt: skip


def test_kubelets_tell_what_their_version_can_tell(world: World) -> None:
    found = list(
        itertools.chain.from_iterable(exporters.series(world, name) for name in world.sites)
    )
    cgroups = {
        one.labels["node"]: one.value for one in found if one.name == "kubelet_cgroup_version"
    }
    losing = {one.labels["node"] for one in found if one.name == "kubelet_cri_losing_support"}
    nodes = {plan.name: plan for site in world.sites.values() for plan in site.nodes}
    for name, value in cgroups.items():
        assert (value == 1) == nodes[name].pool.image.startswith(("Amazon Linux 2", "Ubuntu 20"))
    assert losing
    assert all(nodes[name].pool.runtime.startswith("containerd://1.") for name in losing)
    silent = {one.labels["node"] for one in found if one.name == "up" and not one.value
              and "node" in one.labels}  # fmt: skip
    assert silent == {"lab-fra-1-worker-1"}
    assert silent.isdisjoint(cgroups)


def test_a_cluster_is_named_in_what_was_written_for_it(world: World) -> None:
    for name in world.sites:
        texts = [
            one["data"]["prometheus.yml"] for one in things.static_objects(world, name)
            if one["kind"] == "ConfigMap" and "prometheus.yml" in one["data"]
        ]  # fmt: skip
        assert texts
        assert all(f"cluster: {name}\n" in text for text in texts)
