"""Tables of the usual kinds, for a recording: kept current for as long as it is made.

They are what the API server prints, so that a recording can be browsed as the fleet is.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.domain.resources import Query, ResourceTable
from mckconsole.store.opened import Browsing, OpenedFleet
from mckconsole.store.recording.codec import ROWS, TABLED, TABLES
from mckconsole.store.recording.sampler import Chains
from mckconsole.store.recording.values import TableHead
from mckconsole.store.recording.writer import Change

KINDS = (
    "pods",
    "deployments.apps",
    "replicasets.apps",
    "statefulsets.apps",
    "daemonsets.apps",
    "jobs.batch",
    "cronjobs.batch",
    "nodes",
    "namespaces",
    "services",
    "ingresses.networking.k8s.io",
    "persistentvolumeclaims",
)
"""Kinds that are recorded; never Secrets, nor what holds configuration."""


class Tables:
    """The tables of all clusters."""

    def __init__(self, live: OpenedFleet) -> None:
        self._live = live
        self._names: tuple[str, ...] = ()
        self._looks: dict[str, Browsing] = {}
        self._chains = Chains()
        self._seen: dict[tuple[str, str], ResourceTable] = {}

    def changes(self) -> Iterator[Change]:
        """What became of them since the last time. For the loop's thread."""
        if self._live.names != self._names:
            self._open()
        found: dict[str, dict[str, ResourceTable]] = {}
        for kind, look in self._looks.items():
            for cluster, table in look.tables.items():
                found.setdefault(cluster, {})[kind] = table
        for cluster, tables in found.items():
            yield from self._cluster(cluster, tables)

    def close(self) -> None:
        """Nobody looks at them any more."""
        for look in self._looks.values():
            look.close()
        self._looks.clear()

    def _open(self) -> None:
        before = dict(self._looks)
        self._names = tuple(self._live.names)
        for kind in KINDS:
            self._looks[kind] = self._live.browse(Query(kind), self._names, lambda: None)
        for look in before.values():
            look.close()

    def _cluster(self, cluster: str, tables: dict[str, ResourceTable]) -> Iterator[Change]:
        heads = {kind: _head(table) for kind, table in tables.items()}
        yield from self._chains.change(cluster, TABLES, heads)
        times = {kind: (table.as_of, table.clock_offset) for kind, table in tables.items()}
        yield from self._chains.change(cluster, TABLED, times)
        for kind, table in tables.items():
            before = self._seen.get((cluster, kind))
            if before is None or before.rows is not table.rows:
                self._seen[cluster, kind] = table
                yield from self._chains.change(cluster, f"{ROWS}{kind}", table.rows)


def _head(table: ResourceTable) -> TableHead:
    return TableHead(
        table.state,
        table.reason,
        table.kind,
        table.columns,
        dict(table.unread),
        table.undecodable,
    )
