"""A cluster's own Service and its endpoints, and what of a part is unknown."""

from __future__ import annotations

import pytest

from mckconsole.analysis.services.model import CiliumSwitches, Dialect, Held, Part, Port
from mckconsole.analysis.services.parts import read_part
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


def test_facts_of_the_service() -> None:
    found = part(facts(), SERVICE, PODS)
    service = found.service
    assert service is not None
    assert str(service.ref) == "Service shop/checkout"
    assert (service.type, service.headless, service.cluster_ip) == (
        "ClusterIP",
        False,
        "172.31.7.9",
    )
    assert service.ports == {Port("https", "TCP", 443, "https")}
    assert service.selector == (("app", "checkout"), ("tier", "backend"))
    assert service.owner == (("app", "checkout"), ("app.kubernetes.io/part-of", "webshop"))
    assert service.session_affinity == "None"
    assert service.ip_families == ("IPv4",)
    assert service.created == 1_785_571_200.0
    assert service.cilium is None
    assert not found.involved
    assert found.unknown == ()


def test_a_headless_service_has_no_address() -> None:
    found = part(facts(), HEADLESS)
    assert found.service is not None
    assert found.service.headless


def slice_of(name: str, family: str, *endpoints: str) -> str:
    return f"""
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: {name}, namespace: shop, labels: {{kubernetes.io/service-name: checkout}}}}
addressType: {family}
endpoints: [{", ".join(endpoints)}]
"""


LEAVING = "conditions: {ready: true, terminating: true}"
POD = "targetRef: {kind: Pod, name: %s}"


@pytest.mark.parametrize(
    ("slices", "ready", "total", "unnamed", "doubled"),
    [
        ([PODS], 1, 2, 0, ()),
        ([], 0, 0, 0, ()),
        # no ready at all is ready
        ([slice_of("a", "IPv4", "{addresses: [10.0.0.1]}")], 1, 1, 1, ()),
        ([slice_of("a", "IPv4", "{addresses: [a], conditions: {ready: null}}")], 1, 1, 1, ()),
        # on its way out is not ready, whatever it says
        (
            [slice_of("a", "IPv4", f"{{addresses: [a], {LEAVING}}}")],
            0, 1, 1, (),
        ),
        # one pod in both families, and once more for another set of ports
        (
            [
                slice_of("a", "IPv4", "{addresses: [10.0.0.1], %s}" % (POD % "p")),
                slice_of("b", "IPv6", "{addresses: ['fd00::1'], %s}" % (POD % "p")),
                slice_of("c", "IPv4", "{addresses: [10.0.0.1], %s}" % (POD % "p")),
            ],
            1, 1, 0, (),
        ),
        # nothing behind them: the larger family counts
        (
            [
                slice_of("a", "IPv4", "{addresses: [10.0.0.1]}", "{addresses: [10.0.0.2]}"),
                slice_of("b", "IPv6", "{addresses: ['fd00::1']}"),
            ],
            2, 2, 2, (),
        ),
        # one host name for two endpoints
        (
            [
                slice_of(
                    "a",
                    "IPv4",
                    "{addresses: [10.0.0.1], hostname: db-0}",
                    "{addresses: [10.0.0.2], hostname: db-0}",
                    "{addresses: [10.0.0.3], hostname: db-1}",
                )
            ],
            3, 3, 0, ("db-0",),
        ),
        # one host in two families is not doubled
        (
            [
                slice_of("a", "IPv4", "{addresses: [10.0.0.1], hostname: db-0}"),
                slice_of("b", "IPv6", "{addresses: ['fd00::1'], hostname: db-0}"),
            ],
            1, 1, 0, (),
        ),
    ],
)  # fmt: skip
def test_endpoints(
    slices: list[str], ready: int, total: int, unnamed: int, doubled: tuple[str, ...]
) -> None:
    backends = part(facts(), SERVICE, *slices).backends
    assert backends is not None
    assert (backends.ready, backends.total) == (ready, total)
    assert (backends.unnamed, backends.doubled) == (unnamed, doubled)
    assert len(backends.slices) == len(slices)


def test_endpoints_of_others_are_not_the_services_own() -> None:
    other = PODS.replace("service-name: checkout", "service-name: other").replace("-own", "-other")
    found = part(facts(), SERVICE, PODS, other, imported(LIGHTHOUSE), EXPORT)
    assert found.backends is not None
    assert found.backends.addresses == {"10.2.0.1", "10.2.0.2"}
    assert found.backends.total == 2


def test_without_a_service_there_are_no_backends() -> None:
    assert part(facts(), PODS, EXPORT).backends is None


def test_when_endpoints_changed() -> None:
    text = PODS.replace(
        "namespace: shop",
        "namespace: shop\n  annotations:\n    endpoints.kubernetes.io/last-change-trigger-time: "
        '"2026-08-01T09:00:01Z"',
    )
    backends = part(facts(), SERVICE, text).backends
    assert backends is not None
    assert backends.changed == 1_785_574_801.0


@pytest.mark.parametrize(
    ("text", "known"),
    [(PODS, True), (PODS.replace("ready: true", "ready: false"), False), (EXPORT, False)],
)
def test_seeing_nothing_ready_says_nothing_while_slices_are_unread(text: str, known: bool) -> None:
    found = part(facts(unread={"endpointslices": "endpointslices stale: no answer"}), SERVICE, text)
    assert (found.backends is not None) == known


def test_unread_topics_are_told_where_they_matter() -> None:
    unread = {
        "serviceimports": "serviceimports forbidden: no",
        "endpointslices": "stale",
        "gke-serviceimports": "gke-serviceimports forbidden: no",
        "exportedservices": "exportedservices forbidden: no",
    }
    known = facts(Dialect.LIGHTHOUSE, unread=unread)
    assert part(known, SERVICE, PODS).unknown == ()
    assert part(known, SERVICE, PODS, EXPORT).unknown == (
        "endpointslices: stale",
        "serviceimports forbidden: no",
    )


@pytest.mark.parametrize(("globalnet", "told"), [(True, ("globalingressips: no",)), (False, ())])
def test_global_addresses_matter_under_globalnet_only(
    globalnet: bool, told: tuple[str, ...]
) -> None:
    known = facts(Dialect.LIGHTHOUSE, globalnet=globalnet, unread={"globalingressips": "no"})
    assert part(known, SERVICE, EXPORT).unknown == told


def test_a_cluster_that_could_not_be_read() -> None:
    found = read_part(facts(readable=False, reason="unreachable: timeout"), Held())
    assert found.unknown == ("unreachable: timeout",)


def test_of_half_a_first_reading_nothing_counts() -> None:
    found = part(facts(readable=False, reason="connecting"), SERVICE, EXPORT, IMPORT)
    assert found == Part("west", unknown=("connecting",))
    assert not found.involved
    assert read_part(facts(), Held()).unknown == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{}", None),
        ('{service.cilium.io/global: "true"}', (True, True, "none", None)),
        ('{service.cilium.io/global: "TRUE"}', (True, True, "none", None)),
        ('{io.cilium/global-service: "true"}', (True, True, "none", None)),
        (
            '{io.cilium/global-service: "true", io.cilium/shared-service: "false"}',
            (True, False, "none", None),
        ),
        (
            '{service.cilium.io/global: "true", service.cilium.io/affinity: Local}',
            (True, True, "local", None),
        ),
        ("{service.cilium.io/affinity: nearby}", (False, True, "nearby", None)),
        (
            '{service.cilium.io/global: "yes", '
            'service.cilium.io/global-sync-endpoint-slices: "true"}',
            (False, True, "none", True),
        ),
    ],
)
def test_switches_of_cilium(
    written: str, meant: tuple[bool, bool, str, bool | None] | None
) -> None:
    text = SERVICE.replace("namespace: shop", f"namespace: shop\n  annotations: {written}")
    service = part(facts(), text).service
    assert service is not None
    assert service.cilium == (CiliumSwitches(*meant) if meant else None)


GLOBAL_IP = """
apiVersion: submariner.io/v1
kind: GlobalIngressIP
metadata: {name: checkout, namespace: shop}
spec: {target: ClusterIPService, serviceRef: {name: checkout}}
status: {allocatedIP: 242.1.0.7}
"""
POD_IP = GLOBAL_IP.replace("name: checkout, n", "name: a-pod, n").replace(
    "ClusterIPService", "HeadlessServicePod"
)
INTERNAL = """
apiVersion: v1
kind: Service
metadata:
  name: submariner-x7
  namespace: shop
  labels: {submariner.io/exportedServiceRef: checkout}
spec: {externalIPs: [242.1.0.7], clusterIP: 172.31.0.99}
"""


def test_addresses_of_globalnet() -> None:
    known = facts(Dialect.LIGHTHOUSE, globalnet=True)
    found = part(known, SERVICE, EXPORT, POD_IP, GLOBAL_IP, INTERNAL)
    assert found.globalnet is not None
    assert found.globalnet.metadata.name == "checkout"
    assert [one.address for one in found.exports] == ["242.1.0.7"]
    assert found.internal_ip == "242.1.0.7"
    without = part(known, SERVICE, EXPORT)
    assert without.globalnet is None
    assert without.internal_ip == ""
    assert [one.address for one in without.exports] == [""]


def test_an_import_without_status_is_one() -> None:
    found = part(facts(), "\n".join(IMPORT.splitlines()[:4]))
    (one,) = found.imports
    assert (one.headless, one.sources, one.ports, one.conditions) == (None, (), frozenset(), ())
    assert one.dialect is Dialect.MCS


def test_pods_that_are_only_published_are_counted_apart() -> None:
    """Under publishNotReadyAddresses every pod is ready; `serving` says which are."""
    published = PODS.replace("{ready: true}", "{ready: true, serving: false}").replace(
        "{ready: false}", "{ready: true, serving: true}"
    )
    found = part(facts(), SERVICE, published).backends
    assert found is not None
    assert (found.ready, found.published) == (2, 1)
