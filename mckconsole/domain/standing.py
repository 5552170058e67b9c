"""How an object of any kind stands, in a few words, as kubectl tells it.

Told from the object's own status alone; what its status does not say is unknown, never well. Words
are as the document has them: of a document that was not cleaned they have to be.
Sources: kubectl's printers (`printPod`, `printDeployment` … of kube-apiserver 1.36), the API
conventions on conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.trees import at, list_at, map_at, maps_at, number_at, text_at


class Standing(NamedTuple):
    """Words, and whether that is well; None is unknown, or neither."""

    words: str = ""
    well: bool | None = None


UNKNOWN = Standing()
_LEADING = ("Ready", "Available", "Healthy", "Synced", "Established", "Accepted", "Programmed")
"""Conditions that sum an object up, the first that is there."""
_UNDER_WAY = frozenset({"ContainerCreating", "PodInitializing", "Pending"})


def standing(ref: ObjectRef, document: object) -> Standing:
    """How the object stands that `ref` names; kinds of foreign groups by their conditions."""
    group = ref.api_version.rpartition("/")[0]
    own = "." not in group or group.endswith(".k8s.io")
    found = (_KINDS.get(ref.kind, _any) if own else _any)(document)
    if text_at(document, "metadata", "deletionTimestamp"):
        return Standing(f"Terminating, {found.words}" if found.words else "Terminating", None)
    return found


def condition(document: object, type_: str) -> Mapping[str, object]:
    """The condition of a type; an empty mapping where there is none."""
    found = (one for one in maps_at(document, "status", "conditions") if one.get("type") == type_)
    return next(found, {})


def _pod(document: object) -> Standing:
    phase = text_at(document, "status", "reason") or text_at(document, "status", "phase")
    statuses = list(maps_at(document, "status", "containerStatuses"))
    wanted = len(list_at(document, "spec", "containers")) or len(statuses)
    ready = sum(one.get("ready") is True for one in statuses)
    restarts = sum(number_at(one, "restartCount") or 0 for one in statuses)
    reason = _first_trouble(document) or phase or "Unknown"
    words = f"{reason} {ready}/{wanted}"
    if restarts:
        words += f", {restarts} restart{'s' if restarts != 1 else ''}"
    if phase == "Succeeded":
        return Standing(words, True)
    if reason == "Running":
        return Standing(words, ready == wanted)
    return Standing(words, None if reason in _UNDER_WAY else False)


def _first_trouble(document: object) -> str:
    """Why a container does not run, the init containers first."""
    for list_name, prefix in (("initContainerStatuses", "Init:"), ("containerStatuses", "")):
        for one in maps_at(document, "status", list_name):
            if word := trouble_of(one):
                if prefix and word == "Completed":
                    continue
                return prefix + word
    return ""


def trouble_of(status: object) -> str:
    """Why a container is not running, in one word; empty where it is."""
    if waiting := text_at(status, "state", "waiting", "reason"):
        return waiting
    ended = at(status, "state", "terminated")
    if ended is None:
        return ""
    code = number_at(ended, "exitCode")
    return text_at(ended, "reason") or (f"ExitCode:{code}" if code else "Completed")


def _replicas(document: object) -> Standing:
    wanted = number_at(document, "spec", "replicas")
    wanted = 1 if wanted is None else wanted
    return _of(document, number_at(document, "status", "readyReplicas") or 0, wanted)


def _daemons(document: object) -> Standing:
    wanted = number_at(document, "status", "desiredNumberScheduled")
    if wanted is None:
        return UNKNOWN
    return _of(document, number_at(document, "status", "numberReady") or 0, wanted)


def _of(document: object, ready: int, wanted: int) -> Standing:
    words = f"{ready}/{wanted} ready" if wanted else "scaled to 0"
    seen = number_at(document, "status", "observedGeneration")
    asked = number_at(document, "metadata", "generation")
    if at(document, "spec", "paused") is True:
        words += ", paused"
    if seen is not None and asked is not None and seen < asked:
        return Standing(f"{words}, its newest version is not seen yet", None)
    stalled = condition(document, "Progressing")
    if stalled.get("status") == "False":
        return Standing(f"{words}, {text_at(stalled, 'reason') or 'not progressing'}", False)
    updated = number_at(document, "status", "updatedReplicas")
    if wanted and updated is not None and 0 <= updated < wanted:
        words += f", {updated} of the newest version"
    return Standing(words, ready >= wanted)


def _job(document: object) -> Standing:
    for type_, well in (("Failed", False), ("Complete", True), ("SuccessCriteriaMet", True)):
        found = condition(document, type_)
        if found.get("status") == "True":
            reason = text_at(found, "reason")
            return Standing(f"{type_}: {reason}" if reason and not well else type_, well)
    if at(document, "spec", "suspend") is True:
        return Standing("suspended", None)
    active = number_at(document, "status", "active") or 0
    return Standing(f"{active} active" if active else "not started", None)


def _cron_job(document: object) -> Standing:
    words = text_at(document, "spec", "schedule")
    if at(document, "spec", "suspend") is True:
        return Standing(f"{words}, suspended", None)
    return Standing(words, None)


def _node(document: object) -> Standing:
    found = condition(document, "Ready").get("status")
    words = {"True": "Ready", "False": "NotReady"}.get(str(found), "not heard of")
    if at(document, "spec", "unschedulable") is True:
        words += ", cordoned"
    return Standing(words, found == "True")


def _phase(document: object) -> Standing:
    phase = text_at(document, "status", "phase")
    well = {"Bound": True, "Active": True, "Available": True, "Lost": False, "Failed": False}
    return Standing(phase, well.get(phase))


def _slice(document: object) -> Standing:
    everything = list(maps_at(document, "endpoints"))
    ready = sum(at(one, "conditions", "ready") is not False for one in everything)
    words = f"{ready} of {len(everything)} endpoints ready"
    return Standing(words, bool(everything) and ready == len(everything))


def _service(document: object) -> Standing:
    kind = text_at(document, "spec", "type") or "ClusterIP"
    if kind == "LoadBalancer" and not list_at(document, "status", "loadBalancer", "ingress"):
        return Standing("LoadBalancer without an address", None)
    return Standing(kind, None)


def _scaler(document: object) -> Standing:
    now = number_at(document, "status", "currentReplicas")
    low = number_at(document, "spec", "minReplicas")
    high = number_at(document, "spec", "maxReplicas")
    held = "?" if now is None else now
    words = f"{held} replicas, of {1 if low is None else low} to {'?' if high is None else high}"
    active = condition(document, "ScalingActive")
    if active.get("status") == "False":
        return Standing(f"{words}, {text_at(active, 'reason') or 'not active'}", False)
    return Standing(words, None if now is None else True)


def _budget(document: object) -> Standing:
    allowed = number_at(document, "status", "disruptionsAllowed")
    if allowed is None or number_at(document, "status", "observedGeneration") is None:
        return UNKNOWN  # the API server writes zeros before the controller has counted
    noun = "disruption" if allowed == 1 else "disruptions"
    return Standing(f"{allowed} {noun} allowed", None if not allowed else True)


def _any(document: object) -> Standing:
    """By the usual conditions, else by a phase."""
    for type_ in _LEADING:
        found = condition(document, type_)
        if status := found.get("status"):
            well = {"True": True, "False": False}.get(str(status))
            words = type_ if well else f"not {type_}" if well is False else f"{type_} unknown"
            reason = text_at(found, "reason")
            return Standing(f"{words}: {reason}" if reason and not well else words, well)
    status = map_at(document, "status")
    for name in ("phase", "state", "health"):
        if isinstance(word := status.get(name), str):
            return Standing(word, None)
    return UNKNOWN


_KINDS: Mapping[str, Callable[[object], Standing]] = {
    "Pod": _pod,
    "Deployment": _replicas,
    "ReplicaSet": _replicas,
    "ReplicationController": _replicas,
    "StatefulSet": _replicas,
    "DaemonSet": _daemons,
    "Job": _job,
    "CronJob": _cron_job,
    "Node": _node,
    "Namespace": _phase,
    "PersistentVolume": _phase,
    "PersistentVolumeClaim": _phase,
    "EndpointSlice": _slice,
    "Service": _service,
    "HorizontalPodAutoscaler": _scaler,
    "PodDisruptionBudget": _budget,
}
