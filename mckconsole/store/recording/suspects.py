"""Which objects a recording keeps in full: those that warnings and alerts name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from mckconsole.domain.events import Event
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.domain.times import parse_rfc3339

Suspect: TypeAlias = tuple[str, ObjectRef]
"""(cluster, object)."""

RECENT = 600.0
"""Seconds for which a warning counts."""
PER_CLUSTER = 24
"""Objects of a cluster that are kept at the same time; those named last come first."""


def suspects(snapshot: FleetSnapshot) -> list[Suspect]:
    """Objects that alerts or recent warnings name, by cluster, the latest first."""
    found: list[Suspect] = []
    for name, cluster in snapshot.clusters.items():
        if not cluster.state.readable:
            continue
        named = sorted((*_alerted(snapshot, name), *_warned(cluster, snapshot)), reverse=True)
        refs = dict.fromkeys(ref for _, ref in named if ref.kind and ref.name)
        found += [(name, ref) for ref in list(refs)[:PER_CLUSTER] if ref.kind != "Secret"]
    return found


def _alerted(snapshot: FleetSnapshot, cluster: str) -> Iterator[tuple[float, ObjectRef]]:
    for view in snapshot.alerts:
        for alert in view.alerts:
            if alert.cluster == cluster and alert.object is not None:
                yield snapshot.taken_at, alert.object


def _warned(cluster: ClusterSnapshot, snapshot: FleetSnapshot) -> Iterator[tuple[float, ObjectRef]]:
    now = snapshot.taken_at + cluster.clock_offset
    for event in cluster.objects("events", Event).values():
        if event.type == "Warning":
            at = _last(event)
            if at is not None and now - at < RECENT:
                yield at - cluster.clock_offset, event.involved_object.ref


def _last(event: Event) -> float | None:
    """When it happened last, by the cluster's clock."""
    series = event.series.last_observed_time if event.series else ""
    for text in (series, event.last_timestamp, event.event_time, event.first_timestamp):
        if text and (at := parse_rfc3339(text)) is not None:
            return at
    return None
