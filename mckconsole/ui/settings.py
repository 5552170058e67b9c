"""What the command line hands to the application: everything decided before the screen is taken.

Holds values only. The fleet is opened later, by the application, when its first frame is painted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mckconsole.domain.support import NO_SUPPORT_DATA, SupportData
from mckconsole.domain.waivers import NO_WAIVERS, Waivers

if TYPE_CHECKING:
    from textual.theme import Theme

    from mckconsole.analysis.thresholds import Thresholds
    from mckconsole.config.model import Config
    from mckconsole.sources.access_log import LogSource
    from mckconsole.sources.kubeconfig import Inventory
    from mckconsole.store.replay import Player


@dataclass(frozen=True, slots=True)
class ReadOnly:
    """That nothing is changed, and who said so."""

    origin: str
    """`default`, `--read-only`, `config FILE` …; cleaned."""

    @property
    def words(self) -> str:
        """For the title bar."""
        return f"READ-ONLY ({self.origin})"


@dataclass(frozen=True, slots=True)
class OpenFleet:
    """The clusters to follow, and how."""

    inventory: Inventory
    config: Config
    """The embedded fleet brings its own; with what the command line says of the audit."""
    thresholds: Thresholds
    reread: Callable[[], Inventory] | None = None
    """Reads the inventory again, blocking; raises KubeconfigError. None: it cannot change."""
    logs: Sequence[LogSource] = ()
    """Files that say who read Secrets."""
    waivers: Waivers = NO_WAIVERS
    """Findings that somebody answers for."""
    support: SupportData = NO_SUPPORT_DATA
    """What is known of releases."""
    replay: AbstractAsyncContextManager[Player] | None = None
    """A recording to play, in place of the inventory's clusters."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the application was started."""

    open_fleet: Callable[[], AbstractAsyncContextManager[OpenFleet]]
    """Entering it reads the kubeconfig or starts the embedded fleet; raises errors whose words are
    for the user when that is not possible."""
    config: Config
    theme: str
    """A key of `themes`."""
    themes: Mapping[str, Theme]
    keymap: Mapping[str, str]
    """For `App.set_keymap`."""
    pane: str
    """Name of the pane to start with, or of one of its groupings (`certs`)."""
    mouse: bool
    demo: bool
    access: ReadOnly
    exports: Path
    """Directory for exported files; need not exist."""
    no_colour: bool
    """No colour code may be written."""
    replay: str = ""
    """Name of the recording that is played; empty where the fleet lives."""
