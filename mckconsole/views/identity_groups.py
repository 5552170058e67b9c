"""The identity pane grouped: by cloud identity, by service account, by cloud account.

Rows are made only while somebody looks at such a table. They are remembered by all that they are
made of, which the analysis hands on as the same objects while nothing about them changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.identity.model import (
    Cloud,
    Identity,
    IdentityReport,
    IdentityUse,
)
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.views.explain import count
from mckconsole.views.identity_cells import (
    MAX_TEXT,
    RANKS,
    account_cell,
    account_id,
    binding_role,
    cloud_cell,
    distinct_findings,
    findings_cell,
    findings_role,
    identity_id,
    names_cell,
    number_cell,
    worse,
    worst_cell,
)
from mckconsole.views.spec import GLYPHS, Cell, Role, Row

K = TypeVar("K")


class Remembered(Generic[K]):
    """Rows of the last look, by what they are made of."""

    def __init__(self) -> None:
        self._rows: dict[K, tuple[tuple[object, ...], Row]] = {}

    def rows(self, made_of: Mapping[K, tuple[object, ...]], make: Callable[[K], Row]) -> list[Row]:
        """A row for each key, the worst first; those whose parts are the same again are not
        made again."""
        known = self._rows
        found: dict[K, tuple[tuple[object, ...], Row]] = {}
        for key, parts in made_of.items():
            before = known.get(key)
            if before is not None and _same(before[0], parts):
                found[key] = before
            else:
                found[key] = parts, make(key)
        self._rows = found
        return sorted((row for _, row in found.values()), key=_worst_first)


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(a is b or a == b for a, b in pairs)


def _worst_first(row: Row) -> tuple[int, str]:
    return RANKS[row.role], row.id


_identities: Remembered[Identity] = Remembered()
_cloud_accounts: Remembered[tuple[Cloud, str]] = Remembered()


def cloud_identity_rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per identity of a cloud."""
    uses = analysis.identity.identities
    made_of = {key: _parts(use) for key, use in uses.items()}
    rows = _identities.rows(made_of, lambda key: _identity_row(uses[key]))
    return sorted(rows, key=_widest_first)


def _widest_first(row: Row) -> tuple[int, int]:
    """Of those that are equally bad, first what most clusters share."""
    return RANKS[row.role], -len(row.clusters)


def _parts(*uses: IdentityUse) -> tuple[object, ...]:
    """All that a row of these identities is made of."""
    return tuple(part for use in uses for part in (*use.bindings, *use.findings, use.accounts))


def use_role(use: IdentityUse) -> Role:
    """How bad the worst about an identity and its users is."""
    return worse(Role.OK, findings_role(use.findings), *map(binding_role, use.bindings))


def use_clusters(use: IdentityUse) -> frozenset[str]:
    """The clusters that name it."""
    return frozenset(
        (*(one.cluster for one in use.accounts), *(b.workload.key.cluster for b in use.bindings))
    )


def _identity_row(use: IdentityUse) -> Row:
    identity, role = use.identity, use_role(use)
    clusters = use_clusters(use)
    namespaces = {one.workload.key.namespace for one in use.bindings}
    namespaces |= {one.namespace for one in use.accounts}
    findings = distinct_findings(use.findings, *(one.findings for one in use.bindings))
    full = shorten(identity.text, MAX_TEXT)
    return Row(
        identity_id(identity),
        {
            "identity": Cell(shorten(identity.short, MAX_TEXT) or full, Role.PLAIN, identity.text),
            "state": worst_cell(use.bindings, role),
            "cloud": cloud_cell(identity.cloud),
            "clusters": names_cell(clusters),
            "workloads": number_cell(len({one.workload.key for one in use.bindings})),
            "accounts": number_cell(len(use.accounts)),
            "namespaces": names_cell(namespaces),
            "findings": findings_cell(findings, use.bindings),
            "account": account_cell((identity,)),
            "full": Cell(full, Role.DIM, identity.text),
        },
        tuple(one.id for one in findings),
        role,
        tuple(sorted(clusters)),
    )


def uses_by_cloud_account(
    report: IdentityReport,
) -> Mapping[tuple[Cloud, str], tuple[IdentityUse, ...]]:
    """The identities that lie in each cloud account."""
    found: dict[tuple[Cloud, str], list[IdentityUse]] = defaultdict(list)
    for identity, use in report.identities.items():
        found[identity.cloud, identity.where].append(use)
    return {key: tuple(uses) for key, uses in found.items()}


def account_rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per cloud account."""
    uses = uses_by_cloud_account(analysis.identity)
    made_of = {key: _parts(*found) for key, found in uses.items()}
    return _cloud_accounts.rows(made_of, lambda key: _cloud_account_row(uses[key]))


def where_words(identity: Identity) -> str:
    """The cloud account that it lies in, or that this is not told."""
    return identity.where or "not told"


def _cloud_account_row(uses: tuple[IdentityUse, ...]) -> Row:
    identity = uses[0].identity
    role = worse(*map(use_role, uses))
    bindings = tuple(dict.fromkeys(one for use in uses for one in use.bindings))
    clusters = frozenset().union(*map(use_clusters, uses))
    findings = distinct_findings(
        *(use.findings for use in uses), *(one.findings for one in bindings)
    )
    return Row(
        account_id(identity),
        {
            "account": Cell(
                where_words(identity), Role.PLAIN if identity.where else Role.DIM, identity.where
            ),
            "cloud": cloud_cell(identity.cloud),
            "state": worst_cell(bindings, role),
            "identities": number_cell(len(uses)),
            "workloads": number_cell(len({one.workload.key for one in bindings})),
            "clusters": names_cell(clusters),
            "accounts": number_cell(len({key for use in uses for key in use.accounts})),
            "findings": findings_cell(findings, bindings),
        },
        tuple(one.id for one in findings),
        role,
        tuple(sorted(clusters)),
    )


def cloud_identity_summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`8 identities of clouds  2 in several clusters  ✖ 1  ● 7`."""
    uses = analysis.identity.identities.values()
    shared = sum(len(use_clusters(use)) > 1 for use in uses)
    head = count(len(uses), "identity of a cloud", "identities of clouds")
    return summed(f"{head}  {shared} in several clusters", map(use_role, uses))


def account_summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`3 cloud accounts  ✖ 1  ● 2`."""
    found = account_rows(snapshot, analysis)
    return summed(count(len(found), "cloud account"), (row.role for row in found))


_ROLE_WORDS = {
    Role.CRITICAL: "critical",
    Role.WARN: "to look at",
    Role.UNKNOWN: "unknown",
    Role.OK: "well",
}


def summed(head: str, roles: Iterable[Role]) -> str:
    found = list(roles)
    parts = [
        f"{GLYPHS[role]} {found.count(role)} {words}"
        for role, words in _ROLE_WORDS.items()
        if role in found
    ]
    return "  ".join((head, *parts))
