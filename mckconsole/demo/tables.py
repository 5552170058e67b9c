"""Server-side printing: the `Table` form, with the columns kubectl shows for the common kinds.

The columns of built-in kinds are in `print_core`, `print_apps` and `print_rest`. Kinds without an
entry print name and age; custom resources print their `additionalPrinterColumns`.
"""

from __future__ import annotations

from collections.abc import Sequence

from mckconsole.demo import print_apps, print_core, print_rest
from mckconsole.demo.cells import Since, TableColumn, at
from mckconsole.demo.objects import KubeObject, PrinterColumn, ResourceType
from mckconsole.demo.status import bad_request
from mckconsole.demo.watchlog import Stored


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
    since = Since(now)
    name = TableColumn("Name", lambda obj: obj["metadata"].get("name", ""))
    age = TableColumn("Age", lambda obj: since(at(obj, "metadata", "creationTimestamp")))
    if type_.custom:
        custom = [_custom(column) for column in type_.columns]
        return [name, *(custom or [age._replace(type="date")])]
    if type_.id == "events":
        return list(print_core.events(since))
    if type_.id == "storageclasses.storage.k8s.io":
        name = name._replace(cell=print_rest.name_of)
    for kinds in (print_core, print_apps, print_rest):
        if (found := kinds.columns(since).get(type_.id)) is not None:
            return [name, *found]
    return [name, age]


def _custom(column: PrinterColumn) -> TableColumn:
    path = column.json_path.lstrip(".").split(".")
    return TableColumn(column.name, lambda obj: at(obj, *path), column.type, column.priority)
