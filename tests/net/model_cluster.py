"""A scripted API server without a network: the model that lists and watches are checked against.

It speaks the client's interface (`get`, `stream`), keeps a log of changes per kind with resource
versions, compacts it, pages lists, and breaks in the ways a test asks for.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

from mckconsole.domain.kinds import Kind
from mckconsole.domain.objects import Key
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.endpoint import ClusterEndpoint
from mckconsole.sources.errors import Expired, NotServed, ReadTimeout, SourceError
from mckconsole.sources.pace import Pace

Object = dict[str, object]


def line(kind: str, content: object) -> bytes:
    """One line of a watch."""
    return json.dumps({"type": kind, "object": content}).encode() + b"\n"


def status(code: int, reason: str = "", message: str = "") -> Object:
    """A Status object."""
    return {"kind": "Status", "code": code, "reason": reason, "message": message}


@dataclass(frozen=True)
class Answer:
    body: bytes
    date: float | None = None


class Feed:
    """One open watch: bytes and endings put in by the model."""

    def __init__(self, date: float, idle: float, piece: int) -> None:
        self.date: float | None = date
        self._idle = idle
        self._piece = piece
        self.queue: asyncio.Queue[bytes | SourceError | None] = asyncio.Queue()

    async def chunks(self) -> AsyncIterator[bytes]:
        while True:
            try:
                async with asyncio.timeout(self._idle):
                    item = await self.queue.get()
            except TimeoutError:
                raise ReadTimeout("idle") from None
            if item is None:
                return
            if isinstance(item, SourceError):
                raise item
            for start in range(0, len(item), self._piece):
                yield item[start : start + self._piece]


@dataclass
class Resource:
    """The objects of one kind, and what happened to them."""

    kind: Kind
    objects: dict[Key, Object] = field(default_factory=dict)
    log: list[tuple[int, bytes]] = field(default_factory=list)
    compacted: int = 0
    feeds: list[Feed] = field(default_factory=list)
    refusals: deque[SourceError] = field(default_factory=deque)
    watch_refusals: deque[SourceError] = field(default_factory=deque)
    stillborn: int = 0
    """How many watches to close as soon as they are open."""
    bookmarks: bool = True
    tokens: dict[str, list[Object]] = field(default_factory=dict)


class ModelCluster:
    """One cluster that serves `kinds`."""

    def __init__(self, pace: Pace, kinds: Sequence[Kind], *, piece: int = 1 << 16) -> None:
        self.pace = pace
        self.version = 100
        self.git_version = "v1.36.2"
        self.requests: list[tuple[float, str, Mapping[str, str]]] = []
        self.resources = {kind.path(kind.versions[0]): Resource(kind) for kind in kinds}
        self.dead: SourceError | None = None
        """While set, every request fails with it."""
        self.delay: Callable[[str], float] = lambda path: 0.0
        """Virtual seconds before a path is answered."""
        self.closed = 0
        self.opened = 0
        self.renewed = 0
        self.clock_offset = 0.0
        self.last_answer: float | None = None
        self.latencies: Sequence[float] = (0.01,)
        self.peer, self.secure = None, False
        self._piece = piece
        self._uid = 0

    # The world.

    def resource(self, topic: str) -> Resource:
        return next(one for one in self.resources.values() if one.kind.topic == topic)

    def put(self, topic: str, name: str, **content: object) -> str:
        """Create or change an object; returns its uid."""
        held = self.resource(topic)
        old = held.objects.get(("", name))
        if old is None:
            self._uid += 1
            uid = f"uid-{self._uid}"
        else:
            uid = cast("dict[str, str]", old["metadata"])["uid"]
        self._happen(held, "MODIFIED" if old else "ADDED", name, uid, content)
        return uid

    def drop(self, topic: str, name: str) -> str:
        held = self.resource(topic)
        uid = cast("dict[str, str]", held.objects[("", name)]["metadata"])["uid"]
        self._happen(held, "DELETED", name, uid, {})
        return uid

    def _happen(
        self, held: Resource, what: str, name: str, uid: str, content: Mapping[str, object]
    ) -> None:
        self.version += 1
        meta = {"name": name, "uid": uid, "resourceVersion": str(self.version)}
        found: Object = {"metadata": meta, **content}
        if what == "DELETED":
            del held.objects[("", name)]
        else:
            held.objects[("", name)] = found
        held.log.append((self.version, line(what, found)))
        self.send(held.kind.topic, held.log[-1][1])

    def send(self, topic: str, *items: bytes | SourceError | None) -> None:
        """Put bytes, or an ending, into every open watch of `topic`."""
        held = self.resource(topic)
        for item in items:
            for feed in tuple(held.feeds):
                feed.queue.put_nowait(item)
            if not isinstance(item, bytes):
                held.feeds.clear()

    def bookmark(self, topic: str) -> None:
        self.send(topic, line("BOOKMARK", {"metadata": {"resourceVersion": str(self.version)}}))

    def compact(self, topic: str) -> None:
        """Forget the past: older resourceVersions and continue tokens are gone."""
        held = self.resource(topic)
        self.version += 1
        held.compacted = self.version
        held.log.clear()
        held.tokens.clear()

    # The client's interface.

    async def open(self) -> None:
        self.opened += 1

    async def close(self) -> None:
        self.closed += 1

    def renew(self) -> None:
        self.renewed += 1

    def apart(self, *, total: float) -> ClusterClient:
        """Its connections are none, so all of them are new."""
        return self.client()

    def client(self, endpoint: ClusterEndpoint | None = None) -> ClusterClient:
        """This model, in the place of a client."""
        return cast("ClusterClient", self)

    async def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        accept: str = "application/json",
        timeout: float | None = None,  # noqa: ASYNC109 - the client's signature
    ) -> Answer:
        await self._arrive(path, params or {})
        if path == "/version":
            return self._answer({"gitVersion": self.git_version, "platform": "linux/amd64"})
        if path == "/readyz":
            return self._answer("ok")
        if path in ("/api", "/apis"):
            return self._answer(self._discovery(core=path == "/api"))
        if path not in self.resources:
            raise NotServed(f"404 for {path}")
        return self._list(self.resources[path], params or {})

    @asynccontextmanager
    async def stream(
        self, path: str, params: Mapping[str, str] | None, *, idle: float, accept: str = ""
    ) -> AsyncIterator[Feed]:
        params = params or {}
        await self._arrive(path, params)
        held = self.resources[path]
        if held.watch_refusals:
            raise held.watch_refusals.popleft()
        since = int(params["resourceVersion"])
        feed = Feed(self.pace.wall(), idle, self._piece)
        if since < held.compacted:
            feed.queue.put_nowait(line("ERROR", status(410, "Expired", "too old")))
        elif held.stillborn > 0:
            held.stillborn -= 1
            feed.queue.put_nowait(None)
        else:
            held.feeds.append(feed)
            for version, event in held.log:
                if version > since:
                    feed.queue.put_nowait(event)
        ends = asyncio.create_task(self._live(held, feed, int(params["timeoutSeconds"])))
        try:
            yield feed
        finally:
            ends.cancel()
            if feed in held.feeds:
                held.feeds.remove(feed)

    async def _live(self, held: Resource, feed: Feed, seconds: int) -> None:
        """Bookmark every minute and end the watch in time, as an API server does."""
        rest = seconds
        while rest > 0:
            await asyncio.sleep(min(60, rest))
            rest -= 60
            if held.bookmarks and feed in held.feeds:
                meta = {"metadata": {"resourceVersion": str(self.version)}}
                feed.queue.put_nowait(line("BOOKMARK", meta))
        feed.queue.put_nowait(None)
        if feed in held.feeds:
            held.feeds.remove(feed)

    async def _arrive(self, path: str, params: Mapping[str, str]) -> None:
        self.requests.append((self.pace.monotonic(), path, dict(params)))
        await asyncio.sleep(self.delay(path))
        if self.dead is not None:
            raise self.dead
        self.last_answer = self.pace.wall()

    def _list(self, held: Resource, params: Mapping[str, str]) -> Answer:
        if held.refusals:
            raise held.refusals.popleft()
        token = params.get("continue", "")
        if token and token not in held.tokens:
            raise Expired("410: the continue token is too old")
        rest = held.tokens[token] if token else list(held.objects.values())
        limit = int(params.get("limit", "0")) or len(rest) or 1
        page, after = rest[:limit], rest[limit:]
        meta: Object = {"resourceVersion": str(self.version)}
        if after:
            name = f"{self.version}-{len(after)}"
            held.tokens[name] = after
            meta.update({"continue": name, "remainingItemCount": len(after)})
        return self._answer({"metadata": meta, "items": page})

    def _answer(self, content: object) -> Answer:
        return Answer(json.dumps(content).encode(), self.pace.wall())

    def _discovery(self, *, core: bool) -> Object:
        groups: dict[str, dict[str, list[str]]] = {}
        for held in self.resources.values():
            if core != bool(held.kind.group):
                versions = groups.setdefault(held.kind.group, {})
                versions.setdefault(held.kind.versions[0], []).append(held.kind.plural)
        items = [
            {
                "metadata": {"name": group},
                "versions": [
                    {
                        "version": version,
                        "resources": [
                            {"resource": plural, "verbs": ["get", "list", "watch"]}
                            for plural in plurals
                        ],
                    }
                    for version, plurals in versions.items()
                ],
            }
            for group, versions in groups.items()
        ]
        return {"kind": "APIGroupDiscoveryList", "items": items}
