"""How many of what the versions pane's groupings show, worst first, and why there is nothing."""

from __future__ import annotations

from collections import Counter

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.versions.model import Fit, Gravity
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.views.explain import count
from mckconsole.views.secrets_cells import sign
from mckconsole.views.spec import Role
from mckconsole.views.versions_cells import unread_nodes
from mckconsole.views.versions_item_cells import GRAVITY_ROLES, addon_role, headroom_cell, use_role
from mckconsole.views.versions_parts import parts_of


def pool_summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`9 pools of 120 nodes  ✖ 1 cannot be emptied  ▲ 2 need nodes  ? 1 unknown`."""
    pools = [one for each in analysis.versions.clusters for one in each.pools]
    roles = Counter(headroom_cell(one.headroom).role for one in pools)
    words = [f"{count(len(pools), 'pool')} of {count(sum(len(p.nodes) for p in pools), 'node')}"]
    told = {Role.CRITICAL: "cannot be emptied", Role.WARN: "short of room",
            Role.UNKNOWN: "not worked out"}  # fmt: skip
    words += [f"{sign(role)} {roles[role]} {text}" for role, text in told.items() if roles[role]]
    unread = unread_nodes(pools)
    words += [f"{sign(Role.UNKNOWN)} {count(unread, 'node')} of unknown version"] if unread else []
    return "  ".join(words)


def addon_summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`24 add-ons  ✖ 1 out of range  ? 2 unknown`, worst first."""
    addons = [one for each in analysis.versions.clusters for one in each.addons]
    counts = Counter((addon_role(one), one.fit) for one in addons)
    found = sorted(counts.items(), key=lambda one: list(Fit).index(one[0][1]))
    parts = [f"{sign(role)} {number} {fit}" for (role, fit), number in found]
    return "  ".join((count(len(addons), "add-on"), *parts))


def api_summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`5 deprecated APIs  ✖ 1 confirmed  · 2 stale trace`, worst first."""
    uses = [(each, one) for each in analysis.versions.clusters for one in each.uses]
    roles = Counter((one.use, use_role(one, each.least)) for each, one in uses)
    found = sorted(roles.items(), key=lambda one: one[0][0].rank)
    parts = [f"{sign(role)} {number} {use}" for (use, role), number in found]
    return "  ".join((count(len(uses), "deprecated API"), *parts))


def blocker_summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`5 blockers  ✖ 2 block  ▲ 3 warn  1 waived`, worst first."""
    parts = parts_of(snapshot, analysis).values()
    every = sum(len(one.found.blockers) for one in parts)
    counts = Counter(one.gravity for each in parts for one in each.blockers)
    words = [f"{sign(GRAVITY_ROLES[one])} {counts[one]} {one}" for one in Gravity if counts[one]]
    waived = every - counts.total()
    return "  ".join((count(every, "blocker"), *words, *([f"{waived} waived"] if waived else [])))


def _nothing(snapshot: FleetSnapshot, analysis: Analysis, rule: str, words: str) -> str:
    """Why there is no row: there is nothing, or it is not known in some clusters."""
    if not snapshot.clusters:
        return "no clusters, so nothing of them; the fleet pane says why"
    parts = parts_of(snapshot, analysis)
    blind = [name for name, one in parts.items() if one.unjudged(rule)]
    if not blind:
        return f"{words}, and all clusters were read"
    more = f" and {count(len(blind) - 1, 'other cluster')}" if len(blind) > 1 else ""
    return f"{words}, but {blind[0]}{more} could not be judged: by cluster the table says why"


def pool_empty(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """Why there is no node pool."""
    return _nothing(snapshot, analysis, "SK03", "no nodes are known")


def addon_empty(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """Why there is no add-on."""
    return _nothing(snapshot, analysis, "UB13", "no add-on of the table was seen")


def api_empty(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """Why there is no deprecated API."""
    return _nothing(snapshot, analysis, "UB02", "no use of a deprecated API was seen")


def blocker_empty(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """Why there is no blocker."""
    return _nothing(snapshot, analysis, "UB", "nothing that blocks an upgrade was seen")
