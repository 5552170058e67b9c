"""What the timeline is narrowed to: the clusters, objects or tunnels of one row of any pane.

A workload's pods and replica sets are named after it; by their names they belong to it, also when
they are long gone and nothing else of them is left than what happened to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mckconsole.analysis.timeline.model import About, Entry
from mckconsole.domain.findings import ObjectRef
from mckconsole.views.detail import ObjectTarget
from mckconsole.views.spec import Row

_HASH = r"(?:[bcdfghjklmnpqrstvwxz2456789]{5,10}|(?=[a-f]*[0-9])[0-9a-f]{6,10})"
"""A pod template's hash, as controllers write it (k8s.io/apimachinery `rand.SafeEncodeString`), or
plainly in hexadecimal digits."""
_FIVE = r"[a-z0-9]{5}"
"""What the API server appends to a generated name."""
_NAMED_AFTER = {
    "Deployment": (("ReplicaSet", rf"-{_HASH}"), ("Pod", rf"-{_HASH}-{_FIVE}")),
    "ReplicaSet": (("Pod", rf"-{_FIVE}"),),
    "DaemonSet": (("Pod", rf"-{_FIVE}"),),
    "StatefulSet": (("Pod", r"-[0-9]+"),),
    "Job": (("Pod", rf"-(?:[0-9]+-)?{_FIVE}"),),
    "CronJob": (("Job", r"-[0-9]+"), ("Pod", rf"-[0-9]+-{_FIVE}")),
}
"""Who makes what, and what stands behind the maker's name in that of the made."""
_TOLD_BY_NAME = {
    "HorizontalPodAutoscaler",
    "Service",
    "ServiceExport",
    "ServiceImport",
    "EndpointSlice",
    "PodDisruptionBudget",
}
"""Kinds whose objects are usually called as the service or workload that they are about."""


@dataclass(frozen=True, slots=True)
class Focus:
    """What entries have to be about; `Focus("")` is everything."""

    title: str
    """In words, for people."""
    clusters: tuple[str, ...] = ()
    """One of these; empty is all."""
    objects: tuple[ObjectRef, ...] = ()
    """One of these, in these clusters, or what has to do with it by its name."""
    abouts: tuple[About, ...] = ()
    """Or one of these."""
    namespace: str = ""
    """Where nothing else is named: only what is in this namespace."""

    def holds(self, entry: Entry) -> bool:
        """Whether the entry is about it."""
        if self.clusters and not set(self.clusters).intersection(entry.clusters):
            return False
        if not self.objects and not self.abouts:
            return not self.namespace or (
                entry.object is not None and entry.object.namespace == self.namespace
            )
        if entry.about.kind and entry.about in self.abouts:
            return True
        found = entry.object
        return found is not None and any(belongs(found, one) for one in self.objects)


NO_FOCUS = Focus("")


def focus_of_entry(entry: Entry) -> Focus:
    """What the entry is about."""
    if entry.object is not None and entry.cluster:
        return focus_of_object(entry.cluster, entry.object)
    if entry.about.kind in ("link", "service", "certificate"):
        return Focus(entry.subject, entry.clusters, abouts=(entry.about,))
    return Focus(", ".join(entry.clusters) or "the fleet", entry.clusters)


def focus_of_object(cluster: str, ref: ObjectRef) -> Focus:
    """An object of a cluster."""
    return Focus(f"{ref} in {cluster}", (cluster,), (ref,))


def focus_of_link(row_id: str, clusters: Sequence[str]) -> Focus:
    """A tunnel, by the id of its row, and how its clusters stand."""
    ends = tuple(About("cluster", one) for one in clusters)
    title = " → ".join(clusters) or row_id
    return Focus(title, tuple(clusters), abouts=(About("link", row_id), *ends))


def focus_of_row(pane: str, row: Row, behind: ObjectTarget | None) -> Focus | None:
    """What a row of a pane's table is about; None where nothing that happens could be about it.

    `behind` is the object that the row stands for, where there is one.
    """
    if pane == "mesh":
        return focus_of_link(row.id, row.clusters)
    if pane == "services":
        namespace, _, name = row.id.partition("/")
        service = ObjectRef("v1", "Service", namespace, name)
        return Focus(f"service {row.id}", (), (service,), (About("service", row.id),))
    if behind is not None:
        return focus_of_object(behind.cluster, behind.ref)
    if not row.clusters:
        return None
    where = f"{row.namespace} in " if row.namespace else ""
    title = f"{where}{', '.join(row.clusters)}"
    return Focus(title, row.clusters, namespace=row.namespace)


def belongs(found: ObjectRef, wanted: ObjectRef) -> bool:
    """Whether an entry about `found` is one about `wanted`, or one about what made the other."""
    if (found.kind, found.namespace, found.name) == (wanted.kind, wanted.namespace, wanted.name):
        return True
    if found.namespace != wanted.namespace:
        return wanted.kind == "Namespace" and found.namespace == wanted.name
    if found.name == wanted.name:
        return bool({found.kind, wanted.kind} & _TOLD_BY_NAME)
    return made_by(found, wanted) or made_by(wanted, found)


def made_by(made: ObjectRef, maker: ObjectRef) -> bool:
    """Whether `made` is called as what `maker` makes, in its namespace."""
    return any(
        made.kind == kind and _behind(maker.name, rest).fullmatch(made.name)
        for kind, rest in _NAMED_AFTER.get(maker.kind, ())
        if made.name.startswith(maker.name)
    )


@lru_cache(maxsize=256)
def _behind(name: str, rest: str) -> re.Pattern[str]:
    return re.compile(re.escape(name) + rest)


def narrowed(entries: Iterable[Entry], focus: Focus, since: float | None) -> Callable[[str], bool]:
    """Whether a row, by its id, is in the window that begins at `since` (Unix seconds; None is
    everything) and about what is looked at."""
    kept = {one.id for one in entries if (since is None or one.at >= since) and focus.holds(one)}
    return kept.__contains__
