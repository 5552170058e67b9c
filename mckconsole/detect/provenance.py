"""Who wrote a field last, of what managedFields say.

The time of an entry is that of the manager's last write of any of its fields: of one field it is
the latest that it can have been written (reference: Kubernetes docs, Server-Side Apply).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import field

from mckconsole.domain.text import clean, shorten

_MAX = 128
_EMPTY = msgspec.Raw(b"null")


class Entry(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One entry of managedFields."""

    manager: str = ""
    operation: str = ""
    time: str | None = ""
    subresource: str = ""
    fields_v1: msgspec.Raw = field(default=_EMPTY, name="fieldsV1")


class Writers:
    """The managers of one object, decoded when the first field is asked for."""

    def __init__(self, managed: msgspec.Raw) -> None:
        self._entries: list[tuple[Entry, Any]] = []
        try:
            found = msgspec.json.decode(managed, type=list[Entry] | None)
            for one in found or ():
                self._entries.append((one, msgspec.json.decode(one.fields_v1)))
        except (ValueError, RecursionError):
            pass  # nobody is known, then

    def of(self, path: Sequence[str]) -> tuple[str, str]:
        """(Who and how, when) wrote the field at `path` last; two empty texts for nobody known."""
        owners = [one for one, tree in self._entries if not one.subresource and _owns(tree, path)]
        last = max(owners, key=lambda one: one.time or "", default=None)
        if last is None:
            return "", ""
        who = f"{last.manager} {last.operation}".strip()
        return shorten(clean(who), _MAX), shorten(clean(last.time or ""), _MAX)


def _owns(tree: Any, path: Sequence[str]) -> bool:
    """Whether a set of fields has the one at `path`, or as a whole one that it is part of."""
    if not path or not tree:
        return False
    for step in path:
        if not isinstance(tree, dict):
            return False
        if step not in tree:
            return tree == {}
        tree = tree[step]
    return True
