"""SD15: discovery is well, and no tunnel leads to any exporter.

Lighthouse answers only for clusters whose tunnel is connected, so this looks like a fault of DNS
(submariner-io/submariner#3204). A tunnel whose state is not known is no reason to claim anything.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.services.model import Dialect, Reach
from mckconsole.analysis.services.rules_case import Case, export_topic
from mckconsole.analysis.services.rules_words import (
    Words,
    kubectl,
    make_finding,
    presence,
    who_asks,
    worked_out,
)
from mckconsole.domain.findings import Finding, Severity

_OWN_WAYS = frozenset({
    Dialect.GKE, Dialect.CLOUD_MAP, Dialect.ISTIO, Dialect.LINKERD, Dialect.CONSUL,
})  # fmt: skip
"""Dialects whose traffic takes gateways or networks of their own."""
_Ways = dict[str, Reach]
"""Exporter to the way there."""


def check_reach(case: Case) -> Iterator[Finding]:
    """SD15: importers that no tunnel joins to an exporter."""
    if not case.setting.severed or case.dialect in _OWN_WAYS:
        return
    live: list[str] | None = None
    reach = case.setting.around.reach
    cut: dict[str, _Ways] = {}
    importers = case.importers
    for cluster in importers:
        if cluster in case.offers:
            continue
        if live is None:
            live = [*case.live(), *_told(case)]
        ways = {}
        for exporter in live:
            way = reach.get((cluster, exporter))
            if way is None or way.up is not False:
                break
            ways[exporter] = way
        else:
            if ways and not _may_reach_others(case, cluster, live):
                cut[cluster] = ways
    if cut:
        takers = [name for name in importers if name not in case.offers]
        yield _cut_off(case, cut, len(cut) == len(takers) and len(cut) > 1)


def _told(case: Case) -> dict[str, None]:
    """Exporters that others name, and of which it could not be read whether they export it."""
    topic = export_topic(case.dialect)
    sources = dict.fromkeys(
        source for cluster in case.importers for source in _sources(case, cluster)
    )
    meant = (case.resolve(source) for source in sources)
    return {
        names[0]: None
        for names in meant
        if len(names) == 1 and names[0] not in case.offers and case.unread(names[0], topic)
    }


def _sources(case: Case, cluster: str) -> set[str]:
    """Ids of exporters in what a cluster holds of the service."""
    found = {source for one in case.imports.get(cluster, ()) for source in one.sources}
    return found | {one.source for one in case.remote.get(cluster, ()) if one.source}


def _may_reach_others(case: Case, cluster: str, live: list[str]) -> bool:
    """Whether there may be an exporter that is not known, or not well by what was read."""
    if any(name not in live for name in case.offers):
        reach = case.setting.around.reach
        ways = (reach.get((cluster, name)) for name in case.offers if name not in live)
        if any(way is None or way.up is not False for way in ways):
            return True
    sources = _sources(case, cluster)
    if not sources:
        return case.may_be_more()
    known = {*live, *case.offers}
    return any(not known.intersection(case.resolve(one)) for one in sources)


def _cut_off(case: Case, cut: dict[str, _Ways], everyone: bool) -> Finding:
    clusters = list(cut)
    exporters = list(next(iter(cut.values())))
    every = [(name, other, way) for name, ways in cut.items() for other, way in ways.items()]
    words = dict.fromkeys(f"{name} to {other}: {way.words}" for name, other, way in every)
    shown = []
    for name, other, way in every:
        what = f"tunnel to {other} ({way.link or 'no link'})"
        shown.append(worked_out(case, name, "gateways", what, way.words))
    held = case.imports.get(clusters[0]) or case.remote[clusters[0]]
    return make_finding(
        case,
        "SD15",
        Severity.CRITICAL if everyone else Severity.HIGH,
        (clusters[0], held[0].ref),
        Words(
            "no tunnel to any exporter",
            f"{who_asks(case, clusters)} gets no answer, or one that nobody answers at, although "
            f"the service is imported: {'; '.join(words)}.",
        ),
        [*shown, *(presence(case, name) for name in exporters)],
        (
            "open the tunnels that the evidence names in the mesh pane and mend those; nothing is "
            "wrong with the service",
            *(kubectl(case, name, "-n submariner-operator get gateways.submariner.io -o wide")
              for name in (*clusters, *exporters) if _submariner(cut)),
            *(f"cilium clustermesh status --context {case.facts(name).context or name}"
              for name in (*clusters, *exporters) if not _submariner(cut)),
        ),
        peers=(*clusters, *exporters),
    )  # fmt: skip


def _submariner(cut: dict[str, _Ways]) -> bool:
    return any("submariner" in way.words + way.link for ways in cut.values()
               for way in ways.values())  # fmt: skip
