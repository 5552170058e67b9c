"""Conditions of a ServiceExport, in the words of either generation of its controllers.

Lighthouse before 0.21 gave no reason for what is well and its own for what is not; the API names
them since v0.2 (reference: mcs-api `ServiceExportConditionReason`, lighthouse `constants.go`).
"""

from __future__ import annotations

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.offers import Standing, offer, standing
from mckconsole.demo.sections_services import Export
from mckconsole.demo.world import World

_DAYS = 42.0
_HOUR = 1 / 24
_FORMER = {
    "Valid": "",
    "Exported": "",
    "NoConflicts": "",
    "NoService": "ServiceUnavailable",
    "Pending": "AwaitingExport",
    "Failed": "ExportFailed",
    "PortConflict": "ConflictingPorts",
    "TypeConflict": "ConflictingType",
    "SessionAffinityConflict": "ConflictingSessionAffinity",
}
_NO_ADDRESS = "ServiceGlobalIPUnavailable"


def conditions(world: World, name: str, export: Export, *, modern: bool) -> list[KubeObject]:
    """What the controller of cluster `name` says of its export."""
    said = list(_said(world, name, export))
    days = _HOUR if name in export.waiting else _DAYS
    stamp = world.sites[name].created(days)
    return [
        {
            "type": kind,
            "status": status,
            "reason": ",".join(
                one if modern else _FORMER.get(one, one) for one in reason.split(",")
            ),
            "message": message,
            "lastTransitionTime": stamp,
            **({"observedGeneration": 1} if modern else {}),
        }
        for kind, status, reason, message in said
    ]


def _said(world: World, name: str, export: Export) -> list[tuple[str, str, str, str]]:
    """(type, status, reason in the API's words, message)."""
    valid = ("Valid", "True", "Valid", "")
    waiting = ("Ready", "False", "Pending", "ServiceImport was not found on the broker")
    match standing(world, export, name):
        case Standing.NO_SERVICE:
            return [("Valid", "False", "NoService", "Service to be exported doesn't exist")]
        case Standing.NO_ADDRESS:
            return [("Valid", "False", _NO_ADDRESS, "Service doesn't have a global IP yet")]
        case Standing.WAITING:
            return [valid, waiting]
        case Standing.REFUSED:
            message = "the service type differs from that of the oldest export"
            refused = ("Ready", "False", "Failed", message)
            return [valid, refused, ("Conflict", "True", "TypeConflict", message)]
        case Standing.EXPORTED:
            return [valid, ("Ready", "True", "Exported", ""), _conflict(world, name, export)]


def _conflict(world: World, name: str, export: Export) -> tuple[str, str, str, str]:
    """Only a newcomer is told that it disagrees with an older export."""
    place = export.clusters.index(name)
    mine = offer(world, name, export.namespace, export.name)
    reasons: list[str] = []
    for older in export.clusters[:place]:
        theirs = offer(world, older, export.namespace, export.name)
        if mine is None or theirs is None:
            continue
        if mine.ports != theirs.ports:
            reasons.append("PortConflict")
        if mine.affinity != theirs.affinity:
            reasons.append("SessionAffinityConflict")
    if not reasons:
        return ("Conflict", "False", "NoConflicts", "")
    told = ",".join(dict.fromkeys(reasons))
    return ("Conflict", "True", told, f"differs from {', '.join(export.clusters[:place])}")
