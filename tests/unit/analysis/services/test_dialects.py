"""What each implementation's objects make of a cluster's part."""

from __future__ import annotations

import pytest

from mckconsole.analysis.services.dialects.mcs import mcs_dialect
from mckconsole.analysis.services.model import Dialect
from tests.unit.analysis.services.reading import (
    EXPORT,
    HEADLESS,
    IMPORT,
    PODS,
    SERVICE,
    facts,
    imported,
    part,
)

LIGHTHOUSE = "lighthouse-agent.submariner.io"
CILIUM = "endpointslice-mesh-controller.cilium.io"
CILIUM_LOCAL = "endpointslice-local-mcsapi-controller.cilium.io"
CLOUD_MAP = "aws-cloud-map-mcs-controller-for-k8s"


@pytest.mark.parametrize(
    ("installed", "acting"),
    [
        ((), Dialect.MCS),
        ((Dialect.CILIUM_GLOBAL, Dialect.LINKERD, Dialect.GKE), Dialect.MCS),
        ((Dialect.ISTIO,), Dialect.ISTIO),
        ((Dialect.ISTIO, Dialect.LIGHTHOUSE), Dialect.LIGHTHOUSE),
        ((Dialect.CILIUM_MCS, Dialect.CILIUM_GLOBAL), Dialect.CILIUM_MCS),
        ((Dialect.CLOUD_MAP,), Dialect.CLOUD_MAP),
        ((Dialect.KARMADA,), Dialect.KARMADA),
    ],
)
def test_who_acts_on_the_mcs_api(installed: tuple[Dialect, ...], acting: Dialect) -> None:
    assert mcs_dialect(facts(*installed)) is acting
    found = part(facts(*installed), EXPORT, IMPORT)
    assert [one.dialect for one in found.exports] == [acting]
    assert [one.dialect for one in found.imports] == [acting]


COPY = """
apiVersion: multicluster.x-k8s.io/v1alpha1
kind: ServiceImport
metadata:
  name: checkout-shop-east
  namespace: submariner-operator
  labels:
    multicluster.kubernetes.io/service-name: checkout
    multicluster.kubernetes.io/source-cluster: east
    lighthouse.submariner.io/sourceNamespace: shop
spec: {type: ClusterSetIP, ips: [172.30.44.10], ports: [{name: https, port: 443}]}
status: {clusters: [{cluster: east}]}
"""


def test_lighthouse_in_an_importing_cluster() -> None:
    down = imported(LIGHTHOUSE, endpoints="[{addresses: [1.2.3.4], conditions: {ready: false}}]")
    own = imported(LIGHTHOUSE, "west")
    found = part(facts(Dialect.LIGHTHOUSE), IMPORT, COPY, down, own)
    assert [(one.source, one.sources) for one in found.imports] == [
        ("", ("east", "west")),
        ("east", ("east",)),
    ]
    (remote,) = found.remote
    assert (remote.dialect, remote.source) == (Dialect.LIGHTHOUSE, "east")
    assert (remote.ready, remote.total) == (0, 1)
    assert remote.addresses == {"1.2.3.4"}
    assert found.dialects == {Dialect.LIGHTHOUSE}


def test_lighthouse_by_its_marks_where_nothing_else_tells() -> None:
    assert part(facts(), COPY).dialects == {Dialect.LIGHTHOUSE}
    assert part(facts(Dialect.CILIUM_MCS), EXPORT, COPY).dialects == {Dialect.LIGHTHOUSE}
    assert part(facts(), imported(LIGHTHOUSE)).dialects == {Dialect.LIGHTHOUSE}


def test_a_clusters_own_slice_is_not_remote_though_its_id_is_not_known() -> None:
    ends = "[{addresses: [172.31.7.9], conditions: {ready: true}}]"
    nameless = facts(Dialect.LIGHTHOUSE, ids=frozenset())
    own, other = imported(LIGHTHOUSE, "west", "", ends), imported(LIGHTHOUSE)
    found = part(nameless, SERVICE, PODS, EXPORT, own, other)
    assert [one.source for one in found.remote] == ["east"]


@pytest.mark.parametrize(
    ("manager", "labels", "installed", "dialect"),
    [
        (CILIUM, "", Dialect.CILIUM_MCS, Dialect.CILIUM_MCS),
        (CILIUM, "kubernetes.io/service-name: checkout", None, Dialect.CILIUM_GLOBAL),
        (CLOUD_MAP, "", None, Dialect.CLOUD_MAP),
        ("gke-mcs-importer.gke.io", "", Dialect.GKE, Dialect.GKE),
        ("somebody.example.org", "", None, Dialect.MCS),
        ("somebody.example.org", "", Dialect.CLOUD_MAP, Dialect.CLOUD_MAP),
    ],
)
def test_whose_an_imported_slice_is(
    manager: str, labels: str, installed: Dialect | None, dialect: Dialect
) -> None:
    known = facts(*([installed] if installed else []), cilium_synced_slices=True)
    (remote,) = part(known, imported(manager, "east", labels)).remote
    assert (remote.dialect, remote.source, remote.ready) == (dialect, "east", 1)


def test_what_cilium_writes_of_the_cluster_itself_is_not_remote() -> None:
    assert part(facts(Dialect.CILIUM_MCS), imported(CILIUM_LOCAL, "odd"), EXPORT).remote == ()


def annotated(text: str, annotations: str) -> str:
    return text.replace("namespace: shop", f"namespace: shop\n  annotations: {{{annotations}}}", 1)


GLOBAL = 'service.cilium.io/global: "true"'
UNSHARED = 'service.cilium.io/global: "true", service.cilium.io/shared: "false"'
CHOSEN = 'io.cilium/global-service: "true", service.cilium.io/global-sync-endpoint-slices: "true"'


@pytest.mark.parametrize(
    ("text", "synced", "exports", "imports", "unknown"),
    [
        (annotated(SERVICE, GLOBAL), False, 1, 1, "clustermesh-enable-endpoint-sync is not on"),
        (annotated(SERVICE, GLOBAL), True, 1, 1, "global-sync-endpoint-slices is not on"),
        (annotated(SERVICE, CHOSEN), True, 1, 1, ""),
        (annotated(HEADLESS, GLOBAL), True, 1, 1, ""),
        (annotated(HEADLESS, GLOBAL), False, 1, 1, "clustermesh-enable-endpoint-sync is not on"),
        (annotated(SERVICE, UNSHARED), True, 0, 1, "global-sync-endpoint-slices is not on"),
        (annotated(SERVICE, 'service.cilium.io/global: "false"'), False, 0, 0, ""),
        (annotated(SERVICE, 'service.cilium.io/shared: "true"'), False, 0, 0, ""),
    ],
)
def test_cilium_global_services(
    text: str, synced: bool, exports: int, imports: int, unknown: str
) -> None:
    found = part(facts(Dialect.CILIUM_GLOBAL, cilium_synced_slices=synced), text, PODS)
    assert (len(found.exports), len(found.imports)) == (exports, imports)
    assert found.dialects <= {Dialect.CILIUM_GLOBAL}
    assert bool(found.unknown) == bool(unknown)
    assert unknown in "".join(found.unknown)


GKE = """
apiVersion: net.gke.io/v1
kind: ServiceExport
metadata: {name: checkout, namespace: shop}
---
apiVersion: net.gke.io/v1
kind: ServiceImport
metadata:
  name: checkout
  namespace: shop
  annotations: {net.gke.io/derived-service: gke-mcs-7k2p}
spec: {type: ClusterSetIP, ips: [10.4.0.9], ports: [{name: https, port: 443}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: gke-mcs-7k2p-x
  namespace: shop
  labels: {kubernetes.io/service-name: gke-mcs-7k2p}
addressType: IPv4
endpoints: [{addresses: [10.9.0.1]}, {addresses: [10.9.0.2], conditions: {ready: false}}]
"""


def test_gke() -> None:
    found = part(facts(Dialect.GKE), GKE, SERVICE, PODS)
    assert [str(one.ref.api_version) for one in found.exports] == ["net.gke.io/v1"]
    (one,) = found.imports
    assert (one.derived, one.ips, one.headless) == ("gke-mcs-7k2p", ("10.4.0.9",), False)
    (remote,) = found.remote
    assert (remote.dialect, remote.source, remote.ready, remote.total) == (Dialect.GKE, "", 1, 2)
    assert found.dialects == {Dialect.GKE}
    assert found.unknown == ()


def test_cloud_map() -> None:
    text = """
apiVersion: multicluster.x-k8s.io/v1alpha1
kind: ServiceImport
metadata:
  name: checkout
  namespace: shop
  annotations: {multicluster.k8s.aws/derived-service: imported-x}
spec: {type: Headless}
"""
    found = part(facts(), text, EXPORT)
    assert found.dialects == {Dialect.CLOUD_MAP}
    assert [(one.derived, one.headless) for one in found.imports] == [("imported-x", True)]
    assert found.exports[0].condition("Ready") is not None


KARMADA = """
apiVersion: networking.karmada.io/v1alpha1
kind: MultiClusterService
metadata: {name: checkout, namespace: shop, creationTimestamp: "2026-08-01T09:00:00Z"}
spec:
  types: [CrossCluster]
  providerClusters: [{name: east}]
  consumerClusters: [{name: west}, {name: south}]
status:
  conditions:
  - {type: ServiceApplied, status: "True", reason: ServiceAppliedSucceed}
  - {type: EndpointSliceDispatched, status: "False", reason: EndpointSliceDispatchedFailed}
"""


def test_karmadas_api_server_speaks_for_providers_and_consumers() -> None:
    found = part(facts(Dialect.KARMADA), KARMADA, SERVICE)
    (export,), (one,) = found.exports, found.imports
    assert export.consumers == ("west", "south")
    assert one.sources == ("east",)
    failed = export.condition("EndpointSliceDispatched")
    assert failed is not None
    assert (failed.status, failed.reasons) == ("False", ("EndpointSliceDispatchedFailed",))
    assert found.backends is None


def test_karmadas_slices_in_a_consumer() -> None:
    text = """
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: east-checkout-x
  namespace: shop
  labels: {kubernetes.io/service-name: checkout}
  annotations: {endpointslice.karmada.io/provision-cluster: east}
addressType: IPv4
endpoints: [{addresses: [10.3.0.1]}]
"""
    found = part(facts(), text, SERVICE, PODS)
    assert [(one.dialect, one.source) for one in found.remote] == [(Dialect.KARMADA, "east")]
    assert found.backends is not None
    assert found.backends.total == 2


MIRROR = """
apiVersion: v1
kind: Service
metadata:
  name: checkout-east
  namespace: shop
  labels: {mirror.linkerd.io/mirrored-service: "true", mirror.linkerd.io/cluster-name: east}
  annotations: {mirror.linkerd.io/remote-svc-fq-name: checkout.shop.svc.cluster.local}
spec: {clusterIP: 172.31.8.1, ports: [{name: https, port: 443}]}
"""
GATEWAY = """
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: checkout-east-x
  namespace: shop
  labels:
    kubernetes.io/service-name: checkout-east
    endpointslice.kubernetes.io/managed-by: endpointslicemirroring-controller.k8s.io
addressType: IPv4
endpoints: [{addresses: [203.0.113.9]}]
"""


@pytest.mark.parametrize(
    ("label", "exported"),
    [
        ('mirror.linkerd.io/exported: "true"', True),
        ("mirror.linkerd.io/exported: remote-discovery", True),
        ("mirror.linkerd.io/federated: member", True),
        ('mirror.linkerd.io/exported: "false"', False),
        ("team: pay", False),
    ],
)
def test_exports_of_linkerd(label: str, exported: bool) -> None:
    found = part(facts(Dialect.LINKERD), SERVICE.replace("color: blue", label), PODS)
    assert bool(found.exports) == exported
    assert found.dialects <= {Dialect.LINKERD}


@pytest.mark.parametrize(("slices", "ready"), [([GATEWAY], 1), ([], 0)])
def test_a_mirror_of_linkerd(slices: list[str], ready: int) -> None:
    found = part(facts(Dialect.LINKERD), MIRROR, *slices)
    (one,), (remote,) = found.imports, found.remote
    assert (one.sources, one.derived, one.ips) == (("east",), "checkout-east", ("172.31.8.1",))
    assert (remote.source, remote.ready, remote.total) == ("east", ready, ready)
    assert found.unknown == ()


def test_a_mirror_whose_slices_are_unread_says_nothing_of_its_endpoints() -> None:
    found = part(facts(Dialect.LINKERD, unread={"endpointslices": "no"}), MIRROR)
    assert found.remote == ()
    assert found.unknown == ("endpointslices: no",)


FLAT = """
apiVersion: v1
kind: Service
metadata:
  name: checkout-east
  namespace: shop
  labels:
    mirror.linkerd.io/mirrored-service: "true"
    multicluster.linkerd.io/remote-discovery: east
    multicluster.linkerd.io/remote-service: checkout
spec: {clusterIP: 172.31.8.1}
"""
FEDERATED = """
apiVersion: v1
kind: Service
metadata:
  name: checkout-federated
  namespace: shop
  labels: {mirror.linkerd.io/mirrored-service: "true"}
  annotations: {multicluster.linkerd.io/remote-discovery: "checkout@east,checkout@south"}
spec: {clusterIP: 172.31.8.2}
"""


@pytest.mark.parametrize(
    ("text", "sources", "what"),
    [
        (FLAT, ("east",), "checkout-east is a mirror without a gateway"),
        (FEDERATED, ("east", "south"), "checkout-federated is a federated service"),
    ],
)
def test_linkerd_keeps_some_endpoints_to_itself(
    text: str, sources: tuple[str, ...], what: str
) -> None:
    found = part(facts(Dialect.LINKERD), text)
    assert [one.sources for one in found.imports] == [sources]
    assert found.remote == ()
    assert len(found.unknown) == 1
    assert found.unknown[0].endswith(what)


def exported(services: str) -> str:
    return f"""
apiVersion: consul.hashicorp.com/v1alpha1
kind: ExportedServices
metadata: {{name: default, namespace: consul}}
spec: {{services: {services}}}
"""


@pytest.mark.parametrize(
    ("services", "peers"),
    [
        ("[{name: checkout, consumers: [{peer: east}, {peer: south}]}]", ("east", "south")),
        ('[{name: "*", consumers: [{peer: east}]}]', ("east",)),
        ("[{name: checkout, namespace: shop, consumers: [{partition: x}]}]", ()),
        ("[{name: checkout, namespace: other, consumers: [{peer: east}]}]", None),
        ("[{name: other, consumers: [{peer: east}]}]", None),
        ("[]", None),
    ],
)
def test_exports_of_consul(services: str, peers: tuple[str, ...] | None) -> None:
    found = part(facts(Dialect.CONSUL), SERVICE, PODS, exported(services))
    assert [one.consumers for one in found.exports] == ([] if peers is None else [peers])
    assert bool(found.unknown) == (peers is not None)


def test_istio_joins_what_nothing_else_joins() -> None:
    found = part(facts(Dialect.ISTIO, istio_joined=True), SERVICE, PODS)
    assert [(one.dialect, one.ref.kind) for one in found.exports] == [(Dialect.ISTIO, "Service")]
    assert "istiod" in found.unknown[0]
    assert (
        part(
            facts(Dialect.ISTIO, istio_joined=True), SERVICE.replace("ClusterIP", "ExternalName")
        ).exports
        == ()
    )
    both = part(facts(Dialect.ISTIO, Dialect.LIGHTHOUSE, istio_joined=True), SERVICE, PODS, EXPORT)
    assert both.dialects == {Dialect.LIGHTHOUSE}
    assert both.unknown == ()
    assert part(facts(Dialect.ISTIO), SERVICE, PODS).exports == ()


@pytest.mark.parametrize(
    ("shares", "odd", "unread", "imports", "unknown"),
    [
        (True, (), False, 1, ""),
        (True, ("shop",), False, 0, ""),
        (False, (), False, 0, ""),
        (False, ("shop",), False, 1, ""),
        (True, (), True, 1, "clustermesh.cilium.io/global"),
    ],
)
def test_a_namespace_may_keep_its_services_out_of_ciliums_mesh(
    shares: bool, odd: tuple[str, ...], unread: bool, imports: int, unknown: str
) -> None:
    known = facts(
        Dialect.CILIUM_GLOBAL, cilium_synced_slices=True, cilium_shares=shares,
        cilium_odd=frozenset(odd), unread={"namespaces": "forbidden"} if unread else {},
    )  # fmt: skip
    found = part(known, annotated(SERVICE, CHOSEN), PODS)
    assert (len(found.exports), len(found.imports)) == (imports, imports)
    assert unknown in "".join(found.unknown)
    assert bool(found.unknown) is bool(unknown)


def test_pods_of_ciliums_derived_service_are_the_clusters_own() -> None:
    """The endpoint slice controller writes them, with the labels of the derived Service."""
    own = """
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: derived-k9-x
  namespace: shop
  labels:
    kubernetes.io/service-name: derived-k9
    endpointslice.kubernetes.io/managed-by: endpointslice-controller.k8s.io
    multicluster.kubernetes.io/service-name: checkout
    multicluster.kubernetes.io/source-cluster: %s
endpoints: [{addresses: [10.2.0.1]}]
"""
    notes = "annotations: {multicluster.kubernetes.io/derived-service: derived-k9}"
    held = IMPORT.replace("namespace: shop", f"namespace: shop, {notes}", 1)
    known = facts(Dialect.CILIUM_MCS)
    here = next(iter(known.ids))
    assert part(known, SERVICE, PODS, held, own % here).remote == ()
    (other,) = part(known, SERVICE, PODS, held, own % "elsewhere").remote
    assert other.source == "elsewhere"
