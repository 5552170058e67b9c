"""The words of the first line and of the tabs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.fleet import ClusterRow
from mckconsole.domain.findings import Severity
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState
from mckconsole.views.detail import Span
from mckconsole.views.panes import FLEET
from mckconsole.views.scope import ALL, Scope
from mckconsole.views.spec import GLYPHS, Role, Row
from mckconsole.views.status import badges, freshness, overview
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW

STATE = ClusterState


def analysed(*clusters: tuple[ClusterState, Severity | None]) -> tuple[FleetSnapshot, Analysis]:
    """A fleet in these states, each cluster with one finding of that severity."""
    fleet = build.fleet(
        *(build.cluster(f"c{n}", state=state) for n, (state, _) in enumerate(clusters))
    )
    analysis = analyse(fleet)
    severities = {f"c{n}": severity for n, (_, severity) in enumerate(clusters)}

    def found(row: ClusterRow) -> ClusterRow:
        severity = severities[row.name]
        return replace(row, findings={severity: 1} if severity else {})

    return fleet, replace(analysis, clusters=tuple(map(found, analysis.clusters)))


def words(spans: tuple[Span, ...]) -> str:
    return "".join(span.text for span in spans)


@pytest.mark.parametrize(
    ("clusters", "line"),
    [
        ((), "no clusters"),
        (((STATE.READY, None),), "1 cluster  ● 1 ok"),
        (((STATE.READY, Severity.INFO),), "1 cluster  ● 1 ok"),
        (((STATE.READY, Severity.LOW),), "1 cluster  ▲ 1 warn"),
        (((STATE.READY, Severity.HIGH),), "1 cluster  ✖ 1 high"),
        (((STATE.DEGRADED, None),), "1 cluster  ▲ 1 degraded"),
        (((STATE.DEGRADED, Severity.MEDIUM),), "1 cluster  ▲ 1 degraded"),
        (((STATE.DEGRADED, Severity.CRITICAL),), "1 cluster  ✖ 1 critical"),
        (((STATE.UNREACHABLE, Severity.CRITICAL),), "1 cluster  ✖ 1 unreachable"),
        (((STATE.FORBIDDEN, Severity.LOW),), "1 cluster  ⊘ 1 forbidden"),
        (((STATE.PENDING, None), (STATE.CONNECTING, None)),
         "2 clusters  ◌ 1 connecting  ◌ 1 pending"),
        (((STATE.READY, None), (STATE.READY, Severity.MEDIUM), (STATE.CONNECTING, None),
          (STATE.LOGIN_REQUIRED, None), (STATE.READY, None), (STATE.FORBIDDEN, None)),
         "6 clusters  ✖ 1 login-required  ⊘ 1 forbidden  ▲ 1 warn  ◌ 1 connecting  ● 2 ok"),
    ],
)  # fmt: skip
def test_overview(clusters: tuple[tuple[ClusterState, Severity | None], ...], line: str) -> None:
    assert words(overview(*analysed(*clusters))) == line


@pytest.mark.parametrize("state", list(ClusterState))
@pytest.mark.parametrize("severity", [None, *Severity])
def test_a_cluster_counts_as_its_row_stands(state: ClusterState, severity: Severity | None) -> None:
    snapshot, analysis = analysed((state, severity))
    (row,) = FLEET.rows(snapshot, analysis)
    counted = overview(snapshot, analysis)[-1]
    assert counted.role is row.role
    assert counted.text.startswith(f"{GLYPHS[row.role]} 1 ")


def test_overview_of_a_scope() -> None:
    fleet = analysed((STATE.READY, None), (STATE.UNREACHABLE, None), (STATE.READY, None))
    scope = Scope(frozenset({"c0", "c2"}), "2 of 3")
    assert words(overview(*fleet, scope)) == "2 of 3 clusters  ● 2 ok"


def fleet_of_ages(*ages: float | None) -> FleetSnapshot:
    """Readable clusters that answered so many seconds ago; None is one that never did."""
    return build.fleet(
        *(
            build.unreachable(f"c{n}") if age is None else build.cluster(f"c{n}", as_of=NOW - age)
            for n, age in enumerate(ages)
        )
    )


@pytest.mark.parametrize(
    ("ages", "span"),
    [
        ((), Span("? no data", Role.UNKNOWN)),
        ((None,), Span("? no data", Role.UNKNOWN)),
        ((1, 3, 2), Span("data ≤ 3 s")),
        ((1, None), Span("data ≤ 1 s")),
        ((30,), Span("data ≤ 30 s")),
        ((0, 31), Span("~ data ≤ 31 s", Role.STALE)),
        ((-5,), Span("data ≤ 0 s")),
    ],
)
def test_freshness(ages: tuple[float | None, ...], span: Span) -> None:
    assert freshness(fleet_of_ages(*ages)) == span


def test_freshness_of_a_scope() -> None:
    snapshot = fleet_of_ages(900, 2)
    assert freshness(snapshot, Scope(frozenset({"c1"}), "c1")).text == "data ≤ 2 s"
    assert freshness(snapshot, ALL).text == "~ data ≤ 15 m"


@pytest.mark.parametrize(
    ("roles", "badge"),
    [
        ("", ""),
        ("ok plain dim", ""),
        ("critical ok warn critical", "✖2 ▲1"),
        ("warn stale unknown", "▲1"),
        ("stale unknown ok", "~1 ?1"),
        ("forbidden unknown connecting", "?1 ⊘1 ◌1"),
    ],
)
def test_badges(roles: str, badge: str) -> None:
    spans = badges([Row(str(n), {}, role=Role(role)) for n, role in enumerate(roles.split())])
    assert words(spans) == badge
    assert all(span.text == " " or span.text[0] == GLYPHS[span.role] for span in spans)
