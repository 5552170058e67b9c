"""What the API server prints of a pod: its state in one word, restarts, ready containers.

As `printPod` of kubernetes pkg/printers/internalversion has it, read off v1.36.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from mckconsole.demo.objects import KubeObject
from mckconsole.domain.times import parse_rfc3339


@dataclass(slots=True)
class Summary:
    """A pod as it is printed."""

    word: str
    """The column Status."""
    ready: int = 0
    total: int = 0
    restarts: int = 0
    last: float | None = None
    """When a container ended last before it was restarted, Unix seconds."""

    def count(self, statuses: Iterable[KubeObject]) -> None:
        """Add the restarts of containers."""
        for one in statuses:
            self.restarts += one.get("restartCount", 0)
            over = (one.get("lastState") or {}).get("terminated") or {}
            ended = parse_rfc3339(over.get("finishedAt") or "")
            if ended is not None and (self.last is None or ended > self.last):
                self.last = ended


def ready(pod: KubeObject) -> str:
    """`1/2`: how many containers are ready of how many."""
    found = summarise(pod)
    return f"{found.ready}/{found.total}"


def state(pod: KubeObject) -> str:
    """The column Status: the phase, or what a container waits for or ended with."""
    return summarise(pod).word


def restarts(age: Callable[[float], str]) -> Callable[[KubeObject], str]:
    """The column Restarts; `age` tells how long ago a time (Unix seconds) is."""

    def told(pod: KubeObject) -> str:
        found = summarise(pod)
        if found.restarts and found.last is not None:
            return f"{found.restarts} ({age(found.last)} ago)"
        return str(found.restarts)

    return told


def statuses(pod: KubeObject) -> list[KubeObject]:
    """What the kubelet says of each container."""
    found: list[KubeObject] = pod.get("status", {}).get("containerStatuses") or []
    return found


def summarise(pod: KubeObject) -> Summary:
    """All that is printed of a pod."""
    spec, status = pod.get("spec") or {}, pod.get("status") or {}
    beside = _sidecars(spec)
    found = Summary(_phase(status), total=len(spec.get("containers") or ()) + len(beside))
    initial = status.get("initContainerStatuses") or []
    initialising = _initialise(found, spec, initial, beside)
    if initialising and not _holds(status, "Initialized"):
        found.count(initial)
    else:
        found.count(one for one in initial if one["name"] in beside)
        found.count(statuses(pod))
        _run(found, status, statuses(pod))
    if pod["metadata"].get("deletionTimestamp"):
        if status.get("reason") == "NodeLost":
            found.word = "Unknown"
        elif status.get("phase") not in ("Succeeded", "Failed"):
            found.word = "Terminating"
    return found


def _sidecars(spec: KubeObject) -> set[str]:
    """Init containers that go on running."""
    initial = spec.get("initContainers") or ()
    return {one["name"] for one in initial if one.get("restartPolicy") == "Always"}


def _phase(status: KubeObject) -> str:
    for one in status.get("conditions") or ():
        if one.get("type") == "PodScheduled" and one.get("reason") == "SchedulingGated":
            return "SchedulingGated"
    return str(status.get("reason") or status.get("phase") or "")


def _initialise(
    found: Summary, spec: KubeObject, initial: list[KubeObject], beside: set[str]
) -> bool:
    """Whether an init container is still to end, and with which word."""
    for number, one in enumerate(initial):
        over, waiting = _state(one, "terminated"), _state(one, "waiting")
        if over is not None and not over.get("exitCode"):
            continue
        if one["name"] in beside and one.get("started"):
            found.ready += bool(one.get("ready"))
            continue
        if over is not None:
            found.word = f"Init:{over.get('reason') or _ended(over)}"
        elif waiting and waiting.get("reason") not in (None, "", "PodInitializing"):
            found.word = f"Init:{waiting['reason']}"
        else:
            found.word = f"Init:{number}/{len(spec.get('initContainers') or ())}"
        return True
    return False


def _run(found: Summary, status: KubeObject, containers: list[KubeObject]) -> None:
    runs = False
    for one in reversed(containers):
        waiting, over = _state(one, "waiting"), _state(one, "terminated")
        if waiting and waiting.get("reason"):
            found.word = waiting["reason"]
        elif over is not None:
            found.word = over.get("reason") or _ended(over)
        elif one.get("ready") and _state(one, "running") is not None:
            runs = True
            found.ready += 1
    if found.word == "Completed" and runs:
        found.word = "Running" if _holds(status, "Ready") else "NotReady"


def _state(one: KubeObject, name: str) -> Any:
    return (one.get("state") or {}).get(name)


def _ended(over: KubeObject) -> str:
    if over.get("signal"):
        return f"Signal:{over['signal']}"
    return f"ExitCode:{over.get('exitCode', 0)}"


def _holds(status: KubeObject, name: str) -> bool:
    conditions = status.get("conditions") or ()
    return any(one["type"] == name and one["status"] == "True" for one in conditions)
