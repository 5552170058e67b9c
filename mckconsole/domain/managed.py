"""Who wrote which field of an object and when: managedFields, reduced to what rules ask for.

The full `fieldsV1` of an object is often larger than the object. It is searched, while decoding,
for the keys of `cloudkeys` and dropped; what stays is who (the manager), how, when, and which of
them. The time is that of the manager's last write: an upper bound for each key.

An entry also says in which version of the API its manager wrote. That is kept where it is an alpha
or a beta: nearly every version that was ever deprecated is one, and nothing else is needed to tell
who still writes so. An entry that is there for its version alone owns no key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

import msgspec
from msgspec import field
from msgspec.structs import force_setattr

from mckconsole.domain.cloudkeys import PUBLIC_ENV, STATIC_ENV, wanted_key
from mckconsole.domain.objects import Meta

_NOTHING = msgspec.Raw()
_KEYS = re.compile(rb'"f:([A-Za-z0-9./_-]*(?:/|aadpodidbinding)[A-Za-z0-9._-]*)"')
"""Keys of annotations and labels that have a domain, and the one known key that has none."""
_ENV = re.compile(rb'"k:\{\\"name\\":\\"([A-Z][A-Z0-9_]*)\\"\}"')
"""Environment variables, as keys of their list."""
_UNSTABLE = re.compile(r"[a-z0-9.-]{1,253}/v[0-9]{1,4}(?:alpha|beta)[0-9]{1,4}")
"""An apiVersion that is no stable one; the core group never had another."""


class ManagedEntry(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One entry of managedFields."""

    manager: str = ""
    time: str = ""
    """When the manager wrote last, RFC 3339."""
    fields_v1: msgspec.Raw = field(default=_NOTHING, name="fieldsV1")
    """Empty once decoded."""
    keys: tuple[str, ...] = ()
    """The annotations, labels and environment variables among what it owns that rules ask for."""
    api_version: str = ""
    """In which the manager wrote, where it is an alpha or a beta; empty for stable ones."""

    def __post_init__(self) -> None:
        if self.api_version and not _UNSTABLE.fullmatch(self.api_version):
            force_setattr(self, "api_version", "")
        if self.fields_v1 is not _NOTHING:
            fields = bytes(self.fields_v1)
            if fields != b"null":  # which is as if it were not there
                force_setattr(self, "keys", tuple(self.wanted(fields)))
            force_setattr(self, "fields_v1", _NOTHING)

    def wanted(self, fields: bytes) -> Iterable[str]:
        """What of `fields`, as JSON, rules ask for."""
        keys = {key.decode() for key in _KEYS.findall(fields)}
        names = {name.decode() for name in _ENV.findall(fields)}
        yield from sorted(key for key in keys if wanted_key(key))
        yield from sorted(name for name in names if name in PUBLIC_ENV or name in STATIC_ENV)


E = TypeVar("E", bound=ManagedEntry)


def owning(entries: tuple[E, ...]) -> tuple[E, ...]:
    """Those that own something of interest."""
    return (
        entries if all(one.keys for one in entries) else tuple(one for one in entries if one.keys)
    )


def last_writer(entries: tuple[E, ...], key: str) -> E | None:
    """The last who wrote `key`; None when nobody is known to."""
    owners = [one for one in entries if key in one.keys]
    return max(owners, key=lambda one: one.time, default=None)


class ManagedMeta(Meta, frozen=True, gc=False, rename="camel"):
    """Metadata with who wrote what; entries that say nothing of interest are dropped."""

    managed_fields: tuple[ManagedEntry, ...] = ()

    def __post_init__(self) -> None:
        entries = self.managed_fields
        if not all(one.keys or one.api_version for one in entries):
            kept = tuple(one for one in entries if one.keys or one.api_version)
            force_setattr(self, "managed_fields", kept)

    @property
    def unstable(self) -> tuple[ManagedEntry, ...]:
        """Who wrote in an alpha or a beta version."""
        return tuple(one for one in self.managed_fields if one.api_version)

    def written(self, key: str) -> ManagedEntry | None:
        """The last who wrote `key`; None when nobody is known to."""
        return last_writer(self.managed_fields, key)
