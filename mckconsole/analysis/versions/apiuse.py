"""Who still uses an API version that goes: what was counted and what was written, as one verdict.

| requests counted | written so | verdict |
|---|---|---|
| yes | by somebody | CONFIRMED |
| yes | by nobody known | IN_USE |
| no, or not known | within thirty days | CONFIRMED: the API server itself recorded the write |
| no, or not known | before | STALE |
| no, or not known | who knows when | UNKNOWN |
| not known | by nobody known | UNKNOWN, of the cluster as a whole |

A recent write counts although the metric does not show it: the counter starts anew with the API
server, and where it is not scraped there is none; thirty days is how far the cloud providers look
back, too (EKS Upgrade Insights). What is not served any more nobody uses: a trace of it is STALE
whenever it was written. Kinds that the console does not read leave no trace here, and most
versions that went since 1.29 are alphas and betas that are off unless somebody asked for them: hits
are rare.

Annotations (`last-applied-configuration`) are no part of it: they hold the manifest as it was once
applied, stay when something else takes over, and repeat whole objects, so they are not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.mesh.evidence import derived, measured
from mckconsole.analysis.versions.apitraces import (
    METRIC,
    Api,
    Trace,
    requested,
    traces,
    uncounted,
)
from mckconsole.analysis.versions.model import ApiUse, Use, Writer
from mckconsole.analysis.versions.references import references
from mckconsole.analysis.versions.removals import (
    KUBERNETES,
    deprecated,
    removal_of,
    removal_of_resource,
    removed_in,
)
from mckconsole.domain.findings import Evidence
from mckconsole.domain.kubeversion import Minor, parse_minor
from mckconsole.domain.metrics import Sample
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.support import Removal, SupportData
from mckconsole.domain.times import format_age

STALE_AFTER = 30 * 86400.0
"""Seconds after which a write says little about today."""
_NAMED = 5
"""Objects that are named, and as many pieces of evidence of each sort."""
_NEVER = Minor(9999, 0)


def api_uses(
    cluster: ClusterSnapshot, data: SupportData, taken_at: float, least: Minor | None
) -> tuple[ApiUse, ...]:
    """Deprecated versions that somebody uses or refers to in one cluster, worst first.

    Args:
        taken_at: Unix seconds of the snapshot, console clock.
        least: of the live API servers the oldest minor; None where it is not known.

    Returns:
        Among them one without a version where it is not known what else is used.
    """
    blind = uncounted(cluster)
    now = taken_at + cluster.clock_offset
    found = [*references(cluster, data, taken_at, least)]
    counted, written = requested(cluster), traces(cluster, taken_at)
    for api in counted.keys() | written.keys():
        samples, writes = counted.get(api, []), written.get(api, [])
        row = _row(data, api, writes)
        if samples or deprecated(row):
            found.append(_judged(cluster, _Case(api, samples, writes, row), blind, now, least))
    if blind:
        found.append(_not_known(cluster, blind, now))
    return tuple(sorted(found, key=_order))


def _order(use: ApiUse) -> tuple[int, Minor, str, str]:
    return (use.use.rank, use.removed_in or _NEVER, use.api_version, use.resource)


def _row(data: SupportData, api: Api, writes: Sequence[Trace]) -> Removal | None:
    group, version, resource = api
    if writes:
        return removal_of(data, group, version, writes[0].kind)
    return removal_of_resource(data, group, version, resource)


class _Case:
    """All that is known of one API in one cluster."""

    __slots__ = ("api", "end", "newest", "row", "samples", "writes")

    def __init__(
        self, api: Api, samples: list[Sample], writes: list[Trace], row: Removal | None
    ) -> None:
        self.api, self.samples, self.writes, self.row = api, samples, writes, row
        self.newest = max((one.at for one in writes if one.at is not None), default=None)
        # the table is younger than what an API server was built with, and removals are put off
        self.end = removed_in(row) if row else self.told

    @property
    def told(self) -> Minor | None:
        """When it goes, as the API servers say it."""
        labels = (parse_minor(one.labels.get("removed_release", "")) for one in self.samples)
        return next(filter(None, labels), None)


def _judged(
    cluster: ClusterSnapshot, case: _Case, blind: str, now: float, least: Minor | None
) -> ApiUse:
    use, why = _verdict(case, blind, now, least)
    group, version, resource = case.api
    refs = sorted({one.ref for one in case.writes})
    return ApiUse(
        group,
        version,
        case.writes[0].kind if case.writes else (case.row.kind if case.row else ""),
        resource,
        use,
        case.end,
        case.row.replacement if case.row else "",
        _writers(case.writes),
        tuple(refs[:_NAMED]),
        len(refs),
        "; ".join(filter(None, (why, *_notes(case)))),
        tuple(_evidence(cluster, case)),
    )


def _verdict(case: _Case, blind: str, now: float, least: Minor | None) -> tuple[Use, str]:
    """The verdict, and why."""
    newest = case.newest
    age = format_age(now - newest) if newest is not None else ""
    if case.samples and not case.writes:
        return Use.IN_USE, "the API servers counted requests; whose is in the audit log only"
    if case.samples:
        old = newest is None or now - newest > STALE_AFTER
        since = f"written {age} ago" if age else "written nobody knows when"
        doubt = f", {since}, so it may be somebody else who asks" if old else ""
        return Use.CONFIRMED, f"the API servers counted requests, and objects name who wrote{doubt}"
    if case.end is not None and least is not None and case.end <= least:
        return Use.STALE, f"{least} does not serve it any more, the trace is older than that"
    if newest is None:
        return Use.UNKNOWN, "objects were written so, and do not say when"
    if now - newest > STALE_AFTER:
        return Use.STALE, f"last written so {age} ago"
    count = f"requests could not be counted ({blind})" if blind else (
        "the API servers counted no request since they started")  # fmt: skip
    return Use.CONFIRMED, f"written so {age} ago; {count}"


def _notes(case: _Case) -> Iterator[str]:
    row, told = case.row, case.told
    if row is None and case.end is None:
        yield "no Kubernetes takes it away: whoever serves it does"
    if row is not None and row.component != KUBERNETES and row.removed_in:
        yield f"goes with {row.component} {row.removed_in}"
    if row is not None and told is not None and told != case.end:
        yield f"the API server was built to drop it in {told}"
    if row is not None and row.note:
        yield row.note


def _writers(writes: Sequence[Trace]) -> tuple[Writer, ...]:
    """By manager, the last to write first."""
    found: dict[str, list[Trace]] = {}
    for one in writes:
        found.setdefault(one.manager, []).append(one)
    made = [
        Writer(
            manager,
            max((one.at for one in every if one.at is not None), default=None),
            len({one.ref for one in every}),
        )
        for manager, every in found.items()
    ]
    return tuple(sorted(made, key=lambda one: (-(one.last or 0.0), one.manager)))


def _evidence(cluster: ClusterSnapshot, case: _Case) -> Iterator[Evidence]:
    for sample in case.samples[:_NAMED]:
        yield measured(cluster.name, METRIC, sample)
    yield from (one.evidence for one in case.writes[:_NAMED])


def _not_known(cluster: ClusterSnapshot, why: str, now: float) -> ApiUse:
    """What else is used, nobody knows."""
    evidence = (derived(cluster.name, METRIC, "not available", now),)
    return ApiUse("", "", "", "", Use.UNKNOWN, None, "", reason=why, evidence=evidence)
