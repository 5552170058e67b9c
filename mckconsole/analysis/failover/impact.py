"""What a loss means for one service: how many ready endpoints go, and how many stay.

What is not known moves both numbers only one way, so a verdict holds whatever the unread clusters
have: an outage is said when nothing is left anywhere, degraded when even the best case is under the
target. Losing more never makes a verdict better.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from mckconsole.analysis.failover.ground import Ground
from mckconsole.analysis.failover.model import Impact, ServiceImpact
from mckconsole.analysis.failover.tallies import Pool, Share, Tally
from mckconsole.analysis.services.model import Dialect, FleetService
from mckconsole.domain.findings import Evidence

_PREFERRED = ("local", "remote")
"""Cilium's affinities that prefer some endpoints; anything else it takes for none."""
_SHOWN = 3
"""Clusters or tunnels that a reason names; the rest is a number."""


@dataclass(frozen=True, slots=True)
class _Split:
    """A pool, divided by what is lost."""

    pool: Pool
    lost: tuple[Share, ...]
    left: tuple[Share, ...]

    @property
    def gone(self) -> int:
        """Ready endpoints known to be lost."""
        return sum(one.ready for one in self.lost if not one.unknown)

    @property
    def stays(self) -> int:
        """Ready endpoints known to be left."""
        return sum(one.ready for one in self.left if not one.unknown)

    def judge(self, target: float) -> Impact:
        """By the worst and the best that the unread clusters could have."""
        gone, stays = self.gone, self.stays
        lost_unknown = any(one.unknown for one in self.lost)
        left_unknown = any(one.unknown for one in self.left)
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


def judge_service(ground: Ground, tally: Tally, lost: Collection[str]) -> ServiceImpact | None:
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
    left_in = tuple([one.cluster for one in split.left if one.ready and not one.unknown])
    made = ServiceImpact(
        service.key,
        impact,
        split.gone,
        split.stays,
        tuple([one.cluster for one in split.lost if one.ready or one.unknown]),
        left_in,
        consumers,
        "",
    )
    notes = [] if impact is Impact.OUTAGE else list(_notes(ground, service, made))
    reason = "; ".join([_words(impact, split, target), *_others(service, split, lost), *notes])
    return replace(made, reason=reason, evidence=_evidence(ground, service, split))


def _split(pool: Pool, lost: Collection[str]) -> _Split:
    gone: list[Share] = []
    left: list[Share] = []
    for name, share in pool.shares.items():
        (gone if name in lost else left).append(share)
    return _Split(pool, tuple(gone), tuple(left))


def _consumers(service: FleetService, lost: Collection[str]) -> Iterator[str]:
    """Surviving clusters that import it."""
    for name, part in service.parts.items():
        if name not in lost and (part.imports or part.remote):
            yield name


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
            parts.append(f"what {_some(left_unknown)} would still offer is not known")
        if lost_unknown:
            parts.append(f"what {_some(lost_unknown)} offers is not known")
        return "; ".join(parts)
    words = f"{share} ({stays / everything:.0%})" if everything else share
    return f"{words}, under the target of {target:.0%}" if impact is Impact.DEGRADED else words


def _with(shares: Collection[Share]) -> list[str]:
    return [one.cluster for one in shares if one.ready]


def _some(names: Collection[str]) -> str:
    shown = list(names)[:_SHOWN]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


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
            yield f"{name} has {part.backends.ready} ready, but {why}"


def _notes(ground: Ground, service: FleetService, made: ServiceImpact) -> Iterator[str]:
    """What else changes where endpoints are left."""
    troubled = {}
    for name in made.consumers:
        ways = [(name, other) for other in made.left_in if other != name]
        bad = [f"{a} → {b} {ground.broken[a, b]}" for a, b in ways if (a, b) in ground.broken]
        if bad:
            only = len(bad) == len(ways) and name not in made.left_in
            troubled[name] = (f"{name} reaches none of them: " if only else "") + _some(bad)
    if troubled:
        yield "tunnels not up: " + _some(list(troubled.values()))
    affinities = {
        part.service.cilium.affinity: name
        for name, part in service.parts.items()
        if part.service and part.service.cilium and part.service.cilium.affinity in _PREFERRED
    }
    for affinity, name in affinities.items():
        yield f"{name} prefers {affinity} endpoints (Cilium affinity)"
    if any(
        part.service is not None and part.service.session_affinity == "ClientIP"
        for name, part in service.parts.items()
        if name in made.lost_in
    ):
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
