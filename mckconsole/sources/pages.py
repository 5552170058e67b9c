"""Get the pages of a list, each while the one before it is being decoded.

A list's continue token stands in its metadata, which built-in kinds write before their items: it
can be found without decoding, so the server works on the next page while we work on this one.
Where it stands behind the items, as custom resources may have it, pages are asked for one by one.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from mckconsole.sources.api import JSON, Answer, ApiReader
from mckconsole.sources.envelopes import ListMeta
from mckconsole.sources.errors import Expired, ProtocolTrouble, ReplyTooLarge

Take: TypeAlias = Callable[[Answer], Awaitable[ListMeta]]
"""Takes in a page; returns its metadata."""

MAX_PAGES = 10_000
"""A server whose continue tokens never end is broken; this many pages are five million objects."""
_HEAD = 4096
"""Bytes in which the metadata must end to be looked at."""
_TOKEN = re.compile(rb'"continue":"([^"\\]+)"')
_CONTENT = re.compile(rb'"(?:items|columnDefinitions)":')
"""Where the metadata of a list, or of a Table, has ended."""


class Pages:
    """The pages of one list; at most one is on its way while another is used."""

    def __init__(self, client: ApiReader, path: str, accept: str = JSON) -> None:
        self.path = path
        self._client = client
        self._accept = accept
        self._token = ""
        self._next: asyncio.Task[Answer] | None = None

    async def get(self, params: Mapping[str, str]) -> Answer:
        """The page for `params`, whether or not it is on its way; raises what the client raises."""
        if self._next is None or params.get("continue") != self._token:
            await self.close()
            return await self._client.get(self.path, params, accept=self._accept)
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
                self._client.get(self.path, following, accept=self._accept)
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


class PageExpired(Exception):
    """A continue token is too old."""


async def read_pages(pages: Pages, params: dict[str, str], take: Take, *, ahead: bool) -> None:
    """Hand every page of a list to `take`, in order.

    Args:
        pages: Where they come from.
        params: What the first one is asked for with; changes from page to page, also by `take`.
        take: Takes in a page.
        ahead: Whether a page may be asked for while the one before it is taken in.

    Raises:
        PageExpired: a page after the first is no longer held by the server.
        SourceError: anything else that goes wrong.
    """
    try:
        for _ in range(MAX_PAGES):
            reply = await _page(pages, params)
            if ahead:
                await pages.ahead(params, reply.body)
            meta = await take(reply)
            if not meta.continue_:
                return
            params.pop("resourceVersion", None)
            params["continue"] = meta.continue_
    finally:
        await pages.close()
    hint = "its continue tokens never stop"
    raise ProtocolTrouble(f"the list {pages.path} has no end", hint=hint)


async def _page(pages: Pages, params: dict[str, str]) -> Answer:
    """One page, a shorter one where it is too large."""
    try:
        return await pages.get(params)
    except Expired:
        if "continue" in params:
            raise PageExpired from None
        raise
    except ReplyTooLarge:
        limit = int(params.get("limit", 0)) // 8
        if not limit:
            raise
        params["limit"] = str(limit)
        return await _page(pages, params)


def early_token(body: bytes) -> str:
    """The continue token of a list whose metadata comes first; empty where it does not."""
    content = _CONTENT.search(body, 0, _HEAD)
    found = _TOKEN.search(body, 0, content.start()) if content else None
    return found.group(1).decode("ascii", "replace") if found else ""
