"""Submariner misconfigurations that show in the objects of two clusters side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from mckconsole.analysis.mesh.cidrs import Overlap, Range, find_overlaps
from mckconsole.analysis.mesh.evidence import derived, seen
from mckconsole.analysis.mesh.hints import numbered
from mckconsole.analysis.mesh.hysteresis import Recorder
from mckconsole.analysis.mesh.members import (
    Directory,
    EndpointCopy,
    Meshes,
    SubmarinerMember,
    cluster_uid,
)
from mckconsole.analysis.mesh.versions import minor_of, skew
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity
from mckconsole.domain.mesh import EndpointSpec

_SHOWN = 5
"""Overlaps named per pair of clusters."""


def mesh_finding(
    rule: str,
    severity: Severity,
    where: tuple[str, ObjectRef | None],
    words: tuple[str, str],
    evidence: Sequence[Evidence],
    steps: Sequence[str],
    peers: Sequence[str] = (),
    subject: str = "",
) -> Finding:
    """A finding of the mesh pane; `where` is (cluster, object), `words` (title, detail)."""
    return Finding(
        rule=rule,
        pane="mesh",
        severity=severity,
        cluster=where[0],
        object=where[1],
        title=words[0],
        detail=words[1],
        evidence=tuple(evidence),
        remediation=numbered(steps),
        peers=tuple(sorted(peers)),
        subject=subject,
    )


def check_submariner(
    members: Sequence[SubmarinerMember],
    directory: Directory,
    meshes: Meshes,
    recorder: Recorder,
    limits: Thresholds,
) -> Iterator[Finding]:
    """Every finding about Submariner's configuration."""
    by_name = {member.name: member for member in members}
    for member in members:
        yield from _no_active_gateway(member)
        for peer in meshes.fellows.get(member.name, ()):
            if peer in by_name:
                yield from _drift(member, by_name[peer], recorder, limits)
    yield from _duplicates(members, meshes)
    for group in _groups(by_name, meshes):
        yield from overlap_findings(
            (item for member in group for item in _ranges(member)), "submariner"
        )
        yield from _backends(group)
        yield from _skew(group)


def _groups(
    by_name: dict[str, SubmarinerMember], meshes: Meshes
) -> Iterator[list[SubmarinerMember]]:
    """Members mesh by mesh, each real cluster once."""
    done: set[str] = set()
    for name in by_name:
        if name in done:
            continue
        together = [name, *(o for o in meshes.fellows.get(name, ()) if o in by_name)]
        done.update(together)
        yield [by_name[one] for one in together]


def _no_active_gateway(member: SubmarinerMember) -> Iterator[Finding]:
    if not member.topic.complete or member.active:
        return
    at = member.topic.as_of or 0.0
    views = member.leadership.gateways
    shown = [
        seen(member.name, v.ref, "status.haStatus", v.gateway.status.ha_status or "(empty)", at)
        for v in views
    ] or [derived(member.name, "Gateway objects", "(none)", at)]
    what = f"{len(views)} gateways, all passive" if views else "no Gateway object"
    yield mesh_finding(
        "MESH-NO-ACTIVE-GATEWAY",
        Severity.CRITICAL,
        (member.name, views[0].ref if views else member.settings_ref),
        ("no active gateway", f"Submariner is installed and there is {what}: no tunnel can work."),
        shown,
        (
            "look for a node with the label submariner.io/gateway=true",
            "look at the pods of the DaemonSet submariner-gateway on that node",
            "look at the lease submariner-gateway-lock: who holds it, when was it renewed",
        ),
    )


def _duplicates(members: Sequence[SubmarinerMember], meshes: Meshes) -> Iterator[Finding]:
    by_id: dict[str, list[SubmarinerMember]] = {}
    for member in members:
        if member.mesh_id:
            by_id.setdefault(member.mesh_id, []).append(member)
    for mesh_id, owners in by_id.items():
        for one, two in combinations(owners, 2):
            fellows = meshes.fellows.get(one.name, ())
            together = two.name in fellows
            refs = (_id_evidence(one), _id_evidence(two))
            yield duplicate_finding(
                one, two, f"Submariner cluster id {mesh_id}", refs, together=together
            )


def _id_evidence(member: SubmarinerMember) -> Evidence:
    at = member.topic.as_of or 0.0
    if member.active:
        path = "status.localEndpoint.cluster_id"
        return seen(member.name, member.active.ref, path, member.mesh_id, at)
    if member.settings_ref:
        return seen(member.name, member.settings_ref, "spec.clusterID", member.mesh_id, at)
    return derived(member.name, "cluster id", member.mesh_id, at)


def duplicate_finding(
    one: SubmarinerMember,
    two: SubmarinerMember,
    what: str,
    shown: tuple[Evidence, Evidence],
    *,
    together: bool,
) -> Finding:
    """Two clusters under one id, or one cluster under two contexts."""
    return duplicate(
        (one.name, cluster_uid(one.cluster)),
        (two.name, cluster_uid(two.cluster)),
        what,
        shown,
        Severity.CRITICAL if together else Severity.MEDIUM,
    )


def duplicate(
    one: tuple[str, str],
    two: tuple[str, str],
    what: str,
    shown: tuple[Evidence, Evidence],
    severity: Severity,
) -> Finding:
    """The finding on two (name, kube-system uid) that share an id."""
    subject = what
    if one[1] and one[1] == two[1]:
        same = f"{one[0]} and {two[0]} are one cluster, listed twice in the inventory (equal uid)."
        title, detail, severity = "one cluster listed twice", same, Severity.INFO
    elif one[1] and two[1]:
        title, detail = f"{what} is used twice", f"{two[0]} uses it too; their uids differ."
    else:
        title = f"{what} is used twice"
        detail = f"{two[0]} uses it too; whether they are one cluster is not known (kube-system)."
        severity = Severity.MEDIUM
    return mesh_finding(
        "MESH-DUPLICATE-ID",
        severity,
        (one[0], shown[0].object),
        (title, detail),
        shown,
        (
            "compare the uid of the namespace kube-system in both contexts",
            "decide which cluster keeps the id, and give the other a new one",
        ),
        (two[0],),
        subject,
    )


def _ranges(member: SubmarinerMember) -> Iterator[Range]:
    """Ranges that must be unique: the Globalnet range, or pods and services."""
    topic = member.cluster.topic("submariner-clusters")
    at = topic.as_of or member.topic.as_of or 0.0
    if member.globalnet:
        ref = member.settings_ref
        if member.ranges and member.ranges.spec.global_cidr:
            ref = member.ranges.ref(topic.version or "v1")
            for index, cidr in enumerate(member.ranges.spec.global_cidr):
                yield Range(member.name, cidr, ref, f"spec.global_cidr[{index}]", at)
        elif ref:
            yield Range(member.name, member.globalnet, ref, "spec.globalCIDR", at)
        return
    if member.ranges:
        ref = member.ranges.ref(topic.version or "v1")
        for field in ("cluster_cidr", "service_cidr"):
            for index, cidr in enumerate(getattr(member.ranges.spec, field)):
                yield Range(member.name, cidr, ref, f"spec.{field}[{index}]", at)
    for copy in member.own:
        for index, cidr in enumerate(copy.spec.subnets):
            yield Range(member.name, cidr, copy.ref, f"spec.subnets[{index}]", at)
    if member.active and not member.own:
        view = member.active
        for index, cidr in enumerate(view.gateway.status.local_endpoint.subnets):
            path = f"status.localEndpoint.subnets[{index}]"
            yield Range(member.name, cidr, view.ref, path, view.seen_at)


def overlap_findings(ranges: Iterator[Range], provider: str) -> Iterator[Finding]:
    """One finding per pair of clusters that share addresses."""
    by_pair: dict[tuple[str, str], list[Overlap]] = {}
    for overlap in find_overlaps(ranges):
        first, second = sorted((overlap.first, overlap.second), key=lambda item: item.cluster)
        by_pair.setdefault((first.cluster, second.cluster), []).append(Overlap(first, second))
    for (name, peer), found in sorted(by_pair.items()):
        shown = [
            seen(item.cluster, item.ref, item.path, item.cidr, item.at)
            for overlap in found[:_SHOWN]
            for item in (overlap.first, overlap.second)
        ]
        words = ", ".join(f"{o.first.cidr} and {o.second.cidr}" for o in found[:_SHOWN])
        more = " and more" if len(found) > _SHOWN else ""
        yield mesh_finding(
            "MESH-CIDR-OVERLAP",
            Severity.CRITICAL,
            (name, found[0].first.ref),
            (f"address ranges overlap with {peer}", f"{provider.capitalize()}: {words}{more}."),
            list(dict.fromkeys(shown)),
            (
                "tell from the evidence which of the ranges is wrong",
                "renumber the smaller cluster"
                + (", or join both with Globalnet" if provider == "submariner" else ""),
            ),
            (peer,),
            provider,
        )


_COMPARED = ("healthCheckIP", "public_ip", "subnets", "backend", "udp-port")


def _facts(spec: EndpointSpec) -> dict[str, str]:
    """What must be equal in the original and every copy."""
    values = (
        ",".join(spec.health_ips),
        spec.public_ip,
        ",".join(sorted(spec.subnets)),
        spec.backend,
        spec.backend_config.get("udp-port", ""),
    )
    return dict(zip(_COMPARED, values, strict=True))


def _drift(
    member: SubmarinerMember, peer: SubmarinerMember, recorder: Recorder, limits: Thresholds
) -> Iterator[Finding]:
    """The member's copy of the peer's Endpoint against the peer's own."""
    if not member.cluster.topic("submariner-endpoints").complete:
        return  # what could not be read of the copy would differ
    originals = {copy.spec.cable_name: copy for copy in _originals(peer)}
    for copy in member.copies.get(peer.mesh_id, ()):
        own = originals.get(copy.spec.cable_name)
        if own is None:
            continue
        ours, theirs = _facts(copy.spec), _facts(own.spec)
        differing = [name for name in _COMPARED if ours[name] != theirs[name]]
        if not differing:
            continue
        mark = recorder.mark("drift", member.name, peer.name, copy.spec.cable_name)
        if not recorder.lasting(mark, limits.settling):
            continue
        yield _drift_finding(member, peer, (copy, own), differing, mark.from_start)


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


def _backends(group: Sequence[SubmarinerMember]) -> Iterator[Finding]:
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


def _skew(group: Sequence[SubmarinerMember]) -> Iterator[Finding]:
    versions = {}
    for member in group:
        view = member.active
        text = view.gateway.status.version if view else ""
        minor = minor_of(text)
        if view and minor:
            shown = seen(member.name, view.ref, "status.version", text, view.seen_at)
            versions[member.name] = (minor, shown)
    yield from skew(versions, "Submariner gateway")
