"""One cluster's part in a service as a card: Service, endpoints, export, import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from mckconsole.analysis.services.model import (
    Backends,
    ConditionView,
    Export,
    Import,
    Part,
    RemoteEndpoints,
    ServiceFacts,
)
from mckconsole.domain.core import Endpoint, EndpointSlice
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.times import format_age
from mckconsole.views.detail import Card, Line, ObjectTarget, Span
from mckconsole.views.explain import count, fact, server_now, stated, unknown
from mckconsole.views.services_cells import part_cell
from mckconsole.views.spec import Role

MOST = 5
"""Addresses, slices and ports that are listed before the rest is counted."""
_WELL_WHEN = {"Conflict": "False", "Conflicted": "False"}
_POSITIVE = ("Valid", "Ready", "Accepted", "Programmed", "Synced", "Exported", "Initialized")


def side_card(snapshot: FleetSnapshot, part: Part, found: Role | None) -> Card:
    """What one cluster has to do with the service; `found` is how bad its worst finding is."""
    cell = part_cell(part, found)
    return Card(part.cluster, tuple(_lines(snapshot, part)), cell.text, cell.role)


def _lines(snapshot: FleetSnapshot, part: Part) -> Iterator[Line]:
    if part.service:
        yield from _service(part.cluster, part.service)
    elif part.exports:
        yield fact("service", stated(Role.WARN, "no Service of this name"))
    if part.backends and not part.backends.total and not part.exports:
        yield fact("endpoints", Span("none of its own", Role.DIM))
    elif part.backends:
        yield from _backends(snapshot, part.cluster, part.backends)
    elif part.service:
        yield fact("endpoints", unknown("not read"))
    for export in part.exports:
        yield from _export(snapshot, part.cluster, export)
    yield from _globalnet(part)
    for known in part.imports:
        yield from _import(snapshot, part, known)
    yield from _remote(snapshot, part)
    for why in part.unknown:
        yield fact("unknown", unknown(why))


def _service(cluster: str, service: ServiceFacts) -> Iterator[Line]:
    kind = "headless" if service.headless else service.type
    address = "" if service.headless or not service.cluster_ip else f"  {service.cluster_ip}"
    yield fact("service", kind, Span(address, Role.DIM), target=ObjectTarget(cluster, service.ref))
    yield fact("ports", listed(sorted(map(str, service.ports))))
    pairs = [f"{name}={value}" for name, value in service.selector]
    yield fact("selector", ", ".join(pairs) or Span("none", Role.DIM))
    affinity = [service.session_affinity or "None"]
    affinity += [f"{service.internal_traffic_policy} traffic"] * (
        service.internal_traffic_policy not in ("", "Cluster")
    )
    affinity += [service.traffic_distribution] if service.traffic_distribution else []
    yield fact("affinity", ", ".join(affinity))
    yield fact("families", ", ".join(service.ip_families) or unknown("not said"))
    if service.cilium:
        on = "global" if service.cilium.is_global else "not global"
        shared = "shared" if service.cilium.shared else "not shared"
        yield fact("cilium", f"{on}, {shared}, affinity {service.cilium.affinity}")


def _backends(snapshot: FleetSnapshot, cluster: str, backends: Backends) -> Iterator[Line]:
    well = backends.ready == backends.total and backends.total > 0
    role = Role.OK if well else Role.WARN if backends.ready else Role.CRITICAL
    yield fact("endpoints", stated(role, f"{backends.ready}/{backends.total} ready"))
    for ref in backends.slices[:MOST]:
        yield from slice_lines(snapshot, cluster, ref)
    yield from _more(len(backends.slices), "slice")


def slice_lines(snapshot: FleetSnapshot, cluster: str, ref: ObjectRef) -> Iterator[Line]:
    """An endpoint slice and its first addresses, each with what its conditions say."""
    yield fact("slice", ref.name, target=ObjectTarget(cluster, ref))
    held = snapshot.clusters.get(cluster)
    objects = held.objects("endpointslices", EndpointSlice) if held else {}
    found = objects.get((ref.namespace, ref.name))
    if found is None:
        return
    for endpoint in found.endpoints[:MOST]:
        yield _endpoint(endpoint)
    yield from _more(len(found.endpoints), "address", "addresses")


def _endpoint(endpoint: Endpoint) -> Line:
    """`10.1.0.7  ● ready  Pod web-0`."""
    said = endpoint.conditions
    if said.terminating:
        words, role = "terminating", Role.WARN
    elif said.ready is None:
        words, role = "ready not said, counts as ready", Role.OK
    else:
        words, role = ("ready", Role.OK) if said.ready else ("not ready", Role.WARN)
    if said.serving is not None and said.serving is not said.ready:
        words += ", serving" if said.serving else ", not serving"
    behind = endpoint.hostname or f"{endpoint.target_ref.kind} {endpoint.target_ref.name}".strip()
    addresses = listed(endpoint.addresses)
    return fact("", f"{addresses}  ", stated(role, words), Span(f"  {behind}", Role.DIM))


def _export(snapshot: FleetSnapshot, cluster: str, export: Export) -> Iterator[Line]:
    target = ObjectTarget(cluster, export.ref)
    age = _age(snapshot, cluster, export.created, " old")
    yield replace(fact("export", export.dialect.value, target=target), note=age)
    if export.consumers:
        yield fact("offered to", listed(export.consumers))
    if export.address:
        yield fact("global IP", export.address)
    yield from _conditions(snapshot, cluster, export.conditions, export.ref)


def _globalnet(part: Part) -> Iterator[Line]:
    """What is not the address that the export is told with already."""
    told = {export.address for export in part.exports}
    if part.globalnet is not None:
        address = part.globalnet.status.allocated_ip
        if not address:
            yield fact("globalnet", stated(Role.WARN, "no address allocated"))
        elif address not in told:
            yield fact("globalnet", f"{address} allocated")
    if part.internal_ip and part.internal_ip not in told:
        yield fact("internal", part.internal_ip)


def _import(snapshot: FleetSnapshot, part: Part, known: Import) -> Iterator[Line]:
    target = ObjectTarget(part.cluster, known.ref)
    if known.source:  # Lighthouse's copy of what one cluster exports: in short
        addresses = listed(known.ips) if known.ips else "no address"
        yield fact("copy", f"of {known.source}  ", Span(addresses, Role.DIM), target=target)
        main = {port for one in part.imports if not one.source for port in one.ports}
        if known.ports - main:
            yield fact("ports", listed(sorted(map(str, known.ports))))
        return
    kind = {None: "", True: "  Headless", False: "  ClusterSetIP"}[known.headless]
    yield fact("import", known.dialect.value, Span(kind, Role.DIM), target=target)
    if known.ips:
        yield fact("addresses", listed(known.ips))
    if known.ports:
        yield fact("ports", listed(sorted(map(str, known.ports))))
    if known.sources:
        yield fact("clusters", listed(known.sources))
    if known.derived:
        yield fact("derived", f"Service {known.derived}")
    yield from _conditions(snapshot, part.cluster, known.conditions, known.ref)


def _conditions(
    snapshot: FleetSnapshot, cluster: str, conditions: Sequence[ConditionView], ref: ObjectRef
) -> Iterator[Line]:
    """`Valid     ● True  reason`, its age at the right end, its message below."""
    for one in conditions:
        reasons = ", ".join(one.reasons)
        line = fact(
            one.type,
            stated(condition_role(one), one.status or "no status"),
            Span(f"  {reasons}" if reasons else ""),
            target=ObjectTarget(cluster, ref),
        )
        yield replace(line, note=_age(snapshot, cluster, one.since))
        if one.message and condition_role(one) is not Role.OK:
            yield fact("", Span(one.message, Role.DIM))


def _age(snapshot: FleetSnapshot, cluster: str, since: float | None, suffix: str = "") -> str:
    if since is None:
        return ""
    return f"{format_age(max(server_now(snapshot, cluster) - since, 0.0))}{suffix}"


def condition_role(condition: ConditionView) -> Role:
    """How a condition stands; one whose sense is not known stands for itself."""
    well = _WELL_WHEN.get(condition.type, "True" if condition.type in _POSITIVE else "")
    if not well:
        return Role.PLAIN
    if condition.status not in ("True", "False"):
        return Role.UNKNOWN
    return Role.OK if condition.status == well else Role.CRITICAL


def _remote(snapshot: FleetSnapshot, part: Part) -> Iterator[Line]:
    """Endpoints of other clusters that this one would send traffic to."""
    for one in part.remote[:MOST]:
        yield from _from(snapshot, part, one)
    yield from _more(len(part.remote), "source")


def _from(snapshot: FleetSnapshot, part: Part, remote: RemoteEndpoints) -> Iterator[Line]:
    role = Role.OK if remote.ready == remote.total else Role.WARN if remote.ready else Role.CRITICAL
    source = Span(f"{remote.source}  ") if remote.source else unknown("no source cluster is said  ")
    words = stated(role, f"{remote.ready}/{remote.total} ready")
    dialect = f"  {remote.dialect}" if len(part.dialects) > 1 else ""
    target = ObjectTarget(part.cluster, remote.ref)
    yield fact("from", source, words, Span(dialect, Role.DIM), target=target)
    if remote.ref.kind == "EndpointSlice":
        yield from slice_lines(snapshot, part.cluster, remote.ref)
    elif remote.addresses:
        yield fact("", Span(listed(sorted(remote.addresses)), Role.DIM))


def listed(names: Iterable[str]) -> str:
    """The first few, and how many more."""
    found = list(names)
    rest = len(found) - MOST
    shown = ", ".join(found[:MOST]) or "none"
    return f"{shown} and {rest} more" if rest > 0 else shown


def _more(total: int, noun: str, plural: str = "") -> Iterator[Line]:
    if total > MOST:
        words = count(total - MOST, f"more {noun}", f"more {plural or noun + 's'}")
        yield fact("", Span(f"and {words}", Role.DIM))
