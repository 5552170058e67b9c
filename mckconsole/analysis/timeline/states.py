"""Changes of state that the console saw itself: of clusters, of what is read of them, of tunnels.

How reading begins is no change: the first state that something settles in is where it starts. What
is read of a cluster changes for all kinds at once when the cluster does, and is one entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mckconsole.analysis.mesh.links import LinkState
from mckconsole.analysis.timeline.model import About, Entry, Sort, Tone
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import ClusterState, TopicState, Transition

TOGETHER = 30.0
"""Seconds within which topics that change alike are one entry."""
FIRST_LOOK = 60.0
"""Seconds after the beginning in which a tunnel may be measured for the first time."""
NAMED = 8
"""Topics of such an entry that are named."""
_UNMEASURED = (LinkState.UNKNOWN.value, LinkState.UNVERIFIED.value)
_BEGINNING = frozenset({ClusterState.PENDING.value, ClusterState.CONNECTING.value})
_CLUSTER_TONES: Mapping[str, Tone] = {
    ClusterState.READY: Tone.GOOD,
    ClusterState.DEGRADED: Tone.WARNING,
}
_TOPIC_TONES: Mapping[str, Tone] = {
    TopicState.FRESH: Tone.GOOD,
    TopicState.STALE: Tone.UNKNOWN,
    TopicState.FORBIDDEN: Tone.UNKNOWN,
    TopicState.UNREACHABLE: Tone.UNKNOWN,
    TopicState.UNSUPPORTED: Tone.UNKNOWN,
}
_LINK_TONES: Mapping[str, Tone] = {
    LinkState.UP: Tone.GOOD,
    LinkState.UNKNOWN: Tone.UNKNOWN,
    LinkState.STALE: Tone.UNKNOWN,
    LinkState.DOWN: Tone.BAD,
    LinkState.MISSING: Tone.BAD,
}


@dataclass(slots=True)
class _Alike:
    """Topics of a cluster that changed alike, one after the other."""

    first: Transition
    last: Transition
    topics: list[str]


@dataclass(slots=True)
class StateLog:
    """How far the changes of one cluster were looked at."""

    last: Transition | None = None
    """The last of its history that was."""
    settled: str = ""
    """The last state of the cluster that was not on the way to another."""
    alike: dict[tuple[str, str], _Alike] = field(default_factory=dict)

    def look(self, cluster: ClusterSnapshot) -> Iterator[Entry]:
        """Entries of what is new in its history."""
        for change in self._new(cluster.history):
            kind, _, rest = change.subject.partition(" ")
            if kind == "cluster":
                yield from self._of_cluster(change)
            elif kind == "topic":
                yield from self._of_topic(change, rest)

    def _new(self, history: tuple[Transition, ...]) -> Iterator[Transition]:
        found = []
        for one in reversed(history):
            if one is self.last or one == self.last:
                break
            found.append(one)
        if found:
            self.last = found[0]
        return reversed(found)

    def _of_cluster(self, change: Transition) -> Iterator[Entry]:
        if change.before not in _BEGINNING:
            self.settled = change.before
        if change.after in _BEGINNING:
            return
        before, self.settled = self.settled, change.after
        if before and before != change.after:
            tone = _CLUSTER_TONES.get(change.after, Tone.BAD)
            yield _entry(change, change.cluster, tone, About("cluster", change.cluster), before)

    def _of_topic(self, change: Transition, topic: str) -> Iterator[Entry]:
        if change.before == TopicState.PENDING or change.after == TopicState.PENDING:
            return
        pair = (change.before, change.after)
        group = self.alike.get(pair)
        if group is None or change.at - group.last.at > TOGETHER:
            group = self.alike[pair] = _Alike(change, change, [])
        group.last = change
        if topic not in group.topics:
            group.topics.append(topic)
        tone = _TOPIC_TONES.get(change.after, Tone.PLAIN)
        yield _of_topics(group, tone)


def _of_topics(group: _Alike, tone: Tone) -> Entry:
    first, last, many = group.first, group.last, len(group.topics)
    named = ", ".join(group.topics[:NAMED]) + (", …" if many > NAMED else "")
    reason = f": {last.reason}" if last.reason else ""
    return Entry(
        id=f"{first.cluster}\0topics\0{first.at!r}\0{first.before}\0{first.after}",
        at=last.at,
        first=first.at,
        cluster=first.cluster,
        sort=Sort.CHANGE,
        tone=tone,
        what=f"{first.before} → {first.after}",
        subject=f"reading {group.topics[0]}" if many == 1 else f"reading {many} kinds",
        about=About("cluster", first.cluster),
        count=many,
        detail=(last.reason if many == 1 else f"{named}{reason}"),
        change=last,
    )


@dataclass(slots=True)
class LinkLog:
    """Tunnels whose state was known once."""

    known: set[str] = field(default_factory=set)

    def look(self, changes: Iterable[Transition], since: float) -> Iterator[Entry]:
        """Entries of the changes, but for those of tunnels that were just read, or measured, for
        the first time; `since` is when the first look was, Unix seconds."""
        for change in changes:
            told = change.before not in _UNMEASURED or change.at - since > FIRST_LOOK
            known = told or change.subject in self.known
            self.known.add(change.subject)
            if known:
                link = change.subject.partition(" ")[2]
                yield _entry(
                    change,
                    link,
                    _LINK_TONES.get(change.after, Tone.WARNING),
                    About("link", link),
                    change.before,
                )


def _entry(change: Transition, subject: str, tone: Tone, about: About, before: str) -> Entry:
    return Entry(
        id=f"{change.cluster}\0{change.subject}\0{change.at!r}",
        at=change.at,
        first=change.at,
        cluster=change.cluster,
        sort=Sort.CHANGE,
        tone=tone,
        what=f"{before} → {change.after}",
        subject=subject,
        about=about,
        detail=change.reason,
        change=change,
    )
