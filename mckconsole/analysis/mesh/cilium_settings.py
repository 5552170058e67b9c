"""Settings of Cilium that must be the same in a whole cluster mesh, encryption included.

Source: Cilium's cluster mesh requirements, and its defaults where cilium-config is silent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mckconsole.analysis.mesh.cilium import (
    CiliumMember,
)
from mckconsole.analysis.mesh.config_findings import (
    mesh_finding,
)
from mckconsole.analysis.mesh.evidence import derived, seen, server_time
from mckconsole.domain.findings import Evidence, Finding, Severity
from mckconsole.domain.mesh import CiliumNode

_OFF = ("", "false")


@dataclass(frozen=True, slots=True)
class _Setting:
    """One setting of cilium-config that must be the same in a mesh."""

    rule: str
    key: str
    value: Callable[[CiliumMember], str]
    severity: Severity = Severity.HIGH
    stated: bool = False
    """Whether only clusters that state it are compared: its default depends on the release."""


def _text(attribute: str, default: str) -> Callable[[CiliumMember], str]:
    def read(member: CiliumMember) -> str:
        return str(getattr(member.config, attribute)) or default

    return read


def _tunnel(member: CiliumMember) -> str:
    """The tunnel protocol where there is a tunnel; vxlan is its default."""
    if _text("routing_mode", "tunnel")(member) != "tunnel":
        return ""
    return _text("tunnel_protocol", "vxlan")(member)


_SETTINGS = (
    _Setting("MESH-MAX-CLUSTERS-MISMATCH", "max-connected-clusters", lambda m: m.max_clusters),
    _Setting("MESH-TUNNEL-MISMATCH", "routing-mode", _text("routing_mode", "tunnel")),
    _Setting("MESH-TUNNEL-MISMATCH", "tunnel-protocol", _tunnel),
    _Setting("MESH-TUNNEL-MISMATCH", "tunnel-port", _text("tunnel_port", "")),
    _Setting("MESH-TUNNEL-MISMATCH", "enable-ipv4", _text("enable_ipv4", "true")),
    _Setting("MESH-TUNNEL-MISMATCH", "enable-ipv6", _text("enable_ipv6", "false")),
    _Setting("MESH-ENCRYPTION-MISMATCH", "enable-wireguard", _text("enable_wireguard", "false")),
    _Setting("MESH-ENCRYPTION-MISMATCH", "enable-ipsec", _text("enable_ipsec", "false")),
    _Setting("MESH-ENCRYPTION-MISMATCH", "encrypt-node", _text("encrypt_node", "false")),
    _Setting(
        "MESH-NOT-CONFIGURED",
        "policy-default-local-cluster",
        _text("policy_default_local_cluster", ""),
        Severity.LOW,
        stated=True,
    ),
)


def config_evidence(member: CiliumMember, key: str, value: str) -> Evidence:
    path, text = f"data['{key}']", value or "(absent)"
    if member.config_ref is None:
        return derived(member.name, path, text, member.config_at)
    return seen(member.name, member.config_ref, path, text, member.config_at)


def check_settings(group: Sequence[CiliumMember]) -> Iterator[Finding]:
    """Clusters whose settings are not those of the others, one finding per rule and cluster."""
    read = [member for member in group if member.config is not None]
    odd: dict[tuple[str, str], list[tuple[_Setting, CiliumMember, str]]] = {}
    members = {member.name: member for member in read}
    for setting in _SETTINGS:
        values: dict[str, list[CiliumMember]] = {}
        for member in read:
            value = setting.value(member)
            if value or not setting.stated:
                values.setdefault(value, []).append(member)
        if len(values) < 2:
            continue
        common = max(values, key=lambda value: len(values[value]))
        for value, found in values.items():
            for member in found if value != common else ():
                entry = (setting, values[common][0], common)
                odd.setdefault((setting.rule, member.name), []).append(entry)
    for (rule, name), entries in odd.items():
        yield _difference(rule, members[name], entries)


def _difference(
    rule: str, member: CiliumMember, entries: Sequence[tuple[_Setting, CiliumMember, str]]
) -> Finding:
    shown: list[Evidence] = []
    words: list[str] = []
    for setting, other, common in entries:
        mine = setting.value(member)
        words.append(f"{setting.key} {mine or 'absent'} here, {common or 'absent'} elsewhere")
        shown.append(config_evidence(member, setting.key, mine))
        shown.append(config_evidence(other, setting.key, common))
    return mesh_finding(
        rule,
        entries[0][0].severity,
        (member.name, member.config_ref),
        (", ".join(setting.key for setting, _, _ in entries) + " differs", "; ".join(words) + "."),
        shown,
        (
            "compare kube-system/cilium-config of both clusters",
            "decide for one value in the whole mesh, set it in the Helm values, restart agents",
        ),
        sorted({other.name for _, other, _ in entries}),
    )


def cilium_nodes(
    member: CiliumMember, *, whole: bool = False
) -> tuple[list[CiliumNode], str, float]:
    """The nodes, without those read only in part where `whole` ones are wanted."""
    topic = member.cluster.topic("ciliumnodes")
    nodes = member.cluster.objects("ciliumnodes", CiliumNode) if topic.state.readable else {}
    ordered = [node for key, node in sorted(nodes.items()) if not (whole and key in topic.faults)]
    return ordered, topic.version or "v2", server_time(member.cluster, topic, member.config_at)


def check_wireguard(member: CiliumMember) -> Iterator[Finding]:
    """WireGuard on, and nodes without a public key; some node's key stands in for the setting."""
    if member.config is not None and member.config.enable_wireguard in _OFF:
        return
    nodes, version, at = cilium_nodes(member, whole=True)
    without = [node for node in nodes if not node.metadata.annotations.wg_pub_key]
    if not without or (member.config is None and len(without) == len(nodes)):
        return
    path = "metadata.annotations['network.cilium.io/wg-pub-key']"
    yield mesh_finding(
        "MESH-ENCRYPTION-MISMATCH",
        Severity.HIGH,
        (member.name, without[0].ref(version)),
        (
            f"{len(without)} of {len(nodes)} nodes publish no WireGuard key",
            "Traffic to these nodes is dropped or goes unencrypted.",
        ),
        [seen(member.name, node.ref(version), path, "(absent)", at) for node in without[:3]],
        ("look at the cilium agent on the nodes named: does it run with WireGuard",),
        subject="wireguard-nodes",
    )


def check_ipsec(group: Sequence[CiliumMember]) -> Iterator[Finding]:
    """Key indexes must be equal on every node of the mesh, while IPsec is on."""
    first: tuple[int, Evidence] | None = None
    for member in group:
        if member.config is None or member.config.enable_ipsec in _OFF:
            continue
        nodes, version, at = cilium_nodes(member, whole=True)
        for node in nodes:
            key = node.spec.encryption.key
            shown = seen(member.name, node.ref(version), "spec.encryption.key", str(key), at)
            if first is None:
                first = (key, shown)
            elif key != first[0]:
                peers = {first[1].cluster} - {member.name}
                yield mesh_finding(
                    "MESH-ENCRYPTION-MISMATCH",
                    Severity.HIGH,
                    (member.name, node.ref(version)),
                    (
                        f"IPsec key index {key}, elsewhere {first[0]}",
                        "Nodes with different keys cannot decrypt each other's traffic.",
                    ),
                    (first[1], shown),
                    ("wait for a key rotation under way, or finish it in all clusters",),
                    sorted(peers),
                    "ipsec-key",
                )
                break
