"""Which logs stand behind a place: those of a pod, or of the pods that an object has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mckconsole.domain.logs import LogTarget
from mckconsole.views.detail import InspectTarget, ObjectTarget

if TYPE_CHECKING:
    from mckconsole.analysis.engine import Analysis

WITH_PODS = frozenset(
    (
        *("Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController"),
        *("Job", "CronJob", "Service", "Rollout"),
    )
)
"""Kinds that say by a selector which pods are their own, and pods."""


def logs_of(places: Iterable[object]) -> tuple[LogTarget, ...]:
    """The targets of those places that have logs, each once."""
    found = (
        LogTarget(one.cluster, one.ref)
        for one in places
        if isinstance(one, (ObjectTarget, InspectTarget)) and one.ref.kind in WITH_PODS
    )
    return tuple(dict.fromkeys(found))


def logs_of_services(analysis: Analysis, ids: Iterable[str]) -> tuple[LogTarget, ...]:
    """Services of the services pane, by the ids of their rows: in each cluster that has pods of
    its own behind one."""
    from mckconsole.views.services import find_service

    found = (find_service(analysis, id) for id in ids)
    parts = (part for service in found if service for part in service.parts.values())
    return tuple(
        LogTarget(part.cluster, part.service.ref)
        for part in parts
        if part.service is not None and part.service.selector
    )
