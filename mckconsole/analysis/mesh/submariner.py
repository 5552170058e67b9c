"""Submariner links: what each cluster's active gateway says about its peers.

One link per connection of the active gateway; a peer without a connection is MISSING; a cluster
that cannot be read gives UNKNOWN links, or what its metrics say, never more than UNVERIFIED.
Source of the rules: Submariner's Gateway types, health checker and cable drivers.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from mckconsole.analysis.mesh.evidence import seen
from mckconsole.analysis.mesh.gateways import GatewayView
from mckconsole.analysis.mesh.hysteresis import Recorder
from mckconsole.analysis.mesh.links import (
    CRITICAL,
    WARN,
    Claim,
    Link,
    LinkKey,
    LinkState,
    MeshProvider,
    decide,
    worse,
)
from mckconsole.analysis.mesh.members import SubmarinerMember
from mckconsole.analysis.mesh.membership import Directory
from mckconsole.analysis.mesh.routeagents import RouteAgents
from mckconsole.analysis.mesh.rtt import parse_rtt, speed_claims, speed_notes
from mckconsole.analysis.mesh.submariner_metrics import Reading, TunnelMetrics
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.analysis.unread import unread_reason
from mckconsole.domain.findings import Evidence, Severity
from mckconsole.domain.mesh import Connection
from mckconsole.domain.text import shorten

_MAX_REASON = 200


@dataclass(frozen=True, slots=True)
class Context:
    """What reading the links of one cluster needs."""

    member: SubmarinerMember
    directory: Directory
    recorder: Recorder
    limits: Thresholds
    metrics: TunnelMetrics
    agents: RouteAgents


def connection_links(context: Context) -> Iterator[Link]:
    """A link for every connection that the active gateway holds, readable or stale."""
    active = context.member.active
    if active is None:
        return
    found: dict[LinkKey, Link] = {}
    for index, connection in enumerate(active.gateway.status.connections):
        if context.member.mesh_id and connection.endpoint.cluster_id == context.member.mesh_id:
            continue
        link = _read(context, active, index, connection)
        other = found.get(link.key)
        if other is None or link.state.rank < other.state.rank:
            found[link.key] = link
    yield from found.values()


def _read(context: Context, view: GatewayView, index: int, connection: Connection) -> Link:
    member, endpoint = context.member, connection.endpoint
    target, in_fleet = context.directory.resolve(endpoint.cluster_id, endpoint.cable_name)
    key = LinkKey(
        MeshProvider.SUBMARINER, member.name, target, endpoint.cable_name, family(connection)
    )
    reading = _reading(context, key, view, index, connection)
    spoken = decide(reading.claims)
    final = _outranked(member, reading, spoken)
    others = [claim.reason for claim in reading.claims if claim.severity]
    reading.notes += [reason for reason in others if reason not in ("", final.reason)]
    return Link(
        key=key,
        state=final.state,
        severity=final.severity,
        reason=final.reason,
        cause=final.cause,
        notes=tuple(dict.fromkeys(reading.notes)),
        rtt=reading.rtt if reading.rtt and reading.rtt.positive else None,
        driver=endpoint.backend or view.gateway.status.local_endpoint.backend,
        using_ip=connection.using_ip,
        using_nat=connection.using_nat,
        object=view.ref,
        observed_at=view.seen_at,
        heartbeat_age=view.age,
        last_state=spoken.state if final is not spoken else None,
        in_fleet=in_fleet,
        evidence=tuple(dict.fromkeys(reading.evidence)),
    )


def _reading(
    context: Context, key: LinkKey, view: GatewayView, index: int, connection: Connection
) -> Reading:
    """Everything that is claimed, noted and seen of one connection, metrics included."""
    member, endpoint = context.member, connection.endpoint
    reading = Reading(rtt=parse_rtt(connection.latency))
    reading.evidence += _evidence(member.name, view, index, connection)
    reading.notes += member.leadership.notes
    if member.readable and member.leadership.stale is None:
        peer = (endpoint.cluster_id, view.gateway.status.local_endpoint.hostname, endpoint.hostname)
        beat = view.beat or 0.0
        context.metrics.reconcile(reading, key, peer, connection.status, beat, context.recorder)
    reading.claims += _connection_claims(context, key, view, connection, reading)
    return reading


def _outranked(member: SubmarinerMember, reading: Reading, spoken: Claim) -> Claim:
    """UNKNOWN or STALE where the gateway's word does not count, else what it said."""
    if not member.readable:
        reason = unread_reason(member.topic)
        return Claim(LinkState.UNKNOWN, None, f"{reason}; last said {spoken.state}", "unread")
    stale = member.leadership.stale
    if stale is None:
        return spoken
    reading.evidence[:0] = member.leadership.evidence
    severity = worse(stale.severity, spoken.severity)
    return Claim(
        LinkState.STALE, severity, f"{stale.reason}; last said {spoken.state}", stale.cause
    )


def _connection_claims(
    context: Context, key: LinkKey, view: GatewayView, connection: Connection, reading: Reading
) -> Iterator[Claim]:
    status = connection.status
    message = shorten(connection.status_message, _MAX_REASON)
    if status == "error":
        cause = "ping-error" if "ping" in message.lower() else "driver-error"
        yield Claim(LinkState.DOWN, CRITICAL, message or "the gateway reports an error", cause)
    elif status == "connecting":
        yield connecting_claim(context.recorder, key, context.limits, message)
    elif status == "connected":
        yield from _connected_claims(context, connection, reading)
    else:
        word = f"status `{shorten(status, 30)}` is not a known one" if status else "no status given"
        yield Claim(LinkState.UNKNOWN, None, word, "odd-status")
        return
    failure = view.gateway.status.status_failure
    if failure:
        path = "status.statusFailure"
        reading.evidence.append(seen(key.source, view.ref, path, failure, view.seen_at))
        text = f"gateway engine failure: {shorten(failure, _MAX_REASON)}"
        yield Claim(LinkState.DEGRADED, WARN, text, "engine-failure")
    share = context.agents.errors(connection.endpoint.cluster_id)
    if share:
        reading.evidence += share.evidence
        severity = CRITICAL if share.failing * 2 > share.total else WARN
        text = f"{share.failing} of {share.total} nodes cannot reach the peer"
        yield Claim(LinkState.DEGRADED, severity, text, "route-agents")


def connecting_claim(
    recorder: Recorder, key: LinkKey, limits: Thresholds, message: str = ""
) -> Claim:
    """CONNECTING for a minute since the console first saw it, then DOWN."""
    mark = recorder.mark("connecting", str(key))
    why = f": {message}" if message else ""
    if recorder.age(mark) >= limits.connecting:
        text = f"connecting for over {limits.connecting:.0f} s{why}"
        return Claim(LinkState.DOWN, CRITICAL, text, "connecting")
    text = f"connecting, down after {limits.connecting:.0f} s{why}"
    return Claim(LinkState.CONNECTING, Severity.INFO, text, "connecting")


def _connected_claims(
    context: Context, connection: Connection, reading: Reading
) -> Iterator[Claim]:
    rtt = reading.rtt
    unverified = _why_unverified(context.member, connection, reading)
    if unverified:
        yield Claim(LinkState.UNVERIFIED, WARN, *unverified)
    elif rtt:
        yield from speed_claims(rtt, context.limits)
        reading.notes += speed_notes(rtt, context.limits)
        yield Claim(LinkState.UP, None, "connected, answers pings")


def _why_unverified(
    member: SubmarinerMember, connection: Connection, reading: Reading
) -> tuple[str, str] | None:
    """Why `connected` is only the driver's word, and the cause; None when pings were answered."""
    if member.health_check_off:
        return "connected, never verified: the health check is off here", "health-check-off"
    if reading.rtt and reading.rtt.positive:
        return None
    if not connection.endpoint.health_ips:
        why = "the peer publishes no health check address"
        return f"connected, never verified: {why}", "no-health-address"
    if reading.rtt is None:
        if connection.endpoint.backend == "vxlan":
            why = "the vxlan driver says connected always"
            return f"connected, never verified: {why}", "vxlan"
        return "connected, never verified: no round trip is reported", "no-rtt"
    return "connected, never verified: no ping was ever answered", "zero-rtt"


def family(connection: Connection) -> str:
    """`ipv4` or `ipv6` of the address in use, empty when it is none."""
    try:
        return f"ipv{ipaddress.ip_address(connection.using_ip).version}"
    except ValueError:
        return ""


def _evidence(
    cluster: str, view: GatewayView, index: int, connection: Connection
) -> Iterator[Evidence]:
    path = f"status.connections[{index}]"
    at = view.seen_at
    yield seen(cluster, view.ref, f"{path}.status", connection.status or "(empty)", at)
    if connection.status_message:
        yield seen(cluster, view.ref, f"{path}.statusMessage", connection.status_message, at)
    average = connection.latency.average if connection.latency else "(absent)"
    yield seen(cluster, view.ref, f"{path}.latencyRTT.average", str(average), at)
    yield view.heartbeat_evidence(cluster)
