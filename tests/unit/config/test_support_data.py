"""The tables of releases: those that are shipped say nothing against themselves, and those that a
user brings are taken whole or not at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mckconsole.config.errors import ConfigError
from mckconsole.config.support_data import SHIPPED, TABLES, load_support_data, shipped
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.support import Confidence

CALENDAR, REMOVALS, ADDONS = (",".join(table.columns) for table in TABLES)
GOOD = "upstream,1.36,2026-04-22,2027-06-28,,where,2027-04-28,"


def write(tmp_path: Path, *lines: str, name: str = "table.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def problems_of(*paths: Path) -> list[tuple[int | None, str, str]]:
    with pytest.raises(ConfigError) as caught:
        load_support_data(paths)
    return [(one.line, one.key, one.message) for one in caught.value.problems]


def test_what_is_shipped() -> None:
    data = shipped()
    assert {one.provider for one in data.calendar} == {"upstream", "eks", "gke", "aks", "openshift"}
    assert set(data.as_of) == set(data.origin) == {"calendar", "removals", "addons"}
    assert set(data.origin.values()) == {SHIPPED}
    assert all(one.source for one in data.calendar)
    assert all(one.source for one in data.removals)
    assert all(one.source for one in data.addons)
    eks = data.releases["eks", Minor(1, 34)]
    assert (eks.standard_end, eks.extended_end) == (date(2026, 12, 2), date(2027, 12, 2))
    [policy] = [one for one in data.removed["policy", "v1beta1"] if one.kind == "PodSecurityPolicy"]
    assert policy.removed_in == Minor(1, 25)
    assert data.newest("upstream", date(2026, 11, 22)) == Minor(1, 37)
    assert data.newest("nobody", date(2026, 11, 22)) is None


def test_what_is_shipped_of_addons() -> None:
    ranges = shipped().ranges
    newest = ranges["cert-manager"][0]
    assert (newest.least, newest.most) == (Minor(1, 33), Minor(1, 36))
    assert newest.confidence is Confidence.OFFICIAL
    assert all(one.untested_only for one in ranges["cilium"])
    assert not any(one.limits for one in ranges["coredns"])
    assert ranges["submariner"][0].most is None
    assert ranges["istio"][0].end is None
    assert ranges["istio"][0].end_words == "2027-02 (expected)"
    assert ranges["istio"][2].end == date(2026, 10, 12)


def test_one_table_is_replaced(tmp_path: Path) -> None:
    path = write(tmp_path, "# ours, as of 2027-01-02", "#", CALENDAR, GOOD)
    data = load_support_data([path])
    assert [str(one.minor) for one in data.calendar] == ["1.36"]
    assert data.as_of["calendar"] == date(2027, 1, 2)
    assert data.origin["calendar"] == str(path)
    assert data.removals == shipped().removals
    assert data.origin["removals"] == SHIPPED


def test_a_table_without_a_day_has_no_age(tmp_path: Path) -> None:
    data = load_support_data([write(tmp_path, CALENDAR, GOOD)])
    assert "calendar" not in data.as_of


def test_a_directory(tmp_path: Path) -> None:
    write(tmp_path, CALENDAR, GOOD, name="k8s_support.csv")
    write(tmp_path, ADDONS, "istio,1.31,1.32,1.36,where,,official,", name="addon_compat.csv")
    data = load_support_data([tmp_path])
    assert (len(data.calendar), len(data.addons)) == (1, 1)
    assert data.origin["removals"] == SHIPPED


@pytest.mark.parametrize(
    ("header", "row", "key", "message"),
    [
        (CALENDAR, GOOD.replace("1.36", "36"), "minor", "36 is no minor release, as 1.36"),
        (CALENDAR, GOOD.replace("2027-06-28", "soon"), "standard_end", "soon is no day"),
        (CALENDAR, GOOD.replace("2027-06-28", "2026-01-01"), "standard_end", "is before"),
        (CALENDAR, GOOD.replace("2026-04-22", ""), "release", "must not be empty"),
        (CALENDAR, GOOD.replace("upstream", ""), "provider", "must not be empty"),
        (CALENDAR, GOOD + ",more", "", "has 9 cells, the header 8"),
        (CALENDAR, GOOD + "\n" + GOOD, "minor", "upstream 1.36 is there twice"),
        (CALENDAR, GOOD + "\n" + GOOD.replace("1.36", "1.37"), "release", "is not after"),
        (REMOVALS, "g,,,1.2,1.3,,k8s,where,", "version", "must not both be empty"),
        (REMOVALS, "g,v1,K,1.5,1.3,,k8s,where,", "removed_in", "is before deprecated_in"),
        (REMOVALS, "g,v1,K,1.2,1.3,g/v1,k8s,where,", "replacement", "is the version itself"),
        (REMOVALS, "g,v1,K,1.2,1.5,g/v2,k8s,,\ng,v2,K,1.2,1.3,,k8s,,", "replacement", "goes"),
        (ADDONS, "a,1.2,1.36,1.35,where,,official,", "k8s_max", "is before k8s_min"),
        (ADDONS, "a,1.2,1.35,1.36,where,,sure,", "confidence", "is none of official"),
        (ADDONS, "a,1,1.35,1.36,,,official,\na,1,1.35,1.36,,,official,", "addon_minor", "twice"),
    ],
)  # fmt: skip
def test_bad_rows_are_named(
    tmp_path: Path, header: str, row: str, key: str, message: str
) -> None:  # fmt: skip
    found = problems_of(write(tmp_path, "# a comment", header, *row.split("\n")))
    assert any(where == key and message in why for _, where, why in found), found
    last = 2 + len(row.split("\n"))
    assert all(line is not None and 2 < line <= last for line, _, _ in found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the header is that of no table"),
        ("a,b\n1,2\n", "the header is that of no table"),
        (CALENDAR + "\n", "has no rows"),
        (f'{CALENDAR}\n"upstream,1.36\n', "unexpected end of data"),
        (f"# as of 2026-99-99\n{CALENDAR}\n{GOOD}\n", "2026-99-99 is no day"),
    ],
)
def test_bad_files_are_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text, "utf-8")
    assert any(message in why for _, _, why in problems_of(path))


def test_the_same_table_twice(tmp_path: Path) -> None:
    first = write(tmp_path, CALENDAR, GOOD, name="one.csv")
    second = write(tmp_path, CALENDAR, GOOD, name="two.csv")
    assert problems_of(first, second) == [(None, "", f"is the same table as {first}")]


def test_a_directory_without_tables(tmp_path: Path) -> None:
    assert problems_of(tmp_path)[0][2].startswith("has none of k8s_support.csv")


def test_a_missing_file(tmp_path: Path) -> None:
    assert "cannot be read" in problems_of(tmp_path / "gone.csv")[0][2]
