"""What the console shows at one moment: the fleet, what it means, and the rows of every pane.

A frame is made by the feed and never changed, so a frozen display only keeps its own.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.secrets.model import AuditPolicy
from mckconsole.domain.replay import ReplayStatus
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import Transition
from mckconsole.domain.waivers import NO_WAIVERS, Waivers
from mckconsole.views.panes import PANES
from mckconsole.views.spec import Column, Row

DEFAULT_AUDIT = AuditPolicy()


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
    waivers: Waivers = NO_WAIVERS
    """Those that it was judged with."""
    audit: AuditPolicy = DEFAULT_AUDIT
    """What it was judged by."""
    replay: ReplayStatus | None = None
    """Where one is in a recording; None where the fleet lives."""


def now_of(frame: Frame) -> float:
    """The console's clock, Unix seconds; while a recording is played, the time that is shown."""
    return frame.snapshot.taken_at if frame.replay is not None else time.time()


def make_frame(
    snapshot: FleetSnapshot,
    analysis: Analysis,
    past: Sequence[Transition] = (),
    waivers: Waivers = NO_WAIVERS,
    audit: AuditPolicy = DEFAULT_AUDIT,
) -> Frame:
    """The frame of a snapshot and its analysis."""
    rows = {pane.name: tuple(pane.rows(snapshot, analysis)) for pane in PANES}
    columns = {pane.name: pane.columns_of(snapshot, analysis) for pane in PANES}
    by_pane = MappingProxyType(rows), MappingProxyType(columns)
    return Frame(snapshot, analysis, *by_pane, tuple(past), waivers, audit)
