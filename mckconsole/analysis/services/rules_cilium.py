"""SD18: global services of Cilium that are not what the annotations want.

Sources: Cilium's guide to load-balancing and service discovery; pkg/annotation (affinity is none,
local or remote; `shared` defaults to true), operator endpointslicesync (headless services need
`clustermesh-enable-endpoint-sync`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mckconsole.analysis.services.model import CiliumSwitches, Dialect, ServiceFacts
from mckconsole.analysis.services.rules_case import Case
from mckconsole.analysis.services.rules_words import (
    Words,
    kubectl,
    make_finding,
    name_asked,
    ports_text,
    saw,
    show,
    worked_out,
)
from mckconsole.domain.findings import Evidence, Finding, Severity

_GLOBAL = "metadata.annotations['service.cilium.io/global']"
_SHARED = "metadata.annotations['service.cilium.io/shared']"
_AFFINITY = "metadata.annotations['service.cilium.io/affinity']"
_SYNC = "metadata.annotations['service.cilium.io/global-sync-endpoint-slices']"
_AFFINITIES = frozenset({"none", "local", "remote", ""})

_NAMESPACE = "metadata.annotations['clustermesh.cilium.io/global']"

_Sides = Mapping[str, tuple[ServiceFacts, CiliumSwitches]]


def check_global(case: Case) -> Iterator[Finding]:
    """SD18: one-sided, unshared, contradicting or headless global services."""
    if case.dialect is not Dialect.CILIUM_GLOBAL:
        return
    sides = {
        name: (part.service, part.service.cilium)
        for name, part in case.parts.items()
        if part.service and part.service.cilium and part.service.cilium.is_global
        and (name in case.imports or name in case.offers)
    }  # fmt: skip
    if not sides:
        return
    if len(sides) == 1:
        yield from _one_sided(case, sides)
    elif not any(switches.shared for _, switches in sides.values()):
        yield _unshared(case, sides)
    first = next(iter(sides.values()))[0].ports
    if any(service.ports != first for service, _ in sides.values()):
        yield _ports(case, sides)
    for name, (service, switches) in sides.items():
        if switches.affinity not in _AFFINITIES:
            yield _affinity(case, sides, name)
        if service.headless:
            yield from _headless(case, sides, name)


def _one_sided(case: Case, sides: _Sides) -> Iterator[Finding]:
    """Global in one cluster: the others, as far as they were read, take no part."""
    ((cluster, (service, _)),) = sides.items()
    members = case.setting.members.get((case.dialect, case.mesh), frozenset())
    others = sorted(name for name in members if name != cluster)
    blank: list[Evidence] = []
    for name in others:
        reason = case.unread(name, "services")
        if reason:
            case.unknown("SD18", name, reason)
            return
        blank.append(_why_not(case, name))
    if not others or case.waits(service.created):
        return
    yield _finding(
        case,
        sides,
        cluster,
        Words(
            "global in one cluster only",
            f"{name_asked(case)} is annotated as global here, and no other cluster of the mesh has "
            "a global Service of that name: it is neither reached from there nor backed up by it.",
        ),
        [saw(case, cluster, service.ref, _GLOBAL, "true"), *blank],
        "annotate the Service in the other clusters (service.cilium.io/global=true), or take the "
        "annotation away here",
        "one-sided",
        others,
    )


def _why_not(case: Case, name: str) -> Evidence:
    part, spaces = case.parts.get(name), case.facts(name).namespaces
    if part and part.service and not case.facts(name).is_global(case.key.namespace):
        what = f"{_NAMESPACE} of Namespace {case.key.namespace}"
        return worked_out(case, name, "namespaces", what, "not true")
    if part and part.service:
        return saw(case, name, part.service.ref, _GLOBAL, "(not true)")
    if spaces is not None and case.key.namespace not in spaces:
        return worked_out(case, name, "namespaces", f"Namespace {case.key.namespace}", "(none)")
    return worked_out(case, name, "services", f"Service {case.key}", "(none)")


def _unshared(case: Case, sides: _Sides) -> Finding:
    return _finding(
        case,
        sides,
        next(iter(sides)),
        Words(
            "global, and shared by no cluster",
            f"Every cluster keeps its endpoints of {name_asked(case)} to itself: requests never "
            "leave the cluster, also when nothing is ready in it.",
        ),
        [saw(case, name, service.ref, _SHARED, "false") for name, (service, _) in sides.items()],
        "set service.cilium.io/shared=true where the endpoints may be used by others",
        "unshared",
    )


def _ports(case: Case, sides: _Sides) -> Finding:
    base = next(iter(sides.values()))[0].ports
    odd = next(name for name, (service, _) in sides.items() if service.ports != base)
    return _finding(
        case,
        sides,
        odd,
        Words(
            "global with different ports",
            f"Cilium joins the endpoints of {name_asked(case)} by port and name: those of a port "
            "that only one cluster has are not reached from the others.",
        ),
        [saw(case, name, service.ref, "spec.ports", ports_text(service.ports))
         for name, (service, _) in sides.items()],
        "set the same ports in every cluster",
        "ports",
    )  # fmt: skip


def _affinity(case: Case, sides: _Sides, cluster: str) -> Finding:
    service, switches = sides[cluster]
    return _finding(
        case,
        sides,
        cluster,
        Words(
            "affinity is neither none, local nor remote",
            f"{switches.affinity} is none of none, local and remote, so requests for "
            f"{name_asked(case)} go to endpoints of all clusters alike.",
        ),
        [saw(case, cluster, service.ref, _AFFINITY, switches.affinity)],
        "set service.cilium.io/affinity to none, local or remote",
        f"affinity {cluster}",
    )


def _headless(case: Case, sides: _Sides, cluster: str) -> Iterator[Finding]:
    service, switches = sides[cluster]
    facts = case.facts(cluster)
    if facts.cilium_synced_slices and switches.sync_slices is not False:
        return
    if facts.cilium_synced_slices:
        shown = saw(case, cluster, service.ref, _SYNC, "false")
    else:
        reason = case.unread(cluster, "cilium-config")
        if reason:
            case.unknown("SD18", cluster, reason)
            return
        what = "clustermesh-enable-endpoint-sync in kube-system/cilium-config"
        shown = worked_out(case, cluster, "cilium-config", what, "not true")
    yield _finding(
        case,
        sides,
        cluster,
        Words(
            "headless global without endpoint sync",
            f"A headless Service is answered from endpoint slices, and none are written here for "
            f"other clusters: {name_asked(case)} resolves to local pods only.",
        ),
        [saw(case, cluster, service.ref, "spec.clusterIP", service.cluster_ip), shown],
        "set clustermesh.enableEndpointSliceSynchronization in Cilium's Helm values, and do not "
        "switch it off by annotation",
        f"headless {cluster}",
    )


def _finding(
    case: Case,
    sides: _Sides,
    cluster: str,
    words: Words,
    evidence: list[Evidence],
    change: str,
    subject: str,
    peers: list[str] | None = None,
) -> Finding:
    ref = sides[cluster][0].ref
    config = kubectl(case, cluster, "-n kube-system get configmap cilium-config -o yaml")
    return make_finding(
        case,
        "SD18",
        Severity.MEDIUM,
        (cluster, ref),
        words,
        evidence,
        (
            *(show(case, name, service.ref) for name, (service, _) in sides.items()),
            *((config,) if subject.startswith("headless") else ()),
            change,
        ),
        peers=peers if peers is not None else sides,
        subject=subject,
    )
