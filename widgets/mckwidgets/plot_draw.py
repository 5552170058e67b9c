"""A plot as rows of words with roles: title, value axis, lines, time axis, legend, note.

Everything is computed from a `Chart` and a size, so a table of tests can say what is drawn. There
is no widget and no colour here.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.cells import cell_len

from mckwidgets.plot_canvas import Canvas, Mark, glyph
from mckwidgets.plot_scale import ago, clock, time_ticks, value_ticks
from mckwidgets.plot_series import GAP_FACTOR, Chart, Line, lines_of
from mckwidgets.safe_text import cut, fold, inert, pad

Words = tuple[str, str]
"""A text and its role, which may be `cursor` too."""
Row = list[Words]

MIN_WIDTH, MIN_HEIGHT = 20, 5
ROOMY = 8
"""Rows from which on there is room for a note and a legend of several rows."""
MAX_TEXT = 2048


class Drawing:
    """A chart at one size, in cells."""

    def __init__(self, chart: Chart, width: int, height: int) -> None:
        self._chart = chart
        self._width, self._height = width, height
        self._lines = lines_of(chart)
        self._body: Body | None = None
        self._fits = width >= MIN_WIDTH and height >= MIN_HEIGHT
        known = any(line.runs for line in self._lines) and chart.end > chart.start
        if self._fits and known:
            above_and_below = 1 + len(self._legend(None)) + len(self._note())
            self._body = Body(chart, self._lines, width, height - above_and_below)

    @property
    def columns(self) -> int:
        """How many times a cursor can stand on."""
        return self._body.width if self._body else 0

    def rows(self, cursor: float | None = None) -> list[Row]:
        """At most as many rows as fit, none wider than what was asked for.

        `cursor` is a time (Unix seconds) to read values at. Where less than 20 × 5 cells are
        there, it is one row.
        """
        if not self._fits:
            return [self._one_line()][: max(0, min(self._height, self._width))]
        if self._body is None:
            return [self._title(None), *self._nothing()]
        return [
            self._title(cursor),
            *self._body.rows(cursor),
            *self._legend(cursor),
            *self._note(),
        ]

    def _one_line(self) -> Row:
        for line in self._lines:
            if line.last is not None:
                words = f"{self._name(line)} {self._words(line.last[1])}"
                return [(cut(words, self._width), line.role)]
        return [(cut(inert(self._chart.note[:MAX_TEXT] or "no samples"), self._width), "dim")]

    def _title(self, cursor: float | None) -> Row:
        at = "" if cursor is None else f"{clock(cursor)}Z"
        if cursor is not None and self._width >= 2 * MIN_WIDTH:
            at += f" {ago(self._chart.end - cursor)}"
        room = self._width - len(at) - 2 * bool(at)
        title = cut(inert(self._chart.title[:MAX_TEXT]), room)
        said, role = self._said(cursor, room - cell_len(title) - 2)
        used = cell_len(title) + cell_len(said)
        blank = " " * (self._width - used - len(at)) if at else ""
        return [(title, "heading"), (said, role), (blank, "plain"), (at, "plain")]

    def _said(self, cursor: float | None, room: int) -> Words:
        """The values of an only line without a name, behind the title; they need no legend."""
        if not self._nameless or self._body is None:
            return "", "plain"
        (line,) = self._lines
        for extremes in (True, False):
            words = self._values(line, cursor, extremes=extremes)
            if cell_len(words) <= room:
                return f"  {words}", line.role
        return "", "plain"

    @property
    def _nameless(self) -> bool:
        return len(self._lines) == 1 and not self._lines[0].name

    def _nothing(self) -> list[Row]:
        """Why there is nothing to draw, in the middle."""
        text = inert(self._chart.note[:MAX_TEXT] or "no samples")
        rows: list[Row] = [[(text[slice(*part)], "dim")] for part in fold(text, self._width)]
        blank: list[Row] = [[]] * max(0, (self._height - 1 - len(rows)) // 2)
        return [*blank, *rows][: self._height - 1]

    def _note(self) -> list[Row]:
        if not self._chart.note or self._height < ROOMY:
            return []
        return [[(cut(inert(self._chart.note[:MAX_TEXT]), self._width), "dim")]]

    def _legend(self, cursor: float | None) -> list[Row]:
        """One row when all fit in it, else one per series, else a row without the extremes.

        Its height does not depend on the cursor. An only line without a name has none.
        """
        if self._nameless:
            return []
        full = [self._entry(line, None) for line in self._lines]
        shown = full if cursor is None else [self._entry(line, cursor) for line in self._lines]
        fits = sum(map(cell_len, full)) + 3 * len(full) - 3 <= self._width
        if not fits and len(full) <= self._height - ROOMY:
            return [
                [(cut(text, self._width), line.role)]
                for text, line in zip(shown, self._lines, strict=True)
            ]
        if not fits and cursor is None:
            shown = [self._entry(line, None, extremes=False) for line in self._lines]
        row: Row = []
        for text, line in zip(shown, self._lines, strict=True):
            row += [("   ", "plain"), (text, line.role)]
        return [_cropped(row[1:], self._width)]

    def _entry(self, line: Line, cursor: float | None, *, extremes: bool = True) -> str:
        """`● rtt 88 ms  min 84 ms  max 131 ms`, or the value at the cursor."""
        return f"{self._name(line)} {self._values(line, cursor, extremes=extremes)}"

    def _values(self, line: Line, cursor: float | None, *, extremes: bool) -> str:
        words = self._words
        if line.last is None:
            return "no samples"
        if cursor is not None:
            value = line.at(cursor, self._seconds / 2)
            return "no sample" if value is None else words(value)
        time, last = line.last
        age = self._chart.end - time
        when = f" ({ago(age)})" if age > max(line.distance * GAP_FACTOR, 1) else ""
        shown = f"{words(last)}{when}"
        values = line.values
        return f"{shown}  min {words(min(values))}  max {words(max(values))}" if extremes else shown

    @property
    def _seconds(self) -> float:
        """For one column."""
        return (self._chart.end - self._chart.start) / max(1, self.columns - 1)

    def _name(self, line: Line) -> str:
        name = cut(inert(line.name[:MAX_TEXT]), max(1, self._width - 2))
        return f"{glyph(line.number, ascii=self._chart.ascii)} {name}".rstrip()

    def _words(self, value: float) -> str:
        return inert(self._chart.unit(value))


class Body:
    """The axes and what is drawn between them."""

    def __init__(self, chart: Chart, lines: Sequence[Line], width: int, height: int) -> None:
        """`height` is with the rows of the time axis, at least 2; there is at least one sample."""
        self._chart = chart
        self._lines = lines
        self._ruled, self._clocked = height >= 5, height >= 10
        self.height = height - 1 - self._ruled - self._clocked
        """Rows of the drawing."""
        values = [value for line in lines for value in line.values]
        most = min(5, max(2, self.height // 2))
        self._ticks = value_ticks((min(values), max(values)), most)
        named = ("0" if tick == 0 else inert(chart.unit(tick)) for tick in self._ticks)
        labels = [cut(name, max(4, width // 3)) for name in named]
        self._margin = max(map(cell_len, labels))
        self.width = width - self._margin - 2
        """Columns of the drawing."""
        self._cells = self._draw()
        self._labels = {self._row_of(t): n for t, n in zip(self._ticks, labels, strict=True)}

    def _share(self, value: float) -> float:
        """How far below the top a value stands, of the whole height."""
        # halves: the difference of two floats may be too large for a float
        low, high = self._ticks[0] / 2, self._ticks[-1] / 2
        if low == high:  # half of the smallest float is nothing
            return 0.5
        return (high - value / 2) / (high - low)

    def _row_of(self, value: float) -> int:
        return round(self._share(value) * (self.height - 1))

    def _column_of(self, time: float) -> int:
        chart = self._chart
        return round((time - chart.start) / (chart.end - chart.start) * (self.width - 1))

    def rows(self, cursor: float | None) -> list[Row]:
        """The drawing, then the time axis."""
        column = None if cursor is None else self._column_of(cursor)
        rows = [[self._axis(y), *self._row(y, column)] for y in range(self.height)]
        return [*rows, *self._time_axis()]

    def _draw(self) -> dict[tuple[int, int], Mark]:
        chart = self._chart
        canvas = Canvas(self.width, self.height, ascii=chart.ascii)
        span = chart.end - chart.start
        for line in self._lines:
            for run in line.runs:
                places = [((time - chart.start) / span, self._share(value)) for time, value in run]
                canvas.draw(line.number, places)
        return canvas.cells()

    def _axis(self, y: int) -> Words:
        edge, tick = ("|", "+") if self._chart.ascii else ("│", "┤")
        label = self._labels.get(y)
        words = pad(label or "", self._margin, "right")
        return f"{words} {edge if label is None else tick}", "dim"

    def _row(self, y: int, cursor: int | None) -> Row:
        bar = "|" if self._chart.ascii else "│"
        row: Row = []
        for column in range(self.width):
            mark = self._cells.get((column, y))
            if column == cursor:
                row.append((mark.text if mark else bar, "cursor"))
            else:
                row.append((mark.text, self._lines[mark.line].role) if mark else (" ", "plain"))
        return _joined(row)

    def _time_axis(self) -> list[Row]:
        chart = self._chart
        times = time_ticks(chart.start, chart.end, max(2, self.width // 12 + 1))
        places = {self._column_of(time): time for time in times}
        rows = [self._labelled({x: ago(chart.end - time) for x, time in places.items()})]
        if self._ruled:
            corner, line, tick = ("+", "-", "+") if chart.ascii else ("└", "─", "┴")
            ruler = "".join(tick if x in places else line for x in range(self.width))
            rows.insert(0, f"{' ' * (self._margin + 1)}{corner}{ruler}")
        if self._clocked:
            rows.append(self._labelled({x: f"{clock(time)}Z" for x, time in places.items()}))
        return [[(row, "dim")] for row in rows]

    def _labelled(self, labels: dict[int, str]) -> str:
        """Labels around their columns, from the right on as far as there is room for them."""
        left, end = self._margin + 2, self._margin + 2 + self.width
        row, room = "", end
        for column, label in sorted(labels.items(), reverse=True):
            start = min(max(left + column - len(label) // 2, 0), end - len(label))
            if start + len(label) <= room:
                row = label.ljust(len(label) if not row else room - start + 1) + row
                room = start - 1
        return " " * (room + 1) + row


def _joined(row: Row) -> Row:
    """Neighbours of one role as one."""
    return [("".join(t for t, _ in group), role) for role, group in groupby(row, lambda w: w[1])]


def _cropped(row: Row, width: int) -> Row:
    cropped: Row = []
    for text, role in row:
        text = cut(text, width)
        cropped.append((text, role))
        width -= cell_len(text)
    return cropped
