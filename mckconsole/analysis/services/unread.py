"""Questions about services that could not be answered, cluster by cluster. Unread is never well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mckconsole.analysis.services.model import ClusterFacts
from mckconsole.domain.findings import Unknown
from mckconsole.domain.snapshot import FleetSnapshot

_RULES = {
    "services": "*",
    "endpointslices": "*",
    "serviceexports": "*",
    "serviceimports": "*",
    "gke-serviceexports": "*",
    "gke-serviceimports": "*",
    "multiclusterservices": "*",
    "exportedservices": "*",
    "namespaces": "SD06",
    "clusterproperties": "SD12",
    "submariners": "SD12",
    "servicediscoveries": "SD12",
    "cilium-config": "SD12",
    "istio-remote-secrets": "SD12",
    "globalingressips": "SD13",
}
"""Topics to the rule that cannot be judged without them; the DNS path speaks for itself."""


def service_unknowns(fleet: FleetSnapshot, facts: Mapping[str, ClusterFacts]) -> Iterator[Unknown]:
    """What could not be read of each cluster; one sentence for one of which nothing was."""
    for name, one in facts.items():
        if not one.readable:
            yield Unknown("services", name, "*", one.reason)
            continue
        topics = fleet.clusters[name].topics
        for topic, rule in _RULES.items():
            if topic in one.unread and topic in topics:
                yield Unknown("services", name, rule, one.unread[topic])
