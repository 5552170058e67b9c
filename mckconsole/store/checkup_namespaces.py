"""In which namespaces may a kind be listed, where it may not be in all of them.

As `sources.namespaces` reads such a kind: it needs the names of the namespaces, which is the one
list that an examination reads, and only then. Each namespace is asked about with an access review.
"""

from __future__ import annotations

import asyncio

from mckconsole.domain.kinds import Kind
from mckconsole.domain.wording import listed
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import Forbidden
from mckconsole.sources.lists import list_kind
from mckconsole.sources.namespaces import AT_A_TIME, DEFAULT, NAMESPACES
from mckconsole.sources.reviews import review_access

MAX_ASKED = 100
"""Namespaces that are asked about."""
_NAMED = 5


async def where_allowed(client: ClusterClient, kind: Kind) -> str:
    """In words, where `kind` may be listed; empty where it may not be anywhere.

    Raises:
        SourceError: that could not be found out.
    """
    home = client.endpoint.namespace or DEFAULT
    try:
        listing = await list_kind(client, NAMESPACES, "v1", sharing=False)
    except Forbidden:
        allowed = await _allowed(client, kind, home)
        return f"only in namespace {home}, and others are not known" if allowed else ""
    names = sorted(decoded.object.metadata.name for decoded in listing.objects)
    asked, places = names[:MAX_ASKED], asyncio.Semaphore(AT_A_TIME)

    async def one(namespace: str) -> bool:
        async with places:
            return await _allowed(client, kind, namespace)

    answers = await asyncio.gather(*map(one, asked))
    found = [name for name, allowed in zip(asked, answers, strict=True) if allowed]
    if not found:
        return ""
    rest = f" (of {len(names)})" if len(names) > len(asked) else ""
    return f"only in {len(found)} of {len(asked)}{rest} namespaces: {listed(found, _NAMED)}"


async def _allowed(client: ClusterClient, kind: Kind, namespace: str) -> bool:
    access = await review_access(
        client, "list", kind.plural, group=kind.group, namespace=namespace, name=kind.name
    )
    return access.allowed
