"""What an analysis that keeps up works at, and the memory that leads from one to the next.

On a desk everything lies as the last analysis left it; the next changes it in place. So only the
newest memory leads to it. With an older one the analysis starts anew, which is slower and says the
same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, Self, TypeVar


@dataclass(slots=True)
class Desk:
    """Everything the last analysis left."""

    turn: int = field(default=0, kw_only=True)
    """Counts the analyses made on it."""


D = TypeVar("D", bound=Desk)


@dataclass(frozen=True, slots=True)
class DeskMemory(Generic[D]):
    """What one analysis hands to the next; without a desk it remembers nothing."""

    desk: D | None = None
    turn: int = 0

    @property
    def newest(self) -> D | None:
        """The desk; None where another analysis was made on it since."""
        return self.desk if self.desk is not None and self.desk.turn == self.turn else None

    @classmethod
    def of(cls, desk: D) -> Self:
        """The memory that leads to the desk as it is now; older ones do not any more."""
        desk.turn += 1
        return cls(desk, desk.turn)
