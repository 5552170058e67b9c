"""Ask one cluster for what relations need: every list and object once, and not too many of them.

What could not be asked is in `unread`, in words: whoever asks goes on with what there is, and says
so. Of Secrets and ConfigMaps nothing but metadata is asked for, whoever asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

import msgspec

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.text import clean
from mckconsole.domain.trees import map_at, maps_at, text_at
from mckconsole.sources.api import JSON, METADATA, METADATA_LIST
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import Forbidden, NotServed, ProtocolTrouble, SourceError
from mckconsole.sources.guard import CONNECT_SEGMENTS
from mckconsole.sources.relations.served import CONFIG_MAP, SECRET, Served, served_as

T = TypeVar("T")

MAX_REQUESTS = 60
"""Requests for one object: what is not asked for then is said."""
AT_ONCE = 6
PAGE = 500
MAX_PAGES = 2
PATIENCE = 10.0
"""Seconds that one answer may take."""
_SMALL = 64 * 1024
"""Bytes that are decoded where they arrive; more of them in a thread."""
_WITHHELD = (SECRET.plural, CONFIG_MAP.plural)
"""Kinds whose content is nobody's business here."""
Document = Mapping[str, object]


class Presence(StrEnum):
    """Whether an object is there."""

    READ = "read"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """An object that was asked for."""

    presence: Presence
    document: Document
    why: str = ""
    """Why it is unknown."""
    error: SourceError | None = None
    """The same, with all its words."""


class Lookup:
    """The questions about one object; it is dropped when they are answered."""

    def __init__(self, client: ClusterClient) -> None:
        self.unread: dict[str, None] = {}
        """What could not be asked, each in a sentence; in order."""
        self._client = client
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._left = MAX_REQUESTS
        self._asked: dict[object, asyncio.Task[object]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Nothing is asked any more."""
        for task in self._asked.values():
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)

    def note(self, words: str) -> None:
        """Say something of what could not be asked."""
        self.unread.setdefault(words)

    async def objects(
        self, kind: Served, namespace: str = "", *, labels: str = "", fields: str = "",
        metadata: bool = False,
    ) -> Sequence[Document]:  # fmt: skip
        """The objects of a kind; none where it is not served, and where it could not be asked."""
        lean = metadata or kind.plural in _WITHHELD
        path = kind.path("" if _awkward(namespace) else namespace)
        if _awkward(namespace):
            fields = ",".join(filter(None, (fields, f"metadata.namespace={namespace}")))
        selector = {"labelSelector": labels} if labels else {}
        selector |= {"fieldSelector": fields} if fields else {}
        where = f"{kind.plural} in {namespace}" if namespace else kind.plural

        async def ask() -> Sequence[Document]:
            try:
                return await self._pages(path, selector, METADATA_LIST if lean else JSON, where)
            except NotServed:
                return ()
            except SourceError as error:
                self._refused(where, error)
                return ()

        return await self._once((path, labels, fields, lean), ask)

    async def one(self, ref: ObjectRef, *, metadata: bool = False) -> Found:
        """The object that `ref` names, or that it is not there."""

        async def ask() -> Found:
            try:
                return await self._one(ref, metadata)
            except NotServed:
                return Found(Presence.GONE, {})
            except SourceError as error:
                word = "may not be read" if isinstance(error, Forbidden) else "could not be read"
                return Found(Presence.UNKNOWN, {}, word, error)

        return await self._once((ref, metadata), ask)

    async def kinds(self, api_version: str) -> Sequence[Served]:
        """What a group serves in a version and can be listed; raises SourceError."""
        group, _, version = api_version.rpartition("/")

        async def ask() -> Sequence[Served]:
            root = f"/apis/{quote(group)}/{quote(version)}" if group else f"/api/{quote(version)}"
            found = await self._get(root, {}, JSON)
            return [
                Served(kind, name, group, version, namespaced=one.get("namespaced") is True)
                for one in maps_at(found, "resources")
                if (name := text_at(one, "name")) and "/" not in name
                if (kind := text_at(one, "kind")) and "list" in _verbs(one)
            ]

        return await self._once(api_version, ask)

    async def served(self, ref: ObjectRef) -> Served:
        """How the kind of `ref` is served; raises SourceError, NotServed for what is not."""
        if (known := served_as(ref)) is not None:
            return known
        version = ref.api_version
        if not version:
            raise NotServed(f"nothing says in which API group {ref.kind} is")
        if version.endswith("/"):
            group = await self._get(f"/apis/{quote(version[:-1])}", {}, JSON)
            version += text_at(group, "preferredVersion", "version")
        for one in await self.kinds(version):
            if one.kind == ref.kind:
                return one
        raise NotServed(f"{ref.kind} is not served in {version} here")

    # Requests.

    async def _one(self, ref: ObjectRef, metadata: bool) -> Found:
        kind = await self.served(ref)
        if not ref.name or "/" in ref.name or "%" in ref.name or ref.name in (".", ".."):
            return Found(Presence.GONE, {})  # no object can have this name
        lean = metadata or kind.plural in _WITHHELD
        if _awkward(ref.name) or _awkward(ref.namespace):
            terms = [f"metadata.name={ref.name}"]
            terms += [f"metadata.namespace={ref.namespace}"] if ref.namespace else []
            params = {"fieldSelector": ",".join(terms), "limit": "1"}
            page = await self._get(kind.path(), params, METADATA_LIST if lean else JSON)
            first = next(maps_at(page, "items"), None)
            return Found(Presence.GONE, {}) if first is None else Found(Presence.READ, first)
        path = f"{kind.path(ref.namespace)}/{quote(ref.name)}"
        return Found(Presence.READ, await self._get(path, {}, METADATA if lean else JSON))

    async def _pages(
        self, path: str, selector: dict[str, str], accept: str, where: str
    ) -> Sequence[Document]:
        found: list[Document] = []
        token = ""
        for _ in range(MAX_PAGES):
            more = {"continue": token} if token else {}
            page = await self._get(path, {**selector, "limit": str(PAGE), **more}, accept)
            found += maps_at(page, "items")
            token = text_at(page, "metadata", "continue")
            if not token:
                return found
        self.note(f"only the first {len(found):,} {where} were looked at")
        return found

    async def _get(self, path: str, params: dict[str, str], accept: str) -> Document:
        if self._left <= 0:
            raise ProtocolTrouble("more would have to be asked than is asked for one object")
        self._left -= 1
        async with self._slots:
            reply = await self._client.get(path, params, accept=accept, timeout=PATIENCE)
        body = reply.body
        if len(body) > _SMALL:
            return await asyncio.to_thread(_decoded, body)
        return _decoded(body)

    def _refused(self, where: str, error: SourceError) -> None:
        word = "may not be read" if isinstance(error, Forbidden) else "could not be read"
        why = "" if isinstance(error, Forbidden) else f": {error}"
        self.note(f"{clean(where)} {word}{why}")

    async def _once(self, key: object, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer to a question that may have been asked already."""
        if key not in self._asked:
            self._asked[key] = asyncio.ensure_future(_as_object(ask))
        return await self._asked[key]  # type: ignore[return-value]


async def _as_object(ask: Callable[[], Awaitable[T]]) -> object:
    return await ask()


def _awkward(name: str) -> bool:
    """Whether a name would pass for a sub-resource in a path: such paths are never asked for."""
    return name.casefold() in CONNECT_SEGMENTS


def _verbs(resource: Document) -> Sequence[object]:
    verbs = resource.get("verbs")
    return verbs if isinstance(verbs, list) else ()


def _decoded(body: bytes) -> Document:
    try:
        return map_at({"it": msgspec.json.decode(body)}, "it")
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise ProtocolTrouble("the answer is not readable") from None
