"""SD13 of a whole cluster: how many of Globalnet's addresses are left."""

from __future__ import annotations

import pytest

from mckconsole.analysis.services.model import ClusterFacts
from mckconsole.analysis.services.pool import QUERY, check_pool
from mckconsole.domain.findings import Severity
from mckconsole.domain.metrics import MetricState, MetricVector, Sample
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW

FACTS = ClusterFacts("east", frozenset({"east"}), True, globalnet=True)


def vector(*left: float, cidr: str = "242.0.0.0/24", age: float = 5.0) -> MetricVector:
    samples = tuple(Sample({"cidr": cidr}, value, NOW - age) for value in left)
    return MetricVector(MetricState.FRESH, samples=samples, asked_at=NOW)


@pytest.mark.parametrize(
    ("metrics", "found", "unknown"),
    [
        (vector(26), 0, 0),
        (vector(25), 1, 0),
        (vector(0), 1, 0),
        (vector(0, age=600), 0, 1),
        (vector(), 0, 1),
        (vector(0, cidr="not a range"), 0, 0),
        (MetricVector(MetricState.FAILED, "502"), 0, 1),
        (None, 0, 1),
    ],
)
def test_a_pool_that_is_nearly_used(metrics: MetricVector | None, found: int, unknown: int) -> None:
    cluster = build.cluster("east", metrics={QUERY: metrics} if metrics else None)
    findings, unknowns = check_pool(build.fleet(cluster), cluster, FACTS)
    assert (len(findings), len(unknowns)) == (found, unknown)
    for one in findings:
        assert (one.severity, one.evidence[0].source) == (Severity.MEDIUM, "prometheus")


def test_nothing_is_asked_without_globalnet() -> None:
    cluster = build.cluster("east", metrics={QUERY: vector(0)})
    facts = ClusterFacts("east", frozenset({"east"}), True)
    assert check_pool(build.fleet(cluster), cluster, facts) == ([], [])
