"""The Multi-Cluster Services API, whoever implements it, and GKE's copy of it.

Nothing in a ServiceExport says who acts on it: the imports and slices that somebody made of it do,
and where there are none, what is installed in the cluster.
Lighthouse, Cilium, Cloud Map and Karmada act on exports; Istio only reads them, so it comes last.
"""

from __future__ import annotations

from mckconsole.analysis.services.conditions import read_conditions
from mckconsole.analysis.services.dialects.draft import Draft
from mckconsole.analysis.services.labels import LIGHTHOUSE_NAMESPACE, MCS_SOURCE
from mckconsole.analysis.services.model import ClusterFacts, Dialect, Export, Import
from mckconsole.analysis.services.service_facts import read_ports
from mckconsole.domain.mesh import ServiceExport, ServiceImport
from mckconsole.domain.times import parse_rfc3339

_IMPLEMENTATIONS = (
    Dialect.LIGHTHOUSE,
    Dialect.CILIUM_MCS,
    Dialect.CLOUD_MAP,
    Dialect.KARMADA,
    Dialect.ISTIO,
)
_HEADLESS = {"Headless": True, "ClusterSetIP": False}


def mcs_dialect(facts: ClusterFacts) -> Dialect:
    """Who acts on the MCS API in this cluster; MCS when that is not known."""
    installed = facts.installed
    return next((one for one in _IMPLEMENTATIONS if one in installed), Dialect.MCS)


def read_mcs(draft: Draft, address: str, writer: Dialect | None = None) -> None:
    """Add the exports and imports of the MCS API.

    Args:
        draft: the part being read.
        address: the global one of its exports, if there is one.
        writer: who wrote the imported slices of the service, where their labels tell.
    """
    held, facts = draft.held, draft.facts
    marks = {mark for one in held.imports if (mark := _mark(one, facts))}
    told = marks.pop() if len(marks) == 1 else writer
    dialect = told or mcs_dialect(facts)
    for export in held.exports:
        draft.exports.append(_export(draft, dialect, "serviceexports", export, address))
    for one in held.imports:
        draft.imports.append(_import(draft, _mark(one, facts) or dialect, "serviceimports", one))


def read_gke(draft: Draft) -> None:
    """Add GKE's exports and imports."""
    held = draft.held
    for export in held.gke_exports:
        draft.exports.append(_export(draft, Dialect.GKE, "gke-serviceexports", export, ""))
    for one in held.gke_imports:
        draft.imports.append(_import(draft, Dialect.GKE, "gke-serviceimports", one))


def _export(
    draft: Draft, dialect: Dialect, topic: str, export: ServiceExport, address: str
) -> Export:
    meta = export.metadata
    return Export(
        dialect,
        draft.ref(topic, export),
        parse_rfc3339(meta.creation_timestamp),
        meta.generation,
        read_conditions(export.status.conditions),
        (),
        address,
    )


def _mark(one: ServiceImport, facts: ClusterFacts) -> Dialect | None:
    """Who made an import, as far as its own marks tell."""
    written = one.metadata.annotations
    if LIGHTHOUSE_NAMESPACE in one.metadata.labels or written.use_clusterset_ip:
        return Dialect.LIGHTHOUSE
    if written.aws_derived_service:
        return Dialect.CLOUD_MAP
    if written.derived_service and Dialect.CILIUM_MCS in facts.installed:
        return Dialect.CILIUM_MCS
    return None


def _import(draft: Draft, dialect: Dialect, topic: str, one: ServiceImport) -> Import:
    meta, spec = one.metadata, one.spec
    written = meta.annotations
    return Import(
        dialect,
        draft.ref(topic, one),
        _HEADLESS.get(spec.type),
        tuple([_source(cluster.cluster) for cluster in one.status.clusters if cluster.cluster]),
        read_ports(spec.ports),
        tuple(spec.ips),
        meta.generation,
        read_conditions(one.status.conditions),
        written.derived_service or written.gke_derived_service or written.aws_derived_service,
        meta.labels.get(MCS_SOURCE, ""),
    )


def _source(written: str) -> str:
    """The id of an exporter: GKE writes the path of its membership in the fleet, of which the name
    is the last part."""
    return written.rpartition("/memberships/")[2]
