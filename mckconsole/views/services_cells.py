"""What one cluster has to do with a service, in a cell; and all clusters together in another.

Whatever is wrong with a cluster's part was found by the analysis: a cell is as bad as the worst
finding about its cluster. What could not be read is never well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from mckconsole.analysis.services.model import Dialect, FleetService, Part, ServiceState
from mckconsole.domain.findings import Severity
from mckconsole.views.cells import SEVERITY_ROLES
from mckconsole.views.spec import BLANK, GLYPHS, Cell, Role

STATE_ROLES: Mapping[ServiceState, Role] = {
    ServiceState.BROKEN: Role.CRITICAL,
    ServiceState.DEGRADED: Role.WARN,
    ServiceState.UNKNOWN: Role.UNKNOWN,
    ServiceState.OK: Role.OK,
}
NOTHING = Cell("·", Role.DIM)
"""The cluster has nothing to do with the service."""
IMPORTS = "○"
"""A cluster that only takes part as a consumer, and is well."""
_ONLY_THERE = Cell("· svc", Role.DIM, "service only")
_UNREAD = (
    ("forbidden", Role.FORBIDDEN),
    ("stale", Role.STALE),
    ("unreachable", Role.UNKNOWN),
    ("connecting", Role.CONNECTING),
)
_BAD = (Role.CRITICAL, Role.WARN)
WORST_FIRST = (
    Role.CRITICAL,
    Role.WARN,
    Role.FORBIDDEN,
    Role.STALE,
    Role.UNKNOWN,
    Role.CONNECTING,
    Role.OK,
)
"""Roles of clusters and of the ways between them."""


def worst_by_cluster(service: FleetService) -> Mapping[str, Role]:
    """How bad the worst finding about each cluster is; information alone is not bad."""
    ranks: dict[str, Severity] = {}
    for finding in service.findings:
        known = ranks.get(finding.cluster)
        if known is None or finding.severity.rank < known.rank:
            ranks[finding.cluster] = finding.severity
    roles = {name: SEVERITY_ROLES[severity] for name, severity in ranks.items()}
    return {name: role for name, role in roles.items() if role in _BAD}


def part_cell(part: Part, found: Role | None) -> Cell:
    """A cluster's part; `found` is how bad the worst finding about it is."""
    if not part.involved:
        if found is not None:
            return _beside(found, "svc" if part.service else "no part")
        if part.unknown:
            return unread_cell(part)
        return _ONLY_THERE if part.service else NOTHING
    words, value = (_exports if part.exports else _imports)(part)
    role = part_role(part, found)
    if role is Role.OK and not part.exports:
        return Cell(f"{IMPORTS} {words}", role, value)
    return Cell(f"{GLYPHS[role]} {words}", role, value)


def _beside(found: Role, words: str) -> Cell:
    """A cluster without a part in it of which something was found: that it has none, say."""
    return Cell(f"{GLYPHS[found]} {words}", found, words)


def part_cells(service: FleetService) -> Mapping[str, Cell]:
    """Every cluster's cell: of those with a part, and of those of which something was found."""
    found = worst_by_cluster(service)
    cells = {name: part_cell(part, found.get(name)) for name, part in service.parts.items()}
    for name in found.keys() - cells.keys():
        cells[name] = _beside(found[name], "no part")
    return cells


def part_role(part: Part, found: Role | None) -> Role:
    """How a cluster's part stands."""
    if found is not None:
        return found
    if part.unknown or (part.exports and part.backends is None and part.service is not None):
        return Role.UNKNOWN
    ready, total = endpoints_of(part)
    return Role.WARN if total and not ready else Role.OK


def endpoints_of(part: Part) -> tuple[int, int]:
    """Ready and all: of an exporter its own, of an importer those of others that it holds."""
    if part.exports:
        return (part.backends.ready, part.backends.total) if part.backends else (0, 0)
    return sum(one.ready for one in part.remote), sum(one.total for one in part.remote)


def _exports(part: Part) -> tuple[str, str]:
    also = ", imports" if part.imports or part.remote else ""
    if _is_hub(part):
        return "exp hub", f"exports from the hub{also}"
    if part.backends is None:
        return "exp ?" if part.service else "exp no svc", f"exports{also}"
    count = f"{part.backends.ready}/{part.backends.total}"
    return f"exp {count}", f"exports {count}{also}"


def _is_hub(part: Part) -> bool:
    """Whether it exports for its members only: a Karmada control plane has no endpoints."""
    return part.service is None and all(one.dialect is Dialect.KARMADA for one in part.exports)


def _imports(part: Part) -> tuple[str, str]:
    if not part.remote:
        return "imp", "imports"
    ready, total = endpoints_of(part)
    return f"imp {ready}/{total}", f"imports {ready}/{total}"


def unread_cell(part: Part) -> Cell:
    """A cluster of which nothing is known, with the shortest word for why."""
    words = " ".join(part.unknown).casefold()
    for word, role in _UNREAD:
        if word in words:
            return Cell(f"{GLYPHS[role]} {word}", role, "unknown")
    return Cell(f"{GLYPHS[Role.UNKNOWN]} unread", Role.UNKNOWN, "unknown")


def clusters_cell(service: FleetService, cells: Mapping[str, Cell]) -> Cell:
    """`✖ gcp-eu-1 +1  ●3  ?1`: the first of the worst by name, the others counted.

    Clusters that could not be read at all come last: whether they have a part is not known.
    """
    by_role: dict[Role, list[str]] = {}
    unread: Counter[Role] = Counter()
    for name, cell in cells.items():
        part = service.parts.get(name)
        if (part and part.involved) or cell.role in _BAD:
            by_role.setdefault(cell.role, []).append(name)
        elif part and part.unknown:
            unread[cell.role] += 1
    roles = [role for role in WORST_FIRST if role in by_role]
    for role in roles[1:]:  # counted anyway: together
        by_role[role] += [""] * unread.pop(role, 0)
    counted = [f"{GLYPHS[role]}{unread[role]}" for role in WORST_FIRST if unread[role]]
    if not roles:
        return Cell("  ".join(counted), Role.UNKNOWN, 0) if counted else BLANK
    worst, *others = roles
    names = by_role[worst]
    more = f" +{len(names) - 1}" if len(names) > 1 else ""
    first = f"{GLYPHS[worst]} {names[0]}{more}"
    if worst is Role.OK and len(names) > 1:
        first = f"{GLYPHS[worst]} {'' if counted else 'all '}{len(names)}"
    parts = [first, *(f"{GLYPHS[role]}{len(by_role[role])}" for role in others), *counted]
    return Cell("  ".join(parts), worst, sum(part.involved for part in service.parts.values()))


def ready_cell(service: FleetService) -> Cell:
    """Ready and all endpoints of every exporter together."""
    own = [part for part in service.parts.values() if part.exports and not _is_hub(part)]
    if not own:
        return BLANK
    ready = sum(one.backends.ready for one in own if one.backends)
    total = sum(one.backends.total for one in own if one.backends)
    text = f"{ready}/{total}"
    if any(one.unknown or (one.backends is None and one.service) for one in own):
        return Cell(f"{text} ?", Role.UNKNOWN, text)
    role = Role.PLAIN if 0 < ready == total else Role.WARN if ready else Role.CRITICAL
    return Cell(text, role, text)
