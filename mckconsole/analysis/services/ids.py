"""By which ids meshes know a cluster, and what is wrong with these ids (SD12).

An id joins what one cluster says of another: the source of a slice, the clusters of an import. Each
mesh asks for an RFC 1123 label; where they differ or repeat, nothing can be joined for sure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mckconsole.analysis.mesh.cilium import DEFAULT_NAME
from mckconsole.analysis.mesh.evidence import seen, server_time
from mckconsole.analysis.mesh.hints import get_yaml, numbered
from mckconsole.analysis.mesh.links import MeshMember, MeshProvider
from mckconsole.analysis.mesh.members import cluster_uid
from mckconsole.domain.core import CiliumConfig
from mckconsole.domain.discovery import ClusterProperty, IstioRemoteSecret, ServiceDiscovery
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity
from mckconsole.domain.mesh import Gateway, Submariner
from mckconsole.domain.objects import Projection
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot

ID_TOPICS = ("clusterproperties", "submariners", "servicediscoveries", "gateways", "cilium-config")
"""Topics in which a cluster says its own ids."""
CLUSTER_ID = "cluster.clusterset.k8s.io"
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_PLURALS = {
    "ClusterProperty": "clusterproperties.about.k8s.io",
    "Submariner": "submariners.submariner.io",
    "ServiceDiscovery": "servicediscoveries.submariner.io",
    "Gateway": "gateways.submariner.io",
    "ConfigMap": "configmaps",
}


@dataclass(frozen=True, slots=True)
class IdClaim:
    """That a mesh knows a cluster by an id, and where that is written."""

    system: str
    """`Submariner`, `Cilium`, `ClusterProperty` or `Istio`."""
    value: str
    holder: str
    """The cluster whose object says so; Istio's ids stand in other clusters."""
    topic: str
    ref: ObjectRef
    path: str

    def evidence(self, fleet: FleetSnapshot) -> Evidence:
        """The claim as it was read."""
        cluster = fleet.clusters[self.holder]
        at = server_time(cluster, cluster.topic(self.topic), fleet.taken_at)
        return seen(self.holder, self.ref, self.path, self.value, at)


def own_claims(cluster: ClusterSnapshot) -> tuple[IdClaim, ...]:
    """The ids that a cluster's own objects say, each system's once per value."""
    found: dict[tuple[str, str], IdClaim] = {}
    for system, topic, one, path, value in _written(cluster):
        if value:
            ref = one.ref(cluster.topic(topic).version or "v1")
            claim = IdClaim(system, value, cluster.name, topic, ref, path)
            found.setdefault((system, value), claim)
    return tuple(found.values())


def _written(cluster: ClusterSnapshot) -> Iterator[tuple[str, str, Projection, str, str]]:
    """(system, topic, object, path, value)."""
    for prop in cluster.objects("clusterproperties", ClusterProperty).values():
        if prop.metadata.name == CLUSTER_ID:
            yield "ClusterProperty", "clusterproperties", prop, "spec.value", prop.spec.value
    for _, main in sorted(cluster.objects("submariners", Submariner).items()):
        yield "Submariner", "submariners", main, "spec.clusterID", main.spec.cluster_id
    for _, one in sorted(cluster.objects("servicediscoveries", ServiceDiscovery).items()):
        yield "Submariner", "servicediscoveries", one, "spec.clusterID", one.spec.cluster_id
    for _, gateway in sorted(cluster.objects("gateways", Gateway).items()):
        value = gateway.status.local_endpoint.cluster_id
        yield "Submariner", "gateways", gateway, "status.localEndpoint.cluster_id", value
    for config in cluster.objects("cilium-config", CiliumConfig).values():
        name = config.data.cluster_name
        if name != DEFAULT_NAME:
            yield "Cilium", "cilium-config", config, "data.cluster-name", name


def istio_claims(
    fleet: FleetSnapshot, own: Mapping[str, Sequence[IdClaim]]
) -> dict[str, list[IdClaim]]:
    """Ids under which other clusters' remote secrets lead to a cluster.

    A secret's content is never read, so it counts for the one cluster that its name means: by an id
    that the cluster itself says, by the fleet's name or by the context.
    """
    meant: dict[str, set[str]] = {}
    for name, cluster in fleet.clusters.items():
        for word in {name, cluster.context, *(claim.value for claim in own.get(name, ()))}:
            meant.setdefault(word, set()).add(name)
    found: dict[str, list[IdClaim]] = {}
    for holder, cluster in fleet.clusters.items():
        version = cluster.topic("istio-remote-secrets").version or "v1"
        secrets = cluster.objects("istio-remote-secrets", IstioRemoteSecret)
        for _, secret in sorted(secrets.items()):
            names = meant.get(secret.cluster, set()) - {holder}
            if len(names) != 1:
                continue
            written = bool(secret.metadata.annotations.cluster)
            path = "metadata.annotations['networking.istio.io/cluster']"
            found.setdefault(names.pop(), []).append(
                IdClaim(
                    "Istio",
                    secret.cluster,
                    holder,
                    "istio-remote-secrets",
                    secret.ref(version),
                    path if written else "metadata.name",
                )
            )
    return found


def known_ids(
    fleet: FleetSnapshot,
    claims: Mapping[str, Sequence[IdClaim]],
    members: Sequence[MeshMember],
) -> dict[str, frozenset[str]]:
    """Every id of every cluster. The fleet's name and the context stand in where nobody else claims
    them."""
    said = {name: {claim.value for claim in claims.get(name, ())} for name in fleet.clusters}
    for member in members:
        if member.cluster in said and member.mesh_id and not member.reason and (
            member.provider in (MeshProvider.SUBMARINER, MeshProvider.CILIUM)
            and member.mesh_id != DEFAULT_NAME
        ):  # fmt: skip
            said[member.cluster].add(member.mesh_id)
    owners: dict[str, set[str]] = {}
    for name, values in said.items():
        for value in {*values, _called(fleet.clusters[name].context)}:
            owners.setdefault(value, set()).add(name)
    found = {}
    for name, cluster in fleet.clusters.items():
        spare = {name, _called(cluster.context)}
        if cluster.context not in fleet.clusters:
            spare.add(cluster.context)
        found[name] = frozenset(
            said[name] | {word for word in spare if word and not owners.get(word, set()) - {name}}
        )
    return found


def _called(context: str) -> str:
    """The cluster's own name in a context that gcloud wrote: `gke_<project>_<location>_<cluster>`,
    `connectgateway_<project>_<location>_<membership>`; empty for others.

    A membership of a fleet has its cluster's name unless somebody chose another one.
    """
    tool, *rest = context.split("_")
    return rest[-1] if tool in ("gke", "connectgateway") and len(rest) == 3 else ""


def check_ids(fleet: FleetSnapshot, claims: Mapping[str, Sequence[IdClaim]]) -> Iterator[Finding]:
    """SD12: ids that are no labels, differ within a cluster, or are used by two clusters.

    Source: MCS API (cluster ids are RFC 1123 labels), about.k8s.io ClusterProperty.
    """
    owners: dict[str, dict[str, IdClaim]] = {}
    for name, found in claims.items():
        for claim in found:
            owners.setdefault(claim.value, {}).setdefault(name, claim)
        yield from _invalid(fleet, name, found)
        if len({claim.value for claim in found}) > 1:
            yield _differing(fleet, name, found)
    for value, names in owners.items():
        if len(names) > 1:
            yield _shared(fleet, value, names)


def _invalid(fleet: FleetSnapshot, name: str, claims: Sequence[IdClaim]) -> Iterator[Finding]:
    wrong = {claim.value: claim for claim in claims if not _LABEL.fullmatch(claim.value)}
    for value, claim in wrong.items():
        yield _finding(
            fleet,
            (name, claim),
            f"cluster id {value!r} is not a DNS label",
            f"{claim.system} calls this cluster {value!r}. A cluster id is part of DNS names: at "
            "most 63 lower case letters, digits and dashes.",
            [claim],
            ["give the cluster an id that is an RFC 1123 label, and join it to its mesh again"],
            subject=f"label {value}",
        )


def _differing(fleet: FleetSnapshot, name: str, claims: Sequence[IdClaim]) -> Finding:
    words = ", ".join(dict.fromkeys(f"{one.system} {one.value}" for one in claims))
    return _finding(
        fleet,
        (name, claims[0]),
        "meshes know this cluster by different ids",
        f"{words}. What one mesh says of a cluster cannot be joined with what another says, and a "
        "cluster-qualified DNS name depends on who answers it.",
        claims,
        ["decide on one id, and set it in every mesh that the cluster is part of"],
        subject="ids",
    )


def _shared(fleet: FleetSnapshot, value: str, names: Mapping[str, IdClaim]) -> Finding:
    first, *peers = sorted(names)
    uids = {cluster_uid(fleet.clusters[name]) for name in names}
    twins = len(uids) == 1 and "" not in uids
    if twins:
        title = "one cluster listed twice"
        detail = f"{', '.join(sorted(names))} are one cluster (equal uid of kube-system)."
    else:
        title = f"cluster id {value} is used by {len(names)} clusters"
        detail = f"{', '.join(sorted(names))} all go by it."
    return _finding(
        fleet,
        (first, names[first]),
        title,
        f"{detail} What others say of {value} cannot be put down to one of them, so it counts for "
        "none.",
        [names[one] for one in sorted(names)],
        [
            "compare the uid of the namespace kube-system in these contexts",
            "take the second context out of the kubeconfig"
            if twins
            else "give every cluster an id of its own",
        ],
        peers,
        f"shared {value}",
        Severity.INFO if twins else Severity.MEDIUM,
    )


def _finding(
    fleet: FleetSnapshot,
    where: tuple[str, IdClaim],
    title: str,
    detail: str,
    claims: Sequence[IdClaim],
    steps: Sequence[str],
    peers: Sequence[str] = (),
    subject: str = "",
    severity: Severity = Severity.MEDIUM,
) -> Finding:
    shown = [
        get_yaml(fleet, claim.holder, claim.ref, _PLURALS[claim.ref.kind])
        for claim in claims
        if claim.ref.kind in _PLURALS
    ]
    elsewhere = {claim.holder for claim in claims} - {where[0]}
    return Finding(
        rule="SD12",
        pane="services",
        severity=severity,
        cluster=where[0],
        object=where[1].ref if where[1].holder == where[0] else None,
        title=title,
        detail=detail,
        evidence=tuple(claim.evidence(fleet) for claim in claims),
        remediation=numbered([*dict.fromkeys(shown), *steps]),
        peers=tuple(sorted({*peers, *elsewhere})),
        subject=subject,
    )
