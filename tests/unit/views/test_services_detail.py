"""Everything behind a service: what is wrong, each cluster's part, the ways, names, evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from mckconsole.analysis.services.model import Dialect, Reach, ServicesReport
from mckconsole.domain.findings import ObjectRef, Unknown
from mckconsole.views.detail import (
    Block,
    Card,
    ClusterTarget,
    Detail,
    FindingTarget,
    LinkTarget,
    ObjectTarget,
)
from mckconsole.views.finding_detail import finding_detail
from mckconsole.views.services_detail import service_detail, service_object
from mckconsole.views.services_detail_side import MOST, condition_role
from mckconsole.views.spec import Role
from tests.unit.analysis import build
from tests.unit.views.documents import text_of
from tests.unit.views.fleetservices import (
    broken,
    condition,
    exporter,
    finding,
    fleet_service,
    healthy,
    importer,
    ref,
    report,
    seen,
    service,
    slice_of,
)

ID = "shop/checkout"


def document(found: ServicesReport, row_id: str = ID) -> Detail:
    fleet, analysis = seen(found)
    detail = service_detail(fleet, analysis, row_id)
    assert detail
    return detail


def block(detail: Detail, heading: str) -> Block:
    (found,) = [one for one in detail.blocks if one.heading == heading]
    return found


def cards(detail: Detail) -> list[Card]:
    return [one for found in detail.blocks for one in found.cards]


def card(detail: Detail, cluster: str) -> Card:
    (found,) = [one for one in cards(detail) if one.title == cluster]
    return found


def card_text(detail: Detail, cluster: str) -> str:
    return "\n".join(f"{line.text}  {line.note}" for line in card(detail, cluster).lines)


def test_state_and_findings_come_first() -> None:
    detail = document(report(broken()))
    assert detail.title == ID
    assert detail.words == "✖ broken  the export has no ready endpoint"
    assert detail.blocks[0].heading == "Findings"
    targets = [line.target for line in detail.blocks[0].lines]
    assert targets == [FindingTarget(broken().findings[0].id), ClusterTarget("north")]
    assert "look at the pods" in text_of(detail)


def test_nothing_is_empty_and_every_sign_has_a_word() -> None:
    for found in (broken(), healthy("checkout"), fleet_service(importer("west", "east"))):
        detail = document(report(found))
        for one in detail.blocks:
            assert one.lines or one.cards, one.heading
            assert all(card.lines for card in one.cards)


def test_the_worst_cluster_stands_first() -> None:
    detail = document(report(broken()))
    assert [(one.title, one.note) for one in cards(detail)] == [
        ("east", "✖ exp 0/2"),
        ("west", "● exp 2/2"),
        ("south", "○ imp 2/2"),
    ]
    (line,) = [line for one in detail.blocks if not one.heading for line in one.lines]
    assert line.text == "north  ? serviceexports: forbidden"


def test_few_cards_stand_side_by_side() -> None:
    names = [f"c{n}" for n in range(7)]
    detail = document(report(fleet_service(*map(exporter, names)), clusters=names))
    assert [len(one.cards) for one in detail.blocks if one.cards] == [3, 3, 1]
    assert block(detail, "In each cluster").note == "7 clusters"
    assert [one.title for one in cards(detail)] == names


def test_a_card_says_what_a_cluster_has() -> None:
    detail = document(report(broken()))
    text = card_text(detail, "east")
    for words in ("ClusterIP  10.96.0.7", "http:9090/TCP", "app=checkout", "None", "IPv4",
                  "✖ 0/2 ready", "lighthouse", "60 s old", "● True"):  # fmt: skip
        assert words in text
    targets = {line.target for line in card(detail, "east").lines}
    assert ObjectTarget("east", ref("Service")) in targets
    assert ObjectTarget("east", ref("ServiceExport")) in targets
    assert ObjectTarget("east", slice_of("east")) in targets
    assert "10.112.0.9" in card_text(detail, "south")
    assert "west  ● 2/2 ready" in card_text(detail, "south")


def test_a_slice_has_its_addresses_with_what_their_conditions_say() -> None:
    endpoints: list[object] = [
        {"addresses": ["10.1.0.1"], "conditions": {"ready": True},
         "targetRef": {"kind": "Pod", "name": "web-0"}},
        {"addresses": ["10.1.0.2"], "conditions": {"ready": False, "serving": True,
                                                   "terminating": True}},
        {"addresses": ["10.1.0.3"]},
        *({"addresses": [f"10.1.1.{n}"], "conditions": {"ready": False}} for n in range(9)),
    ]  # fmt: skip
    doc: build.Doc = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"namespace": "shop", "name": "checkout-east"},
        "addressType": "IPv4",
        "endpoints": endpoints,
    }
    _, analysis = seen(report(broken()))
    fleet = build.fleet(build.cluster("east", [doc]))
    detail = service_detail(fleet, analysis, ID)
    assert detail
    text = card_text(detail, "east")
    assert "10.1.0.1  ● ready  Pod web-0" in text
    assert "10.1.0.2  ▲ terminating, serving" in text
    assert "10.1.0.3  ● ready not said, counts as ready" in text
    assert f"and {len(endpoints) - MOST} more addresses" in text


def test_the_way_between_clusters_opens_the_tunnel() -> None:
    reach = {("south", "east"): Reach(False, "submariner error for 3 m", "submariner south east")}
    detail = document(report(broken(), reach=reach))
    ways = block(detail, "Ways between them")
    assert ways.note == "0 of 2 known to work"
    assert [line.text for line in ways.lines] == [
        "south → east  ✖ submariner error for 3 m",
        "south → west  ? no tunnel is known",
    ]
    assert ways.lines[0].target == LinkTarget("submariner south east")
    assert ways.lines[1].target is None


def test_many_ways_are_cut_and_the_worst_stay() -> None:
    names = [f"c{n}" for n in range(8)]
    parts = [changed(exporter(name), imports=importer(name, "c0").imports) for name in names]
    reach = {("c7", "c6"): Reach(False, "down", "l")}
    detail = document(report(fleet_service(*parts), clusters=names, reach=reach))
    lines = block(detail, "Ways between them").lines
    assert lines[0].text == "c7 → c6  ✖ down"
    assert lines[-1].text == "and 32 more, none of them worse"


def test_forwarding_of_dns_is_told_for_every_importer() -> None:
    bad = finding("south", rule="SD14", title="CoreDNS does not forward clusterset.local")
    found = report(broken(), healthy())
    found = replace(
        found,
        findings=(*found.findings, bad),
        unknowns=(Unknown("services", "west", "SD14", "corefile: forbidden"),),
    )
    (line,) = block(document(found), "DNS in each cluster").lines
    assert line.text == "south  ✖ CoreDNS does not forward clusterset.local"
    assert line.target == FindingTarget(bad.id)
    (line,) = block(document(found, "shop/cart"), "DNS in each cluster").lines
    assert line.text == "west  ? corefile: forbidden"
    (line,) = block(document(report(broken())), "DNS in each cluster").lines
    assert line.text.startswith("south  neither Lighthouse nor Cilium")


def test_the_forward_line_is_shown_where_nothing_is_wrong_with_it() -> None:
    corefile = (
        "clusterset.local:53 {\n  forward . 10.96.0.53\n}\n.:53 {\n  forward . /etc/resolv.conf\n}"
    )
    doc: build.Doc = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"namespace": "kube-system", "name": "coredns"},
        "data": {"Corefile": corefile},
    }
    found = report(broken())
    facts = {**found.clusters}
    facts["south"] = replace(facts["south"], installed=frozenset({Dialect.LIGHTHOUSE}))
    _, analysis = seen(replace(found, clusters=facts))
    detail = service_detail(build.fleet(build.cluster("south", [doc])), analysis, ID)
    assert detail
    (line,) = block(detail, "DNS in each cluster").lines
    assert line.text == "south  ● forward . 10.96.0.53"
    assert line.target == ObjectTarget(
        "south", ObjectRef("v1", "ConfigMap", "kube-system", "coredns")
    )


def test_names_with_what_they_answer() -> None:
    names = block(document(report(healthy()), "shop/cart"), "Names that a pod would ask")
    assert names.note == f"{len(names.lines)} names"
    assert names.lines[0].text.startswith("cart.shop.svc.clusterset.local  A  ")
    assert any("  SRV  " in line.text for line in names.lines)


def test_evidence_names_every_cluster() -> None:
    lines = block(document(report(broken())), "Evidence").lines
    assert {line.target for line in lines} == {
        ObjectTarget("east", ref("ServiceExport")),
        ObjectTarget("south", ref("ServiceExport")),
    }


@pytest.mark.parametrize(
    ("kind", "status", "role"),
    [
        ("Valid", "True", Role.OK),
        ("Valid", "False", Role.CRITICAL),
        ("Ready", "Unknown", Role.UNKNOWN),
        ("Conflict", "False", Role.OK),
        ("Conflict", "True", Role.CRITICAL),
        ("Mystery", "True", Role.PLAIN),
        ("Ready", "maybe", Role.UNKNOWN),
    ],
)
def test_conditions_stand_as_their_type_means(kind: str, status: str, role: Role) -> None:
    assert condition_role(condition(kind, status)) is role


def test_the_object_behind_a_service() -> None:
    _, analysis = seen(report(broken(), healthy()))
    assert service_object(analysis, ID) == ObjectTarget("east", ref("ServiceExport"))
    assert service_object(analysis, ID, "south") == ObjectTarget("south", ref("ServiceImport"))
    assert service_object(analysis, ID, "north") == ObjectTarget("east", ref("ServiceExport"))
    assert service_object(analysis, "shop/gone") is None
    alone = fleet_service(changed(exporter("east"), exports=()))
    assert service_object(seen(report(alone))[1], ID, "east") == ObjectTarget(
        "east", ObjectRef("v1", "Service", "shop", "checkout")
    )


def test_a_service_that_is_gone_has_no_document() -> None:
    fleet, analysis = seen(report(healthy()))
    assert service_detail(fleet, analysis, ID) is None
    assert service_detail(fleet, analysis, "cart") is None


def test_switches_of_cilium_and_a_missing_service() -> None:
    bare = changed(exporter("east"), service=None, backends=None)
    assert "▲ no Service of this name" in card_text(document(report(fleet_service(bare))), "east")
    local = changed(exporter("east"), service=service(internal_traffic_policy="Local"))
    assert "None, Local traffic" in card_text(document(report(fleet_service(local))), "east")


def test_a_finding_leads_to_its_service() -> None:
    fleet, analysis = seen(report(broken()))
    detail = finding_detail(fleet, analysis, broken().findings[0].id)
    assert detail
    assert "service shop/checkout  ✖ broken" in text_of(detail)
