"""SD11: endpoints of headless services that DNS cannot name, or names twice.

Source: KEP-1645 and the DNS specification of Kubernetes: an endpoint of a headless service is named
by its hostname, else by its pod; without either its SRV target is malformed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.services.rules_case import Case
from mckconsole.analysis.services.rules_words import (
    Words,
    listed,
    make_finding,
    name_asked,
    saw,
    show_own_slices,
    worked_out,
)
from mckconsole.domain.findings import Evidence, Finding, Severity


def check_names(case: Case) -> Iterator[Finding]:
    """SD11: endpoints of headless services that DNS cannot name, or names twice."""
    for cluster, offer in case.offers.items():
        service, backends = offer.part.service, offer.part.backends
        if service is None or not service.headless:
            continue
        if backends is not None:
            unnamed, doubled = backends.unnamed, backends.doubled
        else:
            copies = [one for _, one in case.copies_of(cluster)]
            unnamed = sum(one.unnamed for one in copies)
            doubled = tuple(sorted({host for one in copies for host in one.doubled}))
            if not (unnamed or doubled):
                reason = case.unread(cluster, "endpointslices")
                case.unknown("SD11", cluster, reason or "endpointslices: not read")
        if unnamed or doubled:
            yield _nameless(case, cluster, unnamed, doubled)


def _nameless(case: Case, cluster: str, unnamed: int, doubled: Sequence[str]) -> Finding:
    offer = case.offers[cluster]
    backends = offer.part.backends
    shown: list[Evidence] = []
    what = f"endpoints of Service {case.key}"
    if unnamed:
        value = f"{unnamed} without hostname and without a pod"
        shown.append(worked_out(case, cluster, "endpointslices", what, value))
    if doubled:
        value = f"several have the hostname {', '.join(doubled)}"
        shown.append(worked_out(case, cluster, "endpointslices", what, value))
    hosts = listed(doubled)
    shown += [saw(case, cluster, ref, "endpoints[].hostname", hosts)
              for ref in (backends.slices[:3] if backends else ())]  # fmt: skip
    held = case.copies_of(cluster)
    shown += [saw(case, name, one.ref, "endpoints[].hostname", f"{one.unnamed} without a name")
              for name, one in held]  # fmt: skip
    title = "headless endpoints without a name" if unnamed else "headless endpoints share a name"
    return make_finding(
        case,
        "SD11",
        Severity.MEDIUM,
        (cluster, offer.export.ref),
        Words(
            title,
            f"A pod that asks for the SRV records of {name_asked(case)} gets targets that lead "
            "nowhere, or to another endpoint than meant.",
        ),
        shown,
        (
            show_own_slices(case, cluster),
            "give each endpoint a hostname of its own: by a StatefulSet with this serviceName, or "
            "in the EndpointSlice that is written by hand",
        ),
        peers=(name for name, _ in held),
    )
