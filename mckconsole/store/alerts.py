"""Ask metrics endpoints for alerts, beside their metrics.

Only where the timeline is wanted, and only of endpoints that can be asked for alerts. Trouble is in
the answer: what could not be asked stays as it was said last, and is said to be old.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from mckconsole.domain.alerts import AlertsView
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.origins import origin
from mckconsole.sources.prometheus import PrometheusSource
from mckconsole.store.contact import InternalTrouble
from mckconsole.store.fleet import FleetStore
from mckconsole.store.metrics import MetricsSource

logger = logging.getLogger(__name__)

EVENTS = "events"
"""The topic without which nobody looks at alerts either."""


def wants_alerts(topics: Sequence[str]) -> bool:
    """Whether who reads these topics wants alerts, too."""
    return EVENTS in topics


async def renew_alerts(store: FleetStore, source: MetricsSource) -> None:
    """Ask one endpoint, which has its own time limits; raises only when cancelled."""
    if not isinstance(source, PrometheusSource):
        return
    try:
        view = await source.alerts()
    except Exception as error:
        logger.debug("asking %s for alerts: %s", source.name, origin(error))
        reason = f"{source.name}: {InternalTrouble(error)}"
        view = AlertsView(source.name, MetricState.FAILED, reason, clusters=source.covered)
    store.set_alerts(view)
