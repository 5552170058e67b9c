"""Lines of logs that were recorded, up to the moment that is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from mckconsole.domain.logs import (
    LogLine,
    LogOptions,
    LogSource,
    LogTarget,
    SourceState,
    SourceStatus,
)
from mckconsole.domain.objects import Key
from mckconsole.domain.resources import TableRow
from mckconsole.domain.times import format_rfc3339
from mckconsole.store.recording.codec import FOLLOWED, LINES, ROWS
from mckconsole.store.recording.state import State
from mckconsole.store.recording.values import Followed, Lines

MAX_LINES = 50_000
"""Lines that are kept; the oldest go."""
_OWNED_BY = {"Deployment": "ReplicaSet", "CronJob": "Job"}
"""What stands between these and their pods, and its kind's table."""
_TABLES = {"ReplicaSet": "replicasets.apps", "Job": "jobs.batch"}


class RecordedLogs:
    """A feed of recorded lines. It grows while the recording is played; after a jump it says so,
    and goes on with what had been said by then."""

    def __init__(
        self,
        targets: Sequence[LogTarget],
        options: LogOptions,
        state: Callable[[], State],
        told: Callable[[], None],
    ) -> None:
        """`told` is called when there may be more."""
        self.on_close: Callable[[], object] = lambda: None
        """Called when nobody reads it any more."""
        self._targets = tuple(targets)
        self._options = options
        self._state = state
        self._told = told
        self._statuses: list[SourceStatus] = []
        self._known: dict[LogSource, int] = {}
        self._taken: set[tuple[str, str]] = set()
        self._lines: list[LogLine] = []
        self._next = 0

    @property
    def sources(self) -> Sequence[SourceStatus]:
        """All sources that there were; an index stays with its source."""
        return self._statuses

    @property
    def dropped(self) -> int:
        """How many of the oldest lines are gone."""
        return self._next - len(self._lines)

    def lines(self, after: int = -1) -> Sequence[LogLine]:
        """Lines with a greater number, in order of time."""
        first = self._next - len(self._lines)
        return self._lines[max(after + 1 - first, 0) :]

    def close(self) -> None:
        """Nobody reads it any more."""
        self.on_close()

    def moved(self, at: float) -> None:
        """Another moment is shown, and not the next one."""
        self._taken.clear()
        self._add([(at, 0, f"the recording is at {format_rfc3339(at)} now", (), True)])
        self.look(at)

    def look(self, at: float) -> None:
        """Take in what was said up to `at`, Unix seconds."""
        new: list[tuple[float, int, str, tuple[tuple[int, str], ...], bool]] = []
        since = None if self._options.since is None else at - self._options.since
        for target in self._targets:
            pods = pods_of(self._state(), target)
            for status in self._sources(target, pods):
                self._stand(status)
            for key, batch in self._batches(target, pods):
                self._taken.add((target.cluster, key))
                index = self._index(
                    LogSource(target.cluster, batch.namespace, batch.pod, batch.container)
                )
                new += [(one[0], index, *one[1:]) for one in batch.lines
                        if since is None or one[0] >= since]  # fmt: skip
        self._add(self._narrowed(sorted(new, key=lambda one: one[0])))
        self._told()

    def _narrowed(self, new: list[tuple[float, int, str, tuple[tuple[int, str], ...], bool]]) -> (
        list[tuple[float, int, str, tuple[tuple[int, str], ...], bool]]
    ):  # fmt: skip
        """At the beginning, so many lines of each source as are wanted."""
        tail = self._options.tail
        if self._next or tail is None:
            return new
        counts: dict[int, int] = {}
        kept = []
        for one in new if self._options.head else reversed(new):
            counts[one[1]] = counts.get(one[1], 0) + 1
            if counts[one[1]] <= tail:
                kept.append(one)
        return kept if self._options.head else kept[::-1]

    def _add(
        self, new: Sequence[tuple[float, int, str, tuple[tuple[int, str], ...], bool]]
    ) -> None:
        for at, index, text, colours, ours in new:
            self._lines.append(LogLine(self._next, at, index, text, colours, ours))
            self._next += 1
        del self._lines[:-MAX_LINES]

    def _batches(self, target: LogTarget, pods: set[Key]) -> Iterator[tuple[str, Lines]]:
        held: Mapping[str, Lines] = self._state().chain(target.cluster, LINES)
        for key, batch in held.items():
            if (target.cluster, key) not in self._taken and self._is_of(target, pods, batch):
                yield key, batch

    def _is_of(self, target: LogTarget, pods: set[Key], one: Lines | Followed) -> bool:
        return (
            (one.namespace, one.pod) in pods
            and one.previous is self._options.previous
            and target.container in ("", one.container)
        )

    def _sources(self, target: LogTarget, pods: set[Key]) -> Iterator[SourceStatus]:
        held: Mapping[str, Followed] = self._state().chain(target.cluster, FOLLOWED)
        found = [one for one in held.values() if self._is_of(target, pods, one)]
        for one in found:
            source = LogSource(target.cluster, one.namespace, one.pod, one.container)
            yield SourceStatus(source, one.state, one.reason)
        if not found:
            reason = f"the recording does not hold logs of {target.ref} by then"
            source = LogSource(target.cluster, target.ref.namespace, target.ref.name, "")
            yield SourceStatus(source, SourceState.REFUSED, reason)

    def _stand(self, status: SourceStatus) -> None:
        self._statuses[self._index(status.source)] = status

    def _index(self, source: LogSource) -> int:
        index = self._known.get(source)
        if index is None:
            index = self._known[source] = len(self._statuses)
            self._statuses.append(SourceStatus(source, SourceState.FOLLOWING))
        return index


def pods_of(state: State, target: LogTarget) -> set[Key]:
    """(namespace, name) of the pods that a target stands for, of those that were recorded."""
    ref, cluster = target.ref, target.cluster
    if ref.kind == "Pod":
        return {(ref.namespace, ref.name)}
    owners = {(ref.kind, ref.name)}
    between = _OWNED_BY.get(ref.kind)
    if between is not None:
        rows = _rows(state, cluster, _TABLES[between])
        owners |= {
            (between, row.name)
            for row in rows
            if row.namespace == ref.namespace and row.owner in owners
        }
    pods = _rows(state, cluster, "pods")
    return {row.key for row in pods if row.namespace == ref.namespace and row.owner in owners}


def _rows(state: State, cluster: str, kind: str) -> Sequence[TableRow]:
    return tuple(state.chain(cluster, f"{ROWS}{kind}").values())
