"""Cilium global services: a Service annotated in every cluster, merged by name."""

from __future__ import annotations

from mckconsole.analysis.services.dialects.draft import Draft
from mckconsole.analysis.services.model import Dialect, Export, Import, ServiceFacts

_AGENTS_ONLY = (
    "which endpoints of other clusters Cilium sends to stands in its agents, not in objects: {why}"
)
_NOT_SYNCED = _AGENTS_ONLY.format(why="clustermesh-enable-endpoint-sync is not on")
_NOT_CHOSEN = _AGENTS_ONLY.format(
    why="service.cilium.io/global-sync-endpoint-slices is not on for the Service"
)
_NAMESPACE = "whether the namespace is global for Cilium (clustermesh.cilium.io/global): {why}"


def read_cilium(draft: Draft, service: ServiceFacts) -> None:
    """Add a global service: it takes the endpoints of others, and gives its own while shared.

    In a namespace that is not global the annotation has no effect. Source: cilium
    pkg/clustermesh/namespace.
    """
    switches = service.cilium
    if switches is None or not switches.is_global:
        return
    facts = draft.facts
    if not facts.is_global(draft.held.key.namespace):
        return
    if "namespaces" in facts.unread:
        draft.unknown.append(_NAMESPACE.format(why=facts.unread["namespaces"]))
    if switches.shared:
        draft.exports.append(Export(Dialect.CILIUM_GLOBAL, service.ref, service.created))
    draft.imports.append(
        Import(
            Dialect.CILIUM_GLOBAL,
            service.ref,
            service.headless,
            ports=service.ports,
            ips=(service.cluster_ip,) if service.cluster_ip and not service.headless else (),
        )
    )
    if not facts.cilium_synced_slices:
        draft.unknown.append(_NOT_SYNCED)
    elif not (service.headless if switches.sync_slices is None else switches.sync_slices):
        draft.unknown.append(_NOT_CHOSEN)
