"""The services pane: one row per service that crosses clusters, worst first.

Rows are remembered by the service that they show: the analysis hands on the same object as long as
nothing about it changes, so one change among thousands costs one row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.services.dns import first_name
from mckconsole.analysis.services.model import FleetService, ServiceState
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.views.cells import signed
from mckconsole.views.explain import count
from mckconsole.views.services_cells import (
    NOTHING,
    STATE_ROLES,
    clusters_cell,
    part_cells,
    ready_cell,
)
from mckconsole.views.services_columns import column_ids, taking_part
from mckconsole.views.spec import BLANK, GLYPHS, Cell, Role, Row

_MAX_REASON = 512
_made: WeakKeyDictionary[FleetService, tuple[tuple[str, ...], Row]] = WeakKeyDictionary()
"""Rows, each with the clusters whose columns it has."""


def rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per service, in the analysis's order."""
    clusters = taking_part(analysis.services)
    ids = column_ids(clusters)
    found = []
    for service in analysis.services.services:
        known = _made.get(service)
        if known is None or known[0] is not clusters:
            known = _made[service] = clusters, _row(service, ids)
        found.append(known[1])
    return found


def find_service(analysis: Analysis, row_id: str) -> FleetService | None:
    """The service behind a row; None when it is gone."""
    for service in analysis.services.services:
        if row_id.endswith(service.key.name) and str(service.key) == row_id:
            return service
    return None


def _row(service: FleetService, ids: Mapping[str, str]) -> Row:
    role = STATE_ROLES[service.state]
    parts = part_cells(service)
    key = service.key
    exporters, importers = len(service.exporters), len(service.importers)
    names = ", ".join(service.dialects)
    return Row(
        str(key),
        {
            "service": Cell(key.name, Role.PLAIN, key.name),
            "namespace": Cell(key.namespace or "–", Role.PLAIN, key.namespace),
            "state": signed(role, service.state.value),
            "clusters": clusters_cell(service, parts),
            "ready": ready_cell(service),
            "exported": _exported(service, exporters),
            "imported": Cell(str(importers), Role.PLAIN, importers),
            **{column: parts.get(name, NOTHING) for name, column in ids.items()},
            "dialects": Cell(names, Role.PLAIN, names) if names else BLANK,
            "reason": _reason(service),
            "dns": _dns(service),
        },
        tuple(finding.id for finding in service.findings),
        role,
        tuple(parts),
        key.namespace,
    )


def _exported(service: FleetService, exporters: int) -> Cell:
    """How many export it; that none does is not known while some cluster's part was not read."""
    if exporters:
        return Cell(str(exporters), Role.PLAIN, exporters)
    if any(part.unknown for part in service.parts.values()):
        return Cell("0 ?", Role.UNKNOWN, 0)
    return Cell("0", Role.WARN, 0)


def _reason(service: FleetService) -> Cell:
    """What is worst, and of how many."""
    if not service.reason:
        return BLANK
    role = Role.DIM if service.state is ServiceState.OK else Role.PLAIN
    return Cell(shorten(service.reason, _MAX_REASON), role, service.reason)


def _dns(service: FleetService) -> Cell:
    name = first_name(service)
    return Cell(name, Role.DIM, name) if name else BLANK


def summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`12 services across clusters  ✖ 2 broken  ● 10 ok`, worst first."""
    counts = Counter(service.state for service in analysis.services.services)
    total = len(analysis.services.services)
    parts = [f"{total} service{'' if total == 1 else 's'} across clusters"]
    parts += [
        f"{GLYPHS[STATE_ROLES[state]]} {counts[state]} {state}"
        for state in ServiceState
        if counts[state]
    ]
    return "  ".join(parts)


def empty(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """Why there is no service."""
    if not snapshot.clusters:
        return "no clusters, so no services across them"
    blocked = [one for one in analysis.services.unknowns if one.rule == "*"]
    if blocked:
        others = len({one.cluster for one in blocked}) - 1
        where = blocked[0].cluster + (f" and {count(others, 'other cluster')}" if others else "")
        return f"no service is known to cross clusters; not read in {where}: {blocked[0].reason}"
    return (
        "no service crosses clusters: none is exported or imported here by ServiceExport,"
        " MultiClusterService, a Cilium global service, a Linkerd mirror, Istio or Consul"
    )
