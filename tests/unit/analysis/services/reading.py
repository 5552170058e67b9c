"""Read parts in tests from YAML as a cluster would serve it, through the real decoder."""

from __future__ import annotations

from typing import Any

from mckconsole.analysis.services.model import ClusterFacts, Dialect, Held, Part, ServiceKey
from mckconsole.analysis.services.parts import read_part
from mckconsole.domain.core import EndpointSlice, Service
from mckconsole.domain.discovery import (
    GkeServiceExport,
    GkeServiceImport,
    GlobalIngressIP,
    MultiClusterService,
)
from mckconsole.domain.mesh import ServiceExport, ServiceImport
from mckconsole.domain.peering import ExportedServices
from tests.unit.analysis.build import cluster, docs_of

CHECKOUT = ServiceKey("shop", "checkout")

SERVICE = """
apiVersion: v1
kind: Service
metadata:
  name: checkout
  namespace: shop
  creationTimestamp: "2026-08-01T08:00:00Z"
  labels: {app: checkout, app.kubernetes.io/part-of: webshop, color: blue}
spec:
  type: ClusterIP
  clusterIP: 172.31.7.9
  selector: {app: checkout, tier: backend}
  ports: [{name: https, protocol: TCP, port: 443, appProtocol: https}]
  sessionAffinity: None
  internalTrafficPolicy: Cluster
  ipFamilies: [IPv4]
"""
HEADLESS = SERVICE.replace("172.31.7.9", "None")
PODS = """
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: checkout-own
  namespace: shop
  labels:
    kubernetes.io/service-name: checkout
    endpointslice.kubernetes.io/managed-by: endpointslice-controller.k8s.io
addressType: IPv4
ports: [{name: https, port: 443}]
endpoints:
- {addresses: [10.2.0.1], conditions: {ready: true}, targetRef: {kind: Pod, name: checkout-0}}
- {addresses: [10.2.0.2], conditions: {ready: false}, targetRef: {kind: Pod, name: checkout-1}}
"""
EXPORT = """
apiVersion: multicluster.x-k8s.io/v1alpha1
kind: ServiceExport
metadata: {name: checkout, namespace: shop, creationTimestamp: "2026-08-01T09:00:00Z"}
status:
  conditions:
  - {type: Valid, status: "True", reason: ""}
  - {type: Ready, status: "True", reason: ""}
"""
IMPORT = """
apiVersion: multicluster.x-k8s.io/v1alpha1
kind: ServiceImport
metadata: {name: checkout, namespace: shop}
spec: {type: ClusterSetIP, ports: [{name: https, protocol: TCP, port: 443}]}
status: {clusters: [{cluster: east}, {cluster: west}]}
"""


def imported(manager: str, source: str = "east", more: str = "", endpoints: str = "") -> str:
    """A slice that some mesh's controller wrote; `more` is further labels."""
    ends = endpoints or "[{addresses: [172.30.44.10], conditions: {ready: true}}]"
    label = f"multicluster.kubernetes.io/source-cluster: {source}\n    " if source else ""
    return f"""
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: checkout-{source or "any"}
  namespace: shop
  labels:
    {label}endpointslice.kubernetes.io/managed-by: {manager}
    {more or "multicluster.kubernetes.io/service-name: checkout"}
addressType: IPv4
endpoints: {ends}
"""


def facts(*installed: Dialect, name: str = "west", **changes: Any) -> ClusterFacts:
    """What is known of the cluster `west`."""
    known: dict[str, Any] = {"ids": frozenset({name}), "readable": True, **changes}
    return ClusterFacts(name, installed=frozenset(installed), **known)


def held(*texts: str, key: ServiceKey = CHECKOUT) -> Held:
    """The objects of these documents, all of which belong to the service `key`."""
    found = cluster("west", docs_of("\n---\n".join(texts)))
    services = found.objects("services", Service)
    others = [one for place, one in services.items() if place != key]
    mirrored = [
        one for one in others if "mirror.linkerd.io/mirrored-service" in one.metadata.labels
    ]
    return Held(
        key=key,
        service=services.get(key),
        slices=tuple(found.objects("endpointslices", EndpointSlice).values()),
        exports=tuple(found.objects("serviceexports", ServiceExport).values()),
        imports=tuple(found.objects("serviceimports", ServiceImport).values()),
        gke_exports=tuple(found.objects("gke-serviceexports", GkeServiceExport).values()),
        gke_imports=tuple(found.objects("gke-serviceimports", GkeServiceImport).values()),
        karmada=tuple(found.objects("multiclusterservices", MultiClusterService).values()),
        global_ips=tuple(found.objects("globalingressips", GlobalIngressIP).values()),
        internal=tuple(one for one in others if one not in mirrored),
        mirrors=tuple(mirrored),
        consul=tuple(found.objects("exportedservices", ExportedServices).values()),
    )


def part(known: ClusterFacts, *texts: str) -> Part:
    """The part that these documents make of the cluster."""
    return read_part(known, held(*texts))
