"""Read the tables of releases: those that are shipped, or those that the user has newer.

`--support-data` names a CSV file, whose header says which of the tables it is, or a directory with
some of them. A table is taken whole or not at all: a row that contradicts itself or another would
make a wrong plan, so every problem is told with its line and column.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from mckconsole.config.errors import ConfigError, ConfigProblem
from mckconsole.config.files import read_text
from mckconsole.config.support_checks import (
    addon_complaints,
    calendar_complaints,
    removal_complaints,
)
from mckconsole.domain.kubeversion import Minor, parse_minor
from mckconsole.domain.support import AddonRange, Confidence, Release, Removal, SupportData
from mckconsole.domain.text import clean

SHIPPED = "shipped"
"""The origin of a table that the user did not replace."""
_AS_OF = re.compile(r"#.*\bas of (\d{4}-\d{2}-\d{2})\b")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?: .*)?")

Row = Mapping[str, str]
Complaint = tuple[int, str, str]
"""Index of a row, column, and what is wrong."""


class _Bad(ValueError):
    """A cell that cannot be read: its column and why."""

    def __init__(self, column: str, why: str) -> None:
        super().__init__(why)
        self.column = column


@dataclass(frozen=True, slots=True)
class _Table:
    """How one of the tables is read."""

    name: str
    """Of the field of `SupportData`."""
    file: str
    columns: tuple[str, ...]
    make: Callable[[Row], Any]
    complaints: Callable[[Sequence[Any]], Iterable[Complaint]]


def _minor(row: Row, column: str) -> Minor | None:
    """A minor; None for an empty cell."""
    text = row[column]
    found = parse_minor(text) if text else None
    if text and found is None:
        raise _Bad(column, f"{text} is no minor release, as 1.36")
    return found


def _needed(row: Row, column: str) -> Minor:
    found = _minor(row, column)
    if found is None:
        raise _Bad(column, "must not be empty")
    return found


def _text(row: Row, column: str) -> str:
    if not row[column]:
        raise _Bad(column, "must not be empty")
    return row[column]


def _day(row: Row, column: str) -> date | None:
    """A day; None for an empty cell."""
    try:
        return date.fromisoformat(row[column]) if row[column] else None
    except ValueError:
        raise _Bad(column, f"{row[column]} is no day, as 2026-12-31") from None


def _release(row: Row) -> Release:
    released = _day(row, "release")
    if released is None:
        raise _Bad("release", "must not be empty")
    return Release(
        _text(row, "provider"),
        _needed(row, "minor"),
        released,
        _day(row, "standard_end"),
        _day(row, "extended_end"),
        _day(row, "maintenance_start"),
        row["source"],
        row["note"],
    )


def _removal(row: Row) -> Removal:
    if not row["version"] and not row["kind"]:
        raise _Bad("version", "and kind must not both be empty")
    return Removal(
        row["group"],
        row["version"],
        row["kind"],
        _minor(row, "deprecated_in"),
        _minor(row, "removed_in"),
        row["replacement"],
        _text(row, "component"),
        row["source"],
        row["note"],
    )


def _addon(row: Row) -> AddonRange:
    try:
        confidence = Confidence(row["confidence"])
    except ValueError:
        known = ", ".join(Confidence)
        raise _Bad("confidence", f"{row['confidence']} is none of {known}") from None
    day = _DAY.fullmatch(row["addon_eol"])
    end = _day({"addon_eol": day[1]}, "addon_eol") if day else None
    return AddonRange(
        _text(row, "addon"),
        _text(row, "addon_minor"),
        _minor(row, "k8s_min"),
        _minor(row, "k8s_max"),
        row["source"],
        end,
        row["addon_eol"],
        confidence,
        row["note"],
    )


TABLES = (
    _Table(
        "calendar",
        "k8s_support.csv",
        ("provider", "minor", "release", "standard_end", "extended_end", "source",
         "maintenance_start", "note"),
        _release,
        calendar_complaints,
    ),
    _Table(
        "removals",
        "api_removals.csv",
        ("group", "version", "kind", "deprecated_in", "removed_in", "replacement", "component",
         "source", "note"),
        _removal,
        removal_complaints,
    ),
    _Table(
        "addons",
        "addon_compat.csv",
        ("addon", "addon_minor", "k8s_min", "k8s_max", "source", "addon_eol", "confidence",
         "note"),
        _addon,
        addon_complaints,
    ),
)  # fmt: skip


@cache
def shipped() -> SupportData:
    """The tables that come with the console."""
    root = files("mckconsole.data")
    return _data(
        (Path(table.file), root.joinpath(table.file).read_text("utf-8"), SHIPPED)
        for table in TABLES
    )


def load_support_data(paths: Sequence[Path]) -> SupportData:
    """The shipped tables, but those that the files at `paths` replace.

    Raises:
        ConfigError: a file cannot be read, is none of the tables, or contradicts itself; it holds
            every problem that was found.
    """
    if not paths:
        return shipped()
    given = _data((path, read_text(path), str(path)) for path in _files(paths))
    own, fields = shipped(), given.origin
    return replace(
        own,
        **{name: getattr(given, name) for name in fields},
        as_of={**{k: v for k, v in own.as_of.items() if k not in fields}, **given.as_of},
        origin={**own.origin, **fields},
    )


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = [path / table.file for table in TABLES if (path / table.file).exists()]
        if not found:
            names = ", ".join(table.file for table in TABLES)
            raise ConfigError([ConfigProblem(path, None, "", f"has none of {names}")])
        yield from found


def _data(sources: Iterable[tuple[Path, str, str]]) -> SupportData:
    tables: dict[str, tuple[Any, ...]] = {}
    as_of: dict[str, date] = {}
    origin: dict[str, str] = {}
    problems: list[ConfigProblem] = []
    for path, text, where in sources:
        table, rows, day = _read(path, text, problems)
        if table is None:
            continue
        if table.name in origin:
            before = origin[table.name]
            problems.append(ConfigProblem(path, None, "", f"is the same table as {before}"))
        tables[table.name], origin[table.name] = rows, where
        if day is not None:
            as_of[table.name] = day
    if problems:
        raise ConfigError(problems)
    return SupportData(**tables, as_of=as_of, origin=origin)


def _read(
    path: Path, text: str, problems: list[ConfigProblem]
) -> tuple[_Table | None, tuple[Any, ...], date | None]:
    """One table; what is wrong with it goes into `problems`."""
    head = [line for line in text.splitlines() if line.startswith("#")]
    days = [found[1] for line in head if (found := _AS_OF.match(line))]
    lines = text.splitlines(keepends=True)
    skipped = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    reader = csv.reader(io.StringIO("".join(lines[skipped:])), strict=True)
    try:
        header = tuple(next(reader, ()))
        table = next((one for one in TABLES if set(one.columns) <= set(header)), None)
        if table is None:
            known = "; ".join(f"{one.file}: {','.join(one.columns)}" for one in TABLES)
            raise _Bad("", f"the header is that of no table ({known})")
        rows, numbers = _rows(table, header, reader, skipped, path, problems)
    except (csv.Error, _Bad) as error:
        line = skipped + max(reader.line_num, 1)
        problems.append(ConfigProblem(path, line, "", str(error)))
        return None, (), None
    for index, column, why in table.complaints(rows):
        problems.append(ConfigProblem(path, numbers[index], column, why))
    if not rows and not any(one.file == path for one in problems):
        problems.append(ConfigProblem(path, None, "", "has no rows"))
    return table, rows, _as_of(path, days, problems)


def _rows(
    table: _Table,
    header: tuple[str, ...],
    reader: Any,
    skipped: int,
    path: Path,
    problems: list[ConfigProblem],
) -> tuple[tuple[Any, ...], list[int]]:
    """The rows that can be read, and the line of each."""
    rows, numbers = [], []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        line = skipped + reader.line_num
        if len(cells) != len(header):
            why = f"has {len(cells)} cells, the header {len(header)}"
            problems.append(ConfigProblem(path, line, "", why))
            continue
        row = {name: clean(cell.strip()) for name, cell in zip(header, cells, strict=True)}
        try:
            rows.append(table.make(row))
            numbers.append(line)
        except _Bad as error:
            problems.append(ConfigProblem(path, line, error.column, str(error)))
    return tuple(rows), numbers


def _as_of(path: Path, days: list[str], problems: list[ConfigProblem]) -> date | None:
    try:
        return date.fromisoformat(days[0]) if days else None
    except ValueError:
        problems.append(ConfigProblem(path, None, "as of", f"{days[0]} is no day"))
        return None
