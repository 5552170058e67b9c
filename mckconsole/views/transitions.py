"""How a tunnel's state changed, both directions, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.mesh.hysteresis import link_subject
from mckconsole.analysis.mesh.links import Link, LinkState
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState, TopicState, Transition
from mckconsole.views.cells import CLUSTER_ROLES
from mckconsole.views.detail import Block, Detail, Line, LinkTarget, Span
from mckconsole.views.explain import duration, fact, moment, remark, since_words, stated
from mckconsole.views.mesh import STATE_ROLES, find_link, link_role, opposite, pairs_by_link
from mckconsole.views.spec import GLYPHS, Role

TOPIC_ROLES = {
    TopicState.PENDING: Role.CONNECTING,
    TopicState.FRESH: Role.OK,
    TopicState.STALE: Role.STALE,
    TopicState.FORBIDDEN: Role.FORBIDDEN,
    TopicState.ABSENT: Role.DIM,
    TopicState.UNREACHABLE: Role.CRITICAL,
    TopicState.UNSUPPORTED: Role.WARN,
}


def transitions_detail(
    snapshot: FleetSnapshot, analysis: Analysis, row_id: str, past: Sequence[Transition]
) -> Detail:
    """What is remembered of one link and of its way back; `past` may hold others' too."""
    link = find_link(analysis, row_id)
    known = [*past, *(one for held in snapshot.clusters.values() for one in held.history)]
    if link is None:
        block = _changes(f"link {row_id}", known, snapshot.taken_at, "")
        return Detail(f"{row_id} transitions", "? no longer there", Role.UNKNOWN, (block,))
    pair = pairs_by_link(analysis.mesh.pairs).get(link.key)
    role = link_role(link)
    words = f"{GLYPHS[role]} {link.state}{since_words(link.since, snapshot.taken_at)}"
    sides = [side for side in (link, opposite(link, pair)) if side]
    return Detail(
        f"{link.key.source} → {link.key.target} transitions",
        words,
        role,
        tuple(_side(side, known, snapshot.taken_at) for side in sides),
    )


def _side(link: Link, known: Iterable[Transition], now: float) -> Block:
    heading = f"{link.key.source} → {link.key.target}"
    found = _changes(link_subject(link.key), known, now, heading)
    state = fact(
        "now",
        stated(link_role(link), link.state.value),
        Span(since_words(link.since, now), Role.DIM),
        Span(f"  {link.reason}" if link.reason else ""),
        width=10,
        target=LinkTarget(str(link.key)),
    )
    return Block(found.heading, found.note, lines=(state, *found.lines))


def _changes(subject: str, known: Iterable[Transition], now: float, heading: str) -> Block:
    own = [one for one in known if one.subject == subject]
    lines = tuple(change_lines(own, now))
    if not lines:
        why = "no change was seen since the console first looked"
        return Block(heading, lines=(remark(why),))
    return Block(heading, f"{len(lines)} changes" if len(lines) > 1 else "1 change", lines=lines)


def change_lines(
    changes: Iterable[Transition], now: float, *, named: bool = False
) -> Iterator[Line]:
    """Changes, each once, newest first, with how long each state held; `named` says of what."""
    until: dict[str, float] = {}
    for change in sorted(set(changes), key=lambda one: one.at, reverse=True):
        held = duration(until.get(change.subject, now) - change.at)
        subject = f"{change.subject}  " if named else ""
        yield Line(
            (
                Span(f"{moment(change.at, now):<9}  ", Role.DIM),
                Span(subject),
                _state(change.subject, change.before),
                Span(" → ", Role.DIM),
                _state(change.subject, change.after),
                Span(f"  for {held}", Role.DIM),
                Span(f"  {change.reason}" if change.reason else ""),
            ),
            indent=11,
        )
        until[change.subject] = change.at


def _state(subject: str, word: str) -> Span:
    return stated(role_of_word(subject, word), word)


def role_of_word(subject: str, word: str) -> Role:
    """The role of a state as a transition names it."""
    kind = subject.partition(" ")[0]
    if kind == "link" and word in set(LinkState):
        return STATE_ROLES[LinkState(word)]
    if kind == "topic" and word in set(TopicState):
        return TOPIC_ROLES[TopicState(word)]
    if kind == "cluster" and word in set(ClusterState):
        return CLUSTER_ROLES[ClusterState(word)]
    return Role.PLAIN
