"""The versions pane: one row per cluster, worst first: may it be upgraded, when, what blocks it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.versions.model import ClusterVersions, Gravity, SupportState
from mckconsole.domain.findings import Unknown
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.views.cells import signed, unknown
from mckconsole.views.explain import count
from mckconsole.views.remembered import Remembered
from mckconsole.views.secrets_cells import MAX_TEXT, names_cell, rank, sign, text_cell, worst_role
from mckconsole.views.spec import BLANK, Cell, Role, Row
from mckconsole.views.versions_bars import support_bar
from mckconsole.views.versions_cells import (
    SUPPORT_ROLES,
    addons_cell,
    blockers_cell,
    kubelets_cell,
    support_cell,
    version_cell,
)
from mckconsole.views.versions_item_cells import GRAVITY_ROLES, use_role
from mckconsole.views.versions_parts import UNDER_WAY, Parts, parts_of

OLD_TABLES = 120
"""Days after which the tables are told to be old: a minor of Kubernetes comes every four months."""
_LOUD = (Role.CRITICAL, Role.WARN)
_SUMMED = (SupportState.ENDED, SupportState.EXTENDED, SupportState.ENDING, SupportState.UNKNOWN)
_made: Remembered[str] = Remembered()


def rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per cluster of the fleet, worst first, else in its order."""
    parts = parts_of(snapshot, analysis)
    keys: Mapping[str, tuple[object, ...]] = {name: (one,) for name, one in parts.items()}
    return sorted(_made.rows(keys, lambda name: _row(parts[name])), key=rank)


def _row(parts: Parts) -> Row:
    found, role = parts.found, parts.role
    nodes = sum(len(pool.nodes) for pool in found.pools)
    bar = support_bar(found.support)
    return Row(
        found.cluster,
        {
            "cluster": signed(role, found.cluster, found.cluster),
            "version": _version(parts),
            "support": support_cell(found),
            "blockers": open_blockers_cell(parts),
            "next": parts.next,
            "kubelets": kubelets_cell(found, found.pools, parts.kubelets_role),
            "addons": addons_cell(found.addons, known=not parts.unjudged("UB13")),
            "bar": Cell(bar, SUPPORT_ROLES[found.support.state]) if bar else BLANK,
            "apis": _apis(parts),
            "nodes": Cell(str(nodes), Role.PLAIN, nodes) if nodes else unknown(),
            "provider": text_cell(found.provider) if found.provider else unknown(),
            "groups": names_cell(found.groups),
            "roles": names_cell(found.roles),
            "unknown": _unknown(parts.unknowns),
        },
        tuple(one.id for one in parts.findings),
        role,
        (found.cluster,),
    )


def _version(parts: Parts) -> Cell:
    """Its version; of a cluster that cannot be read now the last one that was seen."""
    cell, state = version_cell(parts.found), parts.state
    if parts.found.least is None and state in UNDER_WAY:
        return signed(Role.CONNECTING, str(state))
    if state is not None and state.readable:
        return _both(parts.found, cell)
    if parts.found.least is None:
        return unknown(str(state) if state else "not in this fleet")
    return Cell(f"{sign(Role.STALE)} {cell.value}", Role.STALE, cell.value)


def _both(found: ClusterVersions, cell: Cell) -> Cell:
    """Two minors at a time without their patches; what is behind the row has these."""
    if found.least == found.most:
        return cell
    return Cell(f"{sign(cell.role)} {found.least}–{found.most}", cell.role, cell.value)


def open_blockers_cell(parts: Parts) -> Cell:
    """What stands in the way, and how many somebody answers for."""
    cell = blockers_cell(parts.blockers, len(parts.unplanned))
    if parts.found.least is None and cell.role is Role.OK:
        return unknown("not judged")
    waived = len(parts.found.blockers) - len(parts.blockers)
    text = f"{cell.text} · {waived} waived" if waived else cell.text
    return Cell(text, cell.role, cell.value)


def _apis(parts: Parts) -> Cell:
    """How many deprecated APIs are used that matter; traces alone are none."""
    roles = [use_role(one, parts.found.least) for one in parts.found.uses]
    loud = [one for one in roles if one in _LOUD]
    if loud:
        role = worst_role(loud)
        return Cell(f"{sign(role)} {len(loud)} used", role, len(loud))
    if Role.UNKNOWN in roles or parts.unjudged("UB02"):
        return unknown()
    return Cell(count(len(roles), "trace") if roles else "none", Role.DIM, 0)


def _unknown(unknowns: Sequence[Unknown]) -> Cell:
    """What could not be judged, and why."""
    reasons: dict[str, list[str]] = {}
    for one in unknowns:
        reasons.setdefault(one.reason, []).append(one.rule)
    words = "; ".join(f"{', '.join(dict.fromkeys(rules))}: {why}".removeprefix("*: ")
                      for why, rules in reasons.items())  # fmt: skip
    return Cell(shorten(words, MAX_TEXT), Role.UNKNOWN, words) if words else BLANK


def summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`6 clusters  ✖ 2 blocked  ✖ 1 ended  ▲ 1 ending  tables of 2026-08-22, 92 d old`."""
    parts = list(parts_of(snapshot, analysis).values())
    stopped = sum(any(one.gravity is Gravity.BLOCK for one in each.blockers) for each in parts)
    words = [count(len(parts), "cluster")]
    words += [f"{sign(GRAVITY_ROLES[Gravity.BLOCK])} {stopped} blocked"] if stopped else []
    words += _support_words(each.found.support.state for each in parts)
    unjudged = sum(each.found.least is not None and bool(each.unplanned) for each in parts)
    words += [f"{sign(Role.UNKNOWN)} {unjudged} not fully judged"] if unjudged else []
    words.append(tables_words(snapshot, analysis))
    return "  ".join(filter(None, words))


def _support_words(states: Iterable[SupportState]) -> list[str]:
    counts = Counter(states)
    told = {SupportState.ENDED: "out of support", SupportState.EXTENDED: "in extended support",
            SupportState.ENDING: "ending", SupportState.UNKNOWN: "of unknown support"}  # fmt: skip
    return [f"{sign(SUPPORT_ROLES[one])} {counts[one]} {told[one]}" for one in _SUMMED
            if counts[one]]  # fmt: skip


def tables_age(snapshot: FleetSnapshot, day: date) -> int:
    """Days since a table was put together, by the console's clock."""
    return (datetime.fromtimestamp(snapshot.taken_at, UTC).date() - day).days


def tables_words(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`tables of 2026-08-22, 92 d old`: the oldest of those that it was judged by."""
    days = analysis.versions.as_of.values()
    if not days:
        return ""
    age = tables_age(snapshot, min(days))
    old = f"{sign(Role.STALE)} " if age > OLD_TABLES else ""
    return f"{old}tables of {min(days)}, {age} d old"


def empty(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """Why there is no row: every cluster of a fleet has one."""
    return "no clusters, so no versions of them; the fleet pane says why"
