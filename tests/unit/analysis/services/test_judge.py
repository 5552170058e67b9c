"""Each rule on services: a broken twin, a healthy one, and one that could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mckconsole.analysis.rules import RULES
from mckconsole.analysis.services.judge import Judgement, judge
from mckconsole.analysis.services.model import (
    ClusterFacts,
    Dialect,
    Export,
    Import,
    Part,
    Port,
    Reach,
    Surroundings,
)
from mckconsole.domain.discovery import GlobalIngressIP, GlobalIngressIPStatus
from mckconsole.domain.findings import Finding, Severity
from mckconsole.domain.objects import Meta
from tests.unit.analysis.services import fleetparts as make
from tests.unit.analysis.services.fleetparts import (
    GOOD,
    KEY,
    LONG_AGO,
    NOW,
    around,
    backends,
    condition,
    export,
    exporter,
    facts,
    fleet,
    held,
    imported,
    importer,
    replace,
    service,
)

Parts = Mapping[str, Part]
DOWN = Reach(False, "submariner down", "submariner north east")
ALL_DOWN = {("north", "east"): DOWN, ("north", "west"): DOWN}
HTTP = frozenset({Port("http", "TCP", 80, "")})
BOTH = make.HTTPS | HTTP


def well_formed(judgement: Judgement, parts: Parts) -> None:
    for finding in judgement.findings:
        assert finding.rule in RULES
        assert finding.pane == "services"
        assert finding.evidence, finding
        assert {*finding.peers, finding.cluster} <= {one.cluster for one in finding.evidence}
        assert finding.peers == tuple(sorted(set(finding.peers) - {finding.cluster}))
        assert finding.remediation.startswith("1. "), finding
        assert "\n" not in finding.title
        assert finding.cluster not in finding.title.split()
    assert len({finding.id for finding in judgement.findings}) == len(judgement.findings)
    assert tuple(sorted(set(judgement.unknowns))) == judgement.unknowns


def judged(parts: Parts, surroundings: Surroundings | None = None) -> Judgement:
    found = judge(KEY, parts, surroundings or around())
    well_formed(found, parts)
    return found


def rules(parts: Parts, surroundings: Surroundings | None = None) -> list[str]:
    return [finding.rule for finding in judged(parts, surroundings).findings]


def only(rule: str, parts: Parts, surroundings: Surroundings | None = None) -> Finding:
    """The one finding there is."""
    (finding,) = judged(parts, surroundings).findings
    assert finding.rule == rule
    return finding


def with_export(cluster: str, **changes: Any) -> Part:
    return exporter(cluster, exports=(export(**changes),))


def with_service(cluster: str, **changes: Any) -> Part:
    return exporter(cluster, service=service(cluster, **changes))


HEADLESS: dict[str, Any] = {"headless": True, "cluster_ip": "None"}


def headless(cluster: str, **changes: Any) -> Part:
    """An exporter of a headless service; nobody holds slices of it."""
    part = exporter(cluster, service=service(cluster, **HEADLESS), remote=())
    return replace(part, imports=(imported(cluster),), **changes)


def global_ip(allocated: str) -> GlobalIngressIP:
    status = GlobalIngressIPStatus(allocated_ip=allocated)
    return GlobalIngressIP(metadata=Meta(name="checkout", namespace="shop"), status=status)


def global_part(cluster: str, **changes: Any) -> Part:
    """A cluster that has the service as Cilium's global one."""
    mine = service(cluster, cilium=make.switches(**changes))
    made = Export(Dialect.CILIUM_GLOBAL, mine.ref, LONG_AGO)
    return Part(
        cluster,
        mine,
        backends(),
        (made,) if mine.cilium and mine.cilium.shared else (),
        (Import(Dialect.CILIUM_GLOBAL, mine.ref, False, ports=mine.ports),),
    )


def cilium_around(**changes: ClusterFacts) -> Surroundings:
    installed = frozenset({Dialect.CILIUM_GLOBAL})
    clusters = {name: facts(name, installed=installed) for name in make.NAMES}
    return around(None, **{**clusters, **changes})


def test_a_service_that_all_is_well_with_gives_nothing() -> None:
    assert judged(fleet()) == Judgement()
    assert judge(KEY, {}, around()) == Judgement()


GLOBALNET = {"east": facts("east", globalnet=True)}
BROKEN: list[tuple[str, Parts, Surroundings | None]] = [
    ("SD01", fleet(east=exporter("east", service=None, backends=None)), None),
    ("SD01", fleet(east=with_service("east", type="NodePort")), None),
    ("SD01", fleet(east=with_export("east", conditions=(
        condition("Valid", "False", "NoService"), condition("Ready", "False", "Pending")))), None),
    ("SD02", fleet(east=exporter("east", backends=backends(0, 2)), west=exporter(
        "west", remote=(held("east", ready=0),)), north=importer(
            remote=(held("east", ready=0), held("west")))), None),
    ("SD03", fleet(east=with_service("east", ports=BOTH)), None),
    ("SD03", fleet(east=with_export("east", conditions=(
        *GOOD, condition("Conflict", "True", "PortConflict")))), None),
    ("SD05", fleet(east=with_service("east", session_affinity="ClientIP")), None),
    ("SD05", fleet(east=with_export("east", conditions=(
        *GOOD, condition("Conflict", "True", "")))), None),
    ("SD06", fleet(north=None), None),
    ("SD06", fleet(north=None), around(north=facts("north", namespaces=frozenset()))),
    ("SD07", fleet(north=importer(imports=(imported("east", "west", "north"),))), None),
    ("SD07", fleet(north=importer(imports=(imported("east", "west", "moon"),))), None),
    ("SD07", fleet(north=importer(imports=(imported("east"),))), None),
    ("SD08", fleet(north=importer(remote=(held("east"), held("west"), held("moon")))), None),
    ("SD09", fleet(north=importer(remote=(held("east"), held(
        "west", addresses=frozenset({"172.31.9.9"}))))), None),
    ("SD09", fleet(north=importer(remote=(held("east"),))), None),
    ("SD09", fleet(north=importer(remote=(held("east"), held("west", ready=0)))), None),
    ("SD10", fleet(east=with_service("east", owner=(("app", "cart"),))), None),
    ("SD11", {"east": headless("east", backends=backends(unnamed=1))}, around(
        west=facts("west", installed=frozenset()), north=facts("north", installed=frozenset()))),
    ("SD11", {"east": headless("east", backends=backends(doubled=("db-0",)))}, around(
        west=facts("west", installed=frozenset()), north=facts("north", installed=frozenset()))),
    ("SD13", fleet(east=exporter("east")), around(None, **GLOBALNET)),
    ("SD13", fleet(east=exporter("east", globalnet=global_ip(""))), around(None, **GLOBALNET)),
    ("SD15", fleet(), around(ALL_DOWN)),
    ("SD17", fleet(east=with_export("east", conditions=(
        condition("Valid", "True"), condition("Ready", "False", "Pending")))), None),
    ("SD17", fleet(east=with_export("east", generation=3, conditions=(
        condition("Valid", "True", observed_generation=2),))), None),
    ("SD17", fleet(north=importer(imports=(imported("east", "west", conditions=(
        condition("Ready", "False", "IPFamilyNotSupported"),)),))), None),
    ("SD18", {"east": global_part("east")}, cilium_around()),
    ("SD18", {name: global_part(name, shared=False) for name in make.NAMES}, cilium_around()),
    ("SD18", {"east": global_part("east"), "west": global_part("west", affinity="nearest")},
     cilium_around()),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "parts", "surroundings"), BROKEN)
def test_what_is_broken_gives_that_rule_and_no_other(
    rule: str, parts: Parts, surroundings: Surroundings | None
) -> None:
    only(rule, parts, surroundings)


def test_types_that_differ_are_one_finding() -> None:
    parts = fleet(
        east=with_service("east", created=1.0),
        west=exporter("west", service=service("west", **HEADLESS),
                      exports=(export(created=NOW - 3600),)),
    )  # fmt: skip
    sd04 = [one for one in judged(parts).findings if one.rule == "SD04"]
    assert [one.severity for one in sd04] == [Severity.HIGH]
    assert sd04[0].cluster == "west"


def unread(name: str, *topics: str, **changes: Any) -> ClusterFacts:
    return facts(name, unread={topic: f"{topic} forbidden" for topic in topics}, **changes)


UNREAD: list[tuple[str, str, Parts, Surroundings]] = [
    ("SD01", "east", fleet(east=exporter("east", service=None, backends=None)),
     around(east=unread("east", "services"))),
    ("SD02", "east", {"east": exporter("east", backends=None, remote=(),
                                       imports=(imported("east"),))},
     around(east=unread("east", "endpointslices"), west=facts("west", installed=frozenset()),
            north=facts("north", installed=frozenset()))),
    ("SD06", "north", fleet(north=None), around(north=unread("north", "serviceimports"))),
    ("SD07", "north", fleet(north=importer(imports=(imported("east", "west", "north"),))),
     around(north=unread("north", "serviceexports"))),
    ("SD07", "north", fleet(east=exporter("east", imports=(imported("east", "west", "moon"),))),
     around(north=unread("north", "submariners"))),
    ("SD08", "west", fleet(west=None, east=exporter("east", imports=(imported("east"),), remote=()),
                           north=importer(imports=(imported("east"),))),
     around(west=unread("west", "serviceexports", "serviceimports"))),
    ("SD09", "north", fleet(north=importer(remote=(held("east"),))),
     around(north=unread("north", "endpointslices"))),
    ("SD11", "east", {"east": headless("east", backends=None)},
     around(east=unread("east", "endpointslices"), west=facts("west", installed=frozenset()),
            north=facts("north", installed=frozenset()))),
    ("SD13", "east", fleet(), around(east=unread("east", "globalingressips", globalnet=True))),
    ("SD17", "east", fleet(east=with_export("east", created=None, conditions=(
        condition("Ready", "False", "Pending", since=None),))), around()),
    ("SD18", "north", {"east": global_part("east")},
     cilium_around(north=unread("north", "services",
                                installed=frozenset({Dialect.CILIUM_GLOBAL})))),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "cluster", "parts", "surroundings"), UNREAD)
def test_what_was_not_read_is_unknown_and_nothing_else(
    rule: str, cluster: str, parts: Parts, surroundings: Surroundings
) -> None:
    found = judged(parts, surroundings)
    assert found.findings == ()
    assert (rule, cluster) in {(one.rule, one.cluster) for one in found.unknowns}
    assert len(found.unknowns) <= 4


class TestSeverity:
    def test_one_exporter_of_two_without_a_service_is_high(self) -> None:
        parts = fleet(east=exporter("east", service=None, backends=None))
        assert only("SD01", parts).severity is Severity.HIGH

    def test_all_exporters_without_a_service_are_critical_to_importers(self) -> None:
        parts = {"east": exporter("east", service=None, backends=None), "north": importer()}
        found = [one for one in judged(parts).findings if one.rule == "SD01"]
        assert [one.severity for one in found] == [Severity.CRITICAL]

    def test_no_endpoint_anywhere_is_critical(self) -> None:
        empty = held("east", ready=0), held("west", ready=0)
        parts = fleet(
            east=exporter("east", backends=backends(0, 2), remote=empty[1:]),
            west=exporter("west", backends=backends(0, 0), remote=empty[:1]),
            north=importer(remote=empty),
        )
        finding = only("SD02", parts)
        assert finding.severity is Severity.CRITICAL
        assert finding.peers == ("north", "west")

    def test_another_exporter_that_was_not_read_may_have_endpoints(self) -> None:
        parts = {
            "east": exporter("east", backends=backends(0, 2), remote=(),
                             imports=(imported("east", "west"),)),
            "west": Part("west", unknown=("unreachable",)),
        }  # fmt: skip
        silent = facts("west", readable=False, reason="unreachable", installed=frozenset())
        found = judged(parts, around(west=silent, north=facts("north", installed=frozenset())))
        assert [(one.rule, one.severity) for one in found.findings] == [("SD02", Severity.MEDIUM)]

    def test_ports_without_any_in_common_are_high(self) -> None:
        finding = only("SD03", fleet(east=with_service("east", ports=HTTP)))
        assert finding.severity is Severity.HIGH
        assert only("SD03", fleet(east=with_service("east", ports=BOTH))).severity is (
            Severity.MEDIUM
        )

    def test_other_selectors_alone_are_information(self) -> None:
        parts = fleet(east=with_service("east", selector=(("app", "checkout"), ("blue", "yes"))))
        assert only("SD10", parts).severity is Severity.INFO
        assert rules(fleet(east=with_service("east", selector=()))) == []

    def test_an_export_that_nobody_took_yet_speaks_of_no_number(self) -> None:
        gone = {name: facts(name, installed=frozenset()) for name in ("west", "north")}
        waits = with_export("east", conditions=(condition("Ready", "False", "Pending"),))
        parts = {"east": replace(waits, imports=(), remote=())}
        assert "what other clusters know of" in only("SD17", parts, around(None, **gone)).detail


class TestAgreement:
    def test_ports_are_compared_whoever_carries_the_condition(self) -> None:
        flag = condition("Conflict", "True", "PortConflict", message="ports differ")
        silent = with_service("east", ports=HTTP)
        quiet = only("SD03", fleet(east=silent))
        assert "No export's conditions say so" in quiet.detail
        told = only("SD03", fleet(east=silent, west=with_export(
            "west", conditions=(*GOOD, flag))))  # fmt: skip
        assert "Only the conditions in west say so" in told.detail
        assert any("PortConflict" in one.value for one in told.evidence)

    def test_each_field_that_differs_is_named(self) -> None:
        finding = only(
            "SD05",
            fleet(east=with_service("east", session_affinity="ClientIP",
                                    internal_traffic_policy="Local", ip_families=("IPv6",),
                                    traffic_distribution="PreferClose")),
        )  # fmt: skip
        for name in ("sessionAffinity", "internalTrafficPolicy", "trafficDistribution",
                     "ipFamilies"):  # fmt: skip
            assert name in finding.title
            assert {one.cluster for one in finding.evidence if one.path == f"spec.{name}"} == {
                "east",
                "west",
            }

    def test_defaults_that_are_not_written_do_not_differ(self) -> None:
        bare = with_service("east", session_affinity="", internal_traffic_policy="", ip_families=())
        assert rules(fleet(east=bare)) == []

    def test_a_conflict_named_in_a_condition_goes_to_its_rule(self) -> None:
        both = condition("Conflict", "True", "PortConflict,LabelsConflict")
        parts = fleet(east=with_export("east", conditions=(*GOOD, both)))
        assert sorted(rules(parts)) == ["SD03", "SD05"]


class TestImports:
    def test_the_missing_namespace_is_the_cause(self) -> None:
        lost = around(north=facts("north", namespaces=frozenset({"other"})))
        finding = only("SD06", fleet(north=None), lost)
        assert "no namespace shop" in finding.title
        assert any(one.path == "Namespace shop" for one in finding.evidence)

    def test_a_namespace_that_lives_in_few_clusters_is_no_fault(self) -> None:
        names = [f"far-{number}" for number in range(5)]
        far = {name: facts(name, namespaces=frozenset()) for name in names}
        assert rules(fleet(), around(None, **far)) == []

    def test_clusters_of_another_mesh_are_not_asked(self) -> None:
        others = {name: facts(name) for name in ("mars", "venus")}
        ways = {("mars", "venus"): Reach(True, "submariner up")}
        assert rules(fleet(), around(ways, **others)) == []

    def test_both_directions_are_told_by_name(self) -> None:
        parts = fleet(north=importer(imports=(imported("west", "north"),)))
        stale, missing = judged(parts).findings
        assert {stale.title, missing.title} == {
            "import names a cluster that does not export",
            "import leaves an exporter out",
        }

    def test_ids_are_resolved(self) -> None:
        known = around(east=facts("east", ids=frozenset({"cl-1", "east"})))
        parts = fleet(north=importer(
            imports=(imported("cl-1", "west"),), remote=(held("west"), held(
                "cl-1", addresses=frozenset({"172.30.0.1"})))))  # fmt: skip
        assert rules(parts, known) == []

    def test_an_id_of_two_clusters_may_be_either(self) -> None:
        twice = {name: facts(name, ids=frozenset({name, "twin"})) for name in ("east", "north")}
        parts = fleet(north=importer(imports=(imported("twin", "west"),)))
        assert rules(parts, around(None, **twice)) == []

    def test_copies_per_cluster_do_not_hide_what_the_import_leaves_out(self) -> None:
        copy = imported("west", source="west")
        parts = fleet(north=importer(imports=(imported("east"), copy)))
        assert only("SD07", parts).title == "import leaves an exporter out"
        stale = imported("north", source="north")
        parts = fleet(north=importer(imports=(imported("east", "west"), stale)))
        assert only("SD07", parts).title == "import names a cluster that does not export"

    def test_an_id_that_nobody_has_may_be_who_is_left_out(self) -> None:
        parts = fleet(north=importer(imports=(imported("moon", "west"),)))
        assert only("SD07", parts).title == "import names a cluster that nobody is known by"


class TestEndpoints:
    def test_what_nobody_exports_is_critical(self) -> None:
        parts = {"north": importer(imports=(), remote=(held("east"),))}
        finding = only("SD08", parts)
        assert finding.severity is Severity.CRITICAL
        assert finding.peers == ("east",)

    def test_a_link_name_of_linkerd_that_nobody_has_is_information(self) -> None:
        mirror = replace(held("target"), dialect=Dialect.LINKERD)
        finding = only("SD08", {"north": Part("north", remote=(mirror,))})
        assert finding.severity is Severity.INFO

    def test_global_addresses_are_what_others_hold_under_globalnet(self) -> None:
        east = exporter("east", exports=(export(address="242.0.0.1"),),
                        globalnet=global_ip("242.0.0.1"), internal_ip="242.0.0.1")  # fmt: skip
        copy = held("east", addresses=frozenset({"242.0.0.1"}))
        parts = fleet(east=east, west=exporter("west", remote=(copy,)),
                      north=importer(remote=(copy, held("west"))))  # fmt: skip
        assert rules(parts, around(None, **GLOBALNET)) == []
        wrong = fleet(east=replace(east, internal_ip="242.0.0.9"), west=parts["west"],
                      north=parts["north"])  # fmt: skip
        assert only("SD13", wrong, around(None, **GLOBALNET)).severity is Severity.HIGH

    def test_addresses_of_pods_are_compared_where_they_are_held(self) -> None:
        east = exporter("east", exports=(export(Dialect.CILIUM_MCS),), remote=(),
                        imports=(imported("east", dialect=Dialect.CILIUM_MCS),))  # fmt: skip
        pods = frozenset({"10.0.0.0", "10.0.0.1"})
        copy = replace(held("east"), dialect=Dialect.CILIUM_MCS, ready=2, total=2, addresses=pods)
        north = Part("north", imports=east.imports, remote=(copy,))
        assert rules({"east": east, "north": north}) == []
        old = replace(copy, addresses=pods | {"10.0.0.9"}, total=3)
        only("SD09", {"east": east, "north": replace(north, remote=(old,))})


class TestGrace:
    """Others may lag behind what is new; a time is asked for to look again."""

    @pytest.mark.parametrize(
        "parts",
        [
            fleet(north=None, east=with_export("east", created=NOW - 10),
                  west=with_export("west", created=NOW - 10)),
            fleet(east=with_export("east", created=NOW - 10),
                  north=importer(imports=(imported("west"),))),
            fleet(east=exporter("east", backends=backends(changed=NOW - 10)),
                  north=importer(remote=(held("west"), held("east", ready=0)))),
        ],
    )  # fmt: skip
    def test_thirty_seconds(self, parts: Parts) -> None:
        found = judged(parts)
        assert found.findings == ()
        assert found.recheck_at == NOW + 20

    def test_two_minutes_of_waiting(self) -> None:
        waits = condition("Ready", "False", "Pending", since=NOW - 30)
        found = judged(fleet(east=with_export("east", conditions=(waits,))))
        assert found.findings == ()
        assert found.recheck_at == NOW + 90

    def test_a_clock_that_is_ahead_is_no_reason_to_wait(self) -> None:
        later = fleet(north=None, east=with_export("east", created=NOW + 9000))
        assert rules(later) == ["SD06"]


class TestReach:
    def test_the_tunnel_is_named_with_its_link(self) -> None:
        finding = only("SD15", fleet(), around(ALL_DOWN))
        assert finding.severity is Severity.HIGH
        assert finding.peers == ("east", "west")
        assert "submariner down" in finding.detail
        assert any("submariner north east" in one.path for one in finding.evidence)

    @pytest.mark.parametrize(
        "way", [Reach(None, "submariner unknown"), Reach(True, "submariner slow")]
    )
    def test_one_way_that_may_work_is_enough(self, way: Reach) -> None:
        reach = {("north", "east"): DOWN, ("north", "west"): way}
        assert rules(fleet(), around(reach)) == []

    def test_every_importer_cut_off_is_critical(self) -> None:
        ways = {(one, two): DOWN for one in ("north", "south") for two in ("east", "west")}
        parts = {**fleet(), "south": importer("south")}
        finding = only("SD15", parts, around(ways, south=facts("south")))
        assert finding.severity is Severity.CRITICAL

    def test_an_exporter_that_is_not_known_may_be_reached(self) -> None:
        parts = fleet(north=importer(imports=(imported("east", "west", "moon"),)))
        assert rules(parts, around(ALL_DOWN)) == ["SD07"]


class TestCilium:
    def test_global_services_on_both_sides_are_well(self) -> None:
        parts = {name: global_part(name) for name in ("east", "west")}
        assert judged(parts, cilium_around()) == Judgement()

    def test_one_that_only_uses_the_others_is_well(self) -> None:
        parts = {"east": global_part("east"), "west": global_part("west", shared=False)}
        parts["west"] = replace(parts["west"], backends=backends(0, 0))
        assert rules(parts, cilium_around()) == []

    def test_headless_needs_synced_slices(self) -> None:
        parts = {}
        for name in ("east", "west"):
            part = global_part(name)
            assert part.service is not None
            parts[name] = replace(part, service=replace(part.service, **HEADLESS))
        found = judged(parts, cilium_around())
        assert {one.subject.split()[-2] for one in found.findings} == {"headless"}
        synced = {name: facts(name, installed=frozenset({Dialect.CILIUM_GLOBAL}),
                              cilium_synced_slices=True) for name in make.NAMES}  # fmt: skip
        assert rules(parts, around(None, **synced)) == []

    def test_ports_that_differ(self) -> None:
        parts = {name: global_part(name) for name in ("east", "west")}
        service_ = parts["west"].service
        assert service_ is not None
        parts["west"] = replace(parts["west"], service=replace(service_, ports=HTTP))
        assert only("SD18", parts, cilium_around()).title == "global with different ports"


def test_commands_carry_the_context() -> None:
    finding = only("SD06", fleet(north=None))
    assert "kubectl --context ctx-north -n shop get serviceimports" in finding.remediation


def test_the_same_question_is_asked_once() -> None:
    lost = {"north": Part("north", unknown=("unreachable",))}
    silent = facts("north", readable=False, reason="unreachable", installed=frozenset())
    assert judged({**fleet(north=None), **lost}, around(north=silent)).unknowns == ()
