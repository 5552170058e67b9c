"""What a loss means for one service: how many ready endpoints go, and how many stay.

What is not known moves both numbers only one way, so a verdict holds whatever the unread clusters
have: an outage is said when nothing is left anywhere, degraded when even the best case is under the
target. Losing more never makes a verdict better, but for consumers that are lost themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from mckconsole.analysis.failover.capacity import Capacity
from mckconsole.analysis.failover.ground import Ground
from mckconsole.analysis.failover.model import Impact, ServiceImpact
from mckconsole.analysis.failover.tallies import Pool, Share, Tally, offers
from mckconsole.analysis.services.model import Dialect, FleetService
from mckconsole.analysis.services.rules_setting import TUNNELLED
from mckconsole.domain.findings import Evidence
from mckconsole.domain.wording import listed

_PREFERRED = ("local", "remote")
"""Cilium's affinities that prefer some endpoints; anything else it takes for none."""
_SHOWN = 3
"""Clusters or tunnels that a reason names; the rest is a number."""


class _Split(msgspec.Struct, frozen=True, gc=False):
    """A pool, divided by what is lost."""

    pool: Pool
    lost: tuple[Share, ...]
    left: tuple[Share, ...]
    gone: int
    """Ready endpoints known to be lost."""
    stays: int
    """Ready endpoints known to be left."""
    lost_unknown: bool
    left_unknown: bool
    """Whether more than that may be lost, and left."""

    def judge(self, target: float) -> Impact:
        """By the worst and the best that the unread clusters could have."""
        gone, stays = self.gone, self.stays
        lost_unknown, left_unknown = self.lost_unknown, self.left_unknown
        if not gone and not lost_unknown:
            return Impact.NONE
        if not stays and not left_unknown:
            return Impact.OUTAGE if gone else Impact.UNKNOWN
        if not self.pool.certain:
            return Impact.UNKNOWN
        best = 1.0 if left_unknown else stays / (stays + gone)
        worst = 0.0 if lost_unknown else stays / (stays + gone) if stays else 0.0
        if best < target:
            return Impact.DEGRADED
        return Impact.NOTED if worst >= target else Impact.UNKNOWN


def judge_service(
    ground: Ground, capacity: Capacity, tally: Tally, lost: Collection[str]
) -> ServiceImpact | None:
    """What the loss means for the service; None when nothing changes for it."""
    target = ground.limits.failover_share
    found: list[tuple[Impact, _Split]] = []
    for pool in tally.pools:
        split = _split(pool, lost)
        impact = split.judge(target)
        if impact is not Impact.NONE:
            found.append((impact, split))
    if not found:
        return None
    impact, split = min(found, key=lambda pair: pair[0].rank)
    service = tally.service
    consumers = tuple(_consumers(service, lost))
    words = _words(impact, split, target)
    if impact is Impact.OUTAGE and _keep_their_own(service, split, consumers):
        impact, words = Impact.DEGRADED, f"{words}, but each that is left keeps its own"
    elif impact in (Impact.NOTED, Impact.UNKNOWN) and _cut_off(ground, service, split, consumers):
        impact = Impact.DEGRADED
    left_in = tuple([one.cluster for one in split.left if one.ready and not one.unknown])
    lost_in = tuple([one.cluster for one in split.lost if one.ready or one.unknown])
    reasons = [words, *_others(service, split, lost)]
    if impact is not Impact.OUTAGE:
        reasons += _tunnels(ground, consumers, left_in)
        reasons += _affinities(service, lost_in)
    gone = split.gone
    absorb, why = capacity.judge(service, impact, gone, left_in)
    evidence = _evidence(ground, service, split)
    return ServiceImpact(
        service.key, impact, gone, split.stays, lost_in, left_in, consumers, "; ".join(reasons),
        absorb, why, evidence,
    )  # fmt: skip


def _split(pool: Pool, lost: Collection[str]) -> _Split:
    gone: list[Share] = []
    left: list[Share] = []
    counts, unknown = [0, 0], [False, False]
    for name, share in pool.shares.items():
        stays = name not in lost
        (left if stays else gone).append(share)
        if share.unknown:
            unknown[stays] = True
        else:
            counts[stays] += share.ready
    return _Split(pool, tuple(gone), tuple(left), counts[0], counts[1], unknown[0], unknown[1])


def _consumers(service: FleetService, lost: Collection[str]) -> Iterator[str]:
    """Surviving clusters that import it."""
    for name, part in service.parts.items():
        if name not in lost and (part.imports or part.remote):
            yield name


def _keep_their_own(service: FleetService, split: _Split, consumers: Collection[str]) -> bool:
    """Whether every consumer has endpoints that it does not share, as Cilium allows."""
    if not split.pool.name.startswith(Dialect.CILIUM_GLOBAL.value) or not consumers:
        return False
    held = (service.parts[name].backends for name in consumers)
    return all(one is not None and one.ready > one.published for one in held)


def _cut_off(
    ground: Ground, service: FleetService, split: _Split, consumers: Collection[str]
) -> bool:
    """Whether a consumer reaches what is lost, and by no tunnel anything that is left."""
    if split.left_unknown:
        return False
    ways = ground.services.reach
    left = [one.cluster for one in split.left if one.ready]
    gone = [one.cluster for one in split.lost if one.ready]

    def down(one: str, other: str) -> bool:
        way = ways.get((one, other))
        return way is not None and way.up is False

    return any(
        left and name not in left and all(down(name, other) for other in left)
        and not all(down(name, other) for other in gone)
        for name in consumers
        if service.parts[name].dialects & TUNNELLED
    )  # fmt: skip


def _words(impact: Impact, split: _Split, target: float) -> str:
    gone, stays = split.gone, split.stays
    lost_unknown = [f"{one.cluster} ({one.unknown})" for one in split.lost if one.unknown]
    left_unknown = [f"{one.cluster} ({one.unknown})" for one in split.left if one.unknown]
    everything = gone + stays
    share = f"{stays} of {everything} ready endpoints left"
    if impact is Impact.OUTAGE:
        return f"no ready endpoint left: all {gone} are in {', '.join(_with(split.lost))}"
    if impact is Impact.UNKNOWN:
        if not split.pool.certain and stays:
            return (
                f"{share}, but whether a service resolver fails over to them stands in Consul only"
            )
        parts = [f"{share}, as far as known"]
        if left_unknown:
            parts.append(f"what {listed(left_unknown, _SHOWN)} would still offer is not known")
        if lost_unknown:
            parts.append(f"what {listed(lost_unknown, _SHOWN)} offers is not known")
        return "; ".join(parts)
    words = f"{share} ({stays / everything:.0%})" if everything else share
    return f"{words}, under the target of {target:.0%}" if impact is Impact.DEGRADED else words


def _with(shares: Collection[Share]) -> list[str]:
    return [one.cluster for one in shares if one.ready]


def _others(service: FleetService, split: _Split, lost: Collection[str]) -> Iterator[str]:
    """Endpoints of survivors that do not stand in, and why."""
    for name, part in service.parts.items():
        if name in lost or name in split.pool.shares or part.backends is None:
            continue
        if part.backends.ready:
            why = "does not share them"
            if part.exports:
                why = "another name leads to them"
                if all(one.dialect is not Dialect.LINKERD for one in part.exports):
                    why = "its export is not in force"
                    if any(map(offers, part.exports)):
                        why = "it is in another mesh, or conflicts in type"
            yield f"{name} has {part.backends.ready} ready, but {why}"


def _tunnels(ground: Ground, consumers: Collection[str], left_in: Collection[str]) -> Iterator[str]:
    """How consumers do not reach what is left."""
    broken = ground.broken
    if not broken:
        return
    troubled = {}
    for name in consumers:
        ways = [(name, other) for other in left_in if other != name]
        bad = [f"{a} → {b} {broken[a, b]}" for a, b in ways if (a, b) in broken]
        if bad:
            only = len(bad) == len(ways) and name not in left_in
            troubled[name] = (f"{name} reaches none of them: " if only else "") + listed(
                bad, _SHOWN
            )
    if troubled:
        yield "tunnels not up: " + listed(troubled.values(), _SHOWN)


def _affinities(service: FleetService, lost_in: Collection[str]) -> Iterator[str]:
    """What is preferred, and what was pinned."""
    pinned = False
    for name, part in service.parts.items():
        if part.service is None:
            continue
        cilium = part.service.cilium
        if cilium is not None and cilium.affinity in _PREFERRED:
            yield f"{name} prefers {cilium.affinity} endpoints (Cilium affinity)"
        pinned = pinned or (part.service.session_affinity == "ClientIP" and name in lost_in)
    if pinned:
        yield "sessions pinned to lost endpoints begin anew"


def _evidence(ground: Ground, service: FleetService, split: _Split) -> tuple[Evidence, ...]:
    """What every cluster of the pool has, as it was read."""
    made = []
    for one in (*split.lost, *split.left):
        part = service.parts.get(one.cluster)
        ref = part.exports[0].ref if part is not None and part.exports else None
        if ref is None and part is not None and part.service is not None:
            ref = part.service.ref
        value = f"unknown: {one.unknown}" if one.unknown else str(one.ready)
        at = ground.at(one.cluster, "endpointslices")
        made.append(Evidence("derived", one.cluster, ref, "ready endpoints", value, at))
    return tuple(made)
