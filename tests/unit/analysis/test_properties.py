"""What must hold for anything that a cluster may say."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.analysis.engine import analyse
from mckconsole.analysis.memory import AnalysisMemory
from mckconsole.analysis.mesh.cidrs import MAX_PER_PAIR, Range, bounds, find_overlaps, first_overlap
from mckconsole.analysis.mesh.links import LinkState
from mckconsole.analysis.mesh.versions import minor_of
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.states import TopicState
from mckconsole.views.panes import PANES
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, Doc

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
)
JUNK: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=4,
)
WORDS = st.sampled_from(["connected", "connecting", "error", "none", "", "Connected"])
TIMES = st.sampled_from(["0s", "21ms", "1m2.5s", "447.358µs", "", "-1s", "x"]) | st.integers()
IDS = st.sampled_from(["east", "west", "south", "", "x" * 70, "dead"])
LATENCY = st.none() | st.dictionaries(
    st.sampled_from(["last", "min", "average", "max", "stdDev"]), TIMES
)


def maybe(sound: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly what is expected, now and then anything."""
    return st.one_of(sound, sound, sound, sound, JUNK)


ENDPOINTS = st.fixed_dictionaries(
    {},
    optional={
        "cluster_id": maybe(IDS),
        "cable_name": maybe(IDS),
        "hostname": maybe(IDS),
        "backend": maybe(st.sampled_from(["libreswan", "vxlan", "wireguard"])),
        "healthCheckIP": maybe(st.sampled_from(["", "10.0.0.1"])),
        "healthCheckIPs": maybe(st.lists(st.text(max_size=4), max_size=2)),
        "subnets": maybe(st.lists(st.sampled_from(["10.0.0.0/8", "fd00::/8", "junk", ""]))),
        "backend_config": maybe(st.dictionaries(st.text(max_size=4), st.text(max_size=4))),
    },
)
CONNECTIONS = st.fixed_dictionaries(
    {},
    optional={
        "status": maybe(WORDS),
        "statusMessage": maybe(st.text(max_size=10)),
        "usingIP": maybe(st.sampled_from(["10.0.0.1", "::1", "nowhere", ""])),
        "latencyRTT": maybe(LATENCY),
        "endpoint": maybe(ENDPOINTS),
    },
)
HEARTBEATS = st.sampled_from([None, "", f"{NOW:.0f}", f"{NOW - 30:.0f}", f"{NOW + 99:.0f}", "x"])


@st.composite
def gateways(draw: st.DrawFn, name: str) -> Doc:
    """A Gateway, mostly sound."""
    beat = draw(HEARTBEATS)
    return {
        "apiVersion": "submariner.io/v1",
        "kind": "Gateway",
        "metadata": {
            "name": draw(st.sampled_from(["a", "b"])),
            "namespace": name,
            "annotations": draw(maybe(st.just({"update-timestamp": beat}))),
        },
        "status": draw(
            maybe(
                st.fixed_dictionaries(
                    {},
                    optional={
                        "haStatus": maybe(st.sampled_from(["active", "passive", "Active"])),
                        "statusFailure": maybe(st.sampled_from(["", "broken"])),
                        "version": maybe(st.sampled_from(["v0.20.0", "dev"])),
                        "localEndpoint": maybe(ENDPOINTS),
                        "connections": maybe(st.lists(maybe(CONNECTIONS), max_size=4)),
                    },
                )
            )
        ),
    }


FLEETS = st.fixed_dictionaries(
    {name: st.lists(gateways(name), max_size=3) for name in ("east", "west", "south")}
)


@settings(max_examples=150, deadline=None)
@given(FLEETS, st.sampled_from([TopicState.FRESH, TopicState.FRESH, TopicState.STALE]))
def test_odd_gateways_never_crash_and_never_look_well(
    objects: dict[str, list[Doc]], state: TopicState
) -> None:
    east = {"gateways": state}
    clusters = [
        build.cluster(name, docs, states=east if name == "east" else {})
        for name, docs in objects.items()
    ]
    fleet = build.fleet(*clusters, build.unreachable("dead"))
    analysis = analyse(fleet)
    for link in analysis.mesh.links:
        if link.state in (LinkState.UP, LinkState.SLOW, LinkState.DEGRADED):
            assert link.rtt is not None, "nothing is well that was never measured"
            assert link.rtt.positive
            assert link.evidence
        assert link.reason
        assert link.state in (LinkState.UP, LinkState.UNKNOWN) or link.severity
    assert len({link.key for link in analysis.mesh.links}) == len(analysis.mesh.links)
    again = analyse(fleet, memory=analysis.memory)
    assert {(x.key, x.state) for x in again.mesh.links} == {
        (x.key, x.state) for x in analysis.mesh.links
    }, "the same sample again changes nothing"
    for pane in PANES:
        for row in pane.rows(fleet, analysis):
            assert set(row.cells) == {one.id for one in pane.columns_of(fleet, analysis)}
            assert all("\n" not in cell.text and cell.text for cell in row.cells.values())


@settings(max_examples=60, deadline=None)
@given(
    FLEETS,
    st.sampled_from([state for state in TopicState if not state.conclusive]),
    st.booleans(),
)
def test_what_cannot_be_read_is_neither_up_nor_down(
    objects: dict[str, list[Doc]], state: TopicState, remember: bool
) -> None:
    readable = build.fleet(*(build.cluster(name, docs) for name, docs in objects.items()))
    memory = analyse(readable).memory if remember else AnalysisMemory()
    lost = build.fleet(
        *(build.cluster(n, docs, states={"gateways": state}) for n, docs in objects.items())
    )
    analysis = analyse(lost, memory=memory)
    assert {link.state for link in analysis.mesh.links} <= {LinkState.UNKNOWN}
    for row in analysis.clusters:
        assert row.tunnels_up == 0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=3),
    st.sampled_from(list(MetricState)),
    st.text(max_size=8),
)
def test_odd_samples_never_crash_and_never_look_well(
    values: list[float], state: MetricState, target: str
) -> None:
    answer = build.vector(*build.readiness(target, *values), state=state)
    queries = ("cilium-readiness", "cilium-last-failure", "kvstoremesh-readiness",
               "cilium-failures-growth", "cilium-initial-sync", "cilium-node-latency")  # fmt: skip
    fleet = build.fleet(
        build.cluster(
            "a",
            [build.cilium_config("a", 1), build.apiserver()],
            metrics=dict.fromkeys(queries, answer),
        )
    )
    for link in analyse(fleet).mesh.links:
        if link.state is LinkState.UP:
            assert state is not MetricState.PARTIAL
            assert all(value >= 1 for value in values)


CIDRS = st.builds(
    lambda network, length: f"10.{network}.0.0/{length}", st.integers(0, 3), st.integers(8, 24)
) | st.sampled_from(["fd00::/16", "fd00:1::/32", "junk", ""])


@given(st.dictionaries(st.sampled_from("abcd"), st.lists(CIDRS, max_size=4)))
def test_the_sweep_finds_what_comparing_all_pairs_finds(ranges: dict[str, list[str]]) -> None:
    ref = ObjectRef("v1", "X", "", "x")
    items = [Range(name, cidr, ref, "", NOW) for name, cidrs in ranges.items() for cidr in cidrs]
    swept = {frozenset((o.first.cluster, o.second.cluster)) for o in find_overlaps(items)}
    names = sorted(ranges)
    compared = {
        frozenset((one, two))
        for one in names
        for two in names
        if one < two and first_overlap(ranges[one], ranges[two])
    }
    assert swept == compared


def test_thousands_of_equal_node_ranges_are_told_in_few_words() -> None:
    ref = ObjectRef("v1", "X", "", "x")
    items = [
        Range(name, f"10.{i // 250}.{i % 250}.0/24", ref, "", NOW)
        for name in ("a", "b", "c")
        for i in range(2000)
    ]
    found = find_overlaps(items)
    assert len(found) == 3 * MAX_PER_PAIR


@given(st.text(max_size=20))
def test_any_text_is_a_range_or_none(text: str) -> None:
    found = bounds(text)
    assert found is None or found[1] <= found[2]


@given(st.text(max_size=30))
def test_any_text_is_a_version_or_none(text: str) -> None:
    assert minor_of(text) is None or json.dumps(minor_of(text))
