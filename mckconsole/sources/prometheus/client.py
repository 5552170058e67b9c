"""Ask one Prometheus endpoint, through prometheus-api-client, and decode what it says.

Blocking: runs in the threads of the endpoint's pool. The library sends the query and gives back
its series; it drops the warnings, the result type and the server's date, so a response hook keeps
the response and the envelope is read from it. Nothing but `PrometheusTrouble` leaves this module.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import requests
from prometheus_api_client import PrometheusConnect

from mckconsole.config.model import PrometheusConfig
from mckconsole.domain.metrics import MetricQuery
from mckconsole.domain.text import clean, shorten
from mckconsole.domain.times import parse_http_date
from mckconsole.sources.prometheus.alerts import AlertsAnswer, read_alerts
from mckconsole.sources.prometheus.auth import Authenticator
from mckconsole.sources.prometheus.envelope import (
    Envelope,
    html_page,
    join_times,
    read_build,
    read_envelope,
    read_series,
)
from mckconsole.sources.prometheus.federate import parse_exposition
from mckconsole.sources.prometheus.range_query import RangeAnswer, Window, read_matrix
from mckconsole.sources.prometheus.trouble import Answer, PrometheusTrouble
from mckconsole.sources.prometheus.wire import WIRE_ERRORS, Wire, explain

T = TypeVar("T")

_METRIC_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
MAX_EXCERPT = 160

_HINTS = {
    401: "check bearerTokenFile or basicAuth",
    403: "check what this user or tenant may query, and the X-Scope-OrgID header",
    404: "is a path prefix missing in the URL, such as /prometheus?",
    429: "the endpoint limits its callers",
}


class PrometheusClient:
    """One connection to one endpoint, for one thread at a time."""

    def __init__(self, config: PrometheusConfig, authenticator: Authenticator) -> None:
        url = config.url.rstrip("/")
        self._budget = config.timeout
        self._authenticator = authenticator
        self._wire = Wire(url, authenticator, config.tls, config.timeout)
        self._connect = PrometheusConnect(
            url,
            session=self._wire.session,
            auth=self._wire.auth,
            timeout=self._wire.timeout,
        )
        self._wire.claim()
        self._wire.session.hooks["response"].append(self._keep)
        self._last: requests.Response | None = None

    def close(self) -> None:
        """Close the sockets."""
        self._connect.close()

    def instant(self, query: MetricQuery, clusters: Collection[str] = ()) -> Answer:
        """The current value of every series of a metric, or its growth over the window.

        The value and, for a bare selector, `timestamp(metric)` are evaluated at the same instant
        of the server's clock; the second tells how old each sample really is. What is aggregated
        keeps the labels `clusters`, by which it is attributed.
        """
        checked_name(query.metric)
        metric = query.selector
        if query.window > 0:
            window = f"{round(query.window * 1000)}ms"
            return self._evaluate(f"delta({metric}[{window}])")
        around = "{}"
        if query.by is not None:
            names = ", ".join(map(checked_name, dict.fromkeys((*clusters, *query.by))))
            around = f"max by ({names}) ({{}})"
        values = self._evaluate(around.format(metric))
        if not values.series:
            return values
        evaluated = max(series.at for series in values.series)
        times = self._evaluate(around.format(f"timestamp({metric})"), at=evaluated)
        return join_times(values, times)

    def reporting(self, labels: Collection[str]) -> Answer:
        """Which values of `labels` have any `up` series."""
        names = ", ".join(checked_name(label) for label in labels)
        return self._evaluate(f"group by ({names}) (up)")

    def federate(self, queries: Sequence[MetricQuery]) -> dict[str, Answer]:
        """The current series of several metrics, by name, in one request to `/federate`."""
        metrics = {checked_name(query.metric) for query in queries}
        selectors = list(dict.fromkeys(query.selector for query in queries))
        response = self._call(lambda: self._wire.get("/federate", {"match[]": selectors}))
        if "html" in response.headers.get("Content-Type", ""):
            raise html_page()
        asked_at = _date(response) or time.time()
        text = response.content.decode("utf-8", "replace")
        found = parse_exposition(text, metrics, asked_at)
        return {metric: Answer(series, asked_at) for metric, series in found.items()}

    def alerts(self, endpoint: str) -> AlertsAnswer:
        """Every pending and firing alert."""
        response = self._call(lambda: self._wire.get("/api/v1/alerts", {}))
        envelope = _envelope(response)
        if envelope.status != "success":
            raise self._refusal(response, envelope)
        return read_alerts(response.content, endpoint, _date(response), self._caveat(envelope, 0))

    def version(self) -> str:
        """What the endpoint says it is, from `/api/v1/status/buildinfo`; empty if not served."""
        try:
            response = self._call(lambda: self._wire.get("/api/v1/status/buildinfo", {}))
        except PrometheusTrouble:
            return ""
        return read_build(response.content)

    def ping(self) -> Answer:
        """The cheapest question the query API answers."""
        return self._evaluate("vector(1)")

    def _evaluate(self, expression: str, at: float | None = None) -> Answer:
        params = self._params()
        if at is not None:
            params["time"] = f"{at:.3f}"
        rows, envelope, asked_at = self._read(
            lambda: self._connect.custom_query(expression, params=params), "vector"
        )
        series, histograms = read_series(rows)
        asked_at = asked_at or max((one.at for one in series), default=time.time())
        return Answer(series, asked_at, self._caveat(envelope, histograms))

    def over_time(self, expression: str, window: Window) -> RangeAnswer:
        """Every series of an expression at each point of time of `window`."""
        start, end = (datetime.fromtimestamp(at, UTC) for at in (window.start, window.end))
        rows, envelope, _ = self._read(
            lambda: self._connect.custom_query_range(
                expression, start, end, f"{window.step}s", params=self._params()
            ),
            "matrix",
        )
        series, histograms = read_matrix(rows)
        return RangeAnswer(series, self._caveat(envelope, histograms))

    def _params(self) -> dict[str, str]:
        """The server is to give up before we do."""
        return {"timeout": f"{max(int(self._budget * 900), 1)}ms"}

    def _read(self, ask: Callable[[], object], wanted: str) -> tuple[list[object], Envelope, float]:
        """Rows of a `wanted` kind, what came with them, and the server's clock (0: not said)."""
        rows, response = self._call(lambda: self._custom_query(ask))
        envelope = _envelope(response)
        if envelope.status != "success":
            raise self._refusal(response, envelope)
        kind = envelope.data.result_type if envelope.data else "no data"
        if kind != wanted or not isinstance(rows, list):
            raise PrometheusTrouble(f"expected a {wanted}, got {kind}", whole_endpoint=False)
        return rows, envelope, _date(response)

    def _caveat(self, envelope: Envelope, histograms: int) -> str:
        caveats = [self._authenticator.redact(text) for text in envelope.warnings or ()]
        if envelope.is_partial and not caveats:
            caveats.append("the answer is marked partial")
        if histograms:
            caveats.append(f"{histograms} native histograms left out")
        return shorten(clean("; ".join(caveats)), 300)

    def _custom_query(self, ask: Callable[[], object]) -> tuple[object, requests.Response]:
        """The library's rows (None where it trips over an odd answer), and the kept response."""
        rows: object = None
        try:
            rows = ask()
        except (KeyError, TypeError, ValueError, RecursionError):
            if self._last is None:
                raise PrometheusTrouble(
                    "the request could not be made", hint="check `url`"
                ) from None
        if self._last is None:
            raise PrometheusTrouble("the query was answered without a response")
        return rows, self._last

    def _call(self, send: Callable[[], T]) -> T:
        self._last = None
        try:
            return send()
        except WIRE_ERRORS as error:
            self._drop()
            raise PrometheusTrouble(explain(error, self._wire.url, self._budget)) from None
        except PrometheusTrouble:
            self._drop()
            raise

    def _drop(self) -> None:
        """Give up a response that may not have been read to its end."""
        if self._last is not None:
            self._last.close()

    def _keep(self, response: requests.Response, *_: object, **__: object) -> None:
        """Response hook: keep the response, and turn a refusal into words before anybody else."""
        self._last = response
        if response.is_redirect or response.is_permanent_redirect:
            raise PrometheusTrouble(
                "answered with a redirect, which is not followed",
                hint="a login page in front, or http instead of https in the URL?",
            )
        if response.status_code != 200:
            raise self._refusal(response, None)

    def _refusal(self, response: requests.Response, envelope: Envelope | None) -> PrometheusTrouble:
        """The words for an error envelope, or for a status without one.

        A slow query is answered 503 with an envelope: that says nothing about the next query.
        """
        status = response.status_code
        hint = _HINTS.get(status, "")
        if envelope is None:
            try:
                envelope = _envelope(response)
            except PrometheusTrouble:
                envelope = Envelope()
        if envelope.error and status not in (401, 403):
            text = self._authenticator.redact(envelope.error)
            kind = f"{envelope.error_type}: " if envelope.error_type else ""
            message = f"refused the query: {kind}{text}"
            return PrometheusTrouble(message, hint=hint, whole_endpoint=status == 429)
        text = ""
        if "html" not in response.headers.get("Content-Type", "").lower():
            text = response.content[: 4 * MAX_EXCERPT].decode("utf-8", "replace").strip()
            text = shorten(self._authenticator.redact(text), MAX_EXCERPT)
        message = f"HTTP {status}" + (f": {text}" if text else "")
        return PrometheusTrouble(message, hint=hint)


def checked_name(name: str) -> str:
    """`name` when it is a metric name by the classic grammar, which needs no quoting in PromQL.

    Raises:
        PrometheusTrouble: it is not, and must not reach a query.
    """
    if not _METRIC_NAME.fullmatch(name):
        raise PrometheusTrouble(f"{name} is no metric or label name", whole_endpoint=False)
    return name


def _envelope(response: requests.Response) -> Envelope:
    return read_envelope(response.content, response.headers.get("Content-Type", ""))


def _date(response: requests.Response) -> float:
    """The server's clock when it answered, Unix seconds; 0 when it does not say."""
    return parse_http_date(response.headers.get("Date", "")) or 0.0
