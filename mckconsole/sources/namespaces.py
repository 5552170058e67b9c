"""Read a kind one namespace at a time, where reading all of them is forbidden.

Who may read the Secrets of some namespaces still learns what is in these, and which the others are:
a namespace that could not be read is named with its reason, so nothing is concluded of it. Where
not even the namespaces may be listed, the context's own is tried.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from mckconsole.domain.kinds import BY_TOPIC, Kind, Sensitivity
from mckconsole.domain.objects import Projection
from mckconsole.domain.wording import counted
from mckconsole.sources.errors import Forbidden
from mckconsole.sources.listing import Listing

Read: TypeAlias = Callable[[Kind], Awaitable[Listing[Projection]]]
"""Reads one list; raises SourceError."""

AT_A_TIME = 4
"""Namespaces that are read at the same time; one where values come, to have one page at a time."""
NAMESPACES = replace(BY_TOPIC["namespaces"], sensitivity=Sensitivity.METADATA_ONLY)
"""How namespaces are asked for."""
DEFAULT = "default"
"""The namespace of a context that names none."""


async def read_by_namespace(
    kind: Kind, refused: Forbidden, home: str, *, read: Read, names: Read
) -> Listing[Projection]:
    """All of `kind` that may be read.

    Args:
        kind: What to read; a list of all namespaces was refused.
        refused: That refusal.
        home: The namespace to try where they may not be listed.
        read: Reads `kind` in one namespace.
        names: Reads the namespaces.

    Raises:
        Forbidden: none of them may be read.
        SourceError: what `read` raises beside that.
    """
    spaces, untold = await _namespaces(names, home or DEFAULT)
    found: Listing[Projection] = Listing(unread=dict(untold))
    places = asyncio.Semaphore(1 if kind.sensitivity is Sensitivity.VALUES else AT_A_TIME)

    async def one(namespace: str) -> Listing[Projection] | str:
        async with places:
            try:
                return await read(replace(kind, namespace=namespace))
            except Forbidden as error:
                return str(error)

    parts = await _gathered([one(namespace) for namespace in spaces])
    for namespace, part in zip(spaces, parts, strict=True):
        if isinstance(part, str):
            found.unread[namespace] = part
        else:
            _add(found, part)
    if len(found.unread) - len(untold) == len(spaces):
        raise refused
    return found


async def _namespaces(names: Read, home: str) -> tuple[Sequence[str], dict[str, str]]:
    """The namespaces to be read, and under an empty name why there may be more."""
    try:
        listing = await names(NAMESPACES)
    except Forbidden as error:
        return (home,), {"": f"namespaces other than {home} are not known: {error}"}
    found = sorted(decoded.object.metadata.name for decoded in listing.objects)
    odd = listing.undecodable
    return found, {"": f"{counted(odd, 'namespace')} could not be decoded"} if odd else {}


async def _gathered(
    reading: Sequence[Awaitable[Listing[Projection] | str]],
) -> list[Listing[Projection] | str]:
    """What all of them bring; the first trouble ends the others."""
    tasks = [asyncio.ensure_future(one) for one in reading]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def _add(found: Listing[Projection], part: Listing[Projection]) -> None:
    found.objects += part.objects
    found.as_of = min(found.as_of or part.as_of, part.as_of)
    found.undecodable += part.undecodable
    found.seen += part.seen
    found.received += part.received
