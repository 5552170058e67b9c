"""CHK05 by what a real Prometheus says that federates other real ones: which clusters are there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from mckconsole.analysis.checklist.grounds import Grounds
from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.checklist.others import others_of
from mckconsole.config.model import PrometheusConfig
from mckconsole.domain.metrics import QUERIES, TARGETS, MetricState, MetricVector
from mckconsole.sources.prometheus import PrometheusSource
from mckconsole.store.metrics import merge
from tests.real.prometheus import (
    NEEDS_PROMETHEUS,
    PROMETHEUS,
    RealPrometheus,
    exporter,
    prometheus,
)
from tests.unit.analysis import build
from tests.unit.analysis.checklist.test_observability import prometheus as settings_of

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(PROMETHEUS is None, reason=NEEDS_PROMETHEUS),
]

CLUSTERS = ("east", "west", "south", "north")
"""Seen, not federated at all, an hour behind, and without a label of its own."""
_JOBS = ("kube-state-metrics", "apiserver", "coredns")
_BEHIND = 1800.0


def up(cluster: str = "", at: float | None = None) -> str:
    """What `/federate` of a cluster's Prometheus shows of its targets."""
    label = f',cluster="{cluster}"' if cluster else ""
    stamp = f" {at * 1000:.0f}" if at is not None else ""
    lines = (f'up{{job="{job}",instance="i"{label}}} 1{stamp}' for job in _JOBS)
    return "# TYPE up untyped\n" + "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPrometheus]:
    """Federates a real Prometheus that scrapes east's targets, and what north's and south's show;
    south's has got nothing new for half an hour, and west's nobody federates."""
    folder = tmp_path_factory.mktemp("federation")
    with ExitStack() as stack:
        targets = [stack.enter_context(exporter("x 1\n")) for _ in _JOBS]
        leaf = stack.enter_context(
            prometheus(
                folder / "east",
                jobs={job: one.address for job, one in zip(_JOBS, targets, strict=True)},
                external_labels={"cluster": "east", "prometheus_replica": "east-0"},
            )
        )
        south = stack.enter_context(exporter(up("south", time.time() - _BEHIND)))
        north = stack.enter_context(exporter(up()))
        leaf.until('up{job="coredns"}')
        found = stack.enter_context(
            prometheus(
                folder / "hub",
                federate=[leaf.address, south.address, north.address],
                match='{__name__="up"}',
                flags=["--query.lookback-delta=1h"],
            )
        )
        found.until('up{job="coredns"}', 3)
        yield found


async def asked(server: RealPrometheus, name: str = "hub") -> dict[str, MetricVector]:
    """What an endpoint for all of them answers."""
    config = PrometheusConfig(name=name, url=server.url)
    source = PrometheusSource(config, CLUSTERS)
    try:
        answers = await source.query([one for one in QUERIES if one.id == TARGETS])
    finally:
        await source.close()
    return {name: vectors[TARGETS] for name, vectors in merge([answers]).items()}


def answers(vectors: dict[str, MetricVector], *labelled: str) -> dict[str, Answer]:
    """The answers for a fleet of which some clusters' Prometheus name themselves."""
    clusters = [
        build.cluster(name, [settings_of(name if name in labelled else "")],
                      metrics={TARGETS: vectors[name]})
        for name in CLUSTERS
    ]  # fmt: skip
    fleet = build.fleet(*clusters)
    answer = others_of(Grounds(fleet))[0]["CHK05"]
    return {one.name: answer(one) for one in clusters}


async def test_the_federation_shows_who_is_missing_behind_or_unnamed(hub: RealPrometheus) -> None:
    vectors = await asked(hub)
    assert {one.state for one in vectors.values()} == {MetricState.FRESH}
    found = answers(vectors, "east", "west", "south")
    marks = {name: one.mark for name, one in found.items()}
    assert marks == {
        "east": Mark.PASS,
        "west": Mark.FAIL,
        "south": Mark.WARN,
        "north": Mark.UNKNOWN,
    }
    assert "fresh in hub with 4 clusters" in found["east"].reason
    assert "hub has no series of it" in found["west"].reason
    assert "its newest series in hub is 30 m old" in found["south"].reason
    assert "its Prometheus has no cluster label" in found["north"].reason


async def test_what_a_target_that_is_down_says(hub: RealPrometheus) -> None:
    vectors = await asked(hub)
    jobs = {one.labels["job"] for one in vectors["east"].samples}
    assert jobs >= set(_JOBS)
    assert all(one.value == 1 for one in vectors["east"].samples if one.labels["job"] in _JOBS)


async def test_an_endpoint_that_does_not_answer_proves_nothing(hub: RealPrometheus) -> None:
    dead = RealPrometheus("http://127.0.0.1:9", hub.process)
    found = answers(await asked(dead), *CLUSTERS)
    assert {one.mark for one in found.values()} == {Mark.UNKNOWN}
