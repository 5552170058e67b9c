"""In which order the clusters of a fleet go, one turn after the other.

A turn holds what may run at the same time. The rules, with their reasons:
- One cluster of a mesh group at a time: what is left of the mesh carries the traffic.
- Never clusters together without which a service would have no endpoint (`Gate`).
- Cilium upgrades and tests clusters one minor apart and no more (its documentation, and PR 28355);
  Istio, Linkerd and Consul promise no more either. Nobody starts the next minor before all peers
  have this one. Submariner has no such rule.
- Who is under way already goes first: its peers wait until it is through (UB17).
- To the same minor the ranks go one after the other; the first cluster of the fleet at a minor goes
  alone; small ones go before large ones, and no two of one region together.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mckconsole.analysis.versions.carry import Carrier
from mckconsole.analysis.versions.model import Blocker, ClusterVersions, Gravity, Phase
from mckconsole.analysis.versions.path import Course, Position, Stride, stride
from mckconsole.analysis.versions.peers import RULE as PEER_RULE
from mckconsole.analysis.versions.peers import under_way
from mckconsole.analysis.versions.rank import Rank, rank_of, weight_of
from mckconsole.domain.wording import counted, listed

Gate: TypeAlias = Callable[[tuple[str, ...]], str]
"""Why clusters, sorted, must not be away at the same time; empty where they may."""
GATE_RULE = "CHK09"
_SHOWN = 3
"""Peers that a reason names; the rest is a number."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One step in the order."""

    number: int
    cluster: str
    stride: Stride
    why: str
    waived: tuple[Blocker, ...] = ()
    """Of those that the order itself found."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A cluster that goes no further, at `stride.before`."""

    cluster: str
    stride: Stride
    blockers: tuple[Blocker, ...]


@dataclass(slots=True)
class Walk:
    """The order as it grows."""

    fleet: Mapping[str, ClusterVersions]
    """Every cluster, also those that do not go anywhere: peers count."""
    courses: Mapping[str, Course]
    positions: dict[str, Position]
    """Of all clusters whose version is known, and so of all that have a course."""
    carrier: Carrier
    gate: Gate
    turns: list[Turn] = field(default_factory=list)
    stopped: list[Stopped] = field(default_factory=list)
    _pending: dict[str, Stride] = field(default_factory=dict)
    _reasons: dict[tuple[str, ...], str] = field(default_factory=dict)
    _ranks: dict[str, Rank] = field(default_factory=dict)
    _peers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Those that must not fall behind."""
    _fellows: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """All clusters of its meshes."""
    _ways: dict[str, str] = field(default_factory=dict)
    """What shows that a cluster was under way at the beginning; others are not there."""
    _regions: frozenset[str] = frozenset()
    """Of the last turn."""

    def go(self) -> None:
        """Find all turns."""
        self._ways = {name: way for name, one in self.fleet.items() if (way := under_way(one))}
        for name in sorted(self.courses):
            self._ranks[name] = rank_of(self.fleet[name])
            groups = self.fleet[name].groups
            kept = (one for one in groups if not one.lower().startswith("submariner"))
            self._peers[name] = tuple(self._sharing(name, frozenset(kept)))
            self._fellows[name] = tuple(self._sharing(name, frozenset(groups)))
            self._next(name)
        number = 0
        while True:
            self._stop()
            if not self._pending:
                return
            number += 1
            self._turn(number, self._chosen())

    def _sharing(self, name: str, groups: frozenset[str]) -> Iterator[str]:
        """Other clusters in one of these groups."""
        for other, versions in sorted(self.fleet.items()):
            if other != name and groups.intersection(versions.groups):
                yield other

    def _busy(self, name: str) -> bool:
        """Whether a cluster was under way at the beginning and has not gone on since."""
        at = self.positions.get(name)
        return name in self._ways and not (at is not None and at.moved)

    def _next(self, name: str) -> None:
        found = stride(self.courses[name], self.positions[name], self.carrier)
        if found is not None:
            self._pending[name] = found

    def _turn(self, number: int, chosen: list[str]) -> None:
        for name in chosen:
            waived = [b for b in self._own(name) if self.courses[name].waives(b)]
            step = self._pending[name]
            self.turns.append(Turn(number, name, step, self._why(name), tuple(waived)))
        self._regions = frozenset(self.fleet[name].region for name in chosen)
        for name in chosen:
            self.positions[name] = self._pending.pop(name).after
            self._next(name)

    def _stop(self) -> None:
        """Take out who cannot go on, until nobody is left who waits for one of them."""
        while True:
            found = [(name, blockers) for name in sorted(self._pending)
                     if (blockers := self._stops(name))]  # fmt: skip
            for name, blockers in found:
                self.stopped.append(Stopped(name, self._pending.pop(name), blockers))
            if not found:
                return

    def _stops(self, name: str) -> tuple[Blocker, ...]:
        own = (b for b in self._own(name) if not self.courses[name].waives(b))
        return (*self._pending[name].stops, *own)

    def _own(self, name: str) -> Iterator[Blocker]:
        """What stops a cluster because of others: peers that stay behind, services that need it."""
        step = self._pending[name]
        for peer in self._peers[name] if step.ahead else ():
            at = self.positions.get(peer)
            if at is None:
                yield _behind(peer, f"the version of its mesh peer {peer} is not known")
            elif at.minor < step.before.minor and peer not in self._pending:
                why = f"its mesh peer {peer} is at {at.minor} and goes no further"
                yield _behind(peer, why)
        for peer in self._fellows[name] if step.ahead and not self._busy(name) else ():
            if self._busy(peer) and peer not in self._pending:
                yield _under_way(peer, self._ways[peer])
        reason = self._away((name,))
        if reason:
            yield Blocker(
                GATE_RULE, Gravity.BLOCK, Phase.CONTROL_PLANE, reason,
                "while it is upgraded it may be away as a whole",
                "have another cluster offer them too; all that its loss would mean:"
                f" mckconsole failover --lose {shlex.quote(name)}",
            )  # fmt: skip

    def _away(self, names: tuple[str, ...]) -> str:
        if names not in self._reasons:
            self._reasons[names] = self.gate(names)
        return self._reasons[names]

    def _waits(self, name: str) -> bool:
        """Whether others must go first."""
        step, course = self._pending[name], self.courses[name]
        if not step.ahead:
            return False
        start, busy = step.before.minor, self._busy(name)
        for other, theirs in self._pending.items():
            at = theirs.before.minor
            if at == start and not busy and self._first(other, name):
                return True
            if at < start and other in self._peers[name]:
                return not course.waives(_behind(other, ""))
            if at <= start and not busy and other in self._fellows[name] and self._busy(other):
                return not course.waives(_behind(other, ""))
        return False

    def _first(self, one: str, other: str) -> bool:
        """Whether the rank of one is before that of the other, at the same minor."""
        return self._ranks[one] < self._ranks[other] and self._goes_on(one)

    def _goes_on(self, name: str) -> bool:
        return self.courses[name].target > self._pending[name].before.minor

    def _chosen(self) -> list[str]:
        """Who goes in the next turn."""
        ready = sorted((n for n in self._pending if not self._waits(n)), key=self._key)
        newest = max(at.minor for at in self.positions.values())
        chosen: list[str] = []
        for name in ready:
            to, versions = self._pending[name].to, self.fleet[name]
            others = [self.fleet[one] for one in chosen]
            if any(set(one.groups) & set(versions.groups) for one in others):
                continue
            if any(one.region == versions.region for one in others):
                continue
            if to > newest and any(self._pending[one].to == to for one in chosen):
                continue
            if chosen and self._away(tuple(sorted((*chosen, name)))):
                continue
            chosen.append(name)
        return chosen

    def _key(self, name: str) -> tuple[object, ...]:
        versions = self.fleet[name]
        again = versions.region in self._regions
        return (self._ranks[name], self._pending[name].to, again, weight_of(versions), name)

    def _why(self, name: str) -> str:
        """Why here in the order."""
        step, rank = self._pending[name], self._ranks[name]
        if not step.ahead:
            last = not self._goes_on(name)
            return "its nodes follow" if last else "nodes first: the next minor takes them no more"
        parts = []
        if all(at.minor < step.to for at in self.positions.values()):
            parts.append(f"canary: the first of the fleet at {step.to}")
        if rank is Rank.LEADING_HUB:
            parts.append("hub: before the clusters that it leads")
        elif rank is Rank.SERVING_HUB:
            parts.append("hub: after the clusters that it serves")
        elif rank is Rank.TRIAL:
            parts.append("not production")
        before = [one for one in self._peers[name] if (at := self.positions.get(one)) is not None
                  and at.minor >= step.to]  # fmt: skip
        if before:
            parts.append(f"after its mesh peer {listed(before, _SHOWN)}")
        return ", ".join(parts) or f"by its size: {counted(weight_of(self.fleet[name]), 'node')}"


def _under_way(peer: str, way: str) -> Blocker:
    return Blocker(
        PEER_RULE, Gravity.BLOCK, Phase.CONTROL_PLANE,
        f"its mesh peer {peer} is being upgraded ({way}) and goes no further",
        "what is left of a mesh carries the traffic of the cluster that is upgraded",
        f"mckconsole plan --cluster {shlex.quote(peer)}", subject=peer, peers=(peer,),
    )  # fmt: skip


def _behind(peer: str, why: str) -> Blocker:
    return Blocker(
        PEER_RULE, Gravity.BLOCK, Phase.CONTROL_PLANE, why,
        "clusters of one mesh stay within one minor: a minor is finished on all of them first",
        f"mckconsole plan --cluster {shlex.quote(peer)}", subject=peer, peers=(peer,),
    )  # fmt: skip
