"""Waivers: findings that somebody answers for until a day, with a reason.

A waived finding is shown as such and never hidden; it only does not count where a caller asks
whether something is bad enough (`--fail-on`). None goes without an end, an owner and a reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fnmatch import translate
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

from mckconsole.domain.findings import Finding, ObjectRef

Spot: TypeAlias = tuple[str, ObjectRef | None]
"""(cluster, object) that a finding is about."""

ANY = "*"
_GLOB = re.compile(r"[*?\[]")


def fits(text: str, glob: str) -> bool:
    """Whether a shell glob that minds case matches the whole of `text`."""
    if glob == ANY:
        return True
    matcher = _matcher(glob)
    return text == glob if matcher is None else matcher(text) is not None


@lru_cache(maxsize=4096)
def _matcher(glob: str) -> Callable[[str], re.Match[str] | None] | None:
    """None for a plain name. Compiled once: thousands of findings meet every waiver."""
    return re.compile(translate(glob)).match if _GLOB.search(glob) else None


@dataclass(frozen=True, slots=True)
class Waiver:
    """What is waived, by whom, until when and why; patterns are shell globs that mind case."""

    rule: str
    """Id of a rule, or a glob: `SEC-AWS-*`."""
    owner: str
    """Who answers for it."""
    expires: date
    """The last day on which it holds, UTC."""
    reason: str
    cluster: str = ANY
    kind: str = ANY
    namespace: str = ANY
    """Cluster-scoped objects have the empty one, which `*` matches."""
    name: str = ANY
    reference: str = ""
    """Where it was decided: a ticket, a page."""
    place: str = ""
    """Where it is written, `FILE:LINE`."""

    @property
    def until(self) -> str:
        """The last day on which it holds: `2026-12-31`."""
        return self.expires.isoformat()

    @property
    def words(self) -> str:
        """What every format says of it, on one line."""
        reference = f" ({self.reference})" if self.reference else ""
        return f"waived until {self.until} by {self.owner}: {self.reason}{reference}"

    def holds(self, now: float) -> bool:
        """Whether it has not expired at `now`, Unix seconds."""
        return datetime.fromtimestamp(now, UTC).date() <= self.expires

    def covers(self, rule: str, spot: Spot) -> bool:
        """Whether it is about this rule and this object, expired or not."""
        cluster, ref = spot
        kind, namespace, name = (ref.kind, ref.namespace, ref.name) if ref else ("", "", "")
        return (
            fits(rule, self.rule)
            and fits(cluster, self.cluster)
            and fits(kind, self.kind)
            and fits(namespace, self.namespace)
            and fits(name, self.name)
        )


@dataclass(frozen=True, slots=True)
class Waivers:
    """Those of one file, in its order."""

    entries: tuple[Waiver, ...] = ()


NO_WAIVERS = Waivers()
_NOWHERE_ELSE: Mapping[str, Sequence[Spot]] = MappingProxyType({})


def waived(
    findings: Iterable[Finding],
    waivers: Waivers,
    now: float,
    spots: Mapping[str, Sequence[Spot]] = _NOWHERE_ELSE,
) -> Mapping[str, Waiver]:
    """The findings that are waived at `now` (Unix seconds), by their id.

    Args:
        spots: by finding id, every object that the finding is about, where that is more than its
            own one. All of them must be covered, by one waiver or by several: a credential that
            turns up at a second place is not waived there. Of several the one that ends first is
            given.
    """
    valid = tuple(one for one in waivers.entries if one.holds(now))
    if not valid:
        return MappingProxyType({})
    found: dict[str, Waiver] = {}
    by_rule: dict[str, tuple[Waiver, ...]] = {}
    for finding in findings:
        covering = by_rule.get(finding.rule)
        if covering is None:
            covering = tuple(one for one in valid if fits(finding.rule, one.rule))
            by_rule[finding.rule] = covering
        chosen = _cover(finding, covering, spots) if covering else None
        if chosen is not None:
            found[finding.id] = chosen
    return MappingProxyType(found)


def _cover(
    finding: Finding, waivers: Sequence[Waiver], spots: Mapping[str, Sequence[Spot]]
) -> Waiver | None:
    """The first to end of those that cover the finding together, None where they do not."""
    needed: list[Waiver] = []
    for spot in _spots(finding, spots):
        able = [one for one in waivers if one.covers(finding.rule, spot)]
        if not able:
            return None
        needed.append(max(able, key=lambda one: one.expires))
    return min(needed, key=lambda one: one.expires)


def _spots(finding: Finding, spots: Mapping[str, Sequence[Spot]]) -> Sequence[Spot]:
    return (spots.get(finding.id) if spots else None) or ((finding.cluster, finding.object),)


def waiver_notes(
    findings: Sequence[Finding],
    waivers: Waivers,
    now: float,
    spots: Mapping[str, Sequence[Spot]] = _NOWHERE_ELSE,
) -> Iterator[str]:
    """What is to be told of waivers that waive nothing: expired, not matched, matched in part."""
    held = waived(findings, waivers, now, spots)
    for one in waivers.entries:
        about = [f for f in findings if any(one.covers(f.rule, s) for s in _spots(f, spots))]
        what = f"{one.place}: the waiver of {one.rule} by {one.owner}"
        if not one.holds(now):
            again = f"{len(about)} finding{'' if len(about) == 1 else 's'} of it"
            yield f"{what} expired on {one.until}; {again if about else 'nothing of it'} was found"
        elif not about:
            yield f"{what} matches nothing that was found"
        elif open_ := [finding for finding in about if finding.id not in held]:
            yield (
                f"{what} covers only some places of {len(open_)} finding"
                f"{'' if len(open_) == 1 else 's'}, which count"
            )
