"""Read all objects of a kind to compare them with those of other clusters: digests, no trees.

A page at a time is decoded, redacted and reduced in a thread that all clusters share; what is kept
of an object is a few dozen bytes (`analysis.sameness`). Of Secrets only metadata is asked for. What
could not be read of single namespaces is said; this module must not retry.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote

import msgspec

from mckconsole.analysis.sameness.digest import Digester
from mckconsole.analysis.sameness.model import Digest, Digests
from mckconsole.analysis.sameness.names import Names
from mckconsole.analysis.sameness.own import is_scaled
from mckconsole.domain.inspected import Tree
from mckconsole.domain.objects import Key
from mckconsole.domain.resources import Query, ResourceKind
from mckconsole.domain.states import TopicState
from mckconsole.domain.text import clean, shorten
from mckconsole.sources.api import JSON, METADATA_LIST, Answer, ApiReader
from mckconsole.sources.auditing import aside
from mckconsole.sources.envelopes import ListMeta, open_envelope
from mckconsole.sources.errors import BadRequest, Forbidden
from mckconsole.sources.guard import CONNECT_SEGMENTS
from mckconsole.sources.pages import PageExpired, Pages, read_pages
from mckconsole.sources.redact import TooDeep, redact

PAGE_SIZE = 250
"""Objects per page: whole ones are large."""
AT_ONCE = 50
"""Objects that are looked at between two turns of others in the thread."""
MAX_OBJECTS = 200_000
"""Objects of one cluster that are compared."""
LONGEST = 64 * 1024
"""Characters of a value that are compared."""
_MAX_WORD = 253
_KEY = os.urandom(32)
"""What digests of this process are keyed with: they mean nothing to another."""

Told = Callable[[int], None]
"""Called with how many objects were read so far."""


async def read_digests(
    client: ApiReader, cluster: str, kind: ResourceKind, query: Query, names: Names, told: Told
) -> Digests:
    """The digests of all objects of `kind` that `query` asks for.

    Args:
        client: Where to read.
        cluster: What the cluster is called.
        kind: In the version to read it in.
        query: Namespaces and selectors.
        names: What stands for the cluster in its objects.
        told: Hears how far it is.

    Raises:
        SourceError: nothing could be read.
    """
    reading = _Reading(client, kind, query, Digester(names, _KEY), told)
    unread: dict[str, str] = {}
    refused: Forbidden | None = None
    for namespace in query.namespaces or ("",):
        try:
            await reading.namespace(namespace)
        except Forbidden as error:
            refused, unread[namespace] = error, str(error)
    if refused is not None and len(unread) == len(query.namespaces or ("",)):
        raise refused
    if reading.full:
        unread[""] = f"only the first {MAX_OBJECTS:,} objects were compared"
    return Digests(
        cluster,
        TopicState.FRESH,
        api_version=kind.api_version,
        objects=reading.objects,
        unread=unread,
        undecodable=reading.undecodable,
        as_of=reading.as_of,
        metadata_only=kind.secret,
    )


@dataclass(slots=True)
class _Reading:
    client: ApiReader
    kind: ResourceKind
    query: Query
    digester: Digester
    told: Told
    objects: dict[Key, Digest] = field(default_factory=dict)
    undecodable: int = 0
    as_of: float | None = None
    full: bool = False

    async def namespace(self, namespace: str) -> None:
        """Read one namespace, or all; a list that expires while it is read is read in one."""
        try:
            await self._list(namespace, {"limit": str(PAGE_SIZE)})
        except PageExpired:
            await self._list(namespace, {})

    async def _list(self, namespace: str, limit: Mapping[str, str]) -> None:
        query = self.query
        params = {**limit}
        if query.labels:
            params["labelSelector"] = query.labels
        if query.fields:
            params["fieldSelector"] = query.fields
        accept = METADATA_LIST if self.kind.secret else JSON
        pages = Pages(self.client, _path(self.kind, namespace), accept)
        await read_pages(pages, params, self._take, ahead=False)

    async def _take(self, reply: Answer) -> ListMeta:
        if self.as_of is None:
            self.as_of = reply.date
        envelope = await open_envelope(reply.body, self.kind.plural)
        items = envelope.items or []
        for start in range(0, len(items), AT_ONCE):
            batch = items[start : start + AT_ONCE]
            size = sum(memoryview(one).nbytes for one in batch)
            for found in await aside(size, self._digest_all, batch):
                self._keep(found)
            self.told(len(self.objects))
        return envelope.metadata or ListMeta()

    def _keep(self, found: tuple[Key, Digest] | None) -> None:
        if found is None:
            self.undecodable += 1
        elif len(self.objects) < MAX_OBJECTS:
            self.objects[found[0]] = found[1]
        else:
            self.full = True

    def _digest_all(self, raws: Sequence[msgspec.Raw]) -> list[tuple[Key, Digest] | None]:
        return [self._digest(raw) for raw in raws]

    def _digest(self, raw: msgspec.Raw) -> tuple[Key, Digest] | None:
        """One object; None where it cannot be read. No error of this function holds a part of it.

        In the thread: only the digester is used there, and by one thread.
        """
        try:
            document = msgspec.json.decode(raw)
            metadata = document["metadata"]
            key = (_word(metadata.get("namespace") or ""), _word(metadata["name"]))
            scaled = is_scaled(_managers(metadata.pop("managedFields", None)))
            document.pop("status", None)  # neither is compared, and both are large
            whole = {"metadata": metadata} if self.kind.secret else document
            shown = redact({**whole, "kind": self.kind.kind}, longest=LONGEST)
        except (msgspec.DecodeError, UnicodeError, ValueError, TypeError, KeyError, AttributeError,
                RecursionError, TooDeep):  # fmt: skip
            return None
        return key, self.digester.digest(cast("Mapping[str, Tree]", shown.tree), scaled=scaled)


def _managers(written: Any) -> Iterable[tuple[str, str]]:
    return tuple(_pairs(written)) if isinstance(written, list) else ()


def _pairs(written: list[Any]) -> Iterator[tuple[str, str]]:
    for one in written:
        if isinstance(one, dict):
            yield str(one.get("manager")), str(one.get("subresource"))


def _word(text: Any) -> str:
    if not isinstance(text, str):
        raise TypeError("a name is a text")
    return shorten(clean(text), _MAX_WORD)


def _path(kind: ResourceKind, namespace: str) -> str:
    """The path of a list.

    Raises:
        BadRequest: no namespace can have this name.
    """
    if "/" in namespace or "%" in namespace or namespace in (*CONNECT_SEGMENTS, ".", ".."):
        raise BadRequest(f"{namespace} is no name of a namespace")
    place = f"/namespaces/{quote(namespace)}" if namespace and kind.namespaced else ""
    root = "/apis" if kind.group else "/api"
    return f"{root}/{quote(kind.api_version)}{place}/{quote(kind.plural)}"
