"""What a pane is: columns, rows of cells, and what must be read for it.

A cell carries its text, the role that colours it and the raw value behind it, so a terminal, a
table and JSON say the same thing. Text is one clean line; no markup, no colour, no width here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from mckconsole.analysis.engine import Analysis
    from mckconsole.domain.snapshot import FleetSnapshot


class Role(StrEnum):
    """What a cell means; themes turn it into colour, `GLYPHS` into a sign."""

    PLAIN = "plain"
    OK = "ok"
    WARN = "warn"
    CRITICAL = "critical"
    CONNECTING = "connecting"
    STALE = "stale"
    UNKNOWN = "unknown"
    FORBIDDEN = "forbidden"
    DIM = "dim"
    """True once, or of little weight: shown, but not as current."""
    HEADING = "heading"
    """What the words after it are about."""


GLYPHS: Mapping[Role, str] = {
    Role.OK: "●",
    Role.WARN: "▲",
    Role.CRITICAL: "✖",
    Role.CONNECTING: "◌",
    Role.STALE: "~",
    Role.UNKNOWN: "?",
    Role.FORBIDDEN: "⊘",
}
"""One cell wide each, and always next to a word."""

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell."""

    text: str
    role: Role = Role.PLAIN
    value: Value = None
    """What to sort by and to export: a number in base units (seconds, counts) or a word."""


BLANK = Cell("–", Role.DIM)
"""There is nothing to say here; what is unknown says so with a word."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    id: str
    title: str
    align: Literal["left", "right"] = "left"
    priority: int = 0
    """0 is never dropped; the highest goes first when the terminal is narrow."""
    unit: str = ""
    """Unit of the cells' values (`seconds`, `count`), empty for words."""
    help: str = ""
    name: bool = False
    """It holds names, whose ends tell them apart: what is too long is cut in its middle."""
    volatile: bool = False
    """It changes by itself (ages): a change of it is no news."""
    passing: bool = False
    """Its texts mean something within this run alone, and would only differ where two reports are
    compared: JSON has the ids of findings instead."""
    cluster: str = ""
    """The cluster that it is about, where each cluster has a column: a scope shows those of its
    clusters, and where one of them finds no room, none to the right of it is shown."""

    @property
    def alike(self) -> bool:
        """Whether it is one of the clusters' columns."""
        return bool(self.cluster)


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `id` is stable across refreshes."""

    id: str
    cells: Mapping[str, Cell]
    """By column id; every column of the pane has one."""
    finding_ids: tuple[str, ...] = ()
    role: Role = Role.PLAIN
    """How the row as a whole stands; `problem` is told from it."""
    clusters: tuple[str, ...] = ()
    """The clusters it is about: a scope shows it when it holds one of them."""
    namespace: str = ""
    """The namespace it is in; empty for what is in none."""

    @property
    def problem(self) -> bool:
        """Whether it is anything but well; what is unknown or stale is."""
        return self.role not in (Role.OK, Role.PLAIN, Role.DIM)


Rows: TypeAlias = "Callable[[FleetSnapshot, Analysis], Sequence[Row]]"
Summary: TypeAlias = "Callable[[FleetSnapshot, Analysis], str]"
Columns: TypeAlias = "Callable[[FleetSnapshot, Analysis], Sequence[Column]]"


@dataclass(frozen=True, slots=True)
class PaneSpec:
    """One pane: drives its table, its report, its key and its help."""

    name: str
    key: str
    """The number key."""
    title: str
    columns: tuple[Column, ...]
    """Those that are always there."""
    rows: Rows
    summary: Summary
    """One line over the table: how many of what, worst first."""
    empty: Summary
    """Why there are no rows, and what to do."""
    topics: tuple[str, ...]
    """Topics of the Kind registry that must be read."""
    queries: tuple[str, ...] = ()
    """Ids of the metric queries that add to it."""
    essential: tuple[str, ...] = ()
    """Those of the topics without which it says next to nothing: a report that names the pane is
    incomplete where one is refused, though the fleet as a whole can do without."""
    aliases: tuple[str, ...] = field(default=())
    help: str = ""
    """What one row is and what the columns mean."""
    every_column: Columns | None = None
    """`columns` and those that depend on the fleet, in order; None where none does."""
    by: str = ""
    """What one row of it is, where the pane can be grouped in several ways: `--by` names it."""
    groupings: tuple[PaneSpec, ...] = ()
    """The same pane grouped in other ways, in the order in which they are offered."""
    words: tuple[str, ...] = ()
    """What a grouping is called where its pane is not named: `certs`."""
    asked: bool = False
    """Its rows are asked for when it is looked at: no frame and no report has them."""

    def grouped(self, word: str) -> PaneSpec | None:
        """The pane grouped so, by the grouping's name or an alias of it; None where it has none."""
        wanted = word.strip().lower()
        for one in (self, *self.groupings):
            if wanted and (wanted == one.by or (one is not self and wanted in one.aliases)):
                return one
        return None

    def columns_of(self, snapshot: FleetSnapshot, analysis: Analysis) -> tuple[Column, ...]:
        """All columns of the pane's rows at this moment."""
        if self.every_column is None:
            return self.columns
        return tuple(self.every_column(snapshot, analysis))
