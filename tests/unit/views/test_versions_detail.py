"""What is behind a cluster's versions, a pool, an add-on, an API, a blocker."""

from __future__ import annotations

from typing import Any

import pytest

from mckconsole.analysis.versions.model import (
    ClusterVersions,
    Component,
    Plan,
    Seen,
    VersionsReport,
)
from mckconsole.domain.findings import ObjectRef, Unknown
from mckconsole.views.detail import Detail, FindingTarget, ObjectTarget, VersionTarget
from mckconsole.views.versions_rows import items
from mckconsole.views.versions_spec import ADDON, API, BLOCKER, CLUSTER, POOL
from mckconsole.views.versions_targets import object_of, version_detail
from tests.unit.analysis.build import NOW
from tests.unit.views.documents import assert_sound, lines_of, text_of
from tests.unit.views.fleetversions import (
    BUDGET,
    M35,
    addon,
    api,
    blocker,
    cluster,
    evidence,
    plan,
    pool,
    report,
    seen,
    servers,
    some,
    step,
    told,
    waiver,
)


def detail_of(
    name: str, found: VersionsReport | None = None, made: Plan | None = None
) -> Detail:  # fmt: skip
    fleet, analysis = seen(found or some(), made or plan())
    detail = version_detail(fleet, analysis, VersionTarget(CLUSTER, name))
    assert detail is not None
    assert_sound(fleet, analysis, detail)
    return detail


def block_of(detail: Detail, heading: str) -> str:
    (found,) = [one for one in detail.blocks if one.heading.startswith(heading)]
    return "\n".join((found.note, *(line.text for line in found.lines)))


def test_the_first_lines_say_whether_it_may_be_upgraded() -> None:
    detail = detail_of("gcp-eu-1")
    assert detail.words == (
        "✖ 1.34.2  support: extended, 365 d left  blockers: ✖ 1 block ▲1 ?1"
        "  next: 1.35 in turn 2 of 3, mends UB03"
    )
    head = "\n".join(line.text for line in detail.blocks[0].lines)
    assert "extended, 365 d left  ░░░░▒▒▒▒  until" in head
    assert "at extra cost until" in head
    assert "tables    calendar of 2026-08-30 (22 d old), removals of 2026-09-01 (20 d old)" in head
    assert "mesh      submariner prod" in head


def test_tables_that_are_old_or_of_no_known_age_say_so() -> None:
    nothing = VersionsReport((cluster(),))
    assert "? how old they are is not known" in text_of(detail_of("aws-use1-1", nothing))


def test_each_blocker_has_what_was_seen_and_what_mends_it() -> None:
    found = block_of(detail_of("gcp-eu-1"), "What stands in the way")
    assert found.splitlines()[:5] == [
        "1 of 3 blockers block",
        "✖ block    PodDisruptionBudget never allows an eviction  UB03, nodes",
        "    maxUnavailable is 0",
        "    → kubectl --context ctx-gcp-eu-1 -n shop edit pdb web",
        "    → wait",
    ]


def test_a_blocker_opens_its_finding_else_itself() -> None:
    targets = [line.target for line in lines_of(detail_of("gcp-eu-1"))]
    assert FindingTarget(told(blocker()).id) in targets
    assert any(isinstance(one, VersionTarget) and one.by == BLOCKER for one in targets)


def test_what_could_not_be_judged_stands_beside_the_blockers() -> None:
    detail = detail_of("aks-weu-1")
    assert "? not judged: UB08  webhooks: forbidden" in block_of(detail, "What stands in the way")
    assert "? UB08  webhooks: forbidden" in block_of(detail, "Not judged")


def test_the_plan_is_a_list_to_tick_off() -> None:
    detail = detail_of("aws-use1-1")
    first = block_of(detail, "Plan: 1.34 to 1.35")
    assert first.splitlines() == [
        "turn 1 of 3",
        "here in the order: canary",
        "☐ backups exist",
        "☐ control plane  upgrade the control plane",
        "    aws eks update-cluster-version --name aws-use1-1",
        "      --kubernetes-version 1.35",
        "    check      all API servers say so",
        "    way back   none: EKS does not downgrade",
        "☐ verify  look at the tunnels",
    ]
    assert "turn 3 of 3" in block_of(detail, "Then: 1.35 to 1.36")


def test_a_step_names_what_it_mends_and_what_is_waived() -> None:
    made = Plan(NOW, M35, (step("gcp-eu-1", blockers=(blocker(),), waived=(blocker("UB05"),)),))
    found = block_of(detail_of("gcp-eu-1", made=made), "Plan: ")
    title = "PodDisruptionBudget never allows an eviction"
    assert f"its own actions mend: UB03 {title}" in found
    assert f"▲ waived: UB05 {title}" in found


def test_a_cluster_that_is_held_says_why() -> None:
    found = block_of(detail_of("aks-weu-1"), "Held")
    assert "? held at 1.34, wanted 1.35: webhooks were not read" in found


def test_without_a_plan_it_says_who_makes_one() -> None:
    fleet, analysis = seen(some())
    detail = version_detail(fleet, analysis, VersionTarget(CLUSTER, "aws-use1-1"))
    assert detail is not None
    assert "? no plan was made" in text_of(detail)


def test_the_inventory_of_a_cluster() -> None:
    detail = detail_of("gcp-eu-1")
    nodes = block_of(detail, "Nodes by pool")
    assert "old  10 nodes  1.33▁ 1.34█  emptying: ✖ 1 pod fits nowhere else" in nodes
    assert "✖ fit nowhere else: shop/db-0" in nodes
    assert "▲ not ready: new-1" in nodes
    assert "kube-apiserver  v1.34.2  1 of 1 connections" in block_of(detail, "Components")
    addons = block_of(detail, "Add-ons")
    assert "✖ out of range  cilium 1.18.2  goes with 1.30–1.34" in addons
    assert "range: official · 1.19 goes with the next minor too · the network hangs on it" in addons
    apis = block_of(detail, "Deprecated APIs")
    assert "gone in 1.35: use storage.k8s.io/v1" in apis
    assert "written by helm  2 objects" in apis
    notes = [line.note for line in lines_of(detail) if "written by" in line.text]
    assert notes == ["3 d ago", "when is not known"]


def test_nothing_seen_is_only_nothing_where_it_was_looked_for() -> None:
    bare: dict[str, Any] = {"addons": (), "uses": (), "pools": (), "seen": ()}
    read = detail_of("aws-use1-1", report(cluster(**bare)))
    assert block_of(read, "Add-ons").strip() == "none of the table was seen"
    gap = Unknown("versions", "aws-use1-1", "*", "forbidden")
    blind = detail_of("aws-use1-1", report(cluster(**bare, unknowns=(gap,))))
    for heading in ("Add-ons", "Deprecated APIs", "Nodes by pool"):
        assert block_of(blind, heading).strip().startswith("? ")


def test_a_cluster_of_which_nothing_is_known_is_a_document_too() -> None:
    detail = detail_of("onprem-1")
    assert detail.words.startswith("? version unknown  support: unknown  blockers: ? not judged")
    assert "nothing was judged" in text_of(detail)


def test_components_that_say_nothing_or_are_not_to_be_seen() -> None:
    odd = (
        *servers("banana"),
        Seen(Component.SCHEDULER, None, 0, "provider-managed"),
        Seen(Component.KUBELET, servers("v1.34.1")[0].version, 12, "nodes"),
    )
    found = block_of(detail_of("aws-use1-1", report(cluster(seen=odd))), "Components")
    assert "kube-apiserver  ? no version" in found
    assert "kube-scheduler  not to be seen  provider-managed" in found
    assert "kubelet         v1.34.1  × 12  nodes" in found


def test_all_evidence_stands_once_with_its_age() -> None:
    found = [one for one in detail_of("gcp-eu-1").blocks if one.heading == "Evidence"]
    (line,) = [line for line in found[0].lines if line.note]
    assert (line.text.strip(), line.note) == ("spec.maxUnavailable = 0", "5 s ago")


@pytest.mark.parametrize("by", [POOL, ADDON, API, BLOCKER])
def test_every_item_has_a_document_that_leads_to_its_cluster(by: str) -> None:
    fleet, analysis = seen(some(), plan())
    count = 0
    for one in analysis.versions.clusters:
        for row_id, _ in items(one, by):
            detail = version_detail(fleet, analysis, VersionTarget(by, row_id))
            assert detail is not None
            assert_sound(fleet, analysis, detail)
            back = VersionTarget(CLUSTER, one.cluster)
            assert back in [line.target for line in lines_of(detail)]
            assert VersionTarget(by, row_id) not in [line.target for line in lines_of(detail)]
            count += 1
    assert count
    assert version_detail(fleet, analysis, VersionTarget(by, "gone")) is None


def test_a_pool_lists_its_nodes() -> None:
    made = pool("a", unready=("a-1",), cordoned=("a-1", "a-2"))
    fleet, analysis = seen(report(cluster(pools=(made,))))
    detail = version_detail(fleet, analysis, VersionTarget(POOL, "aws-use1-1/a"))
    assert detail is not None
    assert detail.words == "● emptying: fits"
    assert [line.text for line in lines_of(detail)][-3:] == [
        "    a-0", "    a-1  not ready, cordoned", "    a-2  cordoned",
    ]  # fmt: skip


def test_a_waived_blocker_says_so() -> None:
    found = told(blocker())
    made = report(cluster("gcp-eu-1", blockers=(blocker(),)), findings=(found,))
    fleet, analysis = seen(made, waived={found.id: waiver()})
    ((row_id, _),) = items(made.clusters[0], BLOCKER)
    detail = version_detail(fleet, analysis, VersionTarget(BLOCKER, row_id))
    assert detail is not None
    assert detail.words == "· waived: block"


def test_the_object_behind_a_row() -> None:
    daemon = ObjectRef("apps/v1", "DaemonSet", "kube-system", "cilium")
    shown = addon(evidence=(evidence("gcp-eu-1", daemon),))
    one = cluster("gcp-eu-1", addons=(shown, addon("bare")), uses=(api(), api(objects=())),
                  blockers=(blocker(), blocker("UB17", object=None)))  # fmt: skip
    _, analysis = seen(report(one))

    def behind(by: str) -> list[ObjectTarget | None]:
        return [object_of(analysis, VersionTarget(by, row_id)) for row_id, _ in items(one, by)]

    assert behind(ADDON) == [ObjectTarget("gcp-eu-1", daemon), None]
    assert behind(BLOCKER) == [ObjectTarget("gcp-eu-1", BUDGET), None]
    first = behind(API)[0]
    assert first is not None
    assert first.ref.kind == "VolumeAttributesClass"
    assert behind(POOL) == [None]
    assert object_of(analysis, VersionTarget(CLUSTER, "gcp-eu-1")) is None
    assert ClusterVersions("x", "").kubelets == ()
