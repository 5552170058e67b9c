"""Projections of meshes that join clusters by mirroring or peering: Linkerd and Consul.

Linkerd's Link names a Secret with the credential for the other cluster and Consul's peerings one
with their token; the names have no field here.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec
from msgspec import field

from mckconsole.domain.objects import Condition, Projection


class ProbeSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """How the gateway of the other cluster is probed; periods are Go durations."""

    path: str = ""
    port: str | int = ""
    period: str = ""
    timeout: str = ""
    failure_threshold: str | int = ""


class LinkSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Linkerd Link spec."""

    target_cluster_name: str = ""
    gateway_address: str = ""
    """Comma-separated addresses; empty in flat mode, where nothing is probed."""
    gateway_port: str | int = ""
    probe_spec: ProbeSpec = ProbeSpec()


class RemoteReference(msgspec.Struct, frozen=True, gc=False):
    """The service in the other cluster."""

    name: str = ""
    namespace: str = ""


class MirrorStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """How one service is mirrored: condition Mirrored with its reason."""

    remote_ref: RemoteReference = RemoteReference()
    conditions: list[Condition] = field(default_factory=list)


class LinkStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Linkerd Link status; it says nothing of whether the gateway is alive."""

    mirror_services: list[MirrorStatus] = field(default_factory=list)
    federated_services: list[MirrorStatus] = field(default_factory=list)


class LinkerdLink(Projection, frozen=True, gc=False):
    """multicluster.linkerd.io Link."""

    spec: LinkSpec = LinkSpec()
    status: LinkStatus = LinkStatus()

    api_group: ClassVar[str] = "multicluster.linkerd.io"
    kind: ClassVar[str] = "Link"


class PeeringStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Consul peering status. Synced means written to Consul, not that the link is up."""

    conditions: list[Condition] = field(default_factory=list)
    last_synced_time: str = ""
    latest_peering_version: int = 0


class PeeringAcceptor(Projection, frozen=True, gc=False):
    """consul.hashicorp.com/v1alpha1 PeeringAcceptor; its name is the peer's name."""

    status: PeeringStatus = PeeringStatus()

    api_group: ClassVar[str] = "consul.hashicorp.com"
    kind: ClassVar[str] = "PeeringAcceptor"


class PeeringDialer(Projection, frozen=True, gc=False):
    """consul.hashicorp.com/v1alpha1 PeeringDialer; its name is the peer's name."""

    status: PeeringStatus = PeeringStatus()

    api_group: ClassVar[str] = "consul.hashicorp.com"
    kind: ClassVar[str] = "PeeringDialer"


class ExportedConsumer(msgspec.Struct, frozen=True, gc=False):
    """Who may use an exported service."""

    peer: str = ""


class ExportedService(msgspec.Struct, frozen=True, gc=False):
    """A service exported to peers."""

    name: str = ""
    namespace: str = ""
    consumers: list[ExportedConsumer] = field(default_factory=list)


class ExportedServicesSpec(msgspec.Struct, frozen=True, gc=False):
    """ExportedServices spec."""

    services: list[ExportedService] = field(default_factory=list)


class ExportedServices(Projection, frozen=True, gc=False):
    """consul.hashicorp.com/v1alpha1 ExportedServices."""

    spec: ExportedServicesSpec = ExportedServicesSpec()

    api_group: ClassVar[str] = "consul.hashicorp.com"
    kind: ClassVar[str] = "ExportedServices"
