"""Which Kubernetes an add-on goes with, by the rows of the table, and what follows where it has no
row.

A range is what a vendor says: a limit, for Cilium what is tested (outside is untested, not
unsupported), for CoreDNS only what kubeadm installs. A release that is not listed is unknown,
but for what follows from its neighbours: one that is older than a listed one goes no further, one
that is newer reaches back no further, and what both neighbours go with, it does too. What follows
so is DERIVED.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from mckconsole.analysis.versions.model import Fit
from mckconsole.domain.kubeversion import Minor, Version, parse_minor
from mckconsole.domain.support import AddonRange, Confidence, SupportData

_WHOLE = re.compile(r"v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})")
ANY = "any"
"""The row of an add-on whose releases all have one range."""


class Judgement(NamedTuple):
    """How a release of an add-on stands to a minor of Kubernetes."""

    fit: Fit
    reason: str = ""
    least: Minor | None = None
    most: Minor | None = None
    confidence: Confidence | None = None
    end: date | None = None
    """The last day on which the add-on's release is supported."""
    source: str = ""


def judge(addon: str, version: Version | None, minor: Minor | None, data: SupportData) -> Judgement:
    """How an add-on stands to a minor of Kubernetes.

    Args:
        version: the add-on's; None where it is not known.
        minor: of Kubernetes; None where it is not known.
    """
    rows = data.ranges.get(addon, ())
    if not rows:
        return Judgement(Fit.UNKNOWN, f"{addon} is not in the table of add-ons")
    if not any(row.limits for row in rows):
        return _by_default(rows, version, minor)
    row = row_of(rows, version)
    if row is not None:
        return _by_row(row, rows, minor)
    if version is None:
        return Judgement(Fit.UNKNOWN, "its version is not known")
    return _by_neighbours(rows, version, minor)


def numbered(rows: Sequence[AddonRange]) -> Iterator[tuple[Minor, AddonRange]]:
    """The rows of minor releases; not those of branches, of single releases, and for all."""
    for row in rows:
        minor = parse_minor(row.addon_minor)
        if minor is not None and row.limits:
            yield minor, row


def row_of(rows: Sequence[AddonRange], version: Version | None) -> AddonRange | None:
    """The row of exactly this release, else of its minor, else for all releases."""
    by_name = {row.addon_minor: row for row in rows if row.limits}
    if version is not None:
        for name, row in by_name.items():
            if _whole(name) == version[:3]:
                return row
        for minor, row in numbered(rows):
            if minor == version.of:
                return row
    return by_name.get(ANY)


def covers(row: AddonRange, rows: Sequence[AddonRange], minor: Minor) -> bool:
    """Whether a row's range has the minor; an end that is not published is open."""
    most = _most(row, rows)
    return (row.least is None or row.least <= minor) and (most is None or minor <= most)


def span(least: Minor | None, most: Minor | None) -> str:
    """A range in words: `1.31 to 1.35`."""
    if least is None:
        return f"up to {most}" if most else "no range published"
    return f"{least} to {most}" if most else f"{least} or newer"


def _whole(name: str) -> tuple[int, int, int] | None:
    found = _WHOLE.fullmatch(name)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _most(row: AddonRange, rows: Sequence[AddonRange]) -> Minor | None:
    """A row's own end; where it has none, the nearest that a newer release of the add-on has."""
    own = parse_minor(row.addon_minor)
    if row.most is not None or own is None:
        return row.most
    return min((one.most for minor, one in numbered(rows) if minor > own and one.most),
               default=None)  # fmt: skip


def _by_row(row: AddonRange, rows: Sequence[AddonRange], minor: Minor | None) -> Judgement:
    most = _most(row, rows)
    confidence = row.confidence if most == row.most else Confidence.DERIVED
    fit, reason = _against(row.least, most, minor, untested=row.untested_only)
    return Judgement(fit, reason, row.least, most, confidence, row.end, row.source)


def _against(
    least: Minor | None, most: Minor | None, minor: Minor | None, *, untested: bool
) -> tuple[Fit, str]:
    """Where a minor stands to a range, and why."""
    if minor is None:
        return Fit.UNKNOWN, "the cluster's version is not known"
    words = span(least, most)
    if least is not None and minor < least:
        return (Fit.UNTESTED, f"tested with {words}") if untested else (Fit.BELOW, words)
    if most is not None and minor > most:
        return (Fit.UNTESTED, f"tested with {words}") if untested else (Fit.ABOVE, words)
    if most is None:
        return Fit.NO_MAXIMUM, words if least is None else f"{words}, no maximum is published"
    return Fit.OK, words


def _by_neighbours(rows: Sequence[AddonRange], version: Version, minor: Minor | None) -> Judgement:
    """What follows for a release without a row of its own."""
    older = max((one for one in numbered(rows) if one[0] < version.of), default=None, key=_first)
    newer = min((one for one in numbered(rows) if one[0] > version.of), default=None, key=_first)
    around = [one for one in (older, newer) if one is not None]
    if not around:
        known = ", ".join(f"{row.addon_minor} ({span(row.least, row.most)})" for row in rows)
        return Judgement(Fit.UNKNOWN, f"{version.of} is not in the table, which has {known}")
    where = " and ".join(
        f"{number} ({span(row.least, _most(row, rows))})" for number, row in around
    )
    if older and newer:
        words = f"{version.of} is not in the table, between {where}"
    else:
        words = f"{version.of} is {'newer' if older else 'older'} than all in the table: {where}"
    fit, least, most = _derived(older, newer, rows, minor)
    sure = None if fit is Fit.UNKNOWN else Confidence.DERIVED
    return Judgement(fit, words, least, most, sure, source=around[0][1].source)


def _first(one: tuple[Minor, AddonRange]) -> Minor:
    return one[0]


def _derived(
    older: tuple[Minor, AddonRange] | None,
    newer: tuple[Minor, AddonRange] | None,
    rows: Sequence[AddonRange],
    minor: Minor | None,
) -> tuple[Fit, Minor | None, Minor | None]:
    """The fit that follows, with the end of the range that it follows from."""
    around = [one[1] for one in (older, newer) if one]
    untested = any(row.untested_only for row in around)
    ends = [end for end in (_most(row, rows) for row in around) if end is not None]
    begins = [row.least for row in around if row.least is not None]
    if minor is None:
        return Fit.UNKNOWN, None, None
    closed = len(ends) == len(around)
    if newer and closed and minor > max(ends):
        return Fit.UNTESTED if untested else Fit.ABOVE, None, max(ends)
    if older and len(begins) == len(around) and minor < min(begins):
        return Fit.UNTESTED if untested else Fit.BELOW, min(begins), None
    if older and newer and closed and all(covers(row, rows, minor) for row in around):
        return Fit.OK, max(begins, default=None), min(ends)
    return Fit.UNKNOWN, None, None


def _by_default(
    rows: Sequence[AddonRange], version: Version | None, minor: Minor | None
) -> Judgement:
    """Rows that say what is installed by default, and limit nothing."""
    if version is None:
        return Judgement(Fit.UNKNOWN, "its version is not known")
    if minor is None:
        return Judgement(Fit.UNKNOWN, "the cluster's version is not known")
    usual = [row for row in rows if covers(row, (), minor)]
    for row in usual:
        if _whole(row.addon_minor) == version[:3]:
            words = f"what is installed with {minor} by default"
            return Judgement(Fit.OK, words, confidence=row.confidence, source=row.source)
    names = " or ".join(row.addon_minor for row in usual)
    words = f"no limit is published; {names} comes with {minor} by default" if names else ""
    return Judgement(Fit.NO_MAXIMUM, words or "no limit is published", source=rows[0].source)
