"""Logs of several pods of several clusters as one feed, until it is closed.

Targets become pods, pods become containers, and each container is followed by a task of its own;
what they say comes together in `logmerge`. Whoever looks is told at most 25 times a second.
Trouble of one source is in its status and touches no other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeAlias

from mckconsole.domain.logpods import LoggedPod
from mckconsole.domain.logs import (
    LogLine,
    LogOptions,
    LogSource,
    LogTarget,
    SourceState,
    SourceStatus,
)
from mckconsole.domain.objects import Key
from mckconsole.domain.origins import origin
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import SourceError
from mckconsole.sources.loglines import Said
from mckconsole.sources.logs import LogTail, Standing
from mckconsole.sources.pace import REAL, Pace
from mckconsole.store.contact import InternalTrouble
from mckconsole.store.logmerge import Merge
from mckconsole.store.logpods import LogPods

logger = logging.getLogger(__name__)

EVERY = 0.04
"""Seconds between two looks at what has come."""
MOST = 200
"""Containers that are followed at the same time."""


Connected: TypeAlias = Callable[[], ClusterClient]


class _Source:
    """One container, or the target that should have one."""

    def __init__(self, feed: FollowedLogs, number: int, connected: Connected) -> None:
        self._feed = feed
        self._number = number
        self._connected = connected
        self._offset = 0.0
        self.count = 0
        self.tail: LogTail | None = None

    def lines(self, said: Sequence[Said]) -> None:
        self.count += len(said)
        with suppress(SourceError):  # the cluster is lost, and this is what had come before
            self._offset = self._connected().clock_offset
        self._feed.heard(self._number, said, self._offset)

    def stands(self, state: SourceState, reason: str = "") -> None:
        self._feed.stands(self._number, state, reason)

    def note(self, words: str) -> None:
        self._feed.note(self._number, words)


class FollowedLogs:
    """The feed of some targets; it must be closed."""

    def __init__(
        self,
        targets: Sequence[LogTarget],
        options: LogOptions,
        told: Callable[[], None],
        connect: Callable[[str], ClusterClient],
        *,
        pace: Pace = REAL,
    ) -> None:
        """`connect` gives a cluster's client, or raises SourceError."""
        self._options = options
        self._told = told
        self._connect = connect
        self._pace = pace
        self._merge = Merge(pace.wall())
        self._statuses: list[SourceStatus] = []
        self._sources: list[_Source] = []
        self._known: dict[tuple[str, str, str, str, str], int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._finding = len(targets)
        self._timer: asyncio.TimerHandle | None = None
        self._looked = 0.0
        """When it was looked last, or will be next, by the loop's clock."""
        self._news = False
        self._closed = False
        for target in targets:
            self._start(_Target(self, target, self._connected(target.cluster)).run(pace))
        self._look_later()

    @property
    def sources(self) -> Sequence[SourceStatus]:
        """All sources that there were; an index stays with its source."""
        for number, source in enumerate(self._sources):
            if self._statuses[number].lines != source.count:
                self._statuses[number] = replace(self._statuses[number], lines=source.count)
        return self._statuses

    @property
    def dropped(self) -> int:
        """How many of the oldest lines are gone because there is room for so many only."""
        return self._merge.dropped

    def lines(self, after: int = -1) -> Sequence[LogLine]:
        """Lines with a greater number, in order of time; numbers grow in that order."""
        return self._merge.lines(after)

    def close(self) -> None:
        """Nobody reads it any more."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()

    # What sources say.

    def heard(self, number: int, said: Sequence[Said], offset: float) -> None:
        """Lines of a source."""
        self._merge.add(number, said, offset=offset, now=self._pace.wall())
        self._look_later()

    def stands(self, number: int, state: SourceState, reason: str) -> None:
        """How a source stands now."""
        before = self._statuses[number]
        if (before.state, before.reason) != (state, reason):
            self._statuses[number] = replace(before, state=state, reason=reason)
            self._news = True
            self._look_later()

    def note(self, number: int, words: str) -> None:
        """Something about a source that belongs among its lines."""
        self._merge.note(number, words, self._pace.wall())
        self._look_later()

    # Which sources there are.

    def found(self) -> None:
        """A target's pods are known, or it is known why not."""
        self._finding -= 1
        self._look_later()

    def source(self, cluster: str, place: Key, uid: str, container: str) -> _Source:
        """The source of a container; a new one is OPENING."""
        key = (cluster, *place, uid, container)
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self._sources)
            found = LogSource(cluster, place[0], place[1], container)
            self._statuses.append(SourceStatus(found, SourceState.OPENING))
            self._sources.append(_Source(self, number, self._connected(cluster)))
            self._news = True
        return self._sources[number]

    def follow(self, source: _Source, cluster: str, place: Key, container: str) -> LogTail | None:
        """Begin to follow a container; None where there are too many already."""
        if sum(one.tail is not None for one in self._sources) >= MOST:
            words = f"not followed: {MOST} containers are followed already"
            source.stands(SourceState.REFUSED, words)
            return None
        source.tail = tail = LogTail(
            self._connected(cluster), place, container, self._options, source, pace=self._pace
        )
        self._start(self._run(tail, source))
        return tail

    async def _run(self, tail: LogTail, source: _Source) -> None:
        try:
            await tail.run()
        except Exception as error:
            logger.debug("following a log: %s", origin(error))
            source.stands(SourceState.REFUSED, str(InternalTrouble(error)))

    def _connected(self, cluster: str) -> Connected:
        return lambda: self._connect(cluster)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # Telling.

    def _look_later(self) -> None:
        if self._timer is None and not self._closed:
            loop = asyncio.get_running_loop()
            # From the last look on, not from now: looking takes its time too.
            self._looked = max(self._looked + EVERY, loop.time())
            self._timer = loop.call_at(self._looked, self._look)

    def _look(self) -> None:
        self._timer = None
        opening = self._finding > 0 or any(
            one.state is SourceState.OPENING and not one.reason for one in self._statuses
        )
        new = self._merge.flush(self._pace.wall(), opening=opening)
        if self._merge.waits or opening:
            self._look_later()
        if new or self._news:
            self._news = False
            self._told()


class _Target:
    """One target: its pods and their containers."""

    def __init__(self, feed: FollowedLogs, target: LogTarget, connected: Connected) -> None:
        self._feed = feed
        self._target = target
        self._connected = connected
        self._found = self._said = False
        self._tails: dict[tuple[Key, str, str], LogTail] = {}

    async def run(self, pace: Pace) -> None:
        """Until cancelled."""
        pods = LogPods(self._target.ref, self._connected, self._changed, self._trouble, pace)
        try:
            await pods.run()
        except Exception as error:
            logger.debug("finding pods: %s", origin(error))
            self._stand(SourceState.REFUSED, str(InternalTrouble(error)))
            self._known()

    def _known(self) -> None:
        if not self._found:
            self._found = True
            self._feed.found()

    def _stand(self, state: SourceState, words: str) -> None:
        """Say it of the target itself."""
        self._said = True
        ref = self._target.ref
        place = (ref.namespace, ref.name if ref.kind == "Pod" else f"{ref.kind} {ref.name}")
        self._feed.source(self._target.cluster, place, "", "").stands(state, words)

    def _trouble(self, error: SourceError) -> None:
        state = SourceState.RETRYING if error.retryable else SourceState.REFUSED
        self._stand(state, str(error))
        self._known()

    def _changed(self, pods: Mapping[Key, LoggedPod]) -> None:
        uids = {(key, pod.metadata.uid) for key, pod in pods.items()}
        for (key, uid, _), tail in self._tails.items():
            if (key, uid) not in uids:
                tail.tell(Standing(over=True, words="the pod is gone"))
        for key, pod in pods.items():
            for container in pod.containers:
                if self._target.container in ("", container):
                    self._container(key, pod, container)
        if not pods:
            there = self._target.ref.kind == "Pod"
            words = "is not there" if there else "has no pods now"
            self._stand(
                SourceState.ENDED if there else SourceState.OPENING, f"{self._target.ref} {words}"
            )
        elif self._said:
            self._stand(SourceState.ENDED, "its pods are followed")
        self._known()

    def _container(self, key: Key, pod: LoggedPod, container: str) -> None:
        place = (key, pod.metadata.uid, container)
        cluster = self._target.cluster
        tail = self._tails.get(place)
        if tail is None:
            source = self._feed.source(cluster, key, pod.metadata.uid, container)
            tail = source.tail or self._feed.follow(source, cluster, key, container)
            if tail is None:
                return
            self._tails[place] = tail
        ended = pod.ended(container)
        restarts = pod.status_of(container).restart_count
        tail.tell(Standing(bool(ended), restarts, ended or pod.waits(container)))
