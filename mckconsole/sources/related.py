"""What an object has to do with, and what happened to it, in one answer.

The object is read once more, as it was sent, and dropped: what leaves here are names, a few words
on how each thing stands, and event messages without credentials.
"""

from __future__ import annotations

import asyncio

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.inspected import Related
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import NotServed, ReadTimeout
from mckconsole.sources.relations.downward import dependents_of
from mckconsole.sources.relations.happenings import happenings_of
from mckconsole.sources.relations.lookup import Lookup, Presence
from mckconsole.sources.relations.upward import owners_of, uses
from mckconsole.sources.relations.usage import users_of

PATIENCE = 25.0
"""Seconds for all of it: somebody is waiting."""


async def find_related(client: ClusterClient, ref: ObjectRef) -> Related:
    """What the object that `ref` names has to do with.

    Raises:
        SourceError: it could not be read itself, in words.
    """
    try:
        async with asyncio.timeout(PATIENCE), Lookup(client) as lookup:
            return await _related(lookup, ref)
    except TimeoutError:
        words = f"what {ref} has to do with was not found in {PATIENCE:.0f} s"
        raise ReadTimeout(words) from None


async def _related(lookup: Lookup, ref: ObjectRef) -> Related:
    found = await lookup.one(ref)
    if found.presence is Presence.GONE:
        raise NotServed(f"{ref} is not there any more, or its kind is not served here")
    if found.presence is Presence.UNKNOWN:
        raise found.error or NotServed(f"{ref} {found.why}")
    document = found.document
    owners, refers, below, users = await asyncio.gather(
        owners_of(lookup, document, ref),
        uses(lookup, document, ref),
        dependents_of(lookup, document, ref),
        users_of(lookup, document, ref),
    )
    happened = await happenings_of(lookup, document, ref, below)
    return Related(owners, below, users, refers, happened, tuple(lookup.unread))
