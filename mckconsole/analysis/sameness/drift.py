"""Which objects of a kind are not the same in all clusters that have them.

That a cluster has no such object is only said where all objects of its namespace were read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mckconsole.analysis.sameness.digest import differing_areas
from mckconsole.analysis.sameness.model import Digest, Digests
from mckconsole.analysis.sameness.sidebyside import groups_of
from mckconsole.domain.objects import Key


class DriftState(StrEnum):
    """How an object stands."""

    DIFFERS = "differs"
    """It is not the same in all clusters that have it."""
    PARTLY = "partly"
    """It is the same where it is, and some cluster has none."""
    EQUAL = "equal"
    """It is the same in every cluster that was read."""
    ALONE = "alone"
    """One cluster has it: there is nothing to compare it with."""


@dataclass(frozen=True, slots=True)
class DriftRow:
    """One object in all clusters."""

    key: Key
    state: DriftState
    groups: Mapping[str, int]
    """By cluster that has it: equal numbers are the same; 0 is what most have."""
    missing: tuple[str, ...]
    unread: tuple[str, ...]
    """Clusters that may have it: they were not read, or not all of that namespace."""
    areas: tuple[str, ...] = ()
    """In what it differs."""
    hidden: int = 0
    """Values of it that are compared in part: a credential was taken out, or they were cut."""


@dataclass(frozen=True, slots=True)
class Drift:
    """A kind, compared."""

    name: str
    """`ResourceKind.name`."""
    clusters: Mapping[str, Digests]
    rows: tuple[DriftRow, ...]
    """By what is worst, then by namespace and name."""

    def count(self, state: DriftState) -> int:
        """How many stand like this."""
        return sum(one.state is state for one in self.rows)

    @property
    def unread(self) -> tuple[str, ...]:
        """Clusters that were not read, or not completely."""
        return tuple(name for name, one in self.clusters.items() if not one.knows(""))

    @property
    def gaps(self) -> Mapping[str, str]:
        """Cluster to why it was not read, or which part was not."""
        return {name: words for name, one in self.clusters.items() if (words := _gap(one))}


_ORDER = [*DriftState]


def find_drift(name: str, clusters: Sequence[Digests]) -> Drift:
    """Every object of the kind, with the clusters in which it is the same."""
    keys = {key for one in clusters for key in one.objects}
    rows = sorted(
        (_row(key, clusters) for key in keys), key=lambda row: (_ORDER.index(row.state), row.key)
    )
    return Drift(name, {one.cluster: one for one in clusters}, tuple(rows))


def _row(key: Key, clusters: Sequence[Digests]) -> DriftRow:
    there: dict[str, Digest] = {}
    missing, unread = [], []
    for one in clusters:
        if (found := one.objects.get(key)) is not None:
            there[one.cluster] = found
        elif one.knows(key[0]):
            missing.append(one.cluster)
        else:
            unread.append(one.cluster)
    groups = groups_of({name: (one.areas, one.marks) for name, one in there.items()})
    differs = len({*groups.values()}) > 1
    return DriftRow(
        key,
        _state(len(there), differs=differs, missing=bool(missing)),
        groups,
        tuple(missing),
        tuple(unread),
        differing_areas(there.values()) if differs else (),
        max(one.hidden for one in there.values()),
    )


def _state(there: int, *, differs: bool, missing: bool) -> DriftState:
    if differs:
        return DriftState.DIFFERS
    if there == 1:
        return DriftState.ALONE
    return DriftState.PARTLY if missing else DriftState.EQUAL


def _gap(one: Digests) -> str:
    return "; ".join(_gaps(one))


def _gaps(one: Digests) -> Iterator[str]:
    if not one.read:
        yield one.reason or "not read"
    for namespace, why in one.unread.items():
        yield f"namespace {namespace}: {why}" if namespace else why
    if one.undecodable:
        yield f"{one.undecodable} could not be decoded"
