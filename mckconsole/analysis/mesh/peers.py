"""What Linkerd, Istio and Consul links have in common: peers by name, and samples with their age.

None of these gives a cluster a name of its own that others must use: whoever sets up a link says
what the other end is called. A name means the cluster that the fleet calls so; else the one whose
kubeconfig context it is; else what the mesh itself knows of it (Linkerd's gateway address). A name
that means none of these stays as it was written, and its cluster is not in the fleet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from mckconsole.analysis.mesh.evidence import measured
from mckconsole.analysis.mesh.links import (
    WARN,
    Claim,
    Link,
    LinkState,
)
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.analysis.unread import unread_reason
from mckconsole.domain.findings import Evidence
from mckconsole.domain.metrics import MetricState, MetricVector, Sample
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.domain.times import format_age

OTHER_NAME = " (mesh name)"
"""Follows a mesh's name for a cluster where the fleet calls another one so."""
_SHOWN = 4
"""Samples of one metric that are kept as evidence."""


class FleetNames:
    """Finds the cluster that a mesh calls by some name."""

    def __init__(self, fleet: FleetSnapshot) -> None:
        self._names = frozenset(fleet.clusters)
        contexts: dict[str, list[str]] = {}
        for cluster in fleet.clusters.values():
            contexts.setdefault(cluster.context, []).append(cluster.name)
        self._contexts = {text: found[0] for text, found in contexts.items() if len(found) == 1}

    def resolve(self, source: str, written: str, known: str = "") -> tuple[str, bool]:
        """The name to show for `written` in `source`, and whether it is a cluster of this fleet.

        `known` is the cluster that the mesh's own means tell, if any.
        """
        for name in (written, self._contexts.get(written, ""), known):
            if name in self._names and name != source:
                return name, True
        if written in self._names:
            return f"{written}{OTHER_NAME}", False
        return written or "(unnamed)", False


class Samples:
    """One query's samples in one cluster by a label's value, current and old ones apart.

    A scrape that gives its targets a label of the same name moves a metric's own to `exported_…`.
    """

    def __init__(
        self, cluster: ClusterSnapshot, query: str, label: str, now: float, limits: Thresholds
    ) -> None:
        self.cluster = cluster
        self.query = query
        self._label = label
        self.vector: MetricVector = cluster.metrics.get(query)
        self.asked = self.vector.asked_at or now
        self._limit = limits.sample_stale
        self._by_value: dict[str, list[Sample]] = {}
        for sample in self.vector.samples:
            own = sample.labels.get(f"exported_{label}") or sample.labels.get(label, "")
            self._by_value.setdefault(own, []).append(sample)

    @property
    def names(self) -> frozenset[str]:
        """The label's values; one that is empty names nothing."""
        return frozenset(self._by_value) - {""}

    def current(self, name: str) -> list[Sample]:
        """Samples about `name` that are not too old to be believed."""
        return [one for one in self._by_value.get(name, ()) if self.asked - one.at <= self._limit]

    def everything(self) -> list[Sample]:
        """Current samples about anything that has a name."""
        return [one for name in self.names for one in self.current(name)]

    def old(self, name: str) -> list[Sample]:
        """The others."""
        return [one for one in self._by_value.get(name, ()) if self.asked - one.at > self._limit]

    def evidence(self, metric: str, samples: Iterable[Sample]) -> list[Evidence]:
        """The first few, the smallest value first."""
        first = sorted(samples, key=lambda sample: (sample.value, -sample.at))[:_SHOWN]
        return [measured(self.cluster.name, metric, sample) for sample in first]

    def why_none(self, what: str) -> str:
        """Why there is no sample about something; `what` ends the sentence."""
        if self.vector.samples and not self.names:
            return (
                f"its series lack the label {self._label}: what scrapes or relabels them replaced "
                f"it, and must keep it as exported_{self._label}"
            )
        if self.vector.state is MetricState.FRESH:
            return f"no current series {what}"
        return self.vector.reason or self.vector.state.value

    def partial(self) -> Claim | None:
        """UNVERIFIED where the answer may lack the series that would tell otherwise."""
        if self.vector.state is not MetricState.PARTIAL:
            return None
        reason = f"metrics are incomplete: {self.vector.reason}"
        return Claim(LinkState.UNVERIFIED, WARN, reason, "partial-metrics")

    def too_old(self, name: str) -> Claim | None:
        """STALE where all that is known of `name` is old; None where nothing or more is."""
        old = self.old(name)
        if not old or self.current(name):
            return None
        age = self.asked - max(sample.at for sample in old)
        return Claim(LinkState.STALE, WARN, f"newest sample is {format_age(age)} old", "old-sample")


def unconfirmed(cluster: ClusterSnapshot, topics: Sequence[str]) -> str:
    """Why what is held of `topics` may be old; empty when it is current."""
    held = [cluster.topic(name) for name in topics]
    return "; ".join(unread_reason(one) for one in held if not one.state.conclusive)


def conclusive(fleet: FleetSnapshot, name: str, topics: Sequence[str]) -> bool:
    """Whether the absence of an object of `topics` in a cluster of the fleet means something."""
    cluster = fleet.clusters.get(name)
    return cluster is not None and all(cluster.topic(topic).conclusive for topic in topics)


def without_way_back(
    fleet: FleetSnapshot, links: Sequence[Link], topics: Sequence[str], words: str
) -> list[Link]:
    """The links, with `words` where the other end certainly has none back.

    `words` may name `{target}` and `{source}`.
    """
    ways = {(link.key.source, link.key.target) for link in links}
    sure: Mapping[str, bool] = {
        name: conclusive(fleet, name, topics) for name in {link.key.target for link in links}
    }
    return [
        replace(link, one_way=words.format(target=link.key.target, source=link.key.source))
        if sure[link.key.target] and (link.key.target, link.key.source) not in ways
        else link
        for link in links
    ]
