"""Versions as rows: version, support, kubelets, add-ons, blockers, and when a cluster's turn is."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from mckconsole.analysis.versions.model import (
    Blocker,
    ClusterVersions,
    Fit,
    Gravity,
    Held,
    Plan,
    SupportState,
    VersionsReport,
)
from mckconsole.domain.findings import Finding, Severity, Unknown
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.states import ClusterState
from mckconsole.views import versions
from mckconsole.views.spec import GLYPHS, Role, Row
from mckconsole.views.versions_bars import WIDTH, histogram, support_bar
from mckconsole.views.versions_next import next_cell
from mckconsole.views.versions_spec import VERSIONS
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW
from tests.unit.views.fleetversions import (
    DAY,
    M33,
    M34,
    M35,
    addon,
    blocker,
    cluster,
    judged,
    plan,
    pool,
    report,
    seen,
    servers,
    some,
    step,
    support,
    told,
    waiver,
)

ESSENTIAL = ("cluster", "version", "support", "blockers", "next")


def row_of(one: ClusterVersions, *found: Finding, made: Plan | None = None) -> Row:
    (row,) = versions.rows(*seen(report(one, findings=found), made))
    return row


def texts(row: Row) -> dict[str, str]:
    return {name: cell.text for name, cell in row.cells.items()}


def test_a_cluster_with_which_all_is_well() -> None:
    row = row_of(cluster(), made=plan())
    assert texts(row) == {
        "cluster": "● aws-use1-1",
        "version": "1.34.2",
        "support": "● 200 d",
        "blockers": "● none",
        "next": "● 1.35 now",
        "kubelets": "1.34█",
        "addons": "● 1 in range",
        "bar": "░░██▒▒▒▒",
        "apis": "none",
        "nodes": "3",
        "provider": "eks",
        "groups": "submariner prod",
        "roles": "–",
        "unknown": "–",
    }
    assert (row.role, row.clusters, row.problem) == (Role.OK, ("aws-use1-1",), False)
    assert row.cells["support"].value == 200 * DAY


def test_a_cluster_that_is_blocked_says_by_what() -> None:
    fleet, analysis = seen(some(), plan())
    rows = {row.id: row for row in versions.rows(fleet, analysis)}
    found = texts(rows["gcp-eu-1"])
    assert found["blockers"] == "✖ 1 block ▲1 ?1"
    assert found["next"] == "1.35 in turn 2 of 3, mends UB03"
    assert found["addons"] == "✖ 1 of 2 out"
    assert found["kubelets"] == "1.33▁ 1.34█"
    assert found["support"] == "▲ 365 d extended"
    assert found["apis"] == "✖ 1 used"
    assert rows["gcp-eu-1"].role is Role.CRITICAL
    assert rows["gcp-eu-1"].finding_ids == (analysis.versions.findings[0].id,)


def test_what_was_not_judged_is_never_fine() -> None:
    rows = {row.id: row for row in versions.rows(*seen(some(), plan()))}
    found = texts(rows["aks-weu-1"])
    assert found["blockers"] == "? 1 unknown"
    assert found["kubelets"] == "1.34█ ?2"
    assert found["addons"] == "? 1 of 1 unknown"
    assert found["next"] == "? held: webhooks were not read"
    assert found["unknown"] == "UB08: webhooks: forbidden"
    assert rows["aks-weu-1"].problem


def test_a_cluster_of_which_nothing_is_known() -> None:
    rows = {row.id: row for row in versions.rows(*seen(some(), onprem_1=ClusterState.UNREACHABLE))}
    found = texts(rows["onprem-1"])
    assert found.pop("cluster") == "? onprem-1"
    assert found.pop("version") == "? unreachable"
    assert found.pop("blockers") == "? not judged"
    assert found.pop("next") == "? version unknown"
    assert {found.pop(name) for name in ("bar", "groups", "roles", "unknown")} == {"–"}
    assert set(found.values()) == {"? unknown"}


def test_a_cluster_that_no_report_has_is_a_row_too() -> None:
    fleet = build.fleet(build.cluster("new", state=ClusterState.CONNECTING), build.cluster("odd"))
    rows = {row.id: row for row in versions.rows(fleet, judged(fleet))}
    assert (rows["new"].role, rows["odd"].role) == (Role.CONNECTING, Role.UNKNOWN)
    assert rows["new"].cells["version"].text == "◌ connecting"
    assert rows["odd"].cells["version"].text == "? unknown"


def test_what_was_read_before_a_cluster_was_lost_is_stale() -> None:
    (row,) = versions.rows(*seen(report(cluster()), plan(), aws_use1_1=ClusterState.UNREACHABLE))
    assert (row.cells["version"].text, row.role) == ("~ 1.34.2", Role.STALE)


def test_the_worst_come_first() -> None:
    rows = versions.rows(*seen(some(), plan()))
    assert [row.id for row in rows] == ["gcp-eu-1", "aks-weu-1", "onprem-1", "aws-use1-1"]


def test_rows_are_the_same_objects_while_nothing_changes() -> None:
    found, made = some(), plan()
    first, second = (versions.rows(*seen(found, made)) for _ in range(2))
    assert all(a is b for a, b in zip(first, second, strict=True))
    assert versions.rows(*seen(found)) != first


@pytest.mark.parametrize(
    ("state", "days", "words", "role"),
    [
        (SupportState.SUPPORTED, 200, "● 200 d", Role.OK),
        (SupportState.ENDING, 8, "▲ 8 d", Role.WARN),
        (SupportState.EXTENDED, 365, "▲ 365 d extended", Role.WARN),
        (SupportState.ENDED, -26, "✖ ended 26 d ago", Role.CRITICAL),
        (SupportState.ENDED, None, "✖ ended", Role.CRITICAL),
        (SupportState.PLANNED, None, "▲ not released", Role.WARN),
        (SupportState.UNKNOWN, None, "? unknown", Role.UNKNOWN),
    ],
)
def test_support_in_words(state: SupportState, days: int | None, words: str, role: Role) -> None:
    row = row_of(cluster(support=support(state, days)))
    assert (row.cells["support"].text, row.cells["support"].role) == (words, role)
    assert row.problem == (role is not Role.OK)


@pytest.mark.parametrize("provider", ["", "eks/gke"])
def test_days_of_another_calendar_promise_nothing(provider: str) -> None:
    row = row_of(cluster(provider=provider))
    assert row.cells["support"].text == "? 200 d"
    assert row.role is Role.UNKNOWN


@pytest.mark.parametrize(
    ("state", "days", "picture"),
    [
        (SupportState.SUPPORTED, 400, "████▒▒▒▒"),
        (SupportState.SUPPORTED, 200, "░░██▒▒▒▒"),
        (SupportState.ENDING, 3, "░░░█▒▒▒▒"),
        (SupportState.EXTENDED, 400, "░░░░▒▒▒▒"),
        (SupportState.EXTENDED, 100, "░░░░░░░▒"),
        (SupportState.ENDED, -5, "░░░░░░░░"),
        (SupportState.UNKNOWN, None, ""),
    ],
)
def test_the_support_bar(state: SupportState, days: int | None, picture: str) -> None:
    assert support_bar(support(state, days)) == picture


@given(st.sampled_from(list(SupportState)), st.integers(-2000, 2000), st.integers(-500, 3000),
       st.integers(-500, 3000))  # fmt: skip
def test_a_support_bar_is_whole_or_not_there(
    state: SupportState, days: int, standard: int, extended: int
) -> None:
    start = date(2026, 1, 1).toordinal()
    made = changed(support(state, days), standard_end=date.fromordinal(start + standard),
                   extended_end=date.fromordinal(start + extended),
                   start=date.fromordinal(start))  # fmt: skip
    picture = support_bar(made)
    assert len(picture) in (0, WIDTH)
    assert picture.lstrip("░").lstrip("█").strip("▒") == ""


@pytest.mark.parametrize(
    ("counts", "picture"),
    [
        ([], ""),
        ([(M34, 7)], "1.34█"),
        ([(M34, 2), (M35, 8)], "1.34▂ 1.35█"),
        ([(M33, 1), (M34, 0), (M35, 1000)], "1.33▁ 1.35█"),
    ],
)
def test_the_histogram_of_minors(counts: list[tuple[Minor, int]], picture: str) -> None:
    assert histogram(counts) == picture


@pytest.mark.parametrize(
    ("least", "most", "said", "words", "role"),
    [
        (M34, M34, ("v1.34.2",), "1.34.2", Role.PLAIN),
        (M34, M34, ("v1.34.1-eks-3025e55", "v1.34.2"), "1.34.1–1.34.2", Role.PLAIN),
        (M33, M34, ("v1.33.5", "v1.34.2"), "▲ 1.33–1.34", Role.WARN),
        (M34, M34, ("v1.34.2", "banana"), "1.34.2 ?", Role.UNKNOWN),
        (M34, M34, (), "1.34", Role.PLAIN),
        (None, None, ("banana",), "? unknown", Role.UNKNOWN),
    ],
)
def test_versions_of_the_api_servers(
    least: Minor | None, most: Minor | None, said: tuple[str, ...], words: str, role: Role
) -> None:
    cell = row_of(cluster(seen=servers(*said), least=least, most=most)).cells["version"]
    assert (cell.text, cell.role) == (words, role)


def test_kubelets_far_behind_or_ahead_say_so_in_words() -> None:
    old = pool(kubelets={Minor(1, 30): 1, M34: 4})
    skew = Finding("SK03", "versions", Severity.HIGH, "aws-use1-1", None, "kubelets too old", "",
                   (), "upgrade them")  # fmt: skip
    row = row_of(cluster(pools=(old,)), skew)
    assert row.cells["kubelets"].text == "✖ 1.30▂ 1.34█ 4 behind"
    assert row.role is Role.CRITICAL
    newer = row_of(cluster(pools=(pool(kubelets={M35: 1}),)))
    assert newer.cells["kubelets"].text == "1.35█ 1 newer"


@pytest.mark.parametrize(
    ("fits", "words", "role"),
    [
        ((Fit.OK, Fit.NO_MAXIMUM), "● 1 in range", Role.OK),
        ((Fit.NO_MAXIMUM,), "1 without a maximum", Role.DIM),
        ((Fit.OK, Fit.UNTESTED), "▲ 1 of 2 untested", Role.WARN),
        ((Fit.BELOW, Fit.UNKNOWN, Fit.OK), "▲ 1 of 3 out ?1", Role.WARN),
        ((Fit.OK, Fit.UNKNOWN), "? 1 of 2 unknown", Role.UNKNOWN),
        ((), "none seen", Role.DIM),
    ],
)
def test_addons_in_a_cell(fits: tuple[Fit, ...], words: str, role: Role) -> None:
    addons = tuple(addon(f"addon-{number}", fit) for number, fit in enumerate(fits))
    cell = row_of(cluster(addons=addons)).cells["addons"]
    assert (cell.text, cell.role) == (words, role)


def test_addons_that_could_not_be_read_are_not_none() -> None:
    gap = (Unknown("versions", "aws-use1-1", "UB13", "daemonsets: forbidden"),)
    assert row_of(cluster(addons=(), unknowns=gap)).cells["addons"].text == "? unknown"
    some_read = row_of(cluster(unknowns=gap)).cells["addons"]
    assert some_read.text == "? 1 in range, not all read"


def test_what_the_whole_report_could_not_judge_counts_for_its_cluster() -> None:
    gap = Unknown("versions", "aws-use1-1", "*", "not read")
    (row,) = versions.rows(*seen(report(cluster(uses=()), unknowns=(gap,))))
    assert row.role is Role.UNKNOWN
    assert (row.cells["apis"].text, row.cells["unknown"].text) == ("? unknown", "not read")


def test_what_cannot_be_seen_of_a_managed_control_plane_does_not_spoil_the_row() -> None:
    gap = (Unknown("versions", "aws-use1-1", "SK06", "provider-managed"),)
    assert row_of(cluster(unknowns=gap)).role is Role.OK


def test_a_blocker_that_somebody_answers_for_counts_for_nothing() -> None:
    one = blocker(cluster="aws-use1-1")
    finding = told(one, "aws-use1-1")
    found = report(cluster(blockers=(one,)), findings=(finding,))
    (loud,) = versions.rows(*seen(found))
    (quiet,) = versions.rows(*seen(found, waived={finding.id: waiver()}))
    assert (loud.cells["blockers"].text, loud.role) == ("✖ 1 block", Role.CRITICAL)
    assert (quiet.cells["blockers"].text, quiet.role) == ("● none · 1 waived", Role.OK)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (None, "? not planned yet"),
        (Plan(NOW, M35), "? not planned"),
        (Plan(NOW, M34, end={"aws-use1-1": M34}), "● at 1.34"),
        (Plan(NOW, M35, (step("other"), step("aws-use1-1", 3))), "1.35 in turn 3 of 3"),
        (Plan(NOW, M35, (step("aws-use1-1", waived=(blocker(),)),)), "▲ 1.35 now, 1 waived"),
        (
            Plan(NOW, M35, (step("aws-use1-1", blockers=tuple(
                blocker(rule) for rule in ("UB03", "UB03", "UB05", "UB08"))),)),
            "● 1.35 now, mends UB03, UB05 +1",
        ),
        (
            Plan(NOW, M35, (step("aws-use1-1", blockers=(
                blocker("UB08", Gravity.UNKNOWN),)),)),
            "● 1.35 now, mends UB08",
        ),
        (
            Plan(NOW, M35, held=(Held("aws-use1-1", None, M35, "", (blocker(),)),)),
            "✖ held: UB03",
        ),
    ],
)  # fmt: skip
def test_the_next_step(made: Plan | None, words: str) -> None:
    assert next_cell(cluster(), made).text == words


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (blocker(), "✖ 1.35: mend UB03"),
        (blocker(target=M35), "✖ 1.35: mend UB03"),
        (blocker(target=Minor(1, 38)), "? not planned yet"),
        (blocker(gravity=Gravity.WARN), "? not planned yet"),
    ],
)
def test_without_a_plan_only_what_blocks_is_known(one: Blocker, words: str) -> None:
    assert next_cell(cluster(blockers=(one,)), None).text == words


def test_the_summary_says_how_old_the_tables_are() -> None:
    assert versions.summary(*seen(some(), plan())) == (
        "4 clusters  ✖ 1 blocked  ▲ 1 in extended support  ▲ 1 ending  ? 1 of unknown support"
        "  ? 1 not fully judged  tables of 2026-08-30, 22 d old"
    )
    old = VersionsReport(as_of={"calendar": date(2026, 1, 1)})
    assert versions.summary(*seen(old)) == "0 clusters  ~ tables of 2026-01-01, 263 d old"


def test_an_empty_pane_says_why() -> None:
    assert versions.empty(*seen(report())).startswith("no clusters")


def test_every_row_fills_every_column_and_no_glyph_is_alone() -> None:
    for row in versions.rows(*seen(some(), plan())):
        assert set(row.cells) == {one.id for one in VERSIONS.columns}
        for cell in row.cells.values():
            assert cell.text
            assert "\n" not in cell.text
            assert cell.text not in GLYPHS.values()


def test_the_essential_columns_stay_at_any_width() -> None:
    assert tuple(one.id for one in VERSIONS.columns if one.priority == 0) == ESSENTIAL


def test_what_a_blocker_says_is_not_known_counts_once() -> None:
    open_question = changed(blocker("UB13", Gravity.UNKNOWN), detail="1.9 is not in the table")
    same = Unknown("versions", "aws-use1-1", "UB13", "1.9 is not in the table")
    other = Unknown("versions", "aws-use1-1", "UB13", "pods: forbidden")
    one = cluster(blockers=(open_question,), unknowns=(same,))
    (row,) = versions.rows(*seen(report(one)))
    assert row.cells["blockers"].text == "? 1 unknown"
    two = cluster(blockers=(open_question,), unknowns=(same, other))
    (row,) = versions.rows(*seen(report(two)))
    assert row.cells["blockers"].text == "? 2 unknown"
