"""Prometheus and what speaks like it: instant queries and federation, attributed to clusters.

Importing this package is cheap; the HTTP libraries are imported by the first request.
"""

from __future__ import annotations

from mckconsole.sources.prometheus.source import ProbeResult, PrometheusSource

__all__ = ["ProbeResult", "PrometheusSource"]
