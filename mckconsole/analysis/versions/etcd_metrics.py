"""UB15: what the metrics of etcd's members say, where a Prometheus has them.

Source: https://etcd.io/docs/v3.6/op-guide/maintenance/ (space quota: once the database is as large,
etcd takes no more writes) and https://etcd.io/docs/v3.6/metrics/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mckconsole.analysis.mesh.evidence import measured
from mckconsole.analysis.versions.ground import MOST_EVIDENCE, Ground
from mckconsole.analysis.versions.model import Blocker, Gravity, Phase
from mckconsole.domain.findings import Evidence
from mckconsole.domain.metrics import MetricState, Sample
from mckconsole.domain.wording import counted, listed

SIZE, QUOTA, LEADER = "etcd-size", "etcd-quota", "etcd-leader"
ETCD_QUERIES: Final = (SIZE, QUOTA, LEADER)
_METRICS: Final = {
    SIZE: "etcd_mvcc_db_total_size_in_bytes",
    QUOTA: "etcd_server_quota_backend_bytes",
    LEADER: "etcd_server_has_leader",
}
_RULE: Final = "UB15"
_FRESH: Final = 300.0
"""Seconds after which a sample says nothing of the present."""
_LARGE, _FULL = 0.8, 0.95
"""Shares of the quota from which on it warns, and blocks."""
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Member:
    """One member as it measures itself."""

    name: str
    """Where it was scraped."""
    samples: Mapping[str, Sample]
    """By query."""

    @property
    def filled(self) -> float | None:
        """The database's share of its quota; None where that is not measured."""
        size, quota = self.samples.get(SIZE), self.samples.get(QUOTA)
        if size is None or quota is None or not quota.value > 0:
            return None
        return size.value / quota.value

    @property
    def leaderless(self) -> bool:
        """Whether it knows no leader."""
        found = self.samples.get(LEADER)
        return found is not None and found.value == 0

    def shown(self, cluster: str, *queries: str) -> Iterator[Evidence]:
        """Samples as evidence."""
        for one in queries:
            if one in self.samples:
                yield measured(cluster, _METRICS[one], self.samples[one])


def measured_members(ground: Ground) -> tuple[Member, ...]:
    """Members that were scraped lately, by name."""
    found: dict[str, dict[str, Sample]] = {}
    for query in ETCD_QUERIES:
        vector = ground.cluster.metrics.get(query)
        if vector.state not in (MetricState.FRESH, MetricState.PARTIAL):
            continue
        for sample in vector.samples:
            if vector.asked_at - sample.at <= _FRESH:
                name = sample.labels.get("instance") or sample.labels.get("pod", "")
                found.setdefault(name, {})[query] = sample
    return tuple(Member(name, found[name]) for name in sorted(found))


def measured_blockers(ground: Ground, members: tuple[Member, ...]) -> Iterator[Blocker]:
    """Members without a leader, and databases that are nearly as large as they may be."""
    lost = [one for one in members if one.leaderless]
    if lost:
        yield Blocker(
            _RULE,
            Gravity.BLOCK,
            Phase.CONTROL_PLANE,
            f"{counted(len(lost), 'member')} of etcd without a leader",
            f"{listed([one.name for one in lost], _NAMED)}: nothing can be written through them",
            "Mend etcd first: " + ground.kubectl("get pods -l component=etcd", "kube-system"),
            subject="leader",
            evidence=tuple(e for one in lost for e in one.shown(ground.name, LEADER)),
        )
    large = [(one, share) for one in members if (share := one.filled or 0.0) > _LARGE]
    if large:
        worst = max(share for _, share in large)
        names = listed([f"{one.name} {share:.0%}" for one, share in large], _NAMED)
        shown = (e for one, _ in large for e in one.shown(ground.name, SIZE, QUOTA))
        yield Blocker(
            _RULE,
            Gravity.BLOCK if worst > _FULL else Gravity.WARN,
            Phase.CONTROL_PLANE,
            f"etcd's database has {worst:.0%} of its quota",
            f"{names}: once it is full, etcd takes no more writes",
            "Compact and defragment it, one member at a time, or raise --quota-backend-bytes: "
            "etcdctl defrag",
            subject="size",
            evidence=tuple(shown)[:MOST_EVIDENCE],
        )
