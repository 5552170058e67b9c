"""What becomes of a service: outage, degraded, unknown, noted, none, by every dialect's rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec
import pytest

from mckconsole.analysis.failover.model import FailoverReport, Impact
from mckconsole.analysis.failover.simulate import simulate
from mckconsole.analysis.mesh.links import (
    Link,
    LinkKey,
    LinkState,
    MeshProvider,
    MeshReport,
)
from mckconsole.analysis.services.model import (
    Backends,
    CiliumSwitches,
    ConditionView,
    Dialect,
    Export,
    FleetService,
    Import,
    Part,
    Reach,
    RemoteEndpoints,
)
from mckconsole.domain.snapshot import FleetSnapshot
from tests.unit.analysis import build as clusters
from tests.unit.analysis.failover.build import (
    condition,
    facts,
    lose,
    names,
    only,
    part,
    ref,
    report,
    service,
    stale,
)

ABC = ("a", "b", "c")


def exported(**ready: int) -> FleetService:
    """Exported by clusters with so many ready endpoints, imported by c."""
    parts = [part(name, number) for name, number in ready.items()]
    return service(*parts, part("c", dialect=None, sources=tuple(ready)))


@pytest.mark.parametrize(
    ("ready", "lost", "impact", "numbers"),
    [
        ({"a": 3}, "a", Impact.OUTAGE, (3, 0)),
        ({"a": 3, "b": 0}, "a", Impact.OUTAGE, (3, 0)),
        ({"a": 3, "b": 2}, "a", Impact.DEGRADED, (3, 2)),
        ({"a": 3, "b": 3}, "a", Impact.NOTED, (3, 3)),
        ({"a": 1, "b": 3}, "a", Impact.NOTED, (1, 3)),
        ({"a": 1, "b": 3}, "ab", Impact.OUTAGE, (4, 0)),
        ({"a": 1, "b": 3}, "ac", Impact.NOTED, (1, 3)),
    ],
)
def test_what_is_left_decides(
    ready: dict[str, int], lost: str, impact: Impact, numbers: tuple[int, int]
) -> None:
    found = only(lose(names(*ABC), lost, exported(**ready)))
    assert (found.impact, (found.lost, found.left)) == (impact, numbers)
    assert found.consumers == (() if "c" in lost else ("c",))
    assert {one.cluster for one in found.evidence} == set(ready)


@pytest.mark.parametrize(
    ("ready", "lost"), [({"a": 0, "b": 3}, "a"), ({"a": 3}, "b"), ({"a": 3, "b": 1}, "c")]
)
def test_nothing_changes_where_nothing_ready_is_lost(ready: dict[str, int], lost: str) -> None:
    report = lose(names(*ABC), lost, exported(**ready))
    assert (report.services, report.unaffected) == ((), 1)


@pytest.mark.parametrize(
    "standing",
    [
        part("b", 5, dialect=None),
        part("b", 5, conditions=[condition("Valid", "False")]),
        part("b", 5, conditions=[condition("Ready", "False")]),
        part("b", 5, dialect=Dialect.CILIUM_GLOBAL),
        part("b", 5, dialect=Dialect.GKE),
    ],
    ids=["not exported", "not valid", "not ready", "another mesh", "another API"],
)
def test_endpoints_that_nobody_is_led_to_do_not_count(standing: Part) -> None:
    found = only(lose(names(*ABC), "a", service(part("a", 2), standing)))
    assert (found.impact, found.left) == (Impact.OUTAGE, 0)
    assert "b has 5 ready, but" in found.reason


@pytest.mark.parametrize(
    "dialect",
    [Dialect.LIGHTHOUSE, Dialect.CILIUM_MCS, Dialect.CILIUM_GLOBAL, Dialect.GKE, Dialect.ISTIO],
)
def test_endpoints_of_one_dialect_stand_in_for_each_other(dialect: Dialect) -> None:
    made = service(part("a", 2, dialect=dialect), part("b", 2, dialect=dialect))
    assert only(lose(names(*ABC), "a", made)).impact is Impact.NOTED


def linkerd(cluster: str, mirror: str, *sources: str) -> Part:
    """A cluster that holds a mirror."""
    imports = (Import(Dialect.LINKERD, ref("Service", mirror), sources=sources),)
    return Part(cluster, imports=imports)


@pytest.mark.parametrize(
    ("mirrors", "impact"),
    [
        (("checkout-a", "a"), Impact.OUTAGE),
        (("checkout-federated", "a", "b"), Impact.NOTED),
        ((), Impact.OUTAGE),
    ],
    ids=["mirror of one", "federated", "nobody takes it"],
)
def test_a_linkerd_mirror_stands_for_one_cluster(
    mirrors: Sequence[str], impact: Impact
) -> None:  # fmt: skip
    parts = [part("a", 3, dialect=Dialect.LINKERD), part("b", 3, dialect=Dialect.LINKERD)]
    if mirrors:
        parts.append(linkerd("c", *mirrors))
    found = only(lose(names(*ABC), "a", service(*parts)))
    assert found.impact is impact
    if impact is Impact.OUTAGE:
        assert "another name leads to them" in found.reason


def test_consul_fails_over_by_objects_that_are_not_read() -> None:
    made = service(part("a", 3, dialect=Dialect.CONSUL), part("b", 3, dialect=Dialect.CONSUL))
    assert only(lose(names(*ABC), "a", made)).impact is Impact.UNKNOWN
    assert only(lose(names(*ABC), "ab", made)).impact is Impact.OUTAGE


def test_karmada_s_own_server_has_no_endpoints_but_its_members_have() -> None:
    offer = ref("MultiClusterService")
    hub = Part(
        "c",
        facts(),
        None,
        (Export(Dialect.KARMADA, offer),),
        (Import(Dialect.KARMADA, offer, sources=("a", "b")),),
    )
    made = service(part("a", 2, dialect=None), part("b", 1, dialect=None), hub)
    assert only(lose(names(*ABC), "a", made)).impact is Impact.DEGRADED
    assert only(lose(names(*ABC), "ab", made)).impact is Impact.OUTAGE
    assert lose(names(*ABC), "c", made).services == ()


def fleet_with_dead(name: str = "d") -> tuple[object, ...]:
    return (*(clusters.cluster(one) for one in ABC), clusters.unreachable(name))


@pytest.mark.parametrize(
    ("ready", "lost", "impact"),
    [
        ({"a": 3}, "a", Impact.UNKNOWN),
        ({"a": 3, "b": 1}, "a", Impact.UNKNOWN),
        ({"a": 1, "b": 3}, "a", Impact.NOTED),
        ({"a": 3}, "ad", Impact.OUTAGE),
        ({"a": 3, "b": 1}, "ad", Impact.DEGRADED),
        ({"a": 1, "b": 3}, "d", Impact.UNKNOWN),
        ({"a": 1, "b": 3}, "ad", Impact.UNKNOWN),
    ],
)
def test_what_cannot_be_read_is_neither_ready_nor_gone(
    ready: dict[str, int], lost: str, impact: Impact
) -> None:
    fleet = clusters.fleet(
        *(clusters.cluster(one) for one in ABC), clusters.unreachable("d", "timeout")
    )
    parts = [part(name, number) for name, number in ready.items()]
    made = service(*parts, part("d", unknown="unreachable: timeout"))
    found = only(lose(fleet, lost, made))
    assert found.impact is impact
    if impact is Impact.UNKNOWN:
        assert "d (unreachable)" in found.reason


@pytest.mark.parametrize(
    ("sources", "impact"),
    [(("a",), Impact.OUTAGE), (("a", "d"), Impact.UNKNOWN), (("a", "strange"), Impact.UNKNOWN)],
)
def test_an_import_that_names_all_exporters_tells_of_unread_clusters(
    sources: tuple[str, ...], impact: Impact
) -> None:
    fleet = clusters.fleet(*(clusters.cluster(one) for one in ABC), clusters.unreachable("d"))
    made = service(part("a", 3), part("c", dialect=None, sources=sources))
    assert only(lose(fleet, "a", made)).impact is impact


@pytest.mark.parametrize(("ready", "impact"), [(2, Impact.UNKNOWN), (0, Impact.OUTAGE)])
def test_endpoints_outside_of_the_fleet_are_not_known_to_go_or_stay(
    ready: int, impact: Impact
) -> None:
    held = RemoteEndpoints(Dialect.LIGHTHOUSE, "strange", ref("EndpointSlice"), ready, 2)
    importer = part("c", dialect=None, sources=("a", "strange"), remote=[held])
    found = only(lose(names(*ABC), "a", service(part("a", 3), importer)))
    assert found.impact is impact
    assert ("strange (it is not in this fleet)" in found.reason) is (impact is Impact.UNKNOWN)


def test_old_endpoints_are_not_believed() -> None:
    fleet = clusters.fleet(
        clusters.cluster("a"), stale(clusters.cluster("b"), "endpointslices"), clusters.cluster("c")
    )
    found = only(lose(fleet, "a", exported(a=3, b=3)))
    assert (found.impact, found.left) == (Impact.UNKNOWN, 0)
    assert "endpointslices" in found.reason


def test_a_cluster_whose_exports_are_forbidden_may_export() -> None:
    made = service(part("a", 3), part("b", 3, dialect=None))
    unread = {"b": {"serviceexports": "forbidden"}}
    found = only(lose(names(*ABC), "a", made, unread=unread))
    assert found.impact is Impact.UNKNOWN
    assert "serviceexports: forbidden" in found.reason


def down(source: str, target: str, state: LinkState = LinkState.DOWN) -> Link:
    return Link(LinkKey(MeshProvider.SUBMARINER, source, target), state, None, "")


@pytest.mark.parametrize(
    ("links", "note"),
    [
        ([down("c", "b")], "c reaches none of them: c → b submariner down"),
        ([down("c", "b", LinkState.UNKNOWN)], "c → b submariner unknown"),
        ([down("c", "b"), down("c", "b", LinkState.UP)], ""),
        ([down("b", "c")], ""),
        ([down("c", "b", LinkState.SLOW)], ""),
    ],
)
def test_tunnels_to_what_is_left_are_noted(links: list[Link], note: str) -> None:
    found = only(lose(names(*ABC), "a", exported(a=3, b=3), mesh=MeshReport(links=tuple(links))))
    assert found.impact is Impact.NOTED
    assert ("tunnels not up" in found.reason) is bool(note)
    assert note in found.reason


def test_affinities_are_noted() -> None:
    local = CiliumSwitches(True, True, "local", None)
    parts = (
        part("a", 3, dialect=Dialect.CILIUM_GLOBAL, service=facts(session="ClientIP")),
        part("b", 3, dialect=Dialect.CILIUM_GLOBAL, service=facts(cilium=local)),
    )
    reason = only(lose(names(*ABC), "a", service(*parts))).reason
    assert "b prefers local endpoints" in reason
    assert "sessions pinned" in reason


def test_services_stand_worst_first_and_names_are_checked() -> None:
    made = [exported(a=3, b=3), exported(a=3), exported(a=3, b=1)]
    keyed = [replace(one, key=one.key._replace(name=f"s{n}")) for n, one in enumerate(made)]
    report = lose(names(*ABC), "a", *keyed)
    assert [one.key.name for one in report.services] == ["s1", "s2", "s0"]
    assert report.lost == ("a",)
    with pytest.raises(ValueError, match="no such cluster: x"):
        lose(names(*ABC), ["x"])


def reported(
    service: FleetService, lost: str, *, fleet: FleetSnapshot | None = None,
    reach: Mapping[tuple[str, str], Reach] = {},
) -> FailoverReport:  # fmt: skip
    """The simulation where ways between clusters are known."""
    fleet = fleet or names(*ABC)
    return simulate(fleet, replace(report(fleet, service), reach=reach), tuple(lost))


UP, DOWN = Reach(True, "submariner up"), Reach(False, "submariner down")
ALL_UP = {(one, two): UP for one in ABC for two in ABC if one != two}


@pytest.mark.parametrize(
    ("reach", "impact"),
    [
        ({}, Impact.NOTED),
        ({("c", "b"): DOWN}, Impact.DEGRADED),
        ({("c", "b"): Reach(None, "submariner unverified")}, Impact.NOTED),
        ({("c", "a"): DOWN, ("c", "b"): DOWN}, Impact.NOTED),
        ({("a", "b"): DOWN, ("b", "c"): DOWN}, Impact.NOTED),
    ],
)
def test_a_consumer_that_reaches_nothing_left_is_not_carried_on(
    reach: dict[tuple[str, str], Reach], impact: Impact
) -> None:
    """c imports it of a and b: what is left in b helps c only where a tunnel leads there."""
    assert only(reported(exported(a=2, b=2), "a", reach=ALL_UP | reach)).impact is impact


def test_meshes_that_nothing_joins_do_not_stand_in_for_each_other() -> None:
    reach = {("a", "c"): UP, ("c", "a"): UP, ("b", "d"): UP, ("d", "b"): UP}
    found = only(reported(exported(a=2, b=2), "a", fleet=names(*ABC, "d"), reach=reach))
    assert (found.impact, found.left) == (Impact.OUTAGE, 0)
    assert "another mesh" in found.reason


def test_a_cluster_listed_twice_does_not_stand_in_for_itself() -> None:
    fleet = clusters.fleet(
        clusters.cluster("a", uid="one"), clusters.cluster("b", uid="one"), clusters.cluster("c")
    )
    found = reported(exported(a=2, b=2), "a", fleet=fleet)
    assert found.lost == ("a", "b")
    assert (only(found).impact, only(found).lost) == (Impact.OUTAGE, 2)


def test_endpoints_that_are_only_published_do_not_carry_anything() -> None:
    """publishNotReadyAddresses makes every pod ready; `serving` tells."""
    idle = part("b", 3)
    idle = msgspec.structs.replace(idle, backends=Backends(3, 3, published=3))
    assert only(lose(names(*ABC), "a", service(part("a", 3), idle))).impact is Impact.OUTAGE


@pytest.mark.parametrize(("own", "impact"), [(2, Impact.DEGRADED), (0, Impact.OUTAGE)])
def test_endpoints_that_cilium_does_not_share_serve_their_own_cluster(
    own: int, impact: Impact
) -> None:
    taken = Import(Dialect.CILIUM_GLOBAL, ref("Service"))
    kept = msgspec.structs.replace(part("b", own, dialect=None), imports=(taken,))
    found = service(part("a", 2, dialect=Dialect.CILIUM_GLOBAL), kept)
    assert only(lose(names(*ABC), "a", found)).impact is impact


def test_karmada_names_providers_by_any_id() -> None:
    hub = Part("c", imports=(Import(Dialect.KARMADA, ref("MultiClusterService"), None, ("m1",)),))
    fleet = names(*ABC)
    made = report(fleet, service(part("a", 2, dialect=None), hub))
    known = replace(made.clusters["a"], ids=frozenset({"a", "m1"}))
    made = replace(made, clusters={**made.clusters, "a": known})
    assert only(simulate(fleet, made, ("a",))).impact is Impact.OUTAGE


def test_of_two_types_only_the_oldest_exports_is_in_force() -> None:
    """Newer controllers say so on every export, also on the one that won."""
    said = (_conflict("TypeConflict"),)
    one, two = part("a", 2, conditions=said), part("b", 2, conditions=said)
    assert two.service is not None
    two = msgspec.structs.replace(two, service=msgspec.structs.replace(two.service, headless=True))
    one, two = _since(one, 1.0), _since(two, 2.0)
    assert only(lose(names(*ABC), "a", service(one, two))).impact is Impact.OUTAGE
    assert lose(names(*ABC), "b", service(one, two)).services == ()


def _conflict(reason: str) -> ConditionView:
    return msgspec.structs.replace(condition("Conflict", "True"), reasons=(reason,), raw=reason)


def _since(found: Part, created: float) -> Part:
    (export,) = found.exports
    return msgspec.structs.replace(
        found, exports=(msgspec.structs.replace(export, created=created),)
    )
