"""Hosts of lost clusters, and who else serves them."""

from __future__ import annotations

import pytest

from mckconsole.analysis.failover.model import FailoverReport, Impact
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.build import Doc
from tests.unit.analysis.failover.build import (
    http_route,
    ingress,
    lose,
    plain_service,
    route,
    slices,
)

HOST = "shop.example.com"


def lost(here: list[Doc], there: list[Doc], **states: TopicState) -> FailoverReport:
    fleet = build.fleet(build.cluster("a", here), build.cluster("b", there, states=states))
    return lose(fleet, "a")


@pytest.mark.parametrize(
    ("here", "there", "served"),
    [
        (ingress(HOST), ingress(HOST), True),
        (ingress(HOST), ingress("SHOP.example.com"), True),
        (ingress(HOST), route(HOST), True),
        (route(HOST), http_route(HOST), True),
        (ingress(HOST), ingress("*.example.com"), True),
        (ingress("a.b.example.com"), ingress("*.example.com"), False),
        (ingress("a.b.example.com"), http_route("*.example.com"), True),
        (ingress("*.example.com"), ingress("*.example.com"), True),
        (ingress("*.example.com"), ingress(HOST), False),
        (http_route("*.b.example.com"), http_route("*.example.com"), True),
        (ingress("*.example.com"), ingress("*.com"), False),
        (ingress("example.com"), ingress("*.example.com"), False),
        (ingress(HOST), ingress("shop.example.org"), False),
        (ingress(HOST), ingress(""), False),
    ],
)
def test_who_else_serves_a_host(here: Doc, there: Doc, served: bool) -> None:
    backend = [plain_service("web"), slices("web", 1)]
    (found,) = lost([here], [there, *backend]).hosts
    assert found.left_in == (("b",) if served else ())
    assert found.impact is (Impact.NOTED if served else Impact.OUTAGE)
    assert found.lost_in == ("a",)
    assert found.evidence[0].value == found.host


def test_a_server_with_nothing_behind_it_serves_nobody() -> None:
    (found,) = lost([ingress(HOST)], [ingress(HOST)]).hosts
    assert found.left_in == ()
    assert found.evidence[-1].value == f"{HOST}, but nothing behind it is ready"


@pytest.mark.parametrize("topic", ["ingresses", "httproutes", "routes"])
def test_what_cannot_be_read_is_unknown(topic: str) -> None:
    report = lost([ingress(HOST)], [], **{topic: TopicState.FORBIDDEN})
    assert report.hosts[0].impact is Impact.UNKNOWN
    assert report.hosts[0].unread == ("b",)
    assert any(one.rule == "hosts" and topic in one.reason for one in report.unknowns)


def test_kinds_that_are_not_served_hold_nothing() -> None:
    states = {"routes": TopicState.ABSENT, "httproutes": TopicState.ABSENT}
    assert lost([ingress(HOST)], [], **states).hosts[0].impact is Impact.OUTAGE


def test_routes_without_hosts_are_said() -> None:
    report = lost([http_route(None)], [])
    assert report.hosts == ()
    assert any("name no host" in one.reason for one in report.unknowns)


def test_hints_of_how_names_are_moved() -> None:
    dns = "external-dns.alpha.kubernetes.io"
    annotations = {
        "k8gb.io/strategy": "failover",
        f"{dns}/set-identifier": "eu",
        f"{dns}/aws-weight": "10",
        f"{dns}/ttl": "600",
    }
    (found,) = lost([ingress(HOST, **annotations)], []).hosts
    expected = "k8gb strategy failover, external-dns record eu weighted, DNS TTL 600"
    assert found.hint == expected


def test_hosts_without_another_server_come_first() -> None:
    names = ("a.example.com", "b.example.com")
    backend = [plain_service("web"), slices("web", 1)]
    report = lost([ingress(name) for name in names], [ingress(names[0]), *backend])
    assert [one.host for one in report.hosts] == ["b.example.com", "a.example.com"]
