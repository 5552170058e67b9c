"""Changes of state become entries, and how reading begins becomes none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.timeline.model import Tone
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.states import ClusterState, TopicState, Transition
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW
from tests.unit.analysis.timeline.happened import Watch, alert, alerts, look, node, said


def became(subject: str, before: str, after: str, ago: float = 10.0, why: str = "") -> Transition:
    return Transition(NOW - ago, "east", subject, before, after, why)


def entries(*history: Transition) -> list[str]:
    return said(look(build.fleet(build.cluster("east", history=history))).entries)


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([("cluster", "pending", "connecting"), ("cluster", "connecting", "ready")], []),
        ([("cluster", "pending", "connecting"), ("cluster", "connecting", "unreachable")], []),
        ([("cluster", "ready", "unreachable")], ["east ready → unreachable east ×1"]),
        (
            [("cluster", "ready", "connecting"), ("cluster", "connecting", "degraded")],
            ["east ready → degraded east ×1"],
        ),
        ([("cluster", "ready", "connecting"), ("cluster", "connecting", "ready")], []),
        ([("topic pods", "pending", "fresh"), ("topic jobs", "pending", "forbidden")], []),
        ([("topic pods", "fresh", "stale")], ["east fresh → stale reading pods ×1"]),
    ],
    ids=["begins", "begins badly", "lost", "worse", "as before", "first reading", "old"],
)
def test_only_what_is_another_than_it_was_is_told(
    history: list[tuple[str, str, str]], expected: list[str]
) -> None:
    assert entries(*(became(*one) for one in history)) == expected


def test_kinds_that_change_together_are_one_entry() -> None:
    kinds = [f"kind{number}" for number in range(40)]
    lost = [became(f"topic {one}", "fresh", "stale", 60 - n / 10) for n, one in enumerate(kinds)]
    back = [became(f"topic {one}", "stale", "fresh", 20) for one in kinds]
    assert entries(*lost, *back) == [
        "east stale → fresh reading 40 kinds ×40",
        "east fresh → stale reading 40 kinds ×40",
    ]


def test_a_history_is_told_once() -> None:
    watch = Watch()
    first = became("cluster", "ready", "unreachable", 30)
    one = build.cluster("east", history=(first,))
    assert said(watch.look(one).entries) == ["east ready → unreachable east ×1"]
    second = became("cluster", "unreachable", "ready", 5)
    report = watch.look(replace(one, history=(replace(first), second)))
    assert said(report.entries) == [
        "east unreachable → ready east ×1",
        "east ready → unreachable east ×1",
    ]
    assert [one.tone for one in report.entries] == [Tone.GOOD, Tone.BAD]


def test_tunnels_change_but_not_when_they_are_first_measured() -> None:
    watch = Watch()
    east = build.cluster("east")
    first = watch.look(east, links=[became("link submariner east west", "unknown", "up", 0)])
    assert first.entries == ()
    down = became("link submariner east west", "up", "down", 0, "ping fails")
    (entry,) = watch.look(east, links=[down]).entries
    assert (entry.what, entry.tone, entry.detail) == ("up → down", Tone.BAD, "ping fails")
    assert entry.about == ("link", "submariner east west")


def test_nodes_tell_of_their_last_day() -> None:
    docs = [
        node("well"),
        node("lost", "Unknown", since=120),
        node("new", since=60, made=90),
        node("again", since=60),
    ]
    found = look(build.fleet(build.cluster("east", docs)))
    assert said(found.entries) == [
        "east Ready Node again ×1",
        "east joined Node new ×1",
        "east NotReady: unknown Node lost ×1",
        "east Ready Node well ×1",
    ]


def test_a_node_that_does_not_say_since_when_tells_nothing_of_the_past() -> None:
    silent = node("a", "False")
    for condition in silent["status"]["conditions"]:  # type: ignore[index]
        condition["lastTransitionTime"] = None
    watch = Watch()
    assert watch.look(build.cluster("east", [silent])).entries == ()
    for condition in silent["status"]["conditions"]:  # type: ignore[index]
        condition["status"] = "True"
    (entry,) = watch.look(build.cluster("east", [silent])).entries
    assert (entry.what, entry.at) == ("Ready", NOW)


def test_nodes_that_change_are_told_when_they_did() -> None:
    watch = Watch()
    watch.look(build.cluster("east", [node("a"), node("b"), node("c")]))
    after = [node("a", "False", since=30), node("b", cordoned=True, kubelet="v1.35.1")]
    report = watch.look(build.cluster("east", after))
    new = [one for one in report.entries if one.at > NOW - 60]
    assert sorted(said(new)) == [
        "east NotReady Node a ×1",
        "east cordoned Node b ×1",
        "east left Node c ×1",
        "east new kubelet Node b ×1",
    ]
    assert next(one.at for one in new if one.what == "NotReady") == NOW - 30


def test_nothing_left_where_nodes_cannot_be_read() -> None:
    watch = Watch()
    watch.look(build.cluster("east", [node("a")]))
    for state in (TopicState.FORBIDDEN, TopicState.UNREACHABLE):
        report = watch.look(build.cluster("east", [], states={"nodes": state}))
        assert not [one for one in report.entries if one.what == "left"]


def test_alerts_fire_and_are_over_only_where_the_endpoint_says_so() -> None:
    watch, east = Watch(), build.cluster("east")
    firing = alert()
    report = watch.look(east, alerts=[alerts(firing)])
    assert said(report.entries) == ["east KubePodCrashLooping firing Pod shop/checkout-1 ×1"]
    assert (report.entries[0].at, report.entries[0].tone) == (NOW - 60, Tone.BAD)
    for state in (MetricState.FAILED, MetricState.PARTIAL):
        report = watch.look(east, alerts=[alerts(state=state)])
        assert len(report.entries) == 1
        assert report.unread == (("federation", "federation: timeout"),)
    report = watch.look(east, alerts=[alerts(at=NOW + 5)])
    assert [one.what for one in report.entries] == [
        "KubePodCrashLooping resolved",
        "KubePodCrashLooping firing",
    ]
    assert report.entries[0].tone is Tone.GOOD


def test_a_pending_alert_that_fires_is_two_entries_at_their_times() -> None:
    watch, east = Watch(), build.cluster("east")
    watch.look(east, alerts=[alerts(alert(state="pending", ago=90), at=NOW - 80)])
    report = watch.look(east, alerts=[alerts(alert(ago=90), at=NOW - 20)])
    assert [(one.what, one.at, one.first) for one in report.entries] == [
        ("KubePodCrashLooping firing", NOW - 20, NOW - 90),
        ("KubePodCrashLooping pending", NOW - 90, NOW - 90),
    ]
    (over, *_) = watch.look(east, alerts=[alerts()]).entries
    assert over.what == "KubePodCrashLooping resolved"


@pytest.mark.parametrize("cluster", ["", "east"])
def test_only_an_alert_of_a_known_cluster_names_an_object(cluster: str) -> None:
    report = look(
        replace(build.fleet(build.cluster("east")), alerts=(alerts(alert(cluster=cluster)),))
    )
    (entry,) = report.entries
    assert (entry.object is not None) is bool(cluster)
    assert entry.clusters == ((cluster,) if cluster else ())


def test_what_was_about_a_cluster_goes_with_it() -> None:
    watch = Watch()
    lost = became("cluster", "ready", "unreachable")
    gone = build.cluster("east", history=(lost,))
    watch.look(gone, build.cluster("west"))
    assert watch.look(build.cluster("west")).entries == ()


def test_an_old_memory_begins_anew() -> None:
    watch = Watch()
    watch.look(build.cluster("east", [node("a", "False", since=30)]))
    old = watch.memory
    watch.look(build.cluster("east", state=ClusterState.DEGRADED))
    watch.memory = old
    assert watch.look(build.cluster("east")).entries == ()
