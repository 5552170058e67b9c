"""What is behind a row of the versions pane, whatever it is grouped by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.versions.model import Addon, ApiUse, Blocker, NodePool
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.views.detail import Block, Detail, Line, ObjectTarget, Span, VersionTarget
from mckconsole.views.explain import evidence_block, fact, server_now
from mckconsole.views.secrets_cells import sign
from mckconsole.views.spec import Role
from mckconsole.views.versions_detail import cluster_detail
from mckconsole.views.versions_item_cells import (
    addon_role,
    bare,
    gravity_cell,
    headroom_cell,
    use_role,
)
from mckconsole.views.versions_lines import addon_lines, pool_lines, use_lines
from mckconsole.views.versions_parts import Parts, part_of
from mckconsole.views.versions_plan import blocker_lines
from mckconsole.views.versions_rows import find_item
from mckconsole.views.versions_spec import CLUSTER, STEP
from mckconsole.views.versions_steps import planned_detail


def version_detail(
    snapshot: FleetSnapshot, analysis: Analysis, target: VersionTarget
) -> Detail | None:  # fmt: skip
    """The document behind a row of one of the groupings; None when it is gone."""
    if target.by == CLUSTER:
        return cluster_detail(snapshot, analysis, target.id)
    if target.by == STEP:
        return planned_detail(analysis, target.id)
    found = find_item(analysis, target.by, target.id)
    if found is None:
        return None
    parts = part_of(snapshot, analysis, found[0].cluster)
    return None if parts is None else _item_detail(snapshot, parts, found[1])


def object_of(analysis: Analysis, target: VersionTarget) -> ObjectTarget | None:
    """The object that a row stands for; None for what is none."""
    found = find_item(analysis, target.by, target.id)
    if found is None:
        return None
    versions, item = found
    if isinstance(item, Blocker):
        return ObjectTarget(versions.cluster, item.object) if item.object else None
    if isinstance(item, ApiUse):
        return ObjectTarget(versions.cluster, item.objects[0]) if item.objects else None
    evidence = item.evidence if isinstance(item, Addon) else ()
    ref = next((one.object for one in evidence if one.object is not None), None)
    return ObjectTarget(versions.cluster, ref) if ref else None


def _item_detail(
    snapshot: FleetSnapshot, parts: Parts, item: NodePool | Addon | ApiUse | Blocker
) -> Detail:  # fmt: skip
    """One thing of a cluster, with its evidence."""
    found, evidence = parts.found, () if isinstance(item, NodePool) else item.evidence
    today = datetime.fromtimestamp(snapshot.taken_at, UTC).date()
    match item:
        case NodePool():
            cell = headroom_cell(item.headroom)
            title, role, words = item.name or "(no name)", cell.role, f"emptying: {bare(cell)}"
            lines = [*pool_lines(found, item, name=False), *_nodes(found.cluster, item)]
        case Addon():
            title, role, words = item.name, addon_role(item), item.fit.value
            lines = list(addon_lines(found, item, today, name=False))
        case ApiUse():
            title, role, words = item.api_version, use_role(item, found.least), item.use.value
            now = server_now(snapshot, found.cluster)
            lines = list(use_lines(found, item, now, name=False))
        case Blocker():
            cell = gravity_cell(item, waived=parts.waives(item))
            title, role, words = f"{item.rule} {item.title}", cell.role, bare(cell)
            lines = list(blocker_lines(parts, item, name=False))
    where = fact("cluster", found.cluster, target=VersionTarget(CLUSTER, found.cluster))
    blocks = [Block(lines=(where, *lines))]
    if evidence:
        blocks.append(evidence_block(snapshot, evidence, lambda _: role))
    return Detail(f"{title} {found.cluster}", f"{sign(role)} {words}", role, tuple(blocks))


def _nodes(cluster: str, pool: NodePool) -> Iterator[Line]:
    for name in pool.nodes:
        state = [*(["not ready"] if name in pool.unready else []),
                 *(["cordoned"] if name in pool.cordoned else [])]  # fmt: skip
        role = Role.WARN if name in pool.unready else Role.PLAIN
        words = (Span(f"    {name}"), Span(f"  {', '.join(state)}" if state else "", role))
        yield Line(words, ObjectTarget(cluster, ObjectRef("v1", "Node", "", name)), 6)
