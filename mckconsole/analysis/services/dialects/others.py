"""Karmada, Consul and Istio: dialects of which a member cluster's objects tell only a part."""

from __future__ import annotations

from mckconsole.analysis.services.conditions import read_conditions
from mckconsole.analysis.services.dialects.draft import Draft
from mckconsole.analysis.services.model import Dialect, Export, Import, ServiceFacts
from mckconsole.domain.peering import ExportedService
from mckconsole.domain.times import parse_rfc3339

_CATALOG = "which peers take the service, and its endpoints there, stand in Consul's catalog only"
_ISTIOD = "which endpoints of other clusters Istio sends to stands in istiod only, not in objects"


def read_karmada(draft: Draft) -> None:
    """Add MultiClusterServices: Karmada's own API server speaks for providers and consumers.

    It is written as an export to the consumers and an import from the providers; the endpoints lie
    in the members, where consumers hold slices annotated with the provider.
    """
    for one in draft.held.karmada:
        ref = draft.ref("multiclusterservices", one)
        conditions = read_conditions(one.status.conditions)
        meta = one.metadata
        created = parse_rfc3339(meta.creation_timestamp)
        draft.exports.append(
            Export(Dialect.KARMADA, ref, created, meta.generation, conditions, one.spec.consumers)
        )
        draft.imports.append(
            Import(
                Dialect.KARMADA,
                ref,
                sources=one.spec.providers,
                generation=meta.generation,
                conditions=conditions,
            )
        )


def read_consul(draft: Draft) -> None:
    """Add what ExportedServices offer to peers."""
    for one in draft.held.consul:
        listed = [entry for entry in one.spec.services if _names(entry, draft)]
        if not listed:
            continue
        peers = (consumer.peer for entry in listed for consumer in entry.consumers)
        draft.exports.append(
            Export(
                Dialect.CONSUL,
                draft.ref("exportedservices", one),
                parse_rfc3339(one.metadata.creation_timestamp),
                one.metadata.generation,
                consumers=tuple(dict.fromkeys(peer for peer in peers if peer)),
            )
        )
        draft.unknown.append(_CATALOG)


def _names(entry: ExportedService, draft: Draft) -> bool:
    """Whether an entry exports this service; Consul's default namespace holds every other one."""
    key = draft.held.key
    return entry.name in (key.name, "*") and entry.namespace in (
        "",
        "*",
        "default",
        key.namespace,
    )


def by_sameness(export: Export) -> bool:
    """Whether nothing but Istio's joining of namesakes is what offers a Service."""
    return export.dialect is Dialect.ISTIO and export.ref.kind == "Service"


def read_istio(draft: Draft, service: ServiceFacts) -> None:
    """Add a Service that Istio joins with its namesakes in other clusters.

    Only where no other dialect says how it crosses: then sameness is not what joins it.
    """
    if not draft.facts.istio_joined or draft.involved:
        return
    if service.type != "ExternalName":
        draft.exports.append(Export(Dialect.ISTIO, service.ref, service.created))
        draft.unknown.append(_ISTIOD)
