"""The add-ons of one cluster: which run, in which version, and how they stand to its Kubernetes.

Where several versions run at once (a rollout, revisions of Istio) all are named, and the add-on is
judged by the worse. A version that cannot be told counts as UNKNOWN among them, so that one that is
hidden never passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from mckconsole.analysis.unread import unread_reason, without_age
from mckconsole.analysis.versions.addon_bridge import Way, bridge
from mckconsole.analysis.versions.addon_ranges import Judgement, judge
from mckconsole.analysis.versions.addon_sightings import Sighting, find_sightings
from mckconsole.analysis.versions.addon_signs import NETWORK
from mckconsole.analysis.versions.model import Addon
from mckconsole.domain.findings import Unknown
from mckconsole.domain.kubeversion import Minor, Version
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.support import SupportData

PANE = "versions"
_SHOWN = 20
"""Pieces of evidence that one statement carries at most."""


class Retired(NamedTuple):
    """An add-on that nobody mends any more, in no release."""

    end: date
    words: str
    instead: str
    source: str


RETIRED: Mapping[str, Retired] = {
    "ingress-nginx": Retired(
        date(2026, 3, 31),  # the announcement names the month only
        "the project is retired since 2026-03: no release, no security fix",
        "a controller of the Gateway API, or another Ingress controller",
        "https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/",
    ),
    "promtail": Retired(
        date(2026, 3, 2),
        "its life ended on 2026-03-02",
        "Grafana Alloy (`alloy convert --source-format=promtail` takes its configuration over)",
        "https://grafana.com/docs/loki/latest/send-data/promtail/",
    ),
}


class AddonReading(NamedTuple):
    """What could be told of a cluster's add-ons."""

    addons: tuple[Addon, ...]
    """By name."""
    unknowns: tuple[Unknown, ...] = ()
    """Why there may be more than these."""


def day_of(taken_at: float) -> date:
    """The day of a snapshot, in UTC."""
    return datetime.fromtimestamp(taken_at, UTC).date()


def read_addons(
    cluster: ClusterSnapshot, minor: Minor | None, data: SupportData, taken_at: float
) -> AddonReading:
    """The add-ons of a cluster, judged by its present minor.

    Args:
        minor: of the cluster's newest API server; None where it is not known.
        taken_at: of the snapshot, Unix seconds.
    """
    by_name: dict[str, list[Sighting]] = {}
    for one in find_sightings(cluster, taken_at):
        by_name.setdefault(one.addon, []).append(one)
    today = day_of(taken_at)
    found = (_addon(name, by_name[name], minor, data, today) for name in sorted(by_name))
    return AddonReading(tuple(found), tuple(_unread(cluster)))


def _unread(cluster: ClusterSnapshot) -> Iterable[Unknown]:
    for topic, rule, what in (
        ("daemonsets", "UB13", "add-ons may be missing"),
        ("deployments", "UB13", "add-ons may be missing"),
        ("nodes", "UB19", "container runtimes may be missing"),
    ):
        view = cluster.topic(topic)
        if not view.conclusive:
            why = without_age(unread_reason(view))
            yield Unknown(PANE, cluster.name, rule, f"{what}: {why}")


def _addon(
    name: str, sightings: Sequence[Sighting], minor: Minor | None, data: SupportData, today: date
) -> Addon:
    versions = _versions(sightings)
    judged = [(judge(name, version, minor, data), version) for version in versions]
    found, version = min(judged, key=_badness)
    others = tuple(sorted(one for one in versions if one is not None and one is not version))
    several = len(versions) > 1
    key = version[:4] if version else None
    told = [one for one in sightings if several or (one.version and one.version[:4]) == key]
    how = "; ".join(_how(one, named=several) for one in _each(told))
    newer = ""
    if minor is not None and version is not None:
        way = bridge(name, version, minor, data, today)
        newer = way.to if way.way is Way.FIRST else ""
    return Addon(
        name,
        version,
        how,
        found.fit,
        found.least,
        found.most,
        found.confidence,
        network=name in NETWORK,
        end=RETIRED[name].end if name in RETIRED else found.end,
        reason=_reason(name, found, several),
        newer=newer,
        evidence=tuple(one.evidence for one in told[:_SHOWN]),
        also=others,
    )


def _versions(sightings: Sequence[Sighting]) -> list[Version | None]:
    """The distinct versions; one that nobody tells is among them, unless a resource that speaks for
    the whole add-on does."""
    known: dict[tuple[int, int, int, str], Version] = {}
    for one in sightings:
        if one.version is not None:
            known.setdefault(one.version[:4], one.version)
    hidden = any(one.version is None for one in sightings)
    if not known or (hidden and not any(one.binding for one in sightings)):
        return [*known.values(), None]
    return [*known.values()]


def _badness(judged: tuple[Judgement, Version | None]) -> tuple[object, ...]:
    """Orders what runs at once, the worst first; among equals what goes least far, then the
    oldest."""
    found, version = judged
    most = found.most or Minor(9999, 0)
    return (found.fit.rank, most, version is not None, version[:4] if version else ())


def _each(sightings: Sequence[Sighting]) -> list[Sighting]:
    """One for each version, or where versions are not told for each place, the first few."""
    first: dict[object, Sighting] = {}
    for one in sightings:
        first.setdefault(one.version[:4] if one.version else one.where, one)
    return [*first.values()][:5]


def _how(one: Sighting, *, named: bool) -> str:
    version = f"{one.version or 'unknown version'}: " if named else ""
    return (
        f"{version}{one.what} of {one.where}"
        if one.version
        else f"{version}{one.where}: {one.what}"
    )


def _reason(name: str, found: Judgement, several: bool) -> str:
    words = RETIRED[name].words if name in RETIRED else found.reason
    if several:
        return f"several versions at once, judged by the worse: {words}"
    return words
