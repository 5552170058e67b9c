"""The gate of a plan says what the simulation says, in one sentence."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.failover.model import Impact
from mckconsole.analysis.failover.simulate import simulate
from mckconsole.analysis.services.model import Dialect, FleetService, ServiceKey
from mckconsole.analysis.versions.gate import FailoverGate
from mckconsole.analysis.versions.plan import make_plan
from mckconsole.domain.snapshot import FleetSnapshot
from tests.unit.analysis import build
from tests.unit.analysis.failover.build import (
    ingress,
    names,
    part,
    plain_service,
    report,
    service,
    slices,
)
from tests.unit.analysis.failover.test_properties import NAMES, fleets
from tests.unit.analysis.versions.planning import cluster, question

DARK = "shop/checkout would have no ready endpoint"
HOST = "shop.example.com"


def gate(fleet: FleetSnapshot, *services: FleetService) -> FailoverGate:
    """The gate of a fleet with these services."""
    return FailoverGate(fleet, report(fleet, *services))


class TestServices:
    def test_each_other_s_only_failover_are_not_away_together(self) -> None:
        found = gate(names("a", "b", "c"), service(part("a", 2), part("b", 1), part("c")))
        assert found(("a", "b")) == DARK
        assert found(("a",)) == found(("b",)) == found(("c",)) == ""
        assert found(("a", "c")) == ""
        assert found(("a", "b", "c")) == DARK

    def test_the_only_server_of_a_service_is_not_away(self) -> None:
        found = gate(names("a", "b"), service(part("a", 2), part("b", sources=["a"])))
        assert found(("a",)) == DARK
        assert found(("b",)) == ""

    def test_what_has_nothing_ready_now_keeps_nobody(self) -> None:
        assert gate(names("a", "b"), service(part("a", 0), part("b")))(("a",)) == ""

    def test_endpoints_that_cannot_be_read_are_no_failover(self) -> None:
        fleet = build.fleet(build.cluster("a"), build.unreachable("b"), build.cluster("c"))
        alone = gate(fleet, service(part("a", 2), part("b", unknown="timeout")))
        words = alone(("a",))
        assert words.startswith("whether shop/checkout would keep an endpoint is not known: ")
        assert "b" in words
        both = gate(fleet, service(part("a", 2), part("b", unknown="timeout"), part("c", 1)))
        assert both(("a",)) == ""

    def test_whether_consul_fails_over_cannot_be_told(self) -> None:
        consul = Dialect.CONSUL
        words = gate(
            names("a", "b"), service(part("a", 2, dialect=consul), part("b", 2, dialect=consul))
        )(("a",))
        assert "Consul only" in words

    def test_several_are_counted(self) -> None:
        many = [service(part("a", 1), key=ServiceKey("shop", f"s{n}")) for n in range(5)]
        assert gate(names("a", "b"), *many)(("a",)) == (
            "shop/s0, shop/s1 and 3 more would have no ready endpoint"
        )
        fleet = build.fleet(build.cluster("a"), build.unreachable("b"))
        unread = [
            service(part("a", 1), part("b", unknown="x"), key=ServiceKey("shop", f"s{n}"))
            for n in range(3)
        ]
        assert "(and 2 services more)" in gate(fleet, *unread)(("a",))

    def test_a_cluster_under_two_names_is_one(self) -> None:
        one, two = build.cluster("a", uid="one"), build.cluster("b", uid="one")
        fleet = build.fleet(one, two, build.cluster("c"))
        found = gate(fleet, service(part("a", 1), part("b", 1), part("c", 1)))
        assert found(("a", "c")) == found(("b", "c")) == DARK
        assert found(("b",)) == ""

    def test_strange_names_are_an_error(self) -> None:
        with pytest.raises(ValueError, match="no such cluster: z"):
            gate(names("a"))(("a", "z"))


class TestHosts:
    def test_clusters_that_serve_a_host_together_are_not_away_together(self) -> None:
        own = [ingress(HOST), plain_service("web"), slices("web", 1)]
        fleet = build.fleet(build.cluster("a", own), build.cluster("b", own), build.cluster("c"))
        found = gate(fleet)
        assert found(("a", "b")) == f"{HOST} would have no server"
        assert found(("a",)) == found(("a", "c")) == ""

    def test_a_server_with_nothing_behind_it_is_none(self) -> None:
        good = [ingress(HOST), plain_service("web"), slices("web", 1)]
        fleet = build.fleet(
            build.cluster("a", good), build.cluster("b", good), build.cluster("c", [ingress(HOST)])
        )
        assert gate(fleet)(("a", "b")) == f"{HOST} would have no server"

    def test_a_host_with_one_server_keeps_nobody(self) -> None:
        own = [ingress(HOST), plain_service("web"), slices("web", 1)]
        fleet = build.fleet(build.cluster("a", own), build.cluster("b"))
        assert gate(fleet)(("a",)) == gate(fleet)(("a", "b")) == ""


@given(fleets(), st.booleans())
def test_it_agrees_with_the_simulation(services: list[FleetService], dead: bool) -> None:
    fleet = names(*NAMES)
    if dead:
        fleet = build.fleet(*(build.cluster(n) for n in NAMES[:3]), build.unreachable("d"))
    found = report(fleet, *services)
    asked = FailoverGate(fleet, found)
    for size in range(1, len(NAMES) + 1):
        for lost in combinations(NAMES, size):
            impacts = simulate(fleet, found, lost).services
            dark = {one.impact is Impact.OUTAGE for one in impacts}
            unclear = [one for one in impacts if one.impact is Impact.UNKNOWN]
            words = asked(lost)
            assert ("no ready endpoint" in words) == (True in dark)
            if any(one.left == 0 for one in unclear):
                assert words
            if words and True not in dark:
                assert unclear


@given(fleets(), st.lists(st.integers(33, 36), min_size=4, max_size=4), st.booleans())
def test_no_turn_of_a_plan_breaks_a_service(
    services: list[FleetService], minors: list[int], meshed: bool
) -> None:
    fleet = names(*NAMES)
    found = report(fleet, *services)
    groups = [["istio m1"], ["istio m1"], [], ["linkerd"]] if meshed else [[], [], [], []]
    versions = [
        cluster(name, at, groups=some)
        for name, at, some in zip(NAMES, minors, groups, strict=True)
    ]  # fmt: skip
    asked = FailoverGate(fleet, found)
    plan = make_plan(question(*versions, gate=asked))
    for number in {one.number for one in plan.steps}:
        away = [one.cluster for one in plan.steps if one.number == number]
        for impact in simulate(fleet, found, away).services:
            assert impact.impact is not Impact.OUTAGE
    for name, at in zip(NAMES, minors, strict=True):
        assert at == 36 or not asked((name,)) or name in {one.cluster for one in plan.held}
