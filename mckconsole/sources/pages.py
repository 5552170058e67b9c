"""Get the pages of a list, each while the one before it is being decoded.

A list's continue token stands in its metadata, which built-in kinds write before their items: it
can be found without decoding, so the server works on the next page while we work on this one.
Where it stands behind the items, as custom resources may have it, pages are asked for one by one.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

from mckconsole.sources.api import JSON, Answer, ApiReader

_HEAD = 4096
"""Bytes in which the metadata must end to be looked at."""
_TOKEN = re.compile(rb'"continue":"([^"\\]+)"')


class Pages:
    """The pages of one list; at most one is on its way while another is used."""

    def __init__(self, client: ApiReader, path: str, accept: str = JSON) -> None:
        self._client = client
        self._path = path
        self._accept = accept
        self._token = ""
        self._next: asyncio.Task[Answer] | None = None

    async def get(self, params: Mapping[str, str]) -> Answer:
        """The page for `params`, whether or not it is on its way; raises what the client raises."""
        if self._next is None or params.get("continue") != self._token:
            await self.close()
            return await self._client.get(self._path, params, accept=self._accept)
        try:
            return await self._next
        finally:
            await self.close()

    async def ahead(self, params: Mapping[str, str], body: bytes) -> None:
        """Ask for the page that follows `body`, which `params` asked for."""
        self._token = early_token(body)
        if self._token:
            following = {**params, "continue": self._token}
            following.pop("resourceVersion", None)
            self._next = asyncio.ensure_future(
                self._client.get(self._path, following, accept=self._accept)
            )
            await asyncio.sleep(0)  # the request leaves before the decoding begins

    async def close(self) -> None:
        """Forget the page on its way."""
        task, self._next = self._next, None
        if task is not None and not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        elif task is not None and not task.cancelled():
            task.exception()  # seen: nobody waits for it any more


def early_token(body: bytes) -> str:
    """The continue token of a list whose metadata comes first; empty where it does not."""
    found = _TOKEN.search(body, 0, max(body.find(b'"items":', 0, _HEAD), 0))
    return found.group(1).decode("ascii", "replace") if found else ""
