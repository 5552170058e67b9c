"""Numbers in filters: what `>50ms` is, and which number a cell has to be compared with it.

A cell's number is its value where that is one. Of a cell that shows one in words the number shown
counts: `14 m` in a column of seconds, the first of `2/4`, the version `v1.34.2`. A cell without a
value has none: what is unknown, or was true only once, is no answer to a comparison.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import TypeAlias

from mckconsole.views.spec import GLYPHS, Cell, Column

Version: TypeAlias = tuple[int, ...]
"""The parts of a version, the greatest first."""

SECONDS = "seconds"
COUNTS = ("count", "bytes", "bytes/s")
"""Units of columns whose numbers may be written with k, M, G or Ki, Mi, Gi."""

_SECONDS = {"ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_MANY = {
    **{"k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12},
    **{"Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40},
}
_QUANTITY = re.compile(r"([-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)) ?([A-Za-z]*)")
_TIMES = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|[smhd])")
_SUM = re.compile(rf"(?:{_TIMES.pattern}){{2,}}")
_SHARE = re.compile(r"([0-9]+)/[0-9]+")
_VERSION = re.compile(r"[vV]?([0-9]{1,9}(?:\.[0-9]{1,9}){0,3})(?:[-+].*)?")
_SIGNS = frozenset(GLYPHS.values())
_HOLDS: Mapping[str, Set[int]] = {">": {1}, ">=": {0, 1}, "<": {-1}, "<=": {-1, 0}}
"""For which orders of cell and operand (-1: the cell is less) a comparison holds."""


def bare(text: str) -> str:
    """`text` without the glyph and space before its words."""
    return text[2:] if text[1:2] == " " and text[0] in _SIGNS else text


@dataclass(frozen=True, slots=True)
class Operand:
    """What cells are compared with: as a number, as a version, or as either."""

    number: float | None
    version: Version | None


def read_operand(text: str, column: Column) -> Operand:
    """The number or version behind a comparison's sign.

    Raises:
        ValueError: it is neither, or lacks its unit; the message says what would be right.
    """
    number = _read(text, column.unit)
    if column.unit == SECONDS:
        if number is None:
            raise ValueError(f"{text} is no time; right is 50ms, 3s, 5m, 2h or 1d")
        if number and text[-1] not in "smhd":
            choice = ", ".join(f"{text}{unit}" for unit in _SECONDS)
            raise ValueError(f"a unit is missing; right is one of {choice}")
    version = None if column.unit else _version(text)
    if number is None and version is None:
        example = "3, 20k or 4Gi" if column.unit in COUNTS else "3"
        raise ValueError(f"{text or 'nothing'} is no number; right is for example {example}")
    return Operand(number, version)


def comparison(sign: str, operand: Operand, unit: str) -> Callable[[Cell], bool | None]:
    """Tells whether a cell stands to `operand` as `sign` says; None for a cell without a number.

    A version is compared in as many parts as the operand has: 1.34.2 is not over 1.34.
    """
    holds = _HOLDS[sign]

    def compare(cell: Cell) -> bool | None:
        found = number_of(cell, unit)
        if isinstance(found, tuple):
            version = operand.version
            if version is None:
                return None
            found = found[: len(version)]
            return (found > version) - (found < version) in holds
        number = operand.number
        if found is None or number is None:
            return None
        return (found > number) - (found < number) in holds

    return compare


def number_of(cell: Cell, unit: str) -> float | Version | None:
    """The cell's number in the base unit of its column, None when it has none."""
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return None if isinstance(value, float) and math.isnan(value) else value
    if not isinstance(value, str):
        return None
    shown = bare(cell.text)
    share = _SHARE.fullmatch(shown)
    if share:
        return float(share[1])
    version = None if unit or shown.isdigit() else _version(shown)
    return _read(shown, unit) if version is None else version


def _read(text: str, unit: str) -> float | None:
    """A number in the base unit, None when `text` is none."""
    scale = _SECONDS if unit == SECONDS else _MANY if unit in COUNTS else {}
    match = _QUANTITY.fullmatch(text)
    if match and (not match[2] or match[2] in scale):
        return float(match[1]) * scale.get(match[2], 1.0)
    if unit == SECONDS and _SUM.fullmatch(text):
        return sum(float(number) * _SECONDS[name] for number, name in _TIMES.findall(text))
    return None


def _version(text: str) -> Version | None:
    match = _VERSION.fullmatch(text)
    return tuple(map(int, match[1].split("."))) if match else None
