"""Play a recording: an opened fleet whose time one can stop, turn back and speed up.

It asks nobody. What was not recorded is refused in words that say so; nothing is made up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, NoReturn, Self

from mckconsole.domain.access import AccessReport
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.objecttext import ObjectText
from mckconsole.domain.ranges import LINK_RANGES, LinkSeries, MetricRange
from mckconsole.domain.replay import ReplayStatus
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import clean
from mckconsole.sources.errors import SourceError
from mckconsole.sources.exec_trust import PluginCommand
from mckconsole.sources.pace import REAL, Pace
from mckconsole.store.recording.closeup import facts_of, name_of, notes_of
from mckconsole.store.recording.codec import (
    CONDITION,
    INSPECTED,
    INVENTORY,
    NUMBERS,
    SERIES,
    TOPIC,
    DecodingError,
)
from mckconsole.store.recording.file import RecordingError
from mckconsole.store.recording.reader import Recording
from mckconsole.store.recording.state import Piece, State, decode
from mckconsole.store.replay_logs import RecordedLogs
from mckconsole.store.replay_tables import RecordedBrowsing, recorded_kinds
from mckconsole.store.signals import CLUSTER, METRICS, TICK, Change, Signals, Subscription, Wanted
from mckconsole.store.signals import INVENTORY as CLUSTERS

if TYPE_CHECKING:
    from mckconsole.analysis.sameness.model import Digests
    from mckconsole.domain.inspected import ObjectFacts, Related
    from mckconsole.domain.logs import LogOptions, LogTarget
    from mckconsole.domain.resources import Catalogue, FoundObjects, Query, ResourceKind
    from mckconsole.store.opened import Browsing, LogFeed
    from mckconsole.store.recording.values import Inspected, Member

SLOWEST, FASTEST = 0.1, 1000.0
"""Bounds of the speed."""
STRIDE = 0.25
"""Seconds between two looks at the clock while it is played."""
_MISSING = "the recording does not hold"
LOOK_AGAIN = 5.0
"""Seconds after which a recording that is at its end is asked for more: it may still be made."""


class NotRecorded(SourceError):
    """It was never read, or it is not kept in recordings."""

    retryable = False


class Player:
    """A recording that is played; an async context manager that reads its first moment.

    `store` is what a feed follows. All methods are for the loop's thread.
    """

    def __init__(self, recording: Recording, *, at: float | None = None, pace: Pace = REAL) -> None:
        """`at` is where to begin (Unix seconds), by default where the recording does."""
        self.recording = recording
        self.epoch = 0
        """Another one with every jump: what was concluded from the past does not hold any more."""
        self.urgent = asyncio.Event()
        """Set when somebody waits for the next frame."""
        self.state = State()
        """All that is held at the moment that is shown."""
        self.failed = ""
        """Why the recording can be played no further; empty while it can."""
        self._pace = pace
        self._signals = Signals(pace)
        self._place = -1
        self._at = recording.first.at if at is None else at
        self._playing = False
        self._speed = 1.0
        self._since = 0.0
        self._moved = asyncio.Event()
        self._turn = asyncio.Lock()
        self._listeners: list[_Listener] = []
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._jump(self._at)
        self._task = asyncio.create_task(self._run(), name="player")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self.recording.close()

    # What a feed follows.

    @property
    def store(self) -> Self:
        """Itself: it is what is held."""
        return self

    def snapshot(self, *, now: float | None = None) -> FleetSnapshot:
        """The fleet as it was at the moment that is shown."""
        return self.state.snapshot(self.at if now is None else now)

    def subscribe(self, *, tick: float = TICK, only: Wanted = lambda _: True) -> Subscription:
        """Sets of what changes from now on."""
        return self._signals.subscribe(tick, only)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` when another moment is shown, until what is returned is called."""
        heard = _Listener(listener)
        self._listeners.append(heard)
        return lambda: self._listeners.remove(heard) if heard in self._listeners else None

    # Where one is.

    @property
    def at(self) -> float:
        """The time that is shown, Unix seconds by the recorder's clock."""
        if not self._playing:
            return self._at
        passed = (self._pace.monotonic() - self._since) * self._speed
        return min(self._at + passed, max(self.recording.last.at, self._at))

    @property
    def status(self) -> ReplayStatus:
        """Where it is."""
        first, last = self.recording.first.at, self.recording.last.at
        name = clean(self.recording.path.name)
        return ReplayStatus(name, self.at, first, last, self._playing, self._speed, self.failed)

    def play(self) -> None:
        """Go on, at the speed that is set; from the start where the end is shown."""
        if self.failed or self._playing:
            return
        self._since, self._playing = self._pace.monotonic(), True
        self._tell()

    def pause(self) -> None:
        """Stay where it is."""
        self._at, self._playing = self.at, False
        self._tell()

    def set_speed(self, speed: float) -> None:
        """Seconds of the recording in a second, within bounds."""
        self._at, self._since = self.at, self._pace.monotonic()
        self._speed = min(max(speed, SLOWEST), FASTEST)
        self._tell()

    async def jump(self, at: float) -> None:
        """Show the moment at `at` (Unix seconds), within the recording.

        Raises:
            SourceError: it cannot be read.
        """
        first, last = self.recording.first.at, self.recording.last.at
        await self._jump(min(max(at, first), last))

    async def step(self, direction: int) -> bool:
        """Pause, and show the next moment in which something changed, or the one before (-1).

        Returns False where there is none.

        Raises:
            SourceError: it cannot be read.
        """
        self.pause()
        place = self.recording.news(self._place, direction)
        if place is None:
            return False
        moment = self.recording.moments[place]
        if direction > 0:
            await self._go_on(place)
            self._at = moment.at
            self._tell()
        else:
            await self._jump(moment.at)
        return True

    async def snapshot_at(self, at: float) -> FleetSnapshot:
        """The fleet at another moment; what is shown stays.

        Raises:
            SourceError: it cannot be read.
        """
        place = self.recording.place(at)
        state = State()
        state.begin(await self._read(None, place))
        return state.snapshot(self.recording.moments[place].at)

    # How time goes on.

    async def _jump(self, at: float) -> None:
        async with self._turn:
            place = self.recording.place(at)
            pieces = await self._read(None, place)
            self.state.begin(pieces)
            self._place, self._at, self._since = place, at, self._pace.monotonic()
            self.epoch += 1
            self._signals.emit(("", CLUSTERS))
            self._tell()

    async def _go_on(self, place: int) -> None:
        async with self._turn:
            if place <= self._place:
                return
            pieces = await self._read(self._place, place)
            changed = self.state.go_on(pieces)
            self._place = place
            for change in {_change(*one) for one in changed}:
                self._signals.emit(change)
            self._call()

    async def _read(self, after: int | None, place: int) -> list[Piece]:
        moments = self.recording.moments

        def read() -> list[Piece]:
            if after is None:
                return decode(self.recording.leading_to(moments[place]))
            return decode(self.recording.between(moments[after], moments[place]))

        try:
            return await asyncio.to_thread(read)
        except DecodingError as error:
            raise NotRecorded(str(self.recording.damaged(str(error)))) from None
        except RecordingError as error:
            raise NotRecorded(str(error)) from None

    async def _run(self) -> None:
        """Take in moments as their time comes."""
        while True:
            if not self._playing:
                self._moved.clear()
                await self._moved.wait()
                continue
            try:
                await self._go_on(self.recording.place(self.at))
                if self.status.over and not await asyncio.to_thread(self.recording.refresh):
                    await self._rest()
            except (SourceError, RecordingError) as error:
                self.failed = str(error)
                self.pause()
            await self._pace.sleep(STRIDE)

    async def _rest(self) -> None:
        """The end is shown: stay there until more was recorded, or somebody moves."""
        self._at, self._since = self.at, self._pace.monotonic()
        self._moved.clear()
        waiting = asyncio.ensure_future(self._moved.wait())
        nap = asyncio.ensure_future(self._pace.sleep(LOOK_AGAIN))
        await asyncio.wait({waiting, nap}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        nap.cancel()
        self._since = self._pace.monotonic() if self.status.over else self._since

    def _tell(self) -> None:
        """Another moment is shown, or it moves in another way."""
        self._moved.set()
        self.urgent.set()
        self._call()

    def _call(self) -> None:
        for one in tuple(self._listeners):
            one.listener()

    # As screens ask it.

    @property
    def names(self) -> tuple[str, ...]:
        """The clusters' names, in order."""
        members: Mapping[str, Member] = self.state.chain("", INVENTORY)
        return tuple(sorted(members, key=lambda name: members[name].place))

    def groups(self, name: str) -> Sequence[str]:
        """The groups that a cluster was in."""
        return tuple(self.state.chain("", INVENTORY)[name].groups)

    @property
    def held(self) -> Mapping[str, PluginCommand]:
        """None: nothing is run."""
        return MappingProxyType({})

    def trust(self, name: str, seen: PluginCommand | None = None) -> bool:
        """Nothing waits for it."""
        return False

    def refresh(self, names: Collection[str] | None = None) -> None:
        """There is nobody to ask; look for moments that were added meanwhile."""
        try:
            self.recording.refresh()
        except RecordingError as error:
            self.failed = str(error)
        self._tell()

    @property
    def load(self) -> Mapping[str, float]:
        """Nobody is asked for anything."""
        return MappingProxyType({})

    async def fetch(self, cluster: str, ref: ObjectRef) -> ObjectText:
        """One object as YAML, where it was recorded."""
        found = self._inspected(cluster, ref)
        return ObjectText(found.ref, found.lines, found.redacted, notes_of(found), found.at)

    async def examine(self, name: str) -> AccessReport:
        """A recording does not know how the console signed in, and says so."""
        return AccessReport("", self.at, problem=f"{_MISSING} how the console signed in to {name}")

    async def link_ranges(self, link: LinkSeries, seconds: float) -> Mapping[str, MetricRange]:
        """Not recorded: what Prometheus keeps over time."""
        missing = MetricRange(MetricState.FAILED, f"{_MISSING} what Prometheus keeps of the past")
        return {query.id: missing for query in LINK_RANGES if query.provider == link.provider}

    async def catalogue(self, cluster: str) -> Catalogue:
        """The kinds that were recorded of a cluster."""
        return recorded_kinds(self.state, cluster)

    def browse(
        self, query: Query, clusters: Sequence[str], told: Callable[[], None]
    ) -> Browsing:  # fmt: skip
        """The rows that were recorded."""
        return RecordedBrowsing(lambda: self.state, query, clusters, self.listen(told))

    async def inspect(self, cluster: str, ref: ObjectRef) -> ObjectFacts:
        """An object that was recorded in full."""
        return facts_of(cluster, self._inspected(cluster, ref))

    async def related(self, cluster: str, ref: ObjectRef) -> Related:
        """What was recorded of an object's relations."""
        found = self._inspected(cluster, ref)
        if found.related is None:
            self._refuse(f"what {ref} of {cluster} had to do with: {found.unrelated}")
        return found.related

    def _inspected(self, cluster: str, ref: ObjectRef) -> Inspected:
        found: Inspected | None = self.state.chain(cluster, INSPECTED).get(name_of(ref))
        if found is None:
            self._refuse(
                f"{ref} of {cluster} in full by then; what warnings and alerts name is kept so"
            )
        if not found.lines:
            self._refuse(f"{ref} of {cluster}: it could not be read, {found.problem}")
        return found

    async def digests(
        self, cluster: str, kind: ResourceKind, query: Query, told: Callable[[int], None]
    ) -> Digests:
        """Not recorded: whole objects are compared where they are."""
        self._refuse(f"all of the {kind.plural} of {cluster} in full, to compare them")

    async def find(self, cluster: str, name: str) -> FoundObjects:
        """Not recorded: kinds that nobody looked at are not in it."""
        self._refuse(f"which objects of {cluster} are called {name}")

    def follow_logs(
        self, targets: Sequence[LogTarget], options: LogOptions, told: Callable[[], None]
    ) -> LogFeed:
        """Lines that were recorded, up to the moment that is shown."""
        feed = RecordedLogs(targets, options, lambda: self.state, told)
        epoch = self.epoch

        def moved() -> None:
            nonlocal epoch
            if epoch != self.epoch:
                epoch = self.epoch
                feed.moved(self.at)
            else:
                feed.look(self.at)

        feed.on_close = self.listen(moved)
        asyncio.get_running_loop().call_soon(feed.look, self.at)
        return feed

    def _refuse(self, what: str) -> NoReturn:
        raise NotRecorded(f"{_MISSING} {what}")


@dataclass(frozen=True, slots=True, eq=False)
class _Listener:
    """Who wants to hear of other moments; the same function may want it twice."""

    listener: Callable[[], None]


def _change(cluster: str, chain: str) -> Change:
    """What a store would have said."""
    if chain.startswith(TOPIC):
        return (cluster, chain.removeprefix(TOPIC))
    if chain in (SERIES, NUMBERS):
        return (cluster, METRICS)
    return (cluster, CLUSTER if chain == CONDITION else chain)
