"""Versions grouped by node pool, add-on, deprecated API and blocker."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mckconsole.analysis.versions.model import (
    Addon,
    ApiUse,
    ClusterVersions,
    Fit,
    Headroom,
    Use,
    VersionsReport,
)
from mckconsole.domain.findings import Unknown
from mckconsole.domain.kubeversion import Minor
from mckconsole.views.spec import GLYPHS, Role, Row
from mckconsole.views.versions_rows import find_item
from mckconsole.views.versions_spec import ADDON, API, BLOCKER, POOL, VERSIONS
from tests.unit.analysis import build
from tests.unit.views.fleetversions import (
    DAY,
    M35,
    TODAY,
    addon,
    api,
    blocker,
    cluster,
    judged,
    pool,
    report,
    seen,
    some,
    told,
    version,
    waiver,
)


def rows_of(by: str, found: VersionsReport, **changes: object) -> list[Row]:
    grouped = VERSIONS.grouped(by)
    assert grouped is not None
    return list(grouped.rows(*seen(found, **changes)))  # type: ignore[arg-type]


def texts(row: Row) -> dict[str, str]:
    return {name: cell.text for name, cell in row.cells.items()}


def only(by: str, one: ClusterVersions) -> Row:
    (row,) = rows_of(by, report(one))
    return row


@pytest.mark.parametrize("by", [POOL, ADDON, API, BLOCKER])
def test_every_row_fills_every_column_and_opens(by: str) -> None:
    grouped = VERSIONS.grouped(by)
    assert grouped is not None
    fleet, analysis = seen(some())
    rows = grouped.rows(fleet, analysis)
    assert rows
    assert len({row.id for row in rows}) == len(rows)
    for row in rows:
        assert set(row.cells) == {one.id for one in grouped.columns}
        assert all(cell.text and "\n" not in cell.text for cell in row.cells.values())
        assert not {cell.text for cell in row.cells.values()} & {*GLYPHS.values()}
        found = find_item(analysis, by, row.id)
        assert found is not None
        assert row.clusters == (found[0].cluster,)
    assert find_item(analysis, by, "gcp-eu-1/nothing") is None


@pytest.mark.parametrize("by", [POOL, ADDON, API, BLOCKER])
def test_an_empty_table_says_whether_all_was_read(by: str) -> None:
    grouped = VERSIONS.grouped(by)
    assert grouped is not None
    nothing = cluster(pools=(), addons=(), uses=(), blockers=())
    assert grouped.empty(*seen(report(nothing))).endswith(", and all clusters were read")
    blind = replace(nothing, unknowns=(Unknown("versions", "aws-use1-1", "*", "forbidden"),))
    assert "but aws-use1-1 could not be judged" in grouped.empty(*seen(report(blind)))
    two = report(blind, ClusterVersions("dead", ""))
    assert "aws-use1-1 and 1 other cluster could not" in grouped.empty(*seen(two))
    fleet = build.fleet()
    assert grouped.empty(fleet, judged(fleet)).startswith("no clusters")


@pytest.mark.parametrize(
    ("headroom", "words", "role"),
    [
        (Headroom(True), "● fits", Role.OK),
        (Headroom(False, surge=2), "▲ needs 2 more nodes", Role.WARN),
        (Headroom(False, reason="odd"), "▲ does not fit", Role.WARN),
        (Headroom(False, 1, ("a/b",)), "✖ 1 pod fits nowhere else", Role.CRITICAL),
        (Headroom(False, 1, ("a/b", "a/c")), "✖ 2 pods fit nowhere else", Role.CRITICAL),
        (Headroom(None, reason="pods: forbidden"), "? pods: forbidden", Role.UNKNOWN),
        (None, "? not worked out", Role.UNKNOWN),
    ],
)
def test_whether_a_pool_can_be_emptied(headroom: Headroom | None, words: str, role: Role) -> None:
    row = only(POOL, cluster(pools=(pool(headroom=headroom),)))
    assert (row.cells["headroom"].text, row.role) == (words, role)


def test_a_pool_says_what_its_nodes_run_and_which_are_not_ready() -> None:
    made = pool("", unready=("-0",), cordoned=("-1", "-2"), runtimes=(), cgroup="")
    found = texts(only(POOL, cluster(pools=(made,))))
    assert found["pool"] == "(no name)"
    assert found["ready"] == "▲ 2/3, 2 cordoned"
    assert (found["runtime"], found["cgroup"]) == ("? unknown", "? unknown")


def test_a_pool_with_nodes_of_no_known_version_is_not_fine() -> None:
    row = only(POOL, cluster(pools=(pool(unread=2),)))
    assert (row.cells["kubelets"].text, row.role) == ("1.34█ ?2", Role.UNKNOWN)
    nothing = only(POOL, cluster(pools=(pool(kubelets={}, unread=2),)))
    assert nothing.cells["kubelets"].text == "? 2 nodes unknown"


@pytest.mark.parametrize(
    ("made", "expected", "role"),
    [
        (addon(), ("1.18.2", "● in range", "1.30–1.34", "official"), Role.OK),
        (
            addon(fit=Fit.ABOVE, network=True),
            ("1.18.2", "✖ out of range", "1.30–1.34", "official"),
            Role.CRITICAL,
        ),
        (
            addon(fit=Fit.ABOVE, least=None),
            ("1.18.2", "▲ out of range", "up to 1.34", "official"),
            Role.WARN,
        ),
        (
            addon(fit=Fit.NO_MAXIMUM, most=None),
            ("1.18.2", "· no maximum published", "1.30 or newer", "official"),
            Role.DIM,
        ),
        (
            addon(fit=Fit.UNKNOWN, text="", least=None, most=None, confidence=None),
            ("? unknown", "? unknown", "–", "–"),
            Role.UNKNOWN,
        ),
        (
            addon(also=(version("1.17.1"),)),
            ("1.18.2 +1", "● in range", "1.30–1.34", "official"),
            Role.OK,
        ),
    ],
)
def test_an_addon(made: Addon, expected: tuple[str, ...], role: Role) -> None:
    row = only(ADDON, cluster(addons=(made,)))
    found = texts(row)
    assert tuple(found[name] for name in ("version", "fit", "range", "confidence")) == expected
    assert row.role is role


@pytest.mark.parametrize(
    ("days", "words"), [(12, "12 d"), (0, "0 d"), (-3, "▲ ended 3 d ago"), (None, "–")]
)
def test_until_when_an_addon_is_supported(days: int | None, words: str) -> None:
    end = None if days is None else TODAY + timedelta(days=days)
    cell = only(ADDON, cluster(addons=(addon(end=end),))).cells["end"]
    assert cell.text == words
    assert cell.value == (None if days is None else days * DAY)


@pytest.mark.parametrize(
    ("made", "use", "gone", "role"),
    [
        (api(), "✖ confirmed", "1.35", Role.CRITICAL),
        (api(Use.IN_USE, Minor(1, 33)), "✖ in use by an unknown client", "1.33", Role.CRITICAL),
        (api(removed=Minor(1, 40)), "▲ confirmed", "1.40", Role.WARN),
        (api(removed=None), "· confirmed", "not set", Role.DIM),
        (api(Use.REFERENCE), "▲ referred to", "1.35", Role.WARN),
        (api(Use.UNKNOWN), "? unknown", "1.35", Role.UNKNOWN),
        (api(Use.STALE), "· stale trace", "1.35", Role.DIM),
    ],
)
def test_a_deprecated_api(made: ApiUse, use: str, gone: str, role: Role) -> None:
    row = only(API, cluster(uses=(made,)))
    found = texts(row)
    assert found["api"] == "storage.k8s.io/v1alpha1 VolumeAttributesClass"
    assert (found["use"], found["removed"], row.role) == (use, gone, role)
    assert (found["writers"], found["last"]) == ("helm +1", "3 d")
    assert (found["objects"], found["instead"]) == ("3", "storage.k8s.io/v1")


def test_an_api_of_a_cluster_whose_version_is_not_known_counts_as_the_worst() -> None:
    row = only(API, cluster(least=None, most=None, uses=(api(removed=Minor(1, 40)),)))
    assert row.role is Role.CRITICAL


def test_a_blocker() -> None:
    one = blocker(target=M35)
    row = only(BLOCKER, cluster("gcp-eu-1", blockers=(one,)))
    assert texts(row) == {
        "gravity": "✖ block",
        "what": "PodDisruptionBudget never allows an eviction",
        "cluster": "gcp-eu-1",
        "object": "PodDisruptionBudget shop/web",
        "before": "1.35",
        "phase": "nodes",
        "rule": "UB03",
        "reason": "maxUnavailable is 0",
    }
    assert (row.namespace, row.finding_ids) == ("shop", ())


def test_a_blocker_that_somebody_answers_for_is_dimmed_and_last() -> None:
    first, second = blocker(), blocker("UB08", object=None)
    made = report(cluster("gcp-eu-1", blockers=(first, second)), findings=(told(first),))
    waived = {told(first).id: waiver()}
    rows = rows_of(BLOCKER, made, waived=waived)
    assert [row.cells["gravity"].text for row in rows] == ["✖ block", "· waived: block"]
    assert rows[1].finding_ids == (told(first).id,)
    grouped = VERSIONS.grouped(BLOCKER)
    assert grouped is not None
    summary = grouped.summary(*seen(made, waived=waived))
    assert summary == "2 blockers  ✖ 1 block  1 waived"


def test_blockers_of_one_rule_and_object_are_told_apart_and_equal_ones_stand_once() -> None:
    made = (blocker(), blocker(subject="other"), blocker())
    assert len(rows_of(BLOCKER, report(cluster(blockers=made)))) == 2


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (POOL, "4 pools of 20 nodes  ✖ 1 cannot be emptied  ? 1 not worked out"
               "  ? 2 nodes of unknown version"),
        (ADDON, "4 add-ons  ✖ 1 out of range  ? 1 unknown  ● 2 in range"),
        (API, "1 deprecated API  ✖ 1 confirmed"),
        (BLOCKER, "3 blockers  ✖ 1 block  ▲ 1 warn  ? 1 unknown"),
    ],
)  # fmt: skip
def test_summaries_are_worst_first(by: str, words: str) -> None:
    grouped = VERSIONS.grouped(by)
    assert grouped is not None
    assert grouped.summary(*seen(some())) == words


def test_groupings_are_found_by_their_words() -> None:
    for word in ("pool", "nodes", "addons", "add-on", "apis", "blockers"):
        found = VERSIONS.grouped(word)
        assert found is not None
        assert found.name == "versions"
    assert VERSIONS.grouped("cluster") is VERSIONS


def test_uses_that_were_not_read_are_of_any_api() -> None:
    nothing = ApiUse("", "", "", "", Use.UNKNOWN, None, "", reason="pods: forbidden")
    assert only(API, cluster(uses=(nothing,))).cells["api"].text == "? any"
