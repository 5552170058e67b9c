"""How a kind is shown: which of the server's columns, in which order, and how each is read.

The server's columns are used as they come; for the usual kinds a lens says which of them matter
most where there is little room. A column that no lens knows is read by its name and type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from mckconsole.domain.resources import CellValue, TableColumn
from mckconsole.views import resources_cells as cells
from mckconsole.views.resources_cells import Maker, remembering
from mckconsole.views.spec import Cell, Column

CLUSTER: Final = Column("cluster", "CLUSTER", help="where it is", name=True)
NAMESPACE: Final = Column(
    "namespace", "NAMESPACE", priority=1, help="in which namespace", name=True
)
NAME: Final = Column("name", "NAME", help="its name", name=True)
FINDINGS: Final = Column(
    "findings", "FINDINGS", priority=2, unit="count", help="what the console found on it"
)
AGE: Final = Column(
    "age", "AGE", "right", 1, "seconds", "since it was made, by its cluster's clock", volatile=True
)
OWNER: Final = Column("owner", "OWNER", priority=9, help="what controls it", name=True)
_OURS = frozenset(("cluster", "namespace", "name", "age", "findings", "owner"))
_SHOWN, _WIDE = 4, 7
"""Priorities of columns that no lens knows: those of a usual listing, and those of a wide one."""
_NOT_ID = re.compile(r"[^a-z0-9]+")


class Known(NamedTuple):
    """A column of a usual kind."""

    id: str
    priority: int
    make: Maker = cells.plain
    unit: str = ""
    right: bool = False


def _count(id: str, priority: int) -> Known:
    return Known(id, priority, cells.number, "count", True)


_READY = Known("ready", 1, cells.ready, right=True)
_STATUS = Known("status", 0, cells.state)
_IMAGES = Known("images", 6)
_ROLLOUT = (_READY, _count("up-to-date", 4), _count("available", 3), _IMAGES)

LENSES: Mapping[str, tuple[Known, ...]] = {
    "pods": (
        Known("ready", 1, cells.containers, right=True),
        _STATUS,
        Known("restarts", 2, cells.grown, "count", True),
        Known("node", 4),
        Known("ip", 6),
        Known("nominated-node", 9),
        Known("readiness-gates", 9),
    ),
    "deployments.apps": _ROLLOUT,
    "statefulsets.apps": (_READY, _IMAGES),
    "daemonsets.apps": (
        _READY,
        _count("desired", 3),
        _count("current", 5),
        _count("up-to-date", 4),
        _count("available", 4),
        _IMAGES,
    ),
    "replicasets.apps": (_READY, _count("desired", 3), _count("current", 5), _IMAGES),
    "jobs.batch": (
        _STATUS,
        Known("completions", 2, cells.plain, right=True),
        Known("duration", 3, cells.span, "seconds", True),
        _IMAGES,
    ),
    "cronjobs.batch": (
        Known("schedule", 1),
        Known("suspend", 2),
        _count("active", 3),
        Known("last-schedule", 2, cells.plain, "seconds", True),
        Known("timezone", 5),
    ),
    "nodes": (
        _STATUS,
        Known("roles", 3),
        Known("version", 1),
        Known("internal-ip", 5),
        Known("os-image", 6),
        Known("kernel-version", 7),
        Known("container-runtime", 6),
        Known("external-ip", 8),
    ),
    "namespaces": (_STATUS,),
    "services": (
        Known("type", 2),
        Known("cluster-ip", 3),
        Known("external-ip", 3, cells.waiting),
        Known("port-s", 2),
    ),
    "persistentvolumeclaims": (
        _STATUS,
        Known("capacity", 2, cells.quantity, "count", True),
        Known("storageclass", 3),
        Known("volume", 5),
        Known("access-modes", 4),
    ),
    "persistentvolumes": (
        _STATUS,
        Known("capacity", 2, cells.quantity, "count", True),
        Known("claim", 2),
        Known("storageclass", 3),
        Known("reclaim-policy", 4),
        Known("access-modes", 5),
        Known("reason", 4),
    ),
    "ingresses.networking.k8s.io": (
        Known("hosts", 1),
        Known("address", 2, cells.waiting),
        Known("class", 3),
        Known("ports", 4),
    ),
    "horizontalpodautoscalers.autoscaling": (
        Known("reference", 2),
        Known("targets", 2),
        _count("replicas", 2),
        _count("minpods", 4),
        _count("maxpods", 4),
    ),
    "events": (
        Known("last-seen", 1, cells.plain, "seconds", True),
        Known("type", 1, cells.state),
        Known("reason", 1),
        Known("object", 0),
        Known("message", 1),
        _count("count", 4),
    ),
    "customresourcedefinitions.apiextensions.k8s.io": (Known("created-at", 9),),
}
"""By the name of the kind; in the order in which columns stand."""
SUBJECTS: Mapping[str, str] = {"events": "object", "events.events.k8s.io": "object"}
"""Kinds whose names say nothing: the column that says what a row is about, in place of NAME."""

_UNTOLD: Final = Column("name", "NAME", priority=8, help="its name", name=True)
_TIMES = ("age", "last-seen", "first-seen", "last-schedule", "last-successful-time")
_STATES = ("status", "phase", "state", "health-status", "sync-status", "condition")
_READIES = ("ready", "available", "synced", "healthy", "established", "approved", "valid")


@dataclass(frozen=True, slots=True)
class Reader:
    """How one column of a server's answer is read."""

    at: int
    """Its place among the row's cells."""
    column: Column
    make: Maker
    moment: bool = False
    """It is an age when it is said, and grows."""
    judged: bool = False
    """The row stands as its cell does."""


@dataclass(frozen=True, slots=True)
class Lens:
    """How the rows of one cluster are read."""

    readers: tuple[Reader, ...]
    pods: bool = False
    """How many containers are ready counts only where the pod is to run."""
    desired: tuple[int, int] | None = None
    """Places of the ready and the desired, of kinds that print two numbers for `1/2`."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Of the readers."""
        return tuple(one.column for one in self.readers)


def lens_for(name: str, columns: Sequence[TableColumn]) -> Lens:
    """How rows with these columns, of the kind of this name, are read."""
    known = {one.id: (rank, one) for rank, one in enumerate(LENSES.get(name, ()))}
    readers: dict[str, tuple[int, Reader]] = {}
    for at, column in enumerate(columns):
        id = column_id(column.name)
        if id in _OURS or id in readers:
            continue
        rank, found = known.get(id, (len(known) + at, None))
        reader = _known(at, column, found) if found else _guessed(at, column, id)
        readers[id] = rank, reader
    ordered = tuple(reader for _, reader in sorted(readers.values(), key=lambda one: one[0]))
    return Lens(ordered, name == "pods", _desired(columns))


def _desired(columns: Sequence[TableColumn]) -> tuple[int, int] | None:
    names = [column_id(column.name) for column in columns]
    if "desired" in names and "ready" in names:
        return names.index("ready"), names.index("desired")
    return None


def column_id(name: str) -> str:
    """`Up-to-date` as `up-to-date`, `Port(s)` as `port-s`."""
    return _NOT_ID.sub("-", name.casefold()).strip("-")


def _known(at: int, column: TableColumn, found: Known) -> Reader:
    id = found.id
    moment = id in _TIMES
    shown = Column(
        id,
        column.name.upper(),
        "right" if found.right else "left",
        found.priority,
        found.unit,
        column.help,
        name=id in ("node", "reference", "object", "volume", "claim"),
        volatile=moment,
    )
    judged = found.make in (cells.state, cells.ready, cells.containers)
    return Reader(at, shown, remembering(found.make), moment, judged)


def _guessed(at: int, column: TableColumn, id: str) -> Reader:
    """By name and type, as custom resources have them."""
    priority = _SHOWN if not column.priority else _WIDE
    shown = Column(id, column.name.upper(), priority=priority, help=column.help)
    if column.type == "date" or id in _TIMES:
        shown = replace(shown, align="right", unit="seconds", volatile=True)
        return Reader(at, shown, cells.plain, moment=True)
    if column.type in ("integer", "number"):
        shown = replace(shown, align="right", unit="count")
        return Reader(at, shown, remembering(cells.number))
    if id in _STATES or id in _READIES:
        shown = replace(shown, priority=min(priority, 1))
        make = cells.ready if id in _READIES else cells.state
        return Reader(at, shown, remembering(make), judged=True)
    return Reader(at, shown, remembering(cells.plain))


def expected(name: str) -> tuple[Column, ...]:
    """Columns that rows of a kind will have, as far as that is known before any was read."""
    return tuple(
        Column(one.id, one.id.upper(), priority=one.priority, unit=one.unit)
        for one in LENSES.get(name, ())
    )


def all_columns(
    name: str, lenses: Iterable[Lens], *, namespaced: bool, findings: bool, owners: bool
) -> tuple[Column, ...]:
    """The columns of the table of the kind `name`: those of every cluster once, ours around."""
    theirs: dict[str, Column] = {}
    for lens in lenses:
        for column in lens.columns:
            theirs.setdefault(column.id, column)
    untold = SUBJECTS.get(name) in theirs
    return (
        CLUSTER,
        *((NAMESPACE,) if namespaced else ()),
        *(() if untold else (NAME,)),
        *theirs.values(),
        *((FINDINGS,) if findings else ()),
        AGE,
        *((OWNER,) if owners else ()),
        *((_UNTOLD,) if untold else ()),
    )


def ready_of(lens: Lens, values: Sequence[CellValue]) -> Cell | None:
    """`▲ 1/2` of kinds that print two numbers; None of the others."""
    if lens.desired is None:
        return None
    try:
        have, want = (values[at] for at in lens.desired)
    except IndexError:
        return None
    if isinstance(have, bool) or not isinstance(have, int) or not isinstance(want, int):
        return None
    return cells.fraction(have, want, f"{have}/{want}")
