"""One direction of a tunnel as a card: who speaks, how far it gets, and how much is known of it."""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.mesh.gateways import GatewayView
from mckconsole.analysis.mesh.links import Link, LinkState, MeshProvider
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
from mckconsole.views.mesh_detail_other import object_line, other_side
from mckconsole.views.spec import GLYPHS, Role

_MAX_WHY = 120
"""Characters of a reason that the cluster's own document has in full."""
_STEPS = ((1e9, "GB/s"), (1e6, "MB/s"), (1e3, "KB/s"))


def side_card(snapshot: FleetSnapshot, analysis: Analysis, link: Link) -> Card:
    """What the source of `link` says of reaching its target."""
    role = link_role(link)
    lines = (
        fact("since", beginning(link.since, snapshot.taken_at)),
        *_speaker(snapshot, analysis, link),
    )
    return Card(
        f"{link.key.source} → {link.key.target}",
        lines,
        f"{GLYPHS[role]} {link.state}",
        role,
    )


def _speaker(snapshot: FleetSnapshot, analysis: Analysis, link: Link) -> Iterator[Line]:
    """Everything that the provider knows, or why there is nothing to show.

    What takes one row comes first, in the same order on both sides, so that the eye can compare
    them; then why, then who.
    """
    mesh, limits = analysis.mesh, analysis.thresholds
    if link.key.source not in snapshot.clusters:
        yield fact("cluster", unknown("not in this fleet, so nobody can read its side"))
        yield from _why(link)
        return
    if not link.key.provider.mutual:
        yield from other_side(snapshot, limits, link, _rtt(link))
        yield from _why(link)
        yield from object_line(link)
        return
    if link.key.provider is MeshProvider.CILIUM:
        agents = cilium_side(snapshot, link, mesh, limits)
        if agents is None:
            yield fact("agents", unknown("cannot be read"))
            yield from _why(link)
        else:
            yield from _cilium(link, agents)
        return
    side = submariner_side(snapshot, link, mesh, limits)
    if side is None:
        yield fact("gateway", unknown(_no_gateway(link)))
        yield from _why(link)
    else:
        yield from _submariner(snapshot, link, side)


def _no_gateway(link: Link) -> str:
    return "cannot be read" if link.state is LinkState.UNKNOWN else "no Gateway object is held"


def _why(link: Link) -> Iterator[Line]:
    yield fact("reason", link.reason or unknown("none was given"))
    if link.last_state:
        yield fact("last said", Span(link.last_state.value, Role.DIM))
    for note in link.notes:
        yield fact("note", Span(note, Role.DIM))


def _submariner(snapshot: FleetSnapshot, link: Link, side: SubmarinerSide) -> Iterator[Line]:
    yield _rtt(link)
    yield fact("rx / tx", *_traffic(side))
    yield fact("nodes", *_nodes(side.nodes))
    if side.gateway is not None:
        yield _heartbeat(snapshot, link, side.gateway)
    yield from _why(link)
    if side.gateway is None:
        yield fact("gateway", unknown(_no_gateway(link)))
    else:
        yield _gateway(link, side.gateway)
        yield from _connection(link, side.connection)
    yield from _reach(link)
    if side.operator_says or side.driver_says:
        operator = ", ".join(side.operator_says) or "nothing"
        driver = ", ".join(side.driver_says) or "nothing"
        yield fact("metrics", f"operator {operator}, driver {driver}")
    if side.gateway is not None and side.gateway.gateway.status.version:
        yield fact("version", Span(side.gateway.gateway.status.version, Role.DIM))


def _heartbeat(snapshot: FleetSnapshot, link: Link, view: GatewayView) -> Line:
    read = format_age(server_now(snapshot, link.key.source) - view.seen_at)
    if view.age is None:
        return fact("heartbeat", unknown("missing or unreadable"), Span(f", read {read} ago"))
    age = f"{format_age(view.age)} old" if view.age >= 0 else f"{format_age(-view.age)} ahead"
    return fact("heartbeat", age, Span(f", read {read} ago", Role.DIM))


def _gateway(link: Link, view: GatewayView) -> Line:
    word = Span(
        view.gateway.status.ha_status or "no HA status", Role.PLAIN if view.active else Role.WARN
    )
    target = ObjectTarget(link.key.source, view.ref)
    return fact("gateway", f"{view.ref.name}  ", word, target=target)


def _connection(link: Link, connection: Connection | None) -> Iterator[Line]:
    if connection is None:
        yield fact("peer", Span("the gateway holds no connection to it"))
        return
    remote = connection.endpoint
    known_as = "" if remote.cluster_id == link.key.target else f"  {remote.cluster_id}"
    yield fact("peer", f"{remote.hostname or remote.cable_name}", Span(known_as, Role.DIM))
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
        return fact("RTT", Span(f"last {format_span(typical(rtt))}, frozen", Role.DIM))
    role = Role.WARN if link.state is LinkState.SLOW else Role.PLAIN
    kind = "avg" if rtt.average else "last"
    spans = [Span(f"{format_span(typical(rtt))} {kind}", role)]
    if bars := trend(link.trend):
        spans.append(Span(f"  {bars}"))
    if rtt.source != "gateway":
        spans.append(Span(f"  from {rtt.source}", Role.DIM))
    return fact("RTT", *spans)


def _reach(link: Link) -> Iterator[Line]:
    """The least and the most of the round trips, while they are current."""
    rtt = link.rtt
    if rtt and link.state.measured and rtt.minimum is not None and rtt.maximum is not None:
        yield fact("RTT range", f"{format_span(rtt.minimum)} … {format_span(rtt.maximum)}")


def _traffic(side: SubmarinerSide) -> Iterator[Span]:
    """What Prometheus adds: bytes per second."""
    received, sent = side.received, side.sent
    if received.value is None and sent.value is None:
        yield unknown(received.why)
        return
    first, second = _rate(received), _rate(sent)
    unit = second.text.rpartition(" ")[2]
    if received.value is not None and sent.value is not None and first.text.endswith(f" {unit}"):
        first = Span(first.text.removesuffix(f" {unit}"))
    yield from (first, Span(" / "), second, Span(f" ({format_age(RATE_WINDOW)})", Role.DIM))


def _rate(measure: Measure) -> Span:
    if measure.value is None:
        return unknown(measure.why)
    for size, unit in _STEPS:
        if measure.value >= size:
            return Span(f"{measure.value / size:.1f} {unit}")
    return Span(f"{measure.value:.0f} B/s")


def _nodes(nodes: Nodes) -> tuple[Span, ...]:
    """How many nodes get there; partial knowledge is shown as such."""
    why = nodes.why_unknown.partition(": ")[0]
    rest = (unknown(shorten(why, _MAX_WHY)),) if why else ()
    if nodes.failing:
        bad = Role.CRITICAL if nodes.failing * 2 > nodes.total else Role.WARN
        words = f"{nodes.failing} of {nodes.total} cut off"
        return (stated(bad, words), *rest)
    if rest:
        return rest
    if not nodes.total:
        return (Span("no route agent judges it", Role.DIM),)
    return (stated(Role.OK, f"all {nodes.total} reach it"),)


def _cilium(link: Link, side: CiliumSide) -> Iterator[Line]:
    target = ObjectTarget(link.key.source, link.object) if link.object else None
    yield _rtt(link)
    if side.why_unmeasured:
        yield fact("agents", unknown(side.why_unmeasured), target=target)
    else:
        role = Role.OK if side.ready == side.agents else Role.WARN
        role = Role.CRITICAL if side.ready * 2 < side.agents else role
        words = f"{side.ready} of {side.agents} ready"
        yield fact("agents", stated(role, words), target=target)
    failures = side.failures
    if failures.value is None:
        yield fact("failures", unknown(failures.why))
    else:
        role = Role.WARN if failures.value >= 1 else Role.PLAIN
        yield fact("failures", Span(f"{failures.value:.0f} within 5 m", role))
    yield from _why(link)
    yield fact("copy", _copy(side))
    yield fact("driver", link.driver or "cilium")
    yield from _reach(link)
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
