"""Columns of workloads, and of what scales and guards them, as kube-apiserver v1.36.2 prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mckconsole.demo.cells import (
    NONE,
    UNKNOWN,
    UNSET,
    CellOf,
    Since,
    TableColumn,
    at,
    duration,
    labels,
    number,
    selector,
    some,
    template,
    text,
)
from mckconsole.demo.objects import KubeObject
from mckconsole.domain.times import parse_rfc3339

_TEMPLATE = ("spec", "template", "spec")
_SELECTOR = TableColumn("Selector", lambda obj: selector(at(obj, "spec", "selector")), priority=1)


def columns(since: Since) -> Mapping[str, tuple[TableColumn, ...]]:
    """By resource: the columns after the name; ages by `since`."""
    age = TableColumn("Age", lambda obj: since(at(obj, "metadata", "creationTimestamp")))
    return {
        "deployments.apps": _deployments(age),
        "replicasets.apps": _replicasets(age),
        "statefulsets.apps": (TableColumn("Ready", _ready), age, *template(*_TEMPLATE)),
        "daemonsets.apps": _daemonsets(age),
        "controllerrevisions.apps": (
            TableColumn("Controller", _controller),
            TableColumn("Revision", number("revision")),
            age,
        ),
        "jobs.batch": _jobs(since, age),
        "cronjobs.batch": _cronjobs(since, age),
        "horizontalpodautoscalers.autoscaling": _autoscalers(age),
        "poddisruptionbudgets.policy": (
            TableColumn("Min Available", _or("N/A", "spec", "minAvailable")),
            TableColumn("Max Unavailable", _or("N/A", "spec", "maxUnavailable")),
            _integer("Allowed Disruptions", "status", "disruptionsAllowed"),
            age,
        ),
    }


def _integer(name: str, *path: str) -> TableColumn:
    return TableColumn(name, number(*path), "integer")


def _or(missing: str, *path: str) -> CellOf:
    def find(obj: KubeObject) -> str:
        found = at(obj, *path)
        return missing if found is None else str(found)

    return find


def _ready(obj: KubeObject) -> str:
    return f"{number('status', 'readyReplicas')(obj)}/{number('spec', 'replicas', missing=1)(obj)}"


def _deployments(age: TableColumn) -> tuple[TableColumn, ...]:
    return (
        TableColumn("Ready", _deployed),
        TableColumn("Up-to-date", number("status", "updatedReplicas")),
        TableColumn("Available", number("status", "availableReplicas")),
        age,
        *template(*_TEMPLATE),
        TableColumn("Selector", _plain_selector, priority=1),
    )


def _deployed(obj: KubeObject) -> str:
    blank = "replicas" not in (obj.get("spec") or {}) and not at(obj, "metadata", "name")
    return "0/0" if blank else _ready(obj)


def _plain_selector(obj: KubeObject) -> str:
    """That of a Deployment is empty where it is not set."""
    found = at(obj, "spec", "selector")
    return "" if found is None else selector(found)


def _replicasets(age: TableColumn) -> tuple[TableColumn, ...]:
    return (
        TableColumn("Desired", number("spec", "replicas", missing=1), "integer"),
        _integer("Current", "status", "replicas"),
        _integer("Ready", "status", "readyReplicas"),
        age,
        *template(*_TEMPLATE),
        _SELECTOR,
    )


def _daemonsets(age: TableColumn) -> tuple[TableColumn, ...]:
    return (
        _integer("Desired", "status", "desiredNumberScheduled"),
        _integer("Current", "status", "currentNumberScheduled"),
        _integer("Ready", "status", "numberReady"),
        _integer("Up-to-date", "status", "updatedNumberScheduled"),
        _integer("Available", "status", "numberAvailable"),
        TableColumn("Node Selector", lambda obj: labels(at(obj, *_TEMPLATE, "nodeSelector"))),
        age,
        *template(*_TEMPLATE),
        _SELECTOR,
    )


def _controller(obj: KubeObject) -> str:
    for one in at(obj, "metadata", "ownerReferences") or ():
        if one.get("controller"):
            group = one["apiVersion"].rpartition("/")[0]
            kind = one["kind"].lower()
            return f"{kind}.{group}/{one['name']}" if group else f"{kind}/{one['name']}"
    return NONE


def _jobs(since: Since, age: TableColumn) -> tuple[TableColumn, ...]:
    def lasted(obj: KubeObject) -> str:
        start, end = (at(obj, "status", part) for part in ("startTime", "completionTime"))
        if not start:
            return ""
        began, ended = parse_rfc3339(start), parse_rfc3339(end or "")
        return since(start) if began is None or ended is None else duration(ended - began)

    return (
        TableColumn("Status", _job_status),
        TableColumn("Completions", _completions),
        TableColumn("Duration", lasted),
        age,
        *template(*_TEMPLATE),
        _SELECTOR,
    )


def _job_status(obj: KubeObject) -> str:
    conditions = at(obj, "status", "conditions") or ()
    met = {one.get("type") for one in conditions if one.get("status") == "True"}
    for name in ("Complete", "Failed"):
        if name in met:
            return name
    if at(obj, "metadata", "deletionTimestamp"):
        return "Terminating"
    return next((one for one in ("Suspended", "FailureTarget") if one in met), "Running")


def _completions(obj: KubeObject) -> str:
    done = number("status", "succeeded")(obj)
    wanted, beside = (at(obj, "spec", part) for part in ("completions", "parallelism"))
    if wanted is not None:
        return f"{done}/{wanted}"
    return f"{done}/1 of {beside}" if beside is not None and beside > 1 else f"{done}/1"


def _cronjobs(since: Since, age: TableColumn) -> tuple[TableColumn, ...]:
    def last(obj: KubeObject) -> str:
        found = at(obj, "status", "lastScheduleTime")
        return since(found) if found else NONE

    inner = ("spec", "jobTemplate", "spec")
    return (
        TableColumn("Schedule", text("spec", "schedule", missing="")),
        TableColumn("Timezone", text("spec", "timeZone")),
        TableColumn("Suspend", lambda obj: str(bool(at(obj, "spec", "suspend"))), "boolean"),
        TableColumn("Active", lambda obj: len(at(obj, "status", "active") or ()), "integer"),
        TableColumn("Last Schedule", last),
        age,
        *template(*inner, "template", "spec"),
        TableColumn("Selector", lambda obj: selector(at(obj, *inner, "selector")), priority=1),
    )


def _autoscalers(age: TableColumn) -> tuple[TableColumn, ...]:
    def reference(obj: KubeObject) -> str:
        found = at(obj, "spec", "scaleTargetRef") or {}
        return f"{found.get('kind', '')}/{found.get('name', '')}"

    return (
        TableColumn("Reference", reference),
        TableColumn("Targets", lambda obj: some(_targets(obj)).replace(",", ", ")),
        TableColumn("MinPods", _or(UNSET, "spec", "minReplicas")),
        TableColumn("MaxPods", number("spec", "maxReplicas")),
        TableColumn("Replicas", number("status", "currentReplicas")),
        age,
    )


def _targets(obj: KubeObject) -> Iterator[str]:
    current = {
        at(one, "resource", "name"): at(one, "resource", "current") or {}
        for one in at(obj, "status", "currentMetrics") or ()
    }
    for one in at(obj, "spec", "metrics") or ():
        if one.get("type") == "Resource":
            name = at(one, "resource", "name")
            target = at(one, "resource", "target") or {}
            yield f"{name}: {_measured(current.get(name, {}), target)}"


def _measured(current: Mapping[str, Any], target: Mapping[str, Any]) -> str:
    if "averageUtilization" in target:
        seen = current.get("averageUtilization")
        now = UNKNOWN if seen is None else f"{seen}%"
        return f"{now}/{target['averageUtilization']}%"
    return f"{current.get('averageValue', UNKNOWN)}/{target.get('averageValue', '')}"
