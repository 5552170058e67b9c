"""Alerts of a real Prometheus: pending, firing, over, and times by its clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mckconsole.config.model import PrometheusConfig
from mckconsole.domain.alerts import AlertsView
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.metrics import MetricState
from mckconsole.sources.prometheus import PrometheusSource
from tests.real.prometheus import NEEDS_PROMETHEUS, PROMETHEUS, exporter, prometheus

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(PROMETHEUS is None, reason=NEEDS_PROMETHEUS),
]
SERIES = 'restarts{{cluster="east",namespace="shop",pod="api-1"}} {value}\n'
RULES = (
    {
        "alert": "PodRestarts",
        "expr": "restarts > 3",
        "for": "2s",
        "labels": {"severity": "critical"},
        "annotations": {"summary": "{{ $labels.pod }} restarted {{ $value }} times"},
    },
    {"alert": "Watchdog", "expr": "vector(1)", "labels": {"severity": "none"}},
)


async def until(source: PrometheusSource, met: Callable[[AlertsView], bool]) -> AlertsView:
    """The first answer that meets a condition."""
    async with asyncio.timeout(20):
        while True:
            view = await source.alerts()
            if met(view):
                return view
            await asyncio.sleep(0.1)


def states(view: AlertsView) -> dict[str, str]:
    return {one.name: one.state for one in view.alerts}


async def test_an_alert_is_pending_fires_and_is_over(tmp_path: Path) -> None:
    with (
        exporter(SERIES.format(value=7)) as told,
        prometheus(tmp_path, scrape=[told.address], rules=RULES) as server,
    ):
        config = PrometheusConfig(
            name="real", url=server.url, clusters=["east", "west"], cluster_label="cluster"
        )
        source = PrometheusSource(config, ("east", "west"))
        try:
            began = time.time()
            pending = await until(source, lambda view: "PodRestarts" in states(view))
            assert states(pending) == {"PodRestarts": "pending", "Watchdog": "firing"}
            firing = await until(source, lambda view: states(view)["PodRestarts"] == "firing")
            assert (firing.state, firing.reason) == (MetricState.FRESH, "")
            found = {one.name: one for one in firing.alerts}
            one = found["PodRestarts"]
            assert (one.cluster, one.severity) == ("east", "critical")
            assert one.object == ObjectRef("v1", "Pod", "shop", "api-1")
            assert one.summary == "api-1 restarted 7 times"
            assert began - 30 < one.active_at <= time.time()
            assert found["Watchdog"].cluster == ""
            told.text = SERIES.format(value=0)
            over = await until(source, lambda view: "PodRestarts" not in states(view))
            assert over.state is MetricState.FRESH
        finally:
            await source.close()
