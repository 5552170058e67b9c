"""The reflector on a real kube-apiserver: changes, a restart, a compaction."""

from __future__ import annotations

import asyncio
import json
import ssl
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from mckconsole.config.model import Config
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.objects import Projection
from mckconsole.domain.states import TopicState
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import Expired, SourceError
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.sources.pace import Pace
from mckconsole.sources.reading import KindReading
from mckconsole.sources.reflector import Reflector
from mckconsole.store.collection import Collection
from tests.real import apiserver

pytestmark = pytest.mark.real
PATH = "/api/v1/namespaces"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[apiserver.ApiServer]:
    with apiserver.running(tmp_path_factory.mktemp("apiserver")) as found:
        yield found


def call(server: apiserver.ApiServer, method: str, path: str, body: object = None) -> Any:
    """One request of the test's own, as administrator."""
    headers = {"Authorization": f"Bearer {apiserver.ADMIN}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.url + path, data, headers, method=method)
    context = ssl.create_default_context(cafile=str(server.ca_file))
    with urllib.request.urlopen(request, timeout=10, context=context) as response:
        return json.load(response)


def put(server: apiserver.ApiServer, name: str) -> None:
    call(server, "POST", PATH, {"metadata": {"name": name}})


def wipe(server: apiserver.ApiServer, name: str) -> None:
    """Delete a namespace for good: without a controller its finalizer stays."""
    call(server, "DELETE", f"{PATH}/{name}")
    found: Mapping[str, Any] = call(server, "GET", f"{PATH}/{name}")
    call(server, "PUT", f"{PATH}/{name}/finalize", {**found, "spec": {"finalizers": []}})


class Mirror:
    """A reflector over the server, and the question whether it agrees."""

    def __init__(self, server: apiserver.ApiServer, client: ClusterClient) -> None:
        self.server = server
        loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        pace = Pace(monotonic=loop.time, sleep=lambda s: asyncio.sleep(min(s, 0.3)))
        kind = BY_TOPIC["namespaces"]
        self.held: Collection[Projection] = Collection(
            kind, pace=pace, changed=lambda topic: self._changed.set()
        )
        self.errors: list[SourceError] = []
        self.reflector: Reflector[Projection] = Reflector(
            client,
            KindReading(kind, "v1"),
            self.held,
            pace=pace,
            page_size=2,
            on_error=self.errors.append,
        )

    async def agree(self) -> None:
        """Wait until uid and resourceVersion of everything are the server's."""
        listed = await asyncio.to_thread(call, self.server, "GET", PATH)
        theirs = {
            (one["metadata"]["uid"], one["metadata"]["resourceVersion"]) for one in listed["items"]
        }
        async with asyncio.timeout(20):
            while not self._shows(theirs):
                self._changed.clear()
                await self._changed.wait()

    def _shows(self, theirs: set[tuple[str, str]]) -> bool:
        view = self.held.view(asyncio.get_running_loop().time())
        objects = view.objects.values()
        ours = {(one.metadata.uid, one.metadata.resource_version) for one in objects}
        return view.state is TopicState.FRESH and ours == theirs


@asynccontextmanager
async def mirror(server: apiserver.ApiServer, folder: Path, since: str = "") -> Any:
    """A running mirror; `since` is a resourceVersion it believes to have seen."""
    settings = {
        "clusters": [
            {
                "name": "c",
                "cluster": {"server": server.url, "certificate-authority": str(server.ca_file)},
            }
        ],
        "users": [{"name": "u", "user": {"token": apiserver.ADMIN}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
    }
    file = folder / "kubeconfig"
    file.write_text(json.dumps(settings), encoding="utf-8")
    file.chmod(0o600)
    (endpoint,) = load_kubeconfig(str(file), env={}, config=Config()).endpoints
    client = ClusterClient(endpoint)
    await client.open()
    found = Mirror(server, client)
    found.reflector._resource_version = since
    task = asyncio.create_task(found.reflector.run())
    try:
        yield found
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await client.close()


async def test_a_real_server_is_mirrored_through_restart_and_compaction(
    server: apiserver.ApiServer, tmp_path: Path
) -> None:
    async with mirror(server, tmp_path) as found:
        await found.agree()
        for number in range(5):
            await asyncio.to_thread(put, server, f"team-{number}")
        await asyncio.to_thread(wipe, server, "team-1")
        await found.agree()
        counters = found.reflector.counters
        assert (counters.lists, counters.watches) == (1, 1)

        await asyncio.to_thread(server.stop_server)
        await asyncio.to_thread(server.start_server)
        await asyncio.to_thread(put, server, "after-restart")
        await found.agree()
        # A new API server's watch cache may know nothing of the past: then, and only then, a list.
        expired = [error for error in found.errors if isinstance(error, Expired)]
        assert counters.lists == 1 + len(expired), found.errors

        await asyncio.to_thread(wipe, server, "team-2")
        await asyncio.to_thread(server.compact)
        await asyncio.to_thread(put, server, "after-compaction")
        await found.agree()
        assert counters.unreadable == 0


async def test_a_version_that_is_gone_leads_to_a_list(
    server: apiserver.ApiServer, tmp_path: Path
) -> None:
    await asyncio.to_thread(server.compact)
    async with mirror(server, tmp_path, since="1") as found:
        await found.agree()
        counters = found.reflector.counters
        assert isinstance(found.errors[0], Expired)
        assert (counters.lists, counters.watches) == (1, 2)
