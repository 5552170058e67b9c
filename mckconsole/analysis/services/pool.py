"""SD13: Globalnet's pool of addresses, before it is used up.

Source: submariner pkg/ipam/metrics.go: `submariner_global_IP_availability` counts the addresses
that are left in a cluster's global CIDR.
"""

from __future__ import annotations

from ipaddress import ip_network

from mckconsole.analysis.mesh.evidence import measured
from mckconsole.analysis.mesh.hints import kubectl, numbered
from mckconsole.analysis.mesh.peers import Samples
from mckconsole.analysis.services.model import ClusterFacts
from mckconsole.analysis.thresholds import DEFAULT_THRESHOLDS
from mckconsole.domain.findings import Finding, Severity, Unknown
from mckconsole.domain.metrics import Sample
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot

QUERY, AVAILABLE = "submariner-global-ips", "submariner_global_IP_availability"
NEARLY_USED = 0.1
"""Share of the addresses that must be left."""


def check_pool(
    fleet: FleetSnapshot, cluster: ClusterSnapshot, facts: ClusterFacts
) -> tuple[list[Finding], list[Unknown]]:
    """A finding per range of the cluster that is nearly used; unknown where nothing counts it."""
    if not facts.globalnet:
        return [], []
    samples = Samples(cluster, QUERY, "cidr", fleet.taken_at, DEFAULT_THRESHOLDS)
    current = {cidr: samples.current(cidr) for cidr in sorted(samples.names)}
    if not any(current.values()):
        why = samples.why_none(f"of {AVAILABLE}")
        return [], [Unknown("services", cluster.name, "SD13", f"global addresses left: {why}")]
    found = []
    for cidr, held in current.items():
        size = _size(cidr)
        for sample in held[:1]:
            if size and sample.value <= size * NEARLY_USED:
                found.append(_nearly_used(fleet, cluster.name, cidr, size, sample))
    return found, []


def _size(cidr: str) -> int:
    """How many addresses a range has; 0 when it is none."""
    try:
        return ip_network(cidr, strict=False).num_addresses
    except ValueError:
        return 0


def _nearly_used(fleet: FleetSnapshot, name: str, cidr: str, size: int, sample: Sample) -> Finding:
    left = max(int(sample.value), 0)
    listing = "get globalingressips.submariner.io,globalegressips.submariner.io -A"
    return Finding(
        rule="SD13",
        pane="services",
        severity=Severity.MEDIUM,
        cluster=name,
        object=None,
        title=f"global addresses nearly used: {left} of {size} left",
        detail=f"Globalnet gives each exported service and each egress an address of {cidr}. When "
        "none is left, new exports stay without one and no other cluster reaches them.",
        evidence=(measured(name, AVAILABLE, sample),),
        remediation=numbered(
            (
                kubectl(fleet, name, listing),
                "delete exports and GlobalEgressIPs that are not in use, or join the cluster again "
                "with a larger --globalnet-cluster-size",
            )
        ),
        subject=f"pool {cidr}",
    )
