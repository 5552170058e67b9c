"""Make the pictures of the README from the demo: `python -m tests.ui.screenshots DIRECTORY`.

Each picture is an SVG of the running console, one minute after the tunnel of the script has died,
at one of the three sizes that the console is made for.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import NamedTuple

from mckconsole.demo.fleet import EmbeddedFleet
from tests.ui.console import Console, console, settings_for

MINUTES = 4
"""How long the demo has run: its tunnel slows after one minute and is dead after three."""


class Shot(NamedTuple):
    """One picture."""

    name: str
    size: tuple[int, int]
    keys: tuple[str, ...]


SHOTS = (
    Shot("fleet", (120, 24), ()),
    Shot("fleet-80x24", (80, 24), ()),
    Shot("cluster", (120, 40), ("enter",)),
    Shot("mesh", (120, 24), ("2",)),
    Shot("mesh-list", (120, 30), ("2", "v")),
    Shot("tunnel", (120, 40), ("2", "enter")),
    Shot("tunnel-80x24", (80, 24), ("2", "enter")),
    Shot("metrics", (120, 30), ("2", "m")),
    Shot("help", (120, 40), ("2", "question_mark")),
    Shot("light", (120, 24), ("2",)),
)


async def take(running: Console, shot: Shot, directory: Path) -> None:
    """Press the keys and save what is on the screen."""
    await running.press(*shot.keys)
    await asyncio.sleep(1.0)
    await running.pilot.pause()
    title = f"mckconsole: {shot.name}"
    (directory / f"{shot.name}.svg").write_text(running.app.export_screenshot(title=title))


async def main(directory: Path) -> None:
    """Make all pictures."""
    for shot in SHOTS:
        async with EmbeddedFleet() as fleet:
            theme = "light" if shot.name == "light" else "dark"
            settings = settings_for(fleet, directory, theme=theme, demo=True)
            async with console(settings, size=shot.size) as running:
                await running.settled()
                for _ in range(MINUTES * 12):
                    fleet.advance(5.0)
                    await asyncio.sleep(0.1)
                await take(running, shot, directory)


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    asyncio.run(main(Path(sys.argv[1])))
