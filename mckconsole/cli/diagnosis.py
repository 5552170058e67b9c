"""Everything that `doctor` says, before it is put into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mckconsole.sources.prometheus import ProbeResult
from mckconsole.store.checkup import Checkup


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is known of the fleet's access."""

    at: float
    """Unix seconds."""
    config_file: Path | None
    """None when the defaults hold."""
    kubeconfigs: Sequence[Path]
    problems: Sequence[str]
    """What is wrong with the kubeconfig as a whole."""
    checkups: Sequence[Checkup]
    probes: Mapping[str, Sequence[ProbeResult]]
    """By cluster: the metrics endpoints that cover it."""
