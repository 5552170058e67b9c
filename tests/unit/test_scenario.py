"""The default scenario: every object is one the console can read, and the story holds together."""

from __future__ import annotations

import ipaddress
import itertools
import json
from collections.abc import Iterator

import msgspec
import pytest

from mckconsole.demo import render
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.scenario import ClusterModel, Scenario, load_scenario
from mckconsole.demo.series import cluster_series
from mckconsole.demo.world import World
from mckconsole.domain import mesh
from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.kinds import BY_TOPIC, KINDS, Kind
from mckconsole.domain.times import parse_go_duration

EPOCH = 1_790_000_000.0
DOCUMENTATION = [
    ipaddress.ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
]

ELSEWHERE = {
    "corefile-openshift", "routes", "clusterversions", "clusterlogforwarders",
    "managedclusters", "rancher-clusters",
}  # fmt: skip
"""Topics of OpenShift and of hubs that the demo has none of."""


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario()


@pytest.fixture
def world(scenario: Scenario) -> World:
    return World(scenario, seed=1, epoch=EPOCH)


def everything(world: World, name: str, now: float = EPOCH) -> Iterator[KubeObject]:
    yield from render.static_objects(world, name)
    yield from render.scripted_objects(world, name)
    yield from render.heartbeat_objects(world, name, now)


def defined(world: World, name: str) -> Iterator[KubeObject]:
    """Definitions, stamped as the server does that makes them."""
    for item in render.definitions(world, name):
        yield {**item, "metadata": {**item["metadata"], "uid": "1", "creationTimestamp": "2026"}}


def gateways(world: World, name: str, now: float = EPOCH) -> list[mesh.Gateway]:
    decoder = ProjectionDecoder(mesh.Gateway)
    return [
        decoder.decode(json.dumps(item).encode()).object
        for item in render.heartbeat_objects(world, name, now)
        if item["kind"] == "Gateway"
    ]


def topics_of(item: KubeObject) -> Iterator[Kind]:
    group, _, version = item["apiVersion"].rpartition("/")
    metadata = item["metadata"]
    for kind in KINDS:
        if (kind.group, kind.projection.kind) != (group, item["kind"]):
            continue
        if version in kind.versions and kind.name in ("", metadata["name"]):
            yield kind


def test_there_are_nine_clusters_of_five_providers(scenario: Scenario) -> None:
    assert len(scenario.clusters) == 9
    providers = {cluster.provider for cluster in scenario.clusters}
    assert providers == {"eks", "gke", "aks", "rke2", "vsphere"}
    for cluster in scenario.clusters:
        assert 8 <= sum(pool.count for pool in cluster.pools) <= 24, cluster.name


def test_every_object_decodes_through_its_projection_without_faults(world: World) -> None:
    seen: set[str] = set()
    for name in world.sites:
        for item in (*everything(world, name), *defined(world, name)):
            for kind in topics_of(item):
                decoded = ProjectionDecoder(kind.projection).decode(json.dumps(item).encode())
                assert decoded.faults == ()
                assert decoded.object.metadata.uid
                assert decoded.object.metadata.creation_timestamp
                seen.add(kind.topic)
    documents = {kind.topic for kind in KINDS if kind.document}
    assert seen == set(BY_TOPIC) - ELSEWHERE - documents


def test_names_are_unique_within_a_cluster(world: World) -> None:
    for name in world.sites:
        keys = [
            (item["apiVersion"], item["kind"], item["metadata"].get("namespace"),
             item["metadata"]["name"])
            for item in everything(world, name)
        ]  # fmt: skip
        assert len(keys) == len(set(keys))


def test_services_have_addresses_of_their_own(world: World) -> None:
    for name in world.sites:
        found = [
            item["spec"]["clusterIP"]
            for item in render.static_objects(world, name)
            if item["kind"] == "Service" and item["spec"]["clusterIP"] != "None"
        ]
        assert len(found) == len(set(found)), name


def test_the_same_seed_and_clock_give_the_same_bytes(scenario: Scenario) -> None:
    def bytes_of(seed: int) -> bytes:
        world = World(scenario, seed=seed, epoch=EPOCH)
        return json.dumps([list(everything(world, name)) for name in world.sites]).encode()

    assert bytes_of(1) == bytes_of(1)
    assert bytes_of(1) != bytes_of(2)


def test_every_cluster_has_its_own_identity(world: World) -> None:
    uids = {
        item["metadata"]["uid"]
        for name in world.sites
        for item in render.static_objects(world, name)
        if item["kind"] == "Namespace" and item["metadata"]["name"] == "kube-system"
    }
    assert len(uids) == len(world.sites)


def test_public_addresses_are_documentation_ranges(world: World) -> None:
    def public(cluster: ClusterModel) -> Iterator[str]:
        yield cluster.public_ip
        if mesh_model := world.scenario.submariner_of(cluster.name):
            yield mesh_model.members[cluster.name].public_ip

    found = [ip for cluster in world.scenario.clusters for ip in public(cluster)]
    assert len(set(found)) == len(found)
    for text in found:
        assert any(ipaddress.ip_address(text) in network for network in DOCUMENTATION), text


def test_only_the_planted_ranges_overlap(scenario: Scenario) -> None:
    overlapping = {
        (a.name, b.name)
        for a, b in itertools.combinations(scenario.clusters, 2)
        for x in (a.pod_cidr, a.service_cidr, a.node_cidr)
        for y in (b.pod_cidr, b.service_cidr, b.node_cidr)
        if ipaddress.ip_network(x).overlaps(ipaddress.ip_network(y))
    }
    assert overlapping == {("gcp-eu-1", "onprem-1")}


def test_the_mesh_is_full_but_for_the_overlap(world: World) -> None:
    wanted = set(itertools.permutations(world.scenario.submariner[0].members, 2))
    missing = {("gcp-eu-1", "onprem-1"), ("onprem-1", "gcp-eu-1")}
    assert set(world.tunnels) == wanted - missing


def test_endpoints_are_synced_except_where_dropped(world: World) -> None:
    def endpoints(name: str) -> set[str]:
        return {
            item["spec"]["cluster_id"]
            for item in render.static_objects(world, name)
            if item["kind"] == "Endpoint"
        }

    assert endpoints("aws-use1-1") == {
        "aws-use1-1", "aws-usw2-1", "gcp-eu-1", "aks-weu-1", "onprem-1",
    }  # fmt: skip
    assert "onprem-1" not in endpoints("gcp-eu-1")
    assert "gcp-eu-1" not in endpoints("onprem-1")


def test_one_gateway_is_active_and_passive_ones_hold_no_connections(world: World) -> None:
    for name in world.scenario.submariner[0].members:
        found = gateways(world, name)
        active = [one for one in found if one.status.ha_status == "active"]
        assert len(active) == 1
        assert len(active[0].status.connections) >= 3
        assert all(not one.status.connections for one in found if one is not active[0])


def test_round_trips_are_go_durations(world: World) -> None:
    for name in world.scenario.submariner[0].members:
        for connection in gateways(world, name)[0].status.connections:
            assert connection.latency is not None
            for text in (connection.latency.last, connection.latency.average):
                assert parse_go_duration(str(text)) is not None


def test_heartbeats_follow_the_clock_but_for_the_stale_one(world: World) -> None:
    for elapsed in (0.0, 4.9, 5.0, 63.2):
        for name in world.scenario.submariner[0].members:
            written = int(
                gateways(world, name, EPOCH + elapsed)[0].metadata.annotations.update_timestamp
            )
            age = EPOCH + elapsed - written
            if name == "aws-usw2-1":
                assert age == pytest.approx(41 + elapsed, abs=1)
            else:
                assert 0 <= age < 6


def test_credentials_are_in_the_object_and_not_in_the_projection(world: World) -> None:
    item = next(i for i in everything(world, "gcp-eu-1") if i["kind"] == "Submariner")
    raw = json.dumps(item).encode()
    assert item["spec"]["ceIPSecPSK"].encode() in raw
    decoded = ProjectionDecoder(mesh.Submariner).decode(raw)
    assert item["spec"]["ceIPSecPSK"] not in repr(decoded)


def test_metrics_repeat_what_the_gateways_say(world: World) -> None:
    for name in world.scenario.submariner[0].members:
        series = list(cluster_series(world, name))
        requested = {
            one.labels["remote_cluster"]: one.labels["status"]
            for one in series
            if one.name == "submariner_requested_connections"
        }
        connections = gateways(world, name)[0].status.connections
        assert requested == {one.endpoint.cluster_id: one.status for one in connections}
        driver = [one for one in series if one.name == "submariner_connections"]
        assert {one.labels["local_cluster"] for one in driver} == {name}


def test_a_failing_ping_is_not_in_the_drivers_metrics(world: World) -> None:
    found = {
        one.labels["remote_cluster"]: one.labels["status"]
        for one in cluster_series(world, "gcp-eu-1")
        if one.name == "submariner_connections"
    }
    assert found["aws-use1-1"] == "connected"


def test_bytes_stop_arriving_only_where_the_tunnel_fails(world: World) -> None:
    flat = {
        (name, one.labels["remote_cluster"])
        for name in world.sites
        for one in cluster_series(world, name)
        if one.name == "submariner_gateway_rx_bytes" and not callable(one.value)
    }
    assert flat == {("gcp-eu-1", "aws-use1-1"), ("onprem-1", "aws-usw2-1")}


def test_cilium_links_are_well_but_for_the_planted_ones(world: World) -> None:
    broken: dict[tuple[str, str, str], int] = {}
    for name in world.sites:
        for one in cluster_series(world, name):
            if one.name.endswith("_readiness_status") and not one.value:
                key = (one.name.split("_")[1], name, one.labels["target_cluster"])
                broken[key] = broken.get(key, 0) + 1
    readable = {key: count for key, count in broken.items() if key[1] != "edge-fra-1"}
    assert readable == {
        ("clustermesh", "onprem-1", "aws-usw2-1"): 3,
        ("kvstoremesh", "aws-usw2-1", "edge-fra-1"): 1,
    }


def test_the_script_slows_flaps_and_kills_a_tunnel(world: World) -> None:
    pair = ("aws-use1-1", "aks-weu-1")
    told: list[tuple[str, bool]] = []
    for elapsed in (0, 60, 120, 130, 140, 155, 180, 10_000):
        world.play(elapsed)
        tunnel = world.tunnels[pair]
        assert world.tunnels[pair[::-1]].status == tunnel.status
        told.append((tunnel.status, tunnel.rtt > 500))
    assert told == [
        ("connected", False),
        ("connected", True),
        ("error", True),
        ("connected", True),
        ("error", True),
        ("connected", True),
        ("error", True),
        ("error", True),
    ]
    assert world.next_change is None


def test_the_script_upgrades_a_pool_and_leaves_one_behind(world: World) -> None:
    def behind() -> int:
        return sum(
            item["status"]["nodeInfo"]["kubeletVersion"].startswith("v1.35.")
            for item in render.scripted_objects(world, "aws-use1-1")
            if item["kind"] == "Node"
        )

    assert behind() == 22
    assert world.play(41) == {"aws-use1-1"}
    assert behind() == 20
    world.play(1_000)
    assert behind() == 4


def test_a_scenario_with_an_unknown_key_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `tunels`"):
        msgspec.convert({"clusters": [], "tunels": {}}, Scenario)


def test_an_unknown_scenario_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        load_scenario("no-such-scenario")
