"""Read one cluster's part in one service from the objects that it holds about it."""

from __future__ import annotations

from mckconsole.analysis.services.dialects.cilium import read_cilium
from mckconsole.analysis.services.dialects.draft import Draft
from mckconsole.analysis.services.dialects.linkerd import read_linkerd
from mckconsole.analysis.services.dialects.mcs import read_gke, read_mcs
from mckconsole.analysis.services.dialects.others import read_consul, read_istio, read_karmada
from mckconsole.analysis.services.dialects.slices import (
    Sorted,
    mcs_writer,
    read_derived,
    read_imported,
    sort_slices,
)
from mckconsole.analysis.services.endpoints import count
from mckconsole.analysis.services.globalnet import find_global_ip, internal_address
from mckconsole.analysis.services.model import (
    Backends,
    ClusterFacts,
    Dialect,
    Held,
    Part,
    ServiceFacts,
)
from mckconsole.analysis.services.service_facts import read_service
from mckconsole.domain.discovery import GlobalIngressIP

_MCS = ("services", "endpointslices", "serviceexports", "serviceimports")
_SERVICES = ("services", "endpointslices")
_READS = {
    Dialect.LIGHTHOUSE: _MCS,
    Dialect.CILIUM_GLOBAL: _SERVICES,
    Dialect.CILIUM_MCS: _MCS,
    Dialect.GKE: (*_SERVICES, "gke-serviceexports", "gke-serviceimports"),
    Dialect.CLOUD_MAP: _MCS,
    Dialect.KARMADA: (*_SERVICES, "multiclusterservices"),
    Dialect.ISTIO: _SERVICES,
    Dialect.LINKERD: _SERVICES,
    Dialect.CONSUL: (*_SERVICES, "exportedservices"),
    Dialect.MCS: _MCS,
}
"""Topics that tell of a cluster's part in a service, by the dialect it speaks."""


def read_part(facts: ClusterFacts, held: Held) -> Part:
    """What the cluster has to do with the service whose objects are `held`.

    What could not be read is words in `unknown`, where the cluster is involved; of a cluster that
    could not be read at all and of which nothing is held, that is the whole part. Nothing in any
    object makes it raise.
    """
    if not facts.readable:
        held = Held(held.key)  # of a first reading under way there may be something
    draft = Draft(facts, held)
    service = read_service(held.service) if held.service else None
    slices = sort_slices(held.slices, held.service.metadata.name if held.service else held.key.name)
    backends = _backends(facts, held, slices) if service else None
    globalnet = find_global_ip(held) if held.global_ips else None
    _read_dialects(draft, slices, service, backends, globalnet)
    return Part(
        facts.name,
        service,
        backends,
        tuple(draft.exports),
        tuple(draft.imports),
        tuple(draft.remote),
        globalnet,
        internal_address(held) if held.internal else "",
        _unknown(draft),
    )


def _read_dialects(
    draft: Draft,
    slices: Sorted,
    service: ServiceFacts | None,
    backends: Backends | None,
    globalnet: GlobalIngressIP | None,
) -> None:
    """Add exports, imports and endpoints of other clusters. Imports come before what was derived of
    them, and Istio last, because it only joins what others do not."""
    held = draft.held
    if held.exports or held.imports:
        address = globalnet.status.allocated_ip if globalnet else ""
        read_mcs(draft, address, mcs_writer(slices.imported))
    if held.gke_exports or held.gke_imports:
        read_gke(draft)
    if slices.others:
        read_derived(draft, slices)
    if slices.imported:
        read_imported(draft, slices.imported, _own_addresses(service, backends))
    if held.karmada:
        read_karmada(draft)
    if held.consul:
        read_consul(draft)
    read_linkerd(draft, service, slices)
    if service:
        read_cilium(draft, service)
        read_istio(draft, service)


def _backends(facts: ClusterFacts, held: Held, slices: Sorted) -> Backends | None:
    """Endpoints of the Service; None when having seen none means nothing.

    Karmada's API server runs nothing, so a Service there has no slices.
    """
    found = count(slices.own)
    if found.ready == 0 and "endpointslices" in facts.unread:
        return None
    return None if held.karmada and not slices.own else found


def _own_addresses(service: ServiceFacts | None, backends: Backends | None) -> frozenset[str]:
    own = backends.addresses if backends else frozenset()
    return own | {service.cluster_ip} if service else own


def _unknown(draft: Draft) -> tuple[str, ...]:
    facts = draft.facts
    if not draft.involved:
        alone = not facts.readable and draft.held.service is None
        return (facts.reason or "the cluster could not be read",) if alone else ()
    words = draft.unknown
    if facts.unread:
        spoken = draft.dialects
        topics = dict.fromkeys(topic for one in Dialect if one in spoken for topic in _READS[one])
        if facts.globalnet and Dialect.LIGHTHOUSE in spoken:
            topics["globalingressips"] = None
        words = [*words, *(unread_words(facts, one) for one in topics if one in facts.unread)]
    return tuple(dict.fromkeys(words))


def unread_words(facts: ClusterFacts, topic: str) -> str:
    """Why a topic says nothing, with its name."""
    why = facts.unread[topic]
    return why if why.startswith(topic) else f"{topic}: {why}"
