"""An embedded Prometheus: series in, the HTTP API of a real server out.

Serves `/api/v1/query`, `/api/v1/query_range`, `/api/v1/alerts`, `/api/v1/status/buildinfo`,
`/federate`, `/metrics` and `/-/ready`. What it cannot evaluate is refused as Prometheus refuses a
bad query. Error and value formats: Prometheus HTTP API v1 documentation.
"""

from __future__ import annotations

import base64
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from email.utils import formatdate
from urllib.parse import parse_qsl

from mckconsole.demo.answers import Answer, Call, json_answer, text_answer
from mckconsole.demo.fault_rules import Faults
from mckconsole.demo.promql import PromSeries, QueryError, evaluate, parse_selector, prepare
from mckconsole.domain.times import parse_rfc3339

_EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"
_MAX_POINTS = 11_000
"""Points per series that a range query may return (Prometheus' own limit)."""


class EmbeddedPrometheus:
    """A Prometheus to be served by a `Listener`.

    Args:
        series: what it holds; a callable is asked anew at every request.
        clock: Unix seconds: `Date` and the default evaluation time.
        bearer: token that every request must carry, when set.
        basic: user and password that every request must carry, when set.
        tenants: `X-Scope-OrgID` → series, for a multi-tenant front end; requests without a known
            tenant are refused then.
        alerts: what `/api/v1/alerts` lists, asked anew at every request.
    """

    def __init__(
        self,
        series: Iterable[PromSeries] | Callable[[], Iterable[PromSeries]] = (),
        *,
        clock: Callable[[], float] = time.time,
        bearer: str = "",
        basic: tuple[str, str] | None = None,
        tenants: Mapping[str, Sequence[PromSeries]] | None = None,
        alerts: Callable[[], Sequence[Mapping[str, object]]] = tuple,
    ) -> None:
        self._series = series if callable(series) else list(series)
        self._clock = clock
        self._wanted = ""
        if bearer:
            self._wanted = f"Bearer {bearer}"
        elif basic is not None:
            self._wanted = "Basic " + base64.b64encode(":".join(basic).encode()).decode()
        self._tenants = tenants
        self._alerts = alerts
        self.faults = Faults()
        self.warnings: list[str] = []
        """Warnings of every answer, as a partial result carries them."""
        self.requests: list[tuple[str, str, dict[str, list[str]]]] = []
        """(method, path, parameters) of every request."""

    async def answer(self, call: Call) -> Answer:
        """Answer one request, faults included."""
        parameters = _parameters(call)
        self.requests.append((call.method, call.path, parameters))

        async def honest() -> Answer:
            answer = self._dispatch(call, parameters)
            answer.headers["Date"] = formatdate(self._clock(), usegmt=True)
            return answer

        return await self.faults.apply(call, honest)

    def _dispatch(self, call: Call, parameters: dict[str, list[str]]) -> Answer:
        if self._wanted and call.header("Authorization") != self._wanted:
            return text_answer("Unauthorized\n", 401)
        if self._tenants is not None and call.header("X-Scope-OrgID") not in self._tenants:
            return text_answer("no org id\n", 401)
        series = list(self._held(call))
        try:
            match call.path:
                case "/api/v1/query":
                    return self._query(series, parameters)
                case "/api/v1/query_range":
                    return self._query_range(series, parameters)
                case "/api/v1/alerts":
                    return self._success({"alerts": list(self._alerts())})
                case "/api/v1/status/buildinfo":
                    return self._success({"version": "3.5.0", "revision": "embedded"})
                case "/federate":
                    return self._federate(series, parameters)
                case "/metrics":
                    return Answer(200, self._exposition(series), {"Content-Type": _EXPOSITION})
                case "/-/ready" | "/-/healthy":
                    return text_answer("Prometheus Server is Ready.\n")
        except QueryError as error:
            if call.path == "/federate":
                return text_answer(f"{error}\n", 400)
            return _failure("bad_data", str(error))
        return text_answer("404 page not found\n", 404)

    def _held(self, call: Call) -> Iterable[PromSeries]:
        if self._tenants is not None:
            return self._tenants[call.header("X-Scope-OrgID")]
        return self._series() if callable(self._series) else self._series

    def _success(self, data: object) -> Answer:
        document: dict[str, object] = {"status": "success", "data": data}
        if self.warnings:
            document["warnings"] = list(self.warnings)
        return json_answer(document)

    def _query(self, series: Sequence[PromSeries], parameters: dict[str, list[str]]) -> Answer:
        moment = _moment(parameters, "time", self._clock())
        found = evaluate(_expression(parameters), series, moment)
        result = [
            {"metric": labels, "value": [round(moment, 3), format_value(value)]}
            for labels, value in found
        ]
        return self._success({"resultType": "vector", "result": result})

    def _query_range(
        self, series: Sequence[PromSeries], parameters: dict[str, list[str]]
    ) -> Answer:
        start = _moment(parameters, "start", None)
        end = _moment(parameters, "end", None)
        step = _step(parameters)
        if end < start:
            raise QueryError('invalid parameter "end": end timestamp must not be before start time')
        if (end - start) / step > _MAX_POINTS:
            raise QueryError(
                "exceeded maximum resolution of 11,000 points per timeseries. "
                "Try decreasing the query resolution (?step=XX)"
            )
        values_at = prepare(_expression(parameters), series)
        rows: dict[frozenset[tuple[str, str]], dict[str, object]] = {}
        points: dict[frozenset[tuple[str, str]], list[list[object]]] = {}
        for index in range(int((end - start) / step) + 1):
            moment = round(start + index * step, 3)
            for labels, value in values_at(moment):
                key = frozenset(labels.items())
                values = points.setdefault(key, [])
                values.append([moment, format_value(value)])
                rows.setdefault(key, {"metric": labels, "values": values})
        return self._success({"resultType": "matrix", "result": list(rows.values())})

    def _federate(self, series: Sequence[PromSeries], parameters: dict[str, list[str]]) -> Answer:
        selectors = [parse_selector(text) for text in parameters.get("match[]", [])]
        chosen = [one for one in series if any(selects(one) for selects in selectors)]
        return Answer(200, self._exposition(chosen, stamps=True), {"Content-Type": _EXPOSITION})

    def _exposition(self, series: Sequence[PromSeries], *, stamps: bool = False) -> bytes:
        """Text exposition format; federation adds the samples' time stamps in milliseconds."""
        now = self._clock()
        lines: list[str] = []
        declared = ""
        for one in sorted(series, key=lambda item: item.name):
            sample = one.at(now)
            if sample is None:
                continue
            if one.name != declared:
                lines.append(f"# TYPE {one.name} untyped")
                declared = one.name
            stamp = f" {int(sample[0] * 1000)}" if stamps else ""
            lines.append(f"{one.name}{_label_text(one.labels)} {format_value(sample[1])}{stamp}")
        return ("\n".join(lines) + "\n").encode() if lines else b""


def format_value(value: float) -> str:
    """A sample value as Prometheus writes it: the shortest text, `NaN`, `+Inf`, `-Inf`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _label_text(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    escaped = (
        (name, value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n"))
        for name, value in labels.items()
    )
    return "{" + ",".join(f'{name}="{value}"' for name, value in escaped) + "}"


def _parameters(call: Call) -> dict[str, list[str]]:
    pairs = list(call.query_all)
    if call.method == "POST":
        pairs += parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True)
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _expression(parameters: dict[str, list[str]]) -> str:
    expression = parameters.get("query", [""])[0]
    if not expression.strip():
        raise QueryError('invalid parameter "query": unknown position: parse error: no expression')
    return expression


def _moment(parameters: dict[str, list[str]], name: str, default: float | None) -> float:
    text = parameters.get(name, [""])[0]
    if not text and default is not None:
        return default
    try:
        return float(text)
    except ValueError:
        moment = parse_rfc3339(text)
    if moment is None:
        message = f'cannot parse "{text}" to a valid timestamp'
        raise QueryError(f'invalid parameter "{name}": {message}')
    return moment


def _step(parameters: dict[str, list[str]]) -> float:
    text = parameters.get("step", [""])[0]
    try:
        step = float(text.removesuffix("s"))
    except ValueError:
        message = f'cannot parse "{text}" to a valid duration'
        raise QueryError(f'invalid parameter "step": {message}') from None
    if step <= 0:
        raise QueryError(
            'invalid parameter "step": zero or negative query resolution step widths are not '
            "accepted. Try a positive integer"
        )
    return step


def _failure(kind: str, message: str) -> Answer:
    return json_answer({"status": "error", "errorType": kind, "error": message}, 400)
