"""Words for an exit status that says that something could not be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mckconsole.cli.exit_codes import ExitCode
from mckconsole.cli.output import say

GAPS_SHOWN = 5
"""Clusters that the line about gaps names; the report names all."""


def explain_gaps(status: ExitCode, gaps: Mapping[str, Sequence[str]]) -> None:
    """Say what is missing where the status is INCOMPLETE or NO_CLUSTER."""
    if status not in (ExitCode.INCOMPLETE, ExitCode.NO_CLUSTER):
        return
    parts = [f"{name}: {', '.join(found)}" for name, found in gaps.items()]
    rest = len(parts) - GAPS_SHOWN
    shown = "; ".join(parts[:GAPS_SHOWN]) + (f"; and {rest} more" if rest > 0 else "")
    if status is ExitCode.NO_CLUSTER:
        say(f"no cluster could be read (exit 3): {shown or 'there is none'}")
    else:
        say(f"incomplete (exit 4; --allow-partial accepts it): {shown}")
