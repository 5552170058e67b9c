"""The embedded Prometheus answers as a real one that holds the same series."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from mckconsole.demo.promql import PromSeries
from mckconsole.demo.promserver import EmbeddedPrometheus
from mckconsole.demo.server import serve
from tests.real.prometheus import NEEDS_PROMETHEUS, PROMETHEUS, exporter, prometheus

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(PROMETHEUS is None, reason=NEEDS_PROMETHEUS),
]

_TEXT = r"""
# TYPE mck_links gauge
mck_links{from="east",to="west",text="a\"b\\c"} 1
mck_links{from="west",to="east"} 0.25
mck_links{from="west",to="north"} NaN
mck_single +Inf
"""
_ANSWERED = (
    "mck_links",
    'mck_links{from="west"}',
    'mck_links{from!="west"}',
    'mck_links{to=~"e.*|north"}',
    'mck_links{to!~"e.*", from=~".+"}',
    'mck_links{missing=""}',
    '{__name__="mck_single"}',
    '{__name__=~"mck_.*",from="east"}',
    "mck_single",
    "mck_nothing",
    "count by (from) (mck_links)",
    "count by () (mck_links)",
    "count by (missing) (mck_links)",
)
_TIMED = ("timestamp(mck_links)",)
_REFUSED = ("", "mck_links{", 'mck_links{from="a"', "{}", "mck links", 'mck_links{a="b" c="d"}')


async def _ask(session: aiohttp.ClientSession, base: str, query: str) -> tuple[int, Any]:
    async with session.get(f"{base}/api/v1/query", params={"query": query}) as answer:
        return answer.status, await answer.json()


def _comparable(document: Any, *, values: bool) -> Any:
    """Series in any order; values only where they do not depend on when one asks."""
    assert document["data"]["resultType"] == "vector"
    return sorted(
        (json.dumps(entry["metric"], sort_keys=True), entry["value"][1] if values else "")
        for entry in document["data"]["result"]
    )


async def test_both_answer_the_same(tmp_path: Path) -> None:
    with exporter(_TEXT) as target, prometheus(tmp_path, scrape=[target.address]) as real:
        real.until("mck_links", 3)
        series = []
        for entry in real.official('{__name__=~"mck_.*"}'):
            labels, value = entry["metric"], entry["value"]
            assert isinstance(labels, dict)
            assert isinstance(value, list)
            series.append(PromSeries(labels.pop("__name__"), labels, float(value[1])))
        async with (
            serve(EmbeddedPrometheus(series)) as embedded,
            aiohttp.ClientSession() as session,
        ):
            for query in (*_ANSWERED, *_TIMED):
                answers = [await _ask(session, base, query) for base in (real.url, embedded)]
                assert [status for status, _ in answers] == [200, 200], query
                values = query not in _TIMED
                truth, ours = (_comparable(document, values=values) for _, document in answers)
                assert truth == ours, query
            for query in _REFUSED:
                for base in (real.url, embedded):
                    status, document = await _ask(session, base, query)
                    assert (status, document["errorType"]) == (400, "bad_data"), (base, query)
            for params in ({"match[]": "mck_single"}, {"match[]": "{"}, {}):
                seen = []
                for base in (real.url, embedded):
                    async with session.get(f"{base}/federate", params=params) as answer:
                        text = await answer.text()
                        lines = [line.split(" ")[:2] for line in text.splitlines()]
                        seen.append((answer.status, [one for one in lines if one[0][:1] == "m"]))
                assert seen[0] == seen[1] or seen[0][0] == seen[1][0] != 200, params
