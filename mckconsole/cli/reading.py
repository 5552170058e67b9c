"""Read the fleet once for a report: from its clusters, or the moment of a recording."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from mckconsole.cli.progress import ProgressDisplay
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import clean
from mckconsole.store.reader import ReadPlan, read_fleet

if TYPE_CHECKING:
    from mckconsole.cli.target import Target


async def read_snapshot(target: Target, plan: ReadPlan) -> FleetSnapshot:
    """What `plan` names of the target, with progress on a terminal; of a recording its moment."""
    if target.recorded is not None:
        return target.recorded
    names = [endpoint.name for endpoint in target.inventory.endpoints]
    with ProgressDisplay(sys.stderr, names) as progress:
        store = await read_fleet(
            target.inventory, plan, config=target.config, progress=progress, logs=target.logs
        )
    return store.snapshot()


def origin_words(arguments: Namespace) -> str:
    """What stands in a title before everything else: that clusters are simulated, or recorded."""
    demo = "DEMO: simulated clusters on this machine · " if arguments.demo else ""
    named = getattr(arguments, "recording", None)
    return f"{demo}recorded: {clean(Path(named).name)} · " if named else demo
