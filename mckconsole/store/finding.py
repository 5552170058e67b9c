"""Look for a name in every kind that a cluster serves: one small request for each kind.

The server picks the objects by their name, so that nothing else is sent; it is asked a few kinds at
a time. A kind that cannot be asked is in the answer with its reason, and never raises.
"""

from __future__ import annotations

import asyncio
from typing import Final

from mckconsole.domain.resources import Catalogue, FoundObjects, Query, ResourceKind, TableRow
from mckconsole.sources.api import ApiReader
from mckconsole.sources.errors import ConnectionTrouble, SourceError
from mckconsole.sources.tablelists import TableReading
from mckconsole.sources.tablerows import Printed

AT_ONCE: Final = 6
"""Requests to one cluster at the same time."""
MOST_KINDS: Final = 400
"""Kinds of one cluster that are asked."""
MOST: Final = 500
"""Objects of one kind that are asked for in a page; of one name there are few."""
_TWICE = ("metrics.k8s.io", "events.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io")
"""Groups that serve what another serves, or nothing that has a name of its own."""


async def find_by_name(
    client: ApiReader, cluster: str, catalogue: Catalogue, name: str
) -> FoundObjects:
    """Objects of any kind that are called `name`.

    Raises:
        ConnectionTrouble: the cluster does not answer.
    """
    kinds = [one for one in catalogue.kinds if "list" in one.verbs and one.group not in _TWICE]
    asked = kinds[:MOST_KINDS]
    gate = asyncio.Semaphore(AT_ONCE)
    unread: dict[str, str] = dict(catalogue.troubles)

    async def look(kind: ResourceKind) -> list[tuple[ResourceKind, TableRow]]:
        reading = TableReading(kind, Query(kind.name, fields=f"metadata.name={escaped(name)}"))
        async with gate:
            try:
                listing = await reading.list(client, page_size=MOST)
            except ConnectionTrouble:
                raise
            except SourceError as error:
                unread[kind.name] = str(error)
                return []
        objects = (one.object for one in listing.objects)
        rows = [one.row for one in objects if isinstance(one, Printed)]
        return [(kind, row) for row in rows if row.name == name]

    tasks = [asyncio.create_task(look(kind)) for kind in asked]
    try:
        results = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
    unread.update((one.name, "there are too many kinds") for one in kinds[MOST_KINDS:])
    found = tuple(pair for result in results for pair in result)
    return FoundObjects(cluster, found, len(asked), unread)


def escaped(name: str) -> str:
    """`name` as the value of a field selector."""
    return name.replace("\\", "\\\\").replace(",", "\\,").replace("=", "\\=")
