"""Status conditions in one vocabulary: the reasons of every dialect as the MCS API calls them.

The standard names are those of the Multi-Cluster Services API v0.5 (`Valid`, `NoService`,
`PortConflict` …). Lighthouse wrote names of its own up to 0.20, and none at all for what is well;
several reasons of one condition are joined by commas. What is not known stands as it was written:
a new reason must be seen, not lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from mckconsole.analysis.services.model import ConditionView
from mckconsole.domain.objects import Condition
from mckconsole.domain.times import parse_rfc3339

STANDARD_REASONS = {
    # Valid
    "ServiceUnavailable": "NoService",
    "UnsupportedServiceType": "InvalidServiceType",
    "ServiceRetrievalFailed": "Failed",
    # Lighthouse puts a missing global address on Valid; the export waits for it.
    "ServiceGlobalIPUnavailable": "Pending",
    # Ready
    "AwaitingExport": "Pending",
    "ExportFailed": "Failed",
    "NoServiceImport": "Pending",
    # Conflict
    "ConflictingType": "TypeConflict",
    "ConflictingPorts": "PortConflict",
    "ConflictingSessionAffinity": "SessionAffinityConflict",
    "ConflictingSessionAffinityConfig": "SessionAffinityConfigConflict",
    # The cluster set IP decides the import's type in Lighthouse.
    "ConflictingClusterSetIPEnablement": "TypeConflict",
}
"""Reasons of Lighthouse up to 0.20 to standard ones. Source: lighthouse pkg/agent/controller,
mcs-api pkg/apis/v1beta1 ServiceExport conditions."""

_TYPES = {"Synced": "Ready"}
"""Lighthouse before 0.17 wrote `Synced` where the API says `Ready`."""


def read_conditions(conditions: Sequence[Condition]) -> tuple[ConditionView, ...]:
    """The conditions of an object's status, in its order.

    Other types than the API's (Karmada's `ServiceApplied`, `EndpointSliceDispatched`) are kept
    under their own names.
    """
    if not conditions:
        return ()
    return tuple([_view(index, one) for index, one in enumerate(conditions)])


def _view(index: int, one: Condition) -> ConditionView:
    return ConditionView(
        _TYPES.get(one.type, one.type),
        one.status,
        standard_reasons(one.reason),
        one.reason,
        one.message,
        parse_rfc3339(one.last_transition_time) if one.last_transition_time else None,
        one.observed_generation,
        f"status.conditions[{index}]",
    )


@lru_cache(maxsize=1024)
def standard_reasons(raw: str) -> tuple[str, ...]:
    """The reasons in a `reason` field, each once, by their standard names."""
    written = (part.strip() for part in raw.split(","))
    return tuple(dict.fromkeys(STANDARD_REASONS.get(one, one) for one in written if one))
