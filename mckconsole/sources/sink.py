"""What a reflector or poller writes to; the store's Collection implements it.

The contract: `replace` is atomic, nothing is removed but by `remove` or `replace`, and content
survives `trouble` (it is only no longer confirmed). `as_of` is Unix seconds by the API server's
clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar, cast

from mckconsole.domain.decode import Decoded
from mckconsole.domain.objects import Key, Projection
from mckconsole.sources.errors import SourceError
from mckconsole.sources.lists import Listing

P = TypeVar("P", bound=Projection)


class Sink(Protocol[P]):
    """Takes in the content of one topic of one cluster."""

    def replace(
        self,
        objects: Iterable[Decoded[P]],
        *,
        resource_version: str,
        as_of: float,
        undecodable: int = 0,
        unread: Mapping[str, str] = {},
        seen: int = 0,
    ) -> None:
        """A complete list: what is not in it is gone.

        `undecodable` objects could not be read; nothing could of the namespaces `unread`, for these
        reasons. `seen` objects were in the list, whether or not they are kept.
        """
        ...

    def upsert(self, decoded: Decoded[P], *, as_of: float) -> None:
        """An object was added or changed."""
        ...

    def remove(self, key: Key, *, as_of: float, uid: str = "") -> None:
        """An object was deleted; with `uid`, only the object that has it."""
        ...

    def confirm(self, as_of: float) -> None:
        """Nothing was missed up to `as_of`: the content is still current."""
        ...

    def trouble(self, error: SourceError) -> None:
        """The content held is no longer confirmed."""
        ...

    def lost(self, reason: str) -> None:
        """One change could not be read at all; the next list will tell."""
        ...


def fill(sink: Sink[P], listing: Listing[Projection]) -> None:
    """Make `listing`, which was read for the sink's kind, the content of `sink`."""
    sink.replace(
        cast("list[Decoded[P]]", listing.objects),
        resource_version=listing.resource_version,
        as_of=listing.as_of,
        undecodable=listing.undecodable,
        seen=listing.seen,
        unread=listing.unread,
    )
