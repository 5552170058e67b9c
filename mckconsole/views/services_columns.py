"""The columns of the services pane: those that are always there, and one for each cluster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.services.model import ServicesReport
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.views.filter_columns import folded
from mckconsole.views.panes import SERVICES
from mckconsole.views.spec import Column

_BEFORE = "dialects"
"""The clusters stand left of this column."""
_PRIORITY = 4
"""They come when what is wrong has its place."""
_KEPT = 8
"""Sets of clusters whose columns are remembered: they seldom change."""


def every_column(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Column]:
    """The fixed columns with those of the clusters among them."""
    return _columns(taking_part(analysis.services))


def column_ids(clusters: tuple[str, ...]) -> dict[str, str]:
    """Ids of the clusters' columns by cluster: their names, where no other column has that."""
    return dict(_ids(clusters))


def taking_part(report: ServicesReport) -> tuple[str, ...]:
    """Clusters with a part in some service, unread ones among them, in the fleet's order."""
    missing = dict.fromkeys(report.clusters)
    for service in report.services:
        if not missing:
            break
        for name in [name for name in missing if name in service.parts]:
            del missing[name]
    return _same(tuple(name for name in report.clusters if name not in missing))


@lru_cache(_KEPT)
def _same(clusters: tuple[str, ...]) -> tuple[str, ...]:
    """One object for equal ones, so that they are quick to compare."""
    return clusters


@lru_cache(_KEPT)
def _columns(clusters: tuple[str, ...]) -> tuple[Column, ...]:
    ids = _ids(clusters)
    own = [
        Column(
            ids[name],
            name,
            priority=_PRIORITY,
            help=f"the part of {name}: exp with ready endpoints of all, or imp",
            name=True,
            cluster=name,
        )
        for name in clusters
    ]
    at = next(n for n, column in enumerate(SERVICES.columns) if column.id == _BEFORE)
    return (*SERVICES.columns[:at], *own, *SERVICES.columns[at:])


@lru_cache(_KEPT)
def _ids(clusters: tuple[str, ...]) -> dict[str, str]:
    taken = {folded(word) for one in SERVICES.columns for word in (one.id, one.title)}
    ids: dict[str, str] = {}
    for name in clusters:
        ids[name] = _free(name, taken, ids.values(), clusters)
    return ids


def _free(name: str, taken: set[str], given: Iterable[str], clusters: Sequence[str]) -> str:
    """`name`, or with as many words before it as make it unlike every other column's."""
    found = name
    while folded(found) in taken or found in given or (found != name and found in clusters):
        found = f"cluster-{found}"
    return found
