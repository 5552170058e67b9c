"""The names that pods ask for, and what they would be answered."""

from __future__ import annotations

import pytest

from mckconsole.analysis.services.dns import dns_names, first_name
from mckconsole.analysis.services.model import (
    Dialect,
    FleetService,
    Part,
    ServiceState,
    Surroundings,
)
from tests.unit.analysis.services.reading import (
    CHECKOUT,
    EXPORT,
    HEADLESS,
    IMPORT,
    PODS,
    SERVICE,
    facts,
    imported,
    part,
)
from tests.unit.analysis.services.test_dialects import (
    FEDERATED,
    FLAT,
    GATEWAY,
    GKE,
    GLOBAL,
    KARMADA,
    MIRROR,
    annotated,
    exported,
)

LIGHTHOUSE = "lighthouse-agent.submariner.io"
NAME = "checkout.shop.svc.clusterset.local"
LOCAL = "checkout.shop.svc.cluster.local"
BLIND = {"endpointslices": "endpointslices forbidden"}


def answers(*parts: Part, ids: dict[str, str] | None = None) -> dict[str, str]:
    """Name and type to the answer; cluster ids are the names unless said."""
    known = {}
    for one in parts:
        own = (ids or {}).get(one.cluster, one.cluster)
        known[one.cluster] = facts(name=one.cluster, ids=frozenset({own}))
    around = Surroundings(known, {}, 0.0)
    found = dns_names(CHECKOUT, {one.cluster: one for one in parts}, around)
    assert len({(one.name, one.type) for one in found}) == len(found)
    assert [one.type for one in found if one.name.startswith("_")] == ["SRV"] * sum(
        one.type == "SRV" for one in found
    )
    service = FleetService(CHECKOUT, {one.cluster: one for one in parts}, ServiceState.OK, None, "")
    names = [one.name for one in found]
    if "<cluster>" not in "".join(names):
        assert first_name(service) == next(iter(names), "")
    return {f"{one.type} {one.name}": one.answers for one in found}


def at(name: str, dialect: Dialect, *texts: str, **changes: object) -> Part:
    return part(facts(dialect, name=name, **changes), *texts)


def test_lighthouse_answers_with_service_addresses() -> None:
    east = at(
        "east", Dialect.LIGHTHOUSE, SERVICE.replace("172.31.7.9", "172.30.44.10"), PODS, EXPORT
    )
    west = at("west", Dialect.LIGHTHOUSE, SERVICE, PODS, EXPORT, IMPORT, imported(LIGHTHOUSE))
    assert answers(east, west) == {
        f"A {NAME}": "one service IP, the asking cluster's own first: 172.30.44.10 of east, "
        "172.31.7.9 of west",
        f"A east.{NAME}": "service IP 172.30.44.10 of east",
        f"A west.{NAME}": "service IP 172.31.7.9 of west",
        f"SRV _https._tcp.{NAME}": f"port 443 at {NAME}",
    }


def test_lighthouse_leaves_out_who_has_nothing_ready() -> None:
    idle = PODS.replace("ready: true", "ready: false")
    east = at(
        "east", Dialect.LIGHTHOUSE, SERVICE.replace("172.31.7.9", "172.30.44.10"), idle, EXPORT
    )
    west = at("west", Dialect.LIGHTHOUSE, SERVICE, PODS, EXPORT)
    assert answers(east, west)[f"A {NAME}"] == "service IP 172.31.7.9 of west"
    assert answers(east)[f"A {NAME}"] == "nothing: no exporting cluster has a ready endpoint"
    assert answers(east)[f"A east.{NAME}"] == "service IP 172.30.44.10 of east"


def test_endpoints_of_a_cluster_that_is_not_read_are_taken_from_the_importer() -> None:
    north = at("north", Dialect.LIGHTHOUSE, IMPORT, imported(LIGHTHOUSE))
    found = answers(north)
    assert found[f"A {NAME}"] == "service IP 172.30.44.10 of east"
    assert found[f"A east.{NAME}"] == "service IP 172.30.44.10 of east"
    assert found[f"A west.{NAME}"] == "not known: what west has was not read"


def test_ids_are_written_as_the_mesh_writes_them() -> None:
    east = at("prod-1", Dialect.LIGHTHOUSE, SERVICE, PODS, EXPORT)
    west = at("west", Dialect.LIGHTHOUSE, IMPORT, imported(LIGHTHOUSE))
    assert f"A east.{NAME}" in answers(east, west, ids={"prod-1": "east"})
    assert f"A prod-1.{NAME}" in answers(east)


def test_a_cluster_set_address() -> None:
    text = IMPORT.replace("spec: {", "spec: {ips: [%s], ")
    east = at("east", Dialect.CILIUM_MCS, SERVICE, PODS, EXPORT, text % "10.96.200.15")
    west = at("west", Dialect.CILIUM_MCS, text % "10.97.1.2")
    assert answers(east) == {
        f"A {NAME}": "cluster set IP 10.96.200.15",
        f"SRV _https._tcp.{NAME}": f"port 443 at {NAME}",
    }
    assert answers(east, west)[f"A {NAME}"] == (
        "the asking cluster's cluster set IP: 10.96.200.15 in east, 10.97.1.2 in west"
    )
    bare = at("west", Dialect.CILIUM_MCS, SERVICE, PODS, EXPORT)
    assert answers(bare)[f"A {NAME}"] == "nothing: no cluster imports it"
    waiting = at("west", Dialect.CILIUM_MCS, SERVICE, PODS, EXPORT, IMPORT)
    assert answers(waiting)[f"A {NAME}"] == "nothing: no import has an address"
    assert answers(at("west", Dialect.GKE, GKE))[f"A {NAME}"] == "cluster set IP 10.4.0.9"


def test_an_import_that_nobody_exports() -> None:
    west = at("west", Dialect.LIGHTHOUSE, IMPORT)
    assert answers(west)[f"A {NAME}"] == "nothing: no cluster exports it"
    north = Part("north", unknown=("unreachable",))
    assert answers(west, north)[f"A {NAME}"] == "not known: north could not be read"


HOSTS = """
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: checkout-own, namespace: shop, labels: {kubernetes.io/service-name: checkout}}
addressType: IPv4
endpoints:
- {addresses: [10.2.0.1], hostname: db-0, targetRef: {kind: Pod, name: db-0}}
- {addresses: [10.2.0.2], hostname: db-1, conditions: {ready: false}}
- {addresses: [10.2.0.3], hostname: db-1}
"""


def test_headless() -> None:
    east = at("east", Dialect.CILIUM_MCS, HEADLESS, HOSTS, EXPORT)
    west = at("west", Dialect.CILIUM_MCS, IMPORT.replace("ClusterSetIP", "Headless"))
    assert answers(east, west) == {
        f"A {NAME}": "2 ready endpoints of east",
        f"A east.{NAME}": "2 of 3 endpoints of east",
        f"A db-0.east.{NAME}": "the endpoint's address",
        f"A db-1.east.{NAME}": "every endpoint of east with that host name",
        f"A west.{NAME}": "nothing: west does not export it",
        f"SRV _https._tcp.{NAME}": "port 443 at every host name",
    }


def test_many_hosts_are_told_in_short() -> None:
    ends = "".join(f"- {{addresses: [10.2.0.{n}], hostname: db-{n}}}\n" for n in range(9))
    east = at("east", Dialect.LIGHTHOUSE, HEADLESS, HOSTS.partition("- {")[0] + ends, EXPORT)
    found = answers(east)
    assert found[f"A db-4.east.{NAME}"] == "the endpoint's address; 4 more like it"
    assert f"A db-5.east.{NAME}" not in found


def test_what_is_not_read_is_not_counted_as_nothing() -> None:
    east = at("east", Dialect.CILIUM_MCS, HEADLESS, EXPORT, unread=BLIND)
    assert answers(east)[f"A {NAME}"] == "not known: endpoints of east were not read"
    west = at("west", Dialect.CILIUM_MCS, HEADLESS, PODS, EXPORT)
    assert answers(east, west)[f"A {NAME}"] == ("1 ready endpoint of west; of east it is not known")


def test_meshes_that_join_namesakes() -> None:
    east = at("east", Dialect.CILIUM_GLOBAL, annotated(SERVICE, GLOBAL), PODS)
    assert answers(east) == {
        f"A {LOCAL}": "the asking cluster's own Service IP (east); behind it by Cilium: "
        "1 ready endpoint of east",
        f"SRV _https._tcp.{LOCAL}": f"port 443 at {LOCAL}",
    }
    one, two = (
        at(name, Dialect.ISTIO, SERVICE, PODS, istio_joined=True) for name in ("east", "west")
    )
    assert answers(one, two)[f"A {LOCAL}"] == (
        "the asking cluster's own Service IP (east, west); behind it by Istio: "
        "2 ready endpoints of east, west"
    )


def test_karmada() -> None:
    hub = at("hub", Dialect.KARMADA, KARMADA)
    assert answers(hub)[f"A {LOCAL}"] == "nothing: no cluster has a Service of that name"
    slices = imported("endpointslice-dispatch-controller.karmada.io").replace(
        "namespace: shop",
        "namespace: shop\n  annotations: {endpointslice.karmada.io/provision-cluster: east}",
    )
    west = at("west", Dialect.MCS, SERVICE, slices)
    assert answers(hub, west)[f"A {LOCAL}"].endswith(
        "behind it by Karmada: 1 ready endpoint of east"
    )


@pytest.mark.parametrize(
    "condition",
    [
        '{type: Ready, status: "False", reason: AwaitingExport}',
        '{type: Valid, status: "False", reason: ServiceUnavailable}',
        '{type: Conflict, status: "True", reason: "ConflictingPorts,ConflictingType"}',
    ],
)
def test_an_export_that_is_refused_is_not_answered_with(condition: str) -> None:
    text = EXPORT.replace('{type: Ready, status: "True", reason: ""}', condition)
    east = at("east", Dialect.LIGHTHOUSE, SERVICE, PODS, text)
    assert answers(east)[f"A {NAME}"] == (
        "nothing: no cluster exports it, and the export of east waits or is refused"
    )
    west = at("west", Dialect.LIGHTHOUSE, SERVICE, PODS, EXPORT)
    assert answers(east, west)[f"A {NAME}"] == "service IP 172.31.7.9 of west"
    assert f"A east.{NAME}" not in answers(east, west)


def test_linkerd() -> None:
    label = SERVICE.replace("color: blue", 'mirror.linkerd.io/exported: "true"')
    east = at("east", Dialect.LINKERD, label, PODS)
    west = at("west", Dialect.LINKERD, MIRROR, GATEWAY)
    mirror = "checkout-east.shop.svc.cluster.local"
    assert answers(east, west) == {
        f"A {mirror}": "in west: Service IP 172.31.8.1 of the mirror of east",
        f"SRV _https._tcp.{mirror}": f"port 443 at {mirror}",
    }
    dead = answers(east, at("west", Dialect.LINKERD, MIRROR))[f"A {mirror}"]
    assert dead.endswith("which has no endpoint: the gateway does not answer")
    assert f"A {mirror}" in answers(at("west", Dialect.LINKERD, FLAT))
    assert answers(at("west", Dialect.LINKERD, FEDERATED)) == {
        "A checkout-federated.shop.svc.cluster.local": "in west: Service IP 172.31.8.2 of the "
        "mirror of east, south"
    }
    assert list(answers(east).values()) == ["nothing: no cluster mirrors it"]


def test_consul() -> None:
    text = exported("[{name: checkout, consumers: [{peer: dc2}, {peer: dc3}]}]")
    east = at("east", Dialect.CONSUL, SERVICE, PODS, text)
    ((name, told),) = answers(east).items()
    assert name == "A checkout.virtual.<peer>.consul"
    assert told == "in dc2, dc3: a virtual IP of the mesh; <peer> is their name for east"
    nobody = at("east", Dialect.CONSUL, SERVICE, PODS, exported("[{name: checkout}]"))
    assert list(answers(nobody).values()) == ["nothing: it is exported to no peer"]


def test_a_service_that_only_has_a_name_has_none_of_these() -> None:
    assert answers(at("east", Dialect.LIGHTHOUSE, SERVICE, PODS)) == {}
    assert answers() == {}
