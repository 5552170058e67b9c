"""Range queries on a real Prometheus: the embedded one answers alike, and it understands ours."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from mckconsole.demo.promql import PromSeries
from mckconsole.demo.promserver import EmbeddedPrometheus
from mckconsole.demo.server import serve
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.ranges import LINK_RANGES, LinkSeries
from tests.net.prometheus_asking import config_for, source
from tests.real.prometheus import (
    NEEDS_PROMETHEUS,
    PROMETHEUS,
    Exporter,
    RealPrometheus,
    exporter,
    prometheus,
)

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(PROMETHEUS is None, reason=NEEDS_PROMETHEUS),
]

_ASKED = (
    "mck_bytes",
    'mck_bytes{to="west"}',
    "delta(mck_bytes[2s])",
    'delta(mck_bytes{to=~"w.*|"}[1s])',
    "delta(mck_bytes[1500ms])",
    "delta(mck_bytes[400ms])",
    "delta(mck_nothing[2s])",
    "max by (from) (mck_bytes)",
    "max by (from, missing) (mck_bytes)",
    "max by () (mck_bytes)",
    "count by (to) (mck_bytes)",
    "timestamp(mck_bytes)",
    "vector(1)",
)
_REFUSED = (
    ("mck_bytes", "-1"),
    ("mck_bytes", "0"),
    ("mck_bytes", "0.0001"),
    ("mck_bytes{", "1"),
    ("delta(mck_bytes)", "1"),
    ("delta(mck_bytes[])", "1"),
)
IDS = ('x"} or up{a="', "x\\", 'a"b\\c', ".*", "a|b", "(", "[a-z]+", "é日", "{}", "$^", "east")


def text(turn: int) -> str:
    """What the exporter says at a turn: growth, a restart, a tunnel that ends, a NaN that comes."""
    lines = [
        f'mck_bytes{{from="east",to="west"}} {turn * 1000.5}',
        f'mck_bytes{{from="west",to="east"}} {(turn % 5) * 300}',
        f'mck_bytes{{from="west",to="north"}} {"NaN" if turn > 6 else 5}',
    ]
    if turn < 8:
        lines.append('mck_bytes{from="east",to="south"} 7')
    return "\n".join(lines) + "\n"


@contextmanager
def scraped(folder: Path, seconds: float = 4.0) -> Iterator[RealPrometheus]:
    """A server that has followed an exporter for some seconds, and follows it no more."""
    with exporter(text(0)) as target, prometheus(folder, scrape=[target.address]) as real:
        real.until("mck_bytes", 4)
        play(target, seconds, lambda elapsed: text(int(elapsed / seconds * 12)))
        yield real


def play(target: Exporter, seconds: float, said: Callable[[float], str]) -> None:
    """Have an exporter say other things for some seconds."""
    began = time.monotonic()
    while (elapsed := time.monotonic() - began) < seconds:
        target.text = said(elapsed)
        time.sleep(0.05)


def samples(real: RealPrometheus) -> list[tuple[dict[str, str], list[tuple[float, float]]]]:
    """Every stored sample."""
    rows: Any = real.official("mck_bytes[5m]")
    return [
        (row["metric"], [(float(at), float(value)) for at, value in row["values"]]) for row in rows
    ]


async def ask(
    session: aiohttp.ClientSession, base: str, **params: str
) -> tuple[int, dict[str, Any]]:
    async with session.get(f"{base}/api/v1/query_range", params=params) as answer:
        return answer.status, await answer.json()


def points(document: dict[str, Any]) -> dict[frozenset[tuple[str, str]], dict[float, float]]:
    assert document["data"]["resultType"] == "matrix"
    return {
        frozenset(row["metric"].items()): {float(at): float(text) for at, text in row["values"]}
        for row in document["data"]["result"]
    }


async def test_the_embedded_server_answers_ranges_as_a_real_one(tmp_path: Path) -> None:
    with scraped(tmp_path) as real:
        stored = samples(real)
        # A series that ends leaves a marker, which is no sample: ask only while all are there.
        ended = min(values[-1][0] for _, values in stored)
        began = min(values[0][0] for _, values in stored)
        taken = {round(at * 1000) % 500 for _, values in stored for at, _ in values}
        free = next(offset for offset in range(500) if offset not in taken)
        start = math.ceil(began - 1) + free / 1000
        series = [
            PromSeries(metric["__name__"],
                       {k: v for k, v in metric.items() if k != "__name__"}, values)
            for metric, values in stored
        ]  # fmt: skip
        embedded = EmbeddedPrometheus(series)
        async with serve(embedded) as ours, aiohttp.ClientSession() as session:
            for query in _ASKED:
                span = {"start": f"{start:.3f}", "end": f"{ended:.3f}", "step": "0.5"}
                answers = [await ask(session, url, query=query, **span) for url in (real.url, ours)]
                assert [status for status, _ in answers] == [200, 200], query
                truth, found = (points(document) for _, document in answers)
                assert truth.keys() == found.keys(), query
                for key, wanted in truth.items():
                    assert found[key] == pytest.approx(wanted, rel=1e-6, nan_ok=True), (query, key)
            for query, step in _REFUSED:
                span = {"start": "1000", "end": "9000", "step": step}
                for url in (real.url, ours):
                    status, document = await ask(session, url, query=query, **span)
                    assert (status, document["errorType"]) == (400, "bad_data"), (url, query, step)


def escaped(name: str) -> str:
    return name.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


async def test_our_queries_mean_the_link_and_nothing_else(tmp_path: Path) -> None:
    queries = [query for query in LINK_RANGES if query.source_label]
    lines = [
        f'{query.metric}{{{query.source_label}="{escaped(one)}",{query.target_label}="'
        f'{escaped(other)}"}} {IDS.index(one) * 100 + IDS.index(other)}'
        for query in queries
        for one in IDS
        for other in IDS
    ]
    with follow(tmp_path, "\n".join(lines) + "\n") as (real, _):
        real.until(f"{queries[-1].metric} offset 2s", len(IDS) ** 2)
        async with source(config_for(real.url, clusters=["east"], timeout=5.0)) as ours:
            for place, name in enumerate(IDS):
                for query in queries:
                    link = LinkSeries(query.provider, "east", name, "x\\")
                    found = await ours.query_range(query, link, 10.0)
                    assert found.state is MetricState.FRESH, found.reason
                    shown = {v for line in found.series.values() for _, v in line if v is not None}
                    wanted = {0.0} if query.growth else {place * 100.0 + 1}
                    assert shown <= wanted, (query.metric, name)
                    assert shown or query.growth, (query.metric, name)


@contextmanager
def follow(folder: Path, said: str) -> Iterator[tuple[RealPrometheus, Exporter]]:
    with exporter(said) as target, prometheus(folder, scrape=[target.address]) as real:
        yield real, target


async def test_growth_per_second_is_what_was_counted(tmp_path: Path) -> None:
    rx = LINK_RANGES[1]
    labels = 'local_cluster="east",remote_cluster="west"'
    with follow(tmp_path, f"{rx.metric}{{{labels}}} 0\n") as (real, target):
        real.until(rx.metric)
        play(target, 3.0, lambda elapsed: f"{rx.metric}{{{labels}}} {elapsed * 2000:.0f}\n")
        async with source(config_for(real.url, clusters=["east"], timeout=5.0)) as ours:
            found = await ours.query_range(rx, LinkSeries("x", "east", "east", "west"), 5.0)
    shown = [value for _, value in found.series[""] if value is not None]
    # The window is two minutes and the tunnel three seconds old: growth is spread over all of it.
    assert 0 < max(shown) <= 3.5 * 2000 / 120
