"""Which fleet a command works on: the embedded one, or that of the kubeconfig.

`opened` is for commands that read once and end, `followed` for the console, which must neither
write words over its own screen nor stand still while files are read.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
from argparse import Namespace
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from mckconsole.analysis.thresholds import Thresholds
from mckconsole.cli.errors import UsageError
from mckconsole.cli.logs import check_clusters, log_sources
from mckconsole.cli.output import say
from mckconsole.config.load import load_config
from mckconsole.config.model import Config
from mckconsole.config.paths import expand
from mckconsole.config.support_data import load_support_data
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.support import NO_SUPPORT_DATA, SupportData
from mckconsole.sources.access_log import LogSource
from mckconsole.sources.kubeconfig import Inventory, KubeconfigError, load_kubeconfig
from mckconsole.ui.policy import audit_policy, identity_policy
from mckconsole.ui.settings import OpenFleet

if TYPE_CHECKING:
    from mckconsole.analysis.identity.model import IdentityPolicy
    from mckconsole.analysis.secrets.model import AuditPolicy
    from mckconsole.demo.fleet import EmbeddedFleet


@dataclass(frozen=True, slots=True)
class Target:
    """The clusters to read and the settings to read them with."""

    inventory: Inventory
    config: Config
    """With what the command line says of the audit."""
    config_file: Path | None
    """None when the defaults hold, and for the embedded fleet."""
    logs: tuple[LogSource, ...] = ()
    """Files that say who read Secrets."""
    support: SupportData = NO_SUPPORT_DATA
    """What is known of releases."""
    recorded: FleetSnapshot | None = None
    """The fleet as it was recorded, where that is what is reported."""


@asynccontextmanager
async def opened(arguments: Namespace) -> AsyncIterator[Target]:
    """The target of the command line; the embedded fleet runs until the context ends.

    Raises:
        UsageError: the kubeconfig or a log cannot be used, or options contradict each other.
        ConfigError: the configuration or a file of --support-data cannot be used.
    """
    logs = log_sources(arguments)
    support = support_data(arguments)
    if getattr(arguments, "recording", None):
        from mckconsole.cli.recorded import read_recorded

        loaded = load_config(arguments.config, env=os.environ)
        config = with_flags(loaded.config, arguments)
        recorded, inventory = await asyncio.to_thread(read_recorded, arguments)
        yield Target(inventory, config, loaded.path, (), support, recorded)
        return
    if not arguments.demo:
        loaded = load_config(arguments.config, env=os.environ)
        config = with_flags(loaded.config, arguments)
        inventory = _inventory(arguments, arguments.kubeconfig, config)
        check_clusters(logs, inventory)
        yield Target(inventory, config, loaded.path, logs, support)
        return
    from mckconsole.demo.fleet import EmbeddedFleet

    async with EmbeddedFleet() as fleet:
        config = with_flags(fleet.config, arguments)
        inventory = _inventory(arguments, str(fleet.kubeconfig), config)
        check_clusters(logs, inventory)
        yield Target(inventory, config, None, logs, support)


def with_flags(config: Config, arguments: Namespace) -> Config:
    """`config` with the flags of the audit, which come before what it says itself."""
    section = config.audit
    return msgspec.structs.replace(
        config,
        audit=msgspec.structs.replace(
            section,
            scan_values=["*"] if arguments.scan_values else section.scan_values,
            by_name=arguments.by_name or section.by_name,
            strict_certificates=arguments.strict or section.strict_certificates,
        ),
    )


def support_data(arguments: Namespace) -> SupportData:
    """The tables of releases: those that are shipped, or those of --support-data.

    Raises:
        ConfigError: a file cannot be used.
    """
    return load_support_data([*_support_files(arguments)])


def _support_files(arguments: Namespace) -> Iterator[Path]:
    for named in arguments.support_data or ():
        yield expand(named, env=os.environ, relative_to=Path())


def inputs(arguments: Namespace, target: Target) -> Iterator[Path]:
    """Every file that the command line or the configuration names to be read."""
    yield from (one.path for one in target.logs)
    yield from target.inventory.files
    yield from _support_files(arguments)
    recording = getattr(arguments, "recording", None)
    for named in (arguments.waivers, target.config.waivers, target.config_file, recording):
        if named:
            yield expand(str(named), env=os.environ, relative_to=Path())


def _inventory(arguments: Namespace, kubeconfig: str | None, config: Config) -> Inventory:
    if arguments.write:
        say("--write changes nothing here: this command only reads")
    return _read(_reader(arguments, kubeconfig, config, os.environ))


Reader: TypeAlias = Callable[[], Inventory]


def _reader(
    arguments: Namespace, kubeconfig: str | None, config: Config, env: Mapping[str, str]
) -> Reader:
    contexts = arguments.context or ()
    return partial(load_kubeconfig, kubeconfig, env=env, config=config, contexts=contexts)


def _read(reader: Reader) -> Inventory:
    try:
        return reader()
    except KubeconfigError as error:
        raise UsageError(str(error)) from None


@asynccontextmanager
async def followed(
    arguments: Namespace, config: Config, env: Mapping[str, str]
) -> AsyncIterator[OpenFleet]:
    """The target of the command line, for as long as the console shows it.

    The embedded fleet plays its script meanwhile.

    Raises:
        UsageError: the kubeconfig or a log cannot be used.
        ConfigError: a file of --support-data cannot be used.
    """
    logs = log_sources(arguments)
    support = await asyncio.to_thread(support_data, arguments)
    if arguments.demo:
        async with _playing() as fleet:
            config = with_flags(fleet.config, arguments)
            reader = _reader(arguments, str(fleet.kubeconfig), config, env)
            inventory = await asyncio.to_thread(_read, reader)
            check_clusters(logs, inventory)
            yield OpenFleet(inventory, config, thresholds(config), logs=logs, support=support)
        return
    config = with_flags(config, arguments)
    reader = _reader(arguments, arguments.kubeconfig, config, env)
    inventory = await asyncio.to_thread(_read, reader)
    check_clusters(logs, inventory)
    yield OpenFleet(inventory, config, thresholds(config), reader, logs, support=support)


@asynccontextmanager
async def _playing() -> AsyncIterator[EmbeddedFleet]:
    module = await asyncio.to_thread(importlib.import_module, "mckconsole.demo.fleet")
    fleet: EmbeddedFleet = await asyncio.to_thread(module.EmbeddedFleet)
    async with fleet:
        script = asyncio.create_task(fleet.run_script(), name="script of the embedded fleet")
        try:
            yield fleet
        finally:
            script.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await script


def thresholds(config: Config) -> Thresholds:
    """The configuration's mesh section as the analysis wants it."""
    mesh = config.mesh
    return Thresholds(
        slow=mesh.slow_ms / 1000,
        slow_critical=mesh.critical_ms / 1000,
        stale=mesh.stale_seconds,
        dead=mesh.dead_seconds,
    )


def policy(target: Target) -> IdentityPolicy:
    """The configuration's identity section and the clusters' groups, as the analysis wants it."""
    groups = {one.name: one.groups for one in target.inventory.endpoints}
    return identity_policy(target.config, groups)


def audit(target: Target) -> AuditPolicy:
    """The configuration's audit section and the flags, as the analysis wants it."""
    return audit_policy(target.config)
