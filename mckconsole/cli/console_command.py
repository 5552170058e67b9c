"""`mckconsole` without a command, on a terminal: check everything, then hand over to the console.

Whatever can be wrong with the terminal, the configuration, the keymap or the themes is said before
the screen is taken. The fleet itself is opened by the console, after its first frame: what that
needs is imported then.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from argparse import Namespace
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

from mckconsole.cli.arguments import PANES
from mckconsole.cli.errors import UsageError
from mckconsole.cli.look import check_look
from mckconsole.config.load import LoadedConfig, load_config
from mckconsole.config.model import Config
from mckconsole.config.waivers import load_waivers
from mckconsole.domain.text import clean, shorten
from mckconsole.domain.waivers import Waivers
from mckconsole.ui.settings import OpenFleet, ReadOnly, Settings
from mckconsole.ui.terminal import Colours, check_terminal, prepare

_FILE_NAME_SHOWN = 24
"""Characters of the configuration file's name in the title bar."""


def run(arguments: Namespace) -> int:
    """Open the console; returns when the user leaves.

    Raises:
        UsageError, ConfigError: it cannot be opened as asked for.
    """
    if sys.__stderr__ is None:
        raise UsageError("stderr is closed, and the console needs it")
    env = dict(os.environ)
    if words := check_terminal(env, sys.__stderr__.encoding):
        raise UsageError(words)
    loaded = load_config(arguments.config, env=env)
    settings = make_settings(arguments, loaded, env, prepare(os.environ))
    from mckconsole.ui.run import run_console

    with drawn_on_stdout():
        return run_console(settings)


def make_settings(
    arguments: Namespace, loaded: LoadedConfig, env: Mapping[str, str], colours: Colours
) -> Settings:
    """What the console is started with.

    Args:
        env: as the user gave it, for credential plugins too.

    Raises:
        UsageError, ConfigError: themes, keys, waivers, tables or logs cannot be used as asked for.
    """
    if arguments.audit_log or arguments.falco:
        from mckconsole.cli.logs import log_sources

        log_sources(arguments)  # what cannot be read is said before the screen is taken
    if arguments.support_data:
        from mckconsole.cli.target import support_data

        support_data(arguments)  # likewise
    config = Config() if arguments.demo else loaded.config
    waivers = load_waivers(arguments.waivers, config, env=env)
    look = check_look(loaded, env, colours, theme=arguments.theme, keymap=arguments.keymap)
    return Settings(
        open_fleet=lambda: _opened(arguments, loaded.config, env, waivers),
        config=loaded.config,
        theme=look.theme,
        themes=look.themes,
        keymap=look.keymap,
        pane=arguments.pane or next(iter(PANES)),
        mouse=arguments.mouse and loaded.config.mouse,
        demo=arguments.demo,
        access=_access(arguments, loaded),
        exports=Path(loaded.config.exports or "."),
        no_colour=colours == "none",
    )


@asynccontextmanager
async def _opened(
    arguments: Namespace, config: Config, env: Mapping[str, str], waivers: Waivers
) -> AsyncIterator[OpenFleet]:
    await asyncio.to_thread(importlib.import_module, "mckconsole.cli.target")
    from mckconsole.cli.target import followed

    async with followed(arguments, config, env) as fleet:
        yield replace(fleet, waivers=waivers)


def _access(arguments: Namespace, loaded: LoadedConfig) -> ReadOnly:
    """A configuration that locks comes first: nothing lifts it."""
    if loaded.config.read_only and loaded.path is not None:
        return ReadOnly(f"config {shorten(clean(loaded.path.name), _FILE_NAME_SHOWN)}")
    if arguments.read_only:
        return ReadOnly("--read-only")
    if arguments.write:
        return ReadOnly("--write enables nothing yet")
    return ReadOnly("default")


@contextmanager
def drawn_on_stdout() -> Iterator[None]:
    """Textual draws on stderr; where that is redirected it goes to the terminal for a while."""
    if os.isatty(2):
        yield
        return
    kept = os.dup(2)
    os.dup2(1, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
