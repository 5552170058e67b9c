"""How far the meshes' own versions may be apart from cluster to cluster.

Sources: Cilium tests exactly one minor of skew between meshed clusters and upgrades only between
consecutive minors (cilium/cilium#28355); Istio's control planes are kept within one minor of each
other (community guidance); Linkerd and Consul are kept at the same minor. Submariner publishes no
rule and upgrades every cluster of a kubeconfig at once; one minor is what it has on the way.

What runs today is told by MESH-VERSION-SKEW for Cilium and Submariner, by what the agents and
gateways themselves say; here the same rule is judged for the other meshes, which that does not
read, so nothing is told twice. `may_run_together` asks the same of what a plan would make of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mckconsole.analysis.mesh.hints import numbered
from mckconsole.analysis.mesh.links import MeshProvider, MeshReport
from mckconsole.analysis.versions.model import Addon
from mckconsole.domain.findings import Finding, Severity, Unknown
from mckconsole.domain.kubeversion import Minor

RULE = "MESH-VERSION-SKEW"
_ADDONS = {
    MeshProvider.SUBMARINER: "submariner",
    MeshProvider.CILIUM: "cilium",
    MeshProvider.LINKERD: "linkerd",
    MeshProvider.ISTIO: "istio",
    MeshProvider.CONSUL: "consul-k8s",
}
APART = {"cilium": 1, "istio": 1, "submariner": 1, "linkerd": 0, "consul-k8s": 0}
"""Minors that the clusters of one mesh may be apart, by add-on."""
_TOLD = frozenset({"cilium", "submariner"})
"""Those of which the mesh pane tells itself."""


class MeshGroup(NamedTuple):
    """Clusters of the fleet that one mesh joins, directly or through others."""

    addon: str
    clusters: tuple[str, ...]
    """Sorted; two at least."""


class MeshSkew(NamedTuple):
    """A mesh whose clusters are too far apart, or not known to be near enough."""

    group: MeshGroup
    fine: bool | None
    """False: too far apart. None: of some the version is not known."""
    minors: Mapping[str, tuple[Minor, ...]]
    """By cluster; several where it has several at once."""
    unknown: tuple[str, ...]
    """Clusters whose version is not known."""


def may_run_together(addon: str, minors: Iterable[Minor | None]) -> bool | None:
    """Whether clusters of one mesh may have these minors of an add-on at the same time.

    Args:
        minors: of the add-on, of all clusters of the mesh; None is not known.

    Returns:
        None where it is not known. An add-on that has nothing between clusters: True.
    """
    apart = APART.get(addon)
    if apart is None:
        return True
    every = list(minors)
    known = [one for one in every if one is not None]
    if known:
        distance = max(known).ahead_of(min(known))
        if distance is None or distance > apart:
            return False
    return True if len(known) == len(every) else None


def mesh_groups(mesh: MeshReport, fleet: Collection[str] = ()) -> tuple[MeshGroup, ...]:
    """The meshes of a fleet by what joins clusters, sorted: two that know each other are in one,
    whether or not the tunnel between them works.

    Args:
        fleet: its clusters; those that cannot be read are members where others have links to them.
    """
    names: dict[MeshProvider, dict[str, str]] = {}
    for member in mesh.members:
        names.setdefault(member.provider, {}).setdefault(member.cluster, member.cluster)
    for link in mesh.links:
        group = names.get(link.key.provider, {})
        ends = (link.key.source, link.key.target)
        if any(end in group for end in ends):
            group.update({end: end for end in ends if end not in group and end in fleet})
        if all(end in group for end in ends):
            first, second = sorted(_root(group, end) for end in ends)
            group[second] = first
    found = []
    for provider, group in names.items():
        circles: dict[str, list[str]] = {}
        for name in sorted(group):
            circles.setdefault(_root(group, name), []).append(name)
        found += [
            MeshGroup(_ADDONS[provider], tuple(circle))
            for circle in circles.values()
            if len(circle) > 1
        ]
    return tuple(sorted(found))


def _root(parents: dict[str, str], name: str) -> str:
    while parents[name] != name:
        name = parents[name]
    return name


def mesh_skews(
    groups: Iterable[MeshGroup],
    addons: Mapping[str, Sequence[Addon]],
    unread: Mapping[str, str],
) -> tuple[MeshSkew, ...]:
    """The meshes that are not known to be fine.

    Args:
        addons: by cluster.
        unread: why the add-ons of a cluster are not all known, by cluster.
    """
    found = []
    for group in groups:
        minors: dict[str, tuple[Minor, ...]] = {}
        unknown = []
        for name in group.clusters:
            addon = next((one for one in addons.get(name, ()) if one.name == group.addon), None)
            known = _minors(addon) if addon else ()
            if known:
                minors[name] = known
            hidden = addon.version is None if addon else name in unread or name not in addons
            if hidden:
                unknown.append(name)
        every: list[Minor | None] = [one for known in minors.values() for one in known]
        fine = may_run_together(group.addon, [*every, *(None for _ in unknown)])
        if not fine:
            found.append(MeshSkew(group, fine, minors, tuple(unknown)))
    return tuple(found)


def _minors(addon: Addon) -> tuple[Minor, ...]:
    versions = (addon.version, *addon.also)
    return tuple(sorted({one.of for one in versions if one is not None}))


def skew_findings(
    skews: Iterable[MeshSkew], addons: Mapping[str, Sequence[Addon]]
) -> Iterator[Finding]:
    """MESH-VERSION-SKEW of the meshes that the mesh pane does not tell of, one for each cluster
    that is too far behind the newest."""
    for skew in skews:
        addon, apart = skew.group.addon, APART[skew.group.addon]
        if skew.fine is not False or addon in _TOLD:
            continue
        newest = max(skew.minors, key=lambda name: (skew.minors[name][-1], name))
        top = skew.minors[newest][-1]
        for name, minors in sorted(skew.minors.items()):
            distance = top.ahead_of(minors[0])
            if distance is not None and distance <= apart:
                continue
            allowed = "one minor release apart at most" if apart else "the same minor release"
            proof = [
                shown
                for cluster in dict.fromkeys((name, newest))
                for one in addons.get(cluster, ())
                if one.name == addon
                for shown in one.evidence
            ]
            yield Finding(
                rule=RULE,
                pane="mesh",
                severity=Severity.MEDIUM,
                cluster=name,
                object=proof[0].object if proof else None,
                title=f"{addon} {minors[0]}, the mesh has {top}",
                detail=f"{newest} runs {top}: {addon} wants {allowed} in all clusters of a mesh.",
                evidence=tuple(proof),
                remediation=numbered(
                    (
                        "read the upgrade notes between the two releases",
                        "bring the older cluster up, one minor release at a time",
                    )
                ),
                peers=() if newest == name else (newest,),
                subject=addon,
            )


def skew_unknowns(
    skews: Iterable[MeshSkew], unread: Mapping[str, str]
) -> Iterator[Unknown]:  # fmt: skip
    """Clusters of a mesh whose version could not be told."""
    for skew in skews:
        for name in skew.unknown:
            why = unread.get(name) or "its version is not known"
            yield Unknown("versions", name, RULE, f"{skew.group.addon}: {why}")
