"""What is wrong with a configuration file, each problem with its file, line and key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mckconsole.domain.text import clean, shorten

MAX_SHOWN = 20
"""How many problems of one file are printed; the rest are counted."""


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One problem; `str` gives `FILE:LINE: KEY: MESSAGE`."""

    file: Path
    line: int | None
    """1-based; None when the file as a whole is the problem."""
    key: str
    """Dotted path of the key, `prometheus[0].url`; empty for the file as a whole."""
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        parts = (place, self.key, self.message) if self.key else (place, self.message)
        return ": ".join(shorten(clean(part), 300) for part in parts)


class ConfigError(Exception):
    """The configuration cannot be used; the CLI prints it and exits 2."""

    def __init__(self, problems: Sequence[ConfigProblem]) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems[:MAX_SHOWN]]
        if len(self.problems) > MAX_SHOWN:
            lines.append(f"… and {len(self.problems) - MAX_SHOWN} more problems")
        super().__init__("\n".join(lines))
