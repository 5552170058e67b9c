"""CHK10: the cluster is supported, a plan leads on, and nothing stands in its way."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from mckconsole.analysis.checklist.grounds import Grounds
from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.checklist.points import Point, settle, unknown
from mckconsole.analysis.mesh.evidence import derived
from mckconsole.analysis.unread import cluster_reason
from mckconsole.analysis.versions.model import (
    Blocker,
    ClusterVersions,
    Gravity,
    Held,
    Plan,
    SupportState,
)
from mckconsole.domain.findings import Evidence
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.wording import counted

RULE = "CHK10"
ENOUGH_DAYS = 90
APART = 1
"""Minors between clusters of one mesh; Cilium tests no more, and no mesh promises more."""


def answer(grounds: Grounds, cluster: ClusterSnapshot) -> Answer:
    """Whether a cluster may be upgraded, and need not be at once."""
    name = cluster.name
    held = grounds.versions.of(name)
    if held is None:
        why = "versions were not looked at" if cluster.state.readable else cluster_reason(cluster)
        return settle(RULE, name, [unknown(why)], well="")
    at = cluster.as_of if cluster.as_of is not None else grounds.fleet.taken_at
    points = [_support(held, at), *_blockers(held), *_plan(held, grounds.plan)]
    points += _apart(held, grounds, at)
    points += [unknown(f"{one.rule}: {one.reason}") for one in held.unknowns if one.rule == "*"]
    rests = [e for one in held.seen for e in one.evidence]
    return settle(RULE, name, points, well=_well(held), rests=rests)


def _well(held: ClusterVersions) -> str:
    days = f"supported for {held.support.days} days" if held.support.days is not None else ""
    warned = sum(one.gravity is Gravity.WARN for one in held.blockers)
    noted = f"{counted(warned, 'warning')} of the plan" if warned else ""
    return ", ".join(part for part in (str(held.least), days, "nothing blocks", noted) if part)


def _support(held: ClusterVersions, at: float) -> Point:
    """How long the version is supported."""
    support, days = held.support, held.support.days
    version = str(held.least or "its version")
    told = f"{support.state.value}" + ("" if days is None else f", {days} days")
    value = f"{told}; {support.source}" if support.source else told
    evidence = (derived(held.cluster, f"support of {version} by {support.provider}", value, at),)
    fix = f"mckconsole plan --cluster {shlex.quote(held.cluster)}"
    if support.state is SupportState.ENDED:
        return Point(Mark.FAIL, f"support of {version} has ended", evidence, fix)
    if held.least is None or support.state in (SupportState.UNKNOWN, SupportState.PLANNED):
        why = support.reason or "how long its version is supported is not known"
        return Point(Mark.UNKNOWN, why, evidence)
    if support.state is SupportState.EXTENDED:
        return Point(Mark.WARN, f"{version} has extended support only", evidence, fix)
    if days is None:
        return Point(Mark.UNKNOWN, f"how long {version} is supported is not known", evidence)
    if support.state is SupportState.ENDING or days < ENOUGH_DAYS:
        return Point(Mark.WARN, f"support of {version} ends in {days} days", evidence, fix)
    return Point(Mark.PASS, f"{version} supported for {days} days", evidence)


def _blockers(held: ClusterVersions) -> Iterator[Point]:
    """What stands in the way of the next minor, and what could not be judged."""
    for one in held.blockers:
        if _stops(one, held):
            yield Point(Mark.FAIL, f"{one.rule} {one.title}", one.evidence, one.remediation)
        elif one.gravity is Gravity.UNKNOWN:
            yield Point(Mark.UNKNOWN, f"{one.rule} {one.title}", one.evidence)


def _stops(one: Blocker, held: ClusterVersions) -> bool:
    if held.least is None:
        return one.gravity is Gravity.BLOCK
    return one.stops(held.least.plus(1))


def _plan(held: ClusterVersions, plan: Plan | None) -> Iterator[Point]:
    """Whether there is a plan that says where the cluster goes."""
    name = held.cluster
    if plan is None:
        yield unknown("no plan was worked out")
        return
    goes = any(step.cluster == name for step in plan.steps)
    kept = [one for one in plan.held if one.cluster == name]
    for one in kept:
        yield _kept(one, goes)
    if not kept and not goes and name not in plan.end:
        yield unknown("the plan does not name it")
    told = {one.title for one in held.blockers}  # which are points of their own
    for gap in plan.unknowns:
        if gap.cluster == name and gap.reason not in told:
            yield unknown(gap.reason)


def _kept(one: Held, goes: bool) -> Point:
    """Why the plan does not lead all the way; `goes` is whether it leads some of it."""
    stops = [each for each in one.blockers if each.gravity is Gravity.BLOCK]
    evidence = tuple(e for each in one.blockers for e in each.evidence)
    fix = "\n".join(each.remediation for each in stops)
    if goes:
        return Point(Mark.WARN, f"the plan holds it at {one.at}: {one.reason}", evidence, fix)
    mark = Mark.FAIL if stops else Mark.UNKNOWN
    return Point(mark, f"the plan holds it: {one.reason}", evidence, fix)


def _apart(held: ClusterVersions, grounds: Grounds, at: float) -> Iterator[Point]:
    """How far the clusters of its meshes are from it, in minors."""
    for other in grounds.versions.clusters:
        shared = [group for group in held.groups if group in other.groups]
        if other.cluster == held.cluster or not shared:
            continue
        if held.least is None or other.least is None:
            yield unknown(f"how far {other.cluster} is from it in {shared[0]} is not known")
            continue
        gap = held.least.ahead_of(other.least)
        told = tuple(_minor(one, grounds, at) for one in (held, other))
        words = f"{other.cluster} has {other.least} in {shared[0]}, it has {held.least}"
        if gap is None or abs(gap) > APART:
            yield Point(Mark.FAIL, words, told, "mckconsole plan")
        else:
            yield Point(Mark.PASS, words, told)


def _minor(held: ClusterVersions, grounds: Grounds, at: float) -> Evidence:
    cluster = grounds.fleet.clusters.get(held.cluster)
    seen_at = cluster.as_of if cluster and cluster.as_of is not None else at
    return derived(held.cluster, "oldest API server", str(held.least), seen_at)
