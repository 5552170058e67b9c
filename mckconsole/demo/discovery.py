"""Discovery documents, legacy and aggregated, computed from the registered resource types.

Reviews are listed because clients look for them; they are answered by `reviews`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mckconsole.demo.builtin_types import BUILTINS
from mckconsole.demo.objects import KubeObject, ResourceType, version_rank

_REVIEWS = (
    ResourceType(
        "authentication.k8s.io",
        ("v1",),
        "selfsubjectreviews",
        "SelfSubjectReview",
        namespaced=False,
        verbs=("create",),
    ),
    ResourceType(
        "authorization.k8s.io",
        ("v1",),
        "selfsubjectaccessreviews",
        "SelfSubjectAccessReview",
        namespaced=False,
        verbs=("create",),
    ),
    ResourceType(
        "authorization.k8s.io",
        ("v1",),
        "selfsubjectrulesreviews",
        "SelfSubjectRulesReview",
        namespaced=False,
        verbs=("create",),
    ),
)
_READ_WRITE = ("get", "patch", "update")
_SUBRESOURCE_VERBS: Mapping[str, tuple[str, ...]] = {
    "attach": ("create", "get"),
    "exec": ("create", "get"),
    "portforward": ("create", "get"),
    "proxy": ("create", "delete", "get", "patch", "update"),
    "log": ("get",),
    "token": ("create",),
    "finalize": ("update",),
}
_SUBRESOURCE_KINDS = {
    "scale": "Scale",
    "token": "TokenRequest",
    "attach": "PodAttachOptions",
    "exec": "PodExecOptions",
    "portforward": "PodPortForwardOptions",
}
BUILTIN_GROUPS = frozenset(type_.group for type_ in (*BUILTINS, *_REVIEWS))
"""Groups whose unknown resources answer with a Status instead of plain text."""


class Discovery:
    """Discovery documents over the current types."""

    def __init__(self, types: Iterable[ResourceType]) -> None:
        self._by_group: dict[str, list[ResourceType]] = {}
        for type_ in (*types, *_REVIEWS):
            self._by_group.setdefault(type_.group, []).append(type_)

    def _versions(self, group: str) -> list[str]:
        found = {version for type_ in self._by_group[group] for version in type_.versions}
        return sorted(found, key=version_rank)

    def _types(self, group: str, version: str) -> list[ResourceType]:
        found = [type_ for type_ in self._by_group.get(group, ()) if version in type_.versions]
        return sorted(found, key=lambda type_: type_.plural)

    def groups(self) -> KubeObject:
        """`/apis`, APIGroupList."""
        groups = [self.group(name) for name in self._by_group if name]
        for group in groups:
            del group["kind"], group["apiVersion"]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}

    def group(self, name: str) -> KubeObject:
        """`/apis/NAME`, APIGroup.

        Raises:
            KeyError: there is no such group.
        """
        versions = [
            {"groupVersion": f"{name}/{version}", "version": version}
            for version in self._versions(name)
        ]
        return {
            "kind": "APIGroup",
            "apiVersion": "v1",
            "name": name,
            "versions": versions,
            "preferredVersion": versions[0],
        }

    def resources(self, group: str, version: str) -> KubeObject | None:
        """`/api/v1` or `/apis/GROUP/VERSION`, APIResourceList; None when nothing is served."""
        types = self._types(group, version)
        if not types:
            return None
        entries: list[KubeObject] = []
        for type_ in types:
            entries.append(_legacy_entry(type_))
            entries.extend(_legacy_subresource(type_, name) for name in type_.subresources)
        listing: KubeObject = {"kind": "APIResourceList"}
        if group:
            listing["apiVersion"] = "v1"
        listing["groupVersion"] = f"{group}/{version}" if group else version
        listing["resources"] = entries
        return listing

    def aggregated(self, *, core: bool) -> KubeObject:
        """`/api` (core) or `/apis` as one APIGroupDiscoveryList."""
        names = [name for name in self._by_group if (not name) == core]
        return {
            "kind": "APIGroupDiscoveryList",
            "apiVersion": "apidiscovery.k8s.io/v2",
            "metadata": {},
            "items": [
                {
                    "metadata": {"name": name} if name else {},
                    "versions": [
                        {
                            "version": version,
                            "resources": [
                                _aggregated_entry(type_, version)
                                for type_ in self._types(name, version)
                            ],
                            "freshness": "Current",
                        }
                        for version in self._versions(name)
                    ],
                }
                for name in names
            ],
        }


def api_versions(server_address: str) -> KubeObject:
    """`/api`, APIVersions."""
    address = {"clientCIDR": "0.0.0.0/0", "serverAddress": server_address}
    return {
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [address],
    }


def _legacy_entry(type_: ResourceType) -> KubeObject:
    entry: KubeObject = {
        "name": type_.plural,
        "singularName": type_.singular,
        "namespaced": type_.namespaced,
        "kind": type_.kind,
        "verbs": list(type_.verbs),
    }
    if type_.short_names:
        entry["shortNames"] = list(type_.short_names)
    if type_.categories:
        entry["categories"] = list(type_.categories)
    return entry


def _legacy_subresource(type_: ResourceType, name: str) -> KubeObject:
    return {
        "name": f"{type_.plural}/{name}",
        "singularName": "",
        "namespaced": type_.namespaced,
        "kind": _SUBRESOURCE_KINDS.get(name, type_.kind),
        "verbs": list(_SUBRESOURCE_VERBS.get(name, _READ_WRITE)),
    }


def _aggregated_entry(type_: ResourceType, version: str) -> KubeObject:
    where = {"group": type_.group, "version": version} if type_.custom else _OWN_GROUP
    entry: KubeObject = {
        "resource": type_.plural,
        "responseKind": {**where, "kind": type_.kind},
        "scope": "Namespaced" if type_.namespaced else "Cluster",
        "singularResource": type_.singular,
        "verbs": list(type_.verbs),
    }
    if type_.short_names:
        entry["shortNames"] = list(type_.short_names)
    if type_.categories:
        entry["categories"] = list(type_.categories)
    if type_.subresources:
        entry["subresources"] = [
            {
                "subresource": name,
                "responseKind": {**where, "kind": _SUBRESOURCE_KINDS.get(name, type_.kind)},
                "verbs": list(_SUBRESOURCE_VERBS.get(name, _READ_WRITE)),
            }
            for name in type_.subresources
        ]
    return entry


_OWN_GROUP = {"group": "", "version": ""}
"""Built-in entries leave their own group and version out; the client fills them in."""
