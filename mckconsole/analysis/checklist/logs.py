"""CHK06: an agent on every node of every cluster ships logs to one central sink.

Central is the sink that most clusters ship to. A Service of the cluster itself is none, unless
something there passes on what it gets, the Service is another cluster's, or an Ingress of the
cluster serves the central sink from the same namespace. That logs arrive is shown by the agents'
own counters alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from mckconsole.analysis.checklist.delivery import QUERIES as DELIVERIES
from mckconsole.analysis.checklist.delivery import delivered, delivery
from mckconsole.analysis.checklist.grounds import Grounds
from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.checklist.moments import dated
from mckconsole.analysis.checklist.points import Point, settle, unknown, untold
from mckconsole.analysis.checklist.shipping import (
    CONFIGS,
    DAEMONSETS,
    NODES,
    RELAYS,
    RESOURCES,
    Shipper,
)
from mckconsole.analysis.checklist.sinksites import Inner, Sites, sites
from mckconsole.analysis.mesh.evidence import derived
from mckconsole.analysis.mesh.hints import kubectl_on
from mckconsole.analysis.unread import cluster_reason, unread_reason
from mckconsole.domain.findings import Evidence
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.wording import counted, listed

RULE = "CHK06"
TOPICS = (
    DAEMONSETS, NODES, *CONFIGS, *RESOURCES, *RELAYS, "namespaces", "ingresses", "httproutes",
    "routes",
)  # fmt: skip
QUERIES = DELIVERIES
SETTLED = True
_NAMED = 3
_INSTALL = "deploy the log agent on every node, with the sink of the other clusters as its output"


class Share(NamedTuple):
    """What the other clusters add."""

    central: str
    """The sink that most clusters ship to."""
    users: int
    across: frozenset[Inner]
    """Of the Services that it sends to, those that one cluster alone offers to others."""


def measure(cluster: ClusterSnapshot) -> object:
    """What the agents' counters come to."""
    return delivery(cluster)


def gather(cluster: ClusterSnapshot) -> Sites:
    """Read a cluster's agents and where they send."""
    return sites(cluster)


def shares(grounds: Grounds, facts: Mapping[str, Sites]) -> Mapping[str, Share]:
    """Which sink is central, and which Services are other clusters'."""
    across = _across(grounds, {one for each in facts.values() for one in each.inner})
    counts = Counter(
        place for name, each in facts.items() for place in _places(each, across.get(name, ()))
    )
    central = min(counts, key=lambda place: (-counts[place], place), default="")
    users = counts[central] if central else 0
    return {name: Share(central, users, frozenset(across.get(name, ()))) for name in facts}


def _across(grounds: Grounds, inside: Collection[Inner]) -> Mapping[str, set[Inner]]:
    """Of these Services, those that one cluster alone offers to others, by who takes part."""
    found: dict[str, set[Inner]] = {}
    for service in grounds.services.services if inside else ():
        key = (service.key.namespace, service.key.name)
        if key in inside and len(service.exporters) == 1:
            for name, part in service.parts.items():
                if part.involved:
                    found.setdefault(name, set()).add(key)
    return found


def _places(facts: Sites, across: Collection[Inner]) -> set[str]:
    """Where a cluster ships to, that others may ship to as well."""
    shared = {f"{name}.{space} of the cluster set" for space, name in facts.inner
              if (space, name) in across}  # fmt: skip
    return {*facts.places, *shared}


def answer(grounds: Grounds, cluster: ClusterSnapshot, facts: Sites, share: Share) -> Answer:
    """Whether a cluster's logs are where all are."""
    name = cluster.name
    if not cluster.state.readable:
        return settle(RULE, name, [unknown(cluster_reason(cluster))], well="")
    points = [*_unread(cluster), *_agents(grounds, cluster, facts)]
    shipping = [one for one in facts.shipping.shippers if one.ships]
    if shipping:
        points += _sinks(grounds, cluster, facts, share)
    agents = ", ".join(one.agent.name for one in shipping)
    nodes = counted(facts.shipping.nodes, "node")
    others = counted(share.users, "cluster")
    well = f"{agents} on {nodes} to {share.central}, as {others} in all"
    return settle(RULE, name, points, well=well, rests=_rests(cluster, shipping))


def _unread(cluster: ClusterSnapshot) -> Iterator[Point]:
    """What would have to be read to say that nothing is missing."""
    for topic in (DAEMONSETS, NODES):
        if not cluster.topic(topic).complete:
            yield unknown(unread_reason(cluster.topic(topic)))
    for topic in (*CONFIGS, *RESOURCES):
        view = cluster.topic(topic)
        if not view.conclusive:
            yield unknown(f"where logs go: {unread_reason(view)}")


def _agents(grounds: Grounds, cluster: ClusterSnapshot, facts: Sites) -> Iterator[Point]:
    """Who ships logs, and from which nodes."""
    found = facts.shipping
    told = cluster.topic(DAEMONSETS)
    if not any(one.ships for one in found.shippers):
        for one in found.shippers:
            words = f"{one.agent.name} runs on its nodes, and nothing read says that it ships logs"
            yield untold(words, dated(cluster, one.sights))
        if not found.shippers and told.complete:
            at = told.as_of if told.as_of is not None else grounds.fleet.taken_at
            seen = (derived(cluster.name, "log agents among its DaemonSets", "none", at),)
            yield Point(Mark.FAIL, "no log agent runs on its nodes", seen, _INSTALL)
        return
    for one in found.shippers:
        if one.ships:
            yield from _nodes(cluster, one, found.nodes)
            yield from _age(grounds, cluster, one)
            if not one.agent.managed:
                yield _arrives(cluster, one)
            yield from (unknown(why) for why in one.unread)


def _nodes(cluster: ClusterSnapshot, one: Shipper, nodes: int) -> Iterator[Point]:
    """Whether an agent is on all nodes, and ready."""
    told, name = dated(cluster, one.sights), one.agent.name
    show = kubectl_on(cluster.context, "get daemonsets -A -o wide")
    if not one.desired:
        yield Point(Mark.FAIL, f"{name} is to run on none of its nodes", told, show)
    elif one.desired < nodes:
        words = f"{name} is to run on {one.desired} of {counted(nodes, 'node')}"
        fix = f"{show}\nhave it tolerate the taints of the other nodes, and select them"
        yield Point(Mark.WARN, words, told, fix)
    elif one.widest < nodes < one.desired:
        words = f"whether the DaemonSets of {name} together leave none of the nodes out"
        yield Point(Mark.UNKNOWN, words, told)
    if one.ready < one.desired:
        words = f"{name} is ready on {one.ready} of {counted(one.desired, 'node')}"
        mark = Mark.WARN if one.ready else Mark.FAIL
        yield Point(mark, words, told, show)


def _age(grounds: Grounds, cluster: ClusterSnapshot, one: Shipper) -> Iterator[Point]:
    today = datetime.fromtimestamp(grounds.fleet.taken_at, UTC).date().isoformat()
    if one.agent.ended and one.agent.ended <= today:
        words = f"support for {one.agent.name} ended on {one.agent.ended}"
        fix = "move to an agent that is supported (Alloy, Fluent Bit, OpenTelemetry Collector)"
        yield Point(Mark.WARN, words, dated(cluster, one.sights), fix)


def _arrives(cluster: ClusterSnapshot, one: Shipper) -> Point:
    """Whether a counter of what was delivered is there, and not nothing."""
    why, told = delivered(cluster, one.agent.name)
    if why:
        fix = f"have Prometheus scrape the metrics of {one.agent.name}"
        return Point(Mark.WARN, f"that {one.agent.name} delivers is not measured: {why}", told, fix)
    return Point(Mark.PASS, f"{one.agent.name} delivers", told)


def _sinks(
    grounds: Grounds, cluster: ClusterSnapshot, facts: Sites, share: Share
) -> Iterator[Point]:
    """Where logs go, and whether others' go there."""
    told = tuple(e for one in facts.shipping.shippers for e in dated(cluster, one.sights))
    for words in facts.unplaced:
        yield untold(words, told)
    places = _places(facts, share.across)
    own = {one for one in facts.inner if one not in share.across and one not in facts.passed}
    if own and share.central in facts.serves:
        own -= {one for one in own if one[0] in facts.serves[share.central]}
        places.add(share.central)
    for space, name in sorted(own):
        words = f"logs go to {name}.{space}, a Service of the cluster itself"
        hidden = [view for view in map(cluster.topic, RELAYS) if not view.complete]
        if hidden:
            yield unknown(f"{words}; whether it passes them on: {unread_reason(hidden[0])}")
            continue
        yield Point(Mark.FAIL, words, told, "send them to the sink of the other clusters")
    if not places and not facts.unplaced and not own:
        yield untold("where its logs go stands in no ConfigMap or resource that is read", told)
    if len(places) > 1:
        words = f"logs go to several sinks: {listed(sorted(places), _NAMED)}"
        yield Point(Mark.WARN, words, told, "keep one sink for all clusters")
    if places and share.central not in places:
        mine = listed(sorted(places), _NAMED)
        many = counted(share.users, "cluster")
        words = f"logs go to {mine}, those of {many} to {share.central}"
        yield Point(Mark.WARN, words, told, f"send them to {share.central} as well")
    elif places and share.users == 1 and len(grounds.fleet.clusters) > 1:
        words = f"no other cluster is known to ship to {share.central}"
        yield Point(Mark.WARN, words, told, "send the logs of all clusters to one sink")


def _rests(cluster: ClusterSnapshot, shipping: list[Shipper]) -> Iterator[Evidence]:
    for one in shipping:
        yield from dated(cluster, one.sights)
