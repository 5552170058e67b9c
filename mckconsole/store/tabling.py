"""Put the lists of one cluster together to a table: a value, the same one until something changes.

Nothing here reads; what a list that failed means for the whole is decided here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from types import MappingProxyType
from typing import TypeAlias

from mckconsole.domain.objects import Key
from mckconsole.domain.resources import ResourceKind, ResourceTable, TableColumn, TableRow
from mckconsole.domain.states import TopicState
from mckconsole.store.rows import Rows

State: TypeAlias = tuple[TopicState, str]
Read: TypeAlias = Mapping[Key, TableRow]
_NO_ROWS: Read = MappingProxyType({})
_beside_rows = attrgetter(
    "state", "reason", "kind", "columns", "progress", "unread", "undecodable", "as_of"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a table says beside its rows."""

    settled: State | None = None
    """What it is, where that is not for its lists to say."""
    kind: ResourceKind | None = None
    columns: tuple[TableColumn, ...] = ()
    unasked: tuple[tuple[str, str], ...] = ()
    """Namespaces that are not asked for, with the reason."""


class Tabling:
    """Makes the tables of one cluster."""

    def __init__(self, cluster: str) -> None:
        self._cluster = cluster
        self._sources: list[Read] = []
        self._rows = _NO_ROWS
        self._last: ResourceTable | None = None

    def table(
        self, frame: Frame, parts: Mapping[str, Rows], now: float, clock_offset: float
    ) -> ResourceTable:
        """What there is at `now` (monotonic clock).

        Args:
            frame: What it says beside the rows.
            parts: The lists, by namespace.
            now: For ages.
            clock_offset: The API server's clock minus ours; by itself it makes no other table.
        """
        judged = {name: part.judge(now) for name, part in parts.items()}
        readable = [parts[name] for name, (one, _) in judged.items() if one.readable]
        state, reason = frame.settled or _whole(judged)
        if frame.settled and readable and state in (TopicState.PENDING, TopicState.UNREACHABLE):
            state = TopicState.STALE  # what was read before is still there, and old
        shown = readable if state.readable or state is TopicState.PENDING else []
        made = ResourceTable(
            self._cluster,
            state,
            reason,
            frame.kind,
            frame.columns,
            self._merge([part.rows for part in shown]),
            _progress(parts) if state is TopicState.PENDING else None,
            {**dict(frame.unasked), **_unread(judged)} if shown else {},
            sum(part.undecodable for part in shown),
            min((part.as_of for part in shown if part.as_of), default=None),
            clock_offset,
        )
        last = self._last
        if last is None or last.rows is not made.rows or _beside_rows(last) != _beside_rows(made):
            self._last = last = made
        return last

    def _merge(self, sources: list[Read]) -> Read:
        """All rows; the last ones where every list is the last one."""
        before = self._sources
        if len(before) != len(sources) or any(
            a is not b for a, b in zip(before, sources, strict=True)
        ):
            merged: dict[Key, TableRow] = {}
            for one in sources if len(sources) != 1 else ():
                merged.update(one)
            self._rows = MappingProxyType(merged) if len(sources) != 1 else sources[0]
            self._sources = sources
        return self._rows


def _whole(judged: Mapping[str, State]) -> State:
    """What several lists amount to: the ones that failed are told beside, while others go on."""
    states = list(judged.values())
    if not states:
        return TopicState.PENDING, "not read yet"
    if len(states) == 1:
        return states[0]
    going = [one for one in states if one[0].readable or one[0] is TopicState.PENDING]
    if not going:
        state, reason = states[0]
        return state, f"none of {len(states)} namespaces could be read: {reason}"
    waiting = sum(state is TopicState.PENDING for state, _ in going)
    if waiting:
        return TopicState.PENDING, f"{waiting} of {len(states)} namespaces are still to be read"
    return next((one for one in going if one[0] is TopicState.STALE), going[0])


def _unread(judged: Mapping[str, State]) -> dict[str, str]:
    """Namespaces whose rows are missing, with the reason; those under way are none."""
    return {
        name: reason
        for name, (state, reason) in judged.items()
        if not state.readable and state is not TopicState.PENDING
    }


def _progress(parts: Mapping[str, Rows]) -> tuple[int, int | None] | None:
    """How far all lists together are."""
    under_way = [part.progress for part in parts.values() if part.progress]
    if not under_way:
        return None
    totals = [total for _, total in under_way]
    known = [total for total in totals if total is not None]
    whole = sum(known) if len(known) == len(parts) else None
    return sum(read for read, _ in under_way), whole
