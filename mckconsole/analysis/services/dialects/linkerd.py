"""Linkerd: a labelled Service in one cluster, and mirrors of it in those that link to it.

A mirror `<name>-<cluster>` has the other cluster's gateway as its endpoints; Linkerd empties it
while the gateway does not answer. A mirror in flat mode and a federated service
(`<name>-federated`) have no endpoints in any object: the destination controller finds them when a
proxy asks. Source: linkerd2 pkg/k8s/labels.go, controller/api/destination/server.go.
"""

from __future__ import annotations

from mckconsole.analysis.services.dialects.draft import Draft
from mckconsole.analysis.services.dialects.slices import Sorted, remote
from mckconsole.analysis.services.endpoints import count
from mckconsole.analysis.services.labels import LINKERD_CLUSTER, LINKERD_EXPORTED, LINKERD_MEMBER
from mckconsole.analysis.services.model import (
    Dialect,
    Export,
    Import,
    RemoteEndpoints,
    ServiceFacts,
)
from mckconsole.analysis.services.service_facts import is_headless, read_ports, service_ref
from mckconsole.domain.core import Service

_REMOTE_DISCOVERY = "multicluster.linkerd.io/remote-discovery"
_EXPORTING = frozenset({"true", "remote-discovery"})
_DISCOVERED = (
    "which endpoints of other clusters Linkerd sends to is known to its destination controller "
    "only: {name} is {what}"
)


def read_linkerd(draft: Draft, service: ServiceFacts | None, slices: Sorted) -> None:
    """Add the export by label, and what mirrors and federated services import."""
    own = draft.held.service
    if own is not None and service is not None and _is_exported(own):
        draft.exports.append(Export(Dialect.LINKERD, service.ref, service.created))
    for mirror in draft.held.mirrors:
        _read_mirror(draft, mirror, slices)


def _is_exported(service: Service) -> bool:
    labels = service.metadata.labels
    return labels.get(LINKERD_EXPORTED) in _EXPORTING or labels.get(LINKERD_MEMBER) == "member"


def mirror_sources(mirror: Service) -> tuple[str, ...]:
    """The clusters whose service a mirror stands for, as Linkerd names them."""
    members = mirror.metadata.annotations.federated.split(",")
    clusters = [one.strip().rpartition("@")[2] for one in members if "@" in one]
    labels = mirror.metadata.labels
    single = labels.get(LINKERD_CLUSTER) or labels.get(_REMOTE_DISCOVERY)
    return tuple(dict.fromkeys([*clusters, *([single] if single else [])]))


def _read_mirror(draft: Draft, mirror: Service, slices: Sorted) -> None:
    name, sources, ref = mirror.metadata.name, mirror_sources(mirror), service_ref(mirror)
    draft.imports.append(
        Import(
            Dialect.LINKERD,
            ref,
            is_headless(mirror),
            sources,
            read_ports(mirror.spec.ports),
            (mirror.spec.cluster_ip,) if mirror.spec.cluster_ip and not is_headless(mirror) else (),
            mirror.metadata.generation,
            derived=name,
        )
    )
    if mirror.metadata.annotations.federated:
        draft.unknown.append(_DISCOVERED.format(name=name, what="a federated service"))
    elif _REMOTE_DISCOVERY in mirror.metadata.labels:
        draft.unknown.append(_DISCOVERED.format(name=name, what="a mirror without a gateway"))
    else:
        source = sources[0] if sources else ""
        found = slices.others.get(name, ())
        for one in found:
            draft.remote.append(remote(Dialect.LINKERD, source, count((one,))))
        if not found and "endpointslices" not in draft.facts.unread:
            draft.remote.append(RemoteEndpoints(Dialect.LINKERD, source, ref, 0, 0))
