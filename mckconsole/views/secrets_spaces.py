"""The secrets pane grouped by cluster and by namespace: what lies there, and what was not read.

Rows are made only while somebody looks at such a table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.secrets.model import Coverage, NamespaceKey
from mckconsole.domain.findings import Finding
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.views import cells
from mckconsole.views.explain import count, server_now
from mckconsole.views.secrets_cells import (
    MAX_TEXT,
    NOBODY,
    findings_cell,
    kinds_cell,
    names_cell,
    number_cell,
    severity_role,
    sign,
    text_cell,
    worst_cell,
    worst_role,
)
from mckconsole.views.secrets_coverage import coverage_role, gap_words, mode_cell
from mckconsole.views.secrets_groups import Held, distinct, roles, with_modes, worst_first
from mckconsole.views.spec import BLANK, Cell, Role, Row

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
    return sorted(found, key=worst_first)


def _cluster_row(
    snapshot: FleetSnapshot, analysis: Analysis, found: Coverage, held: Held
) -> Row:  # fmt: skip
    cluster, credentials = snapshot.clusters.get(found.cluster), distinct(held)
    findings = [f for one in credentials for f in (one.finding, *one.related)]
    findings += others_in(analysis, found.cluster)
    gap = gap_words(found) or ("" if found.readable else found.reason)
    role = worst_role((coverage_role(cluster, found), *roles(analysis, credentials),
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
            "findings": findings_cell(findings, analysis.waived)
            if found.readable or findings
            else unseen,
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
    return with_modes(words, snapshot, analysis)


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
    return sorted(found, key=worst_first)


def _namespace_row(analysis: Analysis, key: NamespaceKey, held: Held, closed: bool) -> Row:
    cluster, namespace = key
    credentials = distinct(held)
    role = worst_role((*roles(analysis, credentials), *((Role.FORBIDDEN,) if closed else ())))
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
    return with_modes(words, snapshot, analysis)
