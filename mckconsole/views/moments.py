"""What changed in a fleet between two moments: states, findings, alerts, objects.

Compares two snapshots and what they mean; what was not read at one of the moments is said to be
unknown and not counted as gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import msgspec

from mckconsole.analysis.engine import Analysis
from mckconsole.domain.findings import Finding
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot, TopicView
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_rfc3339
from mckconsole.views.cells import CLUSTER_ROLES, SEVERITY_ROLES
from mckconsole.views.detail import (
    Block,
    ClusterTarget,
    Detail,
    FindingTarget,
    InspectTarget,
    Line,
    Span,
)
from mckconsole.views.explain import count, duration, remark, stated
from mckconsole.views.spec import Role

SHOWN = 40
"""Objects of one kind and cluster that are named, at most."""
FIELDS = 3
"""Fields of an object that are told."""
_MARKS = frozenset({"metadata.resourceVersion", "metadata.managedFields"})
"""What every write changes."""
BEATS = frozenset({"submariner-lease", "apiserver-leases", "events"})
"""Topics whose objects come and go all the time, or change with every heartbeat."""


@dataclass(frozen=True, slots=True)
class Side:
    """The fleet at one of the moments."""

    snapshot: FleetSnapshot
    analysis: Analysis


def moments_detail(before: Side, after: Side) -> Detail:
    """What is different `after`, from what was `before`."""
    start, end = before.snapshot.taken_at, after.snapshot.taken_at
    blocks = [
        Block("Clusters", lines=tuple(_clusters(before.snapshot, after.snapshot))),
        Block("Findings", lines=tuple(_findings(before.analysis, after.analysis))),
        Block("Alerts", lines=tuple(_alerts(before.snapshot, after.snapshot))),
        *_objects(before.snapshot, after.snapshot),
    ]
    found = tuple(one for one in blocks if one.lines)
    changes = sum(len(one.lines) for one in found)
    title = f"{_clock(start)} to {_clock(end)}"
    words = f"{count(changes, 'change')} in {duration(end - start)}"
    if not found:
        found = (Block(lines=(remark("nothing that is recorded changed"),)),)
    span = f"{format_rfc3339(start)} to {format_rfc3339(end)}"
    return Detail(title, words, Role.PLAIN, (Block(span), *found))


def _clock(at: float) -> str:
    return format_rfc3339(at).partition("T")[2]


def _clusters(before: FleetSnapshot, after: FleetSnapshot) -> Iterator[Line]:
    for name in dict.fromkeys((*before.clusters, *after.clusters)):
        was, now = before.clusters.get(name), after.clusters.get(name)
        if was is None or now is None:
            words = "is new" if was is None else "is no longer in the kubeconfig"
            yield _line(name, stated(Role.WARN, words), cluster=name)
            continue
        if was.state is not now.state:
            reason = f": {now.reason}" if now.reason else ""
            role = CLUSTER_ROLES[now.state]
            yield _line(name, Span(f"{was.state} → "), stated(role, f"{now.state}{reason}"),
                        cluster=name)  # fmt: skip
        if _version(was) != _version(now):
            words = f"{_version(was) or 'unknown'} → {_version(now) or 'unknown'}"
            yield _line(name, Span(f"version {words}"), cluster=name)


def _version(cluster: ClusterSnapshot) -> str:
    return cluster.version.git_version if cluster.version else ""


def _line(name: str, *spans: Span, cluster: str) -> Line:
    return Line((Span(f"{name}  ", Role.DIM), *spans), ClusterTarget(cluster), 2)


def _findings(before: Analysis, after: Analysis) -> Iterator[Line]:
    was, now = ({one.id: one for one in side.findings} for side in (before, after))
    came = sorted((now[id] for id in now.keys() - was.keys()), key=_rank)
    went = sorted((was[id] for id in was.keys() - now.keys()), key=_rank)
    for one in came:
        spans = (Span("+ ", Role.WARN), stated(SEVERITY_ROLES[one.severity], one.title))
        yield Line((*spans, _where(one)), FindingTarget(one.id), 4)
    for one in went:
        yield Line((Span("− ", Role.OK), Span(one.title), _where(one)), None, 4)


def _rank(one: Finding) -> tuple[object, ...]:
    return (one.severity.rank, one.cluster, one.title, one.id)


def _where(one: Finding) -> Span:
    about = f", {one.object}" if one.object else ""
    return Span(f"  {one.cluster}{about}  {one.rule}", Role.DIM)


def _alerts(before: FleetSnapshot, after: FleetSnapshot) -> Iterator[Line]:
    was, now = (
        {one.id: one for view in side.alerts for one in view.alerts} for side in (before, after)
    )
    for id, one in now.items():
        if id not in was or was[id].state != one.state:
            sign = Span("+ ", Role.WARN)
            words = stated(Role.CRITICAL if one.state == "firing" else Role.WARN, one.name)
            place = f"  {one.state}  {one.cluster}  {one.summary}"
            target = InspectTarget(one.cluster, one.object) if one.object and one.cluster else None
            yield Line((sign, words, Span(place, Role.DIM)), target, 4)
    known = {view.endpoint for view in after.alerts if view.state.value == "fresh"}
    for id, one in was.items():
        if id not in now:
            end = "resolved" if one.endpoint in known else "unknown: the endpoint was not read"
            place = f"  {end}  {one.cluster}"
            yield Line((Span("− ", Role.OK), Span(one.name), Span(place, Role.DIM)), None, 4)


def _objects(before: FleetSnapshot, after: FleetSnapshot) -> Iterator[Block]:
    for topic, kind in BY_TOPIC.items():
        if topic in BEATS:
            continue
        lines: list[Line] = []
        for name in after.clusters:
            if name in before.clusters:
                views = before.clusters[name].topic(topic), after.clusters[name].topic(topic)
                lines += _of_cluster(name, *views)
        if lines:
            yield Block(kind.projection.kind or topic, count(len(lines), "change"),
                        lines=tuple(lines))  # fmt: skip


def _of_cluster(cluster: str, was: TopicView, now: TopicView) -> Iterable[Line]:
    if was.state is not now.state and not (was.state.readable and now.state.readable):
        words = f"{was.state} → {now.state}: what it had cannot be compared"
        return [Line((Span(f"{cluster}  ", Role.DIM), stated(Role.UNKNOWN, words)), None, 4)]
    if not (was.state.readable and now.state.readable):
        return []
    signs = list(_differences(was.objects, now.objects))
    lines = [_object(cluster, now, sign, one, was.objects) for sign, one in signs[:SHOWN]]
    if len(signs) > SHOWN:
        lines.append(remark(f"{cluster}  … and {len(signs) - SHOWN} more"))
    return lines


def _differences(
    was: Mapping[Key, Projection], now: Mapping[Key, Projection]
) -> Iterator[tuple[str, Projection]]:
    """What came, went and changed; an object that was made anew under its name came."""
    for key, one in now.items():
        old = was.get(key)
        if old is None or old.metadata.uid != one.metadata.uid:
            yield "+", one
        elif _plain(old) != _plain(one):
            yield "~", one
    for key, one in was.items():
        if key not in now:
            yield "−", one


def _plain(one: Projection) -> tuple[object, ...]:
    """What a rule reads of it, without the marks of every write."""
    fields = [getattr(one, name) for name in one.__struct_fields__ if name != "metadata"]
    return (*fields, one.metadata.generation, one.metadata.labels, one.metadata.deletion_timestamp)


def _object(
    cluster: str, view: TopicView, sign: str, one: Projection, before: Mapping[Key, Projection]
) -> Line:
    role = {"+": Role.WARN, "−": Role.STALE, "~": Role.PLAIN}[sign]
    words = {"+": "new", "−": "gone"}.get(sign) or "; ".join(_fields(before[one.key], one))
    ref = one.ref(view.version)
    place = f"{ref.namespace}/{ref.name}" if ref.namespace else ref.name
    target = InspectTarget(cluster, ref) if sign != "−" else None
    return Line(
        (Span(f"{sign} ", role), Span(f"{place}  "), Span(f"{cluster}  {words}", Role.DIM)),
        target,
        4,
    )


def _fields(was: Projection, now: Projection) -> list[str]:
    """The first fields that are different, each with both values where they are short."""
    found = list(islice(_different("", was, now), FIELDS + 1))
    return found if len(found) <= FIELDS else [*found[:FIELDS], "…"]


def _different(path: str, was: object, now: object) -> Iterator[str]:
    if was == now or path.removeprefix(".") in _MARKS:
        return
    if isinstance(now, msgspec.Struct) and type(was) is type(now):
        for one in msgspec.structs.fields(now):
            yield from _different(
                f"{path}.{one.encode_name}", getattr(was, one.name), getattr(now, one.name)
            )
    elif isinstance(was, list | tuple) and isinstance(now, list | tuple) and len(was) == len(now):
        for number, pair in enumerate(zip(was, now, strict=True)):
            yield from _different(f"{path}[{number}]", *pair)
    elif isinstance(now, str | int | float) and isinstance(was, str | int | float):
        yield f"{path.removeprefix('.')}: {_short(was)} → {_short(now)}"
    else:
        yield path.removeprefix(".")


def _short(value: object) -> str:
    return shorten(str(value), 60) or "–"
