"""What rules compare of a cluster's own Service."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from mckconsole.analysis.services.model import CiliumSwitches, Port, ServiceFacts
from mckconsole.domain.core import Service, ServiceAnnotations, ServicePort
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.times import parse_rfc3339

_OWNER_LABELS = frozenset(
    {
        "app",
        "k8s-app",
        "release",
        "app.kubernetes.io/name",
        "app.kubernetes.io/instance",
        "app.kubernetes.io/part-of",
        "app.kubernetes.io/managed-by",
    }
)
_NO_ANNOTATIONS = ServiceAnnotations()


def read_service(service: Service) -> ServiceFacts:
    """The facts of a Service."""
    meta, spec = service.metadata, service.spec
    return ServiceFacts(
        service_ref(service),
        spec.type,
        is_headless(service),
        read_ports(spec.ports),
        tuple(sorted(spec.selector.items())),
        spec.session_affinity,
        spec.internal_traffic_policy,
        spec.traffic_distribution,
        tuple(spec.ip_families),
        spec.cluster_ip,
        spec.publish_not_ready_addresses,
        tuple(sorted([pair for pair in meta.labels.items() if pair[0] in _OWNER_LABELS])),
        parse_rfc3339(meta.creation_timestamp),
        cilium_switches(meta.annotations),
    )


def service_ref(service: Service) -> ObjectRef:
    """Names the Service; core Services have had one version for ever."""
    return ObjectRef("v1", "Service", service.metadata.namespace, service.metadata.name)


def is_headless(service: Service) -> bool:
    """Whether the Service has no address of its own."""
    return service.spec.cluster_ip == "None"


def read_ports(ports: Sequence[ServicePort]) -> frozenset[Port]:
    """Ports as exporters must agree on them; no protocol is TCP."""
    if len(ports) == 1:
        return _single(ports[0])
    return frozenset([_port(one) for one in ports])


@lru_cache(maxsize=1024)
def _single(port: ServicePort) -> frozenset[Port]:
    """Most services have one port, and many have the same."""
    return frozenset([_port(port)])


def _port(one: ServicePort) -> Port:
    return Port(one.name, one.protocol or "TCP", one.port, one.app_protocol)


def cilium_switches(written: ServiceAnnotations) -> CiliumSwitches | None:
    """Cilium's annotations on a Service; None when it has none of them.

    Source: cilium pkg/k8s/service.go: values other than `true` (any case) are false, `shared`
    defaults to true, `affinity` to none.
    """
    if written == _NO_ANNOTATIONS:
        return None
    global_ = written.global_ or written.global_alias
    shared = written.shared or written.shared_alias
    affinity = written.affinity or written.affinity_alias
    if not (global_ or shared or affinity or written.sync_slices):
        return None
    return CiliumSwitches(
        _is_true(global_),
        _is_true(shared) if shared else True,
        affinity.lower() or "none",
        _is_true(written.sync_slices) if written.sync_slices else None,
    )


def _is_true(text: str) -> bool:
    return text.lower() == "true"
