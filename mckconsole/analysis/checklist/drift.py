"""Whether clusters that export services of one namespace have the same policies in it.

What policies say is compared, not what they are called. Those that name addresses or clusters are
left out, because these are others in every cluster, and kinds that one of the clusters does not
serve.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from mckconsole.analysis.checklist.policyset import PolicySet, known


class Drift(NamedTuple):
    """How one cluster's policies in a namespace differ from those of others."""

    namespace: str
    others: tuple[str, ...]
    lacks: tuple[str, ...] = ()
    """Names of policies there that nothing here says."""
    beyond: tuple[str, ...] = ()
    """Names of policies here that nothing there says."""
    here: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    unread: bool = False
    """Whether it is not known, because the other's were not all read."""


def drifts(
    exports: Mapping[str, Collection[str]], held: Mapping[str, PolicySet]
) -> Mapping[str, tuple[Drift, ...]]:
    """The differences, by cluster.

    Args:
        exports: by cluster, the namespaces that it exports services of.
        held: by cluster, its policies.
    """
    spaces: dict[str, list[str]] = {}
    for name, each in exports.items():
        for space in each:
            spaces.setdefault(space, []).append(name)
    found: dict[str, list[Drift]] = {}
    for space, names in sorted(spaces.items()):
        if len(names) > 1:
            for name, drift in _compare(space, names, held):
                found.setdefault(name, []).append(drift)
    return {name: tuple(each) for name, each in found.items()}


def _compare(
    space: str, names: list[str], held: Mapping[str, PolicySet]
) -> Iterator[tuple[str, Drift]]:
    read = [name for name in names if _whole(held[name], space)]
    hidden = tuple(name for name in names if name not in read)
    if hidden:
        for name in names:
            others = tuple(one for one in hidden if one != name)
            if others:
                yield name, Drift(space, others, unread=True)
    absent = frozenset[str]().union(*(held[name].absent for name in read))
    sets = {name: _said(held[name], space, absent) for name in read}
    counts = Counter(frozenset(each.values()) for each in sets.values())
    if len(counts) < 2:
        return
    (usual, most), (_, second), *_ = counts.most_common()
    for name, mine in sets.items():
        said = frozenset(mine.values())
        if said == usual and most > second:
            continue
        target = usual if most > second else next(one for one in counts if one != said)
        yield name, _drift(space, mine, target, sets)


def _whole(policies: PolicySet, space: str) -> bool:
    local = policies.local.get(space, ())
    return not policies.unread and all(one.facts.digest for one in local)


def _said(policies: PolicySet, space: str, absent: frozenset[str]) -> dict[str, str]:
    """Name to digest of what is compared."""
    local = policies.local.get(space, ())
    return dict(sorted(known(one for one in local if one.topic not in absent)))


def _drift(
    space: str,
    mine: Mapping[str, str],
    target: frozenset[str],
    sets: Mapping[str, Mapping[str, str]],
) -> Drift:
    others = tuple(name for name, each in sets.items() if frozenset(each.values()) == target)
    there, said = sets[others[0]], frozenset(mine.values())
    return Drift(
        space,
        others,
        tuple(name for name, one in there.items() if one not in said),
        tuple(name for name, one in mine.items() if one not in target),
        tuple(mine),
        tuple(there),
    )
