"""Who owns an object, and what it refers to: whether that is there, and how it stands."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.inspected import Relation
from mckconsole.domain.standing import Standing, standing
from mckconsole.domain.text import clean, shorten
from mckconsole.domain.trees import map_at, maps_at
from mckconsole.sources.errors import SourceError
from mckconsole.sources.relations import served
from mckconsole.sources.relations.lookup import Document, Found, Lookup, Presence
from mckconsole.sources.relations.references import Use, name_at, uses_of

MAX_OWNERS = 8
MAX_USES = 24
"""References that are followed; the others are told without a word on how they stand."""
_STANDING = frozenset({"Node", "PersistentVolumeClaim", "PersistentVolume"}) | {
    one.kind for one in served.WORKLOADS
}
"""Kinds of the API server that say how they stand; of its others the metadata is enough."""


def standing_of(ref: ObjectRef, document: object) -> Standing:
    """How an object stands, in words that may be shown."""
    found = standing(ref, document)
    return Standing(shorten(clean(found.words), 200), found.well)


def owner_refs(document: object, namespace: str) -> list[tuple[ObjectRef, str]]:
    """The owners that an object names, with their uid; the controller first."""
    owners = list(maps_at(document, "metadata", "ownerReferences"))[:MAX_OWNERS]
    owners.sort(key=lambda one: one.get("controller") is not True)
    found = []
    for one in owners:
        ref = ObjectRef(name_at(one, "apiVersion"), name_at(one, "kind"), namespace, "")
        kind = served.served_as(ref)
        place = namespace if kind is None or kind.namespaced else ""
        found.append(
            (ObjectRef(ref.api_version, ref.kind, place, name_at(one, "name")), name_at(one, "uid"))
        )
    return found


async def owners_of(lookup: Lookup, document: Document, ref: ObjectRef) -> tuple[Relation, ...]:
    """Its owners, then the owners of the first of them, and so on."""
    found: list[Relation] = []
    seen = {ref}
    while len(found) < MAX_OWNERS:
        owners = [one for one in owner_refs(document, ref.namespace) if one[0] not in seen]
        if not owners:
            break
        answers = [await _owner(lookup, owner, uid) for owner, uid in owners]
        found += [relation for relation, _ in answers]
        seen.update(relation.ref for relation, _ in answers)
        (first, document), ref = answers[0], answers[0][0].ref
        if first.well is False and not document:
            break
    return tuple(found)


async def _owner(lookup: Lookup, ref: ObjectRef, uid: str) -> tuple[Relation, Document]:
    """How an owner stands; one of the same name that is another object is said to be one."""
    try:
        kind = await lookup.served(ref)
    except SourceError:
        return Relation("owned by", ref, "its kind is not known here", None), {}
    ref = ObjectRef(ref.api_version, ref.kind, ref.namespace if kind.namespaced else "", ref.name)
    found = await lookup.one(ref)
    if (
        found.presence is Presence.READ
        and uid
        and name_at(found.document, "metadata", "uid") != uid
    ):
        words = "another object has this name now: the owner itself is gone"
        return Relation("owned by", ref, words, False), {}
    return _told("owned by", ref, found), found.document


async def uses(lookup: Lookup, document: Document, ref: ObjectRef) -> tuple[Relation, ...]:
    """What it refers to, and whether that is there."""
    found = uses_of(document, ref)
    asked = await asyncio.gather(*(_use(lookup, one) for one in found[:MAX_USES]))
    rest = [Relation(one.how, one.ref) for one in found[MAX_USES:]]
    return (*asked, *rest)


async def _use(lookup: Lookup, use: Use) -> Relation:
    ref, kind = use.ref, served.served_as(use.ref)
    if kind is None:
        try:
            held = await lookup.served(ref)
        except SourceError:
            return Relation(use.how, ref, "its kind is not known here", None)
        version = held.api_version
        ref = ObjectRef(version, ref.kind, ref.namespace if held.namespaced else "", ref.name)
    lean = kind is not None and kind.kind not in _STANDING
    return _told(use.how, ref, await lookup.one(ref, metadata=lean))


def _told(how: str, ref: ObjectRef, found: Found) -> Relation:
    if found.presence is Presence.GONE:
        return Relation(how, ref, "not there", False)
    if found.presence is Presence.UNKNOWN:
        return Relation(how, ref, found.why, None)
    words, well = standing_of(ref, found.document)
    return Relation(how, ref, words, well)


def refs_by_uid(documents: Sequence[Document], uid: str) -> list[Document]:
    """Those that name the object with this uid as an owner."""
    if not uid:
        return []
    return [
        one
        for one in documents
        if any(
            map_at({"it": owner}, "it").get("uid") == uid
            for owner in maps_at(one, "metadata", "ownerReferences")
        )
    ]
