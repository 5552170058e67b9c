"""Put a plan together: where every cluster is to go, in which order, and what holds it.

Pure: what was read decides, and the day of the snapshot is today. Nothing is carried out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from mckconsole.analysis.versions.actions import SOAK, actions_of
from mckconsole.analysis.versions.carry import RULE as ADDON_RULE
from mckconsole.analysis.versions.carry import Carrier
from mckconsole.analysis.versions.command_model import Place
from mckconsole.analysis.versions.exemption import Exemption
from mckconsole.analysis.versions.model import (
    Blocker,
    ClusterVersions,
    Gravity,
    Held,
    Plan,
    Step,
)
from mckconsole.analysis.versions.order import Gate, Stopped, Turn, Walk
from mckconsole.analysis.versions.path import (
    LEAST_AGE,
    Course,
    Position,
    begin,
    calendar_of,
    proposed,
    reach,
)
from mckconsole.analysis.versions.rank import Rank, rank_of
from mckconsole.domain.findings import Unknown
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.support import SupportData
from mckconsole.domain.wording import listed

_NOTES_SHOWN = 5
"""Warnings that a step names; the rest is a number."""
_PEERS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Question:
    """What a plan is asked for."""

    clusters: tuple[ClusterVersions, ...]
    data: SupportData
    at: float
    """Unix seconds, console clock, of the snapshot."""
    gate: Gate | None = None
    """None: what would be lost was not worked out, and every step says so."""
    to: Minor | None = None
    """None: the newest that can be proposed, for each cluster."""
    only: tuple[str, ...] = ()
    """Clusters to plan for, none means all; the others stay as they are and count as peers."""
    waive: tuple[Exemption, ...] = ()
    contexts: Mapping[str, str] = field(default_factory=dict)
    """By cluster; its name where it is not among them."""

    @property
    def today(self) -> date:
        """The day of the snapshot, UTC."""
        return datetime.fromtimestamp(self.at, UTC).date()


@dataclass(frozen=True, slots=True)
class _Way:
    """Where a cluster is to go."""

    course: Course
    limits: tuple[Blocker, ...] = ()
    """Add-ons that keep it from `wanted`."""
    wanted: Minor | None = None
    """Where it would go but for `reason`."""
    reason: str = ""


def make_plan(question: Question) -> Plan:
    """The plan that a question asks for; the same question gives the same plan."""
    fleet = {one.cluster: one for one in question.clusters}
    carrier = Carrier(question.data, question.today)
    positions = {name: at for name, one in fleet.items() if (at := begin(one)) is not None}
    ways = {
        name: _way(question, fleet[name], at, carrier)
        for name, at in positions.items()
        if not question.only or name in question.only
    }
    courses = {name: way.course for name, way in ways.items()}
    walk = Walk(fleet, courses, dict(positions), carrier, question.gate or _anything)
    walk.go()
    held = [*_unread(question), *_stopped(walk, ways), *_limited(walk, ways)]
    targets = [way.course.target for way in ways.values()]
    return Plan(
        question.at,
        question.to or max(targets, default=None),
        tuple(_step(question, walk, turn) for turn in walk.turns),
        tuple(sorted(held, key=lambda one: one.cluster)),
        {name: at.minor for name, at in sorted(walk.positions.items())},
        tuple(sorted(set(_unknowns(question, walk, ways)))),
    )


def _anything(names: tuple[str, ...]) -> str:
    return ""


def _way(
    question: Question, versions: ClusterVersions, position: Position, carrier: Carrier
) -> _Way:
    """How far a cluster is to go: what was asked for, as far as its provider has it, or the newest
    that its provider and all of its add-ons allow."""
    name, provider, here = versions.cluster, versions.provider, position.minor
    exempt = tuple(one for one in question.waive if one.about(name))
    place = Place(name, question.contexts.get(name, name), provider, versions.region)

    def way(target: Minor, wanted: Minor | None = None, reason: str = "",
            limits: tuple[Blocker, ...] = ()) -> _Way:  # fmt: skip
        return _Way(Course(versions, place, target, exempt), limits, wanted, reason)

    if question.to is not None:
        return _asked(question, question.to, here, provider, way)
    newest = proposed(provider, question.today, question.data)
    if newest is None:
        return way(here, None, _NO_CALENDAR)
    target, limits = reach(position, newest, carrier, _past(versions, exempt))
    if not limits:
        return way(target)
    why = "; ".join(f"{one.title}: {one.detail}" for one in limits)
    return way(target, newest, why, limits)


def _asked(
    question: Question, to: Minor, here: Minor, provider: str, way: Callable[..., _Way]
) -> _Way:
    calendar = calendar_of(provider, question.data)
    released = question.data.newest(calendar, question.today)
    if here >= to:
        return way(min(to, here))
    if released is None:
        return way(here, to, _NO_CALENDAR)
    if released >= to:
        return way(to)
    return way(released, to, f"{calendar} has not released {to}, {released} is the newest")


def _past(versions: ClusterVersions, exempt: Collection[Exemption]) -> set[str]:
    """Add-ons whose range is waived."""
    told = [one for one in versions.blockers if one.rule == ADDON_RULE]
    found = {b.subject for b in told for one in exempt if one.covers(versions.cluster, b)}
    for one in exempt:
        if one.rule == ADDON_RULE:
            found |= {addon.name for addon in versions.addons if one.object in ("", addon.name)}
    return found


_NO_CALENDAR = "which minors are released is not known: the calendar is empty"


def _unread(question: Question) -> Iterator[Held]:
    """Clusters of which not even the version is known."""
    for one in question.clusters:
        if one.least is None and (not question.only or one.cluster in question.only):
            why = next((u.reason for u in one.unknowns if u.rule == "*"), "")
            reason = f"its version is not known{': ' if why else ''}{why}"
            yield Held(one.cluster, None, question.to, reason)


def _stopped(walk: Walk, ways: Mapping[str, _Way]) -> Iterator[Held]:
    for one in walk.stopped:
        target = ways[one.cluster].course.target
        yield Held(one.cluster, one.stride.before.minor, target, _reason(one), one.blockers)


def _reason(one: Stopped) -> str:
    told = listed(dict.fromkeys(b.title for b in one.blockers), 2, between="; ")
    if one.stride.ahead:
        return f"not to {one.stride.to}: {told}"
    return f"its nodes not to {one.stride.to}: {told}"


def _limited(walk: Walk, ways: Mapping[str, _Way]) -> Iterator[Held]:
    """Clusters that arrive where they are to go, and not where they might."""
    stopped = {one.cluster for one in walk.stopped}
    for name, way in ways.items():
        if name not in stopped and way.reason:
            at = walk.positions[name].minor
            yield Held(name, at, way.wanted, way.reason, way.limits)


def _step(question: Question, walk: Walk, turn: Turn) -> Step:
    course = walk.courses[turn.cluster]
    step = turn.stride
    return Step(
        turn.number,
        turn.cluster,
        step.before.minor,
        step.to,
        actions_of(course, step),
        turn.why,
        tuple(_preconditions(question, course.versions, turn)),
        step.mended,
        (*step.waived, *turn.waived),
    )


def _preconditions(question: Question, versions: ClusterVersions, turn: Turn) -> Iterator[str]:
    """What must be so before the step begins, beyond what blocks it."""
    peers = sorted(
        one.cluster for one in question.clusters
        if one.cluster != turn.cluster and set(one.groups) & set(versions.groups)
    )  # fmt: skip
    if peers:
        yield (
            f"mesh peers {listed(peers, _PEERS_SHOWN)} are well, and whoever went last has been"
            f" watched for {SOAK}"
        )
    if rank_of(versions) in (Rank.LEADING_HUB, Rank.SERVING_HUB):
        yield f"all clusters are well for which it is {listed(versions.roles, 2)}"
    if question.gate is None:
        yield "services survive without it: that was not worked out"
    if turn.stride.ahead:
        yield from _young(question, versions, turn.stride.to)
    notes = [f"{one.rule} {one.title}" for one in _worst_first(turn.stride.notes)]
    if notes:
        yield f"looked at: {listed(notes, _NOTES_SHOWN, between='; ')}"


def _worst_first(notes: Iterable[Blocker]) -> list[Blocker]:
    order = list(Gravity)
    return sorted(notes, key=lambda one: (order.index(one.gravity), one.rule, one.title))


def _young(question: Question, versions: ClusterVersions, to: Minor) -> Iterator[str]:
    row = question.data.releases.get((calendar_of(versions.provider, question.data), to))
    if row is not None and row.release > question.today - LEAST_AGE:
        yield f"{to} is young: released on {row.release}, which was asked for all the same"


def _unknowns(question: Question, walk: Walk, ways: Mapping[str, _Way]) -> Iterator[Unknown]:
    """What the plan could not judge: blockers of the steps, and whose calendar it went by."""
    for turn in walk.turns:
        for one in turn.stride.notes:
            if one.gravity is Gravity.UNKNOWN:
                yield Unknown("versions", turn.cluster, one.rule, one.title)
    for name, way in ways.items():
        provider = way.course.versions.provider
        goes = walk.fleet[name].least != way.course.target
        if goes and (not provider or "/" in provider):
            why = "its provider is not known: when it offers a minor is taken from upstream"
            yield Unknown("versions", name, "UB18", why)
    if question.gate is None and walk.turns:
        for name in {turn.cluster for turn in walk.turns}:
            yield Unknown("versions", name, "CHK09", "what its absence means was not worked out")
