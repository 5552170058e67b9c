"""What an API server serves: its version, and which API version to read each kind in.

One request per root with aggregated discovery (Kubernetes 1.26 and later); older servers are asked
group by group, and only for the groups that the console reads. "Not served" is only said where the
server said so: a group whose discovery failed is unreachable or forbidden, never absent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar, cast

import msgspec

from mckconsole.domain.kinds import KINDS, Kind
from mckconsole.domain.snapshot import VersionInfo
from mckconsole.domain.states import TopicState
from mckconsole.domain.text import clean, shorten
from mckconsole.sources.api import JSON
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import NotServed, StatusTrouble
from mckconsole.sources.statuses import not_kubernetes

_AGGREGATED = "{json};g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList"
ACCEPT = ",".join(
    (*(_AGGREGATED.format(json=JSON, version=version) for version in ("v2", "v2beta1")), JSON)
)
"""Aggregated discovery where there is one, else the plain documents: the server chooses."""
MAX_NAME = 64
DOCUMENT_VERSION = "document"
"""In which version a document beside the API is read: it has none, and none means not to read."""


class Pick(NamedTuple):
    """How to read a kind here, or why not."""

    version: str | None
    """The API version to read, None when the kind cannot be read."""
    state: TopicState
    """PENDING with a version, else what the topic is."""
    reason: str


@dataclass(frozen=True, slots=True)
class GroupVersion:
    """One version of one API group."""

    listable: frozenset[str] = frozenset()
    """Plurals that may be listed at all."""
    trouble: tuple[TopicState, str] | None = None
    """Why its resources are not known, where they are not."""


@dataclass(frozen=True, slots=True)
class ApiSurface:
    """What one API server serves, as far as it told."""

    groups: Mapping[str, Mapping[str, GroupVersion]]
    """Group to version to resources; the core group is the empty name."""
    troubles: Mapping[str, tuple[TopicState, str]] = field(default_factory=dict)
    """Root (`/api`, `/apis`) to why nothing is known of it."""

    def pick(self, kind: Kind) -> Pick:
        """The first of `kind.versions` that is served, or why there is none.

        Of a document no discovery tells: whether there is one, its GET says.
        """
        if kind.beside and kind.beside not in self.groups and "/apis" not in self.troubles:
            return Pick(None, TopicState.ABSENT, f"API group {kind.beside} is not served")
        if kind.document:
            return Pick(DOCUMENT_VERSION, TopicState.PENDING, "")
        versions = self.groups.get(kind.group)
        name = f"{kind.plural}.{kind.group}" if kind.group else kind.plural
        if versions is None:
            trouble = self.troubles.get("/apis" if kind.group else "/api")
            if trouble is not None:
                return Pick(None, *trouble)
            return Pick(None, TopicState.ABSENT, f"API group {kind.group} is not served")
        for version in kind.versions:
            found = versions.get(version)
            if found is not None and found.trouble is None and kind.plural in found.listable:
                return Pick(version, TopicState.PENDING, "")
        for found in versions.values():
            if found.trouble is not None:
                return Pick(None, *found.trouble)
        others = sorted(version for version, got in versions.items() if kind.plural in got.listable)
        if others:
            reason = (
                f"{name} is served as {', '.join(others)} only,"
                f" the console reads {', '.join(kind.versions)}"
            )
            return Pick(None, TopicState.UNSUPPORTED, reason)
        return Pick(None, TopicState.ABSENT, f"{name} is not served")


async def discover(client: ClusterClient) -> ApiSurface:
    """Ask the API server what it serves; two requests on servers since 1.26.

    Raises:
        SourceError: no usable answer, or the credential is refused. A refusal or failure of one
            root or group is not raised: it is in what `pick` says.
    """
    core, named = await _together(_root(client, "/api"), _root(client, "/apis"))
    troubles = {
        root: found
        for root, found in (("/api", core), ("/apis", named))
        if isinstance(found, tuple)
    }
    groups: dict[str, Mapping[str, GroupVersion]] = {}
    for found in (core, named):
        if isinstance(found, dict):
            groups.update(found)
    return ApiSurface(groups, troubles)


async def server_version(client: ClusterClient) -> VersionInfo:
    """`GET /version`.

    Raises:
        NotKubernetes: something else answered.
        SourceError: no answer, or a refusal.
    """
    try:
        reply = await client.get("/version")
    except NotServed as error:
        raise not_kubernetes(error.message) from None
    found = decode_document(reply.body, _Version, "/version")
    if not found.git_version:
        raise not_kubernetes("/version names no gitVersion")
    return VersionInfo(_name(found.git_version), _name(found.platform))


class _Version(msgspec.Struct, rename="camel"):
    git_version: str = ""
    platform: str = ""


class _Resource(msgspec.Struct):
    resource: str = ""  # aggregated discovery
    name: str = ""  # APIResourceList
    verbs: list[str] | None = None


class _ServedVersion(msgspec.Struct):
    """A version in either document."""

    version: str = ""
    freshness: str = ""
    resources: list[_Resource] | None = None


class _GroupMeta(msgspec.Struct):
    name: str = ""


class _Group(msgspec.Struct):
    """A group in either document."""

    metadata: _GroupMeta | None = None  # aggregated discovery
    name: str = ""  # APIGroupList
    versions: list[_ServedVersion] | None = None


class _Root(msgspec.Struct):
    kind: str = ""
    items: list[_Group] | None = None  # APIGroupDiscoveryList
    groups: list[_Group] | None = None  # APIGroupList
    versions: list[str] | None = None  # APIVersions


class _ResourceList(msgspec.Struct):
    resources: list[_Resource] | None = None


_Groups = dict[str, Mapping[str, GroupVersion]]
_Trouble = tuple[TopicState, str]


async def _root(client: ClusterClient, path: str) -> _Groups | _Trouble:
    """The groups under `/api` or `/apis`, or why they are not known."""
    try:
        reply = await client.get(path, accept=ACCEPT)
    except StatusTrouble as error:
        return error.topic_state, str(error)
    root = decode_document(reply.body, _Root, path)
    if root.kind == "APIGroupDiscoveryList":
        return {_group_name(group): _versions(group) for group in root.items or ()}
    if root.kind == "APIVersions":
        return {"": await _ask_versions(client, path, root.versions or ())}
    if root.kind == "APIGroupList":
        wanted = {group for kind in KINDS for group in (kind.group, kind.beside)}
        groups = [group for group in root.groups or () if group.name in wanted]
        answers = await _together(*(_ask_group(client, group) for group in groups))
        return {group.name: found for group, found in zip(groups, answers, strict=True)}
    raise not_kubernetes(f"{path} answered with a {_name(root.kind) or 'document of no kind'}")


T = TypeVar("T")


async def _together(*questions: Coroutine[Any, Any, T]) -> list[T]:
    """Ask all at once and wait for all; raises the first error once none is under way any more."""
    answers = await asyncio.gather(*questions, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return cast("list[T]", answers)


def _group_name(group: _Group) -> str:
    return group.metadata.name if group.metadata else ""


def _versions(group: _Group) -> Mapping[str, GroupVersion]:
    """The versions of a group of aggregated discovery."""
    found: dict[str, GroupVersion] = {}
    for version in group.versions or ():
        trouble = None
        if version.freshness == "Stale":
            what = f"{_name(_group_name(group))}/{_name(version.version)}"
            trouble = (TopicState.UNREACHABLE, f"the server behind {what} does not answer")
        listable = _listable(version.resources, lambda resource: resource.resource)
        found[_name(version.version)] = GroupVersion(listable, trouble)
    return found


async def _ask_group(client: ClusterClient, group: _Group) -> Mapping[str, GroupVersion]:
    versions = [version.version for version in group.versions or ()]
    return await _ask_versions(client, f"/apis/{group.name}", versions)


async def _ask_versions(
    client: ClusterClient, path: str, versions: Iterable[str]
) -> Mapping[str, GroupVersion]:
    """The resource lists of the versions of one group, for servers without aggregation."""
    # A version that is no plain name cannot be in a path, nor be one that we read.
    plain = [version for version in versions if version.isascii() and version.isalnum()]
    answers = await _together(*(_ask_version(client, f"{path}/{one}") for one in plain))
    return dict(zip(plain, answers, strict=True))


async def _ask_version(client: ClusterClient, path: str) -> GroupVersion:
    try:
        reply = await client.get(path)
    except StatusTrouble as error:
        return GroupVersion(trouble=(error.topic_state, str(error)))
    resources = decode_document(reply.body, _ResourceList, path).resources
    return GroupVersion(_listable(resources, lambda resource: resource.name))


def _listable(
    resources: list[_Resource] | None, name: Callable[[_Resource], str]
) -> frozenset[str]:
    return frozenset(name(one) for one in resources or () if "list" in (one.verbs or ()))


D = TypeVar("D", bound=msgspec.Struct)


def decode_document(body: bytes, kind: type[D], path: str) -> D:
    """What the API server says at `path`.

    Raises:
        NotKubernetes: it is no such document.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise not_kubernetes(f"{path} answered with an unexpected document") from None


def _name(text: str) -> str:
    return shorten(clean(text), MAX_NAME)
