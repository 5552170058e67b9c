"""Results of probes: what they fail, what they lift, and when they do not count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.checklist.attested import DAY, merge
from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.checklist.report import analyse_checklist
from mckconsole.domain.attested import Attested
from tests.unit.analysis.checklist.made import NOW, evidence, fleet, grounds, mesh, pair

GAP = "nothing measures it"


def attested(
    passed: bool = True, days: float | None = 1, *, cluster: str = "a", rule: str = "CHK01"
) -> Attested:
    """A result that is so many days old."""
    at = None if days is None else NOW - days * DAY
    return Attested(rule, cluster, passed, "pod to pod", "run.xml", at)


def answer(mark: Mark, lifted: Mark | None = None) -> Answer:
    """An answer before anything was brought."""
    missing = (GAP,) if mark is Mark.UNKNOWN else ()
    return Answer("CHK01", "a", mark, "as read", (evidence(),), missing=missing, as_of=NOW,
                  lifted=lifted, probe="subctl verify")  # fmt: skip


@pytest.mark.parametrize(
    ("before", "results", "mark"),
    [
        (answer(Mark.UNKNOWN, Mark.PASS), [attested()], Mark.PASS),
        (answer(Mark.UNKNOWN, Mark.WARN), [attested()], Mark.WARN),
        (answer(Mark.UNKNOWN), [attested()], Mark.UNKNOWN),
        (answer(Mark.FAIL), [attested()], Mark.FAIL),
        (answer(Mark.WARN), [attested()], Mark.WARN),
        (answer(Mark.PASS), [attested()], Mark.PASS),
        (answer(Mark.PASS), [attested(False)], Mark.FAIL),
        (answer(Mark.UNKNOWN, Mark.PASS), [attested(), attested(False)], Mark.FAIL),
        (answer(Mark.UNKNOWN, Mark.PASS), [attested(days=30)], Mark.PASS),
        (answer(Mark.UNKNOWN, Mark.PASS), [attested(days=30.01)], Mark.UNKNOWN),
        (answer(Mark.UNKNOWN, Mark.PASS), [attested(days=None)], Mark.UNKNOWN),
        (answer(Mark.UNKNOWN, Mark.PASS), [attested(days=-0.5)], Mark.PASS),
        (answer(Mark.UNKNOWN, Mark.PASS), [attested(days=-1.5)], Mark.UNKNOWN),
        (answer(Mark.PASS), [attested(False, days=31)], Mark.PASS),
        (answer(Mark.PASS), [attested(False, days=None)], Mark.PASS),
        (answer(Mark.UNKNOWN, Mark.PASS), [attested(), attested(False, days=40)], Mark.PASS),
    ],
)
def test_marks(before: Answer, results: list[Attested], mark: Mark) -> None:
    found = merge(before, results, NOW)
    assert found.mark is mark
    assert found.attested == tuple(results)
    assert found.lifted is None or found.mark is Mark.UNKNOWN


def test_what_is_lifted_says_by_what_and_how_old_it_is() -> None:
    found = merge(answer(Mark.UNKNOWN, Mark.PASS), [attested()], NOW)
    assert found.reason == "1 probe passed: pod to pod; without it: as read"
    assert found.missing == ()
    assert found.as_of == NOW - DAY
    assert (found.evidence[0].path, found.evidence[0].value) == (
        "probe in run.xml", "passed: pod to pod",
    )  # fmt: skip


def test_a_failed_probe_says_what_failed_and_to_run_it_again() -> None:
    found = merge(answer(Mark.PASS), [attested(False)], NOW)
    assert found.reason == "a probe failed: pod to pod"
    assert "subctl verify" in found.fix
    found = merge(answer(Mark.FAIL), [attested(False)], NOW)
    assert found.reason == "as read; a probe failed: pod to pod"


@pytest.mark.parametrize(
    ("days", "words"),
    [(45, "it is 45 days old"), (None, "does not say when it ran"), (-3, "it is dated 20")],
)
def test_what_does_not_count_says_so(days: float | None, words: str) -> None:
    found = merge(answer(Mark.UNKNOWN, Mark.PASS), [attested(days=days)], NOW)
    assert found.missing[0] == GAP
    assert "does not count" in found.missing[1]
    assert words in found.missing[1]
    assert found.as_of == NOW
    assert len(found.evidence) == 1


@given(
    mark=st.sampled_from(list(Mark)),
    lifted=st.sampled_from([None, Mark.WARN, Mark.PASS]),
    results=st.lists(st.builds(attested, st.booleans(), st.none() | st.floats(-60, 60))),
)
def test_probes_never_mend_what_was_read(
    mark: Mark, lifted: Mark | None, results: list[Attested]
) -> None:
    before = answer(mark, lifted if mark is Mark.UNKNOWN else None)
    found = merge(before, results, NOW)
    if found.mark.rank > before.mark.rank:
        assert before.mark is Mark.UNKNOWN
        assert found.mark is before.lifted
        assert any(one.passed for one in results)
    counting = [one for one in results if one.at is not None and -DAY <= NOW - one.at <= 30 * DAY]
    assert (found.mark is Mark.FAIL) == (
        mark is Mark.FAIL or any(not one.passed for one in counting)
    )


def test_results_find_their_item_and_cluster() -> None:
    of = grounds(fleet("a", "b"), mesh=mesh(pair(trip=None)))
    brought = [attested(cluster="b"), attested(False, rule="CHK03"), attested(cluster="nowhere")]
    found = analyse_checklist(of, attested=brought)
    marks = {(one.rule, one.cluster): one.mark for one in found.answers}
    assert marks["CHK01", "a"] is Mark.UNKNOWN
    assert marks["CHK01", "b"] is Mark.PASS
    assert marks["CHK03", "a"] is Mark.FAIL
    assert marks["CHK03", "b"] is Mark.UNKNOWN
    assert any(one.cluster == "nowhere" and "run.xml" in one.reason for one in found.unknowns)
    everywhere = analyse_checklist(of, attested=[attested(cluster="")])
    assert {one.mark for one in everywhere.answers if one.rule == "CHK01"} == {Mark.PASS}
