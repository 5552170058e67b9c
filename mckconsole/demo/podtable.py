"""What the API server prints of a pod: its state in one word, restarts, ready containers.

As `printPod` of kubernetes pkg/printers/internalversion has it, for pods without init containers
that are under way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mckconsole.demo.objects import KubeObject
from mckconsole.domain.times import parse_rfc3339


def statuses(pod: KubeObject) -> list[KubeObject]:
    """What the kubelet says of each container."""
    found: list[KubeObject] = pod.get("status", {}).get("containerStatuses") or []
    return found


def ready(pod: KubeObject) -> str:
    """`1/2`: how many containers are ready of how many."""
    count = sum(1 for one in statuses(pod) if one.get("ready") and _state(one, "running"))
    return f"{count}/{len(pod.get('spec', {}).get('containers') or ())}"


def state(pod: KubeObject) -> str:
    """The column Status: the phase, or what a container waits for or ended with."""
    status = pod.get("status", {})
    word: str = status.get("reason") or status.get("phase") or "Pending"
    runs = False
    for one in reversed(statuses(pod)):
        waiting, over = _state(one, "waiting"), _state(one, "terminated")
        if waiting and waiting.get("reason"):
            word = waiting["reason"]
        elif over is not None:
            word = over.get("reason") or _ended(over)
        elif one.get("ready") and _state(one, "running"):
            runs = True
    if word == "Completed" and runs:
        word = "Running" if _holds(status, "Ready") else "NotReady"
    if pod["metadata"].get("deletionTimestamp"):
        word = "Unknown" if status.get("reason") == "NodeLost" else "Terminating"
    return word


def restarts(age: Callable[[float], str]) -> Callable[[KubeObject], str]:
    """The column Restarts; `age` tells how long ago a time (Unix seconds) is."""

    def told(pod: KubeObject) -> str:
        found = statuses(pod)
        count = sum(one.get("restartCount", 0) for one in found)
        last = max((at for one in found if (at := _last_end(one)) is not None), default=None)
        return f"{count} ({age(last)} ago)" if count and last is not None else str(count)

    return told


def _last_end(one: KubeObject) -> float | None:
    over = (one.get("lastState") or {}).get("terminated") or {}
    return parse_rfc3339(over.get("finishedAt") or "")


def _state(one: KubeObject, name: str) -> Any:
    return (one.get("state") or {}).get(name)


def _ended(over: KubeObject) -> str:
    if over.get("signal"):
        return f"Signal:{over['signal']}"
    return f"ExitCode:{over.get('exitCode', 0)}"


def _holds(status: KubeObject, name: str) -> bool:
    conditions = status.get("conditions") or ()
    return any(one["type"] == name and one["status"] == "True" for one in conditions)
