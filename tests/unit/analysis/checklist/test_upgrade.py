"""CHK10: support, blockers, the plan, and how far clusters of one mesh are apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.checklist.model import Mark
from mckconsole.analysis.versions.model import ClusterVersions, Gravity, Held, Step, SupportState
from mckconsole.domain.findings import Unknown
from mckconsole.domain.kubeversion import Minor
from tests.unit.analysis import build
from tests.unit.analysis.checklist.made import (
    answered,
    blocker,
    grounds,
    plan,
    versioned,
    versions,
)

STEP = Step(1, "a", Minor(1, 34), Minor(1, 35), (), "why")


@pytest.mark.parametrize(
    ("one", "mark", "words"),
    [
        (versions(), Mark.PASS, "1.34, supported for 200 days, nothing blocks"),
        (versions(days=90), Mark.PASS, "90 days"),
        (versions(days=89), Mark.WARN, "ends in 89 days"),
        (versions(days=40, state=SupportState.ENDING), Mark.WARN, "ends in 40 days"),
        (versions(days=100, state=SupportState.EXTENDED), Mark.WARN, "extended support only"),
        (versions(days=-3, state=SupportState.ENDED), Mark.FAIL, "has ended"),
        (versions(days=None, state=SupportState.UNKNOWN), Mark.UNKNOWN, "not known"),
        (versions(days=None), Mark.UNKNOWN, "not known"),
        (versions(least=None), Mark.UNKNOWN, "not known"),
        (versions(state=SupportState.PLANNED), Mark.UNKNOWN, "not known"),
        (versions(blockers=(blocker(),)), Mark.FAIL, "UB01 no disruption allowed"),
        (versions(blockers=(blocker(target=Minor(1, 35)),)), Mark.FAIL, "UB01"),
        (versions(blockers=(blocker(target=Minor(1, 36)),)), Mark.PASS, "nothing blocks"),
        (versions(blockers=(blocker(Gravity.UNKNOWN),)), Mark.UNKNOWN, "UB01"),
        (versions(blockers=(blocker(Gravity.WARN),)), Mark.PASS, "1 warning of the plan"),
        (versions(least=None, blockers=(blocker(),)), Mark.FAIL, "UB01"),
    ],
)
def test_marks(one: ClusterVersions, mark: Mark, words: str) -> None:
    found = answered("CHK10", versioned(one))
    assert found.mark is mark
    assert words in found.reason
    assert found.evidence
    assert found.as_of == build.NOW


def test_versions_that_nobody_looked_at() -> None:
    found = answered("CHK10", grounds())
    assert (found.mark, found.reason) == (Mark.UNKNOWN, "versions were not looked at")
    away = build.fleet(build.unreachable("a"))
    assert "unreachable" in answered("CHK10", grounds(away)).reason


@pytest.mark.parametrize(
    ("changes", "mark", "words"),
    [
        ({"held": (Held("a", None, None, "a PDB", (blocker(),)),)}, Mark.FAIL, "holds it: a PDB"),
        ({"held": (Held("a", None, None, "no version"),)}, Mark.UNKNOWN, "holds it: no version"),
        (
            {"held": (Held("a", Minor(1, 35), None, "a PDB", (blocker(),)),), "steps": (STEP,)},
            Mark.WARN,
            "holds it at 1.35: a PDB",
        ),
        ({"end": {}, "steps": (STEP,)}, Mark.PASS, "nothing blocks"),
        ({"end": {}}, Mark.UNKNOWN, "does not name it"),
        ({"unknowns": (Unknown("versions", "a", "*", "no headroom"),)}, Mark.UNKNOWN, "headroom"),
        ({"unknowns": (Unknown("versions", "b", "*", "no headroom"),)}, Mark.PASS, "nothing"),
    ],
)
def test_plans(changes: dict[str, object], mark: Mark, words: str) -> None:
    found = answered("CHK10", versioned(versions(), with_plan=plan(**changes)))
    assert found.mark is mark
    assert words in found.reason


def test_without_a_plan_nothing_passes() -> None:
    of = versioned(versions())
    without = grounds(of.fleet, versions=of.versions)
    assert answered("CHK10", without).mark is Mark.UNKNOWN


@pytest.mark.parametrize(
    ("other", "groups", "mark"),
    [
        (Minor(1, 33), ("cilium prod",), Mark.PASS),
        (Minor(1, 36), ("cilium prod",), Mark.FAIL),
        (Minor(1, 32), ("cilium prod",), Mark.FAIL),
        (Minor(2, 34), ("cilium prod",), Mark.FAIL),
        (Minor(1, 30), ("another",), Mark.PASS),
        (None, ("cilium prod",), Mark.UNKNOWN),
    ],
)
def test_clusters_of_one_mesh(other: Minor | None, groups: tuple[str, ...], mark: Mark) -> None:
    first = versions(groups=("cilium prod",))
    found = answered("CHK10", versioned(first, versions("b", other, groups=groups)))
    assert found.mark is mark
    if mark is Mark.FAIL:
        assert {one.cluster for one in found.evidence} == {"a", "b"}


@given(
    state=st.sampled_from(list(SupportState)),
    days=st.none() | st.integers(-500, 1000),
    least=st.none() | st.builds(Minor, st.just(1), st.integers(20, 50)),
    gravities=st.lists(st.sampled_from(list(Gravity)), max_size=3),
)
def test_a_pass_means_that_all_of_it_holds(
    state: SupportState, days: int | None, least: Minor | None, gravities: list[Gravity]
) -> None:
    made = versions(least=least, days=days, state=state, blockers=tuple(map(blocker, gravities)))
    if answered("CHK10", versioned(made)).mark is Mark.PASS:
        assert state is SupportState.SUPPORTED
        assert days is not None
        assert days >= 90
        assert least is not None
        assert not {Gravity.BLOCK, Gravity.UNKNOWN} & set(gravities)
