"""What a person asks a live fleet for: one object, the console's access, a link over time.

Each question goes through the connections that are there; where there is none, the answer says why.
Nothing of it is held. Used by `LiveFleet`; trouble of a metrics endpoint is in the answer, never
raised.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mckconsole.domain.access import AccessReport, MetricsEndpoint
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.inspected import ObjectFacts, Related
from mckconsole.domain.metrics import NO_METRICS, MetricState
from mckconsole.domain.objecttext import ObjectText
from mckconsole.domain.origins import origin
from mckconsole.domain.ranges import LINK_RANGES, LinkSeries, MetricRange, RangeQuery
from mckconsole.domain.text import clean, shorten
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import ConnectionTrouble, SourceError
from mckconsole.sources.prometheus import ProbeResult, PrometheusSource
from mckconsole.store.checkup import Checkup, Scope, examine
from mckconsole.store.cluster import ClusterStore
from mckconsole.store.contact import Connect, InternalTrouble

if TYPE_CHECKING:
    from mckconsole.analysis.sameness.model import Digests
    from mckconsole.domain.resources import Query, ResourceKind

logger = logging.getLogger(__name__)

PATIENCE = 20.0
"""Seconds that an examination may take: somebody looks at it."""
_RANK = {MetricState.FRESH: 2, MetricState.PARTIAL: 1}


async def fetch(held: ClusterStore, client: ClusterClient | None, ref: ObjectRef) -> ObjectText:
    """The object as YAML, without credentials.

    Raises:
        SourceError: why it could not be read; also when the cluster is not connected.
    """
    connected = _connected(held, client)
    # Imported here: YAML and a hundred patterns are for those who open an object.
    from mckconsole.sources.objects_fetch import fetch_object, find_plural

    with _without_content(held):
        plural = await find_plural(connected, ref)
        return await fetch_object(connected, ref, ref.api_version.rpartition("/")[2], plural)


async def inspect(
    held: ClusterStore, client: ClusterClient | None, ref: ObjectRef
) -> ObjectFacts:  # fmt: skip
    """The object with all that may be shown of it; raises like `fetch`."""
    connected = _connected(held, client)
    from mckconsole.sources.inspect import inspect_object

    with _without_content(held):
        return await inspect_object(connected, held.name, ref)


async def relate(held: ClusterStore, client: ClusterClient | None, ref: ObjectRef) -> Related:
    """What the object has to do with; raises like `fetch`."""
    connected = _connected(held, client)
    from mckconsole.sources.related import find_related

    with _without_content(held):
        return await find_related(connected, ref)


async def digest(
    held: ClusterStore, client: ClusterClient | None, kind: ResourceKind, query: Query,
    told: Callable[[int], None],
) -> Digests:  # fmt: skip
    """What is compared of all objects of a kind; raises like `fetch`."""
    connected = _connected(held, client)
    from mckconsole.analysis.sameness.names import names_of
    from mckconsole.sources.digests import read_digests

    endpoint = held.endpoint
    names = names_of(held.name, endpoint.context, endpoint.base_url)
    with _without_content(held):
        return await read_digests(connected, held.name, kind, query, names, told)


def _connected(held: ClusterStore, client: ClusterClient | None) -> ClusterClient:
    if client is None or not held.connected_now:
        raise ConnectionTrouble(f"{held.name} is not connected: {held.reason}")
    return client


@contextmanager
def _without_content(held: ClusterStore) -> Iterator[None]:
    """No error of ours leaves with a part of the object in it."""
    try:
        yield
    except SourceError:
        raise
    except Exception as error:
        logger.debug("reading an object of %s", held.name)  # no traceback: it may hold the object
        raise InternalTrouble(error) from None


@dataclass(frozen=True, slots=True)
class Examination:
    """How to examine one cluster."""

    held: ClusterStore
    client: ClusterClient | None
    """The session's, when there is one."""
    connect: Connect
    """Makes another, where there is none."""
    refused: str = ""
    """Why no connection may be made; empty when one may."""
    endpoints: Sequence[PrometheusSource] = ()


async def report_access(case: Examination) -> AccessReport:
    """How the console signs in, what it may read, and which metrics endpoints cover the cluster."""
    found, metrics = await asyncio.gather(_access(case), _probe_all(case))
    problem = f"{found.problem} ({found.hint})" if found.hint else found.problem
    return AccessReport(
        credential=found.credential,
        checked_at=time.time(),
        expires_at=found.expires_at,
        username=found.username,
        groups=found.groups,
        who_unknown=found.who_unknown,
        topics=tuple(found.topics),
        metrics=metrics,
        problem=problem,
    )


async def _access(case: Examination) -> Checkup:
    held = case.held
    if case.refused:
        found = Checkup(held.endpoint, clean(held.endpoint.credential.describe()))
        found.problem = case.refused
        return found
    client = case.client if held.connected_now else None
    values = ("*",) if held.scans_values else ()
    scope = Scope(held.topics, PATIENCE, case.connect, scan_values=values)
    return await examine(held.endpoint, scope, client=client)


async def _probe_all(case: Examination) -> tuple[MetricsEndpoint, ...]:
    sources = [one for one in case.endpoints if case.held.name in one.covered]
    return tuple(await asyncio.gather(*map(_probe, sources)))


async def _probe(source: PrometheusSource) -> MetricsEndpoint:
    try:
        async with asyncio.timeout(PATIENCE):
            result = await source.probe()
    except TimeoutError:
        result = ProbeResult(source.name, False, reason=f"no answer within {PATIENCE:g} s")
    except Exception as error:
        logger.debug("probing %s: %s", source.name, origin(error))
        result = ProbeResult(source.name, False, reason=str(InternalTrouble(error)))
    return MetricsEndpoint(
        source.name,
        source.url,
        "ready" if result.ok else "not readable",
        "; ".join(filter(None, (result.reason, *result.warnings))),
        result.version,
    )


async def link_ranges(
    sources: Sequence[PrometheusSource], link: LinkSeries, seconds: float
) -> Mapping[str, MetricRange]:
    """Query id to what the last `seconds` were like; of several endpoints, the better answer."""
    queries = [query for query in LINK_RANGES if query.provider == link.provider]
    covering = [source for source in sources if link.cluster in source.covered]
    answers = await asyncio.gather(*(_best(covering, query, link, seconds) for query in queries))
    return {query.id: answer for query, answer in zip(queries, answers, strict=True)}


async def _best(
    sources: Sequence[PrometheusSource], query: RangeQuery, link: LinkSeries, seconds: float
) -> MetricRange:
    if not sources:
        return MetricRange(MetricState.NOT_CONFIGURED, NO_METRICS.reason)
    if not link.remote:
        return MetricRange(MetricState.FAILED, "the mesh id of the other end is not known")
    answers = await asyncio.gather(*(_ask(source, query, link, seconds) for source in sources))
    # Series are never mixed: two endpoints that scrape the same targets would show them twice.
    best = max(answers, key=lambda one: (not one.empty, _RANK.get(one.state, 0)))
    if best.empty and len(answers) > 1:
        words = "; ".join(dict.fromkeys(one.reason for one in answers if one.reason))
        return MetricRange(best.state, shorten(words, 300), endpoint=best.endpoint)
    return best


async def _ask(
    source: PrometheusSource, query: RangeQuery, link: LinkSeries, seconds: float
) -> MetricRange:
    try:
        return await source.query_range(query, link, seconds)
    except Exception as error:
        logger.debug("asking %s for a range: %s", source.name, origin(error))
        return MetricRange(MetricState.FAILED, str(InternalTrouble(error)), endpoint=source.name)
