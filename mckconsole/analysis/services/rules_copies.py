"""SD09: endpoints that one cluster holds of another and that differ from those at home.

Sources: lighthouse pkg/agent/controller (one endpoint per ClusterIP service: its address, ready
while any backend is; headless: the pods, by global addresses under Globalnet); cilium operator
endpointslicesync; submariner-io/lighthouse#685 (slices that never came back).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from mckconsole.analysis.services.model import Backends, Dialect, Part, RemoteEndpoints
from mckconsole.analysis.services.rules_case import Case
from mckconsole.analysis.services.rules_words import (
    Words,
    addresses_text,
    make_finding,
    saw,
    show_controller,
    show_own_slices,
    show_slices,
    who_asks,
    worked_out,
)
from mckconsole.domain.findings import Evidence, Finding, Severity

_PODS = frozenset({Dialect.CILIUM_MCS, Dialect.CILIUM_GLOBAL, Dialect.CLOUD_MAP, Dialect.KARMADA})
"""Dialects whose slices hold the very addresses of the pods."""

_Home = tuple[str, str, bool]
"""Cluster (empty when the id is not one cluster's), address and readiness to be held of it; no
address where it takes more than that to compare."""
_Wrong = tuple[str, str, Sequence[RemoteEndpoints]]
"""Cluster, what is wrong in words, and what it holds."""


def check_copies(case: Case) -> Iterator[Finding]:
    """SD09: endpoints that differ from those in their own cluster."""
    if not case.remote and case.dialect is not Dialect.LIGHTHOUSE:
        return
    wrong: dict[str, list[_Wrong]] = {}
    homes: dict[str, _Home] = {}
    lighthouse = case.dialect is Dialect.LIGHTHOUSE
    for cluster in case.importers if lighthouse else case.remote:
        seen: set[str] = set()
        doubted: set[str] = set()
        for one in case.remote.get(cluster, ()):
            home = homes.get(one.source) or homes.setdefault(one.source, _home(case, one.source))
            name, address, ready = home
            if name and name != cluster:
                seen.add(name)
                if not (address in one.addresses and ready is (one.ready > 0)):
                    doubted.add(name)
        for name in doubted:
            held = [one for one in case.remote[cluster] if homes[one.source][0] == name]
            why = _difference(case, cluster, name, held)
            if why:
                wrong.setdefault(name, []).append((cluster, why, held))
        if lighthouse and len(seen) < len(case.offers) - (cluster in case.offers):
            for name in _without(case, cluster, seen):
                wrong.setdefault(name, []).append((cluster, "no endpoint slice of it", ()))
    for name, found in wrong.items():
        yield _differing(case, name, found)


def _home(case: Case, source: str) -> _Home:
    """The cluster of a source, and what Lighthouse should hold of a ClusterIP service there."""
    meant = case.resolve(source)
    name = meant[0] if len(meant) == 1 else ""
    offer = case.offers.get(name) if case.dialect is Dialect.LIGHTHOUSE else None
    if offer is None or offer.part.service is None or offer.part.backends is None:
        return name, "", False
    if offer.part.service.headless:
        return name, "", False
    address = offer.export.address
    if not address and not case.facts(name).globalnet:
        address = offer.part.service.cluster_ip
    return name, address, offer.part.backends.ready > 0


def _without(case: Case, cluster: str, seen: Collection[str]) -> Iterator[str]:
    """Exporters that Lighthouse's import names and of which there is no slice."""
    named = {name for one in case.imports.get(cluster, ()) for source in one.sources
             for name in case.resolve(source)}  # fmt: skip
    lacking = [name for name in case.live() if name in named and name not in seen
               and name != cluster]  # fmt: skip
    if not lacking:
        return
    reason = case.unread(cluster, "endpointslices")
    if reason:
        case.unknown("SD09", cluster, reason)
        return
    yield from (name for name in lacking if not case.unsettled(case.offers[name]))


def _difference(case: Case, cluster: str, home: str, held: Sequence[RemoteEndpoints]) -> str:
    """What differs, in words; empty when nothing does, or that is not known."""
    part = case.parts.get(home)
    if part is None or part.service is None:
        return ""
    offer = case.offers.get(home)
    backends = part.backends
    if backends is None:
        if offer and "endpointslices" in case.facts(home).unread:
            case.unknown("SD09", home, case.unread(home, "endpointslices"))
        return ""
    address = offer.export.address if offer else ""
    why = _unlike(case, home, part, backends, held, address)
    if not why:
        return ""
    reason = case.unread(cluster, "endpointslices")
    if reason:
        case.unknown("SD09", cluster, reason)
        return ""
    created = offer.export.created if offer else None
    return "" if case.waits(backends.changed, part.service.created, created) else why


def _unlike(
    case: Case,
    home: str,
    part: Part,
    backends: Backends,
    held: Sequence[RemoteEndpoints],
    address: str,
) -> str:
    ready = held[0].ready if len(held) == 1 else sum(one.ready for one in held)
    if bool(ready) != bool(backends.ready):
        return f"{ready} ready here, {backends.ready} ready there"
    service = part.service
    lighthouse = case.dialect is Dialect.LIGHTHOUSE
    globalnet = lighthouse and (bool(address) or case.facts(home).globalnet)
    if service is not None and lighthouse and not service.headless:
        right = address if globalnet else service.cluster_ip
        if right and not any(right in one.addresses for one in held):
            return f"another address here than {right}"
        return ""
    if not (lighthouse or case.dialect in _PODS):
        return ""
    if not globalnet:
        foreign = frozenset().union(*(one.addresses for one in held)) - backends.addresses
        if foreign:
            return f"{addresses_text(foreign)} here, not there"
    counted = (sum(one.total for one in held), backends.total)
    listed = (len(frozenset().union(*(one.addresses for one in held))), len(backends.addresses))
    if counted == listed and ready != backends.ready:
        return f"{ready} ready here, {backends.ready} ready there"
    return ""


def _differing(case: Case, home: str, found: Sequence[_Wrong]) -> Finding:
    clusters = [cluster for cluster, _, _ in found]
    offer = case.offers.get(home)
    first = found[0][2][0].ref if found[0][2] else offer.export.ref if offer else None
    return make_finding(
        case,
        "SD09",
        Severity.MEDIUM,
        (clusters[0], first),
        Words(
            "endpoints differ from those in their own cluster",
            f"What is held of {home}: {'; '.join(dict.fromkeys(why for _, why, _ in found))}. "
            f"{who_asks(case, clusters, home)} may be sent where nobody answers, or not to all "
            "that do.",
        ),
        _both_sides(case, home, found),
        (
            *(show_slices(case, name) for name in clusters),
            show_own_slices(case, home),
            *(show_controller(case, name) for name in (*clusters, home)),
        ),
        peers=(*clusters, home),
        subject=home,
    )


def _both_sides(case: Case, home: str, found: Sequence[_Wrong]) -> list[Evidence]:
    """What is held elsewhere, and what is there."""
    part = case.parts[home]
    backends, service = part.backends, part.service
    shown: list[Evidence] = []
    for cluster, why, held in found:
        if not held:
            what = f"endpoint slices of {case.key} from {home}"
            shown.append(worked_out(case, cluster, "endpointslices", what, "(none)"))
        for one in held:
            value = f"{one.ready} of {one.total} ready: {addresses_text(one.addresses)} ({why})"
            shown.append(saw(case, cluster, one.ref, "endpoints", value))
    if service:
        shown.append(saw(case, home, service.ref, "spec.clusterIP", service.cluster_ip or "(none)"))
    if backends:
        value = f"{backends.ready} of {backends.total} ready: {addresses_text(backends.addresses)}"
        what = f"endpoints of Service {case.key}"
        shown.append(worked_out(case, home, "endpointslices", what, value))
    return shown
