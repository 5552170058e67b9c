"""The versions pane grouped: by node pool, add-on, deprecated API, blocker.

Rows are made only while somebody looks at such a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import TypeVar

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.versions.model import (
    Addon,
    ApiUse,
    Blocker,
    ClusterVersions,
    NodePool,
)
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_age
from mckconsole.views.cells import unknown
from mckconsole.views.explain import server_now
from mckconsole.views.secrets_cells import MAX_TEXT, names_cell, rank, sign, text_cell, worst_role
from mckconsole.views.spec import BLANK, Cell, Role, Row
from mckconsole.views.versions_cells import kubelets_cell, short_version
from mckconsole.views.versions_item_cells import (
    GRAVITY_ROLES,
    addon_role,
    gravity_cell,
    headroom_cell,
    minor_cell,
    range_words,
    use_role,
)
from mckconsole.views.versions_parts import Parts, parts_of
from mckconsole.views.versions_rows import addon_id, api_id, blocker_id, pool_id

NAMELESS = "(no name)"
"""A pool whose nodes name none."""
_DAY = 86_400
_FOREVER = Cell("not set", Role.DIM, "")
T = TypeVar("T", NodePool, Addon, ApiUse, Blocker)


def _rows(
    snapshot: FleetSnapshot,
    analysis: Analysis,
    some: Callable[[ClusterVersions], Iterable[T]],
    make: Callable[[Parts, T], Row],
) -> Sequence[Row]:
    """A row for each of what every cluster has, worst first; of rows with one id the first."""
    made: dict[str, Row] = {}
    for parts in parts_of(snapshot, analysis).values():
        for one in some(parts.found):
            row = make(parts, one)
            made.setdefault(row.id, row)
    return sorted(made.values(), key=rank)


def _row(parts: Parts, row_id: str, role: Role, cells: dict[str, Cell], *,
         finding_ids: tuple[str, ...] = (), namespace: str = "") -> Row:  # fmt: skip
    name = parts.found.cluster
    cells["cluster"] = Cell(name, Role.PLAIN, name)
    return Row(row_id, cells, finding_ids, role, (name,), namespace)


def pool_rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per node pool."""
    return _rows(snapshot, analysis, lambda found: found.pools, _pool_row)


def _pool_row(parts: Parts, pool: NodePool) -> Row:
    kubelets = kubelets_cell(parts.found, (pool,), Role.PLAIN)
    headroom, ready = headroom_cell(pool.headroom), ready_cell(pool)
    role = worst_role((headroom.role, *(one for one in (ready.role, kubelets.role)
                                        if one is not Role.PLAIN)))  # fmt: skip
    reason = pool.headroom.reason if pool.headroom else ""
    cells = {
        "pool": text_cell(pool.name) if pool.name else Cell(NAMELESS, Role.DIM, ""),
        "kubelets": kubelets,
        "headroom": headroom,
        "ready": ready,
        "runtime": names_cell(pool.runtimes) if pool.runtimes else unknown(),
        "cgroup": Cell(pool.cgroup, Role.PLAIN, pool.cgroup) if pool.cgroup else unknown(),
        "image": names_cell(pool.images) if pool.images else unknown(),
        "reason": text_cell(reason),
    }
    return _row(parts, pool_id(parts.found.cluster, pool), role, cells)


def ready_cell(pool: NodePool) -> Cell:
    """`3/4`, and how many of them take no new pods."""
    total = len(pool.nodes)
    words = f"{total - len(pool.unready)}/{total}"
    if pool.cordoned:
        words += f", {len(pool.cordoned)} cordoned"
    if pool.unready:
        return Cell(f"{sign(Role.WARN)} {words}", Role.WARN, words)
    return Cell(words, Role.PLAIN, words)


def addon_rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per add-on of a cluster."""
    today = datetime.fromtimestamp(snapshot.taken_at, UTC).date()
    return _rows(snapshot, analysis, lambda found: found.addons,
                 lambda parts, one: _addon_row(parts, one, today))  # fmt: skip


def _addon_row(parts: Parts, addon: Addon, today: date) -> Row:
    role = addon_role(addon)
    confidence = addon.confidence.value if addon.confidence else ""
    cells = {
        "addon": text_cell(addon.name),
        "version": _version(addon),
        "fit": Cell(f"{sign(role)} {addon.fit}", role, addon.fit.value),
        "range": text_cell(range_words(addon)),
        "newer": text_cell(addon.newer),
        "confidence": text_cell(confidence),
        "end": _end(addon.end, today),
        "how": text_cell(addon.how, Role.DIM),
        "reason": text_cell(addon.reason),
    }
    return _row(parts, addon_id(parts.found.cluster, addon), role, cells)


def _version(addon: Addon) -> Cell:
    if addon.version is None:
        return unknown()
    words = short_version(addon.version)
    more = f" +{len(addon.also)}" if addon.also else ""
    return Cell(f"{words}{more}", Role.WARN if addon.also else Role.PLAIN, words)


def _end(end: date | None, today: date) -> Cell:
    """`12 d`, `ended 3 d ago`."""
    if end is None:
        return BLANK
    days = (end - today).days
    if days < 0:
        return Cell(f"{sign(Role.WARN)} ended {-days} d ago", Role.WARN, days * _DAY)
    return Cell(f"{days} d", Role.PLAIN, days * _DAY)


def api_rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per deprecated API of a cluster."""
    return _rows(snapshot, analysis, lambda found: found.uses,
                 lambda parts, one: _api_row(snapshot, parts, one))  # fmt: skip


def _api_row(snapshot: FleetSnapshot, parts: Parts, use: ApiUse) -> Row:
    role = use_role(use, parts.found.least)
    words = f"{use.api_version} {use.kind or use.resource}".strip()
    last = max((one.last for one in use.writers if one.last is not None), default=None)
    age = None if last is None else max(server_now(snapshot, parts.found.cluster) - last, 0.0)
    cells = {
        "api": text_cell(words) if words else unknown("any"),
        "use": Cell(f"{sign(role)} {use.use.value}", role, use.use.value),
        "removed": minor_cell(use.removed_in, _FOREVER),
        "writers": names_cell(one.manager for one in use.writers),
        "last": BLANK if age is None else Cell(format_age(age), Role.PLAIN, round(age, 3)),
        "objects": Cell(str(use.count), Role.PLAIN, use.count) if use.count else BLANK,
        "instead": text_cell(use.replacement),
        "reason": text_cell(use.reason),
    }
    return _row(parts, api_id(parts.found.cluster, use), role, cells)


def blocker_rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per blocker of a cluster; those that somebody answers for behind all others."""
    return _rows(snapshot, analysis, lambda found: found.blockers, _blocker_row)


def _blocker_row(parts: Parts, blocker: Blocker) -> Row:
    waived, finding = parts.waives(blocker), parts.finding(blocker)
    ref = blocker.object
    cells = {
        "gravity": gravity_cell(blocker, waived=waived),
        "what": text_cell(blocker.title),
        "object": text_cell(str(ref)) if ref else Cell("the cluster", Role.DIM, ""),
        "before": minor_cell(blocker.target, Cell("any", Role.PLAIN, "")),
        "phase": text_cell(blocker.phase.value),
        "rule": text_cell(blocker.rule, Role.DIM),
        "reason": Cell(shorten(blocker.detail, MAX_TEXT), Role.PLAIN, blocker.detail)
        if blocker.detail
        else BLANK,
    }
    return _row(
        parts,
        blocker_id(parts.found.cluster, blocker),
        Role.DIM if waived else GRAVITY_ROLES[blocker.gravity],
        cells,
        finding_ids=(finding.id,) if finding else (),
        namespace=ref.namespace if ref else "",
    )
