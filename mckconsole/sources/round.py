"""One list or one watch, which somebody else can call off so that it begins anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mckconsole.sources.errors import SourceError


class CalledOff(Exception):
    """The round was called off: what it brought does not count, and its errors neither."""


class Round:
    """At most one piece of reading at a time."""

    def __init__(self) -> None:
        self._under_way: asyncio.Timeout | None = None

    @property
    def under_way(self) -> bool:
        """Whether something is being read that was not called off."""
        return self._under_way is not None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """The time of one piece of reading.

        Raises:
            CalledOff: it was called off meanwhile, also where it had just come to its end.
        """
        limit = self._under_way = asyncio.timeout(None)
        try:
            async with limit:
                yield
        except (TimeoutError, SourceError):
            if self._under_way is limit:
                raise
        finally:
            called_off = self._under_way is not limit
            self._under_way = None
        if called_off:
            raise CalledOff

    def call_off(self) -> None:
        """End what is being read, if anything is."""
        limit, self._under_way = self._under_way, None
        if limit is not None:
            limit.reschedule(asyncio.get_running_loop().time())
