"""CHK01: every pair that a mesh joins is connected both ways, and quick enough.

Read from the mesh report alone, which knows every pair that is expected: a known peer without a
connection is a MISSING link. A cluster that no mesh joins to another is UNKNOWN, not a pass: no
object says whether it should be joined.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mckconsole.analysis.checklist.grounds import Grounds
from mckconsole.analysis.checklist.items import CALL, CILIUM, SUBCTL, command
from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.checklist.points import Point, settle, unknown, untold
from mckconsole.analysis.mesh.evidence import derived, seen
from mckconsole.analysis.mesh.hints import link_steps
from mckconsole.analysis.mesh.links import Link, LinkState, MeshProvider, Pair, Verdict
from mckconsole.analysis.unread import cluster_reason
from mckconsole.domain.findings import Evidence
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.times import format_span
from mckconsole.domain.wording import counted

RULE = "CHK01"
SPREAD = 2.0
"""Times the median of its mesh from which a round trip stands out."""
_PROBES: Mapping[MeshProvider, str] = {
    MeshProvider.SUBMARINER: SUBCTL,
    MeshProvider.CILIUM: CILIUM,
}
_MARKS: Mapping[Verdict, Mark] = {
    Verdict.DOWN: Mark.FAIL,
    Verdict.MISSING: Mark.FAIL,
    Verdict.ASYMMETRIC: Mark.WARN,
    Verdict.DEGRADED: Mark.WARN,
    Verdict.SLOW: Mark.WARN,
    Verdict.UP: Mark.PASS,
}
"""What is not here is not known, or not yet."""
_UNREAD = (LinkState.UNKNOWN, LinkState.STALE)


def answer(grounds: Grounds, cluster: ClusterSnapshot) -> Answer:
    """Whether all of a cluster's pairs hold."""
    name = cluster.name
    pairs = grounds.pairs.get(name, ())
    points = [point for pair in pairs for point in _judge(pair, grounds)]
    points += [unknown(one.reason) for one in grounds.mesh_unread.get(name, ())]
    if not cluster.state.readable:
        points.append(unknown(cluster_reason(cluster)))
    elif not points:
        points.append(untold("no mesh joins it to another cluster, and nothing says if one should"))
    trips = [pair.latency for pair in pairs if pair.latency is not None]
    slowest = f", round trips up to {format_span(max(trips))}" if trips else ""
    well = f"{counted(len(pairs), 'pair')} connected{slowest}"
    return settle(RULE, name, points, well=well, probe=_probe(grounds, cluster))


def _judge(pair: Pair, grounds: Grounds) -> Iterator[Point]:
    """What is to be said of one pair: its state, what is not known of it, how quick it is."""
    shown = f"{pair.forward.key.source} {'⇄' if pair.backward else '→'} {pair.forward.key.target}"
    evidence = tuple(_evidence(pair, grounds))
    mark = _MARKS.get(pair.verdict)
    words = ", ".join(part for part in (f"{shown}: {pair.verdict.value}", pair.reason) if part)
    if mark in (Mark.FAIL, Mark.WARN):
        yield Point(mark, words, evidence, _steps(pair, grounds))
    elif pair.verdict is Verdict.UNVERIFIED:
        yield untold(words, evidence)
    elif mark is None:
        yield Point(Mark.UNKNOWN, words, evidence)
    else:
        yield _speed(pair, shown, evidence, grounds)
    if mark in (Mark.WARN, Mark.PASS) and (gap := _gap(pair)):
        yield gap


def _gap(pair: Pair) -> Point | None:
    """What one end did not tell of a pair that the other has in use; None where nothing lacks."""
    back = pair.backward
    if back is None:
        link = pair.forward
        if link.one_way:
            return None
        words = f"{link.key.target} does not tell of the way back to {link.key.source}"
        return untold(words) if not link.in_fleet else unknown(words)
    for link in (pair.forward, back):
        if link.state in _UNREAD:
            words = f"what {link.key.source} says of {link.key.target}: {link.reason}"
            beyond = not (pair.forward.in_fleet and back.in_fleet)
            return untold(words) if beyond else unknown(words)
    return None


def _speed(pair: Pair, shown: str, evidence: tuple[Evidence, ...], grounds: Grounds) -> Point:
    """How quick a pair is that is up."""
    if pair.latency is None:
        return untold(f"{shown}: connected, and nothing measures its round trips", evidence)
    told, usual = format_span(pair.latency), grounds.usual_trips.get(pair.forward.key.provider)
    words = f"{shown}: round trip of {told}"
    if pair.latency >= grounds.limits.slow:
        return Point(Mark.WARN, words, evidence, _steps(pair, grounds))
    if usual is not None and pair.latency > SPREAD * usual + grounds.limits.rtt_gap:
        words = f"{words}, the median of its mesh is {format_span(usual)}"
        return Point(Mark.WARN, words, evidence, _steps(pair, grounds))
    return Point(Mark.PASS, words, evidence)


def _steps(pair: Pair, grounds: Grounds) -> str:
    return link_steps(grounds.fleet, pair.forward, pair)


def _evidence(pair: Pair, grounds: Grounds) -> Iterator[Evidence]:
    """What both ends say; of one that shows nothing else, its state as it was worked out."""
    for link in (pair.forward, pair.backward):
        if link is None:
            continue
        yield from link.evidence
        if not link.evidence:
            yield _stated(link, grounds.fleet.taken_at)


def _stated(link: Link, now: float) -> Evidence:
    at = now if link.observed_at is None else link.observed_at
    name, what = link.key.source, f"link to {link.key.target}"
    value = ", ".join(part for part in (link.state.value, link.reason) if part)
    if link.object is not None and link.observed_at is not None:
        return seen(name, link.object, what, value, at)
    return derived(name, what, value, at)


def _probe(grounds: Grounds, cluster: ClusterSnapshot) -> str:
    """The probe of a mesh that joins it, to a peer of the fleet; without one a plain call."""
    for provider, probe in _PROBES.items():
        peer = grounds.peer(cluster.name, provider)
        if peer is not None:
            return command(probe, {"context": cluster.context, "peer": peer.context})
    return command(CALL, {"context": cluster.context})
