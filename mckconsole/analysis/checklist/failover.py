"""CHK09: what the loss of the cluster would mean, from a simulation that is handed in.

To simulate every loss costs more than all other answers together, so it is not done here.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from mckconsole.analysis.checklist.grounds import Grounds
from mckconsole.analysis.checklist.items import BY_RULE, command
from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.checklist.points import Point, settle, unknown
from mckconsole.analysis.failover.model import FailoverReport, Impact
from mckconsole.analysis.failover.unread import TOPICS
from mckconsole.analysis.mesh.evidence import derived
from mckconsole.analysis.mesh.links import MeshProvider
from mckconsole.analysis.unread import cluster_reason
from mckconsole.domain.findings import Evidence
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.wording import counted, listed

RULE = "CHK09"
_MARKS = {
    Impact.OUTAGE: Mark.FAIL,
    Impact.DEGRADED: Mark.WARN,
    Impact.UNKNOWN: Mark.UNKNOWN,
}
_NAMED = 3


def answer(grounds: Grounds, cluster: ClusterSnapshot) -> Answer:
    """Whether the fleet goes on without a cluster."""
    name = cluster.name
    report = (grounds.losses or {}).get(name)
    if report is None:
        points = [unknown("its loss was not simulated")]
        if not cluster.state.readable:
            points.append(unknown(cluster_reason(cluster)))
        return settle(RULE, name, points, well="")
    points = [*_services(report, name), *_hosts(report, name), *_hubs(report, name)]
    points += [unknown(f"{one.cluster}: {one.reason}") for one in report.unknowns]
    points += _local(grounds, report, name)
    rests = [*_rests(grounds, report, name)]
    probe = _probe(grounds, cluster)
    return settle(RULE, name, points, well=_well(report), rests=rests, probe=probe)


def _probe(grounds: Grounds, cluster: ClusterSnapshot) -> str:
    """Submariner's own; other meshes have none."""
    peer = grounds.peer(cluster.name, MeshProvider.SUBMARINER)
    contexts = {"context": cluster.context, "peer": peer.context if peer else ""}
    return command(BY_RULE[RULE].probe, contexts) if peer else ""


def _services(report: FailoverReport, name: str) -> Iterator[Point]:
    for one in report.services:
        words = f"{one.key} {one.impact.value}: {one.reason}"
        yield Point(_MARKS.get(one.impact, Mark.PASS), words, one.evidence, _again(name))


def _hosts(report: FailoverReport, name: str) -> Iterator[Point]:
    for one in report.hosts:
        if one.impact is Impact.OUTAGE:
            words = f"nobody else serves {one.host}"
            yield Point(Mark.FAIL, words, one.evidence, _again(name))
        elif one.impact is Impact.UNKNOWN:
            where = listed(one.unread, _NAMED)
            words = f"whether {where} serves {one.host} too is not known"
            yield Point(Mark.UNKNOWN, words, one.evidence)


def _hubs(report: FailoverReport, name: str) -> Iterator[Point]:
    for one in report.hubs:
        yield Point(Mark.WARN, f"{one.role} is lost: {one.effect}", one.evidence, _again(name))


def _local(grounds: Grounds, report: FailoverReport, name: str) -> Iterator[Point]:
    """That nothing changes for services says little where none of the cluster is among them."""
    exported = any(name in one.exporters for one in grounds.taking_part.get(name, ()))
    if report.alone and not exported and not report.hosts:
        first = [f"{one.namespace}/{one.name}" for one in report.local if not one.elsewhere]
        words = f"nothing of it fails over: {listed(first, _NAMED)} run nowhere else"
        yield Point(Mark.WARN, words, fix=_again(name))


def _well(report: FailoverReport) -> str:
    going = counted(report.unaffected + len(report.services), "service")
    alone = f"; lost with it: {report.alone} that run nowhere else" if report.alone else ""
    return f"goes on without it: {going}, {counted(len(report.hosts), 'host')}{alone}"


def _again(name: str) -> str:
    return f"mckconsole failover --lose {shlex.quote(name)}"


def _rests(grounds: Grounds, report: FailoverReport, name: str) -> Iterator[Evidence]:
    """That it was simulated, and how old what it was worked out from is in each cluster."""
    yield derived(name, "simulated loss", report.impact.value, report.at)
    for other in grounds.fleet.clusters.values():
        views = (other.topic(topic) for topic in TOPICS)
        read = [(view.as_of, view.topic) for view in views if view.as_of is not None]
        if read:
            at, topic = min(read)
            yield derived(other.name, "oldest topic of the simulation", topic, at)
