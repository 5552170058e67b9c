"""Disruption budgets: UB03, UB04 and UB05, each with its healthy twin."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.versions.disruption import disruption_blockers, share
from mckconsole.analysis.versions.model import Gravity
from mckconsole.domain.states import TopicState
from tests.unit.analysis.build import unreachable
from tests.unit.analysis.versions import blocking as b

BLOCK, WARN, UNKNOWN = Gravity.BLOCK, Gravity.WARN, Gravity.UNKNOWN


@pytest.mark.parametrize(
    ("spec", "expected", "rules"),
    [
        ({"maxUnavailable": 0}, 3, [("UB03", BLOCK)]),
        ({"maxUnavailable": "0%"}, 3, [("UB03", BLOCK)]),
        ({"maxUnavailable": 0}, 0, []),  # nobody is selected
        ({"maxUnavailable": 1}, 3, []),
        ({"maxUnavailable": "1%"}, 3, []),  # rounded up
        ({"minAvailable": 3}, 3, [("UB03", BLOCK)]),
        ({"minAvailable": 4}, 3, [("UB03", BLOCK)]),
        ({"minAvailable": 2}, 3, []),
        ({"minAvailable": "100%"}, 3, [("UB03", BLOCK)]),
        ({"minAvailable": "50%"}, 3, []),
        ({"minAvailable": "70%"}, 3, [("UB03", BLOCK)]),  # rounded up
        ({"minAvailable": "1%"}, 1, [("UB03", BLOCK)]),
        ({"minAvailable": "most"}, 3, [("UB03", UNKNOWN)]),
        ({"maxUnavailable": "-1%"}, 3, [("UB03", UNKNOWN)]),
        ({}, 3, []),
    ],
)
def test_what_can_never_be_met(
    spec: dict[str, Any], expected: int, rules: list[tuple[str, Gravity]]
) -> None:
    found = disruption_blockers(b.cluster(b.budget(expected=expected, **spec)))
    assert b.gravities(found) == rules
    if rules:
        assert b.only(found).object is not None


def test_the_remedy_is_a_command_for_this_budget() -> None:
    found = b.only(disruption_blockers(b.cluster(b.budget("a b", maxUnavailable=0)), "eks"))
    assert "kubectl --context ctx-west -n shop patch poddisruptionbudget 'a b'" in found.remediation
    assert "15 minutes" in found.detail
    assert found.evidence[0].value == "maxUnavailable 0"


@pytest.mark.parametrize(
    ("policy", "healthy", "allowed", "rules"),
    [
        ("", 1, 0, [("UB04", WARN)]),
        ("IfHealthyBudget", 1, 0, [("UB04", WARN)]),
        ("AlwaysAllow", 1, 0, [("UB04", Gravity.INFO)]),
        ("", 2, 0, [("UB04", WARN)]),  # one is not healthy, and no other may go
        ("", 3, 1, []),
    ],
)
def test_what_allows_nothing_now(
    policy: str, healthy: int, allowed: int, rules: list[tuple[str, Gravity]]
) -> None:
    made = b.budget(
        minAvailable=2, healthy=healthy, allowed=allowed, unhealthyPodEvictionPolicy=policy
    )
    assert b.gravities(disruption_blockers(b.cluster(made))) == rules


def test_a_budget_whose_controller_fails_allows_nothing_for_ever() -> None:
    failed = {"type": "DisruptionAllowed", "status": "False", "reason": "SyncFailed",
              "message": "found no controllers for pod"}  # fmt: skip
    found = b.only(disruption_blockers(b.cluster(b.budget(minAvailable=1, conditions=[failed]))))
    assert (found.rule, found.gravity) == ("UB03", BLOCK)
    assert "found no controllers" in found.detail


def test_a_status_of_an_older_spec_is_not_believed() -> None:
    found = disruption_blockers(b.cluster(b.budget(maxUnavailable=0, seen=0)))
    assert b.gravities(found) == [("UB03", UNKNOWN)]


@pytest.mark.parametrize(
    ("second", "rules"),
    [
        ({"labels": {"app": "web"}}, [("UB05", BLOCK)]),
        ({"labels": {"tier": "front"}}, [("UB05", BLOCK)]),
        ({"selector": {"matchLabels": {}}}, [("UB05", BLOCK)]),  # all pods of the namespace
        ({"selector": {"matchExpressions": [{"key": "tier", "operator": "Exists"}]}},
         [("UB05", BLOCK)]),
        ({"labels": {"app": "web", "tier": "back"}}, []),
        ({"labels": {"app": "other"}}, []),
        ({"labels": {"app": "web"}, "namespace": "elsewhere"}, []),
    ],
)  # fmt: skip
def test_pods_in_two_budgets(second: dict[str, Any], rules: list[tuple[str, Gravity]]) -> None:
    pods = [b.pod(f"web-{n}", labels={"app": "web", "tier": "front"}) for n in range(2)]
    made = b.cluster(b.budget("web"), b.budget("other", **second), *pods)
    found = disruption_blockers(made)
    assert b.gravities(found) == rules
    if rules:
        one = b.only(found)
        assert "2 of its pods" in one.detail
        assert len(one.evidence) == 4


def test_a_pod_that_has_ended_is_in_no_budget() -> None:
    pod = b.pod(phase="Succeeded")
    assert not disruption_blockers(
        b.cluster(b.budget("web"), b.budget("w", labels=pod["metadata"]["labels"]), pod)
    )


@pytest.mark.parametrize("state", [TopicState.FORBIDDEN, TopicState.STALE, TopicState.PENDING])
def test_what_cannot_be_read_is_unknown(state: TopicState) -> None:
    found = disruption_blockers(b.cluster(poddisruptionbudgets=state))
    assert b.gravities(found) == [(rule, UNKNOWN) for rule in ("UB03", "UB04", "UB05")]
    two = [b.budget("a"), b.budget("b")]
    assert b.gravities(disruption_blockers(b.cluster(*two, pods=state))) == [("UB05", UNKNOWN)]
    assert not disruption_blockers(b.cluster(b.budget("a"), pods=state))


def test_an_unreachable_cluster_is_unknown() -> None:
    found = disruption_blockers(unreachable("west"))
    assert {one.gravity for one in found} == {UNKNOWN}
    assert "timeout" in found[0].detail


@given(st.integers(0, 200), st.integers(0, 500))
def test_shares_are_rounded_up(percent: int, of: int) -> None:
    assert share(f"{percent}%", of) == math.ceil(percent * of / 100)
    assert share(percent, of) == share(str(percent), of) == percent


@given(st.text(max_size=8))
def test_no_text_makes_a_share_fail(text: str) -> None:
    found = share(text, 10)
    assert found is None or found >= 0
