"""Every state of a Submariner link, from Gateway objects as clusters serve them."""

from __future__ import annotations

import pytest

from mckconsole.analysis.engine import analyse
from mckconsole.analysis.mesh.links import Link, LinkState, MeshProvider
from mckconsole.domain.findings import Severity
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState
from mckconsole.domain.times import format_rfc3339
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, ZERO_RTT, Doc, connection, gateway

PING = 'Failed to successfully ping the remote endpoint IP "10.20.0.1"'


def link_between(source: str, target: str, *clusters: ClusterSnapshot) -> Link:
    """The only link from `source` to `target`."""
    found = analyse(build.fleet(*clusters)).mesh.links
    (link,) = [one for one in found if (one.key.source, one.key.target) == (source, target)]
    return link


def east(*connections: Doc, extra: tuple[Doc, ...] = (), **status: object) -> Link:
    """East's link to west, west being healthy."""
    docs = [gateway("east", *connections, **status), build.submariner("east"), *extra]  # type: ignore[arg-type]  # test options go through
    return link_between("east", "west", build.cluster("east", docs), build.cluster("west", WEST))


WEST = build.member("west", "east")


def rtt(average: str | int, **changes: str | int) -> Doc:
    """A latency with this average."""
    return {"last": average, "min": average, "average": average, "max": average,
            "stdDev": "0s", **changes}  # fmt: skip


@pytest.mark.parametrize(
    ("one", "state", "severity"),
    [
        (connection("west"), LinkState.UP, None),
        (connection("west", rtt=rtt("499ms")), LinkState.UP, None),
        (connection("west", rtt=rtt("500ms")), LinkState.SLOW, Severity.MEDIUM),
        (connection("west", rtt=rtt("999.9ms")), LinkState.SLOW, Severity.MEDIUM),
        (connection("west", rtt=rtt("1s")), LinkState.SLOW, Severity.CRITICAL),
        (connection("west", rtt=rtt("1m2.5s")), LinkState.SLOW, Severity.CRITICAL),
        (connection("west", rtt=rtt("447.358µs")), LinkState.UP, None),
        (connection("west", rtt=rtt(22_000_000)), LinkState.UP, None),
        (connection("west", rtt=rtt(600_000_000)), LinkState.SLOW, Severity.MEDIUM),
        (connection("west", rtt=ZERO_RTT), LinkState.UNVERIFIED, Severity.MEDIUM),
        (connection("west", rtt=rtt(0)), LinkState.UNVERIFIED, Severity.MEDIUM),
        (connection("west", rtt={}), LinkState.UNVERIFIED, Severity.MEDIUM),
        (connection("west", rtt=rtt("soon")), LinkState.UNVERIFIED, Severity.MEDIUM),
        (connection("west", rtt=rtt("-5ms")), LinkState.UNVERIFIED, Severity.MEDIUM),
        (
            connection("west", rtt={}, endpoint=build.spec("west", healthCheckIP="")),
            LinkState.UNVERIFIED,
            Severity.MEDIUM,
        ),
        (
            connection("west", rtt={}, endpoint=build.spec("west", backend="vxlan")),
            LinkState.UNVERIFIED,
            Severity.MEDIUM,
        ),
        (connection("west", "connecting"), LinkState.CONNECTING, Severity.INFO),
        (connection("west", "error", message=PING), LinkState.DOWN, Severity.CRITICAL),
        (connection("west", "none"), LinkState.UNKNOWN, None),
        (connection("west", ""), LinkState.UNKNOWN, None),
        (connection("west", "CONNECTED!"), LinkState.UNKNOWN, None),
    ],
)
def test_a_fresh_connection(one: Doc, state: LinkState, severity: Severity | None) -> None:
    link = east(one)
    if state is LinkState.DOWN:
        assert link.cause == "ping-error"
    assert (link.state, link.severity) == (state, severity)
    assert (link.current_rtt is not None) == state.measured


def test_plural_health_check_addresses_count() -> None:
    there = build.spec("west", healthCheckIP="", healthCheckIPs=["10.20.0.1", "fd00::1"])
    assert east(connection("west", rtt=ZERO_RTT, endpoint=there)).cause == "zero-rtt"


def test_the_health_check_turned_off_here_makes_connected_unverified() -> None:
    off = build.submariner("east", connectionHealthCheck={"enabled": False})
    docs = [gateway("east", connection("west")), off]
    link = link_between("east", "west", build.cluster("east", docs), build.cluster("west", WEST))
    assert (link.state, link.cause) == (LinkState.UNVERIFIED, "health-check-off")
    on = build.submariner("east", connectionHealthCheck={"enabled": True})
    docs = [gateway("east", connection("west")), on]
    link = link_between("east", "west", build.cluster("east", docs), build.cluster("west", WEST))
    assert link.state is LinkState.UP


@pytest.mark.parametrize(
    ("latency", "note"),
    [
        (rtt("150ms"), "over 150 ms"),
        (rtt("100ms", stdDev="51ms"), "jitter: deviation"),
        (rtt("200ms", last="650ms"), "jitter: last ping"),
    ],
)
def test_notes_on_a_link_that_is_up(latency: Doc, note: str) -> None:
    link = east(connection("west", rtt=latency))
    assert link.state is LinkState.UP
    assert any(note in one for one in link.notes)


@pytest.mark.parametrize("latency", [rtt("49ms", stdDev="40ms"), rtt("149ms"),
                                     rtt("100ms", stdDev="50ms")])  # fmt: skip
def test_no_note_below_the_limits(latency: Doc) -> None:
    assert east(connection("west", rtt=latency)).notes == ()


def test_an_engine_failure_degrades() -> None:
    link = east(connection("west"), statusFailure="libreswan died")
    assert (link.state, link.cause) == (LinkState.DEGRADED, "engine-failure")
    assert link.current_rtt == pytest.approx(0.022)


@pytest.mark.parametrize(
    ("failing", "severity"), [(1, Severity.MEDIUM), (2, Severity.MEDIUM), (3, Severity.CRITICAL)]
)
def test_route_agents_that_fail_degrade_by_their_share(failing: int, severity: Severity) -> None:
    status = ["error"] * failing + ["connected"] * (4 - failing) + ["none"]
    agents = [build.route_agent(f"n{i}", "west", word) for i, word in enumerate(status)]
    link = east(connection("west"), extra=tuple(agents))
    assert (link.state, link.severity) == (LinkState.DEGRADED, severity)
    assert f"{failing} of 4 nodes" in link.reason


def test_an_unverified_tunnel_that_no_node_can_use_is_critical() -> None:
    agents = tuple(build.route_agent(f"n{i}", "west", "error") for i in range(3))
    link = east(connection("west", rtt=ZERO_RTT), extra=agents)
    assert (link.state, link.severity) == (LinkState.UNVERIFIED, Severity.CRITICAL)
    assert "3 of 3 nodes cannot reach the peer" in link.notes


def test_route_agents_of_another_peer_do_not_count() -> None:
    link = east(connection("west"), extra=(build.route_agent("n1", "south", "error"),))
    assert link.state is LinkState.UP


@pytest.mark.parametrize(
    ("age", "state", "severity"),
    [
        (0, LinkState.UP, None),
        (15, LinkState.UP, None),
        (16, LinkState.STALE, Severity.MEDIUM),
        (60, LinkState.STALE, Severity.MEDIUM),
        (61, LinkState.STALE, Severity.CRITICAL),
        (None, LinkState.STALE, Severity.MEDIUM),
        (-15, LinkState.UP, None),
        (-16, LinkState.STALE, Severity.MEDIUM),
    ],
)
def test_the_heartbeat_decides_whether_a_word_counts(
    age: float | None, state: LinkState, severity: Severity | None
) -> None:
    link = east(connection("west"), age=age)
    assert (link.state, link.severity) == (state, severity)
    if state is LinkState.STALE:
        assert link.current_rtt is None
        assert link.rtt is not None
        assert link.last_state is LinkState.UP


@pytest.mark.parametrize("text", ["", "soon", "-5", "1e9", "9" * 40, "0x10", "17900000 00"])
def test_an_unreadable_heartbeat_is_stale(text: str) -> None:
    doc = gateway("east", connection("west"))
    doc["metadata"] = {"name": "east-gw-1", "namespace": build.OPERATOR,
                       "annotations": {"update-timestamp": text}}  # fmt: skip
    docs = [doc, build.submariner("east")]
    link = link_between("east", "west", build.cluster("east", docs), build.cluster("west", WEST))
    assert link.state is LinkState.STALE


def test_age_is_judged_by_the_servers_clock_not_the_consoles() -> None:
    behind = NOW - 7200
    docs = [gateway("east", connection("west"), age=3, now=behind), build.submariner("east")]
    fleet = build.fleet(build.cluster("east", docs, as_of=behind), build.cluster("west", WEST))
    links = {link.key.source: link.state for link in analyse(fleet).mesh.links}
    assert links["east"] is LinkState.UP


def test_a_stale_link_keeps_the_worse_severity() -> None:
    link = east(connection("west", "error", message=PING), age=20)
    assert (link.state, link.severity) == (LinkState.STALE, Severity.CRITICAL)
    assert link.last_state is LinkState.DOWN


@pytest.mark.parametrize(
    ("age", "state", "severity"),
    [
        (15, LinkState.UP, None),
        (16, LinkState.STALE, Severity.MEDIUM),
        (61, LinkState.STALE, Severity.CRITICAL),
    ],
)
def test_the_lease_is_a_second_heartbeat(
    age: int, state: LinkState, severity: Severity | None
) -> None:
    link = east(connection("west"), extra=(build.lease(format_rfc3339(NOW - age)),))
    assert (link.state, link.severity) == (state, severity)


@pytest.mark.parametrize("renewed", ["", "yesterday"])
def test_a_lease_without_a_time_says_nothing(renewed: str) -> None:
    assert east(connection("west"), extra=(build.lease(renewed),)).state is LinkState.UP


def test_two_fresh_active_gateways_contradict_each_other() -> None:
    second = gateway("east", connection("west"), host="east-gw-2")
    link = east(connection("west"), extra=(second,))
    assert (link.state, link.cause) == (LinkState.STALE, "two-actives")


def test_a_fresh_active_gateway_beats_one_that_died_active() -> None:
    dead = gateway("east", connection("west", "error", message=PING), host="a-gw", age=600)
    link = east(connection("west"), extra=(dead,))
    assert link.state is LinkState.UP
    assert any("a-gw also says active" in note for note in link.notes)


def test_a_passive_gateway_beside_the_active_one_is_no_news() -> None:
    link = east(connection("west"), extra=(gateway("east", host="east-gw-2", ha="passive"),))
    assert (link.state, link.notes) == (LinkState.UP, ())


def test_only_passive_gateways_leave_every_tunnel_missing() -> None:
    link = east(ha="passive", extra=(build.endpoint("west"),))
    assert (link.state, link.cause) == (LinkState.MISSING, "no-active-gateway")


def missing(east_docs: list[Doc], west_docs: list[Doc]) -> Link:
    """East's link to west from these objects."""
    return link_between(
        "east", "west", build.cluster("east", east_docs), build.cluster("west", west_docs)
    )


def test_missing_because_the_endpoint_never_arrived() -> None:
    link = missing([gateway("east"), build.submariner("east")], WEST)
    assert (link.state, link.cause) == (LinkState.MISSING, "broker-sync")
    assert link.severity is Severity.CRITICAL


def test_missing_because_subnets_overlap() -> None:
    subnets = ["10.10.128.0/17"]
    west = [gateway("west", connection("east"), local=build.spec("west", subnets=subnets)),
            build.endpoint("west", subnets=subnets)]  # fmt: skip
    link = missing([gateway("east"), build.submariner("east")], west)
    assert (link.state, link.cause) == (LinkState.MISSING, "overlap")
    assert "10.10.0.0/16 here, 10.10.128.0/17 there" in link.reason


def test_missing_because_the_peer_has_no_active_gateway() -> None:
    west = [gateway("west", ha="passive"), build.endpoint("west"), build.endpoint("east")]
    link = missing([gateway("east"), build.endpoint("west")], west)
    assert (link.state, link.cause) == (LinkState.MISSING, "no-active-gateway")
    assert link.reason.startswith("the peer")


def test_missing_although_the_endpoint_is_here() -> None:
    link = missing([gateway("east"), build.endpoint("west")], WEST)
    assert (link.state, link.cause) == (LinkState.MISSING, "no-connection")


def test_missing_because_two_clusters_share_the_peers_id() -> None:
    """South carries west's id; the third cluster knows both cables."""
    twin = build.spec("west", cable_name="submariner-cable-west-10-99-1-4")
    clusters = (
        build.cluster("east", [gateway("east", connection("west", endpoint=twin))]),
        build.cluster("west", [gateway("west", connection("east")), build.endpoint("west")]),
        build.cluster("south", [gateway("west", connection("east"), local=twin)]),
    )
    link = link_between("east", "west", *clusters)
    assert (link.state, link.cause) == (LinkState.MISSING, "duplicate-id")
    assert link_between("east", "south", *clusters).state is LinkState.UP


def test_a_member_known_only_through_a_third_cluster_is_missed() -> None:
    clusters = (
        build.cluster("east", build.member("east", "west")),
        build.cluster("west", build.member("west", "east", "south")),
        build.cluster("south", build.member("south", "west")),
    )
    assert link_between("east", "south", *clusters).state is LinkState.MISSING


def test_a_broker_that_is_no_member_makes_acquaintance_but_no_links() -> None:
    at_broker = [build.endpoint(name, at="submariner-k8s-broker") for name in ("east", "west")]
    fleet = build.fleet(
        build.cluster("broker", at_broker),
        build.cluster("east", [gateway("east"), build.endpoint("east")]),
        build.cluster("west", [gateway("west"), build.endpoint("west")]),
    )
    report = analyse(fleet).mesh
    assert {(one.key.source, one.key.target) for one in report.links} == {
        ("east", "west"),
        ("west", "east"),
    }
    assert {one.state for one in report.links} == {LinkState.MISSING}


def test_two_meshes_in_one_fleet_stay_apart() -> None:
    fleet = build.fleet(
        build.cluster("east", build.member("east", "west")),
        build.cluster("west", build.member("west", "east")),
        build.cluster("south", build.member("south", "north")),
        build.cluster("north", build.member("north", "south")),
    )
    report = analyse(fleet).mesh
    assert len(report.links) == 4
    assert {one.state for one in report.links} == {LinkState.UP}


UNREADABLE = [TopicState.FORBIDDEN, TopicState.UNREACHABLE, TopicState.UNSUPPORTED,
              TopicState.PENDING, TopicState.STALE]  # fmt: skip


@pytest.mark.parametrize("state", UNREADABLE)
@pytest.mark.parametrize("status", ["connected", "error"])
def test_gateways_that_cannot_be_read_leave_the_link_unknown(
    state: TopicState, status: str
) -> None:
    docs = [gateway("east", connection("west", status)), build.submariner("east"),
            build.endpoint("west")]  # fmt: skip
    link = link_between(
        "east",
        "west",
        build.cluster("east", docs, states={"gateways": state}),
        build.cluster("west", WEST),
    )
    assert (link.state, link.severity) == (LinkState.UNKNOWN, None)
    assert state.value in link.reason
    assert link.current_rtt is None


def test_an_unreachable_cluster_is_found_by_its_name() -> None:
    link = link_between("east", "west", build.unreachable("east"), build.cluster("west", WEST))
    assert link.state is LinkState.UNKNOWN
    assert "timeout" in link.reason


def test_a_peer_outside_the_fleet_still_has_rows() -> None:
    report = analyse(build.fleet(build.cluster("west", WEST))).mesh
    there, back = report.links
    assert (back.key.source, back.state, back.in_fleet) == ("west", LinkState.UP, False)
    assert (there.key.source, there.state) == ("east", LinkState.UNKNOWN)
    assert there.reason == "not in this fleet"
    assert "peer view unavailable" in report.pairs[0].reason


def test_a_peer_outside_the_fleet_may_be_one_that_could_not_be_read() -> None:
    report = analyse(build.fleet(build.cluster("west", WEST), build.unreachable("prod-1"))).mesh
    (there,) = [link for link in report.links if link.key.source == "east"]
    assert "prod-1" in there.reason


def test_dual_stack_has_a_link_per_family_and_pairs_them() -> None:
    def both(peer: str) -> list[Doc]:
        return [connection(peer), connection(peer, using_ip="2001:db8::1")]

    fleet = build.fleet(
        build.cluster("east", [gateway("east", *both("west"))]),
        build.cluster("west", [gateway("west", *both("east"))]),
    )
    report = analyse(fleet).mesh
    assert sorted((link.key.source, link.key.family) for link in report.links) == [
        ("east", "ipv4"), ("east", "ipv6"), ("west", "ipv4"), ("west", "ipv6"),
    ]  # fmt: skip
    assert all(p.backward and p.forward.key.family == p.backward.key.family for p in report.pairs)


def test_provider_and_identity_of_a_link() -> None:
    link = east(connection("west"))
    assert link.key.provider is MeshProvider.SUBMARINER
    assert link.key.cable == "submariner-cable-west-10-20-1-4"
    assert link.object is not None
    assert str(link.object) == "Gateway submariner-operator/east-gw-1"
    assert {item.path for item in link.evidence} >= {
        "status.connections[0].status",
        "status.connections[0].latencyRTT.average",
        "metadata.annotations['update-timestamp']",
    }


PRECEDENCE: list[tuple[LinkState, dict[str, object]]] = [
    (LinkState.STALE, {"age": 30}),
    (LinkState.DOWN, {"one": connection("west", "error")}),
    (LinkState.CONNECTING, {"one": connection("west", "connecting")}),
    (LinkState.UNVERIFIED, {"one": connection("west", rtt=ZERO_RTT)}),
    (LinkState.DEGRADED, {"statusFailure": "engine"}),
    (LinkState.SLOW, {"one": connection("west", rtt=rtt("700ms"))}),
]


@pytest.mark.parametrize("first", range(len(PRECEDENCE)))
@pytest.mark.parametrize("second", range(len(PRECEDENCE)))
def test_precedence_of_what_holds_at_once(first: int, second: int) -> None:
    options = PRECEDENCE[first][1] | PRECEDENCE[second][1]
    if "one" in PRECEDENCE[first][1] and "one" in PRECEDENCE[second][1] and first != second:
        return  # a connection has one status
    one = options.pop("one", connection("west"))
    link = east(one, **options)  # type: ignore[arg-type]  # test options go through
    assert link.state is PRECEDENCE[min(first, second)][0]


def test_unknown_outranks_everything() -> None:
    docs = [gateway("east", connection("west", "error"), age=500, statusFailure="x")]
    fleet = build.fleet(
        build.cluster("east", docs, states={"gateways": TopicState.STALE}),
        build.cluster("west", WEST),
    )
    links = {link.key.source: link for link in analyse(fleet).mesh.links}
    assert links["east"].state is LinkState.UNKNOWN


def test_stale_outranks_missing() -> None:
    link = east(age=30, extra=(build.endpoint("west"),))
    assert (link.state, link.last_state) == (LinkState.STALE, LinkState.MISSING)
    assert link.severity is Severity.CRITICAL


def test_the_order_of_states_is_the_documented_precedence() -> None:
    assert [state.value for state in LinkState] == [
        "unknown", "stale", "down", "missing", "connecting", "unverified", "degraded", "slow", "up",
    ]  # fmt: skip
