"""Make the pictures of the README from the demo: `python -m tests.ui.screenshots DIRECTORY`.

Each picture is an SVG of the running console, one minute after the tunnel of the script has died,
at one of the three sizes that the console is made for.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import NamedTuple

from mckconsole.config.model import AuditConfig
from mckconsole.demo.fleet import EmbeddedFleet
from tests.ui.console import Console, console, settings_for

STEPS, STEP = 12, 20.0
"""The demo is advanced so many times by so many seconds: its tunnel dies after three minutes."""
VALUES = ["aws-*", "gcp-*", "aks-*"]
"""Clusters of the demo in which values of Secrets are looked at."""
HOME = ("escape", "escape", "escape", "escape", "1")
"""Keys that lead back to the start from everywhere."""


class Shot(NamedTuple):
    """One picture."""

    name: str
    size: tuple[int, int]
    keys: tuple[str, ...]
    theme: str = "dark"


SHOTS = (
    Shot("fleet", (120, 40), ()),
    Shot("fleet-80x24", (80, 24), ()),
    Shot("fleet-200x50", (200, 50), ()),
    Shot("cluster", (120, 40), ("down", "enter")),
    Shot("finding", (120, 40), ("down", "enter", "enter")),
    Shot("mesh", (120, 24), ("2",)),
    Shot("mesh-80x24", (80, 24), ("2",)),
    Shot("mesh-200x50", (200, 50), ("2",)),
    Shot("tunnel", (120, 40), ("2", "enter")),
    Shot("tunnel-80x24", (80, 24), ("2", "enter")),
    Shot("tunnel-200x50", (200, 50), ("2", "enter")),
    Shot("services", (120, 40), ("3",)),
    Shot("services-80x24", (80, 24), ("3",)),
    Shot("services-200x50", (200, 50), ("3",)),
    Shot("service", (120, 40), ("3", "enter")),
    Shot("service-80x24", (80, 24), ("3", "enter")),
    Shot("service-200x50", (200, 50), ("3", "enter")),
    Shot("service-compared", (120, 24), ("3", "equals_sign")),
    Shot("identity", (120, 40), ("4",)),
    Shot("identity-80x24", (80, 24), ("4",)),
    Shot("identity-200x50", (200, 50), ("4",)),
    Shot("identity-chain", (120, 40), ("4", "slash", *"pending", "enter", "enter")),
    Shot("identity-chain-80x24", (80, 24), ("4", "slash", *"pending", "enter", "enter")),
    Shot("identity-users", (120, 40), ("4", "slash", *"customs", "enter", "u")),
    Shot("identity-who", (120, 40), ("4", "slash", *"pending", "enter", "W")),
    Shot("failover", (120, 40), ("down", "x")),
    Shot("service-losses", (120, 24), ("3", "x")),
    Shot("metrics", (120, 40), ("2", "m")),
    Shot("transitions", (120, 24), ("2", "e")),
    Shot("object", (120, 40), ("2", "Y")),
    Shot("help", (120, 40), ("2", "question_mark")),
    Shot("light", (120, 24), ("2",), "light"),
    Shot("high-contrast", (120, 24), ("2",), "high-contrast"),
    Shot("mesh-list", (120, 40), ("2", "v")),
    Shot("identity-by-role", (120, 40), ("4", "v")),
    Shot("identity-by-account", (120, 40), ("4", "v")),
    Shot("versions", (120, 24), ("6",)),
    Shot("versions-80x24", (80, 24), ("6",)),
    Shot("versions-200x50", (200, 50), ("6",)),
    Shot("cluster-versions", (120, 40), ("6", "enter")),
    Shot("checklist", (120, 24), ("7",)),
    Shot("checklist-80x24", (80, 24), ("7",)),
    Shot("checklist-200x50", (200, 50), ("7",)),
    Shot("answer", (120, 40), ("7", "enter")),
    Shot("plan", (120, 24), ("6", "v")),
    Shot("plan-step", (120, 40), ("6", "enter")),
    Shot("blockers", (120, 40), ("6", "v", "v", "v", "v")),
    Shot("answers", (120, 40), ("7", "v")),
)
SINCE = 130.0
"""Seconds after the demo's start at which it is looked at."""
CRASH = ("8", "slash", *"crashlooping", "enter")
"""To the alert of the incident on the timeline."""
DEPLOYMENT = ("8", "slash", *"scalingreplicaset", "enter")
INCIDENT_SHOTS = (
    Shot("timeline", (120, 40), ("8",)),
    Shot("timeline-80x24", (80, 24), ("8",)),
    Shot("timeline-200x50", (200, 50), ("8",)),
    Shot("timeline-narrowed", (120, 40), ("8", "slash", *"delivery", "enter", "t")),
    Shot("pods", (120, 40), ("colon", *"pods", "enter")),
    Shot("pods-80x24", (80, 24), ("colon", *"pods", "enter")),
    Shot("pods-200x50", (200, 50), ("colon", *"pods", "enter")),
    Shot("pod", (120, 40), (*CRASH, "enter")),
    Shot("pod-80x24", (80, 24), (*CRASH, "enter")),
    Shot("logs", (120, 24), (*CRASH, "l")),
    Shot("logs-200x50", (200, 50), (*DEPLOYMENT, "l", "z")),
    Shot("compared-200x50", (200, 50), (*DEPLOYMENT, "enter", "equals_sign")),
    Shot("compared-80x24", (80, 24), (*DEPLOYMENT, "enter", "equals_sign")),
    Shot("drift", (120, 40), ("colon", *"drift", "space", *"deploy", "enter")),
)
"""What is seen of the release that crashes."""
SECRETS_SHOTS = (
    Shot("secrets", (120, 40), ("5",)),
    Shot("secrets-80x24", (80, 24), ("5",)),
    Shot("secrets-200x50", (200, 50), ("5",)),
    Shot("secret", (120, 40), ("5", "slash", *"s3-legacy", "enter", "enter")),
    Shot("secret-80x24", (80, 24), ("5", "slash", *"s3-legacy", "enter", "enter")),
    Shot("secret-readers", (120, 40), ("5", "slash", *"s3-legacy", "enter", "W")),
    Shot("secrets-by-cluster", (120, 24), ("5", "escape", "v", "v")),
    Shot("certificates", (120, 40), ("5", "v", "v", "v")),
    Shot("certificate", (120, 40), ("5", "enter")),
)


async def take(running: Console, shot: Shot, directory: Path) -> None:
    """Press the keys, save what is on the screen, and go back."""
    await running.pilot.resize_terminal(*shot.size)
    running.app.theme = shot.theme
    await running.press(*shot.keys)
    await asyncio.sleep(3.0)  # answers come, and what changed is not lit any more
    await running.pilot.pause()
    picture = running.app.export_screenshot(title=f"mckconsole: {shot.name}")
    (directory / f"{shot.name}.svg").write_text(picture)
    await running.press(*HOME)


async def main(directory: Path) -> None:
    """Make all pictures: those of secrets where values are looked at in some clusters."""
    async with EmbeddedFleet() as fleet:
        async with console(settings_for(fleet, directory, demo=True)) as running:
            await running.settled()
            for _ in range(STEPS):
                fleet.advance(STEP)
                await running.press("r")
                await asyncio.sleep(1.2)
            for shot in SHOTS:
                await take(running, shot, directory)
        audit = AuditConfig(scan_values=VALUES)
        async with console(settings_for(fleet, directory, audit=audit, demo=True)) as running:
            await running.settled()
            await asyncio.sleep(5.0)
            for shot in SECRETS_SHOTS:
                await take(running, shot, directory)
    await follow(directory)


async def follow(directory: Path) -> None:
    """The pictures of the release that crashes, which began before the console did."""
    async with EmbeddedFleet(clock=lambda: time.time() - SINCE) as fleet:
        fleet.advance(SINCE)
        async with console(settings_for(fleet, directory, demo=True)) as running:
            await running.settled()
            await asyncio.sleep(8.0)
            for shot in INCIDENT_SHOTS:
                await take(running, shot, directory)


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    asyncio.run(main(Path(sys.argv[1])))
