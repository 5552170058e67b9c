"""A report as text: how it stands, the panes as tables, what was found, then what is not known.

The same words go to a terminal and into a pipe. A terminal may cut them to its width and colour
them, and gets the verdict again at its end, where its eyes are; a pipe gets everything, without
colour.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.report.coverage import OVERVIEW
from mckconsole.report.document import Document, PaneTable
from mckconsole.report.findings import finding_lines, unknown_lines
from mckconsole.report.grid import grid
from mckconsole.report.prose import flowing, labelled
from mckconsole.report.spans import Line, Span, paint
from mckconsole.report.summary import finding_counts, verdict
from mckconsole.views.spec import GLYPHS, Role


def render(
    document: Document, *, title: str = "", width: int | None = None, colour: bool = False
) -> str:
    """The whole report under `title`; `width` in terminal cells, None for as wide as it takes."""
    return paint(_lines(document, title, width), colour=colour)


def _lines(document: Document, title: str, width: int | None) -> Iterator[Line]:
    yield from _verdict(document, width)
    yield from labelled("", title, width, room=0)
    yield []
    for pane in document.panes:
        yield from _pane(pane, width)
        yield []
    yield from _connections(document, width)
    yield from _heading("FINDINGS", finding_counts(document), width)
    yield from finding_lines(document.findings, width, document.waived)
    if document.notes:
        yield []
        yield from _heading("WAIVERS", f"{len(document.notes)} to look at", width)
        for note in document.notes:
            yield from labelled(GLYPHS[Role.WARN], note, width, room=2, label_role=Role.WARN)
    if document.unknowns:
        yield []
        yield from _heading("UNKNOWN", f"{len(document.unknowns)} not answered", width)
        yield from unknown_lines(document.unknowns, width)
    if width is not None:
        yield []
        yield from _verdict(document, width)


def _verdict(document: Document, width: int | None) -> Iterator[Line]:
    role, words = verdict(document)
    yield from labelled(GLYPHS[role], words, width, room=2, role=role, label_role=role)


def _heading(title: str, text: str, width: int | None) -> Iterator[Line]:
    return labelled(title, text, width, room=len(title) + 2, label_role="heading")


def _pane(pane: PaneTable, width: int | None) -> Iterator[Line]:
    yield from flowing(pane.title.upper(), pane.summary.split("  "), width)
    if pane.rows:
        yield from grid(pane.columns, pane.rows, width=width)
    yield from labelled("", pane.empty, width, room=0, role=Role.DIM)


def _connections(document: Document, width: int | None) -> Iterator[Line]:
    """What to know of the connections, unless the overview's rows already say it."""
    warnings = [(c.name, text) for c in document.clusters for text in c.warnings]
    if warnings and all(pane.name != OVERVIEW for pane in document.panes):
        yield [Span("CONNECTIONS", "heading")]
        for cluster, text in warnings:
            yield from labelled(
                GLYPHS[Role.WARN], f"{cluster}: {text}", width, room=2, label_role=Role.WARN
            )
        yield []
