"""CHK02: services, conflicts, ports, and DNS that no object tells of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.checklist.grounds import Grounds
from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.services.model import Dialect, FleetService, Part, Port
from mckconsole.domain.findings import Finding, Severity, Unknown
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.checklist.made import NOW, answered, evidence, fleet, grounds
from tests.unit.analysis.failover import build as made

NAMED = frozenset({Port("http", "TCP", 80, "")})
BARE = frozenset({Port("", "TCP", 80, "")})


def part(
    cluster: str, ready: int | None = 2, *, ports: frozenset[Port] = NAMED,
    dialect: Dialect = Dialect.LIGHTHOUSE, unknown: str = "",
) -> Part:  # fmt: skip
    """A cluster's part in a service; without endpoints they could not be read."""
    facts = msgspec.structs.replace(made.facts(), ports=ports)
    return made.part(cluster, ready, service=facts, dialect=dialect, unknown=unknown)


def of(*services: FleetService, unread: Mapping[str, Mapping[str, str]] = {}, **more: object) -> (
    Grounds
):  # fmt: skip
    """Grounds of three clusters and these services."""
    clusters = fleet("a", "b", "c")
    report = made.report(clusters, *services, unread=unread)
    facts = {
        name: replace(one, at={"endpointslices": NOW - 7, "services": NOW - 9})
        for name, one in report.clusters.items()
    }
    return grounds(clusters, services=replace(report, clusters=facts, **more))  # type: ignore[arg-type]


def judged(*services: FleetService, **more: object) -> Answer:
    """The answer for a."""
    return answered("CHK02", of(*services, **more))  # type: ignore[arg-type]


def service(*parts: Part, findings: tuple[Finding, ...] = ()) -> FleetService:
    """A service with these findings."""
    return replace(made.service(*parts), findings=findings)


def finding(
    rule: str, severity: Severity = Severity.MEDIUM, cluster: str = "a", pane: str = "services"
) -> Finding:
    """Something that a rule says."""
    return Finding(rule, pane, severity, cluster, None, "title", "", (evidence(cluster),), "mend")


def test_two_clusters_with_ready_endpoints_pass() -> None:
    found = judged(service(part("a"), part("b")))
    assert (found.mark, found.missing) == (Mark.PASS, ())
    assert found.reason == "1 service with ready endpoints in 2 clusters"
    assert found.as_of == NOW - 7
    assert {one.cluster for one in found.evidence} == {"a", "b"}
    assert "dig +noall +answer checkout.shop.svc.clusterset.local A" in found.probe
    assert "_http._tcp.checkout.shop.svc.clusterset.local SRV" in found.probe


@pytest.mark.parametrize(
    ("one", "mark", "words"),
    [
        (service(part("a")), Mark.WARN, "are in a only"),
        (service(part("a", 0), part("b", 2)), Mark.WARN, "are in b only"),
        (service(part("a", 0), part("b", 0)), Mark.FAIL, "shop/checkout has no ready endpoint"),
        (service(part("a", 0), part("b", None)), Mark.UNKNOWN, "endpoints of b were not read"),
        (service(part("a", ports=BARE), part("b", ports=BARE)), Mark.WARN, "no named port"),
        (service(part("a", ports=BARE), part("b")), Mark.PASS, "1 service"),
        (service(part("a", ports=frozenset()), part("b", ports=frozenset())), Mark.PASS, "1 s"),
        (service(part("a", dialect=Dialect.CILIUM_GLOBAL),
                 part("b", dialect=Dialect.CILIUM_GLOBAL)), Mark.PASS, "1 service"),
    ],
)  # fmt: skip
def test_endpoints_and_ports(one: FleetService, mark: Mark, words: str) -> None:
    found = judged(one)
    assert found.mark is mark
    assert words in found.reason


@pytest.mark.parametrize("dialect", [Dialect.GKE, Dialect.CLOUD_MAP, Dialect.MCS, Dialect.CONSUL])
def test_what_no_object_shows_waits_for_a_probe(dialect: Dialect) -> None:
    found = judged(service(part("a", dialect=dialect), part("b", dialect=dialect)))
    assert (found.mark, found.lifted) == (Mark.UNKNOWN, Mark.PASS)


@pytest.mark.parametrize(
    ("rule", "severity", "mark"),
    [
        ("SD03", Severity.HIGH, Mark.WARN),
        ("SD05", Severity.MEDIUM, Mark.WARN),
        ("SD05", Severity.INFO, Mark.PASS),
        ("SD02", Severity.MEDIUM, Mark.WARN),
        ("SD02", Severity.HIGH, Mark.FAIL),
        ("SD01", Severity.CRITICAL, Mark.FAIL),
        ("SD15", Severity.CRITICAL, Mark.PASS),
    ],
)
def test_findings_on_services(rule: str, severity: Severity, mark: Mark) -> None:
    found = judged(service(part("a"), part("b"), findings=(finding(rule, severity),)))
    assert found.mark is mark
    assert ("mend" in found.fix) is (mark is not Mark.PASS)


def test_findings_on_others_do_not_count() -> None:
    told = finding("SD01", Severity.HIGH, "b")
    one = service(part("a"), part("b"), findings=(told,))
    assert judged(one).mark is Mark.PASS
    concerned = service(part("a"), part("b"), findings=(replace(told, peers=("a",)),))
    assert judged(concerned).mark is Mark.FAIL


def test_dns_that_does_not_lead_there_fails() -> None:
    well = service(part("a"), part("b"))
    found = judged(well, findings=(finding("SD14", Severity.HIGH),))
    assert found.mark is Mark.FAIL
    assert found.reason == "SD14 title"
    other = judged(well, findings=(finding("SD14", Severity.HIGH, "b"),))
    assert other.mark is Mark.PASS


def test_dns_of_a_provider_waits_for_a_probe_and_unread_dns_does_not() -> None:
    gap = (Unknown("services", "a", "SD14", "there is no kube-system/coredns"),)
    well = service(part("a"), part("b"))
    found = judged(well, unknowns=gap)
    assert (found.mark, found.lifted) == (Mark.UNKNOWN, Mark.PASS)
    closed = build.cluster("a", states={"corefile": TopicState.FORBIDDEN})
    around = of(well, unknowns=gap)
    both = build.fleet(closed, build.cluster("b"), build.cluster("c"))
    found = answered("CHK02", replace(around, fleet=both))
    assert (found.mark, found.lifted) == (Mark.UNKNOWN, None)


def test_unread_services_are_unknown() -> None:
    gap = (Unknown("services", "a", "*", "endpointslices forbidden"),)
    found = judged(service(part("a"), part("b")), unknowns=gap)
    assert (found.mark, found.lifted) == (Mark.UNKNOWN, None)


def test_what_a_mesh_keeps_to_itself_waits_for_a_probe() -> None:
    one = service(part("a", unknown="it stands in istiod only"), part("b"))
    assert judged(one).lifted is Mark.PASS
    found = judged(one, unread={"a": {"services": "forbidden"}})
    assert (found.mark, found.lifted) == (Mark.UNKNOWN, None)


def test_no_service_is_no_pass() -> None:
    assert (judged().mark, judged().lifted) == (Mark.UNKNOWN, Mark.PASS)
    found = answered("CHK02", grounds())
    assert (found.mark, found.lifted) == (Mark.UNKNOWN, None)
    found = answered("CHK02", grounds(build.fleet(build.unreachable("a"))))
    assert (found.mark, found.lifted) == (Mark.UNKNOWN, None)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 3)), max_size=3))
def test_a_pass_means_endpoints_in_two_clusters(parts: list[tuple[str, int | None]]) -> None:
    found = judged(service(*(part(name, ready) for name, ready in dict(parts).items())))
    if found.mark is Mark.PASS:
        assert sum(bool(ready) for ready in dict(parts).values()) >= 2
        assert "a" in dict(parts)
