"""What happened to nodes: ready or not, cordoned, another kubelet, come and gone.

When a node became ready or stopped being so, its own condition says; the rest is of the moment at
which it was seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mckconsole.analysis.timeline.clocks import server_time
from mckconsole.analysis.timeline.model import Entry, Sort, Tone
from mckconsole.domain.core import Node
from mckconsole.domain.findings import ObjectRef

PAST = 86_400.0
"""Seconds before the first look of which nodes still tell: what is older is in no incident."""
SETTLING = 600.0
"""Seconds after a node was made within which it becomes ready for the first time."""
_TONES = {"True": Tone.GOOD, "False": Tone.BAD}
_WORDS = {"True": "Ready", "False": "NotReady"}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where and when nodes are looked at."""

    cluster: str
    offset: float
    """Seconds by which the cluster's clock is ahead of the console's."""
    now: float
    """Unix seconds, console clock, of what was read."""


def known_of(node: Node, spot: Spot) -> Iterator[Entry]:
    """What a node that is seen for the first time tells of the day before."""
    made = server_time(node.metadata.creation_timestamp, spot.offset)
    if made is not None and spot.now - made < PAST:
        yield _entry(node, spot, made, "joined", Tone.PLAIN, node.status.node_info.kubelet_version)
    ready = _ready(node, spot, None)
    if ready is None or spot.now - ready.at >= PAST:
        return
    first = made is not None and ready.at - made < SETTLING
    if ready.tone is not Tone.GOOD or not first:
        yield ready


def changed(before: Node, now: Node, spot: Spot) -> Iterator[Entry]:
    """What is another than it was."""
    if before.metadata.uid != now.metadata.uid:
        yield gone(before, spot)
        yield from known_of(now, spot)
        return
    if before.ready is not now.ready and (ready := _ready(now, spot, spot.now)) is not None:
        yield ready
    if before.spec.unschedulable is not now.spec.unschedulable:
        cordoned = now.spec.unschedulable
        tone = Tone.WARNING if cordoned else Tone.GOOD
        yield _entry(now, spot, spot.now, "cordoned" if cordoned else "uncordoned", tone)
    old, new = (one.status.node_info.kubelet_version for one in (before, now))
    if old != new and old and new:
        yield _entry(now, spot, spot.now, "new kubelet", Tone.PLAIN, f"{old} → {new}")


def gone(node: Node, spot: Spot) -> Entry:
    """It is no part of the cluster any more."""
    return _entry(node, spot, spot.now, "left", Tone.PLAIN)


def _ready(node: Node, spot: Spot, seen: float | None) -> Entry | None:
    """Since when it is ready or not, by its condition, else since it was `seen` to be so (Unix
    seconds); None where neither is known."""
    for one in node.status.conditions:
        if one.type == "Ready":
            told = server_time(one.last_transition_time, spot.offset)
            at = seen if told is None else told
            if at is None:
                return None
            words = ": ".join(filter(None, (one.reason, one.message)))
            tone = _TONES.get(one.status, Tone.BAD)
            what = _WORDS.get(one.status, "NotReady: unknown")
            return _entry(node, spot, at, what, tone, words)
    return None


def _entry(node: Node, spot: Spot, at: float, what: str, tone: Tone, detail: str = "") -> Entry:
    name = node.metadata.name
    return Entry(
        id=f"{spot.cluster}\0node\0{name}\0{what}\0{at!r}",
        at=at,
        first=at,
        cluster=spot.cluster,
        sort=Sort.CHANGE,
        tone=tone,
        what=what,
        subject=f"Node {name}",
        object=ObjectRef("v1", "Node", "", name),
        detail=detail,
    )
