"""The resource types that the embedded API server serves, built in or defined by a CRD.

Only shapes live here: names, scope, subresources, selectable fields. The built-in ones are in
`builtin_types`, what is stored is in `storage`, what is answered in the modules named after the
request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

KubeObject: TypeAlias = dict[str, Any]
"""A Kubernetes object as JSON reads it."""

VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
CRD_VERBS = ("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch")
"""The same verbs in the order in which the server lists them for custom resources."""


@dataclass(frozen=True, slots=True)
class PrinterColumn:
    """One `additionalPrinterColumns` entry of a CRD."""

    name: str
    type: str
    json_path: str
    priority: int = 0


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One resource (a plural in a group) in all its served versions."""

    group: str
    versions: tuple[str, ...]
    """Served versions, most preferred first."""
    plural: str
    kind: str
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()
    verbs: tuple[str, ...] = VERBS
    fields: tuple[str, ...] = ()
    """Field selectors beyond metadata.name and metadata.namespace."""
    generation: bool = False
    """Whether the server counts metadata.generation for this kind."""
    warnings: Mapping[str, str] = field(default_factory=dict)
    """Deprecated version → text of its `Warning: 299` header."""
    custom: bool = False
    """Defined by a CRD; the server writes such lists a little differently."""
    columns: tuple[PrinterColumn, ...] = ()
    blank: Mapping[str, Any] = field(default_factory=dict)
    """What a bookmark carries beside metadata: Go's zero value of the kind."""

    @property
    def id(self) -> str:
        """kubectl's notation: `pods`, `gateways.submariner.io`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def singular(self) -> str:
        """The kind in lower case, as all built-in types and most CRDs have it."""
        return self.kind.lower()

    def api_version(self, version: str) -> str:
        """`v1` or `group/version`."""
        return f"{self.group}/{version}" if self.group else version


_VERSION = re.compile(r"v(\d+)(?:(alpha|beta)(\d+))?")


def version_rank(version: str) -> tuple[int, int, int]:
    """Sort key that puts the version Kubernetes prefers first: v2, v1, v1beta2, v1beta1, v1alpha1.

    Source: CustomResourceDefinition documentation, "Version priority".
    """
    match = _VERSION.fullmatch(version)
    if match is None:
        return (3, 0, 0)
    stage = {None: 0, "beta": 1, "alpha": 2}[match.group(2)]
    return (stage, -int(match.group(1)), -int(match.group(3) or 0))


def from_definition(crd: KubeObject) -> ResourceType:
    """The resource type that a CustomResourceDefinition (apiextensions.k8s.io/v1) declares."""
    spec = crd["spec"]
    names = spec["names"]
    served = [version for version in spec["versions"] if version.get("served", True)]
    served.sort(key=lambda version: version_rank(version["name"]))
    order = tuple(version["name"] for version in served)
    warnings = {
        version["name"]: version.get("deprecationWarning")
        or _default_warning(spec["group"], names["kind"], version["name"], order)
        for version in served
        if version.get("deprecated")
    }
    return ResourceType(
        group=spec["group"],
        versions=order,
        plural=names["plural"],
        kind=names["kind"],
        namespaced=spec.get("scope", "Namespaced") == "Namespaced",
        short_names=tuple(names.get("shortNames", ())),
        categories=tuple(names.get("categories", ())),
        subresources=("status",)
        if any("status" in v.get("subresources", {}) for v in served)
        else (),
        verbs=CRD_VERBS,
        generation=True,
        warnings=warnings,
        custom=True,
        columns=tuple(_columns(served)),
    )


def _default_warning(group: str, kind: str, version: str, order: Sequence[str]) -> str:
    text = f"{group}/{version} {kind} is deprecated"
    newer = [name for name in order if version_rank(name) < version_rank(version)]
    return f"{text}; use {group}/{newer[0]} {kind}" if newer else text


def _columns(served: Sequence[KubeObject]) -> list[PrinterColumn]:
    """Printer columns of the preferred version."""
    return [
        PrinterColumn(column["name"], column["type"], column["jsonPath"], column.get("priority", 0))
        for column in (served[0] if served else {}).get("additionalPrinterColumns", ())
    ]


def definition(
    group: str,
    versions: Sequence[str],
    plural: str,
    kind: str,
    *,
    namespaced: bool = True,
    status: bool = True,
    short_names: Sequence[str] = (),
) -> KubeObject:
    """A permissive CustomResourceDefinition; the first of `versions` is the storage version."""
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    metadata: KubeObject = {"name": f"{plural}.{group}"}
    if group.endswith(".k8s.io"):  # API servers refuse definitions in these groups without it
        metadata["annotations"] = {"api-approved.kubernetes.io": "unapproved, an open schema"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": metadata,
        "spec": {
            "group": group,
            "scope": "Namespaced" if namespaced else "Cluster",
            "names": {
                "plural": plural,
                "singular": kind.lower(),
                "kind": kind,
                "listKind": f"{kind}List",
                "shortNames": list(short_names),
            },
            "versions": [
                {
                    "name": version,
                    "served": True,
                    "storage": index == 0,
                    "schema": schema,
                    **({"subresources": {"status": {}}} if status else {}),
                }
                for index, version in enumerate(versions)
            ],
        },
    }
