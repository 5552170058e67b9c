"""The values of a comparison. Nothing here reads or judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from mckconsole.domain.objects import Key
from mckconsole.domain.states import TopicState


class Standing(StrEnum):
    """How a field takes part in a comparison."""

    COMPARED = "compared"
    OWN = "own"
    """Each cluster's own (an address, a uid, a time): shown, not compared."""
    DEFAULT = "default"
    """What the API server would set: the same as nothing."""
    HIDDEN = "hidden"
    """A credential was taken out of it, or it was cut: only what is left is compared."""


class Field(NamedTuple):
    """One value in an object."""

    path: str
    """As in evidence: `spec.template.spec.containers[app].image`."""
    value: str
    """As it is shown."""
    same_as: str
    """What is compared: order, and names of the cluster, put aside."""
    standing: Standing
    area: str
    """What it is part of, in a word: `image`, `replicas`, `labels`."""


class Digest(msgspec.Struct, frozen=True, gc=False):
    """What is kept of an object that was looked at: enough to say where two are not the same."""

    areas: tuple[str, ...]
    """What it has, in order; equal tuples of many objects are one in memory."""
    marks: bytes
    """A digest of each area, one behind the other; equal where all that is compared is."""
    hidden: int = 0
    """Values that are compared in part: a credential was taken out of them, or they were cut."""


_NONE: Mapping[Key, Digest] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Digests:
    """The objects of one kind in one cluster, at one moment."""

    cluster: str
    state: TopicState
    """FRESH when they were read, ABSENT where the kind is not served."""
    reason: str = ""
    """Why they were not read, in words; or in which other version they were."""
    api_version: str = ""
    objects: Mapping[Key, Digest] = field(default_factory=lambda: _NONE)
    unread: Mapping[str, str] = field(default_factory=dict)
    """Namespaces that could not be read, with the reason; an empty name is all that are not
    known."""
    undecodable: int = 0
    """Objects that could not be read."""
    as_of: float | None = None
    """Unix seconds by the API server's clock."""
    metadata_only: bool = False
    """Nothing but metadata was asked for: of Secrets."""

    @property
    def read(self) -> bool:
        """Whether an object that is not among these is not there, as far as `unread` allows."""
        return self.state in (TopicState.FRESH, TopicState.ABSENT)

    def knows(self, namespace: str) -> bool:
        """Whether all objects of that namespace were read."""
        return self.read and not self.undecodable and not ({namespace, ""} & {*self.unread})
