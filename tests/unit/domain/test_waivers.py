"""What a waiver covers, and what is said of one that waives nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity
from mckconsole.domain.waivers import NO_WAIVERS, Waiver, Waivers, waived, waiver_notes

DAY = date(2026, 8, 1)
NOW = datetime(2026, 8, 1, 23, 59, 59, tzinfo=UTC).timestamp()
KEY = ObjectRef("v1", "Secret", "shop", "aws")
COPY = ObjectRef("v1", "Secret", "shop", "aws-copy")
FOUND = Finding(
    "SEC-AWS-ACCESS-KEY", "secrets", Severity.HIGH, "west", KEY, "an AWS key", "",
    (Evidence("kubernetes", "west", KEY, "data['id']", "AKIA", NOW),), "", peers=("east",),
)  # fmt: skip
WAIVER = Waiver("SEC-*", "jo", DAY, "known", cluster="west", place="w.yaml:1")


def held(*waivers: Waiver, now: float = NOW) -> list[Waiver]:
    return list(waived([FOUND], Waivers(waivers), now).values())


@pytest.mark.parametrize(
    ("change", "covers"),
    [
        ({}, True),
        ({"rule": "SEC-AWS-ACCESS-KEY"}, True),
        ({"rule": "sec-*"}, False),
        ({"rule": "SEC-AWS"}, False),
        ({"cluster": "east"}, False),
        ({"cluster": "w?st"}, True),
        ({"kind": "Secret", "namespace": "sh*", "name": "a[wx]s"}, True),
        ({"kind": "ConfigMap"}, False),
        ({"namespace": "other"}, False),
        ({"name": "aw"}, False),
        ({"expires": date(2026, 7, 31)}, False),
        ({"expires": date(9999, 12, 31)}, True),
    ],
)
def test_what_is_covered(change: dict[str, str], covers: bool) -> None:
    waiver = replace(WAIVER, **change)  # type: ignore[arg-type]  # a table of several types
    assert held(waiver) == [waiver] * covers


def test_it_holds_to_the_end_of_its_last_day() -> None:
    assert held(WAIVER)
    assert not held(WAIVER, now=NOW + 1)


def test_what_is_about_no_object() -> None:
    bare = replace(FOUND, object=None)
    assert waived([bare], Waivers((WAIVER,)), NOW)
    assert not waived([bare], Waivers((replace(WAIVER, kind="Secret"),)), NOW)


class TestSeveralSpots:
    SPOTS = {FOUND.id: (("west", KEY), ("east", COPY))}  # noqa: RUF012 - a constant

    def test_one_that_covers_a_part_waives_nothing(self) -> None:
        assert not waived([FOUND], Waivers((WAIVER,)), NOW, self.SPOTS)
        (note,) = waiver_notes([FOUND], Waivers((WAIVER,)), NOW, self.SPOTS)
        assert note == (
            "w.yaml:1: the waiver of SEC-* by jo covers only some places of 1 finding, which count"
        )

    def test_one_for_all_of_them(self) -> None:
        wide = replace(WAIVER, cluster="*")
        assert waived([FOUND], Waivers((wide,)), NOW, self.SPOTS) == {FOUND.id: wide}

    def test_several_together_until_the_first_ends(self) -> None:
        longer = replace(WAIVER, cluster="east", expires=date(2027, 1, 1))
        together = Waivers((longer, WAIVER))
        assert waived([FOUND], together, NOW, self.SPOTS) == {FOUND.id: WAIVER}
        assert list(waiver_notes([FOUND], together, NOW, self.SPOTS)) == []
        assert not waived([FOUND], together, NOW + 1, self.SPOTS)


def test_of_two_for_the_same_the_longer_counts() -> None:
    longer = replace(WAIVER, expires=date(2027, 1, 1))
    assert held(WAIVER, longer) == [longer]


def test_notes() -> None:
    old = replace(WAIVER, expires=date(2026, 7, 31))
    elsewhere = replace(WAIVER, cluster="north")
    both = replace(elsewhere, expires=date(2026, 7, 31))
    assert list(waiver_notes([FOUND], Waivers((WAIVER, old, elsewhere, both)), NOW)) == [
        "w.yaml:1: the waiver of SEC-* by jo expired on 2026-07-31; 1 finding of it was found",
        "w.yaml:1: the waiver of SEC-* by jo matches nothing that was found",
        "w.yaml:1: the waiver of SEC-* by jo expired on 2026-07-31; nothing of it was found",
    ]
    assert list(waiver_notes([FOUND], NO_WAIVERS, NOW)) == []


def test_words() -> None:
    assert WAIVER.words == "waived until 2026-08-01 by jo: known"
    assert replace(WAIVER, reference="R-1").words.endswith(": known (R-1)")
