"""Which versions of the API go when: the table of removals, as questions are put to it.

The table names kinds, metrics and webhooks name resources: a plural is made of a kind as
Kubernetes' own generators do (k8s.io/apimachinery pkg/api/meta, UnsafeGuessKindToResource), which
is right for every kind of the table but those that are named here. Only rows of Kubernetes itself
have a minor of Kubernetes; those of others (`cert-manager`, `istio`) are judged by the version of
what serves them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.support import Removal, SupportData

KUBERNETES = "k8s"
"""`Removal.component` of what the API server serves itself."""
_IRREGULAR = {"endpoints": "endpoints", "nodemetrics": "nodes", "podmetrics": "pods"}
_VOWELS = "aeiou"


@lru_cache(maxsize=1024)
def plural_of(kind: str) -> str:
    """`poddisruptionbudgets` of `PodDisruptionBudget`; empty for no kind."""
    name = kind.lower()
    if not name or name in _IRREGULAR:
        return _IRREGULAR.get(name, "")
    if name.endswith("y") and name[-2:-1] not in _VOWELS:
        return name[:-1] + "ies"
    return name + ("es" if name.endswith(("s", "x", "ch", "sh")) else "s")


def kinds_of(row: Removal) -> tuple[str, ...]:
    """The kinds of a row, some of which name two; empty where all of the version are meant."""
    return tuple(filter(None, row.kind.split("/")))


def removal_of(data: SupportData, group: str, version: str, kind: str) -> Removal | None:
    """The row of a kind in a version, whoever serves it; None where the table has none."""
    return next((row for row in _rows(data, group, version)
                 if not row.kind or kind in kinds_of(row)), None)  # fmt: skip


def removal_of_resource(
    data: SupportData, group: str, version: str, resource: str
) -> Removal | None:
    """As `removal_of`, for a plural."""
    for row in _rows(data, group, version):
        if not row.kind or any(plural_of(kind) == resource for kind in kinds_of(row)):
            return row
    return None


def resources_of(data: SupportData, group: str, version: str) -> tuple[str, ...]:
    """The plurals that the table knows in a version."""
    found = {plural_of(kind) for row in _rows(data, group, version) for kind in kinds_of(row)}
    return tuple(sorted(found))


def removed_in(row: Removal | None) -> Minor | None:
    """The first Kubernetes without it; None where no minor of Kubernetes takes it away."""
    return row.removed_in if row is not None and row.component == KUBERNETES else None


def deprecated(row: Removal | None) -> bool:
    """Whether somebody should stop to use it: some rows only tell of a newer version."""
    return row is not None and (row.deprecated_in is not None or row.removed_in is not None)


def next_removal(data: SupportData, after: Minor | None) -> Minor | None:
    """The first minor after one in which Kubernetes takes something away; None: none is known, or
    `after` is not."""
    later = (row.removed_in for row in data.removals if after is not None and row.removed_in
             and row.component == KUBERNETES and row.removed_in > after)  # fmt: skip
    return min(later, default=None)


def _rows(data: SupportData, group: str, version: str) -> Iterator[Removal]:
    """Of a version, then of all versions of its group."""
    yield from data.removed.get((group, version), ())
    yield from data.removed.get((group, ""), ())
