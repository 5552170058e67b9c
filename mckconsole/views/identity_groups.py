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
    Account,
    AccountKey,
    Binding,
    Cloud,
    Identity,
    IdentityReport,
    IdentityUse,
)
from mckconsole.domain.findings import Finding
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
    clouds_cell,
    distinct_findings,
    findings_cell,
    findings_role,
    identity_id,
    names_cell,
    number_cell,
    worse,
    worst_cell,
)
from mckconsole.views.spec import BLANK, GLYPHS, Cell, Role, Row

K = TypeVar("K")


class _Remembered(Generic[K]):
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


_identities: _Remembered[Identity] = _Remembered()
_accounts: _Remembered[AccountKey] = _Remembered()
_cloud_accounts: _Remembered[tuple[Cloud, str]] = _Remembered()


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


def bindings_by_account(report: IdentityReport) -> Mapping[AccountKey, tuple[Binding, ...]]:
    """The bindings of the workloads that run as each service account."""
    found: dict[AccountKey, list[Binding]] = defaultdict(list)
    for binding in report.bindings:
        found[binding.account.key].append(binding)
    return {key: tuple(bindings) for key, bindings in found.items()}


def service_account_rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per service account that has to do with a cloud."""
    report = analysis.identity
    bound, about = bindings_by_account(report), findings_by_account(report)
    made_of = {
        key: (account, *bound.get(key, ()), *about.get(key, ()))
        for key, account in report.accounts.items()
    }

    def make(key: AccountKey) -> Row:
        return _account_row(report.accounts[key], bound.get(key, ()), about.get(key, ()))

    return _accounts.rows(made_of, make)


def findings_by_account(report: IdentityReport) -> Mapping[AccountKey, tuple[Finding, ...]]:
    """The findings whose object is a service account."""
    found: dict[AccountKey, list[Finding]] = defaultdict(list)
    for one in report.findings:
        if one.object is not None and one.object.kind == "ServiceAccount":
            key = AccountKey(one.cluster, one.object.namespace, one.object.name)
            found[key].append(one)
    return {key: tuple(findings) for key, findings in found.items()}


def account_role(bindings: Iterable[Binding], findings: Iterable[Finding]) -> Role:
    """How bad the worst about a service account is; one without workloads is neither."""
    roles = [binding_role(one) for one in bindings]
    return worse(findings_role(findings), *(roles or [Role.DIM]))


def _account_row(account: Account, bindings: tuple[Binding, ...], own: tuple[Finding, ...]) -> Row:
    key = account.key
    role = account_role(bindings, own)
    if account.unknown:
        role = worse(role, Role.UNKNOWN)
    findings = distinct_findings(own, *(one.findings for one in bindings))
    declared = [one.identity for one in account.declarations if one.identity]
    clouds = {one.cloud for one in account.declarations} | {one.cloud for one in bindings}
    return Row(
        str(key),
        {
            "cluster": Cell(key.cluster, Role.PLAIN, key.cluster),
            "namespace": Cell(key.namespace, Role.PLAIN, key.namespace),
            "serviceaccount": Cell(key.name, Role.PLAIN, key.name),
            "state": worst_cell(
                bindings, role, "no identity" if account.workloads else "no workload"
            ),
            "declares": _declares(account),
            "cloud": clouds_cell(clouds),
            "workloads": number_cell(len(account.workloads)),
            "others": number_cell(len(account.users)),
            "findings": findings_cell(findings, bindings),
            "account": account_cell(declared),
            "written": _written(account),
        },
        tuple(one.id for one in findings),
        role,
        (key.cluster,),
        key.namespace,
    )


def _declares(account: Account) -> Cell:
    """What it declares, in short; what is no identity as it is written."""
    if not account.declarations:
        if account.unknown:
            return Cell(f"{GLYPHS[Role.UNKNOWN]} not read", Role.UNKNOWN, None)
        return Cell("nothing", Role.DIM, "")
    words = [one.identity.short if one.identity else one.text for one in account.declarations]
    full = [one.identity.text if one.identity else one.text for one in account.declarations]
    role = Role.WARN if any(one.problem for one in account.declarations) else Role.PLAIN
    text = shorten(", ".join(filter(None, words)), MAX_TEXT)
    return Cell(text or "empty text", role, ", ".join(full))


def _written(account: Account) -> Cell:
    names = ", ".join(sorted({one.written_by for one in account.declarations if one.written_by}))
    return Cell(shorten(names, MAX_TEXT), Role.DIM, names) if names else BLANK


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
    return _summed(f"{head}  {shared} in several clusters", map(use_role, uses))


def service_account_summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`9 service accounts  ✖ 1  ● 8`."""
    found = service_account_rows(snapshot, analysis)
    return _summed(count(len(found), "service account"), (row.role for row in found))


def account_summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`3 cloud accounts  ✖ 1  ● 2`."""
    found = account_rows(snapshot, analysis)
    return _summed(count(len(found), "cloud account"), (row.role for row in found))


_ROLE_WORDS = {
    Role.CRITICAL: "critical",
    Role.WARN: "to look at",
    Role.UNKNOWN: "unknown",
    Role.OK: "well",
}


def _summed(head: str, roles: Iterable[Role]) -> str:
    found = list(roles)
    parts = [
        f"{GLYPHS[role]} {found.count(role)} {words}"
        for role, words in _ROLE_WORDS.items()
        if role in found
    ]
    return "  ".join((head, *parts))
