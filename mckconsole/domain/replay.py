"""Where one is in a recording."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReplayStatus:
    """A recording that is played, at one moment."""

    file: str
    """Its name, cleaned."""
    at: float
    """Unix seconds by the recorder's clock: the time that is shown."""
    first: float
    """When the recording begins."""
    last: float
    """When it ends, as far as it is known."""
    playing: bool
    speed: float
    """Seconds of the recording in a second."""
    failed: str = ""
    """Why it can be played no further; empty while it can."""

    @property
    def over(self) -> bool:
        """Whether its end is shown."""
        return self.at >= self.last
