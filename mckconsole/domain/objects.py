"""The base of every projection: metadata, and the conventions projections follow.

A projection is a frozen `msgspec.Struct` that holds only the fields that rules and columns are made
of; everything else of an object is skipped by the decoder and never exists in memory. Conventions:

- every field has a default, so an object without status (or without spec) decodes;
- JSON `null` means the default (Go writes null for empty lists), see `decode`;
- annotations are a struct of their own naming the ones we read: the rest, among them
  `last-applied-configuration`, which may repeat a whole Secret, is dropped by the decoder;
- `gc=False`: projections hold no cycles, and the collector walking 100,000 of them is the cost of
  a freeze.
"""

from __future__ import annotations

from typing import ClassVar, TypeAlias

import msgspec
from msgspec import field

from mckconsole.domain.findings import ObjectRef

Key: TypeAlias = tuple[str, str]
"""(namespace, name); the namespace is empty for cluster-scoped objects."""


class OwnerReference(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """The part of an owner reference that leads to the controller."""

    kind: str = ""
    name: str = ""
    controller: bool = False


class Meta(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Object metadata; kinds that read annotations extend it."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    creation_timestamp: str = ""
    deletion_timestamp: str = ""
    generation: int = 0
    labels: dict[str, str] = field(default_factory=dict)


class Projection(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Base of all projections; subclasses may refine the type of `metadata`."""

    metadata: Meta = Meta()

    api_group: ClassVar[str] = ""
    """Group part of apiVersion; the version is chosen per cluster by discovery."""
    kind: ClassVar[str] = ""

    @property
    def key(self) -> Key:
        """(namespace, name) within the cluster."""
        return (self.metadata.namespace, self.metadata.name)

    def ref(self, version: str) -> ObjectRef:
        """Name this object, read in API `version`, for evidence."""
        group = type(self).api_group
        api_version = f"{group}/{version}" if group else version
        return ObjectRef(api_version, type(self).kind, self.metadata.namespace, self.metadata.name)


class Condition(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A status condition; `reason` may be empty (old MCS implementations write none)."""

    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    observed_generation: int = 0
    last_transition_time: str = ""
