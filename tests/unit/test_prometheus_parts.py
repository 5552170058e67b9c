"""The parts of the Prometheus source that need no server: pool, exposition, names, laziness."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.config.model import PrometheusConfig, PrometheusTLS
from mckconsole.domain.text import clean
from mckconsole.sources.errors import ReadOnlyViolation
from mckconsole.sources.prometheus.auth import Authenticator
from mckconsole.sources.prometheus.client import checked_name
from mckconsole.sources.prometheus.federate import parse_exposition
from mckconsole.sources.prometheus.pool import ConnectionPool
from mckconsole.sources.prometheus.trouble import PrometheusTrouble
from mckconsole.sources.prometheus.wire import Wire, explain


def test_importing_the_package_imports_no_http_library() -> None:
    """Start-up pays for neither; `--version` would."""
    code = (
        "import sys, mckconsole.sources.prometheus as p;"
        "from mckconsole.config.model import PrometheusConfig as C;"
        "p.PrometheusSource(C(name='p', url='http://p'), ['a']);"
        "print([m for m in ('requests', 'urllib3', 'prometheus_api_client', 'prometheus_client',"
        " 'aiohttp') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_only_get_leaves_the_process(method: str) -> None:
    config = PrometheusConfig(name="p", url="http://127.0.0.1:1")
    wire = Wire(config.url, Authenticator(config), PrometheusTLS(), 1.0)
    with pytest.raises(ReadOnlyViolation):
        wire.session.request(method, "http://127.0.0.1:1/api/v1/admin/tsdb/delete_series")
    wire.close()


@pytest.mark.parametrize("name", ["up", "a:b_c", "_x9"])
def test_metric_names(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize("name", ["", "9a", "a b", "a{}", 'a"', "up\n", "ü", "a-b"])
def test_what_is_no_metric_name(name: str) -> None:
    with pytest.raises(PrometheusTrouble):
        checked_name(name)


def test_no_text_of_a_library_exception_is_shown() -> None:
    told = requests.exceptions.InvalidHeader("Authorization: Bearer secret")
    assert "secret" not in explain(told, "http://u:secret@host:1/x", 1)
    assert "secret" not in explain(requests.ConnectionError("secret"), "http://u:secret@h:1", 1)


class Connection:
    """A pretended connection that knows whether it was closed."""

    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


async def test_pool_reuses_connections_and_never_runs_more_than_its_size() -> None:
    made: list[Connection] = []
    running: list[int] = [0, 0]
    lock = threading.Lock()

    def make() -> Connection:
        made.append(Connection())
        return made[-1]

    def job(_: Connection) -> int:
        with lock:
            running[0] += 1
            running[1] = max(running)
        time.sleep(0.005)
        with lock:
            running[0] -= 1
        return 7

    pool = ConnectionPool(make, size=2, patience=5)
    assert await asyncio.gather(*(pool.run(job) for _ in range(8))) == [7] * 8
    assert len(made) == 2
    assert running == [0, 2]
    await pool.close()
    assert all(connection.closed for connection in made)


async def test_pool_passes_errors_on_and_keeps_working() -> None:
    pool = ConnectionPool(Connection, size=1, patience=5)

    def fail(_: Connection) -> None:
        raise PrometheusTrouble("no")

    def time_out(_: Connection) -> None:
        raise TimeoutError("of the job, not of the pool")

    for _ in range(3):
        with pytest.raises(PrometheusTrouble, match=r"^no$"):
            await pool.run(fail)
        with pytest.raises(TimeoutError, match="of the job"):
            await pool.run(time_out)
    assert await pool.run(lambda _: 1) == 1
    assert pool.stuck == 0


async def test_pool_survives_a_machine_without_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    pool = ConnectionPool(Connection, size=1, patience=0.05)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        for _ in range(3):
            with pytest.raises(PrometheusTrouble, match="no more threads"):
                await pool.run(lambda _: 1)
    assert await pool.run(lambda _: 1) == 1


async def test_pool_counts_the_stuck_refuses_more_and_recovers() -> None:
    release = threading.Event()
    pool = ConnectionPool(Connection, size=2, patience=0.05)
    held: list[Connection] = []

    def stick(connection: Connection) -> None:
        held.append(connection)
        release.wait(10)

    for stuck in (1, 2):
        with pytest.raises(PrometheusTrouble, match="no complete answer"):
            await pool.run(stick)
        assert pool.stuck == stuck
    with pytest.raises(PrometheusTrouble, match="2 earlier requests"):
        await pool.run(lambda _: 1)
    await pool.close()
    assert not any(connection.closed for connection in held)
    release.set()
    for _ in range(300):
        if pool.stuck:
            await asyncio.sleep(0.01)
    assert pool.stuck == 0
    assert all(connection.closed for connection in held)


async def test_pool_counts_a_cancelled_caller_too() -> None:
    release, started = threading.Event(), threading.Event()
    pool = ConnectionPool(Connection, size=1, patience=5)

    def stick(_: Connection) -> None:
        started.set()
        release.wait(10)

    task = asyncio.create_task(pool.run(stick))
    for _ in range(300):
        if not started.is_set():
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert pool.stuck == 1
    release.set()
    for _ in range(300):
        if pool.stuck:
            await asyncio.sleep(0.01)
    assert await pool.run(lambda _: 2) == 2


def test_exposition() -> None:
    text = (
        "# TYPE a untyped\n"
        'a{x="1",y="q\\"uote\\n"} 1.5 1790000000123\n'
        'a{x="2"} NaN 1790000000123\n'
        "# TYPE b counter\n"
        "b_total 3\n"
        "unwanted 1\n"
    )
    found = parse_exposition(text, ["a", "b_total", "c"], 5.0)
    assert found["a"][0].labels == {"x": "1", "y": 'q"uote⏎'}
    assert (found["a"][0].value, found["a"][0].at) == (1.5, 1_790_000_000.123)
    assert len(found["a"]) == 2
    assert [(one.value, one.at) for one in found["b_total"]] == [(3, 5.0)]
    assert found["c"] == ()
    assert set(found) == {"a", "b_total", "c"}


def test_empty_exposition_is_no_trouble() -> None:
    assert parse_exposition("", ["a"], 5.0) == {"a": ()}


@settings(deadline=None)
@given(st.text(max_size=200))
def test_exposition_of_anything_is_series_or_trouble(text: str) -> None:
    try:
        found = parse_exposition(text + "\n", ["a"], 5.0)
    except PrometheusTrouble:
        return
    for series in found["a"]:
        for name, value in series.labels.items():
            assert clean(name) == name
            assert clean(value) == value


@settings(deadline=None)
@given(st.text(alphabet='a{}="\\,#\n 19.eE+-NaN\tTYPEHLU', max_size=60))
def test_exposition_of_nearly_the_grammar_is_series_or_trouble(text: str) -> None:
    try:
        found = parse_exposition("a" + text + "\n", ["a"], 5.0)
    except PrometheusTrouble:
        return
    assert set(found) == {"a"}
