"""The Multi-Cluster Services API, whoever implements it, and GKE's copy of it.

Nothing in a ServiceExport says who acts on it: that is decided per cluster by what is installed.
Lighthouse, Cilium, Cloud Map and Karmada act on exports; Istio only reads them, so it comes last.
"""

from __future__ import annotations

from mckconsole.analysis.services.conditions import read_conditions
from mckconsole.analysis.services.dialects.draft import Draft
from mckconsole.analysis.services.endpoints import SOURCE_CLUSTER
from mckconsole.analysis.services.model import ClusterFacts, Dialect, Export, Import
from mckconsole.analysis.services.service_facts import read_ports
from mckconsole.domain.mesh import ServiceExport, ServiceImport
from mckconsole.domain.times import parse_rfc3339

_LIGHTHOUSE_NAMESPACE = "lighthouse.submariner.io/sourceNamespace"
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


def read_mcs(draft: Draft, address: str) -> None:
    """Add the exports and imports of the MCS API; `address` is the global one, if there is one."""
    held, dialect = draft.held, mcs_dialect(draft.facts)
    for export in held.exports:
        draft.exports.append(_export(draft, dialect, "serviceexports", export, address))
    for one in held.imports:
        draft.imports.append(_import(draft, _import_dialect(one, dialect), "serviceimports", one))


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
        draft.ref(topic, export, "v1alpha1"),
        parse_rfc3339(meta.creation_timestamp),
        meta.generation,
        read_conditions(export.status.conditions),
        (),
        address,
    )


def _import_dialect(one: ServiceImport, dialect: Dialect) -> Dialect:
    """The object's own marks outweigh what is installed."""
    written = one.metadata.annotations
    if _LIGHTHOUSE_NAMESPACE in one.metadata.labels or written.use_clusterset_ip:
        return Dialect.LIGHTHOUSE
    if written.aws_derived_service:
        return Dialect.CLOUD_MAP
    return dialect


def _import(draft: Draft, dialect: Dialect, topic: str, one: ServiceImport) -> Import:
    meta, spec = one.metadata, one.spec
    written = meta.annotations
    return Import(
        dialect,
        draft.ref(topic, one, "v1alpha1"),
        _HEADLESS.get(spec.type),
        tuple([cluster.cluster for cluster in one.status.clusters if cluster.cluster]),
        read_ports(spec.ports),
        tuple(spec.ips),
        meta.generation,
        read_conditions(one.status.conditions),
        written.derived_service or written.gke_derived_service or written.aws_derived_service,
        meta.labels.get(SOURCE_CLUSTER, ""),
    )
