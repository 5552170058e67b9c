"""What was found out about the versions of one cluster, part by part, and until when it holds.

A part is worked out again when one of the topics or metrics that it reads changed, and now and then
so that evidence is not dated too long ago and days go by. Otherwise it is handed on as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar, cast

import msgspec

from mckconsole.analysis.certificates.model import CertificateEntry
from mckconsole.analysis.changes import Seen
from mckconsole.analysis.notes import finding_order, unknown_order
from mckconsole.analysis.unread import cluster_reason, without_age
from mckconsole.analysis.versions import observed
from mckconsole.analysis.versions.addon_blockers import addon_blockers
from mckconsole.analysis.versions.addon_sightings import TOPICS as ADDON_TOPICS
from mckconsole.analysis.versions.addons import AddonReading, day_of, read_addons
from mckconsole.analysis.versions.apiblockers import api_blockers, api_findings, api_unknowns
from mckconsole.analysis.versions.apitraces import REQUESTED, SCRAPED, TRACE_TOPICS
from mckconsole.analysis.versions.apiuse import api_uses
from mckconsole.analysis.versions.blockers import (
    BLOCKER_TOPICS,
    blocker_findings,
    blocker_unknowns,
    cluster_blockers,
)
from mckconsole.analysis.versions.cgroups import CGROUPS, RUNTIMES
from mckconsole.analysis.versions.components import BUILDS
from mckconsole.analysis.versions.crds import TOPIC as CRD_TOPIC
from mckconsole.analysis.versions.crds import crd_blockers, crd_unknowns
from mckconsole.analysis.versions.etcd_metrics import ETCD_QUERIES
from mckconsole.analysis.versions.ground import in_order
from mckconsole.analysis.versions.headroom import headrooms
from mckconsole.analysis.versions.model import ApiUse, Blocker, ClusterVersions, NodePool
from mckconsole.analysis.versions.observed import PANE, Observed, living, observe
from mckconsole.analysis.versions.podsort import sort_pods
from mckconsole.analysis.versions.polled import Polled
from mckconsole.analysis.versions.pools import pools_of, region_of
from mckconsole.analysis.versions.references import REFERENCE_TOPICS
from mckconsole.analysis.versions.skew import judge
from mckconsole.analysis.versions.support import support_of
from mckconsole.domain.findings import Finding, Unknown
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.support import SupportData

T = TypeVar("T")
LEASES = "apiserver-leases"
"""Renewed every ten seconds; what counts is how many live."""
_PLANE_QUERIES = (BUILDS, CGROUPS, RUNTIMES)
_PLANE_TOPICS = tuple(one for one in observed.TOPICS if one != LEASES)
_API_TOPICS = tuple(dict.fromkeys((*TRACE_TOPICS, *REFERENCE_TOPICS, CRD_TOPIC)))
TOPICS = tuple(dict.fromkeys((*observed.TOPICS, *_API_TOPICS, *ADDON_TOPICS, *BLOCKER_TOPICS)))
"""Everything that is read of a cluster for its versions."""
QUERIES = (*_PLANE_QUERIES, REQUESTED, SCRAPED, *ETCD_QUERIES)
"""And what Prometheus is asked."""


class Told(NamedTuple):
    """Findings and unknowns of one part."""

    findings: tuple[Finding, ...] = ()
    unknowns: tuple[Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """One cluster as it was judged last."""

    at: float
    """When its evidence was dated, Unix seconds, console clock."""
    parts: Mapping[str, tuple[object, object]]
    """By part: what it was worked out from, and what came of it."""
    versions: ClusterVersions
    """Without what only the fleet knows: groups and roles."""
    observed: Observed
    findings: tuple[Finding, ...]
    """Worst first, those of all parts."""
    hidden: str = ""
    """Why there may be more add-ons than were seen; empty where there are not."""


class _Desk:
    """One cluster while it is looked at."""

    def __init__(self, cluster: ClusterSnapshot, data: SupportData, now: float) -> None:
        self.cluster, self.data, self.now = cluster, data, now
        self.parts: dict[str, tuple[object, object]] = {}
        self.before: Mapping[str, tuple[object, object]] = {}
        self._same = (
            cluster.name,
            cluster.context,
            cluster.state,
            without_age(cluster.reason),
            day_of(now),
        )

    def part(
        self, name: str, topics: Iterable[str], queries: Iterable[str], of: tuple[object, ...],
        work: Callable[[], T],
    ) -> T:  # fmt: skip
        """What comes of `work`, or what came of it when everything was like now."""
        like = (*self._same, *self._topics(topics), *self._metrics(queries), *of)
        held = self.before.get(name)
        if held is None or held[0] != like:
            held = (like, work())
        self.parts[name] = held
        return cast("T", held[1])

    def _topics(self, topics: Iterable[str]) -> Iterable[object]:
        for topic in topics:
            view = self.cluster.topics.get(topic)
            if view is None:
                yield None
            else:
                yield (Seen.of(view), view.state, without_age(view.reason), view.faults)

    def _metrics(self, queries: Iterable[str]) -> Iterable[object]:
        return (Polled(self.cluster.metrics.get(query)) for query in queries)


class _Plane(NamedTuple):
    """The first part: what is seen of every component."""

    observed: Observed
    pools: tuple[NodePool, ...]
    region: str
    told: Told


class _Apis(NamedTuple):
    uses: tuple[ApiUse, ...]
    blockers: tuple[Blocker, ...]
    told: Told


class _Addons(NamedTuple):
    reading: AddonReading
    blockers: tuple[Blocker, ...]
    told: Told


class _Own(NamedTuple):
    pools: tuple[NodePool, ...]
    blockers: tuple[Blocker, ...]
    told: Told


def read_cluster(
    cluster: ClusterSnapshot,
    data: SupportData,
    now: float,
    certificates: tuple[CertificateEntry, ...],
    before: Held | None,
    *,
    anew: bool,
) -> Held:
    """One cluster as it is now; `before` itself where nothing changed.

    Args:
        now: Unix seconds of the snapshot, console clock.
        certificates: the cluster's, of the certificates report.
        anew: evidence is to be dated anew.
    """
    desk = _Desk(cluster, data, now)
    if before is not None and not anew:
        desk.before = before.parts
    pools = desk.part(
        "pools", ("nodes",), (CGROUPS, RUNTIMES), (),
        lambda: (pools_of(cluster), region_of(cluster)),
    )  # fmt: skip
    plane = desk.part(
        "plane",
        _PLANE_TOPICS,
        _PLANE_QUERIES,
        (cluster.version, cluster.builds, living(cluster), pools),
        lambda: _plane(desk, *pools),
    )
    least, provider = plane.observed.least, plane.observed.provider
    apis = desk.part(
        "apis", _API_TOPICS, (REQUESTED, SCRAPED), (least,), lambda: _apis(desk, least)
    )
    addons = desk.part(
        "addons", ADDON_TOPICS, (), (least, plane.observed.most), lambda: _addons(desk, plane)
    )
    own = desk.part(
        "own", BLOCKER_TOPICS, ETCD_QUERIES, (plane, addons.reading.addons, certificates),
        lambda: _own(desk, plane, addons, certificates),
    )  # fmt: skip
    if before is not None and not anew and _same(before.parts, desk.parts):
        return before
    every = (plane.told, apis.told, addons.told, own.told)
    unknowns = {one for told in every for one in told.unknowns}
    hidden = "; ".join(one.reason for one in addons.reading.unknowns)
    if not cluster.state.readable:  # one sentence for everything
        why = without_age(cluster_reason(cluster))
        unknowns, hidden = {Unknown(PANE, cluster.name, "*", why)}, why
    versions = ClusterVersions(
        cluster.name,
        provider,
        region=plane.region,
        seen=plane.observed.seen,
        least=least,
        most=plane.observed.most,
        instances=plane.observed.instances,
        support=support_of(provider, least, day_of(now), data),
        pools=own.pools,
        uses=apis.uses,
        addons=addons.reading.addons,
        blockers=in_order((*own.blockers, *apis.blockers, *addons.blockers)),
        unknowns=tuple(sorted(unknowns, key=unknown_order)),
    )
    at = now if before is None or anew else before.at
    findings = sorted((one for told in every for one in told.findings), key=finding_order)
    return Held(at, desk.parts, versions, plane.observed, tuple(findings), hidden)


def _same(
    old: Mapping[str, tuple[object, object]], new: Mapping[str, tuple[object, object]]
) -> bool:
    return all(new[name][1] is old[name][1] for name in new)


def _plane(desk: _Desk, pools: tuple[NodePool, ...], region: str) -> _Plane:
    seen = observe(desk.cluster)
    judged = judge(desk.cluster, seen, pools, desk.data)
    return _Plane(seen, pools, region, Told(judged.findings, judged.unknowns))


def _apis(desk: _Desk, least: Minor | None) -> _Apis:
    cluster, data, now = desk.cluster, desk.data, desk.now
    uses = api_uses(cluster, data, now, least)
    blockers = api_blockers(cluster, uses, data, least)
    stored = crd_blockers(cluster, data, now)
    told = Told(
        (*api_findings(cluster, blockers, least), *blocker_findings(cluster.name, stored, least)),
        (*api_unknowns(cluster), *crd_unknowns(cluster)),
    )
    return _Apis(uses, (*blockers, *stored), told)


def _addons(desk: _Desk, plane: _Plane) -> _Addons:
    cluster, data, now = desk.cluster, desk.data, desk.now
    least = plane.observed.least
    reading = read_addons(cluster, plane.observed.most, data, now)
    blockers: tuple[Blocker, ...] = ()
    if least is not None:
        last = max((least.plus(1), *(one.minor for one in data.calendar)))
        blockers = addon_blockers(cluster, reading, least, last, data, now)
    unknowns = dict.fromkeys((*reading.unknowns, *blocker_unknowns(cluster, blockers)))
    return _Addons(
        reading, blockers, Told(blocker_findings(cluster.name, blockers, least), tuple(unknowns))
    )


def _own(
    desk: _Desk, plane: _Plane, addons: _Addons, certificates: tuple[CertificateEntry, ...]
) -> _Own:
    cluster, seen = desk.cluster, plane.observed
    pods = sort_pods(cluster)
    room = headrooms(cluster, plane.pools, pods)
    pools = tuple(
        msgspec.structs.replace(pool, headroom=room.get(pool.name)) for pool in plane.pools
    )
    versions = ClusterVersions(
        cluster.name,
        seen.provider,
        seen=seen.seen,
        least=seen.least,
        most=seen.most,
        pools=pools,
        addons=addons.reading.addons,
    )
    blockers = cluster_blockers(cluster, versions, pods, desk.data, certificates)
    return _Own(
        pools,
        blockers,
        Told(
            blocker_findings(cluster.name, blockers, seen.least),
            blocker_unknowns(cluster, blockers),
        ),
    )
