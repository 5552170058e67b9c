"""Alerts of Prometheus (`/api/v1/alerts`), each with the cluster and the object it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.metrics import MetricState


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert of one endpoint."""

    endpoint: str
    """Name of the metrics endpoint that says so."""
    cluster: str
    """By the endpoint's label mapping; empty where the labels name no cluster of the fleet."""
    name: str
    state: Literal["firing", "pending"]
    severity: str
    """The `severity` label; empty where there is none."""
    active_at: float
    """Unix seconds by Prometheus' clock since when its expression holds."""
    labels: tuple[tuple[str, str], ...] = ()
    summary: str = ""
    description: str = ""
    object: ObjectRef | None = None
    """What its labels name: a pod, a workload, a node …; None where they name nothing."""

    @property
    def id(self) -> str:
        """The same as long as its labels are."""
        told = ",".join(f"{key}={value}" for key, value in self.labels)
        return f"{self.endpoint}/{self.name}{{{told}}}"


@dataclass(frozen=True, slots=True)
class AlertsView:
    """What one metrics endpoint said last."""

    endpoint: str
    state: MetricState
    reason: str = ""
    alerts: tuple[Alert, ...] = ()
    as_of: float | None = None
    """Unix seconds, console clock, of the answer."""
    clusters: tuple[str, ...] = ()
    """Those that the endpoint covers."""
    clock_offset: float = 0.0
    """The endpoint's clock minus the console's, seconds."""
