"""One Prometheus endpoint as the rest of the console sees it: queries in, vectors by cluster out.

Trouble never leaves as an exception: every covered cluster gets a vector for every query, with the
reason in words where it could not be had.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mckconsole.config.model import PrometheusConfig
from mckconsole.domain.alerts import AlertsView
from mckconsole.domain.metrics import EVERYWHERE, MetricQuery, MetricState, MetricVector, Sample
from mckconsole.domain.ranges import LinkSeries, MetricRange, RangeQuery
from mckconsole.domain.text import clean, shorten
from mckconsole.sources.errors import MAX_MESSAGE, SourceError
from mckconsole.sources.prometheus.alerts import attributed
from mckconsole.sources.prometheus.auth import Authenticator
from mckconsole.sources.prometheus.federate import aggregated
from mckconsole.sources.prometheus.mapping import NO_LABEL, Attributed, Attribution
from mckconsole.sources.prometheus.pool import ConnectionPool
from mckconsole.sources.prometheus.range_query import RangeAnswer, Window, expression, lay_out
from mckconsole.sources.prometheus.trouble import Answer, PrometheusTrouble

if TYPE_CHECKING:
    from mckconsole.sources.prometheus.client import PrometheusClient

CONNECTIONS = 2
"""Threads, and requests under way, per endpoint."""
GRACE = 2.0
"""Seconds a thread may take beyond its own time limits before it counts as stuck."""
CLOCKS = (1e9, 4e9)
"""Unix seconds between which a clock is one, however wrong: samples bear the server's stamps."""
_PROBE = MetricQuery("probe", "mckconsole_probe")
"""Of which there are no series: an empty answer is what `probe` hopes for."""
NAMED = 5
"""Label values without a cluster that a note names; the others are counted."""


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What `doctor` says about an endpoint."""

    endpoint: str
    ok: bool
    version: str = ""
    """Product and version as far as the endpoint says, cleaned."""
    latency: float = 0.0
    """Seconds of one trivial query."""
    reason: str = ""
    """Why it is not ok, in words, with what to do."""
    warnings: tuple[str, ...] = ()
    """What an operator must know of the connection even when it works."""


class PrometheusSource:
    """Reads one endpoint for the clusters of the fleet that its configuration covers."""

    def __init__(self, config: PrometheusConfig, clusters: Sequence[str]) -> None:
        """Nothing is opened or imported yet: that happens in a thread at the first request."""
        self.name = clean(config.name)
        self._config = config
        self._attribution = Attribution(config, clusters)
        patience = min(3.0, config.timeout) + config.timeout + GRACE
        self._pool: ConnectionPool[PrometheusClient] = ConnectionPool(
            self._open, size=CONNECTIONS, patience=patience
        )
        self._offset: float | None = None
        """Seconds by which the endpoint's clock is ahead of ours."""
        self.unmapped: Mapping[str, int] = {}
        """Label values that name no cluster → series, of the last round of queries."""

    @property
    def covered(self) -> tuple[str, ...]:
        """Clusters that get an answer from this endpoint."""
        return self._attribution.covered

    def cover(self, clusters: Sequence[str]) -> None:
        """The fleet is of these clusters from the next round on."""
        self._attribution = Attribution(self._config, clusters)

    @property
    def url(self) -> str:
        """Where it is, for people: without user information, query and fragment."""
        return shown_url(self._config.url)

    @property
    def note(self) -> str:
        """Of whom the last round of queries held series that no cluster can be given; or empty.

        Usually a context that is missing, or a label value that `clusterNames` should translate.
        """
        if not self.unmapped:
            return ""
        held = list(self.unmapped.items())
        parts = [f"{series} with {_named(value)}" for value, series in held[:NAMED]]
        if rest := sum(series for _, series in held[NAMED:]):
            parts.append(f"{rest} with other cluster labels")
        return (
            f"{self.name}: series that belong to no known context: {', '.join(parts)};"
            " add the contexts, or name them in clusterNames"
        )

    @property
    def stuck(self) -> int:
        """Requests given up whose threads have not come back."""
        return self._pool.stuck

    async def query(
        self, queries: Sequence[MetricQuery]
    ) -> Mapping[str, Mapping[str, MetricVector]]:
        """Cluster → query id → vector; every covered cluster has an entry for every query."""
        if not self.covered:
            return {}
        if self._config.api == "federate":
            answers = await self._federate(queries)
        else:
            answers = await self._ask_all(queries)
        split = {
            query.id: self._attribution.split(answers[query.id].series, query.by or ())
            for query in queries
        }
        # What an endpoint scrapes for itself has no cluster label, and has `up` all the same.
        told = (found.unmapped for id_, found in split.items() if id_ not in EVERYWHERE)
        self.unmapped = _total(told)
        silent = await self._silent(answers, split)
        return {
            cluster: {
                query.id: self._vector(
                    query, answers[query.id], split[query.id], cluster, cluster in silent
                )
                for query in queries
            }
            for cluster in self.covered
        }

    async def alerts(self) -> AlertsView:
        """What is pending and firing now; trouble is in the answer, never raised."""
        if self._config.api == "federate":
            reason = "alerts need the HTTP API, and it is configured with `api: federate`"
            return AlertsView(
                self.name, MetricState.FAILED, f"{self.name}: {reason}", clusters=self.covered
            )
        try:
            answer = await self._pool.run(lambda client: client.alerts(self.name))
        except SourceError as error:
            reason = self._reason(error)
            return AlertsView(self.name, MetricState.FAILED, reason, clusters=self.covered)
        now = time.time()
        if CLOCKS[0] < answer.asked_at < CLOCKS[1]:
            self._offset = answer.asked_at - now
        return AlertsView(
            self.name,
            MetricState.PARTIAL if answer.caveat else MetricState.FRESH,
            shorten(f"{self.name}: {answer.caveat}", MAX_MESSAGE) if answer.caveat else "",
            attributed(answer, self._attribution.place),
            now,
            self.covered,
            self._offset or 0.0,
        )

    async def query_range(self, query: RangeQuery, link: LinkSeries, seconds: float) -> MetricRange:
        """What the last `seconds` were like for a link; trouble is in the answer, never raised.

        The end is the present by the endpoint's own clock.
        """
        if link.cluster not in self.covered:
            return MetricRange(MetricState.NOT_CONFIGURED, f"{self.name} does not cover it")
        if self._config.api == "federate":
            reason = "the past needs the query API, and it is configured with `api: federate`"
            return MetricRange(MetricState.FAILED, f"{self.name}: {reason}", endpoint=self.name)
        labels = () if self._attribution.owner else self._attribution.labels
        try:
            window = Window.until(await self._now(), seconds)
            text = expression(query, link, window.step, labels)
            answer = await self._pool.run(lambda client: client.over_time(text, window))
        except SourceError as error:
            return MetricRange(MetricState.FAILED, self._reason(error), endpoint=self.name)
        return self._range(answer, query, link, window)

    def _range(
        self, answer: RangeAnswer, query: RangeQuery, link: LinkSeries, window: Window
    ) -> MetricRange:
        mine = (one for one in answer.series if self._attribution.owns(one.labels, link.cluster))
        series, left_out = lay_out(mine, query, window)
        caveats = [answer.caveat] if answer.caveat else []
        if left_out:
            caveats.append(f"{left_out} more series left out")
        words = "; ".join(caveats) or ("" if series else f"holds no {query.metric} of this link")
        return MetricRange(
            MetricState.PARTIAL if caveats else MetricState.FRESH,
            shorten(f"{self.name}: {words}", MAX_MESSAGE) if words else "",
            series,
            window.start,
            window.end,
            window.step,
            self.name,
        )

    async def _now(self) -> float:
        """The endpoint's clock, as of its last answer; one trivial query where there was none.

        Raises:
            SourceError: it does not answer.
        """
        if self._offset is None:
            self._note_clock(await self._pool.run(lambda client: client.ping()))
        return time.time() + (self._offset or 0.0)

    def _note_clock(self, answer: Answer) -> None:
        if CLOCKS[0] < answer.asked_at < CLOCKS[1]:
            self._offset = answer.asked_at - time.time()

    async def probe(self) -> ProbeResult:
        """Ask who is there and one trivial query; never raises for trouble of the endpoint."""
        federate = self._config.api == "federate"
        warnings = self._warnings()
        try:
            version = await self._pool.run(lambda client: client.version())
            began = time.monotonic()
            if federate:
                await self._pool.run(lambda client: client.federate([_PROBE]))
            else:
                answer = await self._pool.run(lambda client: client.ping())
                warnings += (answer.caveat,) if answer.caveat else ()
        except SourceError as error:
            return ProbeResult(self.name, False, reason=self._reason(error), warnings=warnings)
        latency = time.monotonic() - began
        return ProbeResult(self.name, True, version, latency, warnings=warnings)

    async def close(self) -> None:
        """Close the connections; a stuck one is closed when its thread comes back."""
        await self._pool.close()

    def _open(self) -> PrometheusClient:
        from mckconsole.sources.prometheus.client import PrometheusClient
        from mckconsole.sources.prometheus.wire import host_of

        if "@" in host_of(self._config.url):
            raise PrometheusTrouble(
                "its URL holds a credential", hint="move it to basicAuth with a passwordFile"
            )
        try:
            return PrometheusClient(self._config, Authenticator(self._config))
        except ValueError:
            raise PrometheusTrouble("its URL is not usable", hint="check `url`") from None

    async def _ask_all(self, queries: Sequence[MetricQuery]) -> dict[str, Answer]:
        """Ask every query, as many at a time as there are connections.

        The first trouble that concerns the whole endpoint answers the queries not yet asked: a
        dead endpoint costs one wait, not one for each query.
        """
        answers: dict[str, Answer] = {}
        waiting = iter(queries)
        dead: list[Answer] = []

        async def work() -> None:
            for query in waiting:
                answers[query.id] = dead[0] if dead else await self._ask(query, dead)

        await asyncio.gather(*(work() for _ in range(min(CONNECTIONS, len(queries)))))
        return answers

    async def _ask(self, query: MetricQuery, dead: list[Answer]) -> Answer:
        try:
            labels = () if self._attribution.owner else self._attribution.labels
            answer = await self._pool.run(lambda client: client.instant(query, labels))
            self._note_clock(answer)
            return answer
        except SourceError as error:
            answer = Answer(failure=self._reason(error))
            if not isinstance(error, PrometheusTrouble) or error.whole_endpoint:
                dead.append(answer)
            return answer

    async def _federate(self, queries: Sequence[MetricQuery]) -> dict[str, Answer]:
        windowed = Answer(
            failure=f"{self.name}: growth over time needs the query API, "
            "and this endpoint is configured with `api: federate`"
        )
        answers = {query.id: windowed for query in queries}
        bare = [query for query in queries if query.window <= 0]
        # What other endpoints aggregate may be too much here, which must not cost the others.
        for many in (False, True):
            group = [query for query in bare if (query.by is not None) is many]
            if group:
                answers |= await self._federated(group)
        return answers

    async def _federated(self, queries: Sequence[MetricQuery]) -> dict[str, Answer]:
        """The answers of one request."""
        try:
            found = await self._pool.run(lambda client: client.federate(queries))
        except SourceError as error:
            return {query.id: Answer(failure=self._reason(error)) for query in queries}
        labels = () if self._attribution.owner else self._attribution.labels
        return {
            query.id: found[query.metric]
            if query.by is None
            else aggregated(found[query.metric], {*labels, *query.by})
            for query in queries
        }

    async def _silent(
        self, answers: Mapping[str, Answer], split: Mapping[str, Attributed]
    ) -> frozenset[str]:
        """Covered clusters that a shared endpoint seems to hold nothing of, not even `up`.

        Asked only when a cluster had no sample in the whole round, and believed only when the
        answer shows another cluster of the fleet: not everything that is remote-written has `up`.
        """
        seen = {cluster for found in split.values() for cluster in (*found.samples, *found.odd)}
        missing = frozenset(self.covered) - seen
        failed = any(answer.failure for answer in answers.values())
        if self._attribution.owner or self._config.api == "federate" or not missing or failed:
            return frozenset()
        try:
            labels = self._attribution.labels
            answer = await self._pool.run(lambda client: client.reporting(labels))
        except SourceError:
            return frozenset()
        reporting = self._attribution.split(answer.series).samples.keys()
        return missing - reporting if reporting and not answer.caveat else frozenset()

    def _vector(
        self, query: MetricQuery, answer: Answer, found: Attributed, cluster: str, silent: bool
    ) -> MetricVector:
        if answer.failure:
            return MetricVector(MetricState.FAILED, answer.failure, endpoint=self.name)
        caveats = [answer.caveat] if answer.caveat else []
        if odd := found.odd.get(cluster, 0):
            caveats.append(f"{odd} series without a number (NaN or infinite) left out")
        if silent and query.metric != "up":  # of which it is the whole truth
            caveats.append(f"holds no series at all of {cluster}: it may not report here")
        samples: Sequence[Sample] = found.samples.get(cluster, ())
        return MetricVector(
            MetricState.PARTIAL if caveats else MetricState.FRESH,
            shorten(f"{self.name}: {'; '.join(caveats)}", MAX_MESSAGE) if caveats else "",
            tuple(samples),
            answer.asked_at,
            self.name,
            _strangers(found) if query.by is not None else (),
        )

    def _reason(self, error: SourceError) -> str:
        return f"{self.name}: {error}"

    def _warnings(self) -> tuple[str, ...]:
        config = self._config
        warnings = []
        if config.tls.insecure_skip_verify:
            warnings.append("TLS verification is off (insecureSkipVerify)")
        plain = config.url.startswith("http://")
        if plain and (config.bearer_token_file or config.basic_auth):
            warnings.append("the credential travels over plain http")
        return tuple(warnings)


def shown_url(url: str) -> str:
    """A URL without what could be a credential in it: user information, query, fragment."""
    scheme, separator, rest = url.partition("://")
    rest = rest.partition("#")[0].partition("?")[0]
    host, slash, path = rest.partition("/")
    return clean(f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}")


def _named(value: str) -> str:
    return "no cluster label" if value == NO_LABEL else f'cluster label "{value}"'


def _strangers(found: Attributed) -> tuple[str, ...]:
    values = sorted(found.unmapped, key=lambda value: -found.unmapped[value])
    return tuple("" if value == NO_LABEL else value for value in values[:NAMED])


def _total(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Sum of several counts, largest first."""
    total: dict[str, int] = {}
    for count in counts:
        for value, series in count.items():
            total[value] = total.get(value, 0) + series
    return dict(sorted(total.items(), key=lambda item: -item[1]))
