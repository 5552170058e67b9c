"""Ask all clusters for what is compared: which objects of a kind differ, and one of them in each.

On any opened fleet. Trouble of a cluster is in the answer, as what is not known of it; nothing here
is kept, and nothing is judged (`analysis.sameness` does).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from mckconsole.analysis.sameness.drift import Drift, find_drift
from mckconsole.analysis.sameness.fields import fields_of
from mckconsole.analysis.sameness.model import Digests
from mckconsole.analysis.sameness.names import Names
from mckconsole.analysis.sameness.own import is_scaled
from mckconsole.analysis.sameness.sidebyside import Side, SideBySide, compare
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.resources import Catalogue, Query, ResourceKind
from mckconsole.domain.states import TopicState
from mckconsole.sources.errors import NotServed, SourceError
from mckconsole.store.opened import OpenedFleet

Told: TypeAlias = Callable[[str, int], None]
"""Called with a cluster and how many objects of it were read so far."""


async def read_catalogues(
    fleet: OpenedFleet, clusters: Sequence[str]
) -> tuple[dict[str, Catalogue], dict[str, str]]:
    """What the clusters serve, and of which that is not known, with the reason."""
    answers = await asyncio.gather(*(_catalogue(fleet, name) for name in clusters))
    held = {name: one for name, one in answers if isinstance(one, Catalogue)}
    return held, {name: one for name, one in answers if isinstance(one, str)}


async def _catalogue(fleet: OpenedFleet, name: str) -> tuple[str, Catalogue | str]:
    try:
        return name, await fleet.catalogue(name)
    except SourceError as error:
        return name, _why(error, name)


async def read_drift(
    fleet: OpenedFleet, query: Query, clusters: Sequence[str], told: Told
) -> Drift:  # fmt: skip
    """Which objects that `query` asks for differ between `clusters`; never raises for trouble.

    All clusters are read in the version that most of them prefer, so that what is compared is of
    one form; one that does not serve it is read in its own.
    """
    catalogues, troubles = await read_catalogues(fleet, clusters)
    kinds = {name: one.named(query.kind) for name, one in catalogues.items()}
    common = _common([one for one in kinds.values() if one is not None])
    reading = []
    for name in clusters:
        reading.append(_digests(fleet, name, query, kinds.get(name), common, told))
    found = [
        one if one is not None else _unread(name, catalogues, troubles, query)
        for name, one in zip(clusters, await asyncio.gather(*reading), strict=True)
    ]
    return find_drift(query.kind, found)


def _common(kinds: Sequence[ResourceKind]) -> ResourceKind | None:
    """The kind in the version that most prefer."""
    counted = Counter(one.version for one in kinds)
    best = max(counted, key=lambda version: (counted[version], version), default="")
    return next((one for one in kinds if one.version == best), None)


async def _digests(
    fleet: OpenedFleet, name: str, query: Query, own: ResourceKind | None,
    common: ResourceKind | None, told: Told,
) -> Digests | None:  # fmt: skip
    """The objects of one cluster; None where it serves no such kind, or that is not known."""
    if own is None or common is None:
        return None

    def so_far(count: int) -> None:
        told(name, count)

    try:
        try:
            return await fleet.digests(name, common, query, so_far)
        except NotServed:
            if own.version == common.version:
                raise
            return await fleet.digests(name, own, query, so_far)
    except SourceError as error:
        return Digests(name, error.topic_state, _why(error, name))


def _unread(
    name: str, catalogues: Mapping[str, Catalogue], troubles: Mapping[str, str], query: Query
) -> Digests:
    """Of a cluster that was not asked: why."""
    if name not in catalogues:
        return Digests(name, TopicState.UNREACHABLE, troubles.get(name, "not read"))
    group = query.kind.partition(".")[2]
    why = catalogues[name].troubles
    for place in (group, "/apis" if group else "/api"):
        if place in why:
            reason = f"whether {query.kind} is served is not known: {why[place]}"
            return Digests(name, TopicState.UNREACHABLE, reason)
    return Digests(name, TopicState.ABSENT, f"{query.kind} is not served")


async def read_sides(
    fleet: OpenedFleet, ref: ObjectRef, clusters: Sequence[str], names: Mapping[str, Names]
) -> SideBySide:
    """The object of each of `clusters`, side by side; never raises for trouble.

    `names` is what the clusters are called in their objects.
    """
    sides = await asyncio.gather(*(_side(fleet, ref, name, names) for name in clusters))
    return compare(ref, sides)


async def _side(
    fleet: OpenedFleet, ref: ObjectRef, name: str, names: Mapping[str, Names]
) -> Side:  # fmt: skip
    try:
        facts = await fleet.inspect(name, ref)
    except NotServed as error:
        return Side(name, missing=_why(error, name))
    except SourceError as error:
        return Side(name, unread=_why(error, name))
    written = [(one.name, one.subresource) for one in facts.managers]
    tree = {**facts.tree, "kind": ref.kind}
    fields = fields_of(tree, names.get(name, Names()), scaled=is_scaled(written))
    return Side(name, fields, notes=facts.notes)


def _why(error: SourceError, name: str) -> str:
    """The reason, in a line that begins with the cluster's name anyway."""
    return str(error).removeprefix(f"{name} is ")
