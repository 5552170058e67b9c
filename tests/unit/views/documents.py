"""Fleets to make documents of: the demo's scenario without a server, and small ones with a flaw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.demo import render
from mckconsole.demo.promql import PromSeries, evaluate
from mckconsole.demo.scenario import load_scenario
from mckconsole.demo.series import cluster_series
from mckconsole.demo.world import World
from mckconsole.domain.findings import Evidence
from mckconsole.domain.kinds import KINDS
from mckconsole.domain.metrics import QUERIES, MetricState, MetricVector, Sample
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import TopicState
from mckconsole.views.detail import Detail, FindingTarget, Line, LinkTarget
from mckconsole.views.explain import evidence_line, evidence_source
from mckconsole.views.panes import MESH
from mckconsole.views.spec import GLYPHS, Role
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, connection, gateway


def _states(world: World, name: str) -> dict[str, TopicState]:
    """What the scenario forbids, and what is not installed."""
    forbidden = next(c.forbidden for c in world.scenario.clusters if c.name == name)
    states: dict[str, TopicState] = {}
    for kind in KINDS:
        plural = f"{kind.plural}.{kind.group}" if kind.group else kind.plural
        if plural in forbidden:
            states[kind.topic] = TopicState.FORBIDDEN
        elif kind.group == "cilium.io" and not world.scenario.cilium_of(name):
            states[kind.topic] = TopicState.ABSENT
    return states


def _metrics(series: list[PromSeries]) -> Iterator[tuple[str, MetricVector]]:
    for query in QUERIES:
        asked = f"delta({query.selector}[{query.window:.0f}s])" if query.window else query.selector
        samples = (Sample(labels, value, NOW) for labels, value in evaluate(asked, series, NOW))
        yield query.id, MetricVector(MetricState.FRESH, "", tuple(samples), NOW, "federation")


@cache
def demo() -> FleetSnapshot:
    """The default scenario at its start."""
    world = World(load_scenario("default"), seed=1, epoch=NOW)
    clusters = []
    for model in world.scenario.clusters:
        if model.dead:
            clusters.append(build.unreachable(model.name))
            continue
        docs = [
            *render.static_objects(world, model.name),
            *render.scripted_objects(world, model.name),
            *render.heartbeat_objects(world, model.name, NOW),
        ]
        metrics = dict(_metrics(list(cluster_series(world, model.name))))
        clusters.append(
            build.cluster(
                model.name,
                docs,
                states=_states(world, model.name),
                metrics=metrics,
                version=model.version,
            )
        )
    return build.fleet(*clusters)


@cache
def demo_analysis() -> Analysis:
    """What the demo means at its start."""
    return analyse(demo())


PING = 'Failed to successfully ping the remote endpoint IP "10.30.0.1"'


def asymmetric(*, clock_offset: float = 0.0) -> FleetSnapshot:
    """East cannot ping south, south can ping east; east also knows a peer outside the fleet."""
    east = gateway(
        "east",
        connection("west"),
        connection("south", "error", message=PING),
        connection("north", rtt=build.ZERO_RTT),
    )
    peers = [build.endpoint(name) for name in ("east", "west", "south", "north")]
    one = build.cluster("east", [east, *peers])
    forbidden = {"routeagents": TopicState.FORBIDDEN}
    return build.fleet(
        replace(one, clock_offset=clock_offset),
        build.cluster("west", build.member("west", "east", "south", "north")),
        build.cluster("south", build.member("south", "east", "west"), states=forbidden),
        build.unreachable("dead"),
    )


def row_id(analysis: Analysis, source: str, target: str) -> str:
    """The only row from `source` to `target`."""
    (found,) = [
        str(link.key)
        for link in analysis.mesh.links
        if (link.key.source, link.key.target) == (source, target)
    ]
    return found


def lines_of(detail: Detail) -> list[Line]:
    """Every line of a document, cards included."""
    found: list[Line] = []
    for block in detail.blocks:
        for card in block.cards:
            found += card.lines
        found += block.lines
    return found


def text_of(detail: Detail) -> str:
    """A document as plain text."""
    parts = [detail.title, detail.words]
    for block in detail.blocks:
        parts.append(f"{block.heading}  {block.note}")
        for card in block.cards:
            parts.append(f"{card.title}  {card.note}")
            parts += [line.text for line in card.lines]
        parts += [line.text for line in block.lines]
    return "\n".join(parts)


def assert_sound(snapshot: FleetSnapshot, analysis: Analysis, detail: Detail) -> None:
    """What holds of every document: nothing empty, nothing alone, nothing that leads nowhere."""
    assert detail.title
    assert detail.blocks
    assert detail.words[:1] in {*GLYPHS.values(), "·"}
    rows = {row.id for row in MESH.rows(snapshot, analysis)}
    findings = {finding.id for finding in analysis.findings}
    for block in detail.blocks:
        assert block.lines or block.cards, f"{block.heading} is empty"
        assert all(card.lines and card.title for card in block.cards)
    for line in lines_of(detail):
        assert line.text.strip()
        assert "\n" not in line.text
        assert line.text.strip() not in GLYPHS.values()
        if isinstance(line.target, LinkTarget):
            assert line.target.id in rows
        if isinstance(line.target, FindingTarget):
            assert line.target.id in findings


def shown_evidence(detail: Detail, snapshot: FleetSnapshot, analysis: Analysis) -> set[str]:
    """Ids of findings whose every observation stands in the document."""
    seen = {(source, line) for source, lines in evidence_of(detail).items() for line in lines}
    return {
        finding.id
        for finding in analysis.findings
        if all(
            (source_words(one), evidence_line(snapshot, one)) in seen for one in finding.evidence
        )
    }


def evidence_of(detail: Detail) -> dict[str, list[Line]]:
    """What was observed, by where; each source stands once."""
    (block,) = [one for one in detail.blocks if one.heading == "Evidence"]
    found: dict[str, list[Line]] = {}
    source = ""
    for line in block.lines:
        if line.note:
            found[source].append(line)
        else:
            source = line.text.lstrip("".join(GLYPHS.values()) + " ")
            assert source not in found
            found[source] = []
    return found


def source_words(one: Evidence) -> str:
    """How the place of an observation is called, without the glyph of its side."""
    return evidence_source(one, Role.PLAIN).text
