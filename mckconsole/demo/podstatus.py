"""What the kubelet says of a pod: phase, conditions, and each container's state."""

from __future__ import annotations

from mckconsole.demo.crashing import LIFE, loop_at
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.pods import Seat
from mckconsole.demo.site import DAY, Site

EXIT_CODE = 1
_CONDITIONS = ("PodReadyToStartContainers", "Initialized", "PodScheduled")
"""What holds of every pod that runs."""


def status_of(
    site: Site, seat: Seat, spec: KubeObject, *, over: bool = False, restarts: int = 7
) -> KubeObject:
    """The status of a pod that runs, ready or not, or whose work is done (`over`); one that is not
    ready was restarted so many times."""
    since = site.created(seat.days)
    ready = seat.ready and not over
    reason = "PodCompleted" if over else "" if ready else "ContainersNotReady"
    if over:
        state: KubeObject = {"terminated": {"exitCode": 0, "reason": "Completed",
                                            "startedAt": since, "finishedAt": since}}  # fmt: skip
    else:
        state = {"running": {"startedAt": since}}
    containers = [
        {
            **_container(one),
            "ready": ready,
            "started": not over,
            "restartCount": 0 if seat.ready else restarts,
            "state": state,
        }
        for one in spec["containers"]
    ]
    phase = "Succeeded" if over else "Running"
    return _status(site, seat, phase, _conditions(since, reason, spec), containers)


def crashing_status(
    site: Site, seat: Seat, spec: KubeObject, reached: float, words: str
) -> KubeObject:
    """The status of a pod whose containers end as soon as they are started.

    Args:
        reached: seconds after the demo's start.
        words: the last that a container writes.
    """
    born = -seat.days * DAY
    loop, since = loop_at(reached - born), site.created(seat.days)
    conditions = _conditions(since, "ContainersNotReady", spec)
    if loop is None:
        waiting = {"waiting": {"reason": "ContainerCreating"}}
        made = [
            {**_container(one), "ready": False, "started": False, "restartCount": 0,
             "state": waiting}
            for one in spec["containers"]
        ]  # fmt: skip
        return _status(site, seat, "Pending", conditions, made)
    containers = []
    for one in spec["containers"]:
        told = {**_container(one), "ready": False, "restartCount": loop.started - 1}
        ended = {
            "exitCode": EXIT_CODE,
            "reason": "Error",
            "message": words,
            "startedAt": site.moment(born + loop.ended - LIFE),
            "finishedAt": site.moment(born + loop.ended),
        }
        if loop.running:
            told["state"] = {"running": {"startedAt": site.moment(born + loop.since)}}
        elif loop.waiting:
            back = f"back-off {loop.pause:.0f}s restarting failed container={one['name']}"
            text = f"{back} pod={seat.name}"
            told["state"] = {"waiting": {"reason": "CrashLoopBackOff", "message": text}}
        else:
            told["state"] = {"terminated": ended}
        if loop.started > 1:
            told["lastState"] = {"terminated": ended}
        told["started"] = loop.running
        containers.append(told)
    return _status(site, seat, "Running", conditions, containers)


def _container(one: KubeObject) -> KubeObject:
    return {"name": one["name"], "image": one["image"], "imageID": ""}


def _conditions(since: str, reason: str, spec: KubeObject) -> list[KubeObject]:
    found: list[KubeObject] = [
        {"type": name, "status": "True", "lastTransitionTime": since} for name in _CONDITIONS
    ]
    for name in ("Ready", "ContainersReady"):
        told: KubeObject = {"type": name, "status": "False" if reason else "True"}
        if reason:
            told["reason"] = reason
            if reason == "ContainersNotReady":
                names = " ".join(one["name"] for one in spec["containers"])
                told["message"] = f"containers with unready status: [{names}]"
        found.append({**told, "lastTransitionTime": since})
    return found


def _status(
    site: Site,
    seat: Seat,
    phase: str,
    conditions: list[KubeObject],
    containers: list[KubeObject],
) -> KubeObject:
    return {
        "phase": phase,
        "hostIP": seat.node.address,
        "podIP": seat.ip,
        "podIPs": [{"ip": seat.ip}],
        "startTime": site.created(seat.days),
        "conditions": conditions,
        "containerStatuses": containers,
    }
