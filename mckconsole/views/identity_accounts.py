"""The identity pane by service account: what each declares, and how its workloads stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.identity.model import Account, AccountKey, Binding, IdentityReport
from mckconsole.domain.findings import Finding
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.views.explain import count
from mckconsole.views.identity_cells import (
    MAX_TEXT,
    account_cell,
    binding_role,
    clouds_cell,
    distinct_findings,
    findings_cell,
    findings_role,
    number_cell,
    worse,
    worst_cell,
)
from mckconsole.views.identity_groups import summed, worst_first
from mckconsole.views.identity_uses import findings_by_account
from mckconsole.views.remembered import Remembered
from mckconsole.views.spec import BLANK, GLYPHS, Cell, Role, Row

_accounts: Remembered[AccountKey] = Remembered()


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

    return sorted(_accounts.rows(made_of, make), key=worst_first)


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


def service_account_summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`9 service accounts  ✖ 1 wrong  ● 8 well`."""
    found = service_account_rows(snapshot, analysis)
    return summed(count(len(found), "service account"), (row.role for row in found))
