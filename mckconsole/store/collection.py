"""What is held of one topic of one cluster: the objects, how sure we are of them, and since when.

A Collection is the Sink that a reflector or poller writes to. It never invents: a list that could
not be read leaves what was there, marked as no longer confirmed; only a complete list or a delete
event removes. Rows of a kind for which permission was lost, or which is not served any more, are
hidden, because they can no longer be shown as what the cluster has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Generic, TypeVar, cast

from mckconsole.domain.audit import Audited
from mckconsole.domain.decode import Decoded
from mckconsole.domain.kinds import Keep, Kind, Sensitivity
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.snapshot import NOT_READ, TopicView
from mckconsole.domain.states import TopicState
from mckconsole.domain.times import format_age
from mckconsole.sources.errors import SourceError
from mckconsole.sources.pace import REAL, Pace

P = TypeVar("P", bound=Projection)

WATCH_PATIENCE = 180.0
"""Seconds without a sign of life after which a watched topic is stale: the first bookmark of a
quiet kind may take two minutes."""
POLL_ROUNDS = 3
"""Missed polls after which a polled topic is stale."""
POLL_GRACE = 10.0
"""Seconds added to them: the time a list may take."""
UNDECODABLE: Key = ("", "(undecodable)")
"""Synthetic key in `faults` for objects so odd that not even their name could be read."""
MAX_LOST = 20
"""Different reasons for lost events that are kept apart."""
TOMBSTONES = 1024
"""Deleted uids remembered, so that a repeated old event cannot bring an object back."""

_NOTHING: Mapping[Key, Projection] = MappingProxyType({})
_NO_FAULTS: Mapping[Key, tuple[str, ...]] = MappingProxyType({})
_NO_AUDIT: Mapping[Key, Audited] = MappingProxyType({})


class Collection(Generic[P]):
    """The content and state of one topic."""

    def __init__(
        self,
        kind: Kind,
        *,
        pace: Pace = REAL,
        ageing: bool = True,
        withheld: str = "",
        changed: Callable[[str], None] = lambda topic: None,
    ) -> None:
        """`changed` is called with the topic after every change of content or of state.

        Without `ageing`, silence makes nothing stale: for content that is read once. `withheld` is
        why the topic is never read, whatever the cluster serves; empty for one that is.
        """
        self.kind = kind
        self.version = ""
        """API version it is read in; empty when it is not."""
        self.error: SourceError | None = None
        """The trouble reading is in, None while it works."""
        self._pace = pace
        self._ageing = ageing
        self._changed = changed
        self._objects: dict[Key, P] = {}
        self._faults: dict[Key, tuple[str, ...]] = {}
        self._audit: dict[Key, Audited] = {}
        self._unlisted: tuple[str, ...] = ()
        self._looked_at = 0
        """Objects of the last list, of which those may be left out in which nothing was found."""
        self._lost: dict[str, int] = {}
        self._deleted: dict[str, None] = {}
        """Uids, oldest first."""
        self._withheld = (TopicState.PENDING, withheld) if withheld else None
        self._settled: tuple[TopicState, str] | None = self._withheld
        self._read = False
        self._as_of: float | None = None
        self._confirmed = float("-inf")
        self._generation = 0
        self._last: tuple[TopicView | None, object, dict[Key, P]] = (None, None, {})
        """The last view, with what it was made of."""
        self._shown = False
        """Whether a view of the content was given out since it last changed: it is a value, so the
        next change is made to a copy."""

    # What discovery says.

    @property
    def withheld(self) -> bool:
        """Whether the topic is never read: nobody said that its values may be looked at."""
        return self._withheld is not None

    def assign(self, version: str) -> None:
        """The topic is read in API `version` from now on, unless it is withheld."""
        if self.withheld:
            return
        self.version = version
        self._settle(None, self.visible)

    def settle(self, state: TopicState, reason: str) -> None:
        """The topic is not read, for `reason`: absent, unsupported, forbidden or unreachable.

        What was held is forgotten: when the topic is read again, it starts anew.
        """
        visible = self.visible
        self._forget()
        self._settle(self._withheld or (state, reason), visible)

    def reset(self) -> None:
        """Be as if nothing had ever been read: it is another cluster now."""
        visible = self.visible
        self._forget()
        self._settled, self._as_of = self._withheld, None
        if visible:
            self._generation += 1
        self._changed(self.kind.topic)

    # The Sink.

    def replace(
        self,
        objects: Iterable[Decoded[P]],
        *,
        resource_version: str,
        as_of: float,
        undecodable: int = 0,
        unread: Mapping[str, str] = {},
        seen: int = 0,
    ) -> None:
        """Make a complete list the content, at once.

        Objects that are equal to those held stay these: others may hold them too.
        """
        content: dict[Key, P] = {}
        faults: dict[Key, tuple[str, ...]] = {}
        for namespace, reason in unread.items():
            faults[(namespace, NOT_READ)] = (reason,)
        audit: dict[Key, Audited] = {}
        for decoded in objects:
            key, held = decoded.object.key, self._objects.get(decoded.object.key)
            content[key] = held if held is not None and held == decoded.object else decoded.object
            if decoded.faults:
                faults[key] = decoded.faults
            if decoded.audit:
                audit[key] = decoded.audit
        self._unlisted = ()
        if undecodable:
            self._unlisted = (f"{undecodable} objects of the list could not be decoded",)
            faults[UNDECODABLE] = self._unlisted
        self._lost.clear()
        self._deleted.clear()
        before, after = (self._objects, self._faults, self._audit), (content, faults, audit)
        same = self._read and before == after
        visible = self.visible
        self._objects, self._faults, self._audit = after
        self._read, self._shown, self._looked_at = True, False, seen
        self._current(as_of, visible)
        if not same:
            self._touch()

    def upsert(self, decoded: Decoded[P], *, as_of: float) -> None:
        """Hold the object of an ADDED or MODIFIED event, unless it is known to be gone."""
        found = decoded.object
        if found.metadata.uid and found.metadata.uid in self._deleted:
            return self.confirm(as_of)
        key = found.key
        beside = (self._faults.get(key, ()), self._audit.get(key))
        if self._objects.get(key) != found or beside != (decoded.faults, decoded.audit or None):
            self._unshare()
            self._drop(key)
            self._objects[key] = found
            if decoded.faults:
                self._faults[key] = decoded.faults
            if decoded.audit:
                self._audit[key] = decoded.audit
            self._touch()
        return self.confirm(as_of)

    def remove(self, key: Key, *, as_of: float, uid: str = "") -> None:
        """Drop the object of a DELETED event."""
        held = self._objects.get(key)
        if uid:
            self._deleted[uid] = None
            if len(self._deleted) > TOMBSTONES:
                del self._deleted[next(iter(self._deleted))]
        if held is not None and uid in ("", held.metadata.uid):
            self._unshare()
            self._drop(key)
            self._touch()
        self.confirm(as_of)

    def confirm(self, as_of: float) -> None:
        """What is held is what the cluster has at `as_of`."""
        self._current(as_of, self.visible)

    def trouble(self, error: SourceError) -> None:
        """What is held is no longer confirmed, because of `error`.

        That of a topic which is not read at all is what its state says, and no new one.
        """
        if self._settled is not None:
            return
        visible = self.visible
        before, self.error = self.error, error
        if before is None or str(before) != str(error):
            if visible != self.visible:
                self._generation += 1
            self._changed(self.kind.topic)

    def lost(self, reason: str) -> None:
        """An event could not be read; it stays on record until the next complete list."""
        if len(self._lost) >= MAX_LOST and reason not in self._lost:
            reason = "other events could not be read"
        self._lost[reason] = self._lost.get(reason, 0) + 1
        events = tuple(f"{text} (×{n})" if n > 1 else text for text, n in self._lost.items())
        self._unshare()
        self._faults[UNDECODABLE] = self._unlisted + events
        self._touch()

    # What others are shown.

    @property
    def visible(self) -> bool:
        """Whether the objects held may be shown."""
        if self._settled is not None or not self._read:
            return False
        return self.error is None or self.error.topic_state is TopicState.UNREACHABLE

    def judge(self, now: float) -> tuple[TopicState, str]:
        """State and reason at `now`, by the monotonic clock."""
        if self._settled is not None:
            return self._settled
        if self.error is not None:
            state = TopicState.STALE if self.visible else self.error.topic_state
            return state, str(self.error)
        if not self._read:
            return TopicState.PENDING, "not read yet"
        age = now - self._confirmed
        if self._ageing and age > self._patience:
            return TopicState.STALE, f"no sign of life for {format_age(age)}"
        return TopicState.FRESH, ""

    def view(self, now: float) -> TopicView:
        """What the analysis gets at `now` (monotonic clock): a value, which never changes.

        It is the same one until something changes, so that what did not is told at a glance.
        """
        state, reason = self._settled or self.judge(now)
        standing = (state, reason, self.version, self._as_of, self._generation, self._looked_at)
        held, before, objects = self._last
        if held is None or before != standing or objects is not self._objects:
            held = self._view(state, reason)
            self._last = (held, standing, self._objects)
        return held

    @property
    def partial(self) -> bool:
        """Whether objects that may be shown could not be read, or not in full.

        What may be forbidden as a whole may be so in some namespaces, too.
        """
        if not self.visible:
            return False
        return any(name != NOT_READ or not self.kind.optional for _, name in self._faults)

    def _view(self, state: TopicState, reason: str) -> TopicView:
        objects, faults, audit = _NOTHING, _NO_FAULTS, _NO_AUDIT
        if self.visible:
            self._shown = True
            objects = MappingProxyType(cast("dict[Key, Projection]", self._objects))
            faults, audit = MappingProxyType(self._faults), MappingProxyType(self._audit)
        return TopicView(
            self.kind.topic,
            state,
            reason,
            self.version,
            objects,
            faults,
            self._as_of if self._read else None,
            self._generation,
            audit,
            self.kind.sensitivity is Sensitivity.VALUES,
            self.withheld,
            self._looked_at if self.kind.only_audited and self.visible else None,
        )

    @property
    def _patience(self) -> float:
        if self.kind.keep is Keep.POLL:
            return POLL_ROUNDS * self.kind.poll_seconds + POLL_GRACE
        return WATCH_PATIENCE

    def _unshare(self) -> None:
        """Before a change: leave what was shown as it is."""
        if self._shown:
            self._objects, self._faults = dict(self._objects), dict(self._faults)
            self._audit = dict(self._audit)
            self._shown = False

    def _drop(self, key: Key) -> None:
        """Forget one object, if it is held."""
        for held in (self._objects, self._faults, self._audit):
            held.pop(key, None)

    def _forget(self) -> None:
        self.version, self.error, self._read = "", None, False
        self._objects, self._faults, self._audit, self._shown = {}, {}, {}, False
        self._last = (None, None, {})

    def _settle(self, settled: tuple[TopicState, str] | None, visible: bool) -> None:
        """Take in why the topic is not read; `visible`: whether it could be seen before."""
        if settled == self._settled:
            return
        self._settled = settled
        if visible != self.visible:
            self._generation += 1
        self._changed(self.kind.topic)

    def _current(self, as_of: float, visible: bool) -> None:
        """Note a sign of life; `visible` says whether the content could be seen before it."""
        recovered, self.error = self.error is not None, None
        self._as_of = as_of
        self._confirmed = self._pace.monotonic()
        if visible != self.visible:
            self._generation += 1
        if recovered:
            self._changed(self.kind.topic)

    def _touch(self) -> None:
        self._generation += 1
        self._changed(self.kind.topic)
