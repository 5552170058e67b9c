"""Cilium's objects in one member cluster: `cilium-config` and one CiliumNode per node.

No object carries the state of a cluster mesh link; that is in the metrics alone (`series`).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.scenario import CiliumModel
from mckconsole.demo.site import NodePlan, Site
from mckconsole.demo.world import World


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """Configuration and nodes of member `name`."""
    mesh, site = world.scenario.cilium_of(name), world.sites[name]
    if mesh is None:
        raise ValueError(f"{name} is in no Cilium mesh")
    config = _config(mesh, site)
    yield site.manifest("v1", "ConfigMap", "kube-system", "cilium-config", data=config)
    for node in site.nodes:
        yield _cilium_node(site, node, wireguard=config["enable-wireguard"] == "true")


def _config(mesh: CiliumModel, site: Site) -> dict[str, str]:
    member = mesh.members[site.cluster.name]
    return {
        **mesh.config,
        "cluster-name": site.cluster.name,
        "cluster-id": str(member.id),
        "cluster-pool-ipv4-cidr": site.cluster.pod_cidr,
        **member.config,
    }


def _cilium_node(site: Site, node: NodePlan, *, wireguard: bool) -> KubeObject:
    prefix = node.pod_cidr.rsplit(".", 1)[0]
    key = hashlib.sha256(site.digest("wireguard", node.name).encode()).digest()
    annotations = {"network.cilium.io/wg-pub-key": base64.b64encode(key).decode()}
    return site.manifest(
        "cilium.io/v2",
        "CiliumNode",
        "",
        node.name,
        annotations=annotations if wireguard else None,
        days_ago=min(site.cluster.age_days, 20 + node.index % 7),
        spec={
            "addresses": [
                {"type": "InternalIP", "ip": node.address},
                {"type": "CiliumInternalIP", "ip": f"{prefix}.170"},
            ],
            "encryption": {},
            "health": {"ipv4": f"{prefix}.33"},
            "ipam": {"podCIDRs": [node.pod_cidr]},
        },
        status={},
    )
