"""Plans of small fleets: where clusters go, in which steps, and what holds them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.versions.exemption import Exemption
from mckconsole.analysis.versions.model import ClusterVersions, Gravity, Headroom, Phase
from mckconsole.analysis.versions.plan import make_plan
from mckconsole.domain.findings import Unknown
from mckconsole.domain.support import NO_SUPPORT_DATA
from tests.unit.analysis.versions.planning import (
    addon,
    blocker,
    cluster,
    held,
    minor,
    pool,
    question,
    steps_of,
    told,
)


def test_one_minor_at_a_time_and_all_phases_in_order() -> None:
    west = cluster("west", 34, pool("blue", 34, 34), pool("red", 34), provider="aks")
    plan = make_plan(question(west))
    assert told(plan) == ["1 west 1.34-1.35", "2 west 1.35-1.36"]
    assert [one.phase for one in plan.steps[0].actions] == [
        Phase.PATCH, Phase.CONTROL_PLANE, Phase.MANAGED_ADDONS, Phase.NODES, Phase.NODES,
        Phase.VERIFY,
    ]  # fmt: skip
    pools = [one.words for one in plan.steps[0].actions if one.phase is Phase.NODES]
    assert pools[0].startswith("pool red, 1 node from 1.34 to 1.35")
    assert pools[1].startswith("pool blue, 2 nodes")
    assert (plan.target, plan.end, plan.held) == (minor(36), {"west": minor(36)}, ())


@pytest.mark.parametrize(
    ("made", "to", "end", "why"),
    [
        (cluster("c", 34), None, 36, ""),  # 1.37 is too young
        (cluster("c", 34), 37, 37, ""),
        (cluster("c", 36), 38, 37, "upstream has not released 1.38, 1.37 is the newest"),
        (cluster("c", 34, provider="eks"), None, 35, ""),
        (cluster("c", 34, provider="eks"), 36, 35, "eks has not released 1.36, 1.35 is the newest"),
        (cluster("c", 36), 35, 36, ""),  # never back
        (cluster("c", 37), None, 37, ""),
        (cluster("c", 34, addons=[addon("cert-manager", "1.19.2")]), None, 35,
         "cert-manager 1.19.2 does not go with Kubernetes 1.36: no listed release goes with 1.36"),
        (cluster("c", 34, addons=[addon("cert-manager", "1.19.2")]), 36, 36, ""),  # a warning
        (cluster("c", 32, addons=[addon("gap", "1.0.1", network=True)]), None, 33,
         "no listed release goes with both 1.33 and 1.34"),
        (cluster("c", 32, addons=[addon("gap", "1.0.1", network=True)]), 36, 33,
         "not to 1.34: gap 1.0.1 does not go with Kubernetes 1.34"),
        (cluster("c", 34, addons=[addon("mystery", "1.0")]), None, 36, ""),  # told as unknown
    ],
)  # fmt: skip
def test_targets(made: ClusterVersions, to: int | None, end: int, why: str) -> None:
    plan = make_plan(question(made, to=to))
    assert plan.end == {"c": minor(end)}
    assert why in held(plan).get("c", "")
    assert bool(why) == bool(plan.held)


def test_what_is_young_or_unknown_is_said() -> None:
    plan = make_plan(question(cluster("c", 36, addons=[addon("mystery", "1.0")]), to=37))
    assert any("released on 2026-11-01" in one for one in plan.steps[0].preconditions)
    title = "Whether mystery goes with Kubernetes 1.37 is not known"
    assert Unknown("versions", "c", "UB13", title) in plan.unknowns
    assert any(one.rule == "UB18" for one in plan.unknowns)  # nobody knows who runs it
    assert any(one.rule == "CHK09" for one in plan.unknowns)  # without a gate
    assert any("not worked out" in one for one in plan.steps[0].preconditions)


def test_without_tables_nothing_is_planned() -> None:
    asked = replace(question(cluster("c", 34)), data=NO_SUPPORT_DATA)
    assert "calendar is empty" in held(make_plan(asked))["c"]
    assert "calendar is empty" in held(make_plan(replace(asked, to=minor(36))))["c"]


def test_addons_go_first_by_the_table_as_it_is_after_each_step() -> None:
    west = cluster("west", 33, addons=[addon("calico", "3.30.1", network=True)])
    steps = make_plan(question(west)).steps
    first = [[one.words.partition(":")[0] for one in step.actions
              if one.phase is Phase.ADDONS_FIRST] for step in steps]  # fmt: skip
    assert first == [[], ["calico from 3.30.1 to 3.31"], ["calico from 3.31 to 3.32"]]


def test_an_addon_that_the_step_moves_first_blocks_nothing() -> None:
    told_of = blocker("UB13", "kube-system/calico", 35, subject="calico")
    west = cluster("west", 34, addons=[addon("calico", "3.30.1", network=True)],
                   blockers=[told_of])  # fmt: skip
    plan = make_plan(question(west))
    assert [len(one.blockers) for one in plan.steps] == [1, 0]
    assert plan.end["west"] == minor(36)


@pytest.mark.parametrize(
    ("made", "first"),
    [
        (cluster("c", 34, pool("old", 31), pool("new", 34)), "1.34-1.34"),
        (cluster("c", 34, pool("old", 32), pool("new", 34)), "1.34-1.35"),
        (cluster("c", 34, pool("old", 33), provider="gke"), "1.34-1.35"),
        (cluster("c", 34, pool("old", 32), provider="gke"), "1.34-1.34"),
        (cluster("c", 34, pool("old", 33), provider="k0s"), "1.34-1.34"),
        (cluster("c", 26, pool("old", 24)), "1.26-1.26"),  # two minors only, before 1.25
        (cluster("c", 27, pool("old", 25)), "1.27-1.28"),
        (cluster("c", 34, pool("new", 34), proxy="v1.31.2"), "1.34-1.34"),
        (cluster("c", 34, pool("old", 33), blockers=[blocker("UB01", "")]), "1.34-1.34"),
        (cluster("c", 36, pool("old", 35), pool("new", 36)), "1.36-1.36"),
    ],
)
def test_nodes_at_the_end_of_the_skew_move_first(made: ClusterVersions, first: str) -> None:
    plan = make_plan(question(made))
    assert told(plan)[0] == f"1 c {first}"
    start, _, to = first.partition("-")
    if start == to:
        phases = {one.phase for one in plan.steps[0].actions}
        assert phases <= {Phase.MANAGED_ADDONS, Phase.NODES, Phase.VERIFY}
        words = " ".join(one.words for one in plan.steps[0].actions)
        assert "pool new" not in words or "kube-proxy" in words


@pytest.mark.parametrize(
    ("made", "rule", "words"),
    [
        (cluster("c", 34, pool("p", 34, silent=2)), "SK11", "kubelet's version of 2 nodes"),
        (cluster("c", 34, proxy="latest"), "SK11", "the version of kube-proxy is not known"),
        (replace(cluster("c", 34), pools=(), unknowns=(Unknown("versions", "c", "SK02", "no"),)),
         "SK11", "the nodes are not known: no"),
        (cluster("c", 34, most=36), "SK01", "API servers from 1.34 to 1.36"),
        (cluster("c", 34, pool("p", 35)), "SK02", "newer than the oldest API server"),
        (cluster("c", 34, blockers=[blocker("UB03")]), "UB03", "not to 1.35: UB03 of shop/web"),
        (cluster("c", 36, pool("p", 35), blockers=[blocker("UB03")]), "UB03", "its nodes not to"),
    ],
)  # fmt: skip
def test_what_stops_is_held_with_its_blockers_and_can_be_waived(
    made: ClusterVersions, rule: str, words: str
) -> None:
    plan = make_plan(question(made))
    assert plan.steps == ()
    assert words in held(plan)["c"]
    assert [one.rule for one in plan.held[0].blockers] == [rule]
    past = make_plan(question(made, waive=[Exemption(rule, "c")]))
    assert past.end["c"] == minor(36)
    assert [one.rule for one in past.steps[0].waived] == [rule]


def test_a_cluster_without_nodes_is_planned() -> None:
    assert make_plan(question(replace(cluster("c", 35), pools=()))).end == {"c": minor(36)}


def test_a_blocker_of_a_later_minor_stops_there() -> None:
    plan = make_plan(question(cluster("c", 33, blockers=[blocker("UB02", "", 35)])))
    assert told(plan) == ["1 c 1.33-1.34"]
    assert plan.held[0].at == minor(34)


def test_a_half_done_control_plane_is_finished() -> None:
    assert told(make_plan(question(cluster("c", 35, most=36)))) == ["1 c 1.35-1.36"]


def test_an_unread_cluster_is_held() -> None:
    plan = make_plan(question(cluster("c", None)))
    assert (plan.end, plan.target) == ({}, None)
    assert held(plan)["c"].startswith("its version is not known")


@pytest.mark.parametrize(
    ("room", "words"),
    [
        (None, "not known"),
        (Headroom(None, reason="requests unread"), "not known: requests unread"),
        (Headroom(True), "its pods fit on the others"),
        (Headroom(False, 2), "add 2 nodes first"),
        (Headroom(False, stuck=("a/b", "a/c", "a/d", "a/e")), "fits a/b, a/c, a/d and 1 more"),
        (Headroom(False), "do not fit"),
    ],
)
def test_headroom_in_words(room: Headroom | None, words: str) -> None:
    made = cluster("c", 35, pool("blue", 35, room=room))
    nodes = [one for one in make_plan(question(made)).steps[0].actions if one.phase is Phase.NODES]
    assert words in nodes[0].words


def test_what_was_told_of_an_earlier_minor_gives_way_to_what_the_step_says() -> None:
    unknown = blocker("UB13", "", 35, Gravity.UNKNOWN, subject="flannel")
    west = cluster("west", 34, addons=[addon("flannel", "0.26.1")], blockers=[unknown])
    steps = make_plan(question(west)).steps
    first, second = ([one for one in step.preconditions if "UB13" in one] for step in steps)
    assert first == ["looked at: UB13 UB13 of the cluster"]
    assert second == ["looked at: UB13 Whether flannel goes with Kubernetes 1.36 is not known"]


def test_a_block_is_not_outdone_by_what_is_only_not_known() -> None:
    block = blocker("UB13", "", 34, subject="flannel")
    west = cluster("west", 34, addons=[addon("flannel", "0.26.1")], blockers=[block])
    assert make_plan(question(west)).steps == ()


def test_an_addon_that_was_upgraded_is_past_its_end_no_more() -> None:
    ended = blocker("UB19", "kube-system/calico", gravity=Gravity.WARN, subject="calico")
    west = cluster("west", 34, addons=[addon("calico", "3.30.1")], blockers=[ended])
    for step in make_plan(question(west)).steps:
        assert not any("UB19" in one for one in step.preconditions)
    stays = cluster("west", 34, addons=[addon("calico", "3.32.0")], blockers=[ended])
    (first, *_) = make_plan(question(stays)).steps
    assert any("UB19" in one for one in first.preconditions)


def test_warnings_are_named_and_stop_nothing() -> None:
    many = [blocker("UB06", f"shop/w{number}", gravity=Gravity.WARN) for number in range(7)]
    plan = make_plan(question(cluster("c", 35, blockers=many)))
    assert any("UB06 of shop/w0" in one and "and 2 more" in one
               for one in steps_of(plan, "c")[0].preconditions)  # fmt: skip
