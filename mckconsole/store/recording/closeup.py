"""Objects and logs in full, for a recording: of what warnings and alerts name, while they do.

Reads gently: a few objects at a time, each again after a minute at the soonest; logs are followed,
so many and so long. Everything comes redacted from where it is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mckconsole.domain.inspected import ObjectFacts
from mckconsole.domain.logs import LogLine, LogOptions, LogTarget
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.sources.errors import SourceError
from mckconsole.sources.pace import REAL, Pace
from mckconsole.store.opened import LogFeed, OpenedFleet
from mckconsole.store.recording.codec import FOLLOWED, INSPECTED, LINES
from mckconsole.store.recording.sampler import Chains
from mckconsole.store.recording.suspects import Suspect, suspects
from mckconsole.store.recording.values import Followed, Inspected, Lines
from mckconsole.store.recording.writer import Change

AGAIN = 60.0
"""Seconds after which an object that is still named is read again."""
AT_ONCE = 4
"""Objects that are read at the same time."""
FEEDS = 32
"""Pods whose logs are followed at the same time."""
TAIL = 200
"""Lines of each container from before it was named."""
MAX_LINES = 2000
"""Lines of each pod that are kept; the oldest go."""
OBJECTS, LOGS = 300, 100
"""Objects and logs that are kept, of which those go first that were named first: a moment before
still has them."""
PREVIOUS = 30.0
"""Seconds after which what a former run said was read."""


class CloseUp:
    """What is kept in full."""

    def __init__(self, live: OpenedFleet, pace: Pace = REAL) -> None:
        self._live = live
        self._pace = pace
        self._chains = Chains()
        self._read: dict[Suspect, Inspected] = {}
        self._asked: dict[Suspect, float] = {}
        self._reading: dict[Suspect, asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        self._logs: dict[Suspect, _Log] = {}

    @property
    def words(self) -> str:
        """How much of it there is."""
        return f"{len(self._read)} objects and {len(self._logs)} logs in full"

    def told(self, cluster: str, chain: str) -> Mapping[Any, Any]:
        """What was told last of a chain."""
        return self._chains.told(cluster, chain)

    def look(self, snapshot: FleetSnapshot) -> None:
        """Begin to read what is named now, and stop following what is not. Waits for nothing."""
        named = suspects(snapshot)
        now = self._pace.wall()
        for one in named:
            if one not in self._reading and now - self._asked.get(one, 0.0) > AGAIN:
                self._reading[one] = asyncio.create_task(self._inspect(one), name="close-up")
        pods = [one for one in named if one[1].kind == "Pod"]
        for one in [one for one, log in self._logs.items() if one not in pods]:
            self._logs[one].stop()
        for one in pods:
            following = sum(log.on for log in self._logs.values())
            if following < FEEDS and (one not in self._logs or not self._logs[one].on):
                known = self._logs.setdefault(one, _Log(one))
                known.follow(self._live, self._pace)
        self._forget(frozenset(named))

    def _forget(self, named: Collection[Suspect]) -> None:
        """Let go of what was named long ago."""
        objects = [one for one in self._read if one not in named]
        for one in objects[: max(len(self._read) - OBJECTS, 0)]:
            del self._read[one], self._asked[one]
        logs = [one for one in self._logs if one not in named]
        for one in logs[: max(len(self._logs) - LOGS, 0)]:
            del self._logs[one]

    def changes(self) -> Iterator[Change]:
        """What became of all of it. For the loop's thread."""
        clusters = {cluster for cluster, _ in (*self._read, *self._logs)}
        for cluster in clusters:
            objects = {
                name_of(one[1]): found for one, found in self._read.items() if one[0] == cluster
            }
            yield from self._chains.change(cluster, INSPECTED, objects)
            lines: dict[str, Lines] = {}
            sources: dict[str, Followed] = {}
            for one, log in self._logs.items():
                if one[0] == cluster:
                    log.take(self._pace.wall())
                    lines |= log.lines
                    sources |= log.sources
            yield from self._chains.change(cluster, LINES, lines)
            yield from self._chains.change(cluster, FOLLOWED, sources)

    async def close(self) -> None:
        """Stop reading."""
        for task in self._reading.values():
            task.cancel()
        await asyncio.gather(*self._reading.values(), return_exceptions=True)
        for log in self._logs.values():
            log.stop()

    async def _inspect(self, one: Suspect) -> None:
        self._asked[one] = self._pace.wall()
        try:
            async with self._room:
                found = await self._inspected(one)
        finally:
            self._reading.pop(one, None)
        held = self._read.get(one)
        if held is not None and found.problem:  # it may be gone: what it was stays
            found = replace(held, problem=found.problem)
        if held is None or held.same != found.same:
            self._read[one] = found

    async def _inspected(self, one: Suspect) -> Inspected:
        cluster, ref = one
        try:
            found = _plain(await self._live.inspect(cluster, ref))
        except SourceError as error:
            return Inspected(ref, problem=str(error))
        try:
            return replace(found, related=await self._live.related(cluster, ref))
        except SourceError as error:
            return replace(found, unrelated=str(error))


def name_of(ref: Any) -> str:
    """An object's key among those of its cluster; the version does not matter."""
    group = ref.api_version.partition("/")[0] if "/" in ref.api_version else ""
    return f"{group}|{ref.kind}|{ref.namespace}|{ref.name}"


def _plain(found: ObjectFacts) -> Inspected:
    return Inspected(
        found.ref,
        found.at,
        dict(found.tree),
        found.lines,
        found.managed,
        found.managers,
        found.redacted,
        found.notes,
        found.clock_offset,
    )


def facts_of(cluster: str, found: Inspected) -> ObjectFacts:
    """An object as it was read, again."""
    return ObjectFacts(
        cluster,
        found.ref,
        found.at,
        found.tree,
        found.lines,
        found.managed,
        found.managers,
        found.redacted,
        notes_of(found),
        found.clock_offset,
        recorded=True,
    )


def notes_of(found: Inspected) -> tuple[str, ...]:
    """What a reader must know of it, also that it could not be read any more."""
    gone = (f"later it could not be read: {found.problem}",) if found.problem else ()
    return (*found.notes, *gone)


class _Log:
    """The log of a pod, in batches that came together; this run's and the one before."""

    def __init__(self, one: Suspect) -> None:
        self._target = LogTarget(*one)
        self._feeds: dict[bool, tuple[LogFeed, float]] = {}
        self._after: dict[bool, int] = {}
        self._number = 0
        self._since: float | None = None
        self._resumed = False
        """Whether it is followed again: what was said in the second of its end comes twice."""
        self._last: dict[tuple[str, str, str, bool], float] = {}
        self.lines: dict[str, Lines] = {}
        self.sources: dict[str, Followed] = {}

    @property
    def on(self) -> bool:
        """Whether it is followed."""
        return False in self._feeds

    def follow(self, live: OpenedFleet, pace: Pace) -> None:
        """Begin, or go on from where it was left."""
        now = pace.wall()
        since = None if self._since is None else max(now - self._since, 1.0)
        options = LogOptions(tail=TAIL, since=since)
        self._feeds[False] = (live.follow_logs([self._target], options, lambda: None), now)
        if self._since is None:
            before = LogOptions(tail=TAIL, previous=True)
            self._feeds[True] = (live.follow_logs([self._target], before, lambda: None), now)
        self._resumed = self._since is not None
        self._after = dict.fromkeys(self._feeds, -1)

    def stop(self) -> None:
        """It is not of interest any more; what was said stays."""
        for previous in tuple(self._feeds):
            self._take(previous)
            self._feeds.pop(previous)[0].close()

    def take(self, now: float) -> None:
        """Keep what was said since the last time."""
        self._since = now if self.on else self._since
        for previous, (feed, since) in tuple(self._feeds.items()):
            self._take(previous)
            if previous and now - since > PREVIOUS:
                feed.close()
                del self._feeds[previous]

    def _take(self, previous: bool) -> None:
        feed, _ = self._feeds[previous]
        new = feed.lines(self._after[previous])
        if new:
            self._after[previous] = new[-1].number
        by_source: dict[int, list[LogLine]] = {}
        for line in new:
            by_source.setdefault(line.source, []).append(line)
        for index, said in by_source.items():
            self._keep(feed.sources[index].source, previous, said)
        for status in feed.sources:
            one = status.source
            key = f"{one.namespace}/{one.pod}/{one.container}/{previous}"
            self.sources[key] = Followed(
                one.namespace, one.pod, one.container, previous, status.state, status.reason
            )

    def _keep(self, source: Any, previous: bool, said: Sequence[LogLine]) -> None:
        self._number += 1
        place = (source.namespace, source.pod, source.container, previous)
        last = self._last.get(place, float("-inf")) if self._resumed else float("-inf")
        said = [one for one in said if one.at > last]
        if not said:
            return
        self._last[place] = said[-1].at
        lines = tuple((one.at, one.text, one.colours, one.ours) for one in said[-MAX_LINES:])
        key = f"{source.namespace}/{source.pod}/{self._number:08}"
        self.lines = _bounded({**self.lines, key: Lines(*place, lines)})


def _bounded(batches: Mapping[str, Lines]) -> dict[str, Lines]:
    """The newest batches that hold so many lines together, and at least one."""
    kept: dict[str, Lines] = {}
    total = 0
    for key, batch in reversed(tuple(batches.items())):
        total += len(batch.lines)
        if kept and total > MAX_LINES:
            break
        kept[key] = batch
    return dict(reversed(tuple(kept.items())))
