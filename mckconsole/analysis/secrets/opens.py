"""Which cluster of the fleet a credential opens, by the server or the issuer that it names, and
which contexts are ways to one and the same cluster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from mckconsole.analysis.identity.model import ClusterFacts
from mckconsole.analysis.secrets.model import Place
from mckconsole.domain.snapshot import FleetSnapshot

_PORTS = {"https": 443, "http": 80}
_SERVERS = ("server", "cluster server")
_ISSUERS = ("issuer",)
_INSIDE = ("kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local")
"""Names of a cluster's own API server, the same in all of them."""


def endpoint(url: str) -> str:
    """What two URLs of one server have in common; empty for what is no URL."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return ""
    host = (parts.hostname or "").rstrip(".")
    return f"{host}:{port}{parts.path.rstrip('/')}" if host else ""


@dataclass(frozen=True, slots=True)
class Doors:
    """Servers and issuers of the fleet's clusters; each only where one cluster has it."""

    servers: Mapping[str, str]
    """Endpoint to cluster."""
    issuers: Mapping[str, str]
    twins: Mapping[str, str] = field(default_factory=dict)
    """Contexts of a cluster that another one leads to as well (by the uid of its kube-system), and
    the first of these."""

    @classmethod
    def of(cls, fleet: FleetSnapshot, facts: Mapping[str, ClusterFacts]) -> Doors:
        """Those of all clusters that are known."""
        twins = _twins(facts)
        home = {name: twins.get(name, name) for name in (*fleet.clusters, *facts)}
        servers = [(endpoint(one.server), home[name]) for name, one in fleet.clusters.items()]
        issuers = [(endpoint(one.issuer), home[name]) for name, one in facts.items() if one.issuer]
        return cls(_unique(servers), _unique(issuers), twins)

    def homes(self, clusters: Iterable[str]) -> frozenset[str]:
        """The clusters that contexts lead to, each by the first of its names."""
        return frozenset(self.twins.get(name, name) for name in clusters)

    def opened_by(self, place: Place) -> str:
        """The cluster whose API server takes the credential, by what it says of itself; empty where
        that is none of the fleet, or several could be meant."""
        facts = dict(place.sighting.facts)
        for name in _SERVERS:
            found = endpoint(facts.get(name, ""))
            if found.rpartition(":")[0] in _INSIDE:
                return place.cluster
            if found and found in self.servers:
                return self.servers[found]
        for name in _ISSUERS:
            found = endpoint(facts.get(name, ""))
            if found and found in self.issuers:
                return self.issuers[found]
        return ""


def _twins(facts: Mapping[str, ClusterFacts]) -> dict[str, str]:
    first: dict[str, str] = {}
    known = ((name, facts[name].uid) for name in sorted(facts) if facts[name].uid)
    return {name: first[uid] for name, uid in known if first.setdefault(uid, name) != name}


def _unique(pairs: list[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    twice = set()
    for key, name in pairs:
        if not key or found.setdefault(key, name) != name:
            twice.add(key)
    return {key: name for key, name in found.items() if key not in twice}
