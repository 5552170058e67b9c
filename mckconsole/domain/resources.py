"""Kinds of a cluster as discovery tells them, and rows of any kind as the API server prints them.

Values only. Texts are clean: they were cleaned when they were decoded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

import msgspec

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.objects import Key
from mckconsole.domain.states import TopicState

CellValue: TypeAlias = str | int | float | bool | None
"""A cell of a Table; what is nested comes as its JSON text."""
_NO_ROWS: Mapping[Key, TableRow] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """One kind that a cluster serves, in the version to read it in."""

    group: str
    """Empty for the core group."""
    version: str
    plural: str
    kind: str
    singular: str = ""
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    namespaced: bool = True
    verbs: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """`deployments.apps`, `pods`: the same in every cluster, whatever the version."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def api_version(self) -> str:
        """`apps/v1`, `v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def secret(self) -> bool:
        """Whether its objects are credentials: nothing but metadata of them is ever asked for."""
        return (self.group, self.plural) == ("", "secrets")

    def ref(self, namespace: str, name: str) -> ObjectRef:
        """Name an object of the kind."""
        return ObjectRef(self.api_version, self.kind, namespace, name)

    def answers_to(self, word: str) -> bool:
        """Whether `word`, in lower case, names it: plural, singular, kind or a short name, alone or
        with the group behind it."""
        name, dot, group = word.partition(".")
        if dot and not (group and self.group.startswith(group)):
            return False
        return name in (self.plural, self.singular, self.kind.lower(), *self.short_names)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All kinds of one cluster that can be listed."""

    kinds: tuple[ResourceKind, ...] = ()
    """Each in the version that the server prefers; the core group first."""
    troubles: Mapping[str, str] = field(default_factory=dict)
    """Group to why it is not known what it serves."""

    def find(self, word: str) -> ResourceKind | None:
        """The kind that `word` names; of several the first, as kubectl has it."""
        wanted = word.strip().lower()
        return next((one for one in self.kinds if one.answers_to(wanted)), None)

    def named(self, name: str) -> ResourceKind | None:
        """The kind whose `name` this is."""
        return next((one for one in self.kinds if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Query:
    """Which objects are looked at, in every cluster alike."""

    kind: str
    """`ResourceKind.name`."""
    namespaces: tuple[str, ...] = ()
    """Empty is all of them."""
    labels: str = ""
    """A label selector, for the server."""
    fields: str = ""
    """A field selector, for the server."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column as the API server prints it."""

    name: str
    type: str = "string"
    """`string`, `integer`, `number`, `boolean`, `date`."""
    priority: int = 0
    """0 is always shown, the others with `-o wide`."""
    help: str = ""


class TableRow(msgspec.Struct, frozen=True, gc=False):
    """An object as a row; equal texts of many rows are one in memory."""

    namespace: str
    name: str
    uid: str
    created: str
    """RFC 3339, by the cluster's clock."""
    cells: tuple[CellValue, ...]
    """One for each column."""
    deleted: str = ""
    """When it was asked to go."""
    owner: tuple[str, str] = ("", "")
    """(kind, name) of its controller."""
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> Key:
        """(namespace, name)."""
        return (self.namespace, self.name)


@dataclass(frozen=True, slots=True)
class ResourceTable:
    """What one cluster has for a query, at one moment; a value."""

    cluster: str
    state: TopicState
    reason: str = ""
    """Why it is not FRESH; ABSENT where the kind is not served."""
    kind: ResourceKind | None = None
    """None before it is known."""
    columns: tuple[TableColumn, ...] = ()
    rows: Mapping[Key, TableRow] = field(default_factory=lambda: _NO_ROWS)
    progress: tuple[int, int | None] | None = None
    """While it is listed: rows so far, and of how many if that is known."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Namespaces that could not be read, with the reason."""
    undecodable: int = 0
    """Rows that could not be read."""
    as_of: float | None = None
    """Unix seconds by the API server's clock."""
    clock_offset: float = 0.0
    """The API server's clock minus the console's, seconds."""

    def __iter__(self) -> Iterator[TableRow]:
        return iter(self.rows.values())


@dataclass(frozen=True, slots=True)
class FoundObjects:
    """Objects of one name in one cluster, whatever their kind."""

    cluster: str
    objects: tuple[tuple[ResourceKind, TableRow], ...]
    asked: int
    """How many kinds were asked."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Kinds and groups that could not be asked, with the reason."""
