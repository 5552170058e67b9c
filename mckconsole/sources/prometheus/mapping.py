"""Which cluster a series belongs to, by the endpoint's configuration and the series' labels.

An endpoint configured with exactly one plain cluster name owns all its series, whatever labels
they carry. Any other endpoint is told apart by a label; what names no cluster of the fleet is
counted, never guessed. Submariner's `local_cluster` and `remote_cluster` and Cilium's
`source_cluster` and `target_cluster` are part of the measurement and are not looked at here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from mckconsole.config.model import PrometheusConfig
from mckconsole.domain.metrics import CLUSTER_LABELS, REPLICAS, Sample
from mckconsole.domain.text import clean, shorten
from mckconsole.sources.prometheus.trouble import Series

REPLICA_LABELS = frozenset(REPLICAS)
"""Labels that tell the two halves of a highly available pair apart, and nothing else."""
NO_LABEL = "(no cluster label)"
MAX_UNMAPPED = 100
MAX_VALUE = 100
OTHERS = "(others)"
YEAR_10000 = 253_402_300_800.0
"""From here on a time stamp is none, Unix seconds."""


@dataclass(slots=True)
class Attributed:
    """The series of one answer, by cluster."""

    samples: dict[str, list[Sample]] = field(default_factory=dict)
    odd: dict[str, int] = field(default_factory=dict)
    """Series per cluster whose value or time is none (NaN, infinite) and that are left out."""
    unmapped: dict[str, int] = field(default_factory=dict)
    """Label values that name no cluster, and how many series carry each."""


class Attribution:
    """The label → cluster mapping of one endpoint."""

    def __init__(self, config: PrometheusConfig, clusters: Sequence[str]) -> None:
        patterns = config.clusters
        self._fleet = frozenset(clusters)
        self.covered: tuple[str, ...] = tuple(
            name for name in clusters if not patterns or any(_covers(p, name) for p in patterns)
        )
        """Clusters of the fleet whose metrics this endpoint is configured to hold."""
        self._covered = frozenset(self.covered)
        single = len(patterns) == 1 and not set(patterns[0]) & set("*?[")
        self.owner: str | None = patterns[0] if single else None
        """The one cluster that every series belongs to, if it is so configured."""
        self.labels = (config.cluster_label,) if config.cluster_label else CLUSTER_LABELS
        self._names = {clean(value): clean(name) for value, name in config.cluster_names.items()}

    def split(self, series: Iterable[Series], keep: Iterable[str] = ()) -> Attributed:
        """Attribute each series, drop the labels that only served that but those to `keep`, merge
        duplicates."""
        replicas = REPLICA_LABELS.difference(keep)
        result = Attributed()
        merged: dict[str, dict[frozenset[tuple[str, str]], Sample]] = {}
        for one in series:
            cluster, label, value = self._place(one.labels)
            if cluster is None:
                _count(result.unmapped, value)
                continue
            if cluster not in self._covered:
                continue
            if not math.isfinite(one.value) or not 0 <= one.at < YEAR_10000:
                result.odd[cluster] = result.odd.get(cluster, 0) + 1
                continue
            drop = replicas if label is None else replicas | {label}
            labels = {name: text for name, text in one.labels.items() if name not in drop}
            _merge(merged.setdefault(cluster, {}), Sample(labels, one.value, one.at))
        result.samples = {cluster: list(found.values()) for cluster, found in merged.items()}
        return result

    def owns(self, labels: Mapping[str, str], cluster: str) -> bool:
        """Whether a series with these labels is one of `cluster`."""
        return cluster in self._covered and self._place(labels)[0] == cluster

    def place(self, labels: Mapping[str, str]) -> str | None:
        """The covered cluster that these labels name; nothing where they name none of the fleet,
        None where they name one that is not covered."""
        cluster = self._place(labels)[0]
        if cluster is None:
            return ""
        return cluster if cluster in self._covered else None

    def _place(self, labels: Mapping[str, str]) -> tuple[str | None, str | None, str]:
        """(cluster, the label that named it, or else the value that names none)."""
        if self.owner is not None:
            return self.owner, None, ""
        stranger = ""
        for label in self.labels:
            value = labels.get(label, "")
            name = self._names.get(value, value)
            if name in self._fleet:
                return name, label, value
            stranger = stranger or value
        return None, None, stranger or NO_LABEL


def _covers(pattern: str, name: str) -> bool:
    return pattern == name or fnmatchcase(name, pattern)


def _merge(held: dict[frozenset[tuple[str, str]], Sample], sample: Sample) -> None:
    """Keep the newest of equal label sets, and of equally new ones the greater value."""
    key = frozenset(sample.labels.items())
    other = held.get(key)
    if other is None or (sample.at, sample.value) > (other.at, other.value):
        held[key] = sample


def _count(unmapped: dict[str, int], value: str) -> None:
    value = shorten(value, MAX_VALUE)
    if value not in unmapped and len(unmapped) >= MAX_UNMAPPED:
        value = OTHERS
    unmapped[value] = unmapped.get(value, 0) + 1
