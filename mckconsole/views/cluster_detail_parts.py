"""What is read of a cluster, topic by topic, its nodes, and how its states changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from mckconsole.domain.core import Node
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot, TopicView
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.domain.times import format_age, parse_rfc3339
from mckconsole.views.detail import Block, Line, ObjectTarget, Span
from mckconsole.views.explain import count, remark, server_now, unknown
from mckconsole.views.spec import GLYPHS, Role
from mckconsole.views.transitions import TOPIC_ROLES, change_lines

MAX_NODES = 50
MAX_FAULTS = 5
MAX_CHANGES = 20
_HANG = 15
"""Cells before the name of a topic, where its reason goes on."""
_FIRST = (ClusterState.PENDING.value, TopicState.PENDING.value)
_ROLE_LABEL = "node-role.kubernetes.io/"


def topics_block(snapshot: FleetSnapshot, cluster: ClusterSnapshot) -> Block:
    """How each topic stands, in the order of the registry."""
    topics = list(cluster.topics.values())
    if not topics:
        return Block("Topics", lines=(Line((unknown("nothing was asked for"),)),))
    now = server_now(snapshot, cluster.name)
    width = max(len(topic.topic) for topic in topics)
    lines = [line for topic in topics if _held(topic) for line in _topic(topic, width, now)]
    lines += _unread(topics, cluster)
    fresh = sum(topic.complete for topic in topics)
    return Block("Topics", f"{fresh} of {len(topics)} read in full", lines=tuple(lines))


def _held(topic: TopicView) -> bool:
    return topic.state.readable or bool(topic.faults)


def _unread(topics: Iterable[TopicView], cluster: ClusterSnapshot) -> Iterator[Line]:
    """Those of which nothing is held; a reason that many share is told once.

    Why the cluster itself is lost stands with its connection.
    """
    alike: dict[tuple[TopicState, str], list[str]] = {}
    for topic in topics:
        if not _held(topic):
            reason = "" if topic.reason == cluster.reason else topic.reason
            alike.setdefault((topic.state, reason), []).append(topic.topic)
    for (state, reason), names in alike.items():
        role = TOPIC_ROLES[state]
        word = f"{GLYPHS.get(role, '–')} {state.value:<11}"
        spans = (Span(word, role), Span(f"  {', '.join(names)}"), Span(f"  {reason}", Role.DIM))
        yield Line(spans if reason else spans[:2], indent=_HANG)


def _topic(topic: TopicView, width: int, now: float) -> Iterator[Line]:
    """What is held of it, and each object that could be read only in part."""
    role = TOPIC_ROLES[topic.state]
    word = topic.state.value
    if topic.state is TopicState.FRESH and topic.faults:
        role, word = Role.WARN, "in part"
    spans = [
        Span(f"{GLYPHS.get(role, '–')} {word:<11}", role),
        Span(f"  {topic.topic:<{width}}"),
        Span(f"  {topic.version or '–':<8}", Role.DIM),
        Span(f"  {count(len(topic.objects), 'object'):>14}"),
    ]
    if topic.reason:
        spans.append(Span(f"  {topic.reason}"))
    yield Line(tuple(spans), indent=_HANG, note=_age(topic, now))
    for number, ((namespace, name), paths) in enumerate(topic.faults.items()):
        if number == MAX_FAULTS:
            yield Line((Span(f"    and {len(topic.faults) - number} more", Role.DIM),))
            return
        where = f"{namespace}/{name}" if namespace else name
        yield Line((Span(f"    ▲ {where}: ", Role.WARN), Span("; ".join(paths))), indent=6)


def _age(topic: TopicView, now: float) -> str:
    """How long ago its content was confirmed, by the server's clock."""
    if topic.as_of is None:
        return "age not known"
    return f"{format_age(max(now - topic.as_of, 0.0))} ago"


def nodes_block(snapshot: FleetSnapshot, cluster: ClusterSnapshot) -> Block:
    """Those that are not ready first."""
    topic = cluster.topic("nodes")
    if not topic.state.readable:
        own = topic.reason and topic.reason != cluster.reason
        words = unknown(f"{topic.state}: {topic.reason}" if own else topic.state.value)
        return Block("Nodes", lines=(Line((words,)),))
    nodes = sorted(
        cluster.objects("nodes", Node).values(), key=lambda one: (one.ready is True, one.key)
    )
    ready = sum(node.ready is True for node in nodes)
    now = server_now(snapshot, cluster.name)
    width = max((len(node.metadata.name) for node in nodes[:MAX_NODES]), default=0)
    versions = {node.status.node_info.kubelet_version for node in nodes}
    alike = next(iter(versions)) if len(versions) == 1 else ""
    lines = [_node(cluster.name, topic, node, width, now, not alike) for node in nodes[:MAX_NODES]]
    if len(nodes) > MAX_NODES:
        well = all(node.ready is True for node in nodes[MAX_NODES:])
        more = f"and {len(nodes) - MAX_NODES} more"
        lines.append(remark(f"{more}, all of them ready" if well else more))
    if topic.state is TopicState.STALE:
        lines.append(Line((Span(f"~ stale: {topic.reason}", Role.STALE),)))
    note = f"{ready} of {len(nodes)} ready" + (f", all {alike}" if alike else "")
    return Block("Nodes", note, lines=tuple(lines) or (remark("none: the cluster has no nodes"),))


def _node(
    cluster: str, topic: TopicView, node: Node, width: int, now: float, versioned: bool
) -> Line:  # fmt: skip
    """`versioned` names its version: not all nodes have the same."""
    role, word = _readiness(node)
    spans = [Span(f"{GLYPHS[role]} {word:<9}", role), Span(f"  {node.metadata.name:<{width}}")]
    if versioned:
        spans.append(Span(f"  {node.status.node_info.kubelet_version or '? version'}"))
    if node.spec.unschedulable:
        spans.append(Span("  cordoned", Role.WARN))
    names = [label.removeprefix(_ROLE_LABEL) for label in node.metadata.labels
             if label.startswith(_ROLE_LABEL)]  # fmt: skip
    if names:
        spans.append(Span(f"  {', '.join(sorted(names))}", Role.DIM))
    if node.ready is not True:
        spans.append(Span(f"  {_why_not_ready(node)}"))
    created = parse_rfc3339(node.metadata.creation_timestamp)
    age = "" if created is None else f"{format_age(now - created)} old"
    return Line(tuple(spans), ObjectTarget(cluster, node.ref(topic.version or "v1")), 13, age)


def _readiness(node: Node) -> tuple[Role, str]:
    if node.ready is None:
        return Role.UNKNOWN, "unknown"
    return (Role.OK, "ready") if node.ready else (Role.CRITICAL, "not ready")


def _why_not_ready(node: Node) -> str:
    for condition in node.status.conditions:
        if condition.type == "Ready":
            words = [part for part in (condition.reason, condition.message) if part]
            return ": ".join(words) or "no reason was given"
    return "its kubelet reports no Ready condition"


def history_block(cluster: ClusterSnapshot, now: float) -> Block:
    """Changes of the cluster and its topics, newest first; first readings are no news."""
    changes = [one for one in cluster.history if one.before not in _FIRST]
    lines = tuple(islice(change_lines(changes, now, named=True), MAX_CHANGES))
    if not lines:
        return Block("History", lines=(remark("no change was seen since the console started"),))
    note = f"last {len(lines)} of {len(changes)}" if len(changes) > len(lines) else ""
    return Block("History", note, lines=lines)
