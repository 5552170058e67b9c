"""Everything that an API server serves and lists, by full discovery: for people who type a kind.

Two requests with aggregated discovery (Kubernetes 1.26 and later); older servers are asked for each
version of each group. What is not known of a group is said with the reason: of a kind in it nobody
may conclude that it is not served. Which kinds the console reads by itself, `discovery` says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import msgspec

from mckconsole.domain.resources import Catalogue, ResourceKind
from mckconsole.domain.text import clean, shorten
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.discovery import ACCEPT, decode_document
from mckconsole.sources.errors import SourceError, StatusTrouble
from mckconsole.sources.statuses import not_kubernetes

AT_A_TIME = 8
"""Documents that an old server is asked for at the same time."""
MAX_KINDS = 5000
"""Kinds of one cluster that are held."""
MAX_WORD = 253
MAX_WORDS = 16
"""Short names, categories and verbs of one kind."""


class _Responds(msgspec.Struct):
    kind: str = ""


class _Resource(msgspec.Struct, rename="camel"):
    """A kind in either document."""

    resource: str = ""  # aggregated discovery
    response_kind: _Responds | None = None
    scope: str = ""
    singular_resource: str = ""
    name: str = ""  # APIResourceList
    kind: str = ""
    namespaced: bool = False
    singular_name: str = ""
    verbs: list[str] | None = None
    short_names: list[str] | None = None
    categories: list[str] | None = None


class _Version(msgspec.Struct, rename="camel"):
    version: str = ""
    freshness: str = ""
    resources: list[_Resource] | None = None


class _Meta(msgspec.Struct):
    name: str = ""


class _Group(msgspec.Struct, rename="camel"):
    """A group in either document."""

    metadata: _Meta | None = None  # aggregated discovery
    name: str = ""  # APIGroupList
    versions: list[_Version] | None = None
    preferred_version: _Version | None = None


class _Root(msgspec.Struct):
    kind: str = ""
    items: list[_Group] | None = None  # APIGroupDiscoveryList
    groups: list[_Group] | None = None  # APIGroupList
    versions: list[str] | None = None  # APIVersions


class _ResourceList(msgspec.Struct):
    resources: list[_Resource] | None = None


_Found: TypeAlias = tuple[str, str, Sequence[_Resource] | str]
"""Group, version, and what is in it, or why that is not known."""


async def read_catalogue(client: ClusterClient) -> Catalogue:
    """Ask for all kinds.

    Raises:
        SourceError: no usable answer, or nothing at all may be discovered. What fails of one root
            or group is among the troubles.
    """
    core, named = await asyncio.gather(
        _root(client, "/api"), _root(client, "/apis"), return_exceptions=True
    )
    found: list[_Found] = []
    for root, answer in (("/api", core), ("/apis", named)):
        if isinstance(answer, StatusTrouble):
            found.append((root, "", str(answer)))
        elif isinstance(answer, BaseException):
            raise answer
        else:
            found += answer
    if isinstance(core, SourceError) and isinstance(named, SourceError):
        raise core
    return _catalogue(found)


def _catalogue(found: Iterable[_Found]) -> Catalogue:
    """The first version of each kind that can be listed; `found` is in order of preference."""
    kinds: dict[tuple[str, str], ResourceKind] = {}
    troubles: dict[str, str] = {}
    for group, version, resources in found:
        if isinstance(resources, str):
            troubles[_word(group)] = resources
            continue
        for one in _listable(resources):
            if len(kinds) < MAX_KINDS:
                kind = _kind(group, version, one)
                kinds.setdefault((kind.group, kind.plural), kind)
    return Catalogue(tuple(kinds.values()), troubles)


def _listable(resources: Sequence[_Resource]) -> Iterator[_Resource]:
    for one in resources:
        name = one.resource or one.name
        if "list" in (one.verbs or ()) and name and _plain(name):
            yield one


def _kind(group: str, version: str, one: _Resource) -> ResourceKind:
    responds = one.response_kind.kind if one.response_kind else ""
    return ResourceKind(
        _word(group),
        _word(version),
        _word(one.resource or one.name),
        _word(responds or one.kind),
        _word(one.singular_resource or one.singular_name),
        _words(one.short_names),
        _words(one.categories),
        one.scope == "Namespaced" if one.scope else one.namespaced,
        frozenset(_words(one.verbs)),
    )


async def _root(client: ClusterClient, path: str) -> list[_Found]:
    """What is under `/api` or `/apis`."""
    root = decode_document((await client.get(path, accept=ACCEPT)).body, _Root, path)
    if root.kind == "APIGroupDiscoveryList":
        return [one for group in root.items or () for one in _aggregated(group)]
    places = asyncio.Semaphore(AT_A_TIME)
    if root.kind == "APIVersions":
        wanted = [("", version) for version in root.versions or ()]
    elif root.kind == "APIGroupList":
        wanted = [(group.name, one) for group in root.groups or () for one in _preferred(group)]
    else:
        raise not_kubernetes(f"{path} answered with a {_word(root.kind) or 'document of no kind'}")
    plain = [(group, version) for group, version in wanted if _plain(group) and _plain(version)]
    asked = [_ask(client, places, group, version) for group, version in plain]
    return list(await asyncio.gather(*asked))


def _aggregated(group: _Group) -> Iterator[_Found]:
    name = group.metadata.name if group.metadata else ""
    for one in group.versions or ():
        if one.freshness == "Stale":
            yield name, one.version, f"the server behind {_word(name)} does not answer"
        elif _plain(name) and _plain(one.version):
            yield name, one.version, one.resources or ()


def _preferred(group: _Group) -> list[str]:
    """The versions of a group, the preferred one first."""
    versions = [one.version for one in group.versions or ()]
    first = group.preferred_version.version if group.preferred_version else ""
    return sorted(versions, key=lambda version: version != first)


async def _ask(
    client: ClusterClient, places: asyncio.Semaphore, group: str, version: str
) -> _Found:
    path = f"/apis/{group}/{version}" if group else f"/api/{version}"
    async with places:
        try:
            reply = await client.get(path)
        except StatusTrouble as error:
            return group, version, str(error)
    return group, version, decode_document(reply.body, _ResourceList, path).resources or ()


def _plain(text: str) -> bool:
    """Whether it may stand in a path; the core group has no name."""
    return (text.isascii() and text.replace("-", "").replace(".", "").isalnum()) or not text


def _word(text: str) -> str:
    return shorten(clean(text), MAX_WORD)


def _words(texts: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(_word(text) for text in tuple(texts or ())[:MAX_WORDS])


def why_not_served(catalogue: Catalogue, name: str) -> tuple[bool, str]:
    """Of a kind that is not in `catalogue`: whether that means it is not served, and the words."""
    group = name.partition(".")[2]
    troubles = catalogue.troubles
    for place in (group, "/apis" if group else "/api"):
        if place in troubles:
            return False, f"whether {name} is served is not known: {troubles[place]}"
    return True, f"{name} is not served"
