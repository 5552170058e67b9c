"""What a reflector mirrors: how it is listed, where it is watched and how its events are read.

A topic's projections are one such thing, the rows that an API server prints of any kind another
(`tablelists`). Nothing here sends anything by itself, and nothing retries.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar, cast

from mckconsole.domain.kind import Kind
from mckconsole.domain.objects import Projection
from mckconsole.sources.api import JSON, ApiReader
from mckconsole.sources.auditing import auditor
from mckconsole.sources.listing import Listing
from mckconsole.sources.lists import PAGE_SIZE, Progress, list_kind
from mckconsole.sources.pace import REAL, Pace
from mckconsole.sources.watch import Decoder, EventDecoder

P = TypeVar("P", bound=Projection)


class Reading(Protocol[P]):
    """One list that can be watched."""

    @property
    def path(self) -> str:
        """Of the list, relative to the cluster's base URL."""

    @property
    def params(self) -> Mapping[str, str]:
        """Query parameters that list and watch have in common."""

    @property
    def accept(self) -> str:
        """Media types that a watch is asked for in."""

    async def list(
        self,
        client: ApiReader,
        *,
        page_size: int = PAGE_SIZE,
        progress: Progress | None = None,
        pace: Pace = REAL,
    ) -> Listing[Projection]:
        """Everything there is now; raises like `list_kind`."""

    def events(self) -> Decoder[P]:
        """Reads the lines of one watch."""


class KindReading(Reading[P]):
    """A kind in one API version, as projections."""

    def __init__(self, kind: Kind, version: str) -> None:
        self._kind = kind
        self._version = version
        self._decoder: EventDecoder[P] = EventDecoder(
            cast("type[P]", kind.projection), auditor(kind)
        )

    @property
    def path(self) -> str:
        """Of the list, relative to the cluster's base URL."""
        return self._kind.path(self._version)

    @property
    def params(self) -> Mapping[str, str]:
        """What narrows the list."""
        return self._kind.selector

    @property
    def accept(self) -> str:
        """Whole objects."""
        return JSON

    async def list(
        self,
        client: ApiReader,
        *,
        page_size: int = PAGE_SIZE,
        progress: Progress | None = None,
        pace: Pace = REAL,
    ) -> Listing[Projection]:
        """All objects of the kind; raises like `list_kind`."""
        return await list_kind(
            client, self._kind, self._version, page_size=page_size, progress=progress, pace=pace
        )

    def events(self) -> Decoder[P]:
        """Reads the lines of one watch."""
        return self._decoder
