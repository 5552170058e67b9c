"""Columns of the kinds of the core group, as kube-apiserver v1.36.2 prints them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mckconsole.demo import podtable
from mckconsole.demo.cells import (
    NONE,
    UNKNOWN,
    UNSET,
    CellOf,
    Since,
    TableColumn,
    at,
    count,
    joined,
    labels,
    some,
    text,
)
from mckconsole.demo.objects import KubeObject

_MODES = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}


def columns(since: Since) -> Mapping[str, tuple[TableColumn, ...]]:
    """By resource: the columns after the name; ages by `since`."""
    age = TableColumn("Age", lambda obj: since(at(obj, "metadata", "creationTimestamp")))
    return {
        "configmaps": (TableColumn("Data", count("data", "binaryData")), age),
        "secrets": (TableColumn("Type", text("type")), TableColumn("Data", count("data")), age),
        "namespaces": (TableColumn("Status", text("status", "phase", missing="")), age),
        "serviceaccounts": (age,),
        "endpoints": (TableColumn("Endpoints", _endpoints), age),
        "limitranges": (CREATED,),
        "resourcequotas": (
            TableColumn("Request", lambda obj: _quota(obj, limits=False)),
            TableColumn("Limit", lambda obj: _quota(obj, limits=True)),
            age,
        ),
        "pods": _pods(since, age),
        "nodes": _nodes(age),
        "services": _services(age),
        "persistentvolumes": _volumes(age),
        "persistentvolumeclaims": _claims(age),
    }


CREATED = TableColumn(
    "Created At", lambda obj: at(obj, "metadata", "creationTimestamp"), type="date"
)


def events(since: Since) -> tuple[TableColumn, ...]:
    """All columns of events: their name is the last one."""

    def first(obj: KubeObject) -> str:
        return since(obj.get("firstTimestamp") or obj.get("eventTime") or "")

    def last(obj: KubeObject) -> str:
        series = at(obj, "series", "lastObservedTime")
        stamp = series or obj.get("lastTimestamp")
        return since(stamp) if stamp else first(obj)

    return (
        TableColumn("Last Seen", last),
        TableColumn("Type", text("type", missing="")),
        TableColumn("Reason", text("reason", missing="")),
        TableColumn("Object", _involved),
        TableColumn("Subobject", text("involvedObject", "fieldPath", missing=""), priority=1),
        TableColumn("Source", _source, priority=1),
        TableColumn("Message", lambda obj: (obj.get("message") or "").strip()),
        TableColumn("First Seen", first, priority=1),
        TableColumn("Count", _times, priority=1),
        TableColumn("Name", text("metadata", "name", missing=""), priority=1),
    )


def _involved(obj: KubeObject) -> str:
    kind, name = (at(obj, "involvedObject", part) or "" for part in ("kind", "name"))
    return f"{kind.lower()}/{name}" if name else str(kind.lower())


def _source(obj: KubeObject) -> str:
    component = at(obj, "source", "component") or obj.get("reportingComponent") or ""
    host = at(obj, "source", "host") or obj.get("reportingInstance") or ""
    return f"{component}, {host}" if host else component


def _times(obj: KubeObject) -> int:
    return at(obj, "series", "count") or obj.get("count") or 1


def _pods(since: Since, age: TableColumn) -> tuple[TableColumn, ...]:
    return (
        TableColumn("Ready", podtable.ready),
        TableColumn("Status", podtable.state),
        TableColumn("Restarts", podtable.restarts(since.ago)),
        age,
        TableColumn("IP", text("status", "podIP"), priority=1),
        TableColumn("Node", text("spec", "nodeName"), priority=1),
        TableColumn("Nominated Node", text("status", "nominatedNodeName"), priority=1),
        TableColumn("Readiness Gates", _gates, priority=1),
    )


def _gates(obj: KubeObject) -> str:
    gates = [one.get("conditionType") for one in at(obj, "spec", "readinessGates") or ()]
    conditions = at(obj, "status", "conditions") or ()
    met = {one.get("type") for one in conditions if one.get("status") == "True"}
    return f"{sum(gate in met for gate in gates)}/{len(gates)}" if gates else NONE


def _nodes(age: TableColumn) -> tuple[TableColumn, ...]:
    def info(name: str, field: str) -> TableColumn:
        return TableColumn(name, text("status", "nodeInfo", field, missing=UNKNOWN), priority=1)

    return (
        TableColumn("Status", _node_status),
        TableColumn("Roles", _node_roles),
        age,
        TableColumn("Version", text("status", "nodeInfo", "kubeletVersion", missing="")),
        TableColumn("Internal-IP", _address("InternalIP"), priority=1),
        TableColumn("External-IP", _address("ExternalIP"), priority=1),
        info("OS-Image", "osImage"),
        TableColumn("Kernel-Version", _kernel, priority=1),
        info("Container-Runtime", "containerRuntimeVersion"),
    )


def _kernel(obj: KubeObject) -> str:
    info = at(obj, "status", "nodeInfo") or {}
    version, architecture = info.get("kernelVersion"), info.get("architecture")
    return f"{version} ({architecture})" if version and architecture else version or UNKNOWN


def _node_status(obj: KubeObject) -> str:
    conditions = at(obj, "status", "conditions") or []
    ready = next((item.get("status") for item in conditions if item.get("type") == "Ready"), None)
    words = [{"True": "Ready", None: "Unknown"}.get(ready, "NotReady")]
    if at(obj, "spec", "unschedulable"):
        words.append("SchedulingDisabled")
    return ",".join(words)


def _node_roles(obj: KubeObject) -> str:
    prefix = "node-role.kubernetes.io/"
    held = at(obj, "metadata", "labels") or {}
    roles = {label.removeprefix(prefix) for label in held if label.startswith(prefix)}
    roles |= {held["kubernetes.io/role"]} if held.get("kubernetes.io/role") else set()
    return ",".join(sorted(roles)) or NONE


def _address(kind: str) -> CellOf:
    def find(obj: KubeObject) -> str:
        addresses = at(obj, "status", "addresses") or []
        return next((item["address"] for item in addresses if item["type"] == kind), NONE)

    return find


def _services(age: TableColumn) -> tuple[TableColumn, ...]:
    return (
        TableColumn("Type", text("spec", "type", missing="")),
        TableColumn("Cluster-IP", text("spec", "clusterIP")),
        TableColumn("External-IP", _external_ip),
        TableColumn("Port(s)", _ports),
        age,
        TableColumn("Selector", lambda obj: labels(at(obj, "spec", "selector")), priority=1),
    )


def _external_ip(obj: KubeObject) -> str:
    kind = at(obj, "spec", "type")
    if kind == "ExternalName":
        return str(at(obj, "spec", "externalName") or "")
    given = at(obj, "spec", "externalIPs") or []
    if kind != "LoadBalancer":
        return joined(given)
    ingress = at(obj, "status", "loadBalancer", "ingress") or []
    published = [item.get("ip") or item.get("hostname", "") for item in ingress]
    return joined([*published, *given], "<pending>")


def _ports(obj: KubeObject) -> str:
    def one(item: Mapping[str, Any]) -> str:
        node = f":{item['nodePort']}" if item.get("nodePort") else ""
        return f"{item['port']}{node}/{item.get('protocol', 'TCP')}"

    return joined(map(one, at(obj, "spec", "ports") or ()))


def _endpoints(obj: KubeObject) -> str:
    def each() -> Iterator[str]:
        for subset in obj.get("subsets") or ():
            ips = [one["ip"] for one in subset.get("addresses") or ()]
            ports = subset.get("ports") or ()
            yield from (f"{ip}:{port['port']}" for port in ports for ip in ips)
            yield from ips if not ports else ()

    return some(each())


def _quota(obj: KubeObject, *, limits: bool) -> str:
    hard, used = (at(obj, "status", part) or {} for part in ("hard", "used"))
    names = sorted(name for name in hard if name.startswith("limits.") == limits)
    return ", ".join(f"{name}: {used.get(name, '0')}/{hard[name]}" for name in names)


def _modes(modes: list[str] | None) -> str:
    return ",".join(short for mode, short in _MODES.items() if mode in (modes or ()))


def _phase(obj: KubeObject) -> str:
    gone = at(obj, "metadata", "deletionTimestamp")
    return "Terminating" if gone else str(at(obj, "status", "phase") or "")


def _volumes(age: TableColumn) -> tuple[TableColumn, ...]:
    def claim(obj: KubeObject) -> str:
        found = at(obj, "spec", "claimRef")
        return f"{found.get('namespace', '')}/{found.get('name', '')}" if found else ""

    return (
        TableColumn("Capacity", text("spec", "capacity", "storage", missing="0")),
        TableColumn("Access Modes", lambda obj: _modes(at(obj, "spec", "accessModes"))),
        TableColumn("Reclaim Policy", text("spec", "persistentVolumeReclaimPolicy", missing="")),
        TableColumn("Status", _phase),
        TableColumn("Claim", claim),
        TableColumn("StorageClass", text("spec", "storageClassName", missing="")),
        _attributes(),
        TableColumn("Reason", text("status", "reason", missing="")),
        age,
        TableColumn("VolumeMode", text("spec", "volumeMode", missing=UNSET), priority=1),
    )


def _claims(age: TableColumn) -> tuple[TableColumn, ...]:
    def capacity(obj: KubeObject) -> str:
        bound = at(obj, "spec", "volumeName")
        return str(at(obj, "status", "capacity", "storage") or "0") if bound else ""

    def modes(obj: KubeObject) -> str:
        bound = at(obj, "spec", "volumeName")
        return _modes(at(obj, "status", "accessModes")) if bound else ""

    return (
        TableColumn("Status", _phase),
        TableColumn("Volume", text("spec", "volumeName", missing="")),
        TableColumn("Capacity", capacity),
        TableColumn("Access Modes", modes),
        TableColumn("StorageClass", text("spec", "storageClassName", missing="")),
        _attributes(),
        age,
        TableColumn("VolumeMode", text("spec", "volumeMode", missing=UNSET), priority=1),
    )


def _attributes() -> TableColumn:
    name = "VolumeAttributesClass"
    return TableColumn(name, text("spec", "volumeAttributesClassName", missing=UNSET))
