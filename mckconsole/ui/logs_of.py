"""Which logs stand behind a place: those of a pod, or of the pods that an object has."""

from __future__ import annotations

from collections.abc import Iterable

from mckconsole.domain.logs import LogTarget
from mckconsole.views.detail import InspectTarget, ObjectTarget

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
