"""Objects as they were applied, and as API servers of several clusters give them back."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

Doc = dict[str, Any]

APPLIED: Doc = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "api", "namespace": "shop", "labels": {"app": "api"}},
    "spec": {
        "replicas": 3,
        "selector": {"matchLabels": {"app": "api"}},
        "template": {
            "metadata": {"labels": {"app": "api"}},
            "spec": {
                "containers": [
                    {
                        "name": "app",
                        "image": "registry.example.com/api:1.4.0",
                        "env": [
                            {"name": "CLUSTER", "value": "east-1"},
                            {"name": "LEVEL", "value": "info"},
                        ],
                        "ports": [{"containerPort": 8080}],
                    },
                    {"name": "proxy", "image": "registry.example.com/proxy"},
                ],
            },
        },
    },
}
"""As a person writes it for cluster `east-1`."""


def served(uid: str, cluster: str) -> Doc:
    """The same in another cluster, as its API server completes it."""
    made = copy.deepcopy(APPLIED)
    made["metadata"] |= {
        "uid": uid,
        "resourceVersion": uid[::-1],
        "generation": len(uid),
        "creationTimestamp": "2026-01-02T03:04:05Z",
        "managedFields": [{"manager": "kubectl"}],
        "annotations": {
            "deployment.kubernetes.io/revision": "7",
            "kubectl.kubernetes.io/last-applied-configuration": "{}",
        },
    }
    spec = made["spec"]
    spec |= {
        "revisionHistoryLimit": 10,
        "progressDeadlineSeconds": 600,
        "strategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"},
        },
    }
    spec["template"]["metadata"]["creationTimestamp"] = None
    pod = spec["template"]["spec"]
    pod |= {
        "dnsPolicy": "ClusterFirst",
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "terminationGracePeriodSeconds": 30,
    }
    for container in pod["containers"]:
        container |= {
            "imagePullPolicy": "Always" if container["name"] == "proxy" else "IfNotPresent",
            "resources": {},
            "terminationMessagePath": "/dev/termination-log",
            "terminationMessagePolicy": "File",
        }
        container["env"] = [*reversed(container.get("env", []))]
    pod["containers"][0]["ports"][0]["protocol"] = "TCP"
    pod["containers"][0]["env"][-1]["value"] = cluster
    pod["containers"].reverse()
    made["status"] = {"readyReplicas": len(uid)}
    return made


def changed(tree: Mapping[str, Any], path: str, value: Any) -> Doc:
    """`tree` with `value` at a path with dots, where numbers are places in lists."""
    made: Any = copy.deepcopy(dict(tree))
    *way, last = path.split(".")
    at = made
    for key in way:
        at = at[int(key)] if isinstance(at, list) else at.setdefault(key, {})
    if isinstance(at, list):
        at[int(last)] = value
    else:
        at[last] = value
    return made  # type: ignore[no-any-return]
