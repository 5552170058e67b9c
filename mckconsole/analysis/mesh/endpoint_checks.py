"""Whether clusters of a mesh agree about each other's endpoints and cable drivers.

Source: Submariner's broker syncer copies every Endpoint to all members as it is published.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.mesh.config_findings import (
    mesh_finding,
)
from mckconsole.analysis.mesh.evidence import seen
from mckconsole.analysis.mesh.hysteresis import Recorder
from mckconsole.analysis.mesh.members import EndpointCopy, SubmarinerMember
from mckconsole.analysis.mesh.membership import Directory
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.domain.findings import Evidence, Finding, Severity
from mckconsole.domain.mesh import EndpointSpec

_COMPARED = ("cable_name", "healthCheckIP", "public_ip", "subnets", "backend", "udp-port")


def _facts(spec: EndpointSpec) -> dict[str, str]:
    """What must be equal in the original and every copy."""
    values = (
        spec.cable_name,
        ",".join(spec.health_ips),
        spec.public_ip,
        ",".join(sorted(spec.subnets)),
        spec.backend,
        spec.backend_config.get("udp-port", ""),
    )
    return dict(zip(_COMPARED, values, strict=True))


def check_drift(
    member: SubmarinerMember,
    peer: SubmarinerMember,
    directory: Directory,
    recorder: Recorder,
    limits: Thresholds,
) -> Iterator[Finding]:
    """The member's copies of the peer's Endpoints against the peer's own."""
    if not member.cluster.topic("submariner-endpoints").complete:
        return  # what could not be read of the copy would differ
    originals = {copy.spec.cable_name: copy for copy in _originals(peer)}
    certain = bool(peer.own) and len(directory.owners(peer.mesh_id)) == 1
    for copy in member.copies.get(peer.mesh_id, ()):
        own = originals.get(copy.spec.cable_name)
        if own is None and certain:
            own = next(iter(originals.values()), None)  # it is withdrawn: shown beside another
        differing = _differing(copy, own) if own else []
        if own is None or not differing:
            continue
        mark = recorder.mark("drift", member.name, peer.name, copy.spec.cable_name)
        if not recorder.lasting(mark, limits.settling):
            continue
        yield _drift_finding(member, peer, (copy, own), differing, mark.from_start)


def _differing(copy: EndpointCopy, own: EndpointCopy) -> list[str]:
    """What differs; under another name everything does, and the name says enough."""
    ours, theirs = _facts(copy.spec), _facts(own.spec)
    names = [name for name in _COMPARED if ours[name] != theirs[name]]
    return names[:1] if "cable_name" in names else names


def _originals(peer: SubmarinerMember) -> Sequence[EndpointCopy]:
    if peer.own and peer.cluster.topic("submariner-endpoints").complete:
        return peer.own
    if peer.topic.complete and peer.active and not peer.leadership.stale:
        return [EndpointCopy(peer.active.ref, peer.active.gateway.status.local_endpoint)]
    return ()


def _drift_finding(
    member: SubmarinerMember,
    peer: SubmarinerMember,
    copies: tuple[EndpointCopy, EndpointCopy],
    differing: Sequence[str],
    from_start: bool,
) -> Finding:
    copy, own = copies
    ours, theirs = _facts(copy.spec), _facts(own.spec)
    at = member.cluster.topic("submariner-endpoints").as_of or 0.0
    there = peer.cluster.topic("submariner-endpoints").as_of or at
    shown: list[Evidence] = []
    for name in differing:
        path = f"spec.{'backend_config.udp-port' if name == 'udp-port' else name}"
        shown.append(seen(member.name, copy.ref, path, ours[name] or "(empty)", at))
        shown.append(seen(peer.name, own.ref, path, theirs[name] or "(empty)", there))
    lag = " Under a minute it may be synchronisation lag: look again." if from_start else ""
    what = ", ".join(differing)
    return mesh_finding(
        "MESH-ENDPOINT-DRIFT",
        Severity.MEDIUM,
        (member.name, copy.ref),
        (
            f"copy of {peer.name}'s endpoint is not what it publishes: {what}",
            f"{copy.spec.cable_name}: {what} differ between the original and the copy.{lag}",
        ),
        shown,
        (
            f"look at the logs of the gateway pods in {peer.name}: can they write to the broker",
            f"look at the same in {member.name}: can they read from the broker",
        ),
        (peer.name,),
        copy.spec.cable_name,
    )


def check_drivers(group: Sequence[SubmarinerMember]) -> Iterator[Finding]:
    """The cable driver must be the same on both sides of every tunnel."""
    drivers: dict[str, list[SubmarinerMember]] = {}
    for member in group:
        if member.active and member.active.gateway.status.local_endpoint.backend:
            backend = member.active.gateway.status.local_endpoint.backend
            drivers.setdefault(backend, []).append(member)
    if len(drivers) < 2:
        return
    common = max(drivers, key=lambda name: (len(drivers[name]), name))
    for backend, odd in drivers.items():
        for member in odd if backend != common else ():
            peers = [other.name for other in drivers[common]]
            yield mesh_finding(
                "MESH-ENDPOINT-DRIFT",
                Severity.CRITICAL,
                (member.name, member.active.ref if member.active else None),
                (
                    f"cable driver {backend}, the mesh uses {common}",
                    f"Both ends of a tunnel need one driver; {', '.join(peers)} use {common}.",
                ),
                [_backend_evidence(one) for one in (member, drivers[common][0])],
                ("set the same spec.cableDriver in the Submariner resource of all clusters",),
                peers,
                "backend",
            )


def _backend_evidence(member: SubmarinerMember) -> Evidence:
    view = member.leadership.gateways[0] if member.active is None else member.active
    backend = view.gateway.status.local_endpoint.backend
    return seen(member.name, view.ref, "status.localEndpoint.backend", backend, view.seen_at)
