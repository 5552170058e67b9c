"""A credential in words: title, detail and evidence, of what is public about it alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.secrets.case import Around, listed
from mckconsole.analysis.secrets.model import Consumer, Place
from mckconsole.analysis.secrets.verdict import Verdict, rule_of
from mckconsole.domain.audit import Sighting
from mckconsole.domain.findings import Evidence, ObjectRef
from mckconsole.domain.wording import counted

_MOST_RINGS = 20
"""Objects whose readers one finding counts."""


def title(around: Around, found: Verdict, places: Sequence[Place]) -> str:
    """`AWS access key in ConfigMap billing/env`, `AWS access key in 3 places, 2 clusters`."""
    what = rule_of(found.rule).title
    if len(places) == 1:
        return f"{what} in {places[0].object}"
    clusters = around.doors.homes(one.cluster for one in places)
    more = f", {counted(len(clusters), 'cluster')}" if len(clusters) > 1 else ""
    return f"{what} in {counted(len(places), 'place')}{more}"


def public(sighting: Sighting) -> str:
    """What may be said of one: `AKIA… · account 000000000000 · 17–32 characters, base64`."""
    parts = [f"{sighting.prefix}…"] if sighting.prefix else []
    parts += [f"{name} {value}" for name, value in sighting.facts]
    parts.append(", ".join(filter(None, (f"{sighting.length} characters", sighting.charset))))
    if sighting.proof:
        parts.append(sighting.proof)
    return " · ".join(parts)


def written(sighting: Sighting) -> str:
    """Who wrote it and when; empty where nobody is known to."""
    if not sighting.written:
        return f"by {sighting.writer}" if sighting.writer else ""
    by = f" by {sighting.writer}" if sighting.writer else ""
    return f"no later than {sighting.written}{by}"


def detail(
    around: Around, found: Verdict, places: Sequence[Place], consumers: Sequence[Consumer]
) -> str:
    """Why it is as bad as it is, what it is, where it lies, who can read it and who uses it."""
    sentences = [f"{'; '.join(found.reasons)}."] if found.reasons else []
    facts = dict.fromkeys(f"{name} {value}" for one in places for name, value in one.sighting.facts)
    if facts:
        sentences.append(f"It says: {listed(facts)}.")
    spots = [f"{one.path} of {one.object} in {one.cluster}" for one in places]
    sentences.append(f"It lies in {listed(spots)}.")
    owners = dict.fromkeys(one.owner for one in places if one.owner)
    if owners:
        sentences.append(f"Looked after by {listed(owners)}.")
    readers = around.readers(places[0])
    if readers is not None:
        sentences.append(f"Who can read {places[0].object}: {readers.words}.")
    if consumers:
        named = dict.fromkeys(f"{one.kind.lower()} {one.namespace}/{one.name}" for one in consumers)
        sentences.append(f"Used by {listed(named)}.")
    text = " ".join(sentences)
    return text[:1].upper() + text[1:]


def evidence(around: Around, found: Verdict, places: Sequence[Place]) -> Iterator[Evidence]:
    """Every place, who wrote it, who can read it, and what it opens."""
    for one in places:
        ref, at = one.object, one.observed_at
        for part in one.sightings:
            yield Evidence("kubernetes", one.cluster, ref, part.path, public(part), at)
        writes = dict.fromkeys(filter(None, map(written, one.sightings)))
        for when in writes:
            yield Evidence("kubernetes", one.cluster, ref, "metadata.managedFields", when, at)
        if not writes and one.created:
            path = "metadata.creationTimestamp"
            yield Evidence("kubernetes", one.cluster, ref, path, one.created, at)
        if one.owner:
            yield around.derived(one.cluster, "looked after by", one.owner, ref)
    yield from _rings(around, places)
    for cluster in found.opens:
        server = around.fleet.clusters[cluster].server
        yield around.derived(cluster, "opened by the credential", f"{cluster} ({server})")


def _rings(around: Around, places: Sequence[Place]) -> Iterator[Evidence]:
    known: set[tuple[str, ObjectRef]] = set()
    for one in places:
        spot = (one.cluster, one.object)
        if spot in known or len(known) >= _MOST_RINGS:
            continue
        known.add(spot)
        readers = around.readers(one)
        if readers is not None:
            yield around.derived(one.cluster, "who can read it", readers.words, one.object)
