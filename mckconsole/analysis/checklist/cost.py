"""CHK07: a cost exporter with egress data runs in every cluster, and there is a budget.

Exporters are known by their images, their data by metrics. A budget counts for the clusters of its
cloud wherever it is kept as an object; what the clouds hold and bill is not read.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mckconsole.analysis.checklist.grounds import Grounds
from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.checklist.moments import dated
from mckconsole.analysis.checklist.points import Point, settle, unknown, untold
from mckconsole.analysis.checklist.spending import (
    BUDGETS,
    CLOUDS,
    WORKLOADS,
    BudgetSeen,
    Exporter,
    Spending,
    spending,
)
from mckconsole.analysis.mesh.evidence import derived, measured
from mckconsole.analysis.mesh.hints import kubectl_on
from mckconsole.analysis.unread import cluster_reason, unread_reason
from mckconsole.domain.findings import Evidence
from mckconsole.domain.metrics import QUERIES as EVERY
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.wording import listed

RULE = "CHK07"
NODE_COST, EGRESS = "node-cost", "pod-egress"
TOPICS = (*WORKLOADS, "nodes", *BUDGETS)
QUERIES = (NODE_COST, EGRESS)
BEYOND = "what the clouds bill is not read: it is not in a cluster"
STALE = 3600.0
"""Seconds after which a sample says nothing of the present."""
_METRICS = {one.id: one.metric for one in EVERY}
SETTLED = True
_NAMED = 3
_INSTALL = "install OpenCost or Kubecost with network costs, and have Prometheus scrape it"


class Share(NamedTuple):
    """Budgets of the cluster's cloud, wherever they are."""

    budgets: tuple[tuple[str, BudgetSeen], ...]
    """With the cluster that holds each."""
    unread: tuple[str, ...]
    """Clusters that may hold some that were not read."""


def measure(cluster: ClusterSnapshot) -> object:
    """What the two metrics come to."""
    return tuple(_data(cluster, query)[0] for query in QUERIES)


def gather(cluster: ClusterSnapshot) -> Spending:
    """Read a cluster's exporters and budgets."""
    return spending(cluster)


def shares(grounds: Grounds, facts: Mapping[str, Spending]) -> Mapping[str, Share]:
    """The budgets of all clusters, by whom they are for."""
    every = [(name, one) for name, each in facts.items() for one in each.budgets]
    return {
        name: Share(
            tuple(pair for pair in every if pair[1].cloud == each.cloud),
            tuple(other for other, one in facts.items() if each.cloud in one.unread),
        )
        for name, each in facts.items()
    }


def answer(grounds: Grounds, cluster: ClusterSnapshot, facts: Spending, share: Share) -> Answer:
    """Whether somebody sees what a cluster costs."""
    name = cluster.name
    if not cluster.state.readable:
        return settle(RULE, name, [unknown(cluster_reason(cluster))], well="")
    points = [*_exporters(grounds, cluster, facts), *_budget(grounds, cluster, facts, share)]
    names = sorted({one.name for one in facts.exporters if one.costs})
    tools = ", ".join(names) or "an exporter that is not known"
    ready = sum(one.ready is True for _, one in share.budgets)
    well = f"{tools} with costs and egress, {ready} budgets of {CLOUDS.get(facts.cloud, '')}"
    if ready == 1:
        well = well.replace("1 budgets", "a budget")
    return settle(RULE, name, points, well=well, notes=(BEYOND,))


def _exporters(grounds: Grounds, cluster: ClusterSnapshot, facts: Spending) -> Iterator[Point]:
    """Whether costs and egress are measured."""
    gaps = [view for view in map(cluster.topic, WORKLOADS) if not view.complete]
    cost, told = _data(cluster, NODE_COST)
    tools = [one for one in facts.exporters if one.costs]
    for one in tools:
        yield _healthy(cluster, one)
    if not tools and gaps:
        yield unknown(f"whether it has a cost exporter: {unread_reason(gaps[0])}")
    elif not tools and cost is not None:
        yield _none(grounds, cluster, facts, cost)
        return
    if cost is None:
        yield Point(Mark.PASS, "costs are measured", told)
    else:
        yield _short(cluster, NODE_COST, f"costs of its nodes: {cost}")
    egress, told = _data(cluster, EGRESS)
    if egress is None:
        yield Point(Mark.PASS, "egress is measured", told)
    else:
        yield _short(cluster, EGRESS, f"egress of its pods: {egress}")


def _none(grounds: Grounds, cluster: ClusterSnapshot, facts: Spending, cost: str) -> Point:
    """That no exporter is known to run, and no series tells of one that is not known."""
    if cluster.metrics.get(NODE_COST).state is not MetricState.FRESH:
        return unknown(f"no cost exporter that is known runs in it, and {cost}")
    if facts.cloud in ("", "gce"):
        return untold("no cost exporter runs in it; if its cloud allocates costs no object says")
    at = cluster.topic(WORKLOADS[0]).as_of
    told = derived(cluster.name, "cost exporters among its workloads", "none",
                   grounds.fleet.taken_at if at is None else at)  # fmt: skip
    words = "no cost exporter runs in it, and no series tells its cost"
    return Point(Mark.FAIL, words, (told,), _INSTALL)


def _short(cluster: ClusterSnapshot, query: str, words: str) -> Point:
    """That a metric is missing; where nobody could be asked, that it is not known."""
    vector = cluster.metrics.get(query)
    if vector.state is MetricState.FRESH:
        told = (derived(cluster.name, _METRICS[query], "none", vector.asked_at),)
        return Point(Mark.WARN, words, told, _INSTALL)
    return unknown(words)


def _healthy(cluster: ClusterSnapshot, one: Exporter) -> Point:
    told = dated(cluster, (one.sight,))
    if one.ready < max(one.desired, 1):
        words = f"{one.name} is ready on {one.ready} of {one.desired}"
        ref = one.sight.ref
        show = kubectl_on(cluster.context, "get pods -o wide", ref.namespace)
        return Point(Mark.WARN, words, told, show)
    return Point(Mark.PASS, f"{one.name} is ready", told)


def _data(cluster: ClusterSnapshot, query: str) -> tuple[str | None, tuple[Evidence, ...]]:
    """Why a metric says nothing, None when it does; and the sample that tells."""
    vector = cluster.metrics.get(query)
    newest = max(vector.samples, key=lambda one: one.at, default=None)
    if newest is None:
        none = f"{vector.endpoint} has no {_METRICS[query]} of it"
        return (none if vector.state is MetricState.FRESH else vector.reason), ()
    told = (measured(cluster.name, _METRICS[query], newest),)
    if vector.asked_at - newest.at > STALE:
        return f"{_METRICS[query]} was not written lately", told
    return None, told


def _budget(
    grounds: Grounds, cluster: ClusterSnapshot, facts: Spending, share: Share
) -> Iterator[Point]:
    """Whether a budget of its cloud is kept anywhere in the fleet, and the cloud has it."""
    if not facts.cloud:
        nodes = cluster.topic("nodes")
        why = "no node says which" if nodes.complete else unread_reason(nodes)
        yield untold(f"whether it has a budget: its cloud is not known ({why})")
        return
    name = CLOUDS[facts.cloud]
    for holder, one in share.budgets:
        told = dated(grounds.fleet.clusters[holder], (one.sight,))
        if one.ready:
            yield Point(Mark.PASS, f"{name} has {one.sight.ref.name}", told)
            return
    for holder, one in share.budgets:
        told = dated(grounds.fleet.clusters[holder], (one.sight,))
        if one.ready is None:
            yield Point(Mark.UNKNOWN, f"whether {name} has {one.sight.ref.name} is not said", told)
        else:
            words = f"{name} has not taken over {one.sight.ref.name}"
            context = grounds.fleet.clusters[holder].context
            show = f"describe {one.sight.ref.kind.lower()} {shlex.quote(one.sight.ref.name)}"
            fix = kubectl_on(context, show, one.sight.ref.namespace)
            yield Point(Mark.WARN, words, told, fix)
    if share.budgets:
        return
    if share.unread:
        yield unknown(f"whether a budget of {name} is kept in {listed(share.unread, _NAMED)}")
    yield untold(f"no object says that {name} has a budget; one of the cloud itself is not read")
    yield Point(Mark.WARN, f"no budget of {name} is kept as an object", (),
                f"keep a budget as an object, or bring a result for {RULE}")  # fmt: skip
