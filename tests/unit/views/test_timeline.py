"""Rows of the timeline: the same as long as they say the same; windows; what belongs to what."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import TopicState
from mckconsole.report.timeline_markdown import render_timeline
from mckconsole.views.spec import Role
from mckconsole.views.timeline import empty, rows, short_moment, summary
from mckconsole.views.timeline_focus import Focus, belongs, focus_of_object
from mckconsole.views.timeline_window import (
    STEPS,
    WindowError,
    next_window,
    parse_window,
    window_words,
)
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW
from tests.unit.analysis.timeline.happened import ahead, alert, alerts, event, look


def seen(fleet: FleetSnapshot) -> tuple[FleetSnapshot, Analysis]:
    return fleet, analyse(fleet)


def test_cells_say_when_where_what_and_how_often() -> None:
    found = seen(build.fleet(build.cluster("east", [event(ago=75, count=9)])))
    (row,) = rows(*found)
    assert {name: cell.text for name, cell in row.cells.items()} == {
        "at": "14:12:05Z",
        "age": "70 s",
        "cluster": "east",
        "kind": "event",
        "what": "▲ BackOff",
        "object": "Pod shop/checkout-1",
        "count": "9",
        "detail": "Back-off restarting failed container app",
    }
    assert (row.role, row.clusters, row.namespace) == (Role.WARN, ("east",), "shop")
    assert row.cells["at"].value == NOW - 75


@given(
    st.lists(st.integers(0, 400_000), min_size=1, max_size=20),
    st.lists(st.integers(0, 5000), min_size=1, max_size=6),
)
def test_a_row_that_was_kept_says_what_a_new_one_would(ages: list[int], steps: list[int]) -> None:
    from mckconsole.views.timeline import _Made

    docs = [
        event(f"e{n}", ago=ago, about=("v1", "Pod", "shop", f"p{n}")) for n, ago in enumerate(ages)
    ]
    entries = look(build.fleet(build.cluster("east", docs))).entries
    kept, now = _Made(), NOW
    for step in steps:
        now += step
        assert kept.rows(entries, now) == _Made().rows(entries, now)
    first = kept.rows(entries, now)
    assert all(a is b for a, b in zip(first, kept.rows(entries, now), strict=True))


def test_ages_sort_as_times_do() -> None:
    docs = [event(f"e{n}", ago=n * 37.0, about=("v1", "Pod", "shop", f"p{n}")) for n in range(200)]
    found = rows(*seen(build.fleet(build.cluster("east", docs))))
    ages = [row.cells["age"].value for row in found]
    assert ages == sorted(ages, key=lambda one: float(str(one)))


@pytest.mark.parametrize(
    ("ago", "words"),
    [(0, "14:13:20Z"), (86_400, "09-20 14:13Z"), (400 * 86_400, "2025-08-17")],
)
def test_days_before_are_said(ago: float, words: str) -> None:
    assert short_moment(NOW - ago, NOW) == words


def test_the_summary_says_what_is_to_be_known() -> None:
    south = build.cluster("south", states={"events": TopicState.FORBIDDEN})
    east = ahead(build.cluster("east", [event(ago=10)]), 3600)
    fleet = replace(build.fleet(east, south), alerts=(alerts(state=MetricState.FAILED),))
    assert summary(*seen(fleet)) == (
        "1 entry · 1 warning · east's clock is 1 h ahead, corrected"
        " · incomplete for south, federation"
    )


def test_nothing_is_only_said_to_have_happened_where_that_was_read() -> None:
    quiet = seen(build.fleet(build.cluster("east")))
    assert empty(*quiet) == "nothing happened since the console first looked, and no event is kept"
    blind = seen(build.fleet(build.cluster("east", states={"events": TopicState.FORBIDDEN})))
    assert "not everything could be read: east: events forbidden" in empty(*blind)


# Windows.


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30m", 1800), ("2h", 7200), ("1d", 86_400), ("90s", 90), ("5min", 300), (" 1H ", 3600)],
)
def test_spans_of_time(text: str, seconds: float) -> None:
    assert parse_window(text) == seconds
    assert parse_window("all") is None


@pytest.mark.parametrize("text", ["", "0m", "-5m", "m", "5", "5w", "1h30m", "99999999d"])
def test_what_is_no_span_of_time(text: str) -> None:
    with pytest.raises(WindowError, match="30m, 2h, 1d or all"):
        parse_window(text)


@given(st.none() | st.floats(1, 1e7))
def test_windows_grow_and_shrink_within_bounds(seconds: float | None) -> None:
    longer, shorter = next_window(seconds, 1), next_window(seconds, -1)
    assert longer in STEPS
    assert longer is None or (seconds is not None and longer > seconds)
    assert shorter is not None
    assert seconds is None or shorter < seconds or shorter == seconds <= STEPS[0]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, ""), (300, "last 5 m"), (86_400, "last 1 d"), (90, "last 90 s")]
)
def test_windows_in_words(seconds: float | None, words: str) -> None:
    assert window_words(seconds) == words


# What belongs to what.


def ref(text: str) -> ObjectRef:
    kind, _, name = text.partition(" ")
    return ObjectRef("", kind, "shop", name)


@pytest.mark.parametrize(
    ("found", "wanted", "together"),
    [
        ("Pod api-5d4f7c9b8-x2kqp", "Deployment api", True),
        ("Pod api-7ac97a7bf7-cbc3d", "Deployment api", True),
        ("ReplicaSet api-5d4f7c9b8", "Deployment api", True),
        ("Deployment api", "Pod api-5d4f7c9b8-x2kqp", True),
        ("Pod api-5d4f7c9b8-x2kqp", "ReplicaSet api-5d4f7c9b8", True),
        ("Pod db-0", "StatefulSet db", True),
        ("Pod agent-x2kqp", "DaemonSet agent", True),
        ("Job backup-29012345", "CronJob backup", True),
        ("Pod backup-29012345-abcde", "CronJob backup", True),
        ("HorizontalPodAutoscaler api", "Deployment api", True),
        ("Pod api-gateway-5d4f7c9b8-x2kqp", "Deployment api", False),
        ("Pod api-gateway-x2kqp", "Deployment api", False),
        ("Pod db-main-0", "StatefulSet db", False),
        ("Deployment api", "StatefulSet api", False),
        ("ConfigMap api", "Deployment api", False),
        ("Pod apix-5d4f7c9b8-x2kqp", "Deployment api", False),
    ],
)
def test_what_is_called_after_its_maker_belongs_to_it(
    found: str, wanted: str, together: bool
) -> None:
    assert belongs(ref(found), ref(wanted)) is together


def test_namespaces_and_clusters_keep_things_apart() -> None:
    pod = ObjectRef("v1", "Pod", "shop", "api-1")
    assert not belongs(replace_namespace(pod, "other"), pod)
    assert belongs(pod, ObjectRef("v1", "Namespace", "", "shop"))
    docs = [event(about=("v1", "Pod", "shop", "api-1"))]
    fleet = build.fleet(build.cluster("east", docs), build.cluster("west", docs))
    entries = look(fleet).entries
    focus = focus_of_object("west", pod)
    assert [one.cluster for one in entries if focus.holds(one)] == ["west"]
    space = Focus("shop", ("east",), namespace="shop")
    assert [one.cluster for one in entries if space.holds(one)] == ["east"]


def replace_namespace(one: ObjectRef, namespace: str) -> ObjectRef:
    return ObjectRef(one.api_version, one.kind, namespace, one.name)


# Markdown.


def test_a_document_of_nothing_says_so() -> None:
    report = look(build.fleet(build.cluster("east", states={"events": TopicState.FORBIDDEN})))
    text = render_timeline((), report, at=NOW)
    assert "Nothing is known to have happened." in text
    assert "Incomplete for east: events forbidden" in text
    assert "| time" not in text


def test_a_document_has_no_markup_of_strangers() -> None:
    odd = event(reason="<script>", message="[x](https://evil.example) | # a\n| b |")
    fleet = build.fleet(build.cluster("east", [odd]))
    report = look(replace(fleet, alerts=(alerts(alert()),)))
    text = render_timeline(report.entries, report, at=NOW, terms=("scope *all*",))
    assert r"| \<script\> |" in text
    assert "` [x](https://evil.example)  `" in text
    assert r"scope \*all\*" in text
    rows_ = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows_) == 2
    assert rows_[0].index("KubePodCrashLooping firing")
