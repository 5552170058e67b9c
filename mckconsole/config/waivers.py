"""Read the file of waivers as strictly as the configuration: every problem with line and key.

A waiver decides what an audit passes, so nothing in it is guessed: no key that is not known, no
waiver of everything, and none without owner, reason and an end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from msgspec import field

from mckconsole.config.model import Config, NonEmpty, Section
from mckconsole.config.paths import expand
from mckconsole.domain.text import clean
from mckconsole.domain.waivers import ANY, NO_WAIVERS, Waiver, Waivers

__all__ = ["WaiverEntry", "WaiverFile", "WaiverObject", "load_waivers", "read_waivers"]


class WaiverObject(Section, frozen=True):
    """What objects a waiver is for: names or shell globs; what is left out matches all."""

    cluster: NonEmpty = ANY
    """The cluster's name in the fleet."""
    kind: NonEmpty = ANY
    namespace: NonEmpty = ANY
    name: NonEmpty = ANY


class WaiverEntry(Section, frozen=True):
    """One waiver."""

    rule: NonEmpty
    """Id of a rule, or a glob."""
    object: WaiverObject
    owner: NonEmpty
    """Who answers for it."""
    expires: NonEmpty
    """The last day on which it holds, UTC: `2026-12-31`."""
    reason: NonEmpty
    reference: str = ""
    """Where it was decided."""


class WaiverFile(Section, frozen=True):
    """The whole file."""

    waivers: list[WaiverEntry] = field(default_factory=list)


def load_waivers(explicit: str | None, config: Config, *, env: Mapping[str, str]) -> Waivers:
    """Those of the file `explicit` (`--waivers`), else of `config.waivers`, else none.

    Raises:
        ConfigError: the file cannot be read or used; it holds every problem that was found.
    """
    if explicit:
        return read_waivers(expand(explicit, env=env, relative_to=Path.cwd()))
    return read_waivers(Path(config.waivers)) if config.waivers else NO_WAIVERS


def read_waivers(path: Path) -> Waivers:
    """Read one file.

    Raises:
        ConfigError: as `load_waivers`.
    """
    from mckconsole.config.shape import read_shaped

    file, checker = read_shaped(path, WaiverFile)
    entries = file.waivers
    for index, entry in enumerate(entries):
        for key, message in _complaints(entry, entries[:index]):
            key = f"waivers[{index}]{key}"
            checker.report(checker.lines.get(key), key, message)
    checker.done()
    places = (f"{path.name}:{checker.lines[f'waivers[{i}]']}" for i in range(len(entries)))
    return Waivers(tuple(map(_waiver, entries, places)))


def _complaints(entry: WaiverEntry, before: list[WaiverEntry]) -> Iterator[tuple[str, str]]:
    for key in ("owner", "reason"):
        if not getattr(entry, key).strip():
            yield f".{key}", "must not be empty"
    if _day(entry.expires) is None:
        yield ".expires", "must be a day, as 2026-12-31"
    about = entry.object
    if {entry.rule, about.cluster, about.kind, about.namespace, about.name} == {ANY}:
        yield ".rule", "waives everything; name a rule, or an object"
    same = [at for at, one in enumerate(before) if (one.rule, one.object) == (entry.rule, about)]
    if same:
        yield ".rule", f"waivers[{same[0]}] has the same rule and object"


def _day(text: str) -> date | None:
    """The day of `2026-12-31`; None for every other way to write one."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def _waiver(entry: WaiverEntry, place: str) -> Waiver:
    return Waiver(
        rule=entry.rule,
        owner=clean(entry.owner.strip()),
        expires=date.fromisoformat(entry.expires),
        reason=clean(" ".join(entry.reason.split())),
        cluster=entry.object.cluster,
        kind=entry.object.kind,
        namespace=entry.object.namespace,
        name=entry.object.name,
        reference=clean(entry.reference.strip()),
        place=clean(place),
    )
