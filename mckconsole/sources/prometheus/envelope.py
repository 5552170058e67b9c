"""Decode what the Prometheus HTTP API says: the envelope, the series of a vector, the build.

The shapes are those of https://prometheus.io/docs/prometheus/latest/querying/api/; whatever does
not fit them is `PrometheusTrouble` in words. Label text is cleaned here.
"""

from __future__ import annotations

import math

import msgspec

from mckconsole.domain.text import clean, shorten
from mckconsole.sources.prometheus.trouble import Answer, PrometheusTrouble, Series


class _Data(msgspec.Struct, rename="camel"):
    result_type: str = ""


class Envelope(msgspec.Struct, rename="camel"):
    """The HTTP API's envelope; `isPartial` is VictoriaMetrics'. `infos` speak about the query's
    text, not about missing data, and are not read."""

    status: str = ""
    data: _Data | None = None
    error_type: str = ""
    error: str = ""
    warnings: list[str] | None = None
    is_partial: bool = False


class _Build(msgspec.Struct):
    version: str = ""
    application: str = ""


class _BuildInfo(msgspec.Struct):
    data: _Build


class _Row(msgspec.Struct):
    """One series of a vector; native histograms have no `value`."""

    metric: dict[str, str]
    value: tuple[float, str] | None = None


_ENVELOPE = msgspec.json.Decoder(Envelope)
_BUILD = msgspec.json.Decoder(_BuildInfo)


def read_envelope(body: bytes, content_type: str) -> Envelope:
    """Decode the envelope of an answer, successful or not.

    Raises:
        PrometheusTrouble: it is an HTML page or something else.
    """
    if "html" in content_type.lower():
        raise html_page()
    try:
        return _ENVELOPE.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise PrometheusTrouble(
            "the answer is not of the Prometheus HTTP API", hint="check `url` and `api`"
        ) from None


def html_page() -> PrometheusTrouble:
    """The words for an HTML page where data was wanted."""
    return PrometheusTrouble(
        "answered with an HTML page", hint="a login page in front, or a wrong path in the URL?"
    )


def read_series(rows: list[object]) -> tuple[tuple[Series, ...], int]:
    """Decode the rows of a vector; also the number of native histograms among them."""
    series: list[Series] = []
    histograms = 0
    try:
        for row in msgspec.convert(rows, list[_Row]):
            if row.value is None:
                histograms += 1
                continue
            at, text = row.value
            labels = {clean(k): clean(v) for k, v in row.metric.items() if k != "__name__"}
            series.append(Series(labels, float(text), at))
    except (ValueError, OverflowError):
        raise PrometheusTrouble(
            "the answer holds series that are not of the Prometheus HTTP API"
        ) from None
    return tuple(series), histograms


def join_times(values: Answer, times: Answer) -> Answer:
    """Give each series of `values` the sample time that `times` holds for the same labels."""
    instants = {frozenset(one.labels.items()): one.value for one in times.series}
    series: list[Series] = []
    for one in values.series:
        at = instants.get(frozenset(one.labels.items()), math.nan)
        if math.isfinite(at):
            series.append(Series(one.labels, one.value, at))
    caveats = dict.fromkeys(filter(None, (values.caveat, times.caveat)))
    if lost := len(values.series) - len(series):
        caveats[f"{lost} series without a sample time left out"] = None
    return Answer(tuple(series), values.asked_at, "; ".join(caveats))


def read_build(body: bytes) -> str:
    """Product and version of `/api/v1/status/buildinfo`, cleaned; empty when there is neither."""
    try:
        build = _BUILD.decode(body).data
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return shorten(clean(f"{build.application or 'Prometheus API'} {build.version}".strip()), 80)
