"""Whatever the parts of a service are, judging them is orderly: no exception, evidence for all."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.analysis.services.judge import judge
from mckconsole.analysis.services.model import (
    Backends,
    CiliumSwitches,
    ClusterFacts,
    ConditionView,
    Dialect,
    Export,
    Import,
    Part,
    Port,
    Reach,
    RemoteEndpoints,
    ServiceFacts,
    Surroundings,
)
from mckconsole.analysis.services.rules_collisions import collisions
from mckconsole.domain.discovery import GlobalIngressIP, GlobalIngressIPStatus
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.objects import Condition, Meta
from tests.unit.analysis.services.fleetparts import KEY, NOW
from tests.unit.analysis.services.test_judge import well_formed

NAMES = ("east", "west", "north", "south")
TOPICS = ("services", "endpointslices", "serviceexports", "serviceimports", "gke-serviceexports",
          "gke-serviceimports", "multiclusterservices", "globalingressips", "cilium-config",
          "submariners")  # fmt: skip

flags = st.booleans()
counts = st.integers(0, 3)
names = st.sampled_from(NAMES)
ids = st.sampled_from((*NAMES, "moon", "twin", "", "a/memberships/east"))
times = st.sampled_from((None, NOW - 86_400, NOW - 60, NOW - 10, NOW, NOW + 10, NOW + 1e6))
dialects = st.sampled_from(Dialect)
addresses = st.frozensets(st.sampled_from(("172.30.0.1", "10.0.0.1", "10.0.0.2")))
ports = st.frozensets(
    st.builds(Port, st.sampled_from(("", "http")), st.just("TCP"), st.sampled_from((80, 443)),
              st.just("")), max_size=2,
)  # fmt: skip
kinds = ("Service", "ServiceExport", "ServiceImport", "EndpointSlice", "MultiClusterService")
refs = st.builds(
    ObjectRef,
    st.sampled_from(("v1", "net.gke.io/v1", "multicluster.x-k8s.io/v1alpha1")),
    st.sampled_from(kinds),
    st.just(KEY.namespace),
    st.sampled_from((KEY.name, "it's", "")),
)
REASONS = ("", "NoService", "Pending", "PortConflict", "TypeConflict", "New",
           "ServiceGlobalIPUnavailable", "LabelsConflict,IPFamilyConflict")  # fmt: skip
reasons = st.sampled_from(REASONS)


@st.composite
def conditions(draw: st.DrawFn) -> ConditionView:
    raw = draw(reasons)
    kind = draw(st.sampled_from(("Valid", "Ready", "Conflict", "ServiceApplied", "")))
    status = draw(st.sampled_from(("True", "False", "Unknown", "")))
    split = tuple(one for one in raw.split(",") if one)
    return ConditionView(kind, status, split, raw, "", draw(times), draw(counts), "status")


held_conditions = st.lists(conditions(), max_size=3).map(tuple)
labels = st.sampled_from(((), (("app", "a"),), (("app", "b"),), (("release", "x"),)))
switches = st.builds(CiliumSwitches, flags, flags, st.sampled_from(("none", "far")),
                     st.sampled_from((None, True, False)))  # fmt: skip
services = st.builds(
    ServiceFacts, refs, st.sampled_from(("ClusterIP", "NodePort", "ExternalName", "")), flags,
    ports, labels, st.sampled_from(("", "ClientIP")), st.sampled_from(("", "Local")), st.just(""),
    st.sampled_from(((), ("IPv4",), ("IPv6", "IPv4"))), st.sampled_from(("", "None", "172.30.0.1")),
    flags, labels, times, st.none() | switches,
)  # fmt: skip
hosts = st.sampled_from(((), ("db-0",)))
backends = st.builds(
    Backends, counts, counts, counts, hosts, addresses, st.lists(refs, max_size=2).map(tuple), times
)
consumers = st.lists(ids, max_size=2).map(tuple)
exports = st.builds(Export, dialects, refs, times, counts, held_conditions, consumers,
                    st.sampled_from(("", "242.0.0.1")))  # fmt: skip
imports = st.builds(
    Import, dialects, refs, st.sampled_from((None, True, False)),
    st.lists(ids, max_size=3).map(tuple), ports, st.just(()), counts, held_conditions, st.just(""),
    ids,
)  # fmt: skip
remotes = st.builds(RemoteEndpoints, dialects, ids, refs, counts, counts, addresses, counts, hosts)
global_ips = st.builds(
    GlobalIngressIP,
    metadata=st.just(Meta(name="checkout", namespace="shop")),
    status=st.builds(
        GlobalIngressIPStatus,
        allocated_ip=st.sampled_from(("", "242.0.0.1")),
        conditions=st.just([Condition(type="Allocated", status="False")]),
    ),
)


@st.composite
def parts(draw: st.DrawFn) -> dict[str, Part]:
    found = {}
    for name in draw(st.lists(st.sampled_from((*NAMES, "stranger")), unique=True)):
        found[name] = Part(
            name,
            draw(st.none() | services),
            draw(st.none() | backends),
            tuple(draw(st.lists(exports, max_size=2))),
            tuple(draw(st.lists(imports, max_size=2))),
            tuple(draw(st.lists(remotes, max_size=3))),
            draw(st.none() | global_ips),
            draw(st.sampled_from(("", "242.0.0.9"))),
            draw(st.sampled_from(((), ("endpointslices forbidden",)))),
        )
    return found


@st.composite
def surroundings(draw: st.DrawFn) -> Surroundings:
    clusters = {}
    for name in NAMES:
        readable = draw(st.sampled_from((True, True, True, False)))
        unread = draw(st.lists(st.sampled_from(TOPICS), max_size=2))
        clusters[name] = ClusterFacts(
            name,
            frozenset({name, *draw(st.sampled_from(((), ("twin",))))}),
            readable,
            "" if readable else "unreachable",
            unread={topic: f"{topic} forbidden" for topic in unread},
            namespaces=draw(st.sampled_from((None, frozenset(), frozenset({"shop"})))),
            installed=draw(st.frozensets(dialects, max_size=3)),
            globalnet=draw(flags),
            cilium_synced_slices=draw(flags),
        )
    ways = st.builds(Reach, st.sampled_from((None, True, False)), st.just("submariner"))
    reach = draw(st.dictionaries(st.tuples(names, names), ways, max_size=8))
    return Surroundings(clusters, reach, NOW)


@settings(max_examples=250, deadline=None)
@given(parts(), surroundings())
def test_judging_is_orderly(found: dict[str, Part], around: Surroundings) -> None:
    judgement = judge(KEY, found, around)
    well_formed(judgement, found)
    assert judgement == judge(KEY, found, around)
    if judgement.recheck_at is not None:
        assert judgement.recheck_at > NOW


@settings(max_examples=50, deadline=None)
@given(parts(), parts(), surroundings())
def test_collisions_are_orderly(
    one: dict[str, Part], two: dict[str, Part], around: Surroundings
) -> None:
    keys = (KEY._replace(namespace="c", name="a-b"), KEY._replace(namespace="b-c", name="a"))
    for findings in collisions(zip(keys, (one, two), strict=True), around).values():
        for finding in findings:
            assert {*finding.peers, finding.cluster} <= {one.cluster for one in finding.evidence}
        assert len({finding.id for finding in findings}) == len(findings)
