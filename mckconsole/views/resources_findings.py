"""Findings on the objects of one kind, by cluster and object; the same ones stay the same value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from mckconsole.domain.findings import Finding
from mckconsole.domain.objects import Key
from mckconsole.domain.resources import ResourceKind
from mckconsole.views.cells import finding_counts
from mckconsole.views.spec import Cell

Found: TypeAlias = Mapping[Key, tuple[tuple[str, ...], Cell]]
"""By object: the ids of its findings, and the cell that counts them."""
NO_FINDINGS: Found = MappingProxyType({})


class FindingIndex:
    """Findings on objects of the kind that is looked at."""

    def __init__(self) -> None:
        self._made_of: tuple[object, ...] = ()
        self._found: Mapping[str, Found] = {}

    def on(
        self,
        findings: Sequence[Finding],
        waived: Mapping[str, object],
        kind: ResourceKind | None,
        *,
        worst_first: bool = True,
    ) -> Mapping[str, Found]:
        """By cluster; a cluster for which nothing changed has the very value of the last look."""
        made_of = (findings, waived, kind)
        same = len(self._made_of) == len(made_of) and all(
            one is other for one, other in zip(made_of, self._made_of, strict=True)
        )
        if not same:
            self._made_of = made_of
            new = _by_cluster(findings, waived, kind) if kind is not None else {}
            old = self._found
            self._found = {
                cluster: old[cluster] if old.get(cluster) == found else found
                for cluster, found in new.items()
            }
        return self._found


def _by_cluster(
    findings: Iterable[Finding], waived: Mapping[str, object], kind: ResourceKind
) -> dict[str, Found]:
    objects: dict[str, dict[Key, list[Finding]]] = {}
    for one in findings:
        ref = one.object
        if ref is not None and ref.kind == kind.kind and _group(ref.api_version) == kind.group:
            of_cluster = objects.setdefault(one.cluster, {})
            of_cluster.setdefault((ref.namespace, ref.name), []).append(one)
    return {
        cluster: {key: _cell(found, waived) for key, found in by_object.items()}
        for cluster, by_object in objects.items()
    }


def _cell(
    findings: Sequence[Finding], waived: Mapping[str, object]
) -> tuple[tuple[str, ...], Cell]:
    ids = tuple(one.id for one in findings)
    counted = Counter(
        one.severity for one, id in zip(findings, ids, strict=True) if id not in waived
    )
    return ids, finding_counts(counted, sum(id in waived for id in ids))


def _group(api_version: str) -> str:
    group, slash, _ = api_version.partition("/")
    return group if slash else ""
