"""What the console shows at one moment: the fleet, what it means, and the rows of every pane.

A frame is made by the feed and never changed. While the display is frozen its snapshot is a copy,
because a live snapshot's objects are views of content that goes on changing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from mckconsole.analysis.engine import Analysis
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot, TopicView
from mckconsole.domain.states import Transition
from mckconsole.views.panes import PANES
from mckconsole.views.spec import Column, Row


@dataclass(frozen=True, slots=True)
class Frame:
    """One moment."""

    snapshot: FleetSnapshot
    analysis: Analysis
    rows: Mapping[str, Sequence[Row]]
    """By pane name, in the pane's own order."""
    columns: Mapping[str, Sequence[Column]]
    """By pane name: every column of its rows."""
    past: tuple[Transition, ...] = ()
    """Links that changed their state since the console was started, oldest first."""


def make_frame(
    snapshot: FleetSnapshot, analysis: Analysis, past: Sequence[Transition] = ()
) -> Frame:
    """The frame of a snapshot and its analysis."""
    rows = {pane.name: tuple(pane.rows(snapshot, analysis)) for pane in PANES}
    columns = {pane.name: pane.columns_of(snapshot, analysis) for pane in PANES}
    return Frame(snapshot, analysis, MappingProxyType(rows), MappingProxyType(columns), tuple(past))


def frozen(frame: Frame) -> Frame:
    """`frame` with copies of what it only views."""
    return replace(frame, snapshot=copied(frame.snapshot))


def copied(snapshot: FleetSnapshot) -> FleetSnapshot:
    """`snapshot` with content of its own; the objects in it never change."""
    clusters = {name: _copied(one) for name, one in snapshot.clusters.items()}
    return replace(snapshot, clusters=MappingProxyType(clusters))


def _copied(cluster: ClusterSnapshot) -> ClusterSnapshot:
    topics = {name: _topic(view) for name, view in cluster.topics.items()}
    return replace(cluster, topics=MappingProxyType(topics))


def _topic(view: TopicView) -> TopicView:
    """A copy that shares nothing that changes, written out: `replace` takes ten times as long."""
    if not view.state.readable:
        return view  # it shows no objects
    return TopicView(
        view.topic,
        view.state,
        view.reason,
        view.version,
        MappingProxyType(dict(view.objects)),
        MappingProxyType(dict(view.faults)),
        view.as_of,
        view.generation,
    )
