"""SD15: discovery is well, and no tunnel leads to any exporter.

Lighthouse answers only for clusters whose tunnel is connected, so this looks like a fault of DNS
(submariner-io/submariner#3204). A tunnel whose state is not known is no reason to claim anything.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.services.model import Reach
from mckconsole.analysis.services.rules_case import Case
from mckconsole.analysis.services.rules_words import (
    Words,
    kubectl,
    make_finding,
    presence,
    who_asks,
    worked_out,
)
from mckconsole.domain.findings import Finding, Severity

_Ways = dict[str, Reach]
"""Exporter to the way there."""


def check_reach(case: Case) -> Iterator[Finding]:
    """SD15: importers that no tunnel joins to an exporter."""
    if not case.setting.severed or not case.offers:
        return
    live: list[str] | None = None
    reach = case.setting.around.reach
    cut: dict[str, _Ways] = {}
    importers = case.importers
    for cluster in importers:
        if cluster in case.offers:
            continue
        if live is None:
            live = list(case.live())
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


def _may_reach_others(case: Case, cluster: str, live: list[str]) -> bool:
    """Whether there may be an exporter that is not known, or not well by what was read."""
    if any(name not in live for name in case.offers):
        reach = case.setting.around.reach
        ways = (reach.get((cluster, name)) for name in case.offers if name not in live)
        if any(way is None or way.up is not False for way in ways):
            return True
    sources = {source for one in case.imports.get(cluster, ()) for source in one.sources}
    sources |= {one.source for one in case.remote.get(cluster, ()) if one.source}
    if not sources:
        return case.may_be_more()
    return any(not set(case.resolve(one)) & set(case.offers) for one in sources)


def _cut_off(case: Case, cut: dict[str, _Ways], everyone: bool) -> Finding:
    clusters = list(cut)
    exporters = list(next(iter(cut.values())))
    words = dict.fromkeys(
        f"{name} to {other}: {way.words}"
        for name, ways in cut.items()
        for other, way in ways.items()
    )
    shown = [
        worked_out(
            case, name, "gateways", f"tunnel to {other} ({way.link or 'no link'})", way.words
        )
        for name, ways in cut.items()
        for other, way in ways.items()
    ]
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
