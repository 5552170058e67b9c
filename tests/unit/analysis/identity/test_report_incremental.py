"""However the objects of a fleet come and go, keeping up says the same as starting anew."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.analysis.identity.memory import IdentityMemory
from mckconsole.analysis.identity.model import BindingState, IdentityPolicy, IdentityReport
from mckconsole.analysis.identity.report import analyse_identity
from mckconsole.domain.findings import Severity
from mckconsole.domain.states import TopicState
from tests.unit.analysis.build import Doc
from tests.unit.analysis.identity import livedocs
from tests.unit.analysis.identity.livecontent import compare, content
from tests.unit.analysis.identity.livedocs import DOCS, ROLE, account, irsa, pod
from tests.unit.analysis.livefleet import LiveFleet, topics_of

CLUSTERS = ("east", "west")
POLICY = IdentityPolicy(
    groups={"east": frozenset({"prod"}), "west": frozenset({"dev"})}, shared_limit=2
)
TOPICS = sorted({topic for one in DOCS for topic in topics_of(one)})
STATES = [TopicState.FRESH, TopicState.FRESH, TopicState.STALE, TopicState.FORBIDDEN]
DAY = 86400.0


@st.composite
def histories(draw: st.DrawFn) -> list[list[tuple[str, str, Any]]]:
    """Rounds of changes to some objects, so that they meet."""
    pool = st.sampled_from(draw(st.lists(st.sampled_from(DOCS), min_size=6, max_size=16)))
    where = st.sampled_from(CLUSTERS)
    puts = st.tuples(st.just("put"), where, pool)
    drops = st.tuples(st.just("drop"), where, pool)
    states = st.tuples(
        st.just("state"), where, st.tuples(st.sampled_from(TOPICS), st.sampled_from(STATES))
    )
    relists = st.tuples(st.just("relist"), where, st.sampled_from(TOPICS))
    waits = st.tuples(st.just("wait"), st.just(""), st.sampled_from([1.0, 61.0, 31 * DAY]))
    steps = st.one_of(puts, puts, puts, drops, drops, states, relists, waits)
    first = [draw(st.lists(puts, min_size=4, max_size=12))]
    return first + draw(st.lists(st.lists(steps, min_size=1, max_size=2), min_size=4, max_size=12))


def _apply(fleet: LiveFleet, step: tuple[str, str, Any]) -> None:
    action, cluster, what = step
    if action == "put":
        fleet.put(cluster, what)
    elif action == "drop":
        fleet.drop(cluster, what)
    elif action == "relist":
        fleet.relist(cluster, what)
    elif action == "state":
        fleet.state(cluster, *what)
    else:
        fleet.now += what


def _start() -> LiveFleet:
    """Two clusters with one workload that is one role in both."""
    fleet = LiveFleet(*CLUSTERS)
    for name in CLUSTERS:
        fleet.put(name, livedocs.nodes()[0], *livedocs.workloads()[:5])
        fleet.put(name, account("shop", {"eks.amazonaws.com/role-arn": ROLE}))
    return fleet


def _analyse(
    fleet: LiveFleet, memory: IdentityMemory | None = None
) -> tuple[IdentityReport, IdentityMemory]:
    return analyse_identity(fleet.snapshot(), memory or IdentityMemory(), POLICY)


@settings(max_examples=60, deadline=None)
@given(histories())
def test_keeping_up_says_the_same_as_starting_anew(
    rounds: list[list[tuple[str, str, Any]]],
) -> None:
    fleet = _start()
    _, memory = _analyse(fleet)
    for steps in rounds:
        for step in steps:
            _apply(fleet, step)
        found, memory = _analyse(fleet, memory)
        again, memory = _analyse(fleet, memory)
        fresh, _ = _analyse(fleet)
        compare(again, fresh)
        assert [*map(id, again.bindings)] == [*map(id, found.bindings)]
        assert [one.rule for one in found.findings] == [one.rule for one in fresh.findings]


CHANGES: list[tuple[str, str, Doc]] = [
    ("put", "east", account("shop")),
    ("drop", "east", account("shop")),
    ("put", "west", account("a", {"eks.amazonaws.com/role-arn": ROLE})),
    ("put", "west", pod("alone", None, "a", injected=irsa())),
    ("put", "east", livedocs.nodes()[3]),
    *(("put", "east", one) for one in livedocs.surroundings()[2:6]),
    ("drop", "west", livedocs.workloads()[4]),
]  # fmt: skip


@pytest.mark.parametrize(("action", "cluster", "what"), CHANGES)
def test_a_change_leaves_alone_what_it_does_not_concern(
    action: str, cluster: str, what: Doc
) -> None:
    fleet = _start()
    fleet.put("west", account("b", {"eks.amazonaws.com/role-arn": livedocs.OTHER_ROLE}))
    fleet.put("west", pod("apart", None, "b", injected=irsa(livedocs.OTHER_ROLE)))
    first, memory = _analyse(fleet)
    getattr(fleet, action)(cluster, what)
    second, _ = _analyse(fleet, memory)
    compare(second, _analyse(fleet)[0])
    apart = [[one for one in report.bindings if one.workload.key.name == "apart"]
             for report in (first, second)]  # fmt: skip
    assert len(apart[0]) == 1
    assert apart[0][0] is apart[1][0]


def test_principals_of_a_fleet_come_and_go_with_the_pods_that_name_it() -> None:
    fleet = LiveFleet(*CLUSTERS)
    gke, elsewhere = livedocs.nodes()[1], livedocs.nodes()[0]
    fleet.put("west", gke, account("shop", {"iam.gke.io/gcp-service-account": livedocs.MAIL}))
    fleet.put("east", elsewhere, account("shop"), account("a"))
    found, memory = _analyse(fleet)
    told = []
    member = pod("member", None, "a", injected=livedocs.federated())
    second = pod("another", None, "a", injected=livedocs.federated())
    own = pod("own", None, "shop", injected=livedocs.federated())
    steps = [("put", member), ("put", second), ("drop", second), ("put", own), ("drop", member),
             ("drop", own)]  # fmt: skip
    for action, what in steps:
        getattr(fleet, action)("east", what)
        found, memory = _analyse(fleet, memory)
        compare(found, _analyse(fleet)[0])
        told.append([one.severity for one in found.findings if one.rule == "WI23"])
    assert told == [[Severity.HIGH]] * 5 + [[]]


def test_a_cluster_may_stay_in_a_pool_for_another_reason() -> None:
    """First its pods name the pool, then its nodes are in it too."""
    fleet = LiveFleet(*CLUSTERS)
    gke = livedocs.nodes()[1]
    fleet.put("west", gke, account("shop", {"iam.gke.io/gcp-service-account": livedocs.MAIL}))
    fleet.put("east", account("shop"), pod("own", None, "shop", injected=livedocs.federated()))
    _, memory = _analyse(fleet)
    told = []
    for action in ("put", "drop"):
        getattr(fleet, action)("east", gke)
        found, memory = _analyse(fleet, memory)
        compare(found, _analyse(fleet)[0])
        told += ["by what pods say" in one.detail for one in found.findings if one.rule == "WI23"]
    assert told == [False, True]


def test_an_identity_that_is_by_hand_everywhere_is_shared_too() -> None:
    fleet = LiveFleet(*CLUSTERS)
    found, memory = _analyse(fleet)
    told = []
    for name in CLUSTERS:
        fleet.put(name, account("a"), pod("alone", None, "a", injected=irsa()))
        found, memory = _analyse(fleet, memory)
        compare(found, _analyse(fleet)[0])
        told.append("WI22" in {one.rule for one in found.findings})
    assert told == [False, True]


def test_service_accounts_read_in_part_are_in_doubt_one_by_one() -> None:
    """The reason is the same in both; the accounts that it is about are not."""
    fleet = LiveFleet("east")
    fleet.put("east", *(account(name, {"eks.amazonaws.com/role-arn": ROLE}) for name in "abc"))
    memory = IdentityMemory()
    told = []
    for other in "bc":
        one = fleet.snapshot()
        east = one.clusters["east"]
        faults = {("shop", name): ("metadata",) for name in ("a", other)}
        view = replace(east.topics["serviceaccounts"], faults=faults)
        east = replace(east, topics={**east.topics, "serviceaccounts": view})
        one = replace(one, clusters={"east": east})
        found, memory = analyse_identity(one, memory, POLICY)
        compare(found, analyse_identity(one, IdentityMemory(), POLICY)[0])
        told.append([key.name for key, held in found.accounts.items() if held.unknown])
    assert told == [["a", "b"], ["a", "c"]]


def test_an_older_memory_says_the_same_too() -> None:
    fleet = _start()
    _, first = _analyse(fleet)
    fleet.put("west", account("shop"))
    second, memory = _analyse(fleet, first)
    compare(_analyse(fleet, first)[0], second)
    compare(_analyse(fleet, copy.copy(memory))[0], second)


def test_another_policy_judges_everything_again() -> None:
    fleet = _start()
    _, memory = _analyse(fleet)
    allowed = IdentityPolicy(accounts=frozenset({"999999999999"}))
    found, _ = analyse_identity(fleet.snapshot(), memory, allowed)
    assert "WI04" in {one.rule for one in found.findings}


def test_what_waits_is_looked_at_again_in_time() -> None:
    """Nothing uses the identity; after thirty days that is a finding, though nothing changes."""
    fleet = LiveFleet("east")
    fleet.put("east", account("idle", {"eks.amazonaws.com/role-arn": ROLE}))
    first, memory = _analyse(fleet)
    assert not first.findings
    fleet.now += 31 * DAY
    second, _ = _analyse(fleet, memory)
    assert [one.rule for one in second.findings] == ["WI35"]


def test_evidence_is_dated_anew() -> None:
    fleet = _start()
    first, memory = _analyse(fleet)
    fleet.now += 61
    second, _ = _analyse(fleet, memory)
    compare(second, first)
    old = {one.id: one for one in first.findings}
    assert old
    assert any(one is not old[one.id] for one in second.findings)


def test_findings_stand_once_in_the_report_and_on_every_binding_that_they_concern() -> None:
    fleet = _start()
    report, _ = _analyse(fleet)
    shared = [one for one in report.findings if one.rule == "WI22"]
    assert len(shared) == 1
    assert [one.severity for one in report.bindings] == [shared[0].severity] * 2
    assert all(shared[0] in one.findings for one in report.bindings)
    (use,) = report.identities.values()
    assert use.findings == tuple(shared)
    assert [content(one) for one in use.bindings] == [content(one) for one in report.bindings]
    assert {one.state for one in report.bindings} == {BindingState.BOUND}
