"""Submariner links without a connection: MISSING with its cause, metrics only, or UNKNOWN."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mckconsole.analysis.mesh.cidrs import first_overlap
from mckconsole.analysis.mesh.evidence import derived, measured, seen
from mckconsole.analysis.mesh.hysteresis import Recorder
from mckconsole.analysis.mesh.links import (
    CRITICAL,
    Claim,
    Link,
    LinkKey,
    LinkState,
    MeshProvider,
    worse,
)
from mckconsole.analysis.mesh.members import SubmarinerMember
from mckconsole.analysis.mesh.membership import Meshes
from mckconsole.analysis.mesh.submariner import Context, connecting_claim
from mckconsole.analysis.mesh.submariner_metrics import REQUESTED, metrics_only_claim
from mckconsole.analysis.unread import unread_reason
from mckconsole.domain.findings import Evidence


def absent_links(
    context: Context,
    meshes: Meshes,
    members: Mapping[str, SubmarinerMember],
    connected: Sequence[Link],
) -> Iterator[Link]:
    """Links from a member to every peer of its mesh to which it holds no connection."""
    member = context.member
    there = {link.key.target for link in connected}
    for peer in meshes.fellows.get(member.name, ()):
        if peer in there:
            continue
        if not member.topic.complete:
            yield from _unreadable(context, meshes, peer)
            continue
        claim, evidence = _missing(member, meshes.ids.get(peer, peer), members.get(peer), context)
        stale = member.leadership.stale
        last = None
        if stale:
            evidence = (*member.leadership.evidence, *evidence)
            last = claim.state
            reason = f"{stale.reason}; last seen without a connection"
            claim = Claim(LinkState.STALE, worse(stale.severity, claim.severity), reason)
        yield from _under_known_keys(context.recorder, _link(
            context, peer, peer not in meshes.foreign, claim, evidence, last
        ))  # fmt: skip


def _link(
    context: Context,
    peer: str,
    in_fleet: bool,
    claim: Claim,
    evidence: tuple[Evidence, ...] = (),
    last: LinkState | None = None,
) -> Link:
    member = context.member
    view = member.active or next(iter(member.leadership.gateways), None)
    return Link(
        key=LinkKey(MeshProvider.SUBMARINER, member.name, peer),
        state=claim.state,
        severity=claim.severity,
        reason=claim.reason,
        cause=claim.cause,
        object=view.ref if view else member.settings_ref,
        observed_at=member.topic.as_of,
        heartbeat_age=view.age if view else None,
        last_state=last,
        in_fleet=in_fleet,
        evidence=evidence,
    )


def _under_known_keys(recorder: Recorder, link: Link) -> Iterator[Link]:
    """A link that lost its cable keeps the identity under which it was known."""
    key = link.key
    known = recorder.known_keys(key.provider, key.source, key.target)
    for name in known or [key]:
        yield replace(link, key=name)


def _unreadable(context: Context, meshes: Meshes, peer: str) -> Iterator[Link]:
    member, metrics = context.member, context.metrics
    why = unread_reason(member.topic)
    in_fleet = peer not in meshes.foreign
    samples = metrics.samples(REQUESTED, meshes.ids.get(peer, peer))
    if not samples:
        claim = Claim(LinkState.UNKNOWN, None, why, "unread")
        yield from _under_known_keys(context.recorder, _link(context, peer, in_fleet, claim))
        return
    claim = metrics_only_claim(samples, why)
    key = LinkKey(MeshProvider.SUBMARINER, member.name, peer)
    if claim.state is LinkState.CONNECTING:
        waiting = connecting_claim(context.recorder, key, context.limits)
        claim = replace(waiting, reason=f"metrics only ({why}): {waiting.reason}")
    shown = tuple(measured(member.name, REQUESTED, sample) for sample in samples)
    link = _link(context, peer, in_fleet, claim, shown)
    newest = max(sample.at for sample in samples)
    yield from _under_known_keys(context.recorder, replace(link, observed_at=newest))


def _missing(
    member: SubmarinerMember, peer_id: str, peer: SubmarinerMember | None, context: Context
) -> tuple[Claim, tuple[Evidence, ...]]:
    """MISSING and why, from the surest cause to the least."""
    at = member.topic.as_of or context.recorder.now
    cause, reason = _cause(member, peer_id, peer, context)
    evidence = [derived(member.name, f"connection to {peer_id}", "(none)", at)]
    if peer and peer.own:
        copy = peer.own[0]
        stamp = peer.cluster.topic("submariner-endpoints").as_of or at
        evidence.append(seen(peer.name, copy.ref, "spec.cluster_id", copy.spec.cluster_id, stamp))
    elif peer and peer.active:
        view = peer.active
        path = "status.localEndpoint.cluster_id"
        evidence.append(seen(peer.name, view.ref, path, peer.mesh_id, view.seen_at))
    return Claim(LinkState.MISSING, CRITICAL, reason, cause), tuple(evidence)


def _cause(
    member: SubmarinerMember, peer_id: str, peer: SubmarinerMember | None, context: Context
) -> tuple[str, str]:
    if member.active is None:
        return "no-active-gateway", "no active gateway here"
    if peer_id == member.mesh_id or len(context.directory.owners(peer_id)) > 1:
        return "duplicate-id", f"several clusters use the id {peer_id}"
    if peer and peer.topic.complete and peer.active is None:
        return "no-active-gateway", "the peer has no active gateway"
    copies = member.copies.get(peer_id, ())
    theirs = peer.subnets if peer else tuple(net for copy in copies for net in copy.spec.subnets)
    overlap = first_overlap(member.subnets, theirs)
    if overlap:
        return "overlap", f"subnets overlap: {overlap[0]} here, {overlap[1]} there"
    endpoints = member.cluster.topic("submariner-endpoints")
    if not copies and endpoints.complete:
        return "broker-sync", "the peer's Endpoint never arrived here: broker synchronisation"
    if not copies:
        return "unknown", f"no connection; the cause cannot be told: {unread_reason(endpoints)}"
    return "no-connection", "the peer's Endpoint is here, the gateway made no connection"


def silent_links(name: str, peers: Sequence[str], why: str, recorder: Recorder) -> Iterator[Link]:
    """UNKNOWN links from a cluster that could not be asked, or is not in the fleet."""
    for peer in peers:
        key = LinkKey(MeshProvider.SUBMARINER, name, peer)
        link = Link(key, LinkState.UNKNOWN, None, why, "unread")
        yield from _under_known_keys(recorder, link)
