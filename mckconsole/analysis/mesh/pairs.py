"""Both directions of a tunnel together: what A says, what B says, and the verdict.

Each side pings the other's health check address and a ping needs both directions, so opposite
statements locate the fault. Where directions stand for themselves (Linkerd, Istio, Consul) a
direction without a way back lacks nothing, and one whose way back is down works as before. Linear
in the number of links.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mckconsole.analysis.mesh.hysteresis import Recorder
from mckconsole.analysis.mesh.links import (
    CRITICAL,
    WARN,
    Link,
    LinkKey,
    LinkState,
    MeshProvider,
    Pair,
    Verdict,
    worse,
)
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.domain.findings import Severity
from mckconsole.domain.times import format_span

PEER_UNAVAILABLE = "peer view unavailable"
_TOLD = (LinkState.UP, LinkState.SLOW, LinkState.DEGRADED)
"""A measured its round trips: the tunnel carries traffic both ways."""
_SILENT = (LinkState.DOWN, LinkState.CONNECTING)

HINTS_LOCAL = (
    "compare the CNI interface's address on {up}'s gateway with healthCheckIP of its Endpoint as "
    "{down} holds it",
    "Calico IP pools (disabled, natOutgoing) in {down}, then in {up}",
    "host firewall on {up}'s gateway node",
    "MTU between the gateways",
)
HINTS_CONNECTING = (
    "UDP 4500 (tunnel) and 4490 (NAT discovery) between the gateways",
    "NAT mode on both sides",
    "the pre-shared key differs",
    "the address in use is none that the peer publishes",
)
HINTS_MISSING = (
    "{missing}'s gateway restarted",
    "an overlap of subnets that only {missing} sees",
    "synchronisation from the broker to {missing}",
)


def pair_links(
    links: Sequence[Link], recorder: Recorder, limits: Thresholds
) -> tuple[list[Link], list[Pair]]:
    """The links, DEGRADED where only the way back fails, and a verdict per pair."""
    opposite = _Opposites(links)
    pairs: list[Pair] = []
    changed: dict[LinkKey, Link] = {}
    done: set[LinkKey] = set()
    for link in links:
        if link.key in done:
            continue
        other = opposite.of(link)
        done.add(link.key)
        if other is None:
            pairs.append(_alone(link))
            continue
        done.add(other.key)
        pair = reconcile(link, other, recorder, limits)
        for side in (pair.forward, pair.backward):
            if side:
                changed[side.key] = side
        pairs.append(pair)
    return [changed.get(link.key, link) for link in links], pairs


class _Opposites:
    """Finds the link that leads back: same IP family, and the cable that the peer calls ours."""

    def __init__(self, links: Sequence[Link]) -> None:
        self._by_way: dict[tuple[MeshProvider, str, str], list[Link]] = {}
        for link in links:
            way = (link.key.provider, link.key.source, link.key.target)
            self._by_way.setdefault(way, []).append(link)

    def of(self, link: Link) -> Link | None:
        """The opposite link, or None."""
        key = link.key
        back = self._by_way.get((key.provider, key.target, key.source), ())
        same = [other for other in back if other.key.family == key.family]
        loose = [other for other in back if not other.key.family or not key.family]
        return next(iter((*same, *loose)), None)


def _alone(link: Link) -> Pair:
    rest = f"one way: {link.one_way}" if link.one_way else PEER_UNAVAILABLE
    reason = f"{link.reason}; {rest}" if link.reason else rest
    return Pair(link, None, Verdict(link.state.value), link.severity, reason, (), link.current_rtt)


def reconcile(one: Link, two: Link, recorder: Recorder, limits: Thresholds) -> Pair:
    """The verdict on two opposite links; the order in which they are given does not matter."""
    a, b = sorted((one, two), key=lambda link: (-link.state.rank, link.key))
    if LinkState.UNKNOWN in (a.state, b.state):
        known = a if b.state is LinkState.UNKNOWN else b
        other = b if known is a else a
        pair = _alone(known)
        return replace(
            pair, backward=other, reason=f"{pair.reason} ({other.key.source}: {other.reason})"
        )
    if b.state is LinkState.DOWN and a.state in _TOLD:
        return _asymmetric(a, b)
    mutual = a.key.provider.mutual
    if b.state is LinkState.DOWN and a.state is LinkState.UNVERIFIED and mutual:
        reason = f"{b.key.source} measures it and fails: {b.reason}; the other side never measured"
        return Pair(b, a, Verdict.DOWN, CRITICAL, reason, _enable(b))
    if LinkState.STALE in (a.state, b.state):
        return _one_stale(a, b)
    if b.state is LinkState.MISSING and a.state is not LinkState.MISSING:
        return _half_missing(a, b, recorder, limits)
    if a.state is LinkState.CONNECTING and b.state is LinkState.CONNECTING and mutual:
        reason = f"both sides are connecting; down after {limits.connecting:.0f} s"
        return Pair(a, b, Verdict.CONNECTING, Severity.INFO, reason, HINTS_CONNECTING)
    return _agreeing(a, b, limits)


def _asymmetric(a: Link, b: Link) -> Pair:
    """A measures round trips and B cannot: the fault is on the way to A's own address."""
    if not a.key.provider.mutual:
        return _independent(a, b)
    names = {"up": a.key.source, "down": b.key.source}
    if b.cause == "connecting":
        reason = f"{a.key.source} measures round trips, {b.key.source} is still connecting"
        hints: tuple[str, ...] = HINTS_CONNECTING
    elif b.key.provider is MeshProvider.CILIUM:
        reason = f"{a.key.source} is ready, {b.key.source} is not: {b.reason}"
        hints = (
            "access from {down} to {up}'s clustermesh-apiserver: address, port, certificate",
            "max-connected-clusters: only the side with 511 rejects the other",
            "certificate authorities of both sides",
        )
    else:
        reason = (
            f"the tunnel works, {b.key.source} cannot reach the health check address of "
            f"{a.key.source}: {b.reason}"
        )
        hints = HINTS_LOCAL
    degraded = _degrade(a, CRITICAL, f"the way back is down: {b.reason}")
    return Pair(
        b,
        degraded,
        Verdict.ASYMMETRIC,
        CRITICAL,
        reason,
        tuple(hint.format(**names) for hint in hints),
        a.current_rtt,
    )


def _independent(a: Link, b: Link) -> Pair:
    """A works and its way back does not, which takes nothing from A."""
    reason = f"{a.key.source} reaches {b.key.source}; the other way is down: {b.reason}"
    return Pair(b, a, Verdict.ASYMMETRIC, CRITICAL, reason, (), a.current_rtt)


def _enable(down: Link) -> tuple[str, ...]:
    return (f"turn the connection health check on in {down.key.source} and {down.key.target}",)


def _one_stale(a: Link, b: Link) -> Pair:
    """Fresh beats stale: the verdict is what the live side says, unless it is well."""
    stale, other = (a, b) if a.state is LinkState.STALE else (b, a)
    if other.state is LinkState.DOWN:
        looks = (_first_look(stale), f"then at the tunnel from {other.key.source}")
        reason = f"{other.reason}; {stale.key.source}: {stale.reason}"
        return Pair(stale, other, Verdict.DOWN, CRITICAL, reason, looks)
    severity = worse(stale.severity, other.severity)
    hints = (_first_look(stale),)
    return Pair(
        stale, other, Verdict.STALE, severity, f"{stale.key.source}: {stale.reason}", hints,
        other.current_rtt,
    )  # fmt: skip


def _first_look(stale: Link) -> str:
    """Where to look when a side's own word is too old; what is wrong there is not known."""
    name = stale.key.source
    if stale.key.provider is MeshProvider.CILIUM:
        return f"{name}'s metrics are old: look at its Cilium agents and at what scrapes them"
    if not stale.key.provider.mutual:
        return f"{name}'s metrics are old: look at what scrapes {stale.key.provider.capitalize()}"
    return f"{name}'s own word is stale: look at its gateway's lease, pod and node"


def _half_missing(a: Link, b: Link, recorder: Recorder, limits: Thresholds) -> Pair:
    hints = tuple(hint.format(missing=b.key.source) for hint in HINTS_MISSING)
    if a.state not in _TOLD:
        verdict = Verdict(min(a, b, key=lambda link: link.state.rank).state.value)
        return Pair(b, a, verdict, worse(a.severity, b.severity), b.reason, hints)
    mark = recorder.mark("half-missing", str(a.key))
    lasting = recorder.age(mark) > limits.settling
    severity = CRITICAL if lasting else WARN
    degraded = _degrade(a, severity, f"{b.key.source} has no connection back: {b.reason}")
    return Pair(b, degraded, Verdict.DEGRADED, severity, degraded.reason, hints, a.current_rtt)


def _degrade(link: Link, severity: Severity, reason: str) -> Link:
    """A working link whose way back fails; a reason of its own stays in front."""
    own = link.state is LinkState.DEGRADED and not link.affected
    notes = link.notes if link.state is LinkState.UP or own else (*link.notes, link.reason)
    return replace(
        link,
        state=LinkState.DEGRADED,
        severity=worse(link.severity, severity),
        reason=link.reason if own else reason,
        cause=link.cause if own else "asymmetric",
        notes=(*notes, reason) if own else notes,
        affected=not own,
    )


def _agreeing(a: Link, b: Link, limits: Thresholds) -> Pair:
    """The worse of two compatible states; two good ones are compared by latency."""
    worst = min(a, b, key=lambda link: link.state.rank)
    times = [rtt for rtt in (a.current_rtt, b.current_rtt) if rtt is not None]
    latency = max(times, default=None)
    if len(times) == 2 and max(times) > 3 * min(times) and max(times) - min(times) > limits.rtt_gap:
        slow, quick = (a, b) if (a.current_rtt or 0) > (b.current_rtt or 0) else (b, a)
        reason = (
            f"round trips differ: {format_span(max(times))} from {slow.key.source}, "
            f"{format_span(min(times))} from {quick.key.source}"
        )
        causes = (
            "different paths in the two directions",
            f"{slow.key.source}'s gateway overloaded",
        )
        severity = worse(worst.severity, WARN)
        return Pair(
            slow, quick, Verdict(worst.state.value), severity, reason, causes, latency, uneven=True
        )
    hints = HINTS_CONNECTING if worst.cause == "connecting" else ()
    other = b if worst is a else a
    return Pair(
        worst, other, Verdict(worst.state.value), worst.severity, worst.reason, hints, latency
    )
