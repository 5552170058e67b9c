"""Which services an object belongs to, and what is held of one, whatever came first."""

from __future__ import annotations

import pytest

from mckconsole.analysis.engine import analyse
from mckconsole.analysis.services.index import FleetIndex, bits
from mckconsole.analysis.services.model import Held, ServiceKey
from mckconsole.domain.objects import Key
from tests.unit.analysis.build import Doc
from tests.unit.analysis.services.livefleet import LiveFleet, docs

WEB = ServiceKey("shop", "web")


def slice_(name: str, labels: str, namespace: str = "shop", annotations: str = "") -> str:
    return f"""
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  {{name: {name}, namespace: {namespace}, labels: {{{labels}}}, annotations: {{{annotations}}}}}
"""


def service(name: str = "web", labels: str = "", annotations: str = "", ns: str = "shop") -> str:
    return f"""
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {ns}, labels: {{{labels}}}, annotations: {{{annotations}}}}}
"""


def imported(name: str, namespace: str, labels: str = "", annotations: str = "") -> str:
    return f"""
apiVersion: multicluster.x-k8s.io/v1alpha1
kind: ServiceImport
metadata:
  {{name: {name}, namespace: {namespace}, labels: {{{labels}}}, annotations: {{{annotations}}}}}
"""


def consul(*services: str) -> str:
    return f"""
apiVersion: consul.hashicorp.com/v1alpha1
kind: ExportedServices
metadata: {{name: default, namespace: consul}}
spec: {{services: [{", ".join(services)}]}}
"""


LIGHTHOUSE = (
    "multicluster.kubernetes.io/service-name: web, lighthouse.submariner.io/sourceNamespace: shop"
)
MIRROR = 'mirror.linkerd.io/mirrored-service: "true"'
EXPORT = """
apiVersion: multicluster.x-k8s.io/v1alpha1
kind: ServiceExport
metadata: {name: web, namespace: shop}
"""


def index_of(*texts: str) -> FleetIndex:
    fleet = LiveFleet("a")
    for text in texts:
        fleet.put("a", *docs(text))
    index = FleetIndex(("a",))
    index.update(fleet.snapshot())
    return index


def held(key: ServiceKey, *texts: str) -> Held:
    return index_of(*texts).clusters[0].held(key)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (service(), WEB),
        (service("web-east", MIRROR, "mirror.linkerd.io/remote-svc-fq-name: web.shop.svc.x"), WEB),
        (service("web-east", f"{MIRROR}, mirror.linkerd.io/cluster-name: east"), WEB),
        (service("web-federated", MIRROR), WEB),
        (service("x", MIRROR, "multicluster.linkerd.io/remote-discovery: web@a"), WEB),
        (service("submariner-0f", "submariner.io/exportedServiceRef: web"), WEB),
        (slice_("web-1", "kubernetes.io/service-name: web"), WEB),
        (slice_("web-1", LIGHTHOUSE, "elsewhere"), WEB),
        (slice_("web-1", "multicluster.kubernetes.io/service-name: web"), WEB),
        (slice_("web-1", "kubernetes.io/service-name: derived-web", "shop",
                "endpointslice.karmada.io/provision-cluster: m1"), WEB),
        (EXPORT, WEB),
        (EXPORT.replace("multicluster.x-k8s.io/v1alpha1", "net.gke.io/v1"), WEB),
        (imported("web", "shop"), WEB),
        (imported("web-shop-east", "submariner-operator", LIGHTHOUSE), WEB),
        (consul("{name: web, namespace: shop}"), WEB),
        (consul("{name: web}"), ("", "web")),
        (consul("{name: web, namespace: default}"), ("", "web")),
    ],
)  # fmt: skip
def test_whose_an_object_is(text: str, key: Key) -> None:
    assert [*index_of(text).holders] == [key]


@pytest.mark.parametrize(
    "text",
    [
        slice_("lonely", ""),
        slice_("web-1", LIGHTHOUSE, "submariner-k8s-broker"),
        imported("web-shop", "submariner-k8s-broker"),
    ],
)
def test_some_objects_are_nobodys(text: str) -> None:
    assert not index_of(text).holders


def test_what_is_held_of_a_service() -> None:
    found = held(
        WEB,
        service(),
        EXPORT,
        slice_("web-2", LIGHTHOUSE, "elsewhere"),
        slice_("web-1", "kubernetes.io/service-name: web"),
        imported("web", "shop"),
        imported("web-shop-east", "submariner-operator", LIGHTHOUSE),
        service("other"),
    )
    assert found.key == WEB
    assert found.service
    assert len(found.exports) == 1
    assert [one.metadata.name for one in found.slices] == ["web-2", "web-1"]
    assert [one.metadata.name for one in found.imports] == ["web", "web-shop-east"]


def test_a_mirrors_slices_are_the_services_too() -> None:
    mirror = service("web-east", f"{MIRROR}, mirror.linkerd.io/cluster-name: east")
    found = held(WEB, mirror, slice_("web-east-1", "kubernetes.io/service-name: web-east"))
    assert [one.metadata.name for one in found.mirrors] == ["web-east"]
    assert found.service is None
    assert [one.metadata.name for one in found.slices] == ["web-east-1"]


def test_a_derived_services_slices_are_the_imports_too() -> None:
    note = "multicluster.kubernetes.io/derived-service: derived-0a"
    derived = slice_("x", "kubernetes.io/service-name: derived-0a")
    found = held(WEB, derived, imported("web", "shop", annotations=note))
    assert [one.metadata.name for one in found.slices] == ["x"]


def test_a_derived_services_slice_touches_the_import() -> None:
    fleet = LiveFleet("a")
    note = "multicluster.kubernetes.io/derived-service: derived-0a"
    fleet.put("a", *docs(imported("web", "shop", annotations=note)))
    index = FleetIndex(("a",))
    index.update(fleet.snapshot())
    fleet.put("a", *docs(slice_("x", "kubernetes.io/service-name: derived-0a")))
    assert WEB in index.update(fleet.snapshot())


CROSSING = [
    EXPORT,
    imported("web", "shop"),
    slice_("web-1", LIGHTHOUSE),
    service(annotations='service.cilium.io/global: "true"'),
    service(labels='mirror.linkerd.io/exported: "true"'),
    service("web-east", f"{MIRROR}, mirror.linkerd.io/cluster-name: east"),
    consul("{name: web, namespace: shop}"),
]


@pytest.mark.parametrize("text", CROSSING)
def test_what_makes_a_service_cross_clusters(text: str) -> None:
    assert index_of(text).crosses(WEB, 0)


def test_a_service_alone_crosses_nothing() -> None:
    index = index_of(service(), slice_("web-1", "kubernetes.io/service-name: web"))
    assert not index.crosses(WEB, 0)


def test_consul_means_a_service_of_any_namespace() -> None:
    index = index_of(service(), consul("{name: web}"))
    assert index.crosses(WEB, 0)
    assert not index.crosses(("", "web"), 0)
    assert index_of(consul("{name: web}")).crosses(("", "web"), 0)
    everything = index_of(service(), service("coredns", ns="kube-system"), consul('{name: "*"}'))
    assert everything.crosses(WEB, 0)
    assert not everything.crosses(("kube-system", "coredns"), 0)
    assert not everything.crosses(("", "*"), 0)


def test_sameness_joins_namesakes_of_two_clusters_but_not_system_ones() -> None:
    fleet = LiveFleet("a", "b")
    for name in ("a", "b"):
        fleet.put(name, *docs(service()), *docs(service("kubernetes", ns="default")))
    fleet.put("a", *docs(service("alone")))
    index = FleetIndex(("a", "b"))
    index.update(fleet.snapshot())
    assert index.crosses(WEB, 0b11)
    assert not index.crosses(WEB, 0b01)
    assert not index.crosses(("default", "kubernetes"), 0b11)
    assert not index.crosses(("shop", "alone"), 0b11)


def test_what_is_gone_is_held_no_more() -> None:
    fleet = LiveFleet("a", "b")
    both: list[Doc] = [*docs(EXPORT), *docs(service())]
    fleet.put("a", *both)
    fleet.put("b", *docs(service()))
    index = FleetIndex(("a", "b"))
    assert index.update(fleet.snapshot()) == {WEB: 0b11}
    assert index.update(fleet.snapshot()) == {}
    fleet.drop("a", *docs(service()))
    assert index.update(fleet.snapshot()) == {WEB: 0b01}
    assert index.holders == {WEB: 0b11}
    fleet.drop("a", *docs(EXPORT))
    index.update(fleet.snapshot())
    assert index.holders == {WEB: 0b10}
    fleet.drop("b", *docs(service()))
    index.update(fleet.snapshot())
    assert not index.holders


def test_equal_objects_of_another_list_change_nothing() -> None:
    fleet = LiveFleet("a")
    fleet.put("a", *docs(EXPORT), *docs(service()))
    first = analyse(fleet.snapshot())
    fleet.relist("a", "serviceexports")
    second = analyse(fleet.snapshot(), memory=first.memory)
    assert [*map(id, second.services.services)] == [*map(id, first.services.services)]


def test_bits_are_ascending() -> None:
    assert bits(0) == ()
    assert bits(0b10110) == (1, 2, 4)


def test_a_service_that_cilium_derived_is_no_global_one_of_its_own() -> None:
    """Cilium annotates it as global; it belongs to the import that it was made of."""
    notes = 'service.cilium.io/global: "true"'
    derived = service("derived-k9", "multicluster.kubernetes.io/service-name: web", notes)
    index = index_of(service(), imported("web", "shop"), derived)
    assert not index.crosses(ServiceKey("shop", "derived-k9"), 0)
    assert index.crosses(ServiceKey("shop", "web"), 0)
    own = index.clusters[0].held(ServiceKey("shop", "web")).service
    assert own is not None
    assert own.metadata.name == "web"
    assert index.clusters[0].service(("shop", "derived-k9")) is None
