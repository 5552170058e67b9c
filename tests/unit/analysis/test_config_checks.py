"""Misconfigurations, each beside a healthy twin."""

from __future__ import annotations

from typing import Any

import pytest

from mckconsole.analysis.engine import analyse
from mckconsole.analysis.memory import AnalysisMemory
from mckconsole.analysis.rules import RULES
from mckconsole.domain.findings import Finding, Severity
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.build import (
    Doc,
    agents,
    apiserver,
    cilium_config,
    cilium_node,
    connection,
    endpoint,
    gateway,
    readiness,
    vector,
)


def found(rule: str, *clusters: ClusterSnapshot) -> list[Finding]:
    """Findings of one rule; every finding is well formed."""
    findings = analyse(build.fleet(*clusters)).findings
    for finding in findings:
        assert finding.rule in RULES
        assert finding.evidence, finding
        assert finding.remediation.startswith("1. "), finding
        assert "\n" not in finding.title
        assert finding.peers == tuple(sorted(finding.peers))
    assert len({finding.id for finding in findings}) == len(findings)
    return [finding for finding in findings if finding.rule == rule]


EAST, WEST = build.member("east", "west"), build.member("west", "east")


def submariner(
    east: list[Doc], west: list[Doc] | None = None
) -> tuple[ClusterSnapshot, ClusterSnapshot]:
    return build.cluster("east", east), build.cluster("west", WEST if west is None else west)


def test_a_healthy_submariner_mesh_has_no_finding() -> None:
    analysis = analyse(build.fleet(*submariner(EAST)))
    assert analysis.findings == ()
    assert {u.rule for u in analysis.unknowns} == {"MESH-STALE"} or analysis.unknowns == ()


def cilium(
    east: dict[str, str] | None = None, west: dict[str, str] | None = None,
    extra_east: list[Doc] | None = None, extra_west: list[Doc] | None = None,
    ids: tuple[int | str, int | str] = (1, 2), names: tuple[str, str] = ("east", "west"),
) -> tuple[ClusterSnapshot, ClusterSnapshot]:  # fmt: skip
    """Two clusters of one Cilium mesh."""
    return (
        build.cluster(
            "east",
            [cilium_config(names[0], ids[0], **east or {}), apiserver(), *(extra_east or [])],
            metrics={"cilium-readiness": vector(*readiness(names[1], 1))},
        ),
        build.cluster(
            "west",
            [cilium_config(names[1], ids[1], **west or {}), apiserver(), *(extra_west or [])],
            metrics={"cilium-readiness": vector(*readiness(names[0], 1))},
        ),
    )


def test_a_healthy_cilium_mesh_has_no_finding() -> None:
    nodes = ([cilium_node("e", "10.1.0.0/24", wg="k")], [cilium_node("w", "10.2.0.0/24", wg="k")])
    pools = ({"cluster_pool_ipv4_cidr": "10.1.0.0/16"}, {"cluster_pool_ipv4_cidr": "10.2.0.0/16"})
    assert analyse(build.fleet(*cilium(*pools, *nodes))).findings == ()


def test_no_active_gateway() -> None:
    (finding,) = found("MESH-NO-ACTIVE-GATEWAY", *submariner([gateway("east", ha="passive")]))
    assert (finding.cluster, finding.severity) == ("east", Severity.CRITICAL)
    assert finding.evidence[0].path == "status.haStatus"
    (finding,) = found("MESH-NO-ACTIVE-GATEWAY", *submariner([build.submariner("east")]))
    assert "no Gateway object" in finding.detail
    assert found("MESH-NO-ACTIVE-GATEWAY", *submariner(EAST)) == []


def test_gateways_that_cannot_be_read_are_not_called_missing() -> None:
    states = {"gateways": TopicState.FORBIDDEN}
    clusters = build.cluster("east", EAST, states=states), build.cluster("west", WEST)
    assert found("MESH-NO-ACTIVE-GATEWAY", *clusters) == []


@pytest.mark.parametrize(
    ("uids", "severity", "words"),
    [
        (("u1", "u2"), Severity.MEDIUM, "their uids differ"),
        (("u1", "u1"), Severity.INFO, "one cluster, listed twice"),
    ],
)
def test_submariner_duplicate_ids(uids: tuple[str, str], severity: Severity, words: str) -> None:
    docs = build.member("west")
    clusters = [build.cluster(n, docs, uid=uid) for n, uid in zip(("a", "b"), uids, strict=True)]
    (finding,) = found("MESH-DUPLICATE-ID", *clusters)
    assert (finding.cluster, finding.peers, finding.severity) == ("a", ("b",), severity)
    assert words in finding.detail
    assert found("MESH-DUPLICATE-ID", *submariner(EAST)) == []


def test_a_duplicate_id_within_one_mesh_is_critical() -> None:
    twin = build.spec("west", cable_name="submariner-cable-west-10-99-1-4")
    clusters = (
        build.cluster("east", [gateway("east", connection("west", endpoint=twin))]),
        build.cluster("west", [gateway("west", connection("east")), endpoint("west")]),
        build.cluster("south", [gateway("west", connection("east"), local=twin)]),
    )
    (finding,) = found("MESH-DUPLICATE-ID", *clusters)
    assert (finding.severity, finding.peers) == (Severity.CRITICAL, ("south",))


def test_one_cluster_under_two_contexts_has_no_links_to_itself() -> None:
    clusters = [build.cluster(name, WEST, uid="same") for name in ("a", "b")]
    report = analyse(build.fleet(*clusters, build.cluster("east", EAST))).mesh
    ways = {(link.key.source, link.key.target) for link in report.links}
    assert ways == {("a", "east"), ("b", "east"), ("east", "a")}


@pytest.mark.parametrize(("uids", "severity"), [(("1", "2"), Severity.CRITICAL),
                                                (("1", "1"), Severity.INFO)])  # fmt: skip
def test_cilium_duplicate_ids(uids: tuple[str, str], severity: Severity) -> None:
    clusters = [
        build.cluster(name, [cilium_config(name, 7), apiserver()], uid=uid)
        for name, uid in zip(("a", "b"), uids, strict=True)
    ]
    (finding,) = found("MESH-DUPLICATE-ID", *clusters)
    assert finding.severity is severity
    assert "Cilium cluster id 7" in (finding.title + finding.subject)


def test_cilium_duplicate_names() -> None:
    clusters = [build.cluster(f"c{n}", [cilium_config("same", n), apiserver()]) for n in (1, 2)]
    (finding,) = found("MESH-DUPLICATE-ID", *clusters)
    assert "cluster name same" in finding.title


def test_submariner_overlap() -> None:
    def west(**changes: object) -> list[Doc]:
        spec = build.spec("west", subnets=changes.get("cluster_cidr", []))
        return [gateway("west", connection("east"), local=spec),
                build.submariner_cluster("west", **changes)]  # fmt: skip

    (finding,) = found("MESH-CIDR-OVERLAP", *submariner(EAST, west(cluster_cidr=["10.10.5.0/24"])))
    assert (finding.cluster, finding.peers) == ("east", ("west",))
    assert "10.10.0.0/16 and 10.10.5.0/24" in finding.detail
    assert {item.cluster for item in finding.evidence} == {"east", "west"}
    assert found("MESH-CIDR-OVERLAP", *submariner(EAST, west(cluster_cidr=["10.11.0.0/16"]))) == []
    (finding,) = found("MESH-CIDR-OVERLAP", *submariner(EAST, west(service_cidr=["172.10.9.0/24"])))
    assert "172.10.9.0/24" in finding.detail


def test_globalnet_excuses_equal_ranges_but_not_equal_global_ranges() -> None:
    def side(name: str, other: str, global_cidr: str) -> list[Doc]:
        ranges = build.submariner_cluster(
            name, cluster_cidr=["10.0.0.0/8"], global_cidr=[global_cidr]
        )
        return [gateway(name, connection(other)), ranges, endpoint(name)]

    well = side("east", "west", "242.0.0.0/16"), side("west", "east", "242.1.0.0/16")
    assert found("MESH-CIDR-OVERLAP", *submariner(*well)) == []
    bad = side("east", "west", "242.0.0.0/16"), side("west", "east", "242.0.128.0/17")
    (finding,) = found("MESH-CIDR-OVERLAP", *submariner(*bad))
    assert "242.0.128.0/17" in finding.detail


def test_equal_ranges_in_two_meshes_do_not_overlap() -> None:
    alone = [gateway("south"), build.submariner_cluster("south", cluster_cidr=["10.10.0.0/16"])]
    assert found("MESH-CIDR-OVERLAP", *submariner(EAST), build.cluster("south", alone)) == []


@pytest.mark.parametrize(
    ("east", "west", "nodes", "overlaps"),
    [
        ({}, {}, ("10.1.0.0/24", "10.1.0.0/25"), True),
        ({}, {}, ("fd00:1::/64", "fd00:1::/80"), True),
        ({}, {}, ("10.1.0.0/24", "10.1.1.0/24"), False),
        ({"cluster_pool_ipv4_cidr": "10.1.0.0/16"},
         {"cluster_pool_ipv4_cidr": "10.9.0.0/16 10.1.3.0/24"}, None, True),
        ({"ipam": "kubernetes", "cluster_pool_ipv4_cidr": "10.0.0.0/8"},
         {"ipam": "kubernetes", "cluster_pool_ipv4_cidr": "10.0.0.0/8"}, None, False),
        ({"cluster_pool_ipv4_cidr": "nonsense"}, {"cluster_pool_ipv4_cidr": "nonsense"}, None,
         False),
    ],
)  # fmt: skip
def test_cilium_overlap(
    east: dict[str, str], west: dict[str, str], nodes: tuple[str, str] | None, overlaps: bool
) -> None:
    extra = [[cilium_node(f"n{i}", cidr)] for i, cidr in enumerate(nodes or ())] or [[], []]
    assert bool(found("MESH-CIDR-OVERLAP", *cilium(east, west, extra[0], extra[1]))) is overlaps


@pytest.mark.parametrize(("ipam", "overlaps"), [("kubernetes", True), ("cluster-pool", False)])
def test_node_ranges_count_only_where_cilium_uses_them(ipam: str, overlaps: bool) -> None:
    nodes = [build.node("n", cidrs=["10.244.0.0/24"])]
    clusters = cilium({"ipam": ipam}, {"ipam": ipam}, nodes, nodes)
    assert bool(found("MESH-CIDR-OVERLAP", *clusters)) is overlaps


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"healthCheckIP": "10.20.9.9"}, "healthCheckIP"),
        ({"public_ip": "198.51.100.99"}, "public_ip"),
        ({"subnets": ["10.20.0.0/17"]}, "subnets"),
        ({"backend": "wireguard"}, "backend"),
        ({"backend_config": {"udp-port": "4501"}}, "udp-port"),
    ],
)
def test_a_copy_that_differs_from_the_original(changes: dict[str, Any], path: str) -> None:
    east = [doc for doc in EAST if doc is not EAST[-1]]
    (finding,) = found("MESH-ENDPOINT-DRIFT", *submariner([*east, endpoint("west", **changes)]))
    assert (finding.cluster, finding.peers) == ("east", ("west",))
    assert path in finding.title
    assert len(finding.evidence) == 2
    assert {item.cluster for item in finding.evidence} == {"east", "west"}


def test_a_copy_of_an_endpoint_that_its_owner_withdrew() -> None:
    moved = endpoint("west", cable_name="submariner-cable-west-old")
    (finding,) = found("MESH-ENDPOINT-DRIFT", *submariner([*EAST, moved]))
    assert finding.title.endswith("cable_name")
    assert [item.value for item in finding.evidence] == [
        "submariner-cable-west-old",
        "submariner-cable-west-10-20-1-4",
    ]


def test_the_order_of_subnets_is_no_drift() -> None:
    subnets = list(reversed(["10.20.0.0/16", "172.20.0.0/16"]))
    assert (
        found("MESH-ENDPOINT-DRIFT", *submariner([*EAST[:-1], endpoint("west", subnets=subnets)]))
        == []
    )


def test_a_drift_of_under_a_minute_is_lag_when_watching() -> None:
    drifted = [*EAST[:-1], endpoint("west", public_ip="198.51.100.99")]
    memory = analyse(build.fleet(*submariner(EAST))).memory
    counts = []
    for step in range(1, 9):
        fleet = build.fleet(*submariner(drifted), taken_at=build.NOW + 10 * step)
        analysis = analyse(fleet, memory=memory)
        memory = analysis.memory
        counts.append(sum(f.rule == "MESH-ENDPOINT-DRIFT" for f in analysis.findings))
    assert counts == [0] * 6 + [1, 1]
    assert memory != AnalysisMemory()


def test_different_cable_drivers() -> None:
    west = [gateway("west", connection("east"), local=build.spec("west", backend="vxlan"))]
    (finding,) = found("MESH-ENDPOINT-DRIFT", *submariner(EAST[:-1], west))
    assert finding.severity is Severity.CRITICAL
    assert {item.value for item in finding.evidence} == {"libreswan", "vxlan"}


@pytest.mark.parametrize(
    ("rule", "key", "values"),
    [
        ("MESH-MAX-CLUSTERS-MISMATCH", "max_connected_clusters", ("511", "255")),
        ("MESH-TUNNEL-MISMATCH", "routing_mode", ("tunnel", "native")),
        ("MESH-TUNNEL-MISMATCH", "tunnel_protocol", ("vxlan", "geneve")),
        ("MESH-TUNNEL-MISMATCH", "tunnel_port", ("8472", "8473")),
        ("MESH-TUNNEL-MISMATCH", "enable_ipv6", ("true", "false")),
        ("MESH-ENCRYPTION-MISMATCH", "enable_wireguard", ("true", "false")),
        ("MESH-ENCRYPTION-MISMATCH", "enable_ipsec", ("true", "false")),
        ("MESH-ENCRYPTION-MISMATCH", "encrypt_node", ("true", "false")),
    ],
)
def test_settings_that_differ(rule: str, key: str, values: tuple[str, str]) -> None:
    (finding,) = found(rule, *cilium({key: values[0]}, {key: values[1]}))
    assert key.replace("_", "-") in finding.title
    assert {item.value for item in finding.evidence} >= set(values)
    assert found(rule, *cilium({key: values[0]}, {key: values[0]})) == []


def test_absent_settings_mean_their_defaults() -> None:
    clusters = cilium({"max_connected_clusters": "255", "tunnel_protocol": ""}, {})
    assert analyse(build.fleet(*clusters)).findings == ()


def test_policies_that_mean_another_thing_elsewhere() -> None:
    on, off = ({"policy_default_local_cluster": word} for word in ("true", "false"))
    (finding,) = found("MESH-NOT-CONFIGURED", *cilium(on, off))
    assert finding.severity is Severity.LOW
    assert finding.title == "policy-default-local-cluster differs"
    assert found("MESH-NOT-CONFIGURED", *cilium(on, None)) == []  # its default may be the same


def test_settings_of_clusters_in_no_common_mesh_may_differ() -> None:
    east, _ = cilium({"routing_mode": "native"})
    alone = build.cluster(
        "x", [cilium_config("x", 9), apiserver()],
        metrics={"cilium-readiness": vector(*readiness("y", 1))},
    )  # fmt: skip
    assert found("MESH-TUNNEL-MISMATCH", east, alone) == []


def test_nodes_without_a_wireguard_key() -> None:
    nodes = [cilium_node("n1", wg="k"), cilium_node("n2"), cilium_node("n3", wg="k")]
    on = {"enable_wireguard": "true"}
    (finding,) = found("MESH-ENCRYPTION-MISMATCH", *cilium(on, on, nodes))
    assert finding.title.startswith("1 of 3 nodes")
    assert str(finding.object) == "CiliumNode n2"
    assert found("MESH-ENCRYPTION-MISMATCH", *cilium(on, on, [nodes[0], nodes[2]])) == []
    (none,) = found("MESH-ENCRYPTION-MISMATCH", *cilium(on, on, [nodes[1]]))
    assert none.title.startswith("1 of 1 nodes")


def test_ipsec_key_indexes() -> None:
    on = {"enable_ipsec": "true"}
    one, two = [cilium_node("e", key=3)], [cilium_node("w", key=4)]
    (finding,) = found("MESH-ENCRYPTION-MISMATCH", *cilium(on, on, one, two))
    assert (finding.cluster, finding.peers) == ("west", ("east",))
    assert found("MESH-ENCRYPTION-MISMATCH", *cilium(on, on, one, one)) == []


@pytest.mark.parametrize(
    ("versions", "skewed"),
    [(("v1.17.2", "v1.16.9"), False), (("v1.17.2", "v1.15.1"), True), (("v1.17.2", "dev"), False)],
)
def test_cilium_version_skew(versions: tuple[str, str], skewed: bool) -> None:
    extra = ([agents(versions[0])], [agents(versions[1])])
    findings = found("MESH-VERSION-SKEW", *cilium(None, None, *extra))
    assert [finding.cluster for finding in findings] == (["west"] if skewed else [])


def test_submariner_version_skew() -> None:
    old = [gateway("west", connection("east"), version="v0.18.3")]
    (finding,) = found("MESH-VERSION-SKEW", *submariner(EAST, old))
    assert (finding.cluster, finding.peers) == ("west", ("east",))


@pytest.mark.parametrize(
    ("name", "number", "changes", "words"),
    [
        ("default", 1, {}, "still the default"),
        ("east", 0, {}, "0 or absent"),
        ("east", "", {}, "0 or absent"),
        ("east", "one", {}, "no number"),
        ("east", 256, {}, "over 255"),
        ("east", 200, {"ipam": "eni"}, "128-255"),
        ("east", 200, {"cni_chaining_mode": "aws-cni"}, "128-255"),
        ("East_1", 1, {}, "not a valid one"),
        ("e" * 33, 1, {}, "not a valid one"),
        ("east", 200, {}, ""),
        ("east", 300, {"max_connected_clusters": "511"}, ""),
        ("east", 300, {"max_connected_clusters": "511", "ipam": "alibabacloud"}, ""),
        ("east", 200, {"max_connected_clusters": "511", "ipam": "alibabacloud"}, "128-255"),
        ("east", 400, {"max_connected_clusters": "511", "ipam": "alibabacloud"}, "384-511"),
        ("east", 200, {"ipam": "eni", "allow_unsafe_policy_skb_usage": "true"}, ""),
        ("e" * 32, 1, {}, ""),
    ],
)
def test_names_and_ids(name: str, number: int | str, changes: dict[str, str], words: str) -> None:
    docs = [cilium_config(name, number, **changes), apiserver()]
    findings = found("MESH-NOT-CONFIGURED", build.cluster("a", docs))
    assert bool(findings) is bool(words)
    assert all(words in finding.title for finding in findings)


def test_what_a_rule_could_not_read_is_unknown_with_its_reason() -> None:
    states = {"submariner-endpoints": TopicState.FORBIDDEN, "routeagents": TopicState.STALE}
    clusters = build.cluster("east", EAST, states=states), build.cluster("west", WEST)
    unknowns = analyse(build.fleet(*clusters)).unknowns
    told = {(u.cluster, u.rule): u.reason for u in unknowns}
    assert "submariner-endpoints forbidden" in told[("east", "MESH-ENDPOINT-DRIFT")]
    assert "routeagents stale" in told[("east", "MESH-DEGRADED")]
    assert all(cluster == "east" for cluster, _ in told)


def test_growth_that_an_endpoint_failed_to_give_is_unknown() -> None:
    refused = vector(state=MetricState.FAILED)
    metrics = {"submariner-rx-growth": refused, "cilium-readiness": vector(*readiness("west", 1)),
               "cilium-failures-growth": refused}  # fmt: skip
    docs = [*EAST, cilium_config("east", 1), apiserver()]
    unknowns = analyse(build.fleet(build.cluster("east", docs, metrics=metrics))).unknowns
    told = [u.reason for u in unknowns if u.rule == "MESH-DEGRADED"]
    assert told == [
        "cilium-failures-growth failed: failed in this test",
        "submariner-rx-growth failed: failed in this test",
    ]


def test_an_unreachable_cluster_is_unknown_once() -> None:
    unknowns = analyse(build.fleet(build.unreachable("dead"))).unknowns
    assert [(one.pane, one.rule, one.reason) for one in unknowns] == [
        ("identity", "*", "unreachable: timeout"),
        ("mesh", "*", "unreachable: timeout"),
        ("services", "*", "unreachable: timeout"),
    ]


def test_strangers_of_one_name_in_two_meshes_join_nothing() -> None:
    """Two meshes, of each only one cluster is in the fleet, and both have a member `hub`."""
    one = [gateway("east", connection("hub")), endpoint("hub")]
    other = build.spec("hub", cable_name="submariner-cable-hub-192-168-0-1")
    two = [gateway("west", connection("hub", endpoint=other))]
    report = analyse(build.fleet(*submariner(one, two))).mesh
    ways = {(link.key.source, link.key.target) for link in report.links}
    assert ways == {("east", "hub"), ("hub", "east"), ("west", "hub"), ("hub", "west")}
