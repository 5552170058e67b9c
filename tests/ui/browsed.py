"""A fleet that answers from memory what is browsed, and notes what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mckconsole.domain.resources import (
    Catalogue,
    CellValue,
    Query,
    ResourceKind,
    ResourceTable,
    TableColumn,
    TableRow,
)
from mckconsole.domain.states import TopicState
from mckconsole.sources.errors import ConnectionTrouble

PODS = ResourceKind("", "v1", "pods", "Pod", "pod", ("po",))
DEPLOYMENTS = ResourceKind("apps", "v1", "deployments", "Deployment", "deployment", ("deploy",))
GATEWAYS = ResourceKind("submariner.io", "v1", "gateways", "Gateway", "gateway", ("gw",))
OTHERS = ResourceKind("gateway.networking.k8s.io", "v1", "gateways", "Gateway", "gateway")
COLUMNS = tuple(TableColumn(name) for name in ("Name", "Ready", "Status", "Restarts", "Node"))
CREATED = "2026-01-01T00:00:00Z"


def pod(name: str, status: str = "Running", *, namespace: str = "shop", restarts: int = 0) -> (
    TableRow
):  # fmt: skip
    ready = "1/1" if status == "Running" else "0/1"
    cells: tuple[CellValue, ...] = (name, ready, status, restarts, "node-1")
    return TableRow(namespace, name, name, CREATED, cells)


def table(cluster: str, *rows: TableRow, kind: ResourceKind = PODS, **changes: Any) -> (
    ResourceTable
):  # fmt: skip
    made = ResourceTable(
        cluster, TopicState.FRESH, kind=kind, columns=COLUMNS, rows={row.key: row for row in rows}
    )
    return replace(made, **changes)


@dataclass
class Looking:
    """A browsing of the fleet."""

    fleet: Browsable
    query: Query
    clusters: Sequence[str]
    told: Callable[[], None]
    closed: bool = False

    @property
    def tables(self) -> Mapping[str, ResourceTable]:
        return {name: self.fleet.table(name, self.query.kind) for name in self.clusters}

    def close(self) -> None:
        self.closed = True


@dataclass
class Browsable:
    """In place of an opened fleet."""

    names: tuple[str, ...]
    content: dict[tuple[str, str], ResourceTable] = field(default_factory=dict)
    """By cluster and the kind's name."""
    kinds: dict[str, Catalogue] = field(default_factory=dict)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while clusters say what they serve."""
    looks: list[Looking] = field(default_factory=list)
    load: dict[str, float] = field(default_factory=dict)
    held: dict[str, Any] = field(default_factory=dict)

    def table(self, cluster: str, kind: str) -> ResourceTable:
        missing = ResourceTable(cluster, TopicState.ABSENT, f"{kind} is not served")
        return self.content.setdefault((cluster, kind), missing)

    def put(self, *tables: ResourceTable) -> None:
        """These are there now, and who looks is told."""
        for one in tables:
            assert one.kind is not None
            self.content[one.cluster, one.kind.name] = one
        for look in self.looks:
            if not look.closed:
                look.told()

    def groups(self, name: str) -> Sequence[str]:
        return ()

    def refresh(self, names: Collection[str] | None = None) -> None: ...

    async def catalogue(self, cluster: str) -> Catalogue:
        await self.answers.wait()
        if cluster not in self.kinds:
            raise ConnectionTrouble(f"{cluster} is unreachable")
        return self.kinds[cluster]

    def browse(
        self, query: Query, clusters: Sequence[str], told: Callable[[], None]
    ) -> Looking:  # fmt: skip
        look = Looking(self, query, tuple(clusters), told)
        self.looks.append(look)
        return look

    @property
    def open(self) -> list[Looking]:
        """Those that are not closed."""
        return [one for one in self.looks if not one.closed]
