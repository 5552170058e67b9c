"""What if clusters were lost: the simulation as a document, and for one service by cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.failover.capacity import LEAVES_OUT
from mckconsole.analysis.failover.model import (
    FailoverReport,
    Headroom,
    HostLoss,
    HubLoss,
    Impact,
    LocalLoss,
    ServiceImpact,
)
from mckconsole.analysis.failover.simulate import Simulator
from mckconsole.analysis.failover.workloads import TOPICS
from mckconsole.analysis.services.model import FleetService
from mckconsole.domain.findings import Evidence, ObjectRef, Unknown
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.views.detail import (
    Block,
    ClusterTarget,
    Detail,
    FailoverTarget,
    Line,
    ObjectTarget,
    ServiceTarget,
    Span,
)
from mckconsole.views.explain import count, remark, stated
from mckconsole.views.explain import unknown as not_known
from mckconsole.views.failover import (
    IMPACT_ROLES,
    ROOM_NOTE,
    are_lost,
    left_words,
    local_note,
    room_words,
    verdict,
    verdict_role,
    wanted_words,
)
from mckconsole.views.services import find_service
from mckconsole.views.spec import GLYPHS, Role

MOST = 200
"""Lines of one sort that are shown; the command line prints all."""
_NAMED = 3
"""Clusters that a title names."""
_CAVEAT = "worked out from what is held now; nothing is tried"
T = TypeVar("T")


def simulator(snapshot: FleetSnapshot, analysis: Analysis) -> Simulator:
    """Simulations of a frame."""
    return Simulator(snapshot, analysis.services, analysis.thresholds, mesh=analysis.mesh)


def together(names: Sequence[str]) -> str:
    """`a`, `a, b`, or how many when these are too many to name."""
    return ", ".join(names) if len(names) <= _NAMED else count(len(names), "cluster")


def title(lost: Sequence[str]) -> str:
    """The crumb: `what if gcp-eu-1 is lost`."""
    return f"what if {together(lost)} {are_lost(lost)}"


def failover_detail(
    snapshot: FleetSnapshot, analysis: Analysis, lost: Sequence[str]
) -> Detail | None:
    """The document of one simulation; None when a cluster of it is no longer in the fleet."""
    if any(name not in snapshot.clusters for name in lost):
        return None
    report = simulator(snapshot, analysis).lose(lost)
    role = verdict_role(report)
    head = Line((stated(role, verdict(report)),), indent=2)
    return Detail(
        title(lost),
        f"{GLYPHS.get(role, '·')} {report.impact}",
        role,
        (
            Block("What it would mean", _CAVEAT, lines=(head, *_clusters(snapshot, report))),
            _services(report),
            _listed(
                "Hosts", report.hosts, _host, "host",
                _none(report, "hosts", "no host is served there"),
            ),
            _listed(
                "Roles for other clusters", report.hubs, _hub, "role",
                _none(report, "hubs", "none is known"),
            ),
            _local(report),
            _rooms(report),
            _listed(
                "Not known", report.unknowns, _unknown, "question", remark("everything was read")
            ),
        ),
    )  # fmt: skip


def _none(report: FailoverReport, section: str, words: str) -> Line:
    """What stands where nothing was found; it is not said to be so where something was not read."""
    unread = dict.fromkeys(
        one.cluster for one in report.unknowns if one.rule in ("*", section)
    )  # fmt: skip
    if not unread:
        return remark(words)
    named = together(tuple(unread))
    return Line((not_known(f"{words}, as far as was read; not all of {named} was"),), None, 4)


def _clusters(snapshot: FleetSnapshot, report: FailoverReport) -> Iterator[Line]:
    for name in report.lost:
        state = snapshot.clusters[name].state
        yield Line((Span("cluster ", Role.DIM), Span(f"{name}  {state}")), ClusterTarget(name), 8)


def _services(report: FailoverReport) -> Block:
    lines = _several(report.services, _service)
    everything = len(report.services) + report.unaffected
    note = f"{len(report.services)} of {everything} across clusters change"
    return Block(
        "Services", note, lines=lines or (_none(report, "services", "no service changes"),)
    )


def _service(one: ServiceImpact) -> Iterator[Line]:
    role = IMPACT_ROLES[one.impact]
    target = ServiceTarget(str(one.key))
    used = f"  used in {together(one.consumers)}" if one.consumers else ""
    yield Line(
        (
            stated(role, f"{one.impact:<8}"),
            Span(f"  {one.key}  "),
            Span(f"{left_words(one)} left", role),
            Span(used),
        ),
        target,
        12,
    )
    yield Line((Span(f"    {one.reason}", Role.DIM),), target, 4)
    if one.impact not in (Impact.OUTAGE, Impact.UNKNOWN):
        yield Line((Span(f"    {one.absorb}: {one.absorb_reason}", Role.DIM),), target, 4)


def _host(one: HostLoss) -> Iterator[Line]:
    words = f"also served in {together(one.left_in)}"
    if one.impact is Impact.OUTAGE:
        words = "no other cluster serves it"
    elif one.impact is Impact.UNKNOWN:
        words = f"no other server is known; {together(one.unread)} could not be read"
    hint = f"  {one.hint}" if one.hint else ""
    role = IMPACT_ROLES[one.impact]
    spans = (stated(role, one.host), Span(f"  {words}"), Span(hint, Role.DIM))
    yield Line(spans, _object(one.evidence), 4)


def _hub(one: HubLoss) -> Iterator[Line]:
    target = _object(one.evidence)
    members = f"  for {together(one.members)}" if one.members else ""
    yield Line((stated(Role.WARN, one.role), Span(f"  of {one.cluster}{members}")), target, 4)
    yield Line((Span(f"    {one.effect}", Role.DIM),), target, 4)
    for found in one.evidence:
        seen = Span(f"    {found.object or found.source}: {found.path} = {found.value}", Role.DIM)
        yield Line((seen,), _object((found,)), 6)


def _local(report: FailoverReport) -> Block:
    only = sum(not one.elsewhere for one in report.local)
    lines = _several(report.local, _local_loss)
    if report.system:
        what = f"and {report.system} in namespaces of the cluster, its meshes and operators"
        lines = (*lines, remark(what))
    note = f"{only} exist nowhere else"
    return Block(
        "Lost with its cluster", note, lines=lines or (_none(report, "workloads", "nothing"),)
    )


def _local_loss(one: LocalLoss) -> Iterator[Line]:
    role = Role.DIM if one.elsewhere and not one.stateful else Role.WARN
    note = local_note(one)
    also = f"  also in {together(one.elsewhere)}" if one.elsewhere else ""
    spans = (
        stated(role, f"{one.kind} {one.namespace}/{one.name}"),
        Span(f"  {one.ready} ready  {one.cluster}{also}"),
        Span(f"  {note}" if note else "", Role.DIM),
    )
    yield Line(spans, _behind(one), 4)


def _behind(one: LocalLoss) -> ObjectTarget:
    kind = BY_TOPIC[TOPICS.get(one.kind, "services")]
    version = f"{kind.group}/{kind.versions[0]}" if kind.group else kind.versions[0]
    return ObjectTarget(one.cluster, ObjectRef(version, one.kind, one.namespace, one.name))


def _rooms(report: FailoverReport) -> Block:
    lines = _several(report.headroom, _room)
    if any(one.reason == LEAVES_OUT for one in report.headroom):
        lines = (*lines, remark(ROOM_NOTE))
    return Block("Room in the survivors", lines=lines or (remark("none survives"),))


def _room(one: Headroom) -> Iterator[Line]:
    known = one.cpu_free is not None and one.memory_free is not None
    what = Span(f"{one.cluster}  {room_words(one)}")
    shown = what if known else not_known(what.text)
    wanted = Span("")
    if one.pods_wanted:
        role = Role.WARN if one.short else Role.PLAIN
        wanted = Span(f"  wanted: {wanted_words(one)}", role)
    said = "" if one.reason == LEAVES_OUT else f"  {one.reason}"
    spans = (shown, wanted, Span(said, Role.DIM))
    yield Line(spans, ClusterTarget(one.cluster), 4)


def _unknown(one: Unknown) -> Iterator[Line]:
    about = "" if one.rule == "*" else f" · {one.rule}"
    words = not_known(f"{one.cluster}{about}: {one.reason}")
    yield Line((words,), ClusterTarget(one.cluster), 4)


def _object(evidence: Iterable[Evidence]) -> ObjectTarget | None:
    found = ((one.cluster, one.object) for one in evidence if one.object is not None)
    return next((ObjectTarget(cluster, ref) for cluster, ref in found if ref is not None), None)


def _several(found: Sequence[T], lines: Callable[[T], Iterator[Line]]) -> tuple[Line, ...]:
    shown = tuple(line for one in islice(found, MOST) for line in lines(one))
    more = len(found) - MOST
    if more > 0:
        shown = (*shown, remark(f"and {more} more: `mckconsole failover --lose` prints all"))
    return shown


def _listed(
    heading: str, found: Sequence[T], lines: Callable[[T], Iterator[Line]], noun: str, none: Line
) -> Block:
    note = count(len(found), noun) if found else ""
    return Block(heading, note, lines=_several(found, lines) or (none,))


def service_losses(snapshot: FleetSnapshot, analysis: Analysis, row_id: str) -> Detail | None:
    """What the loss of each cluster would mean for one service; None when it is gone."""
    service = find_service(analysis, row_id)
    if service is None:
        return None
    found = _each(snapshot, analysis, service)
    worst = found[0][1].impact if found and found[0][1] else Impact.NONE
    role = IMPACT_ROLES[worst]
    lines = [_loss(name, impact) for name, impact in found]
    note = f"degraded under {analysis.thresholds.failover_share:.0%} of its ready endpoints"
    block = Block(
        "If a cluster is lost, alone", note, lines=tuple(lines) or (remark("no cluster has it"),)
    )
    words = f"{GLYPHS.get(role, '·')} {worst} at worst"
    return Detail(f"losses of {service.key}", words, role, (block,))


def _each(
    snapshot: FleetSnapshot, analysis: Analysis, service: FleetService
) -> list[tuple[str, ServiceImpact | None]]:
    made = simulator(snapshot, analysis)
    names = [name for name in snapshot.clusters if name in service.parts]
    found = [(name, made.service(service, (name,))) for name in names]
    return sorted(found, key=lambda pair: pair[1].impact.rank if pair[1] else Impact.NONE.rank)


def _loss(name: str, found: ServiceImpact | None) -> Line:
    target = FailoverTarget((name,))
    impact = found.impact if found else Impact.NONE
    role = IMPACT_ROLES[impact]
    spans = [stated(role, f"{impact:<8}"), Span(f"  {name}  ")]
    if found:
        absorb = f"; {found.absorb}" if found.impact in (Impact.DEGRADED, Impact.NOTED) else ""
        spans += [Span(f"{left_words(found)} left", role), Span(f"  {found.reason}{absorb}")]
    else:
        spans.append(Span("nothing changes", Role.DIM))
    return Line(tuple(spans), target, 12)
