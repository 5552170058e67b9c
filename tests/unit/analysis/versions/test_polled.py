"""Answers of Prometheus that say nothing new."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.mesh.links import MeshReport
from mckconsole.analysis.versions.polled import Polled
from mckconsole.analysis.versions.report import VersionsMemory, analyse_versions
from mckconsole.config.support_data import shipped
from mckconsole.domain.metrics import MetricState, MetricVector, Sample
from mckconsole.domain.snapshot import FleetSnapshot
from tests.unit.analysis import build
from tests.unit.analysis.versions.parts import kubeadm


def answer(*samples: Sample, at: float = 0.0) -> MetricVector:
    return build.vector(*samples, asked_at=build.NOW + at)


FIRST = answer(build.sample(1, node="n1"), build.sample(2, node="n2"))


def later(seconds: float, *samples: Sample) -> MetricVector:
    """The same so much later, or other samples."""
    moved = (replace(one, at=one.at + seconds) for one in samples or FIRST.samples)
    return answer(*moved, at=seconds)


def test_the_same_samples_at_another_time_say_the_same() -> None:
    assert Polled(FIRST) == Polled(FIRST)
    assert Polled(FIRST) == Polled(later(15))
    assert Polled(FIRST) == Polled(later(10_000))


@pytest.mark.parametrize(
    "other",
    [
        later(15, build.sample(1, node="n1")),
        later(15, build.sample(2, node="n1"), build.sample(2, node="n2")),
        later(15, build.sample(1, node="n3"), build.sample(2, node="n2")),
        later(15, build.sample(1, node="n1", age=301), build.sample(2, node="n2")),
        replace(later(15), state=MetricState.PARTIAL, reason="a store is down"),
        replace(later(15), endpoint="another"),
        replace(FIRST, asked_at=build.NOW + 301),  # no new samples: they are of the past now
        MetricVector(MetricState.FAILED, "timeout"),
    ],
)
def test_what_says_something_else_is_not_the_same(other: MetricVector) -> None:
    assert Polled(FIRST) != Polled(other)


def test_it_is_no_other_thing() -> None:
    assert Polled(FIRST) != FIRST


def test_a_poll_that_says_nothing_new_costs_no_analysis() -> None:
    def polled(seconds: float, minor: int = 34) -> FleetSnapshot:
        one = build.sample(1, instance="10.0.0.1:6443", git_version=f"v1.{minor}.2")
        at = replace(one, at=one.at + seconds)
        vector = answer(at, at=seconds)
        west = kubeadm(metrics={"apiserver-builds": vector})
        topics = {name: replace(view, generation=1) for name, view in west.topics.items()}
        return build.fleet(replace(west, topics=topics))

    data, first = shipped(), polled(0)
    report, memory = analyse_versions(first, data, MeshReport(), VersionsMemory())
    west, view = first.clusters["west"], polled(15).clusters["west"].metrics
    again = replace(first, clusters={"west": replace(west, metrics=view)})
    assert analyse_versions(again, data, MeshReport(), memory)[0] is report
    view = polled(15, 35).clusters["west"].metrics
    news = replace(first, clusters={"west": replace(west, metrics=view)})
    changed, _ = analyse_versions(news, data, MeshReport(), memory)
    assert [one.rule for one in changed.findings if one.rule == "SK01"] == ["SK01"]
