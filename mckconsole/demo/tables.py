"""Server-side printing: the `Table` form, with the columns kubectl shows for the common kinds.

Column names, types and priorities were read off kube-apiserver v1.36.2. Kinds without an entry
print name and age; custom resources print their `additionalPrinterColumns`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from mckconsole.demo import podtable
from mckconsole.demo.objects import KubeObject, PrinterColumn, ResourceType
from mckconsole.demo.status import bad_request
from mckconsole.demo.watchlog import Stored
from mckconsole.domain.times import parse_rfc3339

CellOf: TypeAlias = Callable[[KubeObject], object]


class TableColumn(NamedTuple):
    """One column: its definition and how to fill it."""

    name: str
    cell: CellOf
    type: str = "string"
    priority: int = 0


def table(
    type_: ResourceType, version: str, items: Sequence[Stored], include: str, now: float
) -> KubeObject:
    """A Table of objects, without list metadata.

    Args:
        include: `includeObject`: empty or Metadata, Object, None.
        now: Unix seconds, for ages.

    Raises:
        ApiError: 400 for another `include`.
    """
    if include not in ("", "Metadata", "Object", "None"):
        raise bad_request(
            f'Unable to convert to Table as requested: includeObject: Invalid value: "{include}": '
            "must be 'Metadata', 'Object', 'None', or empty"
        )
    columns = _columns(type_, now)
    envelope = {"kind": type_.kind, "apiVersion": type_.api_version(version)}
    rows: list[KubeObject] = []
    for stored in items:
        content = stored.decoded()
        shown: KubeObject | None = {
            "kind": "PartialObjectMetadata",
            "apiVersion": "meta.k8s.io/v1",
            "metadata": content["metadata"],
        }
        if include == "Object":
            shown = {**envelope, **content}
        elif include == "None":
            shown = None
        rows.append({"cells": [column.cell(content) for column in columns], "object": shown})
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {},
        "columnDefinitions": [_definition(column) for column in columns],
        "rows": rows,
    }


def _definition(column: TableColumn) -> KubeObject:
    return {
        "name": column.name,
        "type": column.type,
        "format": "name" if column.name == "Name" else "",
        "description": column.name,
        "priority": column.priority,
    }


def _columns(type_: ResourceType, now: float) -> list[TableColumn]:
    name = TableColumn("Name", lambda obj: obj["metadata"].get("name", ""))
    age = TableColumn("Age", lambda obj: _age(obj, now))
    if type_.custom:
        custom = [_custom(column) for column in type_.columns]
        return [name, *(custom or [age._replace(type="date")])]
    restarts = _RESTARTS._replace(cell=podtable.restarts(lambda at: _duration(now - at)))
    printed = [restarts if one is _RESTARTS else one for one in _PRINTED.get(type_.id, ())]
    shown = [age if column is _AGE else column for column in printed if column.priority == 0]
    wide = [column for column in printed if column.priority > 0]
    return [name, *shown, *([] if _AGE in printed else [age]), *wide]


def _custom(column: PrinterColumn) -> TableColumn:
    path = column.json_path.lstrip(".").split(".")
    return TableColumn(column.name, lambda obj: _at(obj, *path), column.type, column.priority)


def _at(value: Any, *path: str) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _text(*path: str, missing: str = "<none>") -> CellOf:
    return lambda obj: _at(obj, *path) or missing


def _number(*path: str) -> CellOf:
    return lambda obj: _at(obj, *path) or 0


def _count(*paths: str) -> CellOf:
    return lambda obj: sum(len(_at(obj, path) or ()) for path in paths)


def _age(obj: KubeObject, now: float) -> str:
    """Age as kubectl shows it: at most two units, the smaller one only while it matters."""
    created = parse_rfc3339(_at(obj, "metadata", "creationTimestamp") or "")
    if created is None:
        return "<unknown>"
    return _duration(now - created)


def _duration(elapsed: float) -> str:
    seconds = max(int(elapsed), 0)
    if seconds < 120:
        return f"{seconds}s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 10 and seconds % 60:
        return f"{minutes}m{seconds % 60}s"
    if hours < 3:
        return f"{minutes}m"
    if hours < 8 and minutes % 60:
        return f"{hours}h{minutes % 60}m"
    if hours < 48:
        return f"{hours}h"
    return f"{days}d{hours % 24}h" if days < 8 and hours % 24 else f"{days}d"


def _node_status(obj: KubeObject) -> str:
    conditions = _at(obj, "status", "conditions") or []
    ready = next((item.get("status") for item in conditions if item.get("type") == "Ready"), None)
    words = [{"True": "Ready", None: "Unknown"}.get(ready, "NotReady")]
    if _at(obj, "spec", "unschedulable"):
        words.append("SchedulingDisabled")
    return ",".join(words)


def _node_roles(obj: KubeObject) -> str:
    prefix = "node-role.kubernetes.io/"
    labels = _at(obj, "metadata", "labels") or {}
    roles = sorted(label.removeprefix(prefix) for label in labels if label.startswith(prefix))
    return ",".join(roles) or "<none>"


def _address(kind: str) -> CellOf:
    def find(obj: KubeObject) -> str:
        addresses = _at(obj, "status", "addresses") or []
        return next((item["address"] for item in addresses if item["type"] == kind), "<none>")

    return find


def _external_ip(obj: KubeObject) -> str:
    ingress = _at(obj, "status", "loadBalancer", "ingress") or []
    published = [item.get("ip") or item.get("hostname", "") for item in ingress]
    return ",".join([*published, *(_at(obj, "spec", "externalIPs") or [])]) or "<none>"


def _ports(obj: KubeObject) -> str:
    ports = _at(obj, "spec", "ports") or []
    return ",".join(f"{item['port']}/{item.get('protocol', 'TCP')}" for item in ports) or "<none>"


def _deployment_ready(obj: KubeObject) -> str:
    wanted = _at(obj, "spec", "replicas")
    return f"{_number('status', 'readyReplicas')(obj)}/{1 if wanted is None else wanted}"


_AGE = TableColumn("Age", _text("metadata", "creationTimestamp"))
"""Marks where the age stands when it is not the last of the narrow columns."""
_RESTARTS = TableColumn("Restarts", lambda obj: "")
"""Marks where restarts stand, which are told with the age of the last one."""
_PRINTED: Mapping[str, tuple[TableColumn, ...]] = {
    "configmaps": (TableColumn("Data", _count("data", "binaryData")),),
    "secrets": (TableColumn("Type", _text("type")), TableColumn("Data", _count("data"))),
    "namespaces": (TableColumn("Status", _text("status", "phase")),),
    "nodes": (
        TableColumn("Status", _node_status),
        TableColumn("Roles", _node_roles),
        _AGE,
        TableColumn("Version", _text("status", "nodeInfo", "kubeletVersion", missing="")),
        TableColumn("Internal-IP", _address("InternalIP"), priority=1),
        TableColumn("External-IP", _address("ExternalIP"), priority=1),
    ),
    "pods": (
        TableColumn("Ready", podtable.ready),
        TableColumn("Status", podtable.state),
        _RESTARTS,
        TableColumn("IP", _text("status", "podIP"), priority=1),
        TableColumn("Node", _text("spec", "nodeName"), priority=1),
    ),
    "services": (
        TableColumn("Type", _text("spec", "type")),
        TableColumn("Cluster-IP", _text("spec", "clusterIP")),
        TableColumn("External-IP", _external_ip),
        TableColumn("Port(s)", _ports),
    ),
    "deployments.apps": (
        TableColumn("Ready", _deployment_ready),
        TableColumn("Up-to-date", _number("status", "updatedReplicas")),
        TableColumn("Available", _number("status", "availableReplicas")),
    ),
    "daemonsets.apps": (
        TableColumn("Desired", _number("status", "desiredNumberScheduled"), "integer"),
        TableColumn("Current", _number("status", "currentNumberScheduled"), "integer"),
        TableColumn("Ready", _number("status", "numberReady"), "integer"),
    ),
    "leases.coordination.k8s.io": (
        TableColumn("Holder", _text("spec", "holderIdentity", missing="")),
    ),
}
