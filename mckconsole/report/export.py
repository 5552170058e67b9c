"""The rows of one view as CSV, JSON or Markdown: what an operator sees, for a file.

Rows come as they are shown: filtered, in scope and sorted by whoever calls. A stranger reads these
files with programs of his own, so no cell may become a formula, a link or markup there.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from mckconsole.domain.times import format_rfc3339
from mckconsole.report.export_markdown import literal, verbatim
from mckconsole.report.export_sheet import harmless
from mckconsole.report.files import WriteError, write_file
from mckconsole.report.jsonout import json_value, to_json
from mckconsole.views.spec import Column, Row

__all__ = ["FORMATS", "ExportFormat", "WriteError", "export_path", "export_rows", "write_export"]

ExportFormat: TypeAlias = Literal["csv", "json", "md"]
FORMATS: tuple[ExportFormat, ...] = ("csv", "json", "md")
"""Also the suffixes of the files."""


def export_rows(
    format: ExportFormat,
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    title: str,
    at: float,
    filter: str = "",
    scope: str = "",
) -> str:
    """The rows as a text with a final line end.

    Args:
        title: the pane's name.
        at: when the rows were so, Unix seconds.
        filter: the text of the filter that chose the rows, for the record; CSV has no place for it.
        scope: the words of the scope, likewise.
    """
    if format == "csv":
        return _csv(columns, rows)
    if format == "json":
        return _json(columns, rows, title, at, filter, scope)
    return _markdown(columns, rows, title, at, filter, scope)


def _csv(columns: Sequence[Column], rows: Sequence[Row]) -> str:
    """RFC 4180 with every cell in quotes: a program that splits at `;` finds none to split at."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([harmless(column.title) for column in columns])
    for row in rows:
        writer.writerow([harmless(row.cells[column.id].text) for column in columns])
    return out.getvalue()


def _json(
    columns: Sequence[Column], rows: Sequence[Row], title: str, at: float, filter: str, scope: str
) -> str:
    return to_json(
        {
            "pane": title,
            "generatedAt": format_rfc3339(at),
            "filter": filter,
            "scope": scope,
            "columns": [column.id for column in columns],
            "rows": [{column.id: _cell(row, column) for column in columns} for row in rows],
        }
    )


def _cell(row: Row, column: Column) -> dict[str, Any]:
    cell = row.cells[column.id]
    return {"text": cell.text, "role": cell.role.value, "value": json_value(cell.value)}


def _markdown(
    columns: Sequence[Column], rows: Sequence[Row], title: str, at: float, filter: str, scope: str
) -> str:
    facts = [f"{len(rows)} row{'' if len(rows) == 1 else 's'}", format_rfc3339(at)]
    facts += [f"scope {literal(scope)}"] if scope else []
    facts += [f"filter {verbatim(filter)}"] if filter.strip() else []
    lines = [f"# {literal(title)}", "", " · ".join(facts), ""]
    lines.append(_table_line([literal(column.title) for column in columns]))
    lines.append(_table_line(["---:" if c.align == "right" else "---" for c in columns]))
    for row in rows:
        lines.append(_table_line([literal(row.cells[column.id].text) for column in columns]))
    return "\n".join(lines) + "\n"


def _table_line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def export_path(directory: Path, suffix: str, *, now: float) -> Path:
    """A new name in `directory`: `mckconsole-20260801T090000Z-1f0c93ab.csv`."""
    moment = datetime.fromtimestamp(int(now), UTC).strftime("%Y%m%dT%H%M%SZ")
    return directory / f"mckconsole-{moment}-{os.urandom(4).hex()}.{suffix.lstrip('.')}"


def write_export(path: Path, text: str) -> None:
    """Write `text` to the new file `path`, mode 0600, whole or not at all.

    Raises:
        WriteError: with the path and the reason.
    """
    write_file(path, text)
