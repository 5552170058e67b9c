"""States over time: the minute of connecting, confirmation, since, and identity."""

from __future__ import annotations

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.memory import AnalysisMemory
from mckconsole.analysis.mesh.hysteresis import link_subject
from mckconsole.analysis.mesh.links import Link, LinkState
from mckconsole.domain.states import TopicState, Transition
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, Doc, connection, gateway


class Watch:
    """Analyses one tunnel every ten seconds, as a live console does."""

    def __init__(self) -> None:
        self.memory = AnalysisMemory()
        self.now = NOW
        self.last: Analysis | None = None

    def see(
        self, one: Doc | None, *, seconds: float = 10, state: TopicState = TopicState.FRESH,
        new_sample: bool = True,
    ) -> Link:  # fmt: skip
        """East's link to west after `seconds`, reported with the connection `one`."""
        if self.last:
            self.now += seconds
        as_of = self.now if new_sample else self.now - seconds
        connections = [one] if one else []
        docs = [gateway("east", *connections, now=as_of), build.endpoint("west"),
                build.submariner("east")]  # fmt: skip
        fleet = build.fleet(
            build.cluster("east", docs, as_of=as_of, states={"gateways": state}),
            build.cluster("west", [gateway("west", connection("east"), now=as_of)], as_of=as_of),
            taken_at=self.now,
        )
        self.last = analyse(fleet, memory=self.memory)
        self.memory = self.last.memory
        (link,) = [found for found in self.last.mesh.links if found.key.source == "east"]
        return link


UP = connection("west")
ERROR = connection("west", "error")
CONNECTING = connection("west", "connecting")


def test_the_first_sample_counts_as_it_is() -> None:
    link = Watch().see(ERROR)
    assert (link.state, link.since) == (LinkState.DOWN, None)


def test_a_single_bad_sample_raises_nothing() -> None:
    watch = Watch()
    watch.see(UP)
    held = watch.see(ERROR)
    assert held.state is LinkState.UP
    assert held.reason.startswith("down seen 1×, up until confirmed")
    assert watch.see(UP).reason == "connected, answers pings"


def test_the_second_bad_sample_raises_and_knows_since_when() -> None:
    watch = Watch()
    watch.see(UP)
    watch.see(ERROR)
    link = watch.see(ERROR)
    assert (link.state, link.since) == (LinkState.DOWN, NOW + 10)
    assert watch.last is not None
    (change,) = watch.last.transitions
    assert (change.before, change.after, change.at) == ("up", "down", NOW + 10)
    assert change.subject == link_subject(link.key)


def test_the_same_sample_analysed_again_counts_once() -> None:
    watch = Watch()
    watch.see(UP)
    watch.see(ERROR)
    assert watch.see(ERROR, seconds=2, new_sample=False).state is LinkState.UP
    assert watch.see(ERROR).state is LinkState.DOWN


def test_three_good_samples_clear() -> None:
    watch = Watch()
    watch.see(ERROR)
    assert [watch.see(UP).state for _ in range(3)] == [
        LinkState.DOWN, LinkState.DOWN, LinkState.UP,
    ]  # fmt: skip


def test_alternating_samples_never_clear() -> None:
    watch = Watch()
    watch.see(ERROR)
    assert {watch.see(one).state for one in (UP, ERROR, UP, UP, ERROR)} == {LinkState.DOWN}


def test_unknown_is_immediate_and_so_is_its_end() -> None:
    watch = Watch()
    watch.see(UP)
    lost = watch.see(UP, state=TopicState.FORBIDDEN)
    assert (lost.state, lost.since) == (LinkState.UNKNOWN, NOW + 10)
    assert lost.key.cable, "the link keeps the identity under which it was known"
    assert watch.see(ERROR).state is LinkState.DOWN


def test_connecting_becomes_down_after_a_minute() -> None:
    watch = Watch()
    states = [watch.see(CONNECTING).state for _ in range(7)]
    assert states == [LinkState.CONNECTING] * 6 + [LinkState.DOWN]


def test_connecting_again_starts_the_minute_again() -> None:
    watch = Watch()
    for _ in range(5):
        watch.see(CONNECTING)
    for _ in range(3):
        watch.see(UP)
    watch.see(CONNECTING)
    assert watch.see(CONNECTING).state is LinkState.CONNECTING


def test_a_lost_connection_keeps_the_links_identity() -> None:
    watch = Watch()
    first = watch.see(UP)
    watch.see(None)
    gone = watch.see(None)
    assert (gone.state, gone.key) == (LinkState.MISSING, first.key)


def test_since_is_taken_from_the_stores_history() -> None:
    docs = [gateway("east", ERROR), build.submariner("east")]
    fleet = build.fleet(build.cluster("east", docs))
    (key,) = [found.key for found in analyse(fleet).mesh.links if found.key.source == "east"]
    past = Transition(NOW - 500, "east", link_subject(key), "up", "down", "")
    other = Transition(NOW - 100, "east", "topic gateways", "stale", "fresh", "")
    fleet = build.fleet(build.cluster("east", docs, history=(past, other)))
    (link,) = [found for found in analyse(fleet).mesh.links if found.key.source == "east"]
    assert link.since == NOW - 500


def test_history_of_another_state_says_nothing() -> None:
    docs = [gateway("east", ERROR)]
    (key,) = [f.key for f in analyse(build.fleet(build.cluster("east", docs))).mesh.links
              if f.key.source == "east"]  # fmt: skip
    past = Transition(NOW - 500, "east", link_subject(key), "down", "up", "")
    links = analyse(build.fleet(build.cluster("east", docs, history=(past,)))).mesh.links
    assert all(link.since is None for link in links)


def test_a_forgotten_link_leaves_the_memory() -> None:
    watch = Watch()
    watch.see(UP)
    assert len(watch.memory.mesh.links) == 2
    assert analyse(build.fleet(), memory=watch.memory).memory.mesh.links == {}
