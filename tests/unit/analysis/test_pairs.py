"""Both directions together: every row of the reconciliation table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.memory import AnalysisMemory
from mckconsole.analysis.mesh.hysteresis import Memory, Recorder
from mckconsole.analysis.mesh.links import (
    CRITICAL,
    WARN,
    Link,
    LinkKey,
    LinkState,
    MeshProvider,
    Pair,
    RoundTrip,
    Verdict,
)
from mckconsole.analysis.mesh.pairs import pair_links, reconcile
from mckconsole.analysis.thresholds import DEFAULT_THRESHOLDS
from mckconsole.domain.findings import Severity
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, ZERO_RTT, Doc, connection, gateway

ERROR = connection("east", "error", message='Failed to successfully ping "10.10.0.1"')


def both(
    there: list[Doc], back: list[Doc], *, age: float = 3, states: build.States | None = None
) -> Analysis:
    """East with the connections `there`, west with `back`."""
    knows_west = [build.endpoint("west"), build.endpoint("east")]
    return analyse(
        build.fleet(
            build.cluster("east", [gateway("east", *there, age=age), *knows_west]),
            build.cluster("west", [gateway("west", *back), *knows_west], states=states),
        )
    )


def pair_of(analysis: Analysis) -> Pair:
    (pair,) = analysis.mesh.pairs
    return pair


def states_of(analysis: Analysis) -> dict[str, LinkState]:
    return {link.key.source: link.state for link in analysis.mesh.links}


def rules_of(analysis: Analysis) -> list[tuple[str, str]]:
    return sorted((finding.rule, finding.cluster) for finding in analysis.findings)


def test_up_and_up() -> None:
    slower: Doc = {**build.RTT, "average": "60ms"}
    analysis = both([connection("west")], [connection("east", rtt=slower)])
    pair = pair_of(analysis)
    assert (pair.verdict, pair.severity, pair.uneven) == (Verdict.UP, None, False)
    assert pair.latency == pytest.approx(0.06)
    assert analysis.findings == ()


@pytest.mark.parametrize(("average", "uneven"), [("66ms", False), ("73ms", True), ("30ms", False)])
def test_up_and_up_with_round_trips_far_apart(average: str, uneven: bool) -> None:
    analysis = both(
        [connection("west")], [connection("east", rtt={**build.RTT, "average": average})]
    )
    assert pair_of(analysis).uneven is uneven
    expected = [("MESH-ASYMMETRIC", "west")] if uneven else []
    assert rules_of(analysis) == expected


def test_up_and_down_is_asymmetric_and_told_once() -> None:
    analysis = both([connection("west")], [ERROR])
    pair = pair_of(analysis)
    assert (pair.verdict, pair.severity) == (Verdict.ASYMMETRIC, Severity.CRITICAL)
    assert pair.forward.key.source == "west"
    assert "the tunnel works" in pair.reason
    assert [hint.split()[0] for hint in pair.hints] == ["compare", "Calico", "host", "MTU"]
    assert states_of(analysis) == {"east": LinkState.DEGRADED, "west": LinkState.DOWN}
    assert rules_of(analysis) == [("MESH-ASYMMETRIC", "west")]
    (finding,) = analysis.findings
    assert finding.peers == ("east",)
    assert {item.cluster for item in finding.evidence} == {"east", "west"}
    assert str(finding.object) == "Gateway submariner-operator/west-gw-1"
    assert "kubectl --context ctx-west" in finding.remediation


def test_slow_and_down_is_asymmetric_too_and_keeps_its_slowness() -> None:
    slow: Doc = {**build.RTT, "average": "700ms"}
    analysis = both([connection("west", rtt=slow)], [ERROR])
    assert pair_of(analysis).verdict is Verdict.ASYMMETRIC
    (east,) = [link for link in analysis.mesh.links if link.key.source == "east"]
    assert any("700 ms" in note for note in east.notes)


def test_unverified_and_down_is_down() -> None:
    analysis = both([connection("west", rtt=ZERO_RTT)], [ERROR])
    pair = pair_of(analysis)
    assert pair.verdict is Verdict.DOWN
    assert "health check on in west and east" in pair.hints[0]
    assert states_of(analysis)["east"] is LinkState.UNVERIFIED


def test_stale_and_down_is_down_because_fresh_beats_stale() -> None:
    analysis = both([connection("west")], [ERROR], age=30)
    pair = pair_of(analysis)
    assert pair.verdict is Verdict.DOWN
    assert "east's own word is stale" in pair.hints[0]


def test_evidence_names_every_observation_once() -> None:
    for age in (0, 30):
        for finding in both([connection("west")], [ERROR], age=age).findings:
            assert len(set(finding.evidence)) == len(finding.evidence)


def test_stale_and_up_is_stale() -> None:
    analysis = both([connection("west")], [connection("east")], age=30)
    pair = pair_of(analysis)
    assert (pair.verdict, pair.forward.key.source) == (Verdict.STALE, "east")


def test_up_and_missing_is_degraded() -> None:
    analysis = both([connection("west")], [])
    pair = pair_of(analysis)
    assert (pair.verdict, pair.severity) == (Verdict.DEGRADED, WARN)
    assert states_of(analysis) == {"east": LinkState.DEGRADED, "west": LinkState.MISSING}
    assert len(pair.hints) == 3


def test_up_and_missing_for_over_a_minute_is_critical() -> None:
    memory, pair = AnalysisMemory(), None
    for step in range(8):
        now = NOW + 10 * step
        docs = [gateway("east", connection("west"), now=now), build.endpoint("west")]
        fleet = build.fleet(
            build.cluster("east", docs, as_of=now),
            build.cluster("west", [gateway("west", now=now), build.endpoint("east")], as_of=now),
            taken_at=now,
        )
        analysis = analyse(fleet, memory=memory)
        memory, pair = analysis.memory, pair_of(analysis)
    assert pair is not None
    assert (pair.verdict, pair.severity) == (Verdict.DEGRADED, CRITICAL)


def test_connecting_on_both_sides() -> None:
    analysis = both([connection("west", "connecting")], [connection("east", "connecting")])
    pair = pair_of(analysis)
    assert pair.verdict is Verdict.CONNECTING
    assert "UDP 4500" in pair.hints[0]


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (connection("west"), Verdict.UP),
        (connection("west", "error"), Verdict.DOWN),
        (connection("west", rtt=ZERO_RTT), Verdict.UNVERIFIED),
        (connection("west", "connecting"), Verdict.CONNECTING),
    ],
)
def test_an_unreadable_peer_leaves_the_own_state(one: Doc, verdict: Verdict) -> None:
    analysis = both([one], [ERROR], states={"gateways": TopicState.FORBIDDEN})
    pair = pair_of(analysis)
    assert pair.verdict is verdict
    assert "peer view unavailable" in pair.reason


def make(source: str, target: str, state: LinkState, average: float | None = None) -> Link:
    key = LinkKey(MeshProvider.SUBMARINER, source, target, f"cable-{target}", "ipv4")
    return Link(key, state, None, f"{state} here", rtt=RoundTrip(average=average))


@pytest.mark.parametrize("one", list(LinkState))
@pytest.mark.parametrize("two", list(LinkState))
def test_a_verdict_depends_on_the_states_not_on_their_order(one: LinkState, two: LinkState) -> None:
    a, b = make("a", "b", one, 0.02), make("b", "a", two, 0.02)
    recorder = Recorder(Memory(), NOW)
    first = reconcile(a, b, recorder, DEFAULT_THRESHOLDS)
    second = reconcile(b, a, recorder, DEFAULT_THRESHOLDS)
    assert first == second
    if LinkState.UNKNOWN in (one, two) and one is not two:
        known = one if two is LinkState.UNKNOWN else two
        assert first.verdict.value == known.value
    if first.verdict is Verdict.UP:
        assert LinkState.UP in (one, two)
        assert {one, two} <= {LinkState.UP, LinkState.UNKNOWN}


def test_links_are_kept_and_paired_once() -> None:
    links = [make("a", "b", LinkState.UP), make("b", "a", LinkState.UP),
             make("a", "c", LinkState.DOWN)]  # fmt: skip
    after, pairs = pair_links(links, Recorder(Memory(), NOW), DEFAULT_THRESHOLDS)
    assert after == links
    assert [(pair.forward.key.target, pair.backward is None) for pair in pairs] == [
        ("b", False), ("c", True),
    ]  # fmt: skip


def test_a_link_degraded_on_its_own_keeps_its_reason() -> None:
    own = replace(make("a", "b", LinkState.DEGRADED, 0.02), severity=WARN, cause="engine-failure")
    down = replace(make("b", "a", LinkState.DOWN), severity=CRITICAL, cause="ping-error")
    pair = reconcile(own, down, Recorder(Memory(), NOW), DEFAULT_THRESHOLDS)
    assert pair.backward is not None
    assert (pair.backward.cause, pair.backward.affected) == ("engine-failure", False)
    assert any("the way back is down" in note for note in pair.backward.notes)
