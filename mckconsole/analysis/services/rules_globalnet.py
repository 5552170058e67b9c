"""SD13: exports under Globalnet without the address by which other clusters reach them.

Source: submariner pkg/globalnet/controllers: an exported service of type ClusterIP has a
GlobalIngressIP of its name, and an internal Service with the allocated address as external one.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.services.model import Dialect
from mckconsole.analysis.services.rules_case import Case, Offer
from mckconsole.analysis.services.rules_exports import NO_ADDRESS
from mckconsole.analysis.services.rules_words import (
    Words,
    make_finding,
    saw,
    show,
    show_all,
    show_condition,
    who_asks,
    worked_out,
)
from mckconsole.domain.discovery import GlobalIngressIP
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity


def check_global_addresses(case: Case) -> Iterator[Finding]:
    """SD13: exports under Globalnet without the address by which others reach them."""
    if case.dialect is not Dialect.LIGHTHOUSE:
        return
    for offer in case.offers.values():
        facts = case.setting.around.clusters.get(offer.cluster)
        if offer.invalid and NO_ADDRESS in offer.invalid.raw:
            yield _addressless(case, offer, "Globalnet gave the export no address")
        elif facts and facts.globalnet:
            why = _no_address(case, offer)
            if why:
                yield _addressless(case, offer, why)


def _no_address(case: Case, offer: Offer) -> str:
    service, found = offer.part.service, offer.part.globalnet
    if service is None or service.headless:
        return ""
    if found is None:
        reason = case.unread(offer.cluster, "globalingressips")
        if reason:
            case.unknown("SD13", offer.cluster, reason)
            return ""
        waits = case.waits(offer.export.created, service.created)
        return "" if waits else "no GlobalIngressIP for the export"
    allocated = found.status.allocated_ip
    if not allocated:
        waits = case.waits(offer.export.created, service.created)
        return "" if waits else "Globalnet gave the export no address"
    inside = offer.part.internal_ip
    return "global address and internal Service differ" if inside not in ("", allocated) else ""


def _addressless(case: Case, offer: Offer, title: str) -> Finding:
    cluster, found = offer.cluster, offer.part.globalnet
    steps = [show_all(case, cluster, "globalingressips.submariner.io")]
    if found is not None:
        steps.insert(0, show(case, cluster, _ref(case, cluster, found)))
    takers = [name for name in case.importers if name != cluster]
    return make_finding(
        case,
        "SD13",
        Severity.HIGH,
        (cluster, offer.export.ref),
        Words(
            title,
            f"Under Globalnet only a global address leads into {cluster}. {who_asks(case, takers)} "
            f"gets no address there that works.",
        ),
        _told(case, offer),
        (
            *steps,
            "look whether the cluster's global CIDR has addresses left "
            "(submariner_global_IP_availability); enlarge it, or delete exports not in use",
        ),
        peers=case.involved,
    )


def _told(case: Case, offer: Offer) -> Iterator[Evidence]:
    """What the export, its address object and the internal Service say."""
    cluster, found = offer.cluster, offer.part.globalnet
    if offer.invalid:
        yield show_condition(case, cluster, offer.export, offer.invalid)
    if found is None:
        value = case.unread(cluster, "globalingressips") or "(none)"
        what = f"GlobalIngressIP {case.key}"
        yield worked_out(case, cluster, "globalingressips", what, value)
    else:
        ref, allocated = _ref(case, cluster, found), found.status.allocated_ip
        yield saw(case, cluster, ref, "status.allocatedIP", allocated or "(empty)")
        for one in found.status.conditions:
            if one.status != "True":
                said = f"{one.type}={one.status} {one.reason} {one.message}".strip()
                yield saw(case, cluster, ref, "status.conditions", said)
    if offer.part.internal_ip:
        what = f"externalIPs of the internal Service of {case.key}"
        yield worked_out(case, cluster, "services", what, offer.part.internal_ip)


def _ref(case: Case, cluster: str, found: GlobalIngressIP) -> ObjectRef:
    return found.ref(case.facts(cluster).versions.get("globalingressips", "v1"))
