"""Find address ranges that two clusters share: a sweep over sorted ranges, both IP families.

O(n log n) in the number of ranges plus what overlaps; nested ranges of one cluster are folded
first, so a cluster with thousands of node ranges costs no more than its own.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mckconsole.domain.findings import ObjectRef


@dataclass(frozen=True, slots=True)
class Range:
    """One address range of one cluster, and where it is written."""

    cluster: str
    cidr: str
    ref: ObjectRef
    path: str
    at: float
    """API server's clock when it was read."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two ranges of different clusters that share addresses."""

    first: Range
    second: Range


@lru_cache(maxsize=65_536)
def bounds(cidr: str) -> tuple[int, int, int] | None:
    """(family, first address, last address), or None for text that is no range."""
    try:
        network = ipaddress.ip_network(cidr.strip(), strict=False)
    except ValueError:
        return None
    return (
        network.version,
        int(network.network_address),
        int(network.broadcast_address),
    )


MAX_PER_PAIR = 20
"""Overlaps kept per pair of clusters: more say nothing new."""


def find_overlaps(ranges: Iterable[Range]) -> list[Overlap]:
    """Overlaps between ranges of different clusters, in address order, `MAX_PER_PAIR` each."""
    by_cluster: dict[str, list[tuple[int, int, int, Range]]] = {}
    for item in ranges:
        limits = bounds(item.cidr)
        if limits:
            by_cluster.setdefault(item.cluster, []).append((*limits, item))
    entries = [entry for mine in by_cluster.values() for entry in _fold(mine)]
    entries.sort(key=lambda entry: (entry[0], entry[1], -entry[2], entry[3].cluster))
    found: list[Overlap] = []
    counts: Counter[tuple[str, str]] = Counter()
    open_ranges: list[tuple[int, int, int, Range]] = []
    for entry in entries:
        version, start, _, item = entry
        open_ranges = [o for o in open_ranges if o[0] == version and o[2] >= start]
        for *_, other in open_ranges:
            pair = (min(other.cluster, item.cluster), max(other.cluster, item.cluster))
            if other.cluster != item.cluster and counts[pair] < MAX_PER_PAIR:
                counts[pair] += 1
                found.append(Overlap(other, item))
        open_ranges.append(entry)
    return found


def _fold(
    entries: list[tuple[int, int, int, Range]],
) -> list[tuple[int, int, int, Range]]:
    """Without ranges that lie inside another one of the same cluster."""
    kept: list[tuple[int, int, int, Range]] = []
    for entry in sorted(entries, key=lambda entry: (entry[0], entry[1], -entry[2])):
        if not kept or kept[-1][0] != entry[0] or kept[-1][2] < entry[2]:
            kept.append(entry)
    return kept


def first_overlap(ours: Sequence[str], theirs: Sequence[str]) -> tuple[str, str] | None:
    """The first pair of ranges of two clusters that overlap."""
    for mine in ours:
        a = bounds(mine)
        for other in theirs:
            b = bounds(other)
            if a and b and a[0] == b[0] and a[1] <= b[2] and b[1] <= a[2]:
                return mine, other
    return None


def split_cidrs(text: str) -> list[str]:
    """The ranges of a setting that lists them with blanks or commas."""
    return text.replace(",", " ").split()
