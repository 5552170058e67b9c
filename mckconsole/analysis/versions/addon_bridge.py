"""Whether an add-on gets a cluster over to the next minor of Kubernetes.

An add-on that does not go with the next minor is upgraded first, to a release that goes with both;
where there is none, there is no way over.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from mckconsole.analysis.versions.addon_ranges import covers, judge, numbered, span
from mckconsole.analysis.versions.model import Fit
from mckconsole.domain.kubeversion import Minor, Version
from mckconsole.domain.support import AddonRange, SupportData


class Way(StrEnum):
    """How an add-on gets to the next minor."""

    STAYS = "stays"
    """It goes with the next minor as it is."""
    FIRST = "upgrade first"
    """A newer minor of it goes with both."""
    GAP = "no bridge"
    """Newer ones go with the next minor, but with the present one none of them."""
    NONE = "no release"
    """None that goes with the next minor is known."""
    UNKNOWN = "unknown"


class Bridge(NamedTuple):
    """The way over, and why."""

    way: Way
    to: str = ""
    """The minor of the add-on to upgrade to first."""
    reason: str = ""
    fit: Fit = Fit.UNKNOWN
    """Of the add-on as it is, to the next minor."""
    source: str = ""


_GOES = (Fit.OK, Fit.NO_MAXIMUM, Fit.BELOW)
"""What is too new for Kubernetes only gets nearer to it by an upgrade."""


def bridge(
    addon: str, version: Version | None, at: Minor, data: SupportData, today: date
) -> Bridge:
    """How an add-on gets from a minor of Kubernetes to the one after it.

    Of several releases that go with both the nearest is taken that is still supported today: mesh
    and network add-ons go one minor at a time.
    """
    then = at.plus(1)
    found = judge(addon, version, then, data)
    below = found.fit is Fit.UNTESTED and found.least is not None and then < found.least
    if found.fit in _GOES or below:
        return Bridge(Way.STAYS, "", found.reason, found.fit, found.source)
    rows = data.ranges.get(addon, ())
    if found.fit is Fit.UNKNOWN or version is None:
        return Bridge(Way.UNKNOWN, "", found.reason, found.fit, found.source)
    later = [
        (minor, row)
        for minor, row in sorted(numbered(rows), key=lambda one: one[0])
        if minor > version.of and covers(row, rows, then)
    ]
    both = [one for one in later if covers(one[1], rows, at)]
    if both:
        kept = [one for one in both if one[1].end is None or one[1].end >= today]
        minor, row = (kept or both)[0]
        words = f"{minor} goes with {span(row.least, row.most)}"
        if (minor.ahead_of(version.of) or 0) > 1:
            words += ", and is reached one minor after the other"
        return Bridge(Way.FIRST, str(minor), words, found.fit, row.source)
    return _no_way(later, rows, found.fit, at)


def _no_way(
    later: list[tuple[Minor, AddonRange]], rows: tuple[AddonRange, ...], fit: Fit, at: Minor
) -> Bridge:
    then = at.plus(1)
    if later:
        minor, row = later[0]
        words = (
            f"{minor} goes with {span(row.least, row.most)}: no listed release goes with both {at} "
            f"and {then}"
        )
        return Bridge(Way.GAP, "", words, fit, row.source)
    branches = [row for row in rows if row.limits and covers(row, rows, then)]
    names = ", ".join(f"{row.addon_minor} ({span(row.least, row.most)})" for row in branches)
    more = f"; unreleased or older: {names}" if names else ""
    source = rows[0].source if rows else ""
    return Bridge(Way.NONE, "", f"no listed release goes with {then}{more}", fit, source)
