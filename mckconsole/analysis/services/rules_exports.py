"""Rules on what stands behind an export: SD01 no Service, SD02 no ready endpoint.

Sources: mcs-api ServiceExport conditions; submariner lighthouse pkg/agent/controller (only
ClusterIP services are exported; a slice of a ClusterIP service holds one endpoint, the service's
address, ready while any backend is).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.services.model import Dialect
from mckconsole.analysis.services.rules_case import Case, Offer
from mckconsole.analysis.services.rules_words import (
    Words,
    make_finding,
    saw,
    show,
    show_all,
    show_condition,
    show_own_slices,
    who_asks,
    worked_out,
)
from mckconsole.domain.findings import Evidence, Finding, Severity

NO_ADDRESS = "ServiceGlobalIPUnavailable"
"""Lighthouse's reason for an export that waits for Globalnet."""
_JOINED = frozenset({
    Dialect.LIGHTHOUSE, Dialect.CILIUM_MCS, Dialect.GKE, Dialect.CLOUD_MAP, Dialect.MCS,
})  # fmt: skip
"""Dialects whose export stands beside a Service of its name in the same cluster."""
_BACKED = _JOINED | {Dialect.CILIUM_GLOBAL, Dialect.ISTIO, Dialect.LINKERD}

_BORROWED = frozenset({Dialect.CILIUM_GLOBAL, Dialect.ISTIO})
"""Dialects in which a Service without endpoints of its own is the way to use those of others."""


def check_services(case: Case) -> Iterator[Finding]:
    """SD01: exports without a Service, or of a Service that cannot be exported."""
    if not case.offers:
        return
    bad = [(offer, why) for offer in case.offers.values() if (why := _no_service(case, offer))]
    for offer, why in bad:
        yield _refused(case, offer, why, _severe(case, len(bad)))


def _no_service(case: Case, offer: Offer) -> str:
    """What is wrong with an export's Service, as a title; empty when nothing is known to be."""
    service = offer.part.service
    if service is not None:
        if offer.invalid is None:
            return _wrong_type(case, service.type)
    elif case.dialect in _JOINED:
        reason = case.unread(offer.cluster, "services")
        if not reason:
            return "export without a Service"
        if offer.invalid is None:
            case.unknown("SD01", offer.cluster, reason)
    if offer.invalid is None or NO_ADDRESS in offer.invalid.raw:
        return ""
    wrong = _wrong_type(case, service.type) if service else ""
    return wrong or f"export refused: {', '.join(offer.invalid.reasons) or 'no reason given'}"


def _wrong_type(case: Case, kind: str) -> str:
    if kind in ("", "ClusterIP") or case.dialect not in _JOINED:
        return ""
    if kind == "ExternalName" or case.dialect is Dialect.LIGHTHOUSE:
        return f"Services of type {kind} cannot be exported"
    return ""


def _severe(case: Case, hit: int) -> Severity:
    """HIGH; critical when nobody is left whom importers could reach instead."""
    alone = hit == len(case.offers) and bool(case.importers) and not case.may_be_more()
    return Severity.CRITICAL if alone else Severity.HIGH


def _refused(case: Case, offer: Offer, title: str, severity: Severity) -> Finding:
    cluster, service = offer.cluster, offer.part.service
    takers = [name for name in case.importers if name != cluster]
    shown = (
        [show_condition(case, offer.cluster, offer.export, offer.invalid)] if offer.invalid else []
    )
    if service:
        shown.append(saw(case, cluster, service.ref, "spec.type", service.type))
    else:
        missing = case.unread(cluster, "services") or "(none)"
        shown.append(worked_out(case, cluster, "services", f"Service {case.key}", missing))
        shown.append(saw(case, cluster, offer.export.ref, "metadata.name", case.key.name))
    message = offer.invalid.message if offer.invalid else ""
    said = f" The controller says: {message}." if message else ""
    return make_finding(
        case,
        "SD01",
        severity,
        (cluster, offer.export.ref),
        Words(
            title,
            f"The export offers nothing: {who_asks(case, takers, cluster)} gets no endpoint of "
            f"{cluster}.{said}",
        ),
        shown,
        (
            show_all(case, cluster, "services"),
            show(case, cluster, offer.export.ref),
            "create the Service under the export's name, as type ClusterIP, or delete the export",
        ),
        peers=case.involved,
    )


def check_endpoints(case: Case) -> Iterator[Finding]:
    """SD02: exporters none of whose endpoints is ready."""
    empty = [offer for offer in case.offers.values() if _is_empty(case, offer)]
    if empty:
        yield _empty(case, empty)


def _is_empty(case: Case, offer: Offer) -> bool:
    backends = offer.part.backends
    if backends is not None:
        if backends.ready or case.dialect not in _BACKED:
            return False
        if case.dialect not in _BORROWED or backends.total:
            return True
        return not any(one.part.backends is None or one.part.backends.ready
                       for one in case.offers.values())  # fmt: skip
    if offer.part.service is None or case.dialect not in _BACKED:
        return False
    copies = case.copies_of(offer.cluster) if case.dialect is Dialect.LIGHTHOUSE else []
    if any(copy.ready for _, copy in copies):
        return False
    reason = case.unread(offer.cluster, "endpointslices")
    if not copies:
        case.unknown("SD02", offer.cluster, reason or "endpointslices: not read")
    return any(copy.total for _, copy in copies)


def _empty(case: Case, empty: Sequence[Offer]) -> Finding:
    clusters = [offer.cluster for offer in empty]
    everyone = len(empty) == len(case.offers)
    takers = [name for name in case.importers if name not in clusters]
    severity = Severity.MEDIUM
    if everyone and not case.may_be_more():
        severity = Severity.CRITICAL if takers else Severity.HIGH
    rest = [name for name in case.offers if name not in clusters]
    effect = f"is sent to {' or '.join(rest)} only" if rest else "gets no answer that works"
    return make_finding(
        case,
        "SD02",
        severity,
        (clusters[0], empty[0].export.ref),
        Words(
            "no ready endpoint in any exporter" if everyone else "exported without ready endpoints",
            f"None of the endpoints in {', '.join(clusters)} is ready. "
            f"{who_asks(case, takers, clusters[0])} {effect}.",
        ),
        [one for offer in empty for one in _unready(case, offer)],
        (
            *(show_own_slices(case, one) for one in clusters),
            *(show_all(case, one, "pods,deployments") for one in clusters),
            "bring its pods to readiness, or delete the export where it is not to run",
        ),
        peers=case.involved,
    )


def _unready(case: Case, offer: Offer) -> Iterator[Evidence]:
    """What its own slices and the copies of them say."""
    cluster, backends, service = offer.cluster, offer.part.backends, offer.part.service
    if backends:
        value = f"{backends.ready} of {backends.total} ready"
        what = f"endpoints of Service {case.key}"
        yield worked_out(case, cluster, "endpointslices", what, value)
        for ref in backends.slices[:3]:
            yield saw(case, cluster, ref, "endpoints[].conditions.ready", "none is true")
    elif service:
        yield saw(case, cluster, service.ref, "spec.type", service.type)
    for name, copy in case.copies_of(cluster):
        if not copy.ready:
            yield saw(case, name, copy.ref, "endpoints[].conditions.ready", "false")
