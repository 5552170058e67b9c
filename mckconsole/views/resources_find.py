"""Objects of any kind by their name: what is held anyway, and what clusters were asked for.

What the console holds is searched for names that contain the text; clusters are asked for objects
that are called just so, in every kind they serve. Both say in which way a row was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.objects import Projection
from mckconsole.domain.resources import FoundObjects
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.domain.times import parse_rfc3339
from mckconsole.domain.wording import listed
from mckconsole.views.cells import signed
from mckconsole.views.explain import count
from mckconsole.views.resources_cells import Cells, age_cell, word
from mckconsole.views.resources_lenses import AGE, CLUSTER, NAME, NAMESPACE
from mckconsole.views.spec import Cell, Column, PaneSpec, Role, Row

MOST: Final = 2000
"""Rows that are shown."""
LONGEST: Final = 60
"""Characters of a reason."""
REASONS: Final = 3
"""Kinds that are named where some could not be asked."""
_EXACT, _HELD = "called so", "contains it"

FIND: Final = PaneSpec(
    name="resources",
    key="9",
    title="Find",
    columns=(
        CLUSTER,
        Column("kind", "KIND", priority=0, help="what it is"),
        NAMESPACE,
        NAME,
        Column("how", "FOUND AS", priority=4, help="called so, or a name that contains it"),
        AGE,
    ),
    rows=lambda snapshot, analysis: (),
    summary=lambda snapshot, analysis: "",
    empty=lambda snapshot, analysis: "",
    topics=(),
    help="One row is an object whose name is looked for, of any kind and any cluster in scope.",
)


@dataclass(frozen=True, slots=True)
class Sought:
    """What came of a search."""

    rows: tuple[Row, ...]
    objects: Mapping[str, tuple[str, ObjectRef]]
    """By id of a row: the cluster and the object."""
    more: bool = False
    """Whether there are more than are shown."""


@dataclass(frozen=True, slots=True)
class _Hit:
    ref: ObjectRef
    created: str
    exact: bool


def search(
    text: str,
    snapshot: FleetSnapshot,
    answers: Mapping[str, FoundObjects | str | None],
    now: float,
) -> Sought:
    """Rows for `text`: those that are called so first.

    Args:
        answers: By cluster in scope: what was found, why not, or None while it is asked.
        now: Unix seconds by the console's clock.
    """
    rows: list[Row] = []
    objects: dict[str, tuple[str, ObjectRef]] = {}
    for name, answer in answers.items():
        cluster = snapshot.clusters.get(name)
        at = now + (cluster.clock_offset if cluster else 0.0)
        if (state := _state_row(name, answer)) is not None:
            rows.append(state)
        for hit in _hits(text, cluster, answer):
            row = _row(name, hit, at)
            if row.id not in objects and len(objects) < MOST:
                rows.append(row)
                objects[row.id] = (name, hit.ref)
    rows.sort(key=lambda row: (row.role is Role.PLAIN, row.cells["how"].text != _EXACT))
    return Sought(tuple(rows), objects, len(objects) >= MOST)


def _hits(
    text: str, cluster: ClusterSnapshot | None, answer: FoundObjects | str | None
) -> Iterator[_Hit]:
    if isinstance(answer, FoundObjects):
        for kind, row in answer.objects:
            yield _Hit(kind.ref(row.namespace, row.name), row.created, True)
    wanted = text.casefold()
    for view in cluster.topics.values() if cluster else ():
        for (_, name), held in view.objects.items():
            if wanted in name.casefold() and type(held).kind:
                yield _Hit(held.ref(view.version), _created(held), name == text)


def _created(held: Projection) -> str:
    return held.metadata.creation_timestamp


def _row(cluster: str, hit: _Hit, at: float) -> Row:
    ref = hit.ref
    group = ref.api_version.rpartition("/")[0]
    cells = Cells(
        cluster=word(cluster),
        kind=word(ref.kind),
        name=word(ref.name),
        how=Cell(_EXACT if hit.exact else _HELD, Role.PLAIN if hit.exact else Role.DIM),
    )
    if ref.namespace:
        cells["namespace"] = word(ref.namespace)
    created = parse_rfc3339(hit.created)
    if created is not None:
        cells["age"] = age_cell(at - created)
    cells.fold()
    id = "\n".join((cluster, group, ref.kind, ref.namespace, ref.name))
    return Row(id, cells, clusters=(cluster,), namespace=ref.namespace)


def _state_row(cluster: str, answer: FoundObjects | str | None) -> Row | None:
    """How a cluster was asked, where not all of its kinds were."""
    if answer is None:
        role, short, why = Role.CONNECTING, "asking", "every kind that it serves"
    elif isinstance(answer, str):
        role, short, why = Role.CRITICAL, "not asked", answer
    elif answer.unread:
        role, short = Role.FORBIDDEN, f"{count(len(answer.unread), 'kind')} not read"
        why = listed(answer.unread, REASONS)
    else:
        return None
    cells = Cells(
        cluster=word(cluster), kind=signed(role, short), name=Cell(shorten(why, LONGEST), Role.DIM)
    )
    cells.fold()
    return Row(cluster, cells, (), role, (cluster,))
