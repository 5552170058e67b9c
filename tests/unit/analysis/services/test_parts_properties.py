"""Whatever objects hold, a part is read of them, its names are said and DNS is judged."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mckconsole.analysis.services.corefile import check_dns
from mckconsole.analysis.services.dns import dns_names
from mckconsole.analysis.services.model import (
    ClusterFacts,
    Dialect,
    Held,
    Part,
    ServiceKey,
    Surroundings,
)
from mckconsole.analysis.services.parts import read_part
from mckconsole.domain.core import Deployment, EndpointSlice, Service
from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.discovery import (
    Corefile,
    GkeServiceExport,
    GkeServiceImport,
    GlobalIngressIP,
    MultiClusterService,
    ServiceDiscovery,
)
from mckconsole.domain.mesh import ServiceExport, ServiceImport
from mckconsole.domain.objects import Projection
from mckconsole.domain.peering import ExportedServices
from mckconsole.domain.snapshot import ClusterSnapshot, TopicView
from mckconsole.domain.states import ClusterState, TopicState
from tests.unit.domain.documents import HOSTILE, JUNK, TEXT, documents

P = TypeVar("P", bound=Projection)

LABELS = st.dictionaries(
    st.sampled_from(
        [
            "kubernetes.io/service-name",
            "endpointslice.kubernetes.io/managed-by",
            "multicluster.kubernetes.io/service-name",
            "multicluster.kubernetes.io/source-cluster",
            "lighthouse.submariner.io/sourceNamespace",
            "mirror.linkerd.io/exported",
            "mirror.linkerd.io/cluster-name",
            "mirror.linkerd.io/mirrored-service",
            "multicluster.linkerd.io/remote-discovery",
        ]
    ),
    st.sampled_from(
        [
            "a",
            "",
            "east",
            "true",
            "lighthouse-agent.submariner.io",
            "endpointslice-mesh-controller.cilium.io",
            "gke-mcs-importer",
            "endpointslice-controller.k8s.io",
        ]
    ),
    max_size=4,
)


def labelled(document: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    """The document with labels that readers look at, where its metadata can have them."""
    meta = document.get("metadata")
    if isinstance(meta, dict):
        own = meta.get("labels")
        meta["labels"] = {**(own if isinstance(own, dict) else {}), **labels}
    elif meta is None:
        document["metadata"] = {"labels": labels}
    return document


def objects(kind: type[P]) -> st.SearchStrategy[P]:
    """Decoded objects of a kind: sound, nearly sound, and of junk."""
    decoder = ProjectionDecoder(kind)
    written = documents(kind, junk=False) | documents(kind, junk=True)
    return st.builds(
        lambda document, labels: (
            decoder.decode(json.dumps(labelled(document, labels)).encode()).object
        ),
        written,
        LABELS,
    )


def some(kind: type[P], most: int = 1) -> st.SearchStrategy[tuple[P, ...]]:
    """A few objects of a kind."""
    return st.lists(objects(kind), max_size=most).map(tuple)


HELD = st.builds(
    Held,
    key=st.just(ServiceKey("a", "a")),
    service=st.none() | objects(Service),
    slices=some(EndpointSlice, 2),
    exports=some(ServiceExport),
    gke_exports=some(GkeServiceExport),
    imports=some(ServiceImport, 2),
    gke_imports=some(GkeServiceImport),
    karmada=some(MultiClusterService),
    global_ips=some(GlobalIngressIP, 2),
    internal=some(Service),
    mirrors=some(Service),
    consul=some(ExportedServices),
)
TOPICS = st.sampled_from(["services", "endpointslices", "serviceexports", "serviceimports"])


def known(name: str) -> st.SearchStrategy[ClusterFacts]:
    """Facts about a cluster, whatever was found there."""
    return st.builds(
        ClusterFacts,
        name=st.just(name),
        ids=st.frozensets(st.sampled_from(["east", "west", "a", ""]), max_size=2),
        readable=st.booleans(),
        reason=TEXT,
        versions=st.dictionaries(TOPICS, TEXT, max_size=2),
        unread=st.dictionaries(TOPICS, TEXT, max_size=2),
        installed=st.frozensets(st.sampled_from(list(Dialect)), max_size=3),
        globalnet=st.booleans(),
        cilium_synced_slices=st.booleans(),
        istio_joined=st.booleans(),
    )


SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # a generated Held is big


def check_part(part: Part) -> None:
    """What readers of a part rely on."""
    backends = part.backends
    assert backends is None or part.service is not None
    if backends is not None:
        assert 0 <= backends.ready <= backends.total
        assert backends.unnamed <= backends.total
        assert set(backends.doubled) <= set(backends.hosts)
    for one in part.remote:
        assert 0 <= one.ready <= one.total
    for export in part.exports:
        assert export.ref.kind
        assert len({view.path for view in export.conditions}) == len(export.conditions)
    assert len(set(part.unknown)) == len(part.unknown)
    assert all(part.unknown)


@given(known("east"), known("west"), HELD, HELD)
@SLOW
def test_any_objects_make_a_part_and_names(
    east: ClusterFacts, west: ClusterFacts, one: Held, two: Held
) -> None:
    parts = {"east": read_part(east, one), "west": read_part(west, two)}
    for part in parts.values():
        check_part(part)
    assert parts["east"] == read_part(east, one)
    around = Surroundings({"east": east, "west": west}, {}, 0.0)
    names = dns_names(ServiceKey("a", "a"), parts, around)
    assert len({(name.name, name.type) for name in names}) == len(names)
    assert all(name.answers for name in names)


STATES = st.sampled_from(list(TopicState))
CONFIGURATIONS = st.lists(
    st.sampled_from(
        [
            "clusterset.local:53 {",
            ".:53 {",
            "}",
            "forward . 10.0.0.1",
            "forward clusterset.local [::1]:53 /etc/resolv.conf",
            "multicluster clusterset.local",
            "kubernetes cluster.local {",
            "import custom/*.server",
            "import x",
            "(x) {",
        ]
    )
    | HOSTILE,
    max_size=8,
).map("⏎".join)


def view(topic: str, kind: type[P]) -> st.SearchStrategy[TopicView]:
    """A topic in any state, with any object."""
    return st.builds(
        lambda state, found: TopicView(
            topic, state, "as drawn", "v1", {one.key: one for one in found}
        ),
        STATES,
        some(kind, 2),
    )


def corefile(name: str, key: st.SearchStrategy[str]) -> st.SearchStrategy[TopicView]:
    """A topic with a configuration under some key."""
    decoder = ProjectionDecoder(Corefile)

    def build(state: TopicState, data: object) -> TopicView:
        document = {"metadata": {"name": name, "namespace": "kube-system"}, "data": data}
        found = decoder.decode(json.dumps(document).encode()).object
        return TopicView(name, state, "as drawn", "v1", {found.key: found})

    return st.builds(build, STATES, st.dictionaries(key, CONFIGURATIONS, max_size=2) | JUNK)


@given(
    corefile("corefile", st.just("Corefile")),
    corefile("corefile-custom", st.sampled_from(["a.server", "x"])),
    corefile("corefile-openshift", st.sampled_from(["Corefile", "x"])),
    view("services", Service),
    view("deployments", Deployment),
    view("servicediscoveries", ServiceDiscovery),
    st.sampled_from([Dialect.LIGHTHOUSE, Dialect.CILIUM_MCS]),
)
@SLOW
def test_any_configuration_is_judged(
    main: TopicView,
    custom: TopicView,
    openshift: TopicView,
    services: TopicView,
    deployments: TopicView,
    settings_: TopicView,
    dialect: Dialect,
) -> None:
    topics = {one.topic: one for one in (main, custom, openshift, services, deployments, settings_)}
    cluster = ClusterSnapshot("west", "west", "https://west", ClusterState.READY, topics=topics)
    facts = ClusterFacts("west", frozenset(), True, installed=frozenset({dialect}))
    findings, unknowns = check_dns(cluster, facts)
    assert all(one.evidence and one.remediation for one in findings)
    assert all(one.reason for one in unknowns)
    if not any(topics[name].complete for name in ("corefile", "corefile-openshift")):
        assert not [one for one in findings if one.object and one.object.kind == "ConfigMap"]
