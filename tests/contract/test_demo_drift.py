"""Comparing the demo's clusters finds what is planted, in the right clusters, and nothing else."""

from __future__ import annotations

import asyncio

import pytest

from mckconsole.analysis.sameness.drift import Drift, DriftRow, DriftState
from mckconsole.demo.fleet import EmbeddedFleet
from tests.contract.planted_drift import (
    DEAD,
    DEPLOYMENTS,
    RELEASED,
    Different,
    demo_drift,
    where_deployed,
)

KIND = "deployments.apps"


def compared(kind: str, after: float = 0.0) -> Drift:
    async def run() -> Drift:
        async with EmbeddedFleet() as fleet:
            fleet.advance(after)
            return await demo_drift(fleet, kind)

    return asyncio.run(run())


@pytest.fixture(scope="module")
def drift() -> Drift:
    return compared(KIND)


def place(row: DriftRow) -> str:
    return "/".join(row.key)


def told(drift: Drift) -> set[Different]:
    found = set()
    for row in drift.rows:
        if row.state is DriftState.DIFFERS:
            sides: dict[int, set[str]] = {}
            for cluster, group in row.groups.items():
                sides.setdefault(group, set()).add(cluster)
            apart = frozenset(frozenset(one) for one in sides.values())
            found.add(Different(place(row), frozenset(row.areas), apart))
    return found


def test_what_differs_is_what_is_planted_and_nothing_else(drift: Drift) -> None:
    assert told(drift) == DEPLOYMENTS


def test_where_each_is_and_where_none_is(drift: Drift) -> None:
    planted = where_deployed()
    answering = set(drift.clusters) - {DEAD}
    assert {place(row) for row in drift.rows} == {
        one for one, clusters in planted.items() if clusters & answering
    }
    for row in drift.rows:
        there = planted[place(row)] & answering
        assert row.groups.keys() == there, row.key
        assert {*row.missing} == answering - there, row.key
        assert row.unread == (DEAD,), row.key


def test_the_cluster_that_is_dead_is_unread_with_a_reason(drift: Drift) -> None:
    assert drift.unread == (DEAD,)
    assert drift.gaps[DEAD]


def test_the_release_of_the_script_is_one_difference_more() -> None:
    later = told(compared(KIND, 100.0))
    assert later - DEPLOYMENTS == {RELEASED}
    assert later >= DEPLOYMENTS


def test_after_it_was_taken_back_nothing_is_left_of_it() -> None:
    assert told(compared(KIND, 800.0)) == DEPLOYMENTS
