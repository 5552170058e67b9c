"""What rows of the tables of releases say against themselves and against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.support import AddonRange, Release, Removal

Complaint = tuple[int, str, str]
"""Index of a row, column, and what is wrong."""


def calendar_complaints(rows: Sequence[Release]) -> Iterator[Complaint]:
    """One row for each minor of a provider, its days in order, and older minors released first."""
    seen: dict[tuple[str, Minor], int] = {}
    for index, row in enumerate(rows):
        key = (row.provider, row.minor)
        if key in seen:
            yield index, "minor", f"{row.provider} {row.minor} is there twice"
        seen.setdefault(key, index)
        yield from ((index, column, why) for column, why in _days(row))
    for index, row in enumerate(rows):
        before = seen.get((row.provider, row.minor.plus(-1)))
        if before is not None and rows[before].release >= row.release:
            yield index, "release", f"is not after that of {row.minor.plus(-1)}"


def _days(row: Release) -> Iterator[tuple[str, str]]:
    days: list[tuple[str, date | None]] = [
        ("release", row.release),
        ("maintenance_start", row.maintenance_start),
        ("standard_end", row.standard_end),
        ("extended_end", row.extended_end),
    ]
    known = [(column, day) for column, day in days if day is not None]
    for (earlier, first), (column, day) in pairwise(known):
        if day < first:
            yield column, f"{day} is before {earlier} {first}"


def removal_complaints(rows: Sequence[Removal]) -> Iterator[Complaint]:
    """One row for each kind of a version, deprecated before it goes, for something that stays."""
    seen: dict[tuple[str, str, str], int] = {}
    ends = {(row.api_version, row.kind): row for row in rows}
    for index, row in enumerate(rows):
        key = (row.group, row.version, row.kind)
        if key in seen:
            yield index, "kind", f"{row.api_version} {row.kind} is there twice"
        seen.setdefault(key, index)
        if row.deprecated_in and row.removed_in and row.removed_in < row.deprecated_in:
            yield index, "removed_in", f"{row.removed_in} is before deprecated_in"
        if row.replacement == row.api_version:
            yield index, "replacement", "is the version itself"
        after = ends.get((row.replacement, row.kind))
        if after and row.removed_in and after.removed_in and after.removed_in < row.removed_in:
            yield index, "replacement", f"{row.replacement} goes before it, in {after.removed_in}"


def addon_complaints(rows: Sequence[AddonRange]) -> Iterator[Complaint]:
    """Ranges that are some, and one for each release of an add-on."""
    seen: set[tuple[str, str]] = set()
    for index, row in enumerate(rows):
        if row.least and row.most and row.most < row.least:
            yield index, "k8s_max", f"{row.most} is before k8s_min {row.least}"
        if row.limits and (row.addon, row.addon_minor) in seen:
            yield index, "addon_minor", f"{row.addon} {row.addon_minor} is there twice"
        seen.add((row.addon, row.addon_minor))
