"""Drift between clusters as a table, Markdown or JSON (`mckconsole.drift/v1`).

`drift-v1.schema.json` is the contract of the JSON; within a version keys are only added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mckconsole import __version__
from mckconsole.analysis.sameness.drift import Drift, DriftRow, DriftState
from mckconsole.report.export_markdown import literal
from mckconsole.report.grid import grid
from mckconsole.report.jsonout import to_json
from mckconsole.report.prose import labelled
from mckconsole.report.spans import Line, paint
from mckconsole.views.drift import (
    drift_columns,
    drift_rows,
    drift_words,
    group_words,
    notes_on,
    object_name,
)
from mckconsole.views.spec import GLYPHS, Row

DRIFT_ID = "mckconsole.drift/v1"
DRIFT_SCHEMA_FILE = "drift-v1.schema.json"


@dataclass(frozen=True, slots=True)
class DriftSheet:
    """A drift, and what is to be shown of it."""

    drift: Drift
    states: frozenset[DriftState]
    """Objects that stand so are listed; all are counted."""
    at: str
    """When it was read, RFC 3339."""
    scope: str
    """What was asked for, in words."""
    demo: bool = False

    @property
    def listed(self) -> list[DriftRow]:
        """The objects that are shown."""
        return [one for one in self.drift.rows if one.state in self.states]

    @property
    def title(self) -> str:
        """The line that says what this is."""
        demo = "DEMO: simulated clusters on this machine · " if self.demo else ""
        return f"mckconsole {__version__} · {demo}read-only · {self.at} · {self.scope}"


def render_table(sheet: DriftSheet, *, width: int | None, colour: bool) -> str:
    """As text; `width` in cells, None for as wide as it takes."""
    return paint(_lines(sheet, width), colour=colour)


def _lines(sheet: DriftSheet, width: int | None) -> Iterator[Line]:
    words, role = drift_words(sheet.drift)
    told = f"{sheet.drift.name}: {words}"
    yield from labelled(GLYPHS[role], told, width, room=2, role=role, label_role=role)
    yield from labelled("", sheet.title, width, room=0)
    for note, text in notes_on(sheet.drift):
        yield from labelled(GLYPHS.get(note, ""), text, width, room=2, role=note, label_role=note)
    rows = _rows(sheet)
    if rows:
        yield []
        yield from grid(drift_columns(tuple(sheet.drift.clusters)), rows, width=width)


def _rows(sheet: DriftSheet) -> list[Row]:
    pairs = zip(drift_rows(sheet.drift), sheet.drift.rows, strict=True)
    return [row for row, one in pairs if one.state in sheet.states]


def render_markdown(sheet: DriftSheet) -> str:
    """As a document, in which nothing that a cluster said is markup."""
    return "".join(f"{line}\n" for line in _document(sheet))


def _document(sheet: DriftSheet) -> Iterator[str]:
    words, _ = drift_words(sheet.drift)
    yield from (f"# Drift of {literal(sheet.drift.name)}", "", f"**{literal(words)}**", "")
    yield literal(sheet.title)
    yield ""
    for role, text in notes_on(sheet.drift):
        yield "- " + literal(f"{GLYPHS.get(role, '')} {text}".strip())
    if sheet.listed:
        yield from ("", "| object | state | differs in | clusters |", "|" + " --- |" * 4)
    for one in sheet.listed:
        cells = (object_name(one), one.state.value, ", ".join(one.areas), group_words(one))
        yield "| " + " | ".join(map(literal, cells)) + " |"


def render_json(sheet: DriftSheet) -> str:
    """As indented JSON."""
    drift = sheet.drift
    return to_json(
        {
            "schema": DRIFT_ID,
            "generatedAt": sheet.at,
            "tool": {"name": "mckconsole", "version": __version__},
            "kind": drift.name,
            "scope": sheet.scope,
            "demo": sheet.demo,
            "clusters": [_cluster(drift, name) for name in drift.clusters],
            "counts": {state.value: drift.count(state) for state in DriftState},
            "objects": [_object(one) for one in sheet.listed],
        }
    )


def _cluster(drift: Drift, name: str) -> dict[str, Any]:
    one = drift.clusters[name]
    return {
        "name": name,
        "state": one.state.value,
        "reason": one.reason,
        "apiVersion": one.api_version,
        "objects": len(one.objects),
        "undecodable": one.undecodable,
        "unread": [{"namespace": space, "reason": why} for space, why in one.unread.items()],
    }


def _object(one: DriftRow) -> dict[str, Any]:
    return {
        "namespace": one.key[0],
        "name": one.key[1],
        "state": one.state.value,
        "differsIn": list(one.areas),
        "groups": _groups(one),
        "missing": list(one.missing),
        "unread": list(one.unread),
        "partlyCompared": one.hidden,
    }


def _groups(one: DriftRow) -> Sequence[Sequence[str]]:
    """The clusters in which it is the same, those that most have first."""
    numbers = sorted({*one.groups.values()})
    return [[name for name, group in one.groups.items() if group == number] for number in numbers]
