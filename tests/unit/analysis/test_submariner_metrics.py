"""Every row of the table that holds Submariner's metrics against its Gateway objects."""

from __future__ import annotations

import pytest

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.memory import AnalysisMemory
from mckconsole.analysis.mesh.links import Link, LinkState
from mckconsole.domain.metrics import MetricState, MetricVector, Sample
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, connection, gateway, sample, vector

LABELS = {
    "local_cluster": "east",
    "remote_cluster": "west",
    "local_hostname": "east-gw-1",
    "remote_hostname": "west-gw-1",
}


def series(value: float, *, age: float = 5, **labels: str) -> Sample:
    """A sample about east's tunnel to west."""
    return sample(value, age=age, **{**LABELS, **labels})


def judge(
    status: str,
    metrics: dict[str, MetricVector],
    *,
    gateways: TopicState = TopicState.FRESH,
    now: float = NOW,
    memory: AnalysisMemory | None = None,
) -> tuple[Link, Analysis]:
    """East's link to west."""
    docs = [
        gateway("east", connection("west", status), now=now),
        build.submariner("east"),
        build.endpoint("west"),
    ]
    fleet = build.fleet(
        build.cluster("east", docs, metrics=metrics, states={"gateways": gateways}, as_of=now),
        build.cluster("west", [gateway("west", connection("east"), now=now)], as_of=now),
        taken_at=now,
    )
    analysis = analyse(fleet, memory=memory or AnalysisMemory())
    (link,) = [one for one in analysis.mesh.links if one.key.source == "east"]
    return link, analysis


def sources(link: Link) -> set[str]:
    return {item.source for item in link.evidence}


def test_an_error_stands_although_the_driver_is_connected() -> None:
    metrics = {"submariner-connections": vector(series(1, status="connected"))}
    link, _ = judge("error", metrics)
    assert link.state is LinkState.DOWN
    assert "tunnel up, datapath failing: the driver is connected" in link.notes
    assert "prometheus" in sources(link)


def test_a_newer_error_in_the_metrics_wins() -> None:
    metrics = {"submariner-requested-connections": vector(series(1, age=1, status="error"))}
    link, _ = judge("connected", metrics)
    assert (link.state, link.cause) == (LinkState.DOWN, "metrics-error")


def test_an_older_error_in_the_metrics_is_only_noted() -> None:
    metrics = {"submariner-requested-connections": vector(series(1, age=20, status="error"))}
    link, _ = judge("connected", metrics)
    assert link.state is LinkState.UP
    assert any("older than the Gateway" in note for note in link.notes)


def test_an_outdated_sample_says_nothing() -> None:
    metrics = {"submariner-requested-connections": vector(series(1, age=91, status="error"))}
    assert judge("connected", metrics)[0].notes == ()


def test_an_error_that_outlasts_two_scrapes_is_the_operators() -> None:
    memory, link = AnalysisMemory(), None
    for step in range(3):
        now = NOW + 30 * step
        newer = Sample({**LABELS, "status": "error"}, 1, now - 1)
        metrics = {"submariner-requested-connections": vector(newer, asked_at=now)}
        link, analysis = judge("connected", metrics, now=now, memory=memory)
        memory = analysis.memory
    assert link is not None
    assert any("operator is not reconciling" in note for note in link.notes)
    assert link.cause != "metrics-error"


def test_sticky_driver_series_are_noted() -> None:
    both = vector(series(1, status="connected"), series(1, status="connecting"))
    link, _ = judge("connected", {"submariner-connections": both})
    assert link.state is LinkState.UP
    assert any("old `connecting` series" in note for note in link.notes)


@pytest.mark.parametrize(
    ("rx", "tx", "state"),
    [
        (0, 90_000, LinkState.DEGRADED),
        (4_000, 90_000, LinkState.UP),
        (0, 0, LinkState.UP),
        (4_000, 0, LinkState.UP),
    ],
)
def test_sending_without_receiving_is_one_way(rx: float, tx: float, state: LinkState) -> None:
    metrics = {
        "submariner-rx-growth": vector(series(rx)),
        "submariner-tx-growth": vector(series(tx)),
    }
    assert judge("connected", metrics)[0].state is state


def test_missing_series_are_information() -> None:
    link, _ = judge("connected", {"submariner-connections": vector()})
    assert link.state is LinkState.UP
    assert link.notes == ("metrics missing for this tunnel",)


def test_no_prometheus_is_no_news() -> None:
    assert judge("connected", {})[0].notes == ()


def test_a_failing_prometheus_is_named() -> None:
    failed = vector(state=MetricState.FAILED, reason="prom-test: connection refused")
    link, _ = judge("connected", {"submariner-connections": failed})
    assert link.notes == ("metrics unreadable: prom-test: connection refused",)


@pytest.mark.parametrize(
    ("age", "seconds", "shown", "note"),
    [
        (1, 0.9, 0.9, "is frozen"),
        (30, 0.9, 0.022, "metrics' round trip 900 ms is frozen"),
        (1, 0.06, 0.022, ""),
        (1, 0.03, 0.022, ""),
    ],
)
def test_the_newer_of_two_round_trips_is_shown(
    age: float, seconds: float, shown: float, note: str
) -> None:
    link, _ = judge("connected", {"submariner-latency": vector(series(seconds, age=age))})
    assert link.current_rtt == pytest.approx(shown)
    assert bool(note) == any(note in one for one in link.notes if note)
    assert link.state is (LinkState.SLOW if shown > 0.5 else LinkState.UP)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("connected", LinkState.UNVERIFIED),
        ("connecting", LinkState.CONNECTING),
        ("error", LinkState.DOWN),
        ("odd", LinkState.UNKNOWN),
    ],
)
def test_metrics_alone_never_make_a_link_up(status: str, state: LinkState) -> None:
    metrics = {"submariner-requested-connections": vector(series(1, status=status))}
    link, _ = judge("connected", metrics, gateways=TopicState.FORBIDDEN)
    assert link.state is state
    assert "metrics only" in link.reason
    assert link.current_rtt is None


def test_series_of_another_gateway_or_cluster_do_not_count() -> None:
    metrics = {
        "submariner-requested-connections": vector(
            series(1, age=1, status="error", local_hostname="east-gw-9"),
            series(1, age=1, status="error", local_cluster="north"),
        )
    }
    assert judge("connected", metrics)[0].state is LinkState.UP
