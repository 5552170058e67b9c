"""Rows of a drift table: an object a row, with the clusters in which it is the same.

Where it is the same the clusters have the same letter; `A` is what most have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from string import ascii_uppercase

from mckconsole.analysis.sameness.drift import Drift, DriftRow, DriftState
from mckconsole.domain.wording import counted
from mckconsole.views.spec import BLANK, GLYPHS, Cell, Column, Role, Row

OBJECT = Column("object", "OBJECT", name=True, help="namespace and name")
AREAS = Column("areas", "DIFFERS IN", help="the parts that are not the same everywhere")
GROUPS = Column(
    "groups", "CLUSTERS",
    help="clusters in which it is the same, those of the first letter first",
)  # fmt: skip
FIXED = (OBJECT, AREAS, GROUPS)

_ROLES: Mapping[DriftState, Role] = {
    DriftState.DIFFERS: Role.WARN,
    DriftState.PARTLY: Role.PLAIN,
    DriftState.EQUAL: Role.OK,
    DriftState.ALONE: Role.DIM,
}
_WORDS: Mapping[DriftState, str] = {
    DriftState.PARTLY: "missing",
    DriftState.EQUAL: "nothing",
    DriftState.ALONE: "one has it",
}


def drift_columns(clusters: Sequence[str]) -> tuple[Column, ...]:
    """The columns of a drift table over these clusters."""
    return (*FIXED, *_cluster_columns(clusters))


def _cluster_columns(clusters: Sequence[str]) -> Iterator[Column]:
    taken = {one.id for one in FIXED}
    for name in clusters:
        id = f"in-{name}" if name in taken else name
        yield Column(id, name, priority=3, help=f"how it stands in {name}", cluster=name)


def drift_rows(drift: Drift) -> tuple[Row, ...]:
    """The rows, what differs first."""
    columns = drift_columns(tuple(drift.clusters))
    unread = [name for name, one in drift.clusters.items() if not one.read]
    return tuple(_row(one, drift, columns, unread) for one in drift.rows)


def object_name(row: DriftRow) -> str:
    """`shop/cart`, or a name alone where there is no namespace."""
    return "/".join(filter(None, row.key))


def _row(one: DriftRow, drift: Drift, columns: Sequence[Column], unread: Sequence[str]) -> Row:
    role, name = _ROLES[one.state], object_name(one)
    glyph = GLYPHS.get(role, " ")
    cells = {
        "object": Cell(f"{glyph} {name}", role, name),
        "areas": _areas(one),
        "groups": Cell(group_words(one, unread), Role.PLAIN),
    }
    for column in columns:
        if column.cluster:
            cells[column.id] = _cell(one, column.cluster)
    return Row(name, cells, (), role, tuple(drift.clusters), one.key[0])


def _areas(one: DriftRow) -> Cell:
    words = ", ".join(one.areas)
    if one.state is DriftState.DIFFERS:
        return Cell(words or "something", Role.WARN, words)
    return Cell(_WORDS[one.state], Role.DIM, "")


def _cell(one: DriftRow, cluster: str) -> Cell:
    if cluster in one.groups:
        number = one.groups[cluster]
        role = Role.WARN if number else Role.PLAIN
        letter = letter_of(number)
        return Cell(f"{GLYPHS[role]} {letter}" if number else f"  {letter}", role, letter)
    if cluster in one.unread:
        return Cell(f"{GLYPHS[Role.UNKNOWN]} not read", Role.UNKNOWN, "unknown")
    return Cell(f"  {BLANK.text}", Role.DIM, "missing")


def letter_of(number: int) -> str:
    """`A`, `B` …; a number where there are more groups than letters."""
    return ascii_uppercase[number] if number < len(ascii_uppercase) else str(number + 1)


def group_words(one: DriftRow, unread: Sequence[str] = ()) -> str:
    """`A 4 clusters ≠ B north · not in 2 clusters · ? edge`; those that are `unread` for every
    object are not said again."""
    held: dict[int, list[str]] = {}
    for name, number in one.groups.items():
        held.setdefault(number, []).append(name)
    several = len(held) > 1
    parts = [
        f"{letter_of(number)} {_few(held[number])}" if several else _few(held[number])
        for number in sorted(held)
    ]
    words = [" ≠ ".join(parts)]
    if one.missing:
        words.append(f"not in {_few(one.missing)}")
    if open_ := [name for name in one.unread if name not in unread]:
        words.append(f"? {_few(open_)}")
    if one.hidden:
        words.append(f"{counted(one.hidden, 'value')} compared in part")
    return " · ".join(words)


def _few(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 2 else f"{len(names)} clusters"


def drift_words(drift: Drift) -> tuple[str, Role]:
    """How many differ, and which clusters that leaves out; nothing is said of what was not read."""
    rows, differing = len(drift.rows), drift.count(DriftState.DIFFERS)
    unread = [name for name, one in drift.clusters.items() if one.unread or not one.read]
    parts = [f"{differing} of {counted(rows, 'object')} differ{'s' if differing == 1 else ''}"]
    if not differing:
        parts = [f"none of {counted(rows, 'object')} differs" if rows else "there are no objects"]
    partly = drift.count(DriftState.PARTLY)
    if partly:
        parts.append(f"{partly} not in every cluster")
    alone = drift.count(DriftState.ALONE)
    if alone:
        parts.append(f"{alone} in one alone")
    if unread:
        parts.append(f"not read: {_few(unread)}")
    role = Role.WARN if differing else Role.UNKNOWN if unread else Role.OK
    return " · ".join(parts), role


def notes_on(drift: Drift) -> Iterator[tuple[Role, str]]:
    """What must be known beside the rows."""
    for name, why in drift.gaps.items():
        yield Role.UNKNOWN, f"{name}: {why}"
    for name, one in drift.clusters.items():
        if one.read and not one.objects and one.reason:
            yield Role.DIM, f"{name}: {one.reason}"
    if any(one.metadata_only for one in drift.clusters.values()):
        yield Role.DIM, "of Secrets nothing but metadata is read: their values are not compared"
    versions = {one.api_version for one in drift.clusters.values() if one.api_version}
    if len(versions) > 1:
        told = ", ".join(
            f"{name} as {one.api_version}"
            for name, one in drift.clusters.items()
            if one.api_version
        )
        yield Role.WARN, f"not all clusters serve the same version: {told}"
