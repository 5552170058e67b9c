"""How the sources of a log stand: above the lines, those in trouble first."""

from __future__ import annotations

from collections.abc import Sequence

from textual.events import Resize

from mckconsole.domain.logs import SourceStatus
from mckconsole.views.detail import Line, Span
from mckconsole.views.log_sources import source_lines, source_summary
from mckconsole.views.logs import LogLook
from mckwidgets.notes import Notes, note_rows

FEW = 3
"""Rows for the sources in trouble."""
MANY = 12
"""Rows where all are listed."""


class SourceStrip(Notes):
    """Sources with their state and its reason; none where all is well."""

    DEFAULT_CSS = "SourceStrip { height: 0; }"

    def __init__(self) -> None:
        super().__init__()
        self._statuses: tuple[SourceStatus, ...] = ()
        self._shown: Sequence[Line] = ()
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

    def on_resize(self, event: Resize) -> None:
        """Other lines fit now."""
        self._fit()

    def _arrange(self) -> None:
        most = MANY if self._everything else FEW
        self._shown = source_lines(
            self._statuses, self._look, everything=self._everything, most=most
        )
        self._fit()
        self.set_lines(self._shown)

    def _fit(self) -> None:
        """As high as what it says."""
        most = MANY if self._everything else FEW
        rows = len(note_rows(self._shown, self.app.size.width, most))
        if self.styles.height is None or self.styles.height.value != rows:
            self.styles.height = rows
