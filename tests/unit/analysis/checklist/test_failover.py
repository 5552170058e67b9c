"""CHK09: what a simulated loss means for the checklist."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.checklist.model import Mark
from mckconsole.analysis.failover.model import (
    FailoverReport,
    HostLoss,
    HubLoss,
    Impact,
    LocalLoss,
    ServiceImpact,
)
from mckconsole.analysis.failover.simulate import simulate_each
from mckconsole.analysis.services.model import ServiceKey
from mckconsole.domain.findings import Unknown
from tests.unit.analysis import build
from tests.unit.analysis.checklist.made import NOW, answered, evidence, fleet, grounds, mesh, pair
from tests.unit.analysis.failover import build as made


def service(impact: Impact) -> ServiceImpact:
    """What becomes of a service."""
    return ServiceImpact(
        ServiceKey("shop", "web"), impact, 2, 0, ("a",), (), (), "because",
        evidence=(evidence("a", NOW - 30),),
    )  # fmt: skip


LOSS = FailoverReport(("a",), NOW, unaffected=3)
DARK = HostLoss("shop.example.com", ("a",), ())
UNSURE = HostLoss("shop.example.com", ("a",), (), unread=("b",))
SAFE = HostLoss("shop.example.com", ("a",), ("b",))
HUB = HubLoss("a", "Submariner broker", "no new discovery", ("b",))
ALONE = LocalLoss("a", "shop", "db", "StatefulSet", 1, (), stateful=True)
GAP = Unknown("failover", "b", "*", "unreachable")


@pytest.mark.parametrize(
    ("loss", "mark", "words"),
    [
        (LOSS, Mark.PASS, "goes on without it: 3 services, 0 hosts"),
        (replace(LOSS, services=(service(Impact.OUTAGE),)), Mark.FAIL, "shop/web outage: because"),
        (replace(LOSS, services=(service(Impact.DEGRADED),)), Mark.WARN, "shop/web degraded"),
        (replace(LOSS, services=(service(Impact.UNKNOWN),)), Mark.UNKNOWN, "shop/web unknown"),
        (replace(LOSS, services=(service(Impact.NOTED),)), Mark.PASS, "4 services"),
        (replace(LOSS, hosts=(DARK,)), Mark.FAIL, "nobody else serves shop.example.com"),
        (replace(LOSS, hosts=(UNSURE,)), Mark.UNKNOWN, "whether b serves"),
        (replace(LOSS, hosts=(SAFE,)), Mark.PASS, "1 host"),
        (replace(LOSS, hubs=(HUB,)), Mark.WARN, "Submariner broker is lost: no new discovery"),
        (replace(LOSS, unknowns=(GAP,)), Mark.UNKNOWN, "b: unreachable"),
        (replace(LOSS, local=(ALONE,)), Mark.WARN, "nothing of it fails over: shop/db"),
        (
            replace(LOSS, local=(ALONE,), hosts=(SAFE,)),
            Mark.PASS,
            "lost with it: 1 that run nowhere else",
        ),
        (replace(LOSS, services=(service(Impact.OUTAGE),), unknowns=(GAP,)), Mark.FAIL, "outage"),
    ],
)
def test_marks(loss: FailoverReport, mark: Mark, words: str) -> None:
    found = answered("CHK09", grounds(fleet("a", "b"), losses={"a": loss}))
    assert found.mark is mark
    assert words in found.reason
    assert found.evidence
    assert found.as_of == (NOW - 30 if loss.services else NOW)
    assert ("mckconsole failover --lose a" in found.fix) is (mark in (Mark.FAIL, Mark.WARN))


@pytest.mark.parametrize("losses", [None, {}])
def test_without_a_simulation_nothing_passes(losses: dict[str, FailoverReport] | None) -> None:
    found = answered("CHK09", grounds(fleet("a", "b"), losses=losses))
    assert (found.mark, found.reason) == (Mark.UNKNOWN, "its loss was not simulated")
    away = build.fleet(build.unreachable("a"))
    assert "unreachable: timeout" in answered("CHK09", grounds(away, losses=losses)).missing


def test_real_simulations() -> None:
    clusters = made.names("a", "b")
    shared = made.service(made.part("a", 2), made.part("b", 2))
    only = made.service(made.part("a", 2), key=ServiceKey("shop", "cart"))
    report = made.report(clusters, shared, only)
    losses = simulate_each(clusters, report)
    of = grounds(clusters, services=report, losses=losses)
    assert answered("CHK09", of, "a").mark is Mark.FAIL
    assert "shop/cart" in answered("CHK09", of, "a").reason
    assert answered("CHK09", of, "b").mark is Mark.PASS


def test_the_probe_is_for_submariner_alone() -> None:
    joined = answered("CHK09", grounds(fleet("a", "b"), losses={"a": LOSS}, mesh=mesh(pair())))
    assert joined.probe == (
        "subctl verify --context ctx-a --tocontext ctx-b --only gateway-failover --disruptive-tests"
    )
    assert answered("CHK09", grounds(fleet("a", "b"), losses={"a": LOSS})).probe == ""
