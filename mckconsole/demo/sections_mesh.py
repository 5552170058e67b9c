"""Parts of a scenario that say how Linkerd, Istio and Consul join its clusters.

They say what is configured and what is measured of it, which is not the same.
"""

from __future__ import annotations

from typing import Literal

from msgspec import field

from mckconsole.demo.section import Section


class LinkerdPeer(Section, frozen=True):
    """A Link: what one cluster's service mirror knows of another cluster."""

    latency: float = 0.0
    """Of the last probe, milliseconds."""
    alive: bool = True
    flat: bool = False
    """Without a gateway: nothing is probed, and no metric tells of it."""


class IstioRemote(Section, frozen=True):
    """A remote cluster as each replica of istiod has it, in order."""

    status: list[Literal["synced", "syncing", "timeout", "closed"]]


class ConsulPeer(Section, frozen=True):
    """A peering as one cluster has it."""

    role: Literal["acceptor", "dialer"]
    healthy: bool = True
    """What Consul's leader says of it."""
    version: int = 1
    """Of the token that it made or took up."""


class MeshSections(Section, frozen=True):
    """From, to, what is between them; each says only what the first one has of the second."""

    linkerd: dict[str, dict[str, LinkerdPeer]] = field(default_factory=dict)
    istio: dict[str, dict[str, IstioRemote]] = field(default_factory=dict)
    """Status of remote clusters; which are configured is in `istio_services`."""
    consul: dict[str, dict[str, ConsulPeer]] = field(default_factory=dict)
