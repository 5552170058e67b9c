"""One resource's objects and the history of how they came about.

Objects are encoded once, when they are stored; lists and watch events are joined from those bytes.
The history gives consistent pages of an older revision and the events of a watch, until it is
compacted. Nothing here knows HTTP, users or selectors.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from mckconsole.demo.objects import KubeObject
from mckconsole.domain.objects import Key

_KEPT_SNAPSHOTS = 4


def storage_path(key: Key) -> str:
    """What lists are sorted by: etcd's key, in which `a-b/x` comes before `a/x`."""
    return f"{key[0]}/{key[1]}"


class _MetaOnly(msgspec.Struct):
    metadata: msgspec.Raw = msgspec.Raw(b"{}")


@dataclass(frozen=True, slots=True)
class Stored:
    """One revision of one object."""

    key: Key
    revision: int
    labels: Mapping[str, str]
    body: bytes
    """JSON without `kind` and `apiVersion`, never empty."""

    def typed(self, prefix: bytes) -> bytes:
        """The whole object; `prefix` is `{"kind":"Pod","apiVersion":"v1",`."""
        return prefix + self.body[1:]

    def metadata(self) -> bytes:
        """The JSON of metadata alone."""
        return bytes(msgspec.json.decode(self.body, type=_MetaOnly).metadata)

    def decoded(self) -> KubeObject:
        """A new dict of the object without `kind` and `apiVersion`."""
        found: KubeObject = msgspec.json.decode(self.body)
        return found

    def as_of(self, revision: int) -> Stored:
        """The same content under another resource version, as DELETED events show it."""
        content = self.decoded()
        content["metadata"]["resourceVersion"] = str(revision)
        return Stored(self.key, revision, self.labels, msgspec.json.encode(content))


@dataclass(frozen=True, slots=True)
class Change:
    """One committed change: created (no `before`), updated, or deleted (no `after`)."""

    revision: int
    before: Stored | None
    after: Stored | None


class ResourceLog:
    """Current objects, history and waiters of one resource."""

    def __init__(self, *, history: int, revision: int) -> None:
        self._history = history
        self._objects: dict[Key, Stored] = {}
        self._changes: list[Change] = []
        self._revisions: list[int] = []
        self._floor = revision
        self._waiters: set[asyncio.Event] = set()
        self._sorted: OrderedDict[int, tuple[Stored, ...]] = OrderedDict()
        self.closed = False
        """Set when the resource's definition is deleted; watches end then."""

    @property
    def floor(self) -> int:
        """Oldest revision from which a watch can start and of which a list can be had."""
        return self._floor

    def get(self, key: Key) -> Stored | None:
        """The current object."""
        return self._objects.get(key)

    def commit(self, change: Change) -> None:
        """Add a change; revisions must grow."""
        if change.after is not None:
            self._objects[change.after.key] = change.after
        elif change.before is not None:
            del self._objects[change.before.key]
        self._changes.append(change)
        self._revisions.append(change.revision)
        if len(self._changes) > 2 * self._history:
            self.compact(self._revisions[-self._history - 1])
        self.wake()

    def adopt(self, other: ResourceLog, revision: int) -> None:
        """Take over another log's current objects (shared, they are immutable) without history."""
        self._objects = dict(other._objects)
        self._floor = revision
        self._changes.clear()
        self._revisions.clear()
        self._sorted.clear()

    def compact(self, revision: int) -> None:
        """Forget every change up to and including `revision`."""
        if revision <= self._floor:
            return
        cut = bisect_right(self._revisions, revision)
        del self._changes[:cut], self._revisions[:cut]
        self._floor = revision
        for old in [known for known in self._sorted if known < revision]:
            del self._sorted[old]

    def snapshot(self, revision: int) -> tuple[Stored, ...]:
        """All objects as they were at `revision` (not below `floor`), sorted by key."""
        index = bisect_right(self._revisions, revision)
        effective = self._revisions[index - 1] if index else self._floor
        if effective in self._sorted:
            self._sorted.move_to_end(effective)
            return self._sorted[effective]
        objects = dict(self._objects)
        for change in reversed(self._changes[index:]):
            if change.before is not None:
                objects[change.before.key] = change.before
            elif change.after is not None:
                del objects[change.after.key]
        found = tuple(objects[key] for key in sorted(objects, key=storage_path))
        self._sorted[effective] = found
        if len(self._sorted) > _KEPT_SNAPSHOTS:
            self._sorted.popitem(last=False)
        return found

    def since(self, revision: int) -> list[Change]:
        """Every change after `revision`, oldest first."""
        return self._changes[bisect_right(self._revisions, revision) :]

    def wake(self) -> None:
        """Let every watch look again."""
        for waiter in self._waiters:
            waiter.set()

    def close(self) -> None:
        """The resource is gone: end its watches."""
        self.closed = True
        self.wake()

    def waiter(self) -> _Waiter:
        """A context whose event is set at every change."""
        return _Waiter(self._waiters)

    @property
    def watchers(self) -> int:
        """How many watches are open."""
        return len(self._waiters)

    def __iter__(self) -> Iterator[Stored]:
        return iter(self._objects.values())


class _Waiter:
    def __init__(self, waiters: set[asyncio.Event]) -> None:
        self._waiters = waiters
        self._event = asyncio.Event()

    def __enter__(self) -> asyncio.Event:
        self._waiters.add(self._event)
        return self._event

    def __exit__(self, *exc: object) -> None:
        self._waiters.discard(self._event)
