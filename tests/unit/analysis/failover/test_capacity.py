"""Whether what is left can grow by what is lost: autoscalers, requests, free room."""

from __future__ import annotations

import pytest

from mckconsole.analysis.failover.capacity import LEAVES_OUT
from mckconsole.analysis.failover.model import Absorb, FailoverReport, Headroom
from mckconsole.analysis.failover.quantities import amount
from mckconsole.analysis.services.model import ServiceKey
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.build import Doc
from tests.unit.analysis.failover.build import (
    autoscaler,
    lose,
    node,
    only,
    part,
    service,
    workload,
)

PODS = workload("checkout", cpu="500m", memory="1Gi")


def lost_three(*docs: Doc, states: dict[str, TopicState] | None = None) -> FailoverReport:
    """Three of six endpoints are lost; what is left runs in b."""
    fleet = build.fleet(build.cluster("a"), build.cluster("b", docs, states=states))
    return lose(fleet, "a", service(part("a", 3), part("b", 3)))


@pytest.mark.parametrize(
    ("docs", "absorb", "words"),
    [
        ([PODS, autoscaler("checkout", 6), node("n")], Absorb.YES, "may grow by 3, has room"),
        ([PODS, autoscaler("checkout", 5), node("n")], Absorb.NO, "may grow by 2"),
        ([PODS, node("n")], Absorb.NO, "has no autoscaler"),
        ([PODS, autoscaler("checkout", 3), node("n")], Absorb.NO, "its autoscaler's most"),
        ([PODS, autoscaler("checkout", 9), node("n", cpu="2")], Absorb.NO, "has room for 1"),
        ([PODS, autoscaler("checkout", 9), node("n", memory="5Gi")], Absorb.NO, "room for 2"),
        ([PODS, autoscaler("checkout", 9), node("n", pods="4")], Absorb.NO, "room for 1"),
        (
            [PODS, autoscaler("checkout", 9), node("n", ready="Unknown")],
            Absorb.UNKNOWN,
            "no node takes pods",
        ),
        ([PODS, autoscaler("checkout", 9), node("n", cpu="much")], Absorb.UNKNOWN, "cpu"),
        (
            [workload("checkout"), autoscaler("checkout", 9), node("n")],
            Absorb.UNKNOWN,
            "request nothing",
        ),
        ([workload("other"), node("n")], Absorb.UNKNOWN, "shows no workload behind it"),
        (
            [
                workload("checkout", kind="StatefulSet", cpu="1"),
                autoscaler("checkout", 9, kind="StatefulSet"),
                node("n", cpu="6"),
            ],
            Absorb.YES,
            "has room for 3",
        ),
    ],
)
def test_growth(docs: list[Doc], absorb: Absorb, words: str) -> None:
    found = only(lost_three(*docs))
    assert found.absorb is absorb, found.absorb_reason
    assert found.absorb_reason.startswith("3 more needed: b ")
    assert words in found.absorb_reason


@pytest.mark.parametrize("topic", ["autoscalers", "deployments", "nodes", "daemonsets"])
def test_what_cannot_be_read_makes_it_unknown(topic: str) -> None:
    docs = [PODS, autoscaler("checkout", 9), node("n")]
    found = only(lost_three(*docs, states={topic: TopicState.FORBIDDEN}))
    assert found.absorb is Absorb.UNKNOWN
    assert topic in found.absorb_reason


def test_headroom_is_what_no_template_requests() -> None:
    agents = workload("agent", kind="DaemonSet", replicas=2, cpu="250m", memory="512Mi")
    (found,) = lost_three(PODS, agents, node("n1"), node("n2", cpu="4")).headroom
    gib = 1024**3
    assert found == Headroom("b", 12 - 1.5 - 0.5, (64 - 3 - 1) * gib, 220 - 5, LEAVES_OUT)


def test_services_that_fit_alone_may_not_fit_together() -> None:
    docs = [
        *(workload(name, cpu="1") for name in ("one", "two")),
        *(autoscaler(name, 9) for name in ("one", "two")),
        node("n", cpu="10"),
    ]
    fleet = build.fleet(build.cluster("a"), build.cluster("b", docs))
    from tests.unit.analysis.failover.build import facts

    made = [
        service(
            part("a", 3),
            part("b", 3, service=facts({"app": name})),
            key=ServiceKey("shop", name),
        )
        for name in ("one", "two")
    ]
    assert [one.absorb for one in lose(fleet, "a", made[0]).services] == [Absorb.YES]
    together = lose(fleet, "a", *made)
    assert [one.absorb for one in together.services] == [Absorb.NO, Absorb.NO]
    assert all("together want more" in one.absorb_reason for one in together.services)
    (room,) = together.headroom
    assert (room.cpu_free, room.cpu_wanted, room.short) == (4, 6, True)


def test_nothing_left_cannot_absorb_and_unknown_is_unknown() -> None:
    fleet = build.fleet(build.cluster("a"), build.cluster("b"), build.unreachable("c"))
    assert only(lose(fleet, "ac", service(part("a", 3)))).absorb is Absorb.NO
    assert only(lose(fleet, "a", service(part("a", 3)))).absorb is Absorb.UNKNOWN


@pytest.mark.parametrize(
    ("quantity", "number"),
    [
        ("500m", 0.5), ("2", 2.0), (3, 3.0), ("2Gi", 2 * 1024**3), ("1k", 1000.0), ("1e3", 1000.0),
        ("", None), ("-1", None), ("much", None), ("1Zi", None), ("NaN", None), ("1e400", None),
        ("1E999999999", None), ("9" * 65, None), ("Infinity", None),
    ],
)  # fmt: skip
def test_amounts(quantity: str | int, number: float | None) -> None:
    assert amount(quantity) == number
