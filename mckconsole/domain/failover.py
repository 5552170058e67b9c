"""Projections that only the question "what if this cluster is lost" reads.

Who serves which host, who leads other clusters, and how far a workload can grow.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec
from msgspec import field

from mckconsole.domain.core import WorkloadSpec
from mckconsole.domain.discovery import ConditionedStatus
from mckconsole.domain.managed import ManagedMeta
from mckconsole.domain.objects import Projection
from mckconsole.domain.rollouts import WorkloadMeta


class StatefulSetStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """StatefulSet status."""

    ready_replicas: int = 0


class VolumeClaimTemplate(msgspec.Struct, frozen=True, gc=False):
    """That there is one; its size and class are not read."""


class StatefulSetSpec(WorkloadSpec, frozen=True, gc=False, rename="camel"):
    """StatefulSet spec."""

    volume_claim_templates: list[VolumeClaimTemplate] = field(default_factory=list)


class StatefulSet(Projection, frozen=True, gc=False):
    """apps/v1 StatefulSet."""

    metadata: WorkloadMeta = WorkloadMeta()
    spec: StatefulSetSpec = StatefulSetSpec()
    status: StatefulSetStatus = StatefulSetStatus()

    api_group: ClassVar[str] = "apps"
    kind: ClassVar[str] = "StatefulSet"


class ScaleTarget(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What an autoscaler scales."""

    kind: str = ""
    name: str = ""
    api_version: str = ""
    """Of which controllers read the group alone."""


class AutoscalerSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """HorizontalPodAutoscaler spec."""

    scale_target_ref: ScaleTarget = ScaleTarget()
    max_replicas: int = 0


class HorizontalPodAutoscaler(Projection, frozen=True, gc=False):
    """autoscaling/v2 HorizontalPodAutoscaler."""

    metadata: ManagedMeta = ManagedMeta()
    spec: AutoscalerSpec = AutoscalerSpec()

    api_group: ClassVar[str] = "autoscaling"
    kind: ClassVar[str] = "HorizontalPodAutoscaler"


class IngressBackendService(msgspec.Struct, frozen=True, gc=False):
    """The service behind a path."""

    name: str = ""


class IngressBackend(msgspec.Struct, frozen=True, gc=False):
    """What is behind a path."""

    service: IngressBackendService = IngressBackendService()


class IngressPath(msgspec.Struct, frozen=True, gc=False):
    """One path of a rule."""

    backend: IngressBackend = IngressBackend()


class IngressPaths(msgspec.Struct, frozen=True, gc=False):
    """Paths of a rule."""

    paths: list[IngressPath] = field(default_factory=list)


class IngressRule(msgspec.Struct, frozen=True, gc=False):
    """One rule; an empty host matches all."""

    host: str = ""
    http: IngressPaths = IngressPaths()


class IngressTls(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Hosts and the Secret of their certificate; without a name the controller's own serves."""

    hosts: tuple[str, ...] = ()
    secret_name: str = ""


class IngressSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Ingress spec."""

    rules: list[IngressRule] = field(default_factory=list)
    tls: tuple[IngressTls, ...] = ()


class IngressAnnotations(msgspec.Struct, frozen=True, gc=False):
    """How its host's DNS record is moved between clusters, by external-dns or k8gb."""

    k8gb_strategy: str = field(default="", name="k8gb.io/strategy")
    set_identifier: str = field(default="", name="external-dns.alpha.kubernetes.io/set-identifier")
    aws_weight: str = field(default="", name="external-dns.alpha.kubernetes.io/aws-weight")
    aws_failover: str = field(default="", name="external-dns.alpha.kubernetes.io/aws-failover")
    ttl: str = field(default="", name="external-dns.alpha.kubernetes.io/ttl")


class IngressMeta(ManagedMeta, frozen=True, gc=False, rename="camel"):
    """Ingress metadata."""

    annotations: IngressAnnotations = IngressAnnotations()


class Ingress(Projection, frozen=True, gc=False):
    """networking.k8s.io/v1 Ingress."""

    metadata: IngressMeta = IngressMeta()
    spec: IngressSpec = IngressSpec()

    api_group: ClassVar[str] = "networking.k8s.io"
    kind: ClassVar[str] = "Ingress"


class HTTPBackendRef(msgspec.Struct, frozen=True, gc=False):
    """A backend of a route; `kind` may be ServiceImport."""

    kind: str = "Service"
    name: str = ""
    namespace: str = ""


class HTTPRouteRule(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One rule of a route."""

    backend_refs: list[HTTPBackendRef] = field(default_factory=list)


class HTTPRouteSpec(msgspec.Struct, frozen=True, gc=False):
    """HTTPRoute spec."""

    hostnames: list[str] = field(default_factory=list)
    rules: list[HTTPRouteRule] = field(default_factory=list)


class HTTPRoute(Projection, frozen=True, gc=False):
    """gateway.networking.k8s.io HTTPRoute."""

    spec: HTTPRouteSpec = HTTPRouteSpec()

    api_group: ClassVar[str] = "gateway.networking.k8s.io"
    kind: ClassVar[str] = "HTTPRoute"


class RouteSpec(msgspec.Struct, frozen=True, gc=False):
    """OpenShift Route spec."""

    host: str = ""
    to: IngressBackendService = IngressBackendService()


class Route(Projection, frozen=True, gc=False):
    """route.openshift.io/v1 Route."""

    spec: RouteSpec = RouteSpec()

    api_group: ClassVar[str] = "route.openshift.io"
    kind: ClassVar[str] = "Route"


class Broker(Projection, frozen=True, gc=False):
    """submariner.io/v1alpha1 Broker: this cluster holds what the members tell each other."""

    api_group: ClassVar[str] = "submariner.io"
    kind: ClassVar[str] = "Broker"


class KarmadaCluster(Projection, frozen=True, gc=False):
    """cluster.karmada.io/v1alpha1 Cluster: a member that this Karmada control plane leads."""

    status: ConditionedStatus = ConditionedStatus()

    api_group: ClassVar[str] = "cluster.karmada.io"
    kind: ClassVar[str] = "Cluster"


class ManagedCluster(Projection, frozen=True, gc=False):
    """cluster.open-cluster-management.io/v1 ManagedCluster: a member that this hub leads."""

    api_group: ClassVar[str] = "cluster.open-cluster-management.io"
    kind: ClassVar[str] = "ManagedCluster"


class RancherClusterSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What Rancher calls the cluster."""

    display_name: str = ""


class RancherCluster(Projection, frozen=True, gc=False):
    """management.cattle.io/v3 Cluster: a cluster that this Rancher leads."""

    spec: RancherClusterSpec = RancherClusterSpec()

    api_group: ClassVar[str] = "management.cattle.io"
    kind: ClassVar[str] = "Cluster"
