"""Versions over new connections: how many are made, when, and what is made of trouble."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime

import pytest
from aiohttp import web

from mckconsole.config.model import Config
from mckconsole.domain.apiservers import LEASES, connections_for
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.snapshot import Builds
from mckconsole.sources.builds import ask_builds
from mckconsole.sources.endpoint import TLSSettings
from mckconsole.sources.errors import ConnectFailed, Forbidden, ReadTimeout, SourceError
from mckconsole.store.cluster import ClusterStore
from mckconsole.store.contact import Gate
from mckconsole.store.fleet import FleetStore
from mckconsole.store.reader import ReadPlan, read_fleet
from mckconsole.store.session import ClusterSession
from tests.net.loopback import Authority, answer, client, endpoint, server
from tests.net.model_cluster import ModelCluster
from tests.net.test_reader import Found
from tests.net.virtual import run, virtual_pace
from tests.unit.test_store import endpoint as store_endpoint

OLD, NEW = "v1.34.2", "v1.35.0"


class Balancer:
    """Gives each connection to the next of several API servers, which answers all its requests."""

    def __init__(self, *versions: str) -> None:
        self._next = itertools.cycle(versions)
        self.connections: dict[object, list[str]] = {}
        self.failing_from = 1_000_000
        """The connection from which on it refuses."""
        self.status = 503

    async def handle(self, request: web.Request) -> web.Response:
        at = request.transport
        paths = self.connections.setdefault(at, [])
        if not paths:
            paths.append(next(self._next))
        paths.append(request.path)
        if len(self.connections) >= self.failing_from:
            return answer('{"kind":"Status"}', self.status)
        return answer(f'{{"gitVersion":"{paths[0]}"}}')


async def test_every_answer_is_of_a_connection_of_its_own() -> None:
    balancer = Balancer(OLD, NEW, OLD)
    async with server(balancer.handle) as url, client(url) as api:
        for _ in range(4):
            await api.get("/version")
        assert len(balancer.connections) == 1, "those in use are kept"
        before = tuple(api.latencies)
        found = await ask_builds(api, 9, pause=0.001, within=10)
        assert found.versions == ((OLD, 6), (NEW, 3))
        assert found.connections == 9
        assert len(balancer.connections) == 10
        assert all(len(paths) == 2 for paths in list(balancer.connections.values())[1:])
        assert tuple(api.latencies) == before, "connecting is no measure of the distance"
        await api.get("/version")
        assert len(balancer.connections) == 10


async def test_it_is_so_with_tls(tmp_path_factory: pytest.TempPathFactory) -> None:
    authority = Authority(tmp_path_factory.mktemp("ca"))
    balancer = Balancer(OLD, NEW)
    async with server(balancer.handle, authority.server_context("localhost")) as url:
        target = endpoint(url, tls=TLSSettings(ca_data=authority.pem))
        async with client(target) as api:
            found = await ask_builds(api, 6, pause=0.001, within=10)
    assert found.versions == ((OLD, 3), (NEW, 3))
    assert len(balancer.connections) == 6


async def test_trouble_ends_it_and_what_was_answered_counts() -> None:
    balancer = Balancer(OLD, NEW)
    balancer.failing_from = 4
    async with server(balancer.handle) as url, client(url) as api:
        found = await ask_builds(api, 9, pause=0.001, within=10)
    assert found.versions == ((OLD, 2), (NEW, 1))
    assert len(balancer.connections) == 4, "a server in trouble is not asked on"


@pytest.mark.parametrize(("status", "error"), [(403, Forbidden), (503, SourceError)])
async def test_without_any_answer_it_is_trouble(status: int, error: type[SourceError]) -> None:
    balancer = Balancer(OLD)
    balancer.failing_from, balancer.status = 1, status
    async with server(balancer.handle) as url, client(url) as api:
        with pytest.raises(error):
            await ask_builds(api, 9, pause=0.001, within=10)
    assert len(balancer.connections) == 1


async def test_silence_ends_it() -> None:
    async def silent(_: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return answer()

    async with server(silent) as url, client(url) as api:
        with pytest.raises(ReadTimeout):
            await ask_builds(api, 9, pause=0.001, within=0.1)


@pytest.mark.parametrize(
    ("servers", "connections"), [(None, 6), (1, 0), (2, 6), (3, 9), (10, 30), (50, 30)]
)
def test_how_many_connections(servers: int | None, connections: int) -> None:
    assert connections_for(servers) == connections


class Bench:
    """A session of a model cluster with API servers that renew their leases, in virtual time."""

    def __init__(self, servers: int, wanted: tuple[str, ...] = ("nodes", LEASES)) -> None:
        self.loop = asyncio.get_running_loop()
        self.pace = virtual_pace(self.loop)
        self.cluster = ModelCluster(self.pace, [BY_TOPIC[topic] for topic in ("nodes", LEASES)])
        self.store = ClusterStore(store_endpoint("west"), wanted, pace=self.pace)
        self.servers = servers
        self.renew()
        self.session = ClusterSession(
            self.store, Gate(4, 2.0), connect=self.cluster.client, pace=self.pace
        )
        self.tasks = [
            asyncio.create_task(self.session.run()),
            asyncio.create_task(self._renewing()),
        ]

    def renew(self) -> None:
        now = datetime.fromtimestamp(self.pace.wall(), UTC).isoformat().replace("+00:00", "Z")
        for number in range(self.servers):
            self.cluster.put(LEASES, f"apiserver-{number}", spec={"renewTime": now})

    async def _renewing(self) -> None:
        while True:
            await asyncio.sleep(10)
            self.renew()

    def asked(self, since: float = 0.0) -> int:
        """How often for the version, beside every survey's one."""
        times = [at for at, path, _ in self.cluster.requests if path == "/version" and at >= since]
        surveys = [at for at, path, _ in self.cluster.requests if path == "/apis" and at >= since]
        return len(times) - len(surveys)

    @property
    def builds(self) -> Builds:
        return self.store.snapshot(self.loop.time()).builds

    async def end(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        assert self.cluster.opened == self.cluster.closed
        assert len(asyncio.all_tasks()) == 1


@pytest.mark.parametrize(("servers", "connections"), [(1, 0), (2, 6), (3, 9)])
def test_a_session_asks_three_for_each_api_server(servers: int, connections: int) -> None:
    async def main() -> None:
        it = Bench(servers)
        await asyncio.sleep(120)
        assert it.asked() == connections
        expected = (("v1.36.2", connections),) if connections else ()
        assert it.builds.versions == expected
        if connections:
            assert it.builds.at == pytest.approx(it.pace.wall(), abs=120)
        times = [at for at, path, _ in it.cluster.requests if path == "/version"]
        waits = [later - one for one, later in itertools.pairwise(times)]
        assert all(wait >= 0.9 for wait in waits), "one after the other, with a pause"
        await it.end()

    run(main())


def test_it_asks_again_rarely() -> None:
    async def main() -> None:
        it = Bench(2)
        await asyncio.sleep(1700)
        assert it.asked() == 6
        await asyncio.sleep(1800)
        assert it.asked() == 12
        await it.end()

    run(main())


def test_it_asks_sooner_when_the_version_changes_or_somebody_wants_to_know() -> None:
    async def main() -> None:
        it = Bench(2)
        await asyncio.sleep(100)
        it.cluster.git_version = NEW
        await asyncio.sleep(800)  # the survey finds out within ten minutes
        assert it.builds.versions == ((NEW, 6),)
        before = it.loop.time()
        for _ in range(30):
            it.session.refresh()
            await asyncio.sleep(1)
        assert it.asked(before) == 6, "asked once, however often the key is hit"
        await it.end()

    run(main())


def test_nobody_asks_where_nobody_wants_to_know() -> None:
    async def main() -> None:
        it = Bench(3, ("nodes",))
        await asyncio.sleep(1000)
        assert (it.asked(), it.builds) == (0, Builds())
        await it.end()

    run(main())


def test_refused_leases_are_no_reason_not_to_look() -> None:
    async def main() -> None:
        it = Bench(3)
        it.cluster.resource(LEASES).refusals.extend([Forbidden("403")] * 99)
        await asyncio.sleep(120)
        assert it.builds.versions == (("v1.36.2", 6),)
        await it.end()

    run(main())


def test_trouble_is_not_the_clusters_and_is_tried_again() -> None:
    async def main() -> None:
        it = Bench(2)
        await asyncio.sleep(1)

        def trip(path: str) -> float:
            if path == "/version":
                raise ZeroDivisionError
            return 0.0

        it.cluster.delay = trip
        await asyncio.sleep(100)
        found = it.store.snapshot(it.loop.time())
        assert (found.builds.versions, str(found.state)) == ((), "ready")
        it.cluster.delay = lambda path: 0.0
        await asyncio.sleep(400)
        assert it.builds.versions == (("v1.36.2", 6),)
        await it.end()

    run(main())


def test_a_lost_cluster_is_not_asked() -> None:
    async def main() -> None:
        it = Bench(2)
        await asyncio.sleep(60)
        it.cluster.dead = ConnectFailed("gone")
        await asyncio.sleep(60)
        before = it.loop.time()
        await asyncio.sleep(4000)
        assert it.asked(before) == 0
        assert it.builds.versions == (("v1.36.2", 6),), "as it was seen last"
        await it.end()

    run(main())


@pytest.mark.parametrize(("servers", "connections"), [(0, 6), (1, 0), (3, 9)])
def test_a_single_pass_asks_too(servers: int, connections: int) -> None:
    async def main() -> FleetStore:
        pace = virtual_pace(asyncio.get_running_loop())
        cluster = ModelCluster(pace, [BY_TOPIC[LEASES]])
        now = datetime.fromtimestamp(pace.wall(), UTC).isoformat()
        for number in range(servers):
            cluster.put(LEASES, f"apiserver-{number}", spec={"renewTime": now})
        store = await read_fleet(
            Found([store_endpoint("west")]),
            ReadPlan((LEASES,)),
            config=Config(),
            prometheus=(),
            connect=cluster.client,
            pace=pace,
        )
        assert cluster.opened == cluster.closed
        return store

    found = run(main()).snapshot().clusters["west"].builds
    assert found.connections == connections
