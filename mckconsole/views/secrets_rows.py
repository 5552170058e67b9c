"""Ids of the secrets pane's rows, and what a row opens."""

from __future__ import annotations

from mckconsole.views.detail import ClusterTarget, FindingTarget, SecretTarget
from mckconsole.views.secrets_spec import CLUSTER, CREDENTIAL

_FINDING = "/finding"
_CLUSTER = "/unread"
"""Ends of ids of rows that are no credential; those of credentials are hashes."""


def finding_row_id(finding: str) -> str:
    """The row of a finding that no credential has."""
    return f"{finding}{_FINDING}"


def cluster_row_id(cluster: str) -> str:
    """The row of a cluster of which not all was read."""
    return f"{cluster}{_CLUSTER}"


def target_of(by: str, row_id: str) -> SecretTarget | FindingTarget | ClusterTarget:
    """What a row of one of the groupings opens."""
    if by == CREDENTIAL and row_id.endswith(_FINDING):
        return FindingTarget(row_id.removesuffix(_FINDING))
    if by == CREDENTIAL and row_id.endswith(_CLUSTER):
        return SecretTarget(CLUSTER, row_id.removesuffix(_CLUSTER))
    return SecretTarget(by, row_id)
