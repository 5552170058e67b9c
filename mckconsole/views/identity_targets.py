"""Where one can go from something of the identity pane, whatever it is grouped by."""

from __future__ import annotations

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.identity.model import Identity
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.views.detail import Detail, IdentityTarget, ObjectTarget, WhoTarget
from mckconsole.views.identity import find_binding
from mckconsole.views.identity_account_detail import (
    account_detail,
    account_object,
    find_account,
)
from mckconsole.views.identity_accounts import bindings_by_account
from mckconsole.views.identity_beyond import account_behind, finding_behind
from mckconsole.views.identity_cells import find_identity, identity_id
from mckconsole.views.identity_detail import binding_detail, binding_object
from mckconsole.views.identity_spec import CLOUD_IDENTITY, SERVICE_ACCOUNT, WORKLOAD
from mckconsole.views.identity_use_detail import cloud_account_detail, use_detail

_DETAILS = {
    WORKLOAD: binding_detail,
    CLOUD_IDENTITY: use_detail,
    SERVICE_ACCOUNT: account_detail,
}


def identity_detail(
    snapshot: FleetSnapshot, analysis: Analysis, target: IdentityTarget
) -> Detail | None:
    """The document behind a row of one of the groupings; None when it is gone."""
    make = _DETAILS.get(target.by, cloud_account_detail)
    return make(snapshot, analysis, target.id)


def object_of(analysis: Analysis, by: str, row_id: str) -> ObjectTarget | None:
    """The object that a row stands for; None for what is in a cloud."""
    if by == WORKLOAD:
        finding = finding_behind(analysis, row_id)
        if finding is not None and finding.object is not None:
            return ObjectTarget(finding.cluster, finding.object)
        return binding_object(analysis, row_id)
    if by == SERVICE_ACCOUNT:
        account = find_account(analysis, row_id)
        return account_object(account.key) if account else None
    if by == CLOUD_IDENTITY:
        identity = find_identity(analysis.identity, row_id)
        use = analysis.identity.identities[identity] if identity else None
        if use and use.accounts:
            return account_object(use.accounts[0])
        return binding_object(analysis, use.bindings[0].id) if use and use.bindings else None
    return None


def users_of(analysis: Analysis, by: str, row_id: str) -> IdentityTarget | None:
    """The cloud identity of a row, to show who else uses it; None where none is known."""
    found = None
    own = account_behind(analysis, row_id) if by == WORKLOAD else None
    if own is not None:
        found = _account_identity(analysis, str(own))
    elif by == WORKLOAD:
        binding = find_binding(analysis, row_id)
        found = binding.identity if binding else None
    elif by == CLOUD_IDENTITY:
        found = find_identity(analysis.identity, row_id)
    elif by == SERVICE_ACCOUNT:
        found = _account_identity(analysis, row_id)
    if found is None or found not in analysis.identity.identities:
        return None
    return IdentityTarget(CLOUD_IDENTITY, identity_id(found))


def _account_identity(analysis: Analysis, row_id: str) -> Identity | None:
    """What a service account declares first; where it declares none, what its workloads are."""
    account = find_account(analysis, row_id)
    if account is None:
        return None
    bindings = bindings_by_account(analysis.identity).get(account.key, ())
    known = (*(one.identity for one in account.declarations), *(one.identity for one in bindings))
    return next((one for one in known if one is not None), None)


def who_of(analysis: Analysis, by: str, row_id: str) -> WhoTarget | None:
    """The service account of a row, to show who can change it; None where it has not one."""
    if by == WORKLOAD:
        binding = find_binding(analysis, row_id)
        own = binding.account.key if binding else account_behind(analysis, row_id)
        return WhoTarget(str(own)) if own else None
    if by == SERVICE_ACCOUNT:
        return WhoTarget(row_id)
    if by == CLOUD_IDENTITY:
        identity = find_identity(analysis.identity, row_id)
        use = analysis.identity.identities[identity] if identity else None
        accounts = {one.account.key for one in use.bindings} if use else set()
        accounts |= set(use.accounts) if use else set()
        if len(accounts) == 1:
            return WhoTarget(str(accounts.pop()))
    return None
