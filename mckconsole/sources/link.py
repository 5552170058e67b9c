"""One session of a cluster and what it was built from, from its first use to its last.

When certificates change, a link is retired: its streams end at once, its lists are read to their
end, and only then is the session closed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import ClientResponse

from mckconsole.sources.endpoint import ClientCertificate
from mckconsole.sources.tls import Fingerprint


@dataclass(eq=False, slots=True)
class Link:
    """A session in use."""

    session: aiohttp.ClientSession
    stamp: Fingerprint
    certificate: ClientCertificate | None
    checked: float
    """When the files behind it were last compared, monotonic seconds."""
    users: int = 0
    streams: set[ClientResponse] = field(default_factory=set)
    retired: bool = False

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Keep the session open while it is in use, retired or not."""
        self.users += 1
        try:
            yield
        finally:
            self.users -= 1
            await self._close_if_unused()

    @contextmanager
    def reading(self, response: ClientResponse, *, ends_with_link: bool) -> Iterator[None]:
        """Close the response afterwards; a stream's also when the link is retired meanwhile."""
        if ends_with_link:
            self.streams.add(response)
            if self.retired:
                response.close()
        try:
            yield
        finally:
            self.streams.discard(response)
            response.close()

    async def retire(self) -> None:
        """Take no new work, end streams, and close when the last list is done."""
        self.retired = True
        for response in tuple(self.streams):
            response.close()
        await self._close_if_unused()

    async def _close_if_unused(self) -> None:
        if self.retired and not self.users:
            await self.session.close()
