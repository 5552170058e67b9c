"""One direction of a tunnel as a card: who speaks, how far it gets, and how much is known of it."""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.mesh.gateways import GatewayView
from mckconsole.analysis.mesh.links import Link, LinkState, MeshProvider, RoundTrip
from mckconsole.analysis.mesh.rtt import typical
from mckconsole.analysis.mesh.side import (
    RATE_WINDOW,
    CiliumSide,
    Measure,
    Nodes,
    SubmarinerSide,
    cilium_side,
    submariner_side,
)
from mckconsole.domain.mesh import Connection
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_age, format_span
from mckconsole.views.cells import trend
from mckconsole.views.detail import Card, Line, ObjectTarget, Span
from mckconsole.views.explain import beginning, fact, server_now, stated, unknown
from mckconsole.views.mesh import link_role
from mckconsole.views.spec import GLYPHS, Role

_MAX_WHY = 120
"""Characters of a reason that the cluster's own document has in full."""
_STEPS = ((1e9, "GB/s"), (1e6, "MB/s"), (1e3, "KB/s"))


def side_card(snapshot: FleetSnapshot, analysis: Analysis, link: Link) -> Card:
    """What the source of `link` says of reaching its target."""
    role = link_role(link)
    notes = [fact("note", Span(note, Role.DIM)) for note in link.notes]
    lines = [*_standing(snapshot, link), *_speaker(snapshot, analysis, link), *notes]
    return Card(
        f"{link.key.source} → {link.key.target}",
        tuple(lines),
        f"{GLYPHS[role]} {link.state}",
        role,
    )


def _speaker(snapshot: FleetSnapshot, analysis: Analysis, link: Link) -> Iterator[Line]:
    """Everything that the provider knows, or why there is nothing to show."""
    mesh, limits = analysis.mesh, analysis.thresholds
    if link.key.source not in snapshot.clusters:
        yield fact("cluster", unknown("not in this fleet, so nobody can read its side"))
        return
    if link.key.provider is MeshProvider.CILIUM:
        agents = cilium_side(snapshot, link, mesh, limits)
        if agents is None:
            yield fact("agents", unknown("cannot be read"))
            return
        yield from _cilium(link, agents)
        return
    side = submariner_side(snapshot, link, mesh, limits)
    if side is None or side.gateway is None:
        yield fact("gateway", unknown(_no_gateway(link)))
    if side is not None:
        yield from _submariner(snapshot, link, side)


def _no_gateway(link: Link) -> str:
    return "cannot be read" if link.state is LinkState.UNKNOWN else "no Gateway object is held"


def _submariner(snapshot: FleetSnapshot, link: Link, side: SubmarinerSide) -> Iterator[Line]:
    if side.gateway is not None:
        yield from _gateway(snapshot, link, side.gateway)
        yield from _connection(link, side.connection)
    yield _rtt(link)
    yield from _traffic(side)
    yield fact("nodes", *_nodes(side.nodes))


def _gateway(snapshot: FleetSnapshot, link: Link, view: GatewayView) -> Iterator[Line]:
    name, status = link.key.source, view.gateway.status
    target = ObjectTarget(name, view.ref)
    word = status.ha_status or "no HA status"
    spans = [Span(f"{view.ref.name}  "), Span(word, Role.PLAIN if view.active else Role.WARN)]
    if status.version:
        spans.append(Span(f"  {status.version}", Role.DIM))
    yield fact("gateway", *spans, target=target)
    read = format_age(server_now(snapshot, name) - view.seen_at)
    if view.age is None:
        yield fact("heartbeat", unknown("missing or unreadable"), Span(f", read {read} ago"))
    else:
        age = f"{format_age(view.age)} old" if view.age >= 0 else f"{format_age(-view.age)} ahead"
        yield fact("heartbeat", age, Span(f", read {read} ago", Role.DIM))


def _connection(link: Link, connection: Connection | None) -> Iterator[Line]:
    if connection is None:
        yield fact("peer", Span("the gateway holds no connection to it"))
        return
    remote = connection.endpoint
    yield fact(
        "peer", f"{remote.hostname or remote.cable_name}", Span(f"  {remote.cluster_id}", Role.DIM)
    )
    nat = "NAT yes" if connection.using_nat else "NAT no"
    yield fact("driver", f"{link.driver or '?'}  {nat}")
    yield fact("address", connection.using_ip or unknown("none in use"))
    addresses = ", ".join(remote.health_ips)
    yield fact("pings", addresses or Span("no address: the peer publishes none", Role.WARN))


def _rtt(link: Link) -> Line:
    """The average while it is current; what is frozen says so."""
    rtt = link.rtt
    if rtt is None or not rtt.positive:
        return fact("RTT", unknown("never measured"))
    if not link.state.measured:
        return fact("RTT", Span(f"last seen {format_span(typical(rtt))} (frozen)", Role.DIM))
    role = Role.WARN if link.state is LinkState.SLOW else Role.PLAIN
    spans = [Span(f"{format_span(typical(rtt))} avg", role), Span(_reach(rtt), Role.DIM)]
    if bars := trend(link.trend):
        spans.append(Span(f"  {bars}"))
    if rtt.source != "gateway":
        spans.append(Span(f"  from {rtt.source}", Role.DIM))
    return fact("RTT", *spans)


def _reach(rtt: RoundTrip) -> str:
    if rtt.minimum is None or rtt.maximum is None:
        return ""
    return f"  {format_span(rtt.minimum)}…{format_span(rtt.maximum)}"


def _traffic(side: SubmarinerSide) -> Iterator[Line]:
    """What Prometheus adds: bytes per second, and the statuses that its series carry."""
    received, sent = side.received, side.sent
    if received.value is None and sent.value is None:
        yield fact("rx / tx", unknown(received.why))
    else:
        window = Span(f" ({format_age(RATE_WINDOW)})", Role.DIM)
        yield fact("rx / tx", *_rate(received), " / ", *_rate(sent), window)
    if side.operator_says or side.driver_says:
        operator = ", ".join(side.operator_says) or "nothing"
        driver = ", ".join(side.driver_says) or "nothing"
        yield fact("metrics", f"operator {operator}, driver {driver}")


def _rate(measure: Measure) -> tuple[Span, ...]:
    if measure.value is None:
        return (unknown(measure.why),)
    for size, unit in _STEPS:
        if measure.value >= size:
            return (Span(f"{measure.value / size:.1f} {unit}"),)
    return (Span(f"{measure.value:.0f} B/s"),)


def _nodes(nodes: Nodes) -> tuple[Span, ...]:
    """How many nodes get there; partial knowledge is shown as such."""
    rest = (unknown(shorten(nodes.why_unknown, _MAX_WHY)),) if nodes.why_unknown else ()
    if nodes.failing:
        bad = Role.CRITICAL if nodes.failing * 2 > nodes.total else Role.WARN
        words = f"{nodes.failing} of {nodes.total} cannot reach it"
        return (stated(bad, words), *rest)
    if rest:
        return rest
    if not nodes.total:
        return (Span("no route agent judges it", Role.DIM),)
    return (stated(Role.OK, f"all {nodes.total} reach it"),)


def _cilium(link: Link, side: CiliumSide) -> Iterator[Line]:
    target = ObjectTarget(link.key.source, link.object) if link.object else None
    if side.why_unmeasured:
        yield fact("agents", unknown(side.why_unmeasured), target=target)
    else:
        role = Role.OK if side.ready == side.agents else Role.WARN
        role = Role.CRITICAL if side.ready * 2 < side.agents else role
        words = f"{side.ready} of {side.agents} ready"
        yield fact("agents", stated(role, words), target=target)
    yield fact("driver", link.driver or "cilium")
    yield fact("copy", _copy(side))
    yield _rtt(link)
    failures = side.failures
    if failures.value is None:
        yield fact("failures", unknown(failures.why))
    else:
        role = Role.WARN if failures.value >= 1 else Role.PLAIN
        yield fact("failures", Span(f"{failures.value:.0f} within 5 m", role))
    if link.object:
        yield fact("object", Span(str(link.object), Role.DIM), target=target)


def _copy(side: CiliumSide) -> Span:
    """Whether agents read KVStoreMesh's copy of the peer, and whether that is current."""
    if side.copy_ready is not None:
        ready = side.copy_ready
        words = "KVStoreMesh reaches it" if ready else "KVStoreMesh cannot reach it"
        return stated(Role.OK if ready else Role.WARN, words)
    if side.runs_copy:
        return unknown("KVStoreMesh runs; no metric says how it stands")
    return Span("no KVStoreMesh seen", Role.DIM)


def _standing(snapshot: FleetSnapshot, link: Link) -> Iterator[Line]:
    """Since when it is in its state, and why."""
    yield fact("since", beginning(link.since, snapshot.taken_at))
    yield fact("reason", link.reason or unknown("none was given"))
    if link.last_state:
        yield fact("last said", Span(link.last_state.value, Role.DIM))
