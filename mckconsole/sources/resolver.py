"""Look up host names without ever holding up anybody else.

asyncio resolves on its default thread pool, which has few threads and which the process waits for
when it ends: a handful of clusters behind a dead name server would hold back all others and the
exit as well. Here every look-up has a daemon thread of its own; the connector allows one at a time
per host and remembers the answer.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult


class DaemonResolver(AbstractResolver):
    """`getaddrinfo` on a daemon thread."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Addresses of `host` in the system's order.

        Raises:
            OSError: the name does not resolve.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Any]] = loop.create_future()

        def settle(found: list[Any], error: OSError | None) -> None:
            if answer.cancelled():
                return
            if error is None:
                answer.set_result(found)
            else:
                answer.set_exception(error)

        def look_up() -> None:
            found: list[Any] = []
            failure: OSError | None = None
            try:
                found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
            except OSError as error:
                failure = error
            except UnicodeError:
                failure = OSError(f"{host!r} is no valid host name")
            try:
                loop.call_soon_threadsafe(settle, found, failure)
            except RuntimeError:
                return  # the loop is gone; nobody waits any more

        threading.Thread(target=look_up, name=f"resolve {host}", daemon=True).start()
        return [_result(host, entry) for entry in await answer]

    async def close(self) -> None:
        """Nothing is held."""


def _result(host: str, entry: Any) -> ResolveResult:
    family, _, proto, _, address = entry
    return ResolveResult(
        hostname=host,
        host=address[0],
        port=address[1],
        family=family,
        proto=proto,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
