"""What ends a command early, with words for stderr."""

from __future__ import annotations


class UsageError(Exception):
    """The command cannot be carried out as given; exit 2."""


class Terminated(Exception):
    """A signal asked the process to end; everything is closed by the time this is seen."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(f"signal {signal_number}")
        self.signal_number = signal_number
