"""The demo's timeline tells what is planted, in one order by corrected clocks, and nothing else."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from mckconsole.analysis.timeline.model import Entry, Sort, TimelineReport, Tone
from mckconsole.demo.fleet import EmbeddedFleet
from tests.contract.planted import read_demo
from tests.contract.planted_timeline import AT_START, FIRING, INCIDENT, OF_THE_RELEASE, told

SKEWED, AHEAD = "lab-fra-1", 95.0


def timeline(after: float = 0.0) -> TimelineReport:
    async def run() -> TimelineReport:
        async with EmbeddedFleet() as fleet:
            fleet.advance(after)
            _, analysis = await read_demo(fleet)
            return analysis.timeline

    return asyncio.run(run())


@pytest.fixture(scope="module")
def start() -> TimelineReport:
    return timeline()


@pytest.fixture(scope="module")
def later() -> TimelineReport:
    return timeline(FIRING)


def one(report: TimelineReport, cluster: str, what: str, subject: str) -> Entry:
    return next(
        entry
        for entry in report.entries
        if (entry.cluster, entry.what) == (cluster, what) and subject in entry.subject
    )


def test_what_the_demo_begins_with_is_planted_and_nothing_else(start: TimelineReport) -> None:
    assert told(start.entries) == AT_START


def test_the_release_adds_what_is_planted_and_nothing_else(later: TimelineReport) -> None:
    assert told(later.entries) - AT_START == OF_THE_RELEASE
    assert told(later.entries) >= AT_START


def test_only_one_cluster_has_the_incident(later: TimelineReport) -> None:
    cluster, name = INCIDENT
    about = [entry for entry in later.entries if name in entry.subject]
    assert {entry.cluster for entry in about} == {cluster}


def test_the_latest_is_first_and_the_cause_comes_before_the_effect(later: TimelineReport) -> None:
    assert all(int(one.at) >= int(other.at) for one, other in pairwise(later.entries))
    cluster, name = INCIDENT
    scaled = one(later, cluster, "ScalingReplicaSet", name)
    backed_off = one(later, cluster, "BackOff", name)
    fires = one(later, cluster, "KubePodCrashLooping firing", name)
    assert scaled.at < backed_off.first < fires.at
    assert (backed_off.tone, fires.tone) == (Tone.WARNING, Tone.WARNING)
    assert backed_off.count > 2


def test_a_clock_that_is_ahead_is_corrected(start: TimelineReport) -> None:
    """Two minutes ago by its own clocks, which are a minute and a half ahead."""
    ahead = dict(start.clocks)
    assert ahead[SKEWED] == pytest.approx(AHEAD, abs=2.0)
    guard = one(start, SKEWED, "Unhealthy", "policy/guard")
    webhook = one(start, "onprem-1", "Unhealthy", "pod-identity-webhook")
    assert webhook.at - guard.at == pytest.approx((2.0 - 1.5) * 60, abs=3.0)


def test_what_could_not_be_read_is_said(start: TimelineReport) -> None:
    reasons = dict(start.unread)
    assert reasons.keys() == {"edge-fra-1", "stage-sdc-1"}
    assert "forbidden" in reasons["stage-sdc-1"]
    assert all(
        entry.cluster != "stage-sdc-1" for entry in start.entries if entry.sort is Sort.EVENT
    )
