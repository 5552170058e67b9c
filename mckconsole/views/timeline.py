"""Rows of the timeline pane."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.engine import Analysis
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import Transition
from mckconsole.views.explain import count, duration, moment
from mckconsole.views.spec import BLANK, Cell, Role, Row
from mckconsole.views.transitions import role_of_word


def rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """What happened, the latest first."""
    return [_row(one, snapshot.taken_at) for one in _changes(snapshot)]


def summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """How much happened."""
    return count(len(_changes(snapshot)), "change")


def empty(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """Why there is nothing."""
    return "nothing happened since the console first looked"


def _changes(snapshot: FleetSnapshot) -> Sequence[Transition]:
    return sorted(_all(snapshot), key=lambda one: one.at, reverse=True)


def _all(snapshot: FleetSnapshot) -> Iterator[Transition]:
    for held in snapshot.clusters.values():
        yield from held.history


def _row(one: Transition, now: float) -> Row:
    role = role_of_word(one.subject, one.after)
    return Row(
        id=f"{one.at!r} {one.cluster} {one.subject}",
        cells={
            "at": Cell(moment(one.at, now), value=one.at),
            "age": Cell(duration(now - one.at), Role.DIM, now - one.at),
            "cluster": Cell(one.cluster),
            "kind": Cell("change", Role.DIM),
            "what": Cell(f"{one.before} → {one.after}", role),
            "object": Cell(one.subject),
            "count": Cell("1", value=1),
            "detail": Cell(one.reason) if one.reason else BLANK,
        },
        role=role,
        clusters=(one.cluster,),
    )
