"""What holds for the plan of any fleet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.versions.exemption import Exemption
from mckconsole.analysis.versions.model import (
    ClusterVersions,
    Gravity,
    Phase,
    Plan,
    Step,
)
from mckconsole.analysis.versions.plan import Question, make_plan
from mckconsole.analysis.versions.waive import plan_with_waivers
from mckconsole.domain.kubeversion import Minor
from tests.unit.analysis.versions.planning import (
    addon,
    blocker,
    cluster,
    minor,
    pool,
    question,
)

RULES = ("UB01", "UB02", "UB03", "UB13", "UB17")
GROUPS = ("cilium a", "submariner b", "istio c", "linkerd d")
ROLES = ((), (), (), ("Karmada control plane",), ("Submariner broker",), ("central log sink",))
PROVIDERS = ("", "eks", "gke", "aks", "openshift", "rke2", "k0s", "eks/gce")
ORDER = list(Phase)


@st.composite
def clusters(draw: st.DrawFn, number: int) -> ClusterVersions:
    at = draw(st.integers(27, 37))
    unknown = draw(st.integers(0, 19)) == 0
    behind = st.integers(-1, 4).map(lambda back: at - max(back, 0 if back else -1))
    pools = [
        pool(name, *draw(st.lists(behind, max_size=3)), silent=draw(st.sampled_from((0, 0, 0, 1))))
        for name in draw(st.sampled_from((("a",), ("a", "b"), ("",))))
    ]
    blocked = [
        blocker(
            draw(st.sampled_from(RULES)),
            draw(st.sampled_from(("", "shop/web"))),
            draw(st.sampled_from((None, at, at + 1, at + 2))),
            draw(st.sampled_from(tuple(Gravity))),
            draw(st.sampled_from(("", "calico"))),
        )
        for _ in range(draw(st.sampled_from((0, 0, 0, 1, 2))))
    ]
    return cluster(
        draw(st.sampled_from(("prod", "dev", "eu"))) + f"-{number}",
        None if unknown else at,
        *pools,
        most=at + draw(st.sampled_from((0, 0, 0, 0, 1, 2))),
        proxy=draw(st.sampled_from(("", f"1.{at}.1", f"1.{at - 3}.0"))),
        provider=draw(st.sampled_from(PROVIDERS)),
        region=draw(st.sampled_from(("eu", "us", "asia"))),
        groups=draw(st.lists(st.sampled_from(GROUPS), max_size=2, unique=True)),
        roles=draw(st.sampled_from(ROLES)),
        addons=[addon("calico", draw(st.sampled_from(("3.30.1", "3.31.0", "3.9.9"))), network=True)]
        if draw(st.booleans())
        else [],
        blockers=blocked,
    )


@st.composite
def questions(draw: st.DrawFn, *, waived: bool = False) -> Question:
    fleet = [draw(clusters(number)) for number in range(draw(st.integers(1, 7)))]
    alone = draw(st.sets(st.sampled_from([one.cluster for one in fleet]), max_size=2))
    pairs = draw(st.sets(st.tuples(*[st.sampled_from([one.cluster for one in fleet])] * 2),
                         max_size=2))  # fmt: skip

    def gate(names: tuple[str, ...]) -> str:
        if alone & set(names):
            return "shop/web would have no endpoint"
        return "each other's only failover" if any(set(p) <= set(names) for p in pairs) else ""

    exempt = [
        Exemption(rule, one.cluster)
        for one in fleet
        for rule in (*RULES, "SK01", "SK02", "SK11", "CHK09")
        if waived and draw(st.integers(0, 3)) == 0
    ]
    to = draw(st.sampled_from((None, None, 33, 36, 37)))
    return question(*fleet, to=to, gate=gate, waive=exempt)


def by_number(plan: Plan) -> dict[int, list[Step]]:
    found = defaultdict(list)
    for one in plan.steps:
        found[one.number].append(one)
    return found


@given(questions())
def test_no_two_of_a_mesh_group_and_no_pair_that_needs_each_other_go_together(
    asked: Question,
) -> None:
    groups = {one.cluster: set(one.groups) for one in asked.clusters}
    assert asked.gate is not None
    for steps in by_number(make_plan(asked)).values():
        names = [one.cluster for one in steps]
        assert len(names) == len(set(names))
        shared = [group for name in names for group in groups[name]]
        assert len(shared) == len(set(shared))
        assert not asked.gate(tuple(sorted(names)))


@given(questions(waived=True))
def test_no_minor_is_skipped_and_the_end_is_what_the_steps_lead_to(asked: Question) -> None:
    plan = make_plan(asked)
    now = {one.cluster: one.least for one in asked.clusters if one.least is not None}
    assert [one.number for one in plan.steps] == sorted(one.number for one in plan.steps)
    assert sorted({one.number for one in plan.steps}) == list(range(1, len(by_number(plan)) + 1))
    for step in plan.steps:
        assert now[step.cluster] == step.start
        assert step.to in (step.start, step.start.plus(1))
        now[step.cluster] = step.to
    assert plan.end == now
    if asked.to is not None:
        assert all(step.to <= asked.to for step in plan.steps)


@given(questions(waived=True))
def test_nothing_that_stops_a_step_is_passed_over(asked: Question) -> None:
    """Each blocker of a step is waived, or the step or one before does away with it itself."""
    plan = make_plan(asked)
    fleet = {one.cluster: one for one in asked.clusters}
    gone: dict[str, set[str]] = defaultdict(set)
    for step in plan.steps:
        for one in fleet[step.cluster].blockers:
            if not one.stops(step.to):
                continue
            kind = one.subject if one.rule == "UB13" else one.rule
            exempt = any(waiver.covers(step.cluster, one) for waiver in asked.waive)
            assert kind in gone[step.cluster] or one in step.blockers or (
                exempt and one in step.waived
            )  # fmt: skip
        for one in step.blockers:
            assert one.rule == "UB01" or (one.rule, one.subject) == ("UB13", "calico")
            if one.rule == "UB13":
                assert any(action.phase is Phase.ADDONS_FIRST for action in step.actions)
        gone[step.cluster] |= {a.words.partition(" ")[0] for a in step.actions
                               if a.phase is Phase.ADDONS_FIRST}  # fmt: skip
        gone[step.cluster].add("UB01")
        assert not any(one in step.waived for one in step.blockers)


def fine(server: Minor, node: Minor) -> bool:
    """The skew policy, written once more."""
    return node.minor <= server.minor <= node.minor + (3 if node.minor >= 25 else 2)


@given(questions())
def test_nodes_fit_their_control_plane_at_every_moment(asked: Question) -> None:
    fleet = {one.cluster: one for one in asked.clusters}
    nodes = {
        name: [node for node, _ in one.kubelets]
        + [seen.version.of for seen in one.seen if seen.version is not None]
        for name, one in fleet.items()
    }
    for step in make_plan(asked).steps:
        if step.to > step.start:
            assert all(fine(step.start, node) for node in nodes[step.cluster])
            assert all(fine(step.to, node) for node in nodes[step.cluster])
            if fleet[step.cluster].provider == "k0s":
                assert all(node.minor >= step.start.minor for node in nodes[step.cluster])
        else:
            assert all(node <= step.start for node in nodes[step.cluster])
            assert min(nodes[step.cluster]) < step.start
        nodes[step.cluster] = [step.to for _ in nodes[step.cluster]]


@given(questions())
def test_peers_stay_within_a_minor_but_for_those_that_were_not(asked: Question) -> None:
    fleet = {one.cluster: one for one in asked.clusters}
    now = {name: one.least for name, one in fleet.items()}
    for step in make_plan(asked).steps:
        if step.to > step.start:
            mine = {group for group in fleet[step.cluster].groups if "submariner" not in group}
            peers = [name for name, one in fleet.items() if mine & set(one.groups)]
            for peer in peers:
                at = now[peer]
                assert at is not None
                assert at >= step.start
        now[step.cluster] = step.to


@given(questions())
def test_phases_are_in_order_and_pools_go_one_at_a_time(asked: Question) -> None:
    fleet = {one.cluster: one for one in asked.clusters}
    for step in make_plan(asked).steps:
        phases = [ORDER.index(one.phase) for one in step.actions]
        assert phases == sorted(phases)
        assert step.actions[-1].phase is Phase.VERIFY
        assert (Phase.CONTROL_PLANE in {a.phase for a in step.actions}) == (step.to > step.start)
        pools = [one for one in step.actions if one.phase is Phase.NODES]
        assert len(pools) <= len(fleet[step.cluster].pools)
        if step.to > step.start:
            assert len(pools) == len(fleet[step.cluster].pools)


@given(questions(waived=True))
def test_everybody_arrives_or_is_held_with_a_reason(asked: Question) -> None:
    plan = make_plan(asked)
    held = {one.cluster: one for one in plan.held}
    assert len(held) == len(plan.held)
    for one in asked.clusters:
        end = plan.end.get(one.cluster)
        if end is None:
            assert one.least is None
            assert held[one.cluster].reason
        elif asked.to is not None and end < asked.to:
            assert held[one.cluster].reason
    for each in plan.held:
        assert each.at == plan.end.get(each.cluster)
        assert all(b.gravity is Gravity.BLOCK for b in each.blockers)


@given(questions(waived=True), st.randoms(use_true_random=False))
def test_the_order_of_the_clusters_does_not_matter(asked: Question, random: object) -> None:
    shuffled = list(asked.clusters)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert make_plan(asked) == make_plan(replace(asked, clusters=tuple(shuffled)))


@given(questions(waived=True))
def test_what_is_waived_stays_visible_and_only_frees(asked: Question) -> None:
    plan = plan_with_waivers(asked)
    assert set(plan.freed) == {" ".join(filter(None, one)) for one in asked.waive}
    for step in plan.steps:
        for one in step.waived:
            assert any(waiver.covers(step.cluster, one) for waiver in asked.waive)
    without = make_plan(replace(asked, waive=()))
    assert len(without.steps) <= len(plan.steps)
    if not asked.waive:
        assert plan == without


@given(questions())
def test_the_first_of_the_fleet_at_a_minor_goes_alone(asked: Question) -> None:
    plan = make_plan(asked)
    newest = max((one.least for one in asked.clusters if one.least), default=minor(0))
    for steps in by_number(plan).values():
        for to in {one.to for one in steps if one.to > newest}:
            assert sum(one.to == to for one in steps) == 1
        newest = max([newest, *(one.to for one in steps)])
