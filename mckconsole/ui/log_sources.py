"""How the sources of a log stand: above the lines, those in trouble first."""

from __future__ import annotations

from collections.abc import Sequence

from mckconsole.domain.logs import SourceStatus
from mckconsole.views.detail import Span
from mckconsole.views.logs import LogLook, source_lines, source_summary
from mckwidgets.linepaint import PaintedLines, Part, clean_parts, cut_parts

FEW = 3
"""Rows for the sources in trouble."""
MANY = 12
"""Rows where all are listed."""


class SourceStrip(PaintedLines):
    """Sources with their state and its reason; none where all is well."""

    DEFAULT_CSS = "SourceStrip { height: 0; }"

    def __init__(self) -> None:
        super().__init__()
        self._statuses: tuple[SourceStatus, ...] = ()
        self._lines: Sequence[Sequence[Span]] = ()
        self._look = LogLook(())
        self._everything = False

    @property
    def everything(self) -> bool:
        """Whether those that are well are listed too."""
        return self._everything

    @everything.setter
    def everything(self, everything: bool) -> None:
        self._everything = everything
        self._arrange()

    @property
    def summary(self) -> Sequence[Span]:
        """How many are followed, in a few words."""
        return source_summary(self._statuses)

    def set_sources(self, statuses: Sequence[SourceStatus], look: LogLook) -> None:
        """How they stand now."""
        if tuple(statuses) != self._statuses or look != self._look:
            self._statuses, self._look = tuple(statuses), look
            self._arrange()

    def _arrange(self) -> None:
        most = MANY if self._everything else FEW
        lines = source_lines(self._statuses, self._look, everything=self._everything, most=most)
        if lines != self._lines:
            self._lines = lines
            self.styles.height = len(lines)
            self.refresh()

    def line_parts(self, y: int, width: int) -> Sequence[Part]:
        """One source."""
        return cut_parts(clean_parts(self._lines[y]), width) if y < len(self._lines) else ()
