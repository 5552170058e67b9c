"""The way of one cluster: one minor at a time, and what stands in the way of each.

Sources: https://kubernetes.io/releases/version-skew-policy/ (no minor is skipped; nodes at the end
of the skew move before the next control plane), and the vendors' calendars.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from mckconsole.analysis.versions.carry import Carrier, Move, Standing, about, ends, standing
from mckconsole.analysis.versions.command_model import Place
from mckconsole.analysis.versions.exemption import Exemption
from mckconsole.analysis.versions.model import Blocker, ClusterVersions, Component, Gravity
from mckconsole.analysis.versions.nodeskew import fits, own_blockers
from mckconsole.analysis.versions.peers import RULE as PEER_RULE
from mckconsole.analysis.versions.peers import UNDER_WAY
from mckconsole.analysis.versions.support import UPSTREAM
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.support import SupportData

LEAST_AGE = timedelta(days=30)
"""How long a minor must have been released before it is proposed."""
NODES_RULE = "UB01"


@dataclass(frozen=True, slots=True)
class Course:
    """One cluster and where it is to go; the same for the whole plan."""

    versions: ClusterVersions
    place: Place
    target: Minor
    exempt: tuple[Exemption, ...] = ()

    def waives(self, blocker: Blocker) -> bool:
        """Whether the plan was asked to go past a blocker."""
        return any(one.covers(self.versions.cluster, blocker) for one in self.exempt)


class Position(NamedTuple):
    """Where a cluster is at one moment of the plan."""

    minor: Minor
    """Of its oldest API server."""
    pools: tuple[Minor | None, ...]
    """Oldest kubelet by pool, in the order of the pools; None: none of the pool is known."""
    proxy: Minor | None
    """Oldest kube-proxy; None where none is seen."""
    addons: tuple[Standing, ...]
    moved: bool = False
    """Whether the plan has upgraded its nodes already."""

    @property
    def nodes(self) -> tuple[Minor, ...]:
        """Everything that trails the API server: kubelets, and kube-proxy."""
        found = tuple(one for one in self.pools if one is not None)
        return found if self.proxy is None else (*found, self.proxy)


class Stride(NamedTuple):
    """One step of one cluster, if nothing stops it."""

    to: Minor
    """The minor that it has already, where only nodes follow their control plane."""
    before: Position
    after: Position
    moves: tuple[Move, ...]
    """Add-ons that go before the control plane."""
    mended: tuple[Blocker, ...]
    """Blockers that the step itself does away with before the control plane."""
    stops: tuple[Blocker, ...]
    waived: tuple[Blocker, ...]
    notes: tuple[Blocker, ...]
    """Warnings, and what could not be judged."""

    @property
    def ahead(self) -> bool:
        """Whether the control plane moves."""
        return self.to > self.before.minor


def begin(versions: ClusterVersions) -> Position | None:
    """Where a cluster is now; None where the API server's version is not known."""
    if versions.least is None:
        return None
    proxies = (
        one.version.of
        for one in versions.seen
        if one.component is Component.KUBE_PROXY and one.version is not None
    )
    here = versions.least
    return Position(
        here,
        tuple(
            min((m for m, _ in pool.kubelets), default=None if pool.nodes else here)
            for pool in versions.pools
        ),
        min(proxies, default=None),
        tuple(found for one in versions.addons if (found := standing(one)) is not None),
    )


def calendar_of(provider: str, data: SupportData) -> str:
    """Whose releases count for a provider: its own calendar's, or upstream's."""
    known = any(one.provider == provider for one in data.calendar)
    return provider if known else UPSTREAM


def proposed(provider: str, today: date, data: SupportData) -> Minor | None:
    """The newest minor that a provider released thirty days ago or earlier; None for an empty
    calendar."""
    return data.newest(calendar_of(provider, data), today - LEAST_AGE)


def reach(
    position: Position, newest: Minor, carrier: Carrier, past: Collection[str] = ()
) -> tuple[Minor, tuple[Blocker, ...]]:
    """The newest minor up to `newest` that every add-on can be brought along to, and what ends the
    way there; add-ons named in `past` are left out of it."""
    minor, addons = position.minor, position.addons
    while minor < newest:
        found = [carrier.carry(one, minor) for one in addons]
        last = [b for b in found if isinstance(b, Blocker) and ends(b) and b.subject not in past]
        if last:
            return minor, tuple(msgspec.structs.replace(b, gravity=Gravity.BLOCK) for b in last)
        addons = tuple(
            b.after if isinstance(b, Move) else one for one, b in zip(addons, found, strict=True)
        )
        minor = minor.plus(1)
    return minor, ()


def stride(course: Course, position: Position, carrier: Carrier) -> Stride | None:
    """The next step of a cluster; None where it has arrived, with its nodes."""
    target, start, versions = course.target, position.minor, course.versions
    if start > target:
        return None
    behind = any(one is None or one < start for one in (*position.pools, position.proxy or start))
    if start == target:
        unsure = not position.moved and any(not course.waives(b) for b in own_blockers(versions))
        return _stride(course, position, start, []) if behind or unsure else None
    to = start.plus(1)
    late = any(not fits(versions.provider, to, one) for one in position.nodes)
    told = any(one.rule == NODES_RULE and one.stops(to) for one in versions.blockers)
    if behind and not position.moved and (late or told):
        return _stride(course, position, start, [])  # SK11: nodes, then the control plane
    return _stride(course, position, to, [carrier.carry(one, start) for one in position.addons])


def _stride(
    course: Course, position: Position, to: Minor, found: Sequence[Move | Blocker | None]
) -> Stride:
    moves = tuple(one for one in found if isinstance(one, Move))
    moved = {one.after.name: one.after for one in moves}
    after = Position(
        to,
        tuple(to for _ in position.pools),
        None if position.proxy is None else to,
        tuple(moved.get(one.name, one) for one in position.addons),
        moved=True,
    )
    parts: dict[str, list[Blocker]] = {"mended": [], "stops": [], "waived": [], "notes": []}
    own = [one for one in found if isinstance(one, Blocker)]
    for blocker in _in_the_way(course.versions, position, to, own):
        part = _part(course, blocker, position, to, frozenset(moved))
        if part:
            parts[part].append(blocker)
    return Stride(
        to, position, after, moves, **{name: tuple(found) for name, found in parts.items()}
    )


def _in_the_way(
    versions: ClusterVersions, position: Position, to: Minor, own: Sequence[Blocker]
) -> Iterator[Blocker]:
    """All blockers of a cluster as it then is: without those of add-ons that the plan has upgraded,
    or of which it says more of this step, and of the plan's own those that the analysis has not
    told already."""
    gone = [one.name for one in position.addons if one.moved]
    told = [
        b for b in versions.blockers
        if not any(about(b, name) for name in gone)
        and not any(_outdone(b, one, to) for one in own)
    ]  # fmt: skip
    yield from told
    if not position.moved:
        yield from own_blockers(versions)
    for one in own:
        same = (b for b in told if about(b, one.subject) and b.gravity is one.gravity)
        if not any(b.target == one.target for b in same):
            yield one


def _outdone(told: Blocker, own: Blocker, to: Minor) -> bool:
    """Whether the plan says of this step what was told of one before it, and no less grave."""
    if (told.rule, told.subject) != (own.rule, own.subject):
        return False
    earlier = told.target is not None and told.target < to
    order = list(Gravity)
    return earlier and order.index(own.gravity) <= order.index(told.gravity)


def _part(
    course: Course, blocker: Blocker, position: Position, to: Minor, moved: frozenset[str]
) -> str:
    """How a blocker counts for a step; empty where it does not (any more)."""
    if blocker.target is not None and blocker.target > to:
        return ""
    if (blocker.rule, blocker.subject) == (PEER_RULE, UNDER_WAY):
        return ""  # the order sees to it: peers that are under way go first
    if blocker.rule == NODES_RULE and blocker.gravity is Gravity.BLOCK:
        if position.moved:
            return ""
        if to == position.minor:
            return "mended"  # by moving the nodes, which this step is for
    if any(about(blocker, name) for name in moved):
        return "mended" if blocker.stops(to) else ""
    if blocker.gravity is Gravity.INFO:
        return ""
    if course.waives(blocker):
        return "waived"
    return "stops" if blocker.stops(to) else "notes"
