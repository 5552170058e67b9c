"""In which order the clusters of a fleet go."""

from __future__ import annotations

import time

import pytest

from mckconsole.analysis.versions.exemption import Exemption, exempting, parse_exemption
from mckconsole.analysis.versions.model import Gravity
from mckconsole.analysis.versions.plan import make_plan
from mckconsole.analysis.versions.rank import Rank, rank_of
from mckconsole.analysis.versions.waive import plan_with_waivers, what_if
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

MESH = ("cilium edge",)


def test_a_minor_is_finished_on_all_peers_before_the_next() -> None:
    plan = make_plan(question(
        cluster("a", 34, pool("p", 34), groups=MESH),
        cluster("b", 34, pool("p", 34, 34), groups=MESH),
        cluster("c", 35, groups=MESH),
    ))  # fmt: skip
    assert told(plan) == [
        "1 a 1.34-1.35", "2 b 1.34-1.35", "3 a 1.35-1.36", "4 b 1.35-1.36", "5 c 1.35-1.36",
    ]  # fmt: skip
    assert plan.steps[1].why == "after its mesh peer a, c"


def test_a_held_peer_holds_the_others_back_from_the_next_minor_only() -> None:
    plan = make_plan(question(
        cluster("a", 34, groups=MESH, blockers=[blocker()]),
        cluster("b", 34, groups=MESH),
    ))  # fmt: skip
    assert told(plan) == ["1 b 1.34-1.35"]
    assert "its mesh peer a is at 1.34 and goes no further" in held(plan)["b"]
    assert plan.held[1].blockers[0].peers == ("a",)


def test_submariner_peers_may_be_apart_but_not_together() -> None:
    plan = make_plan(question(
        cluster("a", 34, groups=("submariner prod",), blockers=[blocker()]),
        cluster("b", 34, groups=("submariner prod",)),
        cluster("c", 35, groups=("submariner prod",)),
    ))  # fmt: skip
    assert told(plan) == ["1 b 1.34-1.35", "2 c 1.35-1.36", "3 b 1.35-1.36"]


def test_a_peer_of_unknown_version_holds_until_it_is_waived() -> None:
    fleet = (cluster("a", None, groups=MESH), cluster("b", 35, groups=MESH))
    assert "the version of its mesh peer a is not known" in held(make_plan(question(*fleet)))["b"]
    plan = make_plan(question(*fleet, waive=[Exemption("UB17", "b")]))
    assert plan.steps[0].waived[0].peers == ("a",)


def test_what_is_independent_goes_together_but_the_first_goes_alone() -> None:
    plan = make_plan(question(*(cluster(name, 35) for name in "abc")))
    assert told(plan) == ["1 a 1.35-1.36", "2 b 1.35-1.36", "2 c 1.35-1.36"]
    assert plan.steps[0].why == "canary: the first of the fleet at 1.36"


def test_no_two_of_one_region_go_together() -> None:
    plan = make_plan(question(
        cluster("x", 36), *(cluster(name, 35, region="eu") for name in "ab"),
    ))  # fmt: skip
    assert told(plan) == ["1 a 1.35-1.36", "2 b 1.35-1.36"]


@pytest.mark.parametrize(
    ("name", "roles", "rank"),
    [
        ("shop-dev", (), Rank.TRIAL),
        ("eu-non-prod-1", (), Rank.TRIAL),
        ("pre_prod", (), Rank.TRIAL),
        ("staging2", (), Rank.TRIAL),
        ("device-gateway", (), Rank.MEMBER),
        ("production", ("Cilium clustermesh-apiserver",), Rank.MEMBER),
        ("x", ("Submariner broker",), Rank.SERVING_HUB),
        ("dev", ("central log sink",), Rank.SERVING_HUB),
        ("x", ("central metrics store", "Rancher server"), Rank.LEADING_HUB),
        ("x", ("Open Cluster Management hub",), Rank.LEADING_HUB),
    ],
)
def test_ranks(name: str, roles: tuple[str, ...], rank: Rank) -> None:
    assert rank_of(cluster(name, 35, roles=roles)) is rank


def test_hubs_and_trials_have_their_place() -> None:
    plan = make_plan(question(
        cluster("broker", 35, roles=("Submariner broker",)),
        cluster("prod", 35),
        cluster("dev", 35),
        cluster("hub", 35, roles=("Karmada control plane",)),
    ))  # fmt: skip
    assert [one.cluster for one in plan.steps] == ["hub", "dev", "prod", "broker"]
    assert [one.number for one in plan.steps] == [1, 2, 3, 4]
    assert "before the clusters that it leads" in plan.steps[0].why
    assert "after the clusters that it serves" in plan.steps[3].why
    assert any("Karmada control plane" in one for one in plan.steps[0].preconditions)


def test_small_ones_go_before_large_ones() -> None:
    plan = make_plan(question(cluster("a", 35, pool("p", 35, 35)), cluster("b", 35, pool("p", 35))))
    assert [one.cluster for one in plan.steps] == ["b", "a"]


def test_a_held_trial_holds_nobody() -> None:
    plan = make_plan(question(cluster("dev", 35, blockers=[blocker()]), cluster("prod", 35)))
    assert told(plan) == ["1 prod 1.35-1.36"]


def test_services_that_need_a_cluster_hold_it_and_pairs_go_apart() -> None:
    def gate(names: tuple[str, ...]) -> str:
        if "c" in names:
            return "shop/web would have no endpoint"
        return "only failover of each other" if {"a", "b"} <= set(names) else ""

    fleet = [cluster(name, 35) for name in "abc"]
    plan = make_plan(question(cluster("z", 36), *fleet, gate=gate))
    assert told(plan) == ["1 a 1.35-1.36", "2 b 1.35-1.36"]
    assert plan.held[0].blockers[0].rule == "CHK09"
    assert not any("not worked out" in one for one in plan.steps[0].preconditions)
    past = make_plan(question(*fleet, gate=gate, waive=[Exemption("CHK09", "c")]))
    assert len(past.steps) == 3
    assert steps_of(past, "c")[0].waived[0].rule == "CHK09"


def test_clusters_that_were_not_named_stay_and_count_as_peers() -> None:
    fleet = (cluster("a", 34, groups=MESH), cluster("b", 35, groups=MESH), cluster("c", 35))
    plan = make_plan(question(*fleet, only=["b"]))
    assert plan.steps == ()
    assert plan.end == {"a": minor(34), "b": minor(35), "c": minor(35)}
    assert list(held(plan)) == ["b"]


def test_what_a_waiver_frees() -> None:
    fleet = (
        cluster("a", 35, groups=MESH, blockers=[blocker(), blocker("UB05", "shop/api")]),
        cluster("b", 35, groups=MESH),
    )
    alone = plan_with_waivers(question(*fleet, waive=[Exemption("UB03", "a")]))
    assert alone.freed == {"UB03 a": ()}
    both = [Exemption("UB03", "a", "shop/web"), Exemption("UB05", "a")]
    freed = plan_with_waivers(question(*fleet, waive=both)).freed
    assert freed == {"UB03 a shop/web": ("a 1.35 to 1.36",), "UB05 a": ("a 1.35 to 1.36",)}
    everywhere = plan_with_waivers(question(*fleet, waive=[Exemption("UB03"), Exemption("UB05")]))
    assert everywhere.freed == {"UB03": ("a 1.35 to 1.36",), "UB05": ("a 1.35 to 1.36",)}


def test_what_would_go_on_if_all_that_holds_a_cluster_were_waived() -> None:
    holds = [blocker(), blocker("UB05", "shop/api")]
    asked = question(cluster("b", 35, groups=MESH), cluster("a", 34, groups=MESH, blockers=holds))
    plan = make_plan(asked)
    (first, peer) = plan.held
    assert (first.cluster, peer.cluster) == ("a", "b")
    assert what_if(asked, plan, first) == ("a 1.34 to 1.35", "b 1.35 to 1.36", "a 1.35 to 1.36")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ub03", Exemption("UB03")),
        ("UB03:west", Exemption("UB03", "west")),
        ("ub03:west:shop/web", Exemption("UB03", "west", "shop/web")),
        ("UB08:arn:aws:eks:eu-1:1:cluster/x", Exemption("UB08", "arn:aws:eks:eu-1:1:cluster/x")),
        ("UB08:arn:aws:eks:eu-1:1:cluster/x:a:b",
         Exemption("UB08", "arn:aws:eks:eu-1:1:cluster/x", "a:b")),
        ("UB08:west-2", Exemption("UB08", "west-2")),
    ],
)  # fmt: skip
def test_exemptions_are_read(text: str, found: Exemption) -> None:
    known = ("west", "west-2", "arn:aws:eks:eu-1:1:cluster/x")
    assert parse_exemption(text, known) == found
    assert parse_exemption(str(found), known) == found


@pytest.mark.parametrize("text", ["", ":", "UB03:", ":west", "UB03:east", "UB03:west:"])
def test_exemptions_that_name_nothing(text: str) -> None:
    with pytest.raises(ValueError, match=r"written RULE, RULE:CLUSTER|there is no cluster"):
        parse_exemption(text, ("west",))


def test_an_exemption_covers_its_blocker_and_no_other() -> None:
    one, other = blocker(), blocker(name="shop/api")
    assert exempting("a", one).covers("a", one)
    assert not exempting("a", one).covers("a", other)
    assert not exempting("a", one).covers("b", one)
    assert exempting("a", blocker("SK01", "")).covers("a", blocker("SK01", ""))


def test_fifty_clusters_three_minors_in_a_second() -> None:
    fleet = [
        cluster(
            f"{'dev' if number % 5 == 0 else 'prod'}-{number}", 33,
            *(pool(name, *[33] * 125) for name in "abcd"),
            groups=[f"cilium {number % 10}"], region=f"r{number % 6}",
            addons=[addon("calico", "3.30.1", network=True)],
            blockers=[blocker("UB06", f"s/w{n}", gravity=Gravity.WARN) for n in range(100)],
        )
        for number in range(50)
    ]  # fmt: skip
    asked = question(*fleet, gate=lambda names: "")
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        plan = make_plan(asked)
        taken.append(time.perf_counter() - began)
    assert len(plan.steps) == 150
    assert min(taken) <= 1.0
