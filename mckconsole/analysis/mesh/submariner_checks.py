"""Submariner misconfigurations that show in the objects of two clusters side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from mckconsole.analysis.mesh.cidrs import Range
from mckconsole.analysis.mesh.config_findings import (
    duplicate_finding,
    mesh_finding,
    overlap_findings,
)
from mckconsole.analysis.mesh.endpoint_checks import check_drift, check_drivers
from mckconsole.analysis.mesh.evidence import derived, seen
from mckconsole.analysis.mesh.hysteresis import Recorder
from mckconsole.analysis.mesh.members import SubmarinerMember, cluster_uid
from mckconsole.analysis.mesh.membership import Directory, Meshes
from mckconsole.analysis.mesh.versions import minor_of, skew
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.domain.findings import Evidence, Finding, Severity


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
                yield from check_drift(member, by_name[peer], directory, recorder, limits)
    yield from _duplicates(members, meshes)
    for group in _groups(by_name, meshes):
        yield from overlap_findings(
            (item for member in group for item in _ranges(member)), "submariner"
        )
        yield from check_drivers(group)
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
            together = two.name in meshes.fellows.get(one.name, ())
            yield duplicate_finding(
                (one.name, cluster_uid(one.cluster)),
                (two.name, cluster_uid(two.cluster)),
                f"Submariner cluster id {mesh_id}",
                (_id_evidence(one), _id_evidence(two)),
                Severity.CRITICAL if together else Severity.MEDIUM,
            )


def _id_evidence(member: SubmarinerMember) -> Evidence:
    at = member.topic.as_of or 0.0
    if member.active:
        path = "status.localEndpoint.cluster_id"
        return seen(member.name, member.active.ref, path, member.mesh_id, at)
    if member.settings_ref:
        return seen(member.name, member.settings_ref, "spec.clusterID", member.mesh_id, at)
    return derived(member.name, "cluster id", member.mesh_id, at)


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
