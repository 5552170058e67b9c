"""Which fleet a command works on: the embedded one, or that of the kubeconfig."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from mckconsole.analysis.thresholds import Thresholds
from mckconsole.cli.errors import UsageError
from mckconsole.cli.output import say
from mckconsole.config.load import load_config
from mckconsole.config.model import Config
from mckconsole.sources.kubeconfig import Inventory, KubeconfigError, load_kubeconfig


@dataclass(frozen=True, slots=True)
class Target:
    """The clusters to read and the settings to read them with."""

    inventory: Inventory
    config: Config
    config_file: Path | None
    """None when the defaults hold, and for the embedded fleet."""


@asynccontextmanager
async def opened(arguments: Namespace) -> AsyncIterator[Target]:
    """The target of the command line; the embedded fleet runs until the context ends.

    Raises:
        UsageError: the kubeconfig cannot be used, or options contradict each other.
        ConfigError: the configuration cannot be used.
    """
    if not arguments.demo:
        loaded = load_config(arguments.config, env=os.environ)
        inventory = _inventory(arguments, arguments.kubeconfig, loaded.config)
        yield Target(inventory, loaded.config, loaded.path)
        return
    if arguments.kubeconfig or arguments.config:
        raise UsageError("--demo brings its own kubeconfig and configuration; leave the others out")
    from mckconsole.demo.fleet import EmbeddedFleet

    async with EmbeddedFleet() as fleet:
        inventory = _inventory(arguments, str(fleet.kubeconfig), fleet.config)
        yield Target(inventory, fleet.config, None)


def _inventory(arguments: Namespace, kubeconfig: str | None, config: Config) -> Inventory:
    if arguments.write:
        say("--write changes nothing here: this command only reads")
    try:
        return load_kubeconfig(
            kubeconfig, env=os.environ, config=config, contexts=arguments.context or ()
        )
    except KubeconfigError as error:
        raise UsageError(str(error)) from None


def thresholds(config: Config) -> Thresholds:
    """The configuration's mesh section as the analysis wants it."""
    mesh = config.mesh
    return Thresholds(
        slow=mesh.slow_ms / 1000,
        slow_critical=mesh.critical_ms / 1000,
        stale=mesh.stale_seconds,
        dead=mesh.dead_seconds,
    )
