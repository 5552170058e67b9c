"""Objects of the Multi-Cluster Services API as Lighthouse writes them, and what all dialects share.

An export lives in the exporting cluster; its import, aggregated over all exporters, in every member
that has the namespace; a per-cluster import and an EndpointSlice tell where the service is. The
older generation of the API writes conditions without a reason and knows fewer fields.
What an export says of itself follows from the Services behind it (`offers`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.demo import globalnet
from mckconsole.demo.exporting import conditions
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.offers import Offer, Standing, common_ports, offer, standing
from mckconsole.demo.sections_services import Export
from mckconsole.demo.world import World

GROUP = "multicluster.x-k8s.io"
AGE_DAYS = 42.0
_OPERATOR = "submariner-operator"


def exports_of(world: World, dialect: str) -> Iterator[Export]:
    """Exports in one dialect, in the scenario's order."""
    return (one for one in world.scenario.exports if one.dialect == dialect)


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """What member `name` holds: its exports, and the imports and slices of all.

    Lighthouse names its per-cluster imports after name and namespace joined by a dash; where two
    services give the same name, the later one overwrites the other's.
    """
    version = world.sites[name].cluster.mcs[0]
    namespaces = world.scenario.namespaces_of(name)
    copies: dict[str, KubeObject] = {}
    for export in exports_of(world, "lighthouse"):
        if name in export.clusters:
            yield service_export(world, name, export, version)
        if export.namespace not in namespaces:
            continue
        sources = [*effective(world, export), *export.left_over.get(name, ())]
        if sources:
            yield _aggregate(world, name, export, version)
        for source in sources:
            copy = _per_cluster(world, name, export, source, version)
            copies[copy["metadata"]["name"]] = copy
            yield _slice(world, name, export, source)
    yield from copies.values()


def effective(world: World, export: Export) -> list[str]:
    """Exporters whose export the others know."""
    return [c for c in export.clusters if standing(world, export, c) is Standing.EXPORTED]


def service_export(
    world: World,
    name: str,
    export: Export,
    version: str,
    *,
    group: str = GROUP,
    silent: bool = False,
) -> KubeObject:
    """The ServiceExport of cluster `name`; a `silent` controller writes no conditions."""
    late = name in export.unobserved
    said = [] if silent else conditions(world, name, export, modern=version == "v1beta1")
    found = world.sites[name].manifest(
        f"{group}/{version}",
        "ServiceExport",
        export.namespace,
        export.name,
        days_ago=AGE_DAYS + len(export.clusters) - export.clusters.index(name),
        status={"conditions": said},
    )
    if late:
        found["metadata"]["generation"] = 2
        found["spec"] = {"exportedLabels": {"team": "pay"}}
    return found


def listed(world: World, name: str, export: Export) -> list[str]:
    """The clusters that the import of cluster `name` names."""
    unlisted = export.unlisted.get(name, ())
    return [cluster for cluster in effective(world, export) if cluster not in unlisted]


def labels(export: Export, source: str) -> dict[str, str]:
    """Labels that tell of which service and cluster an object is."""
    return {
        "multicluster.kubernetes.io/service-name": export.name,
        "multicluster.kubernetes.io/source-cluster": source,
    }


def address_of(world: World, name: str, export: Export, source: str) -> str:
    """The address that cluster `name` holds of a service of `source`: its own, or a former one."""
    if source in export.outdated.get(name, ()):
        return world.sites[source].service_ip(export.namespace, f"{export.name}, formerly")
    shown = globalnet.address(world, source, export.namespace, export.name)
    return shown or world.sites[source].service_ip(export.namespace, export.name)


def _lighthouse_labels(export: Export, source: str) -> dict[str, str]:
    return {**labels(export, source), "lighthouse.submariner.io/sourceNamespace": export.namespace}


def _offer(world: World, export: Export, source: str) -> Offer | None:
    """What a source offers, or, when it has no such Service any more, what the others do."""
    places: Sequence[str] = (source, *export.clusters)
    found = (offer(world, place, export.namespace, export.name) for place in places)
    return next((one for one in found if one), None)


def _aggregate(world: World, name: str, export: Export, version: str) -> KubeObject:
    first = _offer(world, export, export.clusters[0])
    headless = first is not None and first.headless
    return world.sites[name].manifest(
        f"{GROUP}/{version}",
        "ServiceImport",
        export.namespace,
        export.name,
        annotations={"lighthouse.submariner.io/use-clusterset-ip": "false"},
        days_ago=AGE_DAYS,
        spec={
            "type": "Headless" if headless else "ClusterSetIP",
            "sessionAffinity": first.affinity if first else "None",
            "ports": common_ports(world, export, effective(world, export)),
        },
        status={"clusters": [{"cluster": cluster} for cluster in listed(world, name, export)]},
    )


def _per_cluster(world: World, name: str, export: Export, source: str, version: str) -> KubeObject:
    found = _offer(world, export, source)
    headless = found is not None and found.headless
    spec: KubeObject = {
        "type": "Headless" if headless else "ClusterSetIP",
        "sessionAffinity": found.affinity if found else "None",
        "ports": found.ports if found else [],
    }
    if not headless:
        spec["ips"] = [address_of(world, name, export, source)]
    return world.sites[name].manifest(
        f"{GROUP}/{version}",
        "ServiceImport",
        _OPERATOR,
        f"{export.name}-{export.namespace}-{source}",
        labels=_lighthouse_labels(export, source),
        days_ago=AGE_DAYS,
        spec=spec,
        status={"clusters": [{"cluster": source}]},
    )


def _slice(world: World, name: str, export: Export, source: str) -> KubeObject:
    site, found = world.sites[name], _offer(world, export, source)
    headless = found is not None and found.headless
    return site.manifest(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        export.namespace,
        f"{export.name}-{site.digest('lighthouse', export.name, source, length=5)}",
        labels={
            **_lighthouse_labels(export, source),
            "endpointslice.kubernetes.io/managed-by": "lighthouse-agent.submariner.io",
            "lighthouse.submariner.io/is-headless": "true" if headless else "false",
        },
        days_ago=AGE_DAYS,
        addressType="IPv4",
        ports=found.ports if found else [],
        endpoints=_endpoints(world, name, export, source, found),
    )


def _endpoints(
    world: World, name: str, export: Export, source: str, found: Offer | None
) -> list[KubeObject]:
    """Of a headless service its own endpoints; otherwise one, the service's address."""
    if found is None or not found.headless:
        ready = found is not None and found.ready > 0
        address = address_of(world, name, export, source)
        return [{"addresses": [address], "conditions": {"ready": ready}}]
    return [_headless_endpoint(one) for one in found.endpoints]


def _headless_endpoint(endpoint: KubeObject) -> KubeObject:
    """As Lighthouse's agent copies it: a pod's name becomes its host name where it has none."""
    copied = {"addresses": endpoint["addresses"], "conditions": endpoint["conditions"]}
    host = endpoint.get("hostname") or endpoint.get("targetRef", {}).get("name")
    return {**copied, "hostname": host} if host else copied
