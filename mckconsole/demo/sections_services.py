"""Parts of a scenario that say which services cross clusters, in whose dialect, and what is wrong.

A service is what its workloads make of it in each cluster; here stands only who offers it to whom,
and where its traces in other clusters are not what they should be.
"""

from __future__ import annotations

from typing import Literal

from msgspec import field

from mckconsole.demo.section import Section


class Home(Section, frozen=True):
    """A namespace that is there whether or not anything runs in it."""

    name: str
    where: list[str]


class Export(Section, frozen=True):
    """A service exported to the cluster set through the Multi-Cluster Services API."""

    namespace: str
    name: str
    clusters: list[str]
    """Who exports it, the oldest export first."""
    dialect: Literal["lighthouse", "cilium", "cloud-map", "gke"] = "lighthouse"
    waiting: list[str] = field(default_factory=list)
    """Exporters in which the controller has not got to it for an hour."""
    unobserved: list[str] = field(default_factory=list)
    """Exporters in which the conditions are of an older generation of the export."""
    no_address: list[str] = field(default_factory=list)
    """Exporters in which Globalnet has no address left for it."""
    unlisted: dict[str, list[str]] = field(default_factory=dict)
    """Importer to exporters that its import does not name."""
    left_over: dict[str, list[str]] = field(default_factory=dict)
    """Importer to clusters that export it no more and whose endpoints it still holds."""
    outdated: dict[str, list[str]] = field(default_factory=dict)
    """Importer to exporters of which it holds a former address."""


class CloudMapModel(Section, frozen=True):
    """AWS Cloud Map as the registry of some clusters."""

    clusterset: str
    ids: dict[str, str]
    """Cluster to the id under which it registers itself."""


class GkeFleet(Section, frozen=True):
    """A GKE fleet with multi-cluster Services."""

    project: str
    members: dict[str, str]
    """Cluster to its membership's location. Members that are no cluster of this scenario are ones
    that nobody here can read."""


class KarmadaService(Section, frozen=True):
    """A service that Karmada carries from its providers to its consumers."""

    namespace: str
    name: str
    providers: list[str]
    consumers: list[str]
    left_over: dict[str, list[str]] = field(default_factory=dict)
    """Consumer to clusters that are no provider and whose endpoints it still holds."""
    failed: bool = False
    """Whether Karmada could not hand the endpoints on."""


class KarmadaModel(Section, frozen=True):
    """A Karmada control plane, in the API server of one cluster."""

    hub: str
    members: dict[str, Literal["True", "False", "Unknown"]]
    """Member to its condition Ready."""
    services: list[KarmadaService] = field(default_factory=list)


class IstioModel(Section, frozen=True):
    """An Istio mesh over several clusters: each control plane reads the others' endpoints."""

    remotes: dict[str, dict[str, str]]
    """Cluster to its remote secrets: remote cluster to the id that the secret gives it."""


class Mirror(Section, frozen=True):
    """A service that Linkerd mirrors from one cluster to another."""

    namespace: str
    name: str
    source: str
    target: str
    federated: bool = False
    """Joined with the target's own service of that name, under `<name>-federated`."""


class ConsulExport(Section, frozen=True):
    """What one cluster exports to its Consul peers."""

    cluster: str
    services: dict[str, list[str]]
    """`namespace/name` to peers."""


class Dns(Section, frozen=True):
    """How CoreDNS of one cluster forwards names of the cluster set."""

    cluster: str
    forward: Literal["", "former"] = ""
    """Where to: Lighthouse's DNS server, or the address that it once had."""


class Host(Section, frozen=True):
    """A host name that a service is reached under from outside."""

    host: str
    namespace: str
    service: str
    where: list[str]
    kind: Literal["Ingress", "HTTPRoute"] = "Ingress"
    tls: str = ""
    """Secret with the certificate that an Ingress shows; empty: it says nothing of TLS."""
