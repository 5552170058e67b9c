"""The secrets pane grouped: by place, cluster, namespace and owner.

Rows are made only while somebody looks at such a table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.secrets.model import Coverage, Credential, NamespaceKey, Place
from mckconsole.domain.findings import Finding
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.domain.waivers import Waiver
from mckconsole.views import cells
from mckconsole.views.explain import count, server_now
from mckconsole.views.remembered import Remembered
from mckconsole.views.secrets_cells import (
    MAX_TEXT,
    NOBODY,
    Written,
    findings_cell,
    kinds_cell,
    last_written,
    names_cell,
    number_cell,
    owner_cell,
    rank,
    severity_cell,
    severity_role,
    short_fingerprint,
    sign,
    text_cell,
    tier_cell,
    waiver_of,
    worst_cell,
    worst_role,
)
from mckconsole.views.secrets_coverage import coverage_role, gap_words, mode_cell, modes_words
from mckconsole.views.spec import BLANK, Cell, Role, Row

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
        place.id: PlaceParts(one, place, waiver_of(analysis, one), last_written(snapshot, (place,)))
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
            "object": text_cell(f"{ref.kind} {ref.name}"),
            "key": text_cell(seen.key),
            "tier": tier_cell(seen.tier),
            "written": written.cell,
            "writer": text_cell(written.writer),
            "owner": owner_cell(place.owner),
            "elsewhere": number_cell(len(credential.places) - 1),
            "fp": text_cell(short_fingerprint(seen.fingerprint), Role.DIM),
            "proof": text_cell(seen.proof, Role.DIM),
            "path": text_cell(seen.path, Role.DIM),
        },
        (credential.id,),
        severity_role(credential.severity, waiver),
        (place.cluster,),
        ref.namespace,
    )


def place_summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`9 places of 7 credentials  values looked at in 2 of 6 clusters`."""
    report = analysis.secrets
    places = sum(len(one.places) for one in report.credentials)
    words = f"{count(places, 'place')} of {count(len(report.credentials), 'credential')}"
    return _with_modes(words, snapshot, analysis)


def _with_modes(words: str, snapshot: FleetSnapshot, analysis: Analysis) -> str:
    report = analysis.secrets
    return f"{words}  {modes_words(snapshot, report)}" if report.coverage else words


def _credentials(held: Iterable[tuple[Credential, Place]]) -> tuple[Credential, ...]:
    """Each once, in their order."""
    return tuple({id(one): one for one, _ in held}.values())


def _roles(analysis: Analysis, found: Iterable[Credential]) -> Iterator[Role]:
    return (severity_role(one.severity, waiver_of(analysis, one)) for one in found)


# By cluster.


def held_in(analysis: Analysis, cluster: str, namespace: str | None = None) -> Held:
    """The credentials of a cluster, or of one of its namespaces, with their places there."""
    return [
        (one, place)
        for one in analysis.secrets.credentials
        for place in one.places
        if place.cluster == cluster and namespace in (None, place.object.namespace)
    ]


def others_in(analysis: Analysis, cluster: str, namespace: str | None = None) -> list[Finding]:
    """Findings there that no credential has."""
    return [
        one
        for one in analysis.secrets.others
        if cluster in (one.cluster, *one.peers)
        and (namespace is None or (one.object is not None and one.object.namespace == namespace))
    ]


def cluster_rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per cluster that was to be looked at, the worst first."""
    by_cluster: dict[str, Held] = defaultdict(list)
    for one in analysis.secrets.credentials:
        for place in one.places:
            by_cluster[place.cluster].append((one, place))
    found = [
        _cluster_row(snapshot, analysis, coverage, by_cluster[name])
        for name, coverage in analysis.secrets.coverage.items()
    ]
    return sorted(found, key=lambda row: (rank(row), row.id))


def _cluster_row(
    snapshot: FleetSnapshot, analysis: Analysis, found: Coverage, held: Held
) -> Row:  # fmt: skip
    cluster, credentials = snapshot.clusters.get(found.cluster), _credentials(held)
    findings = [f for one in credentials for f in (one.finding, *one.related)]
    findings += others_in(analysis, found.cluster)
    gap = gap_words(found) or ("" if found.readable else found.reason)
    role = worst_role((coverage_role(cluster, found), *_roles(analysis, credentials),
                       *_finding_roles(analysis, findings)))  # fmt: skip
    unseen = cells.unknown()
    age = None if found.as_of is None else max(
        server_now(snapshot, found.cluster) - found.as_of, 0.0)  # fmt: skip
    return Row(
        found.cluster,
        {
            "cluster": text_cell(found.cluster),
            "mode": mode_cell(cluster, found),
            "worst": worst_cell(analysis, credentials) if found.readable or held else unseen,
            "credentials": number_cell(len(credentials)) if found.readable or held else unseen,
            "places": number_cell(len(held)) if found.readable or held else unseen,
            "secrets": number_cell(found.secrets) if found.readable else unseen,
            "objects": number_cell(found.objects),
            "findings": findings_cell(findings, analysis.waived) if found.readable else unseen,
            "coverage": Cell(shorten(gap, MAX_TEXT), Role.WARN, gap) if gap else BLANK,
            "age": cells.age(age),
        },
        tuple(dict.fromkeys(one.id for one in findings)),
        role,
        (found.cluster,),
    )


def _finding_roles(analysis: Analysis, findings: Iterable[Finding]) -> Iterator[Role]:
    return (severity_role(one.severity, analysis.waived.get(one.id)) for one in findings)


def cluster_summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`6 clusters  values looked at in 2 of 6 clusters`."""
    words = count(len(analysis.secrets.coverage), "cluster")
    return _with_modes(words, snapshot, analysis)


# By namespace.


def namespace_id(key: NamespaceKey) -> str:
    """The id of its row: a namespace's name holds no slash."""
    return "/".join(key)


def namespace_key(row_id: str) -> NamespaceKey:
    """The cluster and namespace of a row."""
    cluster, _, namespace = row_id.rpartition("/")
    return cluster, namespace


def namespace_rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per namespace in which something lies, or which could not be read; worst first."""
    held: dict[NamespaceKey, Held] = defaultdict(list)
    for one in analysis.secrets.credentials:
        for place in one.places:
            held[place.cluster, place.object.namespace].append((one, place))
    closed = {
        (cluster, namespace)
        for cluster, found in analysis.secrets.coverage.items()
        for namespace in found.forbidden
    }
    found = [_namespace_row(analysis, key, some, key in closed) for key, some in held.items()]
    found += [_namespace_row(analysis, key, [], True) for key in closed - held.keys()]
    found += [_whole_row(*gap) for gap in _unread(snapshot, analysis)]
    return sorted(found, key=lambda row: (rank(row), row.id))


def _namespace_row(analysis: Analysis, key: NamespaceKey, held: Held, closed: bool) -> Row:
    cluster, namespace = key
    credentials = _credentials(held)
    role = worst_role((*_roles(analysis, credentials), *((Role.FORBIDDEN,) if closed else ())))
    forbidden = Cell(f"{sign(Role.FORBIDDEN)} forbidden", Role.FORBIDDEN, "forbidden")
    why = "its Secrets could not be read: forbidden" if closed else ""
    reason = next((one.reason for one in credentials), "")
    return Row(
        namespace_id(key),
        {
            "cluster": text_cell(cluster),
            "namespace": text_cell(namespace or "(cluster)"),
            "worst": worst_cell(analysis, credentials) if held or not closed else forbidden,
            "credentials": number_cell(len(credentials)) if held or not closed else cells.unknown(),
            "places": number_cell(len(held)) if held or not closed else cells.unknown(),
            "owners": names_cell(place.owner or NOBODY for _, place in held),
            "kinds": kinds_cell(credentials),
            "reason": text_cell("; ".join(filter(None, (reason, why)))),
        },
        tuple(one.id for one in credentials),
        role,
        (cluster,),
        namespace,
    )


def _unread(snapshot: FleetSnapshot, analysis: Analysis) -> Iterator[tuple[Coverage, Role]]:
    """Clusters of which nothing was read."""
    for name, found in analysis.secrets.coverage.items():
        role = coverage_role(snapshot.clusters.get(name), found)
        if not found.readable and role is not Role.CONNECTING:
            yield found, role


def _whole_row(found: Coverage, role: Role) -> Row:
    word = "forbidden" if role is Role.FORBIDDEN else "not read"
    told: Mapping[str, Cell] = {
        "cluster": text_cell(found.cluster),
        "namespace": text_cell("all namespaces", Role.DIM),
        "worst": Cell(f"{sign(role)} {word}", role, word),
        "credentials": cells.unknown(),
        "places": cells.unknown(),
        "owners": BLANK,
        "kinds": BLANK,
        "reason": text_cell(found.reason),
    }
    return Row(namespace_id((found.cluster, "")), told, (), role, (found.cluster,))


def namespace_summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`5 namespaces with credentials  values looked at in 2 of 6 clusters`."""
    spaces = {
        (place.cluster, place.object.namespace)
        for one in analysis.secrets.credentials
        for place in one.places
    }
    words = f"{count(len(spaces), 'namespace')} with credentials"
    closed = sum(len(one.forbidden) for one in analysis.secrets.coverage.values())
    if closed:
        words += f"  {sign(Role.FORBIDDEN)} {closed} forbidden"
    return _with_modes(words, snapshot, analysis)


# By owner.


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
    return sorted(found, key=lambda row: (rank(row), row.id))


def _owner_row(analysis: Analysis, owner: str, held: Held) -> Row:
    credentials = _credentials(held)
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
        worst_role(_roles(analysis, credentials)),
        tuple(clusters),
        spaces[0] if len(spaces) == 1 else "",
    )


def owner_summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`4 owners of objects with credentials  …`."""
    owners = {p.owner or NOBODY for one in analysis.secrets.credentials for p in one.places}
    words = count(len(owners), "owner of objects", "owners of objects") + " with credentials"
    return _with_modes(words, snapshot, analysis)
