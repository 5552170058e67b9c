"""The ten items in words, their probes, and how things become one answer."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.checklist.items import BY_RULE, ITEMS, command
from mckconsole.analysis.checklist.model import Item, Mark
from mckconsole.analysis.checklist.points import MAX_EVIDENCE, Point, settle
from mckconsole.analysis.rules_checklist import CHECKLIST_RULES
from mckconsole.domain.attested import CHECKLIST
from mckconsole.domain.findings import Rule
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.metrics import QUERIES
from tests.unit.analysis.checklist.made import NOW, evidence

HOSTILE = "a; rm -rf / $(x) '`\n{peer}"


def test_there_are_ten_in_order() -> None:
    assert tuple(one.rule for one in ITEMS) == CHECKLIST
    assert tuple(one.id for one in CHECKLIST_RULES) == CHECKLIST
    assert len(CHECKLIST) == 10


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.rule)
def test_every_item_is_explained(item: Item) -> None:
    assert item.title
    assert item.question.endswith(".")
    assert item.proves
    assert item.source


@pytest.mark.parametrize("rule", CHECKLIST_RULES, ids=lambda rule: rule.id)
def test_every_rule_is_explained(rule: Rule) -> None:
    assert (rule.pane, rule.title) == ("checklist", BY_RULE[rule.id].title)
    assert set(rule.reads) <= {*BY_TOPIC, *(query.id for query in QUERIES)}
    assert rule.explanation
    assert rule.remediation


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.rule)
@pytest.mark.parametrize("name", ["ctx", HOSTILE])
def test_names_are_one_word_of_a_probe(item: Item, name: str) -> None:
    filled = command(item.probe, {"context": name, "peer": name, "name": name})
    plain = command(item.probe, {"context": "c", "peer": "p", "name": "n"})
    assert len(shlex.split(filled)) == len(shlex.split(plain))
    if "{context}" in item.probe:
        assert any(name in word for word in shlex.split(filled))
    assert "{" not in plain


def test_what_is_not_known_of_a_probe_stands_in_capitals() -> None:
    assert command("x {context} {peer} {name} {srv}", {}) == (
        "x CONTEXT OTHER-CONTEXT NAME _PORT._tcp.NAME"
    )


def point(mark: Mark, *, probe: bool = False, at: float = NOW) -> Point:
    """Something that was looked at."""
    return Point(mark, f"{mark.value} {probe}", (evidence(at=at),), "fix it", probe)


MARKS = st.lists(st.tuples(st.sampled_from(list(Mark)), st.booleans()), max_size=8)


@given(MARKS)
def test_the_worst_decides_and_nothing_unknown_passes(marks: list[tuple[Mark, bool]]) -> None:
    made = [point(mark, probe=probe and mark is Mark.UNKNOWN) for mark, probe in marks]
    found = settle("CHK01", "a", made, well="well")
    kinds = {mark for mark, _ in marks} or {Mark.UNKNOWN}
    assert found.mark is min(kinds, key=lambda one: one.rank, default=Mark.UNKNOWN)
    assert (found.mark is Mark.PASS) == (kinds <= {Mark.PASS})
    assert bool(found.missing) == (Mark.UNKNOWN in kinds)
    readable = not marks or any(mark is Mark.UNKNOWN and not probe for mark, probe in marks)
    assert (found.lifted is not None) == (found.mark is Mark.UNKNOWN and not readable)
    if found.lifted is not None:
        assert found.lifted is (Mark.WARN if Mark.WARN in kinds else Mark.PASS)
    assert bool(found.fix) == bool(kinds & {Mark.FAIL, Mark.WARN})


def test_much_evidence_is_cut_and_its_oldest_still_dates_the_answer() -> None:
    many = [Point(Mark.PASS, str(n), (evidence(at=NOW - n),)) for n in range(99)]
    found = settle("CHK01", "a", [*many, Point(Mark.FAIL, "x", (evidence(at=NOW + 1),))], well="")
    assert len(found.evidence) == MAX_EVIDENCE
    assert found.evidence[0].observed_at == NOW + 1
    assert found.as_of == NOW - 98


def test_what_rests_on_nothing_is_no_pass() -> None:
    for points in ([], [Point(Mark.PASS, "well")]):
        found = settle("CHK01", "a", points, well="well")
        assert (found.mark, found.lifted) == (Mark.UNKNOWN, None)
        assert found.reason == "nothing was read that it could rest on"


def test_notes_decide_nothing() -> None:
    seen = [evidence()]
    found = settle("CHK03", "a", [], well="well", rests=seen, notes=("the cloud",))
    assert (found.mark, found.reason, found.missing) == (Mark.PASS, "well", ("the cloud",))
