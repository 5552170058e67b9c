"""Where one can go from something of the secrets pane, whatever it is grouped by."""

from __future__ import annotations

from mckconsole.analysis.engine import Analysis
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.views.certificate_detail import certificate_detail
from mckconsole.views.certificates import find_certificate
from mckconsole.views.detail import (
    Detail,
    FindingTarget,
    IdentityTarget,
    ObjectTarget,
    ReadersTarget,
    SecretTarget,
)
from mckconsole.views.secrets import find_credential
from mckconsole.views.secrets_detail import credential_detail, identity_of
from mckconsole.views.secrets_group_detail import cluster_detail, namespace_detail, owner_detail
from mckconsole.views.secrets_groups import find_place
from mckconsole.views.secrets_rows import target_of
from mckconsole.views.secrets_spec import (
    CERTIFICATE,
    CLUSTER,
    CREDENTIAL,
    NAMESPACE,
    OWNER,
    PLACE,
)

_DETAILS = {
    CREDENTIAL: credential_detail,
    CLUSTER: cluster_detail,
    NAMESPACE: namespace_detail,
    OWNER: owner_detail,
    CERTIFICATE: certificate_detail,
}


def secret_detail(
    snapshot: FleetSnapshot, analysis: Analysis, target: SecretTarget
) -> Detail | None:  # fmt: skip
    """The document behind a row of one of the groupings; None when it is gone."""
    if target.by == PLACE:
        found = find_place(analysis, target.id)
        return credential_detail(snapshot, analysis, found[0].id) if found else None
    return _DETAILS[target.by](snapshot, analysis, target.id)


def object_of(analysis: Analysis, by: str, row_id: str) -> ObjectTarget | None:
    """The object that a row stands for; None for what is none."""
    if by == CREDENTIAL:
        target = target_of(by, row_id)
        if isinstance(target, FindingTarget):
            for one in analysis.secrets.others:
                if one.id == target.id and one.object is not None:
                    return ObjectTarget(one.cluster, one.object)
            return None
        credential = find_credential(analysis, row_id)
        if credential is None:
            return None
        place = credential.places[0]
        return ObjectTarget(place.cluster, place.object)
    if by == PLACE:
        found = find_place(analysis, row_id)
        return ObjectTarget(found[1].cluster, found[1].object) if found else None
    entry = find_certificate(analysis, row_id) if by == CERTIFICATE else None
    return ObjectTarget(entry.cluster, entry.object) if entry and entry.object else None


def readers_target(analysis: Analysis, by: str, row_id: str) -> ReadersTarget | None:
    """Who can read what a row is about; None where that is not one credential."""
    if by == PLACE:
        found = find_place(analysis, row_id)
        return ReadersTarget(found[0].id, row_id) if found else None
    if by == CREDENTIAL and find_credential(analysis, row_id) is not None:
        return ReadersTarget(row_id)
    return None


def identity_target(analysis: Analysis, by: str, row_id: str) -> IdentityTarget | None:
    """The workload identity that could replace it: of a workload that uses it."""
    if by == PLACE:
        found = find_place(analysis, row_id)
        return identity_of(analysis, found[0].id) if found else None
    return identity_of(analysis, row_id) if by == CREDENTIAL else None
