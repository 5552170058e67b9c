"""Who is who: joining clusters by mesh id where ids are missing, odd or repeated."""

from __future__ import annotations

from mckconsole.analysis.engine import analyse
from mckconsole.analysis.mesh.links import LinkState, MeshProvider
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.build import connection, endpoint, gateway, sample, vector


def test_clusters_are_joined_by_id_not_by_name() -> None:
    fleet = build.fleet(
        build.cluster("prod-eu", build.member("east", "west")),
        build.cluster("prod-us", build.member("west", "east")),
    )
    report = analyse(fleet).mesh
    assert {(link.key.source, link.key.target, link.in_fleet) for link in report.links} == {
        ("prod-eu", "prod-us", True),
        ("prod-us", "prod-eu", True),
    }
    assert [(m.provider, m.cluster, m.mesh_id) for m in report.members] == [
        (MeshProvider.SUBMARINER, "prod-eu", "east"),
        (MeshProvider.SUBMARINER, "prod-us", "west"),
    ]


def test_an_id_that_is_another_clusters_name_is_told_apart() -> None:
    fleet = build.fleet(build.cluster("a", build.member("east", "west")), build.cluster("west", []))
    targets = {link.key.target for link in analyse(fleet).mesh.links}
    assert targets == {"west (mesh id)", "a"}


def test_forbidden_gateways_leave_the_id_to_the_settings() -> None:
    states = {"gateways": TopicState.FORBIDDEN}
    fleet = build.fleet(
        build.cluster("prod-eu", [build.submariner("east")], states=states),
        build.cluster("prod-us", build.member("west", "east")),
    )
    links = {link.key.source: link for link in analyse(fleet).mesh.links}
    assert links["prod-us"].key.target == "prod-eu"
    assert links["prod-eu"].state is LinkState.UNKNOWN


def test_where_nothing_else_is_readable_metrics_tell_the_id() -> None:
    hidden = ("gateways", "submariners", "submariner-endpoints", "submariner-clusters")
    series = sample(1, local_cluster="east", remote_cluster="west", status="connected")
    fleet = build.fleet(
        build.cluster(
            "prod-eu",
            states=dict.fromkeys(hidden, TopicState.FORBIDDEN),
            metrics={"submariner-requested-connections": vector(series)},
        ),
        build.cluster("prod-us", build.member("west", "east")),
    )
    links = {link.key.source: link for link in analyse(fleet).mesh.links}
    assert links["prod-us"].key.target == "prod-eu"
    assert (links["prod-eu"].state, links["prod-eu"].cause) == (
        LinkState.UNVERIFIED,
        "metrics-only",
    )


def test_two_clusters_with_one_id_are_told_apart_by_cable() -> None:
    """Two clusters claim one id; the connection's cable says which of them it leads to."""
    other = build.spec("west", cable_name="submariner-cable-west-10-99-1-4")
    fleet = build.fleet(
        build.cluster("east", [gateway("east", connection("west"))]),
        build.cluster("one", [gateway("west"), endpoint("west")]),
        build.cluster("two", [gateway("west", local=other)]),
    )
    targets = {link.key.target for link in analyse(fleet).mesh.links if link.key.source == "east"}
    assert targets == {"one"}


def test_leftover_definitions_alone_make_no_member() -> None:
    report = analyse(build.fleet(build.cluster("a"))).mesh
    assert (report.members, report.links, report.pairs) == ((), (), ())


def test_a_connection_to_oneself_is_no_link() -> None:
    fleet = build.fleet(build.cluster("a", [gateway("east", connection("east"))]))
    assert analyse(fleet).mesh.links == ()
