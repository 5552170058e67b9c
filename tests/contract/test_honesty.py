"""Nothing unread is well: each topic and each metric is taken away in turn, and reports compared.

What was a problem may stay one or become unknown, never fine; and what cannot be read is no ground
for a finding about what is missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest

from mckconsole.analysis.engine import NOTHING_REMEMBERED, Analysis, analyse
from mckconsole.analysis.mesh.links import Link, LinkKey, LinkState
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.findings import Finding
from mckconsole.domain.kinds import KINDS
from mckconsole.domain.metrics import QUERIES, MetricState, MetricsView, MetricVector
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot, TopicView
from mckconsole.domain.states import TopicState
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.collection import UNDECODABLE
from mckconsole.store.reader import ReadPlan, read_fleet

TOPICS = tuple(kind.topic for kind in KINDS)
PLAN = ReadPlan(TOPICS, tuple(query.id for query in QUERIES))
WAYS = ("forbidden", "unreachable", "unsupported", "stale", "pending", "undecodable", "in part")
ALONE = ("forbidden", "stale", "in part")
"""Ways that are tried in one cluster after the other too; the others are like the first to rules
that compare clusters."""
METRIC_WAYS = ("failed", "partial", "gone", "old", "empty and partial")
WELL = (LinkState.UP, LinkState.SLOW)


async def read_demo() -> FleetSnapshot:
    async with EmbeddedFleet() as fleet:
        inventory = load_kubeconfig(str(fleet.kubeconfig), env={}, config=fleet.config)
        store = await read_fleet(inventory, PLAN, config=fleet.config)
        return store.snapshot()


@pytest.fixture(scope="module")
def demo() -> FleetSnapshot:
    return asyncio.run(read_demo())


@pytest.fixture(scope="module")
def before(demo: FleetSnapshot) -> Analysis:
    return analyse(demo)


def spoil_topic(view: TopicView, way: str) -> TopicView:
    """The same topic, unread in this way."""
    nothing: Mapping[Key, Projection] = MappingProxyType({})
    if view.state is TopicState.ABSENT and way in ("undecodable", "in part", "stale"):
        return view  # nothing was there to be read
    match way:
        case "stale":
            return replace(view, state=TopicState.STALE, reason="told so")
        case "undecodable":
            return replace(view, objects=nothing, faults={UNDECODABLE: ("all of them",)})
        case "in part":
            return replace(view, faults={key: ("spec: unexpected int",) for key in view.objects})
        case _:
            return replace(view, state=TopicState(way), reason="told so", objects=nothing)


def spoil_vector(vector: MetricVector, way: str) -> MetricVector:
    match way:
        case "failed":
            return replace(vector, state=MetricState.FAILED, reason="told so", samples=())
        case "partial":
            return replace(vector, state=MetricState.PARTIAL, reason="told so")
        case "empty and partial":
            return replace(vector, state=MetricState.PARTIAL, reason="told so", samples=())
        case "gone":
            return MetricVector(MetricState.NOT_CONFIGURED, "told so")
        case _:
            old = tuple(replace(sample, at=sample.at - 10_000) for sample in vector.samples)
            return replace(vector, samples=old)


def with_topic(fleet: FleetSnapshot, topic: str, way: str, names: set[str]) -> FleetSnapshot:
    """The fleet with `topic` spoiled in these clusters."""

    def spoiled(cluster: ClusterSnapshot) -> ClusterSnapshot:
        if cluster.name not in names or topic not in cluster.topics:
            return cluster
        view = spoil_topic(cluster.topics[topic], way)
        return replace(cluster, topics={**cluster.topics, topic: view})

    return replace(fleet, clusters={n: spoiled(c) for n, c in fleet.clusters.items()})


def with_metrics(fleet: FleetSnapshot, queries: set[str], way: str) -> FleetSnapshot:
    """The fleet with the answers to `queries` spoiled everywhere."""

    def spoiled(vectors: Mapping[str, MetricVector]) -> dict[str, MetricVector]:
        return {q: spoil_vector(v, way) if q in queries else v for q, v in vectors.items()}

    return replace(
        fleet,
        clusters={
            name: replace(cluster, metrics=MetricsView(spoiled(cluster.metrics.vectors)))
            for name, cluster in fleet.clusters.items()
        },
    )


def links_between(analysis: Analysis) -> dict[tuple[str, ...], list[Link]]:
    """Links by provider, source and target: an unread one may not know its cable."""
    found: dict[tuple[str, ...], list[Link]] = {}
    for link in analysis.mesh.links:
        found.setdefault(way_of(link.key), []).append(link)
    return found


def way_of(key: LinkKey) -> tuple[str, ...]:
    return (key.provider.value, key.source, key.target)


def lies(before: Analysis, after: Analysis) -> Iterator[str]:
    """Everything that got better, or worse, because it was not read."""
    now = links_between(after)
    open_questions = {(unknown.cluster, unknown.rule) for unknown in after.unknowns}
    for link in before.mesh.links:
        found = now.get(way_of(link.key), [])
        back = now.get((link.key.provider.value, link.key.target, link.key.source), [])
        if link.affected and back and all(one.state is LinkState.UNKNOWN for one in back):
            continue  # only what its peer said made it bad, and the peer's row says unknown
        if link.state not in WELL and any(one.state in WELL for one in found):
            yield f"{link.key}: {link.state} became {[one.state.value for one in found]}"
        silent = {(link.key.source, "*"), (link.key.source, "MESH-DOWN")}
        if not found and not silent & open_questions:
            yield f"{link.key}: {link.state} is gone, and nothing says that it is not known"
    for finding in before.findings:
        if not _kept(finding, after, now, open_questions):
            yield f"{finding.rule} {finding.cluster} {finding.peers} is gone: {finding.title}"
    yield from _invented(before, after)


def _about(finding: Finding) -> tuple[str, frozenset[str]]:
    """The rule, and what breaks it: a service or a cluster, whoever else is named, or a pair."""
    if finding.pane == "services":
        service = finding.subject.partition(" ")[0]
        return finding.rule, frozenset({service if "/" in service else finding.cluster})
    return finding.rule, frozenset({finding.cluster, *finding.peers})


def _kept(
    finding: Finding,
    after: Analysis,
    now: Mapping[tuple[str, ...], list[Link]],
    open_questions: set[tuple[str, str]],
) -> bool:
    """Whether a finding is still there, in a worse form, or declared not known."""
    places = (finding.cluster, *finding.peers)
    for place in places:
        if (place, finding.rule) in open_questions or (place, "*") in open_questions:
            return True
    if any(_about(other) == _about(finding) for other in after.findings):
        return True
    sides = [
        link
        for (_, source, target), links in now.items()
        if {source, target} == set(places)
        for link in links
    ]
    return any(link.state not in WELL for link in sides)


def _invented(before: Analysis, after: Analysis) -> Iterator[str]:
    """Findings that only the lack of a reading brought up."""
    states: dict[tuple[str, ...], set[LinkState]] = {}
    for link in before.mesh.links:
        states.setdefault(way_of(link.key), set()).add(link.state)
    known = {_about(finding) for finding in before.findings}
    for finding in after.findings:
        if _about(finding) in known:
            continue
        failing = ("CERT-ROTATION-FAILING", frozenset({finding.cluster, *finding.peers}))
        if finding.rule == "CERT-EXPIRING" and failing in known:
            continue  # the time that is left is known, whatever is of what should renew it
        state = finding.rule.removeprefix("MESH-").lower()
        was = {
            state.value
            for (_, source, target), found in states.items()
            if {source, target} == {finding.cluster, *finding.peers}
            for state in found
        }
        if state in was or finding.rule in ("MESH-UNVERIFIED", "MESH-STALE"):
            continue  # told by a pair before, or said to be unverified or stale
        yield f"{finding.rule} {finding.cluster} {finding.peers} came up: {finding.title}"


def _alone(topic: str, way: str, demo: FleetSnapshot) -> Iterator[set[str]]:
    """Each cluster in which there is something of the topic to be taken away."""
    if way in ALONE:
        yield from ({n} for n, cluster in demo.clusters.items() if cluster.topic(topic).objects)


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("way", WAYS)
def test_an_unread_topic_turns_nothing_well(
    topic: str, way: str, demo: FleetSnapshot, before: Analysis
) -> None:
    after = analyse(with_topic(demo, topic, way, set(demo.clusters)))
    assert list(lies(before, after)) == []
    for names in _alone(topic, way, demo):
        after = _going_on(with_topic(demo, topic, way, names), after)
        assert list(lies(before, after)) == [], names


def _going_on(fleet: FleetSnapshot, last: Analysis) -> Analysis:
    """As the console does it: what did not change is not judged again.

    But for links, whose states would be held until confirmed, and for certificates, where nodes and
    pods are looked at only now and then.
    """
    fresh = NOTHING_REMEMBERED
    memory = replace(last.memory, mesh=fresh.mesh, certificates=fresh.certificates)
    return analyse(fleet, memory=memory)


@pytest.mark.parametrize("way", METRIC_WAYS)
def test_unread_metrics_turn_nothing_well(way: str, demo: FleetSnapshot, before: Analysis) -> None:
    together = [{query.id for query in QUERIES}]
    if way != "gone":  # an endpoint covers a cluster or does not, whatever is asked
        together += [{query.id} for query in QUERIES]
    for queries in together:
        after = analyse(with_metrics(demo, queries, way))
        assert list(lies(before, after)) == [], queries


@pytest.mark.parametrize("way", ["undecodable", "in part"])
def test_absence_is_not_concluded_from_what_was_read_in_part(
    way: str, demo: FleetSnapshot, before: Analysis
) -> None:
    missing = {link.key.source for link in before.mesh.links if link.state is LinkState.MISSING}
    assert missing
    after = analyse(with_topic(demo, "gateways", way, missing))
    for link in after.mesh.links:
        assert not (link.key.source in missing and link.state is LinkState.MISSING), link.reason
    unknown = [one for one in after.unknowns if (one.pane, one.rule) == ("mesh", "*")]
    told = {one.cluster: one.reason for one in unknown}
    for name in missing:
        assert told[name].startswith("gateways read in part: ")
    assert not [f for f in after.findings if f.rule == "MESH-NO-ACTIVE-GATEWAY"]
