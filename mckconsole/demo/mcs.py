"""Objects of the Multi-Cluster Services API as Lighthouse writes them.

An export lives in the exporting cluster; its import, aggregated over all exporters, in every member
that has the namespace; a per-cluster import and an EndpointSlice tell where the service is. The
older generation of the API writes conditions without a reason and knows fewer fields.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.scenario import Export
from mckconsole.demo.site import Site
from mckconsole.demo.world import World

GROUP = "multicluster.x-k8s.io"
_OPERATOR = "submariner-operator"
_AGE_DAYS = 42.0


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """What member `name` holds: its exports, and the imports and slices of all."""
    site = world.sites[name]
    version = site.cluster.mcs[0]
    namespaces = {one.namespace for one in world.scenario.workloads_of(name)}
    for export in world.scenario.exports:
        if name in export.clusters:
            yield _export(site, export, version)
        if export.namespace not in namespaces:
            continue
        yield _aggregate(site, export, version)
        for source in export.clusters:
            yield _per_cluster(world, site, export, source, version)
            yield _slice(world, site, export, source)


def _export(site: Site, export: Export, version: str) -> KubeObject:
    beta = version == "v1beta1"
    conditions = [
        {
            "type": kind,
            "status": status,
            "reason": reason if beta else "",
            "message": "",
            "lastTransitionTime": site.created(_AGE_DAYS),
            **({"observedGeneration": 1} if beta else {}),
        }
        for kind, status, reason in (
            ("Valid", "True", "Valid"),
            ("Ready", "True", "Exported"),
            ("Conflict", "False", "NoConflicts"),
        )
    ]
    return site.manifest(
        f"{GROUP}/{version}",
        "ServiceExport",
        export.namespace,
        export.name,
        days_ago=_AGE_DAYS,
        status={"conditions": conditions},
    )


def _aggregate(site: Site, export: Export, version: str) -> KubeObject:
    annotations = {"lighthouse.submariner.io/use-clusterset-ip": "false"}
    return site.manifest(
        f"{GROUP}/{version}",
        "ServiceImport",
        export.namespace,
        export.name,
        annotations=annotations,
        days_ago=_AGE_DAYS,
        spec={"type": "ClusterSetIP", "sessionAffinity": "None", "ports": [_port(export)]},
        status={"clusters": [{"cluster": cluster} for cluster in export.clusters]},
    )


def _per_cluster(world: World, site: Site, export: Export, source: str, version: str) -> KubeObject:
    return site.manifest(
        f"{GROUP}/{version}",
        "ServiceImport",
        _OPERATOR,
        f"{export.name}-{export.namespace}-{source}",
        labels=_labels(export, source),
        days_ago=_AGE_DAYS,
        spec={
            "type": "ClusterSetIP",
            "ips": [world.sites[source].service_ip(export.namespace, export.name)],
            "sessionAffinity": "None",
            "ports": [_port(export)],
        },
        status={"clusters": [{"cluster": source}]},
    )


def _slice(world: World, site: Site, export: Export, source: str) -> KubeObject:
    address = world.sites[source].service_ip(export.namespace, export.name)
    return site.manifest(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        export.namespace,
        f"{export.name}-{site.digest('lighthouse', export.name, source, length=5)}",
        labels={
            **_labels(export, source),
            "endpointslice.kubernetes.io/managed-by": "lighthouse-agent.submariner.io",
            "lighthouse.submariner.io/is-headless": "false",
        },
        days_ago=_AGE_DAYS,
        addressType="IPv4",
        ports=[_port(export)],
        endpoints=[{"addresses": [address], "conditions": {"ready": True}}],
    )


def _labels(export: Export, source: str) -> dict[str, str]:
    return {
        "multicluster.kubernetes.io/service-name": export.name,
        "multicluster.kubernetes.io/source-cluster": source,
        "lighthouse.submariner.io/sourceNamespace": export.namespace,
    }


def _port(export: Export) -> KubeObject:
    return {"name": export.port_name, "protocol": "TCP", "port": export.port}
