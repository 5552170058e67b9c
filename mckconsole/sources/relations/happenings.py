"""What happened to an object: its Events, repeated ones folded, credentials taken out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mckconsole.domain.events import MAX_MESSAGE
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.inspected import Happening, Relation
from mckconsole.domain.text import clean, shorten
from mckconsole.domain.times import parse_rfc3339
from mckconsole.domain.trees import number_at, text_at
from mckconsole.sources.redact_text import Scrubber
from mckconsole.sources.relations import served
from mckconsole.sources.relations.lookup import Document, Lookup
from mckconsole.sources.relations.references import name_at

MAX_HAPPENINGS = 100
MAX_BELOW = 4
"""Objects below that are not well, whose events are read too."""


async def happenings_of(
    lookup: Lookup, document: Document, ref: ObjectRef, below: Iterable[Relation]
) -> tuple[Happening, ...]:
    """Events of the object, and warnings about what is below it and not well, the latest first."""
    uid = name_at(document, "metadata", "uid")
    unwell = list(_unwell(below))[:MAX_BELOW]
    own, *others = await asyncio.gather(
        _events(lookup, ref, uid), *(_events(lookup, one, "") for one in unwell)
    )
    found = await asyncio.to_thread(_read, [(None, own), *zip(unwell, others, strict=True)])
    return tuple(sorted(found, key=lambda one: -one.at)[:MAX_HAPPENINGS])


def _unwell(below: Iterable[Relation]) -> Iterable[ObjectRef]:
    for one in below:
        if one.well is False and one.how in ("owns", "selects", "leads to", "has endpoints"):
            yield one.ref
        yield from _unwell(one.below)


async def _events(lookup: Lookup, ref: ObjectRef, uid: str) -> Sequence[Document]:
    """Events by name, as kubectl has them; those of an object that had the name before are not."""
    terms = [f"involvedObject.name={ref.name}", f"involvedObject.kind={ref.kind}"]
    if ref.namespace:
        terms.append(f"involvedObject.namespace={ref.namespace}")
    found = await lookup.objects(served.EVENT, ref.namespace, fields=",".join(terms))
    own = {"", uid, ref.name}  # a kubelet writes a node's name in place of its uid
    return [one for one in found if not uid or text_at(one, "involvedObject", "uid") in own]


def _read(found: Iterable[tuple[ObjectRef | None, Sequence[Document]]]) -> list[Happening]:
    scrub = Scrubber()
    folded: dict[object, Happening] = {}
    for about, events in found:
        for event in events:
            one = _happening(event, about, scrub)
            if about is not None and not one.warning:
                continue
            key = (about, one.warning, one.reason, one.message, one.source)
            other = folded.get(key)
            folded[key] = one if other is None else _together(one, other)
    return list(folded.values())


def _together(one: Happening, other: Happening) -> Happening:
    return replace(
        one,
        at=max(one.at, other.at),
        first=min(one.first, other.first),
        count=one.count + other.count,
    )


def _happening(event: Document, about: ObjectRef | None, scrub: Scrubber) -> Happening:
    created = _time(event, "metadata", "creationTimestamp")
    first = _time(event, "firstTimestamp") or _time(event, "eventTime") or created
    last = _time(event, "series", "lastObservedTime") or _time(event, "lastTimestamp") or first
    count = number_at(event, "series", "count") or number_at(event, "count") or 1
    component = text_at(event, "source", "component") or text_at(event, "reportingComponent")
    host = text_at(event, "source", "host") or text_at(event, "reportingInstance")
    return Happening(
        at=last or 0.0,
        first=first or last or 0.0,
        count=max(count, 1),
        warning=text_at(event, "type") != "Normal",
        reason=_words(text_at(event, "reason"), scrub, 128),
        message=_words(text_at(event, "message"), scrub, MAX_MESSAGE),
        source=_words(f"{component} {host}".strip(), scrub, 253),
        about=about,
    )


def _time(event: Document, *path: str) -> float | None:
    return parse_rfc3339(text_at(event, *path))


def _words(text: str, scrub: Scrubber, most: int) -> str:
    return shorten(clean(scrub.text(text[: 4 * MAX_MESSAGE].strip())), most)
