"""Events become entries: folded, timed by the console's clock, kept when the API drops them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.timeline.clocks import correction, writers_time
from mckconsole.analysis.timeline.model import Sort, Tone
from mckconsole.domain.states import TopicState
from mckconsole.domain.times import format_rfc3339
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, Doc
from tests.unit.analysis.timeline.happened import Watch, ahead, event, look, said, stamp

HOUR = 3600.0


def test_the_same_reason_for_the_same_object_is_one_entry() -> None:
    docs = [
        event("a.1", ago=300, count=4),
        event("a.2", ago=20, first=200, count=3, message="the newest words"),
        event("a.3", ago=250, reason="Failed"),
        event("b.1", ago=100, about=("v1", "Pod", "shop", "checkout-2")),
    ]
    report = look(build.fleet(build.cluster("east", docs)))
    assert said(report.entries) == [
        "east BackOff Pod shop/checkout-1 ×7",
        "east BackOff Pod shop/checkout-2 ×1",
        "east Failed Pod shop/checkout-1 ×1",
    ]
    folded = report.entries[0]
    assert (folded.at, folded.first, folded.detail) == (NOW - 20, NOW - 300, "the newest words")
    assert (folded.sort, folded.tone, folded.source) == (Sort.EVENT, Tone.WARNING, "kubelet on n1")


def test_what_is_worse_comes_first_within_a_second_only() -> None:
    docs = [
        event("a", type="Normal", reason="Pulled", ago=10),
        event("b", reason="Failed", ago=10),
        event("c", type="Normal", reason="Created", ago=9),
    ]
    report = look(build.fleet(build.cluster("east", docs)))
    assert [one.what for one in report.entries] == ["Created", "Failed", "Pulled"]


@pytest.mark.parametrize(
    ("told", "at", "first"),
    [
        ({"lastTimestamp": None, "firstTimestamp": None, "eventTime": "@40"}, 40, 40),
        (
            {"lastTimestamp": None, "firstTimestamp": None, "eventTime": "@90",
             "series": {"count": 12, "lastObservedTime": "@5"}},
            5, 90,
        ),
        ({"lastTimestamp": None}, 60, 60),
        ({"lastTimestamp": None, "firstTimestamp": None}, 60, 60),
    ],
    ids=["new form", "a series", "only the first time", "only when it was made"],
)  # fmt: skip
def test_times_of_every_form(told: dict[str, object], at: float, first: float) -> None:
    def times(value: object) -> object:
        if isinstance(value, dict):
            return {key: times(one) for key, one in value.items()}
        return stamp(float(value[1:])) if str(value).startswith("@") else value  # type: ignore[index]

    made = 60 if at == 60 else at if "series" not in told else 90
    doc = {**event(first=60, ago=60, made=made), **{k: times(v) for k, v in told.items()}}
    (entry,) = look(build.fleet(build.cluster("east", [doc]))).entries
    assert (entry.at, entry.first) == (NOW - at, NOW - first)
    assert entry.count == (12 if "series" in told else 1)


def test_an_event_without_any_time_is_left_out() -> None:
    doc = {
        **event(),
        "metadata": {"name": "x", "namespace": "shop"},
        "firstTimestamp": None,
        "lastTimestamp": "yesterday",
    }
    assert look(build.fleet(build.cluster("east", [doc]))).entries == ()


def test_a_clusters_clock_is_taken_off_and_said() -> None:
    east = ahead(build.cluster("east", [event(ago=10)]), HOUR)
    west = build.cluster("west", [event(ago=30 + HOUR)])
    report = look(build.fleet(east, ahead(west, -HOUR)))
    assert [(one.cluster, one.at) for one in report.entries] == [
        ("west", NOW - 30),
        ("east", NOW - 10 - HOUR),
    ]
    assert report.clocks == (("east", HOUR), ("west", -HOUR))


@pytest.mark.parametrize(
    ("offset", "taken"), [(1.4, 0.0), (-1.9, 0.0), (2.6, 3.0), (-3600.4, -3600)]
)
def test_what_cannot_be_measured_is_not_corrected(offset: float, taken: float) -> None:
    assert correction(offset) == taken


@pytest.mark.parametrize(
    ("ahead_by", "corrected"),
    [(0.0, False), (1.0, False), (-30.0, False), (-599.0, False), (HOUR, True), (-HOUR, True)],
)
def test_a_nodes_clock_shows_where_the_object_was_taken_in(
    ahead_by: float, corrected: bool
) -> None:
    first, last = NOW - 200 + ahead_by, NOW - 80 + ahead_by
    when = writers_time(format_rfc3339(last), format_rfc3339(first), stamp(200), 0.0)
    assert when is not None
    assert when.at == (NOW - 80 if corrected else last)
    assert bool(when.note) is corrected
    if corrected:
        assert "60 m" in when.note or "1 h" in when.note


def test_a_stamp_of_the_future_is_shown_when_it_was_seen() -> None:
    doc = event(ago=-HOUR, first=300)
    (entry,) = look(build.fleet(build.cluster("east", [doc]))).entries
    assert (entry.at, entry.first) == (NOW, NOW - 300)
    assert entry.note == "stamped 60 m in the future, shown when it was seen"


def test_what_the_api_drops_stays_and_counts_on() -> None:
    watch = Watch()
    watch.look(build.cluster("east", [event("a.1", ago=100, count=5)]))
    report = watch.look(build.cluster("east", []))
    assert said(report.entries) == ["east BackOff Pod shop/checkout-1 ×5"]
    report = watch.look(build.cluster("east", [event("a.2", ago=3, count=2)]))
    assert said(report.entries) == ["east BackOff Pod shop/checkout-1 ×7"]
    assert report.entries[0].first == NOW - 100


def test_nothing_is_lost_while_events_cannot_be_read() -> None:
    watch = Watch()
    watch.look(build.cluster("east", [event(count=5)]))
    blind = build.cluster("east", [], states={"events": TopicState.FORBIDDEN})
    report = watch.look(blind)
    assert said(report.entries) == ["east BackOff Pod shop/checkout-1 ×5"]
    assert report.unread == (("east", "events forbidden: events is forbidden in this test"),)
    again = watch.look(build.cluster("east", [event(count=6)]))
    assert said(again.entries) == ["east BackOff Pod shop/checkout-1 ×6"]
    assert again.unread == ()


def test_what_did_not_change_is_the_same_object() -> None:
    watch = Watch()
    one = build.cluster("east", [event("a"), event("b", reason="Failed")])
    first = watch.look(one)
    assert watch.look(one).entries is first.entries
    changed = build.cluster("east", [event("a"), event("b", reason="Failed", count=2, ago=1)])
    second = watch.look(changed)
    assert second.entries[1] is first.entries[0]


TOLD = st.lists(
    st.tuples(
        st.integers(0, 5), st.sampled_from(("BackOff", "Failed", "Pulled")),
        st.integers(0, 4000), st.integers(1, 50),
    ),
    max_size=12,
)  # fmt: skip


@given(st.lists(TOLD, min_size=1, max_size=4))
def test_kept_up_says_what_one_look_at_everything_says(
    rounds: list[list[tuple[int, str, int, int]]],
) -> None:
    """Counts of one event only grow, as the API has it; the order of looks changes nothing."""
    watch = Watch()
    every: dict[str, Doc] = {}
    for told in rounds:
        for pod, reason, ago, count in told:
            name = f"e{pod}.{reason}"
            before = every.get(name)
            grown = count + (int(str(before["count"])) if before else 0)
            first = max(ago, 4000)
            every[name] = event(
                name, reason=reason, ago=ago, first=first, count=grown,
                about=("v1", "Pod", "shop", f"checkout-{pod}"),
            )  # fmt: skip
        report = watch.look(build.cluster("east", list(every.values())))
    once = look(build.fleet(build.cluster("east", list(every.values()))))
    newest = {one.id: (one.count, one.first) for one in report.entries}
    assert newest == {one.id: (one.count, one.first) for one in once.entries}
    assert [one.order for one in report.entries] == sorted(one.order for one in report.entries)
