"""All objects of one embedded cluster: types, revisions, and the Python API that changes them.

Scenarios and tests write here; the HTTP side only reads. Every change gets the next revision of
one counter for the whole cluster, as etcd does it. Must be called on the event loop's thread once
the cluster is served.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from mckconsole.demo.builtin_types import BUILTINS
from mckconsole.demo.objects import KubeObject, ResourceType, definition, from_definition
from mckconsole.demo.watchlog import Change, ResourceLog, Stored
from mckconsole.domain.objects import Key
from mckconsole.domain.times import format_rfc3339

CRDS = "customresourcedefinitions.apiextensions.k8s.io"
_FIRST_REVISION = 100
SYSTEM_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")


class Storage:
    """The objects of one cluster.

    Args:
        clock: Unix seconds, for creation timestamps.
        seed: of the uids, so that a scenario is the same every time.
        history: how many changes each resource remembers at least, unless compacted.
    """

    def __init__(
        self, *, clock: Callable[[], float], seed: str = "", history: int = 10_000
    ) -> None:
        self._clock = clock
        self._uids = random.Random(f"uids of {seed}")  # noqa: S311 - names, not secrets
        self._history = history
        self.revision = _FIRST_REVISION
        self.silent = False
        """Set when the cluster is lost: watches under way say nothing more and do not end."""
        self.types: dict[str, ResourceType] = {}
        self._kinds: dict[tuple[str, str], ResourceType] = {}
        self._logs: dict[str, ResourceLog] = {}
        for type_ in BUILTINS:
            self._register(type_)
        for name in SYSTEM_NAMESPACES:
            self.create(
                {
                    "apiVersion": "v1",
                    "kind": "Namespace",
                    "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
                    "spec": {"finalizers": ["kubernetes"]},
                    "status": {"phase": "Active"},
                }
            )

    def _register(self, type_: ResourceType) -> None:
        self.types[type_.id] = type_
        self._kinds[type_.group, type_.kind] = type_
        if type_.id not in self._logs:
            self._logs[type_.id] = ResourceLog(history=self._history, revision=self.revision)

    def log(self, type_: ResourceType) -> ResourceLog:
        """Objects and history of one resource."""
        return self._logs[type_.id]

    def type_of(self, obj: Mapping[str, Any]) -> ResourceType:
        """The resource type of an object.

        Raises:
            KeyError: no such kind is served.
        """
        group, _, _ = str(obj["apiVersion"]).rpartition("/")
        return self._kinds[group, obj["kind"]]

    def key_of(self, type_: ResourceType, obj: Mapping[str, Any]) -> Key:
        """Where an object is stored; a missing namespace means `default`."""
        metadata = obj["metadata"]
        namespace = (metadata.get("namespace") or "default") if type_.namespaced else ""
        return (namespace, metadata["name"])

    # --- reading ---------------------------------------------------------------------------

    def get(self, resource: str, name: str, namespace: str = "") -> KubeObject:
        """A copy of one object; `resource` is kubectl's `pods` or `gateways.submariner.io`.

        Raises:
            KeyError: no such resource or object.
        """
        type_ = self.types[resource]
        stored = self._stored(type_, (namespace if type_.namespaced else "", name))
        return self._with_type(type_, stored.decoded())

    def objects(self, resource: str) -> Iterator[KubeObject]:
        """Copies of all objects of a resource."""
        type_ = self.types[resource]
        return (self._with_type(type_, stored.decoded()) for stored in self._logs[type_.id])

    def _with_type(self, type_: ResourceType, body: KubeObject) -> KubeObject:
        return {"apiVersion": type_.api_version(type_.versions[0]), "kind": type_.kind, **body}

    def _stored(self, type_: ResourceType, key: Key) -> Stored:
        stored = self._logs[type_.id].get(key)
        if stored is None:
            raise KeyError(f"{type_.id} {key}")
        return stored

    # --- writing ---------------------------------------------------------------------------

    def create(self, obj: Mapping[str, Any]) -> KubeObject:
        """Store a new object; uid and creationTimestamp may be given, the rest is set here.

        Raises:
            KeyError: its kind is not served.
            ValueError: there is one of this name already.
        """
        type_ = self.type_of(obj)
        key = self.key_of(type_, obj)
        log = self._logs[type_.id]
        if log.get(key) is not None:
            raise ValueError(f"{type_.id} {key} already exists")
        metadata: KubeObject = {
            **obj["metadata"],
            "uid": obj["metadata"].get("uid") or str(uuid.UUID(int=self._uids.getrandbits(128))),
            "creationTimestamp": obj["metadata"].get("creationTimestamp")
            or format_rfc3339(self._clock()),
        }
        if type_.generation:
            metadata.setdefault("generation", 1)
        after = self._encode(type_, key, obj, metadata)
        log.commit(Change(after.revision, None, after))
        if type_.id == CRDS:
            self._register(from_definition(dict(obj)))
            self._logs[key[1]].wake()  # watches of a kind end with its definition
        return self._with_type(type_, after.decoded())

    def update(self, obj: Mapping[str, Any]) -> KubeObject:
        """Replace an object, whatever revision the caller saw; uid and creation time stay.

        An update that changes nothing is no event, as in the real server.

        Raises:
            KeyError: no such object.
        """
        type_ = self.type_of(obj)
        key = self.key_of(type_, obj)
        before = self._stored(type_, key)
        old = before.decoded()
        metadata: KubeObject = {**obj["metadata"]}
        for kept in ("uid", "creationTimestamp", "generation", "resourceVersion"):
            metadata.pop(kept, None)
            if kept in old["metadata"]:
                metadata[kept] = old["metadata"][kept]
        if self._comparable(obj, metadata) == self._comparable(old, old["metadata"]):
            return self._with_type(type_, old)
        if type_.generation and self._spec_of(type_, obj) != self._spec_of(type_, old):
            metadata["generation"] = old["metadata"].get("generation", 0) + 1
        after = self._encode(type_, key, obj, metadata)
        self._logs[type_.id].commit(Change(after.revision, before, after))
        if type_.id == CRDS:
            self._register(from_definition(dict(obj)))
            self._logs[key[1]].wake()  # watches of a kind end with its definition
        return self._with_type(type_, after.decoded())

    def apply(self, obj: Mapping[str, Any]) -> KubeObject:
        """Create or replace."""
        type_ = self.type_of(obj)
        exists = self._logs[type_.id].get(self.key_of(type_, obj)) is not None
        return self.update(obj) if exists else self.create(obj)

    def patch(
        self, resource: str, name: str, change: Mapping[str, Any], namespace: str = ""
    ) -> KubeObject:
        """Apply a JSON merge patch (RFC 7386)."""
        return self.update(_merge(self.get(resource, name, namespace), change))

    def patch_status(
        self, resource: str, name: str, status: Mapping[str, Any], namespace: str = ""
    ) -> KubeObject:
        """Apply a JSON merge patch to the status."""
        return self.patch(resource, name, {"status": status}, namespace)

    def delete(self, resource: str, name: str, namespace: str = "") -> None:
        """Remove an object; removing a definition removes its objects and ends its watches.

        Raises:
            KeyError: no such object.
        """
        type_ = self.types[resource]
        before = self._stored(type_, (namespace if type_.namespaced else "", name))
        if type_.id == CRDS:
            self._drop_custom(name)
        self.revision += 1
        self._logs[type_.id].commit(Change(self.revision, before, None))

    def _drop_custom(self, name: str) -> None:
        type_ = self.types[name]
        for stored in tuple(self._logs[name]):
            self.delete(name, stored.key[1], stored.key[0])
        del self.types[name], self._kinds[type_.group, type_.kind]
        self._logs.pop(name).close()

    def _encode(
        self, type_: ResourceType, key: Key, obj: Mapping[str, Any], metadata: KubeObject
    ) -> Stored:
        self.revision += 1
        metadata["resourceVersion"] = str(self.revision)
        if type_.namespaced:
            metadata["namespace"] = key[0]
        rest = {name: value for name, value in obj.items() if name not in _ENVELOPE}
        body = msgspec.json.encode({"metadata": metadata, **rest})
        labels = metadata.get("labels")
        return Stored(key, self.revision, dict(labels) if labels else {}, body)

    @staticmethod
    def _comparable(obj: Mapping[str, Any], metadata: KubeObject) -> bytes:
        rest = {name: value for name, value in obj.items() if name not in _ENVELOPE}
        return msgspec.json.encode({"metadata": metadata, **rest}, order="deterministic")

    @staticmethod
    def _spec_of(type_: ResourceType, obj: Mapping[str, Any]) -> KubeObject:
        hidden = _ENVELOPE | ({"status"} if "status" in type_.subresources else set())
        return {name: value for name, value in obj.items() if name not in hidden}

    # --- whole clusters --------------------------------------------------------------------

    def define(
        self,
        group: str,
        versions: tuple[str, ...] | list[str],
        plural: str,
        kind: str,
        *,
        namespaced: bool = True,
        status: bool = True,
    ) -> None:
        """Serve a custom resource with a permissive schema."""
        self.apply(definition(group, versions, plural, kind, namespaced=namespaced, status=status))

    def adopt(self, resource: str, other: Storage) -> None:
        """Share another cluster's objects of a built-in resource: how a large fleet stays small."""
        self.revision = max(self.revision, other.revision)
        self._logs[resource].adopt(other._logs[resource], self.revision)

    def compact(self) -> None:
        """Forget all history: older continue tokens and watches answer 410 from now on."""
        for log in self._logs.values():
            log.compact(self.revision)


_ENVELOPE = {"apiVersion", "kind", "metadata"}


def _merge(target: Any, patch: Any) -> Any:
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merge(merged.get(name), value)
    return merged
