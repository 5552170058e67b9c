"""CHK05: one query endpoint has fresh series of every cluster, under a label of its own.

Proved by query: of each endpoint that is asked, `up` tells which clusters are there, how fresh, and
whether the targets without which a cluster is blind are up. Objects in the clusters only tell why
one is missing, and that two clusters give themselves the same name.
"""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mckconsole.analysis.checklist.grounds import Grounds
from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.checklist.moments import dated
from mckconsole.analysis.checklist.points import Point, settle, unknown, untold
from mckconsole.analysis.checklist.targets import Presence, presence, presences
from mckconsole.analysis.checklist.telemetry import Telemetry, telemetry
from mckconsole.analysis.mesh.evidence import derived, measured
from mckconsole.analysis.mesh.hints import kubectl_on
from mckconsole.analysis.unread import cluster_reason
from mckconsole.domain.metrics import TARGETS, MetricState, MetricVector
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.times import format_age
from mckconsole.domain.wording import counted, listed

RULE = "CHK05"
TOPICS = (
    "prometheuses", "prometheusagents", "prometheus-configs", "opentelemetrycollectors",
    "daemonsets", "deployments",
)  # fmt: skip
QUERIES = (TARGETS,)
SETTLED = False
_NAMED = 3
_METRIC = "up"


class Share(NamedTuple):
    """What a cluster must know of the others."""

    central: str
    """The endpoint that most clusters are asked at; empty where none is asked for two."""
    covers: int
    """How many clusters that is."""
    all_there: bool
    """Whether it has series of all of these: then no two of them can have one label."""
    alike: tuple[str, ...]
    """Clusters that give themselves the same label."""
    shared: tuple[str, ...]
    """The values of these labels."""
    known_as: tuple[str, ...]
    """Names that meshes have for it."""


def measure(cluster: ClusterSnapshot) -> object:
    """What the endpoints say of it, as far as the answer depends on it."""
    return presences(cluster)


def gather(cluster: ClusterSnapshot) -> Telemetry:
    """How its own Prometheus servers and agents are set up."""
    return telemetry(cluster)


def shares(grounds: Grounds, facts: Mapping[str, Telemetry]) -> Mapping[str, Share]:
    """Which endpoint shows the fleet, and who gives himself whose name."""
    clusters = grounds.fleet.clusters
    asked = Counter(
        one.endpoint for each in clusters.values() for one in answers(each) if one.endpoint
    )
    best = min(asked, key=lambda name: (-asked[name], name), default="")
    enough = asked[best] > 1 or len(clusters) == 1
    central = best if enough else ""
    full = all(
        one.samples for each in clusters.values() for one in answers(each) if one.endpoint == best
    )
    users: dict[str, set[str]] = {}
    for name, each in facts.items():
        for label in each.labels:
            users.setdefault(label.value, set()).add(name)
    found = {}
    for name, each in facts.items():
        shared = sorted({one.value for one in each.labels if len(users[one.value]) > 1})
        alike = {other for value in shared for other in users[value]} - {name}
        around = grounds.services.clusters.get(name)
        found[name] = Share(
            central,
            asked[best] if enough else 0,
            full,
            tuple(sorted(alike)),
            tuple(shared),
            tuple(sorted(around.ids)) if around else (),
        )
    return found


def answers(cluster: ClusterSnapshot) -> tuple[MetricVector, ...]:
    """What each endpoint said of the cluster's targets."""
    one = cluster.metrics.get(TARGETS)
    return (one, *one.beside)


def answer(grounds: Grounds, cluster: ClusterSnapshot, facts: Telemetry, share: Share) -> Answer:
    """Whether the cluster is seen where all are seen."""
    vector = _chosen(cluster, share)
    here = presence(vector)
    points = [*_query(cluster, share, vector, here, facts)]
    points += _own(grounds, cluster, share, facts)
    unread = facts.unread
    if not cluster.state.readable:
        points.append(unknown(cluster_reason(cluster)))
        unread = ()
    elif not share.all_there:
        points += [unknown(words) for words in unread]
    jobs = "kube-state-metrics, API server and DNS up"
    well = f"fresh in {vector.endpoint} with {counted(share.covers, 'cluster')}, {jobs}"
    notes = unread if share.all_there else ()
    return settle(RULE, cluster.name, points, well=well, notes=notes)


def _chosen(cluster: ClusterSnapshot, share: Share) -> MetricVector:
    """The endpoint's answer that counts: of the one that shows the fleet, else the best."""
    every = answers(cluster)
    return next((one for one in every if one.endpoint == share.central and share.central), every[0])


def _query(
    cluster: ClusterSnapshot, share: Share, vector: MetricVector, here: Presence, facts: Telemetry
) -> Iterator[Point]:
    """What the endpoint proves."""
    name, where = cluster.name, vector.endpoint
    if vector.state is MetricState.NOT_CONFIGURED:
        if facts.vendors:
            sent = f"{listed(facts.vendors, _NAMED)} sends metrics to its vendor"
            yield Point(Mark.WARN, f"{sent}, where nothing is asked from here")
            yield untold("whether the vendor has them is not known here")
        else:
            yield unknown(vector.reason)
        return
    if vector.state is MetricState.FAILED:
        yield unknown(vector.reason)
        return
    if vector.state is MetricState.PARTIAL:
        yield unknown(vector.reason)
    if not share.central:
        yield unknown(f"no endpoint is asked for more than one cluster; {name} has {where}")
    elif where != share.central:
        most = counted(share.covers, "cluster")
        yield Point(Mark.WARN, f"it is in {where}, and {most} are in {share.central}")
    if vector.samples:
        yield from _present(cluster, vector, here)
    elif vector.state is MetricState.FRESH:
        yield from _absent(cluster, share, vector, facts)


def _present(cluster: ClusterSnapshot, vector: MetricVector, here: Presence) -> Iterator[Point]:
    """How fresh, and what of it is up."""
    name, where = cluster.name, vector.endpoint
    newest = max(vector.samples, key=lambda one: one.at)
    told = (measured(name, _METRIC, newest),)
    look = "open the targets page of the Prometheus that scrapes the cluster"
    if here.stale:
        age = format_age(here.age or 0.0)
        yield Point(Mark.WARN, f"its newest series in {where} is {age} old", told, look)
    else:
        yield Point(Mark.PASS, f"fresh in {where}", told)
    for want in here.down:
        yield Point(Mark.WARN, f"its target {want} is down in {where}", told, look)
    if here.missing and vector.state is MetricState.FRESH:
        words = f"{where} has no target of its {listed(here.missing, _NAMED)}"
        yield Point(Mark.WARN, words, told, f"have it scraped: {', '.join(here.missing)}")
    if here.doubled:
        words = f"{where} has its series twice, told apart by {here.doubled}"
        fix = f"deduplicate by {here.doubled} (Thanos: --query.replica-label={here.doubled})"
        yield Point(Mark.WARN, words, told, fix)


def _absent(
    cluster: ClusterSnapshot, share: Share, vector: MetricVector, facts: Telemetry
) -> Iterator[Point]:
    """Why it is not there under its name: it may be there under another, or under none."""
    name, where = cluster.name, vector.endpoint
    told = (derived(name, f"series of {name} in {where}", "none", vector.asked_at),)
    own = {label.value for label in facts.labels} | set(share.known_as)
    alias = next((one for one in vector.strangers if one and one in own), "")
    if alias:
        words = f"{where} has series of {alias}, which it calls itself"
        pair = f"{{{json.dumps(alias)}: {json.dumps(name)}}}"
        fix = f"in the configuration of {where}: clusterNames: {pair}"
        yield Point(Mark.WARN, words, told, fix)
        yield unknown(f"how fresh these series are is not known until {alias} is named {name}")
        return
    fix = "set the external label `cluster` on its Prometheus, and ship or federate its series"
    if facts.unlabelled and "" in vector.strangers:
        words = f"its Prometheus has no cluster label, and {where} has series without one"
        yield Point(Mark.WARN, words, (*told, *dated(cluster, facts.unlabelled)), fix)
        yield unknown("whether these series are its own nothing tells")
        return
    words = f"{where} has no series of it"
    others = [f'"{one}"' if one else "no cluster label" for one in vector.strangers]
    if others:
        words += f"; it has some with {listed(others, _NAMED)}, which is nobody's name here"
    yield Point(Mark.FAIL, words, told, fix)


def _own(
    grounds: Grounds, cluster: ClusterSnapshot, share: Share, facts: Telemetry
) -> Iterator[Point]:
    """That another cluster gives itself the same label."""
    if not share.alike:
        return
    label = next(one for one in facts.labels if one.value in share.shared)
    told = dated(cluster, (label.sight,))
    for name in share.alike:
        at = grounds.fleet.clusters[name].as_of or grounds.fleet.taken_at
        told += (derived(name, f"external label {label.name}", label.value, at),)
    words = f"{listed(share.alike, _NAMED)} has the same {label.name}={label.value}"
    ref = label.sight.ref
    show = f"get {ref.kind.lower()} {shlex.quote(ref.name)} -o yaml"
    yield Point(Mark.WARN, words, told, kubectl_on(cluster.context, show, ref.namespace))
