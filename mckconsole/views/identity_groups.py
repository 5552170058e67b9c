"""The identity pane grouped: by cloud identity, by service account, by cloud account.

Rows are made only while somebody looks at such a table. They are remembered by all that they are
made of, which the analysis hands on as the same objects while nothing about them changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.identity.model import (
    Cloud,
    Identity,
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
    cloud_cell,
    findings_cell,
    identity_id,
    names_cell,
    number_cell,
    sign,
    worst_cell,
)
from mckconsole.views.identity_uses import (
    Findings,
    cloud_account_role,
    findings_by_account,
    idle_findings,
    use_clusters,
    use_findings,
    use_role,
    uses_by_cloud_account,
    where_words,
)
from mckconsole.views.remembered import Remembered
from mckconsole.views.spec import Cell, Role, Row

_identities: Remembered[Identity] = Remembered()
_cloud_accounts: Remembered[tuple[Cloud, str]] = Remembered()


def cloud_identity_rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per identity of a cloud."""
    uses, about = analysis.identity.identities, findings_by_account(analysis.identity)
    made_of = {key: _parts(about, use) for key, use in uses.items()}
    rows = _identities.rows(made_of, lambda key: _identity_row(uses[key], about))
    return sorted(rows, key=_widest_first)


def worst_first(row: Row) -> tuple[int, str]:
    """The order of rows that are not in the analysis's."""
    return RANKS[row.role], row.id


def _widest_first(row: Row) -> tuple[int, int, str]:
    """Of those that are equally bad, first what most clusters share."""
    return RANKS[row.role], -len(row.clusters), row.id


def _parts(about: Findings, *uses: IdentityUse) -> tuple[object, ...]:
    """All that a row of these identities is made of."""
    return tuple(
        part
        for use in uses
        for part in (*use.bindings, *use.findings, use.accounts, *idle_findings(use, about))
    )


def _identity_row(use: IdentityUse, about: Findings) -> Row:
    identity, role = use.identity, use_role(use, about)
    clusters = use_clusters(use)
    namespaces = {one.workload.key.namespace for one in use.bindings}
    namespaces |= {one.namespace for one in use.accounts}
    findings = use_findings(about, use)
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


def account_rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per cloud account."""
    uses = uses_by_cloud_account(analysis.identity)
    about = findings_by_account(analysis.identity)
    made_of = {key: _parts(about, *found) for key, found in uses.items()}
    rows = _cloud_accounts.rows(made_of, lambda key: _cloud_account_row(uses[key], about))
    return sorted(rows, key=worst_first)


def _cloud_account_row(uses: tuple[IdentityUse, ...], about: Findings) -> Row:
    identity = uses[0].identity
    role = cloud_account_role(uses, about)
    bindings = tuple(dict.fromkeys(one for use in uses for one in use.bindings))
    clusters = frozenset().union(*map(use_clusters, uses))
    findings = use_findings(about, *uses)
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
    """`8 identities of clouds  2 in several clusters  ✖ 1 wrong  ● 7 well`."""
    uses, about = analysis.identity.identities.values(), findings_by_account(analysis.identity)
    shared = sum(len(use_clusters(use)) > 1 for use in uses)
    head = count(len(uses), "identity of a cloud", "identities of clouds")
    roles = (use_role(use, about) for use in uses)
    return summed(f"{head}  {shared} in several clusters", roles)


def account_summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`3 cloud accounts  ✖ 1 wrong  ● 2 well`."""
    found = account_rows(snapshot, analysis)
    return summed(count(len(found), "cloud account"), (row.role for row in found))


_ROLE_WORDS = {
    Role.CRITICAL: "wrong",
    Role.WARN: "to look at",
    Role.UNKNOWN: "unknown",
    Role.DIM: "neither",
    Role.OK: "well",
}
"""Critical is what has critical or high findings, so that word would say too much."""


def summed(head: str, roles: Iterable[Role]) -> str:
    """`head`, and how many there are of each role, the worst first."""
    found = list(roles)
    parts = [
        f"{sign(role)} {found.count(role)} {words}"
        for role, words in _ROLE_WORDS.items()
        if role in found
    ]
    return "  ".join((head, *parts))
