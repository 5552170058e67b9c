"""How a cluster stands, from how its topics stand: the second half of its state machine.

The first half (pending, connecting, and what a failed first contact makes of a cluster) is the
session's. Pure functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.domain.text import shorten
from mckconsole.sources.errors import ConnectionTrouble, CredentialTrouble, SourceError

_TROUBLE = (
    TopicState.FORBIDDEN,
    TopicState.UNREACHABLE,
    TopicState.UNSUPPORTED,
    TopicState.STALE,
)
"""States that make a cluster degraded, in the order in which they are named."""
_UNREAD = (TopicState.FORBIDDEN, TopicState.UNREACHABLE, TopicState.UNSUPPORTED)
"""Those in which nothing is held."""
_MAX_WHY = 200
_NAMED = 3
"""Topics still to be read that are named."""


def standing(
    topics: Mapping[str, tuple[TopicState, str]],
    errors: Sequence[SourceError | None],
    partial: Sequence[str] = (),
    counts: Mapping[str, tuple[int, int | None]] = {},
) -> tuple[ClusterState, str]:
    """The state of a connected cluster and its reason.

    Args:
        topics: State and reason of every wanted topic. ABSENT is no trouble: not every cluster has
            every provider; nor is an optional one that is forbidden.
        errors: The trouble each of them is in.
        partial: Those with objects that could not be read, or not in full.
        counts: How far their lists are: objects so far and, if known, in all.
    """
    topics = {name: held for name, held in topics.items() if not _may_be_refused(name, held[0])}
    wanted = {name: state for name, (state, _) in topics.items() if state is not TopicState.ABSENT}
    waiting = [name for name, state in wanted.items() if state is TopicState.PENDING]
    if waiting:
        return ClusterState.CONNECTING, _progress(waiting, len(wanted), counts)
    lost = _contact_lost(wanted, errors)
    if lost is not None:
        return lost.cluster_state, str(lost)
    telling = [state for name, state in wanted.items() if not _is_document(name)]
    if telling and all(state is TopicState.FORBIDDEN for state in telling):
        return ClusterState.FORBIDDEN, "no wanted topic may be read with this credential"
    if telling and all(state in _UNREAD for state in telling):
        unreachable = [why for state, why in topics.values() if state is TopicState.UNREACHABLE]
        if unreachable:
            return ClusterState.UNREACHABLE, unreachable[0]
    parts = list(_named(topics))
    if partial:
        parts.append(f"read in part: {', '.join(partial)}")
    if parts:
        return ClusterState.DEGRADED, "; ".join(parts)
    return ClusterState.READY, ""


def _may_be_refused(topic: str, state: TopicState) -> bool:
    kind = BY_TOPIC.get(topic)
    return state is TopicState.FORBIDDEN and kind is not None and kind.optional


def _is_document(topic: str) -> bool:
    """Whether the topic is a document, which some clusters let everybody read."""
    kind = BY_TOPIC.get(topic)
    return kind is not None and bool(kind.document)


def _progress(waiting: Sequence[str], of: int, counts: Mapping[str, tuple[int, int | None]]) -> str:
    """How far a cluster is whose topics are being read for the first time.

    Where lists are long, the one that has most before it says so; it is what is waited for.
    """
    long = {topic: counts[topic] for topic in waiting if topic in counts}
    if long:
        topic, (read, total) = max(long.items(), key=lambda item: _left(*item[1]))
        return f"listing {topic} {read:,}" + (f" of {total:,}" if total is not None else "")
    more = ", …" if len(waiting) > _NAMED else ""
    return f"reading {len(waiting)} of {of} topics: {', '.join(waiting[:_NAMED])}{more}"


def _left(read: int, total: int | None) -> float:
    return float("inf") if total is None else total - read


def _named(topics: Mapping[str, tuple[TopicState, str]]) -> Iterator[str]:
    """What is in which trouble, with the first reason for it; that of STALE ages all the time."""
    for trouble in _TROUBLE:
        found = {name: why for name, (state, why) in topics.items() if state is trouble}
        if found:
            why = next(iter(found.values())) if trouble is not TopicState.STALE else ""
            yield f"{trouble}: {', '.join(found)}" + (f" ({shorten(why, _MAX_WHY)})" if why else "")


def _contact_lost(
    wanted: Mapping[str, TopicState], errors: Sequence[SourceError | None]
) -> SourceError | None:
    """The error of the connection or credential that keeps every readable topic from being read."""
    asked = [state for state in wanted.values() if state is not TopicState.FORBIDDEN]
    found = [error for error in errors if isinstance(error, (ConnectionTrouble, CredentialTrouble))]
    return found[0] if asked and len(found) >= len(asked) else None
