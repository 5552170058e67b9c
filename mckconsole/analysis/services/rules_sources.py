"""SD07: imports that name other clusters than those that export.

Sources: KEP-1645 (`status.clusters` of an import are its exporters); lighthouse
pkg/agent/controller (an aggregated import, and before 0.17 one per exporting cluster).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mckconsole.analysis.services.model import Dialect, Import
from mckconsole.analysis.services.rules_case import MCS_API, Case, Offer, export_topic
from mckconsole.analysis.services.rules_words import (
    Words,
    listed,
    main_import,
    make_finding,
    name_asked,
    saw,
    show,
    show_controller,
    who_asks,
    worked_out,
)
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity

_ALWAYS_LISTS = frozenset({Dialect.LIGHTHOUSE, Dialect.CILIUM_MCS})
"""Dialects whose imports name their exporters, so that an empty list names none."""
_LISTS = _ALWAYS_LISTS | {Dialect.GKE, Dialect.CLOUD_MAP, Dialect.MCS}
_NEED_NO_ID = frozenset({Dialect.GKE, Dialect.KARMADA, Dialect.MCS})
"""Dialects that know a cluster by a name that need not stand in any object of the cluster."""
_Named = tuple[tuple[str, ...], tuple[str, ...]]
"""Ids that an aggregated import names, and those that only copies per cluster do."""


@dataclass(slots=True)
class _Lists:
    """What the imports of all clusters name that is not so, each thing once."""

    stale: dict[str, list[str]] = field(default_factory=dict)
    """Id to the clusters that list it."""
    strange: dict[str, list[str]] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    """Exporter to the clusters that do not list it."""


def check_sources(case: Case) -> Iterator[Finding]:
    """SD07: imports that name clusters that do not export, or leave out some that do."""
    if not case.imports or case.dialect not in _LISTS:
        return
    found = _Lists()
    good: set[_Named] = set()
    live: dict[str, Offer] | None = None
    for cluster, imports in case.imports.items():
        alone = len(imports) == 1 and not imports[0].source
        sources = (imports[0].sources, ()) if alone else _sources(imports)
        if sources in good:
            continue
        live = case.live() if live is None else live
        if _compare(case, cluster, sources, live, found):
            good.add(sources)
    for source, listing in found.stale.items():
        yield _stale(case, source, listing)
    for source, listing in found.strange.items():
        yield _strange(case, source, listing)
    for exporter, leaving in found.missing.items():
        yield _left_out(case, exporter, leaving)


def _sources(imports: Sequence[Import]) -> _Named:
    """Ids that the aggregated import names, and those of Lighthouse's copies per cluster.

    Where there are copies only (before 0.17), they are what is imported.
    """
    whole = [source for one in imports if not one.source for source in one.sources]
    copies = [one.source for one in imports if one.source]
    if not whole and all(one.source for one in imports):
        whole, copies = copies, []
    more = [source for source in copies if source not in whole]
    return tuple(dict.fromkeys(whole)), tuple(dict.fromkeys(more))


def _compare(
    case: Case, cluster: str, listed_by: _Named, live: dict[str, Offer], found: _Lists
) -> bool:
    """Whether the list is as it should be; what is not goes into `found`."""
    good, riddle = True, False
    sources, copied = listed_by
    named: set[str] = set()
    for source in dict.fromkeys((*sources, *copied)):
        names = case.resolve(source)
        if source in sources:
            named.update(names)
        if not names:
            good, riddle = False, True
            if not doubt_id(case, "SD07", source):
                found.strange.setdefault(source, []).append(cluster)
        elif not any(name in case.offers for name in names):
            good = False
            if not doubt_export(case, "SD07", names):
                found.stale.setdefault(source, []).append(cluster)
    if riddle:
        return good  # who is not named may be the one behind the id
    if sources or case.dialect in _ALWAYS_LISTS:
        for name, offer in live.items():
            if name not in named:
                good = False
                if not case.unsettled(offer):
                    found.missing.setdefault(name, []).append(cluster)
    return good


def doubt_id(case: Case, rule: str, source: str) -> bool:
    """Whether an id that no cluster is known by may be one of a cluster that was not read."""
    doubted = dict(case.setting.nameless)
    if case.dialect in _NEED_NO_ID:
        for name in sorted(case.setting.silent - _accounted(case)):
            if case.dialect in case.facts(name).installed:
                doubted.setdefault(name, "it says no id of its own")
    for name, why in doubted.items():
        case.unknown(rule, name, f"may be the cluster that others call {source}: {why}")
    return bool(doubted)


def _accounted(case: Case) -> set[str]:
    """Clusters that the service's objects call by an id that is known."""
    sources = {source for held in case.imports.values() for one in held for source in one.sources}
    sources.update(one.source for held in case.remote.values() for one in held)
    return {name for source in sources for name in case.resolve(source)}


def doubt_export(case: Case, rule: str, names: Sequence[str]) -> bool:
    """Whether one of these clusters exports it by what is not in this case, or may do so."""
    for name in names:
        reason = case.unread(name, export_topic(case.dialect))
        if reason:
            case.unknown(rule, name, reason)
            return True
        part = case.parts.get(name)
        if part and case.dialect in MCS_API and any(one.dialect in MCS_API for one in part.exports):
            return True
    return False


def _listing(case: Case, clusters: Sequence[str]) -> list[Evidence]:
    shown = []
    for name in clusters:
        for one in case.imports[name]:
            shown.append(saw(case, name, one.ref, "status.clusters", listed(one.sources)))
    return shown


def _naming(case: Case, cluster: str, source: str) -> ObjectRef:
    """The import that names the id."""
    held = case.imports[cluster]
    named = (one for one in held if source == one.source or source in one.sources)
    return next(named, main_import(held)).ref


def _steps(case: Case, clusters: Sequence[str], exporter: str = "", source: str = "") -> list[str]:
    steps = [show(case, name, _naming(case, name, source)) for name in clusters]
    if exporter and exporter in case.offers:
        steps.append(show(case, exporter, case.offers[exporter].export.ref))
    blamed = [exporter] if exporter else clusters
    return [*steps, *(show_controller(case, name) for name in blamed)]


def _stale(case: Case, source: str, listing: Sequence[str]) -> Finding:
    meant = case.resolve(source)
    kind = f"ServiceExport {case.key}"
    topic = export_topic(case.dialect)
    return make_finding(
        case,
        "SD07",
        Severity.MEDIUM,
        (listing[0], _naming(case, listing[0], source)),
        Words(
            "import names a cluster that does not export",
            f"The import says that {source} exports the service, and {', '.join(meant)} does not. "
            f"{who_asks(case, listing)} may be sent where nobody answers.",
        ),
        [
            *_listing(case, listing),
            *(worked_out(case, name, topic, kind, "(none)") for name in meant),
        ],
        _steps(case, listing, meant[0], source),
        peers=(*listing, *meant),
        subject=f"stale {source}",
    )


def _strange(case: Case, source: str, listing: Sequence[str]) -> Finding:
    return make_finding(
        case,
        "SD07",
        Severity.MEDIUM,
        (listing[0], _naming(case, listing[0], source)),
        Words(
            "import names a cluster that nobody is known by",
            f"The import says that {source} exports the service; no cluster of this fleet has that "
            "id. It is one that is not in the inventory, or one that has left the cluster set and "
            "was not cleaned up.",
        ),
        _listing(case, listing),
        [
            *_steps(case, listing, source=source),
            f"find out who {source} is: add its context, or remove what it left on the broker",
        ],
        peers=(*listing, *case.offers),
        subject=f"strange {source}",
    )


def _left_out(case: Case, exporter: str, leaving: Sequence[str]) -> Finding:
    return make_finding(
        case,
        "SD07",
        Severity.MEDIUM,
        (leaving[0], main_import(case.imports[leaving[0]]).ref),
        Words(
            "import leaves an exporter out",
            f"{exporter} exports the service, and the import does not name it: "
            f"{who_asks(case, leaving)} is never sent there. "
            f"If the others go, {name_asked(case)} goes with them.",
        ),
        _listing(case, leaving),
        _steps(case, leaving, exporter),
        peers=(*leaving, exporter),
        subject=f"missing {exporter}",
    )
