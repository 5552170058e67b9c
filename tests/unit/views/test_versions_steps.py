"""The plan as a table of steps, and what is behind a step."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from mckconsole.analysis.versions.model import Gravity, Held, Plan
from mckconsole.domain.states import ClusterState
from mckconsole.views.detail import Detail, VersionTarget
from mckconsole.views.panes import find_pane
from mckconsole.views.spec import Role, Row
from mckconsole.views.versions_spec import CLUSTER, STEP, VERSIONS
from mckconsole.views.versions_steps import find_planned, planned_id
from mckconsole.views.versions_targets import object_of, version_detail
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW
from tests.unit.views.documents import assert_sound, lines_of
from tests.unit.views.fleetversions import (
    M34,
    M35,
    M36,
    blocker,
    judged,
    plan,
    report,
    seen,
    some,
    step,
)

SPEC = find_pane("plan") or VERSIONS


def rows_of(made: Plan | None) -> list[Row]:
    return list(SPEC.rows(*seen(some(), made)))


def texts(row: Row) -> dict[str, str]:
    return {name: cell.text for name, cell in row.cells.items()}


def detail_of(row_id: str, made: Plan | None = None) -> Detail:
    fleet, analysis = seen(some(), made or plan())
    detail = version_detail(fleet, analysis, VersionTarget(STEP, row_id))
    assert detail is not None
    assert_sound(fleet, analysis, detail)
    return detail


def words_of(detail: Detail) -> list[str]:
    return [" ".join(line.text.split()) for line in lines_of(detail)]


def test_rows_are_in_turn_and_the_held_ones_behind_them() -> None:
    mixed = replace(plan(), steps=plan().steps[::-1])
    found = [(row.cells["turn"].text, row.clusters[0]) for row in rows_of(mixed)]
    assert found == [
        ("1 of 3", "aws-use1-1"),
        ("2 of 3", "gcp-eu-1"),
        ("3 of 3", "aws-use1-1"),
        ("held", "aks-weu-1"),
    ]


def test_every_row_fills_every_column_and_is_found_again() -> None:
    fleet, analysis = seen(some(), plan())
    for row in SPEC.rows(fleet, analysis):
        assert set(row.cells) == {one.id for one in SPEC.columns}
        found = find_planned(analysis, row.id)
        assert found is not None
        assert planned_id(found) == row.id
        assert object_of(analysis, VersionTarget(STEP, row.id)) is None
    assert find_planned(analysis, "gcp-eu-1/9/1.99") is None
    assert version_detail(fleet, analysis, VersionTarget(STEP, "gone")) is None


def test_a_step_says_whether_it_may_begin() -> None:
    first, blocked, later, held = rows_of(plan())
    assert texts(first) == {
        "turn": "1 of 3",
        "cluster": "aws-use1-1",
        "step": "1.34 → 1.35",
        "stands": "● 1.35 now",
        "why": "canary",
        "mends": "–",
        "waived": "–",
        "actions": "2",
        "groups": "submariner prod",
    }
    assert (first.role, later.role) == (Role.OK, Role.PLAIN)
    assert later.cells["stands"].text == "1.36 in turn 3 of 3"
    assert blocked.cells["stands"].text == "1.35 in turn 2 of 3, mends UB03"
    assert (blocked.cells["mends"].text, blocked.role) == ("UB03", Role.PLAIN)
    assert held.cells["step"].text == "1.34 → 1.35"
    assert held.cells["stands"].text == "? held"
    assert (held.cells["why"].text, held.role) == ("webhooks were not read", Role.UNKNOWN)


def test_a_step_that_is_only_nodes_and_one_that_is_waived() -> None:
    nodes = msgspec.structs.replace(step("aws-use1-1"), to=M34)
    waived = step("gcp-eu-1", 1, M34, waived=(blocker(),))
    found = rows_of(Plan(NOW, M35, (nodes, waived)))
    assert found[0].cells["step"].text == "nodes to 1.34"
    assert found[0].cells["stands"].text == "● nodes to 1.34 now"
    assert found[1].cells["stands"].text == "▲ 1.35 now, 1 waived"
    assert found[1].cells["waived"].text == "UB03"


def test_a_cluster_of_unknown_version_is_held_at_nothing() -> None:
    (row,) = rows_of(Plan(NOW, None, held=(Held("onprem-1", None, None, "unreachable"),)))
    assert row.cells["step"].text == "at ?"
    assert row.cells["stands"].text == "? held"


def test_the_summary_counts_steps_turns_and_what_is_held() -> None:
    def summed(made: Plan | None) -> str:
        return SPEC.summary(*seen(some(), made))

    assert summed(plan()) == (
        "3 steps in 3 turns, up to 1.36  ? 1 cluster held  nothing is ever run from here"
    )
    bad = Held("aks-weu-1", M34, M36, "", (blocker(gravity=Gravity.BLOCK),))
    assert "✖ 1 cluster held" in summed(replace(plan(), held=(bad,)))
    assert summed(None) == "no plan was made"


@pytest.mark.parametrize(
    ("made", "state", "words"),
    [
        (None, ClusterState.READY, "no plan was made"),
        (None, ClusterState.CONNECTING, "being read"),
        (Plan(NOW, M34), ClusterState.READY, "no step is left"),
    ],
)
def test_no_steps_say_why(made: Plan | None, state: ClusterState, words: str) -> None:
    fleet, analysis = seen(some(), made, aws_use1_1=state)
    assert SPEC.empty(fleet, analysis).startswith(words)
    assert SPEC.rows(fleet, analysis) in ((), [])
    nothing = build.fleet()
    assert SPEC.empty(nothing, judged(nothing, report())).startswith("no clusters")


def test_a_step_is_a_list_to_tick_off() -> None:
    fleet, analysis = seen(some(), replace(plan(), steps=(*plan().steps, step("onprem-1"))))
    detail = version_detail(fleet, analysis, VersionTarget(STEP, "aws-use1-1/1/1.35"))
    assert detail is not None
    assert detail.words == "● 1.35 now"
    lines = words_of(detail)
    assert "meanwhile onprem-1" in lines
    assert "☐ backups exist" in lines
    assert any(one.startswith("☐ control plane upgrade") for one in lines)
    assert any("aws eks update-cluster-version" in one for one in lines)
    (target,) = {line.target for line in detail.blocks[0].lines if line.target}
    assert target == VersionTarget(CLUSTER, "aws-use1-1")


def test_a_step_alone_in_its_turn_and_what_holds_a_cluster() -> None:
    assert "meanwhile no other cluster" in words_of(detail_of("gcp-eu-1/2/1.35"))
    detail = detail_of("aks-weu-1")
    assert detail.role is Role.UNKNOWN
    assert any("webhooks were not read" in one for one in words_of(detail))
