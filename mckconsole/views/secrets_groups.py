"""The secrets pane grouped by place and by owner.

Rows are made only while somebody looks at such a table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.secrets.model import Credential, Place
from mckconsole.domain.findings import Severity
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.waivers import Waiver
from mckconsole.views.explain import count
from mckconsole.views.remembered import Remembered
from mckconsole.views.secrets_cells import (
    NOBODY,
    Written,
    first_written,
    kinds_cell,
    names_cell,
    number_cell,
    owner_cell,
    rank,
    severity_cell,
    severity_role,
    short_fingerprint,
    text_cell,
    tier_cell,
    waiver_of,
    worst_cell,
    worst_role,
)
from mckconsole.views.secrets_coverage import modes_words
from mckconsole.views.spec import Role, Row

_places: Remembered[str] = Remembered()
Held: TypeAlias = list[tuple[Credential, Place]]


class PlaceParts(NamedTuple):
    """All that a place's row is made of."""

    credential: Credential
    place: Place
    waiver: Waiver | None
    written: Written


def find_place(analysis: Analysis, row_id: str) -> tuple[Credential, Place] | None:
    """The credential and the place behind a row; None when it is gone."""
    for credential in analysis.secrets.credentials:
        for place in credential.places:
            if row_id.startswith(place.cluster) and place.id == row_id:
                return credential, place
    return None


def place_rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per place, those of the worst credentials first."""
    found = {
        place.id: PlaceParts(
            one, place, waiver_of(analysis, one), first_written(snapshot, (place,))
        )
        for one in analysis.secrets.credentials
        for place in one.places
    }
    keys = {
        key: (one.credential, one.place, one.waiver, one.written.text)
        for key, one in found.items()
    }  # fmt: skip
    return sorted(_places.rows(keys, lambda key: _place_row(key, found[key])), key=rank)


def _place_row(row_id: str, parts: PlaceParts) -> Row:
    credential, place, waiver, written = parts
    seen, ref = place.sighting, place.object
    return Row(
        row_id,
        {
            "severity": severity_cell(credential.severity, waiver),
            "what": text_cell(credential.title),
            "cluster": text_cell(place.cluster),
            "namespace": text_cell(ref.namespace),
            "object": text_cell(str(ref)),
            "key": text_cell(keys_words(place)),
            "tier": tier_cell(seen.tier),
            "written": written.cell,
            "writer": text_cell(written.writer),
            "owner": owner_cell(place.owner),
            "elsewhere": number_cell(len(credential.places) - 1),
            "fp": text_cell(short_fingerprint(seen.fingerprint), Role.DIM),
            "proof": text_cell(seen.proof, Role.DIM),
            "path": text_cell(place.path, Role.DIM),
        },
        (credential.id,),
        severity_role(credential.severity, waiver),
        (place.cluster,),
        ref.namespace,
    )


def keys_words(place: Place) -> str:
    """`AWS_ACCESS_KEY_ID +1`: the key, and how many more have the rest of it."""
    more = len({one.key for one in place.halves} - {place.sighting.key})
    return f"{place.sighting.key} +{more}" if more else place.sighting.key


def place_summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`9 places of 7 credentials  values looked at in 2 of 6 clusters`."""
    report = analysis.secrets
    places = sum(len(one.places) for one in report.credentials)
    words = f"{count(places, 'place')} of {count(len(report.credentials), 'credential')}"
    return with_modes(words, snapshot, analysis)


def with_modes(words: str, snapshot: FleetSnapshot, analysis: Analysis) -> str:
    report = analysis.secrets
    return f"{words}  {modes_words(snapshot, report)}" if report.coverage else words


def distinct(held: Iterable[tuple[Credential, Place]]) -> tuple[Credential, ...]:
    """Each once, in their order."""
    return tuple({id(one): one for one, _ in held}.values())


def worst_first(row: Row) -> tuple[int, int, str]:
    """The order of rows that hold several credentials."""
    worst = row.cells["worst"].value
    at = next((one.rank for one in Severity if one == worst), len(Severity))
    return rank(row), at, row.id


def roles(analysis: Analysis, found: Iterable[Credential]) -> Iterator[Role]:
    return (severity_role(one.severity, waiver_of(analysis, one)) for one in found)


def held_by(analysis: Analysis, owner: str) -> Held:
    """The credentials in objects of this owner, with their places there."""
    return [
        (one, place)
        for one in analysis.secrets.credentials
        for place in one.places
        if (place.owner or NOBODY) == owner
    ]


def owner_rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per owner, the worst first."""
    held: dict[str, Held] = defaultdict(list)
    for one in analysis.secrets.credentials:
        for place in one.places:
            held[place.owner or NOBODY].append((one, place))
    found = [_owner_row(analysis, owner, some) for owner, some in held.items()]
    return sorted(found, key=worst_first)


def _owner_row(analysis: Analysis, owner: str, held: Held) -> Row:
    credentials = distinct(held)
    clusters = sorted({place.cluster for _, place in held})
    spaces = sorted({place.object.namespace for _, place in held if place.object.namespace})
    return Row(
        owner,
        {
            "owner": owner_cell("" if owner == NOBODY else owner),
            "worst": worst_cell(analysis, credentials),
            "credentials": number_cell(len(credentials)),
            "places": number_cell(len(held)),
            "clusters": names_cell(clusters),
            "namespaces": names_cell(spaces),
            "kinds": kinds_cell(credentials),
        },
        tuple(one.id for one in credentials),
        worst_role(roles(analysis, credentials)),
        tuple(clusters),
        spaces[0] if len(spaces) == 1 else "",
    )


def owner_summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`4 owners of objects with credentials  …`."""
    owners = {p.owner or NOBODY for one in analysis.secrets.credentials for p in one.places}
    words = count(len(owners), "owner of objects", "owners of objects") + " with credentials"
    return with_modes(words, snapshot, analysis)
