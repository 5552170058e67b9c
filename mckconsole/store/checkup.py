"""Find out about one cluster: can it be reached, as whom, and what may be read there.

Asks only the API server's version, its discovery and the three self-reviews; lists nothing but the
names of namespaces, where a kind may be read in some (`checkup_namespaces`). Each step that fails
is an answer of its own, so one refusal does not hide the rest. `doctor` asks this way before
anything is connected, the application of a cluster that is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from mckconsole.domain.access import Answer, TopicAccess
from mckconsole.domain.kinds import BY_TOPIC, Kind
from mckconsole.domain.origins import origin
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.domain.text import clean
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.discovery import ApiSurface, discover, server_version
from mckconsole.sources.endpoint import ClusterEndpoint
from mckconsole.sources.errors import NotServed, ReadTimeout, SourceError, StatusTrouble
from mckconsole.sources.reviews import Access, review_access, review_path, review_subject
from mckconsole.store.checkup_namespaces import where_allowed
from mckconsole.store.cluster import is_withheld
from mckconsole.store.contact import Connect, InternalTrouble

logger = logging.getLogger(__name__)

_UNSERVED = {TopicState.ABSENT: Answer.ABSENT, TopicState.FORBIDDEN: Answer.NO}
"""What it means that discovery names no version to read."""


@dataclass(slots=True)
class Checkup:
    """Everything that was found out about one cluster."""

    endpoint: ClusterEndpoint
    credential: str
    """How it signs in, in words, without any secret."""
    state: ClusterState = ClusterState.PENDING
    problem: str = ""
    """Why it could not be examined in full; empty when it could."""
    hint: str = ""
    version: str = ""
    latency: float | None = None
    """Seconds of the last small request."""
    clock_offset: float | None = None
    """API server's clock minus ours, seconds."""
    expires_at: float | None = None
    username: str = ""
    groups: tuple[str, ...] = ()
    who_unknown: str = ""
    """Why the server did not say who we are."""
    topics: list[TopicAccess] = field(default_factory=list)

    def named(self, answer: Answer) -> list[TopicAccess]:
        """The topics with this answer."""
        return [one for one in self.topics if one.answer is answer]

    @property
    def healthy(self) -> bool:
        """Whether everything that the cluster serves may be read; optional topics need not be."""
        return self.state is ClusterState.READY and not self.lacking

    @property
    def lacking(self) -> list[TopicAccess]:
        """What may not be read or is not known to, without what is optional."""
        wrong = (*self.named(Answer.NO), *self.named(Answer.UNKNOWN))
        return [one for one in wrong if not BY_TOPIC[one.topic].optional]


@dataclass(frozen=True, slots=True)
class Scope:
    """What to ask every cluster, and for how long."""

    topics: tuple[str, ...]
    """Names of the Kind registry."""
    deadline: float
    """Seconds for one cluster."""
    connect: Connect
    late: str = ""
    """What to do where that was too short."""
    scan_values: tuple[str, ...] = ()
    """Clusters (names or globs) in which values are looked at."""

    def topics_of(self, cluster: str) -> tuple[str, ...]:
        """The topics that are read in this cluster at all."""
        values = any(fnmatchcase(cluster, one) for one in self.scan_values)
        return tuple(one for one in self.topics if not is_withheld(BY_TOPIC[one], values))


async def examine(
    endpoint: ClusterEndpoint, scope: Scope, *, client: ClusterClient | None = None
) -> Checkup:
    """Examine one cluster; trouble is in the result, never raised.

    `client` is one that is connected and stays so; without it a connection of its own is made.
    """
    found = Checkup(endpoint, clean(endpoint.credential.describe()))
    if endpoint.problem:
        found.state, found.problem = ClusterState.UNREACHABLE, endpoint.problem
        found.hint = "correct the kubeconfig"
        return found
    own = None
    try:
        if client is None:
            client = own = scope.connect(endpoint)
        async with asyncio.timeout(scope.deadline):
            await _examine(client, scope.topics_of(endpoint.name), found)
    except SourceError as error:
        _fail(found, error)
    except TimeoutError:
        _fail(found, ReadTimeout(f"no answer within {scope.deadline:g} s", hint=scope.late))
    except Exception as error:  # a bug in one cluster's reading is no reason to hide the others
        logger.debug("examining %s: %s", endpoint.name, origin(error))
        _fail(found, InternalTrouble(error))
    finally:
        found.expires_at = endpoint.credential.expires_at()
        if own is not None:
            await own.close()
    return found


def _fail(found: Checkup, error: SourceError) -> None:
    found.state, found.problem, found.hint = error.cluster_state, error.message, error.hint


async def _examine(client: ClusterClient, topics: Sequence[str], found: Checkup) -> None:
    await client.open()
    surface = await discover(client)
    found.state = ClusterState.READY
    found.clock_offset = client.clock_offset
    with suppress(StatusTrouble):  # a refused /version is no obstacle; discovery has answered
        found.version = (await server_version(client)).git_version
    found.latency = client.latencies[-1] if client.latencies else None
    _, found.topics = await asyncio.gather(
        _ask_who(client, found),
        asyncio.gather(*(_ask_topic(client, surface, BY_TOPIC[topic]) for topic in topics)),
    )
    # A document says nothing: some clusters let everybody read it.
    if all(BY_TOPIC[one.topic].document for one in found.named(Answer.YES)):
        _explain_nothing(found)
    elif found.lacking:
        found.state = ClusterState.DEGRADED


def _explain_nothing(found: Checkup) -> None:
    """Nothing may be read: because the cluster says so, or because it does not say."""
    unknown = found.named(Answer.UNKNOWN)
    if unknown and not found.named(Answer.NO):
        found.state, found.problem = ClusterState.UNREACHABLE, unknown[0].reason
    else:
        found.state = ClusterState.FORBIDDEN


async def _ask_who(client: ClusterClient, found: Checkup) -> None:
    try:
        subject = await review_subject(client)
    except NotServed:
        found.who_unknown = "the API server answers this from Kubernetes 1.28 on"
    except SourceError as error:
        found.who_unknown = error.message
    else:
        found.username, found.groups = subject.username, subject.groups


async def _ask_topic(client: ClusterClient, surface: ApiSurface, kind: Kind) -> TopicAccess:
    pick = surface.pick(kind)
    if pick.version is None:
        return TopicAccess(kind.topic, _UNSERVED.get(pick.state, Answer.UNKNOWN), pick.reason)
    try:
        access = await _ask_access(client, kind)
    except SourceError as error:
        return TopicAccess(kind.topic, Answer.UNKNOWN, error.message)
    if access.allowed:
        return TopicAccess(kind.topic, Answer.YES)
    if access.error:
        return TopicAccess(kind.topic, Answer.UNKNOWN, access.error)
    some = ""
    if kind.by_namespace:
        try:
            some = await where_allowed(client, kind)
        except SourceError as error:
            return TopicAccess(kind.topic, Answer.UNKNOWN, error.message)
    verb = "get" if kind.document else "list"
    return TopicAccess(kind.topic, Answer.NO, some or access.reason or f"RBAC grants no {verb}")


async def _ask_access(client: ClusterClient, kind: Kind) -> Access:
    if kind.document:
        return await review_path(client, kind.document)
    return await review_access(
        client,
        "list",
        kind.plural,
        group=kind.group,
        namespace=kind.namespace,
        name=kind.name,
    )


async def examine_all(
    endpoints: Sequence[ClusterEndpoint], scope: Scope, *, places: int
) -> list[Checkup]:
    """Examine all clusters, at most `places` at the same time, in their order."""
    gate = asyncio.Semaphore(places)

    async def one(endpoint: ClusterEndpoint) -> Checkup:
        async with gate:
            return await examine(endpoint, scope)

    return list(await asyncio.gather(*map(one, endpoints)))
