"""What one analysis leaves to the next: since when, how often in a row, what is shown meanwhile.

`Memory` is a value: an analysis takes one and returns another. An empty memory (a one-shot report)
lets the first sample count as it is. When watching, a state gets worse after two samples and better
after three, so that one lost ping neither raises nor clears an alarm; becoming UNKNOWN or STALE is
immediate, because an old word must never pass for a current one. So is losing or gaining the only
measurement of a link that is merely configured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mckconsole.analysis.mesh.links import Link, LinkKey, LinkState, MeshProvider
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.domain.findings import Severity
from mckconsole.domain.states import Transition

_IMMEDIATE = (LinkState.UNKNOWN, LinkState.STALE)
"""States about what is known, not about the tunnel."""
UNMEASURED = "unmeasured"
"""Cause of an UNVERIFIED link that is configured and that nothing measures, be it for now."""
_ROUND_TRIPS = 16
"""Round trips remembered of a link."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A condition that has held since it was first seen."""

    first_seen: float
    """Unix seconds, console clock."""
    from_start: bool
    """It already held at the very first look, so its true age is not known."""
    samples: int
    """Distinct samples in which it held."""
    last_sample: float


@dataclass(frozen=True, slots=True)
class LinkMemory:
    """What is remembered of a link."""

    state: LinkState
    severity: Severity | None
    since: float | None
    candidate: LinkState
    candidate_since: float
    samples: int
    """Distinct samples in a row that showed the candidate."""
    last_sample: float | None
    rtts: tuple[float, ...] = ()
    """Current round trips of the last few samples, seconds, oldest first."""
    cause: str = ""
    """Of the state."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of a fleet; `Memory()` remembers nothing."""

    links: Mapping[LinkKey, LinkMemory] = field(default_factory=dict)
    marks: Mapping[tuple[str, ...], Mark] = field(default_factory=dict)
    at: float | None = None
    """When the last analysis was made; None before the first."""


class Recorder:
    """Reads the old memory and writes the new one during a single analysis."""

    def __init__(self, memory: Memory, now: float) -> None:
        self.now = now
        self._old = memory
        self._marks: dict[tuple[str, ...], Mark] = {}
        self._links: dict[LinkKey, LinkMemory] = {}
        self._transitions: list[Transition] = []
        self._keys: dict[tuple[MeshProvider, str, str], list[LinkKey]] = {}
        for key in memory.links:
            self._keys.setdefault((key.provider, key.source, key.target), []).append(key)

    def mark(self, *name: str, sample: float | None = None) -> Mark:
        """Note that the condition `name` holds in `sample`; one not noted again is forgotten."""
        at = self.now if sample is None else sample
        old = self._old.marks.get(name)
        if old is None:
            mark = Mark(self.now, self._old.at is None, 1, at)
        elif at == old.last_sample:
            mark = old
        else:
            mark = replace(old, samples=old.samples + 1, last_sample=at)
        self._marks[name] = mark
        return mark

    def age(self, mark: Mark) -> float:
        """Seconds since a condition was first seen."""
        return max(self.now - mark.first_seen, 0.0)

    def lasting(self, mark: Mark, seconds: float) -> bool:
        """Whether it has held that long, or was there before anybody looked."""
        return mark.from_start or self.age(mark) >= seconds

    def known_keys(self, provider: MeshProvider, source: str, target: str) -> list[LinkKey]:
        """Keys under which links from `source` to `target` were last seen."""
        return self._keys.get((provider, source, target), [])

    def settle(self, link: Link, limits: Thresholds) -> Link:
        """The link as it is to be shown, with `since`; what it now is, is remembered."""
        old = self._old.links.get(link.key)
        rtts = _round_trips(link, old)
        if old is None:
            self._links[link.key] = LinkMemory(
                link.state, link.severity, None, link.state, self.now, 1, link.observed_at, rtts,
                link.cause,
            )  # fmt: skip
            return replace(link, trend=rtts) if rtts else link
        seen = self._count(link, old)
        if link.state is old.state:
            self._links[link.key] = replace(
                seen, severity=link.severity, rtts=rtts, cause=link.cause
            )
            return replace(link, since=old.since, trend=rtts)
        unmeasured = UNMEASURED in (link.cause, old.cause)
        if unmeasured or self._due(link.state, old.state, seen.samples, limits):
            since = seen.candidate_since
            self._transitions.append(_transition(link, old.state, since))
            self._links[link.key] = replace(
                seen, state=link.state, severity=link.severity, since=since, rtts=rtts,
                cause=link.cause,
            )  # fmt: skip
            return replace(link, since=since, trend=rtts)
        self._links[link.key] = replace(seen, rtts=rtts)
        note = f"{link.state} seen {seen.samples}×, {old.state} until confirmed: {link.reason}"
        return replace(
            link,
            state=old.state,
            severity=old.severity,
            since=old.since,
            reason=note,
            cause="held",
            trend=rtts,
        )

    def finish(self) -> tuple[Memory, tuple[Transition, ...]]:
        """The new memory, and the changes of state since the old one."""
        return Memory(self._links, self._marks, self.now), tuple(self._transitions)

    def _count(self, link: Link, old: LinkMemory) -> LinkMemory:
        """Count a new sample; an analysis of the same sample again counts nothing."""
        if link.state is not old.candidate:
            return replace(old, candidate=link.state, candidate_since=self.now, samples=1,
                           last_sample=link.observed_at)  # fmt: skip
        if link.observed_at == old.last_sample:
            return old
        return replace(old, samples=old.samples + 1, last_sample=link.observed_at)

    @staticmethod
    def _due(new: LinkState, old: LinkState, samples: int, limits: Thresholds) -> bool:
        if new in _IMMEDIATE or old in _IMMEDIATE:
            return True
        if new is LinkState.DOWN and old is LinkState.CONNECTING:
            return True  # the 60 s that turn connecting into down have done the waiting
        return samples >= (limits.raise_samples if new.rank < old.rank else limits.clear_samples)


def _round_trips(link: Link, old: LinkMemory | None) -> tuple[float, ...]:
    """What is remembered, with this sample's round trip if it is a new and current one."""
    held = old.rtts if old else ()
    if link.current_rtt is None or (old and link.observed_at == old.last_sample):
        return held
    return (*held, link.current_rtt)[-_ROUND_TRIPS:]


def link_subject(key: LinkKey) -> str:
    """How transitions name a link."""
    return f"link {key}"


def _transition(link: Link, before: LinkState, at: float) -> Transition:
    return Transition(
        at, link.key.source, link_subject(link.key), before.value, link.state.value, link.reason
    )
