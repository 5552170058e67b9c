"""Lists whose order means nothing: what tells their elements apart, whatever their order.

As Kubernetes merges them (`x-kubernetes-list-type` and the strategic merge keys). Of lists that are
not known the order counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

_KEYS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "conditions": (("type",),),
    "containers": (("name",),),
    "endpoints": (("targetRef", "name"),),
    "env": (("name",),),
    "ephemeralContainers": (("name",),),
    "hostAliases": (("ip",),),
    "imagePullSecrets": (("name",),),
    "initContainers": (("name",),),
    "items": (("key",),),
    "ownerReferences": (("kind",), ("name",)),
    "ports": (("name",), ("containerPort",), ("port",), ("protocol",)),
    "topologySpreadConstraints": (("topologyKey",), ("whenUnsatisfiable",)),
    "versions": (("name",),),
    "volumeClaimTemplates": (("metadata", "name"),),
    "volumeDevices": (("devicePath",),),
    "volumeMounts": (("mountPath",),),
    "volumes": (("name",),),
    "webhooks": (("name",),),
}
_ONE_IS_ENOUGH = frozenset({"ports"})
"""Lists in which the first key that is there names an element."""
NAMING = frozenset(key[-1] for keys in _KEYS.values() for key in keys)
"""Fields by which elements are told apart."""
ORDERED = frozenset({"initContainers"})
"""Lists with names in which the order counts all the same."""
_SETS = frozenset(
    [
        "accessModes",
        "add",
        "addresses",
        "apiGroups",
        "apiVersions",
        "categories",
        "drop",
        "finalizers",
        "from",
        "hosts",
        "matchExpressions",
        "mountOptions",
        "nonResourceURLs",
        "operations",
        "policyTypes",
        "resourceNames",
        "resources",
        "shortNames",
        "sources",
        "subjects",
        "to",
        "tolerations",
        "verbs",
    ]
)
_RULES_OF = frozenset(
    ["Role", "ClusterRole", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]
)


def is_set(name: str, kind: str) -> bool:
    """Whether the list under this key is a set, in an object of this kind."""
    return name in _SETS or (name == "rules" and kind in _RULES_OF)


def labels_of(name: str, values: Sequence[Any]) -> list[str] | None:
    """What to call each element of the list under this key; None where nothing tells them apart."""
    keys = _KEYS.get(name)
    if keys is None or not all(isinstance(one, Mapping) for one in values):
        return None
    read: Callable[[Any], str] = _first if name in _ONE_IS_ENOUGH else _all
    found = [read([_at(one, key) for key in keys]) for one in values]
    return found if all(found) and len(set(found)) == len(found) else None


def _at(value: Any, keys: tuple[str, ...]) -> str:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return str(value) if isinstance(value, str | int) else ""


def _first(texts: Sequence[str]) -> str:
    """A port's name, else its number with the protocol."""
    name, *rest = texts
    if name:
        return name
    number = next((one for one in rest[:-1] if one), "")
    return f"{number}/{rest[-1] or 'TCP'}" if number else ""


def _all(texts: Sequence[str]) -> str:
    return " ".join(texts).strip() if all(texts) else ""
