"""CHK01: pairs, round trips, what is not known, and clusters that no mesh joins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.mesh.links import LinkState, MeshProvider, MeshReport, Pair, Verdict
from mckconsole.domain.findings import Unknown
from tests.unit.analysis import build
from tests.unit.analysis.checklist.made import NOW, answered, fleet, grounds, link, mesh, pair

UNREAD = link("b", "a", LinkState.UNKNOWN)
STRANGER = link("a", "x", in_fleet=False)


def of(*pairs: Pair, cluster: str = "a") -> Answer:
    """The answer for one of a, b and c."""
    return answered("CHK01", grounds(fleet("a", "b", "c"), mesh=mesh(*pairs)), cluster)


@pytest.mark.parametrize(
    ("one", "mark", "lifted"),
    [
        (pair(), Mark.PASS, None),
        (pair(trip=0.499), Mark.PASS, None),
        (pair(trip=0.5), Mark.WARN, None),
        (pair(Verdict.SLOW, trip=0.7), Mark.WARN, None),
        (pair(Verdict.ASYMMETRIC), Mark.WARN, None),
        (pair(Verdict.DEGRADED), Mark.WARN, None),
        (pair(Verdict.DOWN), Mark.FAIL, None),
        (pair(Verdict.MISSING), Mark.FAIL, None),
        (pair(Verdict.CONNECTING), Mark.UNKNOWN, None),
        (pair(Verdict.STALE), Mark.UNKNOWN, None),
        (pair(Verdict.UNKNOWN), Mark.UNKNOWN, None),
        (pair(Verdict.UNVERIFIED), Mark.UNKNOWN, Mark.PASS),
        (pair(trip=None), Mark.UNKNOWN, Mark.PASS),
        (pair(backward=UNREAD), Mark.UNKNOWN, None),
        (pair(Verdict.DOWN, backward=UNREAD), Mark.FAIL, None),
        (pair(alone=True), Mark.UNKNOWN, None),
        (pair(forward=link("a", "b", one_way="mirrored one way"), alone=True), Mark.PASS, None),
        (pair(forward=STRANGER, alone=True), Mark.UNKNOWN, Mark.PASS),
        (
            pair(forward=STRANGER, backward=link("x", "a", LinkState.UNKNOWN)),
            Mark.UNKNOWN,
            Mark.PASS,
        ),
    ],
)
def test_marks(one: Pair, mark: Mark, lifted: Mark | None) -> None:
    found = of(one)
    assert (found.mark, found.lifted) == (mark, lifted), found.reason
    assert found.evidence or mark is Mark.UNKNOWN
    if found.evidence:
        assert found.as_of == min(one.observed_at for one in found.evidence) == NOW - 4
    assert bool(found.missing) is (mark is Mark.UNKNOWN) or one.backward is UNREAD


def test_both_ends_are_concerned_and_nobody_else() -> None:
    down = pair(Verdict.DOWN)
    assert of(down, cluster="b").mark is Mark.FAIL
    assert of(down, cluster="c").mark is Mark.UNKNOWN
    assert "⇄" in of(down).reason
    assert "subctl show connections" in of(down).fix


def trips(*seconds: float) -> list[Pair]:
    """Pairs of a with others, each as quick as said."""
    return [
        pair(forward=link("a", f"p{n}", trip=one), backward=link(f"p{n}", "a"), trip=one)
        for n, one in enumerate(seconds)
    ]


@pytest.mark.parametrize(
    ("seconds", "mark"),
    [
        ((0.08, 0.09, 0.1), Mark.PASS),
        ((0.08, 0.09, 0.24), Mark.WARN),
        ((0.001, 0.001, 0.04), Mark.PASS),
        ((0.05, 0.4), Mark.PASS),
    ],
    ids=["alike", "more than twice", "too small to matter", "too few for a median"],
)
def test_round_trips_that_stand_out(seconds: tuple[float, ...], mark: Mark) -> None:
    found = of(*trips(*seconds))
    assert found.mark is mark
    assert ("median" in found.reason) is (mark is Mark.WARN)


def test_no_mesh_is_no_pass() -> None:
    found = answered("CHK01", grounds(mesh=MeshReport()))
    assert (found.mark, found.lifted) == (Mark.UNKNOWN, Mark.PASS)
    assert "no mesh joins it" in found.reason
    unread = (Unknown("mesh", "a", "*", "gateways forbidden: 403"),)
    found = answered("CHK01", grounds(mesh=MeshReport(), unknowns=unread))
    assert (found.mark, found.lifted) == (Mark.UNKNOWN, None)
    assert found.reason == "gateways forbidden: 403"


def test_a_pass_needs_that_no_other_mesh_was_left_unread() -> None:
    unread = (Unknown("mesh", "a", "*", "cilium-config forbidden"),)
    found = answered("CHK01", grounds(mesh=mesh(pair()), unknowns=unread))
    assert (found.mark, found.lifted) == (Mark.UNKNOWN, None)


def test_an_unreachable_cluster_is_judged_by_the_others_word_alone() -> None:
    both = build.fleet(build.cluster("a"), build.unreachable("b"))
    found = answered("CHK01", grounds(both, mesh=mesh(pair(backward=UNREAD))), "b")
    assert found.mark is Mark.UNKNOWN
    assert "unreachable: timeout" in found.missing
    found = answered("CHK01", grounds(both, mesh=mesh(pair(Verdict.DOWN))), "b")
    assert found.mark is Mark.FAIL


def test_the_probe_is_that_of_the_mesh() -> None:
    assert of(pair()).probe == "subctl verify --context ctx-a --tocontext ctx-b --only connectivity"
    both = [link(*ends, provider=MeshProvider.CILIUM) for ends in (("a", "b"), ("b", "a"))]
    cilium = pair(forward=both[0], backward=both[1])
    assert of(cilium, cluster="b").probe == (
        "cilium connectivity test --context ctx-b --multi-cluster ctx-a"
    )
    others = [link(*ends, provider=MeshProvider.ISTIO) for ends in (("a", "b"), ("b", "a"))]
    assert "curl" in of(pair(forward=others[0], backward=others[1])).probe


@given(st.lists(st.sampled_from(list(Verdict)), min_size=1, max_size=5))
def test_a_pass_means_that_every_pair_is_up(verdicts: list[Verdict]) -> None:
    found = of(*(pair(one) for one in verdicts))
    assert (found.mark is Mark.PASS) == (set(verdicts) == {Verdict.UP})
    assert (found.mark is Mark.FAIL) == bool({Verdict.DOWN, Verdict.MISSING} & set(verdicts))
    if found.lifted is not None:
        assert found.mark is Mark.UNKNOWN
        assert not {Verdict.STALE, Verdict.UNKNOWN, Verdict.CONNECTING} & set(verdicts)


def test_without_a_mesh_the_probe_is_a_plain_call() -> None:
    found = answered("CHK01", grounds())
    assert "curl" in found.probe
    assert "subctl" not in found.probe
