"""Whose an object is: the services that a single object belongs to, by its names and labels alone.

Services go by plain pairs here, which are equal to the `ServiceKey` of the same service: there are
many more objects than services that anybody asks for.

Sources: Submariner's Lighthouse (labels of its per-cluster imports and slices), the MCS API
(`multicluster.kubernetes.io/service-name`), Linkerd's service mirror, Karmada's slices.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from mckconsole.analysis.mesh.members import BROKER_NAMESPACE
from mckconsole.analysis.services.labels import (
    FEDERATED_SUFFIX,
    LIGHTHOUSE_NAME,
    LIGHTHOUSE_NAMESPACE,
    LINKERD_CLUSTER,
    LINKERD_EXPORTED,
    LINKERD_MEMBER,
    MCS_SERVICE,
    MCS_SOURCE,
    SERVICE_NAME,
)
from mckconsole.domain.core import EndpointSlice, Service
from mckconsole.domain.discovery import GlobalIngressIP
from mckconsole.domain.mesh import ServiceImport, ServiceImportAnnotations
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.peering import ExportedServices

_INTERNAL = "submariner.io/exportedServiceRef"
_MIRROR = "mirror.linkerd.io/mirrored-service"
EVERY = "*"
"""Consul's name for all services of a namespace."""
_CONSUL_DEFAULT = ("", "default", EVERY)
_LINKERD_OFFERS = (LINKERD_EXPORTED, LINKERD_MEMBER)
_SYSTEM = frozenset(
    {
        "kube-system",
        "kube-public",
        "kube-node-lease",
        "istio-system",
        "istio-operator",
        "cilium",
        "submariner-operator",
        "linkerd",
        "linkerd-multicluster",
        "consul",
        "gke-system",
        "gmp-system",
        BROKER_NAMESPACE,
    }
)


def is_system(key: Key) -> bool:
    """Whether equal names mean equal software in every cluster, not one service."""
    return (
        key[0] in _SYSTEM
        or key[0].startswith(("openshift-", "gke-managed-", "cattle-", "karmada-"))
        or key == ("default", "kubernetes")
    )


def keys_of(topic: str, found: Projection) -> tuple[Key, ...]:
    """The services that an object belongs to; none when it does not say, or when it is a broker's
    copy, which nobody resolves."""
    meta = found.metadata
    if meta.namespace == BROKER_NAMESPACE:
        return ()
    reader = _READERS.get(topic)
    return reader(found) if reader else ((meta.namespace, meta.name),)


def _of_import(found: ServiceImport) -> tuple[Key, ...]:
    meta = found.metadata
    name, namespace = _named(meta.labels), meta.labels.get(LIGHTHOUSE_NAMESPACE)
    if name and namespace:
        return ((namespace, name),)
    return ((meta.namespace, meta.name),)


def _of_address(found: GlobalIngressIP) -> tuple[Key, ...]:
    target = found.spec.service_ref.name
    return ((found.metadata.namespace, target),) if target else ()


def _named(labels: dict[str, str]) -> str:
    return labels.get(MCS_SERVICE) or labels.get(LIGHTHOUSE_NAME) or ""


def _of_slice(found: EndpointSlice) -> tuple[Key, ...]:
    meta = found.metadata
    labels = meta.labels
    name = labels.get(MCS_SERVICE) or labels.get(LIGHTHOUSE_NAME)
    if name:
        return ((labels.get(LIGHTHOUSE_NAMESPACE) or meta.namespace, name),)
    name = labels.get(SERVICE_NAME, "")
    if meta.annotations.provision_cluster:
        name = name.removeprefix("derived-")
    return ((meta.namespace, name),) if name else ()


def _of_consul(found: ExportedServices) -> tuple[Key, ...]:
    """Consul's default namespace holds Services of any: its keys have none."""
    keys = (
        ("" if one.namespace in _CONSUL_DEFAULT else one.namespace, one.name)
        for one in found.spec.services
        if one.name
    )
    return tuple(dict.fromkeys(keys))


def consul_names(key: Key) -> tuple[Key, ...]:
    """The keys under which Consul may export a Service: by name or all, of any namespace or one."""
    namespace, name = key
    return tuple((place, one) for place in ("", namespace) for one in (name, EVERY))


def _of_service(found: Service) -> tuple[Key, ...]:
    meta = found.metadata
    role = role_of(found)
    if role == "mirror":
        return (_of_mirror(found),)
    told = {"internal": _INTERNAL, "derived": MCS_SERVICE}.get(role)
    return ((meta.namespace, meta.labels[told] if told else meta.name),)


def _of_mirror(found: Service) -> Key:
    meta = found.metadata
    member = meta.annotations.federated.partition("@")[0].strip()
    if member:
        return (meta.namespace, member)
    name, _, rest = meta.annotations.mirrored.partition(".")
    namespace = rest.partition(".")[0]
    if name and namespace:
        return (namespace, name)
    source = meta.labels.get(LINKERD_CLUSTER, "")
    return (meta.namespace, _stem(meta.name, source))


def _stem(name: str, source: str) -> str:
    """A mirror's name without what Linkerd put behind it; the name itself if nothing is left."""
    for suffix in (f"-{source}" if source else "", FEDERATED_SUFFIX):
        if suffix and name.endswith(suffix):
            return name.removesuffix(suffix) or name
    return name


_READERS: dict[str, Callable[[Any], tuple[Key, ...]]] = {
    "services": _of_service,
    "endpointslices": _of_slice,
    "serviceimports": _of_import,
    "globalingressips": _of_address,
    "exportedservices": _of_consul,
}
"""Where an object's own name is not its service's, or not always."""


def role_of(service: Service) -> str:
    """`mirror` (Linkerd's), `internal` (Globalnet's), `derived` (Cilium's, of an import, annotated
    as global by Cilium itself) or `service`."""
    labels = service.metadata.labels
    if not labels:
        return "service"
    if labels.get(_MIRROR) == "true":
        return "mirror"
    if labels.get(_INTERNAL):
        return "internal"
    return "derived" if labels.get(MCS_SERVICE) else "service"


ALIASING = frozenset({"services", "serviceimports", "gke-serviceimports"})
"""Topics whose objects may have aliases."""
_NO_NOTES = ServiceImportAnnotations()


def aliases_of(topic: str, found: Projection) -> tuple[Key, ...]:
    """Services under other names that stand for the one an object belongs to: their slices are
    that service's too."""
    meta = found.metadata
    if topic == "services":
        if meta.labels and role_of(cast("Service", found)) == "mirror":
            return ((meta.namespace, meta.name),)
    elif topic in ALIASING:
        noted = cast("ServiceImport", found).metadata.annotations
        if noted is not _NO_NOTES and noted != _NO_NOTES:
            names = (noted.derived_service, noted.gke_derived_service, noted.aws_derived_service)
            return tuple((meta.namespace, name) for name in names if name)
    return ()


def offered_service(service: Service) -> bool:
    """Whether a Service itself says that other clusters may use it (Cilium, Linkerd)."""
    noted = service.metadata.annotations
    if "true" in (noted.global_.lower(), noted.global_alias.lower()):
        return True
    labels = service.metadata.labels
    return bool(labels) and any(labels.get(name) for name in _LINKERD_OFFERS)


def imported_slice(found: EndpointSlice) -> bool:
    """Whether the endpoints of a slice lie in another cluster."""
    labels = found.metadata.labels
    return bool(
        labels.get(MCS_SOURCE)
        or labels.get(LIGHTHOUSE_NAMESPACE)
        or found.metadata.annotations.provision_cluster
    )
