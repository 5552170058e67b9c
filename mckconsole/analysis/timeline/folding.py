"""Events of one cluster, folded: the same reason for the same object is one entry.

An Event that is gone (the API keeps them for an hour) did happen all the same: what it counted
stays counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from mckconsole.analysis.timeline.clocks import When, not_after, server_time, writers_time
from mckconsole.analysis.timeline.model import Entry, Sort, Tone
from mckconsole.domain.events import Event
from mckconsole.domain.objects import Key

FoldKey: TypeAlias = tuple[str, str, str, str, str, str, str]
"""Of the object: apiVersion, kind, namespace, name, field; type and reason."""
MANY = 32
"""Events of one fold that are told apart; what the others counted is one number."""

_NEVER, _NONE = When(0.0), Event()


@dataclass(slots=True)
class Fold:
    """One reason for one object."""

    counts: dict[Key, int] = field(default_factory=dict)
    """By event, how often it was told."""
    before: int = 0
    """What events counted that are not told apart any more."""
    first: float = 0.0
    when: When = _NEVER
    newest: Event = _NONE

    def add(self, key: Key, event: Event, when: When, first: float) -> None:
        """An event of it is there, or counts more than before."""
        if not self.counts and not self.before:
            self.first = first
        self.first = min(self.first, first, when.at)
        self.counts[key] = max(times(event), self.counts.get(key, 0))
        if len(self.counts) > MANY:
            oldest = next(iter(self.counts))
            self.before += self.counts.pop(oldest)
        if when.at >= self.when.at:
            self.when, self.newest = when, event

    @property
    def total(self) -> int:
        """How often it was told in all."""
        return self.before + sum(self.counts.values())


def times(event: Event) -> int:
    """How often this event says that it happened."""
    return max(event.series.count if event.series else 0, event.count, 1)


def fold_key(event: Event) -> FoldKey:
    """What events have in common that are one entry."""
    about = event.involved_object
    place = (about.api_version, about.kind, about.namespace, about.name, about.field_path)
    return (*place, event.type, event.reason)


def moments(event: Event, offset: float, now: float) -> tuple[When, float] | None:
    """When it happened last, and first, as far as that is not after `now` (Unix seconds, console
    clock); None for an event without any time."""
    last = (event.series.last_observed_time if event.series else "") or event.last_timestamp
    first = event.first_timestamp or event.event_time
    made = event.metadata.creation_timestamp
    when = writers_time(last or first, first, made, offset)
    if when is None:
        return None
    when = not_after(when, now)
    began = writers_time(first, first, made, offset)
    return when, began.at if began else server_time(made, offset) or when.at


def entry_of(cluster: str, key: FoldKey, fold: Fold) -> Entry:
    """The entry of a fold."""
    event, object_ = fold.newest, fold.newest.involved_object
    source = event.reporting_component or event.source.component
    return Entry(
        id="\0".join((cluster, *key)),
        at=fold.when.at,
        first=fold.first,
        cluster=cluster,
        sort=Sort.EVENT,
        tone=Tone.PLAIN if event.type == "Normal" else Tone.WARNING,
        what=event.reason or event.type or "event",
        subject=str(object_.ref) if object_.name else object_.kind or "?",
        object=object_.ref if object_.name and object_.kind else None,
        count=fold.total,
        detail=event.message,
        source=f"{source} on {event.source.host}" if event.source.host else source,
        note=fold.when.note,
    )
