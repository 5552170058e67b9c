"""Where a cluster's nodes stand, and what that makes of them: cloud, region, account, pool.

Sources: providerIDs as the cloud controller managers write them; well-known labels of Kubernetes,
EKS and GKE; AWS regions and partitions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from mckconsole.analysis.identity.model import Cloud, NodeFacts
from mckconsole.analysis.provider import identify
from mckconsole.domain.core import Node

T = TypeVar("T")
_CLOUDS = {"aws": Cloud.AWS, "gce": Cloud.GCP, "azure": Cloud.AZURE}
_AWS_ZONE = re.compile(r"([a-z]{2,4}(?:-[a-z]+)+-[0-9]+)(?:[a-z]|-[a-z0-9-]+)?")
_GCP_ZONE = re.compile(r"([a-z]+-[a-z]+[0-9]+)(?:-[a-z])?")
_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("us-iso-", "aws-iso"),
    ("eu-isoe-", "aws-iso-e"),
    ("eusc-", "aws-eusc"),
)
_REGION = "topology.kubernetes.io/region"
_METADATA_SERVER = "iam.gke.io/gke-metadata-server-enabled"
_COMPUTE = "eks.amazonaws.com/compute-type"
_EKSCTL_NAME = "alpha.eksctl.io/cluster-name"
_EKS_ARN = re.compile(r"arn:aws[a-z0-9-]*:eks:[a-z0-9-]+:[0-9]{12}:cluster/([\w-]{1,100})", re.A)
_EKSCTL = re.compile(r"[^@]+@([\w-]{1,100})\.[a-z0-9-]+\.eksctl\.io", re.A)


@dataclass(frozen=True, slots=True)
class Place:
    """What the nodes, the context and the version say."""

    provider: str = ""
    cloud: Cloud | None = None
    partition: str = ""
    region: str = ""
    account: str = ""
    pool: str = ""
    eks_names: frozenset[str] = frozenset()
    nodes: Mapping[str, NodeFacts] = field(default_factory=dict)


def read_place(context: str, version: str | None, nodes: Iterable[Node] | None) -> Place:
    """All that nodes tell; `nodes` is None where they cannot be read."""
    known = None if nodes is None else list(nodes)
    provider = identify(version, known).name
    seen = known or []
    cloud = _only({_cloud(node) for node in seen})
    region = _only({_region(node, cloud) for node in seen}) or ""
    account = _only({_account(node, cloud) for node in seen}) or ""
    facts = {node.metadata.name: read_node(node) for node in seen}
    pooled = cloud is Cloud.GCP and account and any(one.gke_metadata for one in facts.values())
    return Place(
        provider=provider,
        cloud=cloud,
        partition=partition_of(region) if cloud is Cloud.AWS and region else "",
        region=region,
        account=account,
        pool=f"{account}.svc.id.goog" if pooled else "",
        eks_names=frozenset(_eks_names(context, seen)),
        nodes=facts,
    )


def read_node(node: Node) -> NodeFacts:
    """What identity rules ask of one node; its agent as far as nodes bring it along."""
    labels = node.metadata.labels
    system = labels.get("kubernetes.io/os") or node.status.node_info.operating_system
    virtual = (
        labels.get(_COMPUTE) == "fargate"
        or labels.get("type") == "virtual-kubelet"
        or "/fargate-" in node.spec.provider_id
    )
    # nodes of EKS Auto Mode have the Pod Identity agent built in, and no pod of it
    agent = labels.get(_COMPUTE) == "auto"
    metadata = labels.get(_METADATA_SERVER) == "true"
    return NodeFacts(system == "windows", virtual, metadata, agent)


def partition_of(region: str) -> str:
    """The AWS partition of a region."""
    return next((found for prefix, found in _PARTITIONS if region.startswith(prefix)), "aws")


def _only(found: Iterable[T]) -> T | None:
    """The one value that all agree on who say anything."""
    said = {one for one in found if one}
    return said.pop() if len(said) == 1 else None


def _cloud(node: Node) -> Cloud | None:
    scheme, separator, _ = node.spec.provider_id.partition("://")
    return _CLOUDS.get(scheme) if separator else None


def _parts(node: Node) -> list[str]:
    """The path of a providerID: `aws:///ZONE/ID`, `gce://PROJECT/ZONE/NAME`,
    `azure:///subscriptions/ID/…`."""
    return node.spec.provider_id.partition("://")[2].lstrip("/").split("/")


def _region(node: Node, cloud: Cloud | None) -> str:
    label = node.metadata.labels.get(_REGION)
    if label:
        return label
    parts = _parts(node)
    if cloud is Cloud.AWS and (found := _AWS_ZONE.fullmatch(parts[0])):
        return found[1]
    if cloud is Cloud.GCP and len(parts) > 1 and (found := _GCP_ZONE.fullmatch(parts[1])):
        return found[1]
    return ""


def _account(node: Node, cloud: Cloud | None) -> str:
    parts = _parts(node)
    if cloud is Cloud.GCP and len(parts) > 1:
        return parts[0]
    if cloud is Cloud.AZURE and parts[0].lower() == "subscriptions" and len(parts) > 1:
        return parts[1].lower()
    return ""


def _eks_names(context: str, nodes: Iterable[Node]) -> Iterable[str]:
    """Names by `aws eks update-kubeconfig`, by eksctl, and by eksctl's label on nodes."""
    found = _EKS_ARN.fullmatch(context) or _EKSCTL.fullmatch(context)
    if found:
        yield found[1]
    for node in nodes:
        if name := node.metadata.labels.get(_EKSCTL_NAME):
            yield name
