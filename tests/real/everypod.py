"""Pods in states that are printed each in their own way."""

from __future__ import annotations

from typing import Any

from mckconsole.demo.objects import KubeObject

RUNNING: KubeObject = {"running": {"startedAt": "2026-11-23T12:00:00Z"}}


def pod(name: str, spec: KubeObject | None = None, **status: Any) -> KubeObject:
    """A pod with two containers."""
    containers = [{"name": "x", "image": "i"}, {"name": "y", "image": "j"}]
    metadata = {"name": name, "namespace": "default"}
    whole = {"containers": containers, **(spec or {})}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": whole,
        "status": status,
    }


def container(
    name: str, ready: bool, state: KubeObject, restarts: int = 0, last: KubeObject | None = None
) -> KubeObject:
    """What the kubelet says of a container."""
    said = {"name": name, "image": "i", "imageID": "", "ready": ready, "restartCount": restarts}
    return {**said, "state": state, **({"lastState": last} if last else {})}


PODS: list[KubeObject] = [
    pod("pw", phase="Pending"),
    pod(
        "pc",
        phase="Running",
        containerStatuses=[
            container(
                "x",
                False,
                {"waiting": {"reason": "CrashLoopBackOff"}},
                5,
                {"terminated": {"exitCode": 1, "finishedAt": "2026-11-23T13:00:00Z"}},
            ),
            container("y", True, RUNNING, 1),
        ],
    ),
    pod(
        "pi",
        {"initContainers": [{"name": "a", "image": "i"}, {"name": "b", "image": "i"}]},
        phase="Pending",
        initContainerStatuses=[
            container("a", True, {"terminated": {"exitCode": 0}}),
            container("b", False, {"waiting": {"reason": "PodInitializing"}}),
        ],
        containerStatuses=[
            container("x", False, {"waiting": {"reason": "PodInitializing"}}),
            container("y", False, {"waiting": {"reason": "PodInitializing"}}),
        ],
    ),
    pod(
        "pi2",
        {"initContainers": [{"name": "a", "image": "i"}]},
        phase="Pending",
        initContainerStatuses=[
            container(
                "a",
                False,
                {"terminated": {"exitCode": 2, "reason": "Error"}},
                3,
                {"terminated": {"exitCode": 2, "finishedAt": "2026-11-23T13:00:00Z"}},
            )
        ],
    ),
    pod(
        "pi3",
        {"initContainers": [{"name": "a", "image": "i"}]},
        phase="Pending",
        initContainerStatuses=[container("a", False, {"waiting": {"reason": "ImagePullBackOff"}})],
    ),
    pod(
        "pd",
        phase="Succeeded",
        containerStatuses=[
            container("x", False, {"terminated": {"exitCode": 0, "reason": "Completed"}}),
            container("y", True, RUNNING),
        ],
        conditions=[{"type": "Ready", "status": "False"}],
    ),
    pod("ps", phase="Failed", reason="Evicted"),
    pod(
        "psig",
        phase="Failed",
        containerStatuses=[
            container("x", False, {"terminated": {"exitCode": 137, "signal": 9}}),
            container("y", False, {"terminated": {"exitCode": 3}}),
        ],
    ),
    pod(
        "pside",
        {"initContainers": [{"name": "a", "image": "i", "restartPolicy": "Always"}]},
        phase="Running",
        initContainerStatuses=[
            {
                **container(
                    "a",
                    True,
                    RUNNING,
                    2,
                    {"terminated": {"exitCode": 0, "finishedAt": "2026-11-23T13:00:00Z"}},
                ),
                "started": True,
            }
        ],
        containerStatuses=[container("x", True, RUNNING), container("y", True, RUNNING)],
    ),
    pod(
        "pg",
        {
            "schedulingGates": [{"name": "g.x/y"}],
            "readinessGates": [{"conditionType": "www.x/feature"}],
        },
        phase="Pending",
        conditions=[{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}],
    ),
]
