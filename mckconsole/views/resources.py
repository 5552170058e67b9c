"""Rows of the resources pane."""

from __future__ import annotations

from mckconsole.analysis.engine import Analysis
from mckconsole.domain.snapshot import FleetSnapshot


def summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """No frame has rows of it."""
    return ""


def empty(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """What to do."""
    return "no kind is chosen; :pods, :deploy or any other kind shows its objects of all clusters"
