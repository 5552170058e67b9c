"""Alerts of Prometheus: since when they fire, and when they were seen to be over.

Prometheus says since when what an alert is about holds, not since when it fires: one that was seen
to be pending before fires from the moment at which that was seen, any other from the beginning.
An alert is over where its endpoint answers in full and does not name it any more. Where the
endpoint could not be asked, or answered in part, nothing is known to be over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mckconsole.analysis.timeline.clocks import correction
from mckconsole.analysis.timeline.model import Entry, Sort, Tone
from mckconsole.domain.alerts import Alert, AlertsView
from mckconsole.domain.metrics import MetricState

_LIGHT = frozenset({"info", "none"})


@dataclass(slots=True)
class AlertLog:
    """The alerts of one endpoint, as they were looked at last."""

    held: dict[str, Alert] = field(default_factory=dict)
    view: AlertsView | None = None

    def look(self, view: AlertsView) -> Iterator[Entry]:
        """Entries of what is another than it was."""
        if view is self.view or view.state is MetricState.FAILED:
            return
        self.view = view
        off = correction(view.clock_offset)
        now = {one.id: one for one in view.alerts}
        for id_, one in now.items():
            before = self.held.get(id_)
            if before is None or _told(before) != _told(one):
                began = one.active_at - off
                fired = before is not None and (before.state, one.state) == ("pending", "firing")
                yield _entry(one, view.as_of or began if fired else began, began)
        if view.state is MetricState.FRESH:
            at = view.as_of or 0.0
            for id_, one in self.held.items():
                if id_ not in now and one.state == "firing":
                    yield _resolved(one, one.active_at - off, at)
        elif view.state is MetricState.PARTIAL:
            now = {**self.held, **now}
        self.held = now


def _told(alert: Alert) -> tuple[object, ...]:
    """What of an alert makes it another entry: words with numbers in them change all the time."""
    return alert.state, alert.active_at, alert.cluster, alert.object


def _entry(alert: Alert, at: float, began: float) -> Entry:
    if alert.state == "pending":
        tone = Tone.BEGUN
    elif alert.severity == "critical":
        tone = Tone.BAD
    else:
        tone = Tone.PLAIN if alert.severity in _LIGHT else Tone.WARNING
    return _made(alert, f"{alert.id}\0{alert.state}\0{at!r}", at, began, tone, alert.state)


def _resolved(alert: Alert, began: float, at: float) -> Entry:
    return _made(alert, f"{alert.id}\0over\0{at!r}", at, began, Tone.GOOD, "resolved")


def _made(alert: Alert, id_: str, at: float, first: float, tone: Tone, state: str) -> Entry:
    words = alert.summary or alert.description
    severity = f"{alert.severity}: " if alert.severity else ""
    return Entry(
        id=f"{alert.cluster}\0alert\0{id_}",
        at=at,
        first=first,
        cluster=alert.cluster,
        sort=Sort.ALERT,
        tone=tone,
        what=f"{alert.name} {state}",
        subject=str(alert.object) if alert.object else _labels(alert),
        object=alert.object if alert.cluster else None,
        detail=f"{severity}{words}".removesuffix(": "),
        source=alert.endpoint,
    )


def _labels(alert: Alert) -> str:
    """What its labels say, where they name no object."""
    told = [f"{key}={value}" for key, value in alert.labels if key != "severity"]
    return ", ".join(told[:4]) or alert.endpoint
