"""SD08: endpoints that one cluster holds of another which does not export the service.

Sources: KEP-1645 (slices carry their source cluster); submariner-io/lighthouse#957 (a service of
the same joined name overwrote another's); Lighthouse's status map keeps a cluster that vanished.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.services.model import Dialect, RemoteEndpoints
from mckconsole.analysis.services.rules_case import Case
from mckconsole.analysis.services.rules_sources import doubt_export, doubt_id
from mckconsole.analysis.services.rules_words import (
    Words,
    addresses_text,
    make_finding,
    saw,
    show,
    show_controller,
    show_slices,
    who_asks,
    worked_out,
)
from mckconsole.domain.findings import Finding, Severity

Held = list[tuple[str, RemoteEndpoints]]
_UNLABELLED = frozenset({Dialect.GKE, Dialect.LINKERD})
"""Dialects whose slices need not say where their endpoints lie."""


def check_leftovers(case: Case) -> Iterator[Finding]:
    """SD08: endpoints of clusters that do not export the service."""
    held_by = _mirrors(case) if case.dialect is Dialect.LINKERD else case.remote
    if not held_by:
        return
    known: dict[str, bool] = {}
    found: dict[str, Held] = {}
    for cluster, held in held_by.items():
        for one in held:
            good = known.get(one.source)
            if good is None:
                good = known[one.source] = _is_offered(case, cluster, one.source)
            if not good:
                found.setdefault(one.source, []).append((cluster, one))
    for source, leftovers in found.items():
        yield _leftover(case, source, leftovers)


def _mirrors(case: Case) -> dict[str, tuple[RemoteEndpoints, ...]]:
    """Linkerd's mirrors, also those whose endpoints stand in no object."""
    found: dict[str, tuple[RemoteEndpoints, ...]] = dict(case.remote)
    for cluster, imports in case.imports.items():
        have = {one.source for one in case.remote.get(cluster, ())}
        more = [
            RemoteEndpoints(one.dialect, source, one.ref, 0, 0)
            for one in imports
            for source in one.sources
            if source not in have
        ]
        found[cluster] = (*found.get(cluster, ()), *more)
    return found


def _is_offered(case: Case, cluster: str, source: str) -> bool:
    """Whether endpoints of that id are where they should be, or that cannot be told."""
    if not source:
        if case.dialect not in _UNLABELLED:
            case.unknown("SD08", cluster, "endpoint slices that do not say where they come from")
        return True
    names = case.resolve(source)
    if case.dialect is Dialect.KARMADA:
        return _is_provider(case, source, names)
    if any(name in case.offers for name in names):
        return True
    return doubt_export(case, "SD08", names) if names else doubt_id(case, "SD08", source)


def _is_provider(case: Case, source: str, names: Sequence[str]) -> bool:
    """Under Karmada the hub says who provides; where it names nobody, whoever has the Service."""
    listed_there = {one for held in case.imports.values() for item in held for one in item.sources}
    if listed_there:
        return source in listed_there or any(
            set(names) & set(case.resolve(one)) for one in listed_there
        )
    if not names:
        return doubt_id(case, "SD08", source)
    for name in names:
        part = case.parts.get(name)
        if part and part.service:
            return True
        reason = case.unread(name, "services")
        if reason:
            case.unknown("SD08", name, reason)
            return True
    return False


def _leftover(case: Case, source: str, held: Held) -> Finding:
    meant = case.resolve(source)
    clusters = list(dict.fromkeys(name for name, _ in held))
    nobody = not case.offers and set(clusters) >= set(case.importers)
    whose = f"{', '.join(meant)} does not" if meant else "no cluster of this fleet has that id"
    title = "endpoints of a cluster that does not export"
    if not meant:
        title = "endpoints of a cluster that nobody is known by"
    severity = Severity.CRITICAL if nobody and meant else Severity.HIGH
    if not meant and case.dialect is Dialect.LINKERD:
        severity = Severity.INFO  # each cluster gives its links names of its own
    shown = [saw(case, name, one.ref, "endpoints[].addresses", addresses_text(one.addresses))
             for name, one in held]  # fmt: skip
    shown += [worked_out(case, name, "services", f"export of {case.key}", "(none)")
              for name in meant]  # fmt: skip
    return make_finding(
        case,
        "SD08",
        severity,
        (clusters[0], held[0][1].ref),
        Words(
            title,
            f"They say that {source} offers the service, and {whose}. "
            f"{who_asks(case, clusters, source)} may be sent to addresses where nobody answers.",
        ),
        shown,
        (
            *(show_slices(case, name, source) for name in clusters),
            *(show(case, name, one.ref) for name, one in held),
            *(show_controller(case, name) for name in clusters),
            _last_step(case, source),
        ),
        peers=(*clusters, *meant, *case.offers),
        subject=source,
    )


def _last_step(case: Case, source: str) -> str:
    if case.dialect is Dialect.LIGHTHOUSE:
        return (
            f"if {source} is not to export it, delete what is left of it on the broker, then here"
        )
    return f"if {source} is not to offer it, delete what the controller has left of it here"
