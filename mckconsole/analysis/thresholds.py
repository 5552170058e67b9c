"""The numbers that rules compare with. Seconds, unless a name says otherwise.

The command line maps the configuration's `mesh` section onto this; nothing here reads a file.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Thresholds; those of the mesh are by default as Submariner's and Cilium's own rules have
    them."""

    slow: float = 0.5
    """Average round trip from which a tunnel is SLOW."""
    slow_critical: float = 1.0
    """Average round trip from which SLOW is critical."""
    slow_note: float = 0.15
    """Average round trip from which a tunnel that is UP says so."""
    stale: float = 15.0
    """Heartbeat or lease age above which a gateway's word is stale (Submariner's own rule)."""
    dead: float = 60.0
    """Heartbeat or lease age above which stale is critical."""
    connecting: float = 60.0
    """How long a tunnel may be connecting before it is DOWN."""
    settling: float = 60.0
    """How long objects of two clusters may differ before it is no synchronisation lag."""
    sample_stale: float = 90.0
    """Age above which a Prometheus sample is stale."""
    initial_sync: float = 300.0
    """How long Cilium's first synchronisation may take."""
    jitter_floor: float = 0.05
    """Average round trip below which jitter is not judged."""
    rtt_gap: float = 0.05
    """Two readings of one round trip that differ by less are the same."""
    raise_samples: int = 2
    """Consecutive worse samples before a state gets worse, when watching."""
    clear_samples: int = 3
    """Consecutive better samples before a state gets better, when watching."""
    failover_share: float = 0.5
    """Share of a service's ready endpoints that must be left for it to carry on when clusters are
    lost; below it is DEGRADED."""


DEFAULT_THRESHOLDS = Thresholds()
