"""One simulated cluster's ground: names, addresses and stamps that every generator agrees on.

Everything is derived from the scenario, the seed and the start time, so two runs with the same
clock give the same bytes. This module must not know any mesh.
"""

from __future__ import annotations

import hashlib
import ipaddress
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.scenario import ClusterModel, Pool
from mckconsole.domain.times import format_rfc3339

DAY = 86_400.0
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""Without vowels, so that no words come out: apimachinery's `rand`."""


def letters(number: int) -> str:
    """Five letters for a number; others for each of 14 million numbers in a row."""
    found = []
    for _ in range(5):
        number, place = divmod(number, len(_ALPHABET))
        found.append(_ALPHABET[place])
    return "".join(found)


@dataclass(frozen=True, slots=True)
class NodePlan:
    """Where one node stands."""

    name: str
    pool: Pool
    index: int
    """Position in the cluster."""
    ordinal: int
    """Position in its pool."""
    address: str
    pod_cidr: str
    zone: str

    @property
    def pod_gateway(self) -> str:
        """First address of the node's pod range: Submariner's health check address."""
        return str(next(ipaddress.ip_network(self.pod_cidr).hosts()))


@dataclass(frozen=True)
class Site:
    """A cluster with its seed and start time."""

    cluster: ClusterModel
    seed: int
    epoch: float
    """Unix seconds of the demo's start: creation stamps count back from it."""

    @property
    def rollout_days(self) -> float:
        """Age of what is rolled out anew now and then, days."""
        return min(self.cluster.age_days, 60)

    def digest(self, *parts: object, length: int = 8) -> str:
        """Lower-case hex that depends on the seed, the cluster and `parts` only."""
        text = "\0".join(map(str, (self.seed, self.cluster.name, *parts)))
        return hashlib.sha256(text.encode()).hexdigest()[:length]

    def uid(self, kind: str, namespace: str, name: str) -> str:
        """The uid of an object."""
        return str(uuid.UUID(self.digest("uid", kind, namespace, name, length=32)))

    def suffix(self, *parts: object) -> str:
        """Five letters that make a generated name unique, of the alphabet that servers use."""
        return letters(int(self.digest("suffix", *parts, length=10), 16))

    def created(self, days_ago: float) -> str:
        """A creation stamp."""
        return format_rfc3339(self.epoch - days_ago * DAY)

    def moment(self, seconds: float) -> str:
        """A stamp of so many seconds after the demo's start."""
        return format_rfc3339(self.epoch + seconds)

    def manifest(
        self,
        api_version: str,
        kind: str,
        namespace: str,
        name: str,
        *,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        days_ago: float | None = None,
        **body: object,
    ) -> KubeObject:
        """An object with the metadata an API server gives it, and `body` beside it."""
        metadata: KubeObject = {"name": name}
        if namespace:
            metadata["namespace"] = namespace
        metadata["uid"] = self.uid(kind, namespace, name)
        age = self.cluster.age_days if days_ago is None else days_ago
        metadata["creationTimestamp"] = self.created(age)
        if labels:
            metadata["labels"] = dict(labels)
        if annotations:
            metadata["annotations"] = dict(annotations)
        return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}

    @property
    def pool_label(self) -> str:
        """The label by which nodes say their pool."""
        return {
            "eks": "eks.amazonaws.com/nodegroup",
            "gke": "cloud.google.com/gke-nodepool",
            "aks": "kubernetes.azure.com/agentpool",
            "rke2": "node-pool.example.com/name",
            "vsphere": "node-pool.example.com/name",
        }[self.cluster.provider]

    @property
    def aws_region(self) -> str:
        """The AWS region that webhooks tell pods: the cluster's, or one near to it."""
        return self.cluster.region if self.cluster.provider == "eks" else "eu-central-1"

    @cached_property
    def nodes(self) -> tuple[NodePlan, ...]:
        """The nodes in order; gateway pools stand where the scenario lists them."""
        machines = ipaddress.ip_network(self.cluster.node_cidr)
        pods = ipaddress.ip_network(self.cluster.pod_cidr)
        plans: list[NodePlan] = []
        for pool in self.cluster.pools:
            for ordinal in range(pool.count):
                index = len(plans)
                zone = index % len(self.cluster.zones)
                address = str(machines[256 * (zone + 1) + 7 + index])
                pod_cidr = f"{pods[256 * (index + 1)]}/24"
                name = self._node_name(pool, ordinal, address)
                where = self.cluster.zones[zone]
                plans.append(NodePlan(name, pool, index, ordinal, address, pod_cidr, where))
        return tuple(plans)

    @property
    def gateway_nodes(self) -> tuple[NodePlan, ...]:
        """Nodes labelled for Submariner, the active one first."""
        return tuple(node for node in self.nodes if node.pool.gateway)

    def service_ip(self, namespace: str, name: str) -> str:
        """A stable address within the service range."""
        network = ipaddress.ip_network(self.cluster.service_cidr)
        return str(network[256 + int(self.digest("svc", namespace, name, length=12), 16) % 60_000])

    def _node_name(self, pool: Pool, ordinal: int, address: str) -> str:
        cluster, suffix = self.cluster, self.digest("node", pool.name, ordinal, length=4)
        match cluster.provider:
            case "eks":
                domain = "ec2" if cluster.region == "us-east-1" else f"{cluster.region}.compute"
                return f"ip-{address.replace('.', '-')}.{domain}.internal"
            case "gke":
                group = self.digest("group", pool.name)
                return f"gke-{cluster.name}-{pool.name}-{group}-{suffix}"
            case "aks":
                group = str(int(self.digest("group", pool.name), 16))[:8].zfill(8)
                return f"aks-{pool.name}-{group}-vmss{ordinal:06d}"
            case "rke2" | "vsphere":
                return f"{cluster.name}-{pool.name}-{ordinal + 1}"
