"""What an endpoint has of a cluster, by `up`: whether, how fresh, and which of the targets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mckconsole.domain.metrics import REPLICAS, TARGETS, MetricState, MetricVector, Sample
from mckconsole.domain.snapshot import ClusterSnapshot

STALE = 300.0
"""Seconds from which a cluster's newest series is old: as long as Prometheus shows a series that
is not written any more."""
WANTED: Mapping[str, re.Pattern[str]] = {
    "kube-state-metrics": re.compile(r"kube-?state-?metrics|\bksm\b", re.I),
    "API server": re.compile(r"(?:^|/)(?:kubernetes-|kube-|controlplane-)?apiservers?$", re.I),
    "cluster DNS": re.compile(r"core-?dns|kube-dns|dns-default", re.I),
}
"""Targets without which a cluster is blind, by the jobs that scrape configurations in use give
them."""


class Presence(NamedTuple):
    """A cluster in an endpoint; times are left out where the answer does not depend on them."""

    endpoint: str
    state: MetricState
    reason: str
    there: bool
    stale: bool
    down: tuple[str, ...]
    missing: tuple[str, ...]
    doubled: str
    """The label that tells two copies of the same series apart; empty where there is one."""
    strangers: tuple[str, ...]
    age: float | None
    """Seconds, to ten, of the newest series; None where there is none."""


def presences(cluster: ClusterSnapshot) -> tuple[Presence, ...]:
    """The cluster in each endpoint, without ages: these change all the time."""
    vector = cluster.metrics.get(TARGETS)
    return tuple(presence(one)._replace(age=None) for one in (vector, *vector.beside))


def presence(vector: MetricVector) -> Presence:
    """The cluster in one endpoint."""
    newest = max((one.at for one in vector.samples), default=None)
    age = None if newest is None else max(vector.asked_at - newest, 0.0)
    down, missing = _targets(vector.samples)
    return Presence(
        vector.endpoint,
        vector.state,
        vector.reason,
        bool(vector.samples),
        age is not None and age > STALE,
        down,
        missing,
        _doubled(vector.samples),
        vector.strangers,
        age,
    )


def _targets(samples: Iterable[Sample]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those of the wanted that are all down, and those that are not there."""
    up: dict[str, bool] = {}
    for one in samples:
        job = one.labels.get("job", "")
        for name, pattern in WANTED.items():
            if pattern.search(job):
                up[name] = up.get(name, False) or one.value > 0
    down = tuple(name for name in WANTED if up.get(name) is False)
    return down, tuple(name for name in WANTED if name not in up)


def _doubled(samples: Iterable[Sample]) -> str:
    """The replica label by which a job is there twice."""
    values: dict[tuple[str, str], set[str]] = {}
    for one in samples:
        for label in REPLICAS:
            if label in one.labels:
                values.setdefault((label, one.labels.get("job", "")), set()).add(one.labels[label])
    return next((label for (label, _), several in values.items() if len(several) > 1), "")
