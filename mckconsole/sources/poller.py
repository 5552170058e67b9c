"""Keep one topic current by listing it again and again.

For heartbeat kinds, whose every object changes all the time, and for small ones that are not worth
a connection each. Errors are waited out like the reflector's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from mckconsole.domain.kinds import Kind
from mckconsole.domain.objects import Projection
from mckconsole.sources.api import ApiReader
from mckconsole.sources.backoff import Recovery
from mckconsole.sources.errors import SourceError
from mckconsole.sources.lists import list_kind
from mckconsole.sources.pace import REAL, Pace
from mckconsole.sources.round import CalledOff, Round
from mckconsole.sources.sink import Sink, fill

P = TypeVar("P", bound=Projection)


class Poller(Generic[P]):
    """Lists `kind` every `kind.poll_seconds`, spread by a tenth, into `sink`."""

    def __init__(
        self,
        client: ApiReader,
        kind: Kind,
        version: str,
        sink: Sink[P],
        *,
        pace: Pace = REAL,
        on_error: Callable[[SourceError], None] | None = None,
        progress: Callable[[int, int | None], None] | None = None,
        home: str = "",
    ) -> None:
        """`progress` is told of every page of a list, and `home` is read, as `list_kind` says."""
        self._client = client
        self._kind = kind
        self._version = version
        self._sink = sink
        self._pace = pace
        self._on_error = on_error
        self._progress = progress
        self._home = home
        self._listing = Round()
        self._recovery = Recovery(pace)

    async def run(self) -> None:
        """Poll until cancelled; every failure is told to the sink and waited out."""
        while True:
            try:
                async with self._listing.reading():
                    listing = await list_kind(
                        self._client,
                        self._kind,
                        self._version,
                        progress=self._progress,
                        pace=self._pace,
                        home=self._home,
                    )
            except CalledOff:
                continue
            except SourceError as error:
                self._sink.trouble(error)
                if self._on_error is not None:
                    self._on_error(error)
                await self._pace.sleep(self._recovery.delay(error))
                continue
            fill(self._sink, listing)
            await self._pace.sleep(self._pace.around(self._kind.poll_seconds))

    def restart(self) -> None:
        """Begin the list anew that is being read, if one is; nothing more is taken from it."""
        self._listing.call_off()
