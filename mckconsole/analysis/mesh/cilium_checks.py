"""Cilium misconfigurations that show in names, ids, address ranges and images side by side."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

from mckconsole.analysis.mesh.cidrs import Range, split_cidrs
from mckconsole.analysis.mesh.cilium import (
    APISERVER,
    DEFAULT_NAME,
    CiliumDirectory,
    CiliumMember,
)
from mckconsole.analysis.mesh.cilium_settings import (
    check_ipsec,
    check_settings,
    check_wireguard,
    cilium_nodes,
    config_evidence,
)
from mckconsole.analysis.mesh.config_findings import (
    duplicate_finding,
    mesh_finding,
    overlap_findings,
)
from mckconsole.analysis.mesh.evidence import seen, server_time
from mckconsole.analysis.mesh.members import cluster_uid
from mckconsole.analysis.mesh.versions import Minor, minor_of, skew
from mckconsole.domain.core import DaemonSet, Deployment, Node, PodTemplate
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity

_NAME = re.compile(r"([a-z0-9][-a-z0-9]*)?[a-z0-9]")

_MAX_NAME = 32

_LIMITED_IPAM = ("eni", "alibabacloud")

_CLOUD_MARK = 0x80
"""The bit of a cluster id that the cloud's CNI uses as a packet mark of its own."""


def check_cilium(
    members: Sequence[CiliumMember], directory: CiliumDirectory, twins: Mapping[str, str]
) -> Iterator[Finding]:
    """Every finding about Cilium's configuration."""
    for member in members:
        yield from _not_configured(member)
        yield from check_wireguard(member)
    yield from _duplicates(members)
    for group in _groups(members, directory, twins):
        yield from check_settings(group)
        yield from check_ipsec(group)
        yield from overlap_findings((r for member in group for r in _ranges(member)), "cilium")
        yield from _version_skew(group)


def _groups(
    members: Sequence[CiliumMember], directory: CiliumDirectory, twins: Mapping[str, str]
) -> Iterator[list[CiliumMember]]:
    """Members that have a link to each other, directly or through others; each cluster once."""
    by_name = {m.name: m for m in members if twins.get(m.name, m.name) == m.name}
    near = {name: {name} for name in by_name}
    for name, member in by_name.items():
        for peer in directory.peers(member):
            if peer.name in by_name:
                near[name].add(peer.name)
                near[peer.name].add(name)
    done: set[str] = set()
    for name in by_name:
        if name in done:
            continue
        group, waiting = [], [name]
        while waiting:
            one = waiting.pop()
            if one not in done:
                done.add(one)
                group.append(by_name[one])
                waiting += sorted(near[one] - done, reverse=True)
        yield group


def _not_configured(member: CiliumMember) -> Iterator[Finding]:
    if member.config is None:
        return
    problems = list(_identity_problems(member))
    for subject, key, value, words in problems:
        yield mesh_finding(
            "MESH-NOT-CONFIGURED",
            Severity.HIGH,
            (member.name, member.config_ref),
            (words, f"Cluster mesh is deployed here, and {words}."),
            [config_evidence(member, key, value)],
            (
                "set cluster.name and cluster.id in Cilium's Helm values, unique in the mesh",
                "restart agents and operator; identities are allocated anew under another id",
            ),
            subject=subject,
        )


def _identity_problems(member: CiliumMember) -> Iterator[tuple[str, str, str, str]]:
    """(subject, key, value, words) of each thing wrong with a cluster's name and id."""
    config = member.config
    if config is None:
        return
    name = config.cluster_name
    if name in ("", DEFAULT_NAME):
        yield "name", "cluster-name", name, "the cluster name is still the default"
    elif len(name) > _MAX_NAME or not _NAME.fullmatch(name):
        yield "name", "cluster-name", name, "the cluster name is not a valid one"
    number = member.cluster_id
    allowed = int(member.max_clusters) if member.max_clusters in ("255", "511") else 255
    if number is None:
        yield "id", "cluster-id", config.cluster_id, "the cluster id is no number"
    elif number == 0:
        yield "id", "cluster-id", config.cluster_id, "the cluster id is 0 or absent"
    elif number > allowed:
        yield "id", "cluster-id", config.cluster_id, f"the cluster id is over {allowed}"
    elif number & _CLOUD_MARK and _limited(member):
        words = "the cluster id is one of 128-255 (or 384-511), which this IPAM or chaining forbids"
        yield "id", "cluster-id", config.cluster_id, words


def _limited(member: CiliumMember) -> bool:
    """Whether ids with `_CLOUD_MARK` collide with marks of the cloud's CNI (cilium#21330)."""
    config = member.config
    if config is None or config.allow_unsafe_policy_skb_usage == "true":
        return False
    return config.ipam in _LIMITED_IPAM or config.cni_chaining_mode == "aws-cni"


def _duplicates(members: Sequence[CiliumMember]) -> Iterator[Finding]:
    read = [member for member in members if member.config is not None]
    names: dict[str, list[CiliumMember]] = {}
    ids: dict[str, list[CiliumMember]] = {}
    for member in read:
        if member.mesh_name != DEFAULT_NAME:
            names.setdefault(member.mesh_name, []).append(member)
        if member.cluster_id:
            ids.setdefault(str(member.cluster_id), []).append(member)
    yield from _same("cluster-name", "Cilium cluster name", names)
    yield from _same("cluster-id", "Cilium cluster id", ids)


def _same(key: str, what: str, owners: Mapping[str, list[CiliumMember]]) -> Iterator[Finding]:
    for value, found in owners.items():
        for one, two in combinations(found, 2):
            yield duplicate_finding(
                (one.name, cluster_uid(one.cluster)),
                (two.name, cluster_uid(two.cluster)),
                f"{what} {value}",
                (config_evidence(one, key, value), config_evidence(two, key, value)),
                Severity.CRITICAL,
            )


def _ranges(member: CiliumMember) -> Iterator[Range]:
    """Pod ranges: of the nodes, of the pool, and Kubernetes' own where Cilium uses them."""
    nodes, version, at = cilium_nodes(member)
    for node in nodes:
        for index, cidr in enumerate(node.spec.ipam.pod_cidrs):
            ref = node.ref(version)
            yield Range(member.name, cidr, ref, f"spec.ipam.podCIDRs[{index}]", at)
    config, ref_of_config = member.config, member.config_ref
    if config is None or ref_of_config is None:
        return
    if config.ipam.startswith("cluster-pool") or not config.ipam:
        pools = {
            "cluster-pool-ipv4-cidr": config.cluster_pool_ipv4_cidr,
            "cluster-pool-ipv6-cidr": config.cluster_pool_ipv6_cidr,
        }
        for key, text in pools.items():
            for cidr in split_cidrs(text):
                yield Range(member.name, cidr, ref_of_config, f"data['{key}']", member.config_at)
    if config.ipam == "kubernetes":
        yield from _kubernetes_ranges(member)


def _kubernetes_ranges(member: CiliumMember) -> Iterator[Range]:
    topic = member.cluster.topic("nodes")
    at = server_time(member.cluster, topic, member.config_at)
    for node in member.cluster.objects("nodes", Node).values():
        for index, cidr in enumerate(node.spec.pod_cidrs):
            ref = node.ref(topic.version or "v1")
            yield Range(member.name, cidr, ref, f"spec.podCIDRs[{index}]", at)


def _version_skew(group: Sequence[CiliumMember]) -> Iterator[Finding]:
    agents: dict[str, tuple[Minor, Evidence]] = {}
    servers: dict[str, tuple[Minor, Evidence]] = {}
    for member in group:
        agent = member.cluster.objects("daemonsets", DaemonSet).get(("kube-system", "cilium"))
        if agent:
            _image(member, "daemonsets", agent.ref, agent.spec.template, agents)
        server = member.cluster.objects("deployments", Deployment).get(("kube-system", APISERVER))
        if server:
            _image(member, "deployments", server.ref, server.spec.template, servers)
    yield from skew(agents, "Cilium agent")
    yield from skew(servers, "clustermesh-apiserver")


def _image(
    member: CiliumMember,
    topic: str,
    ref: Callable[[str], ObjectRef],
    template: PodTemplate,
    into: dict[str, tuple[Minor, Evidence]],
) -> None:
    view = member.cluster.topic(topic)
    for index, container in enumerate(template.spec.containers):
        minor = minor_of(container.image)
        if minor and "cilium" in container.image:
            path = f"spec.template.spec.containers[{index}].image"
            at = server_time(member.cluster, view, member.config_at)
            shown = seen(member.name, ref(view.version or "v1"), path, container.image, at)
            into[member.name] = (minor, shown)
            return
