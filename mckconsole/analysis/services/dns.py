"""The names under which pods ask for a service of other clusters, and what they would be answered.

`clusterset.local` for every implementation of the MCS API (Lighthouse also answers a cluster's
name in front of it), the Service's usual name where a mesh joins namesakes (Cilium global services,
Istio, Karmada's MultiClusterService), a mirror's name in Linkerd, a peer's virtual name in Consul.
Answers are worked out from what the clusters hold; nobody is asked. Sources: MCS API
specification (KEP-1645, DNS), lighthouse coredns plugin, Consul peering documentation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mckconsole.analysis.services.dns_asked import Asked, listed
from mckconsole.analysis.services.model import (
    Backends,
    Dialect,
    DnsName,
    FleetService,
    Part,
    ServiceKey,
    Surroundings,
)

_CLUSTERSET = frozenset(
    {
        Dialect.LIGHTHOUSE,
        Dialect.CILIUM_MCS,
        Dialect.GKE,
        Dialect.CLOUD_MAP,
        Dialect.MCS,
    }
)
_SAME_NAME = {
    Dialect.CILIUM_GLOBAL: "Cilium",
    Dialect.KARMADA: "Karmada",
    Dialect.ISTIO: "Istio",
}
_MAX_HOSTS = 5
"""Host names shown per cluster."""


def dns_names(
    key: ServiceKey, parts: Mapping[str, Part], around: Surroundings
) -> tuple[DnsName, ...]:
    """The names of a service, each once; names of each dialect in turn, A before SRV.

    `cluster.local` stands for the clusters' own domain, which no object tells.
    """
    spoken = frozenset().union(*(part.dialects for part in parts.values()))
    found: list[DnsName] = []
    if spoken & _CLUSTERSET:
        found += _clusterset(Asked(key, parts, around, spoken & _CLUSTERSET))
    for dialect, mesh in _SAME_NAME.items():
        if dialect in spoken:
            found += _same_name(Asked(key, parts, around, frozenset({dialect})), mesh)
    if Dialect.LINKERD in spoken:
        found += _mirrors(Asked(key, parts, around, frozenset({Dialect.LINKERD})))
    if Dialect.CONSUL in spoken:
        found += _peers(Asked(key, parts, around, frozenset({Dialect.CONSUL})))
    return tuple({(one.name, one.type): one for one in reversed(found)}.values())[::-1]


def first_name(service: FleetService) -> str:
    """The name that a pod is most likely to ask; empty when nothing but a mirror or a peer has
    one. Quick: it is shown of every service."""
    spoken = service.dialects
    zone = "clusterset.local" if not _CLUSTERSET.isdisjoint(spoken) else "cluster.local"
    if zone == "clusterset.local" or any(dialect in _SAME_NAME for dialect in spoken):
        return f"{service.key.name}.{service.key.namespace}.svc.{zone}"
    for part in service.parts.values():
        for one in part.imports:
            if one.derived:
                return f"{one.derived}.{one.ref.namespace}.svc.{zone}"
    return f"{service.key.name}.virtual.<peer>.consul" if Dialect.CONSUL in spoken else ""


def _endpoints(asked: Asked) -> str:
    """How many endpoints of which clusters."""
    total, having, unknown = asked.ready()
    doubt = f"; of {listed(unknown)} it is not known" if unknown else ""
    if total:
        noun = "endpoint" if total == 1 else "endpoints"
        return f"{total} ready {noun} of {listed(having)}{doubt}"
    return f"not known: endpoints of {listed(unknown)} were not read" if unknown else (
        asked.nothing()
    )  # fmt: skip


def _clusterset(asked: Asked) -> Iterator[DnsName]:
    name = f"{asked.key.name}.{asked.key.namespace}.svc.clusterset.local"
    headless = asked.headless
    yield DnsName(name, "A", _endpoints(asked) if headless else _cluster_set_address(asked))
    if headless or Dialect.LIGHTHOUSE in asked.dialects:
        for cluster, cluster_id in asked.ids():
            yield from _of_cluster(asked, cluster, f"{cluster_id}.{name}", headless)
    yield from _srv(asked, name, headless)


def _cluster_set_address(asked: Asked) -> str:
    """What a service that is not headless is answered with."""
    by_ip: dict[str, list[str]] = {}
    for cluster, one in asked.imports:
        for address in one.ips:
            by_ip.setdefault(address, []).append(cluster)
    if len(by_ip) == 1:
        return f"cluster set IP {next(iter(by_ip))}"
    if by_ip:
        told = listed(f"{ip} in {listed(names)}" for ip, names in by_ip.items())
        return f"the asking cluster's cluster set IP: {told}"
    if Dialect.LIGHTHOUSE not in asked.dialects:
        if asked.exports and not asked.imports and not asked.unread:
            return "nothing: no cluster imports it"
        return "nothing: no import has an address" if asked.imports else asked.nothing()
    found = asked.addresses()
    if not found:
        return _endpoints(asked)
    if len(found) == 1:
        return f"service IP {found[0][1]} of {found[0][0]}"
    told = listed(f"{address} of {name}" for name, address in found)
    return f"one service IP, the asking cluster's own first: {told}"


def _of_cluster(asked: Asked, cluster: str, name: str, headless: bool) -> Iterator[DnsName]:
    """The name with a cluster's id in front, and those of the hosts there."""
    part = asked.parts.get(cluster)
    backends = part.backends if part and cluster in asked.exports else None
    yield DnsName(name, "A", _answer_of(asked, cluster, backends, headless))
    hosts = backends.hosts if backends and headless else ()
    for number, host in enumerate(hosts[:_MAX_HOSTS], 1):
        more = len(hosts) - _MAX_HOSTS
        rest = f"; {more} more like it" if number == _MAX_HOSTS and more > 0 else ""
        doubled = backends is not None and host in backends.doubled
        told = (
            f"every endpoint of {cluster} with that host name"
            if doubled
            else "the endpoint's address"
        )
        yield DnsName(f"{host}.{name}", "A", f"{told}{rest}")


def _answer_of(asked: Asked, cluster: str, backends: Backends | None, headless: bool) -> str:
    """What the name of one cluster's endpoints is answered with."""
    export, part = asked.exports.get(cluster), asked.parts.get(cluster)
    copy = None if export else asked.elsewhere().get(cluster)
    if not headless:
        # Lighthouse answers it even while nothing is ready there.
        own = part.service.cluster_ip if export and part and part.service else ""
        address = (export.address if export else "") or own
        if copy:
            address = next(iter(sorted(copy.addresses)), "")
        if address:
            return f"service IP {address} of {cluster}"
    elif counts := backends or copy:
        told = f"{counts.ready} of {counts.total} endpoints of {cluster}"
        return told if counts.ready else f"nothing: {told} are ready"
    facts = asked.around.clusters.get(cluster)
    if export is None and facts is not None and facts.readable and not (part and part.unknown):
        return f"nothing: {cluster} does not export it"
    return f"not known: what {cluster} has was not read"


def _srv(asked: Asked, name: str, headless: bool) -> Iterator[DnsName]:
    for port in asked.ports:
        where = "every host name" if headless else name
        told = f"port {port.number} at {where}" if asked.exports or asked.unread else (
            asked.nothing()
        )  # fmt: skip
        yield DnsName(f"_{port.name}._{port.protocol.lower()}.{name}", "SRV", told)


def _same_name(asked: Asked, mesh: str) -> Iterator[DnsName]:
    """The Service's own name: the mesh sends on to the endpoints of all clusters."""
    name = f"{asked.key.name}.{asked.key.namespace}.svc.cluster.local"
    having = [name for name, part in asked.parts.items() if part.service]
    if not having:
        told = "nothing: no cluster has a Service of that name"
    elif asked.headless:
        told = _endpoints(asked)
    else:
        told = (
            f"the asking cluster's own Service IP ({listed(having)}); behind it by {mesh}: "
            f"{_endpoints(asked)}"
        )
    yield DnsName(name, "A", told)
    yield from _srv(asked, name, asked.headless)


def _mirrors(asked: Asked) -> Iterator[DnsName]:
    for cluster, one in asked.imports:
        name = f"{one.derived}.{one.ref.namespace}.svc.cluster.local"
        behind = [each for at, each in asked.remote if at == cluster and each.source in one.sources]
        address = f"Service IP {one.ips[0]}" if one.ips else "its endpoints"
        told = f"in {cluster}: {address} of the mirror of {listed(one.sources)}"
        if behind and not any(each.ready for each in behind):
            told += ", which has no endpoint: the gateway does not answer"
        yield DnsName(name, "A", told)
        for port in sorted(port for port in one.ports if port.name):
            full = f"_{port.name}._{port.protocol.lower()}.{name}"
            yield DnsName(full, "SRV", f"port {port.number} at {name}")
    if not asked.imports and asked.exports:
        name = f"{asked.key.name}-<cluster>.{asked.key.namespace}.svc.cluster.local"
        yield DnsName(name, "A", "nothing: no cluster mirrors it")


def _peers(asked: Asked) -> Iterator[DnsName]:
    """Pods in the peers ask, under the name that these gave to the exporting cluster."""
    told = []
    for cluster, export in asked.exports.items():
        if export.consumers:
            where = f"in {listed(export.consumers)}"
            told.append(f"{where}: a virtual IP of the mesh; <peer> is their name for {cluster}")
    answer = ". ".join(told) or "nothing: it is exported to no peer"
    yield DnsName(f"{asked.key.name}.virtual.<peer>.consul", "A", answer)
