"""Embedded clusters for tests: started on the test's loop, or on a thread for what is not async.

async with running(EmbeddedCluster()) as endpoint:   # a ClusterEndpoint with a static token
    ...
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from pathlib import Path
from typing import TypeVar

import yaml

from mckconsole.demo.answers import Listener, Service
from mckconsole.demo.server import EmbeddedCluster, serve
from mckconsole.sources.credentials import StaticToken
from mckconsole.sources.endpoint import ClusterEndpoint, Secret, TLSSettings

ADMIN_TOKEN = "admin-token"
T = TypeVar("T")


def endpoint(
    url: str, *, name: str = "east", token: str = ADMIN_TOKEN, tls: TLSSettings | None = None
) -> ClusterEndpoint:
    """An endpoint for a server that is already there."""
    return ClusterEndpoint(
        name=name,
        context=name,
        base_url=url,
        credential=StaticToken(Secret(token)),
        tls=tls or TLSSettings(),
        origin="test",
    )


@contextlib.asynccontextmanager
async def running(
    cluster: EmbeddedCluster,
    *,
    token: str = ADMIN_TOKEN,
    prefix: str = "",
    server_tls: ssl.SSLContext | None = None,
    tls: TLSSettings | None = None,
) -> AsyncGenerator[ClusterEndpoint, None]:
    """Serve a cluster on the running loop; yields the endpoint to reach it."""
    async with serve(cluster, prefix=prefix, tls=server_tls) as url:
        yield endpoint(url, name=cluster.name, token=token, tls=tls)


class ThreadedServer:
    """Servers on a loop of their own, for subprocesses and for code that runs its own loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, urls: Mapping[str, str]) -> None:
        self._loop = loop
        self.urls = urls
        """Name → base URL."""

    def call(self, action: Callable[[], T]) -> T:
        """Run something on the servers' loop, such as `lambda: cluster.create(obj)`."""

        async def run() -> T:
            return action()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)


@contextlib.contextmanager
def running_in_thread(
    services: Mapping[str, Service], *, server_tls: ssl.SSLContext | None = None
) -> Generator[ThreadedServer, None, None]:
    """Serve each service on a port of its own, off the caller's thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listeners = {
        name: Listener({"": service}, tls=server_tls) for name, service in services.items()
    }

    async def start() -> dict[str, str]:
        return {name: await listener.start() for name, listener in listeners.items()}

    async def stop() -> None:
        await asyncio.gather(*(listener.close() for listener in listeners.values()))

    try:
        urls = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        yield ThreadedServer(loop, urls)
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def write_kubeconfig(
    path: Path, urls: Mapping[str, str], *, token: str = ADMIN_TOKEN, ca_file: Path | None = None
) -> Path:
    """A kubeconfig with one context per URL, all with the same token.

    kubectl sends a token over HTTPS only: give a `ca_file` where kubectl is to read it.
    """
    authority = {"certificate-authority": str(ca_file)} if ca_file else {}
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": next(iter(urls), ""),
        "clusters": [
            {"name": name, "cluster": {"server": url, **authority}} for name, url in urls.items()
        ],
        "contexts": [
            {"name": name, "context": {"cluster": name, "user": "static"}} for name in urls
        ],
        "users": [{"name": "static", "user": {"token": token}}],
    }
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path
