"""One object in several clusters as a table, Markdown or JSON (`mckconsole.diff/v1`).

`diff-v1.schema.json` is the contract of the JSON; within a version keys are only added.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mckconsole import __version__
from mckconsole.analysis.sameness.sidebyside import ComparedField, Side, SideBySide
from mckconsole.report.export_markdown import literal
from mckconsole.report.grid import grid
from mckconsole.report.jsonout import to_json
from mckconsole.report.prose import labelled
from mckconsole.report.spans import Line, paint
from mckconsole.views.objects_compare import (
    Shown,
    columns_needed,
    compare_notes,
    compare_words,
    fits_side_by_side,
    side_by_side,
    stacked,
)
from mckconsole.views.spec import GLYPHS, Row

DIFF_ID = "mckconsole.diff/v1"
DIFF_SCHEMA_FILE = "diff-v1.schema.json"


@dataclass(frozen=True, slots=True)
class DiffSheet:
    """A comparison, and how much of it is to be shown."""

    found: SideBySide
    full: bool
    """Fields that are equal, too, and each cluster's own."""
    at: str
    """When it was read, RFC 3339."""
    scope: str
    """What was asked for, in words."""
    demo: bool = False

    @property
    def fields(self) -> tuple[ComparedField, ...]:
        """The fields that are shown."""
        return self.found.fields if self.full else self.found.differing

    @property
    def name(self) -> str:
        """What is compared."""
        return str(self.found.ref)

    @property
    def title(self) -> str:
        """The line that says what this is."""
        demo = "DEMO: simulated clusters on this machine · " if self.demo else ""
        return f"mckconsole {__version__} · {demo}read-only · {self.at} · {self.scope}"


def render_table(sheet: DiffSheet, *, width: int | None, colour: bool) -> str:
    """As text; `width` in cells, None for as wide as it takes: then values are stacked."""
    return paint(_lines(sheet, width), colour=colour)


def _lines(sheet: DiffSheet, width: int | None) -> Iterator[Line]:
    words, role = compare_words(sheet.found)
    told = f"{sheet.name}: {words}"
    yield from labelled(GLYPHS.get(role, ""), told, width, room=2, role=role, label_role=role)
    yield from labelled("", sheet.title, width, room=0)
    for note, text in compare_notes(sheet.found):
        yield from labelled(GLYPHS.get(note, ""), text, width, room=2, role=note, label_role=note)
    across = width is not None and fits_side_by_side(columns_needed(sheet.found), width)
    shown = side_by_side(sheet.found) if across else stacked(sheet.found)
    rows = _rows(sheet, shown)
    if rows:
        yield []
        yield from grid(shown.columns, rows, width=width)


def _rows(sheet: DiffSheet, shown: Shown) -> list[Row]:
    wanted = {one.path for one in sheet.fields}
    return [row for row in shown.rows if row.cells["field"].value in wanted]


def render_markdown(sheet: DiffSheet) -> str:
    """As a document, in which nothing that a cluster said is markup."""
    return "".join(f"{line}\n" for line in _document(sheet))


def _document(sheet: DiffSheet) -> Iterator[str]:
    words, _ = compare_words(sheet.found)
    yield from (f"# {literal(sheet.name)}", "", f"**{literal(words)}**", "", literal(sheet.title))
    yield ""
    for role, text in compare_notes(sheet.found):
        yield "- " + literal(f"{GLYPHS.get(role, '')} {text}".strip())
    rows = _rows(sheet, stacked(sheet.found))
    if rows:
        yield from ("", "| field | value | clusters |", "|" + " --- |" * 3)
    for row in rows:
        cells = (str(row.cells["field"].value), row.cells["value"].text, row.cells["where"].text)
        yield "| " + " | ".join(map(literal, cells)) + " |"


def render_json(sheet: DiffSheet) -> str:
    """As indented JSON; a field that a cluster has not set is not among its values."""
    ref = sheet.found.ref
    return to_json(
        {
            "schema": DIFF_ID,
            "generatedAt": sheet.at,
            "tool": {"name": "mckconsole", "version": __version__},
            "object": {
                "apiVersion": ref.api_version,
                "kind": ref.kind,
                "namespace": ref.namespace,
                "name": ref.name,
            },
            "scope": sheet.scope,
            "demo": sheet.demo,
            "clusters": [_cluster(one) for one in sheet.found.sides.values()],
            "compared": sum(not one.own for one in sheet.found.fields),
            "differing": len(sheet.found.differing),
            "fields": [_field(one) for one in sheet.fields],
        }
    )


def _cluster(side: Side) -> dict[str, Any]:
    state = "there" if side.fields is not None else "missing" if side.missing else "unknown"
    return {
        "name": side.cluster,
        "state": state,
        "reason": side.missing or side.unread,
        "notes": list(side.notes),
    }


def _field(one: ComparedField) -> dict[str, Any]:
    state = "differs" if one.differs else "own" if one.own else "equal"
    return {
        "path": one.path,
        "part": one.area,
        "state": state,
        "partlyCompared": one.hidden,
        "values": {name: field.value for name, field in one.values.items()},
        "groups": dict(one.groups) if not one.own else {},
    }
