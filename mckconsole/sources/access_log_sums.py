"""Add up who read what: bounded memory, each request counted once.

The stages of one request, and the copies of its event in several files, share its id. Ids are kept
for a while only: a copy that comes after a hundred thousand other requests is counted again.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeAlias

import msgspec

from mckconsole.domain.access_log import SecretAccess
from mckconsole.sources.access_log_observed import Observed

MAX_SUMS = 100_000
"""Different accesses that are kept."""
MAX_IDS = 100_000
"""Requests whose ids are kept."""
FEW = 5
"""Addresses and agents that are kept of each."""

_Key: TypeAlias = tuple[object, ...]


class _Sum:
    """One access so far."""

    __slots__ = ("access", "addresses", "agents", "count", "first", "last")

    def __init__(self, access: SecretAccess) -> None:
        self.access = access
        self.count = 0
        self.first = self.last = access.first
        self.addresses: dict[str, None] = {}
        self.agents: dict[str, None] = {}

    def take(self, access: SecretAccess) -> None:
        """Count one more."""
        self.count += 1
        self.reach(access)
        _note(self.addresses, access.addresses)
        _note(self.agents, access.agents)

    def reach(self, access: SecretAccess) -> None:
        """Take in when it was."""
        if access.first:
            self.first = min(self.first or access.first, access.first)
            self.last = max(self.last, access.last)

    def total(self) -> SecretAccess:
        """The sum as a value."""
        return msgspec.structs.replace(
            self.access,
            count=self.count,
            first=self.first,
            last=self.last,
            addresses=tuple(sorted(self.addresses)),
            agents=tuple(sorted(self.agents)),
        )


class Sums:
    """Accesses of all files together."""

    def __init__(self) -> None:
        self._sums: dict[_Key, _Sum] = {}
        self._ids: OrderedDict[tuple[str, str], None] = OrderedDict()
        """(cluster, request), oldest first; a dict would search for its oldest."""
        self.dropped = 0
        """Events that could not be kept."""

    def add(self, one: Observed, cluster: str) -> bool:
        """Count the access of `one`, of `cluster`; False for a request that was counted before."""
        access = one.access
        if access is None or not self._is_new(one, cluster):
            return False
        key = _key(access, cluster)
        found = self._sums.get(key)
        if found is None:
            if len(self._sums) >= MAX_SUMS:
                self.dropped += 1
                return True
            found = self._sums[key] = _Sum(msgspec.structs.replace(access, cluster=cluster))
        found.take(access)
        return True

    def accesses(self) -> tuple[SecretAccess, ...]:
        """All of them, sorted."""
        return tuple(sorted(one.total() for one in self._sums.values()))

    def _is_new(self, one: Observed, cluster: str) -> bool:
        if not one.id:
            return True
        known = (cluster, one.id)
        if known in self._ids:
            return False
        if len(self._ids) >= MAX_IDS:
            self._ids.popitem(last=False)
        self._ids[known] = None
        return True


def _key(access: SecretAccess, cluster: str) -> _Key:
    """What two accesses have in common that are counted together."""
    return (
        cluster,
        access.user,
        access.verb,
        access.namespace,
        access.name,
        access.allowed,
        access.pod,
        access.impersonated_by,
        access.source,
        access.rule,
        access.own,
    )


def _note(held: dict[str, None], seen: tuple[str, ...]) -> None:
    """Keep the newest few."""
    for one in seen:
        held.pop(one, None)
        held[one] = None
        if len(held) > FEW:
            del held[next(iter(held))]
