"""Everything about one cluster's versions: may it be upgraded, what blocks it, which steps, why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from mckconsole.analysis.engine import Analysis
from mckconsole.domain.findings import Evidence, Unknown
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.views.detail import (
    Block,
    ClusterTarget,
    Detail,
    Line,
    Span,
)
from mckconsole.views.explain import count, evidence_block, fact, remark, server_now, unknown
from mckconsole.views.secrets_cells import sign
from mckconsole.views.spec import Role
from mckconsole.views.versions import OLD_TABLES, open_blockers_cell, tables_age
from mckconsole.views.versions_bars import support_bar
from mckconsole.views.versions_cells import (
    kubelets_cell,
    support_role,
    support_words,
    version_cell,
)
from mckconsole.views.versions_item_cells import (
    addon_role,
    bare,
    gravity_cell,
    use_role,
)
from mckconsole.views.versions_lines import (
    addon_lines,
    component_lines,
    pool_lines,
    support_line,
    use_lines,
)
from mckconsole.views.versions_next import held_of, steps_of
from mckconsole.views.versions_parts import Parts, part_of
from mckconsole.views.versions_plan import blockers_block, plan_blocks


def cluster_detail(snapshot: FleetSnapshot, analysis: Analysis, name: str) -> Detail | None:
    """The document of a cluster's versions; None when there is no such cluster."""
    parts = part_of(snapshot, analysis, name)
    if parts is None:
        return None
    plan, found, role = analysis.plan, parts.found, parts.role
    version, blockers = version_cell(found), open_blockers_cell(parts)
    words = (
        bare(version) if found.least else "version unknown",
        f"support: {support_words(found.support)}",
        f"blockers: {blockers.text}",
        f"next: {parts.next.text}",
    )
    return Detail(
        f"{name} versions",
        f"{sign(role)} {'  '.join(words)}",
        role,
        (
            Block(lines=tuple(_heading(snapshot, analysis, parts))),
            blockers_block(parts),
            *plan_blocks(plan, steps_of(plan, name), held_of(plan, name), parts.next.role),
            *_inventory(snapshot, parts),
            *_unjudged(parts.unknowns),
            _evidence(snapshot, parts),
        ),
    )


def _heading(snapshot: FleetSnapshot, analysis: Analysis, parts: Parts) -> Iterator[Line]:
    found = parts.found
    version = version_cell(found)
    instances = f"  {count(found.instances, 'API server')}" if found.instances else ""
    yield fact("version", Span(version.text, version.role), Span(instances, Role.DIM),
               target=ClusterTarget(found.cluster))  # fmt: skip
    role = support_role(found)
    yield support_line(found, support_words(found.support), role, support_bar(found.support))
    if found.support.reason:
        yield fact("", Span(found.support.reason, Role.DIM))
    calendar = found.support.provider or "none known"
    source = Span(f"  {found.support.source}" if found.support.source else "", Role.DIM)
    yield fact("calendar", calendar, source)
    where = Span(f"  {found.region}" if found.region else "", Role.DIM)
    yield fact("provider", found.provider or unknown("not told by anything that was read"), where)
    kubelets = kubelets_cell(found, found.pools, parts.kubelets_role)
    yield fact("kubelets", Span(kubelets.text, kubelets.role))
    if found.groups:
        note = Span("  no two of one mesh are upgraded at a time", Role.DIM)
        yield fact("mesh", ", ".join(found.groups), note)
    if found.roles:
        yield fact("also", ", ".join(found.roles))
    yield from _tables(snapshot, analysis)


def _tables(snapshot: FleetSnapshot, analysis: Analysis) -> Iterator[Line]:
    """How old what it is judged by is."""
    days = analysis.versions.as_of
    if not days:
        yield fact("tables", unknown("how old they are is not known"))
        return
    ages = {name: tables_age(snapshot, day) for name, day in days.items()}
    words = ", ".join(f"{name} of {days[name]} ({age} d old)" for name, age in ages.items())
    if max(ages.values()) > OLD_TABLES:
        hint = "  newer releases may be missing: --support-data"
        yield fact("tables", Span(f"{sign(Role.STALE)} {words}", Role.STALE), Span(hint, Role.DIM))
    else:
        yield fact("tables", words)


def _inventory(snapshot: FleetSnapshot, parts: Parts) -> Iterator[Block]:
    """What is there: nodes, components, add-ons, deprecated APIs."""
    found = parts.found
    today = datetime.fromtimestamp(snapshot.taken_at, UTC).date()
    now = server_now(snapshot, found.cluster)
    nodes = [line for one in found.pools for line in pool_lines(found, one)]
    yield _block("Nodes by pool", count(len(found.pools), "pool"), nodes,
                 "no nodes are known", known=not parts.unjudged("SK03"))  # fmt: skip
    yield _block("Components", "", list(component_lines(found)), "none was seen", known=True)
    addons = [line for one in found.addons for line in addon_lines(found, one, today)]
    yield _block("Add-ons", count(len(found.addons), "add-on"), addons,
                 "none of the table was seen", known=not parts.unjudged("UB13"))  # fmt: skip
    uses = [line for one in found.uses for line in use_lines(found, one, now)]
    yield _block("Deprecated APIs", count(len(found.uses), "API"), uses,
                 "no use of one was seen", known=not parts.unjudged("UB02"))  # fmt: skip


def _block(heading: str, note: str, lines: Sequence[Line], none: str, *, known: bool) -> Block:
    """A part of the inventory; that there is nothing is only said where it was looked for."""
    if lines:
        return Block(heading, note, lines=tuple(lines))
    line = remark(none) if known else Line((unknown(f"{none}, but not all could be judged"),))
    return Block(heading, lines=(line,))


def _unjudged(unknowns: Iterable[Unknown]) -> Iterator[Block]:
    lines = [
        Line((unknown("any rule" if one.rule == "*" else one.rule), Span(f"  {one.reason}")),
             indent=2)
        for one in unknowns
    ]  # fmt: skip
    if lines:
        yield Block("Not judged", count(len(lines), "question"), lines=tuple(lines))


def _evidence(snapshot: FleetSnapshot, parts: Parts) -> Block:
    """All that was seen, by what is bad first."""
    roles: dict[tuple[object, object], Role] = {}
    seen: list[Evidence] = []
    for role, evidence in _observed(parts):
        for one in evidence:
            roles.setdefault((one.cluster, one.object), role)
            seen.append(one)
    return evidence_block(snapshot, seen, lambda one: roles[one.cluster, one.object])


def _observed(parts: Parts) -> Iterator[tuple[Role, tuple[Evidence, ...]]]:
    found = parts.found
    for blocker in found.blockers:
        yield gravity_cell(blocker, waived=parts.waives(blocker)).role, blocker.evidence
    for use in found.uses:
        yield use_role(use, found.least), use.evidence
    for addon in found.addons:
        yield addon_role(addon), addon.evidence
    for seen in found.seen:
        yield Role.DIM, seen.evidence
