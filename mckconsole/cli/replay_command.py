"""`mckconsole replay FILE`: the console over a recording; nobody is asked."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from mckconsole.cli.console_command import drawn_on_stdout, make_settings
from mckconsole.cli.errors import UsageError
from mckconsole.cli.output import on_terminal
from mckconsole.cli.recorded import DEMO, moment_of, open_recording, state_at
from mckconsole.cli.target import support_data, thresholds, with_flags
from mckconsole.config.load import load_config
from mckconsole.config.waivers import load_waivers
from mckconsole.domain.text import clean, shorten
from mckconsole.sources.kubeconfig import Inventory
from mckconsole.store.recording.reader import Recording
from mckconsole.store.replay import Player
from mckconsole.ui.settings import OpenFleet, ReadOnly, Settings
from mckconsole.ui.terminal import Colours, check_terminal, prepare

_NAME_SHOWN = 24
"""Characters of the file's name in the title bar."""


def run(arguments: Namespace) -> int:
    """Open the console over the recording; returns when the user leaves.

    Raises:
        UsageError, ConfigError: it cannot be opened as asked for.
    """
    if not on_terminal():
        raise UsageError("replay needs a terminal; `report --from FILE` does not")
    if sys.__stderr__ is None:
        raise UsageError("stderr is closed, and the console needs it")
    env = dict(os.environ)
    if words := check_terminal(env, sys.__stderr__.encoding):
        raise UsageError(words)
    recording = open_recording(arguments.file)
    settings = replay_settings(arguments, recording, prepare(os.environ))
    from mckconsole.ui.run import run_console

    with drawn_on_stdout():
        return run_console(settings)


def replay_settings(arguments: Namespace, recording: Recording, colours: Colours) -> Settings:
    """What the console is started with; it closes the recording.

    Raises:
        UsageError, ConfigError: themes, keys, waivers, tables or the time cannot be used.
    """
    env = dict(os.environ)
    loaded = load_config(arguments.config, env=env)
    at = moment_of(recording, arguments.at, recording.first.at)
    state_at(recording, at)  # what is damaged is said before the screen is taken
    settings = make_settings(arguments, loaded, env, colours)
    config = with_flags(loaded.config, arguments)
    waivers = load_waivers(arguments.waivers, config, env=env)
    support = support_data(arguments)

    @asynccontextmanager
    async def opened() -> AsyncIterator[OpenFleet]:
        player = Player(recording, at=at)
        if arguments.speed:
            player.set_speed(arguments.speed)
            player.play()
        inventory = Inventory((), (), ())
        yield OpenFleet(
            inventory, config, thresholds(config), waivers=waivers, support=support, replay=player
        )

    name = shorten(clean(recording.path.name), _NAME_SHOWN)
    return replace(
        settings,
        open_fleet=opened,
        demo=DEMO in recording.facts,
        access=ReadOnly(f"recording {name}"),
        replay=name,
    )
