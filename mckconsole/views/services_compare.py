"""A service's objects side by side: a row per field, a column per cluster.

A field differs where a cluster has another value than the cluster with the oldest export, which
wins conflicts (Multi-Cluster Services API). What is each cluster's own (addresses, ages, counts) is
shown and not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.services.model import (
    Export,
    FleetService,
    Import,
    Part,
    ServiceFacts,
)
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_rfc3339
from mckconsole.views.detail import ObjectTarget
from mckconsole.views.panes import SERVICES
from mckconsole.views.services import find_service
from mckconsole.views.services_cells import unread_cell
from mckconsole.views.services_columns import column_ids
from mckconsole.views.spec import BLANK, GLYPHS, Cell, Column, Role, Row

_FIELD = Column("service", "FIELD", help="a field of the service's objects")
COMPARE = replace(SERVICES, title="Compare", columns=(_FIELD,), every_column=None)
"""The table of a comparison, without the clusters' columns."""
_MAX_VALUE = 512


class _Field(NamedTuple):
    """One field of a kind of object."""

    id: str
    read: Callable[[Any], str]
    own: bool = False
    """Each cluster's own: shown, not compared."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A service's fields in all its clusters."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    words: str
    """How many differ."""
    role: Role
    targets: Mapping[str, Mapping[str, ObjectTarget]]
    """By row id and cluster: the object that has the field there."""

    def target(self, row_id: str, cluster: str) -> ObjectTarget:
        """The object of that cluster, or of the first that has one."""
        found = self.targets[row_id]
        return found.get(cluster) or next(iter(found.values()))


def compare_service(analysis: Analysis, row_id: str) -> Comparison | None:
    """The service's objects side by side; None when it is gone."""
    service = find_service(analysis, row_id)
    if service is None:
        return None
    parts = {name: part for name, part in service.parts.items() if part.involved or part.service}
    ids = column_ids(tuple(service.parts))
    rows, targets = [], {}
    for section in _sections(service, parts.values()):
        for field in section.fields:
            row = _row(section, field, service, ids)
            rows.append(row)
            targets[row.id] = {
                name: ObjectTarget(name, ref) for name, (ref, _) in section.objects.items()
            }
    words, role = _verdict(service, rows)
    return Comparison((_FIELD, *_columns(service, ids)), tuple(rows), words, role, targets)


def _verdict(service: FleetService, rows: Sequence[Row]) -> tuple[str, Role]:
    """How many fields differ; that none does is not said of clusters that were not read."""
    differing = sum(row.problem for row in rows)
    if differing:
        return f"{differing} of {len(rows)} fields differ", Role.WARN
    unread = [name for name, part in service.parts.items() if part.unknown and not part.involved]
    if unread:
        return f"no field differs, but {_several(unread)} not read", Role.UNKNOWN
    return "no field differs", Role.OK


def _several(names: Sequence[str]) -> str:
    return f"{names[0]} was" if len(names) == 1 else f"{len(names)} clusters were"


def _columns(service: FleetService, ids: Mapping[str, str]) -> Iterator[Column]:
    for name in service.parts:
        words = f"its value in {name}"
        yield Column(ids[name], name, priority=1, help=words, cluster=name)


@dataclass(frozen=True, slots=True)
class _Section:
    """Objects of one kind by cluster, and their fields."""

    title: str
    objects: Mapping[str, tuple[ObjectRef, Any]]
    """With what names them."""
    fields: tuple[_Field, ...]
    leader: str
    """The cluster with the oldest export; empty when none says how old it is."""
    derived: frozenset[str] = frozenset()
    """Clusters whose objects were made of those of others, and are not compared with them."""


def _sections(service: FleetService, parts: Iterable[Part]) -> Iterator[_Section]:
    parts = list(parts)
    leader = _leader(parts)
    services = {one.cluster: (one.service.ref, one.service) for one in parts if one.service}
    if services:
        derived = {one.cluster for one in parts if not one.exports and (one.imports or one.remote)}
        yield _Section("Service", services, _SERVICE, leader, frozenset(derived))
    backends = {
        one.cluster: (one.service.ref, one.backends)
        for one in parts
        if one.backends and one.service
    }
    if backends:
        yield _Section("Service", backends, _BACKENDS, leader)
    for dialect in service.dialects:
        exports = {p.cluster: (own.ref, own) for p in parts if (own := _of(p.exports, dialect))}
        if exports:
            more = _conditions(own for _, own in exports.values())
            yield _Section(f"{dialect} export", exports, (*_EXPORT, *more), leader)
        imports = {p.cluster: (own.ref, own) for p in parts if (own := _of(p.imports, dialect))}
        if imports:
            more = _conditions(own for _, own in imports.values())
            yield _Section(f"{dialect} import", imports, (*_IMPORT, *more), leader)


def _of(found: Sequence[Any], dialect: str) -> Any:
    """The object of that dialect; Lighthouse's copies per cluster only where there is no other."""
    own = [one for one in found if one.dialect == dialect]
    return min(own, key=lambda one: bool(getattr(one, "source", "")), default=None)


def _leader(parts: Sequence[Part]) -> str:
    ages = [
        (one.created, part.cluster)
        for part in parts
        for one in part.exports
        if one.created is not None
    ]
    return min(ages, default=(0.0, ""))[1]


def _row(section: _Section, field: _Field, service: FleetService, ids: Mapping[str, str]) -> Row:
    values = {name: field.read(found) for name, (_, found) in section.objects.items()}
    compared = {name: value for name, value in values.items() if name not in section.derived}
    leading = compared.get(section.leader, next(iter(compared.values()), ""))
    differs = not field.own and len(set(compared.values())) > 1
    role = Role.WARN if differs else Role.DIM if field.own else Role.OK
    title = f"{section.title} {field.id}"
    shown = f"{GLYPHS[role]} {title}" if differs else f"  {title}"
    cells = {"service": Cell(shown, role, title)}
    for name, part in service.parts.items():
        if name in values:
            odd = differs and name in compared and values[name] != leading
            own = field.own or name not in compared
            cells[ids[name]] = _cell(values[name], odd=odd, own=own)
        elif part.unknown and not part.involved:
            cells[ids[name]] = unread_cell(part)
        else:
            cells[ids[name]] = BLANK
    return Row(title, cells, (), role, tuple(service.parts), service.key.namespace)


def _cell(value: str, *, odd: bool, own: bool) -> Cell:
    words = shorten(value, _MAX_VALUE) or "none"
    if odd:
        return Cell(f"{GLYPHS[Role.WARN]} {words}", Role.WARN, value)
    return Cell(words, Role.DIM if own else Role.PLAIN, value)


def _conditions(found: Iterable[Export | Import]) -> Iterator[_Field]:
    kinds = dict.fromkeys(one.type for held in found for one in held.conditions)
    for kind in kinds:
        yield _Field(f"condition {kind}", partial(_said, kind))


def _said(kind: str, held: Export | Import) -> str:
    condition = held.condition(kind)
    if condition is None:
        return "not set"
    return " ".join((condition.status, *condition.reasons))


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name}={value}" for name, value in pairs)


def _ports(ports: Iterable[object]) -> str:
    return ", ".join(sorted(map(str, ports)))


def _moment(at: float | None) -> str:
    return "not said" if at is None else format_rfc3339(at)


def _cilium(service: ServiceFacts) -> str:
    switches = service.cilium
    if switches is None:
        return "no annotation"
    synced = "" if switches.sync_slices is None else f", syncs slices {switches.sync_slices}"
    reach = "global" if switches.is_global else "not global"
    shared = "shared" if switches.shared else "not shared"
    return f"{reach}, {shared}, affinity {switches.affinity}{synced}"


_SERVICE = (
    _Field("type", lambda one: "headless" if one.headless else one.type),
    _Field("ports", lambda one: _ports(one.ports)),
    _Field("selector", lambda one: _pairs(one.selector)),
    _Field("session affinity", lambda one: one.session_affinity or "None"),
    _Field("internal traffic policy", lambda one: one.internal_traffic_policy or "Cluster"),
    _Field("traffic distribution", lambda one: one.traffic_distribution),
    _Field("IP families", lambda one: ", ".join(one.ip_families)),
    _Field("publishes not ready", lambda one: "yes" if one.publish_not_ready else "no"),
    _Field("owner labels", lambda one: _pairs(one.owner)),
    _Field("Cilium annotations", _cilium),
    _Field("cluster IP", lambda one: one.cluster_ip, own=True),
    _Field("created", lambda one: _moment(one.created), own=True),
)
_BACKENDS = (_Field("ready endpoints", lambda one: f"{one.ready}/{one.total}", own=True),)
_EXPORT = (
    _Field("API version", lambda one: one.ref.api_version),
    _Field("offered to", lambda one: ", ".join(one.consumers) or "all"),
    _Field("global address", lambda one: one.address, own=True),
    _Field("created", lambda one: _moment(one.created), own=True),
)
_IMPORT = (
    _Field("API version", lambda one: one.ref.api_version),
    _Field("type", lambda one: {None: "not said", True: "Headless", False: "ClusterSetIP"}[
        one.headless
    ]),
    _Field("ports", lambda one: _ports(one.ports)),
    _Field("clusters", lambda one: ", ".join(sorted(one.sources))),
    _Field("addresses", lambda one: ", ".join(one.ips), own=True),
    _Field("derived Service", lambda one: one.derived, own=True),
)  # fmt: skip
