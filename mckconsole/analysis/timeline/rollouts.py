"""Rollouts of workloads: what changed, who changed it, how it went.

That a template is another one is seen while the console looks; how the last rollout of a Deployment
went, its own condition says, also of the day before. What was there before the first look is not
known, and is not told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mckconsole.analysis.timeline.clocks import server_time
from mckconsole.analysis.timeline.model import Entry, Sort, Tone
from mckconsole.analysis.timeline.nodes import PAST, Spot
from mckconsole.domain.core import DaemonSet, Deployment
from mckconsole.domain.failover import StatefulSet

Workload: TypeAlias = Deployment | DaemonSet | StatefulSet
TOPICS: Mapping[str, type[Workload]] = {
    "deployments": Deployment,
    "statefulsets": StatefulSet,
    "daemonsets": DaemonSet,
}
RECENT = 600.0
"""Seconds within which the last write of a template is taken for the change that was just seen."""
_DONE, _LATE = "NewReplicaSetAvailable", "ProgressDeadlineExceeded"


@dataclass(slots=True)
class RolloutLog:
    """Rollouts of a cluster's workloads that were seen to begin."""

    before: dict[tuple[str, str, str], Workload] = field(default_factory=dict)
    """By kind, namespace and name: what it was before the last change of its template."""

    def look(self, old: Workload | None, now: Workload | None, spot: Spot) -> Iterator[Entry]:
        """Entries of a workload that is another than it was; None where it is not there."""
        if now is None:
            if old is not None:
                self.before.pop(_key(old), None)
            return
        if old is None or old.metadata.uid != now.metadata.uid:
            yield from _known(now, spot)
            return
        if _template(old) != _template(now):
            first = self.before.get(_key(now))
            if first is None or _generation(old) != _generation(now):
                first = self.before[_key(now)] = old
            yield _begun(first, now, spot)
        if isinstance(now, Deployment) and isinstance(old, Deployment):
            ended = _ended(now, spot)
            if ended is not None and old.status.progress != now.status.progress:
                yield ended


def _known(now: Workload, spot: Spot) -> Iterator[Entry]:
    """What it says of the day before it was first seen."""
    ended = _ended(now, spot) if isinstance(now, Deployment) else None
    if ended is not None and spot.now - ended.at < PAST:
        yield ended


def _key(one: Workload) -> tuple[str, str, str]:
    return (one.kind, *one.key)


def _generation(one: Workload) -> int:
    return one.metadata.generation


def _template(one: Workload) -> tuple[object, ...]:
    """What is another with another template, as far as it is read."""
    written = one.metadata.template_written
    return images(one), one.metadata.annotations.revision, written.time if written else ""


def images(one: Workload) -> dict[str, str]:
    """By container, what it runs."""
    return {held.name: held.image for held in one.spec.template.spec.containers}


def _begun(old: Workload, now: Workload, spot: Spot) -> Entry:
    written = now.metadata.template_written
    at = server_time(written.time, spot.offset) if written else None
    if at is None or not spot.now - RECENT <= at <= spot.now:
        at, written = spot.now, None
    changed = [*_changed_images(images(old), images(now))]
    revisions = old.metadata.annotations.revision, now.metadata.annotations.revision
    if revisions[0] != revisions[1] and revisions[1]:
        changed.append(f"revision {revisions[0] or '?'} → {revisions[1]}")
    return _entry(
        now, spot, at, f"begun\0{_generation(now)}", "rollout begins", Tone.BEGUN,
        [*(changed or ["another template"]), *_who(now, written is not None)],
    )  # fmt: skip


def _changed_images(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in dict.fromkeys((*new, *old)):
        before, after = old.get(name, ""), new.get(name, "")
        if before != after:
            yield f"{name}: {_image_words(before, after)}"


def _image_words(before: str, after: str) -> str:
    """`shop/api:1.2 → 1.3`, or both in full where it is another image."""
    if not before or not after:
        return f"{before or 'none'} → {after or 'none'}"
    path, sign, tag = before.rpartition(":")
    if sign and after.startswith(f"{path}:") and "/" not in tag:
        return f"{before} → {after.removeprefix(f'{path}:')}"
    return f"{before} → {after}"


def _who(now: Workload, known: bool) -> list[str]:
    written, cause = now.metadata.template_written, now.metadata.annotations.cause
    found = [f"by {written.manager}"] if known and written and written.manager else []
    return [*found, *([cause] if cause else [])]


def _ended(now: Deployment, spot: Spot) -> Entry | None:
    """How the last rollout went; None while it is under way, or nobody says."""
    progress = now.status.progress
    if progress is None or progress.reason not in (_DONE, _LATE):
        return None
    at = server_time(progress.last_update_time or progress.last_transition_time, spot.offset)
    if at is None:
        return None
    done = progress.reason == _DONE
    runs = ", ".join(f"{name}: {image}" for name, image in images(now).items())
    revision = now.metadata.annotations.revision
    details = [runs, *([f"revision {revision}"] if revision else [])]
    what, tone = ("rolled out", Tone.PLAIN) if done else ("rollout stuck", Tone.BAD)
    words = details if done else [progress.message or progress.reason, *details]
    return _entry(now, spot, at, f"{progress.reason}\0{at!r}", what, tone, words)


def _entry(
    one: Workload, spot: Spot, at: float, unique: str, what: str, tone: Tone, details: list[str]
) -> Entry:
    ref = one.ref("v1")
    return Entry(
        id=f"{spot.cluster}\0rollout\0{ref}\0{unique}",
        at=at,
        first=at,
        cluster=spot.cluster,
        sort=Sort.ROLLOUT,
        tone=tone,
        what=what,
        subject=str(ref),
        object=ref,
        detail=" · ".join(filter(None, details)),
    )
