"""Whose slice is it: the cluster's own Service's, a mirror's, or a mesh's copy of another cluster.

Managers and labels: lighthouse pkg/agent, cilium operator endpointslicesync (which copies the
labels of the Service, so those of an MCS derived Service tell it from a global one), the Cloud Map
controller, Karmada's endpointslice dispatch, MCS API well-known labels.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mckconsole.analysis.services.dialects.draft import Draft
from mckconsole.analysis.services.dialects.mcs import mcs_dialect
from mckconsole.analysis.services.endpoints import count
from mckconsole.analysis.services.labels import MANAGED_BY, MCS_SERVICE, MCS_SOURCE, SERVICE_NAME
from mckconsole.analysis.services.model import Backends, ClusterFacts, Dialect, RemoteEndpoints
from mckconsole.domain.core import EndpointSlice

_KUBERNETES = "endpointslice-controller.k8s.io"
"""Who writes the slices of a Service with a selector."""
_LIGHTHOUSE = "lighthouse-agent.submariner.io"
_CILIUM = "endpointslice-mesh-controller.cilium.io"
_CILIUM_LOCAL = "endpointslice-local-mcsapi-controller.cilium.io"
_CLOUD_MAP = "aws-cloud-map-mcs-controller-for-k8s"
_GKE = "gke-mcs"
_KARMADA = "karmada.io"
_WRITERS = {
    _LIGHTHOUSE: Dialect.LIGHTHOUSE,
    _CILIUM: Dialect.CILIUM_MCS,
    _CILIUM_LOCAL: Dialect.CILIUM_MCS,
    _CLOUD_MAP: Dialect.CLOUD_MAP,
}
"""Of slices of the MCS API."""


@dataclass(slots=True)
class Sorted:
    """The slices of a service by whose they are."""

    own: list[EndpointSlice] = field(default_factory=list)
    imported: list[EndpointSlice] = field(default_factory=list)
    others: dict[str, list[EndpointSlice]] = field(default_factory=dict)
    """Of other Services (mirrors, derived ones), by the Service's name."""


def sort_slices(slices: tuple[EndpointSlice, ...], service: str) -> Sorted:
    """Tell the slices of the Service called `service` from imported ones."""
    found = Sorted()
    for one in slices:
        if is_imported(one):
            found.imported.append(one)
            continue
        of = one.metadata.labels.get(SERVICE_NAME, "")
        if of == service:
            found.own.append(one)
        else:
            found.others.setdefault(of, []).append(one)
    return found


def is_imported(one: EndpointSlice) -> bool:
    """Whether a mesh wrote a slice. Kubernetes copies a Service's labels to its slices, so theirs
    alone do not tell."""
    labels = one.metadata.labels
    manager = labels.get(MANAGED_BY, "")
    if manager == _KUBERNETES:
        return False
    return (
        MCS_SERVICE in labels
        or MCS_SOURCE in labels
        or manager in (_LIGHTHOUSE, _CILIUM, _CILIUM_LOCAL, _CLOUD_MAP)
        or _GKE in manager
        or bool(one.metadata.annotations.provision_cluster)
    )


def mcs_writer(slices: list[EndpointSlice]) -> Dialect | None:
    """Who wrote the slices of a service of the MCS API, by their labels; None when that is not
    known or there are several."""
    written = {_WRITERS.get(one.metadata.labels.get(MANAGED_BY, "")) for one in slices}
    return written.pop() if len(written) == 1 else None


def read_imported(draft: Draft, slices: list[EndpointSlice], own: frozenset[str]) -> None:
    """Add the endpoints that imported slices hold of other clusters.

    Meshes also write a slice of the cluster's own endpoints, which is not remote: it is known by
    the manager, by its source, or, where no id of this cluster is known, by `own` addresses.
    """
    for one in slices:
        dialect = _dialect(one, draft.facts)
        source = one.metadata.labels.get(MCS_SOURCE, "")
        source = source or one.metadata.annotations.provision_cluster
        if one.metadata.labels.get(MANAGED_BY) == _CILIUM_LOCAL or source in draft.facts.ids:
            continue
        counted = count((one,))
        if not draft.facts.ids and counted.addresses and counted.addresses <= own:
            continue
        draft.remote.append(remote(dialect, source, counted))


def read_derived(draft: Draft, slices: Sorted) -> None:
    """Add the endpoints of Services that were derived from an import and are no mirror's.

    GKE writes them without a label that says where they lie. Cilium gives its derived Services the
    cluster's own pods too, in slices that say so.
    """
    for one in draft.imports:
        for found in slices.others.pop(one.derived, ()) if one.derived else ():
            source = found.metadata.labels.get(MCS_SOURCE, "")
            if source not in draft.facts.ids:
                draft.remote.append(remote(one.dialect, source, count((found,))))


def remote(dialect: Dialect, source: str, counted: Backends) -> RemoteEndpoints:
    """The endpoints of one slice as those of another cluster."""
    return RemoteEndpoints(
        dialect,
        source,
        counted.slices[0],
        counted.ready,
        counted.total,
        counted.addresses,
        counted.unnamed,
        counted.doubled,
    )


def _dialect(one: EndpointSlice, facts: ClusterFacts) -> Dialect:
    labels = one.metadata.labels
    manager = labels.get(MANAGED_BY, "")
    if manager == _LIGHTHOUSE:
        return Dialect.LIGHTHOUSE
    if manager == _CILIUM:
        return Dialect.CILIUM_MCS if MCS_SERVICE in labels else Dialect.CILIUM_GLOBAL
    if manager == _CLOUD_MAP:
        return Dialect.CLOUD_MAP
    if _GKE in manager:
        return Dialect.GKE
    if one.metadata.annotations.provision_cluster or _KARMADA in manager:
        return Dialect.KARMADA
    return mcs_dialect(facts)
