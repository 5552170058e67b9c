"""What all rules on identities share: how they put things, and which workloads have templates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mckconsole.analysis.identity.case import Scene
from mckconsole.analysis.identity.declared import annotation_path
from mckconsole.analysis.identity.model import Cloud, Declaration, Trace, Workload
from mckconsole.analysis.mesh.hints import numbered
from mckconsole.domain import wording
from mckconsole.domain.findings import Evidence
from mckconsole.domain.managed import ManagedEntry

NONE = "(none)"
MAX_SHOWN = 10
"""Objects of one sort that evidence names; the detail says how many there are."""
TEMPLATED = ("Deployment", "StatefulSet", "DaemonSet", "CronJob")
"""Kinds of workloads whose template of pods kubectl can change; a Job's is as it was made."""


def cloud_of(clouds: Iterable[Cloud]) -> Cloud | None:
    """The one cloud that a finding is about; None where it is about several."""
    found = set(clouds)
    return found.pop() if len(found) == 1 else None


def annotation(key: str) -> str:
    """Where an annotation stands."""
    return annotation_path(key)


def label(key: str) -> str:
    """Where a label stands."""
    return f"metadata.labels['{key}']"


def show(scene: Scene, declared: Declaration) -> Iterator[Evidence]:
    """What declares an identity, who wrote it and when."""
    yield scene.seen(declared.trace)
    if declared.written_by:
        when = f", no later than {declared.written_at}" if declared.written_at else ""
        written = f"by {declared.written_by}{when}"
        yield scene.seen(Trace(declared.trace.object, "metadata.managedFields", written))


def by_whom(entry: ManagedEntry) -> str:
    """Who wrote a field and when, by its entry in managedFields."""
    return f"by {entry.manager}, no later than {entry.time}"


def named(workload: Workload) -> str:
    """A workload of a known namespace, as kubectl writes it."""
    return f"{workload.key.kind.lower()}/{workload.key.name}"


def template_path(workload: Workload) -> str:
    """Where the template of the pods stands in what makes them."""
    job = "spec.jobTemplate." if workload.key.kind == "CronJob" else ""
    return f"{job}spec.template"


def listed(names: Iterable[str]) -> str:
    """Some names, and how many more there are."""
    return wording.listed(names, MAX_SHOWN)


def steps(*commands: str) -> str:
    """Commands in order; one alone has no number."""
    return numbered(commands) if len(commands) > 1 else "".join(commands)
